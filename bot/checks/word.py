"""W codes: the parts of a narrative."""

from collections.abc import Iterable, Iterator

from bot.checks.context import CheckContext
from bot.checks.registry import OUTLINES, check
from bot.domain.form import Form, Part, Severity
from bot.domain.submission import Finding, Place


def _place(part: Part) -> Place:
    return Place(part=part.code, heading=part.title)


def _owed_parts(form: Form, codes: Iterable[str]) -> Iterator[Part]:
    """The parts that are owed, in the form's order: those of `codes`, or all that are not optional."""
    wanted = set(codes)
    for part in form.parts:
        if part.code in wanted or (not wanted and not part.optional):
            yield part


@check("W101", Severity.ERROR, OUTLINES)
def part_missing(context: CheckContext) -> Iterator[Finding]:
    """Part missing.

    What it does:
        Looks for the heading of every part that this agency owes, by its words, however it is numbered or formatted.
    Why it matters:
        The reports are merged part by part; a part without its heading is lost.
    How to mend it:
        Add the part under its heading as the outline words it, numbered or in bold. Where there is nothing to report
        and the outline allows it, write "không có".
    Example:
        A report that goes from part III straight to part V.
    """
    for part in _owed_parts(context.form, context.assignment.parts):
        if context.parts and context.parts[part.code].heading is None:
            yield Finding("W101", Severity.ERROR, _place(part))


@check("W102", Severity.ERROR, OUTLINES)
def part_empty(context: CheckContext) -> Iterator[Finding]:
    """Part is there but empty.

    What it does:
        Looks at what stands between a part's heading and the next one. Template dots and sub-headings are no content;
        "không có" alone is content only where the outline allows it.
    Why it matters:
        An empty part cannot be told from a forgotten one.
    How to mend it:
        Write the part's contents under its heading.
    Example:
        "II.2 Cải cách thủ tục hành chính" followed by "……" and then by II.3.
    """
    owed = list(_owed_parts(context.form, context.assignment.parts))
    for part in owed:
        state = context.parts.get(part.code)
        if state is None or state.heading is None or state.filled or (state.nil and part.nil_allowed):
            continue
        below = [child.code for child in owed if child.parent == part.code]
        if any(not context.parts[code].filled for code in below):
            continue  # its own parts are reported already
        reason = "nil" if state.nil else "blank"
        yield Finding("W102", Severity.ERROR, _place(part), {"reason": reason, "heading": state.heading})
