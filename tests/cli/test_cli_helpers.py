"""LibreOffice and libarchive: set or found, said by doctor, used by check."""

import json
import shutil
from pathlib import Path

import pytest
from embedded_office import ROOT, environment
from typer.testing import CliRunner

from bot import cli, wiring
from bot.cli import diagnosing
from bot.documents.converter import Converter
from bot.documents.isolation import Isolation
from bot.settings import load

DOC = ROOT / "tests" / "documents" / "files" / "libreoffice.doc"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str | None]:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return environment(tmp_path, None) | {"THUKY_CONFIG": str(tmp_path / "config"), "COLUMNS": "200"}


def doctor(environ: dict[str, str | None], **extra: str) -> dict[str, tuple[bool | None, str]]:
    done = CliRunner().invoke(cli.app, ["doctor", "--json"], env=environ | extra)
    return {entry["name"]: (entry["ok"], entry["message"]) for entry in json.loads(done.stdout)}


def test_doctor_says_what_a_password_lacks_in_the_office_s_language(environ: dict[str, str | None]) -> None:
    environ = {key: value for key, value in environ.items() if key != "THUKY_IMAP__PASSWORD"}
    ok, said = doctor(environ, THUKY_IMAP__USER="thuky")["Hộp thư đến (IMAP)"]
    assert ok is False
    assert "imap.password: không có; cần có mật khẩu" in said


@pytest.mark.parametrize(
    ("setting", "found", "isolation", "ok", "said"),
    [
        ("auto", "/bin/true", True, None, "có: /bin/true; tệp .doc"),
        ("auto", "/bin/true", False, None, "vẫn dùng được mạng"),
        ("auto", None, True, None, "Cài gói libreoffice-writer-nogui"),
        ("off", "/bin/true", True, None, "đã tắt"),
        ("/bin/false", "/bin/true", True, None, "có: /bin/false"),
        ("/opt/none/soffice", "/bin/true", True, False, "không chạy được /opt/none/soffice"),
    ],
)
def test_doctor_says_what_libreoffice_does_here(
    environ: dict[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    found: str | None,
    isolation: bool,
    ok: bool | None,
    said: str,
) -> None:
    monkeypatch.setattr(wiring, "find_libreoffice", lambda: Path(found) if found else None)
    monkeypatch.setattr(Converter, "has_isolation", isolation)
    told = doctor(environ, THUKY_DOCUMENTS__LIBREOFFICE=setting)["LibreOffice"]
    assert told[0] is ok
    assert said in told[1]


@pytest.mark.parametrize(
    ("came_through", "ok", "said"),
    [
        ([], True, "không có mạng, không mở được tệp nào khác"),
        (["read_data"], None, "chưa đủ trên máy này: vẫn đọc được tệp khác"),
        (["socket", "write"], None, "vẫn dùng được mạng; vẫn ghi, xoá"),
    ],
)
def test_doctor_says_what_the_reading_process_is_cut_off_from(
    environ: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, came_through: list[str], ok: bool | None, said: str
) -> None:
    monkeypatch.setattr("bot.documents.isolation.examine", lambda: Isolation(frozenset(came_through), 0))
    told = doctor(environ)["Cách ly khi đọc tệp"]
    assert told[0] is ok
    assert said in told[1]


@pytest.mark.parametrize(("there", "said"), [(True, "7z"), (False, "libarchive13")])
def test_doctor_says_whether_archives_are_opened(
    environ: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, there: bool, said: str
) -> None:
    monkeypatch.setattr(diagnosing, "has_library", lambda: there)
    ok, message = doctor(environ)["Tệp nén (libarchive)"]
    assert ok is None
    assert said in message


@pytest.mark.parametrize(
    ("setting", "expected"), [("auto", "/usr/bin/found"), ("off", None), ("/opt/o/soffice", "/opt/o/soffice")]
)
def test_the_converter_is_as_it_is_set(monkeypatch: pytest.MonkeyPatch, setting: str, expected: str | None) -> None:
    monkeypatch.setattr(wiring, "find_libreoffice", lambda: Path("/usr/bin/found"))
    settings = load(ROOT / "config", {"THUKY_DOCUMENTS__LIBREOFFICE": setting})
    converter = wiring.make_converter(settings)
    assert (str(converter.program) if converter else None) == expected


def check(environ: dict[str, str | None], **extra: str) -> list[str]:
    done = CliRunner().invoke(cli.app, ["check", str(DOC), "--form", "narrative", "--json"], env=environ | extra)
    assert done.exit_code == 1
    (checked,) = json.loads(done.stdout)
    return [finding["code"] for finding in checked["findings"]]


def test_check_asks_for_docx_where_libreoffice_is_off(environ: dict[str, str | None]) -> None:
    assert check(environ, THUKY_DOCUMENTS__LIBREOFFICE="off") == ["F107"]


@pytest.mark.libreoffice
def test_check_reads_old_word_files(environ: dict[str, str | None]) -> None:
    assert "W101" in check(environ)
