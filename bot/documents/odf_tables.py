"""The rows of a table in an OpenDocument text, cell by cell as Word counts them.

Flow: a cell that spans columns is one cell, as in Word; of a range that spans rows, each further row has one empty
cell. Rows and cells that repeat are given as often as they stand there.

Failure policy: raises `Refused` TOO_BIG for more rows or cells than the meters allow.
Source: OpenDocument 1.3 part 3, 9.1.
"""

from collections.abc import Iterator

from lxml import etree

from bot.documents import odf
from bot.documents.limits import Meter
from bot.documents.markup import attribute, local

_GROUPS = ("table-row-group", "table-rows", "table-header-rows")
_CELLS = ("table-cell", "covered-table-cell")


def rows_of(table: etree._Element, rows: Meter, cells: Meter) -> Iterator[list[etree._Element | None]]:
    """The rows of a table; None is an empty cell beneath one that spans rows. Raises `Refused` TOO_BIG."""
    below: dict[int, int] = {}  # where a range goes on: its first column → rows still to come
    for row in _rows(table):
        for _ in range(odf.whole(attribute(row, "number-rows-repeated"))):
            rows.add()
            yield list(_cells(row, below, cells))


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for item in element:
        if local(item) == "table-row":
            yield item
        elif local(item) in _GROUPS:
            yield from _rows(item)


def _cells(row: etree._Element, below: dict[int, int], cells: Meter) -> Iterator[etree._Element | None]:
    column = skip = 0
    for cell in row:
        if local(cell) not in _CELLS:
            continue
        for _ in range(odf.whole(attribute(cell, "number-columns-repeated"))):
            cells.add()
            column += 1
            if skip:
                skip -= 1
            elif local(cell) == "table-cell":
                width = odf.whole(attribute(cell, "number-columns-spanned"))
                down = odf.whole(attribute(cell, "number-rows-spanned"))
                skip = width - 1
                if down > 1:
                    below[column] = down - 1
                yield cell
            elif below.get(column):
                below[column] -= 1
                yield None
