"""Columns that the lowest rows of a table must fill: the score of each criterion that has none beneath it.

The flow: the numbered rows as a tree → the rows without rows beneath them in which the form's condition holds
(`(3)>0`: there is something to score) → those whose cell is blank, but for cells that others fill in and for rows whose
parent was filled in as a whole. Each is a Problem with X105; where nobody filled in the column at all, the first is
one with X110 and the others are not said. Nothing here fails.
"""

from dataclasses import replace

from bot.checks.left_blank import blank_places, data_rows, numbered_tree
from bot.checks.leftovers import is_example
from bot.checks.levels import Node
from bot.checks.rows import RowKind, TableRow, column_title, is_blank
from bot.checks.rules import parse_rule
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.values import Problem
from bot.domain.form import Column, TableSpec


def with_leaves(facts: TableFacts, spec: TableSpec) -> TableFacts:
    """The facts with the problems of blank cells that the lowest rows must fill. Only where rows repeat: printed rows
    say by themselves which must be filled.
    """
    if spec.rows or not isinstance(facts.located, Located):
        return facts
    problems: list[Problem] = []
    for column in spec.columns:
        if column.required_on_leaves and column.key in facts.located.columns:
            problems += _of_column(facts, facts.located, spec, column)
    return replace(facts, problems=(*facts.problems, *problems)) if problems else facts


def _of_column(facts: TableFacts, located: Located, spec: TableSpec, column: Column) -> list[Problem]:
    place = located.columns[column.key]
    filled = _filled(facts, located, spec, place)
    others = {row for row, key in blank_places(facts, spec) if key == column.key}
    told = {problem.row for problem in facts.problems if problem.column == place}
    lacking = [row for row in _leaves(numbered_tree(facts, spec), filled) if row.row not in filled | others | told]
    lacking = [row for row in lacking if _is_asked(row, column)]
    title = column_title(column)
    if len(lacking) > 1 and not filled - others:
        first, *rest = lacking
        nobody = Problem("X110", {"reason": "column", "expected": len(lacking)})
        nobody = nobody.at(first.row, place, first.label or first.code, title)
        return [nobody, *(Problem("", {}, row.row, place) for row in rest)]
    return [Problem("X105").at(row.row, place, row.label or row.code, title) for row in lacking]


def _filled(facts: TableFacts, located: Located, spec: TableSpec, place: int) -> set[int]:
    """The rows in which something stands in the column, one merged cell for all rows that it covers."""
    cells = located.sheet.cells
    found = {row.row for row in data_rows(facts, spec) if not is_blank(cells.get((row.row, place)))}
    for merge in located.sheet.merges:
        if merge.left <= place <= merge.right and not is_blank(cells.get((merge.top, merge.left))):
            found |= {row.row for row in facts.rows if merge.top <= row.row <= merge.bottom}
    return found


def _leaves(node: Node, filled: set[int]) -> list[TableRow]:
    """The data rows without rows beneath them. A row that is filled in while all beneath it are blank is one itself."""
    found: list[TableRow] = []
    for child in node.children:
        if child.row is None:
            continue
        as_a_whole = child.row.row in filled and not any(_any_filled(below, filled) for below in child.children)
        if child.children and not as_a_whole:
            found += _leaves(child, filled)
        elif child.row.kind is RowKind.DATA:
            found.append(child.row)
    return found


def _any_filled(node: Node, filled: set[int]) -> bool:
    return any(n.row is not None and n.row.row in filled for n in (node, *node.beneath()))


def _is_asked(row: TableRow, column: Column) -> bool:
    if not row.label or is_example(row.label):
        return False  # nobody can tell what the row is, and that is said of it already
    rule = parse_rule(column.required_on_leaves)
    return all(reference in row.figures for reference in rule.references) and rule.holds(row.figures)
