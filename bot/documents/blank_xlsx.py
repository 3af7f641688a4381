"""A blank workbook (.xlsx) from a form's data: title block, merged header, rows, total row, signatures, tag.

Flow: the lines to offer → title block → header with its printed numbers → each line's cells → total row → what may be
typed into the columns → signatures and mark → page and protection → settled package. A row that nobody fills in holds
at most a number and formulas that come to nought, which is how the checks know it. Failure policy: a form without a
table is a fault of the caller (ValueError).
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents import blank_sheet as look
from bot.documents.blank_entry import Entry, entry_for
from bot.documents.blank_facts import BlankFacts, BlankRow
from bot.documents.blank_layout import (
    column_formula,
    defining_rule,
    header_cells,
    is_unit_column,
    limit_column,
    lines_of,
    printed_numbers,
    width_of,
)
from bot.documents.blank_package import settled, tag_properties
from bot.documents.blank_words import BlankWords
from bot.domain.form import CellType, Column, Form, FormKind, Row, TableSpec

_LIST_ROWS = 30
_TABLE_ROWS = 15
_SPARE_ROWS = 5
_SIGNATURE_ROWS = 4
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the table. `row`: the fixed row that it is; None where rows repeat."""

    at: int
    code: str
    known: BlankRow
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
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

    def entry(self, spec: Column | Row, title: str, note: str) -> Entry:
        return entry_for(spec, title, note, self.facts, self.words)


def make_xlsx(form: Form, facts: BlankFacts, words: BlankWords) -> bytes:
    """The blank workbook of that form for that agency; the same arguments give the same bytes."""
    spec = form.table
    if spec is None:
        raise ValueError(f"form {form.code} has no table")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _NOT_IN_SHEET_NAMES.sub(" ", form.short_title)[:31].strip() or words.say("sheet.name")
    widths = [width_of(column, spec, is_list=form.kind is FormKind.LIST) for column in spec.columns]
    letters = {column.key: get_column_letter(at) for at, column in enumerate(spec.columns, 1)}
    plan = _Plan(form, spec, facts, words, widths, letters)
    count_row = _put_title(sheet, plan)
    top = count_row + 2 if spec.count is not None else count_row + 1
    first = _put_column_header(sheet, plan, top)
    lines = list(_lines(plan, first))
    for line in lines:
        _put_line(sheet, plan, line)
    last = first + len(lines) - 1
    if spec.count is not None:
        _put_count(sheet, plan, count_row, first, last)
    after = _put_total(sheet, plan, first, last)
    _put_entries(sheet, plan, lines)
    _put_signatures(sheet, plan, after + 1)
    labels = [at for at, column in enumerate(spec.columns, 1) if column.key == spec.label_column]
    page = words.say("mark.page", page="&P", pages="&N")
    mark = words.say("mark.mark", mark=facts.mark)
    look.set_page(sheet, widths, (top, first - 1), (first, min(labels or [0]) + 1), mark, page)
    look.protect(sheet)
    return _packed(book, plan)


def _packed(book: Workbook, plan: _Plan) -> bytes:
    for name, value in tag_properties(plan.facts.tag).items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    book.properties.creator, book.properties.title = plan.facts.office, plan.form.title
    book.calculation.fullCalcOnLoad = True
    output = io.BytesIO()
    book.save(output)
    return settled(output.getvalue(), plan.facts.made_on)


