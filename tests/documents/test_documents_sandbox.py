"""The limited child itself: what it may not do, and that the parent survives whatever it does."""

import os
import random
import sys
import threading
import time
from pathlib import Path

import document_files as files
import pytest

from bot.documents.limits import Limits
from bot.documents.sandbox import Sandbox
from bot.domain.document import FileKind, Sheet, TextDocument, Unreadable, UnreadableReason, Workbook

QUICK = Limits(
    wall_seconds=1, mail_seconds=1.5, output_bytes=2 << 20, line_bytes=1 << 19, max_paragraphs=1_000, stderr_bytes=999
)
FILE = files.docx(files.p("Báo cáo"))
PAGE = os.sysconf("SC_PAGE_SIZE")


def script(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", "import os, sys, time, json\n" + code]


def reason(sandbox: Sandbox, payload: bytes = FILE) -> UnreadableReason:
    document = sandbox.read(payload, "tệp.docx")
    assert isinstance(document, Unreadable), document
    assert document.kind in (FileKind.DOCX, FileKind.XLSX)
    return document.reason


_OF_OTHER_TESTS: set[int] = set()


@pytest.fixture(autouse=True)
def _what_other_tests_have_running() -> None:
    """Mail servers that earlier tests of this worker have started stay to the end: they and theirs do not count."""
    _OF_OTHER_TESTS.clear()
    _OF_OTHER_TESTS.update(children())


def children() -> dict[int, int]:
    """Processes below this one, but for those of other tests and what is below them: number and resident bytes."""
    parents: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(entry.name)] = (int(fields[1]), int(fields[21]) * PAGE)
    below: dict[int, int] = {}
    frontier = {os.getpid()}
    while frontier:
        frontier = {pid for pid, (parent, _) in parents.items() if parent in frontier} - _OF_OTHER_TESTS
        below |= {pid: parents[pid][1] for pid in frontier}
    return below


def test_real_files_through_the_real_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('taken from the current folder')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sandbox = Sandbox()
    word = sandbox.read((files.FILES / "libreoffice.docx").read_bytes(), "sai đuôi.xlsx")
    assert isinstance(word, TextDocument)
    assert word.paragraphs[0].text == "I. Công tác chỉ đạo"
    for name in ("libreoffice.xlsx", "libreoffice.xls"):
        book = sandbox.read((files.FILES / name).read_bytes(), "sai đuôi.docx")
        assert isinstance(book, Workbook)
        assert [sheet.name for sheet in book.sheets] == ["Biểu II.06", "Ẩn"]
    assert sandbox.read(files.xlsx(), "trống.xlsx") == Workbook((Sheet("Biểu"),))
    assert not children()


@pytest.mark.parametrize(
    ("payload", "expected", "kind"),
    [
        (b"", UnreadableReason.EMPTY, FileKind.OTHER),
        (b" \r\n ", UnreadableReason.EMPTY, FileKind.TEXT),
        (bytes(2_000), UnreadableReason.EMPTY, FileKind.OTHER),
        (b"Subject: x\r\n\r\ny", UnreadableReason.UNSUPPORTED, FileKind.TEXT),
        (b"\xff\xd8\xff\xe0", UnreadableReason.UNSUPPORTED, FileKind.IMAGE),
        (b"Rar!\x1a\x07\x00", UnreadableReason.UNSUPPORTED, FileKind.ARCHIVE),
    ],
)
def test_what_the_first_bytes_decide_starts_no_child(
    payload: bytes, expected: UnreadableReason, kind: FileKind
) -> None:
    sandbox = Sandbox(command=["/nonexistent"])
    assert sandbox.read(payload, "x") == Unreadable(expected, kind)


def test_a_file_over_the_limit_starts_no_child() -> None:
    document = Sandbox(Limits(file_bytes=100), command=["/nonexistent"]).read(b"x" * 101, "x")
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.TOO_BIG
    assert document.over is not None
    assert document.over.what == "size"


