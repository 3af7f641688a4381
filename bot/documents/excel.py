"""An Excel file (.xlsx and its kin) as sheets of filled cells: value, formula, error, merges.

Flow: workbook.xml for the sheets → styles and shared strings → each worksheet in one pass over its XML → what else the
file carries (see workbook_traits). Nothing is laid out densely, so that a stray cell at XFD1048576 costs nothing before
it is refused. Hidden rows and columns are kept where cells are filled: the others hide nothing.

Values: whole numbers are int, others float at the 15 significant digits that Excel keeps; dates by their number
format; times as text; a percentage stays the stored fraction and is marked. A formula that was saved without its value
is computed where it is a plain sum (see compute), and has value None otherwise. Blank cells without a formula are left
out.

Failure policy: raises `Refused`: CORRUPT for broken parts and cells outside of Excel's grid, TOO_BIG for filled cells
beyond the limits. Source: ECMA-376 part 1, chapter 18.
"""

import re
from datetime import date, datetime

from lxml import etree

from bot.documents import markup
from bot.documents.cellformat import Shape
from bot.documents.compute import with_values
from bot.documents.excel_parts import number_shapes, rich_text, shared_strings
from bot.documents.formula import LAST_COLUMN, LAST_ROW, parse_range, parse_reference, shift
from bot.documents.grid import Book, Hidden, add_cell, add_merge, new_book, number_value, tidy
from bot.documents.limits import Limits, corrupt, too_big
from bot.documents.markup import attribute, child, clean, local
from bot.documents.package import Package
from bot.documents.workbook_traits import read_traits
from bot.domain.document import Cell, CellValue, Merge, Sheet, Workbook

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?\s*")
_LONGEST_FORMULA = 8_192
_LONGEST_NAME = 255
_PAGE_TEXTS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_ELEMENTS = ("row", "mergeCell", "col", *_PAGE_TEXTS)


# Shared formulas of one sheet by their index: row and column where each stands first, and its text.
_Masters = dict[str, tuple[int, int, str]]


def read(package: Package, limits: Limits) -> Workbook:
    """The workbook of an opened package. Raises `Refused`."""
    part = package.main_part("xl/workbook.xml")
    book = new_book(limits)
    targets = {r.id: r.target for r in package.relationships(part) if r.type == "worksheet"}
    entries: list[tuple[str, str, bool]] = []
    for element in markup.stream(package.open(part), ("sheet", "workbookPr")):
        if local(element) == "workbookPr":
            book.since_1904 = (element.get("date1904") or "0") in ("1", "true", "on")
        elif (target := targets.get(attribute(element, "id") or "")) is not None:  # charts have no cells
            hidden = (element.get("state") or "visible") != "visible"
            entries.append((clean((element.get("name") or "")[:_LONGEST_NAME]), target, hidden))
    if len(entries) > limits.max_sheets:
        raise too_big(f"more than {limits.max_sheets} sheets", "sheets", limits.max_sheets, len(entries))
    styles, strings = package.related(part, "styles"), package.related(part, "sharedStrings")
    if styles is not None:
        book.shapes = number_shapes(package, styles)
    if strings is not None:
        book.strings = list(shared_strings(package, strings, limits))
    pages: list[str] = []
    sheets = tuple(_sheet(package, target, name, hidden, book, pages) for name, target, hidden in entries)
    parts = [target for _, target, _ in entries]
    return Workbook(sheets, read_traits(package, part, parts, sheets, pages, limits))


def _sheet(package: Package, part: str, name: str, hidden: bool, book: Book, pages: list[str]) -> Sheet:
    """One worksheet; the texts of its page headers and footers go to `pages`."""
    cells: dict[tuple[int, int], Cell] = {}
    merges: list[Merge] = []
    masters: _Masters = {}
    unseen = Hidden()
    row = 0
    for element in markup.stream(package.open(part), _ELEMENTS):
        kind = local(element)
        if kind == "mergeCell":
            add_merge(_range(element.get("ref") or ""), book, merges)
            continue
        if kind == "col":
            if _is_hidden(element, "width"):
                unseen.hide_columns(_bound(element.get("min")), _bound(element.get("max")), book)
            continue
        if kind != "row":
            pages.append(clean((element.text or "")[:_LONGEST_NAME]))
            continue
        row = _row_number(element.get("r"), row + 1)
        if row <= book.limits.max_row and _is_hidden(element, "ht"):
            unseen.rows.add(row)
        column = 0
        skipped: str | None = None
        for item in element:
            reference = item.get("r")
            if len(item) == 0 and reference is not None:  # formatted, not filled: most cells of most sheets
                skipped = reference
                continue
            if reference is None and skipped is not None:
                row, column = _place(skipped, row, column)
            skipped = None
            row, column = _place(reference, row, column + 1)
            found = _cell(item, row, column, book, masters)
            if found is not None:
                add_cell(found, book, cells)
    return with_values(Sheet(name, cells, tuple(merges), hidden, *unseen.of(cells)))


