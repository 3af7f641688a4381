"""Automatic numbers of an OpenDocument text.

Flow: a list element gives its paragraphs with their depth; `numbering` counts. A list begins anew unless it says that
it continues another; headings outside of lists count in the outline.

Failure policy: raises nothing; a list without a known style prints no numbers.
Source: OpenDocument 1.3 part 3, 5.3 (lists), 19.795 (continue-numbering), 19.858 (restart-numbering).
"""

from collections.abc import Iterator
from itertools import count

from lxml import etree

from bot.documents import odf
from bot.documents.markup import attribute, local
from bot.documents.numbering import Numbering
from bot.documents.odf_styles import OUTLINE, OpenStyles
from bot.documents.styles import ListPlace


class Lists:
    """The lists of one document and how far each has counted."""

    def __init__(self, styles: OpenStyles) -> None:
        self._styles = styles
        self._numbering = Numbering()
        self._keys = count(1)
        self._by_id: dict[str, str] = {}
        self._last: dict[str | None, str] = {}
        self._numbering.add(OUTLINE, styles.lists.get(OUTLINE, {}))

    def items(self, element: etree._Element) -> Iterator[tuple[etree._Element, str]]:
        """The blocks of a list in order, each with its printed number, "" for none."""
        yield from self._walk(element, self._key(element), 0)

    def number_of(self, element: etree._Element, style: str | None, level: int | None) -> str:
        """The number of a paragraph outside of lists: only headings have one, from the outline."""
        if level is None or self._styles.list_style(style) == "" or attribute(element, "is-list-header") == "true":
            return ""
        if attribute(element, "restart-numbering") == "true":
            self._numbering.restart(OUTLINE, level - 1, odf.whole(attribute(element, "start-value")))
        return self._numbering.next(ListPlace(OUTLINE, level - 1))

    def _key(self, element: etree._Element) -> str:
        """The counter of a list: its own, or that of the list it continues."""
        style = attribute(element, "style-name")
        other, own = attribute(element, "continue-list"), attribute(element, "id")
        continued = self._by_id.get(other) if other else None
        if continued is None and attribute(element, "continue-numbering") == "true":
            continued = self._last.get(style)
        key = continued or f"list {next(self._keys)}"
        if continued is None:
            self._numbering.add(key, self._styles.lists.get(f"list {self._style_of(element, style)}", {}))
        self._last[style] = key
        if own:
            self._by_id[own] = key
        return key

    def _style_of(self, element: etree._Element, style: str | None) -> str:
        """A list without a style takes that of its first paragraph."""
        if style is None:
            first = next(element.iter("{*}p", "{*}h"), None)
            style = self._styles.list_style(attribute(first, "style-name")) if first is not None else None
        return style or ""

    def _walk(self, element: etree._Element, key: str, depth: int) -> Iterator[tuple[etree._Element, str]]:
        for item in element:
            numbered = local(item) == "list-item"
            for block in item:
                if local(block) == "list":
                    yield from self._walk(block, key, depth + 1)
                    continue
                printed = ""
                if numbered and local(block) in ("p", "h"):
                    numbered = False  # the first paragraph of an item carries its number
                    start = attribute(item, "start-value")
                    if start is not None:
                        self._numbering.restart(key, depth, odf.whole(start))
                    printed = self._numbering.next(ListPlace(key, depth))
                yield block, printed
