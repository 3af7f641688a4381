"""`thuky check` takes files as a mail's: out of containers, for what they say they are, and says what it went by."""

import gzip
import io
import json
import shutil
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from embedded_office import ROOT, ROUND, environment
from typer.testing import CliRunner

from bot import cli
from bot.cli import checking
from bot.demo import documents
from bot.settings.working_time import national_days
from bot.wiring import FixedClock

SHEET = documents.ii06("UBND thành phố Thủ Dầu Một", "Quý I/2023")


class Desk:
    """The command line on the sample office, with more rounds where they are asked for."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(ROOT / "config", folder / "config")
        self.config = folder / "config"
        self.environ = environment(folder, None) | {"THUKY_CONFIG": str(self.config), "COLUMNS": "200"}

    def thuky(self, *words: str | Path, **extra: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.app, [str(word) for word in words], env=self.environ | extra)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout

    def check(self, *words: str | Path) -> list[Any]:
        return json.loads(self.thuky("check", *words, "--json")[1])

    def add_round(self, closes: str = "") -> str:
        """The second quarter of 2023, open unless it closes."""
        text = (self.config / "rounds" / f"{ROUND}.toml").read_text("utf-8")
        for old, new in (
            (f'code = "{ROUND}"', 'code = "2023-q2"'),
            ("ordinal = 1", "ordinal = 2"),
            ("day = 2023-03-10", "day = 2023-06-20"),
            ("opens_at = 2023-03-02T08:00:00", f"opens_at = 2023-06-02T08:00:00\n{closes and f'closes_at = {closes}'}"),
            ("first = 2022-12-15", "first = 2023-03-15"),
            ("last = 2023-03-14", "last = 2023-06-14"),
        ):
            assert old in text, old
            text = text.replace(old, new)
        (self.config / "rounds" / "2023-q2.toml").write_text(text, "utf-8")
        return "2023-q2"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    national_days(2020, 2035)
    return Desk(tmp_path)


def codes(entry: Any) -> list[str]:
    return [finding["code"] for finding in entry["findings"]]


def zipped(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, payload in files.items():
            archive.writestr(name.replace("__", "."), payload)
    return held.getvalue()


def mailed(payload: bytes | None) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "tdm@binhduong.example", "Báo cáo"
    mail.set_content("Kính gửi báo cáo.")
    if payload is not None:
        mail.add_attachment(payload, maintype="application", subtype="octet-stream", filename="II.06.xlsx")
    return mail.as_bytes()


# ---- what a file says of itself ----------------------------------------------------------------------------


def test_a_form_s_own_tag_says_whose_it_is(desk: Desk, tmp_path: Path) -> None:
    desk.thuky("forms", "--out", tmp_path / "forms", "--agency", "stp")
    (file,) = (tmp_path / "forms" / "stp").glob("*.docx")
    (bare,), (named,) = (
        desk.check(file),
        desk.check(file, "--agency", "stp", "--round", ROUND, "--form", "narrative"),
    )
    assert (bare["agency"], bare["round"], bare["form"]) == ("stp", ROUND, "narrative")
    assert bare["taken_from"] == {"agency": "tag", "round": "tag", "form": "tag"}
    assert named["taken_from"] == {"agency": "option", "round": "option", "form": "option"}
    assert bare["findings"] == named["findings"]
    (of_another,) = desk.check(file, "--agency", "stc")
    assert (of_another["agency"], of_another["taken_from"]["agency"]) == ("stc", "option")
    assert "C102" in codes(of_another)
    shown = desk.thuky("check", file)[1]
    assert "cơ quan Sở Tư pháp (theo ký hiệu trong tệp) · đợt 2023-q1 (theo ký hiệu trong tệp)" in shown
    assert "nêu trong lệnh" in desk.thuky("check", file, "--agency", "stp")[1]


def test_without_agency_it_is_said_that_none_was_compared(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "II.06.xlsx"
    file.write_bytes(SHEET)
    (entry,) = desk.check(file)
    assert (entry["agency"], entry["taken_from"]["agency"]) == (None, None)
    assert "--agency" in desk.thuky("check", file)[1]
    assert "Chưa rõ" not in desk.thuky("check", file, "--agency", "tdm")[1]


# ---- which round ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("period", "expected"), [("Quý I/2023", []), ("Quý IV năm 2022", ["C101"])])
def test_the_only_round_is_meant(desk: Desk, tmp_path: Path, period: str, expected: list[str]) -> None:
    file = tmp_path / "II.06.xlsx"
    file.write_bytes(documents.ii06("UBND thành phố Thủ Dầu Một", period))
    (entry,) = desk.check(file, "--agency", "tdm")
    assert codes(entry) == expected
    assert (entry["round"], entry["taken_from"]["round"]) == (ROUND, "only")
    assert f"đợt {ROUND} (đợt duy nhất)" in desk.thuky("check", file)[1]


@pytest.mark.parametrize(
    ("closes", "period", "round_", "by", "expected"),
    [
        ("2023-07-01T00:00:00", "Quý I/2023", ROUND, "open", []),
        ("2023-07-01T00:00:00", "Quý II/2023", ROUND, "open", ["C101"]),
        ("", "Quý I/2023", ROUND, "period", []),
        ("", "Quý II/2023", "2023-q2", "period", []),
        ("", "Quý IV năm 2022", None, None, []),
    ],
)
def test_of_several_rounds(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    closes: str,
    period: str,
    round_: str | None,
    by: str | None,
    expected: list[str],
) -> None:
    desk.add_round(closes)
    monkeypatch.setattr(checking, "office_clock", lambda settings: FixedClock(datetime(2023, 9, 1, tzinfo=UTC)))
    file = tmp_path / "II.06.xlsx"
    file.write_bytes(documents.ii06("UBND thành phố Thủ Dầu Một", period))
    (entry,) = desk.check(file, "--agency", "tdm")
    assert (entry["round"], entry["taken_from"]["round"], codes(entry)) == (round_, by, expected)
    shown = desk.thuky("check", file, "--agency", "tdm")[1]
    assert ("Chưa rõ đợt báo cáo" in shown) is (round_ is None)
    if round_ is None:
        assert f"--round (một trong: {ROUND}, 2023-q2)" in shown


def test_a_round_that_has_not_begun_is_not_open(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_round()
    monkeypatch.setattr(checking, "office_clock", lambda settings: FixedClock(datetime(2023, 3, 3, tzinfo=UTC)))
    file = tmp_path / "II.06.xlsx"
    file.write_bytes(documents.ii06("UBND thành phố Thủ Dầu Một", "Quý II/2023"))
    (entry,) = desk.check(file, "--agency", "tdm")
    assert (entry["round"], codes(entry)) == (ROUND, ["C101"])


def test_a_tag_does_not_speak_against_the_file_s_own_period(desk: Desk, tmp_path: Path) -> None:
    """Last quarter's form, filled in again under this quarter's title."""
    import openpyxl

    newer = desk.add_round()
    desk.thuky("forms", "--out", tmp_path / "forms", "--agency", "tdm", "--round", ROUND)
    (file,) = (tmp_path / "forms" / "tdm").glob("*II.06*.xlsx")
    (entry,) = desk.check(file)
    assert (entry["round"], entry["taken_from"]["round"]) == (ROUND, "tag")
    book = openpyxl.load_workbook(file)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("quý I/2023", "quý II/2023").replace("Quý I/2023", "Quý II/2023")
    book.save(file)
    (entry,) = desk.check(file)
    assert (entry["agency"], entry["round"], entry["taken_from"]["round"]) == ("tdm", newer, "period")


# ---- containers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "payload", "inner"),
    [
        ("bc.zip", zipped(II06__xlsx=SHEET), "bc.zip/II06.xlsx"),
        ("thư.eml", mailed(SHEET), "thư.eml/II.06.xlsx"),
        ("II.06.xlsx.gz", gzip.compress(SHEET), "II.06.xlsx.gz/II.06.xlsx"),
        ("bc.zip", zipped(a__zip=zipped(II06__xlsx=SHEET)), "bc.zip/a.zip/II06.xlsx"),
        ("bc.zip", zipped(t__eml=mailed(SHEET)), "bc.zip/t.eml/II.06.xlsx"),
    ],
)
def test_what_lies_in_a_container_is_checked(desk: Desk, tmp_path: Path, name: str, payload: bytes, inner: str) -> None:
    file = tmp_path / name
    file.write_bytes(payload)
    for words in ((), ("--form", "ii06", "--agency", "tdm", "--round", ROUND)):
        (entry,) = desk.check(file, *words)
        assert (entry["file"], entry["form"], entry["verdict"]) == (str(tmp_path / inner), "ii06", "accepted")
    assert desk.thuky("check", file)[0] == 0


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("rỗng.zip", zipped(), "F110"),
        ("thư.eml", mailed(None), "M101"),
        ("hỏng.zip", zipped(II06__xlsx=SHEET)[:2000], "F101"),
    ],
)
def test_a_container_of_nothing_has_its_own_entry(
    desk: Desk, tmp_path: Path, name: str, payload: bytes, code: str
) -> None:
    file, right = tmp_path / name, tmp_path / "II.06.xlsx"
    file.write_bytes(payload)
    right.write_bytes(SHEET)
    first, second = desk.check(file, right)
    assert (first["file"], first["form"], first["verdict"], codes(first)) == (str(file), None, "correction", [code])
    assert (second["file"], second["verdict"]) == (str(right), "accepted")
    assert desk.thuky("check", file, right)[0] == 1


def test_beside_a_report_in_one_container_a_scan_is_nothing_to_mend(desk: Desk, tmp_path: Path) -> None:
    """As in a mail: the signed copy belongs to the report, and a picture of no form is no reason to send again."""
    import openpyxl

    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    file = tmp_path / "bc.zip"
    file.write_bytes(zipped(II06__xlsx=SHEET, ky__pdf=b"%PDF-1.4\n%%EOF\n", khac__xlsx=book.getvalue()))
    told = {Path(e["file"]).name: (e["form"], e["verdict"], codes(e)) for e in desk.check(file)}
    assert told == {
        "II06.xlsx": ("ii06", "accepted", []),
        "ky.pdf": (None, "accepted", []),
        "khac.xlsx": (None, "accepted_with_remarks", ["M102"]),
    }
    file.write_bytes(zipped(ky__pdf=b"%PDF-1.4\n%%EOF\n", khac__xlsx=book.getvalue()))
    assert {e["verdict"] for e in desk.check(file)} == {"correction"}
