"""Figures that satisfy a form's rules: for any form, from its data alone.

`solve` takes the figures that are known, what each figure may be (`Bounds`) and the rules, and draws the rest. The
figures that no rule ties together are drawn apart. Within one group the linear equations are solved exactly: of
their unknowns as many follow from the others as there are equations, and those others are drawn, small and large ones
in turn, until all is within bounds and every comparison holds. An equation that is not linear, such as
(8)=(7)/(3)*100, gives its left-hand figure, rounded to two decimals. LookupError when nothing is found, which means
that the form's rules contradict each other or its bounds.
"""

import ast
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bot.checks.rules import ParsedRule, Side, parse_rule

ATTEMPTS = 6_000
_SPANS = (4, 12, 40, 150, 900, 5_000)


@dataclass(frozen=True)
class Bounds:
    """What a figure may be: between `least` and `most`, whole or with two decimals."""

    whole: bool = True
    least: Decimal | None = None
    most: Decimal | None = None

    def allows(self, value: Fraction) -> bool:
        return (
            (self.least is None or value >= Fraction(self.least))
            and (self.most is None or value <= Fraction(self.most))
            and (value * (1 if self.whole else 100)).denominator == 1
        )

    def draw(self, span: int, chance: random.Random) -> Fraction:
        """Not below nought unless the form says so; within `span` of the least."""
        low = Fraction(self.least if self.least is not None else 0)
        high = low + span if self.most is None else min(Fraction(self.most), low + span)
        steps = 1 if self.whole else 100
        return Fraction(chance.randint(-int(-low * steps // 1), int(high * steps)), steps)


@dataclass(frozen=True)
class Relation:
    """One rule with what rounding may leave."""

    rule: ParsedRule
    tolerance: Decimal = Decimal(0)

    @classmethod
    def of(cls, text: str, tolerance: Decimal = Decimal(0)) -> "Relation":
        return cls(parse_rule(text), tolerance)

    @property
    def is_equation(self) -> bool:
        return self.rule.comparison == "="


Linear = dict[str, Fraction]  # factors by figure; the constant under ""


def solve(
    bounds: Mapping[str, Bounds], relations: Sequence[Relation], known: Mapping[str, Decimal], chance: random.Random
) -> dict[str, Decimal]:
    """Figures for every name in `bounds`, those of `known` among them as they are. Relations that name another figure
    say nothing. Raises LookupError.
    """
    said = [r for r in relations if set(r.rule.references) <= set(bounds) | set(known)]
    found: dict[str, Decimal] = {}
    for group in _groups(set(bounds) | set(known), said):
        tied = [r for r in said if set(r.rule.references) & group]
        inside = {name: value for name, value in known.items() if name in group}
        found |= _solve_group({n: bounds[n] for n in sorted(group) if n in bounds}, tied, inside, chance)
    return found


def _groups(names: set[str], relations: Iterable[Relation]) -> list[set[str]]:
    groups = [{name} for name in sorted(names)]
    for relation in relations:
        tied = [g for g in groups if g & set(relation.rule.references)]
        groups = [g for g in groups if g not in tied] + [set().union(*tied)]
    return groups


def _solve_group(
    bounds: Mapping[str, Bounds], relations: Sequence[Relation], known: Mapping[str, Decimal], chance: random.Random
) -> dict[str, Decimal]:
    equations, defined = [], {}
    for relation in relations:
        if not relation.is_equation:
            continue
        line = _line(relation.rule)
        if line is not None:
            equations.append(line)
        elif len(relation.rule.left.references) == 1:
            defined[relation.rule.left.references[0]] = relation.rule.right
    for attempt in range(ATTEMPTS):
        values = {name: Fraction(value) for name, value in known.items()}
        order = [name for name in bounds if name not in known and name not in defined]
        chance.shuffle(order)
        followers = _eliminate(equations, order, values)
        if followers is None:
            continue
        span = _SPANS[attempt % len(_SPANS)]
        for name in order:
            if name not in followers:
                values[name] = bounds[name].draw(chance.randint(0, span), chance)
        for name, line in followers.items():
            values[name] = line[""] + sum(f * values[n] for n, f in line.items() if n)
        figures = {name: _decimal(value) for name, value in values.items()}
        for name, side in defined.items():
            if name not in known and (value := side.value(figures)) is not None:
                figures[name] = value.quantize(Decimal("0.01"))
        for name in set(defined) - set(figures):
            figures[name] = Decimal(0)
        within = all(bounds[n].allows(Fraction(v)) for n, v in figures.items() if n in bounds and n not in known)
        if within and all(r.rule.holds(figures, r.tolerance) for r in relations):
            return figures
    raise LookupError(f"no figures satisfy {[r.rule.text for r in relations]} with {dict(known)}")


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _eliminate(
    equations: Sequence[Linear], order: Sequence[str], known: Mapping[str, Fraction]
) -> dict[str, Linear] | None:
    """Which figures follow from the others, and how; None when the known ones leave no way. Figures that come first in
    `order` are made to follow.
    """
    followers: dict[str, Linear] = {}
    for equation in equations:
        line: Linear = {"": Fraction(0)}
        for name, factor in equation.items():
            if name in known:
                _add(line, {"": known[name]}, factor)
            elif name in followers:
                _add(line, followers[name], factor)
            else:
                _add(line, {name: Fraction(1)}, factor)
        chosen = next((name for name in order if line.get(name)), None)
        if chosen is None:
            if line[""]:
                return None
            continue
        factor = line.pop(chosen)
        solution = {name: -f / factor for name, f in line.items()}
        for other in followers.values():
            if chosen in other:
                _add(other, solution, other.pop(chosen))
        followers[chosen] = solution
    return followers


def _add(line: Linear, other: Linear, factor: Fraction) -> None:
    for name, f in other.items():
        line[name] = line.get(name, Fraction(0)) + factor * f


def _line(rule: ParsedRule) -> Linear | None:
    """The equation as factors that come to nought together; None when it is not linear."""
    left, right = _factors(rule.left), _factors(rule.right)
    if left is None or right is None:
        return None
    line: Linear = {"": Fraction(0)}
    _add(line, left, Fraction(1))
    _add(line, right, Fraction(-1))
    return line


def _factors(side: Side) -> Linear | None:
    names = dict(side.names)

    def walk(node: ast.expr) -> Linear | None:
        match node:
            case ast.Name(id=alias):
                return {names[alias]: Fraction(1)}
            case ast.Constant(value=int(value)):
                return {"": Fraction(value)}
            case ast.BinOp(left=one, op=op, right=other):
                first, second = walk(one), walk(other)
                if first is None or second is None:
                    return None
                if isinstance(op, ast.Add | ast.Sub):
                    line = dict(first)
                    _add(line, second, Fraction(1 if isinstance(op, ast.Add) else -1))
                    return line
                if isinstance(op, ast.Mult) and set(first) == {""}:
                    first, second = second, first
                if set(second) == {""} and not (isinstance(op, ast.Div) and not second[""]):
                    factor = second[""] if isinstance(op, ast.Mult) else 1 / second[""]
                    return {name: f * factor for name, f in first.items()}
        return None

    return walk(side.tree)
