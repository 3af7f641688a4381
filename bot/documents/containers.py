"""What stands in a zip or OLE container, by the names of its parts and what they declare.

Flow: a zip is an Office file when its `[Content_Types].xml` declares the main part of one, and an OpenDocument file
when its entry `mimetype` says so; an OLE file is what its streams are called.

Failure policy: raises nothing but MemoryError; what cannot be opened is named by the bytes that still show.

Sources: ECMA-376 part 2 (content types); OpenDocument 1.3 part 2, 3.3 (mimetype) and 3.4 (encryption); MS-CFB 2.2;
MS-DOC 2.5.2 (fEncrypted); MS-XLS 2.4.117 (FilePass); MS-OXMSG 2.4 (property stream).
"""

import io
import struct
import zipfile
from dataclasses import dataclass

from bot.domain.document import FileKind

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CENTRAL_ENTRY = b"PK\x01\x02"
_MAX_ENTRIES = 20_000
_DECLARATION_BYTES = 1024 * 1024

_MAIN_PARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"wordprocessingml.document.main+xml", FileKind.DOCX),
    (b"wordprocessingml.template.main+xml", FileKind.DOCX),
    (b"ms-word.document.macroEnabled.main+xml", FileKind.DOCX),
    (b"ms-word.template.macroEnabledTemplate.main+xml", FileKind.DOCX),
    (b"spreadsheetml.sheet.main+xml", FileKind.XLSX),
    (b"spreadsheetml.template.main+xml", FileKind.XLSX),
    (b"ms-excel.sheet.macroEnabled.main+xml", FileKind.XLSX),
    (b"ms-excel.template.macroEnabled.main+xml", FileKind.XLSX),
    (b"ms-excel.sheet.binary.macroEnabled.main", FileKind.XLSB),
)
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_OPEN_KINDS = (
    (_OPEN_DOCUMENT + b"spreadsheet", FileKind.ODS),  # templates too, which add "-template"
    (_OPEN_DOCUMENT + b"text", FileKind.ODT),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A file's kind; whether it asks for a password; whether its container could not be opened, and why."""

    kind: FileKind
    encrypted: bool = False
    broken: str = ""


class _LockedError(Exception):
    """An entry that must be read asks for a password."""


def identify_zip(payload: bytes) -> Identity:
    """What a zip file is. Office packages, OpenDocument files, archives; OTHER for containers of other programs."""
    if payload.count(_CENTRAL_ENTRY) > _MAX_ENTRIES:  # opening it would already cost too much
        return Identity(by_entry_names(payload), broken="too many entries in the zip directory")
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
            if "[content_types].xml" in names:
                return _office(archive, names)
            return _open_document(archive, names) if "mimetype" in names else Identity(FileKind.ARCHIVE)
    except MemoryError:
        raise
    except _LockedError:
        return Identity(by_entry_names(payload), encrypted=True)
    except Exception as fault:  # zipfile raises a dozen types over a broken directory; each means the same here
        return Identity(by_entry_names(payload), broken=f"zip: {type(fault).__name__}: {fault}")


def _office(archive: zipfile.ZipFile, names: dict[str, str]) -> Identity:
    declared = _entry(archive, names["[content_types].xml"])
    plain = declared.replace(b"\x00", b"")  # UTF-16 without its zero bytes
    for content_type, kind in _MAIN_PARTS:
        if content_type in plain:
            return Identity(kind)
    return Identity(FileKind.XLSB if "xl/workbook.bin" in names else FileKind.OTHER)


def _open_document(archive: zipfile.ZipFile, names: dict[str, str]) -> Identity:
    kind = _open_kind(_entry(archive, names["mimetype"]))
    if kind is FileKind.OTHER:
        return Identity(kind)
    manifest = names.get("meta-inf/manifest.xml")
    # The newest form wraps the whole package; the older one keeps the parts and says in the manifest how each is
    # locked.
    locked = "encrypted-package" in names or (manifest is not None and b"encryption-data" in _entry(archive, manifest))
    return Identity(kind, encrypted=locked)


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of an entry, at most as many as a declaration ever needs. Raises what zipfile raises."""
    info = archive.getinfo(name)
    if info.flag_bits & 0x1:
        raise _LockedError
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("unknown compression")
    with archive.open(info) as stream:
        return stream.read(_DECLARATION_BYTES)


def _open_kind(declared: bytes) -> FileKind:
    return next((kind for name, kind in _OPEN_KINDS if declared.startswith(name)), FileKind.OTHER)


def by_entry_names(payload: bytes) -> FileKind:
    """Entry names stand in the clear in each local header, also when the directory at the end is lost."""
    if b"word/document" in payload:
        return FileKind.DOCX
    if b"xl/workbook.bin" in payload:
        return FileKind.XLSB
    if b"xl/workbook" in payload or b"xl/worksheets/" in payload:
        return FileKind.XLSX
    declared = payload[30:200].partition(b"mimetype")[2]  # first in an OpenDocument file, and not compressed
    found = _open_kind(declared[declared.find(_OPEN_DOCUMENT) :]) if _OPEN_DOCUMENT in declared else FileKind.OTHER
    return FileKind.ARCHIVE if found is FileKind.OTHER else found


def identify_ole(payload: bytes) -> Identity:
    """What an OLE file is: an old Word or Excel file, an Outlook message, a locked Office package; OTHER else."""
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
            return Identity(FileKind.MSG if ole.exists("__properties_version1.0") else FileKind.OTHER)
    except MemoryError:
        raise
    except Exception as fault:  # olefile lets struct, index and OS errors through for broken files
        return Identity(by_stream_names(payload), broken=f"ole: {type(fault).__name__}: {fault}")


def by_stream_names(payload: bytes) -> FileKind:
    """Stream names stand in the clear in the directory, also when its chain is broken."""
    if "EncryptedPackage".encode("utf-16-le") in payload:
        return FileKind.OTHER
    if "__properties_version1.0".encode("utf-16-le") in payload:  # first: a message carries other files whole
        return FileKind.MSG
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
