"""An Office package (zip with parts and relationships), opened with every bound checked first.

Flow: count the directory entries in the raw bytes → open the zip → compare the declared sizes with the limits → hold
the directory against the entries, and look at the beginning of each part (`zipcheck`) → hand out parts as streams that
count what really comes out of the inflater.

Failure policy: raises `Refused`, CORRUPT for what is broken, TOO_BIG for what passes a limit, ENCRYPTED for zip
encryption. Source of the part and relationship rules: ECMA-376 part 2.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, cast

from bot.documents import markup, zipcheck
from bot.documents.limits import Limits, Meter, Refused, corrupt, megabytes, too_big
from bot.domain.document import UnreadableReason

_CENTRAL_ENTRY = b"PK\x01\x02"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bin", ".bmp", ".tif", ".tiff", ".odttf", ".wmf", ".emf")


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship: its id, the last word of its type (`worksheet`, `styles`) and the part it leads to, or for an
    external one whatever it says.
    """

    id: str
    type: str
    target: str
    external: bool = False


class Package:
    """The parts of one file. Part names are compared without case, without a leading slash, with `/` only."""

    def __init__(self, payload: bytes, limits: Limits) -> None:
        """Opens the zip and checks its directory. Raises `Refused`."""
        # zipfile builds an object for each entry before anything can be asked: count the signatures first.
        parts = payload.count(_CENTRAL_ENTRY)
        if parts > limits.parts:
            raise too_big(f"{parts} parts, limit {limits.parts}", "parts", limits.parts, parts)
        if not payload.startswith(b"PK"):
            raise corrupt("bytes before the zip")  # zipfile reads on, Office asks to repair the file
        self._limits = limits
        self._inflated = Meter("inflated bytes", limits.uncompressed_bytes, "unpacked")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(payload))
            infos = self._zip.infolist()
        except MemoryError:
            raise
        except Exception as fault:  # a dozen types, all meaning a broken directory
            raise corrupt(f"zip: {type(fault).__name__}: {fault}") from fault
        declared = sum(info.file_size for info in infos)
        if declared > limits.uncompressed_bytes:
            most = limits.uncompressed_bytes
            detail = f"{declared} bytes uncompressed, limit {most}"
            raise too_big(detail, "unpacked", megabytes(most), megabytes(declared))
        zipcheck.check_entries(payload, infos)
        self._infos = {_normal(info.filename): info for info in infos}
        self._relations: dict[str, tuple[Relationship, ...]] = {}
        zipcheck.check_beginnings(self, [info for info in infos if _may_be_xml(info)])

    def __contains__(self, name: str) -> bool:
        return _normal(name) in self._infos

    def entries(self) -> tuple[zipfile.ZipInfo, ...]:
        """The directory's entries in the order of the zip; of two with one name the last."""
        return tuple(self._infos.values())

    @property
    def names(self) -> Iterable[str]:
        """The names of all parts, in lower case, without a leading slash."""
        return self._infos.keys()

    def open(self, name: str) -> IO[bytes]:
        """The inflated bytes of a part as a stream. Raises `Refused`, also while reading."""
        info = self._infos.get(_normal(name))
        if info is None:
            raise corrupt(f"part {name} is missing")
        if info.flag_bits & 0x1:
            raise Refused(UnreadableReason.ENCRYPTED, f"part {name} is encrypted")
        # Office writes these two only; the dictionaries of the others can ask for any amount of memory.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise corrupt(f"part {name} uses compression method {info.compress_type}")
        if info.file_size > max(self._limits.ratio_floor_bytes, info.compress_size * self._limits.ratio):
            raise too_big(f"part {name} grows more than {self._limits.ratio}-fold", "ratio", self._limits.ratio)
        try:
            return cast(IO[bytes], _Inflater(self._zip.open(info), self._inflated, name))
        except MemoryError:
            raise
        except Exception as fault:
            raise corrupt(f"part {name}: {type(fault).__name__}: {fault}") from fault

    def relationships(self, name: str) -> tuple[Relationship, ...]:
        """Internal relationships of a part, `""` for those of the package; empty when it has none."""
        return tuple(relation for relation in self._all_relations(name) if not relation.external)

    def external(self, name: str) -> tuple[Relationship, ...]:
        """The relationships of a part that lead out of the package: linked files, hyperlinks."""
        return tuple(relation for relation in self._all_relations(name) if relation.external)

    def _all_relations(self, name: str) -> tuple[Relationship, ...]:
        folder, base = posixpath.split(_normal(name))
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        if rels not in self._relations:
            self._relations[rels] = tuple(self._read_relations(rels, folder)) if rels in self else ()
        return self._relations[rels]

    def _read_relations(self, rels: str, folder: str) -> Iterable[Relationship]:
        for element in markup.stream(self.open(rels), ("Relationship",)):
            target = element.get("Target")
            if target is None:
                continue
            external = element.get("TargetMode") == "External"
            if not external:
                path = target if target.startswith("/") else posixpath.join(folder, target)
                target = _normal(posixpath.normpath(path))
            kind = (element.get("Type") or "").rpartition("/")[2]
            yield Relationship(element.get("Id") or "", kind, target, external)

    def main_part(self, default: str) -> str:
        """The part that the package's officeDocument relationship names, else `default`. Raises CORRUPT without one."""
        for relationship in self.relationships(""):
            if relationship.type == "officeDocument" and relationship.target in self:
                return relationship.target
        if default not in self:
            raise corrupt("no main part")
        return default

    def related(self, name: str, kind: str) -> str | None:
        """The first part of that relationship type that is really there."""
        for relationship in self.relationships(name):
            if relationship.type == kind and relationship.target in self:
                return relationship.target
        return None


class _Inflater(io.RawIOBase):
    """Counts what a part inflates to, whatever the directory declares, and speaks `Refused` only."""

    def __init__(self, source: IO[bytes], meter: Meter, name: str) -> None:
        self._source = source
        self._meter = meter
        self._name = name

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            chunk = self._source.read(size if size >= 0 else 65_536)
        except MemoryError:
            raise
        except Exception as fault:  # zlib, checksum, end of file, short header: the part is broken
            raise corrupt(f"part {self._name}: {type(fault).__name__}: {fault}") from fault
        self._meter.add(len(chunk))
        return chunk


def _may_be_xml(info: zipfile.ZipInfo) -> bool:
    return not info.filename.lower().endswith(_PICTURES)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
