"""Parameters of MIME fields (`name=`, `filename*0*=`) in every form that mail programs write. Pure.

Flow: the field is split at semicolons outside quotes, continuations (RFC 2231, 3) are put together in their order,
extended values are percent-decoded in their charset, and encoded words (RFC 2047, forbidden here and used all the
same) are decoded.

Failure policy: never raises. A parameter that makes no sense is left out.
"""

import re
import urllib.parse
from collections.abc import Iterator
from typing import Final

from bot.mail.charsets import clean_line, decode_bytes
from bot.mail.headers import decode_words, header_bytes, unfold

MAX_PIECES: Final = 200
_KEY: Final = re.compile(r"\s*([^\s=;*]{1,60})(?:\*(\d{1,3}))?(\*)?\s*=")
_CHARSET_PREFIX: Final = re.compile(r"([A-Za-z0-9_.:-]{2,40})'([A-Za-z-]{0,20})'(.*)", re.DOTALL)
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")


def parameters(raw: str) -> dict[str, str]:
    """All parameters of a field by lower-case name, decoded to one line of NFC text each.

    An extended value (`filename*=`) wins over a plain one of the same name, as RFC 6266 asks for.
    """
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for count, (name, index, extended, value) in enumerate(_split(_keep_bytes(raw))):
        if count >= MAX_PIECES:
            break
        if index is None and not extended:
            plain.setdefault(name, value)
        else:
            pieces.setdefault(name, {}).setdefault(index or 0, (extended, value))
    joined = {name: _join([parts[i] for i in sorted(parts)]) for name, parts in pieces.items()}
    return {name: _plain(value) for name, value in plain.items()} | {n: v for n, v in joined.items() if v}


def _keep_bytes(raw: str) -> str:
    """The field on one line, raw bytes still as surrogate escapes: percent sequences and bytes may be mixed."""
    return re.sub(r"[\r\n]+[ \t]*", " ", raw[: 4 * 16_384]).replace("\x00", "")


def _split(text: str) -> Iterator[tuple[str, int | None, bool, str]]:
    """(name, number of the continuation, extended, value) of each parameter after the first semicolon."""
    position = _next_semicolon(text, 0)
    while position < len(text):
        end = _next_semicolon(text, position + 1)
        found = _KEY.match(text, position + 1, end)
        if found:
            index = int(found[2]) if found[2] is not None else None
            yield found[1].lower(), index, found[3] is not None, _unquote(text[found.end() : end])
        position = end


def _next_semicolon(text: str, start: int) -> int:
    quoted = False
    position = start
    while position < len(text):
        char = text[position]
        if char == "\\" and quoted:
            position += 1
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            return position
        position += 1
    return len(text)


def _unquote(value: str) -> str:
    value = value.strip()
    if value.startswith('"'):
        value = value[1:].removesuffix('"')
    # Backslashes of Windows paths are not escapes, whatever the RFC says.
    return re.sub(r'\\(["\\])', r"\1", value)


def _plain(value: str) -> str:
    """A value without extension marks: encoded words, `utf-8''…` without its asterisk, or percent codes alone."""
    prefixed = _CHARSET_PREFIX.fullmatch(value)
    if prefixed and _PERCENT.search(prefixed[3]):
        return _percent(prefixed[3], prefixed[1])
    text = clean_line(decode_words(unfold(value)))
    if len(_PERCENT.findall(text)) >= 2 and not re.search(r"[\s%]", _PERCENT.sub("", text)):
        return _percent(text, "")
    return text


def _join(pieces: list[tuple[bool, str]]) -> str:
    """The continuations in order; only those marked as extended are percent-encoded, the first names the charset."""
    first_extended, first = pieces[0]
    charset = ""
    prefixed = _CHARSET_PREFIX.fullmatch(first) or re.fullmatch(r"()([A-Za-z-]{0,20})'(.*)", first, re.DOTALL)
    if first_extended and prefixed:
        charset, pieces = prefixed[1], [(True, prefixed[3].removeprefix("'")), *pieces[1:]]
    elif not any(extended for extended, _ in pieces):
        return _plain("".join(value for _, value in pieces))
    data = b"".join(
        urllib.parse.unquote_to_bytes(header_bytes(value)) if extended else header_bytes(value)
        for extended, value in pieces
    )
    return clean_line(decode_words(decode_bytes(data, charset)[0]))


def _percent(value: str, charset: str) -> str:
    return clean_line(decode_bytes(urllib.parse.unquote_to_bytes(header_bytes(value)), charset)[0])
