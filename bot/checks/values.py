"""What one cell means under a column's or a row's type: a figure, or a Problem with the code of its finding.

Vietnamese notation is read as `bot.text.numbers` and `bot.text.dates` know it. Nothing here fails.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from bot.checks.headers import words
from bot.domain.document import Cell
from bot.domain.form import CellType, Column, Row
from bot.domain.submission import ParamValue
from bot.text.accents import squeeze
from bot.text.dates import parse_date, say_date
from bot.text.durations import parse_minutes
from bot.text.numbers import format_number, parse_number

_LARGEST = Decimal(10) ** 15
_LONGEST = 80  # letters of a cell that are printed


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that cannot stand as it is, with the code of its finding and what fills its words."""

    code: str
    params: dict[str, ParamValue] = field(default_factory=dict)
    row: int = 0
    column: int = 0

    def at(self, row: int, column: int, label: str, title: str) -> "Problem":
        """The same problem at its place, row and column named as people see them."""
        return replace(self, row=row, column=column, params={"row": label, "column": title, **self.params})


def json_number(value: Decimal) -> ParamValue:
    """A figure as findings carry it; one of more than fifteen digits as printed text, since JSON numbers end there."""
    if abs(value) >= _LARGEST:
        return _cut(format_number(value))
    return int(value) if value == value.to_integral_value() else float(value)


def round_sum(value: Decimal) -> Decimal:
    """A computed value with at most two decimals, for people."""
    return value.quantize(Decimal("0.01")) if abs(value) < _LARGEST else value


def shown(cell: Cell) -> str:
    """What stands in the cell as people see it there (95,5%; 09/3/2023): one line of at most 80 characters."""
    if isinstance(cell.value, date):
        return say_date(cell.value, "vi")
    number = None if isinstance(cell.value, str) else parse_number(cell.value, whole=False)
    if number is None:
        return _cut(squeeze(str(cell.value)))
    return _cut(f"{format_number(number * 100)}%" if cell.percent else format_number(number))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def read_cell(cell: Cell | None, spec: Column | Row, *, required: bool) -> tuple[Problem | None, Decimal | None]:
    """The cell's problem, if any, and its figure when the type has one; beside a figure only X112 is a problem. `cell`
    None: nothing stands there.
    """
    if cell is None:
        if isinstance(spec, Column) and spec.blank_is_zero:
            return None, Decimal(0)
        return (Problem("X105") if required else None), None
    if cell.error is not None:
        return Problem("X109", {"reason": "error", "actual": cell.error}), None
    if cell.value is None and cell.formula is not None:
        return Problem("X109", {"reason": "uncomputed", "actual": cell.formula}), None
    match spec.type:
        case CellType.INTEGER | CellType.DECIMAL | CellType.PERCENT:
            return _read_number(cell, spec)
        case CellType.DATE:
            return (
                Problem("X108", {"reason": "date", "actual": shown(cell)}) if parse_date(cell.value) is None else None
            ), None
        case CellType.CHOICE:
            return _read_choice(cell, spec), None
        case CellType.MINUTES:
            return _read_minutes(cell, spec)
        case CellType.SERIES | CellType.PARTS | CellType.PERCENTS:
            return _read_several(cell, spec)
        case _:
            return None, None


def _read_number(cell: Cell, spec: Column | Row) -> tuple[Problem | None, Decimal | None]:
    whole = spec.type is CellType.INTEGER
    number = parse_number(cell.value, whole=whole)
    if number is None:
        return Problem("X104", {"reason": "whole" if whole else "number", "actual": shown(cell)}), None
    if spec.type is CellType.PERCENT:
        number *= 100 if cell.percent else 1
        if not 0 <= number <= 100:
            return Problem("X107", {"actual": json_number(number)}), None
    actual = shown(cell) if cell.percent else json_number(number)
    if whole and number != number.to_integral_value():
        return Problem("X106", {"reason": "whole", "actual": actual}), None
    problem = _limits(number, spec)
    return problem, None if problem else number


def _read_minutes(cell: Cell, spec: Column | Row) -> tuple[Problem | None, Decimal | None]:
    number = parse_minutes(cell.value)
    if number is None:
        return Problem("X104", {"reason": "minutes", "actual": shown(cell)}), None
    problem = _limits(number, spec)
    return problem, None if problem else number


def _limits(number: Decimal, spec: Column | Row) -> Problem | None:
    if spec.minimum is not None and number < spec.minimum:
        return Problem("X106", {"reason": "minimum", "actual": json_number(number), "limit": json_number(spec.minimum)})
    if spec.maximum is not None and number > spec.maximum:
        return Problem("X106", {"reason": "maximum", "actual": json_number(number), "limit": json_number(spec.maximum)})
    return None


def _read_choice(cell: Cell, spec: Column | Row) -> Problem | None:
    """A choice is met by its words in any spelling, alone or within the cell's text (`1 - Phát phiếu`); 0 also by
    what means nought ("-", "không").
    """
    number = parse_number(cell.value, whole=False)
    text = words(str(cell.value))
    first = text.split()[:1]
    for choice in map(words, spec.choices):
        if not choice.isdigit():
            met = f" {choice} " in f" {text} "
        else:
            met = first == [choice] if number is None else number == int(choice)
        if met:
            return None
    return Problem("X108", {"reason": "choice", "actual": shown(cell), "choices": list(spec.choices)})


def _read_several(cell: Cell, spec: Column | Row) -> tuple[Problem | None, Decimal | None]:
    """Figures parted by "/". Of a series the first is the figure, of parts their sum, percentages have none. A series
    that lacks figures is X112, unless all that it says is nought.
    """
    asked = spec.figures if isinstance(spec, Row) else 0
    whole = spec.type is not CellType.PERCENTS
    steps = re.split(r"[/;]", cell.value) if isinstance(cell.value, str) else [cell.value]
    numbers = [parse_number(step, whole=whole) for step in steps]
    known = [number * 100 if cell.percent and not whole else number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return Problem("X104", {"reason": "series" if whole else "percents", "actual": shown(cell)}), None
    if asked and len(known) > asked:
        return Problem("X104", {"reason": "figures", "actual": shown(cell), "limit": asked}), None
    if not whole:
        wrong = next((number for number in known if not 0 <= number <= 100), None)
        return (None if wrong is None else Problem("X107", {"actual": json_number(wrong)})), None
    if any(number != number.to_integral_value() for number in known):
        return Problem("X106", {"reason": "whole", "actual": shown(cell)}), None
    for number in known:
        if (problem := _limits(number, spec)) is not None:
            return problem, None
    if spec.type is CellType.PARTS:
        return None, sum(known, Decimal(0))
    if any(later > earlier for earlier, later in pairwise(known)):
        return Problem("X106", {"reason": "series", "actual": shown(cell)}), None
    lacks = len(known) < asked and any(known)
    return (Problem("X112", {"actual": shown(cell), "limit": asked}) if lacks else None), known[0]
