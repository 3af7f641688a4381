"""Content-Transfer-Encoding undone, as far as it goes. Pure.

Failure policy: never raises. `decode_transfer` gives what could be decoded and whether all of it was sound.
"""

import binascii
import quopri
import re
from email.message import Message
from typing import Any, Final

_WHITE: Final = b" \t\r\n"
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]+")
_IDENTITY: Final = frozenset({"", "7bit", "8bit", "binary"})


def transfer_encoding(part: "Message[Any, Any]") -> str:
    """The declared encoding in lower case, one token."""
    words = str(part.get("Content-Transfer-Encoding") or "").split(";")[0].split()
    return words[0].strip("\"'").lower() if words else ""


def raw_payload(part: "Message[Any, Any]") -> bytes:
    """The bytes of a leaf part as they were on the wire, still encoded. Takes the part's encoding header away, which
    is how the email package is kept from decoding.
    """
    del part["Content-Transfer-Encoding"]
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The decoded bytes, and False when the data or the encoding's name were broken."""
    if encoding == "base64":
        return decode_base64(data)
    if encoding == "quoted-printable":
        return quopri.decodestring(data), True
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uudecode(data)
    return data, encoding in _IDENTITY


def decode_base64(data: bytes) -> tuple[bytes, bool]:
    """Base64 with whatever is broken in it left out: foreign characters, a cut end, several padded blocks in a row."""
    squeezed = data.translate(None, _WHITE)
    try:
        return binascii.a2b_base64(squeezed, strict_mode=True), True
    except binascii.Error:
        pass
    # Text that a list or a virus scanner put behind the padding is no base64: only a clean rest is taken along.
    head, padding, rest = squeezed.partition(b"=")
    rest = rest.lstrip(b"=")
    blocks = [_NOT_BASE64.sub(b"", head)]
    if padding and rest and not _NOT_BASE64.search(rest):
        blocks += [block for block in rest.split(b"=") if block]
    return b"".join(map(_block, blocks)), False


def _block(letters: bytes) -> bytes:
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uudecode(data: bytes) -> tuple[bytes, bool]:
    out: list[bytes] = []
    lines = iter(data.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return data, False
    for line in lines:
        if line.strip() in (b"end", b"`", b""):
            return b"".join(out), True
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            break
    return b"".join(out), False
