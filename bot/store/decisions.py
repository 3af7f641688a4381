"""The coordinator's decisions: an audit log that only grows. Triggers refuse to change or remove what stands in it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from bot.domain.mail import OutgoingMail
from bot.domain.round import Decision, DecisionKind
from bot.domain.submission import Submission
from bot.store.convert import decision_of, decision_row
from bot.store.database import Transactions
from bot.store.inbound import reopen_mail
from bot.store.queueing import queue_mails
from bot.store.submissions import insert_submissions
from bot.store.tables import DecisionRow


class Decisions(Transactions):
    """Records decisions and reads them back."""

    def record_decision(
        self,
        decision: Decision,
        *,
        outgoing: Sequence[OutgoingMail] = (),
        submission: Submission | None = None,
        now: datetime,
    ) -> None:
        """Writes the decision with all that follows from it, at once.

        `submission` is what came by another channel (`received`); `outgoing` what the agency is told. A release reopens
        its mail in the same transaction. StoreConflictError when the mail is unknown, the version exists, or the
        decision lacks what its kind needs (until when, which address and agency, which mail).
        """
        with self._writing() as session:
            session.add(decision_row(decision, now))
            session.flush()
            if submission is not None:
                insert_submissions(session, [submission], mail_id=submission.mail_id, now=now)
            if decision.kind is DecisionKind.RELEASE and decision.mail_id is not None:
                reopen_mail(session, decision.mail_id, now)
            queue_mails(session, outgoing, now)

    def decisions(self, round: str | None = None) -> tuple[Decision, ...]:
        """All decisions, or those of one round, in the order in which they were recorded."""
        query = select(DecisionRow).order_by(col(DecisionRow.id))
        if round is not None:
            query = query.where(col(DecisionRow.round) == round)
        with self._reading() as session:
            return tuple(map(decision_of, session.exec(query)))

    def bindings(self) -> dict[str, str]:
        """Which agency code each bound address belongs to; the latest decision wins. Addresses in lower case."""
        bound = select(DecisionRow.address, DecisionRow.agency).where(col(DecisionRow.kind) == DecisionKind.BIND.value)
        with self._reading() as session:
            rows = session.exec(bound.order_by(col(DecisionRow.id)))
            return {address.lower(): agency for address, agency in rows}
