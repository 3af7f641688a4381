"""The tracker: one row an obligation, real dates, no formula and no link but ours, quick for thousands."""

import re
import subprocess
import time
import tomllib
import zipfile
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bot.documents.converter import find_libreoffice
from bot.documents.tracker import HEAD_ROW, Tracker, TrackerRow, make_tracker, tracker_name
from bot.documents.tracker_words import COLUMNS, STATUSES, TrackerWords, TrackerWordsError
from bot.domain.round import ObligationStatus

TEMPLATES = Path(__file__).parents[2] / "mail_templates"
UTF8 = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"  # commas, UTF-8, as shown
VN = ZoneInfo("Asia/Ho_Chi_Minh")
WORDS = TrackerWords.load(TEMPLATES / "vi")
ROW = TrackerRow(
    group="Sở, ban, ngành",
    code="stp",
    agency="Sở Tư pháp",
    form="Báo cáo Word",
    status="fulfilled_late",
    deadline=datetime(2023, 3, 10, tzinfo=VN),
    first_received=datetime(2023, 3, 8, 14, 5, tzinfo=VN),
    first_valid=datetime(2023, 3, 10, 9, 30, tzinfo=VN),
    late=True,
    version=2,
    findings=0,
    nudges=2,
    last_nudge=datetime(2023, 3, 6, 8, tzinfo=VN),
    delivered=True,
    contact="stp@binhduong.example",
    reason="đường truyền hỏng",
    path="reports/2023-q1/stp/narrative/v2/Báo cáo & (ký).docx",
)
BARE = TrackerRow(
    "UBND cấp huyện", "bb", "UBND huyện Bàu Bàng", "Biểu II.06", "open", datetime(2023, 3, 9, 16, 30, tzinfo=VN)
)


def tracker(*rows: TrackerRow) -> Tracker:
    return Tracker("quý I/2023", "8 giờ 00 ngày 09/3/2023", datetime(2023, 3, 9, 8, tzinfo=VN), rows)


def book_of(*rows: TrackerRow):
    return load_workbook(BytesIO(make_tracker(tracker(*rows), WORDS)))


def cells_of(row: TrackerRow):
    sheet = book_of(row).worksheets[0]
    return dict(zip(COLUMNS, sheet[HEAD_ROW + 1], strict=True))


def test_a_row_holds_what_is_known_as_excel_has_it() -> None:
    cells = cells_of(ROW)
    assert {name: cell.value for name, cell in cells.items()} == {
        "group": "Sở, ban, ngành",
        "code": "stp",
        "agency": "Sở Tư pháp",
        "form": "Báo cáo Word",
        "status": "✓ Đạt, sau hạn",
        "deadline": datetime(2023, 3, 9),
        "first_received": datetime(2023, 3, 8, 14, 5),
        "first_valid": datetime(2023, 3, 10, 9, 30),
        "late": "có",
        "version": 2,
        "findings": None,
        "nudges": 2,
        "last_nudge": datetime(2023, 3, 6, 8),
        "delivered": "có",
        "contact": "stp@binhduong.example",
        "reason": "đường truyền hỏng",
        "file": "Mở tệp",
        "path": ROW.path,
    }
    assert unquote(cells["file"].hyperlink.target) == ROW.path
    assert cells_of(BARE)["deadline"].value == datetime(2023, 3, 9, 16, 30)
    assert cells_of(BARE)["file"].hyperlink is None
    assert cells_of(BARE)["delivered"].value is None
    assert cells_of(replace(BARE, delivered=False))["delivered"].value == "không"


