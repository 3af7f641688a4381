"""An OpenDocument text (.odt): paragraphs in reading order and tables, as the reader of .docx gives them.

Flow: styles and lists first → the children of office:text one at a time → paragraphs, lists, tables (nested ones too),
sections, indexes, text boxes → what else the file carries. Tracked insertions count, deleted and hidden text does not;
headers, footers, footnotes and comments are left out, and so are blank paragraphs. `Paragraph.at` stays 0: comments are
hung into Word files only.

Failure policy: raises `Refused`. Source: OpenDocument 1.3 part 3, chapters 5 (text), 9 (tables), 5.5 (changes).
"""

from collections.abc import Iterator

from lxml import etree

from bot.documents import markup, odf, traits
from bot.documents.limits import Limits, Meter
from bot.documents.markup import attribute, local
from bot.documents.odf_changes import Changes
from bot.documents.odf_lists import Lists
from bot.documents.odf_styles import read_styles
from bot.documents.odf_tables import rows_of
from bot.documents.package import Package
from bot.domain.document import FileKind, Paragraph, TextDocument, Traits

_BODY = (
    "p", "h", "list", "numbered-paragraph", "table", "section", "tracked-changes", "frame", "g", "custom-shape", "rect",
    "change-start", "change-end", "table-of-content", "illustration-index", "table-index", "object-index", "user-index",
    "alphabetical-index", "bibliography",
)  # fmt: skip
_TEXTS = ("p", "h", "list", "table")
_DRAWINGS = ("frame", "g", "custom-shape", "rect", "a")
_NOT_SHOWN = ("note", "ruby-text", "desc", "title")
_LINKED = ("image", "object", "section-source", "plugin", "floating-frame")
_WHITE = (" ", "\t", "\r", "\n")
_OUTSIDE = ("/", "..", "file:", "http:", "https:")


def read(package: Package, limits: Limits) -> TextDocument:
    """The document of an opened package. Raises `Refused`."""
    reader = _Reader(package, limits)
    for element in markup.stream(package.open(odf.CONTENT), _BODY, parent="text"):
        reader.block(element, None, [])
    head = (paragraph.text for paragraph in reader.paragraphs[: traits.HEAD_PARAGRAPHS])
    return TextDocument(
        tuple(reader.paragraphs),
        tuple(tuple(table) for table in reader.tables),
        Traits(
            FileKind.ODT,
            tag=odf.tag_of(package) or traits.visible_tag(head) or traits.visible_tag(odf.page_texts(package)),
            macros=odf.has_macros(package),
            links=traits.clipped(reader.links, traits.MAX_LINK),
            comments=traits.clipped(reader.comments),
            revisions=traits.clipped(reader.changes.texts),
        ),
    )


