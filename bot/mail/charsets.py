"""Bytes of unknown or wrongly named charset → text. Pure.

Flow: the declared charset if it is a real text charset and fits, then UTF-8 (a few broken characters allowed), then
windows-1258, then Latin-1, which takes everything. Text in the TCVN3 or VNI font encodings has no charset of its own
and comes out as those letters look in windows-1258.

Failure policy: never raises. What had to be guessed is told by the second value of `decode_bytes`.
"""

import codecs
import re
from typing import Final

from bot.text.accents import nfc

_CODEC_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+\-]{0,39}")
# Only charsets: Python also knows "codecs" that are no charset at all (punycode, unicode_escape, idna …).
_TEXT_CODEC: Final = re.compile(
    r"ascii|utf-(?:8(?:-sig)?|16|16-[bl]e|32|32-[bl]e)|cp\d+|iso8859-\d+|koi8-[rut]|mac-[a-z]+|gb2312|gbk|gb18030|hz"
    r"|big5(?:hkscs)?|euc_[a-z]+|shift_jis\w*|iso2022_\w+|johab|tis-620"
)
# Latin-1 fits any bytes: declared for text that is plainly UTF-8, it is the usual slip of a careless program.
_FITS_EVERYTHING: Final = frozenset({"iso8859-1", "cp1252", "iso8859-15", "cp1258"})
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What cannot be seen and turns round, hides or parts what can: direction marks, joiners, invisible signs, fillers.
# Not the soft hyphen: in the TCVN3 encoding it is the letter ư, until `repair` has read it.
_UNSEEN: Final = re.compile(
    "[\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def decode_bytes(data: bytes, declared: str = "") -> tuple[str, bool]:
    """The text of `data`, and whether the charset was as declared (UTF-8 when nothing is). No NFC, no cleaning."""
    codec = _codec(declared)
    wanted = codec or "utf-8"
    for guess in dict.fromkeys(("utf-8" if wanted in _FITS_EVERYTHING else wanted, "utf-8", wanted)):
        text = _strict(data, guess)
        if text is not None:
            return text, (guess == wanted and (codec is not None or not declared)) or data.isascii()
    text = _nearly_utf8(data)
    if text is None:
        text = _strict(data, "cp1258")
    return (data.decode("latin-1") if text is None else text), False


def has_unseen(text: str) -> bool:
    """Whether characters stand in it that cannot be seen, or turn its order round."""
    return _UNSEEN.search(text) is not None


def clean_line(text: str) -> str:
    """One line in NFC: control and unseen characters gone, white space squeezed. Nothing can break out of a header."""
    return " ".join(nfc(_UNSEEN.sub("", _LINE_CONTROLS.sub(" ", text))).split())


def clean_text(text: str) -> str:
    """Lines of text in NFC: line ends as `\\n`, control and unseen characters gone, at most one blank line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = nfc(_UNSEEN.sub("", _CONTROLS.sub("", text)))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _codec(declared: str) -> str | None:
    """Python's name of a declared charset, None when it names none."""
    name = declared.strip().strip("\"'").split("*")[0]
    if not _CODEC_NAME.fullmatch(name):
        return None
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return found if _TEXT_CODEC.fullmatch(found) else None


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _nearly_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken characters, as when a program cut it in the middle of one."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for c in text if c > "\x7f") - broken
    return text if broken * 2 <= whole else None
