"""A valid filled table laid out for planting: which rows hold data, what stands where, what each cell may be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from openpyxl.utils import get_column_letter
from plants import Put, Value

from bot.checks.levels import Node, numbered_rows, tree
from bot.checks.rows import RowKind, TableRow
from bot.checks.rules import parse_rule
from bot.checks.spec import Located
from bot.checks.table import TableFacts, read_table
from bot.domain.document import Cell, Workbook
from bot.domain.form import CellType, Column, Form, Row, Rule, TableSpec

NUMERIC = frozenset({CellType.INTEGER, CellType.DECIMAL, CellType.PERCENT, CellType.MINUTES})


@dataclass
class Laid:
    """A form's table in a valid file. Raises AssertionError where the file is not that form's."""

    form: Form
    book: Workbook
    spec: TableSpec = field(init=False)
    facts: TableFacts = field(init=False)
    located: Located = field(init=False)

    def __post_init__(self) -> None:
        assert self.form.table is not None
        self.spec = self.form.table
        self.facts = read_table(self.book, self.spec)
        assert isinstance(self.facts.located, Located)
        self.located = self.facts.located

    @property
    def sheet(self) -> str:
        return self.located.sheet.name

    @property
    def data(self) -> tuple[TableRow, ...]:
        return self.facts.of_kind(RowKind.DATA)

    @property
    def totals(self) -> tuple[TableRow, ...]:
        return self.facts.of_kind(RowKind.TOTAL)

    def column(self, key: str) -> int:
        return self.located.columns[key]

    def has(self, key: str | None) -> bool:
        return key in self.located.columns

    def cell(self, row: int, key: str) -> Cell | None:
        return self.located.sheet.cells.get((row, self.located.columns.get(key, 0)))

    def is_formula(self, row: int, key: str) -> bool:
        cell = self.cell(row, key)
        return cell is not None and cell.formula is not None

    def at(self, row: int, key: str) -> str:
        return f"{get_column_letter(self.column(key))}{row}"

    def put(self, row: int, key: str, value: Value | Decimal) -> Put:
        if isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else float(value)
        return Put(row, self.column(key), value)

    def moved(self, row: int, key: str, old: Decimal, new: Decimal) -> Put:
        """Another figure there: a formula gets a slip, a series or parts stay as many figures."""
        cell = self.cell(row, key)
        if cell is not None and cell.formula is not None:
            return Put(row, self.column(key), f"{cell.formula}+{new - old}".replace("+-", "-"))
        if cell is not None and isinstance(cell.value, str) and "/" in cell.value:
            rest = ["0"] * cell.value.count("/")
            return Put(row, self.column(key), "/".join([str(int(new)), *rest]))
        return self.put(row, key, new)

    def tree(self, key: str = "") -> Node:
        return tree(numbered_rows(self.facts, self.spec), key, strict=True)

    def coded(self) -> Iterator[tuple[Row, int]]:
        """The form's own rows that stand there with a type, and where."""
        for row in self.spec.rows:
            if row.type is not None and row.code in self.facts.fixed:
                yield row, self.facts.fixed[row.code]

    def is_filled(self, row: int, key: str) -> bool:
        cell = self.cell(row, key)
        return cell is not None and (cell.value not in (None, "") or cell.formula is not None)

    def surveyed(self) -> dict[int, frozenset[str]]:
        """Rows that leave columns blank, by their words or those of a row above."""
        found: dict[int, frozenset[str]] = {}
        for rule in self.spec.left_blank:
            nodes = list(self.tree().beneath())
            for node in nodes:
                if node.row and any(label.casefold() in node.row.label.casefold() for label in rule.labels):
                    for one in (node, *node.beneath()):
                        if one.row:
                            found[one.row.row] = frozenset(rule.columns)
        return found


def allows(spec: Column | Row, value: Decimal) -> bool:
    """Whether the cell by itself may hold that figure."""
    least, most = spec.minimum, spec.maximum
    if spec.type in (CellType.PERCENT, CellType.PERCENTS):
        least, most = max(least or Decimal(0), Decimal(0)), min(most or Decimal(100), Decimal(100))
    whole = spec.type in (CellType.INTEGER, CellType.SERIES, CellType.PARTS)
    return (
        (least is None or value >= least)
        and (most is None or value <= most)
        and not (whole and value != value.to_integral_value())
    )


def broken(rules: tuple[Rule, ...], figures: dict[str, Decimal]) -> list[Rule]:
    return [rule for rule in rules if not parse_rule(rule.text).holds(figures, rule.tolerance)]


def speaks(text: str) -> bool:
    """Whether a note is long enough to be told from what a report says by itself."""
    return len(re.findall(r"\w+", text)) >= 4
