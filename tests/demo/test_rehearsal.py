"""A round rehearsed: what the page and the timeline say is what the ladder says, nothing is sent, nothing else written.

One agency of the sample office is rehearsed once for all tests, with every way to a network barred.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.demo.rehearsal import MARKER, Rehearsal, RehearsalError, rehearse
from bot.demo.rehearsal_lines import Line
from bot.settings import load

ROOT = Path(__file__).resolve().parents[2]
VN = ZoneInfo("Asia/Ho_Chi_Minh")
AGENCY = "stp"
ADDRESS, LEADER, COORDINATOR = "stp@binhduong.example", "stp.ld@binhduong.example", "dieuphoi@binhduong.example"
CHOSEN = ("--agency", AGENCY, "--lang", "en", "--json")
CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0")
# Port 9 on loopback: nobody listens there. Sending or reading anything would fail at once.
CLOSED = {
    "THUKY_IMAP__HOST": "127.0.0.1",
    "THUKY_IMAP__PORT": "9",
    "THUKY_IMAP__SECURITY": "none",
    "THUKY_SMTP__HOST": "127.0.0.1",
    "THUKY_SMTP__PORT": "9",
    "THUKY_SMTP__SECURITY": "none",
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 3, day, hour, minute, tzinfo=VN)


# Written by hand from the letter and the calendar, not from the code. The opening day says the deadline, so t-7, which
# would fall on it, is left out; 12/3 is a Sunday.
LADDER = [
    ("request", at(2, 8)),
    ("t-3", at(6, 8)),
    ("t-1", at(8, 8)),
    ("t-0", at(9, 8)),
    ("t+1", at(10, 8)),
    ("t+3", at(13, 8)),
]


class Written:
    """What this process opened for writing, or gave to SQLite, as long as `listens`."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.listens = False
        sys.addaudithook(self.hear)

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.listens and (path := self.written(event, args)):
            self.paths.append(Path(path).absolute())

    @staticmethod
    def written(event: str, args: tuple[Any, ...]) -> str:
        """The path that this event changes; empty for all others. Names within an open folder (dir_fd) are left to the
        event that opened it.
        """
        match event, args:
            case "open", (str(path), _, int(flags)) if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return path
            case ("os.mkdir", (str(path), _, -1)) | ("os.remove", (str(path), -1)) | ("sqlite3.connect", (str(path),)):
                return path
            case "os.rename", (_, str(path), -1, -1):
                return path
        return ""


@dataclass(frozen=True)
class Scene:
    done: Rehearsal
    out: Path
    config: Path
    temporary: Path
    written: tuple[Path, ...]

    def of(self, behaviour: str, kind: str = "", agency: str = AGENCY) -> list[Line]:
        return [
            line
            for line in self.done.lines
            if line.behaviour.value == behaviour and line.agency == agency and kind in ("", line.kind)
        ]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("rehearsal")
    shutil.copytree(ROOT / "config", folder / "config")
    temporary = folder / "tmp"
    temporary.mkdir()
    written = Written()

    def barred(*_: object, **__: object) -> None:
        raise AssertionError("a rehearsal opened a connection")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        for name in ("connect", "connect_ex", "bind", "listen"):
            patch.setattr(socket.socket, name, barred)
        settings = load(folder / "config", CLOSED)
        written.listens = True
        done = rehearse(settings, settings.rounds[0], folder / "out", agencies=[AGENCY])
        written.listens = False
        yield Scene(done, folder / "out", folder / "config", temporary, tuple(written.paths))


def test_what_agencies_answer_bears_the_very_subject_of_the_notice(scene: Scene) -> None:
    ours = {line.subject for line in scene.done.lines if line.is_ours}
    replies = [line.subject for line in scene.done.lines if line.subject.startswith("Re: ")]
    assert replies
    assert [subject for subject in replies if subject.removeprefix("Re: ") not in ours] == []


