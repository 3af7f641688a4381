"""The draft of an official letter that urges agencies to report (dự thảo công văn đôn đốc), as .docx.

Flow: what the letter says, already in words of the office's language → the layout of administrative letters (Nghị định
30/2020/NĐ-CP, phụ lục I: A4, margins 20/20/30/20 mm, Times New Roman 13–14, letterhead, motto, number, subject,
addressees, body, recipients, signature) → a table of who owes what, in the letter or, for many agencies, as its
annex. What nobody told us stays a blank that is marked yellow; nothing is invented.

The same contents give the same bytes. Failure policy: nothing here comes from outside; faults of the caller are raised
(KeyError, ValueError).
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.documents.blank_package import settled
from bot.documents.letter_words import LetterWords
from bot.domain.letter import Enclosure

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# With more addressees than these the letter goes to "those on the list", and the list is its annex.
MOST_ADDRESSEES = 10
_FONT = "Times New Roman"
_BLANK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_CENTRE, _JUSTIFY, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT


@dataclass(frozen=True, slots=True)
class Owing:
    """One agency in the letter. `missing` and `mend` are titles of forms; `deadline` its own last day, in words."""

    agency: str
    missing: tuple[str, ...]
    mend: tuple[str, ...]
    deadline: str


@dataclass(frozen=True, slots=True)
class LetterContents:
    """What the letter says, in words of its language. Empty texts become blanks.

    `title` is the round's, as it stands within a sentence; `due` the deadline, `printed` its wording in the letter that
    asked; `answer_by` the proposed day. `silent`, `unfinished`, `unreached` as in the coordinator's mail.
    """

    office: str
    superior: str
    place: str
    made_on: date
    period: str
    title: str
    basis: str
    printed: str
    due: str
    as_of: str
    answer_by: str
    mailbox: str
    contact: str
    telephone: str
    address: str
    silent: tuple[Owing, ...]
    unfinished: tuple[Owing, ...]
    unreached: tuple[Owing, ...]

    @property
    def named(self) -> tuple[Owing, ...]:
        return (*self.silent, *self.unfinished, *self.unreached)


def draft_letter(contents: LetterContents, words: LetterWords) -> Enclosure:
    """The draft as a file. ValueError when nobody is named in it."""
    if not contents.named:
        raise ValueError("a letter that names nobody")
    document = Document()
    _set_page(document)
    _put_head(document, contents, words)
    _put_addressees(document, contents, words)
    _put_body(document, contents, words)
    _put_end(document, words)
    if _is_long(contents):
        _put_annex(document, contents, words)
    name = words.say("file.name", period=contents.period.replace("/", "-"))
    moment = datetime(contents.made_on.year, contents.made_on.month, contents.made_on.day, tzinfo=UTC)
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.comments = contents.office, contents.office, ""
    properties.title, properties.created, properties.modified = name.removesuffix(".docx"), moment, moment
    output = io.BytesIO()
    document.save(output)
    return Enclosure(name, DOCX_TYPE, settled(output.getvalue(), contents.made_on))


def _is_long(contents: LetterContents) -> bool:
    return len(contents.named) > MOST_ADDRESSEES


def _set_page(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(14), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), _FONT)
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):  # a theme's font goes before ours
        fonts.attrib.pop(qn(name), None)
    style.paragraph_format.space_after, style.paragraph_format.space_before = Pt(0), Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    section.top_margin, section.bottom_margin = Cm(2), Cm(2)
    section.header_distance = Cm(1)
    section.different_first_page_header_footer = True  # the first page bears no number
    _put_page_number(section.header.paragraphs[0])


def _put_page_number(paragraph: Any) -> None:
    paragraph.alignment = _CENTRE
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "2"
    run.append(text)
    field.append(run)


def _put_head(document: Any, contents: LetterContents, words: LetterWords) -> None:
    table = document.add_table(rows=2, cols=2)
    _set_widths(table, (6.9, 9.3))
    # The right column is as wide as the nation's name at 13 points, which must not break.
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    (left, right), (number, place) = (row.cells for row in table.rows)
    _say(left.paragraphs[0], contents.superior.upper() or words.say("head.superior"), size=12)
    _say(left.add_paragraph(), contents.office.upper(), size=12, bold=True)
    _rule_below(left.add_paragraph(), 2.2)
    _say(right.paragraphs[0], words.say("head.nation"), size=12, bold=True)
    _say(right.add_paragraph(), words.say("head.motto"), size=13, bold=True)
    _rule_below(right.add_paragraph(), 2.0)
    _say(number.paragraphs[0], words.say("head.number"), size=13)
    about = number.add_paragraph()
    _say(about, words.say("head.about", period=contents.period), size=12)
    about.paragraph_format.space_before = Pt(6)
    where = contents.place or words.say("head.no_place")
    _say(place.paragraphs[0], words.say("head.place", place=where, year=contents.made_on.year), size=13, italic=True)


def _rule_below(paragraph: Any, indent: float) -> None:
    """A line across the middle of the cell: a thin paragraph with a border, `indent` centimetres from either side."""
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Cm(indent)
    form.space_after = Pt(6)
    form.line_spacing = Pt(3)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    border.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _put_addressees(document: Any, contents: LetterContents, words: LetterWords) -> None:
    names = [owing.agency for owing in contents.named]
    if _is_long(contents):
        names = [words.say("head.to_all")]
    first = document.add_paragraph()
    first.paragraph_format.space_before = Pt(14)
    first.paragraph_format.space_after = Pt(6 if len(names) > 1 else 12)
    to = words.say("head.to")
    if len(names) == 1:
        _say(first, f"{to} {names[0]}.")
        return
    _say(first, to, align=_LEFT)
    first.paragraph_format.left_indent = Cm(3)
    for at, name in enumerate(names, 1):
        line = document.add_paragraph()
        _say(line, f"- {name}{'.' if at == len(names) else ';'}", align=_LEFT)
        line.paragraph_format.left_indent = Cm(5)
    line.paragraph_format.space_after = Pt(12)


def _put_body(document: Any, contents: LetterContents, words: LetterWords) -> None:
    office = contents.office
    due = words.say("body.printed" if contents.printed else "body.due", printed=contents.printed, due=contents.due)
    basis = contents.basis or words.say("body.no_basis")
    _line(document, words.say("body.basis", basis=basis, office=office, title=contents.title, due=due))
    found = {"as_of": contents.as_of, "office": office, "count": len(contents.named)}
    if _is_long(contents):
        _line(document, words.say("body.annexed", **found))
    else:
        _line(document, words.say("body.as_of", **found)).paragraph_format.keep_with_next = True
        _put_table(document, contents, words)
    asked = "ask_annexed" if _is_long(contents) else "ask_all" if len(contents.named) > 1 else "ask"
    ask = words.say(
        f"body.{asked}",
        office=office,
        mailbox=contents.mailbox,
        answer_by=contents.answer_by,
    )
    _line(document, ask)
    _line(document, words.say("body.other", office=office))
    telephone = words.say("body.telephone", telephone=contents.telephone) if contents.telephone else ""
    # The last two sentences go with the signature: a page that bears nothing else is no page of a letter.
    contact = words.say("body.contact", name=contents.contact, telephone=telephone, address=contents.address)
    _line(document, contact).paragraph_format.keep_with_next = True
    _line(document, words.say("body.closing", office=office)).paragraph_format.keep_with_next = True


def _put_table(document: Any, contents: LetterContents, words: LetterWords) -> None:
    groups = [
        (words.say(f"table.{key}"), owing)
        for key in ("silent", "unfinished", "unreached")
        if (owing := getattr(contents, key))
    ]
    table = document.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _set_repeated(table.rows[0])
    heads = ("number", "agency", "owed", "deadline")
    for cell, key in zip(table.rows[0].cells, heads, strict=True):
        _say(cell.paragraphs[0], words.say(f"table.{key}"), size=13, bold=True)
    number = 0
    for roman, (title, owings) in zip(("I", "II", "III"), groups, strict=False):
        row = table.add_row()
        _keep_whole(row)
        cells = row.cells
        _say(cells[0].paragraphs[0], roman, size=13, bold=True)
        _say(cells[1].merge(cells[3]).paragraphs[0], f"{title} ({len(owings)})", size=13, bold=True, align=_LEFT)
        for paragraph in (cells[0].paragraphs[0], cells[1].paragraphs[0]):
            paragraph.paragraph_format.keep_with_next = True
        for owing in owings:
            number += 1
            row = table.add_row()
            _keep_whole(row)
            owed = [words.say("table.missing", form=form) for form in owing.missing]
            owed += [words.say("table.mend", form=form) for form in owing.mend]
            texts = ((str(number), _CENTRE), (owing.agency, _LEFT), ("; ".join(owed), _LEFT), (owing.deadline, _CENTRE))
            for cell, (text, align) in zip(row.cells, texts, strict=True):
                _say(cell.paragraphs[0], text, size=13, align=align)
                cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(
                    2
                )
    _set_widths(table, (1.2, 5.6, 6.6, 2.6))
    document.add_paragraph().paragraph_format.line_spacing = Pt(6)


def _set_repeated(row: Any) -> None:
    """The row stands again at the top of every page that the table runs on to."""
    _keep_whole(row)
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _put_end(document: Any, words: LetterWords) -> None:
    table = document.add_table(rows=1, cols=2)
    _set_widths(table, (7, 9))
    _keep_whole(table.rows[0])
    left, right = table.rows[0].cells
    head = left.paragraphs[0]
    _say(head, words.say("end.recipients"), size=12, bold=True, italic=True, align=_LEFT)
    for key in ("end.above", "end.archive"):
        _say(left.add_paragraph(), words.say(key), size=11, align=_LEFT)
    _say(right.paragraphs[0], words.say("end.signer"), size=13, bold=True)
    for _ in range(4):
        _say(right.add_paragraph(), "", size=14)
    _say(right.add_paragraph(), words.say("end.name"), size=14, bold=True)


def _put_annex(document: Any, contents: LetterContents, words: LetterWords) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    # An annex counts its own pages.
    number = OxmlElement("w:pgNumType")
    number.set(qn("w:start"), "1")
    section._sectPr.append(number)
    facts = {"period": contents.period.upper(), "office": contents.office, "year": contents.made_on.year}
    for key, size, bold in (("title", 14, True), ("subtitle", 14, True), ("attached", 13, False)):
        paragraph = document.add_paragraph()
        _say(paragraph, words.say(f"annex.{key}", **facts), size=size, bold=bold, italic=not bold)
    paragraph.paragraph_format.space_after = Pt(12)
    _put_table(document, contents, words)


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    """In centimetres; LibreOffice goes by the columns, Word by the cells."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        at = 0
        for cell in row._tr.tc_lst:  # the cells as they stand: a merged one once
            span = cell.grid_span
            cell.width = Cm(sum(widths[at : at + span]))
            at += span


def _line(document: Any, text: str) -> Any:
    """One paragraph of the body."""
    paragraph = document.add_paragraph()
    _say(paragraph, text, align=_JUSTIFY)
    form = paragraph.paragraph_format
    form.first_line_indent, form.space_before, form.space_after, form.line_spacing = Cm(1.27), Pt(0), Pt(6), 1.05
    return paragraph


def _say(
    paragraph: Any, text: str, *, size: float = 14, bold: bool = False, italic: bool = False, align: Any = _CENTRE
) -> None:
    """`text` as runs of the paragraph; what stands between [[ and ]] is marked yellow."""
    paragraph.alignment = align
    for at, piece in enumerate(_BLANK.split(text)):
        if not piece:
            continue
        run = paragraph.add_run(piece)
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)
        if at % 2:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