LAST = """print('["text"]', flush=True)"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("time.sleep(60)", UnreadableReason.TIMEOUT),
        ("while True: pass", UnreadableReason.TIMEOUT),
        ("os.close(1); os.close(2); time.sleep(60)", UnreadableReason.TIMEOUT),
        ("os.close(0); time.sleep(60)", UnreadableReason.TIMEOUT),
        ("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", UnreadableReason.TIMEOUT),
        ("os.fork() or time.sleep(60)", UnreadableReason.TIMEOUT),
        ("for _ in range(3): os.fork()\ntime.sleep(60)", UnreadableReason.TIMEOUT),
        ("while True: sys.stderr.write('x' * 65536)", UnreadableReason.CRASHED),
        ("while True: sys.stdout.write('x' * 65536)", UnreadableReason.CRASHED),
        ("""while True: sys.stdout.write('["p","",null,false,"",null]\\n' * 999)""", UnreadableReason.CRASHED),
        ("", UnreadableReason.CRASHED),
        ("sys.exit(3)", UnreadableReason.CRASHED),
        ("os.abort()", UnreadableReason.CRASHED),
        ("os.kill(os.getpid(), 9)", UnreadableReason.CRASHED),
        ("os.kill(os.getpid(), 24)", UnreadableReason.TIMEOUT),  # SIGXCPU
        ("print('garbage', flush=True); time.sleep(60)", UnreadableReason.CRASHED),
        ("""print('["text"')""", UnreadableReason.CRASHED),
        ("""print(end='["text"]')""", UnreadableReason.CRASHED),
    ],
)
def test_children_that_misbehave(code: str, expected: UnreadableReason) -> None:
    began = time.monotonic()
    assert reason(Sandbox(QUICK, script(code))) is expected
    assert time.monotonic() - began < 5
    assert not children()


def test_a_grandchild_that_holds_the_pipe_is_killed_with_its_group() -> None:
    code = "os.fork() and (time.sleep(0.1), print('[\"text\"]', flush=True), os._exit(0))\ntime.sleep(60)"
    mark = f"mark{os.getpid()}{time.monotonic_ns()}"
    assert Sandbox(QUICK, [*script(code), mark]).read(FILE, "x") == TextDocument(())
    end = time.monotonic() + 5  # killed at once; the kernel takes a moment to clear it away
    while any(mark in _cmdline(path) for path in Path("/proc").glob("[0-9]*/cmdline")):
        assert time.monotonic() < end


def _cmdline(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_a_child_that_never_reads_its_file_and_one_that_answers_early() -> None:
    big = FILE + bytes(2 << 20)
    assert reason(Sandbox(QUICK, script("time.sleep(60)")), big) is UnreadableReason.TIMEOUT
    assert Sandbox(QUICK, script(LAST)).read(big, "x") == TextDocument(())


def test_a_complete_answer_counts_though_the_child_stays() -> None:
    began = time.monotonic()
    assert Sandbox(command=script(LAST + "; time.sleep(60)")).read(FILE, "x") == TextDocument(())
    assert time.monotonic() - began < 5
    assert not children()


def test_the_childs_last_words_are_kept() -> None:
    document = Sandbox(QUICK, script("sys.exit('nothing works ' * 1000)")).read(FILE, "tệp.docx")
    assert isinstance(document, Unreadable)
    assert "nothing works" in document.detail
    assert "tệp.docx" in document.detail
    assert len(document.detail) < 600


PROBE = """
import resource
from bot.documents.limits import Limits
from bot.documents.confine import confine_reader
session = os.getsid(0)
confine_reader(Limits(memory_bytes=200 << 20, cpu_seconds=7))
def fails(act):
    try:
        act()
    except (OSError, MemoryError):
        return True
    return False
