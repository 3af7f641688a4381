"""Header fields as mail really has them → text, addresses and message ids. Pure, and linear in the input's length.

Flow: `decode_value` unfolds, decodes raw 8-bit bytes and encoded words (RFC 2047, in the broken ways that occur too)
and squeezes the result to one line. `parse_addresses` splits an address list (RFC 5322, 3.4) before anything is
decoded, so that nothing inside a display name can pass for an address. `message_ids` picks out `<…>`.

Failure policy: never raises. What is no address is left out; values are cut at `MAX_VALUE` characters.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from bot.mail.charsets import clean_line, decode_bytes, has_unseen

MAX_VALUE: Final = 16_384
MAX_ADDRESSES: Final = 500
MAX_IDS: Final = 200
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?(.{0,4000}?)\?=", re.DOTALL)
_DOMAIN: Final = r"(?:\[[0-9A-Za-z.:]{1,60}\]|[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f-\x9f]{1,255})"
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f-\x9f\ue000]{1,64}@" + _DOMAIN)
_QUOTED_LOCAL: Final = re.compile(r'"[^"\\\x00-\x1f\x7f-\x9f<>]{1,62}"@' + _DOMAIN)
_MESSAGE_ID: Final = re.compile(r"<([^<>\s\x00-\x1f\x7f]{1,900})>")
_QUOTED_AT: Final = "\ue000"  # stands for "@" inside a quoted name while the list is taken apart
# Only ASCII letters have a case in addresses: str.lower() would also turn the Kelvin sign into a plain k.
_ASCII_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox of an address list: its address in lower case and its display name, decoded."""

    address: str
    name: str = ""


def header_bytes(raw: str) -> bytes:
    """The bytes on the wire of a value that the email package holds with surrogate escapes."""
    return raw.encode("utf-8", "surrogateescape") if _only_escapes(raw) else raw.encode("utf-8", "replace")


def unfold(raw: str) -> str:
    """One line, cut at `MAX_VALUE`; raw 8-bit bytes decoded, encoded words left as they are."""
    raw = raw[:MAX_VALUE]
    text = raw if raw.isascii() else decode_bytes(header_bytes(raw))[0]
    return re.sub(r"[\r\n]+[ \t]*", " ", text).replace("\x00", "").strip()


def decode_value(raw: str) -> str:
    """An unstructured value as people read it: one line, NFC, no control characters."""
    return clean_line(decode_words(unfold(raw)))


def decode_words(text: str) -> str:
    """Encoded words decoded; neighbours of one charset are joined as bytes first, since many programs cut characters
    in two.
    """
    pieces: list[str] = []
    pending, pending_charset = b"", ""
    end = 0
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        charset, payload = match[1].lower(), _word_bytes(match[2], match[3])
        joins = end > 0 and not gap.strip()
        if joins and charset == pending_charset:
            pending += payload
        else:
            pieces.append(decode_bytes(pending, pending_charset)[0])
            pieces.append("" if joins else gap)
            pending, pending_charset = payload, charset
        end = match.end()
    if end == 0:
        return text
    return "".join((*pieces, decode_bytes(pending, pending_charset)[0], text[end:]))


def parse_addresses(raw: str) -> tuple[Mailbox, ...]:
    """All mailboxes of an address list, group members included; every `<…>` counts, whatever stands around it."""
    found: list[Mailbox] = []
    # A NUL that fell out would make another address of this one, which no server has looked at.
    for item in _split_list(unfold(raw.replace("\x00", "\ufffd"))):
        if item.angles:
            name = clean_line(decode_words(item.words).replace(_QUOTED_AT, "@"))
            found += [Mailbox(address, name) for inside in item.angles for address in _addresses(inside)]
        else:
            name = clean_line(decode_words(item.comment))
            found += [Mailbox(address, name) for address in _addresses(item.words)]
        if len(found) >= MAX_ADDRESSES:
            break
    return tuple(dict.fromkeys(found))[:MAX_ADDRESSES]


