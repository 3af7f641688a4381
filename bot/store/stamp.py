"""Whether anything has changed: a short text that is another one after every change that a reader could see."""

from sqlalchemy import func
from sqlmodel import col, select

from bot.store.database import Transactions
from bot.store.tables import BounceRow, DecisionRow, MailRow, NudgeRow, OutgoingRow, SubmissionRow


class Stamp(Transactions):
    """One read-only look over the tables of the flow."""

    def stamp(self) -> str:
        """The same as long as no mail, submission, decision, bounce or outgoing mail is new or stands differently."""
        newest = [func.max(col(row.id)) for row in (SubmissionRow, DecisionRow, BounceRow, NudgeRow)]
        mails = select(
            col(MailRow.outcome),
            func.count(),
            func.max(col(MailRow.finished_at)),
            func.max(col(MailRow.reopened_at)),
        )
        outgoing = select(
            col(OutgoingRow.state),
            func.count(),
            func.max(col(OutgoingRow.sent_at)),
            func.sum(col(OutgoingRow.attempts)),
        )
        with self._reading() as session:
            seen = [session.exec(select(highest)).one() for highest in newest]
            mailed = session.exec(mails.group_by(col(MailRow.outcome)).order_by(col(MailRow.outcome))).all()
            went = session.exec(outgoing.group_by(col(OutgoingRow.state)).order_by(col(OutgoingRow.state))).all()
        return repr((seen, [tuple(row) for row in mailed], [tuple(row) for row in went]))
