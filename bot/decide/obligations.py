"""What stands for each obligation of a round: derived, never stored.

Submissions and the coordinator's decisions go in, one ObligationState each comes out. Because nothing of it is kept,
it cannot disagree with what was received and decided.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.decision import Decision, DecisionKind
from bot.domain.form import Severity
from bot.domain.round import Assignment, Deadline, ObligationState, ObligationStatus, Round, RoundState
from bot.domain.submission import Submission, Verdict


def round_state(
    round_: Round,
    submissions: Sequence[Submission],
    decisions: Sequence[Decision],
    now: datetime,
    held_agencies: Collection[str] = (),
) -> RoundState:
    """The state of every obligation of `round_` at `now`.

    `held_agencies` are agencies of which a mail waits for a person: what they owe and have not sent is `held`,
    because the report may be in that mail. Submissions and decisions of other rounds are passed over.
    """
    by_duty: dict[tuple[str, str], list[Submission]] = {}
    for submission in submissions:
        if submission.round == round_.code:
            by_duty.setdefault((submission.agency, submission.form), []).append(submission)
    by_agency: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.round == round_.code:
            by_agency.setdefault(decision.agency, []).append(decision)
    return RoundState(
        round_,
        now,
        tuple(
            _obligation(
                assignment,
                round_.deadline,
                sorted(by_duty.get((assignment.agency, assignment.form), ()), key=lambda s: s.version),
                [d for d in by_agency.get(assignment.agency, ()) if d.form in (None, assignment.form)],
                now,
                assignment.agency in held_agencies,
            )
            for assignment in round_.assignments
        ),
    )


def deadline_for(round_: Round, decisions: Sequence[Decision], agency: str, form: str | None = None) -> Deadline:
    """The deadline of that agency (and form): the newest extension, or else the round's."""
    mine = [d for d in decisions if d.round == round_.code and d.agency == agency and d.form in (None, form)]
    return _extended(round_.deadline, mine)


def deadline_set_at(round_: Round, decisions: Sequence[Decision], agency: str) -> datetime:
    """When the agency's present deadline was set: the newest extension's instant, or else the opening of the
    round.
    """
    mine = [d.at for d in decisions if d.round == round_.code and d.agency == agency and d.kind is DecisionKind.EXTEND]
    return max((round_.opens_at, *mine))


def effective_verdict(submission: Submission, decisions: Sequence[Decision]) -> Verdict:
    """The verdict after the coordinator's word: the newest accept or return of that version decides over the
    checks.
    """
    spoken = [
        d
        for d in decisions
        if d.kind in (DecisionKind.ACCEPT, DecisionKind.RETURN)
        and d.round == submission.round
        and d.agency == submission.agency
        and d.form in (None, submission.form)
        and d.version in (None, submission.version)
        # without a version the decision spoke of what had come by then
        and (d.version is not None or submission.received_at <= d.at)
    ]
    if not spoken:
        return submission.verdict
    newest = max(spoken, key=lambda d: d.at)
    if newest.kind is DecisionKind.RETURN:
        return Verdict.CORRECTION
    return submission.verdict if submission.verdict.is_valid else Verdict.ACCEPTED_WITH_REMARKS


def _extended(deadline: Deadline, decisions: Sequence[Decision]) -> Deadline:
    extensions = [d for d in decisions if d.kind is DecisionKind.EXTEND and d.until is not None]
    if not extensions:
        return deadline
    newest = max(extensions, key=lambda d: d.at)
    assert newest.until is not None
    return replace(deadline, instant=newest.until, printed="")


def _obligation(
    assignment: Assignment,
    round_deadline: Deadline,
    submissions: Sequence[Submission],
    decisions: Sequence[Decision],
    now: datetime,
    held: bool,
) -> ObligationState:
    deadline = _extended(round_deadline, decisions)
    verdicts = {s.version: effective_verdict(s, decisions) for s in submissions}
    valid = [s for s in submissions if verdicts[s.version].is_valid]
    newest = submissions[-1] if submissions else None
    counted = valid[-1] if valid else newest
    first_valid = min((s.received_at for s in valid), default=None)
    status, reason = _status(
        deadline=deadline,
        now=now,
        newest=verdicts[newest.version] if newest else None,
        first_valid=first_valid,
        excused=next((d.why or "excused" for d in decisions if d.kind is DecisionKind.EXCUSE), None),
        held=held,
    )
    return ObligationState(
        agency=assignment.agency,
        form=assignment.form,
        status=status,
        deadline=deadline,
        version=counted.version if counted else None,
        latest_version=newest.version if newest else None,
        first_received_at=min((s.received_at for s in submissions), default=None),
        first_valid_at=first_valid,
        findings=_errors(newest) if newest and not verdicts[newest.version].is_valid else 0,
        extended=deadline != round_deadline,
        reason=reason,
    )


def _status(
    *,
    deadline: Deadline,
    now: datetime,
    newest: Verdict | None,
    first_valid: datetime | None,
    excused: str | None,
    held: bool,
) -> tuple[ObligationStatus, str]:
    # The first line that holds decides; a valid version is never unseated by what came after it.
    if first_valid is not None:
        if first_valid >= deadline.instant:
            return ObligationStatus.FULFILLED_LATE, "first valid after the deadline"
        return ObligationStatus.FULFILLED, "valid before the deadline"
    if excused is not None:
        return ObligationStatus.EXCUSED, excused
    if newest is Verdict.HELD:
        return ObligationStatus.HELD, "the newest version waits for a person"
    if newest is Verdict.CORRECTION:
        return ObligationStatus.CORRECTION_NEEDED, "the newest version needs mending"
    if held:
        return ObligationStatus.HELD, "a mail of this agency waits for a person"
    if now >= deadline.instant:
        return ObligationStatus.OVERDUE, "nothing valid by the deadline"
    return ObligationStatus.OPEN, "nothing yet, and there is time"


def _errors(submission: Submission) -> int:
    return sum(f.severity is Severity.ERROR for f in submission.findings)
