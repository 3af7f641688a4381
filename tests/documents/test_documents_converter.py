"""Old Word and RTF: with LibreOffice, without it, and with programs that pass for it and misbehave."""

import stat
import time
from collections.abc import Sequence
from pathlib import Path

import document_files as files
import pytest

from bot.documents.converter import Converter, find_libreoffice
from bot.documents.limits import Limits
from bot.documents.sandbox import Sandbox
from bot.domain.document import FileKind, TextDocument, Unreadable, UnreadableReason

DOC = (files.FILES / "libreoffice.doc").read_bytes()
DOCX = files.docx(files.p("Báo cáo"))
R, K = UnreadableReason, FileKind


def rtf(body: str) -> bytes:
    """A Rich Text file; letters beyond ASCII as \\u escapes."""
    text = "".join(c if c.isascii() else "".join(f"\\u{_signed(unit)}?" for unit in _units(c)) for c in body)
    return ("{\\rtf1\\ansi\\ansicpg1258 " + text + "}").encode("ascii")


def _units(char: str) -> list[int]:
    raw = char.encode("utf-16-le")
    return [raw[i] | raw[i + 1] << 8 for i in range(0, len(raw), 2)]


def _signed(unit: int) -> int:
    return unit - 0x10000 if unit > 0x7FFF else unit


# ---- programs that pass for LibreOffice ----------------------------------------------------------------------


@pytest.fixture
def pretend(tmp_path: Path) -> "Pretend":
    return Pretend(tmp_path)


