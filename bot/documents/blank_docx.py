"""A blank narrative (.docx) from a form's outline: letterhead, title, the headings owed, hints, signature, tag.

Flow: letterhead (Nghị định 30/2020/NĐ-CP, phụ lục I) → title with period and data window → each part's heading in a
heading style with its printed number, its hint in the style "Gợi ý" and template dots to write over → closing sentence,
recipients, signature → mark in the footer → settled package. Template dots are no content to the checks, and a hint
left standing is told by them. Failure policy: an outline without parts is a fault of the caller (ValueError).
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.packuri import PackURI
from docx.opc.part import Part as PackagePart
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.documents.blank_facts import BlankFacts
from bot.documents.blank_package import custom_properties, settled
from bot.documents.blank_words import BlankWords
from bot.domain.form import Form, Part

HINT_STYLE = "Gợi ý"
_FONT = "Times New Roman"
_DOTS = "…" * 3
_ROMAN = re.compile(r"[IVX]+")
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_GREY = RGBColor(0x7F, 0x7F, 0x7F)


def make_docx(form: Form, facts: BlankFacts, words: BlankWords) -> bytes:
    """The blank narrative of that form for that agency; the same arguments give the same bytes."""
    if not form.parts:
        raise ValueError(f"form {form.code} has no parts")
    document = Document()
    _set_styles(document)
    _set_page(document, words.say("mark.mark", mark=facts.mark))
    _put_letterhead(document, facts, words)
    _put_title(document, form, facts, words)
    _put_parts(document, form, facts, words)
    _put_end(document, facts, words)
    moment = datetime(facts.made_on.year, facts.made_on.month, facts.made_on.day, tzinfo=UTC)
    properties = document.core_properties
    properties.author, properties.title, properties.last_modified_by = facts.office, form.title, facts.office
    properties.comments, properties.created, properties.modified = "", moment, moment
    package = document.part.package
    part = PackagePart(PackURI("/docProps/custom.xml"), _CUSTOM_TYPE, custom_properties(facts.tag), package)
    package.relate_to(part, _CUSTOM_RELATION)
    output = io.BytesIO()
    document.save(output)
    return settled(output.getvalue(), facts.made_on)


def _set_styles(document: Any) -> None:
    _set_font(document.styles["Normal"], 14)
    for level in (1, 2, 3, 4):
        style = document.styles[f"Heading {level}"]
        _set_font(style, 14, bold=True, italic=level > 2)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10 if level == 1 else 6), Pt(4)
        style.paragraph_format.first_line_indent = Cm(1.27)
        style.paragraph_format.keep_with_next = True
    hint = document.styles.add_style(HINT_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    hint.base_style = document.styles["Normal"]
    _set_font(hint, 12, italic=True)
    hint.font.color.rgb = _GREY
    hint.paragraph_format.first_line_indent = Cm(1.27)
    hint.paragraph_format.space_after = Pt(4)


def _set_font(style: Any, size: int, *, bold: bool = False, italic: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(size), bold, italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), _FONT)
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):  # a theme's font goes before ours
        fonts.attrib.pop(qn(name), None)


def _set_page(document: Any, mark: str) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    section.top_margin, section.bottom_margin = Cm(2), Cm(2)
    run = section.footer.paragraphs[0].add_run(mark)
    run.font.size, run.font.color.rgb = Pt(8), _GREY


def _put_letterhead(document: Any, facts: BlankFacts, words: BlankWords) -> None:
    table = document.add_table(rows=2, cols=2)
    _set_widths(table, (6.2, 9.8))
    (left, right), (number, place) = (row.cells for row in table.rows)
    _run(left.paragraphs[0], facts.agency.upper(), size=12, bold=True)
    _run(left.add_paragraph(), "_______", size=8)
    _run(right.paragraphs[0], words.say("letter.nation"), size=12, bold=True)
    _run(right.add_paragraph(), words.say("letter.motto"), size=13, bold=True)
    _run(right.add_paragraph(), "_______________", size=8)
    _run(number.paragraphs[0], words.say("letter.number"), size=13)
    _run(place.paragraphs[0], words.say("letter.place", year=facts.window.last.year), size=13, italic=True)


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    """In centimetres; LibreOffice goes by the columns, Word by the cells."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _put_title(document: Any, form: Form, facts: BlankFacts, words: BlankWords) -> None:
    report = words.say("letter.report")
    title = form.title
    if title.upper().startswith(report + " "):
        title = title[len(report) :].strip()
        title = title[:1].upper() + title[1:]
    document.add_paragraph()
    for text, bold in ((report, True), (f"{title} {facts.period}", True)):
        _run(document.add_paragraph(), text, size=14, bold=bold, after=2)
    _run(document.add_paragraph(), words.say("head.window", window=facts.window_words), size=13, italic=True, after=2)
    if facts.annex:
        _run(document.add_paragraph(), words.say("head.annex", annex=facts.annex), size=13, italic=True, after=2)
    document.add_paragraph()


