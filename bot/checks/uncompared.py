"""C207: a comparison that could not be made, because last period's report cannot be read.

A narrative beside that cannot be read holds nothing: it has its own correction, and when it is mended C204 runs at it.
"""

from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.registry import ALL, check
from bot.checks.spec import Located, locate
from bot.domain.document import Document, Workbook
from bot.domain.form import Column, Row, Severity, TableSpec
from bot.domain.submission import Finding, ParamValue, Place


@check("C207", Severity.HOLD, ALL)
def could_not_compare(context: CheckContext) -> Iterator[Finding]:
    """Could not be compared, because last period's report cannot be read.

    What it does:
        Says when last period's report is there and cannot be read, so that what the form asks to be compared with it
        was not compared. Another report of this period that cannot be read has its own correction.
    Why it matters:
        A report must not pass because a check could not run; a person compares.
    How to mend it:
        Nothing is asked of the sender; the coordinator looks at both reports and decides.
    Example:
        Last quarter's II.06 is a scan in PDF, noted by hand.
    """
    last = context.last
    if last is not None and _compares_periods(context) and not _has_table(last, context.form.table):
        params: dict[str, ParamValue] = {"other": context.form.short_title}
        yield Finding("C207", Severity.HOLD, Place(file=context.file_name), params)


def _has_table(document: Document, table: TableSpec | None) -> bool:
    return isinstance(document, Workbook) and table is not None and isinstance(locate(document, table), Located)


def _compares_periods(context: CheckContext) -> bool:
    """Whether the form asks for anything of last period's report."""
    table = context.form.table
    if table is None:
        return False
    series: tuple[Column | Row, ...] = (*table.columns, *table.rows)
    return bool(table.last_period) or any(one.cumulative or one.jump is not None for one in series)
