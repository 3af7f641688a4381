"""The cells of a table with coded rows as a careful clerk would fill them in, and what all tables share.

Blank workbook → its table (`Located`) → figures that satisfy the rules (`figure_solving`) → the cells to write. What is
filled in already stays. Raises LookupError where the form's rules cannot be satisfied.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from openpyxl.utils import get_column_letter

from bot.checks.levels import tree
from bot.checks.rows import RowKind, TableRow
from bot.checks.rules import parse_rule
from bot.checks.spec import Located
from bot.checks.table import read_table
from bot.demo.figure_solving import Bounds, Relation, solve
from bot.domain.document import Workbook
from bot.domain.form import CellType, Column, Form, Row
from bot.text.dates import find_spans

Value = str | int | float | date
NUMBERS = frozenset({CellType.INTEGER, CellType.DECIMAL, CellType.PERCENT, CellType.MINUTES})
_TEXTS = ("Quyết định số 12/QĐ-UBND", "Kế hoạch số 08/KH-UBND", "Báo cáo số 31/BC-UBND", "Kênh BTV1", "Kênh FM 92,5")


@dataclass(frozen=True)
class Cell:
    """One cell to write, and why: the row's code or label and the column's key."""

    row: int
    column: int
    value: Value
    key: str
    name: str

    @property
    def at(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


class Filler:
    """What both kinds of table share."""

    def __init__(self, form: Form, document: Workbook, located: Located, chance: random.Random) -> None:
        assert form.table is not None
        self.form, self.spec, self.document, self.located, self.chance = form, form.table, document, located, chance
        heads = [str(c.value) for (r, _), c in sorted(located.sheet.cells.items()) if r < located.header_top]
        spans = [span for text in heads for span in find_spans(text)]
        self.days = (spans[0].first, spans[0].last) if spans else (date(2023, 1, 1), date(2023, 3, 31))
        self.serial = 0

    def cell(self, row: int, key: str, value: Value | Decimal, name: str) -> Cell:
        if isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else float(value)
        return Cell(row, self.located.columns[key], value, key, name)

    def known(self, row: int, key: str) -> Any:
        """What stands there already: a value, a formula's text, or None."""
        cell = self.located.sheet.cells.get((row, self.located.columns.get(key, 0)))
        return None if cell is None else cell.formula or cell.value

    def bounds(self, spec: Column | Row) -> Bounds:
        whole = spec.type in (CellType.INTEGER, CellType.SERIES, CellType.PARTS)
        least, most = spec.minimum, spec.maximum
        if spec.type is CellType.PERCENT:
            least, most = max(least or Decimal(0), Decimal(0)), min(most or Decimal(100), Decimal(100))
        return Bounds(whole, least, most)

    def value(self, spec: Column | Row) -> Value:
        """Something that stands there by itself: no figure that a rule speaks of."""
        self.serial += 1
        match spec.type:
            case CellType.DATE:
                first, last = self.days
                return first + timedelta(days=self.chance.randint(0, (last - first).days))
            case CellType.CHOICE:
                return self.chance.choice(spec.choices)
            case CellType.PERCENTS:
                count = (spec.figures if isinstance(spec, Row) else 0) or 2
                return "/".join(str(self.chance.randint(0, 100)) for _ in range(count))
            case CellType.MINUTES:
                least, most = int(spec.minimum or 0), int(spec.maximum or 60)
                return self.chance.randint(least, most)
        return f"{self.chance.choice(_TEXTS)} ({self.serial})"

    def several(self, spec: Row | Column, figure: Decimal) -> str:
        """A series that begins with the figure, or parts that come to it."""
        count = (spec.figures if isinstance(spec, Row) else 0) or 3
        steps = sorted((self.chance.randint(0, int(figure)) for _ in range(count - 1)), reverse=True)
        if spec.type is CellType.SERIES:
            return "/".join(str(step) for step in (int(figure), *steps))
        edges = [int(figure), *steps, 0]
        return "/".join(str(high - low) for high, low in pairwise(edges))


class Fixed(Filler):
    """Coded rows: one figure each, in the value column."""

    def cells(self) -> list[Cell]:
        spec, key = self.spec, self.spec.value_column or ""
        at = read_table(self.document, spec).fixed
        rows = [row for row in spec.rows if row.type is not None]
        # Rows that nobody must fill in are left out now and then, all that a rule ties together at once.
        figured = [r for r in rows if r.type in NUMBERS | {CellType.SERIES, CellType.PARTS}]
        known = {r.code: Decimal(str(v)) for r in figured if isinstance(v := self.known(at[r.code], key), int | float)}
        relations = [Relation.of(rule.text, rule.tolerance) for rule in spec.rules if "[" in rule.text]
        relations += self._children(rows)
        figures = solve({row.code: self.bounds(row) for row in figured}, relations, known, self.chance)
        tied = {code for relation in relations for code in relation.rule.references}
        made = []
        for row in rows:
            if self.known(at[row.code], key) is not None:
                continue
            if not row.filled and row.code not in tied and self.chance.random() < 0.1:
                continue
            value: Value | Decimal = figures[row.code] if row in figured else self.value(row)
            if row.type in (CellType.SERIES, CellType.PARTS):
                value = self.several(row, figures[row.code])
            made.append(self.cell(at[row.code], key, value, row.code))
        made += [cell for row in rows for cell in self._beside(row, at[row.code], figures)]
        return made

    def _children(self, rows: list[Row]) -> list[Relation]:
        if not any(self.spec.value_column in rule.columns for rule in self.spec.children):
            return []
        root = tree([TableRow(n, RowKind.DATA, r.code, r.label) for n, r in enumerate(rows)], strict=True)
        return [
            Relation.of(f"[{node.row.code}]=" + "+".join(f"[{c.row.code}]" for c in node.children if c.row))
            for node in root.beneath()
            if node.row and node.children
        ]

    def _beside(self, row: Row, at: int, figures: dict[str, Decimal]) -> list[Cell]:
        """Evidence where the form asks for it, and a remark here and there."""
        made = []
        for proof in self.spec.proofs:
            rule = parse_rule(proof.when)
            if row.code in figures and rule.holds({self.spec.value_column or "": figures[row.code]}):
                made.append(self.cell(at, self.chance.choice(proof.any_of), self.chance.choice(_TEXTS), row.code))
        return made