facts = {
    "environment": dict(os.environ) == {"LANG": "C.UTF-8"},
    "session": session == os.getpid(),
    "folder": os.getcwd() == "/",
    "memory": fails(lambda: bytearray(300 << 20)),
    "write": fails(lambda: os.write(os.open("/tmp/thuky-probe-" + str(os.getpid()), os.O_CREAT | os.O_WRONLY), b"x")),
    "files": fails(lambda: [open("/dev/null") for _ in range(32)]),
    "core": resource.getrlimit(resource.RLIMIT_CORE) == (0, 0),
    "cpu": resource.getrlimit(resource.RLIMIT_CPU) == (7, 8),
    "processes": resource.getrlimit(resource.RLIMIT_NPROC) == (0, 0),
    "parsers": not {"lxml", "python_calamine", "zipfile", "olefile"} & set(sys.modules),
}
print(json.dumps(["unreadable", "corrupt", "other", " ".join(k for k, v in facts.items() if not v)]), flush=True)
"""


def test_what_the_child_may_not_do() -> None:
    root = str(Path(__file__).resolve().parents[2])
    document = Sandbox(command=script(f"sys.path.append({root!r})\n" + PROBE)).read(FILE, "x")
    assert document == Unreadable(UnreadableReason.CORRUPT, FileKind.OTHER, "")
    for left in Path("/tmp").glob("thuky-probe-*"):
        left.unlink()


def own_memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


class Peak:
    """Most resident memory of this process's children together, and of the whole tree, while it watches."""

    def __enter__(self) -> "Peak":
        self.children, self.tree, self._stop = 0, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            below = sum(children().values())
            self.children, self.tree = max(self.children, below), max(self.tree, below + own_memory())


def test_bombs_stay_within_memory_and_time() -> None:
    sheet = files.xlsx_parts()
    del sheet["xl/worksheets/sheet1.xml"]
    hungry = '<row r="1">' + '<c r="A1"><v>1</v></c>' * 1_500_000  # one row without an end
    bombs = [
        files.zeros_part(files.xlsx(), "xl/media/a.bin", 300 << 20),
        files.zeros_part(files.package(sheet), "xl/worksheets/sheet1.xml", 150 << 20),
        files.xlsx('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        files.xlsx(hungry, styles="<cellXfs/>"),
    ]
    began, before = time.monotonic(), own_memory()  # what other tests have left in this process is not at issue
    with Peak() as peak:
        sandbox = Sandbox(Limits(ratio=10_000))
        reasons = [reason(sandbox, bomb) for bomb in bombs]
    assert reasons[0] is UnreadableReason.TOO_BIG
    assert reasons[1] in (UnreadableReason.CORRUPT, UnreadableReason.TOO_BIG)
    assert reasons[2] is UnreadableReason.TOO_BIG
    assert reasons[3] in (UnreadableReason.CORRUPT, UnreadableReason.TOO_BIG)
    assert 0 < peak.children < 330 << 20
    assert peak.tree - before < 350 << 20
    assert time.monotonic() - began < 30


def test_memory_that_runs_out_is_too_big() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n:030d}</t></is></c></row>' for n in range(1, 120_000)
    )
    document = Sandbox(Limits(memory_bytes=64 << 20)).read(files.xlsx(rows), "x")
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.TOO_BIG


def test_too_much_computing_is_a_timeout() -> None:
    marks = "\u0301\u0323" * 150_000  # sorting a run of combining marks takes quadratic time
    document = Sandbox(Limits(cpu_seconds=1)).read(files.docx(files.p("a" + marks)), "x")
    assert document == Unreadable(UnreadableReason.TIMEOUT, FileKind.DOCX, "'x': no verdict in time")


def test_damaged_old_files_never_raise() -> None:
    seed = (files.FILES / "libreoffice.xls").read_bytes()
    sandbox = Sandbox()
    for number in range(8):
        chance = random.Random(number)
        payload = bytearray(seed)
        for _ in range(10):
            payload[chance.randrange(512, len(payload))] = chance.randrange(256)
        assert isinstance(sandbox.read(bytes(payload), "x.xls"), Workbook | Unreadable)


def test_a_mails_files_share_one_budget() -> None:
    hanging = Sandbox(QUICK, script("time.sleep(60)"))
    began = time.monotonic()
    first, second, third, last = hanging.read_many([("a", FILE), ("b", FILE), ("c", FILE), ("d", b"\xff\xd8\xff")])
    assert time.monotonic() - began < 2.5
    assert all(isinstance(d, Unreadable) and d.reason is UnreadableReason.TIMEOUT for d in (first, second, third))
    assert isinstance(third, Unreadable)
    assert "before its turn" in third.detail
    assert last == Unreadable(UnreadableReason.UNSUPPORTED, FileKind.IMAGE)


def test_read_many_keeps_the_order() -> None:
    found = Sandbox().read_many([("b.xlsx", files.xlsx()), ("e", b""), ("a.docx", FILE)])
    assert [type(document) for document in found] == [Workbook, Unreadable, TextDocument]
