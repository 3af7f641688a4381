"""XML of untrusted parts as a stream of elements, and the cleaning of text.

Flow: lxml's incremental parser with entities, network and DTD off; each wanted element is handed out when it is
complete and forgotten before the next one, so that memory does not grow with the part.

Failure policy: raises `Refused`. Any DOCTYPE is CORRUPT: Office Open XML forbids it (ECMA-376 part 2, 10.1.2), and
only attacks carry one.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from lxml import etree

from bot.documents.limits import corrupt, too_big

# Zero-width and direction marks: not seen by the reader, fatal for comparing. Soft hyphens go later (`old_text`): TCVN3
# writes ư with that character.
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_OUT_OF_MEMORY = 2  # XML_ERR_NO_MEMORY


@dataclass(slots=True)
class Tally:
    """Counts elements with one of these full names as they end, wherever they stand."""

    tags: frozenset[str]
    count: int = 0


def local(element: etree._Element) -> str:
    """The name without its namespace: transitional and strict files differ in nothing else that we read."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name, whatever its namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of that local name."""
    if element is not None:
        for candidate in element:
            if local(candidate) == name:
                return candidate
    return None


def clean(text: str) -> str:
    """NFC, without zero-width characters."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def choice(element: etree._Element) -> etree._Element:
    """The branch of mc:AlternateContent that is read; the others say the same again."""
    for name in ("Choice", "Fallback"):
        branch = child(element, name)
        if branch is not None:
            return branch
    return element


def stream(
    source: IO[bytes], names: Sequence[str], *, parent: str | None = None, tally: Tally | None = None
) -> Iterator[etree._Element]:
    """The elements with one of the local names, each complete, in the order of their ends.

    With `parent` only the direct children of an element of that name. An element is emptied, and what stood before it
    dropped, when the next one is asked for. `tally` counts the wanted ones whatever their parent. Raises `Refused`:
    CORRUPT for broken XML or a DOCTYPE, TOO_BIG when memory runs out.
    """
    checked = False
    try:
        parser = etree.iterparse(
            source,
            events=("end",),
            tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for _, element in parser:
            if not checked:
                _refuse_doctype(element)
                checked = True
            if tally is not None and element.tag in tally.tags:
                tally.count += 1
            above = element.getparent()
            if parent is not None and (above is None or local(above) != parent):
                continue
            yield element
            element.clear(keep_tail=True)
            while above is not None and element.getprevious() is not None:
                del above[0]
        if not checked and parser.root is not None:
            _refuse_doctype(parser.root)
    except etree.XMLSyntaxError as fault:
        if getattr(fault, "code", None) == _OUT_OF_MEMORY or "memory" in str(fault).lower():
            raise too_big(f"XML: {fault}") from fault
        raise corrupt(f"XML: {fault}") from fault


def _refuse_doctype(element: etree._Element) -> None:
    info = element.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None or info.doctype:
        raise corrupt("XML with a DOCTYPE")
