"""Reads submissions and mails with all that belongs to them: a fixed number of queries, however many rows.

Each child table is read once, for the same selection as its parents, and grouped in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from bot.domain.mail import InboundRecord
from bot.domain.submission import Submission
from bot.store.convert import file_of, finding_of, known_id, mail_of, submission_of
from bot.store.tables import AttachmentRow, EvidenceRow, FileRow, FindingRow, MailRow, SubmissionRow

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Condition = ColumnElement[bool]


def grouped(rows: Iterable[T], key: Callable[[T], K]) -> defaultdict[K, list[T]]:
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def load_submissions(session: Session, *where: Condition) -> tuple[Submission, ...]:
    """By round, agency and form, versions ascending."""
    order = (SubmissionRow.round, SubmissionRow.agency, SubmissionRow.form, SubmissionRow.version)
    rows = session.exec(select(SubmissionRow).where(*where).order_by(*map(col, order))).all()
    chosen = select(SubmissionRow.id).where(*where)
    finding_rows = session.exec(
        select(FindingRow).where(col(FindingRow.submission_id).in_(chosen)).order_by(col(FindingRow.id))
    )
    file_rows = session.exec(select(FileRow).where(col(FileRow.submission_id).in_(chosen)).order_by(col(FileRow.id)))
    findings = grouped(finding_rows, lambda row: row.submission_id)
    files = grouped(file_rows, lambda row: row.submission_id)
    return tuple(
        submission_of(row, map(finding_of, findings[row.id]), map(file_of, files[known_id(row.id)])) for row in rows
    )


def load_mails(session: Session, *where: Condition, limit: int | None = None) -> tuple[InboundRecord, ...]:
    """In the order in which they reached the server; `limit` cuts off after so many."""
    ordered = select(MailRow).where(*where).order_by(col(MailRow.received_at), col(MailRow.id)).limit(limit)
    rows = session.exec(ordered).all()
    if not rows:
        return ()
    chosen = select(MailRow.id).where(*where).order_by(col(MailRow.received_at), col(MailRow.id)).limit(limit)
    evidence = grouped(
        session.exec(select(EvidenceRow).where(col(EvidenceRow.mail_id).in_(chosen)).order_by(col(EvidenceRow.id))),
        lambda row: row.mail_id,
    )
    findings = grouped(
        session.exec(select(FindingRow).where(col(FindingRow.mail_id).in_(chosen)).order_by(col(FindingRow.id))),
        lambda row: row.mail_id,
    )
    attachments = grouped(
        session.exec(
            select(AttachmentRow).where(col(AttachmentRow.mail_id).in_(chosen)).order_by(col(AttachmentRow.id))
        ),
        lambda row: row.mail_id,
    )
    submissions = grouped(
        load_submissions(session, col(SubmissionRow.mail_id).in_(chosen)), lambda submission: submission.mail_id
    )
    return tuple(
        mail_of(
            row,
            evidence[known_id(row.id)],
            findings[row.id],
            attachments[known_id(row.id)],
            submissions[row.id],
        )
        for row in rows
    )
