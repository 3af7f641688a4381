"""One tick of the clock: who is nudged now, whether the letter at the ladder's end and the coordinator's page are due.

Each asks the database what is due at this moment; a UNIQUE key makes a repeat nothing, so a tick may come as often as
it likes, and missed ticks cost nothing. What the reading of the mailbox forbids is forbidden by the decisions
themselves: the page goes out even when nobody may be reminded, and says so. As long as nothing changes and no instant
comes at which something may fall due, a tick looks at nothing (`quiet`).
"""

from dataclasses import replace
from datetime import datetime

from bot.decide.digest_days import digest_due, digest_key
from bot.decide.digesting import is_worth_sending
from bot.decide.fairness import Reading
from bot.flows.daily import digest
from bot.flows.letters import queue_letters
from bot.flows.nudging import judge_nudges, load_day, queue_nudges
from bot.flows.quiet import forget, is_quiet, remember
from bot.flows.reach import room_left
from bot.flows.services import Services


def tick(services: Services, reading: Reading) -> int:
    """Queues what is due at this moment: nudges, letters and the digest. Returns how many mails were queued."""
    now = services.now()
    if is_quiet(services, reading, now):
        return 0
    forget(services)
    day = load_day(services, now, reading)
    verdicts = judge_nudges(services, now, day)
    # What goes to the coordinator passes all nudges in the queue: it comes first, and they get the room that is left.
    queued = queue_letters(services, day.states, reading, now, day.reach)
    if queued:
        day = replace(day, reach=replace(day.reach, room=room_left(services, now)))
    queued += queue_nudges(services, day, verdicts)
    if _page_is_due(services, now):
        # What was queued just now stands in the page.
        notice = digest(services, now, load_day(services, now, reading) if queued else day)
        if is_worth_sending(notice):
            queued += services.store.enqueue([services.composer.compose(notice, at=now)], now)
    if not queued and not any(verdict.nudges for verdict in verdicts.values()):
        remember(services, reading, day)
    return queued


def _page_is_due(services: Services, now: datetime) -> bool:
    working_time = services.office.working_time
    return digest_due(now, services.digest_at, working_time) and not services.store.has_key(
        digest_key(now, working_time)
    )
