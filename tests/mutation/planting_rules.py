"""Plants in figures that belong together: rules, sums over children, totals, in several rows each."""

from collections.abc import Iterator
from decimal import Decimal

from laid import NUMERIC, Laid, allows, broken
from plants import DELTAS, Plant, spread

from bot.checks.levels import Node
from bot.checks.rows import TableRow
from bot.checks.rules import parse_rule
from bot.domain.form import Rule


def figure_plants(laid: Laid) -> Iterator[Plant]:
    """Every rule at every cell that it names, every parent and child, every total."""
    yield from _between_columns(laid)
    yield from _between_rows(laid)
    yield from _children(laid)
    yield from _totals(laid)


def _between_columns(laid: Laid) -> Iterator[Plant]:
    rules = tuple(rule for rule in laid.spec.rules if "[" not in rule.text)
    parents = {n.row.row for n in laid.tree().beneath() if n.row and n.children} if laid.spec.children else set[int]()
    surveyed = laid.surveyed()
    for rule in rules:
        parsed = parse_rule(rule.text)
        for key in parsed.references:
            rows = [r for r in laid.data if set(parsed.references) <= set(r.figures)]
            rows = [r for r in rows if key not in surveyed.get(r.row, ())]
            is_summed = any(key in child.columns for child in laid.spec.children)
            # Where figures also sum over levels, a leaf of the lowest level is left to its parent: see _children.
            rows = [r for r in rows if not is_summed or r.row in parents or not laid.spec.children]
            for row in spread(rows):
                if (new := _breaking(laid, rules, rule, row, key)) is None:
                    continue
                after = dict(row.figures) | {key: new}
                named = {parse_rule(r.text).left.references[0] for r in broken(rules, after)}
                # A formula on the left follows what it adds up, and the rule breaks that it is the right of.
                follow = {k for k in named if laid.is_formula(row.row, k)} - {key}
                named |= {
                    p.left.references[0] for p in map(parse_rule, (r.text for r in rules)) if follow & {*p.references}
                }
                lefts = {laid.at(row.row, k) for k in named}
                side = "left-hand cell" if key in parsed.left.references else "right-hand cell"
                edit = laid.moved(row.row, key, row.figures[key], new)
                kind, at = f"rule {_sign(rule)} between columns, {side}", laid.at(row.row, key)
                yield Plant(kind, "X201", at, (edit,), frozenset(lefts))


def _sign(rule: Rule) -> str:
    return parse_rule(rule.text).comparison


def _breaking(laid: Laid, rules: tuple[Rule, ...], rule: Rule, row: TableRow, key: str) -> Decimal | None:
    """A figure near the right one by which that rule breaks, if it can with nothing but rules at fault: by itself where
    that is possible, and with evidence and bounds as they are.
    """
    spec, old = laid.spec.column(key), row.figures[key]
    right = parse_rule(rule.text).right.value(row.figures)
    steps = [*DELTAS, *((right - old + d) for d in DELTAS if right is not None and right == right.quantize(Decimal(1)))]
    found = None
    for step in steps:
        new = old + step
        if not allows(spec, new) or (old > 0) is not (new > 0):
            continue
        at_fault = broken(rules, dict(row.figures) | {key: new})
        if at_fault == [rule]:
            return new
        if rule in at_fault and found is None:
            found = new
    return found


def _between_rows(laid: Laid) -> Iterator[Plant]:
    rules = tuple(rule for rule in laid.spec.rules if "[" in rule.text)
    figures, key = dict(laid.facts.values), laid.spec.value_column or ""
    specs = {row.code: row for row in laid.spec.rows}
    for rule in rules:
        parsed = parse_rule(rule.text)
        if not set(parsed.references) <= set(figures):
            continue
        for code in parsed.references:
            left, right = parsed.left.value(figures), parsed.right.value(figures)
            gap = abs((right or Decimal(0)) - (left or Decimal(0))) + 1
            tries = [figures[code] + step for step in (gap, -gap, gap * 2, -gap * 2, Decimal(25), Decimal(-25))]
            tries = [new for new in tries if allows(specs[code], new)]
            found = [(broken(rules, figures | {code: new}), new) for new in tries]
            found = sorted((f for f in found if rule in f[0]), key=lambda f: len(f[0]))
            if not found:
                continue
            lefts = {laid.at(laid.facts.fixed[parse_rule(r.text).left.references[0]], key) for r in found[0][0]}
            row = laid.facts.fixed[code]
            side = "left-hand cell" if code in parsed.left.references else "right-hand cell"
            edit = laid.moved(row, key, figures[code], found[0][1])
            kind = f"rule {_sign(rule)} between rows, {side}"
            yield Plant(kind, "X204", laid.at(row, key), (edit,), frozenset(lefts))


