"""The end of an inbound mail's way: its result and the answers to it, committed together.

Failure policy: all or nothing. A mail that is finished already is refused (StoreConflictError), so that an answer
cannot go out twice; so is a submission whose version exists by now, and the caller takes the mail in again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete

from bot.domain.decision import Resolution
from bot.domain.intake import IntakeResult
from bot.domain.mail import Outcome, OutgoingMail, Reason
from bot.store.convert import bounce_row, evidence_row, finding_row
from bot.store.database import Transactions
from bot.store.decisions import write_resolution
from bot.store.errors import StoreConflictError
from bot.store.inbound import mail_row
from bot.store.queueing import queue_mails
from bot.store.submissions import insert_submissions
from bot.store.tables import (
    AttachmentRow,
    BounceRow,
    EvidenceRow,
    FindingRow,
    MailRow,
    QuarantineRow,
    UsedCodeRow,
)


def open_mail_row(session: Session, mail_id: int) -> MailRow:
    """The row of an unfinished mail, or StoreConflictError."""
    row = mail_row(session, mail_id)
    if row.outcome != Outcome.RECEIVED.value:
        raise StoreConflictError(f"mail {mail_id} is finished already, as {row.outcome}")
    return row


def forget_earlier_pass(session: Session, mail_id: int) -> None:
    """Removes what an earlier pass over a reopened mail found. Submissions stay: they never change."""
    session.exec(delete(EvidenceRow).where(col(EvidenceRow.mail_id) == mail_id))
    session.exec(delete(FindingRow).where(col(FindingRow.mail_id) == mail_id))
    session.exec(delete(AttachmentRow).where(col(AttachmentRow.mail_id) == mail_id))
    session.exec(delete(BounceRow).where(col(BounceRow.mail_id) == mail_id))


def _write_result(session: Session, result: IntakeResult, now: datetime) -> None:
    row = open_mail_row(session, result.mail_id)
    row.outcome, row.reason, row.finished_at, row.marked = result.outcome.value, result.reason, now, False
    row.message_id, row.sender, row.subject = result.message_id, result.sender, result.subject
    row.agency, row.round, row.duplicate_of = result.agency, result.round, result.duplicate_of
    forget_earlier_pass(session, result.mail_id)
    session.add_all(evidence_row(result.mail_id, evidence) for evidence in result.evidence)
    session.add_all(finding_row(finding, mail_id=result.mail_id) for finding in result.findings)
    session.add_all(
        AttachmentRow(mail_id=result.mail_id, name=name, sha256=sha256, size=size)
        for name, sha256, size in result.attachments
    )
    session.add_all(bounce_row(result.mail_id, row.received_at, bounce) for bounce in result.bounces)
    for sha256, signature in result.infected:
        session.merge(QuarantineRow(sha256=sha256, signature=signature, at=now))
    insert_submissions(session, result.submissions, mail_id=result.mail_id, now=now)


class Intake(Transactions):
    """The two ends: finished with a result, or parked for a person."""

    def finish(
        self,
        result: IntakeResult,
        *,
        outgoing: Sequence[OutgoingMail],
        now: datetime,
        resolution: Resolution | None = None,
        used_code: str = "",
    ) -> None:
        """Writes the result, its submissions and bounces, and queues the answers, at once.

        `resolution` is what the mail ordered and `used_code` the one-time code that it used: carried out in the same
        transaction; StoreConflictError, and nothing written, when that code was used before.

        Submissions are stored as this mail's, whatever their `mail_id` says. ValueError when the outcome is `received`.
        """
        if result.outcome is Outcome.RECEIVED:
            raise ValueError("a finished mail has an outcome other than `received`")
        with self._writing() as session:
            _write_result(session, result, now)
            if used_code:
                session.add(UsedCodeRow(code=used_code, mail_id=result.mail_id, used_at=now))
                session.flush()
            if resolution is not None:
                write_resolution(session, resolution, now)
            queue_mails(session, outgoing, now)

    def put_aside(self, results: Sequence[IntakeResult], now: datetime) -> None:
        """Finishes many mails that are answered by nothing, at once."""
        with self._writing() as session:
            for result in results:
                _write_result(session, result, now)

    def code_was_used(self, code: str) -> bool:
        """Whether an order with that one-time code has been carried out."""
        with self._reading() as session:
            return session.get(UsedCodeRow, code) is not None

    def park(
        self,
        mail_id: int,
        error: str,
        now: datetime,
        outgoing: Sequence[OutgoingMail] = (),
        *,
        sender: str = "",
        subject: str = "",
    ) -> None:
        """Gives a mail up for a person to look at (`broke_us`) and queues what tells them. `sender` and `subject` are
        what its head still says, empty where not even that can be read.
        """
        with self._writing() as session:
            row = open_mail_row(session, mail_id)
            row.outcome, row.reason, row.finished_at = Outcome.PARKED.value, Reason.BROKE_US.value, now
            row.marked, row.last_error = False, error
            row.sender, row.subject = sender or row.sender, subject or row.subject
            queue_mails(session, outgoing, now)
