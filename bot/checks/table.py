"""A form's table as it stands in a workbook: its rows, what each row is, and what each cell means.

The flow: locate the table → take every row below its header up to the footer → tell data, total and heading rows
apart → read each cell by the column's type. A cell that cannot be read becomes a Problem, which the check of its code
turns into a finding; its figure is then unknown, and no rule speaks of it. Nothing here fails.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from bot.checks.headers import printed_number, words
from bot.checks.spec import Located, Missing, locate
from bot.checks.values import Problem, read_cell
from bot.domain.document import Cell, CellValue, Workbook
from bot.domain.form import CellType, Column, Row, TableSpec
from bot.text.accents import nfc, squeeze

_FOOTER = re.compile(
    r"(nguoi (lap|tong hop|bao cao|kiem tra|ky)|thu truong|lanh dao (don vi|co quan)|noi nhan|xac nhan cua"
    r"|ky ten|ky ghi ro|t[ml] uy ban|kt (chu tich|giam doc|truong)|chu tich|pho chu tich|giam doc|pho giam doc"
    r"|truong phong|chanh van phong|ghi chu|luu y)\b|(.* )?ngay( [0-9]+)? thang( [0-9]+)? nam( [0-9]+)?$"
)
_SUBTOTAL = re.compile(r"cộng\b(?! hòa)", re.IGNORECASE)
_NUMERIC = frozenset({CellType.INTEGER, CellType.DECIMAL, CellType.PERCENT})


class RowKind(Enum):
    """What a row of the table is. SUBTOTAL rows repeat figures of the rows above them ("Cộng khối sở")."""

    DATA = "data"
    TOTAL = "total"
    SUBTOTAL = "subtotal"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `figures` holds what could be read of its numeric columns, by column key; `row` counts from 1."""

    row: int
    kind: RowKind
    code: str
    label: str
    figures: Mapping[str, Decimal] = field(default_factory=dict)


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
    for number in _row_numbers(located, spec):
        row, found = _read_row(located, spec, number)
        if row is not None:
            rows.append(row)
            problems += found
    return TableFacts(located, tuple(rows), tuple(problems), many_sheets=many)


def _row_numbers(located: Located, spec: TableSpec) -> Iterator[int]:
    """The filled rows below the header, up to the footer; a header that is printed again is left out."""
    cells_of = _cells_by_row(located)
    label_column = located.columns.get(spec.label_column or "")
    for number in sorted(row for row in cells_of if row >= located.first_row):
        cells = cells_of[number]
        texts = [squeeze(str(cell.value)) for cell in cells if isinstance(cell.value, str)]
        in_table = [c for c in cells if c.column in located.columns.values() and c.column != label_column]
        figures = [c for c in in_table if isinstance(c.value, (int, float, Decimal)) or c.formula or c.error]
        if not figures and texts and any(_FOOTER.match(words(text)) for text in texts):
            return
        if not _is_repeated_header(cells, located):
            yield number


def _is_repeated_header(cells: list[Cell], located: Located) -> bool:
    numbers = [printed_number(cell.value) for cell in cells]
    if len(cells) > 3 and all(numbers) and numbers == [str(n) for n in range(1, len(cells) + 1)]:
        return True
    texts = [words(str(cell.value)) for cell in cells if isinstance(cell.value, str)]
    header = {
        words(str(located.sheet.cells[at].value))
        for at in ((located.header_bottom, column) for column in located.columns.values())
        if at in located.sheet.cells
    }
    return len(texts) > 2 and len(texts) == len(cells) and all(text in header for text in texts)


def _cells_by_row(located: Located) -> dict[int, list[Cell]]:
    rows: dict[int, list[Cell]] = defaultdict(list)
    for (row, _), cell in sorted(located.sheet.cells.items()):
        if not _is_blank(cell):
            rows[row].append(cell)
    return rows


def _is_blank(cell: Cell | None) -> bool:
    if cell is None:
        return True
    empty = cell.value is None or (isinstance(cell.value, str) and not squeeze(cell.value).strip(".… "))
    return empty and cell.formula is None and cell.error is None


