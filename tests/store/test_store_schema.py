"""Opening: permissions, migrations, and files that are not ours."""

import ast
import os
import sqlite3
import subprocess
import sys
import threading
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from store_makers import NOW, direct, finished, outgoing, received, submission

from bot.domain.form import Severity
from bot.domain.submission import Finding, Place
from bot.store import schema
from bot.store.errors import StoreBusyError, StoreError
from bot.store.store import Store
from bot.store.tables import Base


@pytest.fixture(autouse=True)
def _by_the_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a new database comes from the migrations, each time."""
    monkeypatch.setattr("bot.store.store.bring_to_head", schema.bring_to_head)


SCHEMA_ROWS = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"


def constraints(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """The constraints and columns of each table as written, one a line, in no particular order."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'")
    return {name: {line.replace('"', "").strip(" ,)\t") for line in sql.splitlines()} for name, sql in rows}


def test_the_head_constant_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_migrations_build_what_the_tables_say(store: Store, database: Path) -> None:
    with store._reading() as session:
        connection = session.connection()
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    plain = create_engine("sqlite://")
    Base.metadata.create_all(plain)
    with plain.connect() as wanted, direct(database) as found:
        raw = wanted.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        assert constraints(found) == constraints(raw)


def test_the_file_is_for_its_owner_only_and_safe_against_power_cuts(store: Store, database: Path) -> None:
    received(store)
    for path in database.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert database.parent.stat().st_mode & 0o777 == 0o700
    with store._writing() as session:
        connection = session.connection()
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_database_that_is_thrown_away_waits_for_no_disk(database: Path) -> None:
    with Store.open(f"sqlite:///{database}", durable=False) as store, store._writing() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar() == 0
        assert session.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_file_open_to_others_is_closed_to_them(database: Path) -> None:
    database.parent.mkdir()
    database.touch(0o644)
    Store.open(f"sqlite:///{database}").close()
    assert database.stat().st_mode & 0o777 == 0o600


def test_what_was_written_is_there_after_opening_again(database: Path) -> None:
    with Store.open(f"sqlite:///{database}") as store:
        received(store)
    with Store.open(f"sqlite:///{database}") as store:
        assert [mail.id for mail in store.mails()] == [1]


