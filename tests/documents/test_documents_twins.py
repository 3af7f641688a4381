"""The same report in each format that an agency may save it in says the same: LibreOffice makes the twins."""

import io
import subprocess
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

import docx as python_docx
import openpyxl
import pytest
from lxml import etree
from openpyxl.comments import Comment

from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import Cell, Document, FileKind, FormTag, Paragraph, TextDocument, Workbook

pytestmark = pytest.mark.libreoffice

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TAG = FormTag("2023-q1", "tdm", "ii06", 1)


def workbook() -> bytes:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "Biểu II.06"
    sheet["A1"] = "UBND thành phố Thủ Dầu Một"
    sheet.merge_cells("A1:D1")
    sheet["A2"] = "Mã biểu: 2023-q1/tdm/ii06/v1"
    sheet.append(["TT", "Lĩnh vực", "Số", "Tỷ lệ"])
    for number in range(1, 11):
        sheet.append([number, f"Lĩnh vực {number}", number * 10, 0.125])
        sheet.cell(3 + number, 4).number_format = "0.0%"
    sheet["C14"] = "=SUM(C4:C13)"
    sheet["E4"], sheet["E5"], sheet["E6"] = date(2023, 3, 10), datetime(2023, 3, 10, 16, 30), time(7, 5)
    sheet["E6"].number_format = "h:mm"
    sheet["E7"], sheet["F4"] = "1.234", "x"
    for row in (5, 6, 40):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["F"].hidden = True
    sheet["C4"].comment, sheet["C5"].comment = Comment("Thư ký: cần bằng 3", "Thư ký"), Comment("Xem lại", "Lan")
    hidden = made.create_sheet("Ẩn")
    hidden["B2"], hidden.sheet_state = "ẩn", "hidden"
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def narrative() -> bytes:
    made = python_docx.Document()
    made.add_paragraph("Mã biểu: 2023-q1/tdm/ii06/v1")
    made.add_heading("I. Công tác chỉ đạo", 1)
    made.add_paragraph("Đã ban hành ").add_run("kế hoạch").bold = True
    made.add_heading("Kết quả", 2)
    for style, words in (("List Number", "Một"), ("List Number", "Hai"), ("List Number 2", "a"), ("List Bullet", "-")):
        made.add_paragraph(words, style=style)
    table = made.add_table(3, 3)
    for row in range(3):
        for column in range(3):
            table.cell(row, column).text = f"{row}{column}"
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 2).merge(table.cell(2, 2))
    noted = made.add_paragraph("Có góp ý")
    made.add_comment(noted.runs, "Xem lại", author="Lan")
    made.add_comment(noted.runs, "cần nêu số liệu", author="Thư ký")
    changed = made.add_paragraph("Số: ")
    for inner in (
        "<w:ins {}><w:r><w:t>102</w:t></w:r></w:ins>",
        "<w:del {}><w:r><w:delText>98</w:delText></w:r></w:del>",
    ):
        names = f'xmlns:w="{W}" w:id="9{len(inner)}" w:author="Lan" w:date="2023-03-01T00:00:00Z"'
        changed._p.append(etree.fromstring(inner.format(names)))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Document]:
    """Each twin by what its name ends with."""
    folder = tmp_path_factory.mktemp("twins")
    (folder / "a.xlsx").write_bytes(workbook())
    (folder / "a.docx").write_bytes(narrative())
    for source, kind in (("a.xlsx", "ods"), ("a.xlsx", "xls"), ("a.docx", "odt")):
        home = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", "--headless", home, "--convert-to", kind, "--outdir", str(folder), str(folder / source)]
        subprocess.run(command, check=True, capture_output=True, timeout=90)
    return {path.suffix[1:]: read_document(path.read_bytes(), Limits()) for path in Path(folder).glob("a.*")}


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_workbook_says_the_same(saved: Mapping[str, Document], kind: str) -> None:
    plain, twin = saved["xlsx"], saved[kind]
    assert isinstance(plain, Workbook)
    assert isinstance(twin, Workbook), twin
    for one, other in zip(plain.sheets, twin.sheets, strict=True):
        assert (one.name, one.hidden, one.merges) == (other.name, other.hidden, other.merges)
        assert (one.hidden_rows, one.hidden_columns) == (other.hidden_rows, other.hidden_columns)
        assert facts(one.cells, whole=kind != "xls") == facts(other.cells, whole=kind != "xls")
    assert plain.sheets[0].hidden_rows == {5, 6}
    assert plain.sheets[0].hidden_columns == {6}
    assert plain.sheets[0].cells[14, 3].value == 550
    assert (twin.traits.kind, twin.traits.tag, twin.traits.macros) == (FileKind(kind), TAG, False)
    if kind != "xls":  # whose comments are not read
        assert twin.traits.comments == plain.traits.comments == ("Xem lại",)


def facts(cells: Mapping[tuple[int, int], Cell], *, whole: bool) -> dict[tuple[int, int], tuple[object, ...]]:
    """Formulas in words only where the format keeps them so."""
    return {
        place: (type(c.value), c.value, c.error, c.percent, c.formula if whole else c.formula is not None)
        for place, c in cells.items()
    }


def test_a_narrative_says_the_same(saved: Mapping[str, Document]) -> None:
    plain, twin = saved["docx"], saved["odt"]
    assert isinstance(plain, TextDocument)
    assert isinstance(twin, TextDocument), twin
    assert [without_place(p) for p in plain.paragraphs] == list(twin.paragraphs)
    assert plain.tables == twin.tables == ((("00\n01", "02"), ("10", "11", "12\n22"), ("20", "21", "")),)
    assert [p.number for p in twin.paragraphs if p.number] == ["1.", "2.", "1."]
    assert (twin.traits.kind, twin.traits.tag) == (FileKind.ODT, TAG)
    assert twin.traits.comments == plain.traits.comments == ("Xem lại",)
    assert set(twin.traits.revisions) == set(plain.traits.revisions) == {"102", "98"}


def without_place(paragraph: Paragraph) -> Paragraph:
    return Paragraph(paragraph.text, paragraph.level, paragraph.bold, paragraph.number, paragraph.table)
