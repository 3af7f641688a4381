"""The schema's history. `bot.store.schema` runs it when a database is opened; nothing else does.

A new revision: `alembic -c bot/store/migrations/alembic.ini revision --rev-id 0002 -m "what changes"`, write it by
hand, raise `bot.store.schema.HEAD`. Change tables with `op.batch_alter_table`. A table rebuilt that way loses its
triggers: create them again. `tests/store/test_store_schema.py` holds revisions, tables and HEAD against each other.
"""
