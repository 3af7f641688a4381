"""Wrong words, wrong files, a house that is out of order: one clear sentence in the office's language on standard
error, nothing on standard output, the right exit code, and never a traceback.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from embedded_office import ROOT, ROUND, Said, environment
from typer.testing import CliRunner

from bot import cli
from bot.settings.working_time import national_days


class Desk:
    """The command line on an empty installation whose servers do not answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "config", folder / "config")
        self.environ = environment(folder, None) | {"THUKY_CONFIG": str(folder / "config"), "COLUMNS": "200"}

    def thuky(self, *words: str, **extra: str | None) -> Said:
        done = CliRunner().invoke(cli.app, list(words), env=self.environ | extra)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    national_days(2020, 2035)
    yield Desk(tmp_path_factory.mktemp("desk"))


def refused(said: Said, code: int, *parts: str) -> None:
    assert said.code == code, (said.out, said.err)
    assert said.out == ""
    assert "Traceback" not in said.err
    for part in parts:
        assert part in said.err


WRONG_WORDS = [
    (("show", "999"), "999", "thuky mails"),
    (("show", "9" * 30), "thuky mails", ""),
    (("show", "--", "-1"), "thuky mails", ""),
    (("mails", "--outcome", "nonsense"), "«nonsense»", "accepted, correction, held"),
    (("outbox", "--state", "x"), "«x»", "queued, sending, sent"),
    (("status", "--round", "2099-q1"), "«2099-q1»", ROUND),
    (("explain", "zzz"), "«zzz»", "thuky explain"),
    (("explain", ""), "«»", "thuky explain"),
    (("check", "/etc/hostname", "--form", "zz"), "«zz»", "ii06"),
    (("check", "/etc/hostname", "--agency", "zz"), "«zz»", "stp"),
    (("check", "/etc/hostname", "--round", "zz"), "«zz»", ROUND),
    (("check", "/không có.xlsx"), "/không có.xlsx", ""),
    (("check", "/etc"), "/etc", ""),
    (("digest", "--preview", "/không có/x.html"), "/không có/x.html", ""),
    (("digest", "--preview", "/"), "/", ""),
    (("digest", "--preview", "/dev/full"), "/dev/full", ""),
    (("extend", "stp", "--until", "2020-01-01", "--why", "x"), "2020", ""),
    (("extend", "stp", "--until", "mai", "--why", "x"), "«mai»", "ISO 8601"),
    (("extend", "stp", "--until", "2027-02-30", "--why", "x"), "«2027-02-30»", "ISO 8601"),
    (("extend", "stp", "--until", "", "--why", "x"), "«»", "ISO 8601"),
    (("extend", "stp", "--until", "9999-12-31", "--why", "x"), "«9999-12-31»", "2999"),
    (("extend", "stp", "--until", "0001-01-01T00:00+14:00", "--why", "x"), "0001", "2000"),
    (("extend", "zz", "--until", "2999-01-04", "--why", "x"), "«zz»", "stp"),
    (("extend", "stp", "--form", "ii06", "--until", "2999-01-04", "--why", "x"), "«ii06»", "narrative"),
    (("extend", "stp", "--until", "2999-01-04", "--why", "  "), "--why", ""),
    (("excuse", "stp", "--why", ""), "--why", ""),
    (("excuse", "stp", "--round", "zz", "--why", "x"), "«zz»", ROUND),
    (("accept", "tdm", "--why", "x"), "--form", "ii06"),
    (("accept", "tdm", "--form", "ii06", "--why", "x"), "ii06", ""),
    (("return", "stp", "--form", "narrative", "--why", "x"), "narrative", ""),
    (("received", "tdm", "--why", "x"), "--form", ""),
    (("received", "stp", "--why", "x", "--at", "2999-01-01"), "2999", ""),
    (("received", "stp", "--why", "x", "--file", "/không có"), "/không có", ""),
    (("received", "stp", "--why", "", "--file", "/etc/hostname"), "--why", ""),
    (("bind", "không phải địa chỉ", "stp", "--why", "x"), "«không phải địa chỉ»", ""),
    (("bind", "a@b.test", "zz", "--why", "x"), "«zz»", "stp"),
    (("bind", "a@b.test", "stp", "--why", "\n"), "--why", ""),
    (("release", "7", "--why", "x"), "7", "thuky mails"),
    (("release", "9" * 30, "--why", "x"), "thuky mails", ""),
    (("once", "--at", "hôm qua"), "«hôm qua»", "ISO 8601"),
    (("once", "--at", "9999-12-31T23:59"), "9999", "2999"),
]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("words", "place", "remedy"), WRONG_WORDS, ids=lambda value: " ".join(value)[:60])
def test_wrong_words_are_refused_with_place_and_remedy(
    desk: Desk, words: tuple[str, ...], place: str, remedy: str, language: str
) -> None:
    said = desk.thuky(*words, THUKY_LANGUAGE=language)
    refused(said, 2, place, remedy)
    vietnamese = any(letter in said.err.replace(place, "") for letter in "ăâđêôơưạảấầậắếềệịọộớờợụứừự")
    assert vietnamese is (language == "vi") or language == "en", said.err
    if language == "vi":
        for english in ("No such file", "Is a directory", "No space left", "cannot", "Not a directory"):
            assert english not in said.err


