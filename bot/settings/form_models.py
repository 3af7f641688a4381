"""What a file of `config/forms` may hold, as pydantic models.

The keys are those of `bot.domain.form`, none beside them.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.form import CellType, FormKind, Severity

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PartModel(_Model):
    """`[[parts]]`"""

    code: Word
    headings: Words
    parent: Word | None = None
    optional: bool = False
    nil_allowed: bool = False


class TypedModel(_Model):
    """What a column and a fixed row have in common: what may stand in a cell."""

    type: CellType | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[Word, ...] = ()
    required: bool = False


class ColumnModel(TypedModel):
    """`[[table.columns]]`"""

    key: Annotated[str, StringConstraints(pattern=r"^([0-9]+|[A-Za-z_]\w*)$")]
    headers: Words
    type: CellType = CellType.TEXT
    blank_is_zero: bool = False


class RowModel(TypedModel):
    """`[[table.rows]]`"""

    code: Word
    label: Word
    unit: str = ""
    required: bool = True
    filled: bool = False
    figures: Annotated[int, Field(ge=0)] = 0


class RuleModel(_Model):
    """`[[table.rules]]`"""

    text: Word
    severity: Severity = Severity.ERROR
    tolerance: Annotated[Decimal, Field(ge=0)] = Decimal(0)


class TotalModel(_Model):
    """`[table.total]`"""

    labels: Words
    columns: Words
    required: bool = True


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
