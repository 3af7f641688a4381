"""Comments of one worksheet ("notes" in newer Excel): the comments part, and the VML drawing of their boxes.

Flow: the parts of the sheet are looked up or made → `add` writes one comment, or a run of our own at the end of the
comment that the cell has → `remove_ours` takes out what an earlier copy of ours said.

A cell with a threaded comment has its own: Excel shows the thread there and no note, and takes two for a broken file.
`threaded` names such cells; they are left alone.

VML is written by Excel as text that is not always XML (an open <br>), so boxes are put in and taken out as text.

Failure policy: raises `Refused`, CORRUPT for VML without an end. Sources: ECMA-376 part 1, 18.7; part 4, 19.4 (VML);
MS-XLSX 2.1 (threaded comments).
"""

import re
from xml.sax.saxutils import quoteattr

from lxml import etree

from bot.documents.limits import corrupt
from bot.documents.markup import child, local
from bot.documents.opc import is_strict, kind_of_relation, namespace_of, printable, relation_attribute, target_of
from bot.documents.parts import TYPES, Parts
from bot.documents.xlsx_boxes import Box
from bot.domain.document import MARK_AUTHOR

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_HEAD = f"{MARK_AUTHOR}:"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_VML_NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"{names}>'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:220pt;height:90pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"{names}>'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_ONE_SHAPE = re.compile(rb"<(\w+):shape\s.*?</\1:shape>\s*", re.S)
# What stands before legacyDrawing in a worksheet (18.3.1.99).
_BEFORE_DRAWING = frozenset((
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
    "smartTags", "drawing",
))  # fmt: skip


