"""The figures by which a whole table is held against something else: its total row, or its coded rows.

The figure of a column is that of the total row, or of the only data row where there is no total; of several total
rows the one that sums everything. Nothing here fails: a figure that is blank, unreadable or ambiguous is unknown.
"""

from collections.abc import Mapping
from decimal import Decimal

from bot.checks.places import at_cell
from bot.checks.rows import RowKind, TableRow, column_title
from bot.checks.rules import Side
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.domain.form import TableSpec
from bot.domain.submission import ParamValue, Place


def summary_row(facts: TableFacts) -> TableRow | None:
    """The row that stands for the whole table; None where several data rows have no total."""
    totals, data = facts.of_kind(RowKind.TOTAL), facts.of_kind(RowKind.DATA)
    if totals:
        first = totals[0]
        heads = len(totals) > 1 and not any(row.row < first.row for row in data)  # totals stand above what they sum
        return first if heads else totals[-1]
    return data[0] if len(data) == 1 else None


def whole_figures(facts: TableFacts, spec: TableSpec) -> Mapping[str, Decimal]:
    """The figures of the whole table: by row code where the rows are fixed, else by column key."""
    if spec.rows:
        return facts.values
    row = summary_row(facts)
    return {} if row is None else row.figures


def side_value(facts: TableFacts, spec: TableSpec, side: Side) -> Decimal | None:
    """The value of an expression over the whole table; None where a figure of it is unknown."""
    return side.value(whole_figures(facts, spec)) if side.between_rows == bool(spec.rows) else None


def figure_place(facts: TableFacts, spec: TableSpec, key: str) -> tuple[Place, dict[str, ParamValue]] | None:
    """Where the whole table's figure of that row code or column key stands, and the params that name row and column;
    None where it stands nowhere.
    """
    if not isinstance(facts.located, Located):
        return None
    if spec.rows:
        titles = {row.code: f"{row.code}. {row.label}" for row in spec.rows}
        number, column_key, title = facts.fixed.get(key), spec.value_column or "", titles.get(key, key)
    else:
        summary = summary_row(facts)
        number, column_key = (summary.row if summary else None), key
        title = (summary.label or summary.code) if summary else ""
    column = facts.located.columns.get(column_key)
    if number is None or column is None:
        return None
    place, params = at_cell(facts, facts.located.sheet.name, number, column)
    return place, {**params, "row": title, "column": column_title(spec.column(column_key))}
