"""X201 and X204: rules between columns and between rows.

One slip in a cell breaks several relations at once. Each finding names the cell that would have to change; a relation
that comes right as soon as another finding's cell is mended is a consequence and is not said again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.checks.context import CheckContext
from bot.checks.left_blank import blank_cells
from bot.checks.places import at_cell, said
from bot.checks.registry import TABLES, check
from bot.checks.rows import RowKind, TableRow, column_title
from bot.checks.rules import ParsedRule, Side, parse_rule
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.values import json_number, round_sum
from bot.domain.form import Rule, Severity, TableSpec
from bot.domain.submission import Finding, ParamValue

_REASONS = {"=": "equal", "<=": "at_most", ">=": "at_least", "<": "below", ">": "above"}
EXPLAINING = 50  # broken rows that are tried as the cause of a wrong total


@dataclass(frozen=True, slots=True)
class Break:
    """A rule that does not hold for these figures. `mend`: the figures with the left-hand cell put right, if one
    cell alone stands on the left.
    """

    rule: Rule
    parsed: ParsedRule
    figures: Mapping[str, Decimal]
    left: Decimal
    right: Decimal

    @property
    def cell(self) -> str:
        return self.parsed.left.references[0]

    @property
    def mend(self) -> Mapping[str, Decimal] | None:
        alone = self.parsed.comparison == "=" and self.parsed.left.alone is not None
        return {**self.figures, self.cell: self.right} if alone else None


def _breaks(rules: tuple[Rule, ...], figures: Mapping[str, Decimal], *, between_rows: bool) -> list[Break]:
    """The rules that do not hold, without those that another's mend puts right."""
    found: list[Break] = []
    for rule in rules:
        parsed = parse_rule(rule.text)
        left, right = parsed.left.value(figures), parsed.right.value(figures)
        if parsed.between_rows is not between_rows or left is None or right is None:
            continue
        if not parsed.holds(figures, rule.tolerance):
            found.append(Break(rule, parsed, figures, left, right))
    kept: list[Break] = []
    for at, broken in enumerate(found):
        others = [o for i, o in enumerate(found) if i != at and o.mend is not None and _repairs(o, broken)]
        if not any(not _repairs(broken, other) or other in kept for other in others):
            kept.append(broken)
    return kept or found[:1]


def _repairs(one: Break, other: Break) -> bool:
    """Whether mending one makes the other's rule hold."""
    return one.mend is not None and other.parsed.holds(one.mend, other.rule.tolerance)


def row_breaks(facts: TableFacts, spec: TableSpec) -> Iterator[tuple[TableRow, Break]]:
    """The broken column rules of each row. A total row is checked by its sums, unless they leave columns out."""
    for row in facts.rows:
        if row.kind is RowKind.HEADING:
            continue
        rules = spec.rules
        if row.kind is RowKind.TOTAL:
            summed = set(spec.total.columns if spec.total else ())
            rules = tuple(rule for rule in rules if not set(parse_rule(rule.text).references) <= summed)
        for broken in _breaks(rules, row.figures, between_rows=False):
            yield row, broken


def _params(broken: Break, titles: Mapping[str, str]) -> dict[str, ParamValue]:
    expected = json_number(round_sum(broken.right))
    reason = _REASONS[broken.parsed.comparison]
    return said(broken.rule.message) | {
        "reason": reason if broken.parsed.right.references else f"{reason}_fixed",
        "actual": json_number(broken.left),
        "left": _show(broken.parsed.left, titles),
        "expression": _show(broken.parsed.right, titles),
        "expected": expected,
        "rule": broken.rule.text,
    }


def _show(side: Side, titles: Mapping[str, str]) -> str:
    text = side.text
    for key, title in titles.items():
        text = text.replace(f"({key})", title)
    return text


@check("X201", Severity.ERROR, TABLES)
def columns_disagree(context: CheckContext) -> Iterator[Finding]:
    """Rule between columns broken.

    What it does:
        Puts each row's figures into the relations that the form prints, such as (3)=(4)+(5)+(6). The finding stands
        at the column on the left; where two relations break for one reason, only the one that names the cell is said.
    Why it matters:
        Files received, settled and pending must add up, or some were counted twice or not at all.
    How to mend it:
        Check the total and the columns that it is made of, and correct whichever is wrong.
    Example:
        (3) shows 120 where (4)+(5)+(6) make 102.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not isinstance(facts.located, Located):
        return
    titles = {column.key: column_title(column) for column in spec.columns}
    must_be_blank = blank_cells(facts, spec)
    for row, broken in row_breaks(facts, spec):
        if any((row.row, key) in must_be_blank for key in broken.parsed.references):
            continue  # X117: the cell is to be cleared, whatever stands in it
        column = facts.located.columns[broken.cell]
        place, params = at_cell(facts, facts.located.sheet.name, row.row, column)
        params |= {"row": row.label or row.code, "column": titles[broken.cell]}
        params |= {"title": spec.column(broken.cell).title, **_params(broken, titles)}
        yield Finding("X201", broken.rule.severity, place, params)


def explains(breaks: Iterable[tuple[TableRow, Break]], key: str, gap: Decimal, grave: Severity) -> bool:
    """Whether a sum would be right if one of these broken rows were mended in that column by that much; a remark never
    explains an error.
    """
    for row, broken in breaks:
        if grave is Severity.ERROR and broken.rule.severity is not Severity.ERROR:
            continue
        if row.kind is RowKind.DATA and key in broken.parsed.references and key in row.figures:
            mended = {**row.figures, key: row.figures[key] + gap}
            if broken.parsed.holds(mended, broken.rule.tolerance):
                return True
    return False


@check("X204", Severity.ERROR, TABLES)
def rows_disagree(context: CheckContext) -> Iterator[Finding]:
    """Rule between rows broken.

    What it does:
        Puts the figures of coded rows into the form's relations, such as [1.1.2]<=[1.1.1]. Rows left blank or
        unreadable are passed over. Some relations only give a remark.
    Why it matters:
        Tasks done cannot exceed tasks set; such a pair means that one of the two figures is wrong.
    How to mend it:
        Check both rows and correct whichever is wrong; where the figures are right, reply to the notice with the
        reason, and the coordinator looks at it.
    Example:
        1.1.2 shows 15 tasks done where 1.1.1 shows 12 tasks set.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not isinstance(facts.located, Located) or spec.value_column is None:
        return
    column = facts.located.columns.get(spec.value_column)
    labels = {row.code: f"{row.code}. {row.label}" for row in spec.rows}
    for broken in _breaks(spec.rules, facts.values, between_rows=True) if column is not None else ():
        place, params = at_cell(facts, facts.located.sheet.name, facts.fixed[broken.cell], column or 0)
        params |= {"row": labels[broken.cell], "column": column_title(spec.column(spec.value_column))}
        params |= _params(broken, {})
        yield Finding("X204", broken.rule.severity, place, params)
