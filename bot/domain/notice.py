"""Notices (thông báo): the facts of each mail that the bot writes, before there are words for them.

`bot.mail.compose` turns one of these into an OutgoingMail. A notice names agencies, forms and findings; it holds no
prose. Each has `kind` and `key`; the key is unique for ever, so that the same notice cannot be queued twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.agency import Agency
from bot.domain.decision import Decision, Order, ReplyLink
from bot.domain.digest import DigestNotice
from bot.domain.form import Form
from bot.domain.ladder import Tone
from bot.domain.letter import Enclosure, Thread
from bot.domain.mail import NoticeKind, NudgeMark, Reason
from bot.domain.round import Deadline, ObligationState, Round
from bot.domain.submission import Finding, StoredFile, Verdict


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
class AskBeside:
    """What an agency asks for in the mail that brings its report. `until`: the last day that it names; `form`: the only
    table that it speaks of; `deadline` is what holds until the coordinator has answered.
    """

    reason: Reason
    deadline: Deadline
    until: date | None = None
    form: Form | None = None
    other: Agency | None = None


@dataclass(frozen=True, slots=True)
class AnswerNotice:
    """Receipt or correction: the answer to one mail.

    `findings` are those that belong to no form (a file nobody could place, a wrong agency). `missing` are forms still
    owed of which nothing valid has come and which are not in `results`. `open_corrections` are owed forms, not in
    this mail, that still wait for mending. `first_received_at` is when the report came of which this mail is an exact
    repeat (`duplicate`); `late` speaks of that time then. `mend_by`: until when what this mail must mend is asked for.
    `asked` is what the mail asks the coordinator for beside it.
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
    mend_by: datetime | None = None
    asked: AskBeside | None = None

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
class NudgeSection:
    """Another round in the same mail: what `kind` of step is due in it, and what stands. Days count as in
    NudgeNotice.
    """

    kind: NoticeKind
    round: Round
    deadline: Deadline
    owed: tuple[Owed, ...]
    days: int
    working_days: int
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class NudgeNotice:
    """Request, reminder, overdue notice or escalation: one mail for all forms that the agency owes in a round.

    `days` and `working_days` count from today to the deadline's last day (from it to today when overdue), in calendar
    and in working days. `next_step_on` is when the next step of the ladder would come, None after the last.
    `with_leads`: what other agencies owe still and this one works with them on. `told_partners`: the names of partners
    that are asked for nothing themselves and read of it here, in Cc. `template` is the mail's words, the kind's own
    when empty. `asked_on` is when the agency asked the coordinator for something that is not answered yet. `others`
    are what else it owes, in other rounds: one mail a day says it all. `marks` are the steps it speaks for.
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
    tone: Tone = Tone.PLAIN
    template: str = ""
    copies_leader: bool = False
    asked_on: date | None = None
    others: tuple[NudgeSection, ...] = ()
    marks: tuple[NudgeMark, ...] = ()

    @property
    def encloses_forms(self) -> bool:
        """Whether a form goes with it: the deadline for the calendar is none."""
        return any(not e.content_type.startswith("text/calendar") for e in self.enclosures)


@dataclass(frozen=True, slots=True)
class DecisionNotice:
    """What the coordinator decided about an agency, told to it: an extension, an excuse, an acceptance, a return, a
    refusal of what it asked for, or that one of these no longer holds (`undone`).
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
    undone: bool = False
    enclosures: tuple[Enclosure, ...] = ()
    thread: Thread | None = None
    kind: NoticeKind = NoticeKind.DECISION

    @property
    def is_of_all(self) -> bool:
        """Whether it speaks of everything that the agency owes in the round; no forms named mean the same."""
        return not self.forms or {a.form for a in self.round.of(self.agency.code)} <= {f.code for f in self.forms}


@dataclass(frozen=True, slots=True)
class AskNotice:
    """Acknowledges what an agency asks for without a file: more time (`asks_extension`), that there is nothing to
    report, or that another agency reports for it. Nothing is granted by it; the coordinator will answer.

    `until` is the day that it named (local, counted in), `other` the agency that reports for it, `form` the only table
    that it spoke of. `deadline` holds until the coordinator answers.
    """

    key: str
    reason: Reason
    agency: Agency
    to: tuple[str, ...]
    thread: Thread
    round: Round
    deadline: Deadline
    received_at: datetime
    until: date | None = None
    other: Agency | None = None
    mail_id: int | None = None
    kind: NoticeKind = NoticeKind.RECEIPT
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class OrderNotice:
    """Answers a coordinator's decision by mail, or tells of one that did not count.

    `refusal` is empty when it was carried out; else a stable word (`forged`, `expired`, `used`, `not_a_coordinator`,
    `unauthenticated`, `forwarded`, `in_body`, `unreadable`, `contradicted`, `changed` or the code of a DecisionError)
    that `params` explain. `sender` is who wrote. `undo` takes it back with one click, None where nothing can.
    """

    key: str
    to: tuple[str, ...]
    at: datetime
    sender: str
    subject: str
    order: Order | None = None
    decision: Decision | None = None
    agency: Agency | None = None
    round: Round | None = None
    forms: tuple[Form, ...] = ()
    refusal: str = ""
    params: Mapping[str, str | int | datetime] = field(default_factory=dict)
    undo: ReplyLink | None = None
    thread: Thread | None = None
    mail_id: int | None = None
    kind: NoticeKind = NoticeKind.DECISION


@dataclass(frozen=True, slots=True)
class EscalationLetter:
    """To the coordinator at the end of the ladder: who has not reported, with the draft of the official letter (công
    văn đôn đốc) as an enclosure. `unreached` are those whom no mail of ours reaches.
    """

    key: str
    to: tuple[str, ...]
    at: datetime
    round: Round
    silent: tuple[Agency, ...]
    unfinished: tuple[Agency, ...]
    unreached: tuple[Agency, ...]
    enclosures: tuple[Enclosure, ...]
    kind: NoticeKind = NoticeKind.ESCALATION


@dataclass(frozen=True, slots=True)
class AlertNotice:
    """Something that the coordinator must know at once. `subject_code` picks the words in the alert template;
    `params` fill them. `over`: the trouble has passed. `since` is when one that lasts, or lasted, was first seen.
    """

    key: str
    subject_code: str
    params: Mapping[str, str]
    at: datetime
    over: bool = False
    kind: NoticeKind = NoticeKind.ALERT
    since: datetime | None = None


Notice = (
    AnswerNotice
    | ClosedNotice
    | NudgeNotice
    | DecisionNotice
    | AskNotice
    | OrderNotice
    | EscalationLetter
    | AlertNotice
    | DigestNotice
)
