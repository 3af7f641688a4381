"""Fonts by name, as the turning of old encodings into Unicode needs them."""

import io

import document_files as files
import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from bot.documents.fonts import font_names
from bot.documents.limits import Limits, Refused
from bot.documents.package import Package


def names(payload: bytes) -> frozenset[str]:
    return font_names(Package(payload, Limits()))


def test_fonts_of_a_text_are_those_of_its_runs_and_styles() -> None:
    body = files.p("a", run='<w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime" w:cs=""/>') + files.p("b")
    styles = '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme="minor" w:eastAsia=" VNI-Times "/></w:rPr>'
    styles += "</w:rPrDefault></w:docDefaults>"
    assert names(files.docx(body, styles)) == {".VnTime", "VNI-Times"}
    assert names(files.docx(files.p("a"))) == frozenset()


def test_fonts_of_a_workbook_are_those_of_its_cells_and_rich_texts() -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet["A1"], sheet["A1"].font = "B¸o c¸o", Font(name=".VnTimeH")
    sheet["A2"] = CellRichText("a", TextBlock(InlineFont(rFont="VNI-Times"), "b"))
    buffer = io.BytesIO()
    made.save(buffer)
    assert names(buffer.getvalue()) >= {".VnTimeH"}
    strings = '<si><r><rPr><rFont val="VNI-Times"/></rPr><t>a</t></r></si>'
    styles = '<fonts><font><name val="Times New Roman"/></font></fonts><cellStyles><cellStyle name="x"/></cellStyles>'
    assert names(files.xlsx(strings=strings, styles=styles)) == {"VNI-Times", "Times New Roman"}


def test_endless_names_are_refused() -> None:
    fonts = "".join(f'<w:rFonts w:ascii="F{number}"/>' for number in range(10_001))
    with pytest.raises(Refused):
        names(files.docx(f"<w:p><w:pPr><w:rPr>{fonts}</w:rPr></w:pPr></w:p>"))
    assert names(files.docx(files.p("a", run=f'<w:rFonts w:ascii="{"x" * 5_000}"/>'))) == {"x" * 100}
