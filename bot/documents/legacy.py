"""An old Excel file (.xls): calamine reads the values, a walk over the BIFF records (see biff) adds what it leaves out.

Flow: open the OLE file → walk the records for errors, formulas, percentages, hidden rows and columns and the extent of
each sheet → refuse an extent that calamine could not lay out → correct the extents that the file declares → read the
values. The mark of our form is the printed one; comments are not read.

Calamine works densely, reserves memory for whatever a file declares, and aborts the process when there is none: hence
the checks before it, and its panics (no `Exception`s) are caught by name.

The text of formulas is not decoded: `Cell.formula` is "=" where a cell computes.

Failure policy: raises `Refused`. Source: MS-OVBA 2.2.1 and MS-XLS 2.1.7.23 (the storage of macros).
"""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.documents import traits
from bot.documents.biff import Globals, Marks, scan
from bot.documents.grid import Book, add_cell, add_merge, new_book, rounded, tidy
from bot.documents.limits import Limits, Refused, corrupt, too_big
from bot.documents.workbook_traits import printed_tag
from bot.domain.document import Cell, CellValue, FileKind, Merge, Sheet, Traits, UnreadableReason, Workbook

_DENSE_CELLS = 2_000_000
_MACROS = "_VBA_PROJECT_CUR"


def read(payload: bytes, limits: Limits) -> Workbook:
    """The workbook of an .xls file. Raises `Refused`."""
    import python_calamine

    with _opened(payload) as ole:
        name = "Workbook" if ole.exists("Workbook") else "Book"
        stored = ole.openstream(name).read()
        data = bytearray(stored)
        book = new_book(limits)
        found = scan(data, book)
        macros = found.macros or ole.exists(_MACROS)
        area = sum(sheet.last_row * sheet.last_column for sheet in found.sheets)
        if area > _DENSE_CELLS:
            raise too_big(f"sheets span {area} cells", "span", _DENSE_CELLS, area)
        mended = payload
        if data != stored:
            ole.write_stream(name, bytes(data))
            mended = ole.fp.getvalue()
    try:
        source = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(mended))
        return _workbook(source, found, book, macros=macros)
    except python_calamine.PasswordError as fault:
        raise Refused(UnreadableReason.ENCRYPTED, "xls with a password") from fault
    except python_calamine.CalamineError as fault:
        raise corrupt(f"xls: {fault}") from fault
    except BaseException as fault:
        if type(fault).__name__ == "PanicException":
            raise corrupt(f"xls: calamine panicked: {fault}") from fault
        raise


def _workbook(workbook: Any, found: Globals, book: Book, *, macros: bool) -> Workbook:
    sheets = []
    for index, meta in enumerate(workbook.sheets_metadata):
        if not str(meta.typ).endswith("WorkSheet") or index >= len(found.sheets):  # charts and macro sheets
            continue
        marks = found.sheets[index]
        source = workbook.get_sheet_by_index(index)
        cells: dict[tuple[int, int], Cell] = {}
        merges: list[Merge] = []
        for cell in _cells(source, marks):
            add_cell(cell, book, cells)
        for (top, left), (bottom, right) in source.merged_cell_ranges or ():
            add_merge((top + 1, left + 1, bottom + 1, right + 1), book, merges)
        hidden = not str(meta.visible).endswith(".Visible")
        sheets.append(Sheet(tidy(meta.name), cells, tuple(merges), hidden, *marks.hidden.of(cells)))
    pages = [text for marks in found.sheets for text in marks.pages]
    links = traits.clipped(found.links, traits.MAX_LINK)
    return Workbook(tuple(sheets), Traits(FileKind.XLS, tag=printed_tag(sheets, pages), macros=macros, links=links))


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


def _cells(source: Any, marks: Marks) -> Iterator[Cell]:
    """The filled cells of one sheet, error cells first: calamine shows them as blank."""
    for (row, column), error in marks.errors.items():
        yield Cell(row, column, None, "=" if (row, column) in marks.formulas else None, error)
    top, left = source.start or (0, 0)
    for row, line in enumerate(source.to_python(skip_empty_area=True), start=top + 1):
        for column, raw in enumerate(line, start=left + 1):
            place = (row, column)
            formula = "=" if place in marks.formulas else None
            if isinstance(raw, float) and not math.isfinite(raw):  # programs other than Excel leave such numbers
                yield Cell(row, column, None, formula, "#NUM!")
                continue
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
