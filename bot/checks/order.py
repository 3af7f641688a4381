"""Parts of a narrative that stand in another order than the outline: as few as explain the order that is there.

Parts with the same parent are compared with each other, whole groups as one; then parts that stand outside their own
group. Nothing here fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.checks.parts import PartState
from bot.domain.form import Form, Part


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A part that stands too late (`before`: the part that it should precede) or too early (`after`)."""

    part: Part
    other: Part
    is_late: bool


def misplaced(form: Form, owed: Iterable[Part], states: Mapping[str, PartState]) -> tuple[Misplaced, ...]:
    """The misplaced ones of these parts, in the form's order."""
    places = _places(owed, states)
    ranks = {part.code: rank for rank, part in enumerate(form.parts)}
    groups: dict[str | None, list[str]] = {}
    for code in sorted(places, key=ranks.__getitem__):
        groups.setdefault(_above(form.part(code), places, form), []).append(code)
    found: dict[str, Misplaced] = {}
    kept: dict[str | None, list[str]] = {}
    for parent, codes in groups.items():
        standing = sorted(codes, key=places.__getitem__)
        keep = {standing[at] for at in longest_run([ranks[code] for code in standing])}
        kept[parent] = [code for code in codes if code in keep]
        for code in codes:
            if code not in keep:
                found[code] = _explained(form, code, standing, keep, ranks)
    for parent, codes in groups.items():
        if parent is None or parent in found or states[parent].index is None:
            continue
        beyond = _next(form, parent, kept, places)
        for code in (code for code in codes if code not in found):
            if beyond is not None and places[code] > places[beyond]:
                found[code] = Misplaced(form.part(code), form.part(beyond), is_late=True)
            elif places[code] < places[parent]:
                found[code] = Misplaced(form.part(code), form.part(parent), is_late=False)
    return tuple(sorted(found.values(), key=lambda item: ranks[item.part.code]))


def longest_run(ranks: Sequence[int]) -> tuple[int, ...]:
    """Indexes of a longest rising run of these ranks; of several the one that keeps what stands first."""
    length = [1] * len(ranks)
    follows: list[int | None] = [None] * len(ranks)
    for at in range(len(ranks) - 1, -1, -1):
        for later in range(at + 1, len(ranks)):
            if ranks[later] > ranks[at] and length[later] + 1 > length[at]:
                length[at], follows[at] = length[later] + 1, later
    at_last: int | None = length.index(max(length)) if length else None
    run: list[int] = []
    while at_last is not None:
        run.append(at_last)
        at_last = follows[at_last]
    return tuple(run)


def _places(owed: Iterable[Part], states: Mapping[str, PartState]) -> dict[str, int]:
    """Where each part stands: at its own heading, or at the first of its parts where it has none."""
    places: dict[str, int] = {}
    for part in owed:
        if part.code not in states:
            continue
        below = [s.index for s in states.values() if s.part.parent == part.code and s.index is not None]
        own = states[part.code].index
        if own is not None or below:
            places[part.code] = own if own is not None else min(below)
    return places


def _above(part: Part, places: Mapping[str, int], form: Form) -> str | None:
    """The nearest part above it that stands in the report; None at the top."""
    parent = part.parent
    while parent is not None and parent not in places:
        parent = form.part(parent).parent
    return parent


def _explained(form: Form, code: str, standing: list[str], keep: set[str], ranks: Mapping[str, int]) -> Misplaced:
    at = standing.index(code)
    overtaken = [c for c in standing[:at] if c in keep and ranks[c] > ranks[code]]
    if overtaken:
        return Misplaced(form.part(code), form.part(min(overtaken, key=ranks.__getitem__)), is_late=True)
    awaited = [c for c in standing[at:] if c in keep and ranks[c] < ranks[code]]
    return Misplaced(form.part(code), form.part(max(awaited, key=ranks.__getitem__)), is_late=False)


def _next(form: Form, parent: str, kept: Mapping[str | None, list[str]], places: Mapping[str, int]) -> str | None:
    """The part that follows `parent` on its level or above, as the report stands."""
    level = next((codes for codes in kept.values() if parent in codes), [])
    after = level[level.index(parent) + 1 :] if parent in level else []
    if after:
        return after[0]
    above = _above(form.part(parent), places, form)
    return None if above is None else _next(form, above, kept, places)
