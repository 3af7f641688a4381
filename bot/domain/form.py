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
    """ERROR asks for a correction; REMARK is said and does not hinder acceptance. HOLD: we could not judge, so a
    person must; nothing is asked of the sender.
    """

    ERROR = "error"
    REMARK = "remark"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of an outline.

    `code` is the printed number (`II.2`); `headings` are the texts that count as this heading, the
    official one first. `nil_allowed`: a part that says only "không có" is filled. `optional`: the part
    may be left out ("nếu có"). `parent` is the code of the part above, if any. `minimum_words`: a filled part has at
    least so many words; 0 asks for none. `hint` is what the blank form says under the heading.
    """

    code: str
    headings: tuple[str, ...]
    parent: str | None = None
    optional: bool = False
    nil_allowed: bool = False
    minimum_words: int = 0
    hint: str = ""

    @property
    def title(self) -> str:
        return self.headings[0]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `key` is the printed column number (`"3"`), or a word for unnumbered ones.

    `headers` are header texts that count as this column, the official one first; for a merged header the
    levels are joined by " > ". `minimum` and `maximum` are inclusive. `blank_is_zero`: an empty cell counts as 0.
    `in_window`: a date that must lie in the round's data window. `cumulative`: within a year the figure never falls
    from one period to the next. `jump`: a figure so many times last period's (or its inverse) is worth a remark.
    `required_on_leaves`: a condition (`(3)>0`); rows without rows beneath them in which it holds fill the column; ""
    asks for none. `note` is what the blank form says of the column.
    """

    key: str
    headers: tuple[str, ...]
    type: CellType = CellType.TEXT
    required: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    blank_is_zero: bool = False
    in_window: bool = False
    cumulative: bool = False
    jump: Decimal | None = None
    note: str = ""
    required_on_leaves: str = ""

    @property
    def title(self) -> str:
        return self.headers[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One fixed row of a table, found by its printed code and its label.

    `type` None: a heading row without figures. `required`: the row must stand there. `filled`: its value must not be
    blank. `figures`: how many figures a series, parts or percents are, 0 when that is left open. `cumulative` and
    `jump` as for columns.
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
    cumulative: bool = False
    jump: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A relation in the notation that the forms print.

    `(3)=(4)+(5)+(6)` holds in each data row between columns; `[1.1.2]<=[1.1.1]` once between coded rows (their
    value column). A chain in the form's file (`0<=(4)<=(3)`) is one Rule a comparison. `tolerance` is the absolute
    difference that rounding may leave. `message`: the office's own words for the remedy, instead of the general ones.
    """

    text: str
    severity: Severity = Severity.ERROR
    tolerance: Decimal = Decimal(0)
    message: str = ""


@dataclass(frozen=True, slots=True)
class LastPeriodRule:
    """A relation with last period's report of the same form, row by row (by label) and in the total row.

    `(6)=(11)`: this period's column on the left, last period's column on the right.
    """

    text: str
    severity: Severity = Severity.ERROR
    tolerance: Decimal = Decimal(0)
    message: str = ""


@dataclass(frozen=True, slots=True)
class ChildSums:
    """In these columns the figure of a row is the sum of the rows right beneath it, told by the printed codes
    (I over 1, 1 over 1.1, 1.1 over 1.1.1).
    """

    columns: tuple[str, ...]
    severity: Severity = Severity.ERROR
    tolerance: Decimal = Decimal(0)
    message: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A row in which `when` holds (`(4)>0`) needs something in one of the columns `any_of`: a score its evidence.

    `leaves`: only rows without rows beneath them.
    """

    when: str
    any_of: tuple[str, ...]
    leaves: bool = True
    severity: Severity = Severity.ERROR
    message: str = ""


@dataclass(frozen=True, slots=True)
class LeftBlank:
    """Rows whose label holds one of these words leave these columns blank: survey criteria are not self-scored."""

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    severity: Severity = Severity.ERROR
    message: str = ""


@dataclass(frozen=True, slots=True)
class Prefill:
    """The blank form's `column` is filled with last period's column `last`, row by row."""

    column: str
    last: str


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure that a narrative states in words and a table of the same agency holds too.

    The number is sought behind one of the phrases `before` and, where given, in front of one of `after`, in the part
    `part` (None: anywhere). `form` is the table's code; `value` its figure: an expression in the rules' notation,
    `(3)` or `((8)+(9))/(7)*100` over the total row (over the only row where there is one), `[3.3.2]` over coded rows.
    `also` are figures that reports give under the same words, such as the new files alone; they are no difference.
    """

    key: str
    title: str
    before: tuple[str, ...]
    form: str
    value: str
    after: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    part: str | None = None
    tolerance: Decimal = Decimal(0)
    severity: Severity = Severity.ERROR
    message: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """The row that holds the column sums: its labels ("TỔNG CỘNG"), whether it must be there, which columns it
    sums, and how grave a wrong sum is.
    """

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    required: bool = True
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class CountCheck:
    """A list's stated count: a cell labelled with one of `labels` anywhere on the sheet or in the text."""

    labels: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """Where a table is and what stands in it.

    `rows` empty means repeating rows. `label_column` and `code_column` name the columns that identify a row;
    `value_column` is where coded rows carry their figure. `min_rows` is the least number of data rows. `unique` are
    columns that together name a row of a list only once. `note_column` is where an agency explains a figure.
    `computed` are the columns that the blank form computes by itself, beside its total row. `labels` are the rows that
    the blank form offers where rows repeat.
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
    children: tuple[ChildSums, ...] = ()
    proofs: tuple[Proof, ...] = ()
    left_blank: tuple[LeftBlank, ...] = ()
    last_period: tuple[LastPeriodRule, ...] = ()
    prefill: tuple[Prefill, ...] = ()
    unique: tuple[str, ...] = ()
    note_column: str | None = None
    computed: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

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
    `version` is printed and hidden in the blank form. `figures` are what a narrative states that a table holds too.
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
    figures: tuple[StatedFigure, ...] = ()

    def part(self, code: str) -> Part:
        """The part with that code; KeyError when there is none."""
        for part in self.parts:
            if part.code == code:
                return part
        raise KeyError(code)
