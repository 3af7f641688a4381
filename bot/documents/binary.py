"""A binary Excel file (.xlsb): the same parts as an .xlsx, each a row of records instead of XML.

Flow: workbook.bin for the sheets → styles and shared strings → the records of each worksheet → what else the file
carries. Values and kinds are those that the reader of .xlsx gives for the same workbook. The text of formulas is not
decoded: `Cell.formula` is "=" where a cell computes.

calamine reads this kind too, but neither errors nor percentages nor what is hidden; the records that say so lie beside
the values, so that both are read here and nothing native touches the file.

Failure policy: raises `Refused`: CORRUPT for records that break off, TOO_BIG for what passes a limit.
Source: MS-XLSB 2.1.4 (records), 2.3 (record types), 2.5 (structures).
"""

import struct
from collections.abc import Iterator

from bot.documents import carried, traits
from bot.documents.cellformat import Shape, shape_of
from bot.documents.formula import LAST_COLUMN, LAST_ROW
from bot.documents.grid import ERRORS, Book, Hidden, add_cell, add_merge, new_book, number_value, tidy
from bot.documents.limits import Limits, Meter, corrupt, too_big
from bot.documents.markup import clean
from bot.documents.package import Package
from bot.documents.workbook_traits import printed_tag
from bot.domain.document import Cell, CellValue, FileKind, Merge, Sheet, Traits, Workbook

_ROW, _COLUMNS, _MERGE, _PAGE = 0, 60, 176, 479
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED, _RICH = 2, 3, 4, 5, 6, 7, 62
_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOL, _FORMULA_ERROR = 8, 9, 10, 11
_FORMULAS = (_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOL, _FORMULA_ERROR)
_SHEET, _WORKBOOK, _STRING = 156, 153, 19
_FORMAT, _XF, _BEGIN_XFS, _END_XFS = 44, 47, 617, 618
_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637
_NO_TEXT = 0xFFFFFFFF
_LONGEST_NAME = 255


def read(package: Package, limits: Limits) -> Workbook:
    """The workbook of an opened package. Raises `Refused`."""
    part = package.main_part("xl/workbook.bin")
    try:
        return _read(package, part, limits)
    except (struct.error, IndexError) as fault:  # a record shorter than its own fields
        raise corrupt(f"xlsb: {fault}") from fault


def _read(package: Package, part: str, limits: Limits) -> Workbook:
    book = new_book(limits)
    targets = {r.id: r.target for r in package.relationships(part) if r.type == "worksheet"}
    entries: list[tuple[str, str, bool]] = []
    for kind, body in _records(package, part):
        if kind == _WORKBOOK:
            book.since_1904 = bool(body[0] & 1)
        elif kind == _SHEET:
            relation, end = _text(body, 8)
            if relation in targets:  # charts and macro sheets are related otherwise
                name = clean(_text(body, end)[0][:_LONGEST_NAME])
                entries.append((name, targets[relation], struct.unpack_from("<I", body)[0] != 0))
    if len(entries) > limits.max_sheets:
        raise too_big(f"more than {limits.max_sheets} sheets", "sheets", limits.max_sheets)
    styles, strings = package.related(part, "styles"), package.related(part, "sharedStrings")
    if styles is not None:
        book.shapes = _shapes(package, styles)
    if strings is not None:
        book.strings = list(_strings(package, strings, limits))
    pages: list[str] = []
    sheets = tuple(_sheet(package, target, name, hidden, book, pages) for name, target, hidden in entries)
    linked = [r.target for r in package.relationships(part) if r.type == "externalLink"]
    comments = (text for _, target, _ in entries for text in _comments(package, target, limits))
    return Workbook(
        sheets,
        Traits(
            FileKind.XLSB,
            tag=carried.tag_of(package) or printed_tag(sheets, pages),
            macros=carried.has_macros(package),
            links=carried.links_of(package, linked),
            comments=traits.clipped(comments),
        ),
    )


def _records(package: Package, part: str) -> Iterator[tuple[int, bytes]]:
    """The records of a part: type and body. Raises CORRUPT when the last one breaks off."""
    with package.open(part) as stream:
        data = b"".join(iter(lambda: stream.read(1_048_576), b""))
    position, end = 0, len(data)
    while position < end:
        kind = data[position]
        position += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[position] & 0x7F) << 7
            position += 1
        size = 0
        for shift in range(0, 28, 7):
            byte = data[position]
            position += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if position + size > end:
            raise corrupt(f"part {part} breaks off")
        yield kind, data[position : position + size]
        position += size


def _text(body: bytes, position: int) -> tuple[str, int]:
    """A counted UTF-16 text (none counts as empty), and where it ends."""
    (length,) = struct.unpack_from("<I", body, position)
    start = position + 4
    if length == _NO_TEXT:
        return "", start
    end = start + 2 * length
    if end > len(body):
        raise corrupt("a text breaks off")
    return body[start:end].decode("utf-16-le", "replace"), end


