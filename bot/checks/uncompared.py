"""C207: a comparison that could not be made, because the other file of the agency cannot be read."""

from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.registry import ALL, check
from bot.checks.spec import Located, locate
from bot.domain.document import Document, Unreadable, Workbook
from bot.domain.form import Column, Form, Row, Severity, TableSpec
from bot.domain.submission import Finding, Place


@check("C207", Severity.HOLD, ALL)
def could_not_compare(context: CheckContext) -> Iterator[Finding]:
    """Could not be compared, because the other file cannot be read.

    What it does:
        Says when last period's report, or the agency's other report that came before, is there and cannot be read, so
        that what the form asks to be compared with it was not compared. A file of the same mail has its own finding.
    Why it matters:
        A report must not pass because a check could not run; a person compares.
    How to mend it:
        Nothing is asked of the sender; the coordinator looks at both reports and decides.
    Example:
        Last quarter's II.06 is a scan in PDF, noted by hand.
    """
    last = context.last
    if last is not None and _compares_periods(context) and not _has_table(last, context.form.table):
        yield _finding(context, {"reason": "last", "other": context.form.short_title})
    for code in sorted(_stated_with(context)):
        document = context.beside.get(code)
        if isinstance(document, Unreadable) and code not in context.with_it:
            yield _finding(context, {"reason": "beside", "other": context.forms[code].short_title})


def _finding(context: CheckContext, params: dict[str, str]) -> Finding:
    return Finding("C207", Severity.HOLD, Place(file=context.file_name), {**params})


def _has_table(document: Document, table: TableSpec | None) -> bool:
    return isinstance(document, Workbook) and table is not None and isinstance(locate(document, table), Located)


def _compares_periods(context: CheckContext) -> bool:
    """Whether the form asks for anything of last period's report."""
    table = context.form.table
    if table is None:
        return False
    series: tuple[Column | Row, ...] = (*table.columns, *table.rows)
    return bool(table.last_period) or any(one.cumulative or one.jump is not None for one in series)


def _stated_with(context: CheckContext) -> set[str]:
    """The codes of the forms whose figures are held against this one's."""
    stated = {figure.form for figure in context.form.figures if figure.form in context.forms}
    return stated | {code for code, form in context.forms.items() if _states(form, context.form.code)}


def _states(form: Form, code: str) -> bool:
    return any(figure.form == code for figure in form.figures)
