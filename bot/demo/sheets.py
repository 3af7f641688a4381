"""The look of sample workbooks: fonts, borders, merged headers, page. One small function a piece."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

FONT = "Times New Roman"
_THIN = Side(style="thin")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


def new_sheet(name: str, widths: Sequence[int]) -> tuple[Workbook, Worksheet]:
    """A workbook with one sheet of that name: A4 across, columns of these widths."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return book, sheet


def put_title(
    sheet: Worksheet, row: int, width: int, text: str, *, bold: bool = False, italic: bool = False, size: int = 12
) -> None:
    """A title line, merged over `width` columns."""
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    cell = sheet.cell(row, 1, text)
    cell.font, cell.alignment = Font(name=FONT, size=size, bold=bold, italic=italic), _CENTRE


def put_header(sheet: Worksheet, row: int, column: int, text: str, *, bold: bool = True) -> None:
    """One header cell."""
    cell = sheet.cell(row, column, text)
    cell.font, cell.alignment, cell.border = Font(name=FONT, size=11, bold=bold), _CENTRE, _BORDER


def put_merged_header(sheet: Worksheet, area: str, text: str) -> None:
    """One header cell over an area such as `C7:F7`."""
    for line in sheet[area]:
        for cell in line:
            cell.border = _BORDER
    first = sheet[area.split(":")[0]]
    put_header(sheet, first.row, first.column, text)
    sheet.merge_cells(area)


def put_row(sheet: Worksheet, row: int, values: Sequence[Any], *, bold: bool = False) -> None:
    """One line of the table, bordered; None leaves a cell blank."""
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        cell.value = value
        cell.font, cell.border = Font(name=FONT, size=12, bold=bold), _BORDER
        cell.alignment = _LEFT if column == 2 else _CENTRE
        if isinstance(value, date):
            cell.number_format = "dd/mm/yyyy"
        elif isinstance(value, int):
            cell.number_format = "#,##0"


def put_signatures(sheet: Worksheet, row: int, width: int) -> None:
    """The signature line that ends a table."""
    for column, text in ((2, "NGƯỜI LẬP BIỂU"), (max(3, width - 1), "THỦ TRƯỞNG ĐƠN VỊ")):
        cell = sheet.cell(row, column, text)
        cell.font, cell.alignment = Font(name=FONT, size=12, bold=True), Alignment(horizontal="center")


def saved(book: Workbook, sheet: Worksheet, break_cell: Mapping[str, Any] | None, freeze: str) -> bytes:
    """The workbook as bytes, after `break_cell` has put its values into cells by Excel's names."""
    for name, value in (break_cell or {}).items():
        sheet[name] = value
    sheet.freeze_panes = freeze
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()