def _children(laid: Laid) -> Iterator[Plant]:
    rules = tuple(rule for rule in laid.spec.rules if "[" not in rule.text)
    for rule in laid.spec.children:
        for key in rule.columns:
            if not laid.has(key):
                continue
            root, surveyed = laid.tree(key), laid.surveyed()
            parents = [n for n in root.beneath() if n.row and n.figure is not None and n.children]
            parents = [n for n in parents if any(child.has_figures() for child in n.children)]
            for node in spread(parents, 4):
                assert node.row is not None
                if (new := _moved(laid, rules, node, key)) is not None:
                    edit = laid.moved(node.row.row, key, node.figure or Decimal(0), new)
                    above = _above(laid, root, node, key)
                    yield Plant("sum of the rows beneath", "X111", laid.at(node.row.row, key), (edit,), above)
            leaves = [(p, c) for p in parents for c in p.children if c.row and c.figure is not None and not c.children]
            leaves = [(p, c) for p, c in leaves if c.row and key not in surveyed.get(c.row.row, ())]
            for parent, leaf in spread(leaves, 4):
                assert leaf.row is not None and parent.row is not None
                if (new := _moved(laid, rules, leaf, key)) is not None:
                    edit = laid.moved(leaf.row.row, key, leaf.figure or Decimal(0), new)
                    at_sum = frozenset({laid.at(parent.row.row, key)})
                    yield Plant("row beneath a sum", "X111", laid.at(leaf.row.row, key), (edit,), at_sum)


def _above(laid: Laid, root: Node, node: Node, key: str) -> frozenset[str]:
    above = [n for n in root.beneath() if node in n.children and n.row]
    return frozenset(laid.at(n.row.row, key) for n in above if n.row)


def _moved(laid: Laid, rules: tuple[Rule, ...], node: Node, key: str) -> Decimal | None:
    """Another figure that breaks no rule of the row and needs neither more nor less evidence."""
    assert node.row is not None and node.figure is not None
    for step in DELTAS:
        new = node.figure + step
        may_be = (node.figure > 0) is (new > 0) and allows(laid.spec.column(key), new)
        if may_be and not broken(rules, dict(node.row.figures) | {key: new}):
            return new
    return None


def _totals(laid: Laid) -> Iterator[Plant]:
    if laid.spec.total is None:
        return
    summed = [
        c for c in laid.spec.columns if c.key in laid.spec.total.columns and c.type in NUMERIC and laid.has(c.key)
    ]
    for total in laid.totals:
        for column in summed:
            if (old := total.figures.get(column.key)) is None:
                continue
            for step in (Decimal(1), Decimal(10), Decimal(-1)):
                if allows(column, old + step):
                    edit = laid.moved(total.row, column.key, old, old + step)
                    yield Plant("total", "X202", laid.at(total.row, column.key), (edit,))
            # A figure that no rule of its row holds: only the total can tell.
            tied = {key for rule in laid.spec.rules for key in parse_rule(rule.text).references}
            if column.key in tied or laid.spec.children:
                continue
            for row in spread(laid.data, 2):
                if column.key in row.figures and not laid.is_formula(total.row, column.key):
                    old = row.figures[column.key]
                    edit = laid.moved(row.row, column.key, old, old + 3)
                    at_total = frozenset({laid.at(total.row, column.key)})
                    yield Plant("summand of a total", "X202", laid.at(row.row, column.key), (edit,), at_total)