def _is_hidden(element: etree._Element, size: str) -> bool:
    """A row or column that is hidden, filtered away, folded up, or too low or narrow to show a figure: less than a
    point, or a digit.
    """
    if element.get("hidden") in ("1", "true", "on"):
        return True
    extent = element.get(size)
    return extent is not None and bool(_NUMBER.fullmatch(extent)) and 0 <= float(extent) < 1


def _bound(text: str | None) -> int:
    """A column number of a span; 0 where there is none."""
    return min(int(text), LAST_COLUMN) if text is not None and text.isdecimal() and len(text) <= 9 else 0


def _row_number(text: str | None, following: int) -> int:
    if text is None:
        return following
    if not text.isdecimal() or not 1 <= len(text) <= 7 or int(text) > LAST_ROW:
        raise corrupt(f"row {text[:20]!r}")
    return int(text)


def _place(reference: str | None, row: int, following: int) -> tuple[int, int]:
    if reference is None:
        return row, following
    place = parse_reference(reference)
    if place is None:
        raise corrupt(f"cell {reference[:20]!r} lies outside of any sheet")
    return place


def _range(reference: str) -> tuple[int, int, int, int]:
    bounds = parse_range(reference)
    if bounds is None:
        raise corrupt(f"merged range {reference[:40]!r}")
    return bounds


def _cell(element: etree._Element, row: int, column: int, book: Book, masters: _Masters) -> Cell | None:
    """One cell; None when it is blank and computes nothing."""
    formula = _formula(child(element, "f"), row, column, masters)
    stored = child(element, "v")
    text = stored.text or "" if stored is not None else ""
    kind = element.get("t") or "n"
    if kind == "e":
        return Cell(row, column, None, formula, error=tidy(text[:_LONGEST_NAME]) or "#VALUE!")
    value: CellValue
    percent = False
    if kind == "inlineStr":
        value = rich_text(child(element, "is"))
    elif kind == "str":
        value = tidy(text) if stored is not None else None
    elif not text.strip():
        value = None
    elif kind == "s":
        value = _shared_string(text, book.strings)
    elif kind == "b":
        value = text.strip() not in ("0", "false")
    elif kind == "d":
        value = _iso(text)
    else:
        shape = _shape(element.get("s"), book.shapes)
        value = _number_value(text, shape, since_1904=book.since_1904)
        percent = shape is Shape.PERCENT and isinstance(value, int | float)
    if formula is None and (value is None or (isinstance(value, str) and not value.strip())):
        return None
    return Cell(row, column, value, formula, percent=percent)


def _formula(element: etree._Element | None, row: int, column: int, masters: _Masters) -> str | None:
    if element is None:
        return None
    text = tidy(element.text or "")[:_LONGEST_FORMULA]
    if element.get("t") == "shared":
        key = element.get("si") or ""
        if text:
            masters[key] = (row, column, text)
        elif key in masters:
            first_row, first_column, master = masters[key]
            text = shift(master, row - first_row, column - first_column)
    return f"={text}"


def _shared_string(text: str, strings: list[str]) -> str:
    index = text.strip()
    if not index.isdecimal() or len(index) > 9 or int(index) >= len(strings):
        raise corrupt(f"shared string {index[:20]!r} of {len(strings)}")
    return strings[int(index)]


def _shape(style: str | None, shapes: list[Shape]) -> Shape:
    index = int(style) if style is not None and style.isdecimal() and len(style) <= 6 else 0
    return shapes[index] if index < len(shapes) else Shape.NUMBER


def _number_value(text: str, shape: Shape, *, since_1904: bool) -> CellValue:
    """A stored number as int, float, date, datetime or time text; what is no number stays text."""
    if not _NUMBER.fullmatch(text):
        return tidy(text)
    value = number_value(float(text), shape, since_1904=since_1904)
    return tidy(text) if value is None else value


def _iso(text: str) -> date | datetime | str:
    try:
        moment = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return tidy(text)
    return moment.date() if len(text.strip()) <= 10 else moment
