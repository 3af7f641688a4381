"""What a file is, by its bytes alone; its name is never asked.

Flow: the first bytes name PDF, pictures and archives; a zip is an Office file when its `[Content_Types].xml` declares
the main part of one; an OLE file is what its streams are called. `sniff` looks at magic bytes only, so that it costs
nothing in the parent; `identify` opens the container.

Failure policy: raises nothing but MemoryError. A container that is too broken to open keeps the kind that its bytes
still show, so that a truncated .docx is a broken Word file and not an unknown thing.

Sources: ECMA-376 part 2 (content types); MS-CFB 2.2; MS-DOC 2.5.2 (fEncrypted); MS-XLS 2.4.117 (FilePass).
"""

import io
import struct
import zipfile
from dataclasses import dataclass

from bot.domain.document import FileKind

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_CENTRAL_ENTRY = b"PK\x01\x02"
_MAX_ENTRIES = 20_000
_CONTENT_TYPES_BYTES = 1024 * 1024

_MAGICS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x89PNG\r\n\x1a\n", FileKind.IMAGE),
    (b"\xff\xd8\xff", FileKind.IMAGE),
    (b"GIF87a", FileKind.IMAGE),
    (b"GIF89a", FileKind.IMAGE),
    (b"II*\x00", FileKind.IMAGE),
    (b"MM\x00*", FileKind.IMAGE),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b\x08", FileKind.ARCHIVE),
    (b"BZh", FileKind.ARCHIVE),
    (b"\xfd7zXZ\x00", FileKind.ARCHIVE),
    (b"MSCF\x00\x00\x00\x00", FileKind.ARCHIVE),
    (b"{\\rtf", FileKind.OTHER),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")

_MAIN_PARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"wordprocessingml.document.main+xml", FileKind.DOCX),
    (b"wordprocessingml.template.main+xml", FileKind.DOCX),
    (b"ms-word.document.macroEnabled.main+xml", FileKind.DOCX),
    (b"ms-word.template.macroEnabledTemplate.main+xml", FileKind.DOCX),
    (b"spreadsheetml.sheet.main+xml", FileKind.XLSX),
    (b"spreadsheetml.template.main+xml", FileKind.XLSX),
    (b"ms-excel.sheet.macroEnabled.main+xml", FileKind.XLSX),
    (b"ms-excel.template.macroEnabled.main+xml", FileKind.XLSX),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A file's kind; whether it asks for a password; whether its container could not be opened, and why."""

    kind: FileKind
    encrypted: bool = False
    broken: str = ""


def kind_of(payload: bytes) -> FileKind:
    """The kind of a file by its bytes. OTHER for what we have no word for, an encrypted Office package included."""
    return identify(payload).kind


def sniff(payload: bytes) -> FileKind | None:
    """The kind when the first bytes decide it; None for the containers (zip, OLE) that must be opened."""
    if payload.startswith((*_ZIP_MAGICS, OLE_MAGIC)):
        return None
    for magic, kind in _MAGICS:
        if payload.startswith(magic):
            return kind
    if b"%PDF-" in payload[:1024]:
        return FileKind.PDF
    if payload[:4] == b"RIFF" and payload[8:12] == b"WEBP":
        return FileKind.IMAGE
    if payload[4:8] == b"ftyp" and payload[8:12] in _HEIF_BRANDS:
        return FileKind.IMAGE
    if payload[:2] == b"BM" and payload[6:10] == b"\x00" * 4 and len(payload) >= 26:
        return FileKind.IMAGE
    if payload[257:262] == b"ustar":
        return FileKind.ARCHIVE
    return FileKind.TEXT if _is_text(payload) else FileKind.OTHER


def guess(payload: bytes) -> FileKind:
    """The kind without opening a container, by the names that stand in its bytes: for files that could not be read."""
    kind = sniff(payload)
    if kind is not None:
        return kind
    return _ole_kind_by_stream_names(payload) if payload.startswith(OLE_MAGIC) else _kind_by_entry_names(payload)


def is_blank(payload: bytes) -> bool:
    """Nothing but white space or NUL bytes, as failed downloads leave them."""
    return not payload.strip(b"\x00 \t\r\n\x0b\x0c")


