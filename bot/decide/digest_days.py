"""The days of the coordinator's page: one a working day. Pure; loaded by whoever only wants to know of the day."""

from datetime import datetime, time

from bot.domain.office import WorkingTime


def digest_key(now: datetime, working_time: WorkingTime) -> str:
    """One page a day: the key is the local day."""
    return f"digest:{working_time.local(now).date().isoformat()}"


def digest_due(now: datetime, at: time, working_time: WorkingTime) -> bool:
    """Whether today's page is due: a working day, from `at` (local) until the office closes. A missed day is not made
    up for.
    """
    local = working_time.local(now)
    return working_time.is_working_day(local.date()) and at <= local.time() < working_time.closes
