"""The coordinator's decisions: an audit log that only grows. Triggers refuse to change or remove what stands in it.

One that is taken back stays in the log; an `undo` that names it stands behind it.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from bot.domain.decision import Decision, DecisionKind, Resolution, in_force
from bot.store.convert import decision_of, decision_row
from bot.store.database import Transactions
from bot.store.inbound import close_mail, reopen_mail
from bot.store.queueing import queue_mails
from bot.store.submissions import insert_submissions
from bot.store.tables import DecisionRow


def write_resolution(session: Session, resolution: Resolution, now: datetime) -> Decision:
    """See `Decisions.resolve`; for use within a larger transaction."""
    row = decision_row(resolution.decision, now)
    session.add(row)
    session.flush()
    if resolution.submission is not None:
        insert_submissions(session, [resolution.submission], mail_id=resolution.submission.mail_id, now=now)
    for mail_id in resolution.reopens:
        reopen_mail(session, mail_id, now)
    for mail_id in resolution.closes:
        close_mail(session, mail_id, now)
    queue_mails(session, resolution.outgoing, now)
    return decision_of(row)


class Decisions(Transactions):
    """Records decisions and reads them back."""

    def resolve(self, resolution: Resolution, now: datetime) -> Decision:
        """Writes the decision with all that follows from it, at once; returns it with its id.

        StoreConflictError when a mail is unknown, the version exists, the decision is taken back already, or it lacks
        what its kind needs (until when, which address and agency, which mail).
        """
        with self._writing() as session:
            return write_resolution(session, resolution, now)

    def decisions(self, round: str | None = None) -> tuple[Decision, ...]:
        """Decisions that are in force, all or those of one round, in the order in which they were recorded."""
        return in_force(self.decision_log(round))

    def decision_log(self, round: str | None = None) -> tuple[Decision, ...]:
        """Every decision, also those taken back and what took them back, in the order in which they were recorded."""
        query = select(DecisionRow).order_by(col(DecisionRow.id))
        if round is not None:
            query = query.where(col(DecisionRow.round) == round)
        with self._reading() as session:
            return tuple(map(decision_of, session.exec(query)))

    def bindings(self) -> dict[str, str]:
        """Which agency code each bound address belongs to; the latest decision in force wins. Lower case."""
        bound = [d for d in self.decisions() if d.kind is DecisionKind.BIND]
        return {d.address.lower(): d.agency for d in bound}
