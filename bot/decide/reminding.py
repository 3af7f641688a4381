"""The nudge ladder (thang nhắc việc): whether an agency is written to now, and why, or why not.

One agency and one round go in; at most one step comes out. The ladder hangs on the agency's own deadline. After
down-time only the latest step that is due speaks; what it would have said before is never made up for. Steps on days
off move to the working day before (requests, reminders) or after (overdue, escalation).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.ladder import LadderStep, StepKind, StepUnit
from bot.domain.office import WorkingTime
from bot.domain.round import Deadline, ObligationState, ObligationStatus, Round, RoundState

# A step that could not be sent within so many days has lost its meaning: the coordinator has long since telephoned.
STALE_AFTER = timedelta(days=10)
REQUEST_STEP = "request"


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step with the instant from which it is due."""

    step: LadderStep
    at: datetime


@dataclass(frozen=True, slots=True)
class Nudge:
    """Write now. `obligations` are all of the agency's in this round, `owed` the unsettled ones, `deadline` the
    earliest of theirs, `upcoming` the step after this one.
    """

    step: LadderStep
    key: str
    deadline: Deadline
    obligations: tuple[ObligationState, ...]
    owed: tuple[ObligationState, ...]
    days: int
    working_days: int
    upcoming: DueStep | None
    reason: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Do not write now, and why."""

    reason: str


def nudge_key(round_: Round, agency: str, step: LadderStep, deadline: Deadline) -> str:
    """What the notice is, for ever: an extended deadline has its own ladder, so the day belongs to the key."""
    if step.code == REQUEST_STEP:
        return f"{step.kind}:{round_.code}:{agency}"
    return f"{step.kind}:{round_.code}:{agency}:{step.code}:{deadline.last_day.isoformat()}"


def ladder(round_: Round, deadline: Deadline, set_at: datetime, working_time: WorkingTime) -> tuple[DueStep, ...]:
    """The steps that lead to and from `deadline`, in the order in which they fall due, the request first.

    `set_at` is when this deadline became known (the opening, or an extension): steps on or before that day are left
    out, since the notice that told of the deadline has just said the same.
    """
    opening = round_.opens_at.astimezone(working_time.timezone)
    request = LadderStep(REQUEST_STEP, StepKind.REQUEST, 0, hour=opening.hour, minute=opening.minute)
    known_on = working_time.local(set_at).date()
    last_day = working_time.local(deadline.instant - timedelta(microseconds=1)).date()
    steps = [
        DueStep(step, datetime.combine(day, time(step.hour, step.minute), working_time.timezone))
        for step in round_.ladder.steps
        if (day := _day_of(step, last_day, working_time)) > known_on
    ]
    # The sort is stable and the ladder's own order breaks ties: of two steps on one morning the later one speaks.
    return (DueStep(request, round_.opens_at), *sorted(steps, key=lambda due: due.at))


def asked_of(round_: Round, agency: str, states: Sequence[ObligationState]) -> tuple[ObligationState, ...]:
    """Those of the agency's obligations for which it may be written to."""
    silent = {a.form for a in round_.of(agency) if not a.addressed}
    return tuple(s for s in states if s.form not in silent)


def partners_to_tell(state: RoundState, agency: str) -> tuple[str, ...]:
    """The partners of `agency`'s unsettled duties that get no request of their own, because nothing (more) is asked of
    them: they are told by a copy of the lead's request.
    """
    settled = {s.form for s in state.of(agency) if s.status.is_settled}
    partners = dict.fromkeys(p for duty in state.round.of(agency) if duty.form not in settled for p in duty.partners)
    return tuple(p for p in partners if all(s.status.is_settled for s in asked_of(state.round, p, state.of(p))))


def due_nudge(
    round_: Round,
    agency: str,
    states: Sequence[ObligationState],
    *,
    sent: Collection[str],
    last_nudge_on: date | None,
    deadline_set_at: datetime,
    now: datetime,
    working_time: WorkingTime,
) -> Nudge | Silence:
    """Whether `agency` is nudged now. `states` are its obligations in `round_`; `sent` the keys already queued or
    sent; `last_nudge_on` the local day of its last nudge in any round.

    What the letter assigns without being addressed to the agency is neither asked for nor named.
    """
    asked = asked_of(round_, agency, states)
    if states and not asked:
        return Silence("the letter is not addressed to this agency")
    owed = tuple(s for s in asked if not s.status.is_settled)
    if not owed:
        return Silence("everything has been received or excused")
    if any(s.status is ObligationStatus.HELD and s.latest_version is None for s in owed):
        return Silence("a mail of this agency waits for a person; what it owes may be in it")
    owed = tuple(s for s in owed if s.status is not ObligationStatus.HELD)
    if not owed:
        return Silence("what has come waits for a person, and nothing else is missing")
    if not working_time.is_open(now):
        return Silence("outside office hours")
    today = working_time.local(now).date()
    if last_nudge_on == today:
        return Silence("one notice a day has been sent already")
    if not round_.is_open(now):
        return Silence("the round is closed")
    deadline = min((s.deadline for s in owed), key=lambda d: d.instant)
    steps = ladder(round_, deadline, deadline_set_at, working_time)
    due = [s for s in steps if s.at <= now]
    if not due:
        return Silence("no step is due yet")
    latest = due[-1]
    key = nudge_key(round_, agency, latest.step, deadline)
    if key in sent:
        return Silence(f"step {latest.step.code} has been sent")
    if now - latest.at >= STALE_AFTER:
        return Silence(f"step {latest.step.code} was due too long ago")
    is_past = now >= deadline.instant
    if is_past and latest.step.kind in (StepKind.REQUEST, StepKind.REMINDER):
        return Silence("the deadline has passed and the next step is not due yet")
    last_day = working_time.local(deadline.instant - timedelta(microseconds=1)).date()
    return Nudge(
        step=latest.step,
        key=key,
        deadline=deadline,
        obligations=asked,
        owed=owed,
        days=abs((last_day - today).days),
        working_days=working_time.working_days_between(min(today, last_day), max(today, last_day)),
        upcoming=next((s for s in steps if s.at > now), None),
        reason=f"step {latest.step.code} due at {latest.at.isoformat()}, {len(owed)} obligation(s) unsettled",
    )


def _day_of(step: LadderStep, last_day: date, working_time: WorkingTime) -> date:
    if step.unit is StepUnit.WORKING:
        day = working_time.add_working_days(last_day, step.offset)
    else:
        day = last_day + timedelta(days=step.offset)
    if step.kind in (StepKind.REQUEST, StepKind.REMINDER):
        return working_time.working_day_on_or_before(day)
    return working_time.working_day_on_or_after(day)
