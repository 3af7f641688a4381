"""The tracker (sổ theo dõi): one row an obligation, as the coordinator keeps it by hand elsewhere, and totals.

Facts and words in, the bytes of an .xlsx out; the same in, the same out. openpyxl draws the frame (styles, filter,
print set-up, totals), and the rows are written straight into the sheet's part, since thousands of agencies must not
take longer than a breath. Runs in our own process: nothing is read that comes from outside.

What senders wrote (names of files, reasons) is text and nothing else: it stands as an inline string, and where it
begins like a formula the cell says that it is none. The only links are those to files under `reports/`, relative to the
data folder, so they work when the workbook lies there. Never fails for what a row holds.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents.tracker_rows import (
    FORMULA_LIKE,
    HEAD_ROW,
    REL,
    Styles,
    Tracker,
    TrackerRow,
    relations,
    rows_of,
    text_of,
)
from bot.documents.tracker_words import COLUMNS, STATUSES, TrackerWords

__all__ = ["HEAD_ROW", "XLSX_TYPE", "Tracker", "TrackerRow", "make_tracker", "tracker_name"]

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (18, 8, 34, 24, 18, 17, 17, 17, 8, 8, 9, 9, 17, 9, 30, 34, 9, 48)
_FILLS = {
    "fulfilled": "CFE9D6", "fulfilled_late": "E3F1D9", "correction_needed": "F8D9BD", "held": "E6E8EB",
    "open": "FFFFFF", "overdue": "F3D3D6", "excused": "F4F5F7",
    "undelivered": "DDD3EE",
}  # fmt: skip
_MOMENT, _DATE = "dd/mm/yyyy hh:mm", "dd/mm/yyyy"
_LAST_COLUMN = get_column_letter(len(COLUMNS))
_SAME_TIME = (1980, 1, 1, 0, 0, 0)


def tracker_name(period: str, day: str, words: TrackerWords) -> str:
    """What the file is called; `day` as it is printed. Slashes, which no file name may have, become dashes."""
    return words.say("head.file", period=period, day=day).replace("/", "-")


def make_tracker(tracker: Tracker, words: TrackerWords) -> bytes:
    """The workbook."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    styles = _draw_frame(sheet, tracker, words)
    _draw_totals(book.create_sheet(words.say("head.totals")), tracker, words)
    book.properties.creator = "thuky"
    frame = io.BytesIO()
    book.save(frame)
    return _filled(frame.getvalue(), tracker, words, styles)


def _styles(sheet: Worksheet) -> Styles:
    """The styles of the rows, as openpyxl numbers them. Each is taken from a cell of its own that never stands in the
    sheet: a style that is changed later would change its number's meaning.
    """
    thin = Side("thin", "C3C9D0")

    def style(**changes: object) -> int:
        cell = Cell(sheet, 1, 1)
        cell.border = Border(thin, thin, thin, thin)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        for name, value in changes.items():
            setattr(cell, name, value)
        return cell.style_id

    return Styles(
        text=style(),
        quoted=style(quotePrefix=True),
        status={status: style(fill=PatternFill("solid", _FILLS[status])) for status in STATUSES},
        moment=style(number_format=_MOMENT),
        date=style(number_format=_DATE),
        number=style(number_format="0"),
        link=style(font=Font(color="1F5FA8", underline="single")),
    )


def _draw_frame(sheet: Worksheet, tracker: Tracker, words: TrackerWords) -> Styles:
    """Everything but the rows: title, heads, widths, filter, print set-up."""
    bottom = HEAD_ROW + len(tracker.rows)
    sheet.title = words.say("head.sheet")
    title = _cell(sheet, 1, 1)
    title.value, title.font = words.say("head.title", period=tracker.period), Font(bold=True, size=14)
    _cell(sheet, 2, 1).value = words.say("head.as_of", at=tracker.at)
    styles = _styles(sheet)
    for at, (column, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), 1):
        _head(_cell(sheet, HEAD_ROW, at), words.say(f"column.{column}"))
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.row_dimensions[HEAD_ROW].height = 32  # two lines: a row that another program made is not made higher by all
    sheet.freeze_panes = f"D{HEAD_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{_LAST_COLUMN}{bottom}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    _set_up_print(sheet)
    return styles


