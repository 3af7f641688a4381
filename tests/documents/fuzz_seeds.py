"""Valid files of every kind that the child reads or unpacks: what fuzzing starts from."""

from functools import cache
from pathlib import Path

import container_files as made
import document_files as files
import odf_files
import pdf_files
import xlsb_files
from rich_workbook import rich_workbook, with_parts

SAMPLES = Path(__file__).with_name("files")
_MACRO_SHEET = (
    '<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1">'
    '<f>EXEC("calc")</f></c></row></sheetData></xm:macrosheet>'
)
_VBA = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"


def _docx() -> bytes:
    table = "<w:tbl><w:tr>" + "".join(f"<w:tc>{files.p(word)}</w:tc>" for word in ("Nội dung", "Số liệu")) + "</w:tr>"
    inserted = '<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>thêm</w:t></w:r></w:ins></w:p>'
    field = '<w:p><w:fldSimple w:instr="DDEAUTO cmd x"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'
    body = files.p("I. KẾT QUẢ") + table + "</w:tbl>" + inserted + field
    return files.docx(body + files.p("Kính gửi: Sở Nội vụ", "<w:jc w:val='center'/>"))


def _with_macros(payload: bytes, part: str) -> bytes:
    folder, _, name = part.rpartition("/")
    relation = f'<Relationship Id="vba" Type="{_VBA}" Target="vbaProject.bin"/></Relationships>'
    rels = {f"{folder}/_rels/{name}.rels": (("</Relationships>", relation),)}
    return with_parts(payload, rels, {f"{folder}/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(200)})


def _with_macro_sheet() -> bytes:
    """A workbook whose second sheet is of XLM macros, with a name that starts them."""
    parts = files.xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    kind = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
    sheet = f'<Relationship Id="xlm" Type="{kind}" Target="macrosheets/sheet1.xml"/></Relationships>'
    names = '<definedNames><definedName name="_xlnm.Auto_Open" xlm="1">Macro1!$A$1</definedName></definedNames>'
    return with_parts(
        files.package(parts),
        {
            "xl/_rels/workbook.xml.rels": (("</Relationships>", sheet),),
            "xl/workbook.xml": (("</sheets>", f'<sheet name="Macro1" sheetId="9" r:id="xlm"/></sheets>{names}'),),
        },
        {"xl/macrosheets/sheet1.xml": _MACRO_SHEET},
    )


def _xlsb() -> bytes:
    cells = xlsb_files.sheet(
        xlsb_files.row(1), xlsb_files.cell(6, 1, xlsb_files.text("Hộ tịch")), xlsb_files.row(2, hidden=True),
        xlsb_files.cell(5, 2, bytes(8)), xlsb_files.cell(7, 3, bytes(4)), xlsb_files.merge(1, 1, 1, 3),
    )  # fmt: skip
    return files.package(xlsb_files.parts(cells, shared=xlsb_files.strings("Đất đai")))


@cache
def seeds() -> tuple[tuple[str, bytes, bool], ...]:
    """Kind, bytes, and whether it is a container."""
    inner = [("Biểu 06.xlsx", b"PK" + bytes(300)), ("thư mục/báo cáo.docx", b"noi dung " * 40)]
    word, book = (SAMPLES / "libreoffice.docx").read_bytes(), rich_workbook()
    cells = odf_files.row(odf_files.cell("Hộ tịch"), odf_files.number(12), odf_files.number(0.5))
    return (
        ("docx", _docx(), False),
        ("docx", word, False),
        ("docm", _with_macros(word, "word/document.xml"), False),
        ("xlsx", book, False),
        ("xlsx", (SAMPLES / "libreoffice.xlsx").read_bytes(), False),
        ("xlsm", _with_macros(book, "xl/workbook.xml"), False),
        ("xlsm", _with_macro_sheet(), False),
        ("xlsb", _xlsb(), False),
        ("xls", (SAMPLES / "libreoffice.xls").read_bytes(), False),
        ("ods", odf_files.ods(cells), False),
        ("ods", (SAMPLES / "libreoffice.ods").read_bytes(), False),
        ("odt", odf_files.odt(odf_files.p("I. KẾT QUẢ") + odf_files.p("Kính gửi")), False),
        ("pdf", pdf_files.pdf("CONG HOA XA HOI", "trang hai"), False),
        ("zip", made.zipped(inner), True),
        ("7z", made.seven_zip(inner), True),
        ("tar", made.seven_zip(inner, "gnutar", "gzip"), True),
        ("rar", made.rar5(inner), True),
        ("tnef", made.winmail(inner), True),
        ("msg", made.ole(made.message(inner)), True),
    )
