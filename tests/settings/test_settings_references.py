"""The office's own figures as an Excel workbook beside a round, and which round is the one before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from settings_folder import edit, good_folder

from bot.domain.round import Reference
from bot.settings import ConfigurationError, Settings, load

TABLE = """
[[references]]
form = "stats"
title = "Hệ thống một cửa"
file = "references/mot-cua.xlsx"
tolerance = 0.5
[references.columns]
"3" = "Tổng tiếp nhận"
rate = "Tỷ lệ đúng hạn"
"""
STATS = """
code = "stats"
title = "Thống kê"
short_title = "Thống kê"
kind = "table"

[table]
label_column = "name"

[[table.columns]]
key = "name"
headers = ["Lĩnh vực"]
required = true

[[table.columns]]
key = "3"
headers = ["Tổng số"]
type = "integer"
required = true

[[table.columns]]
key = "rate"
headers = ["Tỷ lệ"]
type = "percent"
"""
HEADINGS = ["STT", "Đơn vị", "Tổng tiếp nhận", "Tỷ lệ đúng hạn"]
ROWS: list[list[object]] = [
    [1, "Sở Tư pháp", "2.544", 0.985],
    [2, "TP. Thủ Dầu Một", 120, "97,5 %"],
    [3, "BB", 0, None],
    [None, "Tổng cộng", 2664, None],
]


def folder(
    tmp_path: Path,
    rows: Sequence[Sequence[object]] = ROWS,
    headings: Sequence[Sequence[object]] = (HEADINGS,),
    table: str = TABLE,
) -> Path:
    """The good configuration with a reference; two lines of title above the headings."""
    made = good_folder(tmp_path)
    (made / "forms" / "stats.toml").write_text(STATS, encoding="utf-8")
    edit(made / "rounds" / "2024-q1.toml", ('form = "items"\nagencies = ["tdm", "bb"]', _ASSIGNED + table))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Quý I"
    for row in ([["TỔNG HỢP HỒ SƠ"], []], headings, rows):
        for values in row:
            sheet.append(list(values))
    for cell in sheet["D"]:
        if isinstance(cell.value, float):
            cell.number_format = "0.0%"
    (made / "references").mkdir()
    book.save(made / "references" / "mot-cua.xlsx")
    return made


_ASSIGNED = 'form = "stats"\nagencies = ["stp", "tdm", "bb"]\n'


def references(settings: Settings) -> tuple[Reference, ...]:
    return settings.round("2024-q1").references


def faults(made: Path) -> list[tuple[str, str, str, str]]:
    with pytest.raises(ConfigurationError) as error:
        load(made, {})
    return [(Path(f.file).name, f.key, f.found, f.expected) for f in error.value.faults]


def test_figures_by_code_and_by_any_name(tmp_path: Path) -> None:
    settings = load(folder(tmp_path), {})
    (reference,) = references(settings)
    assert (reference.form, reference.title, reference.tolerance) == ("stats", "Hệ thống một cửa", Decimal("0.5"))
    assert reference.figures == {
        "stp": {"3": Decimal(2544), "rate": Decimal("98.5")},
        "tdm": {"3": Decimal(120), "rate": Decimal("97.5")},
        "bb": {"3": Decimal(0)},
    }
    assert settings.warnings == ()


def test_headings_in_two_rows(tmp_path: Path) -> None:
    above = ["STT", "Đơn vị", "Hồ sơ", None]
    beneath = [None, None, "TỔNG  tiếp nhận", "Tỷ lệ\nđúng hạn"]
    (reference,) = references(load(folder(tmp_path, headings=(above, beneath)), {}))
    assert reference.figures["stp"]["3"] == 2544


def test_unknown_agencies_and_agencies_without_figures_are_warnings(tmp_path: Path) -> None:
    rows = [*ROWS[:2], [4, "Sở Xây dựng", 7, None], [None, "Nguồn: phần mềm một cửa", None, None]]
    settings = load(folder(tmp_path, rows), {})
    assert [(Path(w.file).name, w.key) for w in settings.warnings] == [
        ("mot-cua.xlsx", "Quý I!B6"),
        ("mot-cua.xlsx", ""),
    ]
    assert "Sở Xây dựng" in settings.warnings[0].message
    assert "UBND huyện Bàu Bàng" in settings.warnings[1].message


@pytest.mark.parametrize(
    ("rows", "headings", "expected"),
    [
        (
            [*ROWS[:3], [4, "stp", 1, 1]],
            [HEADINGS],
            ("mot-cua.xlsx", "Quý I!B7", "stp, đã dùng ở Quý I!B4", "mỗi cơ quan một dòng"),
        ),
        (
            [[1, "Sở Tư pháp", "khoảng 20", None], *ROWS[1:]],
            [HEADINGS],
            ("mot-cua.xlsx", "Quý I!C4", '"khoảng 20"', "một số, viết như 2.544 hoặc 12,5; chưa có thì để trống"),
        ),
        (
            ROWS,
            [["STT", "Đơn vị", "Tiếp nhận", "Tỷ lệ đúng hạn"]],
            ("mot-cua.xlsx", "Quý I", "không có", "một cột có tiêu đề “Tổng tiếp nhận”"),
        ),
        (
            ROWS,
            [["Tổng tiếp nhận", "Đơn vị", "Tổng tiếp nhận", "Tỷ lệ đúng hạn"]],
            ("mot-cua.xlsx", "Quý I!C3", "“Tổng tiếp nhận”", "mỗi cột chỉ có một lần"),
        ),
        (
            ROWS,
            [["STT", "Tên", "Tổng tiếp nhận", "Tỷ lệ đúng hạn"]],
            ("mot-cua.xlsx", "", "Quý I", "“Đơn vị”"),
        ),
    ],
    ids=["agency twice", "no figure", "no column", "column twice", "no agency column"],
)
def test_what_is_wrong_in_the_workbook_is_told_with_sheet_and_cell(
    tmp_path: Path,
    rows: list[list[object]],
    headings: list[list[object]],
    expected: tuple[str, str, str, str],
) -> None:
    (fault,) = faults(folder(tmp_path, rows, headings))
    assert fault[:3] == expected[:3]
    assert expected[3] in fault[3]


def test_what_is_no_workbook(tmp_path: Path) -> None:
    made = folder(tmp_path)
    (made / "references" / "mot-cua.xlsx").write_bytes(b"PK\x03\x04 cut")
    ((file, key, _, expected),) = faults(made)
    assert (file, key) == ("mot-cua.xlsx", "")
    assert "tệp Excel" in expected


def a_round(made: Path, code: str, period: str, first: date, last: date, *, assigned: str, more: str = "") -> None:
    kind, ordinal, year = period.split()
    text = f"""
