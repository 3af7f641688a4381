"""What OpenDocument texts and spreadsheets share: names, texts, comments, and what a file carries beside its content.

Flow: `text_of` gives the text of one paragraph; `note_of` what somebody left in a comment; `tag_of`, `page_texts` and
`has_macros` look at the parts beside content.xml.

Failure policy: raises `Refused` as `package` does. Source: OpenDocument 1.3 part 3, 4.3.2 (user-defined metadata), 6.1
(paragraph contents), 14.1 (annotations), 16.11 (headers and footers).
"""

import re
from collections.abc import Iterator

from lxml import etree

from bot.documents import markup, traits
from bot.documents.limits import Meter
from bot.documents.markup import attribute, clean, local
from bot.documents.package import Package
from bot.domain.document import FormTag

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
CONTENT, STYLES, META = "content.xml", "styles.xml", "meta.xml"
# Beside the text of a paragraph, and not of it.
ASIDE = frozenset({"annotation", "note", "ruby-text", "frame", "custom-shape", "deletion", "tracked-changes"})
_PAGE_TEXTS = ("header", "footer", "header-left", "footer-left", "header-first", "footer-first")
_WHITE = re.compile("[ \t\r\n]+")
_MOST = 10_000
_MOST_BLANKS = 1_000
_NO_MODULES = frozenset({"script-lb.xml", "script-lc.xml", "dialog-lb.xml", "dialog-lc.xml"})


def whole(text: str | None, default: int = 1) -> int:
    """A counting attribute; the default for none and for what is no number of at most seven figures."""
    return int(text) if text is not None and text.isdecimal() and len(text) <= 7 else default


def sign(element: etree._Element) -> str | None:
    """The text that an element of signs stands for; None when it is none."""
    name = local(element)
    if name == "s":
        return " " * min(whole(attribute(element, "c")), _MOST_BLANKS)
    return {"tab": "\t", "line-break": "\n"}.get(name)


def collapsed(text: str) -> str:
    """Characters as they are shown: white space in the file is one blank, more of it is written as signs."""
    return _WHITE.sub(" ", text)


def text_of(element: etree._Element) -> str:
    """The text of a paragraph, without what stands aside of it."""
    pieces = [collapsed(element.text or "")]
    for item in element:
        stands_for = sign(item)
        if stands_for is not None:
            pieces.append(stands_for)
        elif isinstance(item.tag, str) and local(item) not in ASIDE:
            pieces.append(text_of(item))
        pieces.append(collapsed(item.tail or ""))
    return "".join(pieces)


def note_of(annotation: etree._Element) -> str:
    """What of a comment is the agency's own."""
    author = next((item.text or "" for item in annotation if local(item) == "creator"), "")
    texts = (text_of(p) for p in annotation.iter("{*}p"))
    return traits.theirs(clean(author), clean("\n".join(texts)))


def tag_of(package: Package) -> FormTag | None:
    """The mark of a blank form among the user-defined metadata."""
    if META not in package:
        return None
    count = Meter("metadata", _MOST)
    found: dict[str, str] = {}
    for element in markup.stream(package.open(META), ("user-defined",)):
        count.add()
        name = attribute(element, "name") or ""
        if name in traits.PROPERTIES:
            found[name] = (element.text or "")[: traits.MAX_TEXT]
    return traits.hidden_tag(found)


def page_texts(package: Package) -> Iterator[str]:
    """The paragraphs of page headers and footers."""
    if STYLES in package:
        for element in markup.stream(package.open(STYLES), _PAGE_TEXTS):
            yield from (clean(text_of(paragraph)) for paragraph in element.iter("{*}p"))


def has_macros(package: Package) -> bool:
    """Whether there is a module of Basic or a script. Empty libraries are no macros."""
    for name in package.names:
        folder, _, rest = name.partition("/")
        if folder in ("basic", "scripts") and rest and rest.rpartition("/")[2] not in ("", *_NO_MODULES):
            return True
    return False
