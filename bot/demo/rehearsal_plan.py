"""When each agency mails its report in a rehearsal, and at which moments the clock stops.

Round → the days of its steps → the mails of each behaviour → every moment at which something can be due. Pure but for
the calendar that it is given.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.demo.rehearsal_ladder import PlannedStep
from bot.domain.office import WorkingTime
from bot.domain.round import Round

DAYS_AFTER = 2  # working days after the last thing that can happen
_EARLY_DAYS = 4  # working days before the last day: when a punctual report comes
_A_WHILE = timedelta(minutes=5)


class Behaviour(StrEnum):
    """How an agency behaves: complete and right some days early; complete and right after the deadline; early with a
    fault that is mended when all reminders of it have gone out; silent to the end.
    """

    ON_TIME = "on_time"
    LATE = "late"
    WRONG = "wrong"
    NEVER = "never"


class Sends(StrEnum):
    """What a mail of an agency holds: all forms filled in, the same with a fault in one, or that one mended."""

    REPORT = "report"
    FAULTY = "faulty"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class Delivery:
    """All agencies mail at `at`, an aware local instant."""

    at: datetime
    sends: Sends


@dataclass(frozen=True, slots=True)
class Beat:
    """A local moment at which the clock stops. `certain`: in any case; else only while somebody waits for a step that
    is due. `wakes`: whether somebody does is asked anew.
    """

    at: datetime
    certain: bool
    wakes: bool


def deliveries(
    behaviour: Behaviour, round_: Round, correction: tuple[PlannedStep, ...], working_time: WorkingTime
) -> tuple[Delivery, ...]:
    """What every agency mails under that behaviour. `correction` are the steps that follow a faulty report."""
    late_on = working_time.add_working_days(_last_day(round_, working_time), 1)
    match behaviour:
        case Behaviour.ON_TIME:
            return (Delivery(early_at(round_, working_time), Sends.REPORT),)
        case Behaviour.LATE:
            return (Delivery(_at(late_on, time(14, 10), working_time), Sends.REPORT),)
        case Behaviour.WRONG:
            after = max([late_on, *(step.day for step in correction)])
            mended = _at(working_time.add_working_days(after, 1), time(10, 20), working_time)
            return (Delivery(early_at(round_, working_time), Sends.FAULTY), Delivery(mended, Sends.MENDED))
    return ()


def early_at(round_: Round, working_time: WorkingTime) -> datetime:
    """When a punctual agency mails: four working days before the last day; half way between opening and deadline
    where the round is shorter.
    """
    day = working_time.add_working_days(_last_day(round_, working_time), -_EARLY_DAYS)
    moment = _at(day, time(9, 15), working_time)
    if round_.opens_at < moment < round_.deadline.instant:
        return moment
    half = round_.opens_at + (round_.deadline.instant - round_.opens_at) / 2
    return working_time.local(half)


def beats(
    round_: Round,
    steps: tuple[PlannedStep, ...],
    mails: tuple[Delivery, ...],
    digest_at: time,
    working_time: WorkingTime,
) -> tuple[Beat, ...]:
    """Every moment at which something can be due, in order: from just before the opening to a few working days after
    the last step and the last mail. The very moments of opening, deadline, closing, steps and mails, a while after, and
    the digest's time, always; each full hour and each step's time on working days as long as it may matter.
    """
    exact = [round_.opens_at, round_.deadline.instant, *(s.at for s in steps), *(m.at for m in mails)]
    if round_.closes_at is not None:
        exact.append(round_.closes_at)
    begins = round_.opens_at - _A_WHILE
    day = working_time.local(round_.opens_at).date()
    last = working_time.add_working_days(max(working_time.local(at).date() for at in exact), DAYS_AFTER)
    hours = {time(hour) for hour in range(24) if working_time.opens <= time(hour) < working_time.closes}
    hours |= {working_time.opens} | {working_time.local(s.at).time() for s in steps}
    certain = {begins, *exact, *(m.at + _A_WHILE for m in mails), round_.opens_at + _A_WHILE}
    maybe: set[datetime] = set()
    while day <= last:
        if working_time.is_working_day(day):
            certain.add(_at(day, digest_at, working_time))
            maybe |= {_at(day, at, working_time) for at in hours}
        day += timedelta(days=1)
    found = sorted(at for at in certain | maybe if at >= begins)
    return tuple(Beat(working_time.local(at), at in certain, at in exact) for at in found)


def _last_day(round_: Round, working_time: WorkingTime) -> date:
    return working_time.local(round_.deadline.instant - timedelta(microseconds=1)).date()


def _at(day: date, at: time, working_time: WorkingTime) -> datetime:
    return datetime.combine(day, at, working_time.timezone)
