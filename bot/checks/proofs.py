"""X116 and X117: figures that need evidence beside them, and cells that others fill in.

A cell that is merged over several rows counts for each of them: agencies give one document for a group of criteria. A
cell that has a finding of its own is not said again.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.headers import words
from bot.checks.left_blank import blank_cells, data_rows, numbered_tree
from bot.checks.places import at_cell, said
from bot.checks.registry import TABLES, check
from bot.checks.rows import cell_text, column_title, is_blank
from bot.checks.rules import parse_rule
from bot.checks.spec import Located
from bot.checks.values import shown
from bot.domain.document import Cell
from bot.domain.form import Severity
from bot.domain.submission import Finding, Place
from bot.text.numbers import parse_number

_NOTHING = frozenset({"khong", "khong co", "chua co", "khong phat sinh"})


@check("X116", Severity.ERROR, TABLES)
def evidence_lacking(context: CheckContext) -> Iterator[Finding]:
    """Evidence lacking.

    What it does:
        Where a row's figure asks for it, as a score above nought does, looks for something in one of the columns that
        the form names: the evidence or the explanation. A dash, a nought or "không có" is none. Rows with rows beneath
        them are passed over where the form says so. One merged cell counts for all rows that it covers.
    Why it matters:
        A score without evidence is not counted when the office appraises it.
    How to mend it:
        Name the document (number, date, subject), or explain the score in the remarks column.
    Example:
        Criterion 1.1.1 has 1,5 points and nothing under "Tài liệu kiểm chứng" and "Ghi chú/giải trình".
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not spec.proofs or not isinstance(facts.located, Located):
        return
    located, sheet = facts.located, facts.located.sheet.name
    parents = {node.row.row for node in numbered_tree(facts, spec).beneath() if node.row and node.children}
    told = {row for row, _ in blank_cells(facts, spec)}
    for proof in spec.proofs:
        rule = parse_rule(proof.when)
        columns = [_Evidence(located, key) for key in proof.any_of if key in located.columns]
        names = [f'"{spec.column(key).title}"' for key in proof.any_of]
        for row in data_rows(facts, spec):
            if row.row in told or (proof.leaves and row.row in parents):
                continue
            if any(reference not in row.figures for reference in rule.references) or not rule.holds(row.figures):
                continue
            if any(column.says(row.row) for column in columns):
                continue
            key = columns[0].key if columns else rule.left.references[0]
            place, params = at_cell(facts, sheet, row.row, located.columns[key])
            params |= {"row": row.label or row.code, "column": column_title(spec.column(key)), "columns": names}
            params |= {"when": _condition(proof.when)} | said(proof.message)
            if not columns:  # once for the table: there is nowhere to put it
                yield Finding("X116", proof.severity, Place(sheet=sheet), {**params, "reason": "column"})
                break
            yield Finding("X116", proof.severity, place, params)


@check("X117", Severity.ERROR, TABLES)
def not_left_blank(context: CheckContext) -> Iterator[Finding]:
    """Cell must be left blank.

    What it does:
        In rows that the form leaves to others, such as criteria decided by a survey, looks for figures in the columns
        that the agency leaves blank. A nought is a figure too; a dash is none. A row counts when its label, or another
        cell of it, says so, and so do the rows beneath it.
    Why it matters:
        What stands there would be added to the agency's own score, and the survey's result counted twice.
    How to mend it:
        Clear the cell; write no 0.
    Example:
        0 as self-score of a criterion that reads "Tiêu chí điều tra xã hội học".
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not spec.left_blank or not isinstance(facts.located, Located):
        return
    told = {(problem.row, problem.column) for problem in facts.problems}
    rows = {row.row: row for row in data_rows(facts, spec)}
    for (number, key), rule in blank_cells(facts, spec).items():
        column = facts.located.columns[key]
        if (number, column) in told or number not in rows:
            continue
        place, params = at_cell(facts, facts.located.sheet.name, number, column)
        row = rows[number]
        params |= {"row": row.label or row.code, "column": column_title(spec.column(key))}
        params |= {"actual": shown(facts.located.sheet.cells[number, column])} | said(rule.message)
        yield Finding("X117", rule.severity, place, params)


class _Evidence:
    """One column in which evidence may stand. A cell merged over several rows counts for each."""

    def __init__(self, located: Located, key: str) -> None:
        self.key = key
        self._cells, self._column = located.sheet.cells, located.columns[key]
        over = (m for m in located.sheet.merges if m.left <= self._column <= m.right and m.top < m.bottom)
        self._merged = sorted((m.top, m.bottom) for m in over if _says(self._cells.get((m.top, m.left))))

    def says(self, row: int) -> bool:
        at = bisect_right(self._merged, (row, 2**30)) - 1
        if at >= 0 and row <= self._merged[at][1]:
            return True
        return _says(self._cells.get((row, self._column)))


def _says(cell: Cell | None) -> bool:
    """Whether the cell names anything: a nought, a dash or "không có" names no document and explains nothing."""
    if cell is None or is_blank(cell):
        return False
    if cell.value is None:
        return True  # a formula or an error has its own finding
    text = cell_text(cell)
    is_nought = parse_number(cell.value, whole=False) == 0
    return not is_nought and re.search(r"\w", text) is not None and words(text) not in _NOTHING


def _condition(text: str) -> str:
    """`(4)>0` as people write it: (4) > 0."""
    return re.sub(r"\s*(<=|>=|≤|≥|=|<|>)\s*", r" \1 ", text)
