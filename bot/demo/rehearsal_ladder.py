"""The steps of a round's ladders with their days, for whoever plans or shows them: the clock's own decision is asked
twice, for the day of every step and for those that are kept. Pure.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.decide.stepping import due_at, last_day_of, steps_around
from bot.domain.ladder import LadderStep, StepKind, StepUnit
from bot.domain.office import WorkingTime
from bot.domain.round import Round

REQUEST = "request"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step with the local instant from which it is due. `named` is the day that its offset names, which differs
    from `day` where that is a day off. `dropped`: it is left out, because what it hangs on became known on that day
    or later, or because it would come too late.
    """

    step: LadderStep
    at: datetime
    named: date
    dropped: bool = False

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def moved(self) -> bool:
        return self.named != self.day


def main_steps(round_: Round, working_time: WorkingTime) -> tuple[PlannedStep, ...]:
    """The request and the steps that hang on the deadline, in the order in which they fall due."""
    opening = working_time.local(round_.opens_at)
    request = LadderStep(REQUEST, StepKind.REQUEST, 0, hour=opening.hour, minute=opening.minute)
    hung = _hung_on(round_.ladder.steps, round_.deadline.instant, opening.date(), working_time)
    return (PlannedStep(request, opening, opening.date()), *hung)


def correction_steps(round_: Round, asked_at: datetime, working_time: WorkingTime) -> tuple[PlannedStep, ...]:
    """The steps that follow a correction asked for at `asked_at`, in the order in which they fall due."""
    asked_on = working_time.local(asked_at).date()
    last = working_time.add_working_days(asked_on, round_.ladder.correction_days)
    ends = datetime.combine(last + timedelta(days=1), time(), working_time.timezone)
    mend_by = max(ends, round_.deadline.instant)
    return _hung_on(round_.ladder.correction, mend_by, asked_on, working_time)


def _hung_on(
    steps: tuple[LadderStep, ...], instant: datetime, known_on: date, working_time: WorkingTime
) -> tuple[PlannedStep, ...]:
    kept = {due.step.code for due in steps_around(steps, instant, known_on, working_time)}
    last_day = last_day_of(instant, working_time)
    planned = [
        PlannedStep(
            step,
            at := working_time.local(due_at(step, instant, working_time)),
            _named(step, last_day, at, working_time),
            step.code not in kept,
        )
        for step in steps
    ]
    return tuple(sorted(planned, key=lambda p: p.at))


def _named(step: LadderStep, last_day: date, at: datetime, working_time: WorkingTime) -> date:
    """The day that the offset itself names, a day off or not; hours name no day."""
    match step.unit:
        case StepUnit.CALENDAR:
            return last_day + timedelta(days=step.offset)
        case StepUnit.WORKING:
            return working_time.add_working_days(last_day, step.offset)
    return at.date()
