"""Builders of containers: archives, Outlook messages and winmail.dat, byte by byte where no program writes them."""

import io
import itertools
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable

os.environ.setdefault("LIBARCHIVE", "libarchive.so.13")

Files = Iterable[tuple[str, bytes]]


def zipped(files: Files, *, code_page: str = "utf-8", flag: bool = True) -> bytes:
    """A zip whose names are in `code_page`; without `flag` it does not say that they are UTF-8."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = _Info(name)
            info.raw, info.utf8 = name.encode(code_page), flag
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


class _Info(zipfile.ZipInfo):
    raw = b""
    utf8 = True

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, self.flag_bits | 0x800 if self.utf8 else self.flag_bits & ~0x800


def seven_zip(files: Files, form: str = "7zip", filter_name: str | None = None, **options: object) -> bytes:
    """An archive as libarchive writes it: `form` 7zip, gnutar, pax …; `filter_name` gzip, xz …"""
    import libarchive

    out = bytearray()
    with libarchive.custom_writer(
        lambda piece: out.extend(piece) or len(piece), form, filter_name, **options
    ) as archive:
        for name, content in files:
            archive.add_file_from_memory(name, len(content), content)
    return bytes(out)


def _vint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _rar5_block(kind: int, fields: bytes, data: bytes = b"", flags: int = 0) -> bytes:
    flags |= 2 if data else 0
    body = _vint(kind) + _vint(flags) + (_vint(len(data)) if data else b"") + fields
    head = _vint(len(body)) + body
    return struct.pack("<I", zlib.crc32(head)) + head + data


def rar5(files: Files, *, volume: bool = False, encrypted: bool = False) -> bytes:
    """A RAR 5.0 archive with stored files (technote, "RAR 5.0 archive format"). `encrypted`: the headers are."""
    blocks = [b"Rar!\x1a\x07\x01\x00"]
    if encrypted:
        blocks.append(_rar5_block(4, _vint(0) + _vint(0) + bytes([15]) + bytes(16)) + bytes(64))
        return b"".join(blocks)
    blocks.append(_rar5_block(1, _vint(1 if volume else 0)))
    for name, content in files:
        raw = name.encode()
        fields = _vint(4) + _vint(len(content)) + _vint(0x20) + struct.pack("<I", zlib.crc32(content))
        fields += _vint(0) + _vint(0) + _vint(len(raw)) + raw
        blocks.append(_rar5_block(2, fields, content, 0x10 if volume else 0))
    blocks.append(_rar5_block(5, _vint(1 if volume else 0)))
    return b"".join(blocks)


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _mapi(*properties: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<I", len(properties))
    for kind, name, data in properties:
        out += struct.pack("<HHII", kind, name, 1, len(data)) + data + bytes(-len(data) % 4)
    return out


def winmail(files: Files, *, long_names: bool = True, short: bytes = b"BAOCAO~1.DOC\0") -> bytes:
    """A winmail.dat (MS-OXTNEF) with attachments."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x9006, 8, struct.pack("<I", 0x10000))
    out += _attribute(1, 0x9007, 6, struct.pack("<II", 1252, 0))
    for name, content in files:
        out += _attribute(2, 0x9002, 6, bytes(14))
        out += _attribute(2, 0x8010, 1, short)
        out += _attribute(2, 0x800F, 6, content)
        if long_names:
            out += _attribute(2, 0x9005, 6, _mapi((0x1F, 0x3707, name.encode("utf-16-le") + b"\0\0")))
    return out


Storage = dict[str, "bytes | Storage"]


