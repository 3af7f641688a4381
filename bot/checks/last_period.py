"""C201 to C203: this period's figures against last period's report of the same form.

A row is held against the row of the same name, the total row against the total row; of what cannot be paired nothing
is said. One slip is said once: a total that comes right with the rows beneath it is a consequence, and so is one that
X202 finds at odds with its own rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.checks.context import CheckContext
from bot.checks.last_rows import Pair, Periods, both_periods
from bot.checks.places import at_cell
from bot.checks.registry import TABLES, check
from bot.checks.rows import RowKind, TableRow, column_title
from bot.checks.rules import ParsedRule, Side, parse_rule
from bot.checks.sums import column_sums, total_sums
from bot.checks.values import json_number, round_sum
from bot.domain.form import Column, LastPeriodRule, Row, Severity
from bot.domain.submission import Finding, ParamValue

_REASONS = {"=": "equal", "<=": "at_most", ">=": "at_least", "<": "below", ">": "above"}
_TINY = Decimal(10)  # figures below it count as this much: 1 that became 9 is no jump


@dataclass(frozen=True, slots=True)
class _Break:
    """A row (None: coded rows) whose left-hand side is not what last period's right-hand side asks for."""

    row: TableRow | None
    left: Decimal
    right: Decimal
    reason: str


@check("C201", Severity.ERROR, TABLES)
def carry_over_differs(context: CheckContext) -> Iterator[Finding]:
    """Carry-over differs from last period.

    What it does:
        Holds this period's column against last period's column that the form names, such as (6) = last period's (11),
        in each row of the same name and in the total row. A row that last period did not have is no fault, unless its
        carry-over is just what the total has too much, and last period's table was complete.
    Why it matters:
        What was pending at the end of last period is what this period begins with; otherwise files are lost or
        counted twice.
    How to mend it:
        Take the figure from last period's report. If that one was wrong, say so in your reply; the coordinator looks
        at it.
    Example:
        (6) shows 12 for "Hộ tịch" where last period's (11) was 15.
    """
    both = both_periods(context)
    if both is None:
        return
    for rule in both.spec.last_period:
        parsed = parse_rule(rule.text)
        if parsed.between_rows is bool(both.spec.rows):
            breaks = _coded_breaks(both, rule, parsed) if parsed.between_rows else _breaks(both, rule, parsed)
            for broken in breaks:
                yield _carry_over_finding(both, rule, parsed, broken)


def _coded_breaks(both: Periods, rule: LastPeriodRule, parsed: ParsedRule) -> list[_Break]:
    left, right = parsed.left.value(both.now.values), parsed.right.value(both.last.values)
    if left is None or right is None or parsed.compares(left, right, rule.tolerance):
        return []
    return [_Break(None, left, right, _REASONS[parsed.comparison])]


def _breaks(both: Periods, rule: LastPeriodRule, parsed: ParsedRule) -> list[_Break]:
    found = [broken for pair in both.pairs if (broken := _break(pair, rule, parsed)) is not None]
    total = _break(both.totals, rule, parsed) if both.totals is not None else None
    if total is None or total.row is None:
        return found
    key = parsed.left.references[0]
    if parsed.comparison != "=" or parsed.left.text.strip("()") != key:
        return [*found, total]
    if total.left not in total_sums(both.now.rows, key).get(total.row.row, (total.left,)):
        return found  # X202: the total is not that of its own rows
    if found and total.right in column_sums(_mended(both, key, found), key):
        return found
    new = _new_rows(both, parsed, key)
    if new and total.right in column_sums(_mended(both, key, [*found, *new]), key):
        return [*found, *new]
    return [*found, total]


def _break(pair: Pair, rule: LastPeriodRule, parsed: ParsedRule) -> _Break | None:
    left = parsed.left.value(pair.now.figures)
    right = None if pair.last is None else parsed.right.value(pair.last.figures)
    if left is None or right is None or parsed.compares(left, right, rule.tolerance):
        return None
    return _Break(pair.now, left, right, _REASONS[parsed.comparison])


def _mended(both: Periods, key: str, breaks: Sequence[_Break]) -> tuple[TableRow, ...]:
    """This period's rows with the broken ones put right."""
    right = {broken.row.row: broken.right for broken in breaks if broken.row is not None}
    return tuple(
        replace(row, figures={**row.figures, key: right[row.row]}) if row.row in right else row for row in both.now.rows
    )


def _new_rows(both: Periods, parsed: ParsedRule, key: str) -> list[_Break]:
    """Rows that carry something over although last period's table, with every figure of it, had no such row."""
    last = both.last.of_kind(RowKind.DATA)
    if any(parsed.right.value(row.figures) is None for row in last):
        return []
    new = [pair.now for pair in both.pairs if pair.is_new]
    return [_Break(row, row.figures[key], Decimal(0), "no_row") for row in new if row.figures.get(key, Decimal(0)) > 0]


