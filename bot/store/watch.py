"""How the house was: when the mailbox was last read, times in which it was not, troubles that last.

One trouble of a kind and subject lasts at a time; one that is over stays as a row.
"""

from datetime import datetime

from sqlmodel import col, select

from bot.domain.watch import Outage, Reconciliation, Trouble
from bot.store.convert import trouble_of
from bot.store.database import Transactions
from bot.store.errors import StoreConflictError
from bot.store.tables import OutageRow, ReadingRow, ReconciliationRow, TroubleRow


class Watch(Transactions):
    """Transactions on readings, outages and troubles."""

    def last_reading(self, account: str) -> datetime | None:
        """When the mailbox was last read to its end; None when it never was."""
        with self._reading() as session:
            row = session.get(ReadingRow, account)
            return row.at if row else None

    def note_reading(self, account: str, at: datetime, outage: Outage | None = None) -> None:
        """The mailbox has been read to its end at `at`; `outage` is the time before it, if it was down-time."""
        with self._writing() as session:
            session.merge(ReadingRow(account=account, at=at))
            if outage is not None:
                session.add(OutageRow(began=outage.began, ended=outage.ended, why=outage.why))

    def outages(self, since: datetime | None = None) -> tuple[Outage, ...]:
        """Times without reading that ended at `since` or later, oldest first."""
        query = select(OutageRow).order_by(col(OutageRow.began), col(OutageRow.id))
        if since is not None:
            query = query.where(col(OutageRow.ended) >= since)
        with self._reading() as session:
            return tuple(Outage(row.began, row.ended, row.why) for row in session.exec(query))

    def troubles(self, *, lasting: bool = True) -> tuple[Trouble, ...]:
        """Those that last, or all that ever were, oldest first."""
        query = select(TroubleRow).order_by(col(TroubleRow.id))
        if lasting:
            query = query.where(col(TroubleRow.over_at).is_(None))
        with self._reading() as session:
            return tuple(map(trouble_of, session.exec(query)))

    def save_trouble(self, trouble: Trouble) -> Trouble:
        """Writes a new trouble, or what has changed of one with an id. StoreConflictError when one of its kind and
        subject lasts already, or the id is unknown.
        """
        with self._writing() as session:
            row = session.get(TroubleRow, trouble.id) if trouble.id is not None else None
            if row is None:
                if trouble.id is not None:
                    raise StoreConflictError(f"there is no trouble {trouble.id}")
                row = TroubleRow(
                    code=trouble.code,
                    subject=trouble.subject,
                    since=trouble.since,
                    seen_at=trouble.seen_at,
                    params=dict(trouble.params),
                )
                session.add(row)
            row.seen_at, row.params = trouble.seen_at, dict(trouble.params)
            row.told_at, row.over_at = trouble.told_at, trouble.over_at
            session.flush()
            return trouble_of(row)

    def reconciliations(self, account: str) -> tuple[Reconciliation, ...]:
        """How each folder of the account agreed with the records when they were last compared, by folder."""
        query = select(ReconciliationRow).where(col(ReconciliationRow.account) == account)
        with self._reading() as session:
            rows = session.exec(query.order_by(col(ReconciliationRow.folder)))
            return tuple(Reconciliation(row.folder, row.at, row.on_server, row.missing) for row in rows)

    def note_reconciliation(self, account: str, found: Reconciliation) -> None:
        """Keeps the newest comparison of a folder, in place of the one before."""
        with self._writing() as session:
            session.merge(
                ReconciliationRow(
                    account=account,
                    folder=found.folder,
                    at=found.at,
                    on_server=found.on_server,
                    missing=found.missing,
                )
            )
