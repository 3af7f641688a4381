"""What comes back from children that unpack and annotate: true ones, and ones that hang or lie."""

import base64
import json
import sys
import time

import container_files as made
import document_files as files
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.limits import Limits
from bot.documents.sandbox import Sandbox
from bot.documents.wire import WireError
from bot.documents.wire_files import (
    AnnotatedDecoder,
    Task,
    UnpackedDecoder,
    encode_annotated,
    encode_unpacked,
    read_task,
)
from bot.domain.document import ContainedFile, FileKind, Mark, Unpacked, Unreadable, UnreadableReason

R = UnreadableReason
QUICK = Limits(
    wall_seconds=1, file_bytes=200_000, contained_bytes=300_000, entries=3, output_bytes=1 << 20, line_bytes=1 << 19
)
ZIP = made.zipped([("a.docx", b"1")])
FILE = files.docx(files.p("Báo cáo"))


def script(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", "import os, sys, time, json\n" + code]


def saying(*lines: object) -> list[str]:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return script(f"sys.stdout.write({text!r}); sys.stdout.flush(); time.sleep(60)")


def b64(payload: bytes) -> str:
    return base64.b64encode(payload).decode()


END = ["unpacked", None, None, None]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("time.sleep(60)", R.TIMEOUT),
        ("while True: pass", R.TIMEOUT),
        ("os.kill(os.getpid(), 24)", R.TIMEOUT),
        ("os.fork() or time.sleep(60)", R.TIMEOUT),
        ("os.abort()", R.CRASHED),
        ("sys.exit(3)", R.CRASHED),
        ("print('garbage')", R.CRASHED),
        ("while True: sys.stdout.write('x' * 65536)", R.CRASHED),
        ("""while True: sys.stdout.write('["file","a",0]\\n')""", R.CRASHED),
        ("""while True: sys.stderr.write('x' * 65536)""", R.CRASHED),
    ],
)
def test_children_that_hang_or_die(code: str, expected: UnreadableReason) -> None:
    began = time.monotonic()
    sandbox = Sandbox(QUICK, script(code))
    unpacked = sandbox.unpack(ZIP, "a.zip")
    assert unpacked.files == ()
    assert unpacked.fault is not None
    assert (unpacked.fault.reason, unpacked.fault.kind) == (expected, FileKind.ARCHIVE)
    assert "a.zip" in unpacked.fault.detail
    assert sandbox.annotate(FILE, "a.docx", [Mark("x")]) is None
    assert time.monotonic() - began < 6


def test_true_answers() -> None:
    said = saying(["file", "thư mục/a.docx", 3], ["b", b64(b"ab")], ["b", b64(b"c")], ["file", "b", 0], END)
    assert Sandbox(QUICK, said).unpack(ZIP, "x") == Unpacked(
        (ContainedFile("thư mục/a.docx", b"abc"), ContainedFile("b", b""))
    )
    said = saying(["unpacked", "encrypted", "archive", "mật khẩu"])
    assert Sandbox(QUICK, said).unpack(ZIP, "x") == Unpacked((), Unreadable(R.ENCRYPTED, FileKind.ARCHIVE, "mật khẩu"))
    said = saying(["file", "", 3], ["b", b64(b"abc")], ["annotated"])
    assert Sandbox(QUICK, said).annotate(FILE, "x", []) == b"abc"
    assert Sandbox(QUICK, saying(["refused", "unsupported", "doc", ""])).annotate(FILE, "x", []) is None


LIES: list[tuple[str, list[object]]] = [
    ("steps up", [["file", "../a", 0], END]),
    ("absolute", [["file", "/a", 0], END]),
    ("nothing for a name", [["file", "", 0], END]),
    ("backslash", [["file", "a\\b", 0], END]),
    ("nul", [["file", "a\x00", 0], END]),
    ("line break", [["file", "a\nb", 0], END]),
    ("lone surrogate", [["file", "a\ud800", 0], END]),
    ("long name", [["file", "a" * 256, 0], END]),
    ("long path", [["file", "/".join(["a" * 200] * 6), 0], END]),
    ("a number for a name", [["file", 1, 0], END]),
    ("negative size", [["file", "a", -1], END]),
    ("size as text", [["file", "a", "1"], END]),
    ("size true", [["file", "a", True], ["b", b64(b"x")], END]),
    ("size over one file", [["file", "a", 200_001], END]),
    ("sizes over all", [["file", "a", 200_000], END]),
    ("more bytes than announced", [["file", "a", 1], ["b", b64(b"xy")], END]),
    ("fewer bytes than announced", [["file", "a", 2], ["b", b64(b"x")], END]),
    ("bytes of nothing", [["b", b64(b"x")], END]),
    ("no bytes", [["file", "a", 1], ["b", ""], END]),
    ("no base64", [["file", "a", 1], ["b", "!!!!"], END]),
    ("loose base64", [["file", "a", 1], ["b", "eA==\n"], END]),
    ("a file in a file", [["file", "a", 1], ["file", "b", 0], END]),
    ("too many files", [*(["file", str(n), 0] for n in range(4)), END]),
    ("unknown reason", [["unpacked", "tired", "archive", ""]]),
    ("unknown kind", [["unpacked", "corrupt", "zip", ""]]),
    ("half a fault", [["unpacked", "corrupt", None, None]]),
    ("the answer to another task", [["annotated"]]),
    ("unknown line", [["goodbye"]]),
    ("no list", [{"file": "a"}]),
    ("empty list", [[]]),
    ("not a number", [["file", "a", float("nan")], END]),
]