class Pretend:
    """A shell script in LibreOffice's place. It finds the result folder in $out and the files in "$@"."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"

    def converter(self, script: str, seconds: float = 8.0, *, isolation: Sequence[str] = ("false",)) -> Converter:
        program = self.folder / "soffice"
        (self.folder / "good.docx").write_bytes(DOCX)
        program.write_text(
            f"#!/bin/sh\ngood={self.folder}/good.docx\nlog={self.log}\necho started >>$log\n"
            'while [ "$1" != --outdir ]; do shift; done\nout=$2; shift 2\nmkdir -p "$out"\n' + script
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        limits = Limits(convert_seconds=seconds, file_bytes=100_000)
        return Converter(program, limits, tuple(isolation), (str(self.folder),))

    @property
    def starts(self) -> int:
        return self.log.read_text().count("started")


ALL = 'for f in "$@"; do cp "$good" "$out/${f%.*}.docx"; done'
FEW = [(K.DOC, DOC), (K.RTF, rtf("x")), (K.DOC, DOC)]


def test_several_files_share_one_start(pretend: Pretend) -> None:
    assert pretend.converter(ALL).convert(FEW) == (DOCX, DOCX, DOCX)
    assert pretend.starts == 1


def test_one_bad_file_does_not_take_the_others_with_it(pretend: Pretend) -> None:
    """In company with the RTF it dies before any result; alone each of the others gets its own."""
    script = 'for f in "$@"; do case $f in *.rtf) exit 7;; esac; done\n' + ALL
    first, second, third = pretend.converter(script).convert(FEW)
    assert (first, third) == (DOCX, DOCX)
    assert second == Unreadable(R.UNCONVERTED, K.RTF, "LibreOffice ended with 7 and without a result")
    assert pretend.starts == 4


@pytest.mark.parametrize(
    "script",
    [
        "exit 0",
        "exit 1",
        "kill -9 $$",
        ': >"$out/0.docx"',
        'head -c 200000 /dev/zero >"$out/0.docx"',
        'ln -s "$good" "$out/0.docx"',
        'mkdir "$out/0.docx"',
        'mkfifo "$out/0.docx"',
        'cp "$good" "$out/1.docx"',
    ],
)
def test_what_is_no_result_is_unconverted(pretend: Pretend, script: str) -> None:
    (found,) = pretend.converter(script).convert([(K.DOC, DOC)])
    assert isinstance(found, Unreadable)
    assert (found.reason, found.kind) == (R.UNCONVERTED, K.DOC)


def test_one_that_hangs_is_killed_with_all_it_started(pretend: Pretend) -> None:
    began = time.monotonic()
    (found,) = pretend.converter("sleep 61.5 & echo $! >>$log; sleep 61.5", seconds=3.2).convert([(K.DOC, DOC)])
    assert isinstance(found, Unreadable)
    assert "took more than" in found.detail
    assert time.monotonic() - began < 6
    child = int(pretend.log.read_text().split()[-1])
    end = time.monotonic() + 5
    while _runs(child):
        assert time.monotonic() < end


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_limits_environment_and_folder(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUKY_IMAP__PASSWORD", "secret")
    pretend.converter("env >>$log; pwd >>$log; ulimit -a >>$log; ls -R . >>$log").convert([(K.RTF, b"{\\rtf1}")])
    said = pretend.log.read_text()
    assert "secret" not in said
    folder = next(line.partition("=")[2] for line in said.splitlines() if line.startswith("HOME="))
    assert f"TMPDIR={folder}\n" in said
    assert f"\n{folder}\n" in said
    assert "0.rtf" in said
    assert "registrymodifications.xcu" in said
    assert not Path(folder).exists()
    limits = {tuple(line.rsplit(None, 1)) for line in said.splitlines()}
    assert any("nofiles" in str(what) and value == "512" for what, value in (x for x in limits if len(x) == 2))
    assert any("coredump" in str(what) and value == "0" for what, value in (x for x in limits if len(x) == 2))


def test_isolation_is_used_where_it_works_and_only_there(pretend: Pretend, tmp_path: Path) -> None:
    wrapper = tmp_path / "wrap"
    wrapper.write_text(f'#!/bin/sh\necho wrapped >>{pretend.log}\nexec "$@"\n')
    wrapper.chmod(0o755)
    converter = pretend.converter(ALL, isolation=(str(wrapper),))
    assert converter.has_namespace
    assert converter.convert([(K.DOC, DOC)]) == (DOCX,)
    assert "wrapped" in pretend.log.read_text()
    assert not pretend.converter(ALL, isolation=("/nonexistent",)).has_namespace
    assert not pretend.converter(ALL).has_namespace


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    (found,) = Converter(tmp_path / "soffice", _isolation=("false",)).convert([(K.DOC, DOC)])
    assert isinstance(found, Unreadable)
    assert (found.reason, found.kind) == (R.UNCONVERTED, K.DOC)


def test_where_libreoffice_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.converter._PLACES", (str(tmp_path / "soffice"),))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_libreoffice() is None
    (tmp_path / "soffice").write_text("")
    assert find_libreoffice() is None  # not a program
    (tmp_path / "soffice").chmod(0o755)
    assert find_libreoffice() == tmp_path / "soffice"


# ---- what the sandbox makes of it ----------------------------------------------------------------------------


def test_without_libreoffice_old_files_are_unconverted() -> None:
    found = Sandbox().read_many([("a.doc", DOC), ("b.rtf", rtf("x")), ("c.docx", DOCX)])
    assert [d.reason if isinstance(d, Unreadable) else None for d in found] == [R.UNCONVERTED, R.UNCONVERTED, None]
    assert [d.kind for d in found if isinstance(d, Unreadable)] == [K.DOC, K.RTF]


def test_what_is_read_keeps_the_kind_that_it_came_as(pretend: Pretend) -> None:
    sandbox = Sandbox(converter=pretend.converter(ALL))
    runs = DOC + "_VBA_PROJECT".encode("utf-16-le")
    found = sandbox.read_many(
        [("a.docx", DOCX), ("b.doc", DOC), ("c", b"\xff\xd8\xff"), ("d.rtf", rtf("x")), ("e.doc", runs)]
    )
    assert pretend.starts == 1
    assert [d.traits.kind for d in found if isinstance(d, TextDocument)] == [K.DOCX, K.DOC, K.RTF, K.DOC]
    assert [d.traits.macros for d in found if isinstance(d, TextDocument)] == [False, False, False, True]
    assert isinstance(found[2], Unreadable)


def test_a_result_is_as_untrusted_as_the_file_was(pretend: Pretend) -> None:
    found = Sandbox(converter=pretend.converter('echo no >"$out/0.docx"')).read(DOC, "a.doc")
    assert isinstance(found, Unreadable)
    assert found.kind is K.DOC


# ---- the real one --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> Sandbox:
    program = find_libreoffice()
    assert program is not None
    return Sandbox(converter=Converter(program))


@pytest.mark.libreoffice
def test_old_word_and_rtf_in_one_start(real: Sandbox) -> None:
    table = r"\trowd\cellx2000\cellx4000\intbl Hộ tịch\cell 2.544\cell\row\pard"
    text = rtf(r"\pard\b II. Kết quả\b0\par Đã giải quyết 12,5%\par " + table + r" Hết\par")
    broken = DOC[:1_000] + bytes(8_000) + DOC[9_000:]
    doc, other, bad = real.read_many([("a.doc", DOC), ("b.rtf", text), ("c.doc", broken)])
    assert isinstance(doc, TextDocument)
    assert [p.text for p in doc.paragraphs][:3] == ["I. Công tác chỉ đạo", "Đã ban hành kế hoạch", "Kết quả"]
    assert doc.paragraphs[0].level == 1
    assert doc.traits.kind is K.DOC
    assert isinstance(other, TextDocument)
    assert (other.paragraphs[0].text, other.paragraphs[0].bold) == ("II. Kết quả", True)
    assert other.tables == ((("Hộ tịch", "2.544"),),)
    assert other.traits.kind is K.RTF
    assert isinstance(bad, TextDocument | Unreadable)


@pytest.mark.libreoffice
def test_what_a_file_points_to_is_not_fetched(real: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("HUSH")
    fields = "".join(
        rf"{{\field{{\*\fldinst {field}}}{{\fldrslt x}}}}"
        for field in (f'INCLUDETEXT "{secret}"', f'DDEAUTO soffice "{secret}" x')
    )
    document = real.read(rtf("Báo cáo " + fields), "x.rtf")
    assert isinstance(document, TextDocument)
    assert "HUSH" not in document.text
    assert "Báo cáo" in document.text


@pytest.mark.libreoffice
def test_nothing_is_left_of_it(real: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert isinstance(real.read(DOC, "a.doc"), TextDocument)
    assert list(tmp_path.iterdir()) == []
    running = b"".join(_command(path) for path in Path("/proc").glob("[0-9]*/cmdline"))
    assert str(tmp_path).encode() not in running


def _command(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
