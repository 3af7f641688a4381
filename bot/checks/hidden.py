"""X113 and X114: figures that nobody sees, and formulas of the blank form that were typed over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.checks.context import CheckContext
from bot.checks.places import at_cell
from bot.checks.registry import TABLES, check
from bot.checks.rows import RowKind, cell_text, column_title, is_blank
from bot.checks.spec import Located
from bot.checks.table import TableFacts, read_table
from bot.checks.values import shown
from bot.domain.document import Cell, FileKind, Workbook
from bot.domain.form import CellType, Column, Severity, TableSpec
from bot.domain.submission import Finding, ParamValue, Place
from bot.text.numbers import parse_number

# In files of these kinds the reader tells formulas from numbers.
_FORMULAS_SEEN = frozenset({FileKind.XLSX, FileKind.XLS})
_WORDS = frozenset({CellType.TEXT, CellType.CHOICE, CellType.DATE})


@check("X113", Severity.REMARK, TABLES)
def formula_replaced(context: CheckContext) -> Iterator[Finding]:
    """Formula replaced by a number.

    What it does:
        In files that were made from the office's own blank form, looks at the cells in which the blank form computes
        (the total row, and columns that follow from others); says where a typed number stands there now. A row in
        which no formula is left counts only where none is left in any row: the clerk may have added it. One cell a
        column is named.
    Why it matters:
        A typed number does not follow when the figures beneath it are corrected.
    How to mend it:
        Nothing need be sent again where the number is right; next time leave the formulas and fill in the other cells.
    Example:
        In the row TỔNG CỘNG, column (4) holds 2544 instead of =SUM(D11:D20).
    """
    facts, spec, document = context.table, context.form.table, context.document
    if facts is None or spec is None or not isinstance(facts.located, Located) or not isinstance(document, Workbook):
        return
    tag = document.traits.tag
    if tag is None or tag.form != context.form.code or document.traits.kind not in _FORMULAS_SEEN:
        return
    told = {(problem.row, problem.column) for problem in facts.problems}
    rows = [row.row for row in facts.of_kind(RowKind.DATA)]
    totals = [row.row for row in facts.of_kind(RowKind.TOTAL)]
    ours = _with_formulas(facts.located, spec, rows) or rows
    for column in spec.columns:
        at = facts.located.columns.get(column.key)
        cells = facts.located.sheet.cells
        if at is None or all(is_blank(cells.get((row, at))) for row in rows):
            continue
        computed = [*(ours if column.key in spec.computed else ()), *(totals if _is_summed(column, spec) else ())]
        right = (row for row in sorted(computed) if (row, at) not in told)  # a wrong cell has its finding
        typed = next((cells[row, at] for row in right if _is_typed(cells.get((row, at)))), None)
        if typed is not None:
            place, params = at_cell(facts, facts.located.sheet.name, typed.row, at)
            params |= {"row": _label(facts.located, spec, typed.row), "column": column_title(column)}
            yield Finding("X113", Severity.REMARK, place, params | {"actual": shown(typed)})


def _with_formulas(located: Located, spec: TableSpec, rows: Sequence[int]) -> list[int]:
    """Of these rows those that still compute in one of the columns in which the blank form does. Where all others do,
    a row without may have been added by the clerk, and its numbers belong there.
    """
    columns = [located.columns[key] for key in spec.computed if key in located.columns]
    cells = located.sheet.cells
    return [row for row in rows if any((c := cells.get((row, at))) is not None and c.formula for at in columns)]


def _is_summed(column: Column, spec: TableSpec) -> bool:
    """Whether the blank form sums the column by itself: not where rows stand in levels."""
    levelled = any(column.key in rule.columns for rule in spec.children)
    return spec.total is not None and column.key in spec.total.columns and not levelled


def _is_typed(cell: Cell | None) -> bool:
    return cell is not None and not is_blank(cell) and cell.formula is None and cell.error is None


@check("X114", Severity.ERROR, TABLES)
def figures_hidden(context: CheckContext) -> Iterator[Finding]:
    """Figures are hidden.

    What it does:
        Looks for figures other than nought in hidden rows and columns of the form's table, a filter's rows among
        them. A hidden sheet that holds a second table like the form's is a remark.
    Why it matters:
        Hidden figures are in the sums, but neither the clerk nor the leader who signed has seen them; most often they
        are left from last period.
    How to mend it:
        Select the whole sheet, right-click a row number or column letter, choose Unhide, clear the filter; delete what
        is too much or leave it in sight, and send the file again.
    Example:
        The row "Đất đai" holds figures and is hidden by a filter.
    """
    facts, spec, document = context.table, context.form.table, context.document
    if facts is None or spec is None or not isinstance(document, Workbook):
        return
    if isinstance(facts.located, Located):
        yield from _hidden_in_table(facts, facts.located, spec)
    for sheet in document.sheets:
        if sheet.hidden:
            again = read_table(Workbook((replace(sheet, hidden=False),)), spec)
            if isinstance(again.located, Located) and not again.located.missing:
                count = sum(bool(cells) for cells in _figures(again, again.located, spec).values())
                if count:
                    params: dict[str, ParamValue] = {"reason": "sheet", "count": count}
                    yield Finding("X114", Severity.REMARK, Place(sheet=sheet.name), params)


def _hidden_in_table(facts: TableFacts, located: Located, spec: TableSpec) -> Iterator[Finding]:
    figures = _figures(facts, located, spec)
    sheet = located.sheet
    rows = [row for row, keys in figures.items() if keys and row in sheet.hidden_rows]
    if rows:
        yield _at(facts, located, spec, rows[0], figures[rows[0]][0], {"reason": "rows", "count": len(rows)})
    hidden = [c for c in spec.columns if located.columns.get(c.key) in sheet.hidden_columns]
    keys = [c.key for c in hidden if any(c.key in found for found in figures.values())]
    if keys:
        rows = [row for row, found in figures.items() if set(found) & set(keys)]
        first = next(key for key in figures[rows[0]] if key in keys)
        names: list[str] = [column_title(column) for column in hidden if column.key in keys]
        yield _at(facts, located, spec, rows[0], first, {"reason": "columns", "count": len(rows), "columns": names})


def _at(
    facts: TableFacts, located: Located, spec: TableSpec, row: int, key: str, params: Mapping[str, ParamValue]
) -> Finding:
    place, named = at_cell(facts, located.sheet.name, row, located.columns[key])
    named |= {"row": _label(located, spec, row), "column": column_title(spec.column(key))}
    return Finding("X114", Severity.ERROR, place, named | dict(params))


def _figures(facts: TableFacts, located: Located, spec: TableSpec) -> dict[int, Sequence[str]]:
    """For each data row, top down, the keys of the columns in which a figure other than nought stands. In a table
    without numeric columns every filled cell is one, but for the row's number.
    """
    counted = [column for column in _counted(spec) if column.key in located.columns]
    found: dict[int, Sequence[str]] = {}
    for row in sorted(row.row for row in facts.of_kind(RowKind.DATA)):
        cells = {column.key: located.sheet.cells.get((row, located.columns[column.key])) for column in counted}
        found[row] = [key for key, cell in cells.items() if cell is not None and _says_something(cell)]
    return found


def _counted(spec: TableSpec) -> list[Column]:
    if spec.value_column is not None:
        return [spec.column(spec.value_column)]
    numeric = [column for column in spec.columns if column.type not in _WORDS]
    return numeric or [column for column in spec.columns if column.key != spec.code_column]


def _says_something(cell: Cell) -> bool:
    return not is_blank(cell) and parse_number(cell.value, whole=False) != Decimal(0)


def _label(located: Located, spec: TableSpec, row: int) -> str:
    at = located.columns.get(spec.label_column or "")
    return cell_text(located.sheet.cells.get((row, at))) if at is not None else ""
