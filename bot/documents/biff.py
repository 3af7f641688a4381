"""The records of an old Excel file (.xls) as far as they say more than the values.

Flow: `scan` walks the workbook's globals, then each sheet: errors, formulas, number formats, hidden rows and columns,
page headers, links to other workbooks, and how far the cells reach.

Failure policy: raises `Refused` for what no workbook has. A record that breaks off ends its sheet.
Source: MS-XLS 2.4 (records), 2.4.271 (SupBook), 2.5.277 (VirtualPath).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.documents.cellformat import Shape, shape_of
from bot.documents.grid import ERRORS, Book, Hidden
from bot.documents.limits import corrupt, too_big
from bot.documents.markup import clean

_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_DIMENSIONS, _SST, _SUPBOOK = 0x0200, 0x00FC, 0x01AE
_FORMULA, _BOOLERR, _MULRK = 0x0006, 0x0205, 0x00BD
_ROW, _COLINFO, _PAGE = 0x0208, 0x007D, (0x0014, 0x0015)
_CELLS = frozenset({_FORMULA, _BOOLERR, _MULRK, 0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E})
_MACRO_SHEET = 1
_PATH = {"\x03": "/", "\x05": "/"}  # how a stored path marks its folders
_LONGEST_NAME = 255


@dataclass(slots=True)
class Marks:
    """What the records of one sheet say beyond the values; places are (row, column) from 1."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)
    seconds: set[tuple[int, int]] = field(default_factory=set)
    hidden: Hidden = field(default_factory=Hidden)
    pages: list[str] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0

    def note(self, place: tuple[int, int], shape: Shape | None) -> None:
        """What the number format of one cell adds to its value."""
        if shape is Shape.PERCENT:
            self.percents.add(place)
        elif shape is Shape.SECONDS:
            self.seconds.add(place)


@dataclass(slots=True)
class Globals:
    """What the records of a workbook say: its sheets in order, whether one of them is of macros, the files linked."""

    sheets: list[Marks] = field(default_factory=list)
    macros: bool = False
    links: list[str] = field(default_factory=list)


def _records(data: bytearray, position: int) -> Iterator[tuple[int, int, bytes]]:
    """The records of one substream (type, place of the body, body), without those of charts embedded in it."""
    depth = 0
    while position + 4 <= len(data):
        record, size = struct.unpack_from("<HH", data, position)
        start = position + 4
        body = bytes(data[start : start + size])
        position = start + size
        if len(body) < size:
            return
        if record == _BOF:
            depth += 1
        elif record == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield record, start, body


def scan(data: bytearray, book: Book) -> Globals:
    """All that the records of a workbook stream say; the extents that it declares are set right in `data`."""
    found = Globals()
    limits = book.limits
    offsets: list[int] = []
    codes: dict[int, str] = {}
    formats: list[int] = []
    for record, _, body in _records(data, 0):
        if record == _BOUNDSHEET and len(body) >= 6:
            offsets.append(struct.unpack_from("<I", body)[0])
            found.macros = found.macros or body[5] == _MACRO_SHEET
        elif record == _SUPBOOK and len(body) > 5:
            link = _text(body, 2)
            if len(link) > 1:  # a single sign stands for this workbook itself or for add-ins
                found.links.append("".join(_PATH.get(char, char) for char in link if char >= " " or char in _PATH))
        elif record == _FORMAT and len(body) >= 5:
            key, _, wide = struct.unpack_from("<HHB", body)
            codes[key] = body[5:].decode("utf-16-le" if wide & 1 else "latin-1", errors="replace")
        elif record == _XF and len(body) >= 4:
            formats.append(struct.unpack_from("<H", body, 2)[0])
        elif record == _SST and len(body) >= 8 and struct.unpack_from("<I", body, 4)[0] > len(data) // 3:
            raise corrupt("xls declares more strings than it can hold")
    if not offsets:
        raise corrupt("xls without sheets")
    # Entries that share a substream would each be walked and laid out: a bomb, not a workbook.
    if len(offsets) > limits.max_sheets:
        raise too_big(f"{len(offsets)} sheets", "sheets", limits.max_sheets, len(offsets))
    if len(set(offsets)) < len(offsets):
        raise corrupt("xls sheets overlap")
    shapes = dict(enumerate(shape_of(key, codes.get(key)) for key in formats))
    found.sheets = [_sheet_marks(data, offset, shapes, book) for offset in offsets]
    return found


def _text(body: bytes, position: int) -> str:
    """A counted text of BIFF8: its length in characters, a flag for two bytes each, and the characters."""
    length, wide = struct.unpack_from("<HB", body, position)
    start = position + 3
    return body[start : start + length * (1 + (wide & 1))].decode("utf-16-le" if wide & 1 else "latin-1", "replace")


def _sheet_marks(data: bytearray, offset: int, shapes: dict[int, Shape], book: Book) -> Marks:
    """What one sheet's records say; its declared extent in `data` is set right."""
    marks = Marks()
    declared = None
    for record, start, body in _records(data, offset):
        if record == _DIMENSIONS:
            declared = (start, "<IIHH" if len(body) >= 12 else "<HHHH")  # the short one is BIFF5's
        elif record == _ROW and len(body) >= 16:
            if body[12] & 0x20:
                marks.hidden.rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif record == _COLINFO and len(body) >= 10:
            first, last, width, _, flags = struct.unpack_from("<HHHHH", body)
            if flags & 1 or width == 0:
                marks.hidden.hide_columns(first + 1, last + 1, book)
        elif record in _PAGE and len(body) >= 3:
            marks.pages.append(clean(_text(body, 0)[:_LONGEST_NAME]))
        if record not in _CELLS or len(body) < 6:
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        place = (row + 1, column + 1)
        last = column
        if record == _MULRK:
            last = struct.unpack_from("<H", body, len(body) - 2)[0]
            for number, (one,) in enumerate(struct.iter_unpack("<H4x", body[4 : 4 + (len(body) - 6) // 6 * 6])):
                marks.note((row + 1, column + 1 + number), shapes.get(one))
        else:
            marks.note(place, shapes.get(style))
        if record == _FORMULA:
            marks.formulas.add(place)
            if len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
                marks.errors[place] = ERRORS.get(body[8], "#VALUE!")
        elif record == _BOOLERR and len(body) >= 8 and body[7]:
            marks.errors[place] = ERRORS.get(body[6], "#VALUE!")
        marks.last_row = max(marks.last_row, row + 1)
        marks.last_column = max(marks.last_column, column + 1, last + 1)
    if declared is not None:  # often far too large, since formatting counts there
        struct.pack_into(declared[1], data, declared[0], 0, marks.last_row, 0, marks.last_column)
    return marks
