"""Rules in the notation that the forms print: `(3)=(4)+(5)+(6)` between columns, `[1.1.2]<=[1.1.1]` between coded rows.

A rule's text is split at its comparison, the references become names, and each side is parsed once by Python's own
parser; nothing but + - * / on Decimals gets through, and the walk over the few nodes is all the evaluation there is
(a general evaluator took a hundred times as long, which long tables feel). Text that does not follow the notation
raises RuleSyntaxError with the reason; a division by zero has no value, and such a rule says nothing.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_COMPARISON = re.compile(r"<=|>=|≤|≥|=|<|>")
_REFERENCE = re.compile(r"\((?P<column>[0-9]+|[A-Za-z_]\w*)\)|\[(?P<row>[^\[\]]+)\]")
_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ALLOWED = (ast.Expression, ast.BinOp, ast.Name, ast.Constant, ast.Load, *_OPERATORS)
_COMPARE = {
    "=": lambda gap, tolerance: abs(gap) <= tolerance,
    "<=": lambda gap, tolerance: gap <= tolerance,
    ">=": lambda gap, tolerance: gap >= -tolerance,
    "<": lambda gap, tolerance: gap < tolerance or gap < 0,
    ">": lambda gap, tolerance: gap > -tolerance or gap > 0,
}


class RuleSyntaxError(ValueError):
    """The text of a rule does not follow the notation; the message says where."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a rule. `text` as printed without blanks, `references` the columns or rows that it names."""

    text: str
    references: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    tree: ast.expr

    def value(self, figures: Mapping[str, Decimal]) -> Decimal | None:
        """The side's value with those figures; None when one is missing or the value does not exist."""
        if any(reference not in figures for reference in self.references):
            return None
        names = {name: figures[reference] for name, reference in self.names}
        try:
            return _evaluate(self.tree, names)
        except ArithmeticError:
            return None


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """A rule ready for use. `between_rows`: its references are row codes, else column keys."""

    text: str
    left: Side
    comparison: str
    right: Side
    between_rows: bool

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.left.references + self.right.references))

    def holds(self, figures: Mapping[str, Decimal], tolerance: Decimal = Decimal(0)) -> bool:
        """Whether the rule holds; True when a figure is missing, for then it says nothing."""
        left, right = self.left.value(figures), self.right.value(figures)
        return left is None or right is None or _COMPARE[self.comparison](left - right, tolerance)


@lru_cache(maxsize=512)
def parse_rule(text: str) -> ParsedRule:
    """The rule of that text. Raises RuleSyntaxError."""
    comparisons = _COMPARISON.findall(text)
    if len(comparisons) != 1:
        raise RuleSyntaxError(f"a rule needs exactly one of = <= >= < >, not {len(comparisons)}")
    left_text, right_text = _COMPARISON.split(text)
    left, left_kinds = _parse_side(left_text)
    right, right_kinds = _parse_side(right_text)
    kinds = left_kinds | right_kinds
    if not left.references:
        raise RuleSyntaxError("the left-hand side names no column (3) and no row [1.1]")
    if len(kinds) > 1:
        raise RuleSyntaxError("a rule speaks of columns (3) or of rows [1.1], never of both")
    comparison = comparisons[0].replace("≤", "<=").replace("≥", ">=")
    return ParsedRule(text, left, comparison, right, between_rows=kinds == {"row"})


def _parse_side(text: str) -> tuple[Side, set[str]]:
    names: dict[str, str] = {}
    kinds: set[str] = set()

    def name(match: re.Match[str]) -> str:
        kinds.add(match.lastgroup or "")
        reference = (match["column"] or match["row"]).strip()
        return f" {names.setdefault(reference, f'r{len(names)}')} "

    source = _REFERENCE.sub(name, text).strip()
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError):
        raise RuleSyntaxError(f"{text.strip() or 'an empty side'!r} is no sum of columns (3) or rows [1.1]") from None
    for node in ast.walk(tree):
        known = not isinstance(node, ast.Name) or node.id in names.values()
        number = not isinstance(node, ast.Constant) or type(node.value) is int
        if not isinstance(node, _ALLOWED) or not known or not number:
            raise RuleSyntaxError(
                f"{text.strip()!r} holds more than + - * / , whole numbers, columns (3) and rows [1.1]"
            )
    pairs = tuple((alias, reference) for reference, alias in names.items())
    return Side("".join(text.split()), tuple(names), pairs, tree.body), kinds


def _evaluate(node: ast.expr, names: Mapping[str, Decimal]) -> Decimal:
    """The value of a node that `_parse_side` let through."""
    match node:
        case ast.Name(id=name):
            return names[name]
        case ast.Constant(value=int(value)):
            return Decimal(value)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_evaluate(left, names), _evaluate(right, names))
    raise TypeError(f"not a node of a rule: {ast.dump(node)}")