def _read_row(located: Located, spec: TableSpec, number: int) -> tuple[TableRow | None, list[Problem]]:
    cells = {key: located.sheet.cells.get((number, column)) for key, column in located.columns.items()}
    filled = {key for key, cell in cells.items() if not _is_blank(cell)}
    code = code_text(cells[spec.code_column]) if spec.code_column in cells else ""
    label = _text(cells.get(spec.label_column or ""))
    kind = _row_kind(located, spec, number, filled, label or code)
    if kind is None:
        return None, []
    figures: dict[str, Decimal] = {}
    problems: list[Problem] = []
    summed = spec.total.columns if spec.total else ()
    for column in spec.columns:
        numeric = column.type in _NUMERIC
        if column.key not in cells or (kind is RowKind.HEADING and column.key not in filled):
            continue
        if kind in (RowKind.TOTAL, RowKind.SUBTOTAL) and column.key not in summed:
            continue
        required = column.required and kind is RowKind.DATA
        cell = None if column.key not in filled else cells[column.key]
        problem, figure = read_cell(cell, column, required=required)
        if problem is not None:
            place = located.columns[column.key]
            problems.append(problem.at(number, place, label or code, column_title(column)))
        elif numeric and figure is not None:
            figures[column.key] = figure
    return TableRow(number, kind, code, label, figures), problems


def _row_kind(located: Located, spec: TableSpec, number: int, filled: set[str], label: str) -> RowKind | None:
    """What the row is; None when nothing of the table stands in it."""
    figures = {c.key for c in spec.columns if c.type in _NUMERIC} & filled
    first = label or next((t for t in _row_texts(located, number)), "")
    if spec.total is not None and is_total(first, spec.total.labels):
        return RowKind.TOTAL if figures & set(spec.total.columns) else RowKind.HEADING
    if spec.count is not None and is_total(first, spec.count.labels):
        return RowKind.HEADING
    content = filled - {spec.code_column}
    if not content:
        return None
    has_figures = bool({c.key for c in spec.columns if c.type in _NUMERIC})
    if has_figures and not figures and not (content - {spec.label_column}):
        return RowKind.HEADING
    if spec.total is not None and _SUBTOTAL.match(nfc(first)):
        return RowKind.SUBTOTAL
    return RowKind.DATA


def _row_texts(located: Located, number: int) -> Iterator[str]:
    for column in sorted(c for r, c in located.sheet.cells if r == number):
        if isinstance(value := located.sheet.cells[number, column].value, str) and value.strip():
            yield squeeze(value)


def is_total(text: str, labels: tuple[str, ...]) -> bool:
    """Whether a row's text is one of these labels; what follows in brackets or after a colon does not matter."""
    bare = words(re.split(r"[(:]", text, maxsplit=1)[0])
    # "Công" (công chứng, công thương) folds like "Cộng": a one-word label must keep its accents.
    accents = {nfc(label).casefold() for label in labels}
    one_word = " " not in squeeze(text.strip(" :"))
    if one_word:
        return nfc(squeeze(text)).casefold().strip(" :.") in accents
    return bool(bare) and bare in {words(label) for label in labels if " " in label}


def _text(cell: Cell | None) -> str:
    return "" if cell is None or cell.value is None else squeeze(nfc(str(cell.value)))


def code_text(cell: Cell | None) -> str:
    """A printed code without its closing dot: 1.0 → "1", "1.1.2." → "1.1.2"."""
    value: CellValue = None if cell is None else cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else squeeze(str(value)).strip(" .()")


def column_title(column: Column) -> str:
    """How a column is named to people: `(3)`, or its header when it has no number."""
    return f"({column.key})" if column.key.isdigit() else column.title


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
        if _is_blank(cell):
            blank.append(row)
            continue
        problem, figure = read_cell(cell, row, required=False)
        if problem is not None:
            problems.append(problem.at(number, place, f"{row.code}. {row.label}", column_title(value_column)))
        elif figure is not None:
            values[row.code] = figure
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
    for (row, column), cell in sorted(located.sheet.cells.items()):
        if row < located.first_row or _is_blank(cell):
            continue
        if column == code_column:
            by_code[code_text(cell)].append(row)
        elif column == label_column:
            label = words(_text(cell))
            by_label[label].append(row)
            for_code = re.match(r"(\d+(?:\.\d+)*)[. )]+", _text(cell))
            if for_code and code_column is None:
                by_code[for_code[1]].append(row)
    twice = {label for label in by_label if sum(words(row.label) == label for row in spec.rows) > 1}
    found: dict[str, int] = {}
    for row in spec.rows:
        label = words(row.label)
        coded, labelled = by_code.get(row.code, []), by_label.get(label, [])
        both = [number for number in coded if number in labelled]
        alone = labelled if label not in twice else []
        for number in (*both, *alone, *coded):
            if number not in found.values():
                found[row.code] = number
                break
    return found
