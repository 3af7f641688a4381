"""X301: a list's stated count against its rows."""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.checks.context import CheckContext
from bot.checks.headers import words
from bot.checks.places import at_cell
from bot.checks.registry import TABLES, check
from bot.checks.rows import RowKind
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.values import json_number
from bot.domain.form import CountCheck, Severity, TableSpec
from bot.domain.submission import Finding, Place
from bot.text.accents import squeeze
from bot.text.numbers import parse_number

# Words between the label and a number by which the number is no count: "Số lượng tin, bài quý 1 năm 2023".
_NO_COUNT = frozenset({"quy", "thang", "nam", "ky", "ngay", "phut", "thoi"})
_COLUMNS = 60  # how far to the right of its label a count may stand
_FIRST_NUMBER = re.compile(r"(?P<before>[^0-9]*?)(?P<number>[0-9][0-9.]*)")


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
