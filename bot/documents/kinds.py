"""What a file is, by its bytes alone; its name is never asked.

Flow: the first bytes name PDF, RTF, winmail.dat, pictures and archives; a text that begins with mail headers is a mail;
zip and OLE containers are opened (see containers). `sniff` looks at magic bytes only, so that it costs nothing in the
parent; `identify` opens the container.

Failure policy: raises nothing but MemoryError. A container that is too broken to open keeps the kind that its bytes
still show, so that a truncated .docx is a broken Word file and not an unknown thing.

Sources: RFC 5322 2.2 (header fields); MS-OXTNEF 2.1.3.1 (signature).
"""

import re

from bot.documents import containers
from bot.documents.containers import OLE_MAGIC, Identity
from bot.domain.document import FileKind

__all__ = ["OLE_MAGIC", "Identity", "guess", "identify", "is_blank", "kind_of", "sniff"]

_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
# A zip that went through a program for texts, which put its byte order mark first: Office asks to repair such a file.
_MARKED_ZIP = b"\xef\xbb\xbfPK\x03\x04"

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
    (b"{\\rtf", FileKind.RTF),
    (b"%PDF-", FileKind.PDF),
    (b"\x78\x9f\x3e\x22", FileKind.TNEF),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")

# Header fields of which any mail has two; others are too common at the start of other texts.
_MAIL_FIELDS = frozenset({b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"received"})
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_HEAD_BYTES = 65_536


def kind_of(payload: bytes) -> FileKind:
    """The kind of a file by its bytes. OTHER for what we have no word for, an encrypted Office package included."""
    return identify(payload).kind


def sniff(payload: bytes) -> FileKind | None:
    """The kind when the first bytes decide it; None for the containers (zip, OLE) that must be opened."""
    if payload.startswith((*_ZIP_MAGICS, OLE_MAGIC, _MARKED_ZIP)):
        return None
    for magic, kind in _MAGICS:
        if payload.startswith(magic):
            return kind
    if _is_mail(payload):
        return FileKind.MAIL
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
    by_names = containers.by_stream_names if payload.startswith(OLE_MAGIC) else containers.by_entry_names
    return by_names(payload)


def is_blank(payload: bytes) -> bool:
    """Nothing but white space or NUL bytes, as failed downloads leave them."""
    return not payload.strip(b"\x00 \t\r\n\x0b\x0c")


def identify(payload: bytes) -> Identity:
    """The kind, and whether the file is encrypted or its container broken. Opens zip and OLE containers."""
    kind = sniff(payload)
    if kind is not None:
        return Identity(kind)
    if payload.startswith(_MARKED_ZIP):
        return Identity(containers.by_entry_names(payload), broken="a byte order mark before the zip")
    opened = containers.identify_ole if payload.startswith(OLE_MAGIC) else containers.identify_zip
    return opened(payload)


def _is_text(payload: bytes) -> bool:
    head = payload[:_HEAD_BYTES]
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


def _is_mail(payload: bytes) -> bool:
    """It begins with header fields, at least two of a mail's own among them, up to a blank line or its end."""
    head = payload[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith((b"From ", b">From ")):  # the line that mail programs put before a saved mail
        head = head.partition(b"\n")[2]
    found: set[bytes] = set()
    for number, line in enumerate(head.split(b"\n")):
        line = line.rstrip(b"\r")
        if not line:
            break
        if line[:1] in b" \t":  # a folded field goes on
            if number == 0:
                return False
            continue
        field = _FIELD.match(line)
        if field is None or b"\x00" in line:
            return False
        found.add(field[1].lower())
    return len(found & _MAIL_FIELDS) >= 2
