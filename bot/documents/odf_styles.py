"""Styles and lists of an OpenDocument text: what is bold or hidden, and how automatic numbers are printed.

Flow: `read_styles` takes the styles of styles.xml and content.xml; `OpenStyles` answers along the chain of parents;
list styles become the levels of `numbering`, which counts.

Failure policy: raises `Refused` for broken parts; an unknown style says nothing.
Source: OpenDocument 1.3 part 3, 16.2 (styles), 16.29 to 16.34 (lists), 20.191 (font weight).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bot.documents import markup, odf
from bot.documents.markup import attribute, local
from bot.documents.numbering import Level
from bot.documents.package import Package

OUTLINE = "outline"  # the list of all headings that stand in no list of their own
_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_PRINTED = re.compile("%([1-9]|10)%")
_LONGEST_CHAIN = 32
_LEVELS = 9
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class OpenStyle:
    """What one style says itself; None where it is silent. `list_style` "" takes an inherited list away."""

    parent: str | None = None
    bold: bool | None = None
    hidden: bool = False
    list_style: str | None = None


@dataclass(slots=True)
class OpenStyles:
    """The styles of one text by family (`paragraph`, `text`, `section`) and name, and its list styles by name."""

    by_name: dict[tuple[str, str], OpenStyle] = field(default_factory=dict)
    lists: dict[str, dict[int, Level]] = field(default_factory=dict)

    def _chain(self, family: str, name: str | None) -> Iterator[OpenStyle]:
        for _ in range(_LONGEST_CHAIN):
            style = self.by_name.get((family, name)) if name is not None else None
            if style is None:
                return
            yield style
            name = style.parent

    def bold(self, family: str, name: str | None) -> bool | None:
        return next((style.bold for style in self._chain(family, name) if style.bold is not None), None)

    def hidden(self, family: str, name: str | None) -> bool:
        return any(style.hidden for style in self._chain(family, name))

    def list_style(self, name: str | None) -> str | None:
        """The list style of a paragraph style, "" where it wants none, None where it is silent."""
        return next((s.list_style for s in self._chain("paragraph", name) if s.list_style is not None), None)


def read_styles(package: Package) -> OpenStyles:
    """The styles of a text document. Raises `Refused`."""
    found = OpenStyles()
    for part in (odf.STYLES, odf.CONTENT):
        if part in package:
            for element in markup.stream(package.open(part), ("style", "list-style", "outline-style")):
                kind = local(element)
                if kind == "style":
                    family, name = attribute(element, "family") or "", attribute(element, "name") or ""
                    found.by_name[family, name] = _style(element)
                else:
                    name = OUTLINE if kind == "outline-style" else f"list {attribute(element, 'name') or ''}"
                    found.lists[name] = dict(_levels(element))
    return found


def _style(element: etree._Element) -> OpenStyle:
    bold, hidden = None, False
    for properties in element:
        if local(properties) == "text-properties":
            weight = attribute(properties, "font-weight")
            if weight is not None:
                bold = weight == "bold" or (weight.isdecimal() and len(weight) == 3 and int(weight) >= 600)
            hidden = hidden or attribute(properties, "display") == "none"
    return OpenStyle(attribute(element, "parent-style-name"), bold, hidden, attribute(element, "list-style-name"))


def _levels(element: etree._Element) -> Iterator[tuple[int, Level]]:
    for item in element:
        depth = odf.whole(attribute(item, "level"), 0)
        if not 1 <= depth <= _LEVELS:
            continue
        form = attribute(item, "num-format") or ""
        start = odf.whole(attribute(item, "start-value"))
        # Bullets and levels without a format are counted and print nothing.
        name = "bullet" if not form or "bullet" in local(item) else _FORMATS.get(form, "decimal")
        yield depth - 1, Level(name, _pattern(item, depth), start)


def _pattern(item: etree._Element, depth: int) -> str:
    """What is printed, with %1 for the number of the first level: `%1.%2.`."""
    ready = attribute(item, "num-list-format")  # LibreOffice's own, the exact one where it stands
    if ready is not None:
        return _PRINTED.sub(lambda found: f"%{found[1]}" if len(found[1]) == 1 else "", ready[:_LONGEST])
    levels = min(odf.whole(attribute(item, "display-levels")), depth)
    numbers = ".".join(f"%{level}" for level in range(depth - levels + 1, depth + 1))
    return f"{attribute(item, 'num-prefix') or ''}{numbers}{attribute(item, 'num-suffix') or ''}"[:_LONGEST]
