"""What trust needs: evidence of who vouches for a sender, how the server's messages agree with the records, which facts
are kept in the Sent folder beside the mails, which files a virus scanner named.

SQLite cannot change a constraint, so the table of evidence is rebuilt (batch mode) with the same rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SOURCES = (
    "source IN ('decision', 'sender_address', 'sender_domain', 'tag', 'thread', 'document', 'subject', 'file_name', "
    "'body', 'open_round', 'elimination'{more})"
)


def upgrade() -> None:
    _constrain(", 'authentication'")
    op.create_index(op.f("ix_mail_sender_received_at"), "mail", ["sender", "received_at"])
    with op.batch_alter_table("mail", recreate="always") as table:
        table.add_column(sa.Column("head_sha256", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "reconciliation",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("on_server", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.CheckConstraint("missing <= on_server", name=op.f("ck_reconciliation_missing_of_them")),
        sa.PrimaryKeyConstraint("account", "folder", name=op.f("pk_reconciliation")),
    )
    op.create_table(
        "ledger_note",
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_ledger_note")),
    )
    op.create_table(
        "quarantine",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_quarantine_sha256_length")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_quarantine")),
    )


def downgrade() -> None:
    for name in ("quarantine", "ledger_note", "reconciliation"):
        op.drop_table(name)
    op.drop_index(op.f("ix_mail_sender_received_at"), "mail")
    with op.batch_alter_table("mail", recreate="always") as table:
        table.drop_column("head_sha256")
    op.execute("DELETE FROM evidence WHERE source = 'authentication'")
    _constrain("")


def _constrain(more: str) -> None:
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint(op.f("ck_evidence_source_known"), type_="check")
        table.create_check_constraint(op.f("ck_evidence_source_known"), SOURCES.format(more=more))
