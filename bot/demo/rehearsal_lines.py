"""The timeline of a rehearsal: every mail of its runs in the order of time, numbered, with why it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.demo.rehearsal_plan import Behaviour
from bot.demo.rehearsal_run import Arrived, Run, Sent
from bot.domain.letter import Why
from bot.domain.mail import NoticeKind
from bot.domain.office import Language, WorkingTime
from bot.screens import say
from bot.settings import Settings
from bot.store.names import safe_component
from bot.text.dates import say_date, say_instant

MAILS = "mails"
TO_OFFICE = "coordinator"  # whom mails are for that belong to no agency
FROM_AGENCY = "report"  # the kind of a line that an agency mailed
SIGNS = {
    NoticeKind.REQUEST: "→",
    NoticeKind.RECEIPT: "✓",
    NoticeKind.CORRECTION: "!",
    NoticeKind.REMINDER: "…",
    NoticeKind.OVERDUE: "!!",
    NoticeKind.ESCALATION: "!!!",
    NoticeKind.DIGEST: "≡",
    NoticeKind.ALERT: "▲",
    NoticeKind.DECISION: "§",
    NoticeKind.CLOSED: "×",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One mail on the page. `file` and `page` are relative paths; `agency` is a code, empty for the coordinator."""

    at: datetime
    behaviour: Behaviour
    agency: str
    kind: str
    step: str
    subject: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    file: str
    page: str
    why: str
    sign: str
    raw: bytes
    is_ours: bool = True

    def as_json(self) -> dict[str, object]:
        shown = ("at", "agency", "kind", "step", "subject", "file", "page", "why")
        plain = {name: getattr(self, name) for name in shown}
        return {**plain, "behaviour": self.behaviour.value, "to": list(self.to), "cc": list(self.cc)}


def lines_of(runs: Sequence[Run], settings: Settings, codes: Sequence[str]) -> tuple[Line, ...]:
    """Every mail of the agencies `codes` and to the coordinator, in the order of time, numbered."""
    found: list[tuple[datetime, int, Behaviour, Sent | Arrived]] = []
    for number, run in enumerate(runs):  # what arrives comes before its answer: sorting is stable
        found += [(a.record.received_at, number, run.behaviour, a) for a in run.arrived]
        found += [(s.record.sent_at or s.record.queued_at, number, run.behaviour, s) for s in run.sent]
    wanted = {None, *codes}
    found = [f for f in found if (f[3].agency if isinstance(f[3], Arrived) else f[3].record.mail.agency) in wanted]
    found.sort(key=lambda entry: entry[:2])
    language, working_time = settings.language, settings.working_time
    lines = []
    for number, (at, _, behaviour, mail) in enumerate(found, 1):
        local = working_time.local(at)
        if isinstance(mail, Arrived):
            lines.append(_arrived(number, local, behaviour, mail, settings))
        else:
            lines.append(_sent(number, local, behaviour, mail, language, working_time))
    return tuple(lines)


def _name(number: int, agency: str, kind: str) -> str:
    return f"{MAILS}/{number:04d}-{safe_component(agency, 'agency')}-{kind}"


def _sent(number: int, at: datetime, behaviour: Behaviour, sent: Sent, language: Language, wt: WorkingTime) -> Line:
    mail = sent.record.mail
    name = _name(number, mail.agency or TO_OFFICE, mail.kind.value)
    own = say(language, f"rehearsal.why_{mail.kind.value}")
    return Line(
        at,
        behaviour,
        mail.agency or "",
        mail.kind.value,
        " ".join(mark.step for mark in sent.steps),
        mail.subject,
        mail.to,
        mail.cc,
        f"{name}.eml",
        f"{name}.html",
        why_words(sent.why, language, wt) if sent.why else own,
        SIGNS[mail.kind],
        mail.raw,
    )


def _arrived(number: int, at: datetime, behaviour: Behaviour, mail: Arrived, settings: Settings) -> Line:
    name = _name(number, mail.agency, FROM_AGENCY)
    outcome = say(settings.language, f"outcome.{mail.record.outcome.value}")
    return Line(
        at,
        behaviour,
        mail.agency,
        FROM_AGENCY,
        "",
        mail.record.subject,
        (settings.office.address,),
        (),
        f"{name}.eml",
        f"{name}.html",
        say(settings.language, "rehearsal.came_to", outcome=outcome),
        "←",
        mail.raw,
        is_ours=False,
    )


def why_words(why: Why, language: Language, working_time: WorkingTime) -> str:
    """A reason in the office's language; times in it are local."""

    def shown(value: object) -> object:
        if isinstance(value, datetime):
            return say_instant(working_time.local(value), language.value)
        return say_date(value, language.value) if isinstance(value, date) else value

    return say(language, f"why.{why.code}", **{name: shown(value) for name, value in why.params.items()})
