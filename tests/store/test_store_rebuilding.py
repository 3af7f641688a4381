"""The new database on its way into the old one's place: nothing half, nothing deleted."""

from pathlib import Path

from bot.store.rebuilding_files import clear_workplace, put_in_place, workplace


def test_a_workplace_begins_empty_whatever_a_crash_has_left(tmp_path: Path) -> None:
    folder = workplace(tmp_path)
    (folder / "sent").mkdir()
    (folder / "thuky.db").write_bytes(b"half")
    assert list(workplace(tmp_path).iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700
    clear_workplace(tmp_path)
    clear_workplace(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_old_database_is_moved_aside_with_its_journal(tmp_path: Path) -> None:
    place = tmp_path / "thuky.db"
    for name in ("thuky.db", "thuky.db-wal", "thuky.db.now"):
        (tmp_path / name).write_bytes(name.encode())
    new = workplace(tmp_path) / "thuky.db"
    new.write_bytes(b"new")
    aside = put_in_place(new, place, "now")
    assert aside == tmp_path / "thuky.db.now-2"
    assert place.read_bytes() == b"new"
    assert aside.read_bytes() == b"thuky.db"
    assert (tmp_path / "thuky.db.now-2-wal").read_bytes() == b"thuky.db-wal"
    assert (tmp_path / "thuky.db.now").read_bytes() == b"thuky.db.now"
    assert not (tmp_path / "thuky.db-wal").exists()


def test_where_nothing_stood_nothing_is_moved(tmp_path: Path) -> None:
    new = workplace(tmp_path) / "thuky.db"
    new.write_bytes(b"new")
    assert put_in_place(new, tmp_path / "db" / "thuky.db", "now") is None
    assert (tmp_path / "db" / "thuky.db").read_bytes() == b"new"
