"""A form's table as it stands in a workbook: its rows, what each row is, and what each cell means.

The flow: locate the table → take every row below its header up to the footer → tell data, total and heading rows
apart → read each cell by the column's type. A cell that cannot be read becomes a Problem, which the check of its code
turns into a finding; its figure is then unknown, and no rule speaks of it. A formula that follows from such a cell is
unknown too, as a Problem without a code. Nothing here fails.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.checks.derived import following
from bot.checks.headers import words
from bot.checks.rows import (
    RowKind,
    TableRow,
    cell_text,
    code_text,
    column_title,
    filled_rows,
    is_blank,
    is_plainly_total,
    is_subtotal,
    is_total,
)
from bot.checks.spec import Located, Missing, locate
from bot.checks.values import Problem, read_cell
from bot.domain.document import Cell, Workbook
from bot.domain.form import CellType, Row, TableSpec

_NUMERIC = frozenset({CellType.INTEGER, CellType.DECIMAL, CellType.PERCENT, CellType.MINUTES})


@dataclass(frozen=True, slots=True)
class TableFacts:
    """All that the X checks ask of a table. `located` is Missing when the table is nowhere; the rest is then empty.

    `fixed` maps the codes of coded rows to where they stand and `values` to their figures; `blank` are coded rows
    with a type and without a value.
    """

    located: Located | Missing
    rows: tuple[TableRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    fixed: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Decimal] = field(default_factory=dict)
    blank: tuple[Row, ...] = ()
    many_sheets: bool = False

    def of_kind(self, *kinds: RowKind) -> tuple[TableRow, ...]:
        return tuple(row for row in self.rows if row.kind in kinds)


def read_table(workbook: Workbook, spec: TableSpec) -> TableFacts:
    """The table of that form in the workbook."""
    located = locate(workbook, spec)
    if isinstance(located, Missing):
        return TableFacts(located)
    many = sum(not sheet.hidden for sheet in workbook.sheets) > 1
    if spec.rows:
        return _read_fixed(located, spec, many)
    rows: list[TableRow] = []
    problems: list[Problem] = []
    for number, text in filled_rows(located, spec):
        row, found = _read_row(located, spec, number, text)
        if row is not None:
            rows.append(row)
            problems += found
    spare = {row.row for row in rows if _is_spare(located, spec, row)}
    if any(row.kind is RowKind.DATA and row.row not in spare for row in rows):
        rows = [row for row in rows if row.row not in spare]
        problems = [problem for problem in problems if problem.row not in spare]
    unknown = following(located.sheet, _causes(problems))
    problems = _without_consequences(problems, unknown)
    for at, row in enumerate(rows):
        derived = {key for key in row.figures if (row.row, located.columns[key]) in unknown}
        if derived:
            problems += [Problem("", {}, row.row, located.columns[key]) for key in sorted(derived)]
            rows[at] = replace(row, figures={k: v for k, v in row.figures.items() if k not in derived})
    return TableFacts(located, tuple(rows), tuple(problems), many_sheets=many)


def _causes(problems: Sequence[Problem]) -> set[tuple[int, int]]:
    """The cells from which wrong values follow: not blank ones, nor those that lack a figure or two."""
    return {(problem.row, problem.column) for problem in problems if problem.code not in ("X105", "X112")}


def _without_consequences(problems: Sequence[Problem], unknown: frozenset[tuple[int, int]]) -> list[Problem]:
    return [replace(p, code="") if (p.row, p.column) in unknown else p for p in problems]


def _is_spare(located: Located, spec: TableSpec, row: TableRow) -> bool:
    """Whether nothing but a number and noughts stand there: a line of the blank form that nobody filled in, with values
    pasted over its formulas.
    """
    if row.kind is not RowKind.DATA or row.label or not row.code or any(row.figures.values()):
        return False
    numeric = {c.key for c in spec.columns if c.type in _NUMERIC} | {spec.code_column}
    keys = (key for key, at in located.columns.items() if not is_blank(located.sheet.cells.get((row.row, at))))
    return all(key in numeric and (key in row.figures or key == spec.code_column) for key in keys)


def _read_row(located: Located, spec: TableSpec, number: int, text: str) -> tuple[TableRow | None, list[Problem]]:
    cells = {key: located.sheet.cells.get((number, column)) for key, column in located.columns.items()}
    filled = {key for key, cell in cells.items() if not is_blank(cell)}
    code = code_text(cells[spec.code_column]) if spec.code_column in cells else ""
    label = cell_text(cells.get(spec.label_column or ""))
    filled = _without_idle(spec, cells, filled, code, label or code or text)
    kind = _row_kind(spec, filled, code, label or code or text)
    if kind is None:
        return None, []
    figures: dict[str, Decimal] = {}
    problems: list[Problem] = []
    summed = spec.total.columns if spec.total else ()
    for column in spec.columns:
        numeric = column.type in _NUMERIC
        if column.key not in cells or kind is RowKind.HEADING:
            continue  # beside a heading may stand the list's count
        if kind in (RowKind.TOTAL, RowKind.SUBTOTAL) and column.key not in summed:
            continue
        required = column.required and kind is RowKind.DATA
        cell = None if column.key not in filled else cells[column.key]
        problem, figure = read_cell(cell, column, required=required)
        if problem is not None:
            place = located.columns[column.key]
            problems.append(problem.at(number, place, label or code, column_title(column)))
        if numeric and figure is not None:
            figures[column.key] = figure
    return TableRow(number, kind, code, label, figures), problems


def _without_idle(
    spec: TableSpec, cells: Mapping[str, Cell | None], filled: set[str], code: str, first: str
) -> set[str]:
    """What is filled in a row, its formulas left out where nothing but its name stands beside them and they come to
    nought: blank forms carry their formulas in rows that nobody has filled in. A total row is its formulas.
    """
    if _is_total(spec, code, first):
        return filled
    named = filled & {spec.code_column, spec.label_column}
    idle = {key for key in filled - named if (cell := cells[key]) is not None and _is_idle(cell)}
    return named if filled == named | idle else filled


def _is_total(spec: TableSpec, code: str, first: str) -> bool:
    """Whether the row is a total, whichever of the first columns says so; also where the form names none."""
    if spec.total is None:
        return is_plainly_total(first) or is_plainly_total(code)
    return is_total(first, spec.total.labels) or is_total(code, spec.total.labels)


def _is_idle(cell: Cell) -> bool:
    return cell.formula is not None and cell.error is None and cell.value in (None, "", 0)


def _row_kind(spec: TableSpec, filled: set[str], code: str, first: str) -> RowKind | None:
    """What the row is; None when nothing of the table stands in it. A numbered row of a list with more than a count
    beside its title is an item, whatever its title says ("Tổng số hồ sơ tăng").
    """
    figures = {c.key for c in spec.columns if c.type in _NUMERIC} & filled
    content = filled - {spec.code_column}
    is_item = spec.count is not None and code.isdigit() and len(content - {spec.label_column}) > 1
    if _is_total(spec, code, first) and not is_item:
        summed = figures & set(spec.total.columns) if spec.total is not None else figures
        return RowKind.TOTAL if summed else RowKind.HEADING
    if spec.count is not None and is_total(first, spec.count.labels) and not is_item:
        return RowKind.HEADING
    if not content:
        return None
    has_figures = bool({c.key for c in spec.columns if c.type in _NUMERIC})
    if has_figures and not figures and not (content - {spec.label_column}):
        return RowKind.HEADING
    if spec.total is not None and is_subtotal(first):
        return RowKind.SUBTOTAL
    return RowKind.DATA


def _read_fixed(located: Located, spec: TableSpec, many_sheets: bool) -> TableFacts:
    """Coded rows: each is sought by its printed code and its label, and read in the value column."""
    fixed = _find_fixed(located, spec)
    value_column = spec.column(spec.value_column or "")
    place = located.columns.get(value_column.key)
    values: dict[str, Decimal] = {}
    problems: list[Problem] = []
    blank: list[Row] = []
    for row in spec.rows:
        if row.type is None or row.code not in fixed or place is None:
            continue
        number = fixed[row.code]
        cell = located.sheet.cells.get((number, place))
        if is_blank(cell):
            blank.append(row)
            continue
        problem, figure = read_cell(cell, row, required=False)
        if problem is not None:
            problems.append(problem.at(number, place, f"{row.code}. {row.label}", column_title(value_column)))
        if figure is not None:
            values[row.code] = figure
    unknown = following(located.sheet, _causes(problems))
    problems = _without_consequences(problems, unknown)
    values = {code: value for code, value in values.items() if (fixed[code], place) not in unknown}
    rows = tuple(
        TableRow(fixed[row.code], RowKind.DATA, row.code, row.label)
        for row in spec.rows
        if row.code in fixed and row.type is not None and row not in blank
    )
    return TableFacts(located, rows, tuple(problems), fixed, values, tuple(blank), many_sheets)


def _find_fixed(located: Located, spec: TableSpec) -> dict[str, int]:
    """Where each coded row stands: with its code and label, else with its label alone, else with its code alone."""
    code_column, label_column = (
        located.columns.get(spec.code_column or ""),
        located.columns.get(spec.label_column or ""),
    )
    by_code: dict[str, list[int]] = defaultdict(list)
    by_label: dict[str, list[int]] = defaultdict(list)
    for (number, column), cell in sorted(located.sheet.cells.items()):
        if number < located.first_row or is_blank(cell):
            continue
        if column == code_column:
            by_code[code_text(cell)].append(number)
        elif column == label_column:
            by_label[words(cell_text(cell))].append(number)
    labels = [words(row.label) for row in spec.rows]
    named = {at: label for label, numbers in by_label.items() if label in labels for at in numbers}
    found: dict[str, int] = {}
    taken: set[int] = set()
    for row, label in zip(spec.rows, labels, strict=True):
        coded, labelled = by_code.get(row.code, []), by_label.get(label, [])
        both = [at for at in coded if at in labelled]
        alone = labelled if labels.count(label) == 1 else []
        unnamed = [at for at in coded if named.get(at, label) == label]  # not the row of another code
        free = (at for at in (*both, *alone, *unnamed) if at not in taken)
        if (place := next(free, None)) is not None:
            found[row.code] = place
            taken.add(place)
    return found
