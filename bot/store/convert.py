"""Rows ↔ domain values. Pure; the only place that knows how both are spelt."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from bot.domain.decision import Decision, DecisionKind
from bot.domain.form import Severity
from bot.domain.intake import Bounce
from bot.domain.mail import (
    Evidence,
    EvidenceSource,
    InboundRecord,
    MessageRef,
    NoticeKind,
    Outcome,
    OutgoingMail,
    OutgoingRecord,
    OutgoingState,
)
from bot.domain.submission import Finding, Place, StoredFile, Submission, Verdict
from bot.domain.watch import Trouble
from bot.store.tables import (
    AttachmentRow,
    BounceRow,
    DecisionRow,
    EvidenceRow,
    FileRow,
    FindingRow,
    MailRow,
    OutgoingRow,
    SubmissionRow,
    TroubleRow,
)


def known_id(value: int | None) -> int:
    """The id of a row that the database has given one."""
    if value is None:
        raise AssertionError("the row has no id yet")
    return value


def evidence_row(mail_id: int, evidence: Evidence) -> EvidenceRow:
    return EvidenceRow(mail_id=mail_id, **{**asdict(evidence), "source": evidence.source.value})


def evidence_of(row: EvidenceRow) -> Evidence:
    return Evidence(row.about, row.value, EvidenceSource(row.source), row.found, row.file, row.agrees)


def finding_row(finding: Finding, *, mail_id: int | None = None, submission_id: int | None = None) -> FindingRow:
    return FindingRow(
        mail_id=mail_id,
        submission_id=submission_id,
        code=finding.code,
        severity=finding.severity.value,
        **asdict(finding.place),
        params=dict(finding.params),
    )


def finding_of(row: FindingRow) -> Finding:
    place = Place(row.file, row.sheet, row.cell, row.part, row.heading)
    return Finding(row.code, Severity(row.severity), place, row.params)


def file_of(row: FileRow) -> StoredFile:
    return StoredFile(row.name, row.sha256, row.size, row.path)


def submission_row(submission: Submission, *, mail_id: int | None, now: datetime) -> SubmissionRow:
    return SubmissionRow(
        agency=submission.agency,
        round=submission.round,
        form=submission.form,
        version=submission.version,
        received_at=submission.received_at,
        verdict=submission.verdict.value,
        mail_id=mail_id,
        receipt_number=submission.receipt_number,
        channel=submission.channel,
        recorded_at=now,
    )


def submission_of(row: SubmissionRow, findings: Iterable[Finding], files: Iterable[StoredFile]) -> Submission:
    return Submission(
        agency=row.agency,
        round=row.round,
        form=row.form,
        version=row.version,
        received_at=row.received_at,
        verdict=Verdict(row.verdict),
        findings=tuple(findings),
        files=tuple(files),
        mail_id=row.mail_id,
        receipt_number=row.receipt_number,
        channel=row.channel,
    )


def mail_of(
    row: MailRow,
    evidence: Iterable[EvidenceRow],
    findings: Iterable[FindingRow],
    attachments: Iterable[AttachmentRow],
    submissions: Iterable[Submission],
) -> InboundRecord:
    return InboundRecord(
        id=known_id(row.id),
        ref=MessageRef(row.account, row.folder, row.uidvalidity, row.uid),
        message_id=row.message_id,
        sha256=row.sha256,
        size=row.size,
        received_at=row.received_at,
        sender=row.sender,
        subject=row.subject,
        outcome=Outcome(row.outcome),
        reason=row.reason,
        agency=row.agency,
        round=row.round,
        duplicate_of=row.duplicate_of,
        attempts=row.attempts,
        last_error=row.last_error,
        evidence=tuple(map(evidence_of, evidence)),
        findings=tuple(map(finding_of, findings)),
        submissions=tuple(submissions),
        attachments=tuple((a.name, a.sha256, a.size) for a in attachments),
        finished_at=row.finished_at,
        recorded_at=row.recorded_at,
        head_sha256=row.head_sha256,
    )


def bounce_row(mail_id: int, at: datetime, bounce: Bounce) -> BounceRow:
    return BounceRow(mail_id=mail_id, at=at, **asdict(bounce))


def outgoing_values(mail: OutgoingMail, now: datetime) -> Mapping[str, object]:
    """The columns of a newly queued mail, due at once."""
    return {
        "key": mail.key,
        "kind": mail.kind.value,
        "to": list(mail.to),
        "cc": list(mail.cc),
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "envelope_from": mail.envelope_from,
        "agency": mail.agency,
        "round": mail.round,
        "mail_id": mail.mail_id,
        "state": OutgoingState.QUEUED.value,
        "queued_at": now,
        "next_at": now,
        "attempts": 0,
        "last_error": "",
        "in_sent_folder": False,
    }


def outgoing_of(row: OutgoingRow, raw: bytes) -> OutgoingRecord:
    mail = OutgoingMail(
        key=row.key,
        kind=NoticeKind(row.kind),
        to=tuple(row.to),
        cc=tuple(row.cc),
        subject=row.subject,
        message_id=row.message_id,
        envelope_from=row.envelope_from,
        raw=raw,
        in_reply_to=row.in_reply_to,
        agency=row.agency,
        round=row.round,
        mail_id=row.mail_id,
    )
    return OutgoingRecord(
        id=known_id(row.id),
        mail=mail,
        state=OutgoingState(row.state),
        queued_at=row.queued_at,
        attempts=row.attempts,
        next_at=row.next_at,
        sent_at=row.sent_at,
        last_error=row.last_error,
        in_sent_folder=row.in_sent_folder,
    )


def decision_row(decision: Decision, now: datetime) -> DecisionRow:
    """With its id where the caller has told it to somebody already (a conflict when another has taken it since)."""
    values = asdict(decision) | {"kind": decision.kind.value}
    return DecisionRow(**values, recorded_at=now)


def decision_of(row: DecisionRow) -> Decision:
    return Decision(
        kind=DecisionKind(row.kind),
        at=row.at,
        who=row.who,
        why=row.why,
        round=row.round,
        agency=row.agency,
        form=row.form,
        version=row.version,
        until=row.until,
        address=row.address,
        mail_id=row.mail_id,
        undoes=row.undoes,
        by_mail=row.by_mail,
        id=row.id,
    )


def trouble_of(row: TroubleRow) -> Trouble:
    return Trouble(row.code, row.subject, row.since, row.seen_at, row.params, row.told_at, row.over_at, row.id)
