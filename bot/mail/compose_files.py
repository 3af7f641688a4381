"""A file that goes with a mail, as a MIME part; and text that is safe in a header.

Flow: an enclosure in, the part's bytes with CRLF out: its name, its type, base64. The name stands twice, for no one
way is read by all: as RFC 2231 asks in Content-Disposition (Gmail, Thunderbird, newer Outlook, Python), and as an
encoded word (RFC 2047) in the name of Content-Type, which older Outlook goes by.

Deterministic. Nothing fails: what no file name may hold becomes a dash, a type that is none application/octet-stream.
"""

import re
from base64 import b64encode
from urllib.parse import quote

from bot.domain.letter import Enclosure

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
# With plain parameters, such as a calendar's `method`.
_CONTENT_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]{0,100}(?:; [a-z]{1,20}=[A-Za-z0-9-]{1,40}){0,3}")
# What Windows forbids in a name, and what would end a quoted string.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_LINE = 76
_WORD_BYTES = 42  # 56 characters in base64, 68 with what stands around them; 75 are allowed


def part_of(enclosure: Enclosure) -> bytes:
    """The part without a boundary: its header, an empty line, its contents."""
    name = _FORBIDDEN.sub("-", clean(enclosure.name)) or "tep"
    content_type = enclosure.content_type if _CONTENT_TYPE.fullmatch(enclosure.content_type) else ""
    lines = [
        f"Content-Type: {content_type or 'application/octet-stream'};",
        f" name={_encoded_words(name)}",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment;",
        *_file_name(name),
        "",
        *_base64_lines(enclosure.payload),
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def clean(text: str) -> str:
    """One line that is safe to print in a header: control, direction and zero-width characters and surrogates become a
    blank.
    """
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _file_name(name: str) -> list[str]:
    """The parameter `filename`: quoted when ASCII; else percent-encoded, in pieces when long (RFC 2231, 3 and 4)."""
    if name.isascii() and len(name) < _LINE - 13:
        return [f' filename="{name}"']
    whole = f" filename*=UTF-8''{quote(name, safe='')}"
    if len(whole) <= _LINE:
        return [whole]
    pieces, room = ["UTF-8''"], _LINE - 16
    for letter in name:
        encoded = quote(letter, safe="")
        if len(pieces[-1]) + len(encoded) > room:  # never within a letter: some readers decode each piece alone
            pieces.append("")
        pieces[-1] += encoded
    last = len(pieces) - 1
    return [f" filename*{at}*={piece}{'' if at == last else ';'}" for at, piece in enumerate(pieces)]


def _encoded_words(name: str) -> str:
    """`name` quoted, in encoded words unless it is ASCII. The quotes are what Outlook and Gmail write themselves."""
    if name.isascii():
        return f'"{name}"'
    chunks = [b""]
    for letter in name:
        if len(chunks[-1]) + len(letter.encode()) > _WORD_BYTES:
            chunks.append(b"")
        chunks[-1] += letter.encode()
    words = "\r\n ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in chunks)
    return f'"{words}"'


def _base64_lines(payload: bytes) -> list[str]:
    text = b64encode(payload).decode("ascii")
    return [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
