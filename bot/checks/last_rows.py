"""This period's table beside last period's: which row of the one is which row of the other.

Rows are the same by their label (folded words; "Lĩnh vực Hộ tịch" is "Hộ tịch"), or by their code where they have no
label; rows fixed by the form are the same by code. A label that stands several times is paired in order where it
stands as often in both, by label and code otherwise, and else not at all: what cannot be paired for sure is never
compared. Nothing here fails.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.checks.context import CheckContext
from bot.checks.figures import summary_row
from bot.checks.headers import words
from bot.checks.rows import RowKind, TableRow
from bot.checks.spec import Located
from bot.checks.table import TableFacts, read_table
from bot.domain.document import Workbook
from bot.domain.form import TableSpec

_FILLER = "linh vuc "


@dataclass(frozen=True, slots=True)
class Pair:
    """A data row of this period and the same row of last period. `is_new`: last period had no row of that name; where
    that is not sure either, `last` is None and `is_new` False.
    """

    now: TableRow
    last: TableRow | None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Periods:
    """Both tables. `located` is where this period's stands; `pairs` are empty where rows are fixed by the form."""

    spec: TableSpec
    located: Located
    now: TableFacts
    last: TableFacts
    pairs: tuple[Pair, ...]

    @property
    def totals(self) -> Pair | None:
        """The total rows of both; None where one of them is lacking."""
        now, last = summary_row(self.now), summary_row(self.last)
        if now is None or last is None or now.kind is not RowKind.TOTAL or last.kind is not RowKind.TOTAL:
            return None
        return Pair(now, last)


def both_periods(context: CheckContext) -> Periods | None:
    """This period's and last period's table; None where either is not there."""
    spec, now = context.form.table, context.table
    if spec is None or now is None or not isinstance(now.located, Located) or not isinstance(context.last, Workbook):
        return None
    last = read_table(context.last, spec)
    if not isinstance(last.located, Located):
        return None
    pairs = () if spec.rows else pair_rows(now.of_kind(RowKind.DATA), last.of_kind(RowKind.DATA))
    return Periods(spec, now.located, now, last, pairs)


def pair_rows(now: Sequence[TableRow], last: Sequence[TableRow]) -> tuple[Pair, ...]:
    """The rows of `now` in their order, each with the same row of `last`."""
    before = _by_name(last)
    counts = {name: len(rows) for name, rows in _by_name(now).items()}
    seen: dict[str, int] = defaultdict(int)
    pairs: list[Pair] = []
    for row in now:
        name = _name(row)
        there = before.get(name, [])
        found: TableRow | None = None
        if name and len(there) == counts[name]:
            found = there[seen[name]]
        elif name:
            coded = [other for other in there if row.code and other.code == row.code]
            found = coded[0] if len(coded) == 1 else None
        seen[name] += 1
        pairs.append(Pair(row, found, is_new=bool(name) and not there))
    return tuple(pairs)


def _by_name(rows: Sequence[TableRow]) -> dict[str, list[TableRow]]:
    found: dict[str, list[TableRow]] = defaultdict(list)
    for row in rows:
        found[_name(row)].append(row)
    return found


def _name(row: TableRow) -> str:
    return words(row.label).removeprefix(_FILLER) or words(row.code)
