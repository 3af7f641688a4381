"""Rows under each other, told by their printed codes: letters and Roman numbers over 1, 1 over 1.1, 1.1 over 1.1.1.

The flow: each row's code gives its level → going down, a row stands under the nearest row of a higher level; where
the reading is strict, one numbered 1.2.1 only under 1 or 1.2, whatever stands above it. Rows without a number stand on
the lowest level. Nothing here fails.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.checks.rows import RowKind, TableRow
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.domain.form import TableSpec

_SECTION_LETTER, _SECTION, _LINE, _DETAIL, _UNNUMBERED = 0, 1, 2, 8, 9
_ROMAN = re.compile(r"[IVX]{1,6}")
_LETTER = re.compile(r"[a-zđ]")
_MARK = re.compile(r"[-+*–]")


@dataclass(slots=True)
class Node:
    """A row among its like. `row` None: the root. `figure` is its own in the column asked for, None for none."""

    level: int
    row: TableRow | None = None
    figure: Decimal | None = None
    children: list["Node"] = field(default_factory=list)

    def upper(self) -> Decimal:
        """Its own figure, or the sum of the uppermost ones beneath it."""
        return self.figure if self.figure is not None else sum((c.upper() for c in self.children), Decimal(0))

    def lowest(self) -> Decimal:
        """The sum of the lowest figures at or beneath it."""
        if any(child.has_figures() for child in self.children):
            return sum((child.lowest() for child in self.children), Decimal(0))
        return self.figure or Decimal(0)

    def has_figures(self) -> bool:
        return self.figure is not None or any(child.has_figures() for child in self.children)

    def summands(self) -> Iterator["Node"]:
        """The nodes whose figures make this one's: those right beneath; for one without a figure, those beneath it."""
        for child in self.children:
            if child.figure is None:
                yield from child.summands()
            else:
                yield child

    def beneath(self) -> Iterator["Node"]:
        """Every node under this one, top down."""
        for child in self.children:
            yield child
            yield from child.beneath()


def tree(rows: Sequence[TableRow], key: str = "", *, strict: bool = False) -> Node:
    """The rows under each other, with their figures in that column. Without any number all stand on one level."""
    root = Node(-1)
    path = [root]
    for row in rows:
        node = Node(level(row.code), row, row.figures.get(key) if row.kind is RowKind.DATA else None)
        while path[-1].level >= node.level or (strict and _is_stranger(path[-1], node)):
            path.pop()
        path[-1].children.append(node)
        path.append(node)
    return root


def _is_stranger(above: Node, node: Node) -> bool:
    """Whether a row of that dotted code cannot stand under this one: 1.2.1 never under 1.1, nor 2.1 under 1."""
    if above.row is None or node.row is None or above.level >= _DETAIL or node.level >= _DETAIL:
        return False
    code, other = node.row.code, above.row.code
    same_kind = code.partition(".")[0].isdigit() == other.partition(".")[0].isdigit()
    return "." in code and same_kind and not code.startswith(other + ".")


def numbered_rows(facts: TableFacts, spec: TableSpec) -> list[TableRow]:
    """Data and heading rows with a printed code, top down; coded rows with their figure in the value column."""
    if not spec.rows:
        rows = facts.of_kind(RowKind.DATA, RowKind.HEADING)
        return [row for row in rows if is_numbered(row.code)]
    made = []
    for row in spec.rows:
        if row.code not in facts.fixed or not isinstance(facts.located, Located):
            continue
        kind = RowKind.HEADING if row.type is None else RowKind.DATA
        figures = {spec.value_column or "": facts.values[row.code]} if row.code in facts.values else {}
        made.append(TableRow(facts.fixed[row.code], kind, row.code, f"{row.code}. {row.label}", figures))
    return sorted((row for row in made if is_numbered(row.code)), key=lambda row: row.row)


def is_numbered(code: str) -> bool:
    """Whether the code tells a level: a dash before a line does not."""
    return level(code) < _UNNUMBERED and not _MARK.fullmatch(code)


def is_unnumbered(code: str) -> bool:
    """Whether nothing stands there that tells a level, not even a dash."""
    return level(code) == _UNNUMBERED


def level(code: str) -> int:
    """How deep a row of that code stands, 0 the highest; each dot is one level deeper (I.2 stands as deep as 1)."""
    first, dot, rest = code.partition(".")
    if dot and not re.fullmatch(r"\w+(\.\w+)*", rest):
        return _UNNUMBERED
    deeper = min(code.count("."), _DETAIL - _LINE - 2)
    if len(first) == 1 and first.isupper() and first not in "IVX":
        return _SECTION_LETTER + deeper
    if _ROMAN.fullmatch(first):
        return _SECTION + deeper
    if first.isascii() and first.isdigit():
        return _LINE + deeper
    return _DETAIL if not dot and (_LETTER.fullmatch(code) or _MARK.fullmatch(code)) else _UNNUMBERED
