"""Values of simple formulas that were saved without one.

Programs that export workbooks (one-stop systems, openpyxl) write `=SUM(C8:C13)` and leave the figure to Excel, which
computes it at opening: the clerk sees a number where the file holds none. What sums in reports need is computed here:
SUM, ROUND, + - * /, brackets, percent, cells and ranges of the same sheet.

Failure policy: anything else (another function, another sheet, text in a sum of two, a circle, a division by zero,
more than `max_cells` looked at) leaves the cell without a value, as it came. Source: ECMA-376 part 1, 18.17.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, DecimalException

from bot.documents.formula import parse_range
from bot.domain.document import Cell, Sheet

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)(?![A-Za-z0-9_])"
    r"|(?P<range>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?)(?![A-Za-z0-9_(!])"
    r"|(?P<name>SUM|ROUND)(?=\()"
    r"|(?P<sign>[-+*/(),;%]))",
    re.IGNORECASE,
)
_DEEPEST = 64


class _CannotError(Exception):
    """This formula is left as it came."""


def with_values(sheet: Sheet, max_cells: int = 200_000) -> Sheet:
    """The sheet with a value in each formula cell that lacked one and can be computed; else the sheet itself."""
    lacking = [c for c in sheet.cells.values() if c.formula and c.value is None and c.error is None]
    if not lacking:
        return sheet
    sums = _Sums(sheet, max_cells)
    found = {(c.row, c.column): sums.value_of(c) for c in lacking}
    cells = dict(sheet.cells)
    for place, value in found.items():
        if value is not None:
            whole = value == value.to_integral_value()
            cells[place] = replace(cells[place], value=int(value) if whole else float(value))
    return replace(sheet, cells=cells)


class _Sums:
    """Computes formulas of one sheet; remembers what it has computed."""

    def __init__(self, sheet: Sheet, max_cells: int) -> None:
        self._cells = sheet.cells
        self._left = max_cells
        self._known: dict[tuple[int, int], Decimal | None] = {}
        self._open: set[tuple[int, int]] = set()

    def value_of(self, cell: Cell) -> Decimal | None:
        """The value of a formula cell, None when it is not one that is computed here."""
        place = cell.row, cell.column
        if place in self._known:
            return self._known[place]
        if place in self._open or len(self._open) >= _DEEPEST:
            return None
        self._open.add(place)
        try:
            value = _Reader(self, (cell.formula or "").removeprefix("=")).whole()
        except (_CannotError, DecimalException, RecursionError):  # brackets may be nested as deep as a text is long
            value = None
        self._open.discard(place)
        self._known[place] = value
        return value

    def figures(self, text: str) -> Iterator[Decimal]:
        """The figures in a range, as SUM takes them: blank cells and texts count for nothing."""
        bounds = parse_range(text)
        if bounds is None:
            raise _CannotError
        top, left, bottom, right = bounds
        self._left -= (bottom - top + 1) * (right - left + 1)
        if self._left < 0:
            raise _CannotError
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                cell = self._cells.get((row, column))
                if cell is not None and (figure := self._figure(cell)) is not None:
                    yield figure

    def single(self, text: str) -> Decimal:
        """The figure in one cell; a blank one is 0. A text cannot be reckoned with."""
        bounds = parse_range(text)
        if bounds is None or bounds[:2] != bounds[2:]:
            raise _CannotError
        cell = self._cells.get(bounds[:2])
        if cell is None:
            return Decimal(0)
        figure = self._figure(cell)
        if figure is None:
            raise _CannotError
        return figure

    def _figure(self, cell: Cell) -> Decimal | None:
        if cell.error is not None:
            raise _CannotError
        if cell.formula and cell.value is None:
            value = self.value_of(cell)
            if value is None:
                raise _CannotError
            return value
        if isinstance(cell.value, bool) or not isinstance(cell.value, int | float | Decimal):
            return None
        return Decimal(str(cell.value))


class _Reader:
    """Reads one formula from left to right and reckons as it goes."""

    def __init__(self, sums: _Sums, text: str) -> None:
        self._sums = sums
        self._tokens = self._split(text)
        self._at = 0

    @staticmethod
    def _split(text: str) -> list[tuple[str, str]]:
        tokens, at, text = [], 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise _CannotError
            kind = found.lastgroup or ""
            tokens.append((kind, found[kind].upper()))
            at = found.end()
        return tokens

    def whole(self) -> Decimal:
        value = self._sum()
        if self._at != len(self._tokens):
            raise _CannotError
        return value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self, *signs: str) -> str:
        """The next token when it is one of these signs, else nothing."""
        kind, text = self._peek()
        if kind == "sign" and text in signs:
            self._at += 1
            return text
        return ""

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise _CannotError

    def _sum(self) -> Decimal:
        value = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            value = value + other if sign == "+" else value - other
        return value

    def _product(self) -> Decimal:
        value = self._factor()
        while sign := self._take("*", "/"):
            other = self._factor()
            value = value * other if sign == "*" else value / other
        return value

    def _factor(self) -> Decimal:
        negative = False
        while sign := self._take("+", "-"):
            negative ^= sign == "-"
        value = self._primary()
        while self._take("%"):
            value /= 100
        return -value if negative else value

    def _primary(self) -> Decimal:
        kind, text = self._peek()
        self._at += 1
        if kind == "number":
            return Decimal(text)
        if kind == "range":
            return self._sums.single(text)
        if kind == "name":
            self._expect("(")
            return self._total() if text == "SUM" else self._rounded()
        if (kind, text) == ("sign", "(") and self._at < len(self._tokens):
            value = self._sum()
            self._expect(")")
            return value
        raise _CannotError

    def _total(self) -> Decimal:
        total = Decimal(0)
        while True:
            kind, text = self._peek()
            after = self._tokens[self._at + 1][1] if self._at + 1 < len(self._tokens) else ""
            if kind == "range" and after in (",", ";", ")"):
                self._at += 1
                total += sum(self._sums.figures(text), Decimal(0))
            else:
                total += self._sum()
            if not self._take(",", ";"):
                self._expect(")")
                return total

    def _rounded(self) -> Decimal:
        value = self._sum()
        if not self._take(",", ";"):
            raise _CannotError
        digits = self._sum()
        self._expect(")")
        if not -9 <= digits <= 9:
            raise _CannotError
        return value.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP)
