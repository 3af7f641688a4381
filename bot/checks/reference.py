"""C205 and C206: the report against the figures that the office exported from its own system.

A difference is no error when its cause is given: beside the figure, in a narrative of the same agency, or in its
mails. A remark covers its own row; a cause that names figures covers the differences of that size or figure; one that
names none covers all differences of the report that it came with or answers, so that an earlier mail's does not count.
A narrative's headings, and what the blank form says itself, are no cause. Nothing is said of figures that the export
does not have, nor of those that could not be read here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.checks.causes import Cause, cause_in_note, causes, causes_in_mail, quoted
from bot.checks.context import CheckContext
from bot.checks.figures import figure_place, summary_row, whole_figures
from bot.checks.headers import words
from bot.checks.leftovers import placeholder
from bot.checks.registry import TABLES, check
from bot.checks.rows import cell_text
from bot.checks.sentences import Sentence, read_sentences
from bot.checks.spec import Located
from bot.checks.table import TableFacts
from bot.checks.values import json_number
from bot.domain.document import TextDocument
from bot.domain.form import Form, Severity, TableSpec
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


@dataclass(frozen=True, slots=True)
class _Given:
    """A cause with the params that quote it and say where it stands. `is_current`: not said in an earlier mail."""

    cause: Cause
    params: dict[str, ParamValue]
    is_current: bool = True


@check("C205", Severity.ERROR, TABLES)
def differs_without_cause(context: CheckContext) -> Iterator[Finding]:
    """Figure differs from the office's system, and no cause is given.

    What it does:
        Compares the total row, or the coded row, with what the office exported from its own system for this agency.
        Says nothing here when the agency gives the cause: in the remarks column of that row, in its narrative, or in
        its mail. A cause that names a figure counts for the differences of that size or figure; one of an earlier mail
        only so.
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
    given: tuple[_Given, ...] | None = None
    for reference in context.round.references:
        known = reference.figures.get(context.agency.code, {}) if reference.form == context.form.code else {}
        differing: dict[str, tuple[tuple[Place, dict[str, ParamValue]], Decimal | None, Decimal]] = {}
        for key, expected in known.items():
            where, actual = figure_place(facts, spec, key), whole_figures(facts, spec).get(key)
            blank = actual is None and key in {row.code for row in facts.blank} and expected != 0
            if where is not None and (blank or (actual is not None and abs(actual - expected) > reference.tolerance)):
                differing[key] = where, actual, expected
        for key, (where, actual, expected) in differing.items():
            given = tuple(_given_causes(context)) if given is None else given
            covering = (
                g.params
                for g in given
                if g.cause.covers(actual, expected, key=key, keys=differing, is_current=g.is_current)
            )
            cause = _note(facts, spec, key) or next(covering, None)
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


def _given_causes(context: CheckContext) -> Iterator[_Given]:
    """The causes that the agency gives for its differences, in the order in which they are believed: its narratives',
    this mail's, those of earlier mails.
    """
    for code, document in sorted(context.beside.items()):
        if isinstance(document, TextDocument):
            outline = context.forms.get(code)
            said = _own_sentences(document, outline)
            title = outline.short_title if outline is not None else code
            for at, cause in causes((sentence.text, sentence.beneath) for sentence in said):
                part = said[at].part
                where: dict[str, ParamValue] = {"reason": "narrative", "source": title, "quote": quoted(cause.text)}
                yield _Given(cause, where if part is None else {**where, "reason": "narrative_part", "part": part.code})
    for index, mail in enumerate(context.explanations):
        for cause in causes_in_mail(mail, is_answer=context.cause_asked and index == 0):
            yield _Given(cause, {"reason": "mail", "quote": quoted(cause.text)}, is_current=index == 0)


def _own_sentences(document: TextDocument, outline: Form | None) -> tuple[Sentence, ...]:
    """The agency's own sentences: without headings, placeholders and the hints of the blank form."""
    hints = [f" {words(part.hint)} " for part in outline.parts if part.hint] if outline is not None else []
    return tuple(
        sentence
        for sentence in read_sentences(document, outline)
        if not sentence.is_heading
        and placeholder(sentence.text) is None
        and not any(f" {words(sentence.text)} " in hint for hint in hints)
    )
