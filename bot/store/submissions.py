"""Submissions: versions of an obligation, written once and read often.

Identical content: `find_submission_by_files` for one obligation, `find_receipt` for all that one mail handed in.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.domain.submission import Submission
from bot.store.convert import finding_row, known_id, submission_row
from bot.store.database import Transactions
from bot.store.loading import Condition, grouped, load_submissions
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
    """Reads submissions. They are written by `Intake.finish` and `Decisions.record_decision`."""

    def submissions(self, *, round: str | None = None, agency: str | None = None) -> tuple[Submission, ...]:
        """By round, agency and form, versions ascending, with findings and files."""
        where: list[Condition] = []
        if round is not None:
            where.append(col(SubmissionRow.round) == round)
        if agency is not None:
            where.append(col(SubmissionRow.agency) == agency)
        with self._reading() as session:
            return load_submissions(session, *where)

    def next_version(self, agency: str, round: str, form: str) -> int:
        """One more than the newest version; 1 when there is none."""
        with self._reading() as session:
            newest = select(func.max(SubmissionRow.version)).where(*of_obligation(agency, round, form))
            return (session.exec(newest).one() or 0) + 1

    def find_submission_by_files(
        self, agency: str, round: str, form: str, sha256s: frozenset[str]
    ) -> Submission | None:
        """The newest version of that obligation made of exactly these files; None for an empty set."""
        if not sha256s:
            return None
        with self._reading() as session:
            versions = load_submissions(session, *of_obligation(agency, round, form))
        same = (s for s in reversed(versions) if frozenset(f.sha256 for f in s.files) == sha256s)
        return next(same, None)

    def find_receipt(self, agency: str, round: str, sha256s: frozenset[str]) -> str | None:
        """The first receipt number of that agency and round under which exactly these files came, all forms together.

        None when there is none, or for an empty set. Files that belonged to no form do not count.
        """
        if not sha256s:
            return None
        with self._reading() as session:
            joined = (
                select(SubmissionRow.receipt_number, FileRow.sha256)
                .join(FileRow, col(FileRow.submission_id) == col(SubmissionRow.id))
                .where(col(SubmissionRow.agency) == agency, col(SubmissionRow.round) == round)
                .where(col(SubmissionRow.receipt_number) != "")
                .order_by(col(SubmissionRow.id))
            )
            receipts = grouped(session.exec(joined), lambda pair: pair[0])
        return next(
            (number for number, pairs in receipts.items() if frozenset(sha256 for _, sha256 in pairs) == sha256s), None
        )