def test_the_silent_agency_gets_the_ladder_day_by_day(scene: Scene) -> None:
    sent = [line for line in scene.of("never") if line.is_ours]
    assert [(line.step, line.at) for line in sent] == LADDER
    kinds = [line.kind for line in sent]
    assert kinds[:4] == ["request", "reminder", "reminder", "reminder"]
    assert all(kind in ("overdue", "escalation") for kind in kinds[4:])
    assert all(line.to == (ADDRESS,) for line in sent)
    assert [LEADER in line.cc for line in sent] == [False] * 4 + [True] * 2
    assert all(line.why for line in sent)


def test_the_page_says_what_the_ladder_says(scene: Scene) -> None:
    rows = {cells[0]: cells[1:] for cells in _rows(scene.done.page) if len(cells) == 5 and cells[4].startswith(_FATES)}
    assert {step: rows[step][1] for step, _ in LADDER[1:]} == {
        "t-3": "08:00, thứ Hai ngày 06/3/2023",
        "t-1": "08:00, thứ Tư ngày 08/3/2023",
        "t-0": "08:00, thứ Năm ngày 09/3/2023",
        "t+1": "08:00, thứ Sáu ngày 10/3/2023",
        "t+3": "08:00, thứ Hai ngày 13/3/2023 (dời từ ngày 12/3/2023, là ngày nghỉ)",
    }
    assert all(rows[step][3] == "gửi 1/1 cơ quan" for step, _ in LADDER[1:])
    assert rows["t-7"][1] == "08:00, thứ Năm ngày 02/3/2023"
    assert rows["t-7"][3].startswith("bỏ qua")
    assert any("t-7" in oddity and "02/3/2023" in oddity for oddity in scene.done.oddities)


_FATES = ("gửi ", "bỏ qua", "không gửi")


def test_the_punctual_agency_gets_a_request_and_a_receipt(scene: Scene) -> None:
    story = [(line.kind, line.at) for line in scene.of("on_time")]
    assert story == [("request", at(2, 8)), ("report", at(3, 9, 15)), ("receipt", at(3, 9, 15))]
    assert scene.of("on_time")[1].why == "kết quả: đạt"


def test_the_late_agency_is_reminded_until_it_reports(scene: Scene) -> None:
    story = [(line.step or line.kind, line.at) for line in scene.of("late")]
    assert story == [*LADDER[:5], ("report", at(10, 14, 10)), ("receipt", at(10, 14, 10))]
    assert "sau hạn" in scene.of("late", "receipt")[0].subject


def test_the_faulty_report_is_corrected_reminded_of_and_mended(scene: Scene) -> None:
    story = [line for line in scene.of("wrong") if line.is_ours]
    ladder = load(scene.config, {}).rounds[0].ladder
    expected = [step.code for step in ladder.correction]
    assert [line.kind for line in story[:2]] == ["request", "correction"]
    assert story[-1].kind == "receipt"
    spoken = [line.step for line in story[2:-1]]
    assert spoken
    assert spoken == [step for step in expected if step in spoken]
    assert not {line.step for line in story} & {"t-3", "t-1", "t-0", "t+1", "t+3"}  # it has sent something
    reports = scene.of("wrong", "report")
    assert [line.why for line in reports] == ["kết quả: cần sửa", "kết quả: đạt"]
    assert reports[0].at == at(3, 9, 15)
    assert reports[1].at > max(line.at for line in story[2:-1])


def test_the_coordinator_sees_digests_of_each_behaviour(scene: Scene) -> None:
    for behaviour in ("on_time", "late", "wrong", "never"):
        digests = scene.of(behaviour, "digest", agency="")
        assert digests, behaviour
        assert len({line.at.date() for line in digests}) == len(digests)
        assert all((line.at.hour, line.at.minute) == (8, 0) for line in digests)
        assert all(line.to == (COORDINATOR,) for line in digests)


