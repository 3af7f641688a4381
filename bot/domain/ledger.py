"""The ledger: what must stand in the mailbox and the Sent folder so that a lost database can be made anew from them.

An answer of ours names the inbound mail that it is about (`Origin`); what neither an inbound mail nor a sent copy tells
has a note in the Sent folder (`Note`). Ids of inbound mails stand in keys, links and receipt numbers: `number_mails`
finds them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.mail import InboundRecord, MessageRef

NOTE_PREFIX = "ledger:"
"""What the X-Thuky-Key of a note begins with; behind it stands what it is about (`decision:17`)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """An inbound mail as others can find it again: its id with us, its bytes, where it lay, when it came (aware)."""

    mail_id: int
    sha256: str
    ref: MessageRef
    received_at: datetime


def origin_of(record: InboundRecord) -> Origin:
    """What names that mail in an answer of ours."""
    return Origin(record.id, record.sha256, record.ref, record.received_at)


@dataclass(frozen=True, slots=True)
class Note:
    """A fact that no mail tells. `about` names it (`decision:17`) and `at` is when it became one (aware).

    `facts` are plain JSON values; `files` the names and bytes that go with it.
    """

    about: str
    at: datetime
    facts: Mapping[str, Any]
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    @property
    def kind(self) -> str:
        """`decision`, `mail`, `outgoing`, `refusal`, `outage`, `quarantine`."""
        return self.about.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A mail that lies in the mailbox. `known_id` is the id that an answer or a note gives it, None when none does."""

    ref: MessageRef
    received_at: datetime
    known_id: int | None = None


def number_mails(mails: Sequence[Unnumbered], inbox_folder: str, taken: Sequence[int] = ()) -> dict[MessageRef, int]:
    """The id of each mail: its known one, or else the first free one in the order of receipt.

    Ids grew with the UIDs of a folder, and a turn reads the inbox before Spam: a mail stands behind all that were
    before it in its folder, and one in Spam behind what the inbox had got by then. `taken` are ids of mails that lie
    there no longer. Where an unanswered mail was deleted and nobody names its neighbours, a free id is filled early.
    """
    numbers = {m.ref: m.known_id for m in mails if m.known_id is not None}
    used = {*numbers.values(), *taken}
    in_inbox = sorted((m.received_at, m.known_id) for m in mails if m.known_id and m.ref.folder == inbox_folder)
    last: dict[str, int] = {}
    floors: dict[MessageRef, int] = {}
    for mail in sorted(mails, key=lambda m: (m.ref.folder, m.ref.uidvalidity, m.ref.uid)):
        floors[mail.ref] = last.get(mail.ref.folder, 0)
        if mail.known_id is not None:
            last[mail.ref.folder] = max(last.get(mail.ref.folder, 0), mail.known_id)
    filled: dict[str, int] = {}
    unknown = [m for m in mails if m.known_id is None]
    for mail in sorted(unknown, key=lambda m: (m.received_at, m.ref.folder != inbox_folder, m.ref.uid)):
        folder = mail.ref.folder
        floor = max(floors[mail.ref], filled.get(folder, 0))
        if folder != inbox_folder:
            floor = max([floor, *(i for at, i in in_inbox if at <= mail.received_at)])
        number = floor + 1
        while number in used:
            number += 1
        used.add(number)
        numbers[mail.ref] = filled[folder] = number
        if folder == inbox_folder:
            in_inbox.append((mail.received_at, number))
    return numbers
