"""The vault: whole files or none, verified on reading; readable copies that cannot harm it."""

import errno
import logging
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_makers import sha

from bot.domain.submission import StoredFile
from bot.store import safeio
from bot.store.safeio import write_atomically
from bot.store.vault import Vault, VaultError, digest


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "data")


def files_below(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(payload=st.binary(max_size=2000))
def test_what_is_saved_is_read_back(vault: Vault, payload: bytes) -> None:
    sha256 = vault.save(payload)
    assert sha256 == digest(payload)
    assert vault.read(sha256) == payload


def test_files_stand_by_their_hash_and_for_their_owner_only(vault: Vault) -> None:
    sha256 = vault.save(b"bytes")
    path = vault.path(sha256)
    assert vault.relative_path(sha256) == f"vault/{sha256[:2]}/{sha256[2:]}"
    assert path == vault.data_dir / vault.relative_path(sha256)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (vault.data_dir, vault.data_dir / "vault", path.parent, vault.data_dir / "reports"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_bytes_are_kept_once_and_not_rewritten(vault: Vault) -> None:
    path = vault.path(vault.save(b"bytes"))
    before = path.stat()
    vault.save(b"bytes")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("damage", [b"", b"byte", b"bytes and more", b"BYTES"])
def test_damage_is_noticed_and_mended(vault: Vault, caplog: pytest.LogCaptureFixture, damage: bytes) -> None:
    sha256 = vault.save(b"bytes")
    vault.path(sha256).write_bytes(damage)
    with pytest.raises(VaultError, match="is damaged"):
        vault.read(sha256)
    with caplog.at_level(logging.ERROR):
        vault.save(b"bytes")
    assert "damaged" in caplog.text
    assert vault.read(sha256) == b"bytes"


def test_missing_files_and_wrong_hashes_are_named(vault: Vault) -> None:
    with pytest.raises(VaultError, match="is missing from the vault"):
        vault.read(sha("nothing"))
    for wrong in ("", "../../etc/passwd", sha("a").upper(), sha("a") + "\n", sha("a")[:-1]):
        with pytest.raises(VaultError, match="is no SHA-256"):
            vault.path(wrong)


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_full_disk_leaves_no_half_file(vault: Vault, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*_args: object) -> None:
        raise full

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    elif call == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    else:
        real = os.fdopen

        def half(handle: int, mode: str) -> object:
            file = real(handle, mode, buffering=0)
            file.write(b"half")
            file.close()
            raise full

        monkeypatch.setattr(os, "fdopen", half)
    target = vault.data_dir / "reports" / "a.txt"
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"whole")
    assert files_below(vault.data_dir) == []
    monkeypatch.undo()
    write_atomically(target, b"whole")
    assert files_below(vault.data_dir) == ["reports/a.txt"]


def test_a_failed_write_leaves_what_stood_there(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    target = vault.data_dir / "a.txt"
    write_atomically(target, b"old")

    def fail(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(handle: int) -> None:
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "sync file")
        fsync(handle)

    def note_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        assert self.parent == target.parent
        assert self.read_bytes() == b"bytes"
        return replace(self, target)

    monkeypatch.setattr(safeio.os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    write_atomically(tmp_path / "a", b"bytes")
    assert steps == ["sync file", "rename", "sync folder"]
    steps.clear()
    write_atomically(tmp_path / "new" / "b", b"bytes")
    assert steps == ["sync folder", "sync file", "rename", "sync folder"]


def publish(vault: Vault, name: str, payload: bytes, version: int = 1, form: str = "ii06") -> StoredFile:
    sha256 = vault.save(payload)
    path = vault.publish("2023-q1", "stp", form, version, name, sha256)
    return StoredFile(name, sha256, len(payload), path)


def test_published_files_stand_where_the_contract_says(vault: Vault) -> None:
    file = publish(vault, "Biểu II.06.xlsx", b"bytes", 2)
    assert file.path == "reports/2023-q1/stp/ii06/v2/Biểu II.06.xlsx"
    assert (vault.data_dir / file.path).read_bytes() == b"bytes"


def test_editing_a_published_file_does_the_vault_no_harm(vault: Vault) -> None:
    file = publish(vault, "a.xlsx", b"bytes")
    (vault.data_dir / file.path).write_bytes(b"edited")
    assert vault.read(file.sha256) == b"bytes"
    again = publish(vault, "a.xlsx", b"bytes")
    assert again.path.endswith("/a (2).xlsx")  # the coordinator's edit is not overwritten
    assert (vault.data_dir / file.path).read_bytes() == b"edited"


def test_publishing_again_lands_on_the_same_file(vault: Vault) -> None:
    first = [publish(vault, "a.xlsx", b"1"), publish(vault, "A.XLSX", b"2"), publish(vault, "a.xlsx", b"3")]
    again = [publish(vault, "a.xlsx", b"1"), publish(vault, "A.XLSX", b"2"), publish(vault, "a.xlsx", b"3")]
    assert again == first
    assert [Path(file.path).name for file in first] == ["a.xlsx", "A (2).XLSX", "a (3).xlsx"]
    for file in first:
        assert digest((vault.data_dir / file.path).read_bytes()) == file.sha256


def test_no_component_leads_out_of_the_folder(vault: Vault, tmp_path: Path) -> None:
    sha256 = vault.save(b"bytes")
    path = vault.publish("../..", "../x", "/etc", 1, "../../../evil.docx", sha256)
    reports = vault.data_dir / "reports"
    assert (vault.data_dir / path).resolve().is_relative_to(reports.resolve())
    assert len(Path(path).parts) == 6
    assert list(tmp_path.rglob("*evil*")) == [vault.data_dir / path]
    assert vault.publish("r", "a", "latest", 1, "a.docx", sha256) == "reports/r/a/_latest/v1/a.docx"


def test_a_damaged_file_is_not_published(vault: Vault) -> None:
    sha256 = vault.save(b"bytes")
    vault.path(sha256).write_bytes(b"other")
    with pytest.raises(VaultError, match="is damaged"):
        vault.publish("r", "a", "f", 1, "a.docx", sha256)
    assert files_below(vault.data_dir / "reports") == []


def latest(vault: Vault) -> dict[str, bytes]:
    folder = vault.data_dir / "reports/2023-q1/stp/latest"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


def test_latest_leads_to_the_newest_accepted_version_of_each_form(vault: Vault) -> None:
    old = [publish(vault, "a.xlsx", b"1"), publish(vault, "b.xlsx", b"2")]
    word = publish(vault, "a.docx", b"w", form="narrative")
    vault.set_latest("2023-q1", "stp", "ii06", old)
    vault.set_latest("2023-q1", "stp", "narrative", [word])
    assert latest(vault) == {"a.xlsx": b"1", "b.xlsx": b"2", "a.docx": b"w"}
    new = publish(vault, "a.xlsx", b"3", 2)
    for _ in range(2):
        vault.set_latest("2023-q1", "stp", "ii06", [new])
        assert latest(vault) == {"a.xlsx": b"3", "a.docx": b"w"}
    link = vault.data_dir / "reports/2023-q1/stp/latest/a.xlsx"
    assert link.readlink() == Path("../ii06/v2/a.xlsx")
    assert (vault.data_dir / old[1].path).read_bytes() == b"2"
    vault.set_latest("2023-q1", "stp", "ii06", [])
    assert latest(vault) == {"a.docx": b"w"}


def test_latest_keeps_one_name_of_two_forms_apart_and_strangers_files(vault: Vault) -> None:
    folder = vault.data_dir / "reports/2023-q1/stp/latest"
    safeio.make_folder(folder)
    (folder / "ghi chú.txt").write_bytes(b"note")
    for form in ("ii06", "articles"):
        vault.set_latest("2023-q1", "stp", form, [publish(vault, "BC.xlsx", form.encode(), form=form)])
    vault.set_latest("2023-q1", "stp", "narrative", [publish(vault, "ghi chú.txt", b"w", form="narrative")])
    assert latest(vault) == {
        "ghi chú.txt": b"note",
        "ghi chú (2).txt": b"w",
        "BC.xlsx": b"ii06",
        "BC (2).xlsx": b"articles",
    }


def test_latest_takes_only_published_files_of_the_form(vault: Vault) -> None:
    word = publish(vault, "a.docx", b"w", form="narrative")
    for path in (word.path, "", "/etc/passwd", "reports/2023-q1/stp/ii06/../narrative/v1/a.docx"):
        with pytest.raises(VaultError, match="is not a published file"):
            vault.set_latest("2023-q1", "stp", "ii06", [StoredFile("a", word.sha256, 1, path)])
    assert latest(vault) == {}


def test_a_vault_that_is_thrown_away_waits_for_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(tmp_path / "data", durable=False)

    def fail(*_args: object) -> None:
        raise AssertionError("it waited for the disk")

    monkeypatch.setattr(os, "fsync", fail)
    sha256 = vault.save(b"mail")
    assert vault.save(b"mail") == sha256
    assert vault.publish("2023-q1", "stp", "form", 1, "a.xlsx", sha256) == "reports/2023-q1/stp/form/v1/a.xlsx"
    assert vault.read(sha256) == b"mail"
