"""What a file of `config/forms` may hold, as pydantic models.

The keys are those of `bot.domain.form`, none beside them.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.form import CellType, FormKind, Severity

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Said = Annotated[str, StringConstraints(strip_whitespace=True)]
Tolerance = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Jump = Annotated[Decimal, Field(gt=1, allow_inf_nan=False)]


def _no_hold(severity: Severity) -> Severity:
    if severity is Severity.HOLD:
        raise ValueError("'error' or 'remark': a form cannot say that we are unable to judge")
    return severity


Gravity = Annotated[Severity, AfterValidator(_no_hold)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PartModel(_Model):
    """`[[parts]]`"""

    code: Word
    headings: Words
    parent: Word | None = None
    optional: bool = False
    nil_allowed: bool = False
    minimum_words: Annotated[int, Field(ge=0)] = 0
    hint: Said = ""


class TypedModel(_Model):
    """What a column and a fixed row have in common: what may stand in a cell."""

    type: CellType | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[Word, ...] = ()
    required: bool = False
    cumulative: bool = False
    jump: Jump | None = None


class ColumnModel(TypedModel):
    """`[[table.columns]]`"""

    key: Annotated[str, StringConstraints(pattern=r"^([0-9]+|[A-Za-z_]\w*)$")]
    headers: Words
    type: CellType = CellType.TEXT
    blank_is_zero: bool = False
    in_window: bool = False
    note: Said = ""
    required_on_leaves: str = ""


class RowModel(TypedModel):
    """`[[table.rows]]`"""

    code: Word
    label: Word
    unit: str = ""
    required: bool = True
    filled: bool = False
    figures: Annotated[int, Field(ge=0)] = 0


class _GraveModel(_Model):
    """What everything that may be broken says of itself."""

    severity: Gravity = Severity.ERROR
    message: Said = ""


class RuleModel(_GraveModel):
    """`[[table.rules]]` (a chain of comparisons, too) and `[[table.last_period]]`"""

    text: Word
    tolerance: Tolerance = Decimal(0)


class ChildSumsModel(_GraveModel):
    """`[[table.children]]`"""

    columns: Words
    tolerance: Tolerance = Decimal(0)


class ProofModel(_GraveModel):
    """`[[table.proofs]]`"""

    when: Word
    any_of: Words
    leaves: bool = True


class LeftBlankModel(_GraveModel):
    """`[[table.left_blank]]`"""

    labels: Words
    columns: Words


class PrefillModel(_Model):
    """`[[table.prefill]]`"""

    column: Word
    last: Word


class StatedFigureModel(_GraveModel):
    """`[[figures]]`"""

    key: Code
    title: Word
    before: Words
    form: Code
    value: Word
    also: tuple[Word, ...] = ()
    after: tuple[Word, ...] = ()
    part: Word | None = None
    tolerance: Tolerance = Decimal(0)


class TotalModel(_Model):
    """`[table.total]`"""

    labels: Words
    columns: Words
    required: bool = True
    severity: Gravity = Severity.ERROR


class CountModel(_Model):
    """`[table.count]`"""

    labels: Words
    required: bool = False


class TableModel(_Model):
    """`[table]`"""

    columns: Annotated[tuple[ColumnModel, ...], Field(min_length=1)]
    rows: tuple[RowModel, ...] = ()
    rules: tuple[RuleModel, ...] = ()
    total: TotalModel | None = None
    count: CountModel | None = None
    label_column: str | None = None
    code_column: str | None = None
    value_column: str | None = None
    min_rows: Annotated[int, Field(ge=0)] = 0
    children: tuple[ChildSumsModel, ...] = ()
    proofs: tuple[ProofModel, ...] = ()
    left_blank: tuple[LeftBlankModel, ...] = ()
    last_period: tuple[RuleModel, ...] = ()
    prefill: tuple[PrefillModel, ...] = ()
    unique: tuple[Word, ...] = ()
    note_column: str | None = None
    computed: tuple[Word, ...] = ()
    labels: tuple[Word, ...] = ()


class FormModel(_Model):
    """One file of `config/forms`."""

    code: Code
    title: Word
    short_title: Word
    kind: FormKind
    parts: tuple[PartModel, ...] = ()
    table: TableModel | None = None
    name_hints: tuple[Word, ...] = ()
    title_hints: tuple[Word, ...] = ()
    version: Annotated[int, Field(ge=1)] = 1
    figures: tuple[StatedFigureModel, ...] = ()
