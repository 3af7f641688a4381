"""A blank workbook (.xlsx) from a form's data: title block, merged header, rows, total row, signatures, tag.

Flow: the lines to offer → title block → header with its printed numbers → each line's cells → total row → what may be
typed into the columns → signatures and mark → page and protection → settled package. A row that nobody fills in holds
at most a number and formulas that come to nought, which is how the checks know it. Failure policy: a form without a
table is a fault of the caller (ValueError).
"""

import io
import re
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents import blank_sheet as look
from bot.documents.blank_facts import BlankFacts
from bot.documents.blank_layout import header_cells, lines_of, printed_numbers, width_of
from bot.documents.blank_package import settled, tag_properties
from bot.documents.blank_rows import Plan, offered_lines, put_entries, put_line, put_total
from bot.documents.blank_words import BlankWords
from bot.domain.form import Form, FormKind

_SIGNATURE_ROWS = 4
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


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
    plan = Plan(form, spec, facts, words, widths, letters)
    count_row = _put_title(sheet, plan)
    top = count_row + 2 if spec.count is not None else count_row
    first = _put_column_header(sheet, plan, top)
    lines = tuple(offered_lines(plan, first))
    for line in lines:
        put_line(sheet, plan, line)
    last = first + len(lines) - 1
    if spec.count is not None:
        _put_count(sheet, plan, count_row, first, last)
    after = put_total(sheet, plan, first, last)
    put_entries(sheet, plan, lines)
    _put_signatures(sheet, plan, after + 1)
    labels = [at for at, column in enumerate(spec.columns, 1) if column.key == spec.label_column]
    page = words.say("mark.page", page="&P", pages="&N")
    mark = words.say("mark.mark", mark=facts.mark)
    look.set_page(sheet, widths, (top, first - 1), (first, min(labels or [0]) + 1), mark, page)
    look.protect(sheet)
    return _packed(book, plan)


def _packed(book: Workbook, plan: Plan) -> bytes:
    properties: Any = book.__dict__["custom_doc_props"]  # unknown to the stubs
    for name, value in tag_properties(plan.facts.tag).items():
        properties.append(StringProperty(name=name, value=value))
    book.properties.creator, book.properties.title = plan.facts.office, plan.form.title
    book.calculation.fullCalcOnLoad = True
    output = io.BytesIO()
    book.save(output)
    return settled(output.getvalue(), plan.facts.made_on)


def _put_title(sheet: Worksheet, plan: Plan) -> int:
    """The title block. Returns the row after it."""
    facts, words, last = plan.facts, plan.words, plan.columns
    middle = max(2, last // 2) if last > 2 else 1
    mark = words.say("mark.mark", mark=facts.mark)
    look.put_text(sheet, 1, 1, middle, plan.form.short_title, bold=True, align="left")
    look.put_text(sheet, 2, 1, middle, mark, size=9, align="left", color="7F7F7F")
    right = middle + 1 if last > middle else 1
    top = 1 if right > 1 else 3
    said = (words.say("head.agency", agency=facts.agency), words.say("head.receiver", office=facts.office))
    for at, text in enumerate(said, top):
        look.put_text(sheet, at, right, last, text, align="left")
        look.set_height(sheet, at, lines_of(text, sum(plan.widths[right - 1 :])))
    row = top + 3
    title = plan.form.title.upper()
    look.put_text(sheet, row, 1, last, title, bold=True, size=14)
    look.set_height(sheet, row, lines_of(title, sum(plan.widths) * 0.72))
    beneath = [words.say("head.period", period=facts.period), words.say("head.window", window=facts.window_words)]
    if facts.annex:
        beneath.append(words.say("head.annex", annex=facts.annex))
    for at, text in enumerate(beneath, row + 1):
        look.put_text(sheet, at, 1, last, text, italic=at > row + 1, bold=at == row + 1)
    return row + len(beneath) + 2


def _put_count(sheet: Worksheet, plan: Plan, row: int, first: int, last: int) -> None:
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


def _put_column_header(sheet: Worksheet, plan: Plan, top: int) -> int:
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
    numbers = [text.replace("=", "=\n", 1) for text in printed_numbers(plan.spec)]
    for column, text in enumerate(numbers, 1):
        look.put_header(sheet, top + depth, column, 1, 1, text, bold=False)
    if numbers:
        most = max(lines_of(text, width) for text, width in zip(numbers, plan.widths, strict=True))
        look.set_height(sheet, top + depth, most)
    return top + depth + bool(numbers)


def _put_signatures(sheet: Worksheet, plan: Plan, row: int) -> None:
    words, last = plan.words, plan.columns
    middle = max(1, last // 2)
    day = words.say("sign.day", year=plan.facts.window.last.year)
    look.put_text(sheet, row, min(middle + 1, last), last, day, italic=True, locked=False)
    for at, (first, end, key) in enumerate(((1, middle, "left"), (min(middle + 1, last), last, "right"))):
        below = row + 1 if last > 1 else row + 1 + 2 * at
        look.put_text(sheet, below, first, end, words.say(f"sign.{key}"), bold=True)
        look.put_text(sheet, below + 1, first, end, words.say(f"sign.{key}_note"), italic=True, size=11)
        look.put_text(sheet, below + _SIGNATURE_ROWS + 1, first, end, "", bold=True, locked=False)
