"""A sheet as the eye sees it: texts in rows, merged cells spread over what they cover, header levels over a column.

Bounded everywhere, since sheets come from outside: so many rows and columns, no merge larger than a header can be.
Nothing here fails.
"""

from collections import defaultdict
from collections.abc import Set
from functools import lru_cache

from bot.checks.headers import Path, likeness, printed_number, words
from bot.domain.document import Sheet

_HEADER_LEVELS = 5
_ROWS_SEARCHED = 300  # filled rows of a sheet in which a header is sought
_COLUMNS_SEARCHED = 120
_MERGE_AREA = 5_000  # a merge over more cells than this is no header
_ELLIPSIS = "…."

Anchor = tuple[int, int]


@lru_cache(maxsize=16_384)
def _is_like(text: str, headers: frozenset[str]) -> bool:
    """The same words stand in many rows and files, and every form is tried on each."""
    return any(likeness(header, text) for header in headers)


class Grid:
    """The texts of one sheet. `rows` are its filled rows, top down, as far as a header is sought."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        texts: dict[int, dict[int, str]] = defaultdict(dict)
        for (row, column), cell in sheet.cells.items():
            if column <= _COLUMNS_SEARCHED and cell.value is not None and (text := str(cell.value).strip()):
                texts[row][column] = text
        self.rows = sorted(texts)[:_ROWS_SEARCHED]
        self._texts = {row: texts[row] for row in self.rows}
        self._covered = self._spread_merges()

    def _spread_merges(self) -> dict[int, dict[int, Anchor]]:
        """For each row, the columns that a merged text covers and the cell where that text stands."""
        covered: dict[int, dict[int, Anchor]] = defaultdict(dict)
        for merge in self._sheet.merges:
            height, width = merge.bottom - merge.top + 1, merge.right - merge.left + 1
            has_text = merge.left in self._texts.get(merge.top, {})
            if not has_text or height > 2 * _HEADER_LEVELS or height * width > _MERGE_AREA:
                continue
            for row in range(merge.top, merge.bottom + 1):
                for column in range(merge.left, min(merge.right, _COLUMNS_SEARCHED) + 1):
                    covered[row][column] = merge.top, merge.left
        return covered

    def _shown(self, row: int) -> dict[int, Anchor]:
        """The columns that show a text in this row, and where the text really stands."""
        return {column: (row, column) for column in self._texts.get(row, {})} | self._covered.get(row, {})

    def count_like(self, row: int, headers: frozenset[str]) -> int:
        """How many different texts of the row are like one of `headers` (as `words` makes them)."""
        anchors = set(self._shown(row).values())
        texts = {words(self._texts[r][c].split(">")[-1]) for r, c in anchors}
        return sum(_is_like(text, headers) for text in texts)

    def printed_numbers(self, row: int, keys: Set[str]) -> dict[int, str]:
        """The printed column numbers of a numbered row, by column; empty when the row is none.

        All its cells must be different numbers without a gap, single letters apart, at least three of them and a
        third of `keys`.
        """
        numbers: dict[int, str] = {}
        for column, text in self._texts[row].items():
            number = printed_number(self._sheet.cells[row, column].value)
            if number is not None:
                numbers[column] = number
            elif len(text.strip(" ()")) != 1:
                return {}
        found = sorted(int(number) for number in numbers.values())
        known = sum(number in keys for number in numbers.values())
        without_gap = bool(found) and found == sorted(set(found)) and found[-1] - found[0] <= len(found) + 3
        return numbers if without_gap and known >= max(3, len(keys) / 3) else {}

    def header_paths(self, bottom: int) -> tuple[dict[int, Path], int]:
        """The header levels over each column, top first, for a header that ends in row `bottom`; and its top row.

        The block reaches up while rows show two texts or more. A blank cell that no merge covers takes the text to
        its left when something stands beneath it: that is how a group looks that nobody merged. "…" repeats the group
        to the left, as forms print it.
        """
        top = bottom
        while top > 1 and bottom - top + 1 < _HEADER_LEVELS and len(set(self._shown(top - 1).values())) >= 2:
            top -= 1
        shown = {row: self._shown(row) for row in range(top, bottom + 1)}
        columns = sorted({column for row in shown.values() for column in row})
        levels: dict[int, list[str]] = {column: [] for column in columns}
        for row, anchors in shown.items():
            before: list[str] = []
            group: list[str] = []
            for column in columns:
                below = any(column in shown[lower] for lower in range(row + 1, bottom + 1))
                if column in anchors:
                    at_row, at_column = anchors[column]
                    before = _levels_of(self._texts[at_row][at_column], group)
                    group = before[:1] or group
                    new = before
                else:
                    new = before if below else []
                for level in new:
                    if level and level not in levels[column][-1:]:
                        levels[column].append(level)
        return {column: tuple(path) for column, path in levels.items()}, top


def _levels_of(text: str, group: list[str]) -> list[str]:
    """The levels that one cell writes: one, or several when it holds them all (`… > Trong đó > Trực tuyến`)."""
    steps = text.split(">")
    if steps[0].strip().strip(_ELLIPSIS + " "):
        return [words(step) for step in steps]
    return group + [words(step) for step in steps[1:]]
