"""An OpenDocument spreadsheet (.ods) as sheets of filled cells: value, formula, error, merges, what is hidden.

Flow: content.xml in one pass: styles first (a sheet, row or column may be hidden by its style), then columns and rows
of each sheet; cells and rows that repeat are counted, and laid out only where they are filled. calamine reads this kind
too, but neither errors nor percentages nor what is hidden. Values are those of the .xlsx reader.

Failure policy: raises `Refused`: CORRUPT for broken parts, TOO_BIG for what passes a limit.
Source: OpenDocument 1.3 part 3, chapters 9 (tables), 19.385 (value types).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lxml import etree

from bot.documents import markup, odf, traits
from bot.documents.cellformat import Shape
from bot.documents.compute import with_values
from bot.documents.formula import LAST_COLUMN
from bot.documents.grid import Book, Hidden, add_cell, add_merge, new_book, number_value, tidy
from bot.documents.limits import Limits, too_big
from bot.documents.markup import attribute, clean, local
from bot.documents.odf import CALC, OFFICE, whole
from bot.documents.package import Package
from bot.documents.workbook_traits import printed_tag
from bot.domain.document import Cell, CellValue, FileKind, Merge, Sheet, Traits, Workbook

_ELEMENTS = ("style", "table-column", "table-row", "table-source", "cell-range-source", "table")
_UNSEEN = ("collapse", "filter")
_NO_EXTENT = re.compile(r"0(?:\.0*)?[a-z]*")
_TIME = re.compile(r"PT([0-9]{1,6})H([0-9]{1,6})M([0-9]{1,6})(?:[.,]([0-9]+))?S")
_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)|Err:[0-9]{3}")
_LOGICAL = ("FALSE", "TRUE")
_REFERENCE = re.compile(r"\[([^\[\]]*)\]")
_LONGEST_FORMULA = 8_192
_LONGEST_NAME = 255


@dataclass(slots=True)
class _Open:
    """One sheet while its columns and rows come in."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    unseen: Hidden = field(default_factory=Hidden)
    row: int = 0
    column: int = 0


def read(package: Package, limits: Limits) -> Workbook:
    """The workbook of an opened package. Raises `Refused`."""
    book = new_book(limits)
    without_extent: set[str] = set()
    sheets: list[Sheet] = []
    links: dict[str, None] = {}
    comments: list[str] = []
    current = _Open()
    borrowed = False
    for element in markup.stream(package.open(odf.CONTENT), _ELEMENTS):
        name = local(element)
        if name == "style":
            _take_style(element, without_extent)
        elif name.endswith("source"):
            links[clean(attribute(element, "href") or "")] = None
            borrowed = borrowed or name == "table-source"
        elif name == "table":
            if not _is_sheet(element):
                continue
            if not borrowed:  # else a copy of cells that another file lent
                title = clean((attribute(element, "name") or "")[:_LONGEST_NAME])
                hidden = _style(element) in without_extent
                sheets.append(_closed(current, title, hidden))
            if len(sheets) > limits.max_sheets:
                raise too_big(f"more than {limits.max_sheets} sheets", "sheets", limits.max_sheets)
            current, borrowed = _Open(), False
        elif _of_sheet(element):
            unseen = attribute(element, "visibility") in _UNSEEN or _style(element) in without_extent
            if name == "table-column":
                _take_column(element, current, book, unseen=unseen)
            elif not borrowed:
                _take_row(element, current, book, comments, unseen=unseen)
    return Workbook(
        tuple(sheets),
        Traits(
            FileKind.ODS,
            tag=odf.tag_of(package) or printed_tag(sheets, odf.page_texts(package)),
            macros=odf.has_macros(package),
            links=traits.clipped(links, traits.MAX_LINK),
            comments=traits.clipped(comments),
        ),
    )


def _closed(sheet: _Open, title: str, hidden: bool) -> Sheet:
    return with_values(Sheet(title, sheet.cells, tuple(sheet.merges), hidden, *sheet.unseen.of(sheet.cells)))


def _take_style(element: etree._Element, without_extent: set[str]) -> None:
    """Notes a style by which a sheet is not displayed, or a row or column has no extent."""
    for properties in element:
        shown = attribute(properties, "display") if local(properties) == "table-properties" else None
        extent = attribute(properties, "row-height") or attribute(properties, "column-width")
        if shown == "false" or (extent is not None and _NO_EXTENT.fullmatch(extent)):
            without_extent.add(_key(attribute(element, "family"), attribute(element, "name")))


def _style(element: etree._Element) -> str:
    return _key(local(element), attribute(element, "style-name"))


def _key(family: str | None, name: str | None) -> str:
    return f"{family} {name}"


def _is_sheet(table: etree._Element) -> bool:
    above = table.getparent()
    return above is not None and local(above) == "spreadsheet"


def _of_sheet(element: etree._Element) -> bool:
    """Whether a row or column is a sheet's, and not one of a table in a cell or in a link."""
    above = element.getparent()
    while above is not None and local(above) != "table":
        if not local(above).startswith(("table-row", "table-column", "table-header")):
            return False
        above = above.getparent()
    return above is not None and _is_sheet(above)