def test_a_program_that_cuts_seconds_off_shows_the_minute_of_the_mails() -> None:
    rows = [replace(ROW, first_received=datetime(2023, 3, 8, at // 60, at % 60, tzinfo=VN)) for at in range(24 * 60)]
    with zipfile.ZipFile(BytesIO(make_tracker(tracker(*rows), WORDS))) as book:
        part = book.read("xl/worksheets/sheet1.xml").decode()
    column = COLUMNS.index("first_received")
    stored = [re.findall(r"<c [^>]*?(?:/>|>.*?</c>)", row)[column] for row in re.findall(r"<row.*?</row>", part)[3:]]
    days = [Fraction(re.findall(r"<v>([\d.]+)</v>", cell)[0]) for cell in stored]
    assert [int(day % 1 * 24 * 60) for day in days] == list(range(24 * 60))


def test_every_status_has_a_sign_words_and_its_own_colour() -> None:
    assert set(STATUSES) == {s.value for s in ObligationStatus} | {"undelivered"}
    cells = [cells_of(replace(ROW, status=status))["status"] for status in STATUSES]
    assert len({c.value for c in cells}) == len({c.fill.fgColor.rgb for c in cells}) == len(STATUSES)
    assert all(re.match(r"[✓!…○–×] \w", c.value) for c in cells)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\n=", "'"])
def test_nothing_from_senders_is_a_formula_or_a_link(start: str) -> None:
    evil = f'{start}HYPERLINK("https://x.example";"bấm")'
    cells = cells_of(replace(ROW, agency=evil, reason=evil, contact=evil, path=""))
    for name in ("agency", "reason", "contact"):
        assert cells[name].data_type == "s"
        assert cells[name].value == evil
        assert cells[name].quotePrefix
        assert cells[name].hyperlink is None
    with zipfile.ZipFile(BytesIO(make_tracker(tracker(replace(ROW, group=evil, path="")), WORDS))) as package:
        assert not [n for n in package.namelist() if b"<f>" in package.read(n)]
        assert not any("_rels/sheet" in name for name in package.namelist())


def test_what_xml_and_excel_cannot_hold_is_left_out() -> None:
    cells = cells_of(replace(ROW, reason="a\x00b\x0b\ud800<&>" + "x" * 40_000))
    assert cells["reason"].value.startswith("ab<&>xxx")
    assert len(cells["reason"].value) == 1_000


def test_links_stay_in_the_data_folder_whatever_a_file_is_called() -> None:
    path = "reports/2023-q1/stp/narrative/v1/a#b?c%20\"d' <x>.docx"
    target = cells_of(replace(ROW, path=path))["file"].hyperlink.target
    assert unquote(target) == path
    assert not set("#?\" '<>") & set(target)


def test_filter_head_and_print_setup() -> None:
    sheet, totals = book_of(ROW, BARE).worksheets
    assert (sheet.title, totals.title) == ("Theo dõi", "Tổng hợp")
    assert sheet.auto_filter.ref == f"A{HEAD_ROW}:R{HEAD_ROW + 2}"
    assert sheet.freeze_panes == f"D{HEAD_ROW + 1}"
    assert sheet.print_title_rows == f"${HEAD_ROW}:${HEAD_ROW}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert [c.value for c in sheet[HEAD_ROW]] == [WORDS.say(f"column.{c}") for c in COLUMNS]
    assert sheet["A1"].value == "Theo dõi báo cáo quý I/2023"


def test_totals_by_group_and_by_form() -> None:
    totals = book_of(ROW, ROW, BARE).worksheets[1]
    table = [[c.value for c in row][:5] for row in totals.iter_rows()]
    assert table[1:4] == [["Sở, ban, ngành", 2, 0, 2, 0], ["UBND cấp huyện", 1, 0, 0, 0], ["Tổng số", 3, 0, 2, 0]]
    assert table[6:9] == [["Báo cáo Word", 2, 0, 2, 0], ["Biểu II.06", 1, 0, 0, 0], ["Tổng số", 3, 0, 2, 0]]


def test_nobody_at_all_is_an_empty_table() -> None:
    assert book_of().worksheets[0].max_row == HEAD_ROW


def test_thousands_of_agencies_take_about_a_second_and_the_same_bytes_come_again() -> None:
    rows = [replace(ROW, code=f"a{n}", agency=f"UBND xã số {n}", path=f"{ROW.path}{n}") for n in range(15_600)]
    begun = time.perf_counter()
    made = make_tracker(tracker(*rows), WORDS)
    assert time.perf_counter() - begun < 5  # some 0.6 s on a quiet machine
    assert len(made) < 2_000_000
    assert make_tracker(tracker(*rows[:50]), WORDS) == make_tracker(tracker(*rows[:50]), WORDS)


def test_the_name_fits_every_file_system() -> None:
    assert tracker_name("quý I/2023", "09/3/2023", WORDS) == "Theo dõi báo cáo quý I-2023, 09-3-2023.xlsx"


def test_words_are_the_same_in_every_language_and_a_missing_one_is_named(tmp_path: Path) -> None:
    keys = [
        {f"{s}.{k}" for s, words in tomllib.loads(p.read_text("utf-8")).items() for k in words}
        for p in TEMPLATES.glob("*/tracker.toml")
    ]
    assert len(keys) == 2
    assert keys[0] == keys[1] == set(WORDS.texts)
    (tmp_path / "tracker.toml").write_text('[head]\nfile = "x"\n', "utf-8")
    with pytest.raises(TrackerWordsError, match=r"tracker\.toml: column\.agency"):
        TrackerWords.load(tmp_path)
    (tmp_path / "tracker.toml").write_text("[head", "utf-8")
    with pytest.raises(TrackerWordsError, match="tracker"):
        TrackerWords.load(tmp_path)


@pytest.mark.libreoffice
def test_another_program_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(make_tracker(tracker(ROW, replace(BARE, reason="=1+1")), WORDS))
    program = find_libreoffice()
    assert program is not None
    how = ["--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", UTF8]
    subprocess.run([str(program), *how, "t.xlsx"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "t.csv").read_text("utf-8")
    assert "Sở Tư pháp" in text
    assert "09/03/2023 16:30" in text
    assert "=1+1" in text
