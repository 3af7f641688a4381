"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What is recorded for ever: trigger name, event, table, condition on the old row, what the refusal says.
FOREVER = [
    (f"tr_{table}_no_{event.lower()}", event, table, condition, f"{what} are never changed or removed")
    for table, condition, what in [
        ("submission", "1", "submissions"),
        ("submission_file", "1", "files of submissions"),
        ("finding", "OLD.submission_id IS NOT NULL", "findings of submissions"),
        ("decision", "1", "decisions"),
    ]
    for event in ["UPDATE", "DELETE"]
]


def texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "folder_mark",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "folder", name=op.f("pk_folder_mark")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        *texts("message_id", "sender", "subject", "outcome", "reason"),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("round", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(), nullable=True),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'received') = (finished_at IS NULL)", name=op.f("ck_mail_finished_at_iff_finished")
        ),
        sa.CheckConstraint(
            "outcome IN ('received', 'accepted', 'correction', 'held', 'ignored', 'parked')",
            name=op.f("ck_mail_outcome_known"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mail_attempts_natural")),
        sa.CheckConstraint("duplicate_of < id", name=op.f("ck_mail_duplicate_of_earlier")),
        sa.CheckConstraint("length(sha256) IN (0, 64)", name=op.f("ck_mail_sha256_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_mail_size_natural")),
        sa.ForeignKeyConstraint(["duplicate_of"], ["mail.id"], name=op.f("fk_mail_duplicate_of_mail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint(
            "account", "folder", "uidvalidity", "uid", name=op.f("uq_mail_account_folder_uidvalidity_uid")
        ),
    )
    op.create_index(op.f("ix_mail_message_id"), "mail", ["message_id"], unique=False)
    op.create_index(op.f("ix_mail_outcome_marked"), "mail", ["outcome", "marked"], unique=False)
    op.create_index(op.f("ix_mail_round"), "mail", ["round"], unique=False)
    op.create_index(op.f("ix_mail_sha256"), "mail", ["sha256"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_attachment_sha256_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachment_size_natural")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_attachment_mail_id_mail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_mail_id"), "attachment", ["mail_id"], unique=False)
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.Column("original_message_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_bounce_mail_id_mail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
    )
    op.create_index(op.f("ix_bounce_at"), "bounce", ["at"], unique=False)
    op.create_index(op.f("ix_bounce_mail_id"), "bounce", ["mail_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        *texts("who", "why", "round", "agency"),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind <> 'bind' OR (address <> '' AND agency <> '')", name=op.f("ck_decision_bind_address")),
        sa.CheckConstraint("kind <> 'extend' OR until IS NOT NULL", name=op.f("ck_decision_extend_until")),
        sa.CheckConstraint("kind <> 'release' OR mail_id IS NOT NULL", name=op.f("ck_decision_release_mail")),
        sa.CheckConstraint(
            "kind IN ('extend', 'excuse', 'accept', 'return', 'received', 'bind', 'release')",
            name=op.f("ck_decision_kind_known"),
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_decision_mail_id_mail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_kind"), "decision", ["kind"], unique=False)
    op.create_index(op.f("ix_decision_round"), "decision", ["round"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        *texts("about", "value", "source", "found", "file"),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "source IN ('decision', 'sender_address', 'sender_domain', 'tag', 'thread', 'document', 'subject', "
            "'file_name', 'body', 'open_round', 'elimination')",
            name=op.f("ck_evidence_source_known"),
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_evidence_mail_id_mail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_mail_id"), "evidence", ["mail_id"], unique=False)
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("to", sa.JSON(), nullable=False),
        sa.Column("cc", sa.JSON(), nullable=False),
        *texts("subject", "message_id", "in_reply_to", "envelope_from"),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("round", sa.Text(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("in_sent_folder", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'queued') = (next_at IS NOT NULL)", name=op.f("ck_outgoing_next_at_iff_queued")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outgoing_sent_at_iff_sent")),
        sa.CheckConstraint("NOT in_sent_folder OR state = 'sent'", name=op.f("ck_outgoing_in_sent_folder_if_sent")),
        sa.CheckConstraint(
            "kind IN ('request', 'receipt', 'correction', 'reminder', 'overdue', 'escalation', 'digest', 'alert', "
            "'decision', 'closed')",
            name=op.f("ck_outgoing_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unknown')", name=op.f("ck_outgoing_state_known")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outgoing_attempts_natural")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_outgoing_mail_id_mail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("key", name=op.f("uq_outgoing_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_message_id")),
    )
    op.create_index(op.f("ix_outgoing_agency_queued_at"), "outgoing", ["agency", "queued_at"], unique=False)
    op.create_index(op.f("ix_outgoing_mail_id"), "outgoing", ["mail_id"], unique=False)
    op.create_index(op.f("ix_outgoing_round_kind"), "outgoing", ["round", "kind"], unique=False)
    op.create_index(op.f("ix_outgoing_state_next_at"), "outgoing", ["state", "next_at"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        *texts("agency", "round", "form"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("mail_id IS NOT NULL OR channel <> 'mail'", name=op.f("ck_submission_mail_id_if_mail")),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'accepted_with_remarks', 'correction', 'held')",
            name=op.f("ck_submission_verdict_known"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_submission_version_positive")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_submission_mail_id_mail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("round", "agency", "form", "version", name=op.f("uq_submission_round_agency_form_version")),
    )
    op.create_index(op.f("ix_submission_mail_id"), "submission", ["mail_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        *texts("file", "sheet", "cell", "part", "heading", nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.CheckConstraint("severity IN ('error', 'remark')", name=op.f("ck_finding_severity_known")),
        sa.CheckConstraint("(mail_id IS NULL) <> (submission_id IS NULL)", name=op.f("ck_finding_one_owner")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_finding_mail_id_mail")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_finding_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_mail_id"), "finding", ["mail_id"], unique=False)
    op.create_index(op.f("ix_finding_submission_id"), "finding", ["submission_id"], unique=False)
    op.create_table(
        "outgoing_body",
        sa.Column("outgoing_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_outgoing_body_outgoing_id_outgoing")),
        sa.PrimaryKeyConstraint("outgoing_id", name=op.f("pk_outgoing_body")),
    )
    op.create_table(
        "submission_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_submission_file_sha256_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_submission_file_size_natural")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_file_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_file")),
    )
    op.create_index(op.f("ix_submission_file_sha256"), "submission_file", ["sha256"], unique=False)
    op.create_index(op.f("ix_submission_file_submission_id"), "submission_file", ["submission_id"], unique=False)
    for name, event, table, condition, refusal in FOREVER:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )
