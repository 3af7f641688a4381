"""Notices (thông báo): the facts of each mail that the bot writes, before there are words for them.

`bot.mail.compose` turns one of these into an OutgoingMail. A notice names agencies, forms and findings; it holds no
prose. Each has `kind` and `key`; the key is unique for ever, so that the same notice cannot be queued twice.
"""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.agency import Agency
from bot.domain.form import Form
from bot.domain.mail import NoticeKind
from bot.domain.round import Deadline, ObligationState, Round
from bot.domain.submission import Finding, StoredFile, Verdict


@dataclass(frozen=True, slots=True)
class Thread:
    """What an answer hangs on (RFC 5322, 3.6.4): the mail's own Message-ID, its References and its subject."""

    message_id: str
    references: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a notice (gửi kèm): a blank form, or the agency's own file with the faults marked."""

    name: str
    content_type: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class FormResult:
    """One form in an answer: what came, and what it came to. `stands` is the accepted version that still counts
    although this one needs mending. `marked` is the name of the enclosure in which its faults are marked, if any.
    """

    form: Form
    version: int
    verdict: Verdict
    findings: tuple[Finding, ...]
    files: tuple[StoredFile, ...]
    stands: int | None = None
    marked: str = ""


@dataclass(frozen=True, slots=True)
class AnswerNotice:
    """Receipt or correction: the answer to one mail.

    `findings` are those that belong to no form (a file nobody could place, a wrong agency). `missing` are forms still
    owed of which nothing valid has come and which are not in `results`. `open_corrections` are owed forms, not in
    this mail, that still wait for mending. `first_received_at` is when the report came of which this mail is an exact
    repeat (`duplicate`); `late` speaks of that time then.
    """

    kind: NoticeKind
    key: str
    agency: Agency
    to: tuple[str, ...]
    thread: Thread
    received_at: datetime
    receipt_number: str
    files: tuple[StoredFile, ...]
    results: tuple[FormResult, ...]
    findings: tuple[Finding, ...] = ()
    missing: tuple[Form, ...] = ()
    open_corrections: tuple[Form, ...] = ()
    round: Round | None = None
    deadline: Deadline | None = None
    late: bool = False
    duplicate: bool = False
    mail_id: int | None = None
    first_received_at: datetime | None = None
    enclosures: tuple[Enclosure, ...] = ()

    @property
    def needs_correction(self) -> bool:
        return self.kind is NoticeKind.CORRECTION


@dataclass(frozen=True, slots=True)
class ClosedNotice:
    """The answer to a report for a round that is closed or that nobody asked for."""

    key: str
    agency: Agency
    to: tuple[str, ...]
    thread: Thread
    received_at: datetime
    round: Round | None = None
    mail_id: int | None = None
    kind: NoticeKind = NoticeKind.CLOSED


@dataclass(frozen=True, slots=True)
class Owed:
    """One form in a request or reminder, settled or not, with what stands for it. `parts` are the headings owed when
    the agency does not owe all of them; `annex` the letter's annex; `partners` the names of those it works with, on
    the headings `partner_parts` (empty: on all of it).
    """

    form: Form
    state: ObligationState
    parts: tuple[str, ...] = ()
    annex: str = ""
    partners: tuple[str, ...] = ()
    partner_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithLead:
    """What the agency `lead` (its name) owes and another works with it on: the form, or these headings of it."""

    lead: str
    form: Form
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NudgeNotice:
    """Request, reminder, overdue notice or escalation: one mail for all forms that the agency owes in a round.

    `days` and `working_days` count from today to the deadline's last day (from it to today when overdue), in calendar
    and in working days. `next_step_on` is when the next step of the ladder would come, None after the last.
    `with_leads`: what other agencies owe still and this one works with them on. `told_partners`: the names of partners
    that are asked for nothing themselves and read of it here, in Cc.
    """

    kind: NoticeKind
    key: str
    step: str
    agency: Agency
    to: tuple[str, ...]
    cc: tuple[str, ...]
    round: Round
    deadline: Deadline
    owed: tuple[Owed, ...]
    at: datetime
    days: int
    working_days: int
    next_step_on: date | None = None
    next_copies_leader: bool = False
    enclosures: tuple[Enclosure, ...] = ()
    with_leads: tuple[WithLead, ...] = ()
    told_partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionNotice:
    """What the coordinator decided about an agency, told to it: an extension, an excuse, an acceptance or a
    return.
    """

    key: str
    decision: str
    agency: Agency
    to: tuple[str, ...]
    cc: tuple[str, ...]
    round: Round
    forms: tuple[Form, ...]
    why: str
    deadline: Deadline
    at: datetime
    findings: tuple[Finding, ...] = ()
    kind: NoticeKind = NoticeKind.DECISION

    @property
    def is_of_all(self) -> bool:
        """Whether it speaks of everything that the agency owes in the round; no forms named mean the same."""
        return not self.forms or {a.form for a in self.round.of(self.agency.code)} <= {f.code for f in self.forms}


@dataclass(frozen=True, slots=True)
class AlertNotice:
    """Something that the coordinator must know at once. `subject_code` picks the words in the alert template;
    `params` fill them.
    """

    key: str
    subject_code: str
    params: dict[str, str]
    at: datetime
    kind: NoticeKind = NoticeKind.ALERT


@dataclass(frozen=True, slots=True)
class DigestMail:
    """One inbound mail in the digest: waiting for a person, from somebody unknown, or ignored."""

    mail_id: int
    received_at: datetime
    sender: str
    subject: str
    outcome: str
    reason: str
    agency: Agency | None = None


@dataclass(frozen=True, slots=True)
class DigestBounce:
    """An address that mail could not be delivered to, and what the server said."""

    address: str
    agency: Agency | None
    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class DigestAgency:
    """One agency's row in the digest."""

    agency: Agency
    obligations: tuple[ObligationState, ...]
    done: bool
    needs_correction: bool
    silent: bool
    late: bool
    overdue: bool
    held: bool
    last_nudge: str = ""
    last_nudge_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """Progress of one group of agencies."""

    name: str
    done: int
    needs_correction: int
    waiting: int
    total: int


@dataclass(frozen=True, slots=True)
class DigestChange:
    """Something that happened since the last digest. `what` is a stable word: accepted, correction, late, extended,
    excused, returned, received …
    """

    at: datetime
    what: str
    agency: Agency
    form: Form | None = None
    version: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DigestRound:
    """One round's page. Counts are of agencies, each in exactly one of done, needs_correction, held, partial,
    silent.
    """

    round: Round
    forms: tuple[Form, ...]
    agencies: tuple[DigestAgency, ...]
    groups: tuple[DigestGroup, ...]
    changes: tuple[DigestChange, ...]
    done: int
    needs_correction: int
    partial: int
    silent: int
    held: int
    total: int
    days_left: int
    working_days_left: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class DigestNotice:
    """The coordinator's daily page. `since` is when the last digest went out, None for the first."""

    key: str
    to: tuple[str, ...]
    at: datetime
    since: datetime | None
    rounds: tuple[DigestRound, ...]
    waiting: tuple[DigestMail, ...] = ()
    unknown_senders: tuple[DigestMail, ...] = ()
    ignored: tuple[DigestMail, ...] = ()
    bounces: tuple[DigestBounce, ...] = ()
    unsent: tuple[tuple[str, str, str], ...] = ()  # key, state, last error
    kind: NoticeKind = NoticeKind.DIGEST


Notice = AnswerNotice | ClosedNotice | NudgeNotice | DecisionNotice | AlertNotice | DigestNotice
