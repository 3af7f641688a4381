"""Tracked changes of an OpenDocument text.

Flow: office:text begins with the list of changes, deleted text whole in it; what was inserted stands in the text
between two marks, and is collected as the reader passes there.

Failure policy: raises nothing; marks of unknown changes say nothing. Source: OpenDocument 1.3 part 3, 5.5.
"""

from lxml import etree

from bot.documents import odf, traits
from bot.documents.markup import attribute, clean, local

_LONGEST = 2_000


class Changes:
    """`texts` are those of the changes so far, deletions first."""

    def __init__(self) -> None:
        self._inserted: set[str] = set()
        self._open: dict[str, list[str]] = {}
        self.texts: list[str] = []

    def declare(self, element: etree._Element) -> None:
        """Takes the list of changes in."""
        for region in element:
            key = attribute(region, "id") or ""
            for change in region:
                if local(change) == "insertion":
                    self._inserted.add(key)
                elif local(change) == "deletion":
                    words = (odf.text_of(p) for p in change.iter("{*}p", "{*}h"))
                    self._keep("\n".join(words))

    def mark(self, element: etree._Element) -> None:
        """Passes the beginning or the end of a change."""
        key = attribute(element, "change-id") or ""
        if local(element) == "change-end":
            self._keep("".join(self._open.pop(key, ())))
        elif key in self._inserted:
            self._open[key] = []

    def take(self, text: str) -> None:
        """Text that is read belongs to all changes that are open."""
        for pieces in self._open.values():
            if len(pieces) < _LONGEST:
                pieces.append(text[:_LONGEST])

    def _keep(self, text: str) -> None:
        if text.strip() and len(self.texts) < traits.MAX_ITEMS:
            self.texts.append(clean(text[:_LONGEST]))