@pytest.mark.parametrize(
    "words", [("shwo",), ("show",), ("show", "abc"), ("extend", "stp"), ("check",), ("mails", "--nix"), ()]
)
def test_misuse_of_the_command_line_is_two(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk.thuky(*words)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_refused_decision_leaves_nothing_behind(desk: Desk) -> None:
    desk.thuky("received", "stp", "--why", "", "--file", "/etc/hostname")
    assert not list((desk.folder / "data" / "reports").rglob("hostname"))
    assert desk.thuky("outbox", "--json").json == []


def test_files_that_are_none(desk: Desk, tmp_path: Path) -> None:
    empty = tmp_path / "trống.xlsx"
    empty.touch()
    for file in (str(empty), "/dev/null"):
        for words in (("--form", "ii06"), ()):
            said = desk.thuky("check", file, *words, "--json")
            assert said.code == 1
            (checked,) = said.json
            assert [f["code"] for f in checked["findings"]] == ["F102"]
            assert checked["verdict"] == "correction"
    assert "· :" not in desk.thuky("check", str(empty)).out


def test_a_file_without_end_comes_to_an_end(desk: Desk) -> None:
    said = desk.thuky("check", "/dev/zero", "--form", "ii06", "--json", THUKY_LIMITS__MAX_MAIL_MEGABYTES="1")
    assert said.code == 1
    assert said.json[0]["verdict"] == "correction"


def test_a_file_of_no_form_has_its_entry_and_hides_no_other(desk: Desk, tmp_path: Path) -> None:
    from bot.demo.documents import articles

    file = tmp_path / "lạ.xlsx"
    file.write_bytes(articles("Báo Bình Dương", "quý I năm 2023"))
    assert desk.thuky("check", str(file), "--json").json[0]["form"] == "articles"
    book = tmp_path / "khác.xlsx"
    import openpyxl

    openpyxl.Workbook().save(book)
    scan = tmp_path / "quét.pdf"
    scan.write_bytes(b"%PDF-1.4\n%%EOF\n")
    said = desk.thuky("check", str(book), str(file), str(scan), "--json")
    assert said.code == 1
    told = [(Path(c["file"]).name, c["form"], c["verdict"], [f["code"] for f in c["findings"]]) for c in said.json]
    assert told[0] == ("khác.xlsx", None, "correction", ["M102"])
    assert told[1][:2] == ("lạ.xlsx", "articles")
    assert told[2][:3] == ("quét.pdf", None, "correction")
    assert told[2][3][0].startswith("F")
    shown = desk.thuky("check", str(book), str(file))
    assert shown.code == 1
    assert "--form (một trong: " in shown.out
    assert "lạ.xlsx" in shown.out


def test_a_file_that_is_not_there_is_named_before_any_is_checked(desk: Desk, tmp_path: Path) -> None:
    there = tmp_path / "có.xlsx"
    there.touch()
    refused(desk.thuky("check", str(there), str(tmp_path / "thiếu.xlsx")), 2, "thiếu.xlsx")


@pytest.mark.parametrize(
    ("language", "words"), [("vi", ("Cấu hình", "đang là", "cần là")), ("en", ("configuration", "found", "expected"))]
)
def test_faults_of_the_configuration_speak_the_office_s_language(
    desk: Desk, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    office = folder / "office.toml"
    text = office.read_text("utf-8").replace('language = "vi"', f'language = "{language}"')
    office.write_text(text.replace("poll_seconds = 60", 'poll_seconds = "x"').replace("max_attempts = 3", "x = 3"))
    for command in (("status", "--json"), ("doctor",), ("run",), ("once",), ("check", "/etc/hostname")):
        refused(desk.thuky("--config", str(folder), *command), 2, *words, "poll_seconds", "limits.x", "office.toml")


def test_a_missing_folder_is_one_fault_without_a_dangling_colon(desk: Desk) -> None:
    said = desk.thuky("--config", "/không có", "status", THUKY_LANGUAGE="en")
    refused(said, 2, "The configuration has 1 fault", "  /không có\n", "found:    no such folder")


@pytest.mark.parametrize(("language", "word"), [("vi", "cần là"), ("en", "expected")])
def test_missing_passwords_stop_only_what_needs_mail(desk: Desk, language: str, word: str) -> None:
    without = {"THUKY_IMAP__PASSWORD": None, "THUKY_SMTP__PASSWORD": None, "THUKY_LANGUAGE": language}
    for command in ("once", "run"):
        refused(desk.thuky(command, **without), 2, "imap.password", "smtp.password", word)
    assert desk.thuky("status", "--json", **without).code == 0
    looked = desk.thuky("doctor", **without)
    assert looked.code == 1
    (told,) = [line for line in looked.out.splitlines() if "imap.password" in line]
    assert ("expected" in told) is (language == "en")


def test_servers_that_do_not_answer_are_one(desk: Desk) -> None:
    refused(desk.thuky("once"), 1, "127.0.0.1:1")
    said = desk.thuky("doctor", "--json")
    assert said.code == 1
    assert [e["name"] for e in said.json if e["ok"] is False] == ["Hộp thư đến (IMAP)", "Thư đi (SMTP)"]


@pytest.mark.parametrize(("language", "word"), [("vi", "thư mục dữ liệu"), ("en", "data folder")])
@pytest.mark.parametrize(
    "command", [("status", "--json"), ("once",), ("run",), ("extend", "stp", "--until", "2999-01-04", "--why", "x")]
)
def test_a_data_folder_that_cannot_be_used_is_one(
    desk: Desk, command: tuple[str, ...], language: str, word: str
) -> None:
    said = desk.thuky(*command, THUKY_DATA_DIR="/dev/null/x", THUKY_LANGUAGE=language)
    refused(said, 1, word, "/dev/null/x", "data_dir")
    assert ("Not a directory" in said.err) is False


def make_foreign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE khác (x)")


def make_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")


@pytest.mark.parametrize(
    ("make", "vi", "en"),
    [
        (lambda f: f.write_text("xin chào"), "không phải là cơ sở dữ liệu", "not a database"),
        (lambda f: f.mkdir(), "đây là thư mục", "it is a folder"),
        (make_foreign, "chương trình khác", "another program"),
        (make_newer, "bản thuky mới hơn", "newer thuky"),
    ],
    ids=["text", "folder", "foreign", "newer"],
)
def test_a_database_that_is_none_is_one_and_is_left_alone(desk: Desk, tmp_path: Path, make, vi: str, en: str) -> None:
    file = tmp_path / "thuky.db"
    make(file)
    before = file.read_bytes() if file.is_file() else None
    for language, word in (("vi", vi), ("en", en)):
        extra = {"THUKY_DATABASE_URL": f"sqlite:///{file}", "THUKY_LANGUAGE": language}
        for command in (("mails", "--json"), ("status",), ("excuse", "stp", "--why", "x")):
            refused(desk.thuky(*command, **extra), 1, word, str(file))
        looked = desk.thuky("doctor", "--json", **extra)
        assert looked.code == 1
        assert any(word in entry["message"] for entry in looked.json)
    assert (file.read_bytes() if file.is_file() else None) == before


def test_a_database_address_of_another_kind(desk: Desk) -> None:
    said = desk.thuky("mails", THUKY_DATABASE_URL="postgresql://x/y")
    refused(said, said.code, "sqlite:///")
    assert said.code in (1, 2)


def test_time_travel_only_where_it_is_allowed(desk: Desk) -> None:
    refused(desk.thuky("once", "--at", "2023-03-03", THUKY_ALLOW_TIME_TRAVEL="false"), 2, "allow_time_travel")


def test_two_at_a_time_is_seventy_five(desk: Desk, tmp_path: Path) -> None:
    from bot.daemon import one_instance

    with one_instance(tmp_path / "data"):
        for command in ("once", "run"):
            said = desk.thuky(command, THUKY_DATA_DIR=str(tmp_path / "data"))
            refused(said, 75, str(os.getpid()), str(tmp_path / "data"))
        looked = desk.thuky("status", "--json", THUKY_DATA_DIR=str(tmp_path / "data"))
        assert looked.code == 0, "whoever only looks is not locked out"


def test_the_table_of_commands_is_what_the_modules_register() -> None:
    for module, names in cli.COMMANDS.items():
        assert set(cli.commands_of(module)) == set(names)


def test_a_slip_of_the_pen_is_told_the_nearest_command(desk: Desk) -> None:
    assert "'status'" in desk.thuky("statsu").err


def test_looking_loads_nothing_that_only_working_needs(desk: Desk) -> None:
    """What makes the command slow to start stays out: templates, mail, spreadsheets, migrations, the journal."""
    desk.thuky("status")
    code = (
        "import sys; sys.argv = ['thuky', 'status', '--json']\n"
        "from bot.cli import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "print(' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | desk.environ, capture_output=True, text=True
    )
    loaded = set(done.stderr.split())
    assert "bot.cli.looking" in loaded, done.stderr
    heavy = {"jinja2", "css_inline", "alembic", "aiosmtplib", "imap_tools", "openpyxl", "lxml", "docx", "structlog"}
    heavy |= {"holidays.countries", "bot.mail.compose", "bot.daemon", "bot.checks.catalogue", "rich.table"}
    assert loaded & heavy == set()


def test_a_closed_pipe_is_no_error(desk: Desk) -> None:
    command = f"{sys.executable} -m bot explain --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=os.environ | desk.environ, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == 0
