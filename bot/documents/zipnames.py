"""The names in a zip, whose bytes may be of any code page: the packer says which, or they are looked at.

Flow: the UTF-8 flag, else the Unicode path field, else bytes that are UTF-8 anyway (macOS), else the code page whose
letters look Vietnamese or at least like letters, else cp437, as the format has it. Composed (NFC).

Sources: APPNOTE 6.3.10, 4.4.4 (bit 11), 4.6.9 (Info-ZIP Unicode Path), appendix D (cp437).
"""

import struct
import unicodedata
import zipfile
import zlib

_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_CODE_PAGES = ("cp1258", "cp437", "cp1252")  # Explorer in Vietnam; Explorer and WinRAR elsewhere; other programs


def entry_name(info: zipfile.ZipInfo) -> str:
    """The path of an entry as its packer meant it."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")  # zipfile's own reading, undone
        name = _unicode_path(raw, info.extra) or _decoded(raw)
    return unicodedata.normalize("NFC", name.split("\x00")[0])


def _unicode_path(raw: bytes, extra: bytes) -> str:
    """The UTF-8 name in the Unicode path field, if there is one and it belongs to this very name."""
    position = 0
    while position + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, position)
        field = extra[position + 4 : position + 4 + size]
        if tag == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
        position += 4 + size
    return ""


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for code_page in _CODE_PAGES:
        try:
            text = unicodedata.normalize("NFC", raw.decode(code_page))
        except UnicodeDecodeError:
            continue
        if all(char.isascii() or _is_latin_letter(char) for char in text):
            return text
    return raw.decode("cp437")


def _is_latin_letter(char: str) -> bool:
    return char.isalpha() and unicodedata.name(char, "").startswith("LATIN")