@pytest.mark.parametrize("lines", [lines for _, lines in LIES], ids=[name for name, _ in LIES])
def test_lies_are_not_believed(lines: list[object]) -> None:
    """Each as the child says it, each against the decoder alone: some need the real limits to be lies."""
    decoder = UnpackedDecoder(QUICK)
    if lines[0] == ["file", "a", 200_000]:  # half of what it announces comes, so that only the sum can be wrong
        lines = [["file", "a", 200_000], ["b", b64(bytes(49_152))]] * 2
    with pytest.raises(WireError):
        for line in lines:
            decoder.feed(json.dumps(line).encode())
    assert decoder.unpacked is None


def test_the_sum_of_all_files_is_held() -> None:
    decoder = UnpackedDecoder(Limits(file_bytes=10, contained_bytes=15, entries=9))
    decoder.feed(json.dumps(["file", "a", 10]).encode())
    decoder.feed(json.dumps(["b", b64(bytes(10))]).encode())
    with pytest.raises(WireError, match="more bytes"):
        decoder.feed(json.dumps(["file", "b", 6]).encode())


@pytest.mark.parametrize(
    "lines",
    [
        [["annotated"]],
        [["file", "", 0], ["annotated"]],
        [["file", "", 1], ["annotated"]],
        [["file", "", 400_001]],
        [["file", "", 1], ["b", b64(b"x")], ["file", "", 1]],
        [["file", "", 1], ["b", b64(b"x")], ["refused", "corrupt", "docx", ""]],
        [["unpacked", None, None, None]],
        [["refused", "corrupt", "docx", ""], ["annotated"]],
    ],
)
def test_lies_of_a_child_that_annotates(lines: list[list[object]]) -> None:
    decoder = AnnotatedDecoder(QUICK)
    with pytest.raises(WireError):
        for line in lines:
            decoder.feed(json.dumps(line).encode())
    assert decoder.annotated is None


def test_a_child_that_lies_is_a_crash() -> None:
    fault = Sandbox(QUICK, saying(["file", "../a", 0], END)).unpack(ZIP, "x").fault
    assert fault is not None
    assert (fault.reason, "leads elsewhere" in fault.detail) == (R.CRASHED, True)


def test_files_over_the_limit_start_no_child() -> None:
    sandbox = Sandbox(Limits(file_bytes=100), command=["/nonexistent"])
    fault = sandbox.unpack(b"x" * 101, "x").fault
    assert fault is not None
    assert (fault.reason, fault.over and fault.over.what) == (R.TOO_BIG, "size")
    assert sandbox.annotate(b"x" * 101, "x", []) is None


PATHS = st.lists(
    st.text("ab ạ.", min_size=1, max_size=9).filter(lambda p: p not in (".", "..")), min_size=1, max_size=4
)


@given(
    st.lists(st.tuples(PATHS.map("/".join), st.binary(max_size=200)), max_size=5),
    st.none() | st.builds(Unreadable, st.sampled_from(R), st.sampled_from(FileKind), st.text("xạ", max_size=20)),
)
def test_what_is_encoded_is_decoded(contained: list[tuple[str, bytes]], fault: Unreadable | None) -> None:
    decoder = UnpackedDecoder(Limits())
    pieces = [ContainedFile(*file) for file in contained]
    lines = list(encode_unpacked([*pieces, fault] if fault else pieces))
    assert [decoder.feed(line.rstrip(b"\n")) for line in lines] == [False] * (len(lines) - 1) + [True]
    assert decoder.unpacked == Unpacked(tuple(pieces), fault)


@given(st.binary(min_size=1, max_size=200_000))
def test_an_annotated_file_comes_through_in_short_lines(payload: bytes) -> None:
    decoder = AnnotatedDecoder(Limits())
    lines = list(encode_annotated(payload))
    assert max(map(len, lines)) < 70_000
    assert [decoder.feed(line.rstrip(b"\n")) for line in lines][-1]
    assert decoder.annotated == payload


@given(st.text(max_size=30), st.lists(st.builds(Mark, st.text(max_size=9), st.text(max_size=9), st.integers(0, 99))))
def test_a_task_is_one_line(name: str, marks: list[Mark]) -> None:
    task = Task("annotate", name, tuple(marks))
    line = task.line()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read_task(line) == task


def test_a_file_that_begins_like_a_task_is_a_file() -> None:
    found = Sandbox().unpack(Task("annotate").line() + ZIP, "x")
    assert found.files == ()
    assert found.fault is not None


def test_marks_come_back_in_the_agencys_own_file() -> None:
    marked = Sandbox().annotate(FILE, "báo cáo.docx", [Mark("Đề nghị bổ sung mục IV.", paragraph=1)])
    assert marked is not None
    assert marked != FILE
    again = Sandbox().read(marked, "báo cáo.docx")
    assert not isinstance(again, Unreadable)
    assert Sandbox().annotate(b"%PDF-1.7", "x.pdf", [Mark("x")]) is None
    assert Sandbox().annotate(ZIP, "x.zip", [Mark("x")]) is None
