"""Word styles: the outline level, the weight and the list that a paragraph inherits.

Flow: `read_styles` takes word/styles.xml once into `Style`s; `Styles` answers along the basedOn chain.
Failure policy: an unknown style means body text; a chain that bites its own tail ends there.
Source: ECMA-376 part 1, 17.7 (styles), 17.7.3 (toggle properties), 17.3.1.20 (outlineLvl).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bot.documents import markup
from bot.documents.markup import attribute, child
from bot.documents.package import Package

# The built-in names, ids as Word localises them ("u1" in Vietnamese), and the names that other programs give.
_HEADING = re.compile(r"(?:heading|u|đầu đề|tiêu đề|đề mục|titre|überschrift|berschrift)[\s_-]*([1-9])", re.IGNORECASE)
_OFF = ("0", "false", "off")
_LONGEST_CHAIN = 32


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a paragraph or style stands in a list; either half may be left to the other."""

    num_id: str | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """What one style says itself; None where it is silent."""

    id: str
    name: str
    based_on: str | None
    outline: int | None
    bold: bool | None
    place: ListPlace | None


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of one document by id, and the style that paragraphs have which name none."""

    by_id: dict[str, Style] = field(default_factory=dict)
    default: str | None = None
    default_bold: bool = False

    def chain(self, style_id: str | None) -> Iterator[Style]:
        """The style and those it is based on, nearest first."""
        current = style_id
        for _ in range(_LONGEST_CHAIN):
            style = self.by_id.get(current) if current else None
            if style is None:
                return
            yield style
            current = style.based_on

    def level(self, style_id: str | None) -> int | None:
        """The outline level 1…9 of a heading style, None for body text."""
        for style in self.chain(style_id):
            if style.outline is not None:
                return outline_level(style.outline)
            level = _heading_level(style.name) or _heading_level(style.id)
            if level:
                return level
        # A latent built-in style may be used without standing in styles.xml.
        return _heading_level(style_id or "") if style_id not in self.by_id else None

    def bold(self, style_id: str | None) -> bool | None:
        return next((style.bold for style in self.chain(style_id) if style.bold is not None), None)

    def place(self, style_id: str | None) -> ListPlace | None:
        return next((style.place for style in self.chain(style_id) if style.place is not None), None)


def outline_level(value: int) -> int | None:
    """w:outlineLvl 0…8 is level 1…9; 9 is body text."""
    return value + 1 if 0 <= value <= 8 else None


def read_styles(package: Package, document_part: str) -> Styles:
    """The styles of the document. Raises `Refused` for a broken part."""
    part = package.related(document_part, "styles")
    if part is None:
        return Styles()
    by_id: dict[str, Style] = {}
    default, default_bold = None, False
    for element in markup.stream(package.open(part), ("style", "rPrDefault")):
        if markup.local(element) == "rPrDefault":
            default_bold = toggle(child(child(element, "rPr"), "b")) or False
            continue
        style = _style(element)
        by_id[style.id] = style
        if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
            default = style.id
    return Styles(by_id, default, default_bold)


def toggle(element: etree._Element | None) -> bool | None:
    """A toggle property such as w:b; None when it is not there."""
    if element is None:
        return None
    return (attribute(element, "val") or "1").lower() not in _OFF


def number(element: etree._Element | None) -> int | None:
    """The w:val of an element as a whole number; None when it is not there or no number."""
    text = (attribute(element, "val") or "") if element is not None else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def list_place(properties: etree._Element | None) -> ListPlace | None:
    """The w:numPr of paragraph properties."""
    num = child(properties, "numPr")
    if num is None:
        return None
    num_id = child(num, "numId")
    return ListPlace(attribute(num_id, "val") if num_id is not None else None, number(child(num, "ilvl")))


def _style(element: etree._Element) -> Style:
    properties = child(element, "pPr")
    name, based_on = child(element, "name"), child(element, "basedOn")
    return Style(
        id=attribute(element, "styleId") or "",
        name=(attribute(name, "val") or "") if name is not None else "",
        based_on=attribute(based_on, "val") if based_on is not None else None,
        outline=number(child(properties, "outlineLvl")),
        bold=toggle(child(child(element, "rPr"), "b")),
        place=list_place(properties),
    )


def _heading_level(name: str) -> int | None:
    found = _HEADING.fullmatch(name.strip())
    return int(found[1]) if found else None
