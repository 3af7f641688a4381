"""Cell references and shared formulas.

Pure. `parse_reference` and `parse_range` read `A1` and `A1:C3`; `shift` moves a shared formula's relative references
to the cell that shares it (ECMA-376 part 1, 18.3.1.40), so that every cell carries the formula that it computes.

Failure policy: a reference outside of Excel's own grid gives None.
"""

import re

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_TOKEN = re.compile(
    r'"[^"]*"'  # text
    r"|'[^']*'!?"  # quoted sheet name
    r"|(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})(?![\w.(!])"
)


def parse_reference(text: str) -> tuple[int, int] | None:
    """`D14` as (row, column) from 1; None when it is no cell of Excel's grid."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return None
    row, column = int(found[2]), _column_number(found[1])
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


def parse_range(text: str) -> tuple[int, int, int, int] | None:
    """`A1:C3` or a single cell as (top, left, bottom, right) from 1; None when it is none."""
    first, _, last = text.partition(":")
    start, end = parse_reference(first), parse_reference(last or first)
    if start is None or end is None:
        return None
    return min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])


def shift(formula: str, rows: int, columns: int) -> str:
    """A formula with its relative references moved; one that leaves the grid becomes `#REF!`."""

    def moved(found: re.Match[str]) -> str:
        if found[2] is None:
            return found[0]
        column, row = _column_number(found[2]), int(found[4])
        if not (1 <= row <= LAST_ROW and column <= LAST_COLUMN):
            return found[0]
        column += 0 if found[1] else columns
        row += 0 if found[3] else rows
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            return "#REF!"
        return f"{found[1]}{column_name(column)}{found[3]}{row}"

    return _TOKEN.sub(moved, formula)


def _column_number(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_name(number: int) -> str:
    """4 → `D`; counts from 1."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
