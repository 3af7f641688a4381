"""Where a comment's box stands on a sheet: beside its cell, wide enough to be read, as high as its text.

Excel's anchor of a box counts whole columns and rows and pixels within them (ECMA-376 part 4, 19.4.2.3), so the widths
and heights of the sheet are added up. What the file says of them is a hint only: nothing here fails.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from bot.documents.formula import LAST_COLUMN, LAST_ROW

_WIDTH, _LINE_HEIGHT, _LINE_CHARS = 310, 16, 44  # pixels, pixels, characters that fit into a line of that width
_COLUMN_WIDTH, _ROW_HEIGHT = 64, 20  # pixels of a column and a row that say nothing
_MOST = 60  # columns or rows under one box
_TRUE = ("1", "true", "on")


@dataclass(frozen=True, slots=True)
class Box:
    """Where a comment's box hangs: the cell (row and column from 1) and Excel's anchor, eight numbers from 0."""

    row: int
    column: int
    anchor: str


class Boxes:
    """The measures of one sheet: its `col` elements, its rows and their numbers."""

    def __init__(
        self, columns: Sequence[etree._Element], rows: Sequence[etree._Element], numbers: Sequence[int]
    ) -> None:
        self._columns = [(whole(e.get("min")), whole(e.get("max")), _pixels(e)) for e in columns]
        self._rows = rows
        self._numbers = numbers

    def beside(self, row: int, column: int, text: str) -> Box:
        """The box right of that cell for that text."""
        lines = 2 + sum(1 + len(line) // _LINE_CHARS for line in text.split("\n"))
        left, top = min(column, LAST_COLUMN - 2), max(row - 2, 0)
        right, across = _end(left, _WIDTH + 12, self._width, LAST_COLUMN - 1)
        bottom, down = _end(top, lines * _LINE_HEIGHT + 4, self._height, LAST_ROW - 1)
        return Box(row, column, f"{left}, 12, {top}, 4, {right}, {across}, {bottom}, {down}")

    def _width(self, index: int) -> int:
        return next((width for first, last, width in self._columns if first <= index + 1 <= last), _COLUMN_WIDTH)

    def _height(self, index: int) -> int:
        at = bisect_left(self._numbers, index + 1)
        if at == len(self._numbers) or self._numbers[at] != index + 1:
            return _ROW_HEIGHT
        row = self._rows[at]
        if row.get("hidden") in _TRUE:
            return 0
        return _ROW_HEIGHT if row.get("ht") is None else int(_number(row.get("ht")) * 4 / 3)


def whole(text: str | None) -> int:
    """A whole number of the file, 0 for what is none."""
    return int(text) if text is not None and text.isdecimal() and len(text) <= 7 else 0


def _pixels(column: etree._Element) -> int:
    """A digit has seven, and five stand around the text."""
    if column.get("hidden") in _TRUE:
        return 0
    return _COLUMN_WIDTH if column.get("width") is None else int(_number(column.get("width")) * 7 + 5)


def _number(text: str | None) -> float:
    try:
        return min(max(float(text or 0), 0.0), 500.0)
    except ValueError:
        return 0.0


def _end(start: int, pixels: int, size: Callable[[int], int], last: int) -> tuple[int, int]:
    """The index and the pixels within it that lie so many pixels after the beginning of `start`."""
    index = start
    while index < last and index - start < _MOST and pixels >= size(index):
        pixels -= size(index)
        index += 1
    return index, min(pixels, max(size(index) - 1, 0))
