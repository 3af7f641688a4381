"""The watch over the house itself: how far the mailbox is known, when it was not read, what is wrong and lasts.

Each turn: `note_reading` when the mailbox was read to its end → `watch_house` (mailbox, parked and unfinished mails,
disk) → `reading_state`, by which nobody is reminded of what may be lying there → after sending, `watch_sending`.
Failure policy: what the store refuses is raised; the house is in trouble then, and only `tell_disk_full` keeps still.
"""

import errno
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.decide.alerting import (
    COUNTS_DIFFER,
    DISK_FULL,
    FLOOD,
    MAIL_PARKED,
    MAILBOX_UNREACHABLE,
    READING_INCOMPLETE,
    SCANNER_DOWN,
    SENDING_REFUSED,
    Seen,
)
from bot.decide.downtime import outage_between
from bot.decide.fairness import Reading, judge_reading
from bot.decide.matching_agency import agencies_of
from bot.domain.intake import WAITS_FOR_SCANNER
from bot.domain.mail import InboundRecord, Outcome
from bot.flows.alerts import tell, watch
from bot.flows.dispatch import Dispatched
from bot.flows.flooding import flooded
from bot.flows.services import Services
from bot.flows.snapshot import open_rounds
from bot.store.errors import StoreError

JUNK = "junk"
"""The subject of the trouble that Spam cannot be read; unfinished mails have their number."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What one walk over the mailbox came to. `trouble`: why the inbox could not be read to its end; `unread`: why Spam
    could not. Both empty: everything was read. `log_in`: it is the log-in that was refused.
    """

    fetched: int = 0
    finished: int = 0
    trouble: str = ""
    unread: str = ""
    log_in: bool = False

    @property
    def gap(self) -> str:
        """Why the mailbox is not known to its end; empty when it is."""
        return self.trouble or self.unread


def reading_state(services: Services, now: datetime, trouble: str = "") -> Reading:
    """How far the mailbox is known at `now`. `trouble` is why this turn could not read it to its end; without a turn
    at hand, what the store knows to last counts.
    """
    store, local = services.store, services.office.working_time.local
    bindings = store.bindings()

    def whose(record: InboundRecord) -> Collection[str]:
        day = local(record.received_at).date()
        addresses = record.sender.split(", ")
        return {code for a in addresses for code in agencies_of(a, services.registry, bindings, day)}

    waiting = [m for outcome in (Outcome.RECEIVED, Outcome.HELD, Outcome.PARKED) for m in store.mails(outcome=outcome)]
    return judge_reading(
        waiting,
        whose=whose,
        open_rounds={r.code for r in open_rounds(services, now)},
        inbox_folder=services.inbox_folder,
        now=now,
        working_time=services.office.working_time,
        trouble=trouble or _known_gap(services),
    )


def note_reading(services: Services, now: datetime) -> None:
    """The mailbox has just been read to its end. A longer gap since the last time is written down as down-time: with
    the server's last word where it was tried all along, without one where the bot was not running.
    """
    vigilance = services.office.vigilance
    last = services.store.last_reading(services.account)
    failing = [
        t for t in services.store.troubles() if _is_gap(t.code, t.subject) and now - t.seen_at <= vigilance.outage
    ]
    why = failing[-1].params.get("error", "") if failing else ""
    outage = outage_between(last, now, vigilance, why)
    if outage:
        services.journal.warning("outage", began=outage.began.isoformat(), ended=outage.ended.isoformat())
    services.store.note_reading(services.account, now, outage)


def watch_house(services: Services, walk: Walk) -> int:
    """The troubles that can be seen before anything is sent. Returns how many alerts were queued."""
    seen = [*_mailbox(services, walk), *_mails(services), *flooded(services), *_disk(services)]
    judged = {MAILBOX_UNREACHABLE, MAIL_PARKED, DISK_FULL, FLOOD, SCANNER_DOWN}
    # Whether Spam can be read is not known as long as the server is away.
    return watch(services, seen, judged if walk.trouble else {*judged, READING_INCOMPLETE})


