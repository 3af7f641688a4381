"""Plants in single cells: what no cell of its type may hold, and what a template leaves behind."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from laid import NUMERIC, Laid, speaks
from plants import Plant, Value, spread

from bot.checks.rules import parse_rule
from bot.domain.form import CellType, Column, Row
from bot.domain.round import DataWindow


def cell_plants(laid: Laid, window: DataWindow) -> Iterator[Plant]:
    """Every column in several rows, or every coded row."""
    if laid.spec.rows:
        for row, at in laid.coded():
            yield from _coded(laid, row, at)
        return
    for column in laid.spec.columns:
        if laid.has(column.key):
            yield from _of_column(laid, column, window)
    yield from _proofs(laid)
    yield from _leaves(laid)
    yield from _left_blank(laid)
    yield from _twice(laid)


def _of_column(laid: Laid, column: Column, window: DataWindow) -> Iterator[Plant]:
    surveyed = laid.surveyed()
    rows = [r.row for r in laid.data if laid.is_filled(r.row, column.key) and column.key not in surveyed.get(r.row, ())]
    for row in spread(rows):
        at = laid.at(row, column.key)
        for kind, code, value in _values(column, window):
            yield Plant(kind, code, at, (laid.put(row, column.key, value),))
        if column.required and not column.blank_is_zero:
            yield Plant("required cell emptied", "X105", at, (laid.put(row, column.key, None),))
        if column.key == laid.spec.label_column:
            yield Plant("example row left", "X115", at, (laid.put(row, column.key, "Ví dụ: Lĩnh vực A"),))
        if column.note and speaks(column.note) and column.type is CellType.TEXT:
            yield Plant("hint left in a cell", "X115", at, (laid.put(row, column.key, column.note),))


def _values(spec: Column | Row, window: DataWindow | None) -> Iterator[tuple[str, str, Value | Decimal]]:
    """Kind, code and value of what this type does not allow."""
    if spec.type in NUMERIC:
        yield "text in a number cell", "X104", "chưa tổng hợp được"
        yield "error in a cell", "X109", "#REF!"
        yield "formula without a value", "X109", "=VLOOKUP(1,Z1:Z9,1)"
        yield "placeholder left in a cell", "X115", "[nhập số liệu]"
        yield "placeholder left in a cell", "X115", "xx"
    if spec.type is CellType.PERCENT:
        yield "percentage over 100 or below 0", "X107", 985
        yield "percentage over 100 or below 0", "X107", -1
    elif spec.type in NUMERIC:
        if spec.minimum is not None:
            yield "below the least, negative", "X106", spec.minimum - 1
        if spec.maximum is not None:
            yield "over the greatest", "X106", spec.maximum + 1
    if spec.type is CellType.INTEGER:
        yield "not whole", "X106", 12.5
    if spec.type is CellType.CHOICE:
        yield "choice not offered", "X108", "Mức khác, ngoài mẫu"
    if spec.type is CellType.DATE:
        yield "no date", "X108", "31/02/2023"
        if window is not None and isinstance(spec, Column) and spec.in_window:
            yield "date outside the window", "X118", window.last + timedelta(days=1)
            yield "date outside the window", "X118", date(window.first.year, window.first.month, 1)


def _coded(laid: Laid, row: Row, at: int) -> Iterator[Plant]:
    key = laid.spec.value_column or ""
    cell = laid.at(at, key)

    def plant(kind: str, code: str, value: Value | Decimal) -> Plant:
        return Plant(kind, code, cell, (laid.put(at, key, value),))

    if row.filled:
        yield plant("required cell emptied", "X105", None)
    if not laid.is_filled(at, key):
        return
    for kind, code, value in _values(row, None):
        yield plant(kind, code, value)
    several = row.figures or 3
    if row.type in (CellType.SERIES, CellType.PARTS, CellType.PERCENTS):
        yield plant("text in a number cell", "X104", "chưa tổng hợp được")
        yield plant("error in a cell", "X109", "#REF!")
    if row.type is CellType.SERIES:
        yield plant("series that rises", "X106", "/".join(["1", "2", "0"][: max(several, 2)]))
        yield plant("below the least, negative", "X106", "/".join(["1", "0", "-2"][-several:]))
    if row.type is CellType.PERCENTS:
        yield plant("percentage over 100 or below 0", "X107", "/".join(["985", *["0"] * (several - 1)]))
    if row.figures:
        yield plant("too many figures", "X104", "/".join(["0"] * (row.figures + 1)))
    if row.type is CellType.SERIES and row.figures and row.code in laid.facts.values and laid.facts.values[row.code]:
        yield plant("too few figures", "X112", int(laid.facts.values[row.code]))


def _proofs(laid: Laid) -> Iterator[Plant]:
    parents = {n.row.row for n in laid.tree().beneath() if n.row and n.children}
    for proof in laid.spec.proofs:
        rule = parse_rule(proof.when)
        rows = [r for r in laid.data if set(rule.references) <= set(r.figures) and rule.holds(r.figures)]
        rows = [r for r in rows if not (proof.leaves and r.row in parents)]
        columns = [key for key in proof.any_of if laid.has(key)]
        for row in spread(rows):
            emptied = tuple(laid.put(row.row, key, None) for key in columns)
            yield Plant("evidence removed", "X116", laid.at(row.row, columns[0]), emptied)
            dashes = tuple(laid.put(row.row, key, "-") for key in columns)
            yield Plant("evidence only a dash", "X116", laid.at(row.row, columns[0]), dashes)


def _leaves(laid: Laid) -> Iterator[Plant]:
    """The lowest rows with their figure emptied; another row beside them keeps its own."""
    for column in (c for c in laid.spec.columns if c.required_on_leaves and laid.has(c.key)):
        rule, surveyed, root = parse_rule(column.required_on_leaves), laid.surveyed(), laid.tree()
        rows = []
        for above in (root, *root.beneath()):
            lowest = [
                n.row for n in above.children if n.row and not n.children and laid.is_filled(n.row.row, column.key)
            ]
            rows += lowest if len(lowest) > 1 else []
        asked = [r for r in rows if set(rule.references) <= set(r.figures) and rule.holds(r.figures)]
        for number in spread(sorted(r.row for r in asked if column.key not in surveyed.get(r.row, ()))):
            edit = laid.put(number, column.key, None)
            yield Plant("criterion not scored", "X105", laid.at(number, column.key), (edit,))


def _left_blank(laid: Laid) -> Iterator[Plant]:
    surveyed = laid.surveyed()
    for row in spread(sorted(surveyed)):
        for key in sorted(surveyed[row]):
            if laid.has(key):
                for value in (0, 0.5):
                    yield Plant("survey's cell filled", "X117", laid.at(row, key), (laid.put(row, key, value),))


def _twice(laid: Laid) -> Iterator[Plant]:
    rows, keys = [row.row for row in laid.data], laid.spec.unique
    if not keys or len(rows) < 2 or not all(laid.has(key) for key in keys):
        return
    for row in spread(rows[1:]):
        copied = []
        for key in keys:
            cell = laid.cell(rows[0], key)
            copied.append(laid.put(row, key, cell.value if cell else None))  # type: ignore[arg-type]  # a cell's value
        yield Plant("item listed twice", "X119", laid.at(row, keys[0]), tuple(copied))