title = "{code}"
opens_at = {last.isoformat()}T08:00:00
{more}

[period]
kind = "{kind}"
ordinal = {ordinal}
year = {year}

[window]
first = {first.isoformat()}
last = {last.isoformat()}

[deadline]
printed = "trước ngày 30"
day = {last.replace(day=30).isoformat()}

[[assignments]]
{assigned}
"""
    (made / "rounds" / f"{code}.toml").write_text(text, encoding="utf-8")


ITEMS = 'form = "items"\nagencies = ["tdm"]'
Q3 = ("quarter 3 2023", date(2023, 6, 15), date(2023, 9, 14))
Q4 = ("quarter 4 2023", date(2023, 9, 15), date(2023, 12, 14))


def test_the_round_before_is_found_by_period_and_duties(tmp_path: Path) -> None:
    made = good_folder(tmp_path)
    a_round(made, "2023-q3", *Q3, assigned=ITEMS)
    a_round(made, "2023-q4", *Q4, assigned=ITEMS)
    a_round(made, "2023-q4-so", *Q4, assigned='form = "items"\nagency = "stp"')
    rounds = {r.code: r.previous for r in load(made, {}).rounds}
    assert rounds == {"2023-q3": "", "2023-q4": "2023-q3", "2023-q4-so": "", "2024-q1": "2023-q4"}


def test_the_file_s_own_word_comes_first(tmp_path: Path) -> None:
    made = good_folder(tmp_path)
    a_round(made, "2023-q3", *Q3, assigned=ITEMS)
    a_round(made, "2023-q4", *Q4, assigned=ITEMS)
    edit(made / "rounds" / "2024-q1.toml", ("opens_at", 'previous = "2023-q3"\nopens_at'))
    settings = load(made, {})
    assert settings.round("2024-q1").previous == "2023-q3"
    assert settings.warnings == ()


def test_a_previous_round_that_is_not_before_is_a_warning(tmp_path: Path) -> None:
    made = good_folder(tmp_path)
    a_round(made, "2023-q4", *Q4, assigned=ITEMS, more='previous = "2024-q1"')
    (warning,) = load(made, {}).warnings
    assert (Path(warning.file).name, warning.key) == ("2023-q4.toml", "previous")


def test_a_round_is_never_its_own_previous_one(tmp_path: Path) -> None:
    made = good_folder(tmp_path)
    edit(made / "rounds" / "2024-q1.toml", ("opens_at", 'previous = "2024-q1"\nopens_at'))
    ((file, key, found, _),) = faults(made)
    assert (file, key, found) == ("2024-q1.toml", "previous", '"2024-q1"')


def test_a_previous_round_whose_file_is_faulty_is_no_second_fault(tmp_path: Path) -> None:
    made = good_folder(tmp_path)
    a_round(made, "2023-q4", *Q4, assigned='form = "nothing"\nagency = "stp"')
    edit(made / "rounds" / "2024-q1.toml", ("opens_at", 'previous = "2023-q4"\nopens_at'))
    assert [(file, key) for file, key, _, _ in faults(made)] == [("2023-q4.toml", "assignments[0].form")]