def ole(root: Storage) -> bytes:
    """An OLE file (MS-CFB 3) of storages and streams."""
    entries: list[tuple[str, int, bytes, int, int]] = []  # name, type, data, child, right

    def add(name: str, node: "bytes | Storage") -> int:
        number = len(entries)
        entries.append((name, 2 if isinstance(node, bytes) else 1, node if isinstance(node, bytes) else b"", -1, -1))
        if not isinstance(node, bytes):
            children = [add(child, node[child]) for child in sorted(node, key=lambda n: (len(n), n.upper()))]
            for one, following in itertools.pairwise(children):
                entries[one] = (*entries[one][:4], following)
            if children:
                entries[number] = (*entries[number][:3], children[0], entries[number][4])
        return number

    add("Root Entry", root)
    large, small = _Sectors(512), _Sectors(64)
    starts = [(small if 0 < len(data) < 4_096 else large).store(data) for _, _, data, _, _ in entries]
    mini_start, mini_size = large.store(b"".join(small.sectors)), 64 * len(small.sectors)
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBiii", 2 * len(name) + 2, 5 if number == 0 else kind, 1, -1, right, child)
        + bytes(36)
        + struct.pack("<iQ", *((starts[number], len(data)) if number else (mini_start, mini_size)))
        for number, (name, kind, data, child, right) in enumerate(entries)
    )
    directory_start = large.store(directory)
    mini_fat = struct.pack(f"<{len(small.chain)}i", *small.chain)
    mini_fat_start = large.store(mini_fat + b"\xff" * (-len(mini_fat) % 512))
    count = 1
    while count * 128 < len(large.sectors) + count:
        count += 1
    fat_start = len(large.sectors)
    chain = [*large.chain, *[-3] * count]
    fat = struct.pack(f"<{len(chain)}i", *chain).ljust(512 * count, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    mini = (mini_fat_start, -(-len(mini_fat) // 512))
    header += struct.pack("<IIiIIiIiI", 0, count, directory_start, 0, 4_096, *mini, -2, 0)
    header += struct.pack("<109i", *([fat_start + i for i in range(count)] + [-1] * (109 - count)))
    return header + b"".join(large.sectors) + fat


class _Sectors:
    def __init__(self, size: int) -> None:
        self._size = size
        self.sectors: list[bytes] = []
        self.chain: list[int] = []

    def store(self, data: bytes) -> int:
        """The number of the first sector; -2 where there is nothing to store."""
        first = len(self.sectors)
        for start in range(0, len(data), self._size):
            self.sectors.append(data[start : start + self._size].ljust(self._size, b"\0"))
            self.chain.append(len(self.sectors))
        if data:
            self.chain[-1] = -2
        return first if data else -2


def _property(name: int, kind: int, value: int) -> bytes:
    return struct.pack("<HHIq", kind, name, 6, value)


def _storage(header: int, texts: dict[int, str], *, data: bytes | None = None, method: int = 1) -> Storage:
    rows, streams = b"", {}
    for name, text in texts.items():
        raw = text.encode("utf-16-le")
        rows += _property(name, 0x1F, len(raw) + 2)
        streams[f"__substg1.0_{name:04X}001F"] = raw
    if header == 8:
        rows += _property(0x3705, 3, method)
    if data is not None:
        rows += _property(0x3701, 0x102, len(data))
        streams["__substg1.0_37010102"] = data
    return {"__properties_version1.0": bytes(header) + rows, **streams}


def message(
    files: Files, *, subject: str = "Báo cáo", attached: Storage | None = None, inner: bool = False, method: int = 1
) -> Storage:
    """An Outlook message (MS-OXMSG) with attachments; `attached` is a message within it, made with `inner`."""
    texts = {0x0037: subject, 0x1000: "Kính gửi Sở Nội vụ.", 0x0C1A: "Văn thư", 0x5D01: "vt@stp.example"}
    storage = _storage(24 if inner else 32, texts)
    number = 0
    for name, content in files:
        storage[f"__attach_version1.0_#{number:08X}"] = _storage(8, {0x3707: name}, data=content, method=method)
        number += 1
    if attached is not None:
        holder = _storage(8, {0x3001: "Thư chuyển tiếp"}, method=5)
        storage[f"__attach_version1.0_#{number:08X}"] = {**holder, "__substg1.0_3701000D": attached}
    return storage
