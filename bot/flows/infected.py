"""What follows when the virus scanner names a file: it is marked, so that it is handed on to nobody, and the
coordinator is told at once. The agency learns it from the finding (F112) in the answer to its mail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.document import Document, Unreadable, UnreadableReason
from bot.domain.mail import InboundMail, InboundRecord, OutgoingMail
from bot.flows.alerts import alert
from bot.flows.services import Services

CODE = "F112"
ALERT = "infected_file"


@dataclass(frozen=True, slots=True)
class Infected:
    """One file by its name and sha256, and the scanner's name for what is in it."""

    name: str
    sha256: str
    signature: str


def is_infected(document: Document | None) -> bool:
    """Whether the virus scanner named something in it."""
    return isinstance(document, Unreadable) and document.reason is UnreadableReason.INFECTED


def infected_of(files: Iterable[tuple[str, str, Document]]) -> tuple[Infected, ...]:
    """Those of the files (name, sha256, what was read) that the scanner named."""
    return tuple(
        Infected(name, sha256, document.detail)
        for name, sha256, document in files
        if isinstance(document, Unreadable) and is_infected(document)
    )


def told(
    services: Services, record: InboundRecord, mail: InboundMail, infected: Sequence[Infected]
) -> tuple[OutgoingMail, ...]:
    """The alert to the coordinator, one a mail."""
    if not infected:
        return ()
    params = {
        "mail_id": str(record.id),
        "sender": mail.sender or ", ".join(mail.from_addresses),
        "files": ", ".join(dict.fromkeys(i.name for i in infected)),
        "error": ", ".join(dict.fromkeys(i.signature for i in infected)),
    }
    return (alert(services, ALERT, str(record.id), params, services.now()),)