def _put_parts(document: Any, form: Form, facts: BlankFacts, words: BlankWords) -> None:
    shown = list(_shown(form, facts.parts))
    owed = _with_those_above(form, facts.parts)
    for part in shown:
        depth = _depth(form, part)
        text = f"{_printed(part)}. {part.title.upper() if depth == 1 else part.title}"
        is_optional = part.optional and part.code not in owed
        if is_optional:
            text = f"{text} {words.say('letter.optional')}"
        document.add_paragraph(text, style=f"Heading {min(depth, 4)}")
        if part.hint and not is_optional:  # what need not be filled in must not ask to be cleared away
            document.add_paragraph(part.hint, style=HINT_STYLE)
        is_above = any(other.parent == part.code and not other.optional for other in shown)
        takes_text = not facts.parts or part.code in facts.parts or is_optional
        if takes_text and not is_above:
            _line(document, _DOTS)


def _shown(form: Form, codes: Sequence[str]) -> Iterator[Part]:
    """The parts owed in the form's order, all when none is named, and the parts above them. A closing "nếu có" is
    offered to everybody: without it the printed numbers would have a gap.
    """
    owed = _with_those_above(form, codes)
    above = {part.parent for part in form.parts}
    for part in form.parts:
        is_offered = part.optional and part.parent is None and part.code not in above
        if not codes or part.code in owed or is_offered:
            yield part


def _with_those_above(form: Form, codes: Sequence[str]) -> set[str]:
    wanted = set(codes)
    for code in codes:
        parent = form.part(code).parent
        while parent is not None and parent not in wanted:
            wanted.add(parent)
            parent = form.part(parent).parent
    return wanted


def _depth(form: Form, part: Part) -> int:
    depth = 1
    while part.parent is not None and depth < 9:
        depth, part = depth + 1, form.part(part.parent)
    return depth


def _printed(part: Part) -> str:
    """The number as reports print it: `II`, and `2` for II.2 beneath it; `1.2` stays whole."""
    top, dot, rest = part.code.partition(".")
    return rest if dot and part.parent is not None and _ROMAN.fullmatch(top) else part.code


def _put_end(document: Any, facts: BlankFacts, words: BlankWords) -> None:
    _line(document, words.say("letter.closing", period=facts.period, agency=facts.agency))
    document.add_paragraph()
    table = document.add_table(rows=1, cols=2)
    _set_widths(table, (8, 8))
    left, right = table.rows[0].cells
    lines = ("letter.recipients", "letter.recipient", "letter.archive")
    for at, key in enumerate(lines):
        paragraph = left.paragraphs[0] if at == 0 else left.add_paragraph()
        _run(paragraph, words.say(key, office=facts.office), size=12 if at == 0 else 11, bold=at == 0, italic=at == 0)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _run(right.paragraphs[0], words.say("letter.head"), size=14, bold=True)
    _run(right.add_paragraph(), words.say("letter.head_note"), size=12, italic=True)


def _run(paragraph: Any, text: str, *, size: float, bold: bool = False, italic: bool = False, after: float = 0) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(after)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _line(document: Any, text: str) -> None:
    paragraph = document.add_paragraph(text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Cm(1.27)
    paragraph.paragraph_format.space_after = Pt(6)
