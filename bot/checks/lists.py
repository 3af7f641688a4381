"""X118, X119 and X301: a list's dates against the data window, its items against each other, its stated count against
its rows.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from bot.checks.context import CheckContext
from bot.checks.excel import is_bare
from bot.checks.headers import words
from bot.checks.places import at_cell
from bot.checks.registry import TABLES, check
from bot.checks.rows import RowKind, column_title, is_blank
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.values import json_number, shown
from bot.domain.document import Cell
from bot.domain.form import CellType, CountCheck, Severity, TableSpec
from bot.domain.submission import Finding, Place
from bot.text.accents import squeeze
from bot.text.dates import parse_date, say_date
from bot.text.numbers import parse_number

# Words between the label and a number by which the number is no count: "Số lượng tin, bài quý 1 năm 2023".
_NO_COUNT = frozenset({"quy", "thang", "nam", "ky", "ngay", "phut", "thoi"})
_COLUMNS = 60  # how far to the right of its label a count may stand
_FIRST_NUMBER = re.compile(r"(?P<before>[^0-9]*?)(?P<number>[0-9][0-9.]*)")
_CLOCK = re.compile(r"(?<![0-9])[0-9]{1,2} ?[:h] ?[0-9]{0,2}(?![0-9])")


@check("X118", Severity.ERROR, TABLES)
def outside_window(context: CheckContext) -> Iterator[Finding]:
    """Date outside the data window.

    What it does:
        In date columns that the form marks so, compares each row's date with the first and the last day of the round's
        data window; both count as inside.
    Why it matters:
        An item of another period is counted twice, here and there.
    How to mend it:
        Check the date; if it is right, take the item out of this list and correct the count.
    Example:
        A broadcast of 20/3/2023 in a list from 15/12/2022 to 14/3/2023.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not isinstance(facts.located, Located):
        return
    window, located = context.round.window, facts.located
    for spot in (column for column in spec.columns if column.in_window and column.key in located.columns):
        for row in facts.of_kind(RowKind.DATA):
            cell = located.sheet.cells.get((row.row, located.columns[spot.key]))
            day = parse_date(cell.value) if cell is not None else None
            if cell is None or day is None or window.first <= day <= window.last:
                continue
            place, params = at_cell(facts, located.sheet.name, row.row, located.columns[spot.key])
            params |= {"row": row.label or row.code, "column": column_title(spot), "actual": say_date(day, "vi")}
            params |= {"first": say_date(window.first, "vi"), "last": say_date(window.last, "vi")}
            yield Finding("X118", Severity.ERROR, place, params)


@check("X119", Severity.ERROR, TABLES)
def listed_twice(context: CheckContext) -> Iterator[Finding]:
    """Item listed twice.

    What it does:
        Compares rows by the columns that together name an item of this list once, such as title, day and channel; case,
        accents and marks do not matter. The later row is reported. Rows that leave one of these columns blank are
        passed over.
    Why it matters:
        The count of items is what is reported upward.
    How to mend it:
        Take the second row out and correct the count; where the items differ, say so in the title.
    Example:
        The same article of the same day, online, in rows 4 and 17.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not spec.unique or not isinstance(facts.located, Located):
        return
    located = facts.located
    if any(key not in located.columns for key in spec.unique):
        return
    first: dict[tuple[str, ...], int] = {}
    for row in facts.of_kind(RowKind.DATA):
        cells = [located.sheet.cells.get((row.row, located.columns[key])) for key in spec.unique]
        if any(is_blank(cell) for cell in cells):
            continue
        types = (spec.column(key).type for key in spec.unique)
        item = tuple(_named(cell, kind) for cell, kind in zip(cells, types, strict=True) if cell is not None)
        if (before := first.setdefault(item, row.row)) == row.row:
            continue
        place, params = at_cell(facts, located.sheet.name, row.row, located.columns[spec.unique[0]])
        params |= {"row": row.label or row.code, "column": column_title(spec.column(spec.unique[0]))}
        same: list[str] = [f'"{spec.column(key).title}"' for key in spec.unique]
        params |= {"actual": shown(cells[0]) if cells[0] is not None else "", "columns": same, "first_row": before}
        yield Finding("X119", Severity.ERROR, place, params)


def _named(cell: Cell, kind: CellType) -> str:
    """What the cell says, however it is written: a day with its time of day, else the bare words."""
    if kind is CellType.DATE and (day := parse_date(cell.value)) is not None:
        value = cell.value
        clock = f"{value:%H:%M}" if isinstance(value, datetime) else "".join(_CLOCK.findall(str(value)))
        return f"{day} {clock.removesuffix('00:00')}"
    return words(str(cell.value)) or str(cell.value)


@check("X301", Severity.ERROR, TABLES)
def count_wrong(context: CheckContext) -> Iterator[Finding]:
    """Stated count is not the number of rows.

    What it does:
        Looks for the count that the list states ("Tổng số: 12 tin, bài"), and counts the rows.
    Why it matters:
        The count is what is reported upward, and the rows are its proof.
    How to mend it:
        Correct the count, or add the rows that are missing.
    Example:
        "Tổng số: 15" above a list of 14 broadcasts.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or spec.count is None or not isinstance(facts.located, Located):
        return
    if is_bare(facts, spec):
        return  # X110: there is nothing to count
    count = len(facts.of_kind(RowKind.DATA))
    stated = list(_stated(facts, facts.located, spec, spec.count))
    if not stated and spec.count.required and count:
        place = Place(sheet=facts.located.sheet.name)
        yield Finding("X301", Severity.ERROR, place, {"reason": "unstated", "expected": count})
    for row, column, number, label in stated:
        if number != count:
            place, params = at_cell(facts, facts.located.sheet.name, row, column)
            params |= {"reason": "differs", "label": label, "actual": json_number(number), "expected": count}
            yield Finding("X301", Severity.ERROR, place, params)


def _stated(
    facts: TableFacts, located: Located, spec: TableSpec, check: CountCheck
) -> Iterator[tuple[int, int, Decimal, str]]:
    """Every stated count: its cell, the number, and the words of its label. The table's header and data are left
    out.
    """
    inside = {row.row for row in facts.of_kind(RowKind.DATA)}
    inside |= set(range(located.header_bottom, located.first_row))
    summed = {located.columns.get(key) for key in (spec.total.columns if spec.total else ())}
    labels = sorted(map(words, check.labels), key=len, reverse=True)
    last = min(located.sheet.last_column, _COLUMNS)
    for (row, column), cell in sorted(located.sheet.cells.items()):
        if row in inside or not isinstance(cell.value, str):
            continue
        text = squeeze(cell.value)
        if not any(words(text) == label or words(text).startswith(label + " ") for label in labels):
            continue
        match = _FIRST_NUMBER.match(text)
        if match is not None:
            number = parse_number(match["number"].rstrip("."), whole=True)
            if number is not None and not _NO_COUNT & set(words(match["before"]).split()):
                yield row, column, number, match["before"].strip(" :")
            continue
        for place in range(column + 1, last + 1):
            beside = located.sheet.cells.get((row, place))
            number = parse_number(beside.value, whole=True) if beside is not None else None
            if number is not None and not _NO_COUNT & set(words(text).split()):
                if place not in summed:
                    yield row, place, number, text.strip(" :")
                break
