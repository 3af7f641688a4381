"""Submissions: versions of an obligation, written once and read often."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.domain.submission import Submission
from bot.store.convert import finding_row, known_id, submission_row
from bot.store.database import Transactions
from bot.store.loading import Condition, load_submissions, load_verdicts
from bot.store.tables import FileRow, SubmissionRow


def insert_submissions(
    session: Session, submissions: Sequence[Submission], *, mail_id: int | None, now: datetime
) -> None:
    """Writes submissions with their findings and files; the database refuses a version that exists."""
    rows = [submission_row(submission, mail_id=mail_id, now=now) for submission in submissions]
    session.add_all(rows)
    session.flush()
    for row, submission in zip(rows, submissions, strict=True):
        owner = known_id(row.id)
        session.add_all(finding_row(finding, submission_id=owner) for finding in submission.findings)
        session.add_all(
            FileRow(submission_id=owner, name=file.name, sha256=file.sha256, size=file.size, path=file.path)
            for file in submission.files
        )
    session.flush()


def of_obligation(agency: str, round: str, form: str) -> tuple[Condition, ...]:
    return (
        col(SubmissionRow.round) == round,
        col(SubmissionRow.agency) == agency,
        col(SubmissionRow.form) == form,
    )


class Submissions(Transactions):
    """Reads submissions. They are written by `Intake.finish` and `Decisions.resolve`."""

    def submissions(self, *, round: str | None = None, agency: str | None = None) -> tuple[Submission, ...]:
        """By round, agency and form, versions ascending, with findings and files."""
        where: list[Condition] = []
        if round is not None:
            where.append(col(SubmissionRow.round) == round)
        if agency is not None:
            where.append(col(SubmissionRow.agency) == agency)
        with self._reading() as session:
            return load_submissions(session, *where)

    def verdicts(self, round: str) -> tuple[Submission, ...]:
        """As `submissions` of that round, with their errors for findings and without files: what a status needs, in
        half the time.
        """
        with self._reading() as session:
            return load_verdicts(session, col(SubmissionRow.round) == round)

    def next_version(self, agency: str, round: str, form: str) -> int:
        """One more than the newest version; 1 when there is none."""
        with self._reading() as session:
            newest = select(func.max(SubmissionRow.version)).where(*of_obligation(agency, round, form))
            return (session.exec(newest).one() or 0) + 1
