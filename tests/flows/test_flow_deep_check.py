"""`doctor --deep`: each way in which what is kept can be wrong is one line, and a whole vault says so."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embedded_office import Office, at, embedded_office

from bot.flows.deep_check import Deep, deep_check
from bot.store import tables
from bot.store.errors import StoreError
from bot.store.holdings import KEPT, TOLD
from bot.store.vault import Vault


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Path]]:
    """An office with one report, and a copy of its data folder."""
    with embedded_office(tmp_path_factory.mktemp("deep"), at(3, 1, 7)) as office:
        office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
        office.close()
        shutil.copytree(office.settings.data_dir, office.folder / "spare", symlinks=True)
        yield office, office.folder / "spare"


@pytest.fixture
def data(kept: tuple[Office, Path], tmp_path: Path) -> Path:
    shutil.copytree(kept[1], tmp_path / "data", symlinks=True)
    return tmp_path / "data"


def found(data: Path) -> list[Deep]:
    return list(deep_check(data, data / "thuky.db"))


def first_file(data: Path) -> Path:
    return min(p for p in (data / "vault").rglob("*") if p.is_file())


def copy_of(data: Path) -> Path:
    return next(p for p in (data / "reports").rglob("*") if p.is_file() and not p.is_symlink())


def damage(data: Path) -> None:
    path = first_file(data)
    payload = bytearray(path.read_bytes())
    payload[-1] ^= 1
    path.write_bytes(payload)


def hang_loose(data: Path) -> None:
    with sqlite3.connect(data / "thuky.db") as database:
        database.execute("UPDATE evidence SET mail_id = 999")


FAULTS: dict[str, Callable[[Path], object]] = {
    "deep_damaged": damage,
    "deep_missing": lambda data: first_file(data).unlink(),
    "deep_copy_missing": lambda data: copy_of(data).unlink(),
    "deep_copy_changed": lambda data: copy_of(data).write_bytes(b"khac"),
    "deep_database": hang_loose,
}


def test_a_whole_vault_says_what_was_looked_at(data: Path) -> None:
    seen: list[tuple[int, int]] = []
    (done,) = deep_check(data, data / "thuky.db", lambda done, of: seen.append((done, of)))
    assert (done.code, done.is_fault, done.params) == ("deep_done", False, {"files": 2, "copies": 1})
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_one_line(data: Path, code: str) -> None:
    FAULTS[code](data)
    faults = [one for one in found(data) if one.is_fault]
    assert {one.code for one in faults} == {code}


def test_what_nobody_names_is_only_told(data: Path) -> None:
    Vault(data).save(b"left by a crash")
    (data / "vault" / "README").write_text("?")
    assert [(one.code, one.is_fault) for one in found(data)] == [
        ("deep_stranger", False),
        ("deep_unnamed", False),
        ("deep_done", False),
    ]


def test_a_copy_without_macros_is_no_fault_and_is_not_unnamed(data: Path) -> None:
    copy_of(data).write_bytes(b"without macros")
    Vault(data).save(b"without macros")
    assert [one.code for one in found(data)] == ["deep_done"]


def test_the_command_has_a_line_for_each_and_fails(kept: tuple[Office, Path], data: Path) -> None:
    damage(data)
    office = kept[0]
    done = office.thuky("doctor", "--deep", "--json", THUKY_DATA_DIR=str(data))
    assert done.code == 1
    told = [e for e in done.json if e["name"] == "Kho lưu"]
    assert [e["ok"] for e in told] == [False, None]
    assert str(first_file(data).relative_to(data)) in told[0]["message"]
    assert all(e["name"] != "Kho lưu" for e in office.thuky("doctor", "--json", THUKY_DATA_DIR=str(data)).json)


def test_every_column_that_names_a_file_is_looked_into() -> None:
    naming = {
        (name, column.name)
        for name, table in tables.Base.metadata.tables.items()
        for column in table.columns
        if column.name.endswith("sha256")
    }
    assert naming == {*KEPT, *TOLD}
    assert not set(KEPT) & set(TOLD)


@pytest.mark.parametrize("table", ["alembic_version", "submission_file"])
def test_a_database_that_is_still_being_built_is_told_as_that(data: Path, table: str) -> None:
    with sqlite3.connect(data / "thuky.db") as database:
        database.execute(f"DROP TABLE {table}" if table != "alembic_version" else "DELETE FROM alembic_version")
    with pytest.raises(StoreError) as refused:
        found(data)
    assert refused.value.code == "not_ready"


def test_an_older_database_is_looked_at_as_it_is(data: Path) -> None:
    """Before the fourth revision, neither the headers of too big mails nor the scanner's finds were written down."""
    with sqlite3.connect(data / "thuky.db") as database:
        database.execute("ALTER TABLE mail DROP COLUMN head_sha256")
        database.execute("DROP TABLE quarantine")
    assert [one.code for one in found(data)] == ["deep_done"]
