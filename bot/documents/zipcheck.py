"""Whether a zip is what an Office program writes, before any reader looks into its parts.

Flow: names (none twice, none that climbs out of the package) → each entry's own header against the directory's, and
that no two entries share bytes → the beginning of every part that is XML: no DTD, no encoding that could hide one.

Failure policy: raises `Refused` CORRUPT, with the part's name. Sources: APPNOTE 6.3.10 (4.3.7 local header, 4.3.12
central directory); ECMA-376 part 2, 6.2.2 (part names) and 6.1 (no DTD); XML 1.0, 2.8 (prolog) and appendix F.
"""

import re
import struct
import zipfile
from collections.abc import Sequence
from typing import IO, Protocol

from bot.documents.limits import corrupt

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_SIGNATURE = b"PK\x03\x04"
_SIZES_FOLLOW = 0x8  # the sizes stand behind the bytes: general purpose bit 3
_IN_EXTRA = 0xFFFFFFFF  # the sizes stand in a zip64 field
# Web pages that a Word file imports (ECMA-376 part 1, 11.3.1) begin with a DOCTYPE by right, and are no XML. One that
# is read as XML after all is refused there.
_WEB_PAGES = (".htm", ".html")
_HEAD = 512
_LONGEST_PROLOG = 64 * 1024
_WIDE = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16-le"),
         (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))  # fmt: skip
_EBCDIC = b"\x4c\x6f\xa7\x94"
# What may stand before the root element (XML 1.0, 2.8); then its `<`, or that of a DTD, which is what we look for.
_PROLOG = re.compile(r"\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->)*+(<[^?!]|<!(?=[A-Za-z\[]))?", re.DOTALL)
_ENCODING = re.compile(r"""^\ufeff?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_ENCODINGS = re.compile(r"utf-?8|utf-?16(le|be)?|us-ascii|iso-8859-\d+|windows-125\d|latin-?1|ascii|gb2312|gbk|gb18030",
                        re.IGNORECASE)  # fmt: skip


class Opens(Protocol):
    """Gives the bytes of a part."""

    def open(self, name: str) -> IO[bytes]: ...


def check_entries(payload: bytes, infos: Sequence[zipfile.ZipInfo]) -> None:
    """The directory against the entries it lists. Raises `Refused`."""
    seen: set[str] = set()
    for info in infos:
        name = info.filename.replace("\\", "/")
        steps = name.lower().lstrip("/")
        if steps in seen:
            raise corrupt(f"part {name!r} stands twice in the zip")
        if ".." in steps.split("/") or "\x00" in info.orig_filename or re.match("[a-z]:", steps):
            raise corrupt(f"part {name!r} leads out of the package")
        seen.add(steps)
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise corrupt(f"part {info.filename!r} overlaps another")
        end = _end_of(payload, info)


def _end_of(payload: bytes, info: zipfile.ZipInfo) -> int:
    """Where the bytes of an entry end, its own header being what the directory says."""
    if info.header_offset + _LOCAL.size > len(payload):
        raise corrupt(f"part {info.filename!r} lies outside of the zip")
    head = _LOCAL.unpack_from(payload, info.header_offset)
    signature, flags, method, crc, packed, unpacked, name, extra = (head[i] for i in (0, 2, 3, 6, 7, 8, 9, 10))
    if signature != _SIGNATURE or method != info.compress_type or (flags ^ info.flag_bits) & 0x1:
        raise corrupt(f"part {info.filename!r} has another header than the directory says")
    told = not flags & _SIZES_FOLLOW and _IN_EXTRA not in (packed, unpacked)
    if told and (crc, packed, unpacked) != (info.CRC, info.compress_size, info.file_size):
        raise corrupt(f"part {info.filename!r} has other sizes than the directory says")
    end = info.header_offset + _LOCAL.size + int(name) + int(extra) + info.compress_size
    if end > len(payload):
        raise corrupt(f"part {info.filename!r} ends outside of the zip")
    return end


def check_beginnings(package: Opens, infos: Sequence[zipfile.ZipInfo]) -> None:
    """No part that is XML begins with a DTD, also none that no reader of ours looks at. Raises `Refused`."""
    for info in infos:
        if info.is_dir() or info.file_size == 0 or info.filename.lower().endswith(_WEB_PAGES):
            continue
        with package.open(info.filename) as stream:
            head = stream.read(_HEAD)
            if _is_xml(head):
                while (state := _state(head, info.filename)) is None:
                    more = stream.read(_HEAD * 8)
                    if not more:
                        break
                    if len(head) > _LONGEST_PROLOG:
                        raise corrupt(f"part {info.filename!r}: a prolog of more than {_LONGEST_PROLOG} bytes")
                    head += more
                if state is False:
                    raise corrupt(f"part {info.filename!r}: XML with a DOCTYPE")


def _is_xml(head: bytes) -> bool:
    if head.startswith(_EBCDIC):
        return True
    plain = head.removeprefix(b"\xef\xbb\xbf")
    for mark, _ in _WIDE:
        if head.startswith(mark):
            return b"<" in head
    return plain.lstrip(b" \t\r\n").startswith(b"<")


def _state(head: bytes, name: str) -> bool | None:
    """True: the root element begins; False: a DTD does; None: not to be seen yet."""
    if head.startswith(_EBCDIC):
        raise corrupt(f"part {name!r}: XML in EBCDIC")
    encoding = next((wide for mark, wide in _WIDE if head.startswith(mark)), "utf-8")
    if encoding == "utf-32":
        raise corrupt(f"part {name!r}: XML in UTF-32")
    text = head.decode(encoding, "replace")
    declared = _ENCODING.match(text)
    if declared is not None and not _ENCODINGS.fullmatch(declared[1]):
        raise corrupt(f"part {name!r}: XML in {declared[1][:20]!r}")
    found = _PROLOG.match(text)
    if found is None or found[1] is None:
        return None
    return found[1] != "<!"
