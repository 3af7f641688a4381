"""What a check gets: one document, held to be one form of one agency in one round."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.checks.leaves import with_leaves
from bot.checks.parts import PartState, read_parts
from bot.checks.table import TableFacts, read_table
from bot.domain.agency import Agency
from bot.domain.document import Document, Stated, TextDocument, Workbook
from bot.domain.form import Form
from bot.domain.round import Assignment, CheckSetting, ReportingPeriod, Round


@dataclass(frozen=True)
class CheckContext:
    """One document under check. `stated` is what it says of itself; `agency_names` maps agency codes to names.

    `forms` are all forms by code. `beside` are the same agency's documents of other forms that count now, by form
    code; `with_it` names those of them that came in the same mail. `last` is last period's report of this form, None
    where there is none, and `last_period` the period that it reports. `explanations` are the agency's own words in its
    mails. `checks` are the office's and the round's settings of codes, the round's first.

    `cause_asked`: the agency's last version of this form was asked for the cause of a difference.

    `table` and `parts` are read once, when the first check asks for them; they are empty where the document is of
    another kind than the form.
    """

    form: Form
    assignment: Assignment
    agency: Agency
    round: Round
    document: Document
    file_name: str
    stated: Stated
    agency_names: Mapping[str, str]
    forms: Mapping[str, Form] = field(default_factory=dict)
    beside: Mapping[str, Document] = field(default_factory=dict)
    with_it: frozenset[str] = frozenset()
    last: Document | None = None
    last_period: ReportingPeriod | None = None
    explanations: tuple[str, ...] = ()
    cause_asked: bool = False
    checks: tuple[CheckSetting, ...] = ()

    @cached_property
    def table(self) -> TableFacts | None:
        """The form's table as it stands in the workbook; None when the form has none or the file is no workbook."""
        if self.form.table is None or not isinstance(self.document, Workbook):
            return None
        return with_leaves(read_table(self.document, self.form.table), self.form.table)

    @cached_property
    def parts(self) -> Mapping[str, PartState]:
        """The outline's parts by code; empty when the form has none or the file is no text."""
        if not self.form.parts or not isinstance(self.document, TextDocument):
            return {}
        return read_parts(self.document, self.form)
