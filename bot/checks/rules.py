"""Rules in the notation that the forms print: `(3)=(4)+(5)+(6)` between columns, `[1.1.2]<=[1.1.1]` between coded rows.

A chain (`0<=(4)<=(3)`) is split into its comparisons; a rule's text is split at its one comparison, the references
become names, and each side is parsed once by Python's own parser; nothing but + - * / on Decimals gets through, and
the walk over the few nodes is all the evaluation there is (a general evaluator took a hundred times as long, which long
tables feel). Text that does not follow the notation raises RuleSyntaxError with the reason; a division by zero has no
value, and such a rule says nothing.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

_COMPARISON = re.compile(r"<=|>=|≤|≥|=|<|>")
_REFERENCE = re.compile(r"\((?P<column>[0-9]+|[A-Za-z_]\w*)\)|\[(?P<row>[^\[\]]+)\]")
_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ALLOWED = (ast.Expression, ast.BinOp, ast.Name, ast.Constant, ast.Load, *_OPERATORS)
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": lambda gap, tolerance: abs(gap) <= tolerance,
    "<=": lambda gap, tolerance: gap <= tolerance,
    ">=": lambda gap, tolerance: gap >= -tolerance,
    "<": lambda gap, tolerance: gap < tolerance or gap < 0,
    ">": lambda gap, tolerance: gap > -tolerance or gap > 0,
}
_TURNED = {"=": "=", "<=": ">=", ">=": "<=", "<": ">", ">": "<"}
_UPWARD, _DOWNWARD = {"<", "<="}, {">", ">="}
_MIXED = "a rule speaks of columns (3) or of rows [1.1], never of both"


class RuleSyntaxError(ValueError):
    """The text of a rule does not follow the notation; the message says where."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a rule, or an expression alone. `text` as printed without blanks, `references` the columns or rows
    that it names; `between_rows`: they are row codes, else column keys.
    """

    text: str
    references: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    tree: ast.expr
    between_rows: bool = False

    @property
    def alone(self) -> str | None:
        """The reference that is all of this side, as (3) is; None for anything more or else."""
        return self.references[0] if isinstance(self.tree, ast.Name) else None

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
        return left is None or right is None or self.compares(left, right, tolerance)

    def compares(self, left: Decimal, right: Decimal, tolerance: Decimal = Decimal(0)) -> bool:
        """Whether these values of the two sides stand as the rule wants them."""
        return _COMPARE[self.comparison](left - right, tolerance)


def split_chain(text: str) -> tuple[str, ...]:
    """The comparisons of a chain, one text each: `0<=(4)<=(3)` → `0<=(4)`, `(4)<=(3)`. A single one stays as it is.

    Raises RuleSyntaxError where there is no comparison, where a chain turns (`(1)<(2)>(3)`), or where one of its
    comparisons is no rule.
    """
    signs, sides = _signs(text), [side.strip() for side in _COMPARISON.split(text)]
    if not signs:
        raise RuleSyntaxError("a rule needs one of = <= >= < >")
    if _UPWARD & set(signs) and _DOWNWARD & set(signs):
        raise RuleSyntaxError("a chain goes one way: < and <= do not stand beside > and >=")
    texts = tuple(f"{a}{sign}{b}" for (a, b), sign in zip(pairwise(sides), signs, strict=True))
    for one in texts:
        parse_rule(one)
    return texts


@lru_cache(maxsize=512)
def parse_rule(text: str) -> ParsedRule:
    """The rule of that text. Where only its right-hand side names columns or rows (`0<=(4)`) it is turned round
    (`(4)>=0`), so that the left-hand side always names the cell that a finding stands at. Raises RuleSyntaxError.
    """
    signs = _signs(text)
    if len(signs) != 1:
        raise RuleSyntaxError(f"a rule needs exactly one of = <= >= < >, not {len(signs)}")
    left, right = (_parse_side(side) for side in _COMPARISON.split(text))
    comparison = signs[0]
    if not left.references:
        left, right, comparison = right, left, _TURNED[comparison]
    if not left.references:
        raise RuleSyntaxError("neither side names a column (3) or a row [1.1]")
    if right.references and left.between_rows is not right.between_rows:
        raise RuleSyntaxError(_MIXED)
    return ParsedRule(text, left, comparison, right, left.between_rows)


@lru_cache(maxsize=512)
def parse_expression(text: str) -> Side:
    """An expression without a comparison: `(3)`, `((8)+(9))/(7)*100`, `[3.3.2]`. Raises RuleSyntaxError, also where it
    names no column and no row.
    """
    if _signs(text):
        raise RuleSyntaxError("a figure is computed, not compared: none of = <= >= < >")
    side = _parse_side(text)
    if not side.references:
        raise RuleSyntaxError(f"{text.strip()!r} names no column (3) and no row [1.1]")
    return side


def _signs(text: str) -> list[str]:
    return [sign.replace("≤", "<=").replace("≥", ">=") for sign in _COMPARISON.findall(text)]


def _parse_side(text: str) -> Side:
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
    if len(kinds) > 1:
        raise RuleSyntaxError(_MIXED)
    pairs = tuple((alias, reference) for reference, alias in names.items())
    return Side("".join(text.split()), tuple(names), pairs, tree.body, kinds == {"row"})


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
