"""The agency's own workbook with its faults marked: what changes, what must not, and what other programs see."""

import io
import subprocess
import warnings
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from document_files import STRICT_S, content_types, package, relationships, xlsx, xlsx_parts
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from rich_workbook import OTHER, SHEET, parts_of, rich_workbook, with_parts

from bot.checks.places import cell_name
from bot.documents.annotate import annotate
from bot.documents.limits import DEFAULT_LIMITS, Refused
from bot.documents.reader import read_document
from bot.documents.xlsx_fill import COLOUR
from bot.domain.document import Mark, Workbook

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TYPES = "[Content_Types].xml"


def marked(payload: bytes, *marks: Mark) -> bytes:
    return annotate(payload, marks, DEFAULT_LIMITS)


def at(row: int, column: int, text: str = "Đề nghị kiểm tra lại. (X104)", sheet: str = SHEET) -> Mark:
    return Mark(text, sheet, row, column)


def opened(payload: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(payload))


def comments(payload: bytes, sheet: str | None = None) -> dict[str, tuple[str, str]]:
    book = opened(payload)
    rows = (book[sheet] if sheet else book.worksheets[0]).iter_rows()
    return {c.coordinate: (c.comment.author, c.comment.text) for row in rows for c in row if c.comment}


def yellow(payload: bytes) -> list[str]:
    rows = opened(payload).worksheets[0].iter_rows()
    return [c.coordinate for row in rows for c in row if c.fill.fgColor.rgb == COLOUR]


@pytest.fixture(scope="module")
def rich() -> bytes:
    return rich_workbook()


def test_a_marked_cell_is_yellow_and_says_what_is_wrong(rich: bytes) -> None:
    out = marked(rich, at(3, 3, "Đang là 7; cần là 9. (X201)"))
    assert comments(out)["C3"] == ("Thư ký", "Thư ký:\nĐang là 7; cần là 9. (X201)")
    assert yellow(out) == ["C3"]


def test_only_what_carries_the_marks_is_written_anew(rich: bytes) -> None:
    before, after = parts_of(rich), parts_of(marked(rich, at(3, 3), at(9, 9)))
    assert list(after) == list(before)  # the same parts in the same order, and none is new: the sheet had comments
    assert {name for name in before if after[name] != before[name]} == {
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/comments/comment1.xml",
        "xl/drawings/commentsDrawing1.vml",
    }


def test_a_sheet_without_comments_gets_its_parts_and_they_are_declared(rich: bytes) -> None:
    before, after = parts_of(rich), parts_of(marked(rich, at(1, 1, sheet=OTHER)))
    new = [name for name in after if name not in before]
    assert new == [
        "xl/comments1.xml",
        "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/drawings/vmlDrawing1.vml",
    ]
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"xl/worksheets/sheet2.xml", "xl/styles.xml", TYPES}
    assert b'PartName="/xl/comments1.xml"' in after[TYPES]
    assert after[TYPES].count(b'Extension="vml"') == 1
    assert b'Target="../comments1.xml"' in after["xl/worksheets/_rels/sheet2.xml.rels"]
    assert comments(marked(rich, at(1, 1, "Xem lại.", OTHER)), OTHER) == {"A1": ("Thư ký", "Thư ký:\nXem lại.")}