def identify(payload: bytes) -> Identity:
    """The kind, and whether the file is encrypted or its container broken. Opens zip and OLE containers."""
    kind = sniff(payload)
    if kind is not None:
        return Identity(kind)
    return _identify_ole(payload) if payload.startswith(OLE_MAGIC) else _identify_zip(payload)


def _is_text(payload: bytes) -> bool:
    head = payload[:65_536]
    if not head:
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = head[: len(head) // 2 * 2].decode("utf-16")
        except UnicodeDecodeError:
            return False
        return "\x00" not in text
    if any(byte < 0x20 and byte not in b"\t\n\r\x0c" for byte in set(head)):
        return False
    # Old Vietnamese encodings are eight-bit, but most of a text is still plain letters.
    return sum(1 for byte in head if byte < 0x80) * 10 >= len(head) * 6


def _identify_zip(payload: bytes) -> Identity:
    if payload.count(_CENTRAL_ENTRY) > _MAX_ENTRIES:  # opening it would already cost too much
        return Identity(_kind_by_entry_names(payload), broken="too many entries in the zip directory")
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
            types_name = names.get("[content_types].xml")
            if types_name is None:
                return Identity(FileKind.OTHER if "mimetype" in names else FileKind.ARCHIVE)
            info = archive.getinfo(types_name)
            if info.flag_bits & 0x1:
                return Identity(_kind_by_entry_names(payload), encrypted=True)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                return Identity(_kind_by_entry_names(payload), broken="unknown compression")
            with archive.open(info) as stream:
                declared = stream.read(_CONTENT_TYPES_BYTES)
    except MemoryError:
        raise
    except Exception as fault:  # zipfile raises a dozen types over a broken directory; each means the same here
        return Identity(_kind_by_entry_names(payload), broken=f"zip: {type(fault).__name__}: {fault}")
    plain = declared.replace(b"\x00", b"")  # UTF-16 without its zero bytes
    for content_type, kind in _MAIN_PARTS:
        if content_type in plain:
            return Identity(kind)
    return Identity(FileKind.OTHER)


def _kind_by_entry_names(payload: bytes) -> FileKind:
    """Entry names stand in the clear in each local header, also when the directory at the end is lost."""
    if b"word/document" in payload:
        return FileKind.DOCX
    if b"xl/workbook" in payload or b"xl/worksheets/" in payload:
        return FileKind.XLSX
    return FileKind.ARCHIVE


def _identify_ole(payload: bytes) -> Identity:
    import olefile  # only for old files: importing it takes longer than reading a small one

    try:
        with olefile.OleFileIO(io.BytesIO(payload)) as ole:
            if ole.exists("EncryptedPackage") or ole.exists("\x06DataSpaces"):
                return Identity(FileKind.OTHER, encrypted=True)
            for name in ("Workbook", "Book"):
                if ole.exists(name):
                    return Identity(FileKind.XLS, encrypted=_has_file_pass(ole.openstream(name).read(4_096)))
            if ole.exists("WordDocument"):
                return Identity(FileKind.DOC, encrypted=_fib_says_encrypted(ole.openstream("WordDocument").read(32)))
            return Identity(FileKind.OTHER)
    except MemoryError:
        raise
    except Exception as fault:  # olefile lets struct, index and OS errors through for broken files
        return Identity(_ole_kind_by_stream_names(payload), broken=f"ole: {type(fault).__name__}: {fault}")


def _ole_kind_by_stream_names(payload: bytes) -> FileKind:
    if "EncryptedPackage".encode("utf-16-le") in payload:
        return FileKind.OTHER
    if "Workbook".encode("utf-16-le") in payload:
        return FileKind.XLS
    return FileKind.DOC if "WordDocument".encode("utf-16-le") in payload else FileKind.OTHER


def _has_file_pass(head: bytes) -> bool:
    """A FilePass record stands among the first records of the workbook's globals."""
    position = 0
    while position + 4 <= len(head):
        record, size = struct.unpack_from("<HH", head, position)
        if record == 0x002F:
            return True
        if record == 0x000A:  # EOF
            return False
        position += 4 + size
    return False


def _fib_says_encrypted(fib: bytes) -> bool:
    return len(fib) >= 12 and bool(struct.unpack_from("<H", fib, 10)[0] & 0x0100)
