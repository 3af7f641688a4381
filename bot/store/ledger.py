"""Which facts have their note in the Sent folder already (see `bot.flows.ledger`)."""

from datetime import datetime

from sqlmodel import select

from bot.store.database import Transactions
from bot.store.tables import LedgerNoteRow


class Ledger(Transactions):
    """Transactions on the notes by which a lost database can be made anew."""

    def noted(self) -> frozenset[str]:
        """What has a note in the Sent folder: `decision:17`, `outage:2` and the like."""
        with self._reading() as session:
            return frozenset(session.exec(select(LedgerNoteRow.about)))

    def set_noted(self, about: str, message_id: str, now: datetime) -> None:
        """The Sent folder carries that note now; a repeat changes nothing."""
        with self._writing() as session:
            if session.get(LedgerNoteRow, about) is None:
                session.add(LedgerNoteRow(about=about, message_id=message_id, noted_at=now))
