"""What a total row must come to.

The rows of a table may stand in levels, told by their printed numbers: sections (A, I), lines (1, 2), details (1.1,
a). A section's figures may repeat those of its lines. So a column has up to three sums that are right: of the upper
level, of the lowest level, and of all rows where some have no number. A table without levels has one.

With several total rows, each but the last sums the block above it, and the last sums its block or everything; where
totals stand above their blocks, the first takes the place of the last. Nothing here fails; a column in which any
figure is unknown has no sum.
"""

from collections.abc import Sequence
from decimal import Decimal

from bot.checks.levels import is_unnumbered, tree
from bot.checks.rows import RowKind, TableRow


def column_sums(rows: Sequence[TableRow], key: str) -> tuple[Decimal, ...]:
    """The sums that a total of these rows may show in that column, the lowest level's first; nothing when a figure
    is unknown or there is no data row.
    """
    data = [row for row in rows if row.kind is RowKind.DATA]
    if not data or any(key not in row.figures for row in data):
        return ()
    root = tree([row for row in rows if row.kind in (RowKind.DATA, RowKind.HEADING)], key)
    sums = [sum((n.lowest() for n in root.children), Decimal(0)), sum((n.upper() for n in root.children), Decimal(0))]
    if any(is_unnumbered(row.code) for row in data):
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
