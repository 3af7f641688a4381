"""Forms (biểu mẫu, đề cương): what one file must look like. All of it is data from `config/forms/*.toml`."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class FormKind(StrEnum):
    """OUTLINE: a Word narrative. TABLE: rows fixed by code or repeating under numbered columns. LIST: one row an
    item.
    """

    OUTLINE = "outline"
    TABLE = "table"
    LIST = "list"


class CellType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"
    CHOICE = "choice"
    SERIES = "series"  # whole numbers parted by "/", each at most the one before it; the first is the figure
    PARTS = "parts"  # whole numbers parted by "/", their sum is the figure; the sum alone will do
    PERCENTS = "percents"  # percentages parted by "/", each 0 to 100; no figure
    MINUTES = "minutes"  # a duration in minutes, also as 5'30", 05:30 or 5 phút 30 giây


class Severity(StrEnum):
    """ERROR asks for a correction; REMARK is said and does not hinder acceptance."""

    ERROR = "error"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of an outline.

    `code` is the printed number (`II.2`); `headings` are the texts that count as this heading, the
    official one first. `nil_allowed`: a part that says only "không có" is filled. `optional`: the part
    may be left out. `parent` is the code of the part above, if any.
    """

    code: str
    headings: tuple[str, ...]
    parent: str | None = None
    optional: bool = False
    nil_allowed: bool = False

    @property
    def title(self) -> str:
        return self.headings[0]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `key` is the printed column number (`"3"`), or a word for unnumbered ones.

    `headers` are header texts that count as this column, the official one first; for a merged header the
    levels are joined by " > ". `minimum` and `maximum` are inclusive. `blank_is_zero`: an empty cell counts as 0.
    """

    key: str
    headers: tuple[str, ...]
    type: CellType = CellType.TEXT
    required: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    blank_is_zero: bool = False

    @property
    def title(self) -> str:
        return self.headers[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One fixed row of a table, found by its printed code and its label.

    `type` None: a heading row without figures. `required`: the row must stand there. `filled`: its value must not be
    blank. `figures`: how many figures a series, parts or percents are, 0 when that is left open.
    """

    code: str
    label: str
    unit: str = ""
    type: CellType | None = None
    required: bool = True
    filled: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    figures: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A relation in the notation that the forms print.

    `(3)=(4)+(5)+(6)` holds in each data row between columns; `[1.1.2]<=[1.1.1]` once between coded rows (their
    value column). `tolerance` is the absolute difference that rounding may leave.
    """

    text: str
    severity: Severity = Severity.ERROR
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Total:
    """The row that holds the column sums: its labels ("TỔNG CỘNG"), whether it must be there, and which columns it
    sums.
    """

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class CountCheck:
    """A list's stated count: a cell labelled with one of `labels` anywhere on the sheet or in the text."""

    labels: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """Where a table is and what stands in it.

    `rows` empty means repeating rows. `label_column` and `code_column` name the columns that identify a row;
    `value_column` is where coded rows carry their figure. `min_rows` is the least number of data rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    rules: tuple[Rule, ...] = ()
    total: Total | None = None
    count: CountCheck | None = None
    label_column: str | None = None
    code_column: str | None = None
    value_column: str | None = None
    min_rows: int = 0

    def column(self, key: str) -> Column:
        """The column with that key; KeyError when there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `code` is its name in configuration and JSON (`ii06`); `title` and `short_title` are for people.

    `name_hints` are words in a file's name that speak for this form, used only when its content does not decide.
    """

    code: str
    title: str
    short_title: str
    kind: FormKind
    parts: tuple[Part, ...] = ()
    table: TableSpec | None = None
    name_hints: tuple[str, ...] = ()
    title_hints: tuple[str, ...] = ()
    version: int = 1

    def part(self, code: str) -> Part:
        """The part with that code; KeyError when there is none."""
        for part in self.parts:
            if part.code == code:
                return part
        raise KeyError(code)
