"""Inbound mails: recorded once each by their identity on the server, then finished, failed or parked.

received → accepted | correction | held | ignored (`intake`), or parked after failures. What is finished still waits to
be marked on the server: `unmarked`. Failure policy: an id that no mail has is a StoreConflictError.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from bot.domain.mail import Arrival, InboundRecord, MessageRef, NoticeKind, Outcome, Reason, ServerMessage
from bot.store.convert import known_id
from bot.store.database import Transactions
from bot.store.errors import StoreConflictError
from bot.store.loading import Condition, load_mails
from bot.store.queueing import CHUNK
from bot.store.tables import FolderMark, MailRow, OutgoingRow, SubmissionRow


def mail_row(session: Session, mail_id: int) -> MailRow:
    """The row to be changed; StoreConflictError when there is none."""
    row = session.get(MailRow, mail_id)
    if row is None:
        raise StoreConflictError(f"there is no mail {mail_id}")
    return row


def reopen_mail(session: Session, mail_id: int, now: datetime) -> bool:
    """See `Inbound.reopen`; for use within a larger transaction."""
    row = mail_row(session, mail_id)
    if row.outcome in (Outcome.ACCEPTED.value, Outcome.CORRECTION.value):
        return False
    row.outcome, row.finished_at = Outcome.RECEIVED.value, None
    row.attempts, row.reopened_at = 0, now
    return True


def close_mail(session: Session, mail_id: int, now: datetime) -> None:
    """A waiting mail waits no longer: a person has dealt with it. What was found in it stays. One that does not wait is
    left as it is.
    """
    row = mail_row(session, mail_id)
    if row.outcome in (Outcome.HELD.value, Outcome.PARKED.value):
        row.outcome, row.reason, row.finished_at = Outcome.IGNORED.value, Reason.HANDLED.value, now
        row.marked = False


def is_mail(ref: MessageRef) -> tuple[Condition, ...]:
    return (
        col(MailRow.account) == ref.account,
        col(MailRow.folder) == ref.folder,
        col(MailRow.uidvalidity) == ref.uidvalidity,
        col(MailRow.uid) == ref.uid,
    )


def _found_again(session: Session, ref: MessageRef, sha256: str, head_sha256: str) -> tuple[InboundRecord, ...]:
    """The record of that very mail from before the folder got its new UIDVALIDITY, put to where the mail lies now and
    to be marked there anew; of several with the same bytes the first that has no place yet.
    """
    if not sha256 and not head_sha256:
        return ()
    row = session.exec(
        select(MailRow)
        .where(
            col(MailRow.account) == ref.account,
            col(MailRow.folder) == ref.folder,
            col(MailRow.uidvalidity) != ref.uidvalidity,
            col(MailRow.sha256) == sha256,
            col(MailRow.head_sha256) == head_sha256,
        )
        .order_by(col(MailRow.id))
        .limit(1)
    ).first()
    if row is None:
        return ()
    row.uidvalidity, row.uid, row.marked = ref.uidvalidity, ref.uid, False
    session.flush()
    return load_mails(session, col(MailRow.id) == row.id)


class Inbound(Transactions):
    """Transactions on inbound mails, but for their end (see `Intake`)."""

    def last_uid(self, account: str, folder: str) -> tuple[int, int] | None:
        """UIDVALIDITY and the highest UID up to which everything has been recorded; None for a folder not yet read."""
        with self._reading() as session:
            mark = session.get(FolderMark, (account, folder))
            return None if mark is None else (mark.uidvalidity, mark.uid)

    def note_seen(self, account: str, folder: str, uidvalidity: int, uid: int) -> None:
        """Moves the mark on. It never goes back within one UIDVALIDITY; a new one replaces it."""
        with self._writing() as session:
            mark = session.get(FolderMark, (account, folder))
            if mark is None:
                session.add(FolderMark(account=account, folder=folder, uidvalidity=uidvalidity, uid=uid))
            elif mark.uidvalidity != uidvalidity:
                mark.uidvalidity, mark.uid = uidvalidity, uid
            else:
                mark.uid = max(mark.uid, uid)

    def recorded_uids(self, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
        """The UIDs of one folder, within one UIDVALIDITY, that have a record."""
        mine = (col(MailRow.account) == account, col(MailRow.folder) == folder, col(MailRow.uidvalidity) == uidvalidity)
        with self._reading() as session:
            return frozenset(session.exec(select(MailRow.uid).where(*mine)))

    def receive(
        self,
        message: ServerMessage,
        *,
        sha256: str,
        received_at: datetime,
        now: datetime,
        sender: str = "",
        subject: str = "",
        head_sha256: str = "",
    ) -> InboundRecord:
        """Records a mail whose raw bytes are safe in the vault. A repeat returns what stands already, unchanged; so
        does the same mail in a folder that was made anew (another UIDVALIDITY): its record then names its new place.

        `received_at` is the instant that lateness is judged by (INTERNALDATE); `now` when it was recorded. `sender` and
        `subject` are what its header says. `sha256` is empty, and `head_sha256` that of the header, where no more than
        the header was fetched.
        """
        ref = message.ref
        with self._writing() as session:
            known = load_mails(session, *is_mail(ref)) or _found_again(session, ref, sha256, head_sha256)
            if known:
                return known[0]
            session.add(
                MailRow(
                    account=ref.account,
                    folder=ref.folder,
                    uidvalidity=ref.uidvalidity,
                    uid=ref.uid,
                    sha256=sha256,
                    size=message.size,
                    received_at=received_at,
                    recorded_at=now,
                    sender=sender,
                    subject=subject,
                    head_sha256=head_sha256,
                )
            )
            session.flush()
            return load_mails(session, *is_mail(ref))[0]

    def unfinished(self) -> tuple[InboundRecord, ...]:
        """Mails with outcome `received`, in the order in which they reached the server."""
        return self.mails(outcome=Outcome.RECEIVED)

    def record_failure(self, mail_id: int, error: str, now: datetime) -> int:
        """Counts one failed attempt and returns how many there were."""
        with self._writing() as session:
            row = mail_row(session, mail_id)
            row.attempts += 1
            row.last_error, row.last_failed_at = error, now
            return row.attempts

    def note_waiting(self, mail_id: int, why: str, now: datetime) -> None:
        """An unfinished mail waits for something of ours: no failure of the mail, so it is not counted as one."""
        with self._writing() as session:
            row = mail_row(session, mail_id)
            row.last_error, row.last_failed_at = why, now

    def reopen(self, mail_id: int, now: datetime) -> bool:
        """Lets a held, ignored or parked mail be taken in again: outcome `received`, attempts 0.

        What is known of it stays until it is finished anew. False, and nothing changed, when it was answered already
        (accepted or correction): such a mail is not taken in twice.
        """
        with self._writing() as session:
            return reopen_mail(session, mail_id, now)

    def mail(self, mail_id: int) -> InboundRecord:
        """One mail with everything; StoreConflictError when there is none."""
        with self._reading() as session:
            found = load_mails(session, col(MailRow.id) == mail_id)
        if not found:
            raise StoreConflictError(f"there is no mail {mail_id}")
        return found[0]

    def mails(self, *, outcome: Outcome | None = None, round: str | None = None) -> tuple[InboundRecord, ...]:
        """Mails in the order in which they reached the server."""
        where: list[Condition] = []
        if outcome is not None:
            where.append(col(MailRow.outcome) == outcome.value)
        if round is not None:
            where.append(col(MailRow.round) == round)
        with self._reading() as session:
            return load_mails(session, *where)

    def arrivals(self, senders: Collection[str], since: datetime, until: datetime) -> tuple[Arrival, ...]:
        """What these addresses sent that was received after `since` and not after `until`, whatever became of it."""
        named = sorted(senders)
        found: list[Arrival] = []
        with self._reading() as session:
            for start in range(0, len(named), CHUNK):
                chosen = select(MailRow.id, MailRow.sender, MailRow.folder, MailRow.received_at).where(
                    col(MailRow.sender).in_(named[start : start + CHUNK]),
                    col(MailRow.received_at) > since,
                    col(MailRow.received_at) <= until,
                )
                found += [Arrival(known_id(i), sender, folder, at) for i, sender, folder, at in session.exec(chosen)]
        return tuple(found)

    def flooded(self) -> tuple[tuple[str, int, datetime], ...]:
        """Each address of which mails are put aside (`flood`): how many, and when the first of them was received."""
        aside = (col(MailRow.outcome) == Outcome.HELD.value, col(MailRow.reason) == Reason.FLOOD.value)
        chosen = select(MailRow.sender, func.count(), func.min(MailRow.received_at)).where(*aside)
        with self._reading() as session:
            return tuple(session.exec(chosen.group_by(col(MailRow.sender)).order_by(col(MailRow.sender))))

    def last_from_agencies(self) -> dict[str, datetime]:
        """When each agency's last mail came that a person sent, by agency code: what was ignored counts only as a copy
        or where it brought something.
        """
        brought = select(col(SubmissionRow.mail_id)).where(col(SubmissionRow.mail_id).is_not(None))
        by_person = or_(
            col(MailRow.outcome) != Outcome.IGNORED.value,
            col(MailRow.duplicate_of).is_not(None),
            col(MailRow.id).in_(brought),
        )
        newest = select(MailRow.agency, func.max(MailRow.received_at)).where(col(MailRow.agency) != "", by_person)
        with self._reading() as session:
            found = session.exec(newest.group_by(col(MailRow.agency)))
            return {agency: at for agency, at in found if agency is not None and at is not None}

    def find_original(self, sha256: str, message_id: str, before_id: int) -> InboundRecord | None:
        """The first mail recorded before `before_id` with the same raw bytes, finished or not; those left unread in
        Spam (`junk`) are passed over.

        Where both Message-IDs are known they must agree.
        """
        with self._reading() as session:
            where = [
                col(MailRow.sha256) == sha256,
                col(MailRow.id) < before_id,
                col(MailRow.reason) != Reason.JUNK.value,
            ]
            if message_id:
                where.append(col(MailRow.message_id).in_(["", message_id]))
            first = session.exec(select(func.min(MailRow.id)).where(*where)).one()
            return None if first is None else load_mails(session, col(MailRow.id) == first)[0]

    def with_message_id(self, message_id: str, before_id: int) -> tuple[InboundRecord, ...]:
        """The mails recorded before `before_id` that carry that Message-ID, oldest first."""
        with self._reading() as session:
            return load_mails(session, col(MailRow.message_id) == message_id, col(MailRow.id) < before_id)

    def unmarked(self) -> tuple[InboundRecord, ...]:
        """Finished mails whose mark on the server is still to be set."""
        with self._reading() as session:
            finished = col(MailRow.outcome) != Outcome.RECEIVED.value
            return load_mails(session, finished, col(MailRow.marked).is_(False))

    def set_marked(self, mail_id: int) -> None:
        """The server carries the mark of this mail's outcome now."""
        with self._writing() as session:
            mail_row(session, mail_id).marked = True

    def answers_since(self, agency: str, since: datetime) -> int:
        """How many answers (receipts, corrections, `closed`) to that agency were queued at `since` or later."""
        kinds = [kind.value for kind in NoticeKind if kind.is_answer]
        with self._reading() as session:
            chosen = select(func.count()).select_from(OutgoingRow)
            return session.exec(
                chosen.where(
                    col(OutgoingRow.agency) == agency,
                    col(OutgoingRow.queued_at) >= since,
                    col(OutgoingRow.kind).in_(kinds),
                )
            ).one()

    def answers_to(self, address: str, since: datetime) -> int:
        """The same to that address (lower case), whichever agency it stands for."""
        kinds = [kind.value for kind in NoticeKind if kind.is_answer]
        with self._reading() as session:
            sent = select(OutgoingRow.to).where(col(OutgoingRow.queued_at) >= since, col(OutgoingRow.kind).in_(kinds))
            return sum(address in to for to in session.exec(sent))
