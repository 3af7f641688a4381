"""How a blank table is laid out, before anything is drawn: header levels and merges, printed numbers, widths, formulas.

Pure. Source of the header notation: `Column.headers` of bot.domain.form, levels joined by " > ".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.form import CellType, Column, Rule, TableSpec

_REFERENCE = re.compile(r"\(([0-9]+|[A-Za-z_]\w*)\)")
_SUM = re.compile(r"[-+*()0-9A-Z ]+")  # no division: a blank row would show #DIV/0!
_WIDTHS = {
    CellType.INTEGER: 11.5,
    CellType.DECIMAL: 12.0,
    CellType.PERCENT: 12.0,
    CellType.DATE: 14.0,
    CellType.MINUTES: 12.0,
    CellType.CHOICE: 20.0,
    CellType.SERIES: 16.0,
    CellType.PARTS: 16.0,
    CellType.PERCENTS: 16.0,
    CellType.TEXT: 24.0,
}
_CODE, _LABEL, _TITLE, _UNIT, _VALUE = 6.0, 40.0, 56.0, 20.0, 15.0


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """One text of the header. Rows count from 0 at the header's top, columns from 0."""

    text: str
    row: int
    column: int
    rows: int
    columns: int


def header_cells(columns: Sequence[Column]) -> tuple[tuple[HeaderCell, ...], int]:
    """The header's texts with what each covers, and its number of rows. Neighbours under the same levels share them;
    a column with fewer levels reaches down to the bottom.
    """
    paths = [[level.strip() for level in column.title.split(">")] for column in columns]
    depth = max(map(len, paths))
    cells: list[HeaderCell] = []
    for level in range(depth):
        at = 0
        while at < len(paths):
            path = paths[at]
            if level >= len(path):
                at += 1
                continue
            is_leaf = level == len(path) - 1
            end = at + 1
            while not is_leaf and end < len(paths) and len(paths[end]) > level + 1:
                if paths[end][: level + 1] != path[: level + 1]:
                    break
                end += 1
            cells.append(HeaderCell(path[level], level, at, depth - level if is_leaf else 1, end - at))
            at = end
    return tuple(cells), depth


def printed_numbers(spec: TableSpec) -> tuple[str, ...]:
    """What the row of column numbers prints under each column: `(3)`, or the rule where the column computes itself.
    Empty when the form does not number its columns.
    """
    if sum(column.key.isdigit() for column in spec.columns) < max(3, len(spec.columns) // 2):
        return ()
    rules = {key: rule.text for key in spec.computed if (rule := defining_rule(spec.rules, key)) is not None}
    return tuple(rules.get(c.key, f"({c.key})") if c.key.isdigit() else "" for c in spec.columns)


def defining_rule(rules: Sequence[Rule], key: str) -> Rule | None:
    """The first rule that says what that column is: `(3)=(4)+(5)+(6)`; None when there is none that can be computed."""
    for rule in rules:
        left, equals, right = rule.text.partition("=")
        whole = _SUM.fullmatch(_REFERENCE.sub("A1", right)) is not None
        if equals and left.strip() == f"({key})" and whole and f"({key})" not in right and _REFERENCE.search(right):
            return rule
    return None


def column_formula(rules: Sequence[Rule], key: str, letters: Mapping[str, str], row: int) -> str | None:
    """`=D12+E12+F12` for column (3) in row 12; None when no rule says what the column is."""
    rule = defining_rule(rules, key)
    if rule is None:
        return None
    right = rule.text.partition("=")[2]
    return "=" + _REFERENCE.sub(lambda found: f"{letters[found[1]]}{row}", right).replace(" ", "")


def is_unit_column(column: Column) -> bool:
    """Whether the column prints units (đơn vị tính)."""
    return column.key == "unit" or column.title.casefold() in ("đơn vị tính", "đvt")


def limit_column(spec: TableSpec) -> str | None:
    """The column that prints the most that a coded row may hold: (3) where the form says `(4)<=(3)` of its value
    column.
    """
    for rule in spec.rules:
        found = re.fullmatch(r"\(([^()]+)\)(?:<=|≤)\(([^()]+)\)", rule.text.replace(" ", ""))
        if found is not None and found[1] == spec.value_column and found[2] in {c.key for c in spec.columns}:
            return found[2]
    return None


def width_of(column: Column, spec: TableSpec, *, is_list: bool) -> float:
    """The column's width in letters."""
    if column.key == spec.code_column:
        return max(_CODE, max((len(row.code) for row in spec.rows), default=0) + 2.0)
    if column.key == spec.label_column:
        return _TITLE if is_list or spec.rows else _LABEL
    if is_unit_column(column):
        return _UNIT
    if column.key == spec.value_column:
        return _VALUE
    return _WIDTHS[column.type]


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a cell so many letters wide."""
    room = max(1, int(width * 0.95))
    lines = 0
    for paragraph in text.split("\n"):
        used = -1
        lines += 1
        for word in paragraph.split():
            if used + 1 + len(word) > room and used >= 0:
                lines, used = lines + 1, -1
            used += 1 + len(word)
    return lines
