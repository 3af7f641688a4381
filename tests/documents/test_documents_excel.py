"""What is read from Excel files; each test shows the markup it is about."""

import io
from datetime import date, datetime

import document_files as files
import openpyxl
import pytest

from bot.documents.cellformat import Shape, from_serial, shape_of
from bot.documents.formula import parse_range, parse_reference, shift
from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import Cell, CellValue, FileKind, Merge, Sheet, Unreadable, UnreadableReason, Workbook

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="0.0%"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="20"/>'
    "</cellXfs>"
)
STRINGS = (
    "<si><t>Hộ tịch</t></si>"
    "<si><r><t>Ca\u0309i </t></r><r><rPr><b/></rPr><t>ca\u0301ch</t></r><rPh><t>no</t></rPh></si>"
    "<si><t>dòng_x000D_\nhai\u200b</t></si>"
)


def sheet(rows: str, **more: str) -> Sheet:
    document = read_document(files.xlsx(rows, **more), Limits())
    assert isinstance(document, Workbook), document
    return document.sheets[0]


def one(cell: str, **more: str) -> Cell | None:
    return sheet(f'<row r="1">{cell}</row>', styles=STYLES, strings=STRINGS, **more).cells.get((1, 1))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<v>120</v>", 120),
        ("<v>120.0</v>", 120),
        ("<v>12.5</v>", 12.5),
        ("<v>0.30000000000000004</v>", 0.3),
        ("<v>102.99999999999999</v>", 103),
        ("<v>1.5E3</v>", 1500),
        ("<v>-4</v>", -4),
        ("<v>1e300</v>", 1e300),
        ("<v>1e999</v>", "1e999"),
        ("<v>nan</v>", "nan"),
        ("<v>1_0</v>", "1_0"),
    ],
)
def test_numbers(cell: str, value: CellValue) -> None:
    found = one(f'<c r="A1">{cell}</c>')
    assert found == Cell(1, 1, value)
    assert type(found.value) is type(value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', "Hộ tịch"),
        ('<c r="A1" t="s"><v>1</v></c>', "Cải cách"),
        ('<c r="A1" t="s"><v>2</v></c>', "dòng\nhai"),
        ('<c r="A1" t="inlineStr"><is><t>2.544</t></is></c>', "2.544"),
        ('<c r="A1" t="inlineStr"><is><r><t>12,5</t></r><r><t> %</t></r></is></c>', "12,5 %"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="d"><v>2023-03-10</v></c>', date(2023, 3, 10)),
        ('<c r="A1" t="d"><v>2023-03-10T16:30:00</v></c>', datetime(2023, 3, 10, 16, 30)),
        ('<c r="A1" s="1"><v>44995</v></c>', date(2023, 3, 10)),
        ('<c r="A1" s="2"><v>44995.6875</v></c>', datetime(2023, 3, 10, 16, 30)),
        ('<c r="A1" s="4"><v>0.0104166666666667</v></c>', "0:15"),
        ('<c r="A1" s="1"><v>-5</v></c>', -5),
    ],
)
def test_other_values(cell: str, value: CellValue) -> None:
    found = one(cell)
    assert found == Cell(1, 1, value)
    assert type(found.value) is type(value)


def test_percentage_is_marked() -> None:
    assert one('<c r="A1" s="3"><v>0.125</v></c>') == Cell(1, 1, 0.125, percent=True)
    assert one('<c r="A1" s="3" t="inlineStr"><is><t>12,5%</t></is></c>') == Cell(1, 1, "12,5%")


