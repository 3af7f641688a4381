"""Reads submissions and mails with all that belongs to them: a fixed number of queries, however many rows.

Each child table is read once, for the same selection as its parents, and grouped in memory. Rows come as plain tuples
with the columns' names, not as tracked objects, which is twice as fast: a nationwide round has 15,600 submissions.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Mapper
from sqlmodel import Session, SQLModel, col

from bot.domain.form import Severity
from bot.domain.mail import InboundRecord
from bot.domain.submission import Submission
from bot.store.convert import file_of, finding_of, known_id, mail_of, submission_of
from bot.store.tables import AttachmentRow, EvidenceRow, FileRow, FindingRow, MailRow, SubmissionRow

T = TypeVar("T")
M = TypeVar("M", bound=SQLModel)
K = TypeVar("K", bound=Hashable)
Condition = ColumnElement[bool]


def grouped(rows: Iterable[T], key: Callable[[T], K]) -> defaultdict[K, list[T]]:
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def light_rows(session: Session, model: type[M], where: Iterable[Condition], *order: object) -> Sequence[M]:
    """Rows of the model's table. They have its columns' attributes but are tuples: to be read, never changed."""
    session.flush()
    mapper: Mapper[M] = inspect(model)
    query = select(*mapper.columns).where(*where).order_by(*(col(column) for column in order))
    return cast(Sequence[M], session.connection().execute(query).all())


def load_submissions(session: Session, *where: Condition) -> tuple[Submission, ...]:
    """By round, agency and form, versions ascending."""
    order = (SubmissionRow.round, SubmissionRow.agency, SubmissionRow.form, SubmissionRow.version)
    rows = light_rows(session, SubmissionRow, where, *order)
    if not rows:
        return ()
    chosen = select(col(SubmissionRow.id)).where(*where)
    of_these = col(FindingRow.submission_id).in_(chosen)
    findings = grouped(light_rows(session, FindingRow, [of_these], FindingRow.id), lambda row: row.submission_id)
    of_these = col(FileRow.submission_id).in_(chosen)
    files = grouped(light_rows(session, FileRow, [of_these], FileRow.id), lambda row: row.submission_id)
    return tuple(
        submission_of(row, map(finding_of, findings[row.id]), map(file_of, files[known_id(row.id)])) for row in rows
    )


def load_verdicts(session: Session, *where: Condition) -> tuple[Submission, ...]:
    """As `load_submissions`, with no files and of the findings the errors alone: all that a status is derived from."""
    order = (SubmissionRow.round, SubmissionRow.agency, SubmissionRow.form, SubmissionRow.version)
    rows = light_rows(session, SubmissionRow, where, *order)
    errors = (
        col(FindingRow.submission_id).in_(select(col(SubmissionRow.id)).where(*where)),
        col(FindingRow.severity) == Severity.ERROR.value,
    )
    findings = grouped(light_rows(session, FindingRow, errors, FindingRow.id), lambda row: row.submission_id)
    return tuple(submission_of(row, map(finding_of, findings[row.id]), ()) for row in rows)


def load_mails(session: Session, *where: Condition) -> tuple[InboundRecord, ...]:
    """In the order in which they reached the server."""
    rows = light_rows(session, MailRow, where, MailRow.received_at, MailRow.id)
    if not rows:
        return ()
    chosen = select(col(MailRow.id)).where(*where)
    of_these = col(EvidenceRow.mail_id).in_(chosen)
    evidence = grouped(light_rows(session, EvidenceRow, [of_these], EvidenceRow.id), lambda row: row.mail_id)
    of_these = col(FindingRow.mail_id).in_(chosen)
    findings = grouped(light_rows(session, FindingRow, [of_these], FindingRow.id), lambda row: row.mail_id)
    of_these = col(AttachmentRow.mail_id).in_(chosen)
    attachments = grouped(light_rows(session, AttachmentRow, [of_these], AttachmentRow.id), lambda row: row.mail_id)
    submissions = grouped(
        load_submissions(session, col(SubmissionRow.mail_id).in_(chosen)), lambda submission: submission.mail_id
    )
    return tuple(
        mail_of(row, evidence[known_id(row.id)], findings[row.id], attachments[known_id(row.id)], submissions[row.id])
        for row in rows
    )
