"""Findings may be of severity `hold`: what could not be judged waits for a person.

SQLite cannot change a constraint, so the table of findings is rebuilt (batch mode) with the same rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BEFORE, AFTER = "severity IN ('error', 'remark')", "severity IN ('error', 'remark', 'hold')"


def upgrade() -> None:
    _constrain(AFTER)


def downgrade() -> None:
    _constrain(BEFORE)


def _constrain(severities: str) -> None:
    triggers = op.get_bind().execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'finding'")
    )
    again = [str(sql) for (sql,) in triggers]
    with op.batch_alter_table("finding") as table:
        table.drop_constraint(op.f("ck_finding_severity_known"), type_="check")
        table.create_check_constraint(op.f("ck_finding_severity_known"), severities)
    for sql in again:  # a rebuilt table comes without its triggers
        op.execute(sql)