class _Reader:
    """Collects one document; `paragraphs` and `tables` grow in reading order."""

    def __init__(self, package: Package, limits: Limits) -> None:
        self._styles = read_styles(package)
        self._lists = Lists(self._styles)
        self._seen = Meter("paragraphs", limits.max_paragraphs, "paragraphs")
        self._rows = Meter("table rows", limits.max_cells, "rows")
        self._cells = Meter("table cells", limits.max_cells, "cells")
        self._chars = Meter("characters", limits.max_text_chars, "characters")
        self.changes = Changes()
        self.comments: list[str] = []
        self.links: dict[str, None] = {}
        self.paragraphs: list[Paragraph] = []
        self.tables: list[list[tuple[str, ...]]] = []

    def block(self, element: etree._Element, table: int | None, texts: list[str], number: str | None = None) -> None:
        """One block; the texts that belong to the cell around it go to `texts`. `number`: what its list gives it."""
        name = local(element)
        if name in ("p", "h"):
            self._paragraph(element, table, texts, number)
        elif name == "list":
            for item, printed in self._lists.items(element):
                self.block(item, table, texts, printed)
        elif name == "table":
            self._table(element, texts)
        elif name in ("change-start", "change-end"):
            self.changes.mark(element)
        elif name == "tracked-changes":
            self.changes.declare(element)
        elif name in _DRAWINGS:
            for box in self._boxes(element):
                self._blocks(box, table, texts)
        elif not name.endswith("-source") and attribute(element, "display") != "none":  # sections and indexes
            self._blocks(element, table, texts)
        elif name.endswith("-source"):
            self._note_link(element)

    def _blocks(self, element: etree._Element, table: int | None, texts: list[str]) -> None:
        for item in element:
            self.block(item, table, texts)

    def _table(self, element: etree._Element, texts: list[str]) -> None:
        rows: list[tuple[str, ...]] = []
        self.tables.append(rows)
        ordinal = len(self.tables)
        for row in rows_of(element, self._rows, self._cells):
            cells = []
            for cell in row:
                inner: list[str] = []
                if cell is not None:
                    self._blocks(cell, ordinal, inner)
                cells.append("\n".join(inner))
                self._chars.add(len(cells[-1]))
            rows.append(tuple(cells))
            texts.extend(text for text in cells if text)

    def _paragraph(self, element: etree._Element, table: int | None, texts: list[str], number: str | None) -> None:
        self._seen.add()
        style = attribute(element, "style-name")
        spans: list[tuple[str, bool]] = []
        boxes: list[etree._Element] = []
        if not self._styles.hidden("paragraph", style):
            self._inline(element, bool(self._styles.bold("paragraph", style)), spans, boxes)
        text = markup.clean("".join(span for span, _ in spans))
        if (element.text or "").startswith(_WHITE):  # of the file, not of the text
            text = text.removeprefix(" ")
        self._chars.add(len(text))
        level = odf.whole(attribute(element, "outline-level")) if local(element) == "h" else None
        printed = self._lists.number_of(element, style, level) if number is None else number
        if text.strip():
            bold = all(weight for span, weight in spans if span.strip())
            known = level if level is not None and 1 <= level <= 9 else None
            self.paragraphs.append(Paragraph(text, known, bold, printed, table))
            texts.append(text)
        elif printed:
            texts.append(printed)
        for box in boxes:
            self._blocks(box, table, texts)

    def _inline(
        self, element: etree._Element, bold: bool, spans: list[tuple[str, bool]], boxes: list[etree._Element]
    ) -> None:
        self._say(element.text, bold, spans)
        for item in element:
            name = local(item)
            stands_for = odf.sign(item)
            if stands_for is not None:
                spans.append((stands_for, bold))
                self.changes.take(stands_for)
            elif name in ("change-start", "change-end"):
                self.changes.mark(item)
            elif name == "annotation":
                if len(self.comments) < traits.MAX_ITEMS:
                    self.comments.append(odf.note_of(item))
            elif name in _DRAWINGS and "drawing" in str(item.tag):
                boxes.extend(self._boxes(item))
            elif name == "span":
                style = attribute(item, "style-name")
                if not self._styles.hidden("text", style):
                    own = self._styles.bold("text", style)
                    self._inline(item, bold if own is None else own, spans, boxes)
            elif name and name not in _NOT_SHOWN:
                self._inline(item, bold, spans, boxes)
            self._say(item.tail, bold, spans)

    def _say(self, text: str | None, bold: bool, spans: list[tuple[str, bool]]) -> None:
        if text:
            shown = odf.collapsed(text)
            spans.append((shown, bold))
            self.changes.take(shown)

    def _boxes(self, drawing: etree._Element) -> Iterator[etree._Element]:
        """The elements of a drawing that hold text."""
        if local(drawing) in _LINKED:
            self._note_link(drawing)
        if any(local(item) in _TEXTS for item in drawing):
            yield drawing
        else:
            for item in drawing:
                yield from self._boxes(item)

    def _note_link(self, element: etree._Element) -> None:
        target = attribute(element, "href") or ""
        if target.startswith(_OUTSIDE):
            self.links[markup.clean(target)] = None
