"""The rows of a blank table: which are offered, what stands in each cell, and what may be typed there.

A row that nobody fills in holds at most a number, a label and formulas that come to nought, which is how the checks
know it. Nothing here fails.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule as FormatRule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents import blank_sheet as look
from bot.documents.blank_entry import Entry, entry_for
from bot.documents.blank_facts import BlankFacts, BlankRow
from bot.documents.blank_layout import column_formula, defining_rule, is_unit_column, limit_column, lines_of
from bot.documents.blank_words import BlankWords
from bot.domain.form import CellType, Column, Form, FormKind, Row, TableSpec

_LIST_ROWS = 30
_TABLE_ROWS = 15
_SPARE_ROWS = 5
_UNIT_LETTERS = 22
_WHOLE = re.compile(r"[1-9][0-9]{0,3}")
_SMALL = 1.12  # so many letters of a label go where one digit of the width would


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `row`: the fixed row that it is; None where rows repeat."""

    at: int
    code: str
    known: BlankRow
    row: Row | None = None

    @property
    def is_heading(self) -> bool:
        return self.row is not None and self.row.type is None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn, and where. `letters` are Excel's names of the columns, by key."""

    form: Form
    spec: TableSpec
    facts: BlankFacts
    words: BlankWords
    widths: list[float]
    letters: dict[str, str]

    @property
    def columns(self) -> int:
        return len(self.widths)

    def is_carried(self, key: str) -> bool:
        """Whether any row has last period's figure in that column."""
        return any(key in row.figures for row in self.facts.rows)

    def entry(self, spec: Column | Row, title: str, note: str) -> Entry:
        return entry_for(spec, title, note, self.facts, self.words)


def offered_lines(plan: Plan, first: int) -> Iterator[Line]:
    """The lines in order, from that row on: the form's fixed rows, or the rows to offer with some to spare."""
    if plan.spec.rows:
        known = {row.code: row.figures for row in plan.facts.rows}
        for at, row in enumerate(plan.spec.rows, first):
            yield Line(at, row.code, BlankRow(row.label, row.code, known.get(row.code, {}), fixed=True), row)
        return
    offered = plan.facts.rows
    usual = _LIST_ROWS if plan.form.kind is FormKind.LIST or plan.spec.children else _TABLE_ROWS
    count = max(len(offered) + _SPARE_ROWS if offered else usual, plan.spec.min_rows)
    has_codes = any(row.code for row in offered) or bool(plan.spec.children)  # then they are not 1, 2, 3
    for at in range(count):
        row_known = offered[at] if at < len(offered) else BlankRow("")
        yield Line(first + at, row_known.code if has_codes else str(at + 1), row_known)


def put_line(sheet: Worksheet, plan: Plan, line: Line) -> None:
    """One line of the table, cell by cell."""
    for at, column in enumerate(plan.spec.columns, 1):
        cell = look.cell_of(sheet, line.at, at)
        if not _put_printed(plan, line, column, cell):
            _put_input(plan, line, column, cell)
    if line.row is not None:
        width = plan.widths[[column.key for column in plan.spec.columns].index(plan.spec.label_column or "")]
        lines = max(lines_of(line.row.label, width * _SMALL), lines_of(line.row.unit, _UNIT_LETTERS))
        if lines > 1:  # a height of its own keeps a row from growing with what is typed
            look.set_height(sheet, line.at, lines)


def _put_printed(plan: Plan, line: Line, column: Column, cell: Cell) -> bool:
    """What the form itself says in that cell: number, label, unit, the most that a row may hold, a formula. Returns
    whether it says anything there.
    """
    spec, row = plan.spec, line.row
    if column.key == spec.code_column:
        look.style_cell(cell, bold=line.is_heading, align="center", locked=row is not None)
        cell.value = int(line.code) if _WHOLE.fullmatch(line.code) else line.code or None
    elif column.key == spec.label_column:
        look.style_cell(cell, bold=line.is_heading, locked=line.known.fixed)
        cell.value = line.known.label or None
    elif row is not None and is_unit_column(column):
        look.style_cell(cell, align="center", locked=True)
        cell.value = row.unit or None
    elif row is not None and column.key == limit_column(spec):
        look.style_cell(cell, align="right", locked=True)
        cell.value = row.maximum
    elif row is None and (formula := _computed(plan, column.key, line.at)) is not None:
        shown = _format(plan, column)
        look.style_cell(cell, align="right", fill=look.LOCKED_FILL, locked=True, number_format=shown)
        cell.value = formula
    else:
        return False
    return True


