"""The rows of the tracker as they stand in the sheet's part, written straight as SpreadsheetML (ECMA-376, 18.3).

Text is an inline string; where it begins like a formula, its style says that it is none (quotePrefix). What XML cannot
hold is left out. Never fails for what a row holds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from urllib.parse import quote
from xml.sax.saxutils import escape

from bot.documents.tracker_words import STATUSES, TrackerWords

MAX_TEXT = 1_000
HEAD_ROW = 3
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # day 0 of Excel; a workbook knows no zones
_DAY = timedelta(days=1)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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


@dataclass(frozen=True, slots=True)
class Styles:
    """The numbers of the cell styles that the rows use; `status` by status."""

    text: int
    quoted: int
    status: Mapping[str, int]
    moment: int
    date: int
    number: int
    link: int


def relations(links: Sequence[tuple[int, str]]) -> bytes:
    found = "".join(
        f'<Relationship Id="f{at}" Type="{REL}/hyperlink" Target="{escape(quote(path))}" TargetMode="External"/>'
        for at, path in links
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="{space}">{found}</Relationships>'.encode()


def rows_of(tracker: Tracker, words: TrackerWords, styles: Styles) -> Iterator[str]:
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

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._made: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        made = self._made.get(text)
        if made is None:
            clean = text_of(text)
            style = self._styles.quoted if clean.startswith(FORMULA_LIKE) else self._styles.text
            made = self._made[text] = _string(clean, style)
        return made


def text_of(text: str) -> str:
    return _NOT_XML.sub("", text)[:MAX_TEXT]


def _string(text: str, style: int) -> str:
    if not text:
        return f'<c s="{style}"/>'
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _number(value: int | None, styles: Styles) -> str:
    return f'<c s="{styles.number}"/>' if value is None else f'<c s="{styles.number}"><v>{value}</v></c>'


def _moment(moment: datetime | None, styles: Styles) -> str:
    if moment is None:
        return f'<c s="{styles.moment}"/>'
    days = (moment.replace(tzinfo=UTC) - _EPOCH) / _DAY
    # Never a hair below the minute: programs cut off what they do not show, and 9:12 would read 09:11.
    return f'<c s="{styles.moment}"><v>{ceil(days * 10**9) / 10**9:.9f}</v></c>'


def _deadline(instant: datetime, styles: Styles) -> str:
    """The last day where the deadline is its end, else the minute."""
    if instant.hour == instant.minute == 0:
        return f'<c s="{styles.date}"><v>{(instant.replace(tzinfo=UTC) - _EPOCH).days - 1}</v></c>'
    return _moment(instant, styles)
