"""Looks into the outbox and at what came back. Records carry no bytes (`mail.raw` is empty) but for `outgoing_mail`.

A round has thousands of mails with attachments; lists must not read gigabytes to show subjects.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from bot.domain.intake import BounceRecord
from bot.domain.mail import NoticeKind, NudgeMark, NudgeRecord, OutgoingRecord, OutgoingState, Reason
from bot.store.convert import outgoing_of
from bot.store.database import Transactions
from bot.store.loading import Condition, light_rows
from bot.store.outgoing import load_with_bytes, outgoing_row
from bot.store.tables import BounceRow, MailRow, NudgeRow, OutgoingRow, RefusalRow


class OutgoingLists(Transactions):
    """Read-only views of outgoing mails and bounces."""

    def outbox(
        self, *, state: OutgoingState | None = None, kind: NoticeKind | None = None, round: str | None = None
    ) -> tuple[OutgoingRecord, ...]:
        """Outgoing mails in the order in which they were queued, without bytes."""
        where: list[Condition] = []
        if state is not None:
            where.append(col(OutgoingRow.state) == state.value)
        if kind is not None:
            where.append(col(OutgoingRow.kind) == kind.value)
        if round is not None:
            where.append(col(OutgoingRow.round) == round)
        return self._outgoing_where(*where)

    def replies(self, mail_id: int) -> tuple[OutgoingRecord, ...]:
        """What was queued because of that inbound mail, without bytes."""
        return self._outgoing_where(col(OutgoingRow.mail_id) == mail_id)

    def outgoing_mail(self, record_id: int) -> OutgoingRecord:
        """One outgoing mail with its bytes; StoreConflictError when there is none."""
        with self._reading() as session:
            outgoing_row(session, record_id)
            return load_with_bytes(session, [record_id])[0]

    def find_by_message_id(self, message_ids: Collection[str]) -> OutgoingRecord | None:
        """The mail of ours, without bytes, that one of these Message-IDs names; the newest when there are several."""
        found = self._outgoing_where(col(OutgoingRow.message_id).in_(list(message_ids)))
        return found[-1] if found else None

    def has_key(self, key: str) -> bool:
        """Whether a mail with that key was ever queued."""
        with self._reading() as session:
            return session.exec(select(OutgoingRow.id).where(col(OutgoingRow.key) == key)).first() is not None

    def bounces(self, since: datetime | None = None) -> tuple[BounceRecord, ...]:
        """Addresses that mail came back from, or that our outgoing server refused, at `since` or later, oldest first.

        Anybody can write a report: it names one of our mails (`key`) only when that mail went to that address.
        """
        reported = select(BounceRow, OutgoingRow.key, OutgoingRow.to, OutgoingRow.cc).join(
            OutgoingRow, col(OutgoingRow.message_id) == col(BounceRow.original_message_id), isouter=True
        )
        refused = select(RefusalRow, OutgoingRow.key).join(OutgoingRow)
        if since is not None:
            reported = reported.where(col(BounceRow.at) >= since)
            refused = refused.where(col(RefusalRow.at) >= since)
        with self._reading() as session:
            found = [
                BounceRecord(
                    row.address,
                    row.at,
                    row.permanent,
                    row.diagnostic,
                    row.mail_id,
                    key if key is not None and row.address in {a.lower() for a in (*to, *cc)} else None,
                    row.gave_up,
                )
                for row, key, to, cc in session.exec(reported.order_by(col(BounceRow.id)))
            ]
            found += [
                BounceRecord(row.address, row.at, row.permanent, row.diagnostic, None, key)
                for row, key in session.exec(refused.order_by(col(RefusalRow.id)))
            ]
        return tuple(sorted(found, key=lambda bounce: bounce.at))

    def last_heard(self) -> dict[str, datetime]:
        """When the last mail of each sender reached the server, by address in lower case; of any kind, but for
        mail of which nobody knows whether it is really theirs.
        """
        doubtful = col(MailRow.reason) == Reason.UNAUTHENTICATED.value
        newest = select(MailRow.sender, func.max(MailRow.received_at)).where(col(MailRow.sender) != "", ~doubtful)
        with self._reading() as session:
            return {sender: at for sender, at in session.exec(newest.group_by(col(MailRow.sender))) if at is not None}

    def nudges(self, *, round: str | None = None, agency: str | None = None) -> tuple[NudgeRecord, ...]:
        """The steps that were ever queued, in that order, each with its mail (without bytes)."""
        where: list[Condition] = []
        if round is not None:
            where.append(col(NudgeRow.round) == round)
        if agency is not None:
            where.append(col(NudgeRow.agency) == agency)
        with self._reading() as session:
            marks = light_rows(session, NudgeRow, where, NudgeRow.id)
            spoken = col(OutgoingRow.id).in_(sql_select(col(NudgeRow.outgoing_id)).where(*where))
            # One mail may speak for several steps.
            mails = {row.id: outgoing_of(row, b"") for row in light_rows(session, OutgoingRow, [spoken])}
        return tuple(
            NudgeRecord(NudgeMark(row.key, row.round, row.step), row.agency, mails[row.outgoing_id]) for row in marks
        )

    def _outgoing_where(self, *where: Condition) -> tuple[OutgoingRecord, ...]:
        with self._reading() as session:
            return tuple(outgoing_of(row, b"") for row in light_rows(session, OutgoingRow, where, OutgoingRow.id))