def _set_up_print(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    assert sheet.sheet_properties.pageSetUpPr is not None
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    if sheet.oddFooter is not None and sheet.oddFooter.right is not None:
        sheet.oddFooter.right.text = "&P/&N"


def _head(cell: Cell, text: str) -> None:
    thin = Side("thin", "59616B")
    cell.value = text
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", "E6E8EB")
    cell.border = Border(thin, thin, thin, thin)
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def _draw_totals(sheet: Worksheet, tracker: Tracker, words: TrackerWords) -> None:
    """Obligations by status: of each group, then of each form."""
    row = 1
    for head, of in (("group", lambda r: r.group), ("form", lambda r: r.form)):
        row = _draw_counts(sheet, row, words.say(f"head.{head}"), _counts(tracker.rows, of), words) + 2
    sheet.column_dimensions["A"].width = 34
    for at in range(2, len(STATUSES) + 3):
        sheet.column_dimensions[get_column_letter(at)].width = 16
    _set_up_print(sheet)


def _counts(rows: Sequence[TrackerRow], of: Callable[[TrackerRow], str]) -> Mapping[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(of(row), Counter())[row.status] += 1
    return counts


def _draw_counts(sheet: Worksheet, top: int, head: str, counts: Mapping[str, Counter[str]], words: TrackerWords) -> int:
    """One table from row `top` on; the row of its total is returned."""
    total: Counter[str] = Counter()
    for part in counts.values():
        total += part
    heads = [head, words.say("head.total"), *(words.say(f"status.{status}") for status in STATUSES)]
    for at, text in enumerate(heads, 1):
        _head(_cell(sheet, top, at), text)
    bottom = top + len(counts) + 1
    for row, (name, count) in enumerate([*counts.items(), (words.say("head.total"), total)], top + 1):
        first = _cell(sheet, row, 1)
        first.value, first.data_type = text_of(name), "s"
        first.quotePrefix = name.startswith(FORMULA_LIKE)
        for at, number in enumerate([count.total(), *(count[status] for status in STATUSES)], 2):
            _cell(sheet, row, at).value = number
        for at in range(1, len(heads) + 1):
            _cell(sheet, row, at).font = Font(bold=row == bottom)
    return bottom


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    return cell


def _filled(frame: bytes, tracker: Tracker, words: TrackerWords, styles: Styles) -> bytes:
    """The frame with the rows in its first sheet."""
    links = [(at, row.path) for at, row in enumerate(tracker.rows, HEAD_ROW + 1) if row.path]
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(frame)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = _sheet_part(part.decode(), tracker, words, styles, links)
            elif name == "docProps/core.xml":
                moment = f"{tracker.as_of:%Y-%m-%dT%H:%M:%SZ}"
                part = re.sub(r">\d{4}-[^<]*Z<", f">{moment}<", part.decode()).encode()
            target.writestr(_entry(name), part)
        if links:
            target.writestr(_entry("xl/worksheets/_rels/sheet1.xml.rels"), relations(links))
    return packed.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _SAME_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet_part(
    part: str, tracker: Tracker, words: TrackerWords, styles: Styles, links: Sequence[tuple[int, str]]
) -> bytes:
    rows = "".join(rows_of(tracker, words, styles))
    part = part.replace("</sheetData>", f"{rows}</sheetData>", 1)
    bottom = HEAD_ROW + len(tracker.rows)
    part = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{_LAST_COLUMN}{bottom}"', part)
    if links:
        column = get_column_letter(COLUMNS.index("file") + 1)
        found = "".join(f'<hyperlink ref="{column}{at}" r:id="f{at}"/>' for at, _ in links)
        # CT_Worksheet is a sequence: links stand right before the page's margins, set-up and footer.
        where = re.search(r"<(?:printOptions|pageMargins)\b", part)
        assert where is not None
        part = f"{part[: where.start()]}<hyperlinks>{found}</hyperlinks>{part[where.start() :]}"
        part = part.replace("<worksheet ", f'<worksheet xmlns:r="{REL}" ', 1)
    return part.encode()
