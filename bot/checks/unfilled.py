"""W105 and X115: a template that was not filled in. Finished reports must never be refused for it: what counts as a
leftover, `bot.checks.leftovers` decides, and what is in doubt is none.
"""

from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.leftovers import bracketed, hint_left, is_example, placeholder
from bot.checks.places import at_cell
from bot.checks.registry import OUTLINES, TABLES, check
from bot.checks.rows import cell_text, column_title, filled_rows
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.word import leftover_of, looked_at, part_place
from bot.domain.document import TextDocument
from bot.domain.form import Severity, TableSpec
from bot.domain.submission import Finding, ParamValue, Place


@check("W105", Severity.ERROR, OUTLINES)
def narrative_unfilled(context: CheckContext) -> Iterator[Finding]:
    """Template left unfilled.

    What it does:
        Looks for what the template left in the report: placeholders such as "[tên cơ quan]" or "<nhập>", gaps where a
        figure belongs ("đã tiếp nhận …… hồ sơ", "xx%"), in tables too, Word's content controls that nobody filled in,
        and the form's own hints. Room left for the date and the number of the paper, for signatures and for contact
        details is none of these. Each part is named once.
    Why it matters:
        A gap cannot be added up, and nobody can tell whether there was nothing or it was forgotten.
    How to mend it:
        Write your own words or figures there and remove the template's. Where there is nothing, write 0 or
        "không có".
    Example:
        "Trong kỳ đã tiếp nhận …… hồ sơ.", where the number of files received belongs.
    """
    parts = list(looked_at(context))
    if isinstance(context.document, TextDocument) and parts:
        starts = [state.index for state in context.parts.values() if state.index is not None]
        for paragraph in context.document.paragraphs[: min(starts, default=0)]:
            if (left := bracketed(f"{paragraph.text}\n{paragraph.placeholder}")) is not None:
                place = Place(file=context.file_name)
                yield Finding("W105", Severity.ERROR, place, {"actual": left, "reason": "placeholder"})
                break
    for part in parts:
        if (found := leftover_of(context, context.parts[part.code])) is not None:
            params: dict[str, ParamValue] = {"actual": found[0], "reason": found[1]}
            yield Finding("W105", Severity.ERROR, part_place(part), params)


@check("X115", Severity.ERROR, TABLES)
def table_unfilled(context: CheckContext) -> Iterator[Finding]:
    """Template left unfilled.

    What it does:
        Looks for what the template left in the table and above it: placeholders such as "[tên cơ quan]", "<nhập>" or
        "xx", the notes of the form's own columns, and example rows. "Đơn vị báo cáo: ……" above the table is
        none: the mail says whose it is.
    Why it matters:
        A placeholder cannot be added up, and an example row is counted as if it were a report.
    How to mend it:
        Write the figure into the cell, 0 where there is none; remove notes and example rows.
    Example:
        "Đơn vị báo cáo: [tên cơ quan]" stands there as in the blank form.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not isinstance(facts.located, Located):
        return
    yield from _above_the_table(facts, facts.located)
    yield from _in_the_table(facts, facts.located, spec)


def _above_the_table(facts: TableFacts, located: Located) -> Iterator[Finding]:
    for (row, column), cell in sorted(located.sheet.cells.items()):
        if row < located.header_top and (left := bracketed(cell_text(cell))) is not None:
            place, params = at_cell(facts, located.sheet.name, row, column)
            yield Finding("X115", Severity.ERROR, place, params | {"actual": left, "reason": "placeholder"})


def _in_the_table(facts: TableFacts, located: Located, spec: TableSpec) -> Iterator[Finding]:
    for row, _ in filled_rows(located, spec):
        for column in spec.columns:
            at = located.columns.get(column.key)
            cell = located.sheet.cells.get((row, at)) if at is not None else None
            if at is None or cell is None or not isinstance(cell.value, str):
                continue
            text = cell_text(cell)
            is_sample = column.key == spec.label_column and is_example(text)
            found = _left(text, (column.note,)) or ((text[:80], "sample") if is_sample else None)
            if found is not None:
                place, params = at_cell(facts, located.sheet.name, row, at)
                label = cell_text(located.sheet.cells.get((row, located.columns.get(spec.label_column or "", 0))))
                params |= {"row": label, "column": column_title(column), "actual": found[0], "reason": found[1]}
                yield Finding("X115", Severity.ERROR, place, params)


def _left(text: str, notes: tuple[str, ...]) -> tuple[str, str] | None:
    crosses = text.strip().casefold()
    if len(crosses) > 1 and not crosses.strip("x"):
        return text.strip()[:80], "placeholder"
    if (left := placeholder(text)) is not None:
        return left, "placeholder"
    left = hint_left(text, [note for note in notes if note])
    return None if left is None else (left, "hint")