class Notes:
    """The comments of one worksheet. `sheet` is its part."""

    def __init__(self, parts: Parts, sheet: str) -> None:
        self._parts = parts
        self._sheet = sheet
        self._part = parts.related(sheet, "comments")
        self._boxes: list[Box] = []
        self.threaded = frozenset(
            comment.get("ref") or ""
            for relation in parts.relations(sheet)
            if kind_of_relation(relation) == "threadedComment"
            and (part := target_of(sheet, relation)) is not None
            and part in parts
            for comment in parts.look(part)
        )

    def has_ours(self) -> bool:
        """Whether a comment here is by us, or was added to by us."""
        if self._part is None:
            return False
        said = self._parts.look(self._part).iter("{*}t")
        return any(a.text == MARK_AUTHOR for a in self._list("authors")) or any(_is_head(t.text) for t in said)

    def remove_ours(self) -> None:
        """Takes out our comments and their boxes, and our runs at the end of others' comments."""
        if self._part is None or not self.has_ours():
            return
        authors = [author.text for author in self._list("authors")]
        ours = {str(number) for number, author in enumerate(authors) if author == MARK_AUTHOR}
        comments = self._list("commentList")
        for comment in list(comments):
            # LibreOffice loses authors; the words begin with our name all the same.
            first = next((t.text or "" for t in comment.iter("{*}t") if t.text), "")
            if comment.get("authorId") in ours or first.startswith(_HEAD):
                comments.remove(comment)
                self._drop_box(comment.get("ref") or "")
                continue
            text = child(comment, "text")
            for run in [r for r in text if local(r) == "r"] if text is not None else ():
                words = child(run, "t")
                if words is not None and _is_head(words.text):
                    text.remove(run)  # type: ignore[union-attr]  # a run's own parent
        if len(comments):
            self._parts.changed(self._part)
            return
        gone = [r for r in self._parts.relations(self._sheet) if target_of(self._sheet, r) == self._part]
        self._parts.unrelate(self._sheet, gone)
        self._parts.drop(self._part)
        self._part = None

    def add(self, reference: str, text: str, box: Box) -> None:
        """Says `text` at a cell (`D14`); `box` for a cell that has no comment yet."""
        if self._part is None:
            self._part = self._new_part()
        comments = self._list("commentList")
        comment = next((c for c in comments if c.get("ref") == reference), None)
        namespace = namespace_of(comments)
        if comment is None:
            comment = etree.SubElement(comments, f"{{{namespace}}}comment", {"ref": reference})
            comment.set("authorId", str(self._author()))
            body = etree.SubElement(comment, f"{{{namespace}}}text")
            body.append(_run(namespace, _HEAD, bold=True))
            body.append(_run(namespace, f"\n{printable(text)}"))
            self._boxes.append(box)
        else:
            self._author()  # by its name we know the file again as one that we have marked
            found = child(comment, "text")
            body = etree.SubElement(comment, f"{{{namespace}}}text") if found is None else found
            plain = child(body, "t")
            if plain is not None:  # text beside runs would be ambiguous
                run = etree.Element(f"{{{namespace}}}r")
                body.replace(plain, run)
                run.append(plain)
            last = max((n for n, e in enumerate(body, 1) if local(e) == "r"), default=0)
            body.insert(last, _run(namespace, f"\n{_HEAD}\n{printable(text)}"))
        self._parts.changed(self._part)

    def draw(self) -> None:
        """Writes the boxes of what was added; to be called once, at the end."""
        if not self._boxes:
            return
        part = self._drawing_part() or self._new_drawing()
        content = self._parts.content(part)
        end = content.rfind(b"</xml>")
        if end < 0:
            raise corrupt(f"part {part}: VML without an end")
        names = "".join(
            f" xmlns:{prefix}={quoteattr(uri)}"
            for prefix, uri in _VML_NAMESPACES.items()
            if f"xmlns:{prefix}=".encode() not in content[: content.find(b">", content.find(b"<xml")) + 1]
        )
        number = max((int(n) for n in re.findall(rb"_x0000_s([0-9]{1,9})\b", content)), default=1024)
        shapes = "" if b'"_x0000_t202"' in content else _SHAPE_TYPE.format(names=names)
        for order, box in enumerate(self._boxes, 1):
            shapes += _SHAPE.format(
                id=number + order, order=order, names=names, anchor=box.anchor, row=box.row - 1, column=box.column - 1
            )
        self._parts.put(part, content[:end] + shapes.encode() + content[end:])

    def _list(self, name: str) -> etree._Element:
        root = self._parts.look(self._part or "")
        found = child(root, name)
        if found is None:
            found = etree.Element(f"{{{namespace_of(root)}}}{name}")
            root.insert(0 if name == "authors" else len([e for e in root if local(e) == "authors"]), found)
        return found

    def _author(self) -> int:
        authors = self._list("authors")
        for number, author in enumerate(authors):
            if author.text == MARK_AUTHOR:
                return number
        etree.SubElement(authors, f"{{{namespace_of(authors)}}}author").text = MARK_AUTHOR
        return len(authors) - 1

    def _new_part(self) -> str:
        namespace = namespace_of(self._parts.look(self._sheet))
        name = self._parts.free_name("xl/comments{}.xml")
        self._parts.put(name, f'<comments xmlns="{namespace}"><authors/><commentList/></comments>'.encode())
        self._parts.set_type(name, _COMMENTS_TYPE)
        self._parts.relate(self._sheet, "comments", name, strict=is_strict(namespace))
        return name

    def _drawing_part(self) -> str | None:
        """The sheet's VML part, where it has one. Raises `Refused` where it should and has none."""
        root = self._parts.look(self._sheet)
        element = child(root, "legacyDrawing")
        if element is None:
            return None
        wanted = element.get(relation_attribute(namespace_of(root)))
        for relation in self._parts.relations(self._sheet):
            part = target_of(self._sheet, relation)
            if relation.get("Id") == wanted and part is not None and part in self._parts:
                return part
        raise corrupt(f"part {self._sheet}: legacyDrawing leads nowhere")

    def _new_drawing(self) -> str:
        root = self._parts.look(self._sheet)
        namespace = namespace_of(root)
        name = self._parts.free_name("xl/drawings/vmlDrawing{}.vml")
        spaces = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in _VML_NAMESPACES.items())
        layout = '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
        self._parts.put(name, f"<xml{spaces}>{layout}</xml>".encode())
        types = self._parts.look(TYPES)
        if any((e.get("Extension") or "").lower() == "vml" for e in types):
            self._parts.set_type(name, _VML_TYPE)
        else:
            default = etree.Element(f"{{{namespace_of(types)}}}Default", {"Extension": "vml", "ContentType": _VML_TYPE})
            types.insert(0, default)
            self._parts.changed(TYPES)
        id_attribute = etree.QName(relation_attribute(namespace))
        element = etree.Element(f"{{{namespace}}}legacyDrawing", nsmap={"r": id_attribute.namespace})
        element.set(id_attribute, self._parts.relate(self._sheet, "vmlDrawing", name, strict=is_strict(namespace)))
        root.insert(max((n for n, e in enumerate(root, 1) if local(e) in _BEFORE_DRAWING), default=0), element)
        self._parts.changed(self._sheet)
        return name

    def _drop_box(self, reference: str) -> None:
        place = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
        part = self._drawing_part()
        if place is None or part is None:
            return
        column = 0
        for letter in place[1]:
            column = column * 26 + ord(letter) - 64
        row_said, column_said = b":Row>%d</" % (int(place[2]) - 1), b":Column>%d</" % (column - 1)

        def kept(shape: re.Match[bytes]) -> bytes:
            said = re.sub(rb"\s", b"", shape[0])
            is_it = b'ObjectType="Note"' in said and row_said in said and column_said in said
            return b"" if is_it else shape[0]

        self._parts.put(part, _ONE_SHAPE.sub(kept, self._parts.content(part)))


def _is_head(text: str | None) -> bool:
    return (text or "").lstrip("\n").startswith(_HEAD)


def _run(namespace: str, text: str, *, bold: bool = False) -> etree._Element:
    """A run in the small font that Excel gives to comments."""
    run = etree.Element(f"{{{namespace}}}r")
    properties = etree.SubElement(run, f"{{{namespace}}}rPr")
    if bold:
        etree.SubElement(properties, f"{{{namespace}}}b")
    for name, key, value in (("sz", "val", "9"), ("color", "indexed", "81"), ("rFont", "val", "Tahoma")):
        etree.SubElement(properties, f"{{{namespace}}}{name}").set(key, value)
    etree.SubElement(properties, f"{{{namespace}}}family").set("val", "2")
    words = etree.SubElement(run, f"{{{namespace}}}t")
    words.text = text
    words.set(_SPACE, "preserve")
    return run
