"""What a total row must come to.

The rows of a table may stand in levels, told by their printed numbers: sections (A, I), lines (1, 2), details (1.1,
a). A section's figures may repeat those of its lines. So a column has up to three sums that are right: of the upper
level, of the lowest level, and of all rows where some have no number. A table without levels has one.

With several total rows, each but the last sums the block above it, and the last sums its block or everything; where
totals stand above their blocks, the first takes the place of the last. Nothing here fails; a column in which any
figure is unknown has no sum.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.checks.rows import RowKind, TableRow

_SECTION_LETTER, _SECTION, _LINE, _DETAIL, _UNNUMBERED = 0, 1, 2, 8, 9
_ROMAN = re.compile(r"[IVX]{1,6}")
_LINE_NUMBER = re.compile(r"[0-9]+((?:\.[0-9]+)*)")
_DETAIL_MARK = re.compile(r"[a-zđ]|[-+*–]")


@dataclass(slots=True)
class _Node:
    level: int
    figure: Decimal | None = None
    children: list["_Node"] = field(default_factory=list)

    def upper(self) -> Decimal:
        return self.figure if self.figure is not None else sum((c.upper() for c in self.children), Decimal(0))

    def lowest(self) -> Decimal:
        if any(child.has_figures() for child in self.children):
            return sum((child.lowest() for child in self.children), Decimal(0))
        return self.figure or Decimal(0)

    def has_figures(self) -> bool:
        return self.figure is not None or any(child.has_figures() for child in self.children)


def column_sums(rows: Sequence[TableRow], key: str) -> tuple[Decimal, ...]:
    """The sums that a total of these rows may show in that column, the lowest level's first; nothing when a figure
    is unknown or there is no data row.
    """
    data = [row for row in rows if row.kind is RowKind.DATA]
    if not data or any(key not in row.figures for row in data):
        return ()
    root = _tree([row for row in rows if row.kind in (RowKind.DATA, RowKind.HEADING)], key)
    sums = [sum((n.lowest() for n in root.children), Decimal(0)), sum((n.upper() for n in root.children), Decimal(0))]
    lettered = _lettered(rows)
    if any(_level(row.code, lettered) == _UNNUMBERED for row in data):
        sums.append(sum((row.figures[key] for row in data), Decimal(0)))
    return tuple(dict.fromkeys(sums))


def total_sums(rows: Sequence[TableRow], key: str) -> dict[int, tuple[Decimal, ...]]:
    """For each total row, by its row number, the sums that it may show in that column."""
    totals = [at for at, row in enumerate(rows) if row.kind is RowKind.TOTAL]
    everything = column_sums(rows, key)
    found: dict[int, tuple[Decimal, ...]] = {}
    heads_blocks = bool(totals) and not column_sums(rows[: totals[0]], key)  # totals stand above what they sum
    for order, at in enumerate(totals):
        above = rows[totals[order - 1] + 1 if order else 0 : at]
        below = rows[at + 1 : totals[order + 1] if order + 1 < len(totals) else len(rows)]
        block = column_sums(below if heads_blocks else above, key) if len(totals) > 1 else ()
        is_grand = len(totals) == 1 or order == (0 if heads_blocks else len(totals) - 1)
        found[rows[at].row] = tuple(dict.fromkeys((*everything, *block) if is_grand else block))
    return found if everything else {}


def _tree(rows: Sequence[TableRow], key: str) -> _Node:
    """The rows under each other by level. Without any number all stand on one level."""
    lettered = _lettered(rows)
    root = _Node(-1)
    path = [root]
    for row in rows:
        node = _Node(_level(row.code, lettered), row.figures.get(key) if row.kind is RowKind.DATA else None)
        while path[-1].level >= node.level:
            path.pop()
        path[-1].children.append(node)
        path.append(node)
    return root


def _lettered(rows: Sequence[TableRow]) -> bool:
    """Whether C and D are letters here, not Roman numbers."""
    return any(row.code in ("A", "B") for row in rows)


def _level(code: str, lettered: bool) -> int:
    if len(code) == 1 and code.isupper() and (code not in "IVX" or (lettered and code == "C")):
        return _SECTION_LETTER
    if _ROMAN.fullmatch(code):
        return _SECTION
    if match := _LINE_NUMBER.fullmatch(code):
        return _LINE + min(match[1].count("."), 4)
    return _DETAIL if _DETAIL_MARK.fullmatch(code) else _UNNUMBERED
