"""Rows put back as they were, for a database that is made anew: with the ids and times that others tell of them.

Only for a database of one's own that nobody else has open. Failure policy: as the rest of the store; a row that stands
already is a StoreConflictError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select, update

from bot.domain.intake import Bounce
from bot.domain.mail import MessageRef, OutgoingMail, OutgoingState
from bot.domain.watch import Outage
from bot.store.convert import known_id
from bot.store.database import Transactions
from bot.store.inbound import mail_row
from bot.store.queueing import queue_mails
from bot.store.tables import DecisionRow, MailRow, OutageRow, OutgoingRow, RefusalRow


@dataclass(frozen=True, slots=True)
class PastMail:
    """An inbound mail that was recorded before. `sha256` empty: over the limit, only its head (`head_sha256`) was
    fetched.
    """

    id: int
    ref: MessageRef
    sha256: str
    size: int
    received_at: datetime
    recorded_at: datetime
    sender: str = ""
    subject: str = ""
    head_sha256: str = ""


@dataclass(frozen=True, slots=True)
class PastRefusal:
    """A recipient that the outgoing server would not take, at an instant."""

    id: int
    bounce: Bounce
    at: datetime
    last_error: str


class Rebuilding(Transactions):
    """Transactions that put back what was."""

    def is_blank(self) -> bool:
        """Whether nothing stands here that anybody could miss: no mail, no decision, nothing sent."""
        with self._reading() as session:
            return not any(
                session.exec(select(func.count()).select_from(row)).one() for row in (MailRow, OutgoingRow, DecisionRow)
            )

    def count_mails(self) -> int:
        """How many inbound mails are recorded."""
        with self._reading() as session:
            return session.exec(select(func.count()).select_from(MailRow)).one()

    def put_mails(self, mails: Sequence[PastMail]) -> None:
        """Records these mails, unfinished, under their ids."""
        with self._writing() as session:
            session.add_all(
                MailRow(
                    id=mail.id,
                    account=mail.ref.account,
                    folder=mail.ref.folder,
                    uidvalidity=mail.ref.uidvalidity,
                    uid=mail.ref.uid,
                    sha256=mail.sha256,
                    size=mail.size,
                    received_at=mail.received_at,
                    recorded_at=mail.recorded_at,
                    sender=mail.sender,
                    subject=mail.subject,
                    head_sha256=mail.head_sha256,
                )
                for mail in mails
            )

    def put_outgoing(
        self,
        mail: OutgoingMail,
        *,
        state: OutgoingState,
        queued_at: datetime,
        sent_at: datetime | None,
        attempts: int = 1,
        last_error: str = "",
        refusals: Sequence[PastRefusal] = (),
    ) -> bool:
        """A mail that was sent (`in_sent_folder`), has failed or is of unknown fate, with its steps and the recipients
        that were refused. False, and nothing written, when its key or one of its steps stands already.
        """
        with self._writing() as session:
            if not queue_mails(session, [mail], queued_at):
                return False
            session.exec(
                update(OutgoingRow)
                .where(col(OutgoingRow.key) == mail.key)
                .values(
                    state=state.value,
                    next_at=None,
                    sent_at=sent_at,
                    attempts=attempts,
                    last_error=last_error or next((r.last_error for r in refusals), ""),
                    in_sent_folder=state is OutgoingState.SENT,
                )
            )
            record_id = session.exec(select(OutgoingRow.id).where(col(OutgoingRow.key) == mail.key)).one()
            session.add_all(
                RefusalRow(
                    id=refusal.id,
                    outgoing_id=known_id(record_id),
                    address=refusal.bounce.address,
                    at=refusal.at,
                    permanent=refusal.bounce.permanent,
                    diagnostic=refusal.bounce.diagnostic,
                )
                for refusal in refusals
            )
            return True

    def put_outage(self, outage_id: int, outage: Outage) -> None:
        """A time in which nobody read the mailbox."""
        with self._writing() as session:
            session.add(OutageRow(id=outage_id, began=outage.began, ended=outage.ended, why=outage.why))

    def put_times(self, mail_id: int, *, recorded_at: datetime, attempts: int, error: str) -> None:
        """What a note tells of a mail that waited: when it was recorded and what was tried with it."""
        with self._writing() as session:
            row = mail_row(session, mail_id)
            row.recorded_at, row.attempts, row.last_error = recorded_at, attempts, error
