"""What agencies mail in a rehearsal: their blank forms filled in, as raw mails.

Blank form of that agency → filled in (`filling`), or with one fault → a mail in memory, hung under the newest notice
that the agency got. Each file is made once for all behaviours. Nothing is sent.

Failure policy: a form whose own rules contradict each other cannot be filled in; the agency then mails the blank one,
`unfillable` names the form, and the office sees what the checks say of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256

from bot.demo.filling import filled, plan
from bot.demo.filling_cells import NUMBERS, Cell
from bot.demo.rehearsal_plan import Sends
from bot.domain.agency import Agency, ContactRole
from bot.domain.form import CellType, Form
from bot.domain.letter import Enclosure
from bot.domain.mail import OutgoingRecord
from bot.domain.office import Language
from bot.domain.round import Round
from bot.flows.blanks import blank_files
from bot.flows.services import Services
from bot.mail.compose_message import unstructured
from bot.screens import say

_OWN_TYPE = NUMBERS | {CellType.DATE, CellType.CHOICE}
LANGUAGE = Language.VI  # of what agencies write, whatever the office's own


class Reports:
    """The files of every agency of a round, kept for all behaviours."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str, bool], Enclosure] = {}
        self.unfillable: dict[str, str] = {}

    def files(self, services: Services, round_: Round, agency: Agency, sends: Sends) -> tuple[Enclosure, ...]:
        """All that the agency owes; its first form with a fault in it, or that one alone and right."""
        owed = [services.forms[code] for code in dict.fromkeys(duty.form for duty in round_.of(agency.code))]
        if sends is Sends.MENDED:
            owed = owed[:1]
        return tuple(
            self._file(services, round_, agency, form, faulty=sends is Sends.FAULTY and form is owed[0])
            for form in owed
        )

    def _file(self, services: Services, round_: Round, agency: Agency, form: Form, *, faulty: bool) -> Enclosure:
        key = agency.code, form.code, faulty
        if key not in self._files:
            (blank,) = blank_files(services, round_, agency, [form])
            self._files[key] = Enclosure(blank.name, blank.content_type, self._payload(form, blank.payload, faulty))
        return self._files[key]

    def _payload(self, form: Form, blank: bytes, faulty: bool) -> bytes:
        if faulty and form.table is None:
            return blank  # an outline in which nothing is written
        try:
            return _with_fault(form, blank) if faulty else filled(form, blank)
        except LookupError as error:
            self.unfillable[form.code] = str(error)
            return blank


def _with_fault(form: Form, blank: bytes) -> bytes:
    """The table filled in, with words where a figure, a day or a choice belongs; blank where it asks for none."""
    cells = plan(form, blank)
    asked = next((cell for cell in cells if _has_own_type(form, cell)), None)
    if asked is None:
        return blank
    fault = replace(asked, value=say(LANGUAGE, "rehearsal.fault"))
    return filled(form, blank, cells=[fault if cell is asked else cell for cell in cells])


def _has_own_type(form: Form, cell: Cell) -> bool:
    table = form.table
    assert table is not None
    if table.rows:
        return any(row.code == cell.name and row.type in _OWN_TYPE for row in table.rows)
    return any(column.key == cell.key and column.type in _OWN_TYPE for column in table.columns)


def sender_of(agency: Agency, at: datetime) -> str:
    """The address from which the agency would mail at that local time; empty when it has none."""
    usual = agency.addresses(at.date(), ContactRole.CLERK, ContactRole.AGENCY) or agency.addresses(at.date())
    return next(iter(usual), "")


def raw_mail(
    services: Services,
    round_: Round,
    agency: Agency,
    files: Sequence[Enclosure],
    *,
    at: datetime,
    answers: OutgoingRecord | None,
) -> bytes:
    """The agency's mail as its server would give it, with a Message-ID that is the same in every rehearsal. `answers`
    is the notice under which it hangs, if any.
    """
    sender = sender_of(agency, at)
    told = f"{round_.code} {agency.code} {at.isoformat()}".encode()
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = services.office.address
    own = say(LANGUAGE, "rehearsal.mail_subject", agency=agency.name, title=round_.title)
    subject = f"Re: {answers.mail.subject}" if answers else own
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{sha256(told).hexdigest()[:24]}@{sender.rpartition('@')[2]}>"
    if answers:
        mail["In-Reply-To"] = answers.mail.message_id
        mail["References"] = answers.mail.message_id
    mail.set_content(say(LANGUAGE, "rehearsal.mail_text", agency=agency.name, title=round_.title))
    for file in files:
        maintype, _, subtype = file.content_type.partition("/")
        mail.add_attachment(file.payload, maintype=maintype, subtype=subtype, filename=file.name)
    mail.set_boundary(f"=_{sha256(told).hexdigest()[:32]}")
    # Not by EmailMessage: where it folds encoded words, blanks between them get lost.
    head = f"Subject: {unstructured('Subject', subject)}\r\n"
    return head.encode("ascii") + mail.as_bytes(policy=policy.SMTP)