def test_dates_since_1904() -> None:
    assert one('<c r="A1" s="1"><v>43533</v></c>', workbook='<workbookPr date1904="1"/>') == Cell(
        1, 1, date(2023, 3, 10)
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1"><f>B1+C1</f><v>7</v></c>', Cell(1, 1, 7, "=B1+C1")),
        ('<c r="A1"><f>MAX(B1:C1)</f></c>', Cell(1, 1, None, "=MAX(B1:C1)")),
        ('<c r="A1"><f>MAX(B1:C1)</f><v></v></c>', Cell(1, 1, None, "=MAX(B1:C1)")),
        ('<c r="A1"><f>B1+C1</f></c>', Cell(1, 1, 0, "=B1+C1")),
        ('<c r="A1" t="str"><f>B1&amp;""</f><v>ba</v></c>', Cell(1, 1, "ba", '=B1&""')),
        ('<c r="A1" t="str"><f>B1</f><v></v></c>', Cell(1, 1, "", "=B1")),
        ('<c r="A1" t="e"><f>#REF!+1</f><v>#REF!</v></c>', Cell(1, 1, None, "=#REF!+1", "#REF!")),
        ('<c r="A1" t="e"><v>#N/A</v></c>', Cell(1, 1, None, None, "#N/A")),
    ],
)
def test_formulas_and_errors(cell: str, expected: Cell) -> None:
    assert one(cell) == expected


def test_shared_formula_is_moved_to_each_cell() -> None:
    rows = (
        '<row r="2"><c r="D2"><f t="shared" ref="D2:D3" si="0">A2+$B$1</f><v>1</v></c></row>'
        '<row r="3"><c r="D3"><f t="shared" si="0"/><v>2</v></c></row>'
    )
    cells = sheet(rows).cells
    assert [cells[2, 4].formula, cells[3, 4].formula] == ["=A2+$B$1", "=A3+$B$1"]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" s="1"/>',
        '<c r="A1"><v/></c>',
        '<c r="A1" t="inlineStr"><is><t>  </t></is></c>',
        '<c r="A1" t="s"><v></v></c>',
    ],
)
def test_blank_cells_are_left_out(cell: str) -> None:
    assert one(cell) is None


def test_cells_and_rows_without_references_follow_the_last_ones() -> None:
    rows = (
        '<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c r="C3" s="1"/><c><v>3</v></c></row>'
        '<row r="9"><c r="B9"><v>4</v></c><c><v>5</v></c></row>'
    )
    places = {place: cell.value for place, cell in sheet(rows).cells.items()}
    assert places == {(1, 1): 1, (1, 2): 2, (3, 4): 3, (9, 2): 4, (9, 3): 5}


def test_merges() -> None:
    after = '<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="$B$2:B3"/><mergeCell ref="C5:C1048576"/></mergeCells>'
    assert sheet("", after=after).merges == (Merge(1, 1, 1, 4), Merge(2, 2, 3, 2), Merge(5, 3, 50_000, 3))


def test_strict_files_and_parts_by_absolute_path() -> None:
    parts = files.xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>', namespace=files.STRICT_S)
    parts["xl/_rels/workbook.xml.rels"] = files.relationships(r1="worksheet:/XL/Worksheets/Sheet1.xml")
    document = read_document(files.package(parts), Limits())
    assert document == Workbook((Sheet("Biểu", {(1, 1): Cell(1, 1, 1)}),))


def test_no_cell_at_all_is_an_empty_workbook() -> None:
    assert read_document(files.xlsx(), Limits()) == Workbook((Sheet("Biểu"),))


@pytest.mark.parametrize(
    ("rows", "more", "reason"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', {}, UnreadableReason.TOO_BIG),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', {}, UnreadableReason.CORRUPT),
        ('<row r="1"><c r="A1048577"><v>1</v></c></row>', {}, UnreadableReason.CORRUPT),
        ('<row r="1"><c r="A0"><v>1</v></c></row>', {}, UnreadableReason.CORRUPT),
        ('<row r="abc"><c><v>1</v></c></row>', {}, UnreadableReason.CORRUPT),
        ('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', {}, UnreadableReason.CORRUPT),
        ("", {"after": '<mergeCells><mergeCell ref="A1:ZZZZ9"/></mergeCells>'}, UnreadableReason.CORRUPT),
        ("", {"after": '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'}, UnreadableReason.TOO_BIG),
        ("<row>", {}, UnreadableReason.CORRUPT),
    ],
)
def test_refused(rows: str, more: dict[str, str], reason: UnreadableReason) -> None:
    document = read_document(files.xlsx(rows, **more), Limits())
    assert isinstance(document, Unreadable)
    assert (document.reason, document.kind) == (reason, FileKind.XLSX)


