"""From the outbox to the servers: what is due is claimed, sent over one connection a batch, and its fate written down
mail by mail.

Hold back what has no room or has outlived its day → claim one (queued → sending) → smtp → settle, at once after the
answer of the server, then the next one: a crash leaves at most one mail of unknown fate. Transient refusals come back
with a growing delay; permanent ones are given up and told; an address that the server does not know counts as one that
bounced. A server that cannot be reached is nothing against any mail: all wait for its short rest to be over. Where the
provider says that we have sent too much, nothing but alerts and digests is tried for an hour. Copies then go to the
Sent folder.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.decide.alerting import MOST_SINGLE_ALERTS
from bot.decide.pacing import plan
from bot.decide.retrying import (
    EXPIRED,
    GIVE_UP_AFTER,
    GIVEN_UP,
    LIMIT_REST,
    RECONNECT_FIRST,
    RESTING,
    after_attempt,
    reconnect_delay,
)
from bot.domain.mail import NoticeKind, OutgoingMail, OutgoingRecord, OutgoingState, SendOutcome, SendResult
from bot.flows.after_restore import settle_sent
from bot.flows.alerts import tell
from bot.flows.ledger import sent_folder
from bot.flows.reach import taken as taken_lately
from bot.flows.reach import waiting
from bot.flows.returned import came_back
from bot.flows.services import Services
from bot.flows.shelf import shelve_all
from bot.mail.inbox import Inbox
from bot.mail.refusals import Refusal, refusal_of, refused_recipients
from bot.mail.smtp import send_batch

BATCH = 50


def recover(services: Services) -> None:
    """At the start, after what may have been a crash: mails left half sent are sent again where that may be, and shown
    to the coordinator where not; `latest/` follows what was committed; half files are removed.
    """
    if swept := services.vault.sweep():
        services.journal.info("half_files_removed", files=swept)
    shelve_all(services)
    settle_sent(services)
    for record in services.store.recover(services.now()):
        services.journal.warning("fate_unknown", outgoing=record.id, key=record.mail.key)
        _alert(services, record, "nudge_unknown", record.last_error)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """How many mails the server took, and its words for the last one that it did not take.

    `blocked` are its words where it would take nothing of us at all (no connection, no log-in, not now), `limit` those
    that say that we have sent too much; `reached`: it took a mail, or judged one.
    """

    sent: int = 0
    refusal: str = ""
    blocked: str = ""
    limit: str = ""
    reached: bool = False


def dispatch(services: Services, should_stop: Callable[[], bool] = lambda: False) -> Dispatched:
    """Sends everything that is due at this moment. What a slow server refuses meanwhile is due later and waits for the
    next turn: between the two the mailbox is read. Once `should_stop()`, nothing more is begun.
    """
    done = Dispatched()
    given_up: list[tuple[OutgoingRecord, str]] = []
    due_by = services.now()
    try:
        while not should_stop() and not _rests(services) and (first := _first_due(services, due_by)):
            step = _send(services, first[0], due_by, given_up, should_stop)
            done = Dispatched(
                done.sent + step.sent,
                step.refusal or done.refusal,
                step.blocked or done.blocked,
                step.limit or done.limit,
                done.reached or step.reached,
            )
    finally:
        _tell_given_up(services, given_up)
    if _rests(services) and _let_wait(services, due_by):
        return replace(done, blocked=done.blocked or services.rest.why)
    return done


def _rests(services: Services) -> bool:
    return services.rest.holds(services.smtp, services.now())


def _let_wait(services: Services, due_by: datetime) -> bool:
    """What is due waits until the server is tried again. Whether there is any such mail."""
    until = services.rest.until
    due = [r.id for r in services.store.waiting() if r.next_at is not None and r.next_at <= due_by]
    if until is not None:
        services.store.hold_back(dict.fromkeys(due, until), (), "", services.rest.why)
    return bool(due)


def _rest(services: Services, result: SendResult) -> datetime:
    """The server could not be reached, or did not let us in: until when it is left alone."""
    rest, now = services.rest, services.now()
    if rest.endpoint != services.smtp:
        rest.endpoint, rest.failures, rest.until = services.smtp, 0, None
    if rest.until is None or not rest.holds(services.smtp, now):
        rest.failures += 1
        delay = reconnect_delay(
            rest.failures,
            services.retry_first,
            services.retry_longest,
            share=services.share(),
            log_in=result.log_in,
        )
        rest.since, rest.until, rest.why = now, now + delay, result.reply
    return rest.until


def _first_due(services: Services, due_by: datetime) -> tuple[OutgoingRecord, ...]:
    """The most urgent mail that may go now, claimed; what may not is due later, and nudges of another day have failed.
    Empty when nothing is due.
    """
    if not settle_sent(services):
        return ()
    now = services.now()
    planned = plan(
        waiting(services), taken_lately(services, now), services.office.sending, services.office.working_time, now
    )
    services.store.hold_back(planned.wait, planned.expired, EXPIRED)
    if planned.wait:
        services.journal.info(
            "sending_held_back", mails=len(planned.wait), until=min(planned.wait.values()).isoformat()
        )
    for record_id in planned.expired:
        services.journal.warning("nudge_expired", outgoing=record_id)
    return services.store.claim_due(due_by, 1)


def _send(
    services: Services,
    first: OutgoingRecord,
    due_by: datetime,
    given_up: list[tuple[OutgoingRecord, str]],
    should_stop: Callable[[], bool],
) -> Dispatched:
    """`first`, and up to BATCH in all, over one connection."""
    records: dict[str, OutgoingRecord] = {}
    taken: list[str] = []
    refusals: list[str] = []
    blocked: list[str] = []
    limits: list[str] = []
    judged: list[str] = []

    def settle(key: str, result: SendResult) -> None:
        record = records.pop(key)
        now = services.now()
        if limits and result.reply.startswith("not tried"):
            services.store.release(record.id, now + LIMIT_REST)
            return
        if not result.tried and now - record.queued_at < GIVE_UP_AFTER:
            # With the program ending nothing is wrong with the server: the mail is due as it was.
            ending = should_stop()
            if ending:
                services.store.release(record.id, now)
            else:
                services.store.release(record.id, _rest(services, result), result.reply)
            services.journal.info("mail_not_sent", key=key, state=OutgoingState.QUEUED.value)
            if not ending:
                refusals.append(result.reply)
                blocked.append(result.reply)
            return
        limited = result.outcome in (SendOutcome.TRANSIENT, SendOutcome.PERMANENT) and (
            refusal_of(result.reply) is Refusal.LIMIT
        )
        state, next_at = after_attempt(
            result.outcome,
            attempts=record.attempts,
            may_repeat=record.mail.kind.may_repeat,
            queued_at=record.queued_at,
            now=now,
            first=services.retry_first,
            longest=services.retry_longest,
            limited=limited,
            broke=result.broke,
            share=services.share(),
        )
        error = "" if result.outcome is SendOutcome.SENT and not result.refused else _error(result)
        if limited and state is OutgoingState.QUEUED:
            error = RESTING + error
        elif state is OutgoingState.FAILED and result.outcome is not SendOutcome.PERMANENT:
            error = f"{GIVEN_UP}: {error}"
        refused = refused_recipients(result, record.mail.recipients)
        services.store.settle(
            record.id,
            state=state,
            error=error,
            next_at=next_at,
            now=now,
            refused=refused,
            outgoing=came_back(services, record, refused) if refused else (),
        )
        services.journal.info(
            "mail_sent" if state is OutgoingState.SENT else "mail_not_sent", key=key, state=state.value
        )
        if state is OutgoingState.SENT:
            taken.append(key)
        if error:
            refusals.append(error)
        if limited:
            limits.append(error)
        elif result.outcome is SendOutcome.TRANSIENT and not result.refused:
            blocked.append(error)
        else:
            judged.append(key)
            services.rest.failures, services.rest.until = 0, None
        # A mail that is tried again is no matter for alarm; one that went to some only is, for the others never get it.
        # Addresses that do not exist, or are full, have been told of one by one.
        accounted = {b.address for b in refused} >= {a.lower() for a in result.refused} and bool(refused)
        lost = state in (OutgoingState.FAILED, OutgoingState.UNKNOWN) or (state is OutgoingState.SENT and bool(error))
        if lost and not accounted:
            given_up.append((record, error))

    def claimed() -> Iterator[OutgoingMail]:
        # Asked for the next one only when the fate of the last is written down.
        record: OutgoingRecord | None = first
        for left in reversed(range(BATCH)):
            if record is None:
                return
            records[record.mail.key] = record
            yield record.mail
            more = left and not _rests(services) and not should_stop()
            record = next(iter(services.store.claim_due(due_by, 1)), None) if more else None

    try:
        send_batch(services.smtp, claimed(), settle, stop=lambda: bool(limits), interrupted=should_stop)
    finally:
        # Whatever broke the batch: the mail that was claimed and never tried goes back to the queue.
        for record in list(records.values()):
            services.store.release(record.id, services.now() + RECONNECT_FIRST)
    return Dispatched(
        len(taken),
        next(reversed(refusals), ""),
        blocked=next(iter(blocked), ""),
        limit=next(iter(limits), ""),
        reached=bool(judged),
    )


def _tell_given_up(services: Services, given_up: Sequence[tuple[OutgoingRecord, str]]) -> None:
    """One alert a mail that will not be tried again; many at once are one matter, and one alert that counts them."""
    told = [(r, e) for r, e in given_up if r.mail.kind not in (NoticeKind.ALERT, NoticeKind.DIGEST)]
    if len(told) <= MOST_SINGLE_ALERTS:
        for record, error in told:
            _alert(services, record, "outgoing_refused", error)
        return
    params = {
        "count": str(len(told)),
        "to": ", ".join(dict.fromkeys(address for record, _ in told for address in record.mail.recipients)),
        "error": "; ".join(dict.fromkeys(error for _, error in told)),
    }
    tell(services, "outgoing_refused_many", told[0][0].mail.key, params)


def _error(result: SendResult) -> str:
    refused = "; ".join(f"{address}: {text}" for address, text in result.refused.items() if text != result.reply)
    return "; ".join(part for part in (result.reply, refused) if part)


def _alert(services: Services, record: OutgoingRecord, code: str, error: str) -> None:
    """Tells the coordinator at once; never about a mail to the coordinator itself, which could go round for ever."""
    if record.mail.kind in (NoticeKind.ALERT, NoticeKind.DIGEST):
        return
    params = {
        "to": ", ".join(record.mail.recipients),
        "subject": record.mail.subject,
        "agency": record.mail.agency or "",
        "error": error,
    }
    tell(services, code, record.mail.key, params)


def copy_to_sent(services: Services, inbox: Inbox) -> None:
    """Puts a copy of each sent mail into the Sent folder, once: the folder is asked first, since a crash may have
    come between.
    """
    pending = services.store.not_in_sent(BATCH)
    if not pending:
        return
    folder = sent_folder(services, inbox)
    while pending:
        for record in pending:
            if not inbox.has_message_id(folder, record.mail.message_id):
                inbox.append(folder, record.mail.raw, record.sent_at or services.now(), seen=True)
            services.store.set_in_sent(record.id)
        pending = services.store.not_in_sent(BATCH)
