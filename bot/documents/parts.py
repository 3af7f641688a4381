"""An Office package whose parts can be changed: what is not touched goes out as it came in.

Flow: a package is opened with all of `package`'s bounds → parts are parsed when somebody looks at them, and written
anew only when somebody changed them → a zip in the same order, with each entry's own name, date and compression.

Failure policy: raises `Refused` as `package` does; broken XML and any DOCTYPE are CORRUPT. Writing is deterministic:
the same changes to the same bytes give the same bytes. Source of the part and relationship rules: ECMA-376 part 2.
"""

import io
import posixpath
import shutil
import zipfile

from lxml import etree

from bot.documents.limits import Limits, corrupt, too_big
from bot.documents.markup import local
from bot.documents.opc import STRICT_RELATIONS, TRANSITIONAL_RELATIONS, key_of, kind_of_relation, rels_of, target_of
from bot.documents.package import Package

TYPES = "[Content_Types].xml"
_TYPES_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_DATE = (1980, 1, 1, 0, 0, 0)  # of parts that are new: the least that a zip can say


class Parts:
    """The parts of one file, for changing. Names are compared as `Package` does: without case and leading slash."""

    def __init__(self, payload: bytes, limits: Limits) -> None:
        """Opens the package; raises `Refused`."""
        self._package = Package(payload, limits)
        self._entries = {key_of(info.filename): info for info in self._package.entries()}
        self._trees: dict[str, etree._Element] = {}
        self._changed: set[str] = set()  # trees that are written instead of what came
        self._new: dict[str, bytes] = {}  # bytes that are, or that stand beside it
        self._names: dict[str, str] = {key: info.filename for key, info in self._entries.items()}

    def __contains__(self, name: str) -> bool:
        return key_of(name) in self._names

    @property
    def names(self) -> tuple[str, ...]:
        """All parts, in the order of the zip; new ones last."""
        return tuple(self._names.values())

    def main_part(self, default: str) -> str:
        """As `Package.main_part`."""
        return self._package.main_part(default)

    def content(self, name: str) -> bytes:
        """The bytes of a part as they stand now, changes of its tree included."""
        key = key_of(name)
        if key in self._changed:
            tree = self._trees[key].getroottree()
            return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
        if key in self._new:
            return self._new[key]
        with self._package.open(name) as stream:
            return b"".join(iter(lambda: stream.read(65_536), b""))

    def look(self, name: str) -> etree._Element:
        """The root of a part's XML, for reading. Raises `Refused`."""
        key = key_of(name)
        if key not in self._trees:
            self._trees[key] = _parse(self.content(name), name)
        return self._trees[key]

    def changed(self, name: str) -> None:
        """To be called when the tree of that part was changed: it is written anew."""
        if key_of(name) not in self._trees:
            raise KeyError(name)
        self._changed.add(key_of(name))

    def put(self, name: str, content: bytes) -> None:
        """New bytes for a part, or a new part after all others."""
        key = key_of(name)
        self._names.setdefault(key, name.lstrip("/"))
        self._trees.pop(key, None)
        self._changed.discard(key)
        self._new[key] = content

    def drop(self, name: str) -> None:
        """Takes a part out, with its content type and its own relationships; who points to it is the caller's care."""
        for key in (key_of(name), key_of(rels_of(name))):
            self._names.pop(key, None)
            self._new.pop(key, None)
            self._trees.pop(key, None)
            self._changed.discard(key)
        types = self.look(TYPES)
        for element in [e for e in types if local(e) == "Override" and key_of(e.get("PartName") or "") == key_of(name)]:
            types.remove(element)
            self.changed(TYPES)

    def free_name(self, pattern: str) -> str:
        """The first name that is not taken: `xl/comments{}.xml` → `xl/comments1.xml`."""
        return next(name for number in range(1, 100_000) if (name := pattern.format(number)) not in self)

    # Content types

    def type_of(self, name: str) -> str:
        """The content type of a part, empty when none is declared."""
        default = ""
        for element in self.look(TYPES):
            if local(element) == "Override" and key_of(element.get("PartName") or "") == key_of(name):
                return element.get("ContentType") or ""
            extension = (element.get("Extension") or "").lower()
            if local(element) == "Default" and extension and key_of(name).endswith(f".{extension}"):
                default = element.get("ContentType") or ""
        return default

    def set_type(self, name: str, content_type: str) -> None:
        """Declares the content type of one part."""
        if self.type_of(name) == content_type:
            return
        types = self.look(TYPES)
        for element in types:
            if local(element) == "Override" and key_of(element.get("PartName") or "") == key_of(name):
                element.set("ContentType", content_type)
                break
        else:
            attributes = {"PartName": f"/{name.lstrip('/')}", "ContentType": content_type}
            etree.SubElement(types, f"{{{_TYPES_NAMESPACE}}}Override", attributes)
        self.changed(TYPES)

    # Relationships

    def relations(self, name: str) -> list[etree._Element]:
        """The relationship elements of a part, `""` for those of the package."""
        rels = rels_of(name)
        return [e for e in self.look(rels) if local(e) == "Relationship"] if rels in self else []

    def related(self, name: str, kind: str) -> str | None:
        """The first part that a relationship of that type (its last word) leads to and that is there."""
        for element in self.relations(name):
            target = target_of(name, element)
            if kind_of_relation(element) == kind and target is not None and target in self:
                return target
        return None

    def relate(self, name: str, kind: str, target: str, *, strict: bool) -> str:
        """A new relationship from a part to another; its id comes back."""
        rels = rels_of(self._names.get(key_of(name), name))
        if rels not in self:
            self.put(rels, f'<Relationships xmlns="{_RELS_NAMESPACE}"/>'.encode())
        root = self.look(rels)
        taken = {element.get("Id") for element in root}
        relation_id = next(i for n in range(1, 100_000) if (i := f"rId{n}") not in taken)
        attributes = {
            "Id": relation_id,
            "Type": f"{STRICT_RELATIONS if strict else TRANSITIONAL_RELATIONS}/{kind}",
            "Target": posixpath.relpath(f"/{target}", f"/{posixpath.dirname(name)}"),
        }
        etree.SubElement(root, f"{{{_RELS_NAMESPACE}}}Relationship", attributes)
        self.changed(rels)
        return relation_id

    def unrelate(self, name: str, elements: list[etree._Element]) -> None:
        """Takes relationships of a part away; what only they led to stays until `sweep`."""
        rels = rels_of(name)
        root = self.look(rels)
        for element in elements:
            root.remove(element)
        self.changed(rels)

    def reachable(self) -> set[str]:
        """The keys of all parts that the package's relationships lead to."""
        seen: set[str] = set()
        waiting = [""]
        while waiting:
            name = waiting.pop()
            for element in self.relations(name):
                target = target_of(name, element)
                if target is not None and target in self and key_of(target) not in seen:
                    seen.add(key_of(target))
                    waiting.append(target)
        return seen

    def sweep(self, before: set[str]) -> None:
        """Drops the parts that were reachable and are no more."""
        for key in before - self.reachable():
            self.drop(key)

    # Writing

    def to_bytes(self) -> bytes:
        """The package as it stands now."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for key, name in self._names.items():
                info = self._entries.get(key)
                entry = zipfile.ZipInfo(info.filename if info else name, info.date_time if info else _DATE)
                entry.compress_type = info.compress_type if info else zipfile.ZIP_DEFLATED
                if info is not None:
                    entry.external_attr, entry.create_system = info.external_attr, info.create_system
                if key in self._new or key in self._changed:
                    archive.writestr(entry, self.content(name))
                elif entry.is_dir():
                    archive.writestr(entry, b"")
                else:
                    with self._package.open(name) as source, archive.open(entry, "w") as copy:
                        shutil.copyfileobj(source, copy, 65_536)
        return buffer.getvalue()


def _parse(content: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        if "memory" in str(fault).lower():
            raise too_big(f"part {name}: {fault}") from fault
        raise corrupt(f"part {name}: {fault}") from fault
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        raise corrupt(f"part {name}: XML with a DOCTYPE")
    return root
