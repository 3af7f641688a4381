"""On which day, and at what time, a step of the ladder falls.

Flow: the step's offset from the last day (working or calendar days) → moved off days off, to the working day before
(reminders) or after (overdue, escalation) → the step's local time. Hours count back from the instant itself; one that
falls outside office hours moves to an hour before the last closing before it. Steps that can never speak are left
out. Pure; never fails.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot.domain.ladder import LadderStep, StepUnit
from bot.domain.office import WorkingTime

BEFORE_CLOSING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step with the instant from which it is due, and the local day of that."""

    step: LadderStep
    at: datetime
    day: date


@lru_cache(maxsize=1024)
def steps_around(
    steps: tuple[LadderStep, ...], instant: datetime, known_on: date, working_time: WorkingTime
) -> tuple[DueStep, ...]:
    """The steps that hang on `instant` (aware; the first moment that is late), in the order in which they fall due.

    `known_on` is the local day on which that instant became known: steps on or before it are left out, since what told
    of it has just said the same. So are reminders that would come when it has passed. Whole rounds share one answer:
    only the deadline and that day tell agencies apart.
    """
    placed = (_placed(step, due_at(step, instant, working_time)) for step in steps)
    kept = (due for due in placed if due.day > known_on and not (due.step.kind.is_before and due.at >= instant))
    # The sort is stable and the ladder's own order breaks ties: of two steps on one morning the later one speaks.
    return tuple(sorted(kept, key=lambda due: due.at))


def due_at(step: LadderStep, instant: datetime, working_time: WorkingTime) -> datetime:
    """When `step` falls due before or after `instant`, local to the office."""
    if step.unit is StepUnit.HOURS:
        moment = working_time.local(instant.astimezone(UTC) + timedelta(hours=step.offset))
        return moment if working_time.is_open(moment) else _before_closing(moment, working_time)
    day = day_of(step, last_day_of(instant, working_time), working_time)
    return datetime.combine(day, time(step.hour, step.minute), working_time.timezone)


def day_of(step: LadderStep, last_day: date, working_time: WorkingTime) -> date:
    """The working day of a step that counts in days from `last_day`."""
    if step.unit is StepUnit.WORKING:
        day = working_time.add_working_days(last_day, step.offset)
    else:
        day = last_day + timedelta(days=step.offset)
    if step.kind.is_before:
        return working_time.working_day_on_or_before(day)
    return working_time.working_day_on_or_after(day)


def last_day_of(instant: datetime, working_time: WorkingTime) -> date:
    """The last day, of the office's calendar, on which something before `instant` is timely."""
    return working_time.local(instant - timedelta(microseconds=1)).date()


def next_opening(now: datetime, working_time: WorkingTime) -> datetime:
    """When the office opens next after `now`."""
    local = working_time.local(now)
    day = local.date() if local.time() < working_time.opens else local.date() + timedelta(days=1)
    return datetime.combine(working_time.working_day_on_or_after(day), working_time.opens, working_time.timezone)


def _placed(step: LadderStep, at: datetime) -> DueStep:
    return DueStep(step, at, at.date())


def _before_closing(moment: datetime, working_time: WorkingTime) -> datetime:
    """An hour before the last closing before `moment`, never before that day's opening."""
    day = moment.date()
    if not working_time.is_working_day(day) or moment.time() < working_time.closes:
        day = working_time.working_day_on_or_before(day - timedelta(days=1))
    closing = datetime.combine(day, working_time.closes, working_time.timezone)
    opening = datetime.combine(day, working_time.opens, working_time.timezone)
    return max(opening, closing - BEFORE_CLOSING)
