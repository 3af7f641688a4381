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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents.tracker_words import COLUMNS, STATUSES, TrackerWords

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_TEXT = 1_000
HEAD_ROW = 3
_WIDTHS = (18, 8, 34, 24, 18, 17, 17, 17, 8, 8, 9, 9, 17, 9, 30, 34, 9, 48)
_FILLS = {
    "fulfilled": "CFE9D6", "fulfilled_late": "E3F1D9", "correction_needed": "F8D9BD", "held": "E6E8EB",
    "open": "FFFFFF", "overdue": "F3D3D6", "excused": "F4F5F7",
}  # fmt: skip
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # day 0 of Excel; a workbook knows no zones
_DAY = timedelta(days=1)
_FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOMENT, _DATE = "dd/mm/yyyy hh:mm", "dd/mm/yyyy"
_LAST_COLUMN = get_column_letter(len(COLUMNS))
_SAME_TIME = (1980, 1, 1, 0, 0, 0)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True, slots=True)
class TrackerRow:
    """One obligation. Times are aware and in the office's zone, as they are to be read. `deadline` is the first instant
    that is late. `delivered` None: nothing has been sent yet. `path` is relative to the data folder, empty where
    there is no file.
    """

    group: str
    code: str
    agency: str
    form: str
    status: str
    deadline: datetime
    first_received: datetime | None = None
    first_valid: datetime | None = None
    late: bool = False
    version: int | None = None
    findings: int = 0
    nudges: int = 0
    last_nudge: datetime | None = None
    delivered: bool | None = None
    contact: str = ""
    reason: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Tracker:
    """One round's tracker. `period` and `at` are in words; `as_of` is the same moment."""

    period: str
    at: str
    as_of: datetime
    rows: Sequence[TrackerRow]


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


class _Styles:
    """The numbers of the cell styles that the rows use, as openpyxl gives them out. Each is taken from a cell of its
    own that never stands in the sheet: a style that is changed later would change its number's meaning.
    """

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self.text = self._style()
        self.quoted = self._style(quotePrefix=True)
        self.status = {status: self._style(fill=PatternFill("solid", _FILLS[status])) for status in STATUSES}
        self.moment = self._style(number_format=_MOMENT)
        self.date = self._style(number_format=_DATE)
        self.number = self._style(number_format="0")
        self.link = self._style(font=Font(color="1F5FA8", underline="single"))

    def _style(self, **changes: object) -> int:
        thin = Side("thin", "C3C9D0")
        cell = Cell(self._sheet, 1, 1)
        cell.border = Border(thin, thin, thin, thin)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        for name, value in changes.items():
            setattr(cell, name, value)
        return cell.style_id


def _draw_frame(sheet: Worksheet, tracker: Tracker, words: TrackerWords) -> _Styles:
    """Everything but the rows: title, heads, widths, filter, print set-up."""
    bottom = HEAD_ROW + len(tracker.rows)
    sheet.title = words.say("head.sheet")
    title = _cell(sheet, 1, 1)
    title.value, title.font = words.say("head.title", period=tracker.period), Font(bold=True, size=14)
    _cell(sheet, 2, 1).value = words.say("head.as_of", at=tracker.at)
    styles = _Styles(sheet)
    for at, (column, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), 1):
        _head(_cell(sheet, HEAD_ROW, at), words.say(f"column.{column}"))
        sheet.column_dimensions[get_column_letter(at)].width = width
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
        first.value, first.data_type = _text_of(name), "s"
        first.quotePrefix = name.startswith(_FORMULA_LIKE)
        for at, number in enumerate([count.total(), *(count[status] for status in STATUSES)], 2):
            _cell(sheet, row, at).value = number
        for at in range(1, len(heads) + 1):
            _cell(sheet, row, at).font = Font(bold=row == bottom)
    return bottom


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    return cell


def _filled(frame: bytes, tracker: Tracker, words: TrackerWords, styles: _Styles) -> bytes:
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
            target.writestr(_entry("xl/worksheets/_rels/sheet1.xml.rels"), _relations(links))
    return packed.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _SAME_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet_part(
    part: str, tracker: Tracker, words: TrackerWords, styles: _Styles, links: Sequence[tuple[int, str]]
) -> bytes:
    rows = "".join(_rows(tracker, words, styles))
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
        part = part.replace("<worksheet ", f'<worksheet xmlns:r="{_REL}" ', 1)
    return part.encode()


def _relations(links: Sequence[tuple[int, str]]) -> bytes:
    found = "".join(
        f'<Relationship Id="f{at}" Type="{_REL}/hyperlink" Target="{escape(quote(path))}" TargetMode="External"/>'
        for at, path in links
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="{space}">{found}</Relationships>'.encode()


def _rows(tracker: Tracker, words: TrackerWords, styles: _Styles) -> Iterator[str]:
    said = {status: words.say(f"status.{status}") for status in STATUSES}
    yes, no, open_file = (words.say(f"head.{key}") for key in ("yes", "no", "open_file"))
    text = _Texts(styles)
    for at, r in enumerate(tracker.rows, HEAD_ROW + 1):
        delivered = "" if r.delivered is None else yes if r.delivered else no
        cells = (
            text(r.group),
            text(r.code),
            text(r.agency),
            text(r.form),
            _string(said[r.status], styles.status[r.status]),
            _deadline(r.deadline, styles),
            _moment(r.first_received, styles),
            _moment(r.first_valid, styles),
            text(yes if r.late else ""),
            _number(r.version, styles),
            _number(r.findings or None, styles),
            _number(r.nudges, styles),
            _moment(r.last_nudge, styles),
            text(delivered),
            text(r.contact),
            text(r.reason),
            _string(open_file, styles.link) if r.path else text(""),
            text(r.path),
        )
        yield f'<row r="{at}">{"".join(cells)}</row>'


class _Texts:
    """Cells of text. The same words come again and again in thousands of rows."""

    def __init__(self, styles: _Styles) -> None:
        self._styles = styles
        self._made: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        made = self._made.get(text)
        if made is None:
            clean = _text_of(text)
            style = self._styles.quoted if clean.startswith(_FORMULA_LIKE) else self._styles.text
            made = self._made[text] = _string(clean, style)
        return made


def _text_of(text: str) -> str:
    return _NOT_XML.sub("", text)[:MAX_TEXT]


def _string(text: str, style: int) -> str:
    if not text:
        return f'<c s="{style}"/>'
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _number(value: int | None, styles: _Styles) -> str:
    return f'<c s="{styles.number}"/>' if value is None else f'<c s="{styles.number}"><v>{value}</v></c>'


def _moment(moment: datetime | None, styles: _Styles) -> str:
    if moment is None:
        return f'<c s="{styles.moment}"/>'
    return f'<c s="{styles.moment}"><v>{(moment.replace(tzinfo=UTC) - _EPOCH) / _DAY:.6f}</v></c>'


def _deadline(instant: datetime, styles: _Styles) -> str:
    """The last day where the deadline is its end, else the minute."""
    if instant.hour == instant.minute == 0:
        return f'<c s="{styles.date}"><v>{(instant.replace(tzinfo=UTC) - _EPOCH).days - 1}</v></c>'
    return _moment(instant, styles)