def message_ids(raw: str) -> tuple[str, ...]:
    """The message ids of a field with their angle brackets, each once; of too many the first and the newest ones."""
    ids = tuple(dict.fromkeys(f"<{found}>" for found in _MESSAGE_ID.findall(clean_line(raw[: MAX_VALUE * 16]))))
    return ids if len(ids) <= MAX_IDS else (ids[0], *ids[-(MAX_IDS - 1) :])


def first_message_id(raw: str) -> str:
    """The first message id, or an empty string. One without angle brackets, as some programs write it, gets them."""
    ids = message_ids(raw)
    if ids:
        return ids[0]
    bare = clean_line(raw[:MAX_VALUE]).strip("<> ")
    return f"<{bare}>" if bare and " " not in bare and len(bare) <= 900 and "<" not in bare else ""


@dataclass(slots=True)
class _Item:
    """One comma-separated piece of an address list: text outside brackets, contents of `<…>`, comments."""

    words: str = ""
    angles: tuple[str, ...] = ()
    comment: str = ""


def _split_list(text: str) -> list[_Item]:
    """One pass over the characters: quotes, comments, angle brackets and group colons. An opening mark that nothing
    closes is an ordinary character, but `<` then reaches to the end.
    """
    closing = _closing(text)
    items = [_Item()]
    position = 0
    while position < len(text):
        item, char = items[-1], text[position]
        end = closing.get(position, len(text) if char == "<" else position)
        inside = text[position + 1 : end]
        if char == "<":
            item.angles += (inside.rpartition(":")[2] if inside.lstrip().startswith("@") else inside,)
        elif char == '"' and end > position:
            # A quoted local part keeps its quotes; in a quoted name no "@" may count.
            is_local = text[end + 1 : end + 2] == "@"
            item.words += f'"{inside}"' if is_local else re.sub(r"\\(.)", r"\1", inside).replace("@", _QUOTED_AT)
        elif char == "(" and end > position:
            item.comment = inside
        elif char in ",;":
            items.append(_Item())
        elif char == ":" and not item.angles and "@" not in item.words:
            item.words = ""  # that was the name of a group
        else:
            item.words += char
        position = end + 1
    return items


def _closing(text: str) -> dict[int, int]:
    """Where the quotes, comments and angle brackets that open at a position close."""
    closing: dict[int, int] = {}
    quote = angle = None
    comments: list[int] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 1
        elif char == '"' and angle is None:
            if quote is not None:
                closing[quote] = position
            quote = position if quote is None else None
        elif quote is None and char == "(" and angle is None:
            comments.append(position)
        elif quote is None and char == ")" and comments:
            closing[comments.pop()] = position
        elif quote is None and char == "<" and angle is None and not comments:
            angle = position
        elif quote is None and char == ">" and angle is not None:
            closing[angle], angle = position, None
        position += 1
    return closing


def _address(text: str) -> str:
    """The text as an address in lower case, or an empty string when it is none."""
    text = text.strip().strip("'").removeprefix("mailto:")
    if has_unseen(text):
        return ""  # it looks like another address, which may be one that we know
    if _ADDRESS.fullmatch(text) or _QUOTED_LOCAL.fullmatch(text):
        return text.translate(_ASCII_LOWER)
    return ""


def _addresses(text: str) -> tuple[str, ...]:
    """The addresses in a piece of text: itself when it is one, or else those among its words."""
    # Blanks may stand around "@" and dots (obsolete, RFC 5322, 4.4), and nowhere else within an address.
    whole = _address(text) or _address(re.sub(r" ?([@.]) ?", r"\1", text))
    words = re.split(r"[\s,;<>\[\]]+", text)
    return (whole,) if whole else tuple(a for word in words if (a := _address(word)))


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.replace(" ", "_").encode("utf-8", "replace"), header=True)
    letters = re.sub(r"[^A-Za-z0-9+/]", "", text)
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(letters + "=" * (-len(letters) % 4))


def _only_escapes(text: str) -> bool:
    """Whether every lone surrogate is an escaped byte."""
    return not any("\ud800" <= c <= "\udfff" and not "\udc80" <= c <= "\udcff" for c in text)
