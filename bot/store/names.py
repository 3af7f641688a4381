"""File names that every system can hold: Linux, Windows shares, macOS, zip archives. Pure."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

LONGEST = 180  # bytes of UTF-8; leaves room for " (12)" and the system's own limit of 255
_PLENTY = 4_000  # characters of a name that are looked at: putting accents in order takes the square of their number
_FORBIDDEN = re.compile(r'[/\\<>:"|?*]')
# Windows' reserved names, with or without blanks before the dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)", re.IGNORECASE)


def safe_component(name: str, fallback: str) -> str:
    """One path component that says what `name` says: NFC, not hidden, no separators, no control or bidi characters.

    `fallback` stands where nothing is left. The extension survives shortening.
    """
    text = unicodedata.normalize("NFC", name[:_PLENTY].encode("utf-8", "ignore").decode("utf-8"))
    text = _FORBIDDEN.sub("_", text)
    text = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
    text = " ".join(text.split()).strip(". ")
    text = shorten(text, LONGEST)
    if _DEVICES.match(text):
        text = f"_{text}"
    return text or fallback


def shorten(name: str, limit: int) -> str:
    """`name` cut to `limit` bytes of UTF-8 before its extension, never within a character."""
    if len(name.encode()) <= limit:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > 16:
        suffix = ""
    stem = name.removesuffix(suffix).encode()[: limit - len(suffix.encode())]
    return stem.decode("utf-8", "ignore").rstrip(". ") + suffix


def numbered(name: str, count: int) -> str:
    """`báo cáo.docx` → `báo cáo (2).docx`; unchanged for 1."""
    if count == 1:
        return name
    path = PurePosixPath(name)
    return f"{name.removesuffix(path.suffix)} ({count}){path.suffix}"


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, numbered as needed so that it differs from all of `taken`, letter case aside."""
    folded = {other.casefold() for other in taken}
    count = 1
    while numbered(name, count).casefold() in folded:
        count += 1
    return numbered(name, count)
