"""X101 to X103 and X110: whether the table stands there, with its columns and rows."""

from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.registry import TABLES, check
from bot.checks.rows import RowKind
from bot.checks.spec import Missing
from bot.checks.table import TableFacts
from bot.domain.form import Severity, TableSpec
from bot.domain.submission import Finding, ParamValue, Place


def is_bare(facts: TableFacts, spec: TableSpec) -> bool:
    """Whether the table has no data row although it must have one: then only X110 is said, not each blank cell."""
    return len(facts.of_kind(RowKind.DATA)) < min(spec.min_rows, 1)


@check("X101", Severity.ERROR, TABLES)
def table_not_found(context: CheckContext) -> Iterator[Finding]:
    """Table not found.

    What it does:
        Looks on every visible sheet for the form's table, by its header texts and its row of printed column numbers,
        wherever it stands.
    Why it matters:
        Without the table no figure can be taken over.
    How to mend it:
        Use the blank form that the office sent, keep its header rows, and fill in your figures there.
    Example:
        A workbook with a pivot table of one's own making instead of form II.06.
    """
    facts, spec = context.table, context.form.table
    if facts is not None and spec is not None and isinstance(facts.located, Missing):
        headers: list[str] = [spec.column(key).title for key in facts.located.columns]
        yield Finding("X101", Severity.ERROR, Place(file=context.file_name), {"columns": headers})


@check("X102", Severity.ERROR, TABLES)
def column_missing(context: CheckContext) -> Iterator[Finding]:
    """Column missing.

    What it does:
        Reports each column of the form that is neither found by its header nor by its printed number.
    Why it matters:
        The column's figures are missing in the consolidated table, and rules that use it cannot be checked.
    How to mend it:
        Add the column with the form's own header and number, and fill it in.
    Example:
        Column (6) "Từ kỳ trước" was deleted from II.06.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or isinstance(facts.located, Missing):
        return
    for key in facts.located.missing:
        params: dict[str, ParamValue] = {"key": f"({key})" if key.isdigit() else "", "header": spec.column(key).title}
        params["reason"] = "numbered" if key.isdigit() else "named"
        yield Finding("X102", Severity.ERROR, Place(sheet=facts.located.sheet.name), params)


@check("X103", Severity.ERROR, TABLES)
def row_missing(context: CheckContext) -> Iterator[Finding]:
    """Required row missing.

    What it does:
        Looks for every row that the form prints, by its code and by its label.
    Why it matters:
        Tables are added up row by row; where a row is gone, nobody knows whether its figure is nought or forgotten.
    How to mend it:
        Put the row back with its code and label, and fill in the figure, or leave it blank where there is none.
    Example:
        Row 3.3.2 was deleted because it was blank.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or isinstance(facts.located, Missing):
        return
    for row in spec.rows:
        if row.required and row.code not in facts.fixed:
            place = Place(sheet=facts.located.sheet.name)
            yield Finding("X103", Severity.ERROR, place, {"row_code": row.code, "label": row.label})


@check("X110", Severity.ERROR, TABLES)
def no_data(context: CheckContext) -> Iterator[Finding]:
    """No data row.

    What it does:
        Counts the rows that hold data and compares them with the least number that the form asks for. A column that
        the lowest rows must fill, such as the score of each criterion, and in which nothing stands at all is said once.
    Why it matters:
        A blank form sent back looks like a report and is none.
    How to mend it:
        Fill in the rows. Where there really is nothing to report, write 0 in one row.
    Example:
        The blank II.06 form came back as it was.
    """
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or isinstance(facts.located, Missing):
        return
    count = len(facts.of_kind(RowKind.DATA))
    place = Place(sheet=facts.located.sheet.name)
    if count < spec.min_rows:
        params: dict[str, ParamValue] = {"reason": "rows", "actual": count, "expected": spec.min_rows}
        yield Finding("X110", Severity.ERROR, place, params)
    for problem in facts.problems:
        if problem.code == "X110":
            params = {name: value for name, value in problem.params.items() if name != "row"}
            yield Finding("X110", Severity.ERROR, place, params)