def _put_title(sheet: Worksheet, plan: _Plan) -> int:
    """The title block. Returns the row after it."""
    facts, words, last = plan.facts, plan.words, plan.columns
    middle = max(2, last // 2) if last > 2 else 1
    mark = words.say("mark.mark", mark=facts.mark)
    look.put_text(sheet, 1, 1, middle, plan.form.short_title, bold=True, align="left")
    look.put_text(sheet, 2, 1, middle, mark, size=9, align="left", color="7F7F7F")
    right = middle + 1 if last > middle else 1
    top = 1 if right > 1 else 3
    look.put_text(sheet, top, right, last, words.say("head.agency", agency=facts.agency), align="left")
    look.put_text(sheet, top + 1, right, last, words.say("head.receiver", office=facts.office), align="left")
    row = top + 3
    title = plan.form.title.upper()
    look.put_text(sheet, row, 1, last, title, bold=True, size=14)
    look.set_height(sheet, row, lines_of(title, sum(plan.widths) * 0.72))
    said = [words.say("head.period", period=facts.period), words.say("head.window", window=facts.window_words)]
    if facts.annex:
        said.append(words.say("head.annex", annex=facts.annex))
    for at, text in enumerate(said, row + 1):
        look.put_text(sheet, at, 1, last, text, italic=at > row + 1, bold=at == row + 1)
    return row + len(said) + 2


def _put_count(sheet: Worksheet, plan: _Plan, row: int, first: int, last: int) -> None:
    """How many items the list has, counted by the sheet itself."""
    spec, words = plan.spec, plan.words
    assert spec.count is not None
    keys = [column.key for column in spec.columns]
    at = keys.index(spec.label_column) + 1 if spec.label_column else 1
    label = words.say("head.total_count", label=spec.count.labels[0])
    look.put_text(sheet, row, at, at, label, bold=True, align="right")
    letter = get_column_letter(at)
    cell = look.put_text(sheet, row, at + 1, at + 1, "", bold=True, align="left")
    cell.value, cell.number_format = f"=COUNTA({letter}{first}:{letter}{last})", "#,##0"


def _put_column_header(sheet: Worksheet, plan: _Plan, top: int) -> int:
    """Header levels and printed numbers. Returns the first row of data."""
    cells, depth = header_cells(plan.spec.columns)
    heights = [1] * depth
    for cell in cells:
        look.put_header(sheet, top + cell.row, cell.column + 1, cell.rows, cell.columns, cell.text, bold=True)
        width = sum(plan.widths[cell.column : cell.column + cell.columns])
        lines = lines_of(cell.text, width * 0.9)
        if cell.rows == 1:
            heights[cell.row] = max(heights[cell.row], lines)
    for cell in cells:
        lacks = lines_of(cell.text, plan.widths[cell.column] * 0.9) - sum(heights[cell.row : cell.row + cell.rows])
        if cell.rows > 1 and lacks > 0:
            heights[-1] += lacks
    for at, lines in enumerate(heights):
        look.set_height(sheet, top + at, lines)
    numbers = printed_numbers(plan.spec)
    for column, text in enumerate(numbers, 1):
        look.put_header(sheet, top + depth, column, 1, 1, text, bold=False)
    if numbers:
        most = max(lines_of(text.replace("+", "+ "), width) for text, width in zip(numbers, plan.widths, strict=True))
        look.set_height(sheet, top + depth, most)
    return top + depth + bool(numbers)


def _lines(plan: _Plan, first: int) -> Iterator[_Line]:
    """The lines in order: the form's fixed rows, or the rows to offer with some to spare."""
    if plan.spec.rows:
        known = {row.code: row for row in plan.facts.rows}
        for at, row in enumerate(plan.spec.rows):
            yield _Line(first + at, row.code, known.get(row.code) or BlankRow(row.label, row.code, fixed=True), row)
        return
    offered = plan.facts.rows
    usual = _LIST_ROWS if plan.form.kind is FormKind.LIST else _TABLE_ROWS
    count = max(len(offered) + _SPARE_ROWS if offered else usual, plan.spec.min_rows)
    for at in range(count):
        known_row = offered[at] if at < len(offered) else BlankRow("")
        yield _Line(first + at, known_row.code or ("" if offered and offered[0].code else str(at + 1)), known_row)


def _put_line(sheet: Worksheet, plan: _Plan, line: _Line) -> None:
    spec = plan.spec
    heading = line.row is not None and line.row.type is None
    limit = limit_column(spec) if line.row is not None else None
    for at, column in enumerate(spec.columns, 1):
        cell = sheet.cell(line.at, at)
        computed = None if heading or line.row is not None else _computed(plan, column.key, line.at)
        if column.key == spec.code_column:
            number = int(line.code) if re.fullmatch(r"[1-9][0-9]{0,3}", line.code) else line.code or None
            look.style_cell(cell, bold=heading, align="center", locked=line.row is not None)
            cell.value = number
        elif column.key == spec.label_column:
            look.style_cell(cell, bold=heading, locked=line.row is not None or line.known.fixed)
            cell.value = (line.row.label if line.row is not None else line.known.label) or None
        elif line.row is not None and is_unit_column(column):
            look.style_cell(cell, align="center", locked=True)
            cell.value = line.row.unit or None
        elif line.row is not None and column.key == limit:
            look.style_cell(cell, align="right", locked=True)
            cell.value = line.row.maximum
        elif computed is not None:
            look.style_cell(cell, align="right", fill=look.LOCKED_FILL, locked=True, number_format=_format(plan, column))
            cell.value = computed
        else:
            _put_input(plan, line, column, cell, heading=heading)
    if line.row is not None:
        width = next(w for w, c in zip(plan.widths, spec.columns, strict=True) if c.key == spec.label_column)
        look.set_height(sheet, line.at, max(lines_of(line.row.label, width), lines_of(line.row.unit, 19)))


def _put_input(plan: _Plan, line: _Line, column: Column, cell: object, *, heading: bool) -> None:
    kind: Column | Row = line.row if line.row is not None and column.key == plan.spec.value_column else column
    figure = line.known.figures.get(column.key)
    is_text = kind.type in (None, CellType.TEXT)
    shown = "General" if is_text else plan.entry(kind, "", "").number_format
    closed = heading and column.key == plan.spec.value_column
    fill = look.LOCKED_FILL if closed else look.CARRIED_FILL if figure is not None else ""
    align = "left" if is_text else "center" if kind.type in (CellType.DATE, CellType.CHOICE) else "right"
    look.style_cell(cell, align=align, fill=fill, locked=closed, number_format=shown)
    if figure is not None:
        whole = figure == figure.to_integral_value()
        cell.value = int(figure) if whole else float(figure)  # type: ignore[attr-defined]  # a Cell, as style_cell says


def _computed(plan: _Plan, key: str, row: int) -> str | None:
    return column_formula(plan.spec.rules, key, plan.letters, row) if key in plan.spec.computed else None


def _format(plan: _Plan, column: Column) -> str:
    return plan.entry(column, "", "").number_format


def _put_total(sheet: Worksheet, plan: _Plan, first: int, last: int) -> int:
    """The total row, where the form has one. Returns the row after the table."""
    spec = plan.spec
    if spec.total is None:
        return last + 1
    for at, column in enumerate(spec.columns, 1):
        cell = sheet.cell(last + 1, at)
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


def _put_entries(sheet: Worksheet, plan: _Plan, lines: list[_Line]) -> None:
    """What may be typed where, with a word to whoever types; noughts of rows that nobody has filled in stay unseen."""
    spec = plan.spec
    rules: dict[Entry, list[str]] = {}
    for column in spec.columns:
        letter = plan.letters[column.key]
        title = f"({column.key}) {column.title.split('>')[-1].strip()}" if column.key.isdigit() else column.title
        if column.key in (spec.code_column, None) or (spec.rows and (is_unit_column(column))):
            continue
        if spec.rows and column.key == spec.label_column:
            continue
        whole = f"{letter}{lines[0].at}:{letter}{lines[-1].at}"
        if column.key in spec.computed and not spec.rows and defining_rule(spec.rules, column.key) is not None:
            rule = defining_rule(spec.rules, column.key)
            said = plan.words.say("sheet.computed", rule=rule.text if rule else "")
            rules.setdefault(Entry("General", title, f"{column.note} {said}".strip()), []).append(whole)
            _hide_idle(sheet, plan, lines, letter)
        elif spec.rows and column.key == spec.value_column:
            for line in lines:
                if line.row is not None and line.row.type is not None:
                    named = f"{line.row.code}. {line.row.label}"
                    rules.setdefault(plan.entry(line.row, named, column.note), []).append(f"{letter}{line.at}")
        else:
            carried = next((p.last for p in spec.prefill if p.column == column.key), None)
            note = plan.words.say("sheet.carried", last=f"({carried})") if carried is not None else ""
            entry = plan.entry(column, title, " ".join(filter(None, (column.note, note))))
            rules.setdefault(entry, []).append(whole)
    for entry, cells in rules.items():
        validation: DataValidation = entry.validation()
        for place in cells:
            validation.add(place)
        sheet.add_data_validation(validation)


def _hide_idle(sheet: Worksheet, plan: _Plan, lines: list[_Line], letter: str) -> None:
    label = plan.letters.get(plan.spec.label_column or "")
    if label is not None:
        place = f"{letter}{lines[0].at}:{letter}{lines[-1].at}"
        white = FormulaRule(formula=[f'${label}{lines[0].at}=""'], font=Font(color=look.LOCKED_FILL))
        sheet.conditional_formatting.add(place, white)


def _put_signatures(sheet: Worksheet, plan: _Plan, row: int) -> None:
    words, last = plan.words, plan.columns
    middle = max(1, last // 2)
    day = words.say("sign.day", year=plan.facts.window.last.year)
    look.put_text(sheet, row, min(middle + 1, last), last, day, italic=True, locked=False)
    for at, (first, end, key) in enumerate(((1, middle, "left"), (min(middle + 1, last), last, "right"))):
        below = row + 1 if last > 1 else row + 1 + 2 * at
        look.put_text(sheet, below, first, end, words.say(f"sign.{key}"), bold=True)
        look.put_text(sheet, below + 1, first, end, words.say(f"sign.{key}_note"), italic=True, size=11)
        look.put_text(sheet, below + _SIGNATURE_ROWS + 1, first, end, "", bold=True, locked=False)
