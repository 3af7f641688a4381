"""How much may be sent: what the provider takes a minute and a day, and who goes first. Pure.

Answers come first and may use the whole day's share; nudges leave the reserve alone and never overtake a waiting
answer; what goes to the coordinator alone, digests and alerts always pass. What does not fit waits in the queue until
there is room, without an attempt.

`room_for_nudges` is asked before reminders are written: those for which there is no room today are not composed at
all and speak later, with the words of their day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from bot.decide.retrying import RESTING, expires_at
from bot.domain.mail import NoticeKind
from bot.domain.office import Sending, WorkingTime

MINUTE, DAY = timedelta(minutes=1), timedelta(hours=24)


class Lane(IntEnum):
    """Who goes first: what somebody waits for, what the coordinator must know, what we say by ourselves."""

    ANSWER = 0
    OFFICE = 1
    NUDGE = 2


_LANES: Mapping[NoticeKind, Lane] = {
    NoticeKind.RECEIPT: Lane.ANSWER,
    NoticeKind.CORRECTION: Lane.ANSWER,
    NoticeKind.CLOSED: Lane.ANSWER,
    NoticeKind.DECISION: Lane.ANSWER,
    NoticeKind.ALERT: Lane.OFFICE,
    NoticeKind.DIGEST: Lane.OFFICE,
    NoticeKind.REQUEST: Lane.NUDGE,
    NoticeKind.REMINDER: Lane.NUDGE,
    NoticeKind.OVERDUE: Lane.NUDGE,
    NoticeKind.ESCALATION: Lane.NUDGE,
}


def lane_of(kind: NoticeKind) -> Lane:
    """The lane in which mails of that kind queue."""
    return _LANES[kind]


@dataclass(frozen=True, slots=True)
class Queued:
    """One mail in the queue. `recipients` counts To and Cc; `for_office`: the coordinator is the only one of them."""

    id: int
    kind: NoticeKind
    recipients: int
    agency: str | None
    queued_at: datetime
    next_at: datetime
    last_error: str = ""
    for_office: bool = False

    @property
    def lane(self) -> Lane:
        return Lane.OFFICE if self.for_office else lane_of(self.kind)


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail that the server took."""

    at: datetime
    recipients: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to the queue now: `go` in order of urgency, `wait` until when (later than now), `expired` for good.
    Mails that are not due yet are in none of them.
    """

    go: tuple[int, ...]
    wait: Mapping[int, datetime]
    expired: tuple[int, ...]


def plan(
    queue: Sequence[Queued], taken: Iterable[Taken], sending: Sending, working_time: WorkingTime, now: datetime
) -> Plan:
    """`queue` is everything that waits, due or not; `taken` what went out in the last 24 hours."""
    expired = tuple(m.id for m in queue if (end := _end(m, working_time)) is not None and end <= now)
    waiting = [m for m in queue if m.id not in set(expired)]
    rest_until = resting_until(waiting, now)
    ledger = sorted((t for t in taken if t.at > now - DAY), key=lambda t: t.at)
    # Answers that are tried again later keep their place: small nudges must not eat up the room they wait for.
    promised = sum(m.recipients for m in waiting if m.lane is Lane.ANSWER and m.next_at > now)
    go: list[int] = []
    wait: dict[int, datetime] = {}
    for mail in sorted((m for m in waiting if m.next_at <= now), key=lambda m: (m.lane, m.next_at, m.id)):
        room_at = now
        if mail.lane is not Lane.OFFICE:
            kept = sending.reserved + promised if mail.lane is Lane.NUDGE else 0
            room_at = max(rest_until or now, _room_at(mail.recipients, ledger, sending, kept, now))
        if room_at > now:
            wait[mail.id] = room_at
            if mail.lane is Lane.ANSWER:
                promised += mail.recipients
        else:
            go.append(mail.id)
            ledger.append(Taken(now, mail.recipients))
    return Plan(tuple(go), wait, expired)


def resting_until(queue: Iterable[Queued], now: datetime) -> datetime | None:
    """Until when nothing is sent because the provider has had enough of us; None when it has not."""
    ends = [m.next_at for m in queue if m.last_error.startswith(RESTING) and m.next_at > now]
    return max(ends, default=None)


def room_for_nudges(
    queue: Iterable[Queued], taken: Iterable[Taken], sending: Sending, now: datetime, to_come: int = 0
) -> int | None:
    """How many recipients nudges may still have now; None: as many as they like. Whoever asks gives the room to the
    soonest deadlines first. `to_come`: so many recipients of today's mails to the office are not in the queue yet,
    and will pass all nudges in it.
    """
    waiting = list(queue)
    if resting_until(waiting, now) is not None:
        return 0
    if not sending.per_day:
        return None
    used = sum(t.recipients for t in taken if t.at > now - DAY)
    ahead = to_come + sum(m.recipients for m in waiting)
    return max(0, sending.per_day - sending.reserved - used - ahead)


def _end(mail: Queued, working_time: WorkingTime) -> datetime | None:
    return expires_at(mail.kind, mail.agency, mail.queued_at, working_time)


def _room_at(recipients: int, ledger: Sequence[Taken], sending: Sending, kept: int, now: datetime) -> datetime:
    """The first instant, not before `now`, at which a mail with so many recipients fits. `ledger` is sorted by time;
    `kept` recipients of the day's are for others.

    One that is larger than the whole share goes when nothing else has gone for a day: it would wait for ever.
    """
    room_at = now
    if sending.per_minute:
        recent = [t.at for t in ledger if t.at > now - MINUTE]
        if len(recent) >= sending.per_minute:
            room_at = recent[len(recent) - sending.per_minute] + MINUTE
    if sending.per_day:
        used = sum(t.recipients for t in ledger)
        share = max(sending.per_day - kept, recipients)
        for entry in ledger:
            if used + recipients <= share:
                break
            used -= entry.recipients
            room_at = max(room_at, entry.at + DAY)
    return room_at