def test_a_formatted_but_empty_last_cell_does_no_harm() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert list(sheet(rows, after='<dimension ref="A1:XFD1048576"/>').cells) == [(1, 1)]


@pytest.mark.parametrize("limits", [Limits(max_cells=3), Limits(max_text_chars=10), Limits(max_row=1)])
def test_limits_refuse_instead_of_cutting(limits: Limits) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>bốn chữ</t></is></c></row>' for n in range(1, 5))
    document = read_document(files.xlsx(rows), limits)
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.TOO_BIG


def test_one_shared_string_cannot_be_multiplied_past_the_limit() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 101))
    payload = files.xlsx(rows, strings=f"<si><t>{'a' * 30_000}</t></si>")
    document = read_document(payload, Limits(max_text_chars=1_000_000))
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.TOO_BIG


@pytest.mark.parametrize(
    ("format_id", "code", "shape"),
    [
        (0, None, Shape.NUMBER),
        (14, None, Shape.DATE),
        (22, None, Shape.DATE),
        (20, None, Shape.TIME),
        (9, None, Shape.PERCENT),
        (164, "General", Shape.NUMBER),
        (164, '#,##0 "đồng mỗi ngày"', Shape.NUMBER),
        (164, "[Red]#,##0", Shape.NUMBER),
        (164, "[$-42A]dd mmmm yyyy", Shape.DATE),
        (164, "mmm", Shape.DATE),
        (164, "[h]:mm", Shape.TIME),
        (164, "mm:ss", Shape.SECONDS),
        (21, None, Shape.SECONDS),
        (46, None, Shape.SECONDS),
        (164, "[h]:mm:ss", Shape.SECONDS),
        (164, "0.00%", Shape.PERCENT),
        (164, '0"%"', Shape.NUMBER),
        (164, "0\\d", Shape.NUMBER),
        (164, "_-* #,##0_d", Shape.NUMBER),
        (14, "0.00", Shape.NUMBER),
    ],
)
def test_shape_of_number_formats(format_id: int, code: str | None, shape: Shape) -> None:
    assert shape_of(format_id, code) is shape


@pytest.mark.parametrize(
    ("serial", "shape", "since_1904", "value"),
    [
        (1, Shape.DATE, False, date(1900, 1, 1)),
        (59, Shape.DATE, False, date(1900, 2, 28)),
        (61, Shape.DATE, False, date(1900, 3, 1)),
        (0, Shape.DATE, True, date(1904, 1, 1)),
        (2_958_465, Shape.DATE, False, date(9999, 12, 31)),
        (2_958_466, Shape.DATE, False, None),
        (2_958_465, Shape.DATE, True, None),
        (-1, Shape.DATE, False, None),
        (44995.999999999, Shape.DATE, False, date(2023, 3, 11)),
        (0.3125, Shape.TIME, False, "7:30"),
        (1.5, Shape.TIME, False, "36:00"),
        (0.0001, Shape.TIME, False, "0:00:09"),
        (5 / 1440, Shape.SECONDS, False, "0:05:00"),
        (0.0001, Shape.SECONDS, False, "0:00:09"),
    ],
)
def test_serial_dates(serial: float, shape: Shape, since_1904: bool, value: date | str | None) -> None:
    assert from_serial(serial, shape, since_1904=since_1904) == value


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+B2", "B3+C4"),
        ("$A1+A$1+$A$1", "$A3+B$1+$A$1"),
        ('SUM(A1:B2)&"A1"', 'SUM(B3:C4)&"A1"'),
        ("'A1'!A1+Sheet1!B1", "'A1'!B3+Sheet1!C3"),
        ("LOG10(A1)+SUM1A1", "LOG10(B3)+SUM1A1"),
        ("XFD1", "#REF!"),
    ],
)
def test_shift(formula: str, moved: str) -> None:
    assert shift(formula, 2, 1) == moved


def test_references() -> None:
    assert parse_reference("D14") == (14, 4)
    assert parse_reference("XFD1048576") == (1_048_576, 16_384)
    assert [parse_reference(text) for text in ("XFE1", "A0", "A", "1", "AAAA1", "A10485770")] == [None] * 6
    assert parse_range("C3:A1") == (1, 1, 3, 3)
    assert parse_range("B2") == (2, 2, 2, 2)


