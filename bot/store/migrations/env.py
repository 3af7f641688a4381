"""Runs revisions on the connection that `bot.store.schema` hands over, within its transaction.

The caller owns the transaction: either all revisions come to stand, or none.
"""

from typing import cast

from alembic import context
from sqlalchemy import Connection

from bot.store.tables import Base

connection = cast(Connection, context.config.attributes["connection"])
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
