"""Faults marked in a Word file: a comment at the paragraph that each is about.

Flow: comments that an earlier copy of ours left are taken out → each mark is put to its paragraph (the ordinal of its
w:p in the main part; the first one with text for what has no place), several of one paragraph together → a comment in
comments.xml, its range around the paragraph's contents, and its reference at the end. Tracked changes, content
controls and other people's comments stay as they are; nothing but the main part, comments.xml and what declares it
changes. In a text box Word takes no comments: it goes to the paragraph that the box hangs on.

Failure policy: raises `Refused`. No date is written: the same marks give the same bytes. Source: ECMA-376 part 1,
17.13.4; MS-DOCX 2.5 (answers to comments).
"""

from collections.abc import Sequence

from lxml import etree

from bot.documents.limits import corrupt
from bot.documents.markup import attribute, child, local
from bot.documents.opc import is_strict, kind_of_relation, namespace_of, printable, target_of
from bot.documents.parts import Parts
from bot.domain.document import MARK_AUTHOR, Mark

_INITIALS = "TK"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LONGEST = 4_000  # characters of one paragraph's comment
_MARKS = ("commentRangeStart", "commentRangeEnd", "commentReference")
_TEXT = ("t", "delText")


def mark(parts: Parts, marks: Sequence[Mark]) -> int:
    """Puts the marks into the document; how many found their place. Raises `Refused`."""
    main = parts.main_part("word/document.xml")
    root = parts.look(main)
    comments = parts.related(main, "comments")
    if comments is not None:
        _remove_ours(parts, main, comments)
    paragraphs = [e for e in root.iter() if local(e) == "p" and namespace_of(e) == namespace_of(root)]
    if not paragraphs or not marks:
        return 0
    first = next((p for p in paragraphs if _has_text(p)), paragraphs[0])
    texts: dict[etree._Element, list[str]] = {}
    for each in marks:
        found = paragraphs[each.paragraph - 1] if 1 <= each.paragraph <= len(paragraphs) else first
        texts.setdefault(_outside_boxes(found), []).append(each.text)
    comments = comments or _new_part(parts, main)
    listed = parts.look(comments)
    number = _first_free(listed, root)
    for paragraph, said in texts.items():
        listed.append(_comment(listed, number, list(dict.fromkeys(said))))
        _anchor(paragraph, number)
        number += 1
    parts.changed(comments)
    parts.changed(main)
    return len(marks)


def _has_text(paragraph: etree._Element) -> bool:
    return any(local(e) == "t" and (e.text or "").strip() for e in paragraph.iter())


def _outside_boxes(paragraph: etree._Element) -> etree._Element:
    """The paragraph itself, or the one that the outermost text box around it hangs on."""
    outside = paragraph
    for above in paragraph.iterancestors():
        if local(above) == "txbxContent":
            outside = next((e for e in above.iterancestors() if local(e) == "p"), outside)
    return outside


def _first_free(comments: etree._Element, document: etree._Element) -> int:
    """Above every number that a comment has, or that the text still speaks of."""
    said = [attribute(e, "id") for e in comments if local(e) == "comment"]
    said += [attribute(e, "id") for e in document.iter() if local(e) in _MARKS]
    return max((int(i) for i in said if i is not None and i.isdecimal() and len(i) <= 9), default=-1) + 1


def _comment(comments: etree._Element, number: int, texts: Sequence[str]) -> etree._Element:
    """A paragraph a line; the first begins with the sign by which Word ties a comment to its place."""
    w = f"{{{namespace_of(comments)}}}"
    comment = etree.Element(f"{w}comment", nsmap={"w": namespace_of(comments)})
    for name, value in (("id", str(number)), ("author", MARK_AUTHOR), ("initials", _INITIALS)):
        comment.set(f"{w}{name}", value)
    room = _LONGEST
    for line in [" ".join(printable(line).split()) for text in texts for line in text.split("\n")]:
        if room <= 0:
            break
        paragraph = etree.SubElement(comment, f"{w}p")
        if len(comment) == 1:
            etree.SubElement(etree.SubElement(paragraph, f"{w}r"), f"{w}annotationRef")
        words = etree.SubElement(etree.SubElement(paragraph, f"{w}r"), f"{w}t")
        words.text = line if len(line) <= room else line[:room] + "…"
        words.set(_SPACE, "preserve")
        room -= len(line)
    return comment


def _anchor(paragraph: etree._Element, number: int) -> None:
    """The range around all that stands in the paragraph, and the reference after it."""
    w, prefixes = f"{{{namespace_of(paragraph)}}}", {"w": namespace_of(paragraph)}
    start, end = (etree.Element(f"{w}{name}", {f"{w}id": str(number)}, nsmap=prefixes) for name in _MARKS[:2])
    run = etree.Element(f"{w}r", nsmap=prefixes)
    etree.SubElement(run, f"{w}commentReference", {f"{w}id": str(number)})
    paragraph.insert(1 if child(paragraph, "pPr") is not None else 0, start)
    paragraph.append(end)
    paragraph.append(run)


def _new_part(parts: Parts, main: str) -> str:
    namespace = namespace_of(parts.look(main))
    name = parts.free_name("word/comments{}.xml") if "word/comments.xml" in parts else "word/comments.xml"
    parts.put(name, f'<w:comments xmlns:w="{namespace}"/>'.encode())
    parts.set_type(name, _TYPE)
    parts.relate(main, "comments", name, strict=is_strict(namespace))
    return name


def _remove_ours(parts: Parts, main: str, comments: str) -> None:
    """Takes out our comments, but those that somebody has answered: an answer without its question says nothing."""
    listed = parts.look(comments)
    answered = {
        attribute(e, "paraIdParent")
        for relation in parts.relations(main)
        if kind_of_relation(relation) == "commentsExtended" and (part := target_of(main, relation)) is not None
        for e in (parts.look(part) if part in parts else ())
    }
    gone: set[str | None] = set()
    paragraphs: set[str | None] = set()
    for comment in [c for c in listed if local(c) == "comment" and attribute(c, "author") == MARK_AUTHOR]:
        ids = {attribute(p, "paraId") for p in comment if local(p) == "p"}
        if not ids & (answered - {None}):
            gone.add(attribute(comment, "id"))
            paragraphs |= ids - {None}
            listed.remove(comment)
    if not gone:
        return
    parts.changed(comments)
    for mark_ in [e for e in parts.look(main).iter() if local(e) in _MARKS and attribute(e, "id") in gone]:
        above = mark_.getparent()
        if above is None:
            raise corrupt("a comment's mark outside of everything")
        above.remove(mark_)
        if local(above) == "r" and all(local(e) == "rPr" for e in above):
            run = above.getparent()
            if run is not None:
                run.remove(above)
    parts.changed(main)
    for relation in parts.relations(main):
        part = target_of(main, relation)
        if kind_of_relation(relation) in ("commentsExtended", "commentsIds") and part is not None and part in parts:
            extended = parts.look(part)
            for entry in [e for e in extended if attribute(e, "paraId") in paragraphs]:
                extended.remove(entry)
                parts.changed(part)
