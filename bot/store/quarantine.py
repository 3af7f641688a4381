"""Files that the virus scanner named: which, and as what. The bytes stay in the vault as they were mailed; `finish` of
the mail that brings one marks it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select

from bot.store.database import Transactions
from bot.store.tables import QuarantineRow


class Quarantine(Transactions):
    """What is handed on to nobody."""

    def quarantine(self, sha256: str, signature: str, now: datetime) -> None:
        """Marks a file by itself (a rebuild's); one that is marked already keeps its first signature."""
        with self._writing() as session:
            if session.get(QuarantineRow, sha256) is None:
                session.add(QuarantineRow(sha256=sha256, signature=signature, at=now))

    def quarantined(self, sha256s: Collection[str]) -> dict[str, str]:
        """Those of these files that are marked, each with the scanner's name for what is in it."""
        with self._reading() as session:
            rows = session.exec(select(QuarantineRow).where(col(QuarantineRow.sha256).in_(sha256s)))
            return {row.sha256: row.signature for row in rows}
