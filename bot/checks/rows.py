"""The rows of a table, before anything is read from them: where they end, which are totals, what names them.

Nothing here fails.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from bot.checks.headers import printed_number, words
from bot.checks.spec import Located
from bot.domain.document import Cell, CellValue
from bot.domain.form import Column, TableSpec
from bot.text.accents import nfc, squeeze

_FOOTER = re.compile(
    r"(nguoi (lap|tong hop|bao cao|kiem tra|ky)|thu truong|lanh dao (don vi|co quan)|noi nhan|xac nhan cua"
    r"|ky ten|ky ghi ro|t[ml] uy ban|kt (chu tich|giam doc|truong)|chu tich|pho chu tich|giam doc|pho giam doc"
    r"|truong phong|chanh van phong|ghi chu|luu y)\b|(.* )?ngay( [0-9]+)? thang( [0-9]+)? nam( [0-9]+)?$"
)
_SUBTOTAL = re.compile(r"cộng\b(?! hòa)", re.IGNORECASE)
# Whole names with their accents: "Công" (công chứng) folds like "Cộng".
_TOTALS = frozenset({"tổng cộng", "tổng điểm", "tổng số điểm", "tổng cộng điểm", "tổng số", "tổng", "cộng"})


class RowKind(Enum):
    """What a row of the table is. SUBTOTAL rows repeat figures of the rows above them ("Cộng khối sở")."""

    DATA = "data"
    TOTAL = "total"
    SUBTOTAL = "subtotal"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `figures` holds what could be read of its numeric columns, by column key; `row` counts from 1."""

    row: int
    kind: RowKind
    code: str
    label: str
    figures: Mapping[str, Decimal] = field(default_factory=dict)


def filled_rows(located: Located, spec: TableSpec) -> Iterator[tuple[int, str]]:
    """The filled rows below the header, up to the footer, each with its first text; a header that is printed again is
    left out.
    """
    cells_of = cells_by_row(located)
    label_column = located.columns.get(spec.label_column or "")
    for number in sorted(row for row in cells_of if row >= located.first_row):
        cells = cells_of[number]
        texts = [squeeze(str(cell.value)) for cell in cells if isinstance(cell.value, str)]
        in_table = [c for c in cells if c.column in located.columns.values() and c.column != label_column]
        figures = [c for c in in_table if isinstance(c.value, (int, float, Decimal)) or c.formula or c.error]
        if not figures and texts and any(_FOOTER.match(words(text)) for text in texts):
            return
        if not _is_repeated_header(cells, located):
            yield number, next(iter(texts), "")


def _is_repeated_header(cells: list[Cell], located: Located) -> bool:
    numbers = [printed_number(cell.value) for cell in cells]
    if len(cells) > 3 and all(numbers) and numbers == [str(n) for n in range(1, len(cells) + 1)]:
        return True
    texts = [words(str(cell.value)) for cell in cells if isinstance(cell.value, str)]
    header = {
        words(str(located.sheet.cells[at].value))
        for at in ((located.header_bottom, column) for column in located.columns.values())
        if at in located.sheet.cells
    }
    return len(texts) > 2 and len(texts) == len(cells) and all(text in header for text in texts)


def cells_by_row(located: Located) -> dict[int, list[Cell]]:
    rows: dict[int, list[Cell]] = defaultdict(list)
    for (row, _), cell in sorted(located.sheet.cells.items()):
        if not is_blank(cell):
            rows[row].append(cell)
    return rows


def is_blank(cell: Cell | None) -> bool:
    if cell is None:
        return True
    empty = cell.value is None or (isinstance(cell.value, str) and not squeeze(cell.value).strip(".… "))
    return empty and cell.formula is None and cell.error is None


def is_total(text: str, labels: tuple[str, ...]) -> bool:
    """Whether a row's text is one of these labels; what follows (a few words, or anything in brackets or
    after a colon) does not matter.
    """
    bare = words(re.split(r"[(:]", text, maxsplit=1)[0])
    plain = nfc(squeeze(text)).casefold().strip(" :.")
    # "Công" (công chứng, công thương) folds like "Cộng": a one-word label must keep its accents.
    if plain in {nfc(label).casefold() for label in labels if " " not in label}:
        return True
    wanted = [words(label) for label in labels if " " in label]
    return any(bare == label or (bare.startswith(label + " ") and len(bare.split()) <= 6) for label in wanted)


def is_plainly_total(text: str) -> bool:
    """Whether a row's text is nothing but the name of a sum over the table, in forms that name no total of their own:
    "Tổng cộng", "TỔNG ĐIỂM (I+II):".
    """
    bare = nfc(squeeze(re.split(r"[(:]", text, maxsplit=1)[0])).casefold().strip(" .")
    return bare in _TOTALS


def cell_text(cell: Cell | None) -> str:
    return "" if cell is None or cell.value is None else squeeze(nfc(str(cell.value)))


def code_text(cell: Cell | None) -> str:
    """A printed code without its closing dot: 1.0 → "1", "1.1.2." → "1.1.2"."""
    value: CellValue = None if cell is None else cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else squeeze(str(value)).strip(" .()")


def column_title(column: Column) -> str:
    """How a column is named to people: `(3)`, or its header when it has no number."""
    return f"({column.key})" if column.key.isdigit() else column.title


def is_subtotal(text: str) -> bool:
    """Whether a row's text is that of a sum within the table: "Cộng", "Cộng khối sở"; never "Công chứng"."""
    return _SUBTOTAL.match(nfc(text)) is not None
