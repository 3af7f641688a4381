"""C204: what a narrative states in words against the table of the same agency.

Both files may come in one mail or one after the other; the difference is said once, at the narrative when it is under
check, and at the table's cell when the narrative came before. The first mention that disagrees is said, unless another
mention agrees: a report may well speak of a part of the whole under the same words.
"""

from collections.abc import Iterator
from decimal import Decimal

from bot.checks.context import CheckContext
from bot.checks.figures import figure_place, side_value
from bot.checks.registry import ALL, check
from bot.checks.rows import column_title
from bot.checks.rules import Side, parse_expression
from bot.checks.sentences import Sentence, read_sentences, within
from bot.checks.stated_numbers import Stated, stated_numbers
from bot.checks.stated_scope import is_whole
from bot.checks.table import TableFacts, read_table
from bot.checks.values import json_number, round_sum
from bot.domain.document import TextDocument, Workbook
from bot.domain.form import CellType, Form, FormKind, Severity, StatedFigure, TableSpec
from bot.domain.round import ReportingPeriod
from bot.domain.submission import Finding, ParamValue, Place

_QUOTE = 120  # letters of a sentence that are printed


@check("C204", Severity.ERROR, ALL)
def narrative_and_table_differ(context: CheckContext) -> Iterator[Finding]:
    """Narrative and table give different figures.

    What it does:
        Looks for the figures that the outline names behind their phrases, such as "tổng số hồ sơ tiếp nhận", and
        compares them with the agency's own table: its total row, or the row of that code. A percentage may be rounded.
        What the narrative does not state, or only estimates, is not asked for; nor is what it states of another period,
        of one field, level or unit, of a part such as the new files alone, or as a target.
    Why it matters:
        The figure is carried upward from the table and quoted from the text; two of them cannot both be right.
    How to mend it:
        Correct whichever file is wrong and send that file again.
    Example:
        The text says 2.544 files received, column (3) of the table adds up to 2.454.
    """
    if context.form.kind is FormKind.OUTLINE:
        yield from _at_narrative(context)
    else:
        yield from _at_table(context)


def _at_narrative(context: CheckContext) -> Iterator[Finding]:
    if not isinstance(context.document, TextDocument) or not context.form.figures:
        return
    tables: dict[str, TableFacts] = {}
    for code in dict.fromkeys(figure.form for figure in context.form.figures):
        other, document = context.forms.get(code), context.beside.get(code)
        if other is not None and other.table is not None and isinstance(document, Workbook):
            tables[code] = read_table(document, other.table)
    if not tables:
        return
    sentences = tuple(read_sentences(context.document, context.form))
    for figure in context.form.figures:
        spec = context.forms[figure.form].table if figure.form in tables else None
        if spec is None:
            continue
        found = _difference(figure, context.form, sentences, tables[figure.form], spec, context.round.period)
        if found is not None:
            sentence, stated, value = found
            params = _params(figure, spec, stated, value) | {"reason": "narrative"}
            params |= {"form": context.forms[figure.form].short_title}
            params["source"] = _source(figure, tables[figure.form], spec)
            yield Finding("C204", figure.severity, _place(context, sentence), params)


def _at_table(context: CheckContext) -> Iterator[Finding]:
    facts, spec = context.table, context.form.table
    if facts is None or spec is None:
        return
    for code, outline in sorted(context.forms.items()):
        narrative = context.beside.get(code)
        figures = [figure for figure in outline.figures if figure.form == context.form.code]
        if not figures or code in context.with_it or not isinstance(narrative, TextDocument):
            continue
        sentences = tuple(read_sentences(narrative, outline))
        for figure in figures:
            found = _difference(figure, outline, sentences, facts, spec, context.round.period)
            where = figure_place(facts, spec, parse_expression(figure.value).references[0])
            if found is not None and where is not None:
                sentence, stated, value = found
                place, params = where
                params = {**params, **_params(figure, spec, stated, value), "reason": "table"}
                params |= {"form": outline.short_title, "part": sentence.part.code if sentence.part else ""}
                if sentence.part is not None:
                    params["reason"] = "table_part"
                yield Finding("C204", figure.severity, place, params)


def _difference(
    figure: StatedFigure,
    outline: Form,
    sentences: tuple[Sentence, ...],
    facts: TableFacts,
    spec: TableSpec,
    period: ReportingPeriod,
) -> tuple[Sentence, Stated, Decimal] | None:
    """The first mention of the whole that disagrees with the table, and the table's value; None where another mention
    agrees. One that agrees with a figure that the form allows in its stead is passed over.
    """
    side = parse_expression(figure.value)
    value = side_value(facts, spec, side)
    if value is None:
        return None
    others = [side_value(facts, spec, parse_expression(other)) for other in figure.also]
    percent = is_percentage(side, spec)
    first: tuple[Sentence, Stated, Decimal] | None = None
    for at, sentence in enumerate(sentences):
        if figure.part is not None and not within(outline, sentence.part, figure.part):
            continue
        for stated in stated_numbers(sentence.text, figure.before, figure.after, percent=percent):
            if stated.agrees(value, figure.tolerance):
                return None
            if any(other is not None and stated.agrees(other, Decimal(0)) for other in others):
                continue
            if first is None and is_whole(sentences, at, stated, period, percent=percent):
                first = sentence, stated, value
    return first


def is_percentage(side: Side, spec: TableSpec) -> bool:
    """Whether an expression is a percentage: it multiplies by 100, or is a column or row of percentages itself."""
    if side.text.endswith("*100") or side.text.startswith("100*"):
        return True
    types = {row.code: row.type for row in spec.rows} if side.between_rows else {c.key: c.type for c in spec.columns}
    return all(types.get(key) is CellType.PERCENT for key in side.references)


def _params(figure: StatedFigure, spec: TableSpec, stated: Stated, value: Decimal) -> dict[str, ParamValue]:
    params: dict[str, ParamValue] = {
        "title": figure.title,
        "quote": stated.quote if len(stated.quote) <= _QUOTE else f"{stated.quote[: _QUOTE - 1]}…",
        "actual": json_number(stated.number),
        "expected": json_number(round_sum(value)),
        "unit": "%" if is_percentage(parse_expression(figure.value), spec) else "",
    }
    return params | ({"message": figure.message} if figure.message else {})


def _source(figure: StatedFigure, facts: TableFacts, spec: TableSpec) -> str:
    """Where the table has it: `TỔNG CỘNG, (3)`, or the expression as the form writes it."""
    side = parse_expression(figure.value)
    where = figure_place(facts, spec, side.references[0])
    row = str(where[1]["row"]) if where is not None else ""
    if side.between_rows:
        return row if len(side.references) == 1 else side.text
    text = side.text
    for column in spec.columns:
        text = text.replace(f"({column.key})", column_title(column))
    return ", ".join(part for part in (row, text) if part)


def _place(context: CheckContext, sentence: Sentence) -> Place:
    if sentence.part is None:
        return Place(file=context.file_name)
    return Place(part=sentence.part.code, heading=sentence.heading)