def test_every_mail_is_there_as_it_would_have_gone_out(scene: Scene) -> None:
    numbers = []
    for line in scene.done.lines:
        message = message_from_bytes((scene.out / line.file).read_bytes(), policy=policy.default)
        assert (scene.out / line.page).stat().st_size > 0
        assert message["Subject"] == line.subject
        agency = line.agency or "coordinator"
        assert line.file == f"mails/{line.file[6:10]}-{agency}-{line.kind}.eml"
        numbers.append(int(line.file[6:10]))
        if line.is_ours:
            assert message["Date"].datetime == line.at
    assert numbers == list(range(1, len(scene.done.lines) + 1))
    assert [line.at for line in scene.done.lines] == sorted(line.at for line in scene.done.lines)
    on_disk = {f"mails/{p.name}" for p in (scene.out / "mails").iterdir()}
    assert on_disk == {name for line in scene.done.lines for name in (line.file, line.page)}


def test_nothing_is_written_elsewhere(scene: Scene) -> None:
    assert scene.written
    allowed = (scene.out, scene.temporary, Path("/dev/null"))
    assert [p for p in scene.written if not any(p.is_relative_to(a) for a in allowed)] == []
    assert any(p.is_relative_to(scene.temporary) for p in scene.written)
    assert list(scene.temporary.iterdir()) == []
    assert not (scene.config.parent / "data").exists()
    assert {p.name for p in scene.config.parent.iterdir()} == {"config", "out", "tmp"}


def test_no_page_needs_anything_from_outside(scene: Scene) -> None:
    page = scene.done.page.read_text("utf-8")
    assert "http:" not in page
    assert "https:" not in page
    links = _Links()
    links.feed(page)
    assert links.targets
    assert [t for t in links.targets if not t.startswith("data:") and not (scene.out / t).is_file()] == []


def test_a_second_rehearsal_replaces_the_first_and_may_speak_english(scene: Scene, tmp_path: Path) -> None:
    """The same mails at the same times under the same names; only the words differ."""
    out = tmp_path / "again"
    shutil.copytree(scene.out, out)
    (out / "mails" / "9999-stp-request.eml").write_text("of an earlier rehearsal")
    (out / "ghi chú.txt").write_text("của cán bộ")
    said = CliRunner().invoke(
        cli.app,
        [*("--config", str(scene.config), "rehearse", "--round", "2023-q1", "--out", str(out)), *CHOSEN],
        env=CLOSED,
    )
    assert said.exit_code == 0, said.output
    timeline = json.loads(said.stdout)
    ours = [line for line in scene.done.lines if line.is_ours]
    keys = ("behaviour", "agency", "kind", "step", "file", "page", "to", "cc")
    assert [[e[k] for k in keys] for e in timeline] == [[line.as_json()[k] for k in keys] for line in ours]
    assert [datetime.fromisoformat(e["at"]) for e in timeline] == [line.at for line in ours]
    assert {"at", "behaviour", "agency", "kind", "step", "subject", "to", "cc", "file", "why"} <= set(timeline[0])
    assert all(e["subject"] != line.subject for e, line in zip(timeline, ours, strict=True))
    assert "Nothing unusual" in (out / "index.html").read_text() or "To look at" in (out / "index.html").read_text()
    assert {p.name for p in out.rglob("*")} == {p.name for p in scene.out.rglob("*")} | {"ghi chú.txt"}


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "quan trọng.txt").write_text("giữ lại")
    settings = load(ROOT / "config", {})
    with pytest.raises(RehearsalError):
        rehearse(settings, settings.rounds[0], tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["quan trọng.txt"]
    assert not (tmp_path / MARKER).exists()


@pytest.mark.chromium
def test_the_page_opens_without_a_complaint(scene: Scene, tmp_path: Path) -> None:
    """From the disk, in Chromium: the filters are shown and count every line, and the console stays empty."""
    done = subprocess.run(
        [*CHROMIUM, f"--user-data-dir={tmp_path}", "--dump-dom", scene.done.page.as_uri()],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    assert "CONSOLE" not in done.stderr
    assert f'<output id="count">{len(scene.done.lines)}</output>' in done.stdout
    assert '<form id="filters">' in done.stdout


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value for name, value in attrs if name in ("href", "src") and value]


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def _rows(page: Path) -> list[list[str]]:
    cells = _Cells()
    cells.feed(page.read_text("utf-8"))
    return [[cell.strip() for cell in row] for row in cells.rows]
