"""X202 and X203: total rows. What a total must come to is told by `sums`; here it is held against what stands there.

A difference that a broken rule of one row explains is a consequence and is not said again.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from bot.checks.context import CheckContext
from bot.checks.excel import is_bare
from bot.checks.left_blank import blank_cells
from bot.checks.places import at_cell
from bot.checks.registry import TABLES, check
from bot.checks.relations import EXPLAINING, explains, row_breaks
from bot.checks.rows import RowKind, column_title
from bot.checks.spec import Located
from bot.checks.sums import total_sums
from bot.checks.table import TableFacts
from bot.checks.values import json_number, round_sum
from bot.domain.form import CellType, Severity, TableSpec
from bot.domain.submission import Finding, Place

_TOTALS = 200  # total rows that are looked at, from the bottom
_ROUNDING = Decimal("0.05")  # what a sum of decimals may differ by


@check("X202", Severity.ERROR, TABLES)
def total_wrong(context: CheckContext) -> Iterator[Finding]:
    """Total row is not the sum.

    What it does:
        Adds up each column and compares the sum with the printed total. Sections whose figures repeat those of their
        lines are not counted twice. A difference that an X201 finding in the same column explains is not said again.
        Some forms only have a remark for it.
    Why it matters:
        The total is what is carried upward.
    How to mend it:
        Correct the total, best by a formula over all rows; or the row that was left out of it.
    Example:
        A row was added beneath the range of the SUM formula.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or spec.total is None or not isinstance(facts.located, Located):
        return
    breaks = list(islice(row_breaks(facts, spec), EXPLAINING))
    count = len(facts.of_kind(RowKind.DATA))
    for key in spec.total.columns:
        tolerance = _ROUNDING if spec.column(key).type in (CellType.DECIMAL, CellType.MINUTES) else Decimal(0)
        sums_of = _sums(facts, spec, key)
        for total in facts.of_kind(RowKind.TOTAL)[-_TOTALS:]:
            sums, actual = sums_of.get(total.row, ()), total.figures.get(key)
            if actual is None or not sums or any(abs(actual - right) <= tolerance for right in sums):
                continue
            grave = spec.total.severity
            if explains(breaks, key, actual - sums[0], grave) or (spec.count is not None and actual == count):
                continue  # a list may give its count where the sum would stand
            place, params = at_cell(facts, facts.located.sheet.name, total.row, facts.located.columns[key])
            params |= {"row": total.label or total.code, "column": column_title(spec.column(key))}
            is_time = spec.column(key).type is CellType.MINUTES  # seconds are no round part of a minute
            params |= {"actual": json_number(round_sum(actual) if is_time else actual)}
            params |= {"expected": json_number(round_sum(sums[0]))}
            yield Finding("X202", grave, place, params)


def _sums(facts: TableFacts, spec: TableSpec, key: str) -> dict[int, tuple[Decimal, ...]]:
    """What each total row may show. A row that leaves the column blank, and may, adds nothing; a cell that must be left
    blank may have been counted or not.
    """
    place = facts.located.columns.get(key) if isinstance(facts.located, Located) else None
    unknown = {problem.row for problem in facts.problems if problem.column == place}
    must_be_blank = {row for row, column in blank_cells(facts, spec) if column == key}
    found: dict[int, tuple[Decimal, ...]] = {}
    for uncounted in (set[int](), must_be_blank) if must_be_blank else (set[int](),):
        no_figure = {row.row for row in facts.of_kind(RowKind.DATA) if key not in row.figures} - unknown | uncounted
        rows = [replace(row, kind=RowKind.HEADING) if row.row in no_figure else row for row in facts.rows]
        sums_of = total_sums(rows, key)
        if uncounted and not any(row.kind is RowKind.DATA for row in rows):
            sums_of = {row.row: (Decimal(0),) for row in facts.of_kind(RowKind.TOTAL)}
        for total, sums in sums_of.items():
            found[total] = (*found.get(total, ()), *sums)
    return found


@check("X203", Severity.ERROR, TABLES)
def total_missing(context: CheckContext) -> Iterator[Finding]:
    """Total row missing.

    What it does:
        Looks for a row labelled as the form labels its total, with figures in it.
    Why it matters:
        The total is the agency's own check that no row was lost.
    How to mend it:
        Add the row under the last one, with the sums of the columns.
    Example:
        II.06 without its row TỔNG CỘNG.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or spec.total is None or not isinstance(facts.located, Located):
        return
    if spec.label_column in facts.located.missing:
        return  # X102: the total's words stood in that column
    if spec.total.required and not is_bare(facts, spec) and not facts.of_kind(RowKind.TOTAL):
        place = Place(sheet=facts.located.sheet.name)
        yield Finding("X203", Severity.ERROR, place, {"label": spec.total.labels[0]})