def _shapes(package: Package, part: str) -> list[Shape]:
    codes: dict[int, str] = {}
    shapes: list[Shape] = []
    inside = False
    for kind, body in _records(package, part):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif kind in (_BEGIN_XFS, _END_XFS):
            inside = kind == _BEGIN_XFS
        elif kind == _XF and inside:
            (key,) = struct.unpack_from("<H", body, 2)
            shapes.append(shape_of(key, codes.get(key)))
    return shapes


def _strings(package: Package, part: str, limits: Limits) -> Iterator[str]:
    count = Meter("shared strings", 2 * limits.max_cells, "texts")
    chars = Meter("shared characters", limits.max_text_chars, "characters")
    for kind, body in _records(package, part):
        if kind == _STRING:
            text = tidy(_text(body, 1)[0])
            count.add()
            chars.add(len(text))
            yield text


def _sheet(package: Package, part: str, name: str, hidden: bool, book: Book, pages: list[str]) -> Sheet:
    cells: dict[tuple[int, int], Cell] = {}
    merges: list[Merge] = []
    unseen = Hidden()
    row = 0
    for kind, body in _records(package, part):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0] + 1
            if row > LAST_ROW:
                raise corrupt(f"row {row}")
            if row <= book.limits.max_row and (body[11] & 0x10 or body[8:10] == b"\x00\x00"):
                unseen.rows.add(row)
        elif kind == _COLUMNS:
            first, last, width = struct.unpack_from("<III", body)
            if body[16] & 1 or width == 0:
                unseen.hide_columns(first + 1, min(last + 1, LAST_COLUMN), book)
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            add_merge((top + 1, left + 1, bottom + 1, right + 1), book, merges)
        elif kind == _PAGE:
            position = 2
            while position + 4 <= len(body):
                text, position = _text(body, position)
                pages.append(clean(text[:_LONGEST_NAME]))
        elif _RK <= kind <= _FORMULA_ERROR or kind == _RICH:
            cell = _cell(kind, body, row, book)
            if cell is not None:
                add_cell(cell, book, cells)
    return Sheet(name, cells, tuple(merges), hidden, *unseen.of(cells))


def _cell(kind: int, body: bytes, row: int, book: Book) -> Cell | None:
    """One cell; None when it is blank and computes nothing."""
    column = struct.unpack_from("<I", body)[0] + 1
    if row < 1 or column > LAST_COLUMN:
        raise corrupt(f"cell at row {row}, column {column}")
    formula = "=" if kind in _FORMULAS else None
    if kind in (_ERROR, _FORMULA_ERROR):
        return Cell(row, column, None, formula, error=ERRORS.get(body[8], "#VALUE!"))
    style = int.from_bytes(body[4:7], "little")
    shape = book.shapes[style] if style < len(book.shapes) else Shape.NUMBER
    value: CellValue
    if kind in (_BOOL, _FORMULA_BOOL):
        value = body[8] != 0
    elif kind in (_RK, _REAL, _FORMULA_NUMBER):
        number = _rk(struct.unpack_from("<I", body, 8)[0]) if kind == _RK else struct.unpack_from("<d", body, 8)[0]
        value = number_value(number, shape, since_1904=book.since_1904)
        if value is None:
            return Cell(row, column, None, formula, error="#NUM!")
    elif kind == _SHARED:
        (index,) = struct.unpack_from("<I", body, 8)
        if index >= len(book.strings):
            raise corrupt(f"shared string {index} of {len(book.strings)}")
        value = book.strings[index]
    else:
        value = tidy(_text(body, 9 if kind == _RICH else 8)[0])
    if formula is None and isinstance(value, str) and not value.strip():
        return None
    percent = shape is Shape.PERCENT and isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(row, column, value, formula, percent=percent)


def _rk(packed: int) -> float:
    """A number in 30 bits: the upper part of a double or a whole number, either perhaps in hundredths (2.5.122)."""
    if packed & 2:
        number = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        number = struct.unpack("<d", b"\x00\x00\x00\x00" + struct.pack("<I", packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number


def _comments(package: Package, sheet_part: str, limits: Limits) -> Iterator[str]:
    part = package.related(sheet_part, "comments")
    if part is None:
        return
    count = Meter("comments", limits.max_cells)
    authors: list[str] = []
    author = ""
    for kind, body in _records(package, part):
        if kind == _AUTHOR:
            count.add()
            authors.append(clean(_text(body, 0)[0]))
        elif kind == _COMMENT:
            count.add()
            (number,) = struct.unpack_from("<I", body)
            author = authors[number] if number < len(authors) else ""
        elif kind == _COMMENT_TEXT and not author.startswith("tc="):  # copies of threads
            yield traits.theirs(author, clean(_text(body, 1)[0]))