def _put_input(plan: Plan, line: Line, column: Column, cell: Cell) -> None:
    is_value = line.row is not None and column.key == plan.spec.value_column
    kind: Column | Row = line.row if line.row is not None and is_value else column
    figure = line.known.figures.get(column.key)
    is_text = kind.type in (None, CellType.TEXT)
    closed = line.is_heading and is_value
    look.style_cell(
        cell,
        align="left" if is_text else "center" if kind.type in (CellType.DATE, CellType.CHOICE) else "right",
        fill=look.LOCKED_FILL if closed else look.CARRIED_FILL if figure is not None else "",
        locked=closed,
        number_format="General" if is_text else _format(plan, kind),
    )
    if figure is not None:
        cell.value = int(figure) if figure == figure.to_integral_value() else float(figure)


def _computed(plan: Plan, key: str, row: int) -> str | None:
    return column_formula(plan.spec.rules, key, plan.letters, row) if key in plan.spec.computed else None


def _format(plan: Plan, spec: Column | Row) -> str:
    return plan.entry(spec, "", "").number_format


def put_total(sheet: Worksheet, plan: Plan, first: int, last: int) -> int:
    """The total row, where the form has one. Returns the row after the table."""
    spec = plan.spec
    if spec.total is None:
        return last + 1
    # A plain sum over rows of several levels would count each figure more than once.
    levelled = {key for rule in spec.children for key in rule.columns}
    for at, column in enumerate(spec.columns, 1):
        cell = look.cell_of(sheet, last + 1, at)
        if column.key in levelled:
            look.style_cell(cell, bold=True, align="right", number_format=_format(plan, column))
            continue
        summed = column.key in spec.total.columns
        shown = _format(plan, column) if summed else "General"
        align = "right" if summed else "center"
        look.style_cell(cell, bold=True, align=align, fill=look.LOCKED_FILL, locked=True, number_format=shown)
        if summed:
            letter = plan.letters[column.key]
            cell.value = f"=SUM({letter}{first}:{letter}{last})"
        elif column.key == spec.label_column:
            cell.value = spec.total.labels[0]
    return last + 2


def put_entries(sheet: Worksheet, plan: Plan, lines: Sequence[Line]) -> None:
    """What may be typed where, with a word to whoever types."""
    validations: dict[Entry, list[str]] = {}
    for column in plan.spec.columns:
        letter = plan.letters[column.key]
        for entry, first, last in _entries(plan, column, lines):
            validations.setdefault(entry, []).append(f"{letter}{first}:{letter}{last}")
        if not plan.spec.rows and _computed(plan, column.key, 1) is not None:
            _hide_idle(sheet, plan, lines, letter)
    for entry, places in validations.items():
        validation = entry.validation()
        for place in places:
            validation.add(place)
        sheet.add_data_validation(validation)


def _entries(plan: Plan, column: Column, lines: Sequence[Line]) -> Iterator[tuple[Entry, int, int]]:
    """What a column takes, from row to row: the same everywhere, or of each fixed row its own."""
    spec, words = plan.spec, plan.words
    printed = (spec.label_column, limit_column(spec)) if spec.rows else ()
    if column.key == spec.code_column or column.key in printed or (spec.rows and is_unit_column(column)):
        return
    if spec.rows and column.key == spec.value_column:
        for line in lines:
            if line.row is not None and not line.is_heading:
                yield plan.entry(line.row, f"{line.row.code}. {line.row.label}", column.note), line.at, line.at
        return
    leaf = column.title.split(">")[-1].strip()
    title = f"({column.key}) {leaf}" if column.key.isdigit() else leaf
    rule = None if spec.rows or column.key not in spec.computed else defining_rule(spec.rules, column.key)
    if rule is not None:
        said = words.say("sheet.computed", rule=rule.text)
        yield Entry("General", title, f"{column.note} {said}".strip()), lines[0].at, lines[-1].at
        return
    carried = next((prefill.last for prefill in spec.prefill if prefill.column == column.key), None)
    note = "" if carried is None or not plan.is_carried(column.key) else words.say("sheet.carried", last=f"({carried})")
    yield plan.entry(column, title, f"{column.note} {note}".strip()), lines[0].at, lines[-1].at


def _hide_idle(sheet: Worksheet, plan: Plan, lines: Sequence[Line], letter: str) -> None:
    """The noughts of rows without a label stay unseen."""
    label = plan.letters.get(plan.spec.label_column or "")
    if label is not None:
        unseen = DifferentialStyle(font=Font(color=look.LOCKED_FILL))
        rule = FormatRule(type="expression", dxf=unseen, formula=[f'${label}{lines[0].at}=""'])
        sheet.conditional_formatting.add(f"{letter}{lines[0].at}:{letter}{lines[-1].at}", rule)
