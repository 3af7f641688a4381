"""Names of attached files, as people read them and as any file system takes them. Pure.

Flow: `safe_name` cleans what the sender's program wrote, `guess_extension` finds one for a file without a name by its
bytes and then its declared type, `Names` makes each name of a mail unique.

Failure policy: never raises. What leaves nothing usable comes out as an empty string, and the caller makes a name.
"""

import re
from typing import Final

from bot.mail.charsets import clean_line

MAX_NAME: Final = 120
MAX_NAME_BYTES: Final = 200
"""File systems count bytes, and a Vietnamese letter has up to three."""
_FORBIDDEN: Final = re.compile(r'[<>:"|?*/]')
# Blanks before the dot don't help on Windows.
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?=\.|$)", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,10}$")

_BY_TYPE: Final = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": ".xlsb",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/vnd.rar": ".rar",
    "application/x-rar-compressed": ".rar",
    "application/x-7z-compressed": ".7z",
    "application/ms-tnef": ".dat",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/pgp-signature": ".asc",
    "application/rtf": ".rtf",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/rtf": ".rtf",
    "text/vcard": ".vcf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/tiff": ".tif",
    "image/heic": ".heic",
    "image/webp": ".webp",
    "message/rfc822": ".eml",
}
_BARE: Final = frozenset({*_BY_TYPE.values(), ".docm", ".xlsm"})
"""An ending of documents is no name: a file that is called so needs one."""
_BY_MAGIC: Final = (
    (b"%PDF-", ".pdf"),
    (b"\x89PNG\r\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
    (b"Rar!\x1a", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"{\\rtf", ".rtf"),
    (b"BEGIN:VCALENDAR", ".ics"),
    (b"\x78\x9f\x3e\x22", ".dat"),
)


def safe_name(name: str) -> str:
    """The name in NFC without path, control and bidi characters, at most `MAX_NAME` characters, extension kept.

    A slash inside a name ("quý I/2023.docx") becomes a dash; only what looks like a path loses its folders.
    """
    name = clean_line(name)
    name = name.rpartition("\\")[2]
    folders = name.split("/")
    name = folders[-1] if {"", ".", "..", "~"} & set(folders) else name
    name = _FORBIDDEN.sub("-", name).rstrip(" .")
    if not name.strip("- .") or name.lower() in _BARE:
        return ""
    name = name.lstrip(" .")
    if _RESERVED.match(name):
        name = "_" + name
    return shorten(name)


def shorten(name: str, suffix: str = "") -> str:
    """The name with `suffix` before its extension, cut before it where it is too long."""
    found = _EXTENSION.search(name)
    extension = found[0] if found else ""
    stem = name.removesuffix(extension)
    stem = stem[: MAX_NAME - len(suffix) - len(extension)]
    while len((stem + suffix + extension).encode()) > MAX_NAME_BYTES:
        stem = stem[:-1]
    return (stem.rstrip(" .") or "_") + suffix + extension


def guess_extension(payload: bytes, content_type: str) -> str:
    """An extension with its dot: by the first bytes, then by the declared type, `.bin` when neither tells."""
    for magic, extension in _BY_MAGIC:
        if payload.startswith(magic):
            return extension
    declared = _BY_TYPE.get(content_type, ".bin")
    if payload.startswith(b"PK\x03\x04"):
        # Part names stand in clear in a package's directory, at its end, and in its first entries.
        seen = payload[:65_536] + payload[-65_536:]
        inside = ((b"word/", ".docx"), (b"xl/", ".xlsx"), (b"ppt/", ".pptx"))
        return next((ext for part, ext in inside if part in seen), declared if declared in (".odt", ".ods") else ".zip")
    if payload.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        streams = (("WordDocument", ".doc"), ("Workbook", ".xls"), ("Book", ".xls"), ("__properties_", ".msg"))
        return next((ext for stream, ext in streams if stream.encode("utf-16-le") in payload), declared)
    return declared


class Names:
    """The names given out within one mail, each once; case does not tell names apart, as on Windows."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._unnamed = 0

    def take(self, name: str) -> str:
        """`name`, or `name (2)`, `name (3)` … before the extension when it is taken."""
        chosen, count = name, 1
        while chosen.casefold() in self._taken:
            count += 1
            chosen = shorten(name, f" ({count})")
        self._taken.add(chosen.casefold())
        return chosen

    def make(self, extension: str) -> str:
        """A name for a file that has none: `tep-dinh-kem-1.xlsx`."""
        self._unnamed += 1
        return self.take(f"tep-dinh-kem-{self._unnamed}{extension}")
