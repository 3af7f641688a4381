"""What a database file names of the vault, and how it is in itself: for backups and for the deep check.

What must be in the vault (`KEPT`): every raw mail, the header of a mail that was too big to be fetched, every file of a
report. An attachment or a file that the virus scanner named may be there by itself as well (`TOLD`); else it is inside
its raw mail, and nothing is missing.

The file is opened read-only and as it is: nothing is migrated, so that an older one can be looked at too. Failure
policy: what SQLite refuses is a StoreError, see `bot.store.database`.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.store.database import BUSY_SECONDS, plain_faults
from bot.store.errors import StoreError
from bot.store.vault import Vault

CHUNK = 1 << 20
# One statement a column that names files of the vault; a test holds them against the tables.
KEPT = {
    ("mail", "sha256"): "SELECT sha256 FROM mail WHERE sha256 <> ''",
    ("mail", "head_sha256"): "SELECT head_sha256 FROM mail WHERE head_sha256 <> ''",
    ("submission_file", "sha256"): "SELECT sha256 FROM submission_file",
}
TOLD = {
    ("attachment", "sha256"): "SELECT sha256 FROM attachment",
    ("quarantine", "sha256"): "SELECT sha256 FROM quarantine",
}
_COUNTING = {
    "mail": "SELECT count(*) FROM mail",
    "submission": "SELECT count(*) FROM submission",
    "outgoing": "SELECT count(*) FROM outgoing",
    "decision": "SELECT count(*) FROM decision",
}


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """SHA-256s of files that rows name: those that must be in the vault, and those that may be inside a raw mail
    alone. None is in both.
    """

    kept: frozenset[str]
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A copy under `reports/`: its path relative to the data folder, and the file that was mailed."""

    path: str
    sha256: str


@contextmanager
def looking_into(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, read-only. Raises StoreError."""
    with plain_faults(path):
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            yield connection


def snapshot(database: Path, target: Path) -> None:
    """Copies the database as it stands at one instant to `target`, one file without a log, while others write.

    SQLite's online backup; raises StoreError, code `not_ready` while the first start is still building the tables.
    """
    with looking_into(database) as source, plain_faults(target), closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        refuse_unbuilt(copy, database)


def refuse_unbuilt(connection: sqlite3.Connection, path: Path) -> None:
    """StoreError where the tables are not there yet (`not_ready`), or are another program's (`foreign`). `path` is the
    file that the sentence names.
    """
    there = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if there and "alembic_version" not in there:
        raise StoreError(f"the database {path} belongs to another program", "foreign", path=path)
    needed = {*_COUNTING, "submission_file"}
    if not needed <= there or connection.execute("SELECT 1 FROM alembic_version").fetchone() is None:
        raise StoreError(f"the database {path} is still being built; try again shortly", "not_ready", path=path)


def named_files(connection: sqlite3.Connection) -> NamedFiles:
    """The SHA-256 of every file that a row names. Columns that an older database lacks name none."""
    kept = _names(connection, KEPT)
    return NamedFiles(kept, _names(connection, TOLD) - kept)


def _names(connection: sqlite3.Connection, naming: Mapping[tuple[str, str], str]) -> frozenset[str]:
    there = [
        statement
        for (table, column), statement in naming.items()
        if connection.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, column)).fetchone()
    ]
    return frozenset(str(sha256) for (sha256,) in connection.execute(" UNION ".join(there))) if there else frozenset()


def published_files(connection: sqlite3.Connection) -> tuple[PublishedFile, ...]:
    """Every copy that the coordinator browses, by its path."""
    rows = connection.execute("SELECT DISTINCT path, sha256 FROM submission_file WHERE path <> '' ORDER BY path")
    return tuple(PublishedFile(path, sha256) for path, sha256 in rows)


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows the tables have that people count."""
    return {table: connection.execute(statement).fetchone()[0] for table, statement in _COUNTING.items()}


def revision_of(connection: sqlite3.Connection) -> str:
    """The schema's revision."""
    return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def faults_of(connection: sqlite3.Connection) -> Sequence[str]:
    """What SQLite itself finds wrong with the file, in its words; empty when all is well. 100 lines at most."""
    told = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    loose = [
        f"{table} row {row} → {parent}" for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ]
    return [line for line in told if line != "ok"][:100] + loose[:100]


def hash_of(path: Path) -> str | None:
    """The SHA-256 of a file's content, read in pieces; None when there is no such file. Raises OSError."""
    hashed = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                hashed.update(piece)
    except FileNotFoundError:
        return None
    return hashed.hexdigest()


def content_of(vault: Vault, file: PublishedFile) -> str | None:
    """The vault's file that a published copy is made from: the one that was mailed, or the one without its macros,
    which only the copy itself leads to. None where that copy is gone or changed and what was mailed carries macros, so
    that it may be handed on to nobody. Raises OSError.
    """
    found = hash_of(vault.data_dir / file.path)
    if found == file.sha256 or (found is not None and hash_of(vault.path(found)) == found):
        return found
    mailed = vault.path(file.sha256)
    return None if mailed.exists() and b"vbaProject" in mailed.read_bytes() else file.sha256
