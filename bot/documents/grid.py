"""What both Excel readers share: the budget of a workbook, taking in cells and merges, tidy texts and numbers.

Failure policy: raises `Refused` TOO_BIG for one cell too many or too far out.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.documents.cellformat import Shape, from_serial
from bot.documents.limits import Limits, Meter, too_big
from bot.documents.markup import clean
from bot.domain.document import Cell, CellValue, Merge

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_EXACT = 10**15
# Error values as old and binary files keep them (MS-XLS 2.5.10).
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_MOST_SPANS = 50_000


@dataclass(slots=True)
class Book:
    """What all sheets share, and what they may use up together."""

    limits: Limits
    cells: Meter
    chars: Meter
    merges: Meter
    merged: Meter
    spans: Meter
    since_1904: bool = False
    strings: list[str] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)


def new_book(limits: Limits) -> Book:
    return Book(
        limits,
        cells=Meter("filled cells", limits.max_cells, "cells"),
        chars=Meter("characters", limits.max_text_chars, "characters"),
        merges=Meter("merged ranges", limits.max_merges, "merges"),
        merged=Meter("merged cells", limits.max_merged_cells, "merged"),
        spans=Meter("spans of hidden columns", _MOST_SPANS),
    )


@dataclass(slots=True)
class Hidden:
    """The rows and columns of one sheet that nobody sees."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)

    def hide_columns(self, first: int, last: int, book: Book) -> None:
        """Takes a span of columns in, as far as cells may be filled. Raises `Refused` TOO_BIG for too many spans."""
        book.spans.add()
        self.columns.update(range(max(first, 1), min(last, book.limits.max_column) + 1))

    def of(self, cells: Iterable[tuple[int, int]]) -> tuple[frozenset[int], frozenset[int]]:
        """Those in which there is something to be seen, rows and columns, given the places of the filled cells."""
        if not self.rows and not self.columns:
            return frozenset(), frozenset()
        places = list(cells)
        return (
            frozenset(row for row, _ in places if row in self.rows),
            frozenset(column for _, column in places if column in self.columns),
        )


def rounded(number: float) -> int | float:
    """A number at the 15 significant digits that Excel keeps and shows; whole ones as int."""
    shown = float(f"{number:.15g}")
    return int(shown) if shown.is_integer() and abs(shown) < _EXACT else shown


def number_value(number: float, shape: Shape, *, since_1904: bool) -> CellValue:
    """A stored number as its format shows it: int, float, date, datetime or time text. None when it is not finite."""
    shown = rounded(number)
    if not math.isfinite(shown):
        return None
    if shape in (Shape.DATE, Shape.TIME, Shape.SECONDS):
        moment = from_serial(float(shown), shape, since_1904=since_1904)
        if moment is not None:
            return moment
    return shown


def tidy(text: str) -> str:
    """A cell's text: `_x000D_` escapes undone, control characters dropped, NFC."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return clean(_CONTROL.sub("", text))


def add_cell(cell: Cell, book: Book, cells: dict[tuple[int, int], Cell]) -> None:
    """Takes a filled cell in. Raises `Refused` TOO_BIG for one too many or too far out."""
    if cell.row > book.limits.max_row:
        raise too_big(f"filled cell at row {cell.row}, column {cell.column}", "row", book.limits.max_row, cell.row)
    if cell.column > book.limits.max_column:
        detail = f"filled cell at row {cell.row}, column {cell.column}"
        raise too_big(detail, "column", book.limits.max_column, cell.column)
    book.cells.add()
    book.chars.add(len(cell.formula or "") + (len(cell.value) if isinstance(cell.value, str) else 0))
    cells[cell.row, cell.column] = cell


def add_merge(bounds: tuple[int, int, int, int], book: Book, merges: list[Merge]) -> None:
    """Takes a merged range (top, left, bottom, right) in, as far as cells may be filled. Raises `Refused` TOO_BIG."""
    top, left, bottom, right = bounds
    bottom, right = min(bottom, book.limits.max_row), min(right, book.limits.max_column)
    if top <= bottom and left <= right:
        book.merges.add()
        book.merged.add((bottom - top + 1) * (right - left + 1))
        merges.append(Merge(top, left, bottom, right))
