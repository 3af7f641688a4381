"""Plants in what a file is held against: last period's report, the office's own system, the annex, the form's version.

Here the file itself stays right and what stands beside it differs, which is the same fault seen from the other side.
"""

from collections.abc import Iterator
from decimal import Decimal

from laid import Laid
from plants import Edit, Plant, Put, Surroundings, spread

from bot.checks.rows import TableRow
from bot.checks.rules import parse_rule
from bot.domain.form import Row
from bot.domain.round import Reference

SYSTEM = "Hệ thống một cửa"


def beside_plants(laid: Laid) -> Iterator[Plant]:
    yield from _carried(laid)
    yield from _fallen(laid)
    yield from _jumped(laid)
    yield from _references(laid)
    annexed = Surroundings(annex="XII")
    head = max((p for p in laid.located.sheet.cells if p[0] < laid.located.header_top), default=(1, 1))
    yield Plant("another annex in the head", "C104", "", (Put(head[0] + 1, 1, "PHỤ LỤC SỐ 05"),), surroundings=annexed)
    if laid.book.traits.tag is not None:
        yield Plant("old version of the form", "C105", "", surroundings=Surroundings(version=1))
    ending = Surroundings(file_name="Bieu.pdf")
    yield Plant("ending of another kind", "F109", "", surroundings=ending)


def valid_last(laid: Laid) -> tuple[Edit, ...] | None:
    """What makes a last period out of this file to which it is the right next one: what is carried over now was pending
    then. None where the form compares nothing with last period.
    """
    series = (*laid.spec.columns, *laid.spec.rows)
    if not laid.spec.last_period and not any(one.cumulative or one.jump for one in series):
        return None
    edits: list[Edit] = []
    for rule in laid.spec.last_period:
        parsed = parse_rule(rule.text)
        for row in (*laid.data, *laid.totals):
            edits += _then(laid, row, parsed.left.references[0], parsed.right.references[0], Decimal(0))
    return tuple(edits)


def _then(laid: Laid, row: TableRow, left: str, right: str, by: Decimal) -> list[Edit]:
    if left not in row.figures or (row in laid.totals and laid.is_formula(row.row, right)):
        return []
    return [laid.put(row.row, right, row.figures[left] + by)]


def _carried(laid: Laid) -> Iterator[Plant]:
    """One row pended more, or less, at the end of last period than is carried over now."""
    before = valid_last(laid) or ()
    for rule in laid.spec.last_period:
        parsed = parse_rule(rule.text)
        left, right = parsed.left.references[0], parsed.right.references[0]
        for row in spread(laid.data, 4):
            for by in (Decimal(4), -row.figures.get(left, Decimal(0))):
                if by and left in row.figures:
                    changed = [*before, *_then(laid, row, left, right, by)]
                    for total in laid.totals:
                        changed += _then(laid, total, left, right, by)
                    last = Surroundings(last=tuple(changed))
                    yield Plant("carry-over broken", "C201", laid.at(row.row, left), surroundings=last)


def _figures(laid: Laid) -> Iterator[tuple[Row, int, Decimal]]:
    for row, at in laid.coded():
        if row.code in laid.facts.values:
            yield row, at, laid.facts.values[row.code]


def _fallen(laid: Laid) -> Iterator[Plant]:
    """Last period had more of what is counted from the beginning of the year."""
    key = laid.spec.value_column or ""
    for row, at, now in _figures(laid):
        if row.cumulative:
            last = Surroundings(last=(laid.moved(at, key, now, now + 2),))
            yield Plant("cumulative figure falls", "C202", laid.at(at, key), surroundings=last)
    for column in laid.spec.columns:
        for line in spread([r for r in laid.data if column.cumulative and column.key in r.figures]):
            now = line.figures[column.key]
            last = Surroundings(last=(laid.put(line.row, column.key, now + 2),))
            yield Plant("cumulative figure falls", "C202", laid.at(line.row, column.key), surroundings=last)


def _jumped(laid: Laid) -> Iterator[Plant]:
    key = laid.spec.value_column or ""
    for row, at, now in _figures(laid):
        if row.jump is not None and not row.cumulative:
            last = Surroundings(last=(laid.moved(at, key, now, (now + 20) * row.jump),))
            yield Plant("jump", "C203", laid.at(at, key), surroundings=last)
    before = valid_last(laid) or ()
    for column in laid.spec.columns:
        for line in spread([r for r in laid.data if column.jump is not None and column.key in r.figures]):
            then = (line.figures[column.key] + 20) * (column.jump or 1)
            last = Surroundings(last=(*before, laid.put(line.row, column.key, then)))
            yield Plant("jump", "C203", laid.at(line.row, column.key), surroundings=last)


def _references(laid: Laid) -> Iterator[Plant]:
    """Each figure of the whole table against a system that has another."""

    def plant(key: str, at: str, figure: Decimal) -> Plant:
        reference = Reference(laid.form.code, SYSTEM, {"tdm": {key: figure + 5}})
        return Plant("reference figure off", "C205", at, surroundings=Surroundings(references=(reference,)))

    for row, at, figure in _figures(laid):
        yield plant(row.code, laid.at(at, laid.spec.value_column or ""), figure)
    for total in laid.totals[-1:]:
        for key, figure in total.figures.items():
            yield plant(key, laid.at(total.row, key), figure)