def saved(workbook: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_openpyxl_file() -> None:
    workbook = openpyxl.Workbook()
    first = workbook.active
    assert first is not None
    first.title = "Biểu II.06"
    first["A1"], first["B1"], first["C1"] = "Tổng", 120, date(2023, 3, 10)
    first["A2"] = "=B1*2"
    first.merge_cells("A3:C3")
    hidden, very_hidden = workbook.create_sheet("Ẩn"), workbook.create_sheet("Ẩn kỹ")
    hidden.sheet_state, very_hidden.sheet_state = "hidden", "veryHidden"
    workbook.create_chartsheet("Biểu đồ")
    document = read_document(saved(workbook), Limits())
    assert isinstance(document, Workbook)
    assert [(s.name, s.hidden) for s in document.sheets] == [("Biểu II.06", False), ("Ẩn", True), ("Ẩn kỹ", True)]
    assert document.sheets[0].merges == (Merge(3, 1, 3, 3),)
    assert list(document.sheets[0].cells.values()) == [
        Cell(1, 1, "Tổng"),
        Cell(1, 2, 120),
        Cell(1, 3, date(2023, 3, 10)),
        Cell(2, 1, 240, "=B1*2"),
    ]


EXPECTED = {
    (1, 1): Cell(1, 1, "Biểu tổng hợp"),
    (2, 1): Cell(2, 1, 120),
    (2, 2): Cell(2, 2, 12.5),
    (2, 3): Cell(2, 3, "2.544"),
    (2, 4): Cell(2, 4, date(2023, 3, 10)),
    (3, 1): Cell(3, 1, 132.5, "=A2+B2"),
    (3, 2): Cell(3, 2, None, "=1/0", "#DIV/0!"),
    (3, 3): Cell(3, 3, True, "=TRUE()"),
    (3, 4): Cell(3, 4, 0.125, percent=True),
    (4, 1): Cell(4, 1, 120, "=A2"),
    (4, 2): Cell(4, 2, datetime(2023, 3, 10, 16, 30)),
    (4, 3): Cell(4, 3, "0:15:00"),
    (4, 4): Cell(4, 4, None, "=#REF!", "#REF!"),
}


def test_libreoffice_file() -> None:
    document = read_document((files.FILES / "libreoffice.xlsx").read_bytes(), Limits())
    assert isinstance(document, Workbook)
    assert document.sheets[0].cells == EXPECTED
    assert document.sheets[1] == Sheet("Ẩn", {(2, 2): Cell(2, 2, "ẩn")}, (Merge(2, 2, 3, 3),), hidden=True)


def test_old_excel_file() -> None:
    """The same workbook as .xls; the text of formulas is not decoded there."""
    document = read_document((files.FILES / "libreoffice.xls").read_bytes(), Limits())
    assert isinstance(document, Workbook)
    expected = {
        place: Cell(c.row, c.column, c.value, "=" if c.formula else None, c.error, c.percent)
        for place, c in EXPECTED.items()
    }
    assert document.sheets[0].cells == expected
    assert document.sheets[0].merges == (Merge(1, 1, 1, 4),)
    assert document.sheets[1] == Sheet("Ẩn", {(2, 2): Cell(2, 2, "ẩn")}, (Merge(2, 2, 3, 3),), hidden=True)


def test_old_excel_file_with_a_far_cell_is_refused_before_it_is_laid_out() -> None:
    payload = bytearray((files.FILES / "libreoffice.xls").read_bytes())
    number = payload.index(b"\x03\x02\x0e\x00")  # a Number record: row and column follow
    payload[number + 4 : number + 8] = (
        b"\x3f\x9c\xff\x00"  # IV40000: within the limits for one cell, not for a sheet laid out
    )
    document = read_document(bytes(payload), Limits())
    assert isinstance(document, Unreadable)
    assert (document.reason, document.kind) == (UnreadableReason.TOO_BIG, FileKind.XLS)
