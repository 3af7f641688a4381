"""Which cells of a table others fill in, so that the agency leaves them blank: told by the row's label, or another cell
of it, and by the rows above it.

Nothing here fails.
"""

import re
from functools import lru_cache

from bot.checks.levels import Node, numbered_rows, tree
from bot.checks.rows import RowKind, TableRow, cell_text, is_blank
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.domain.document import Cell
from bot.domain.form import LeftBlank, TableSpec
from bot.text.accents import fold


def blank_cells(facts: TableFacts, spec: TableSpec) -> dict[tuple[int, str], LeftBlank]:
    """The cells, by row and column key, in which something stands though they must be left blank, and the form's word
    for it.
    """
    if not isinstance(facts.located, Located):
        return {}
    cells, columns = facts.located.sheet.cells, facts.located.columns
    return {
        (row, key): rule
        for (row, key), rule in blank_places(facts, spec).items()
        if _says_something(cells.get((row, columns.get(key, 0))))
    }


def blank_places(facts: TableFacts, spec: TableSpec) -> dict[tuple[int, str], LeftBlank]:
    """All cells, by row and column key, that must be left blank, and the form's word for it."""
    found: dict[tuple[int, str], LeftBlank] = {}
    located = facts.located
    if not spec.left_blank or not isinstance(located, Located):
        return found
    root = numbered_tree(facts, spec)
    rows = {row.row: row for row in (*data_rows(facts, spec), *numbered_rows(facts, spec))}
    for rule in spec.left_blank:
        meant = {number for number, row in rows.items() if _is_meant(rule, located, spec, row)}
        for node in root.beneath():
            if node.row is not None and node.row.row in meant:
                meant |= {below.row.row for below in node.beneath() if below.row}
        for number in sorted(meant):
            for key in rule.columns:
                found.setdefault((number, key), rule)
    return found


def _says_something(cell: Cell | None) -> bool:
    return (
        cell is not None
        and not is_blank(cell)
        and (cell.value is None or re.search(r"\w", str(cell.value)) is not None)
    )


def _is_meant(rule: LeftBlank, located: Located, spec: TableSpec, row: TableRow) -> bool:
    """Whether the row's label holds one of the rule's phrases, or another cell of it is one."""
    for key, column in located.columns.items():
        cell = located.sheet.cells.get((row.row, column))
        if cell is None or not isinstance(cell.value, str) or key in rule.columns:
            continue
        text = _plain(cell_text(cell))
        for phrase in map(_plain, rule.labels):
            if phrase.strip(" .()") == text.strip(" .()"):
                return True
            if key == spec.label_column and re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text):
                return True
    return False


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return fold(text)


def numbered_tree(facts: TableFacts, spec: TableSpec) -> Node:
    """The numbered rows under each other."""
    return tree(numbered_rows(facts, spec), strict=True)


def data_rows(facts: TableFacts, spec: TableSpec) -> list[TableRow]:
    """The rows with data, fixed or repeating, as they are shown to people."""
    if spec.rows:
        return [row for row in numbered_rows(facts, spec) if row.kind is RowKind.DATA]
    return list(facts.of_kind(RowKind.DATA))
