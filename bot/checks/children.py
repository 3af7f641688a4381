"""X111: figures of rows against the rows right beneath them.

The flow: the numbered rows as a tree → each row with a figure and figures beneath it is held against their sum → of the
rows that differ, one that comes right as soon as a row beneath it is put right is a consequence and is not said, and
neither is one that a rule broken in one of these rows explains. A row beneath that has no figure itself counts as the
sum of its own; one that cannot be read leaves its sum unknown, and nothing is said of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from bot.checks.context import CheckContext
from bot.checks.left_blank import blank_cells
from bot.checks.levels import Node, numbered_rows, tree
from bot.checks.places import at_cell, said
from bot.checks.registry import TABLES, check
from bot.checks.relations import EXPLAINING, Break, explains, row_breaks
from bot.checks.rows import TableRow, column_title
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.values import json_number, round_sum
from bot.domain.form import ChildSums, Severity, TableSpec
from bot.domain.submission import Finding

_CAUSES = 20  # rows found wrong that are tried each by itself as the cause of another


@dataclass(slots=True)
class _Column:
    """One column under check. `unknown` are the rows whose cell cannot be read, `not_counted` those whose figure has no
    business there; `sums` is what the rows found wrong would have to show, by row.
    """

    rule: ChildSums
    unknown: frozenset[int]
    not_counted: frozenset[int]
    sums: dict[int, Decimal] = field(default_factory=dict)

    def sum_beneath(self, node: Node, mended: frozenset[int] = frozenset(), *, counted: bool = True) -> Decimal | None:
        """What the rows right beneath come to, None when it cannot be known. `mended`: rows found wrong that are to be
        taken as put right. `counted` False: without the figures that have no business there.
        """
        found = Decimal(0)
        for child in node.children:
            value = self._value(child, mended, counted=counted)
            if value is None:
                return None
            found += value
        return found

    def _value(self, node: Node, mended: frozenset[int], *, counted: bool) -> Decimal | None:
        row = node.row.row if node.row else 0
        if row in self.unknown:
            return None
        if row in mended:
            return self.sums[row]
        if row in self.not_counted and not counted:
            return Decimal(0)
        return node.figure if node.figure is not None else self.sum_beneath(node, mended, counted=counted)

    def differs(self, node: Node) -> Decimal | None:
        """The sum beneath, where this row shows another figure that nothing beneath explains; None where it is right or
        nothing can be said.
        """
        if node.row is None or node.figure is None or not any(child.has_figures() for child in node.children):
            return None
        if node.row.row in self.not_counted:
            return None  # it must be blank: that is said already
        wrong = [below.row.row for below in node.beneath() if below.row and below.row.row in self.sums]
        ways = dict.fromkeys([frozenset[int](), frozenset(wrong), *(frozenset({row}) for row in wrong[:_CAUSES])])
        sums = [self.sum_beneath(node, way, counted=counted) for way in ways for counted in (False, True)]
        differs = all(found is None or abs(node.figure - found) > self.rule.tolerance for found in sums)
        return sums[0] if differs else None


@check("X111", Severity.ERROR, TABLES)
def children_disagree(context: CheckContext) -> Iterator[Finding]:
    """Figure is not the sum of the rows beneath it.

    What it does:
        Tells by the printed codes which rows stand under which (I over 1, 1 over 1.1), and adds up the rows right
        beneath each row. A row without a figure of its own is passed over. Of several rows that one cell puts out, only
        the one that has to be put right is said. Some columns only give a remark.
    Why it matters:
        The upper rows are what is carried upward; the rows beneath are their proof.
    How to mend it:
        Check the row and those right beneath it, and correct whichever is wrong.
    Example:
        Criterion 1.1 shows 2,5 points; 1.1.1 and 1.1.2 make 2.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not spec.children or not isinstance(facts.located, Located):
        return
    breaks = list(islice(row_breaks(facts, spec), EXPLAINING))
    rows = numbered_rows(facts, spec)
    must_be_blank = blank_cells(facts, spec)
    for rule in spec.children:
        for key in rule.columns:
            if key in facts.located.columns:
                must = frozenset(row for row, column in must_be_blank if column == key)
                yield from _of_column(facts, facts.located, spec, key, rule, rows, must, breaks)


def _of_column(
    facts: TableFacts,
    located: Located,
    spec: TableSpec,
    key: str,
    rule: ChildSums,
    rows: list[TableRow],
    must_be_blank: frozenset[int],
    breaks: list[tuple[TableRow, Break]],
) -> Iterator[Finding]:
    place = located.columns[key]
    unknown = frozenset(p.row for p in facts.problems if p.column == place)
    column = _Column(rule, unknown - {row.row for row in rows if key in row.figures}, must_be_blank)
    nodes = list(tree(rows, key, strict=True).beneath())
    for node in reversed(nodes):  # from the bottom, so that causes are known before their consequences
        expected = column.differs(node)
        if expected is None or node.row is None or node.figure is None:
            continue
        if not _is_explained(node, breaks, key, node.figure - expected, rule.severity):
            column.sums[node.row.row] = expected
    for node in nodes:
        if node.row is None or node.figure is None or node.row.row not in column.sums:
            continue
        where, params = at_cell(facts, located.sheet.name, node.row.row, place)
        params |= {"row": node.row.label or node.row.code, "column": column_title(spec.column(key))}
        params |= {"actual": json_number(node.figure), "expected": json_number(round_sum(column.sums[node.row.row]))}
        params |= {"children": [child.row.code for child in node.children if child.row]} | said(rule.message)
        yield Finding("X111", rule.severity, where, params)


def _is_explained(node: Node, breaks: list[tuple[TableRow, Break]], key: str, gap: Decimal, severity: Severity) -> bool:
    """Whether a broken rule of this row, or of one that it sums, goes with this difference."""
    of_row = {child.row.row: gap for child in node.summands() if child.row}
    of_row |= {node.row.row: -gap} if node.row else {}
    return any(explains([(row, b)], key, of_row[row.row], severity) for row, b in breaks if row.row in of_row)
