"""What stands for each obligation of a round: derived, never stored.

Submissions and the coordinator's decisions go in, one ObligationState each comes out. Because nothing of it is kept,
it cannot disagree with what was received and decided. The decisions that come in are those in force; one that was
taken back is not among them.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.domain.decision import Decision, DecisionKind
from bot.domain.form import Severity
from bot.domain.office import WorkingTime
from bot.domain.round import Assignment, Deadline, ObligationState, ObligationStatus, Round, RoundState
from bot.domain.submission import Submission, Verdict

# The agency of a decision that is of the whole round.
EVERYBODY = ""


def round_state(
    round_: Round,
    submissions: Sequence[Submission],
    decisions: Sequence[Decision],
    now: datetime,
    held_agencies: Collection[str] = (),
    *,
    working_time: WorkingTime,
) -> RoundState:
    """The state of every obligation of `round_` at `now`.

    `held_agencies` are agencies of which a mail waits for a person: what they owe and have not sent is `held`,
    because the report may be in that mail. Submissions and decisions of other rounds are passed over. `working_time`
    says until when a correction is asked for.
    """
    by_duty: dict[tuple[str, str], list[Submission]] = {}
    for submission in submissions:
        if submission.round == round_.code:
            by_duty.setdefault((submission.agency, submission.form), []).append(submission)
    by_agency: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.round == round_.code:
            by_agency.setdefault(decision.agency, []).append(decision)
    common = by_agency.get(EVERYBODY, [])
    return RoundState(
        round_,
        now,
        tuple(
            _obligation(
                assignment,
                round_,
                sorted(by_duty.get((assignment.agency, assignment.form), ()), key=lambda s: s.version),
                [
                    *common,
                    *(d for d in by_agency.get(assignment.agency, ()) if d.form in (None, assignment.form)),
                ],
                now,
                assignment.agency in held_agencies,
                working_time,
            )
            for assignment in round_.assignments
        ),
    )


def deadline_for(round_: Round, decisions: Sequence[Decision], agency: str, form: str | None = None) -> Deadline:
    """The deadline of that agency (and form): its newest extension or the newest grace of the round, whichever is
    later, or else the round's.
    """
    return _extended(
        round_.deadline, [d for d in decisions if _speaks_of(d, round_, agency) and d.form in (None, form)]
    )


def deadline_set_at(round_: Round, decisions: Sequence[Decision], agency: str) -> datetime:
    """When the agency's present deadline was set: by the newest extension or grace, or else at the opening of the
    round.
    """
    moves = (DecisionKind.EXTEND, DecisionKind.GRACE)
    return max((round_.opens_at, *(d.at for d in decisions if d.kind in moves and _speaks_of(d, round_, agency))))


def _speaks_of(decision: Decision, round_: Round, agency: str) -> bool:
    return decision.round == round_.code and decision.agency in (agency, EVERYBODY)


def effective_verdict(submission: Submission, decisions: Sequence[Decision]) -> Verdict:
    """The verdict after the coordinator's word: the newest accept or return of that version decides over the
    checks.
    """
    newest = _last_word(submission, decisions)
    if newest is None:
        return submission.verdict
    if newest.kind is DecisionKind.RETURN:
        return Verdict.CORRECTION
    return submission.verdict if submission.verdict.is_valid else Verdict.ACCEPTED_WITH_REMARKS


def _last_word(submission: Submission, decisions: Sequence[Decision]) -> Decision | None:
    """The newest acceptance or return of that version."""
    spoken = (
        d
        for d in decisions
        if d.kind in (DecisionKind.ACCEPT, DecisionKind.RETURN)
        and d.round == submission.round
        and d.agency == submission.agency
        and d.form in (None, submission.form)
        and d.version in (None, submission.version)
        # without a version the decision spoke of what had come by then
        and (d.version is not None or submission.received_at <= d.at)
    )
    return max(spoken, key=lambda d: d.at, default=None)


def _extended(deadline: Deadline, decisions: Sequence[Decision]) -> Deadline:
    own = _newest_until(decisions, DecisionKind.EXTEND)
    grace = _newest_until(decisions, DecisionKind.GRACE)
    instant = own or deadline.instant
    if grace is not None and grace > instant:
        instant = grace
    if instant == deadline.instant:
        return deadline
    # In the time zone of the round's own: the last day is a day of the office's calendar.
    return replace(deadline, instant=instant.astimezone(deadline.instant.tzinfo), printed="")


def _newest_until(decisions: Sequence[Decision], kind: DecisionKind) -> datetime | None:
    moves = [d for d in decisions if d.kind is kind and d.until is not None]
    return max(moves, key=lambda d: d.at).until if moves else None


def _mending(
    newest: Submission,
    deadline: Deadline,
    decisions: Sequence[Decision],
    correction_days: int,
    working_time: WorkingTime,
) -> tuple[datetime, datetime]:
    """When the correction of `newest` was asked for, and until when: the end of the `correction_days`-th working day
    after it, never before the obligation's own deadline.
    """
    word = _last_word(newest, decisions)
    returned = word is not None and word.kind is DecisionKind.RETURN
    asked_at = max(newest.received_at, word.at) if word is not None and returned else newest.received_at
    last_day = working_time.add_working_days(working_time.local(asked_at).date(), correction_days)
    end = datetime.combine(last_day + timedelta(days=1), time(0), working_time.timezone)
    return asked_at, max(end, deadline.instant)


def _obligation(
    assignment: Assignment,
    round_: Round,
    submissions: Sequence[Submission],
    decisions: Sequence[Decision],
    now: datetime,
    held: bool,
    working_time: WorkingTime,
) -> ObligationState:
    deadline = _extended(round_.deadline, decisions)
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
    corrected_at = mend_by = None
    if status is ObligationStatus.CORRECTION_NEEDED and newest is not None:
        days = round_.ladder.correction_days
        corrected_at, mend_by = _mending(newest, deadline, decisions, days, working_time)
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
        extended=deadline != round_.deadline,
        reason=reason,
        mend_by=mend_by,
        corrected_at=corrected_at,
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
