"""Names in an Office package: parts, their relationships, the two flavours of the format.

Pure. Sources: ECMA-376 part 2 (parts and relationships); ISO 29500 part 1 (strict), part 4 (transitional).
"""

import posixpath
import re

from lxml import etree

_STRICT = "http://purl.oclc.org/ooxml/"
TRANSITIONAL_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
# What an XML document cannot hold at all (XML 1.0, 2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_strict(namespace: str) -> bool:
    """Whether that namespace is of the strict flavour (ISO 29500 part 1)."""
    return namespace.startswith(_STRICT)


def relation_attribute(namespace: str) -> str:
    """The name of `r:id` beside elements of that namespace."""
    return f"{{{STRICT_RELATIONS if is_strict(namespace) else TRANSITIONAL_RELATIONS}}}id"


def rels_of(name: str) -> str:
    """The part that holds the relationships of a part, `""` for those of the package."""
    folder, base = posixpath.split(name.lstrip("/"))
    return posixpath.join(folder, "_rels", f"{base}.rels")


def target_of(name: str, relation: etree._Element) -> str | None:
    """The part that a relationship of part `name` leads to; None when it leads out of the package."""
    target = relation.get("Target")
    if not target or relation.get("TargetMode") == "External":
        return None
    path = target if target.startswith("/") else posixpath.join(posixpath.dirname(name), target)
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/")


def kind_of_relation(relation: etree._Element) -> str:
    """The last word of a relationship's type: `comments`."""
    return (relation.get("Type") or "").rstrip("/").rpartition("/")[2]


def namespace_of(element: etree._Element) -> str:
    """The namespace of an element, empty when it has none."""
    return etree.QName(element).namespace or ""


def printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("", text)


def key_of(name: str) -> str:
    """A part's name as names are compared."""
    return name.replace("\\", "/").lstrip("/").lower()
