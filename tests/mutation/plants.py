"""What a planted fault is: edits to a valid file, the finding that must come of it, and where.

Pure data. `edits` are applied to the bytes by `editing`; `planting` enumerates the plants that a form's own data makes
possible; `measuring` runs the checks and tells how each was caught.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from bot.domain.round import Reference

T = TypeVar("T")
Value = str | int | float | date | None


@dataclass(frozen=True)
class Put:
    """Write a value into a cell; None empties it. A string that begins with `=` is a formula."""

    row: int
    column: int
    value: Value


@dataclass(frozen=True)
class DeleteRow:
    row: int


@dataclass(frozen=True)
class Hide:
    """Hide a row, or a column where `row` is 0."""

    row: int = 0
    column: int = 0


@dataclass(frozen=True)
class Say:
    """Give the paragraph at that ordinal of w:p (from 1) these words."""

    at: int
    text: str


@dataclass(frozen=True)
class Drop:
    """Take paragraphs out, by their ordinals."""

    at: tuple[int, ...]


@dataclass(frozen=True)
class Move:
    """Put these paragraphs, in their order, in front of another one."""

    at: tuple[int, ...]
    before: int


Edit = Put | DeleteRow | Hide | Say | Drop | Move


@dataclass(frozen=True)
class Surroundings:
    """What the file is checked beside. `last`: edits that make last period's file out of the valid one, None for no
    last period. `version` is added to the form's; `beside` is the code of the form whose valid file stands beside it.
    """

    last: tuple[Edit, ...] | None = None
    references: tuple[Reference, ...] = ()
    annex: str = ""
    version: int = 0
    file_name: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Plant:
    """One fault. `at` is where it was planted (cell, part, sheet, or "" for the file), as findings name places.

    `rule` are the places at which a finding is right too: where several cells may be mended, the catalogue names the
    left-hand one, the row above, or the total. `also` are codes that are true of the same slip by themselves.
    """

    kind: str
    code: str
    at: str
    edits: tuple[Edit, ...] = ()
    rule: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    surroundings: Surroundings = field(default_factory=Surroundings)


DELTAS = tuple(map(Decimal, ("1", "3", "-1", "0.5", "-0.5", "7", "-3", "20", "-20", "0.2", "-0.2", "300")))


def spread(things: Iterable[T], count: int = 3) -> list[T]:
    """The first, the last and some between: where faults of reading at the edges show."""
    found = list(things)
    if len(found) <= count:
        return found
    return [found[round(n * (len(found) - 1) / (count - 1))] for n in range(count)] if count > 1 else found[:1]
