"""What the clock and the coordinator need: steps that were spoken for, decisions that are taken back or come by mail,
times without reading, troubles that last.

SQLite cannot change a constraint, so the table of decisions is rebuilt (batch mode) with the same rows. The nudges of
earlier versions, whose keys are those of their mails, are entered as steps.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "kind IN ('extend', 'excuse', 'accept', 'return', 'received', 'bind', 'release'{more})"
MORE = ", 'grace', 'mute', 'decline', 'undo'"


def upgrade() -> None:
    op.create_table(
        "nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "round", "agency", "step")),
        sa.Column("outgoing_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_nudge_outgoing_id_outgoing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
        sa.UniqueConstraint("key", name=op.f("uq_nudge_key")),
    )
    for column in ("agency", "outgoing_id", "round"):
        op.create_index(op.f(f"ix_nudge_{column}"), "nudge", [column])
    _enter_earlier_nudges()
    op.create_table(
        "used_code",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_used_code_mail_id_mail")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_used_code")),
    )
    op.create_index(op.f("ix_used_code_mail_id"), "used_code", ["mail_id"])
    op.create_table(
        "reading",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_reading")),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("began < ended", name=op.f("ck_outage_began_before_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_index(op.f("ix_outage_ended"), "outage", ["ended"])
    op.create_table(
        "trouble",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("over_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trouble")),
    )
    op.create_index(
        "uq_trouble_lasting", "trouble", ["code", "subject"], unique=True, sqlite_where=sa.text("over_at IS NULL")
    )
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outgoing_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_refusal_outgoing_id_outgoing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("outgoing_id", "address", name=op.f("uq_refusal_outgoing_id_address")),
    )
    op.create_index(op.f("ix_refusal_at"), "refusal", ["at"])
    with op.batch_alter_table("bounce", recreate="always") as table:
        table.add_column(sa.Column("gave_up", sa.Boolean(), nullable=False, server_default=sa.text("1")))
    again = _triggers("decision")
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("undoes", sa.Integer(), nullable=True))
        table.add_column(sa.Column("by_mail", sa.Integer(), nullable=True))
        table.drop_constraint(op.f("ck_decision_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_decision_kind_known"), KINDS.format(more=MORE))
        table.create_check_constraint(
            op.f("ck_decision_grace_until"), "kind <> 'grace' OR (until IS NOT NULL AND round <> '')"
        )
        table.create_check_constraint(op.f("ck_decision_mute_round"), "kind <> 'mute' OR round <> ''")
        table.create_check_constraint(op.f("ck_decision_undo_undoes"), "(kind = 'undo') = (undoes IS NOT NULL)")
        table.create_check_constraint(op.f("ck_decision_undoes_earlier"), "undoes < id")
        table.create_unique_constraint(op.f("uq_decision_undoes"), ["undoes"])
        table.create_foreign_key(op.f("fk_decision_undoes_decision"), "decision", ["undoes"], ["id"])
        table.create_foreign_key(op.f("fk_decision_by_mail_mail"), "mail", ["by_mail"], ["id"])
    _run(again)


def downgrade() -> None:
    again = _triggers("decision")
    with op.batch_alter_table("decision") as table:
        table.drop_constraint(op.f("fk_decision_by_mail_mail"), type_="foreignkey")
        table.drop_constraint(op.f("fk_decision_undoes_decision"), type_="foreignkey")
        table.drop_constraint(op.f("uq_decision_undoes"), type_="unique")
        for name in ("undoes_earlier", "undo_undoes", "mute_round", "grace_until", "kind_known"):
            table.drop_constraint(op.f(f"ck_decision_{name}"), type_="check")
        table.create_check_constraint(op.f("ck_decision_kind_known"), KINDS.format(more=""))
        table.drop_column("by_mail")
        table.drop_column("undoes")
    _run(again)
    with op.batch_alter_table("bounce", recreate="always") as table:
        table.drop_column("gave_up")
    for name in ("refusal", "trouble", "outage", "reading", "used_code", "nudge"):
        op.drop_table(name)


def _enter_earlier_nudges() -> None:
    """Keys were `request:ROUND:AGENCY` and `KIND:ROUND:AGENCY:STEP:DAY`; neither codes nor steps hold a colon."""
    connection = op.get_bind()
    nudges = connection.execute(
        sa.text(
            "SELECT id, key, round, agency FROM outgoing WHERE agency IS NOT NULL AND round IS NOT NULL "
            "AND kind IN ('request', 'reminder', 'overdue', 'escalation')"
        )
    ).all()
    for outgoing_id, key, round_, agency in nudges:
        parts = str(key).split(":")
        connection.execute(
            sa.text(
                "INSERT INTO nudge (key, round, agency, step, outgoing_id) "
                "VALUES (:key, :round, :agency, :step, :outgoing_id)"
            ),
            {
                "key": key,
                "round": round_,
                "agency": agency,
                "step": parts[3] if len(parts) > 3 else parts[0],
                "outgoing_id": outgoing_id,
            },
        )


def _triggers(table: str) -> list[str]:
    """A rebuilt table comes without its triggers: their texts, to be run again."""
    rows = op.get_bind().execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
    )
    return [str(sql) for (sql,) in rows]


def _run(statements: list[str]) -> None:
    for sql in statements:
        op.execute(sql)