def test_opening_at_head_does_without_alembic(store: Store, database: Path) -> None:
    code = (
        "import sys; from bot.store.store import Store; "
        f"Store.open('sqlite:///{database}').close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_two_openers_of_a_new_file_migrate_it_once(database: Path) -> None:
    stores: list[Store] = []
    threads = [threading.Thread(target=lambda: stores.append(Store.open(f"sqlite:///{database}"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4
    for uid, store in enumerate(stores, 1):
        received(store, uid)
        store.close()
    with direct(database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.HEAD,)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kw: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("alembic.operations.base.Operations.execute", fail)  # the triggers, after the tables
    with pytest.raises(RuntimeError, match="power cut"):
        Store.open(f"sqlite:///{database}")
    with direct(database) as connection:
        assert connection.execute(SCHEMA_ROWS).fetchall() == []
    monkeypatch.undo()
    Store.open(f"sqlite:///{database}").close()


def test_a_newer_database_is_left_alone(store: Store, database: Path) -> None:
    with direct(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer thuky \(revision 9999"):
        Store.open(f"sqlite:///{database}")


def test_another_programs_database_is_left_alone(database: Path) -> None:
    database.parent.mkdir()
    with direct(database) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(StoreError, match="belongs to another program"):
        Store.open(f"sqlite:///{database}")
    with direct(database) as connection:
        assert connection.execute(SCHEMA_ROWS).fetchall() == [("table", "bookmarks", "bookmarks")]


def test_no_database_at_all_is_left_alone(database: Path) -> None:
    database.parent.mkdir()
    database.write_text("Kính gửi: Sở Tư pháp\n" * 100)
    with pytest.raises(StoreError, match="is not a database"):
        Store.open(f"sqlite:///{database}")
    assert database.read_text().startswith("Kính gửi")


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:secret@h/db", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "thuky.db", ""],
)
def test_other_addresses_are_refused_with_an_example_and_no_password(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:////var/lib/thuky/thuky\.db") as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)


def test_a_folder_in_place_of_the_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}")


def test_a_writer_waits_for_another_programs_write(store: Store, database: Path) -> None:
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with store._writing():
            holding.set()
            release.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(5)
    with Store.open(f"sqlite:///{database}", busy_seconds=0) as impatient:
        assert impatient.mails() == ()  # readers are never kept waiting
        with pytest.raises(StoreBusyError, match="in use by another program"):
            impatient.enqueue([outgoing("a")], NOW)
    with Store.open(f"sqlite:///{database}") as patient:
        threading.Timer(0.05, release.set).start()
        assert patient.enqueue([outgoing("a")], NOW) == 1
    thread.join()


def test_opening_a_file_again_does_not_drop_locks_held_on_it(
    store: Store, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *rest, **kw: opened.append(str(path)) or real(path, *rest, **kw))
    Store.open(f"sqlite:///{database}").close()
    Store.open(f"sqlite:///{database.with_name('new.db')}").close()
    assert not [path for path in opened if path.endswith(".db")]  # closing any of them would drop SQLite's locks
    assert sorted(p.name for p in database.parent.iterdir() if p.suffix != ".db") == ["thuky.db-shm", "thuky.db-wal"]


def test_switching_to_wal_waits_for_another_program(database: Path) -> None:
    database.parent.mkdir()
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError):
            Store.open(f"sqlite:///{database}", busy_seconds=0)
        other.execute("DROP TABLE alembic_version")
        timer = threading.Timer(0.05, lambda: other.execute("COMMIT"))
        timer.start()
        Store.open(f"sqlite:///{database}").close()
        timer.join()


def test_the_package_ships_its_migrations() -> None:
    """What setuptools takes along: packages have `__init__.py`, other files are named in pyproject.toml."""
    migrations = Path(schema.__file__).parent / "migrations"
    pyproject = tomllib.loads((migrations.parents[2] / "pyproject.toml").read_text())
    patterns = pyproject["tool"]["setuptools"]["package-data"]["bot.store.migrations"]
    assert all((folder / "__init__.py").exists() for folder in (migrations, migrations / "versions"))
    others = [p for p in migrations.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")]
    assert others
    assert [p.name for p in others if not any(p.match(pattern) for pattern in patterns)] == []


def test_revisions_stand_by_themselves() -> None:
    for path in (Path(schema.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("bot"), path


def test_findings_written_by_the_first_schema_stand_unchanged_and_are_still_for_ever(database: Path) -> None:
    with Store.open(f"sqlite:///{database}") as store:
        _submitted(store, Severity.REMARK)
    with closing(sqlite3.connect(database)) as file:
        before = file.execute("SELECT * FROM finding").fetchall()
        assert len(before) == 1
    engine = create_engine(f"sqlite:///{database}")
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    for there, to in ((command.downgrade, "0001"), (command.upgrade, "0002")):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            there(config, to)
    with closing(sqlite3.connect(database)) as file:
        assert file.execute("SELECT * FROM finding").fetchall() == before
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            file.execute("UPDATE finding SET code = 'X999'")
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            file.execute("DELETE FROM finding")
    with Store.open(f"sqlite:///{database}") as store:
        _submitted(store, Severity.HOLD, version=2)
        assert [f.severity for s in store.submissions() for f in s.findings] == [Severity.REMARK, Severity.HOLD]


def _submitted(store: Store, severity: Severity, version: int = 1) -> None:
    mail = received(store, uid=version)
    finding = Finding("X112", severity, Place(file="a.xlsx"))
    finished(store, mail.id, submissions=(submission(version=version, findings=(finding,)),))
