"""A Word file (.docx and its kin) as paragraphs in reading order and tables.

Flow: styles and numbering first → the children of w:body one at a time → paragraphs, tables (nested ones too), content
controls, text boxes → what else the file carries (traits). Tracked insertions count, tracked deletions and hidden text
do not; headers, footers, footnotes and comments are left out. Blank paragraphs are left out too, but count in their
lists, as in Word, and among the paragraphs of the part (`Paragraph.at`). What a content control shows in place of an
answer is no text: it is kept apart (`Paragraph.placeholder`).

A table cell's text is its paragraphs joined by newlines; a cell that holds only an automatic number has that number.

Failure policy: raises `Refused`. Source: ECMA-376 part 1, chapter 17.
"""

from collections.abc import Iterable

from lxml import etree

from bot.documents import carried, markup, traits
from bot.documents.limits import Limits, Meter
from bot.documents.markup import attribute, child, local
from bot.documents.notes import word_comments
from bot.documents.numbering import read_numbering
from bot.documents.package import Package
from bot.documents.styles import ListPlace, list_place, number, outline_level, read_styles, toggle
from bot.documents.wrappers import control_of, inside, members, text_boxes, waits
from bot.domain.document import FileKind, Paragraph, TextDocument, Traits

_BLOCKS = ("p", "tbl", "sdt", "customXml", "ins", "moveTo", "AlternateContent", "del", "moveFrom")
# Transitional and strict (part 4, part 1): drawings have paragraphs of their own, which are no w:p.
_PARAGRAPHS = frozenset(
    f"{{{namespace}}}p"
    for namespace in (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
)
_REVISIONS = ("ins", "del", "moveFrom", "moveTo")
_OUTSIDE = ("header", "footer")
_GONE = ("del", "moveFrom", "delText", "instrText", "rPr", "pPr", "rt")
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_PICTURES = ("drawing", "pict", "object")


def read(package: Package, limits: Limits) -> TextDocument:
    """The document of an opened package. Raises `Refused`."""
    part = package.main_part("word/document.xml")
    reader = _Reader(package, part, limits)
    tally = markup.Tally(_PARAGRAPHS)
    for element in markup.stream(package.open(part), _BLOCKS, parent="body", tally=tally):
        reader.place(element, tally.count)
        reader.block(element, None, [])
    tables = tuple(tuple(table) for table in reader.tables)
    return TextDocument(tuple(reader.paragraphs), tables, _traits(package, part, reader, limits))


def _traits(package: Package, part: str, reader: "_Reader", limits: Limits) -> Traits:
    relations = package.relationships(part)
    outside = sorted({r.target for r in relations if r.type in _OUTSIDE and r.target in package})
    head = (paragraph.text for paragraph in reader.paragraphs[: traits.HEAD_PARAGRAPHS])
    return Traits(
        FileKind.DOCX,
        tag=carried.tag_of(package)
        or traits.visible_tag(head)
        or traits.visible_tag(carried.texts_of(package, outside, "p")),
        macros=carried.has_macros(package),
        links=carried.links_of(package, [part, *sorted({r.target for r in relations})]),
        comments=traits.clipped(word_comments(package, part, limits)),
        revisions=traits.clipped(reader.revisions),
    )


class _Reader:
    """Collects one document; `paragraphs` and `tables` grow in reading order."""

    def __init__(self, package: Package, part: str, limits: Limits) -> None:
        self._styles = read_styles(package, part)
        self._numbering = read_numbering(package, part)
        self._seen = Meter("paragraphs", limits.max_paragraphs, "paragraphs")
        self._cells = Meter("table cells", limits.max_cells, "cells")
        self._chars = Meter("characters", limits.max_text_chars, "characters")
        self._carried = ""
        self._waiting = False  # within a content control that shows its placeholder
        self._shown: list[str] = []  # what such controls show in the paragraph that is read
        self._places: dict[etree._Element, int] = {}
        self.revisions: list[str] = []
        self.paragraphs: list[Paragraph] = []
        self.tables: list[list[tuple[str, ...]]] = []

    def place(self, element: etree._Element, last: int) -> None:
        """Counts the paragraphs in a block of the body; `last` is the ordinal of its last one."""
        found = list(element.iter(*_PARAGRAPHS))
        self._places = {paragraph: last - len(found) + ordinal for ordinal, paragraph in enumerate(found, 1)}

    def block(self, element: etree._Element, table: int | None, texts: list[str]) -> None:
        """One block; the texts that belong to the cell around it go to `texts`."""
        name = local(element)
        if name in _REVISIONS:
            self._note(element)
        if name == "p":
            self._paragraph(element, table, texts)
        elif name == "tbl":
            self._table(element, texts)
        elif name not in _GONE:
            before = self._enter(element)
            for inner in inside(element):
                self.block(inner, table, texts)
            self._waiting = before

    def _enter(self, element: etree._Element) -> bool:
        """Notes whether that is a content control which shows its placeholder; what was noted before is returned."""
        before = self._waiting
        self._waiting = before or (local(element) == "sdt" and waits(element))
        return before

    def _table(self, element: etree._Element, texts: list[str]) -> None:
        rows: list[tuple[str, ...]] = []
        self.tables.append(rows)
        ordinal = len(self.tables)
        for row in members(element, "tr"):
            if child(child(row, "trPr"), "del") is not None:
                self._note(row)
            else:
                cells = []
                for cell in members(row, "tc"):
                    self._cells.add()
                    inner: list[str] = []
                    before = self._enter(control_of(cell))
                    for block in cell:
                        self.block(block, ordinal, inner)
                    self._waiting = before
                    cells.append("\n".join(inner))
                    self._chars.add(len(cells[-1]))  # text of nested tables stands in every cell around it
                rows.append(tuple(cells))
                texts.extend(text for text in cells if text)

    def _paragraph(self, element: etree._Element, table: int | None, texts: list[str]) -> None:
        self._seen.add()
        properties = child(element, "pPr")
        style = child(properties, "pStyle")
        style_id = (attribute(style, "val") if style is not None else None) or self._styles.default
        spans: list[tuple[str, bool]] = []
        boxes: list[etree._Element] = []
        outside, self._shown = self._shown, []
        self._inline(element, style_id, spans, boxes)
        shown, self._shown = markup.clean("".join(self._shown)).strip(), outside
        self._chars.add(len(shown))
        text = self._carried + markup.clean("".join(span for span, _ in spans))
        self._carried = ""
        self._chars.add(len(text))
        if child(child(properties, "rPr"), "del") is not None:  # its mark is deleted: it runs on into the next one
            self._carried = text
        else:
            printed = self._number(properties, style_id)
            if text.strip():
                bold = all(weight for span, weight in spans if span.strip())
                level = self._level(properties, style_id)
                at = self._places.get(element, 0)
                self.paragraphs.append(Paragraph(text, level, bold, printed, table, at, shown))
                texts.append(text)
            else:
                if shown:
                    self.paragraphs.append(
                        Paragraph("", table=table, at=self._places.get(element, 0), placeholder=shown)
                    )
                if printed:
                    texts.append(printed)
        for box in boxes:
            for block in box:
                self.block(block, table, texts)

    def _inline(
        self,
        items: Iterable[etree._Element],
        style_id: str | None,
        spans: list[tuple[str, bool]],
        boxes: list[etree._Element],
        bold: bool = False,
    ) -> None:
        for item in items:
            name = local(item)
            if name in _REVISIONS:
                self._note(item)
            if name in _GONE:
                continue
            if name == "t" or name in _SIGNS:
                said = _SIGNS.get(name) or item.text or ""
                if self._waiting:
                    self._shown.append(said)
                else:
                    spans.append((said, bold))
            elif name in _PICTURES:
                boxes.extend(() if self._waiting else text_boxes(item))
            elif name == "r":
                properties = child(item, "rPr")
                if not toggle(child(properties, "vanish")):
                    self._inline(item, style_id, spans, boxes, self._is_bold(properties, style_id))
            else:
                before = self._enter(item)
                self._inline(inside(item), style_id, spans, boxes, bold)
                self._waiting = before

    def _note(self, change: etree._Element) -> None:
        """Keeps the text of a tracked change; what was deleted within an insertion is a change of its own."""
        if len(self.revisions) < traits.MAX_ITEMS:
            wanted = ("{*}t",) if local(change) in ("ins", "moveTo") else ("{*}t", "{*}delText")
            text = markup.clean("".join(t.text or "" for t in change.iter(*wanted)))
            if text.strip():
                self.revisions.append(text)

    def _is_bold(self, properties: etree._Element | None, style_id: str | None) -> bool:
        direct = toggle(child(properties, "b"))
        if direct is not None:
            return direct
        run_style = child(properties, "rStyle")
        of_run = self._styles.bold(attribute(run_style, "val")) if run_style is not None else None
        of_paragraph = self._styles.bold(style_id)
        if of_run is None and of_paragraph is None:
            return self._styles.default_bold
        return bool(of_run) != bool(of_paragraph)  # toggle properties of two styles cancel out, 17.7.3

    def _level(self, properties: etree._Element | None, style_id: str | None) -> int | None:
        direct = number(child(properties, "outlineLvl"))
        return outline_level(direct) if direct is not None else self._styles.level(style_id)

    def _number(self, properties: etree._Element | None, style_id: str | None) -> str:
        direct, inherited = list_place(properties), self._styles.place(style_id)
        if direct is None:
            return self._numbering.next(inherited, style_id) if inherited else ""
        num_id = direct.num_id if direct.num_id is not None or inherited is None else inherited.num_id
        return self._numbering.next(ListPlace(num_id, direct.level), style_id)
