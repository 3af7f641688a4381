"""The outbox: queued → sending → sent | queued (again, later) | failed | unknown.

A mail is claimed before it is given to the server and settled after; what a crash leaves in `sending` is sorted out by
`recover` at the next start. Bytes are read only by those who send them (see `outgoing_lists` for the rest).

Failure policy: settling a mail that is not being sent is a StoreConflictError; what was sent never leaves `sent`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, func
from sqlmodel import Session, col, select, update

from bot.domain.intake import Bounce
from bot.domain.mail import NoticeKind, OutgoingMail, OutgoingRecord, OutgoingState
from bot.store.convert import outgoing_of
from bot.store.database import Transactions
from bot.store.errors import StoreConflictError
from bot.store.loading import Condition, light_rows
from bot.store.queueing import queue_mails
from bot.store.tables import OutgoingBodyRow, OutgoingRow, RefusalRow

INTERRUPTED = "interrupted while sending; whether the server took it is not known"

# Who waits for an answer comes first; nudges, which go to many and may take a while, last.
URGENCY = {
    NoticeKind.RECEIPT: 0,
    NoticeKind.CORRECTION: 0,
    NoticeKind.CLOSED: 0,
    NoticeKind.DECISION: 0,
    NoticeKind.ALERT: 1,
    NoticeKind.DIGEST: 1,
    NoticeKind.REQUEST: 2,
    NoticeKind.REMINDER: 2,
    NoticeKind.OVERDUE: 2,
    NoticeKind.ESCALATION: 2,
}


def outgoing_row(session: Session, record_id: int) -> OutgoingRow:
    """The row to be changed; StoreConflictError when there is none."""
    row = session.get(OutgoingRow, record_id)
    if row is None:
        raise StoreConflictError(f"there is no outgoing mail {record_id}")
    return row


def load_with_bytes(session: Session, ids: Sequence[int | None]) -> tuple[OutgoingRecord, ...]:
    """The records with these ids, in this order, bytes included."""
    joined = select(OutgoingRow, OutgoingBodyRow.raw).join(
        OutgoingBodyRow, col(OutgoingBodyRow.outgoing_id) == col(OutgoingRow.id)
    )
    found = {row.id: outgoing_of(row, raw) for row, raw in session.exec(joined.where(col(OutgoingRow.id).in_(ids)))}
    return tuple(found[i] for i in ids)


class Outgoing(Transactions):
    """Transactions that move outgoing mails on."""

    def enqueue(self, mails: Sequence[OutgoingMail], now: datetime) -> int:
        """Queues the mails whose key is new, due at once, and returns how many those were.

        StoreConflictError, and nothing queued, when a new key comes with a Message-ID that another mail has.
        """
        with self._writing() as session:
            return queue_mails(session, mails, now)

    def claim_due(self, now: datetime, limit: int) -> tuple[OutgoingRecord, ...]:
        """Takes up to `limit` due mails for sending: state `sending`, one attempt more. With their bytes.

        Answers and decisions first, then alerts and digests, then nudges; within each the longest due first.
        """
        urgency = case({kind.value: rank for kind, rank in URGENCY.items()}, value=col(OutgoingRow.kind))
        due: tuple[Condition, ...] = (
            col(OutgoingRow.state) == OutgoingState.QUEUED.value,
            col(OutgoingRow.next_at) <= now,
        )
        with self._writing() as session:
            order = (urgency, col(OutgoingRow.next_at), col(OutgoingRow.id))
            ids = session.exec(select(OutgoingRow.id).where(*due).order_by(*order).limit(limit)).all()
            session.exec(
                update(OutgoingRow)
                .where(col(OutgoingRow.id).in_(ids))
                .values(state=OutgoingState.SENDING.value, next_at=None, attempts=OutgoingRow.attempts + 1)
            )
            return load_with_bytes(session, ids)

    def waiting(self) -> tuple[OutgoingRecord, ...]:
        """Everything in the queue, due or not, without bytes, in the order in which it was queued."""
        queued = col(OutgoingRow.state) == OutgoingState.QUEUED.value
        with self._reading() as session:
            return tuple(outgoing_of(row, b"") for row in light_rows(session, OutgoingRow, [queued], OutgoingRow.id))

    def taken_since(self, since: datetime) -> tuple[tuple[datetime, int], ...]:
        """When the server took each mail at `since` or later, and how many recipients it had; oldest first."""
        both = func.json_array_length(OutgoingRow.to) + func.json_array_length(OutgoingRow.cc)
        with self._reading() as session:
            sent = select(col(OutgoingRow.sent_at), both).where(col(OutgoingRow.sent_at) >= since)
            return tuple((at, int(n)) for at, n in session.exec(sent.order_by(col(OutgoingRow.sent_at))) if at)

    def hold_back(self, wait: Mapping[int, datetime], expired: Collection[int], error: str, why: str = "") -> None:
        """Before a batch is claimed: what has no room now is due later (`why`, if it is to be said), and what has
        outlived its day has failed with `error`. No attempt is counted. Mails that are no longer queued are left as
        they are.
        """
        if not (wait or expired):
            return
        with self._writing() as session:
            for record_id in (*wait, *expired):
                row = outgoing_row(session, record_id)
                if row.state != OutgoingState.QUEUED.value:
                    continue
                if record_id in wait:
                    row.next_at = wait[record_id]
                    row.last_error = why or row.last_error
                else:
                    row.state, row.next_at, row.last_error = OutgoingState.FAILED.value, None, error

    def release(self, record_id: int, next_at: datetime, error: str | None = None) -> None:
        """A mail that was claimed and then not tried at all is queued again, as if it had not been claimed. With
        `error`, what kept it from being tried, it counts as tried once.

        StoreConflictError when it is not being sent.
        """
        with self._writing() as session:
            row = outgoing_row(session, record_id)
            if row.state != OutgoingState.SENDING.value:
                raise StoreConflictError(f"outgoing mail {record_id} is not being sent: it is {row.state}")
            row.state, row.next_at, row.attempts = OutgoingState.QUEUED.value, next_at, row.attempts - 1
            if error is not None:
                row.last_error, row.attempts = error, max(1, row.attempts)

    def settle(
        self,
        record_id: int,
        *,
        state: OutgoingState,
        error: str,
        next_at: datetime | None,
        now: datetime,
        refused: Sequence[Bounce] = (),
        outgoing: Sequence[OutgoingMail] = (),
    ) -> None:
        """Writes what an attempt came to. `next_at` is when it is tried again: given with `queued`, and only then.
        `refused` are recipients that the server would not take, and `outgoing` what is queued because of that.

        Only a mail in `sending`, or one whose fate was `unknown`, can be settled. ValueError for a state that ends no
        attempt, or a `next_at` that does not fit it.
        """
        if state is OutgoingState.SENDING:
            raise ValueError("`sending` is not what an attempt comes to")
        if (state is OutgoingState.QUEUED) != (next_at is not None):
            raise ValueError("a time for the next attempt goes with `queued`, and only with it")
        with self._writing() as session:
            row = outgoing_row(session, record_id)
            if row.state not in (OutgoingState.SENDING.value, OutgoingState.UNKNOWN.value):
                raise StoreConflictError(f"outgoing mail {record_id} is not being sent: it is {row.state}")
            row.state, row.last_error, row.next_at = state.value, error, next_at
            row.sent_at = now if state is OutgoingState.SENT else None
            known = set(session.exec(select(RefusalRow.address).where(col(RefusalRow.outgoing_id) == record_id)).all())
            session.add_all(
                RefusalRow(
                    outgoing_id=record_id,
                    address=one.address,
                    at=now,
                    permanent=one.permanent,
                    diagnostic=one.diagnostic,
                )
                for one in refused
                if one.address not in known
            )
            queue_mails(session, outgoing, now)

    def take_as_sent(self, record_id: int, sent_at: datetime) -> None:
        """A mail that waits, or whose fate is unknown, went out at `sent_at`: the Sent folder has its copy. One that is
        sent or given up is left as it is.
        """
        with self._writing() as session:
            row = outgoing_row(session, record_id)
            if row.state not in (OutgoingState.SENT.value, OutgoingState.FAILED.value):
                row.state, row.sent_at, row.next_at = OutgoingState.SENT.value, sent_at, None
                row.last_error, row.in_sent_folder = "", True

    def recover(self, now: datetime) -> tuple[OutgoingRecord, ...]:
        """At start: decides on mails that an earlier run left in `sending`.

        Those that may be repeated are queued again, due now, under the same Message-ID; the others become `unknown` and
        are returned, without bytes, for the coordinator to hear of.
        """
        repeatable = [kind.value for kind in NoticeKind if kind.may_repeat]
        sending = col(OutgoingRow.state) == OutgoingState.SENDING.value
        with self._writing() as session:
            lost = session.exec(
                select(OutgoingRow)
                .where(sending, col(OutgoingRow.kind).not_in(repeatable))
                .order_by(col(OutgoingRow.id))
            ).all()
            for row in lost:
                row.state, row.last_error = OutgoingState.UNKNOWN.value, INTERRUPTED
            session.exec(
                update(OutgoingRow)
                .where(sending, col(OutgoingRow.kind).in_(repeatable))
                .values(state=OutgoingState.QUEUED.value, next_at=now, last_error=INTERRUPTED)
            )
            return tuple(outgoing_of(row, b"") for row in lost)

    def next_due_at(self) -> datetime | None:
        """When the next queued mail is due; None when nothing is queued."""
        queued = col(OutgoingRow.state) == OutgoingState.QUEUED.value
        with self._reading() as session:
            return session.exec(select(func.min(OutgoingRow.next_at)).where(queued)).one()

    def not_in_sent(self, limit: int) -> tuple[OutgoingRecord, ...]:
        """Sent mails of which the Sent folder has no copy yet, oldest first, with their bytes."""
        missing = (col(OutgoingRow.state) == OutgoingState.SENT.value, col(OutgoingRow.in_sent_folder).is_(False))
        with self._reading() as session:
            order = (col(OutgoingRow.sent_at), col(OutgoingRow.id))
            return load_with_bytes(
                session, session.exec(select(OutgoingRow.id).where(*missing).order_by(*order).limit(limit)).all()
            )

    def set_in_sent(self, record_id: int) -> None:
        """The Sent folder has a copy now."""
        with self._writing() as session:
            row = outgoing_row(session, record_id)
            if row.state != OutgoingState.SENT.value:
                raise StoreConflictError(f"outgoing mail {record_id} is not sent: it is {row.state}")
            row.in_sent_folder = True
