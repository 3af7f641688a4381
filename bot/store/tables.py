"""The tables and the guarantees that live in them.

Enums stand as their values in plain text with a CHECK, instants in UTC, JSON only where a value is read and replaced as
a whole. Triggers of the migrations add what constraints cannot say: submissions, their files and findings, and the
coordinator's decisions are never changed or removed. `bot.store.migrations` builds the schema; a test compares the two.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.domain.decision import DecisionKind
from bot.domain.form import Severity
from bot.domain.mail import EvidenceSource, NoticeKind, Outcome, OutgoingState
from bot.domain.submission import Verdict
from bot.store.columns import SafeText, UtcDateTime, one_of


class Base(SQLModel):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def is_sha256(column: str = "sha256") -> CheckConstraint:
    return CheckConstraint(f"length({column}) = 64", name=f"{column}_length")


class FolderMark(Base, table=True):
    """Up to which UID a folder has been recorded (RFC 3501: UIDs count within one UIDVALIDITY)."""

    __tablename__ = "folder_mark"
    account: str = Field(sa_type=SafeText, primary_key=True)
    folder: str = Field(sa_type=SafeText, primary_key=True)
    uidvalidity: int
    uid: int


class MailRow(Base, table=True):
    """One inbound mail; its identity on the server is unique, its content (`sha256`) is not."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("account", "folder", "uidvalidity", "uid"),
        one_of("outcome", Outcome),
        # Empty for a mail that was never fetched, because it is over the size limit.
        CheckConstraint("length(sha256) IN (0, 64)", name="sha256_length"),
        CheckConstraint("size >= 0", name="size_natural"),
        CheckConstraint("attempts >= 0", name="attempts_natural"),
        CheckConstraint("duplicate_of < id", name="duplicate_of_earlier"),
        CheckConstraint("(outcome = 'received') = (finished_at IS NULL)", name="finished_at_iff_finished"),
        Index(None, "outcome", "marked"),
        Index(None, "sha256"),
        Index(None, "message_id"),
        Index(None, "round"),
        Index(None, "sender", "received_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(sa_type=SafeText)
    folder: str = Field(sa_type=SafeText)
    uidvalidity: int
    uid: int
    sha256: str = Field(sa_type=SafeText)
    size: int
    received_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    message_id: str = Field(default="", sa_type=SafeText)
    sender: str = Field(default="", sa_type=SafeText)
    subject: str = Field(default="", sa_type=SafeText)
    outcome: str = Field(default=Outcome.RECEIVED.value, sa_type=SafeText)
    reason: str = Field(default="", sa_type=SafeText)
    agency: str | None = Field(default=None, sa_type=SafeText)
    round: str | None = Field(default=None, sa_type=SafeText)
    duplicate_of: int | None = Field(default=None, foreign_key="mail.id")
    attempts: int = 0
    last_error: str = Field(default="", sa_type=SafeText)
    last_failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    marked: bool = False
    head_sha256: str = Field(default="", sa_type=SafeText, sa_column_kwargs={"server_default": ""})


class EvidenceRow(Base, table=True):
    __tablename__ = "evidence"
    __table_args__ = (one_of("source", EvidenceSource),)
    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    about: str = Field(sa_type=SafeText)
    value: str = Field(sa_type=SafeText)
    source: str = Field(sa_type=SafeText)
    found: str = Field(sa_type=SafeText)
    file: str = Field(sa_type=SafeText)
    agrees: bool


class AttachmentRow(Base, table=True):
    __tablename__ = "attachment"
    __table_args__ = (is_sha256(), CheckConstraint("size >= 0", name="size_natural"))
    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    name: str = Field(sa_type=SafeText)
    sha256: str = Field(sa_type=SafeText)
    size: int


class SubmissionRow(Base, table=True):
    """Version n of an obligation; a trigger refuses every change."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("round", "agency", "form", "version"),
        one_of("verdict", Verdict),
        CheckConstraint("version >= 1", name="version_positive"),
        CheckConstraint("mail_id IS NOT NULL OR channel <> 'mail'", name="mail_id_if_mail"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=SafeText)
    round: str = Field(sa_type=SafeText)
    form: str = Field(sa_type=SafeText)
    version: int
    received_at: datetime = Field(sa_type=UtcDateTime)
    verdict: str = Field(sa_type=SafeText)
    mail_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
    receipt_number: str = Field(sa_type=SafeText)
    channel: str = Field(sa_type=SafeText)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class FileRow(Base, table=True):
    __tablename__ = "submission_file"
    __table_args__ = (is_sha256(), CheckConstraint("size >= 0", name="size_natural"))
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    name: str = Field(sa_type=SafeText)
    sha256: str = Field(sa_type=SafeText, index=True)
    size: int
    path: str = Field(sa_type=SafeText)


class FindingRow(Base, table=True):
    """A finding of one submission, or of a mail as a whole; from `file` to `heading` it is a Place."""

    __tablename__ = "finding"
    __table_args__ = (
        one_of("severity", Severity),
        CheckConstraint("(mail_id IS NULL) <> (submission_id IS NULL)", name="one_owner"),
    )
    id: int | None = Field(default=None, primary_key=True)
    mail_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
    submission_id: int | None = Field(default=None, foreign_key="submission.id", index=True)
    code: str = Field(sa_type=SafeText)
    severity: str = Field(sa_type=SafeText)
    file: str | None = Field(default=None, sa_type=SafeText)
    sheet: str | None = Field(default=None, sa_type=SafeText)
    cell: str | None = Field(default=None, sa_type=SafeText)
    part: str | None = Field(default=None, sa_type=SafeText)
    heading: str | None = Field(default=None, sa_type=SafeText)
    params: dict[str, Any] = Field(sa_type=JSON)


class OutgoingRow(Base, table=True):
    """One outgoing mail without its bytes, so that lists stay quick."""

    __tablename__ = "outgoing"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("message_id"),
        one_of("kind", NoticeKind),
        one_of("state", OutgoingState),
        CheckConstraint("attempts >= 0", name="attempts_natural"),
        CheckConstraint("(state = 'queued') = (next_at IS NOT NULL)", name="next_at_iff_queued"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_iff_sent"),
        CheckConstraint("NOT in_sent_folder OR state = 'sent'", name="in_sent_folder_if_sent"),
        Index(None, "state", "next_at"),
        Index(None, "agency", "queued_at"),
        Index(None, "round", "kind"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=SafeText)
    kind: str = Field(sa_type=SafeText)
    to: list[str] = Field(sa_type=JSON)
    cc: list[str] = Field(sa_type=JSON)
    subject: str = Field(sa_type=SafeText)
    message_id: str = Field(sa_type=SafeText)
    in_reply_to: str = Field(sa_type=SafeText)
    envelope_from: str = Field(sa_type=SafeText)
    agency: str | None = Field(default=None, sa_type=SafeText)
    round: str | None = Field(default=None, sa_type=SafeText)
    mail_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
    state: str = Field(sa_type=SafeText)
    queued_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str = Field(default="", sa_type=SafeText)
    in_sent_folder: bool = False


class NudgeRow(Base, table=True):
    """A step of a ladder and the mail that speaks for it; one mail may speak for steps of several rounds."""

    __tablename__ = "nudge"
    __table_args__ = (UniqueConstraint("key"), Index(None, "agency"), Index(None, "round"))
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=SafeText)
    round: str = Field(sa_type=SafeText)
    agency: str = Field(sa_type=SafeText)
    step: str = Field(sa_type=SafeText)
    outgoing_id: int = Field(foreign_key="outgoing.id", index=True)


class OutgoingBodyRow(Base, table=True):
    """The final bytes of an outgoing mail."""

    __tablename__ = "outgoing_body"
    outgoing_id: int = Field(sa_column=Column(ForeignKey("outgoing.id"), primary_key=True, autoincrement=False))
    raw: bytes = Field(sa_type=LargeBinary)


class BounceRow(Base, table=True):
    __tablename__ = "bounce"
    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    address: str = Field(sa_type=SafeText)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    permanent: bool
    diagnostic: str = Field(sa_type=SafeText)
    original_message_id: str = Field(sa_type=SafeText)
    gave_up: bool = Field(default=True, sa_column_kwargs={"server_default": text("1")})


class RefusalRow(Base, table=True):
    """A recipient of a mail of ours that the outgoing server itself would not take."""

    __tablename__ = "refusal"
    __table_args__ = (UniqueConstraint("outgoing_id", "address"),)
    id: int | None = Field(default=None, primary_key=True)
    outgoing_id: int = Field(foreign_key="outgoing.id")
    address: str = Field(sa_type=SafeText)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    permanent: bool
    diagnostic: str = Field(sa_type=SafeText)


class DecisionRow(Base, table=True):
    """The coordinator's decisions: an audit log. A trigger refuses every change."""

    __tablename__ = "decision"
    __table_args__ = (
        one_of("kind", DecisionKind),
        CheckConstraint("kind <> 'extend' OR until IS NOT NULL", name="extend_until"),
        CheckConstraint("kind <> 'bind' OR (address <> '' AND agency <> '')", name="bind_address"),
        CheckConstraint("kind <> 'release' OR mail_id IS NOT NULL", name="release_mail"),
        CheckConstraint("kind <> 'grace' OR (until IS NOT NULL AND round <> '')", name="grace_until"),
        CheckConstraint("kind <> 'mute' OR round <> ''", name="mute_round"),
        CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undo_undoes"),
        CheckConstraint("undoes < id", name="undoes_earlier"),
        UniqueConstraint("undoes"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(sa_type=SafeText, index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(sa_type=SafeText)
    why: str = Field(sa_type=SafeText)
    round: str = Field(sa_type=SafeText, index=True)
    agency: str = Field(sa_type=SafeText)
    form: str | None = Field(default=None, sa_type=SafeText)
    version: int | None = None
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str = Field(sa_type=SafeText)
    mail_id: int | None = Field(default=None, foreign_key="mail.id")
    undoes: int | None = Field(default=None, foreign_key="decision.id")
    by_mail: int | None = Field(default=None, foreign_key="mail.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class UsedCodeRow(Base, table=True):
    """One-time codes of orders that were carried out."""

    __tablename__ = "used_code"
    code: str = Field(sa_type=SafeText, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    used_at: datetime = Field(sa_type=UtcDateTime)


class ReadingRow(Base, table=True):
    """When a mailbox was last read to its end."""

    __tablename__ = "reading"
    account: str = Field(sa_type=SafeText, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class OutageRow(Base, table=True):
    """A time in which nobody read the mailbox."""

    __tablename__ = "outage"
    __table_args__ = (CheckConstraint("began < ended", name="began_before_end"),)
    id: int | None = Field(default=None, primary_key=True)
    began: datetime = Field(sa_type=UtcDateTime)
    ended: datetime = Field(sa_type=UtcDateTime, index=True)
    why: str = Field(sa_type=SafeText)


class TroubleRow(Base, table=True):
    """Something that is or was wrong for a while; of one kind and subject only one lasts at a time."""

    __tablename__ = "trouble"
    __table_args__ = (
        Index("uq_trouble_lasting", "code", "subject", unique=True, sqlite_where=text("over_at IS NULL")),
    )
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(sa_type=SafeText)
    subject: str = Field(sa_type=SafeText)
    since: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    params: dict[str, Any] = Field(sa_type=JSON)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReconciliationRow(Base, table=True):
    """How one folder agreed with the records when they were last compared."""

    __tablename__ = "reconciliation"
    __table_args__ = (CheckConstraint("missing <= on_server", name="missing_of_them"),)
    account: str = Field(sa_type=SafeText, primary_key=True)
    folder: str = Field(sa_type=SafeText, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    on_server: int
    missing: int


class LedgerNoteRow(Base, table=True):
    """A fact that no mail tells and that has its note in the Sent folder: `about` names its row (`decision:17`)."""

    __tablename__ = "ledger_note"
    about: str = Field(sa_type=SafeText, primary_key=True)
    message_id: str = Field(sa_type=SafeText)
    noted_at: datetime = Field(sa_type=UtcDateTime)


class QuarantineRow(Base, table=True):
    """A file that the virus scanner named: kept as it came, handed on to nobody."""

    __tablename__ = "quarantine"
    __table_args__ = (is_sha256(),)
    sha256: str = Field(sa_type=SafeText, primary_key=True)
    signature: str = Field(sa_type=SafeText)
    at: datetime = Field(sa_type=UtcDateTime)
