"""What a blank form is made from, beside the form's own data: plain facts, prepared by the flow.

Nothing here computes anything but names; nothing fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.domain.document import FormTag
from bot.domain.round import DataWindow

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class BlankRow:
    """One row that the blank form offers, or of a fixed row (by `code`) what is known already.

    `figures` are filled in by column key. `fixed`: the label is the form's own and locked.
    """

    label: str
    code: str = ""
    figures: Mapping[str, Decimal] = field(default_factory=dict)
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class BlankFacts:
    """Whose blank form of which round this is.

    `office` asks and `agency` answers, by name. `period` and `window_words` are in words ("quý I/2023", "từ ngày …
    đến hết ngày …"). `made_on` becomes the file's date. `parts` are the parts owed, empty for all. `annex` is the
    letter's annex. `rows` are the rows to offer where rows repeat, and what fixed rows hold already.
    """

    tag: FormTag
    office: str
    agency: str
    period: str
    window: DataWindow
    window_words: str
    made_on: date
    parts: tuple[str, ...] = ()
    annex: str = ""
    rows: tuple[BlankRow, ...] = ()

    @property
    def mark(self) -> str:
        """The visible mark by which the file names itself wherever its properties are lost: `2023-q1/tdm/ii06/v1`."""
        return f"{self.tag.round}/{self.tag.agency}/{self.tag.form}/v{self.tag.version}"
