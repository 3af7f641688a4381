"""Facts read from a file by the limited child: plain data, no verdict.

`Document` is what the checks see. Rows and columns count from 1, as Excel shows them.
The child loads this for every file, and of rounds it needs nothing but the names of types: they stay unloaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.round import DataWindow, PeriodKind, ReportingPeriod

CellValue = str | int | float | Decimal | bool | date | datetime | None


class FileKind(StrEnum):
    """What a file is by its bytes, whatever its name says."""

    DOCX = "docx"
    XLSX = "xlsx"
    DOC = "doc"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    ODT = "odt"
    RTF = "rtf"
    PDF = "pdf"
    IMAGE = "image"
    ARCHIVE = "archive"
    MAIL = "mail"  # RFC 5322 (.eml)
    MSG = "msg"  # Outlook
    TNEF = "tnef"  # winmail.dat
    TEXT = "text"
    OTHER = "other"


class UnreadableReason(StrEnum):
    """Why nothing could be read. Each has its own F finding."""

    EMPTY = "empty"  # no bytes
    CORRUPT = "corrupt"  # not what it says it is, or broken
    ENCRYPTED = "encrypted"  # asks for a password
    TOO_BIG = "too_big"  # over a limit; the limit is in `detail`
    TIMEOUT = "timeout"
    CRASHED = "crashed"  # the reader died
    UNSUPPORTED = "unsupported"  # a kind that we do not read
    UNCONVERTED = "unconverted"  # a kind that only LibreOffice reads, which is not there
    INFECTED = "infected"  # the virus scanner named what is in it; the name is in `detail`


@dataclass(frozen=True, slots=True)
class FormTag:
    """What one of our blank forms says of itself, inside: round, agency, form (codes) and the form's version. Evidence
    of what a file is, never proof of who is writing.
    """

    round: str
    agency: str
    form: str
    version: int


@dataclass(frozen=True, slots=True)
class Traits:
    """What a file carries beside its text and figures.

    `kind` is the kind by its bytes, before any conversion. `links` are the other files that it draws from. `comments`
    and `revisions` are the texts of comments and tracked changes left in, without ours. `encoding` is `tcvn3` or `vni`
    where text was turned into Unicode. `pages` and `has_text` speak of a PDF. `fetches` is what opening it would ask of
    other machines.
    """

    kind: FileKind
    tag: FormTag | None = None
    macros: bool = False
    links: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    encoding: str = ""
    pages: int = 0
    has_text: bool = True
    fetches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a Word file in reading order, table cells included.

    `level` is the outline level of a heading style (1…9), None for body text. `number` is the automatic list number
    as printed ("II.", "1."), empty when there is none. `table` is the table's ordinal from 1 when it stands in one.
    `at` is the ordinal, from 1, of its w:p element in the main part: where a comment can be hung; 0 when unknown.
    `placeholder` is what its content controls show in place of an answer ("Bấm vào đây để nhập"), no part of `text`;
    where it is set, `text` may be empty.
    """

    text: str
    level: int | None = None
    bold: bool = False
    number: str = ""
    table: int | None = None
    at: int = 0
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class TextDocument:
    """A Word file, or the text of a PDF (`traits.kind`): its paragraphs in reading order and its tables as rows of
    cell texts.
    """

    paragraphs: tuple[Paragraph, ...]
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()
    traits: Traits = Traits(FileKind.DOCX)

    @property
    def text(self) -> str:
        return "\n".join(p.text for p in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell. `formula` is set when the cell computes; `error` is `#REF!` and the like.

    `percent`: `value` is a fraction that its number format shows as a percentage (0.125 shown as 12,5%).
    """

    row: int
    column: int
    value: CellValue
    formula: str | None = None
    error: str | None = None
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, all bounds inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: its filled cells by (row, column). Hidden rows and columns by number."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: tuple[Merge, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @property
    def last_row(self) -> int:
        return max((r for r, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        return max((c for _, c in self.cells), default=0)


@dataclass(frozen=True, slots=True)
class Workbook:
    """An Excel file: its sheets in order."""

    sheets: tuple[Sheet, ...]
    traits: Traits = Traits(FileKind.XLSX)


@dataclass(frozen=True, slots=True)
class Excess:
    """What there is more of than is read: `what` is counted (a word of `F105`), up to `limit`; `actual` 0: counting
    stopped there. Megabytes for sizes.
    """

    what: str
    limit: float
    actual: float = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be read, and why. `detail` is for people who mend software, never shown to agencies.

    For TOO_BIG `over` says what passed which limit, where that is known.
    """

    reason: UnreadableReason
    kind: FileKind = FileKind.OTHER
    detail: str = ""
    over: Excess | None = None


Document = TextDocument | Workbook | Unreadable


@dataclass(frozen=True, slots=True)
class ContainedFile:
    """A file within another: an archive's entry, an attached mail's attachment. `path` as it stands in there."""

    path: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a container held, in its order. `fault`: why some or all of it could not be had."""

    files: tuple[ContainedFile, ...]
    fault: Unreadable | None = None


# Who wrote the comments that we put into a file which goes back: they are ours, and no content when it comes again.
MARK_AUTHOR = "Thư ký"


@dataclass(frozen=True, slots=True)
class Mark:
    """One fault to mark in a file that goes back: at a cell, or at a paragraph (`Paragraph.at`; 0: the first one)."""

    text: str
    sheet: str = ""
    row: int = 0
    column: int = 0
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class PeriodClaim:
    """What a text says of its period. `year` is None where it names none. `found` are its own words."""

    kind: PeriodKind
    ordinal: int
    year: int | None
    found: str

    def fits(self, period: ReportingPeriod) -> bool:
        """Whether the claim can mean that period; a claim without a year fits every year."""
        return self.kind is period.kind and self.ordinal == period.ordinal and self.year in (None, period.year)


class PeriodStanding(StrEnum):
    """What a document's own words on its period mean for a round: none, this one, perhaps this one, another."""

    SILENT = "silent"
    FITS = "fits"
    OFF = "off"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class WindowClaim:
    """The days that a text says its figures cover, both inclusive. `found` are its own words."""

    first: date
    last: date
    found: str

    def standing(self, period: ReportingPeriod, window: DataWindow) -> PeriodStanding:
        """FITS: half of the days or more are the round's, for offices write the calendar quarter as often as the days
        asked for. OTHER: none is, or they are exactly the calendar months of another period of that kind. OFF: the
        rest.
        """
        calendar = [
            ordinal
            for ordinal in range(1, 13)
            if (months := replace(period, year=self.last.year, ordinal=ordinal)).months[1] <= 12
            and (months.first_day, months.last_day) == (self.first, self.last)
        ]
        if calendar:
            fits = self.last.year == period.year and period.ordinal in calendar
            return PeriodStanding.FITS if fits else PeriodStanding.OTHER
        shared = (min(self.last, window.last) - max(self.first, window.first)).days + 1
        if shared <= 0:
            return PeriodStanding.OTHER
        longer = max(self.last - self.first, window.last - window.first).days + 1
        return PeriodStanding.FITS if 2 * shared >= longer else PeriodStanding.OFF


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document says of itself, in its head: whose it is (agency code, words found) and of which period, by
    name or by its days. `strangers` are authorities that its letterhead names as issuers and no registry knows.
    """

    agencies: tuple[tuple[str, str], ...] = ()
    periods: tuple[PeriodClaim, ...] = ()
    windows: tuple[WindowClaim, ...] = ()
    strangers: tuple[str, ...] = ()

    def standing(self, period: ReportingPeriod, window: DataWindow) -> PeriodStanding:
        """What it says of its period: by the name where it has one, else by the days; the best of several."""
        if self.periods:
            fits = any(claim.fits(period) for claim in self.periods)
            return PeriodStanding.FITS if fits else PeriodStanding.OTHER
        standings = {claim.standing(period, window) for claim in self.windows}
        order = (PeriodStanding.FITS, PeriodStanding.OFF, PeriodStanding.OTHER)
        return next((s for s in order if s in standings), PeriodStanding.SILENT)


@dataclass(frozen=True, slots=True)
class FormScore:
    """How well a document's content fits a form, 0 to 1; from 0.5 on it is that form. `found` names what spoke for
    it.
    """

    form: str
    score: float
    found: str = ""
