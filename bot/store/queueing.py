"""Puts outgoing mails into the queue, within whoever's transaction. A key that exists is nothing new."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col, select

from bot.domain.mail import OutgoingMail
from bot.store.convert import outgoing_values
from bot.store.tables import NudgeRow, OutgoingBodyRow, OutgoingRow

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
    for key in _spoken_for(session, fresh.values()):
        del fresh[key]
    if not fresh:
        return 0
    session.exec(insert(OutgoingRow), params=[outgoing_values(mail, now) for mail in fresh.values()])
    new = list(fresh)
    for start in range(0, len(new), CHUNK):
        chunk = new[start : start + CHUNK]
        ids = session.exec(select(OutgoingRow.id, OutgoingRow.key).where(col(OutgoingRow.key).in_(chunk))).all()
        session.exec(insert(OutgoingBodyRow), params=[{"outgoing_id": i, "raw": fresh[key].raw} for i, key in ids])
        steps = [
            {"key": n.key, "round": n.round, "agency": fresh[key].agency, "step": n.step, "outgoing_id": i}
            for i, key in ids
            for n in fresh[key].nudges
        ]
        if steps:
            session.exec(insert(NudgeRow), params=steps)
    return len(fresh)


def _spoken_for(session: Session, mails: Iterable[OutgoingMail]) -> list[str]:
    """The keys of those mails of which a step has been spoken for already, by an earlier mail or by one before it in
    this very list: whoever queues them judges anew.
    """
    wanted = {n.key for mail in mails for n in mail.nudges}
    taken: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        chunk = sorted(wanted)[start : start + CHUNK]
        taken.update(session.exec(select(NudgeRow.key).where(col(NudgeRow.key).in_(chunk))).all())
    late = []
    for mail in mails:
        steps = {n.key for n in mail.nudges}
        if steps & taken:
            late.append(mail.key)
        taken |= steps
    return late
