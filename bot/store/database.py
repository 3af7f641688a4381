"""One SQLite file: its engine, its transactions, and what its faults mean.

Readers take a snapshot; writers take the write lock at once (BEGIN IMMEDIATE), so that two programs on one file wait
for each other instead of failing in the middle. `synchronous=FULL`: what is committed survives a power cut.

Failure policy: every database fault leaves as a StoreError that names the file and what to do; nothing is half written.
"""

import errno
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Pool, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, StatementError
from sqlmodel import Session

from bot.store.columns import dump_json
from bot.store.errors import StoreBusyError, StoreConflictError, StoreError

BUSY_SECONDS = 10.0

# What SQLite calls it → our code, and the rest of the sentence for the journal.
_MEANINGS = {
    "SQLITE_NOTADB": ("no_database", "is not a database; point database_url at another file, or move this one away"),
    "SQLITE_CORRUPT": ("damaged", "is damaged; move it away and run `thuky rebuild`, or restore a backup"),
    "SQLITE_FULL": ("full", "cannot grow: the disk is full; free some space"),
    "SQLITE_READONLY": ("read_only", "cannot be written; check its owner and permissions"),
    "SQLITE_CANTOPEN": ("cannot_open", "cannot be opened; check the folder, its owner and permissions"),
    "SQLITE_PERM": ("cannot_open", "cannot be opened; check its owner and permissions"),
}


def database_path(url: str) -> Path:
    """The file that a `sqlite:///…` address names; StoreError for any other kind of address."""
    hint = "database_url must be sqlite:/// and the path of a file, as in sqlite:////var/lib/thuky/thuky.db"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"{hint}; found {url!r}", "address", found=url) from None
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() != "sqlite" or parsed.query or not parsed.database:
        raise StoreError(f"{hint}; found {shown!r}", "address", found=shown)
    if parsed.database.startswith((":memory:", "file:")):
        raise StoreError(f"{hint}; found {shown!r}, which would not outlive the program", "address", found=shown)
    return Path(parsed.database)


def create_file(path: Path) -> None:
    """Makes the empty database file (0600) and its folders (0700) where they are missing; others may not read it.

    The file itself is never opened here: closing it would drop the locks that SQLite holds on it elsewhere in this
    process (POSIX advisory locks; SQLite, "How To Corrupt", 2.2). It gets its name by a link, already closed.
    """
    try:
        for folder in reversed([p for p in path.parents if not p.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)  # 0600
            os.close(handle)
            try:
                with suppress(FileExistsError):  # another program was quicker
                    path.hardlink_to(name)
            finally:
                Path(name).unlink()
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as fault:
        message = f"the database {path} cannot be opened: {fault.strerror}"
        raise StoreError(message, "file", path=path, error=fault.strerror) from fault


def may_be_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file is empty or has alembic's mark: another program's file is refused later and not touched now."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return not names or "alembic_version" in names


def use_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Turns write-ahead logging on, which the file then remembers.

    SQLite does not wait when two programs switch a new file at the same moment (its busy timeout does not hold for
    that), so this waits in its place; the last SQLITE_BUSY is raised when the time is over.
    """
    until = time.monotonic() + busy_seconds
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return  # a file system without shared memory keeps its own mode, which is safe as well
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def make_engine(
    path: Path,
    *,
    busy_seconds: float = BUSY_SECONDS,
    foreign_keys: bool = True,
    pool: type[Pool] = QueuePool,
    durable: bool = True,
) -> Engine:
    """An engine on the file. Connections with the option `immediate` begin with the write lock. `durable=False`:
    nothing is forced to the disk, so a power cut may cost the whole file.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        json_serializer=dump_json,
        poolclass=pool,
        hide_parameters=True,  # an error's text goes into journals, and parameters are what people wrote
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        connection.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")
        if may_be_ours(connection):
            use_wal(connection, busy_seconds)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def plain_faults(path: Path) -> Iterator[None]:
    """Turns the driver's exceptions into StoreErrors that say what is wrong with `path`."""
    try:
        yield
    except IntegrityError as fault:
        raise StoreConflictError(f"the database refused a change: {fault.orig}") from fault
    except (DBAPIError, sqlite3.Error) as fault:
        cause = fault.orig if isinstance(fault, DBAPIError) else fault
        name = str(getattr(cause, "sqlite_errorname", "") or "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            message = f"the database {path} is in use by another program; try again shortly"
            raise StoreBusyError(message, "busy", path=path) from fault
        for sqlite_name, (code, meaning) in _MEANINGS.items():
            if name.startswith(sqlite_name):
                raise StoreError(f"the database {path} {meaning}", code, path=path) from fault
        raise StoreError(f"the database {path} failed: {cause}") from fault
    except OverflowError as fault:  # a number beyond SQLite's 64 bits names nothing that we hold
        raise StoreConflictError(f"a number is too large for the database: {fault}") from fault
    except StatementError as fault:  # a value that a column type refused
        if isinstance(fault.orig, TypeError):
            raise fault.orig from fault
        raise


class Transactions:
    """What every room of the store stands on: a snapshot to read, or one transaction to write."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writer = engine.execution_options(immediate=True)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with plain_faults(self._path), Session(self._engine) as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with plain_faults(self._path), Session(self._writer) as session, session.begin():
            session.connection()  # takes the write lock now, not at the first statement
            yield session