def watch_sending(services: Services, sending: Dispatched) -> int:
    """Whether the sending server takes mail from us, by what one dispatch came to. Returns how many alerts were
    queued.
    """
    refused = sending.limit or ("" if sending.reached else sending.blocked)
    if not refused and not sending.reached:
        return 0  # nothing was to be sent: nothing is known
    params = {"host": services.smtp.host, "error": refused}
    seen = [Seen(SENDING_REFUSED, services.smtp.host, params, at_once=bool(sending.limit))] if refused else []
    return watch(services, seen, {SENDING_REFUSED})


def tell_of_junk(services: Services, since: datetime) -> int:
    """Mails of ours to handle that lay in Spam and were finished at `since` or later: told once a day."""
    found = [
        m
        for m in services.store.mails()
        if m.ref.folder != services.inbox_folder
        and m.outcome in (Outcome.ACCEPTED, Outcome.CORRECTION, Outcome.HELD)
        and m.finished_at is not None
        and m.finished_at >= since
    ]
    if not found:
        return 0
    day = services.office.working_time.local(services.now()).date()
    params = {
        "count": str(len(found)),
        "folder": found[0].ref.folder,
        "sender": ", ".join(dict.fromkeys(m.sender for m in found)),
        "subject": found[0].subject,
    }
    return tell(services, "found_in_junk", day.isoformat(), params)


def says_full(error: Exception) -> bool:
    """Whether it is the disk that has no room left."""
    return getattr(error, "code", None) == "full" or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)


def tell_disk_full(services: Services) -> None:
    """Tells of a full disk as far as the full disk still lets us: a small row may find room where a mail did not."""
    try:
        watch(services, [_full(services, at_once=True)], ())
    except (StoreError, OSError) as error:
        services.journal.warning("disk_full_untold", error=str(error))


def _mailbox(services: Services, walk: Walk) -> Iterator[Seen]:
    if walk.trouble:
        yield Seen(MAILBOX_UNREACHABLE, services.account, {"host": services.imap.host, "error": walk.trouble})
    elif walk.unread:
        yield Seen(READING_INCOMPLETE, JUNK, {"host": services.imap.host, "error": walk.unread})


def _mails(services: Services) -> Iterator[Seen]:
    unfinished = services.store.unfinished()
    waiting = [mail for mail in unfinished if mail.last_error.startswith(WAITS_FOR_SCANNER)]
    if waiting:  # one matter, however many mails it keeps waiting
        error = waiting[-1].last_error.removeprefix(WAITS_FOR_SCANNER)
        yield Seen(SCANNER_DOWN, "clamd", {"count": str(len(waiting)), "error": error})
    for mail in (m for m in unfinished if m not in waiting):
        params = {"mail_id": str(mail.id), "attempts": str(mail.attempts), "error": _last_line(mail.last_error)}
        yield Seen(READING_INCOMPLETE, str(mail.id), params)
    for mail in services.store.mails(outcome=Outcome.PARKED):
        params = {
            "mail_id": str(mail.id),
            "sender": mail.sender,
            "subject": mail.subject,
            "error": _last_line(mail.last_error),
            "attempts": str(mail.attempts),
        }
        yield Seen(MAIL_PARKED, str(mail.id), params)


def _disk(services: Services) -> Iterator[Seen]:
    free = services.free_bytes()
    if free is not None and free < services.office.vigilance.min_free_bytes:
        yield _full(services)


def _full(services: Services, *, at_once: bool = False) -> Seen:
    free = services.free_bytes()
    limit = services.office.vigilance.min_free_bytes
    params = {"free": str(free) if free is not None else "", "limit": str(limit)}  # bytes, said by the template
    return Seen(DISK_FULL, "data", params, at_once)


def _known_gap(services: Services) -> str:
    gaps = [
        t.params.get("error", "") or t.code
        for t in services.store.troubles()
        if _is_gap(t.code, t.subject) or (t.code == COUNTS_DIFFER and t.params.get("error"))
    ]
    return gaps[-1] if gaps else ""


def _is_gap(code: str, subject: str) -> bool:
    return code == MAILBOX_UNREACHABLE or (code == READING_INCOMPLETE and subject == JUNK)


def _last_line(trace: str) -> str:
    """What was wrong, without the lines of the program that led there."""
    return trace.strip().rpartition("\n")[2]
