"""W101 to W104: the parts of a narrative.

Which parts are looked at: those of the assignment, or the whole outline. In the whole outline an optional part ("nếu
có") may be left out; where it stands, it is looked at like the others, and may say that there is nothing.
"""

from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.leftovers import gap_in_row, hint_left, placeholder, told_to_write
from bot.checks.order import misplaced
from bot.checks.outline import NUMBER
from bot.checks.parts import PartState
from bot.checks.registry import OUTLINES, check
from bot.domain.document import TextDocument
from bot.domain.form import Part, Severity
from bot.domain.submission import Finding, ParamValue, Place


def part_place(part: Part) -> Place:
    return Place(part=part.code, heading=part.title)


def owed_parts(context: CheckContext) -> Iterator[Part]:
    """The parts that must be there, in the form's order: those of the assignment, or all that are not optional."""
    wanted = set(context.assignment.parts)
    for part in context.form.parts:
        if part.code in wanted or (not wanted and not part.optional):
            yield part


def looked_at(context: CheckContext) -> Iterator[Part]:
    """The parts that are there and looked at: owed ones, and optional ones where the whole outline is owed."""
    wanted = set(context.assignment.parts)
    for part in context.form.parts:
        state = context.parts.get(part.code)
        if state is not None and state.heading is not None and (part.code in wanted or not wanted):
            yield part


def leftover_of(context: CheckContext, state: PartState) -> tuple[str, str] | None:
    """What the template left in a part, and what it is: `placeholder` or `hint`; None when nothing is left."""
    hints = [part.hint for part in context.form.parts if part.hint]
    if state.waiting and (state.filled or state.nil):  # of a part that is empty W102 speaks
        return " ".join(state.waiting[0].split())[:80], "placeholder"
    for line in state.lines:
        if (left := placeholder(line)) is not None:
            return left, "placeholder"
        if (left := hint_left(line, hints)) is not None:
            return left, "hint"
    for line in state.lines[1:]:  # after those of the heading itself
        if NUMBER.match(line.strip()) is None and (left := told_to_write(line)) is not None:
            return left, "placeholder"
    left = _gap_in_tables(context, state)
    return None if left is None else (left, "placeholder")


def _gap_in_tables(context: CheckContext, state: PartState) -> str | None:
    """A cell left as room to write in, in a row whose words stand in this part: a table may hold several parts."""
    tables = context.document.tables if isinstance(context.document, TextDocument) else ()
    for rows in (tables[at - 1] for at in state.tables if at <= len(tables)):
        for row in rows:
            label = next((cell for cell in row if any(map(str.isalpha, cell))), "").split("\n")[0]
            if label in state.lines and (left := gap_in_row(row, rows[0])) is not None:
                return left
    return None


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
    for part in owed_parts(context):
        if context.parts and context.parts[part.code].heading is None:
            yield Finding("W101", Severity.ERROR, part_place(part))


@check("W102", Severity.ERROR, OUTLINES)
def part_empty(context: CheckContext) -> Iterator[Finding]:
    """Part is there but empty.

    What it does:
        Looks at what stands between a part's heading and the next one. Template dots and sub-headings are no content;
        "không có" alone is content only where the outline allows it, or asks for the part only where there is
        something to report ("nếu có").
    Why it matters:
        An empty part cannot be told from a forgotten one.
    How to mend it:
        Write the part's contents under its heading.
    Example:
        "II.2 Cải cách thủ tục hành chính" followed by "……" and then by II.3.
    """
    parts = list(looked_at(context))
    for part in parts:
        state = context.parts[part.code]
        if state.filled or (state.nil and (part.nil_allowed or part.optional)):
            continue
        below = [child.code for child in parts if child.parent == part.code]
        if any(not context.parts[code].filled for code in below):
            continue  # its own parts are reported already, or may say that there is nothing
        params: dict[str, ParamValue] = {"reason": "nil" if state.nil else "blank", "heading": state.heading}
        yield Finding("W102", Severity.ERROR, part_place(part), params)


@check("W103", Severity.REMARK, OUTLINES)
def part_out_of_order(context: CheckContext) -> Iterator[Finding]:
    """Parts in another order than the outline.

    What it does:
        Compares the order of the headings with the outline, and names as few parts as explain the difference.
    Why it matters:
        Whoever merges the reports looks for each part where the outline has it.
    How to mend it:
        Nothing need be sent again for this; next time keep the outline's order.
    Example:
        Part III stands after part IV.
    """
    for found in misplaced(context.form, looked_at(context), context.parts):
        params: dict[str, ParamValue] = {
            "reason": "late" if found.is_late else "early",
            "other": found.other.code,
            "other_heading": found.other.title,
        }
        yield Finding("W103", Severity.REMARK, part_place(found.part), params)


@check("W104", Severity.REMARK, OUTLINES)
def part_too_short(context: CheckContext) -> Iterator[Finding]:
    """Fewer words than the part asks for.

    What it does:
        Counts the words under the heading, without sub-headings, template dots and "không có", and compares them with
        the least number that the outline asks for. A part that may say "không có" and says so is not too short.
    Why it matters:
        A part of a few words seldom tells what was done, how much of it, and what is still open.
    How to mend it:
        Add figures, results and what remains to be done. Where there is no more to say, nothing need be sent again.
    Example:
        "Đã thực hiện tốt." in a part that asks for fifty words.
    """
    for part in looked_at(context):
        state = context.parts[part.code]
        if state.filled and state.words < part.minimum_words and leftover_of(context, state) is None:
            params: dict[str, ParamValue] = {"actual": state.words, "expected": part.minimum_words}
            yield Finding("W104", Severity.REMARK, part_place(part), params)