def _take_column(element: etree._Element, sheet: _Open, book: Book, *, unseen: bool) -> None:
    times = whole(attribute(element, "number-columns-repeated"))
    if unseen:
        sheet.unseen.hide_columns(sheet.column + 1, min(sheet.column + times, LAST_COLUMN), book)
    sheet.column += times


def _take_row(element: etree._Element, sheet: _Open, book: Book, comments: list[str], *, unseen: bool) -> None:
    times = whole(attribute(element, "number-rows-repeated"))
    first, column = sheet.row + 1, 1
    sheet.row += times
    for item in element:
        if local(item) not in ("table-cell", "covered-table-cell"):
            continue
        width = whole(attribute(item, "number-columns-repeated"))
        _take_merge(item, first, column, book, sheet.merges)
        if len(comments) < traits.MAX_ITEMS:
            comments.extend(filter(None, (odf.note_of(note) for note in item if local(note) == "annotation")))
        found = _cell(item, first, column)
        if found is not None:
            for row in range(first, first + times):
                for place in range(column, column + width):
                    add_cell(
                        Cell(row, place, found.value, found.formula, found.error, found.percent), book, sheet.cells
                    )
            if unseen:
                sheet.unseen.rows.update(range(first, first + times))
        column += width


def _take_merge(item: etree._Element, row: int, column: int, book: Book, merges: list[Merge]) -> None:
    down = whole(attribute(item, "number-rows-spanned"))
    across = whole(attribute(item, "number-columns-spanned"))
    if down > 1 or across > 1:
        add_merge((row, column, row + down - 1, column + across - 1), book, merges)


def _cell(item: etree._Element, row: int, column: int) -> Cell | None:
    """One cell; None when it is blank and computes nothing."""
    stored = attribute(item, "formula")
    kind = item.get(f"{OFFICE}value-type")
    if kind is None and stored is None and len(item) == 0:
        return None
    shown = tidy("\n".join(_texts(item)))
    formula = _formula(stored) if stored is not None else None
    if item.get(f"{CALC}value-type") == "error" or (formula is not None and _ERROR.fullmatch(shown)):
        return Cell(row, column, None, formula, error=shown[:_LONGEST_NAME] or "#VALUE!")
    value = _value(item, kind, shown)
    if formula is None and (value is None or (isinstance(value, str) and not value.strip())):
        return None
    percent = kind == "percentage" and isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(row, column, value, formula, percent=percent)


def _texts(item: etree._Element) -> Iterator[str]:
    for element in item:
        if local(element) in ("p", "h"):
            yield odf.text_of(element)


def _value(item: etree._Element, kind: str | None, shown: str) -> CellValue:
    """The value that is stored; what its kind does not fit is taken as text."""
    if kind in ("float", "percentage", "currency"):
        try:
            value = number_value(float(item.get(f"{OFFICE}value") or ""), Shape.NUMBER, since_1904=False)
        except ValueError:
            value = None
        if value in (0, 1) and shown in _LOGICAL:  # a formula's answer is stored as a number
            return shown == _LOGICAL[1]
        return shown if value is None else value
    if kind == "boolean":
        return item.get(f"{OFFICE}boolean-value") == "true"
    if kind == "date":
        return _moment(item.get(f"{OFFICE}date-value") or "", shown)
    if kind == "time":
        return _time(item.get(f"{OFFICE}time-value") or "", shown)
    return tidy(item.get(f"{OFFICE}string-value") or "") or shown


def _moment(stored: str, shown: str) -> date | datetime | str:
    try:
        moment = datetime.fromisoformat(stored.strip()).replace(tzinfo=None) + timedelta(microseconds=500_000)
    except (ValueError, OverflowError):
        return shown
    moment = moment.replace(microsecond=0)
    return moment.date() if moment.time() == datetime.min.time() else moment


def _time(stored: str, shown: str) -> str:
    """A time or duration as the .xlsx reader says it, with seconds where they are shown or are not zero."""
    found = _TIME.fullmatch(stored.strip())
    if found is None:
        return shown
    seconds = int(found[1]) * 3_600 + int(found[2]) * 60 + int(found[3]) + round(float(f"0.{found[4] or 0}"))
    minutes, second = divmod(seconds, 60)
    with_seconds = second or shown.count(":") > 1
    return f"{minutes // 60}:{minutes % 60:02d}" + (f":{second:02d}" if with_seconds else "")


def _formula(stored: str) -> str:
    """A formula in the notation of Excel, as far as signs and references go: `of:=SUM([.A1:.B2];1)`."""
    text = stored[:_LONGEST_FORMULA]
    text = text[text.find("=") + 1 :]
    pieces = re.split(r'("[^"]*")', text)
    pieces[::2] = (_REFERENCE.sub(lambda found: _reference(found[1]), piece.replace(";", ",")) for piece in pieces[::2])
    return tidy(f"={''.join(pieces)}")


def _reference(text: str) -> str:
    sheet, dot, place = text.rpartition(".") if ":" not in text else text.partition(":")[0].rpartition(".")
    rest = text.partition(":")[2].rpartition(".")[2]
    whole_place = f"{place}:{rest}" if rest else place
    return f"{sheet.lstrip('$')}!{whole_place}" if sheet and dot else whole_place
