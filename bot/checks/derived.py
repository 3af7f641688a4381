"""Which formulas follow from cells that have a finding of their own: text that was added up, an error that spreads.

What such a formula shows is unknown until the cell itself is mended, so nothing is said of it. The flow: what each
formula names → the causes that follow from no other cause → all that follows from these. Formulas that go round in a
circle follow from nothing and are all said. Nothing here fails.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from bot.domain.document import Sheet

_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9_.!'])\$?(?P<left>[A-Za-z]{1,3})\$?(?P<top>[0-9]{1,7})"
    r"(?::\$?(?P<right>[A-Za-z]{1,3})\$?(?P<bottom>[0-9]{1,7}))?(?![A-Za-z0-9_(!])"
)
_TEXTS = re.compile(r'"[^"]*"')
_CAUSES = 200  # causes that are looked at; a table with more is beyond telling what follows from what
_NAMED = 200_000  # cells named by formulas that are looked at

Spot = tuple[int, int]


def following(sheet: Sheet, causes: set[Spot]) -> frozenset[Spot]:
    """The formula cells, by row and column, whose value follows from one of these cells; of the causes themselves those
    that follow from another one.
    """
    formulas = {spot for spot, cell in sheet.cells.items() if cell.formula is not None}
    if not causes or not formulas or len(causes) > _CAUSES:
        return frozenset()
    of_interest = formulas | causes
    names: dict[Spot, list[Spot]] = {}
    named_by: dict[Spot, list[Spot]] = defaultdict(list)
    left = _NAMED
    for spot in sorted(formulas):
        found = []
        for named in _named(sheet, sheet.cells[spot].formula or ""):
            left -= 1
            if left < 0:
                return frozenset()
            if named in of_interest:
                found.append(named)
                named_by[named].append(spot)
        names[spot] = found
    first = [spot for spot in causes if not (_reached(spot, names) & causes) - {spot}]
    return frozenset(set().union(*(_reached(spot, named_by) for spot in first)) - set(first))


def _reached(start: Spot, edges: dict[Spot, list[Spot]]) -> set[Spot]:
    """All that the edges lead to from there; the start itself only where they lead back."""
    seen: set[Spot] = set()
    open_ = [*edges.get(start, ())]
    while open_:
        spot = open_.pop()
        if spot not in seen:
            seen.add(spot)
            open_ += edges.get(spot, ())
    return seen


def _named(sheet: Sheet, formula: str) -> Iterator[Spot]:
    """The cells of its own sheet that a formula names, ranges cell by cell as far as the sheet goes."""
    last_row, last_column = sheet.last_row, sheet.last_column
    for match in _REFERENCE.finditer(_TEXTS.sub("", formula)):
        top, left = int(match["top"]), _column(match["left"])
        bottom, right = int(match["bottom"] or top), _column(match["right"] or match["left"])
        for row in range(min(top, bottom), min(max(top, bottom), last_row) + 1):
            for column in range(min(left, right), min(max(left, right), last_column) + 1):
                yield row, column


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
