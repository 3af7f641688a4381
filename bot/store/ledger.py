"""Which facts have their note in the Sent folder already, and which still need one (see `bot.flows.ledger`).

A fact is told with plain values that another database understands: mails by id, bytes and Message-ID together.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, cast, literal
from sqlmodel import Session, col, or_, select

from bot.domain.decision import DecisionKind
from bot.domain.ledger import Note
from bot.domain.mail import Outcome, OutgoingState, Reason
from bot.store.database import Transactions
from bot.store.tables import (
    DecisionRow,
    FileRow,
    LedgerNoteRow,
    MailRow,
    NudgeRow,
    OutageRow,
    OutgoingRow,
    QuarantineRow,
    RefusalRow,
    SubmissionRow,
)

MOST: Final = 50  # notes of each sort in one go
_LOST = (OutgoingState.FAILED.value, OutgoingState.UNKNOWN.value)
_WAITING = (Outcome.HELD.value, Outcome.PARKED.value)


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

    def unnoted(self) -> tuple[Note, ...]:
        """Facts without a note, decisions first, each sort in the order in which it became one; without their files. A
        decision's files are named by `submission.files`, the bytes of a mail that went nowhere by `outgoing_id`.
        """
        with self._reading() as session:
            return (
                *_decisions(session),
                *_waiting(session),
                *_lost(session),
                *_refusals(session),
                *_outages(session),
                *_quarantine(session),
            )


def _without_note(about: Any) -> Any:
    return about.not_in(select(col(LedgerNoteRow.about)))


def _decisions(session: Session) -> Iterable[Note]:
    about = literal("decision:") + cast(col(DecisionRow.id), String)
    query = select(DecisionRow).where(_without_note(about)).order_by(col(DecisionRow.id)).limit(MOST)
    for row in session.exec(query).all():
        facts: dict[str, Any] = {
            name: getattr(row, name)
            for name in ("id", "kind", "who", "why", "round", "agency", "form", "version", "address", "undoes")
        }
        facts |= {
            "at": row.at.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "recorded_at": row.recorded_at.isoformat(),
            "mail": _mail(session, row.mail_id),
            "by_mail": _mail(session, row.by_mail),
        }
        # The transaction of a decision gives its very instant to the mails that it lets go on or puts aside.
        reopened = select(MailRow).where(col(MailRow.reopened_at) == row.recorded_at)
        closed = select(MailRow).where(
            col(MailRow.finished_at) == row.recorded_at, col(MailRow.reason) == Reason.HANDLED.value
        )
        own = or_(col(MailRow.id) == row.mail_id, col(MailRow.sender) == (row.address or None))
        by_id = col(MailRow.id)
        facts["reopened"] = [_mail_facts(m) for m in session.exec(reopened.where(own).order_by(by_id))]
        facts["closed"] = [_mail_facts(m) for m in session.exec(closed.where(by_id == row.mail_id))]
        if row.kind == DecisionKind.RECEIVED.value:
            facts["submission"] = _submission(session, row)
        yield Note(f"decision:{row.id}", row.at, facts)


def _submission(session: Session, decision: DecisionRow) -> dict[str, Any] | None:
    where = (SubmissionRow.round, SubmissionRow.agency, SubmissionRow.form, SubmissionRow.version)
    values = (decision.round, decision.agency, decision.form, decision.version)
    found = session.exec(
        select(SubmissionRow).where(*(col(c) == v for c, v in zip(where, values, strict=True)))
    ).first()
    if found is None:
        return None
    files = session.exec(select(FileRow).where(col(FileRow.submission_id) == found.id).order_by(col(FileRow.id)))
    return {
        "received_at": found.received_at.isoformat(),
        "verdict": found.verdict,
        "channel": found.channel,
        "files": [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in files],
    }


def _mail(session: Session, mail_id: int | None) -> dict[str, Any] | None:
    row = session.get(MailRow, mail_id) if mail_id is not None else None
    return _mail_facts(row) if row else None


def _mail_facts(row: MailRow) -> dict[str, Any]:
    """What names a mail to another database, and what is left of it where it is gone from the mailbox."""
    return {
        "id": row.id,
        "sha256": row.sha256,
        "message_id": row.message_id,
        "folder": row.folder,
        "uidvalidity": row.uidvalidity,
        "uid": row.uid,
        "size": row.size,
        "received_at": row.received_at.isoformat(),
        "sender": row.sender,
        "subject": row.subject,
    }


def _waiting(session: Session) -> Iterable[Note]:
    """Mails that wait for a person: links and commands name them by their id, and no answer of ours may do so."""
    about = literal("mail:") + cast(col(MailRow.id), String) + ":" + col(MailRow.outcome)
    query = select(MailRow).where(col(MailRow.outcome).in_(_WAITING), _without_note(about))
    for row in session.exec(query.order_by(col(MailRow.id)).limit(MOST)).all():
        assert row.finished_at is not None
        facts = {
            "mail": _mail_facts(row),
            "outcome": row.outcome,
            "reason": row.reason,
            "recorded_at": row.recorded_at.isoformat(),
            "finished_at": row.finished_at.isoformat(),
            "attempts": row.attempts,
            "error": row.last_error,
        }
        yield Note(f"mail:{row.id}:{row.outcome}", row.finished_at, facts)


def _lost(session: Session) -> Iterable[Note]:
    """Mails of ours of which the Sent folder has no copy, because they did not go out, or nobody knows."""
    about = literal("outgoing:") + col(OutgoingRow.state) + ":" + col(OutgoingRow.key)
    query = select(OutgoingRow).where(col(OutgoingRow.state).in_(_LOST), _without_note(about))
    for row in session.exec(query.order_by(col(OutgoingRow.id)).limit(MOST)).all():
        marks = session.exec(select(NudgeRow).where(col(NudgeRow.outgoing_id) == row.id).order_by(col(NudgeRow.id)))
        names = ("key", "kind", "to", "cc", "subject", "message_id", "in_reply_to", "envelope_from")
        facts: dict[str, Any] = {name: getattr(row, name) for name in names}
        facts |= {name: getattr(row, name) for name in ("agency", "round", "state", "attempts", "last_error")}
        facts |= {
            "outgoing_id": row.id,
            "queued_at": row.queued_at.isoformat(),
            "mail": _mail(session, row.mail_id),
            "nudges": [[n.key, n.round, n.step] for n in marks],
        }
        yield Note(f"outgoing:{row.state}:{row.key}", row.queued_at, facts)


def _refusals(session: Session) -> Iterable[Note]:
    about = literal("refusal:") + cast(col(RefusalRow.id), String)
    query = select(RefusalRow, OutgoingRow).join(OutgoingRow).where(_without_note(about))
    for row, mail in session.exec(query.order_by(col(RefusalRow.id)).limit(MOST)).all():
        facts = {
            "id": row.id,
            "key": mail.key,
            "message_id": mail.message_id,
            "address": row.address,
            "permanent": row.permanent,
            "diagnostic": row.diagnostic,
            "last_error": mail.last_error,
        }
        yield Note(f"refusal:{row.id}", row.at, facts)


def _outages(session: Session) -> Iterable[Note]:
    about = literal("outage:") + cast(col(OutageRow.id), String)
    query = select(OutageRow).where(_without_note(about)).order_by(col(OutageRow.id)).limit(MOST)
    for row in session.exec(query).all():
        facts = {"id": row.id, "began": row.began.isoformat(), "ended": row.ended.isoformat(), "why": row.why}
        yield Note(f"outage:{row.id}", row.ended, facts)


def _quarantine(session: Session) -> Iterable[Note]:
    query = select(QuarantineRow).where(_without_note(literal("quarantine:") + col(QuarantineRow.sha256)))
    for row in session.exec(query.order_by(col(QuarantineRow.at)).limit(MOST)).all():
        yield Note(f"quarantine:{row.sha256}", row.at, {"sha256": row.sha256, "signature": row.signature})
