"""A workbook with everything that an openpyxl round trip would lose or change, for the tests of the marks."""

import io
import zipfile
from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

SHEET = "Biểu II.06"
OTHER = "Giải trình & ghi chú"
_X14AC = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_SHAPE = (
    "<xdr:twoCellAnchor><xdr:from><xdr:col>7</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0"
    "</xdr:rowOff></xdr:from><xdr:to><xdr:col>9</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>4</xdr:row><xdr:rowOff>0"
    '</xdr:rowOff></xdr:to><xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="77" name="Dấu"/><xdr:cNvSpPr/>'
    "</xdr:nvSpPr>"
    '<xdr:spPr xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="9000" cy="9000"/></a:xfrm><a:prstGeom '
    'prst="ellipse"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>'
)
_SPARKLINES = (
    '<extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:sparklineGroups '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:sparklineGroup><x14:sparklines>'
    "<x14:sparkline><xm:f>'Biểu II.06'!B3:D3</xm:f><xm:sqref>F3</xm:sqref></x14:sparkline></x14:sparklines>"
    "</x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
)


def rich_workbook() -> bytes:
    """Two sheets. On the first: a merged title A1:D1, headers in row 2, figures in B3:D4 (B3 has the comment of a
    person, D3 and D4 formulas with values, C3 a number format, border and no lock), a chart, a shape, a table, a
    validation, a conditional format, a sparkline, a protected sheet, a style of column F.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet["A1"] = "Tình hình giải quyết hồ sơ"
    sheet.merge_cells("A1:D1")
    for column, text in enumerate(("Lĩnh vực", "Trực tuyến", "Trực tiếp", "Tổng số"), 1):
        sheet.cell(2, column, text)
    for row, (label, one, two) in enumerate((("Hộ tịch", 5, 7), ("Đất đai", 1, 2)), 3):
        sheet.cell(row, 1, label)
        sheet.cell(row, 2, one)
        sheet.cell(row, 3, two)
        sheet.cell(row, 4, f"=B{row}+C{row}")
    styled = sheet["C3"]
    styled.number_format, styled.font = "#,##0.00", Font(name="Times New Roman", bold=True, color="FF0000")
    styled.border, styled.protection = Border(bottom=Side("thick")), Protection(locked=False)
    sheet["B3"].comment = Comment("Số của phòng Tư pháp", "Văn thư")
    sheet.column_dimensions["F"].fill = PatternFill("solid", fgColor="DDEBF7")
    sheet.column_dimensions["F"].number_format = "0.0"
    sheet.protection.sheet = True
    validation = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
    validation.add("B3:C4")
    sheet.add_data_validation(validation)
    sheet.conditional_formatting.add("B3:C4", CellIsRule(operator="lessThan", formula=["0"], font=Font(color="FF0000")))
    sheet.add_table(Table(displayName="HoSo", ref="A2:D4"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "H8")
    other = book.create_sheet(OTHER)
    other["A1"] = "Không có"
    stream = io.BytesIO()
    book.save(stream)
    return with_parts(
        stream.getvalue(),
        {
            "xl/worksheets/sheet1.xml": (
                ("<worksheet ", f'<worksheet xmlns:mc="{_MC}" xmlns:x14ac="{_X14AC}" mc:Ignorable="x14ac" '),
                ('<row r="3"', '<row r="3" x14ac:dyDescent="0.25"'),
                ("<f>B3+C3</f><v></v>", "<f>B3+C3</f><v>12</v>"),
                ("<f>B3+C3</f><v />", "<f>B3+C3</f><v>12</v>"),
                ("<f>B4+C4</f><v></v>", "<f>B4+C4</f><v>3</v>"),
                ("<f>B4+C4</f><v />", "<f>B4+C4</f><v>3</v>"),
                ("</worksheet>", f"{_SPARKLINES}</worksheet>"),
            ),
            "xl/drawings/drawing1.xml": (("</wsDr>", _SHAPE.replace("xdr:", "") + "</wsDr>"),),
        },
    )


def with_parts(
    payload: bytes, changes: Mapping[str, tuple[tuple[str, str], ...]], new: Mapping[str, str | bytes] | None = None
) -> bytes:
    """The package with texts of parts replaced and parts added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            for old, text in changes.get(info.filename, ()):
                content = content.replace(old.encode(), text.encode())
            target.writestr(info, content)
        for name, added in (new or {}).items():
            target.writestr(name, added)
    return buffer.getvalue()


def parts_of(payload: bytes) -> dict[str, bytes]:
    """Every part of a package by its name, in the order of the zip."""
    with zipfile.ZipFile(io.BytesIO(payload)) as package:
        return {name: package.read(name) for name in package.namelist()}
