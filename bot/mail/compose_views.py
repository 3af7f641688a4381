"""What a template needs to know of a notice: sorted, counted and cut to length, still without words.

Flow: a notice and the words of its findings in, a view out; the templates put sentences around it. Pure.

Nothing here fails for what a notice holds: empty lists make empty views, long ones are cut and say how many are left
out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.form import Form, Severity
from bot.domain.notice import AnswerNotice, DecisionNotice, FormResult, NudgeNotice, NudgeSection, Owed
from bot.domain.round import ObligationStatus
from bot.domain.submission import Finding, Verdict
from bot.domain.words import FindingWords

Say = Callable[[Finding, str], FindingWords]

# More rows than these help nobody: the first ones show what is wrong, and the next version is checked again.
MAX_FINDINGS = 15
MAX_FILES = 30
MAX_CELL = 240

# A mark stands for a kind of state in every notice and the digest: done, to mend, not come, with a person, not asked.
MARKS = {
    ObligationStatus.FULFILLED: "ok",
    ObligationStatus.FULFILLED_LATE: "ok",
    ObligationStatus.CORRECTION_NEEDED: "fix",
    ObligationStatus.OPEN: "void",
    ObligationStatus.OVERDUE: "late",
    ObligationStatus.HELD: "wait",
    ObligationStatus.EXCUSED: "none",
}


@dataclass(frozen=True, slots=True)
class FindingTable:
    """The rows to print; `hidden` are left out; `alike` tells that these have only codes that are shown."""

    rows: tuple[FindingWords, ...]
    hidden: int
    alike: bool

    @property
    def total(self) -> int:
        return len(self.rows) + self.hidden


@dataclass(frozen=True, slots=True)
class Mend:
    """One form to mend: how many places, which version came, the accepted one that counts until then, and the name of
    the enclosure in which its faults are marked, if any.
    """

    form: Form
    places: int
    version: int
    stands: int | None
    marked: str = ""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A receipt or correction. `loose` counts errors that belong to no form; `nothing_missing`: all that is owed has
    come and passed.
    """

    passed: tuple[FormResult, ...]
    mend: tuple[Mend, ...]
    held: tuple[FormResult, ...]
    errors: FindingTable
    remarks: FindingTable
    loose: int
    nothing_missing: bool
    deadline_passed: bool
    files_hidden: int


@dataclass(frozen=True, slots=True)
class NudgeView:
    """A request or reminder: what is there, what must be mended, what has not come, what a person is looking at."""

    arrived: tuple[Owed, ...]
    mend: tuple[Owed, ...]
    missing: tuple[Owed, ...]
    held: tuple[Owed, ...]
    excused: tuple[Owed, ...]

    @property
    def asked(self) -> tuple[Owed, ...]:
        return (*self.missing, *self.mend)

    @property
    def corrected_at(self) -> datetime | None:
        """When the latest of the corrections that are still open was asked for."""
        return max((o.state.corrected_at for o in self.mend if o.state.corrected_at), default=None)


def finding_table(pairs: Iterable[tuple[Finding, str]], severity: Severity, say: Say) -> FindingTable:
    """The findings of that severity, each with its form's short title; only those that are shown are put into words."""
    chosen = [(finding, form) for finding, form in pairs if finding.severity is severity]
    shown, rest = chosen[:MAX_FINDINGS], chosen[MAX_FINDINGS:]
    codes = {finding.code for finding, _ in shown}
    return FindingTable(
        rows=tuple(_clipped(say(finding, form)) for finding, form in shown),
        hidden=len(rest),
        alike=all(finding.code in codes for finding, _ in rest),
    )


def answer_view(notice: AnswerNotice, say: Say, at: datetime) -> AnswerView:
    """`at` is when the answer is written: whether the deadline has passed decides how the time is put."""
    pairs = [
        *((f, "") for f in notice.findings),
        *((f, result.form.short_title) for result in notice.results for f in result.findings),
    ]
    passed = tuple(r for r in notice.results if r.verdict.is_valid)
    held = tuple(r for r in notice.results if r.verdict is Verdict.HELD)
    mend = tuple(
        Mend(r.form, _errors(r.findings), r.version, r.stands, r.marked)
        for r in notice.results
        if r.verdict is Verdict.CORRECTION
    )
    return AnswerView(
        passed=passed,
        mend=mend,
        held=held,
        errors=finding_table(pairs, Severity.ERROR, say),
        remarks=finding_table(pairs, Severity.REMARK, say),
        loose=_errors(notice.findings),
        nothing_missing=bool(passed) and not (held or mend or notice.missing or notice.open_corrections),
        deadline_passed=notice.deadline is not None and at >= notice.deadline.instant,
        files_hidden=max(0, len(notice.files) - MAX_FILES),
    )


def nudge_view(notice: NudgeNotice | NudgeSection) -> NudgeView:
    """The forms sorted by what stands for each."""

    def with_status(*statuses: ObligationStatus) -> tuple[Owed, ...]:
        return tuple(o for o in notice.owed if o.state.status in statuses)

    return NudgeView(
        arrived=with_status(ObligationStatus.FULFILLED, ObligationStatus.FULFILLED_LATE),
        mend=with_status(ObligationStatus.CORRECTION_NEEDED),
        missing=with_status(ObligationStatus.OPEN, ObligationStatus.OVERDUE),
        held=with_status(ObligationStatus.HELD),
        excused=with_status(ObligationStatus.EXCUSED),
    )


def decision_findings(notice: DecisionNotice, say: Say) -> FindingTable:
    """What a returned report must mend: errors and remarks together, since the coordinator sent it back for them."""
    title = notice.forms[0].short_title if len(notice.forms) == 1 else ""
    both = [(replace(f, severity=Severity.ERROR), title) for f in notice.findings]
    return finding_table(both, Severity.ERROR, say)


def clip(text: str, length: int = MAX_CELL) -> str:
    """`text` on one line, cut to `length` with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _errors(findings: Sequence[Finding]) -> int:
    return sum(f.severity is Severity.ERROR for f in findings)


def _clipped(words: FindingWords) -> FindingWords:
    return replace(
        words,
        where=clip(words.where),
        found=clip(words.found),
        expected=clip(words.expected),
        remedy=clip(words.remedy, 2 * MAX_CELL),
    )
