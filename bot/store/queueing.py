"""Puts outgoing mails into the queue, within whoever's transaction. A key that exists is nothing new."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col, select

from bot.domain.mail import OutgoingMail
from bot.store.convert import outgoing_values
from bot.store.tables import OutgoingBodyRow, OutgoingRow

CHUNK = 500  # mails a statement: far below SQLite's limit on variables


def queue_mails(session: Session, mails: Sequence[OutgoingMail], now: datetime) -> int:
    """Queues those whose key is new, due at once, and returns how many those were. The first of a repeated key counts.

    The caller holds the write lock, so that nobody can queue the same key in between; the UNIQUE constraints on key and
    Message-ID stand behind it.
    """
    fresh: dict[str, OutgoingMail] = {}
    for mail in mails:
        fresh.setdefault(mail.key, mail)
    keys = list(fresh)
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        for key in session.exec(select(OutgoingRow.key).where(col(OutgoingRow.key).in_(chunk))).all():
            del fresh[key]
    if not fresh:
        return 0
    session.exec(insert(OutgoingRow), params=[outgoing_values(mail, now) for mail in fresh.values()])
    new = list(fresh)
    for start in range(0, len(new), CHUNK):
        chunk = new[start : start + CHUNK]
        ids = session.exec(select(OutgoingRow.id, OutgoingRow.key).where(col(OutgoingRow.key).in_(chunk))).all()
        session.exec(insert(OutgoingBodyRow), params=[{"outgoing_id": i, "raw": fresh[key].raw} for i, key in ids])
    return len(fresh)
