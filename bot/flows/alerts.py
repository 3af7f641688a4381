"""What the coordinator must know at once: one mail a matter, named by its key; troubles that last are told of when they
begin to matter and when they are over (`bot.decide.alerting`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.decide.alerting import Change, Seen, judge_troubles
from bot.domain.mail import OutgoingMail
from bot.domain.notice import AlertNotice
from bot.flows.services import Services


def alert(services: Services, code: str, subject: str, params: Mapping[str, str], now: datetime) -> OutgoingMail:
    """The alert `code` about `subject` (a mail's id, an outgoing key, a day), ready to queue. The same matter has
    the same key.
    """
    notice = AlertNotice(key=f"alert:{code}:{subject}", subject_code=code, params=dict(params), at=now)
    return services.composer.compose(notice, at=now)


def tell(services: Services, code: str, subject: str, params: Mapping[str, str]) -> int:
    """Queues the alert and returns 1; a repeat of the same matter is nothing, and 0."""
    now = services.now()
    return services.store.enqueue([alert(services, code, subject, params, now)], now)


def watch(services: Services, seen: Sequence[Seen], judged: Collection[str]) -> int:
    """Writes down what lasts and what is over, and queues what is to be told. Returns how many alerts were queued.

    `judged` are the codes that could be looked at in this turn.
    """
    now = services.now()
    lasting = services.store.troubles()
    changes = judge_troubles(lasting, seen, judged=judged, now=now, vigilance=services.office.vigilance)
    return sum(_carry_out(services, change, now) for change in changes)


def _carry_out(services: Services, change: Change, now: datetime) -> int:
    """The trouble stands in the database before it is told and is told before that is noted: whatever comes between,
    the next turn makes the alert with the same key, which is then nothing.
    """
    trouble, queued = change.trouble, 0
    if change.alert is not None:
        if trouble.id is None:
            trouble = replace(services.store.save_trouble(replace(trouble, told_at=None)), told_at=trouble.told_at)
        notice = AlertNotice(
            key=change.alert.key,
            subject_code=trouble.code,
            params=trouble.params,
            at=now,
            over=change.alert.over,
            since=trouble.since,
        )
        queued = services.store.enqueue([services.composer.compose(notice, at=now)], now)
        services.journal.warning("trouble_over" if change.alert.over else "trouble", code=trouble.code)
    services.store.save_trouble(trouble)
    return queued
