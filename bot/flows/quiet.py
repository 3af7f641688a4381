"""Whether a tick can be spared: a daemon looks every minute, and a nationwide round is not loaded 500 times a day to
learn that nothing is due.

A tick that had nothing to do is remembered with the stamp of the store, what was known of the mailbox, and the next
instant at which the clock alone may change a decision. Until one of these changes, the answer is the same. The instants
are named generously: one too many costs one look, one too few would cost an agency its reminder.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from bot.decide.fairness import Reading
from bot.decide.reminding import STALE_AFTER
from bot.decide.stepping import due_at
from bot.domain.ladder import LadderStep
from bot.flows.nudging import Day
from bot.flows.services import Quiet, Services

_DAYS = 2  # today and tomorrow: midnight is an instant of its own


def is_quiet(services: Services, reading: Reading, now: datetime) -> bool:
    """Whether the last tick of this process knew all that there is to know at `now`, and had nothing to do."""
    if not services.quiet:
        return False
    last = services.quiet[0]
    same_house = all(a is b for a, b in zip(last.house, _house(services), strict=True))
    return same_house and last.seen_at <= now < last.until and last.facts == _facts(services, reading)


def remember(services: Services, reading: Reading, day: Day) -> None:
    """Nothing was to be done at `day.now`."""
    until = min(at for at in _instants(services, day) if at > day.now)
    services.quiet[:] = [Quiet(_facts(services, reading), _house(services), day.now, until)]


def forget(services: Services) -> None:
    """Something was done, or is still to be done: the next tick looks at everything."""
    services.quiet.clear()


def _house(services: Services) -> tuple[object, ...]:
    return services.store, services.office, services.registry, services.forms, services.rounds, services.composer


def _facts(services: Services, reading: Reading) -> object:
    store = services.store
    return store.stamp(), reading, store.troubles(), store.outages(), services.digest_at


def _instants(services: Services, day: Day) -> Iterator[datetime]:
    """When the clock alone may change what is decided."""
    working_time = services.office.working_time
    today = working_time.local(day.now).date()
    for number in range(_DAYS):
        for hour in (time(), working_time.opens, working_time.closes, services.digest_at):
            yield datetime.combine(today + timedelta(days=number), hour, working_time.timezone)
    for round_ in services.rounds:
        yield round_.opens_at
        yield round_.opens_at + STALE_AFTER
        if round_.closes_at is not None:
            yield round_.closes_at
    for state in day.states:
        ladder = state.round.ladder
        for instant in {o.deadline.instant for o in state.obligations} | {state.round.deadline.instant}:
            yield from _around(services, ladder.steps, instant)
        for instant in {o.mend_by for o in state.obligations if o.mend_by is not None}:
            yield from _around(services, ladder.correction, instant)
        quiet = timedelta(hours=ladder.quiet_hours)
        yield from (at + quiet for at in day.last_mail.values())


def _around(services: Services, steps: tuple[LadderStep, ...], instant: datetime) -> Iterator[datetime]:
    yield instant
    for step in steps:
        at = due_at(step, instant, services.office.working_time)
        yield at
        yield at + STALE_AFTER
