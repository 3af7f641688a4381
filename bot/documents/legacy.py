"""An old Excel file (.xls): calamine reads the values, a walk over the BIFF records adds what it leaves out.

Flow: open the OLE file → walk the records for errors, formulas, percentages and the extent of each sheet → refuse an
extent that calamine could not lay out → correct the extents that the file declares → read the values.

Calamine works densely, reserves memory for whatever a file declares, and aborts the process when there is none: hence
the checks before it, and its panics (no `Exception`s) are caught by name.

The text of formulas is not decoded: `Cell.formula` is "=" where a cell computes.

Failure policy: raises `Refused`. Source: MS-XLS 2.4 (records), 2.5.10 (error codes).
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.documents.cellformat import Shape, shape_of
from bot.documents.grid import add_cell, add_merge, new_book, rounded, tidy
from bot.documents.limits import Limits, Refused, corrupt, too_big
from bot.domain.document import Cell, CellValue, Merge, Sheet, UnreadableReason, Workbook

_DENSE_CELLS = 2_000_000
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_DIMENSIONS, _SST = 0x0200, 0x00FC
_FORMULA, _BOOLERR, _MULRK = 0x0006, 0x0205, 0x00BD
_CELLS = frozenset({_FORMULA, _BOOLERR, _MULRK, 0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E})


@dataclass(slots=True)
class _Marks:
    """What the records of one sheet say beyond the values; places are (row, column) from 1."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)
    seconds: set[tuple[int, int]] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0

    def note(self, place: tuple[int, int], shape: Shape | None) -> None:
        """What the number format of one cell adds to its value."""
        if shape is Shape.PERCENT:
            self.percents.add(place)
        elif shape is Shape.SECONDS:
            self.seconds.add(place)


def read(payload: bytes, limits: Limits) -> Workbook:
    """The workbook of an .xls file. Raises `Refused`."""
    import python_calamine

    with _opened(payload) as ole:
        name = "Workbook" if ole.exists("Workbook") else "Book"
        data = bytearray(ole.openstream(name).read())
        marks = _scan(data, limits)
        area = sum(sheet.last_row * sheet.last_column for sheet in marks)
        if area > _DENSE_CELLS:
            raise too_big(f"sheets span {area} cells")
        ole.write_stream(name, bytes(data))
        mended = ole.fp.getvalue()
    try:
        return _workbook(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(mended)), marks, limits)
    except python_calamine.PasswordError as fault:
        raise Refused(UnreadableReason.ENCRYPTED, "xls with a password") from fault
    except python_calamine.CalamineError as fault:
        raise corrupt(f"xls: {fault}") from fault
    except BaseException as fault:
        if type(fault).__name__ == "PanicException":
            raise corrupt(f"xls: calamine panicked: {fault}") from fault
        raise


def _workbook(workbook: Any, marks: list[_Marks], limits: Limits) -> Workbook:
    book = new_book(limits)
    sheets = []
    for index, meta in enumerate(workbook.sheets_metadata):
        if not str(meta.typ).endswith("WorkSheet") or index >= len(marks):  # charts and macro sheets
            continue
        source = workbook.get_sheet_by_index(index)
        cells: dict[tuple[int, int], Cell] = {}
        merges: list[Merge] = []
        for cell in _cells(source, marks[index]):
            add_cell(cell, book, cells)
        for (top, left), (bottom, right) in source.merged_cell_ranges or ():
            add_merge((top + 1, left + 1, bottom + 1, right + 1), book, merges)
        hidden = not str(meta.visible).endswith(".Visible")
        sheets.append(Sheet(tidy(meta.name), cells, tuple(merges), hidden))
    return Workbook(tuple(sheets))


@contextmanager
def _opened(payload: bytes) -> Iterator[Any]:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(payload), write_mode=True) as ole:
            yield ole
    except (Refused, MemoryError):
        raise
    except Exception as fault:  # olefile lets struct, index and OS errors through for broken files
        raise corrupt(f"ole: {type(fault).__name__}: {fault}") from fault


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


def _scan(data: bytearray, limits: Limits) -> list[_Marks]:
    offsets: list[int] = []
    codes: dict[int, str] = {}
    formats: list[int] = []
    for record, _, body in _records(data, 0):
        if record == _BOUNDSHEET and len(body) >= 6:
            offsets.append(struct.unpack_from("<I", body)[0])
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
    if len(offsets) > limits.max_sheets or len(set(offsets)) < len(offsets):
        raise too_big(f"{len(offsets)} sheets") if len(offsets) > limits.max_sheets else corrupt("xls sheets overlap")
    shapes = dict(enumerate(shape_of(key, codes.get(key)) for key in formats))
    return [_sheet_marks(data, offset, shapes) for offset in offsets]


def _sheet_marks(data: bytearray, offset: int, shapes: dict[int, Shape]) -> _Marks:
    """What one sheet's records say; its declared extent in `data` is set right."""
    marks = _Marks()
    declared = None
    for record, start, body in _records(data, offset):
        if record == _DIMENSIONS:
            declared = (start, "<IIHH" if len(body) >= 12 else "<HHHH")  # the short one is BIFF5's
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
                marks.errors[place] = _ERRORS.get(body[8], "#VALUE!")
        elif record == _BOOLERR and len(body) >= 8 and body[7]:
            marks.errors[place] = _ERRORS.get(body[6], "#VALUE!")
        marks.last_row = max(marks.last_row, row + 1)
        marks.last_column = max(marks.last_column, column + 1, last + 1)
    if declared is not None:  # often far too large, since formatting counts there
        struct.pack_into(declared[1], data, declared[0], 0, marks.last_row, 0, marks.last_column)
    return marks


def _cells(source: Any, marks: _Marks) -> Iterator[Cell]:
    """The filled cells of one sheet, error cells first: calamine shows them as blank."""
    for (row, column), error in marks.errors.items():
        yield Cell(row, column, None, "=" if (row, column) in marks.formulas else None, error)
    top, left = source.start or (0, 0)
    for row, line in enumerate(source.to_python(skip_empty_area=True), start=top + 1):
        for column, raw in enumerate(line, start=left + 1):
            place = (row, column)
            formula = "=" if place in marks.formulas else None
            value = _value(raw, seconds=place in marks.seconds)
            if place in marks.errors or (formula is None and isinstance(value, str) and not value.strip()):
                continue
            percent = place in marks.percents and isinstance(value, int | float)
            yield Cell(row, column, value, formula, percent=percent)


def _value(raw: object, *, seconds: bool) -> CellValue:
    """The value as `bot.documents.cellformat` says it; `seconds`: the cell's format shows them."""
    if isinstance(raw, str):
        return tidy(raw)
    if isinstance(raw, bool | date | datetime):
        return raw
    if isinstance(raw, time):
        raw = timedelta(hours=raw.hour, minutes=raw.minute, seconds=raw.second)
    if isinstance(raw, timedelta):
        minutes, second = divmod(round(raw.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}" + (f":{second:02d}" if second or seconds else "")
    if isinstance(raw, int | float):
        return rounded(raw)
    return tidy(str(raw))