def test_entries_keep_order_date_and_compression() -> None:
    source = xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for at_, (name, content) in enumerate(source.items()):
            info = zipfile.ZipInfo(name, (2023, 3, 1 + at_, 8, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if at_ % 2 else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    out = marked(buffer.getvalue(), at(1, 1, sheet="Biểu"))
    with zipfile.ZipFile(buffer) as before, zipfile.ZipFile(io.BytesIO(out)) as after:
        old = [(i.filename, i.date_time, i.compress_type) for i in before.infolist()]
        assert [(i.filename, i.date_time, i.compress_type) for i in after.infolist()][: len(old)] == old


def test_the_sheet_differs_in_the_marked_cells_alone(rich: bytes) -> None:
    name = "xl/worksheets/sheet1.xml"
    before, after = (etree.fromstring(parts_of(p)[name]) for p in (rich, marked(rich, at(3, 3), at(4, 4))))
    for cell in after.iter(f"{S}c"):
        if cell.get("r") in ("C3", "D4"):
            original = next(c for c in before.iter(f"{S}c") if c.get("r") == cell.get("r"))
            cell.attrib.clear()
            for key, value in original.attrib.items():
                cell.set(key, value)
    assert etree.tostring(after, method="c14n") == etree.tostring(before, method="c14n")


def test_the_style_of_the_cell_stays_but_for_its_fill(rich: bytes) -> None:
    cell = opened(marked(rich, at(3, 3))).worksheets[0]["C3"]
    assert (cell.number_format, cell.font.name, cell.font.bold, cell.font.color.rgb) == (
        "#,##0.00",
        "Times New Roman",
        True,
        "00FF0000",
    )
    assert (cell.border.bottom.style, cell.protection.locked, cell.fill.fgColor.rgb) == ("thick", False, COLOUR)


def test_values_formulas_protection_and_rules_stay(rich: bytes) -> None:
    out = marked(rich, at(3, 4), at(4, 4))
    sheet = opened(out).worksheets[0]
    assert sheet["D3"].value == "=B3+C3"
    assert openpyxl.load_workbook(io.BytesIO(out), data_only=True).worksheets[0]["D3"].value == 12
    assert sheet.protection.sheet
    assert list(sheet.tables) == ["HoSo"]
    assert len(sheet.data_validations.dataValidation) == 1
    assert len(sheet.conditional_formatting) == 1
    read = read_document(out, DEFAULT_LIMITS), read_document(rich, DEFAULT_LIMITS)
    assert isinstance(read[0], Workbook)
    assert isinstance(read[1], Workbook)
    assert read[0].sheets == read[1].sheets


def test_a_comment_that_is_there_is_kept_and_ours_follows(rich: bytes) -> None:
    out = marked(rich, at(3, 2, "Đang là 5. (X104)"))
    assert comments(out)["B3"] == ("Văn thư", "Số của phòng Tư pháp\nThư ký:\nĐang là 5. (X104)")
    vml = parts_of(out)["xl/drawings/commentsDrawing1.vml"]
    assert vml.count(b'ObjectType="Note"') == 1  # it has its box


def test_marks_of_one_cell_become_one_comment_and_each_thing_is_said_once(rich: bytes) -> None:
    out = marked(rich, at(3, 3, "Một."), at(3, 3, "Hai."), at(3, 3, "Một."))
    assert comments(out)["C3"][1] == "Thư ký:\nMột.\n\nHai."


def test_a_mark_within_a_merged_range_goes_to_its_first_cell(rich: bytes) -> None:
    out = marked(rich, at(1, 3, "Tiêu đề."), at(1, 1, "Trên."))
    assert {k: v[1] for k, v in comments(out).items() if k != "B3"} == {"A1": "Thư ký:\nTiêu đề.\n\nTrên."}


def test_rows_and_cells_that_are_not_there_are_put_in_in_order(rich: bytes) -> None:
    out = marked(rich, at(9, 6), at(3, 26), at(3, 6), at(1, 30), at(7, 1))
    root = etree.fromstring(parts_of(out)["xl/worksheets/sheet1.xml"])
    rows = [int(row.get("r") or 0) for row in root.iter(f"{S}row")]
    assert rows == [1, 2, 3, 4, 7, 9]
    third = next(row for row in root.iter(f"{S}row") if row.get("r") == "3")
    assert [c.get("r") for c in third] == ["A3", "B3", "C3", "D3", "F3", "Z3"]
    sheet = opened(out).worksheets[0]
    assert sheet["F9"].number_format == "0.0"  # the column's own style, for a cell that had none
    assert sheet["F9"].fill.fgColor.rgb == COLOUR


def test_rows_and_cells_without_names_keep_their_places() -> None:
    source = xlsx("<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c r='C3'><v>3</v></c><c><v>4</v></c></row>")
    out = marked(source, at(2, 2, sheet="Biểu"), at(3, 1, sheet="Biểu"))
    values = {c.coordinate: c.value for row in opened(out).worksheets[0].iter_rows() for c in row if c.value}
    assert values == {"A1": 1, "B1": 2, "C3": 3, "D3": 4}


@pytest.mark.parametrize("namespace", [STRICT_S, S.strip("{}")])
def test_both_flavours_of_the_format(namespace: str) -> None:
    source = xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>', namespace=namespace)
    strict = namespace == STRICT_S
    if strict:
        base = "http://purl.oclc.org/ooxml/officeDocument/relationships"
        for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"):
            text = str(source[name])
            source[name] = text.replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships", base)
    out = parts_of(marked(package(source), at(1, 1, sheet="Biểu")))
    assert etree.fromstring(out["xl/comments1.xml"]).tag == f"{{{namespace}}}comments"
    rels = out["xl/worksheets/_rels/sheet1.xml.rels"].decode()
    sheet = etree.fromstring(out["xl/worksheets/sheet1.xml"])
    assert ("purl.oclc.org" in rels) is strict
    assert [key for key in sheet[-1].attrib if ("purl.oclc.org" in str(key)) is strict]
    assert isinstance(read_document(package(dict(out)), DEFAULT_LIMITS), Workbook)


def test_the_legacy_drawing_stands_where_the_schema_wants_it() -> None:
    after = '<pageMargins left="1"/><drawing/><tableParts count="0"/><extLst/>'
    out = marked(xlsx('<row r="1"/>', after=after), at(1, 1, sheet="Biểu"))
    names = [etree.QName(e).localname for e in etree.fromstring(parts_of(out)["xl/worksheets/sheet1.xml"])]
    assert names == ["sheetData", "pageMargins", "drawing", "legacyDrawing", "tableParts", "extLst"]


def test_boxes_are_put_into_vml_that_is_no_xml() -> None:
    source = xlsx_parts('<row r="1"/>', after='<legacyDrawing r:id="v"/>')
    source["xl/worksheets/sheet1.xml"] = str(source["xl/worksheets/sheet1.xml"]).replace(
        "<worksheet ", '<worksheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    )
    source["xl/worksheets/_rels/sheet1.xml.rels"] = relationships(v="vmlDrawing:../drawings/vml.vml")
    source["xl/drawings/vml.vml"] = '<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape id="_x0000_s3001"><br></xml>'
    out = parts_of(marked(package(source), at(1, 1, sheet="Biểu")))
    vml = out["xl/drawings/vml.vml"].decode()
    assert vml.startswith('<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape id="_x0000_s3001"><br>')
    assert 'id="_x0000_s3002"' in vml
    assert "<x:Row>0</x:Row><x:Column>0</x:Column>" in vml


def test_a_cell_with_a_thread_turns_yellow_and_its_neighbour_speaks(rich: bytes) -> None:
    thread = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="B4" id="{1}"><text>?</text></threadedComment></ThreadedComments>'
    )
    relation = (
        '<Relationship Id="t1" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
        'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    source = with_parts(
        rich,
        {"xl/worksheets/_rels/sheet1.xml.rels": (("</Relationships>", relation),)},
        {"xl/threadedComments/threadedComment1.xml": thread},
    )
    out = marked(source, at(4, 2, "Đang là 1."))
    assert yellow(out) == ["B4"]
    assert comments(out)["C4"][1] == "Thư ký:\nB4: Đang là 1."
    assert "B4" not in comments(out)
    assert parts_of(out)["xl/threadedComments/threadedComment1.xml"] == thread.encode()


def test_a_file_that_went_to_and_fro_carries_only_what_is_wrong_now(rich: bytes) -> None:
    first = marked(rich, at(3, 2, "Cũ."), at(3, 3, "Cũ."), at(9, 9, "Cũ."), at(1, 1, "Cũ.", OTHER))
    second = marked(first, at(4, 3, "Mới."))
    assert comments(second) == {
        "B3": ("Văn thư", "Số của phòng Tư pháp"),
        "C4": ("Thư ký", "Thư ký:\nMới."),
    }
    assert yellow(second) == ["C4"]
    assert comments(second, OTHER) == {}
    vml = parts_of(second)["xl/drawings/commentsDrawing1.vml"]
    assert vml.count(b'ObjectType="Note"') == 2
    cell = opened(second).worksheets[0]["C3"]
    assert (cell.number_format, cell.fill.fill_type) == ("#,##0.00", None)


def test_what_we_say_holds_no_more_than_xml_can(rich: bytes) -> None:
    out = marked(rich, at(3, 3, "a\x00b\x0bc<&>\ud800" + "d" * 9_000))
    text = comments(out)["C3"][1]
    assert text.startswith("Thư ký:\nabc<&>ddd")
    assert text.endswith("…")
    assert len(text) < 4_100


def test_the_same_marks_give_the_same_bytes(rich: bytes) -> None:
    assert marked(rich, at(3, 3), at(9, 9)) == marked(rich, at(3, 3), at(9, 9))


def test_nothing_to_mark_is_said(rich: bytes) -> None:
    for marks in ((), (at(3, 3, sheet="Không có trang này"),), (at(0, 3),), (at(3, 16_385),), (at(1_048_577, 1),)):
        with pytest.raises(Refused, match="no mark"):
            marked(rich, *marks)
    with pytest.raises(Refused):
        marked(b"%PDF-1.7 ...", at(1, 1))
    with pytest.raises(Refused):
        marked(rich[: len(rich) // 2], at(1, 1))


def test_a_sheet_is_found_by_its_name_and_without_one_the_first_is_meant(rich: bytes) -> None:
    assert comments(marked(rich, at(2, 2, "Xem.", OTHER)), OTHER) == {"B2": ("Thư ký", "Thư ký:\nXem.")}
    assert comments(marked(rich, Mark("Xem.", row=2, column=2)))["B2"] == ("Thư ký", "Thư ký:\nXem.")


def test_a_workbook_without_styles_gets_the_least() -> None:
    parts = xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    del parts["xl/styles.xml"]
    parts["xl/_rels/workbook.xml.rels"] = relationships(r1="worksheet:worksheets/sheet1.xml")
    out = marked(package(parts), at(1, 1, sheet="Biểu"))
    assert yellow(out) == ["A1"]


def test_an_entity_is_no_way_in() -> None:
    parts = xlsx_parts('<row r="1"/>')
    parts["xl/worksheets/sheet1.xml"] = '<!DOCTYPE x [<!ENTITY e "f">]>' + str(parts["xl/worksheets/sheet1.xml"])
    with pytest.raises(Refused, match="DOCTYPE"):
        marked(package(parts), at(1, 1, sheet="Biểu"))


def test_a_template_becomes_a_workbook() -> None:
    parts = xlsx_parts('<row r="1"/>')
    template = "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml"
    parts[TYPES] = content_types("xl/workbook.xml", template)
    out = parts_of(marked(package(parts), at(1, 1, sheet="Biểu")))
    assert b"spreadsheetml.sheet.main+xml" in out[TYPES]


@settings(max_examples=12, deadline=None)
@given(places=st.sets(st.tuples(st.integers(1, 60), st.integers(1, 40)), min_size=1, max_size=12))
def test_wherever_the_marks_are_nothing_else_changes(places: set[tuple[int, int]]) -> None:
    source = rich_workbook_once()
    out = marked(source, *(at(row, column, f"{row}:{column}") for row, column in sorted(places)))
    before, after = read_document(source, DEFAULT_LIMITS), read_document(out, DEFAULT_LIMITS)
    assert isinstance(before, Workbook)
    assert isinstance(after, Workbook)
    assert (after.sheets, after.traits) == (before.sheets, before.traits)
    root = etree.fromstring(parts_of(out)["xl/worksheets/sheet1.xml"])
    names = {c.get("r") or "": c.get("s") for c in root.iter(f"{S}c")}
    wanted = {(1, 1) if row == 1 and column <= 4 else (row, column) for row, column in places}
    said = {c.get("ref") for c in etree.fromstring(parts_of(out)["xl/comments/comment1.xml"]).iter(f"{S}comment")}
    assert said == {cell_name(row, column) for row, column in wanted} | {"B3"}
    assert all(names[cell_name(row, column)] for row, column in wanted)
    again = marked(out, at(2, 1))
    assert comments(again).keys() == {"B3", "A2"}


@cache
def rich_workbook_once() -> bytes:
    return rich_workbook()


@pytest.mark.libreoffice
def test_libreoffice_opens_it_and_keeps_the_marks(rich: bytes, tmp_path: Path) -> None:
    source = tmp_path / "marked.xlsx"
    source.write_bytes(marked(rich, at(3, 3, "Đang là 7. (X201)"), at(9, 9, "Thiếu. (X102)"), at(1, 1, "Xem.", OTHER)))
    for suffix in ("pdf", "xlsx"):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix,
             "--outdir", str(tmp_path / "out"), str(source)],
            check=True, capture_output=True, timeout=90,
        )  # fmt: skip
    assert (tmp_path / "out" / "marked.pdf").read_bytes().startswith(b"%PDF")
    saved = (tmp_path / "out" / "marked.xlsx").read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert {k: v[1] for k, v in comments(saved).items()} == {
            "B3": "Số của phòng Tư pháp",
            "C3": "Thư ký:\nĐang là 7. (X201)",
            "I9": "Thư ký:\nThiếu. (X102)",
        }
        assert yellow(saved) == ["C3", "I9"]
        again = marked(saved, at(4, 3, "Mới."))  # LibreOffice has lost the authors
        assert {k: v[1] for k, v in comments(again).items() if "Thư ký" in v[1]} == {"C4": "Thư ký:\nMới."}
        assert yellow(again) == ["C4"]
