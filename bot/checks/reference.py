"""C205 and C206: the report against the figures that the office exported from its own system.

A difference is no error when its cause is given: beside the figure, in a narrative of the same agency, or in its
mails. Nothing is said of figures that the export does not have, nor of those that could not be read here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.checks.causes import cause_in_mail, cause_in_note, find_cause, quoted
from bot.checks.context import CheckContext
from bot.checks.figures import figure_place, summary_row, whole_figures
from bot.checks.registry import TABLES, check
from bot.checks.rows import cell_text
from bot.checks.sentences import Sentence, read_sentences
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.values import json_number
from bot.domain.document import TextDocument
from bot.domain.form import Severity, TableSpec
from bot.domain.round import Reference
from bot.domain.submission import Finding, ParamValue, Place


@dataclass(frozen=True, slots=True)
class _Difference:
    """One figure that differs. `actual` None: the row was left blank, which counts as 0. `cause`: the params that quote
    it and say where it stands.
    """

    place: Place
    params: dict[str, ParamValue]
    actual: Decimal | None
    expected: Decimal
    reference: Reference
    cause: dict[str, ParamValue] | None


@check("C205", Severity.ERROR, TABLES)
def differs_without_cause(context: CheckContext) -> Iterator[Finding]:
    """Figure differs from the office's system, and no cause is given.

    What it does:
        Compares the total row, or the coded row, with what the office exported from its own system for this agency.
        Says nothing here when the agency gives the cause: in the remarks column of that row, in its narrative, or in
        its mail.
    Why it matters:
        Both figures are published; whoever carries them upward must know why they are not the same.
    How to mend it:
        Check the figure and correct it; if it is right, give the cause of the difference in the report or simply in
        your reply.
    Example:
        (3) shows 866 files where the one-stop system has 871.
    """
    for found in _differences(context):
        if found.cause is None:
            reason = "blank" if found.actual is None else "figure"
            yield Finding("C205", Severity.ERROR, found.place, {**_params(found), "reason": reason})


@check("C206", Severity.REMARK, TABLES)
def differs_with_cause(context: CheckContext) -> Iterator[Finding]:
    """Figure differs from the office's system, and the cause is given.

    What it does:
        Says which figures differ from the office's own system although the agency has explained it, and quotes the
        explanation.
    Why it matters:
        A difference that is explained is no error; the coordinator still wants to see it and may need it further up.
    How to mend it:
        Nothing need be done.
    Example:
        The mail says that five paper files are not in the one-stop system yet, and the report has five more.
    """
    for found in _differences(context):
        if found.cause is not None:
            yield Finding("C206", Severity.REMARK, found.place, _params(found) | found.cause)


def _params(found: _Difference) -> dict[str, ParamValue]:
    actual = found.actual or Decimal(0)
    return {
        **found.params,
        "system": found.reference.title,
        "actual": json_number(actual),
        "expected": json_number(found.expected),
        "gap": json_number(abs(actual - found.expected)),
    }


def _differences(context: CheckContext) -> Iterator[_Difference]:
    facts, spec = context.table, context.form.table
    if facts is None or spec is None:
        return
    general: dict[str, ParamValue] | None = None
    sought = False
    for reference in context.round.references:
        known = reference.figures.get(context.agency.code, {}) if reference.form == context.form.code else {}
        for key, expected in known.items():
            where, actual = figure_place(facts, spec, key), whole_figures(facts, spec).get(key)
            blank = actual is None and key in {row.code for row in facts.blank} and expected != 0
            if where is None or not (blank or (actual is not None and abs(actual - expected) > reference.tolerance)):
                continue
            if not sought:
                general, sought = _general_cause(context), True
            cause = _note(facts, spec, key) or general
            yield _Difference(*where, actual, expected, reference, cause)


def _note(facts: TableFacts, spec: TableSpec, key: str) -> dict[str, ParamValue] | None:
    """The cause in the remarks column of the figure's own row."""
    column = facts.located.columns.get(spec.note_column or "") if isinstance(facts.located, Located) else None
    summary = summary_row(facts)
    row = facts.fixed.get(key) if spec.rows else (summary.row if summary is not None else None)
    if column is None or row is None or not isinstance(facts.located, Located):
        return None
    cause = cause_in_note(cell_text(facts.located.sheet.cells.get((row, column))))
    return None if cause is None else {"reason": "note", "quote": quoted(cause)}


def _general_cause(context: CheckContext) -> dict[str, ParamValue] | None:
    """The cause that a narrative or a mail of the agency gives for its differences as a whole."""
    for code, document in sorted(context.beside.items()):
        if isinstance(document, TextDocument):
            outline = context.forms.get(code)
            found = _narrative_cause(tuple(read_sentences(document, outline)))
            if found is not None:
                sentence, cause = found
                title = outline.short_title if outline is not None else code
                said: dict[str, ParamValue] = {"reason": "narrative", "source": title, "quote": quoted(cause)}
                return (
                    said if sentence.part is None else {**said, "reason": "narrative_part", "part": sentence.part.code}
                )
    for mail in context.explanations:
        if (given := cause_in_mail(mail)) is not None:
            return {"reason": "mail", "quote": quoted(given)}
    return None


def _narrative_cause(sentences: tuple[Sentence, ...]) -> tuple[Sentence, str] | None:
    for at, sentence in enumerate(sentences):
        cause = find_cause(one.text for one in sentences[at : at + 2])
        if cause is not None and cause.startswith(sentence.text):
            return sentence, cause
    return None