def _carry_over_finding(both: Periods, rule: LastPeriodRule, parsed: ParsedRule, broken: _Break) -> Finding:
    key = parsed.left.references[0]
    params: dict[str, ParamValue] = {
        "reason": broken.reason,
        "actual": json_number(broken.left),
        "left": _show(both, parsed.left),
        "expression": _show(both, parsed.right),
        "expected": json_number(round_sum(broken.right)),
        "rule": rule.text,
    }
    if rule.message:
        params["message"] = rule.message
    return _finding("C201", rule.severity, both, broken.row, key, params)


def _show(both: Periods, side: Side) -> str:
    text = side.text
    for column in both.spec.columns:
        text = text.replace(f"({column.key})", column_title(column))
    return text


@check("C202", Severity.ERROR, TABLES)
def cumulative_falls(context: CheckContext) -> Iterator[Finding]:
    """Cumulative figure is lower than last period.

    What it does:
        Compares figures that the form counts from the beginning of the year with last period's report of the same
        year. The total row is named only where no row of its column is.
    Why it matters:
        What has been done since January cannot become less; one of the two reports is wrong.
    How to mend it:
        Check whether the figure covers only this period instead of the whole year so far, and correct it. If last
        period's report was wrong, say so in your reply; the coordinator looks at it.
    Example:
        45 documents checked by June where the report of March gave 60.
    """
    both, before = both_periods(context), context.last_period
    if both is None or before is None or before.year != context.round.period.year:
        return
    for spec, key, pairs, total in _series(both):
        falls = [pair for pair in pairs if pair.now < pair.last] if spec.cumulative else []
        if spec.cumulative and not falls and total is not None and total.now < total.last:
            falls = [total]
        for fall in falls:
            params: dict[str, ParamValue] = {"actual": json_number(fall.now), "expected": json_number(fall.last)}
            yield _finding("C202", Severity.ERROR, both, fall.row, key, params)


@check("C203", Severity.REMARK, TABLES)
def jumps(context: CheckContext) -> Iterator[Finding]:
    """Figure is many times last period's, or a small part of it.

    What it does:
        Divides the figure by last period's; says so from the factor on that the form sets, upward and downward.
        Figures below 10 count as 10, and those that begin anew with the year are not compared across it.
    Why it matters:
        A digit too many or a wrong column looks like this; so does a real change, and a person sees which.
    How to mend it:
        If the figure is right, nothing need be done. If not, correct it and send the file again.
    Example:
        25.440 files where last period had 2.544.
    """
    both, before = both_periods(context), context.last_period
    if both is None:
        return
    new_year = before is not None and before.year != context.round.period.year
    for spec, key, pairs, total in _series(both):
        if spec.jump is None or (spec.cumulative and new_year):
            continue
        found = [pair for pair in pairs if _is_jump(pair, spec.jump)]
        if not found and total is not None and _is_jump(total, spec.jump):
            found = [total]
        for pair in found:
            low, high = sorted((pair.now, pair.last))
            params: dict[str, ParamValue] = {
                "reason": ("up" if pair.now > pair.last else "down") + ("" if low > 0 else "_zero"),
                "actual": json_number(pair.now),
                "expected": json_number(pair.last),
                "limit": json_number(spec.jump),
            }
            if low > 0:
                params["factor"] = json_number((high / low).quantize(Decimal("0.1")))
            yield _finding("C203", Severity.REMARK, both, pair.row, key, params)


@dataclass(frozen=True, slots=True)
class _Figures:
    """One figure of this and last period. `row` None: that of a coded row."""

    row: TableRow | None
    now: Decimal
    last: Decimal


def _series(both: Periods) -> Iterator[tuple[Column | Row, str, list[_Figures], _Figures | None]]:
    """Each column, or each coded row, with its pairs of figures and that of the total rows."""
    if both.spec.rows:
        now, last = both.now.values, both.last.values
        for row in both.spec.rows:
            if row.code in now and row.code in last:
                yield row, row.code, [_Figures(None, now[row.code], last[row.code])], None
        return
    totals = both.totals
    for column in both.spec.columns:
        pairs = [found for pair in both.pairs if (found := _figures(pair, column.key)) is not None]
        yield column, column.key, pairs, None if totals is None else _figures(totals, column.key)


def _figures(pair: Pair, key: str) -> _Figures | None:
    if pair.last is None or key not in pair.now.figures or key not in pair.last.figures:
        return None
    return _Figures(pair.now, pair.now.figures[key], pair.last.figures[key])


def _is_jump(pair: _Figures, factor: Decimal) -> bool:
    low, high = (max(figure, _TINY) for figure in sorted((pair.now, pair.last)))
    return high >= factor * low


def _finding(
    code: str, severity: Severity, both: Periods, row: TableRow | None, key: str, params: dict[str, ParamValue]
) -> Finding:
    """The finding at that row's cell of the column, or at the coded row of that key."""
    spec = both.spec
    column_key = key if row is not None else spec.value_column or ""
    number = row.row if row is not None else both.now.fixed[key]
    label = (
        (row.label or row.code) if row is not None else next(f"{r.code}. {r.label}" for r in spec.rows if r.code == key)
    )
    place, sheet = at_cell(both.now, both.located.sheet.name, number, both.located.columns[column_key])
    return Finding(
        code, severity, place, {**sheet, "row": label, "column": column_title(spec.column(column_key)), **params}
    )
