"""One tick of the clock: who is nudged now, whether the letter at the ladder's end and the coordinator's page are due.

Each asks the database what is due at this moment; a UNIQUE key makes a repeat nothing, so a tick may come as often as
it likes, and missed ticks cost nothing. What the reading of the mailbox forbids is forbidden by the decisions
themselves: the page goes out even when nobody may be reminded, and says so.
"""

from datetime import datetime

from bot.decide.digesting import digest_due, digest_key, is_worth_sending
from bot.decide.fairness import Reading
from bot.flows.daily import digest
from bot.flows.letters import queue_letters
from bot.flows.nudging import load_day, queue_nudges
from bot.flows.services import Services


def tick(services: Services, reading: Reading) -> int:
    """Queues what is due at this moment: nudges, letters and the digest. Returns how many mails were queued."""
    now = services.now()
    day = load_day(services, now, reading)
    queued = queue_nudges(services, day)
    queued += queue_letters(services, day.states, reading, now, day.reach)
    if _page_is_due(services, now):
        notice = digest(services, now)
        if is_worth_sending(notice):
            queued += services.store.enqueue([services.composer.compose(notice, at=now)], now)
    return queued


def _page_is_due(services: Services, now: datetime) -> bool:
    working_time = services.office.working_time
    return digest_due(now, services.digest_at, working_time) and not services.store.has_key(
        digest_key(now, working_time)
    )
