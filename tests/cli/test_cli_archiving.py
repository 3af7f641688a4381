"""`backup` and `restore` on the sample office: the same state, the same files, nothing sent twice, and no bad archive
changes anything.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from embedded_office import COORDINATOR, STRANGER, Office, at, embedded_office
from typer.testing import CliRunner

from bot import cli
from bot.daemon import once, one_instance
from bot.domain.mail import NoticeKind, OutgoingState
from bot.flows.dispatch import dispatch
from bot.store import restoring
from bot.store.restoring import JOURNAL, RESTORED, finish, is_unfinished
from bot.wiring import stand_at

MORNING = at(3, 6, 9)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """With two reports taken in, one of which must be mended, and the day's requests sent."""
    with embedded_office(tmp_path_factory.mktemp("archiving"), MORNING) as office:
        office.mail("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
        office.mail("tdm", [("II.06.xlsx", office.cast("tdm").ii06({"C14": 120}))])
        plain(office)
        office.once(MORNING)
        assert office.services.secret
        stand_at(office.settings, MORNING)
        assert office.thuky("backup", str(office.folder / "good.tar")).code == 0
        office.close()
        shutil.copytree(office.settings.data_dir, office.folder / "spare", symlinks=True)
        yield office


def plain(office: Office) -> None:
    """Without blank forms in the requests: they take long to make and are of no matter here."""
    office.services = replace(office.services, office=replace(office.services.office, enclose_forms=False))


@pytest.fixture
def used(house: Office) -> Iterator[Office]:
    """That office, as it was then; what the mail server holds stays."""
    shutil.rmtree(house.settings.data_dir, ignore_errors=True)
    shutil.copytree(house.folder / "spare", house.settings.data_dir, symlinks=True)
    house.clock.move_to(MORNING)
    house.reopen()
    plain(house)
    yield house
    house.close()


@pytest.fixture
def target(house: Office) -> Path:
    """The backup of that office."""
    return house.folder / "good.tar"


def shown(office: Office) -> list[Any]:
    """What the commands say of everything there is."""
    return [office.thuky(word, "--json").json for word in ("status", "mails", "outbox", "decisions")]


def files(folder: Path) -> dict[str, str]:
    """Every file and link under a folder, with what it holds."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else path.read_bytes().hex()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def everything(office: Office) -> dict[str, str]:
    """All of the data folder but the lock, whose contents are of no matter, and SQLite's own log."""
    return {k: v for k, v in files(office.settings.data_dir).items() if k not in ("thuky.lock", "thuky.db-shm")}


def lose_data(office: Office) -> None:
    office.close()
    shutil.rmtree(office.settings.data_dir)


@pytest.mark.parametrize("name", ["sao luu.tar", "sao luu.tar.gz"])
def test_a_restored_office_is_the_one_that_was_backed_up(used: Office, name: str) -> None:
    before, reports, key = shown(used), files(used.settings.data_dir / "reports"), used.services.secret
    target = used.folder / name
    done = used.thuky("backup", str(target))
    assert (done.code, done.err) == (0, "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in used.folder.iterdir() if p.name.startswith(".")] == []
    assert (target.read_bytes()[:2] == b"\x1f\x8b") is name.endswith(".gz")
    lose_data(used)
    restored = used.thuky("restore", str(target))
    assert (restored.code, restored.err) == (0, "")
    assert shown(used) == before
    assert files(used.settings.data_dir / "reports") == reports
    used.reopen()
    assert used.services.secret == key
    assert all(p.stat().st_mode & 0o077 == 0 for p in used.settings.data_dir.rglob("*") if not p.is_symlink())


def test_the_manifest_says_what_is_in_it(target: Path) -> None:
    with tarfile.open(target) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]  # it is there
        for member in manifest["members"]:
            payload = tar.extractfile(member["name"]).read()  # type: ignore[union-attr]  # it is there
            assert (hashlib.sha256(payload).hexdigest(), len(payload)) == (member["sha256"], member["size"])
    assert names[:2] == ["manifest.json", "thuky.db"]
    assert set(names[1:]) == {m["name"] for m in manifest["members"]}
    assert manifest["counts"]["mail"] == 2
    assert manifest["lacking"] == []
    assert b"mat-khau" not in target.read_bytes(), "no password"


def test_the_default_name_has_the_day(used: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(used.folder)
    assert used.thuky("backup").code == 0
    (written,) = used.folder.glob("thuky-*.tar")
    assert len(written.stem) == len("thuky-2023-03-06")


def test_a_backup_says_what_it_lacks_and_spares_a_whole_one(used: Office) -> None:
    target = used.folder / "a.tar"
    assert used.thuky("backup", str(target)).code == 0
    whole = target.read_bytes()
    first, second = (m.sha256 for m in used.services.store.mails())
    vault = used.services.vault
    vault.path(first).unlink()
    vault.path(second).write_bytes(b"khac")
    done = used.thuky("backup", str(target))
    assert done.code == 1
    assert f"Thiếu trong kho: {first}" in done.err
    assert f"Hỏng trong kho: {second}" in done.err
    assert target.read_bytes() == whole, "the whole one stands"
    assert "a (2).tar" in done.err
    before = shown(used)
    lose_data(used)
    restored = used.thuky("restore", str(used.folder / "a (2).tar"))
    assert restored.code == 1, "what it lacks is said again"
    assert shown(used) == before


def varied(office: Office) -> dict[str, list[str]]:
    """Takes in what is no report: files of no form, a stranger's, a mail over the limit. The names of files (sha256) by
    the column that names them; `inside`: those that are in their raw mail alone.
    """
    office.services = replace(office.services, office=replace(office.services.office, max_mail_bytes=200_000))
    office.mail("stc", [("hong.docx", b"khong"), ("khong mo duoc.docx", b"PK\x03\x04 hong")], "Xin hỏi")
    office.mail(STRANGER, [("Tài liệu.xlsx", office.cast("bb").ii06())], "Xin gửi")
    office.mail("stc", [("qua to.pdf", bytes(300_000))], "Báo cáo quá lớn")
    office.once()
    office.close()
    with closing(sqlite3.connect(office.settings.data_dir / "thuky.db")) as database:
        named = {
            "mail": database.execute("SELECT sha256 FROM mail WHERE sha256 <> ''"),
            "head": database.execute("SELECT head_sha256 FROM mail WHERE head_sha256 <> ''"),
            "report": database.execute("SELECT sha256 FROM submission_file"),
            "inside": database.execute("SELECT sha256 FROM attachment EXCEPT SELECT sha256 FROM submission_file"),
        }
        return {what: [str(sha256) for (sha256,) in rows] for what, rows in named.items()}


def deep(office: Office) -> list[dict[str, Any]]:
    """What the deep check says of the vault."""
    return [e for e in office.thuky("doctor", "--deep", "--json").json if e["name"] == "Kho lưu"]


def test_files_inside_kept_mails_lack_nowhere(used: Office) -> None:
    named, vault = varied(used), used.services.vault
    assert len(named["inside"]) == 3
    assert not any(vault.path(sha256).exists() for sha256 in named["inside"]), "not saved by themselves"
    assert [e["ok"] for e in deep(used)] == [True]
    target = used.folder / "tron ven.tar"
    done = used.thuky("backup", str(target))
    assert (done.code, done.err) == (0, "")
    lose_data(used)
    restored = used.thuky("restore", str(target))
    assert (restored.code, restored.err) == (0, "")
    assert [e["ok"] for e in deep(used)] == [True]
    assert [vault.read(sha256) for sha256 in named["head"]], "the header of what was too big is kept as well"


def test_what_must_be_kept_is_told_when_it_is_gone_and_all_else_when_it_is_wrong(used: Office) -> None:
    named, vault = varied(used), used.services.vault
    for what, (sha256, *_) in named.items():
        path = vault.path(sha256)
        payload = path.read_bytes() if what != "inside" else b""
        if what == "inside":
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"khac")
        else:
            path.unlink()
        done = used.thuky("backup", str(used.folder / f"{what}.tar"))
        assert done.code == 1, what
        assert f"{'Hỏng' if what == 'inside' else 'Thiếu'} trong kho: {sha256}" in done.err
        told = deep(used)
        assert [e["ok"] for e in told] == [False, None], what
        assert str(path.relative_to(used.settings.data_dir)) in told[0]["message"]
        path.write_bytes(payload)


@pytest.mark.parametrize("make", ["", "CREATE TABLE alembic_version (version_num TEXT)"])
def test_a_backup_beside_the_first_start_says_to_wait(used: Office, make: str) -> None:
    used.close()
    database = used.settings.data_dir / "thuky.db"
    for left in used.settings.data_dir.glob("thuky.db*"):
        left.unlink()
    with closing(sqlite3.connect(database)) as building:
        building.execute(make)
        building.commit()
    done = used.thuky("backup", str(used.folder / "som.tar"))
    assert done.code == 1
    assert "chưa sẵn sàng" in done.err
    assert str(database) in done.err
    assert "no such table" not in done.err
    assert not (used.folder / "som.tar").exists()


def test_restore_wants_an_empty_folder_and_moves_the_old_aside_when_forced(used: Office, target: Path) -> None:
    used.mail("stc", [("Báo cáo.docx", used.cast("stc").narrative())])
    used.once()
    used.close()
    before = everything(used)
    refused = used.thuky("restore", str(target))
    assert refused.code == 1
    assert "--force" in refused.err
    assert everything(used) == before
    forced = used.thuky("restore", "--force", str(target))
    assert forced.code == 0
    (aside,) = used.settings.data_dir.glob("before-restore-*")
    assert str(aside) in forced.out
    kept = files(aside)
    assert {name: kept[name] for name in before} == before, "nothing old is lost"
    assert len(used.thuky("mails", "--json").json) == 2
    used.reopen()


def test_restore_waits_for_nobody_who_holds_the_folder(used: Office, target: Path) -> None:
    with one_instance(used.settings.data_dir):
        assert used.thuky("restore", "--force", str(target)).code == 75


# ---- archives that are none --------------------------------------------------------------------------------

ENGLISH = re.compile(r"(?i)\b(unexpected|end of|data\b|file is|not a|error|is not|database|the|failed|cut)\b")
Members = list[tuple[tarfile.TarInfo, bytes]]


def members_of(archive: Path) -> Members:
    with tarfile.open(archive) as tar:
        return [(m, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]  # all are files


def write(archive: Path, members: Members) -> None:
    with tarfile.open(archive, "w") as tar:
        for info, payload in members:
            tar.addfile(info, io.BytesIO(payload))


def manifest_with(members: Members, change: Callable[[dict[str, Any]], None]) -> Members:
    info, payload = members[0]
    manifest = json.loads(payload)
    change(manifest)
    payload = json.dumps(manifest).encode()
    info.size = len(payload)
    return [(info, payload), *members[1:]]


def extra(members: Members, name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> Members:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, 3 if kind == tarfile.REGTYPE else 0
    return [*members, (info, b"abc")]


def named(members: Members, name: str) -> Members:
    """With a further member that the manifest names too."""
    sha256 = hashlib.sha256(b"abc").hexdigest()
    entry = {"name": name, "sha256": sha256, "size": 3}
    return extra(manifest_with(members, lambda m: m["members"].append(entry)), name)


def publishing(members: Members, path: str) -> Members:
    sha256 = json.loads(members[0][1])["members"][-1]["sha256"]
    return manifest_with(members, lambda m: m["published"].append({"path": path, "sha256": sha256}))


def damaged(members: Members) -> Members:
    info, payload = members[-1]
    return [*members[:-1], (info, payload[:-1] + bytes([payload[-1] ^ 1]))]


def other_database(members: Members) -> Members:
    payload = b"SQLite format 3\0" + bytes(4000)
    sha256 = hashlib.sha256(payload).hexdigest()

    def change(manifest: dict[str, Any]) -> None:
        manifest["members"][0] |= {"sha256": sha256, "size": len(payload)}

    members = manifest_with(members, change)
    members[1][0].size = len(payload)
    return [members[0], (members[1][0], payload), *members[2:]]


BAD: dict[str, tuple[Callable[[Members], Members], str]] = {
    "path that climbs": (lambda m: named(m, "../ngoai"), "mục lạ"),
    "absolute path": (lambda m: named(m, "/tmp/ngoai"), "mục lạ"),
    "vault name that is not its hash": (lambda m: named(m, f"vault/00/{'0' * 62}"), "mục lạ"),
    "unknown member": (lambda m: named(m, "office.toml"), "mục lạ"),
    "member that the manifest does not name": (lambda m: extra(m, "orders.key.bak"), "mục lạ"),
    "symbolic link": (lambda m: extra(m, "thuky.db", tarfile.SYMTYPE, "/etc/passwd"), "mục lạ"),
    "the same twice": (lambda m: [*m, m[-1]], "mục lạ"),
    "copy outside reports": (lambda m: publishing(m, "reports/../../ngoai"), "mục lạ"),
    "damaged": (damaged, "không khớp"),
    "cut at a member": (lambda m: m[:-1], "cắt cụt"),
    "empty": (lambda _: [], "không phải bản sao lưu"),
    "no manifest": (lambda m: m[1:], "không phải bản sao lưu"),
    "newer format": (lambda m: manifest_with(m, lambda f: f.update(format=2)), "mới hơn"),
    "newer database": (lambda m: manifest_with(m, lambda f: f.update(schema="9999")), "mới hơn"),
    "manifest of another shape": (lambda m: manifest_with(m, lambda f: f.pop("members")), "hỏng"),
    "database that is none": (other_database, "Cơ sở dữ liệu trong bản sao lưu bị hỏng"),
}


@pytest.fixture
def archive(house: Office, target: Path) -> tuple[Path, Path]:
    """The backup, and the office's configuration."""
    return target, house.config


def restored(config: Path, data: Path, archive: Path) -> tuple[int, str]:
    """What `restore` into an empty folder says."""
    done = CliRunner().invoke(
        cli.app, ["restore", str(archive)], env={"THUKY_CONFIG": str(config), "THUKY_DATA_DIR": str(data)}
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stderr


@pytest.mark.parametrize("what", BAD)
def test_a_bad_archive_changes_nothing(archive: tuple[Path, Path], tmp_path: Path, what: str) -> None:
    good, config = archive
    change, sentence = BAD[what]
    write(tmp_path / "bad.tar", change(members_of(good)))
    code, err = restored(config, tmp_path / "data", tmp_path / "bad.tar")
    assert code == 1
    assert sentence in err
    assert not ENGLISH.search(err.replace(str(tmp_path), "")), err
    assert files(tmp_path / "data").keys() <= {"thuky.lock"}
    assert {p.name for p in tmp_path.iterdir()} == {"bad.tar", "data"}


@pytest.mark.parametrize("zipped", [False, True])
def test_an_archive_cut_anywhere_changes_nothing(archive: tuple[Path, Path], tmp_path: Path, zipped: bool) -> None:
    good, config = archive
    payload = gzip.compress(good.read_bytes(), 1) if zipped else good.read_bytes()
    ends = (0, 100, 512, len(payload) // 3, len(payload) // 2, len(payload) - len(payload) // 4)
    for end in ends:
        (tmp_path / "bad.tar").write_bytes(payload[:end])
        code, err = restored(config, tmp_path / "data", tmp_path / "bad.tar")
        assert code == 1, end
        assert "Không có gì bị thay đổi" in err
        assert not ENGLISH.search(err.replace(str(tmp_path), "")), err
        assert files(tmp_path / "data").keys() <= {"thuky.lock"}


# ---- killed in the middle ----------------------------------------------------------------------------------

KILL = textwrap.dedent("""
    import os, signal, sys
    left = int(sys.argv.pop(1))

    def watch(event, args):
        global left
        if event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir") and "data" in str(args[0]):
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(watch)
    from bot import cli
    cli.main()
""")


def test_killed_at_any_step_leaves_the_old_or_the_new(used: Office, target: Path) -> None:
    """Each step of moving is one at which the program dies; a command after it sees one whole office."""
    new = shown(used)
    used.mail("stc", [("Báo cáo.docx", used.cast("stc").narrative())])
    used.once()
    used.close()
    old = shown(used)
    data, spare = used.settings.data_dir, used.folder / "with-more"
    shutil.copytree(data, spare, symlinks=True)
    seen = set()
    for step in (10, 20, 10_000):
        shutil.rmtree(data)
        shutil.copytree(spare, data, symlinks=True)
        env = {**os.environ, **used.environ, "THUKY_CONFIG": str(used.config)}
        done = subprocess.run(
            [sys.executable, "-c", KILL, str(step), "restore", "--force", str(target)], env=env, capture_output=True
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        found = shown(used)
        assert found in (old, new), f"killed at step {step}"
        assert not is_unfinished(data)
        seen.add("old" if found == old else "new")
    assert seen == {"old", "new"}
    used.reopen()


@pytest.mark.parametrize("dies_at", range(6))
def test_a_decided_restore_goes_on_where_it_was(tmp_path: Path, dies_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data, staging = tmp_path / "data", tmp_path / "data" / ".restore-x"
    for name in ("a", "b"):
        (data / name).mkdir(parents=True)
        (data / name / "old").touch()
    for name in ("a", "c"):
        (staging / name).mkdir(parents=True)
        (staging / name / "new").touch()
    (staging / "thuky.db").write_text("new")
    (tmp_path / "elsewhere.db").write_text("old")
    real, count = Path.replace, 0

    def dying(self: Path, target: Path) -> Path:
        nonlocal count
        if not self.name.endswith(".part"):
            count += 1
            if count > dies_at:
                raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        restoring.put_in_place(staging, data, tmp_path / "elsewhere.db", MORNING)
    monkeypatch.setattr(Path, "replace", real)
    assert is_unfinished(data)
    finish(data)
    finish(data)
    assert not is_unfinished(data)
    aside = "before-restore-20230306-090000"
    assert set(files(data)) == {"a/new", "c/new", f"{aside}/a/old", f"{aside}/b/old"}
    assert (tmp_path / "elsewhere.db").read_text() == "new"
    assert (tmp_path / f"elsewhere.db.{aside}").read_text() == "old"
    assert not (data / JOURNAL).exists()


def test_nothing_opens_the_folder_while_somebody_restores(used: Office) -> None:
    used.close()
    with one_instance(used.settings.data_dir):
        (used.settings.data_dir / JOURNAL).write_text("{}")
        done = used.thuky("status")
        assert done.code == 1
        assert "phục hồi" in done.err
        (used.settings.data_dir / JOURNAL).unlink()
    used.reopen()


# ---- nothing twice -----------------------------------------------------------------------------------------


def sent_to(office: Office, *addresses: str) -> list[str]:
    return [m["Message-ID"] for address in addresses for m in office.got(address)]


def test_what_went_out_after_the_backup_does_not_go_out_again(used: Office) -> None:
    """Mail that came later is answered anew in the books, and reminders are counted, but nobody hears of it twice."""
    target = used.folder / "a.tar"
    people = ("stp", "stc", "tdm", "da", "bb", COORDINATOR)
    asked = used.mail("da", [("Báo cáo.docx", used.cast("da").narrative())])
    # The answer to this mail is queued in the backup, and goes out after it.
    away = replace(used.services, smtp=replace(used.services.smtp, port=1))
    once(away)
    assert used.outbox("receipt", "correction")[-1].state is OutgoingState.QUEUED
    assert used.thuky("backup", str(target)).code == 0
    used.once(MORNING + timedelta(minutes=5))
    used.mail("stc", [("Báo cáo.docx", used.cast("stc").narrative())])
    used.once(MORNING + timedelta(hours=1))
    used.once(at(3, 7, 9))
    before = sent_to(used, *people)
    spoken = {r.mail.key for r in used.outbox() if not r.mail.kind.may_repeat}
    lose_data(used)
    assert used.thuky("restore", str(target)).code == 0
    used.reopen()
    plain(used)
    assert (used.settings.data_dir / RESTORED).exists()
    used.once(at(3, 7, 9, 30))
    assert sent_to(used, *people) == before, "nobody hears anything twice"
    assert {r.mail.key for r in used.outbox() if not r.mail.kind.may_repeat} >= spoken
    states = {r.state for r in used.outbox() if r.mail.kind is not NoticeKind.ALERT}
    assert states == {OutgoingState.SENT}
    (answer,) = (r for r in used.outbox() if r.mail.in_reply_to == asked["Message-ID"])
    assert answer.sent_at is not None
    # What is new goes out as ever.
    new = used.mail("bb", [("Báo cáo.docx", used.cast("bb").narrative())])
    used.once(at(3, 7, 10))
    assert [m["In-Reply-To"] for m in used.got("bb")].count(new["Message-ID"]) == 1


def test_nothing_goes_out_before_the_sent_folder_was_asked(used: Office) -> None:
    (used.settings.data_dir / RESTORED).write_text(json.dumps({"restored_at": MORNING.isoformat()}))
    used.mail("stc", [("Báo cáo.docx", used.cast("stc").narrative())])
    away = replace(used.services, imap=replace(used.services.imap, port=1))
    with_mail = replace(used.services, smtp=replace(used.services.smtp, port=1))
    once(with_mail)
    waiting = [r for r in used.outbox() if r.state is OutgoingState.QUEUED]
    assert waiting
    used.clock.move_to(used.clock.now() + timedelta(minutes=30))
    (used.settings.data_dir / RESTORED).write_text(json.dumps({"restored_at": MORNING.isoformat()}))
    assert dispatch(away).sent == 0
    assert dispatch(used.services).sent == len(waiting)
