"""X104 to X109 and X112: single cells. They were read once with the table; here each code says its own."""

from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.excel import is_bare
from bot.checks.places import at_cell
from bot.checks.registry import TABLES, check
from bot.checks.rows import column_title
from bot.checks.spec import Located
from bot.domain.form import Severity
from bot.domain.submission import Finding


def _of_code(context: CheckContext, code: str, severity: Severity = Severity.ERROR) -> Iterator[Finding]:
    facts = context.table
    if facts is None or not isinstance(facts.located, Located):
        return
    for problem in facts.problems:
        if problem.code == code:
            place, params = at_cell(facts, facts.located.sheet.name, problem.row, problem.column)
            yield Finding(code, severity, place, params | problem.params)


@check("X104", Severity.ERROR, TABLES)
def not_a_number(context: CheckContext) -> Iterator[Finding]:
    """Cell is not a number.

    What it does:
        Reads the cell as Vietnamese offices write numbers: 2.544 is two thousand five hundred and forty-four, 12,5 is
        twelve and a half; "-" and "không" are nought; a unit may follow.
    Why it matters:
        A text cannot be added up, and Excel leaves it out of a sum without saying so.
    How to mend it:
        Write the figure alone in the cell; put remarks into the remarks column.
    Example:
        "khoảng 120" in a column of files received.
    """
    yield from _of_code(context, "X104")


@check("X105", Severity.ERROR, TABLES)
def blank(context: CheckContext) -> Iterator[Finding]:
    """Required cell is blank.

    What it does:
        Reports blank cells in columns that every row must fill, in columns that the lowest rows must fill (the score of
        each criterion), and in rows that every agency must fill.
    Why it matters:
        A blank cannot be told from a figure that was forgotten.
    How to mend it:
        Fill in the cell; where there is nothing, write 0.
    Example:
        A broadcast without its date.
    """
    yield from _of_code(context, "X105")
    facts, spec = context.table, context.form.table
    if facts is None or spec is None or not isinstance(facts.located, Located) or is_bare(facts, spec):
        return
    column = facts.located.columns.get(spec.value_column or "")
    for row in facts.blank:
        if row.filled and column is not None:
            place, params = at_cell(facts, facts.located.sheet.name, facts.fixed[row.code], column)
            title = column_title(spec.column(spec.value_column or ""))
            params |= {"row": f"{row.code}. {row.label}", "column": title}
            yield Finding("X105", Severity.ERROR, place, params)


@check("X106", Severity.ERROR, TABLES)
def out_of_bounds(context: CheckContext) -> Iterator[Finding]:
    """Figure is not whole, or too small or too large.

    What it does:
        Compares the figure with what the form allows: whole numbers only, a least and a greatest value, and in a
        series "a/b/c" no figure above the one before it.
    Why it matters:
        Such a figure is a slip of typing or stands in the wrong cell.
    How to mend it:
        Check the figure against your own records and correct it.
    Example:
        -3 files, or 12,5 agencies.
    """
    yield from _of_code(context, "X106")


@check("X107", Severity.ERROR, TABLES)
def bad_percentage(context: CheckContext) -> Iterator[Finding]:
    """Percentage out of range.

    What it does:
        Reports percentages below 0 or above 100.
    Why it matters:
        A share of files cannot exceed all files; most often the number of files was written instead of the share.
    How to mend it:
        Write the percentage, between 0 and 100, with a comma as decimal mark.
    Example:
        985 instead of 98,5.
    """
    yield from _of_code(context, "X107")


@check("X108", Severity.ERROR, TABLES)
def not_a_choice_or_date(context: CheckContext) -> Iterator[Finding]:
    """Value is none of the choices, or no date.

    What it does:
        Compares the cell with the choices that the form names, accents and case aside; in date columns reads it as a
        date, day before month.
    Why it matters:
        Rows are grouped by these values; one that is unknown falls out of every group.
    How to mend it:
        Take one of the choices as the form prints them; write dates as 09/3/2023.
    Example:
        31/02/2023 as the day of a broadcast.
    """
    yield from _of_code(context, "X108")


@check("X109", Severity.ERROR, TABLES)
def no_value(context: CheckContext) -> Iterator[Finding]:
    """Formula has no value.

    What it does:
        Reports cells with an error such as #REF!, and formulas whose value was never computed and saved.
    Why it matters:
        What cannot be read here would also be lost when the tables are merged.
    How to mend it:
        Open the file in Excel, mend the formula or replace it by its value, save, send again.
    Example:
        #REF! after a sheet was deleted.
    """
    yield from _of_code(context, "X109")


@check("X112", Severity.REMARK, TABLES)
def figures_lacking(context: CheckContext) -> Iterator[Finding]:
    """Fewer figures than the row asks for.

    What it does:
        Counts the figures in rows that ask for several, such as documents checked / to be dealt with / dealt with.
        Nothing is said of a blank cell, nor where nought is all that was written.
    Why it matters:
        The figures that were left out count as unknown when the tables are merged.
    How to mend it:
        Write all figures into the cell, parted by "/"; where there is nothing, write 0.
    Example:
        "120" where the row asks for three figures: "120/30/28".
    """
    yield from _of_code(context, "X112", Severity.REMARK)
