"""The look of a blank workbook: fonts, borders, fills, page, protection. One small function a piece."""

from copy import copy
from typing import Any
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

_FONT = "Times New Roman"
_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
HEADER_FILL, LOCKED_FILL, CARRIED_FILL = "DDE6F0", "F2F2F2", "EAF3E6"
_LINE_HEIGHT = 15.5
_LOOKS: WeakKeyDictionary[Workbook, dict[tuple[bool, str, str, bool, str], Any]] = WeakKeyDictionary()
_PORTRAIT_LETTERS = 95  # what an upright A4 page takes in at a size that reads well


def cell_of(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell at that place. TypeError within a merged range, where nothing may be written."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{cell.coordinate} lies within a merged range")
    return cell


def put_text(
    sheet: Worksheet,
    row: int,
    first: int,
    last: int,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: float = 12,
    align: str = "center",
    color: str = "000000",
    locked: bool = True,
) -> Cell:
    """A text outside of the table, over the columns from `first` to `last`."""
    if last > first:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
    cell = cell_of(sheet, row, first)
    cell.value = text
    cell.font = Font(name=_FONT, size=size, bold=bold, italic=italic, color=color)
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
    cell.protection = Protection(locked=locked)
    return cell


def put_header(sheet: Worksheet, row: int, column: int, rows: int, columns: int, text: str, *, bold: bool) -> None:
    """A text of the header over a block of cells, each with its border."""
    for r in range(row, row + rows):
        for c in range(column, column + columns):
            style_cell(cell_of(sheet, r, c), bold=bold, align="center", fill=HEADER_FILL, locked=True)
    cell_of(sheet, row, column).value = text
    if rows * columns > 1:
        sheet.merge_cells(start_row=row, start_column=column, end_row=row + rows - 1, end_column=column + columns - 1)


def style_cell(
    cell: Cell,
    *,
    bold: bool = False,
    align: str = "left",
    fill: str = "",
    locked: bool = False,
    number_format: str = "General",
) -> None:
    """The look of a cell of the table.

    Each look is put together once a workbook and then taken over: openpyxl compares every part of it with all that the
    workbook has, which took more than half the time of a blank form.
    """
    styled: Any = cell  # openpyxl tells of copying `_style` in its documentation, its types do not know it
    looks = _LOOKS.setdefault(styled.parent.parent, {})
    look = (bold, align, fill, locked, number_format)
    if look in looks:
        styled._style = copy(looks[look])
        return
    cell.font = Font(name=_FONT, size=11, bold=bold)
    cell.border = _BOX
    indent = 0 if align == "center" else 1
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=align != "right", indent=indent)
    cell.protection = Protection(locked=locked)
    cell.number_format = number_format
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    looks[look] = copy(styled._style)


def set_height(sheet: Worksheet, row: int, lines: int) -> None:
    """Merged cells never grow by themselves."""
    sheet.row_dimensions[row].height = max(1, lines) * _LINE_HEIGHT + 3


def set_page(
    sheet: Worksheet, widths: list[float], header_rows: tuple[int, int], frozen: tuple[int, int], mark: str, page: str
) -> None:
    """Widths in letters, A4 fitted to one page's width, the header repeated, the mark and page numbers below, the
    header and the columns left of `frozen` (row, column) always in view.
    """
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape" if sum(widths) > _PORTRAIT_LETTERS else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = f"{header_rows[0]}:{header_rows[1]}"
    for part, text in (("left", mark), ("right", page)):
        piece = getattr(sheet.oddFooter, part)
        piece.text, piece.size = text, 8
    sheet.freeze_panes = f"{get_column_letter(frozen[1])}{frozen[0]}"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _LINE_HEIGHT + 3, True


def protect(sheet: Worksheet) -> None:
    """Against slips, not against people: no password, and rows may be added, taken out, sorted and formatted."""
    protection = sheet.protection
    protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(protection, allowed, False)  # in the file's own words: not locked
