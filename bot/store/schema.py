"""Brings a database file to the schema that this program knows.

The usual case is one look at `alembic_version`; alembic itself is imported only when there is something to do. All
revisions run in one transaction under the write lock, so two programs that open a new file at once do it once.

Failure policy: a database of a newer program, of another program, or no database at all is left as it is (StoreError).
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool

from bot.store.database import make_engine, plain_faults
from bot.store.errors import StoreError

HEAD = "0004"


def current_revision(connection: Connection) -> str | None:
    """The revision that the file stands at; None for an empty file; "" for a file with tables that are not ours."""
    names = {str(name) for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not names:
        return None
    if "alembic_version" not in names:
        return ""
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or ""


def bring_to_head(path: Path, engine: Engine, busy_seconds: float, *, durable: bool = True) -> None:
    """Migrates the file if it is not at HEAD. StoreError when it cannot be ours."""
    with plain_faults(path), engine.connect() as connection:
        if current_revision(connection) == HEAD:
            return
    # Foreign keys are off while tables are rebuilt (SQLite, "ALTER TABLE", 7), and checked before the commit.
    builder = make_engine(path, busy_seconds=busy_seconds, foreign_keys=False, pool=NullPool, durable=durable)
    with plain_faults(path), builder.execution_options(immediate=True).begin() as connection:
        upgrade(connection, path)


def upgrade(connection: Connection, path: Path) -> None:
    """Runs what is missing on `connection`, in the caller's transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    revision = current_revision(connection)
    if revision == HEAD:  # another program was quicker
        return
    if revision == "":
        message = f"the database {path} belongs to another program; point database_url at another file"
        raise StoreError(message, "foreign", path=path)
    if revision is not None and revision not in known:
        raise StoreError(
            f"the database {path} was written by a newer thuky (revision {revision}, this one knows up to {HEAD}); "
            "install the newer version again",
            "newer",
            path=path,
        )
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreError(f"the database {path} could not be brought to revision {HEAD}: rows of {broken[0]} hang loose")
