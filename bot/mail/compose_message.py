"""The final bytes of a mail that we send: headers, then the text and the HTML part, then the files that go with it.

Flow: facts and rendered words in, RFC 5322 bytes with CRLF out: multipart/alternative, or with enclosures
multipart/mixed with the alternative as its first part. Nothing here is random or reads a clock: the same
notice at the same time has the same bytes.

The header lines are folded here, not by `email.policy`: that one writes long Message-IDs in References as encoded
words (RFC 2047 forbids it there, and the thread is lost).

Failure: an address of ours or of an agency that is none raises ValueError, for it is the configuration's fault and a
mail to nobody must not be queued. Whatever comes from a foreign mail (subject, Message-IDs) is cleaned instead.
"""

import hashlib
import re
import textwrap
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote

from bot.domain.letter import Enclosure, Thread
from bot.mail.compose_files import clean, part_of

# A dot-atom address (RFC 5322, 3.4.1): no blanks, no control characters, no brackets.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
# A thread may be hundreds of mails long; the first and the last ones are what threading goes by.
MAX_REFERENCES = 30
# Bytes in one encoded word: 60 characters in base64, 72 with what stands around them; 75 are allowed.
MAX_ENCODED = 45


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands in the header beside the words. `date` is aware, in the time zone in which it is printed."""

    sender_name: str
    sender_address: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    date: datetime
    message_id: str
    key: str
    is_answer: bool
    thread: Thread | None = None
    about: str = ""
    covers: str = ""


def new_message_id(key: str, at: datetime, address: str) -> str:
    """A Message-ID of our own, with its angle brackets, under the domain of `address`: unique as `key` and `at` are
    together.
    """
    at = at.astimezone(UTC)  # the same instant, whatever zone it is told in
    digest = hashlib.sha256(f"{key}\n{at.isoformat()}\n{address}".encode()).hexdigest()[:20]
    return f"<{at:%Y%m%d%H%M%S}.{digest}@{address.rpartition('@')[2]}>"


def lasting_message_id(key: str, address: str, sha256: str = "", received_at: datetime | None = None) -> str:
    """A Message-ID that comes out the same whenever that mail is written anew, even from a database made anew: of the
    key alone, or of the inbound mail that it answers beside it.
    """
    came = received_at.astimezone(UTC).isoformat() if received_at else ""
    digest = hashlib.sha256(f"{key}\n{sha256}\n{came}\n{address}".encode()).hexdigest()[:32]
    return f"<{digest}@{address.rpartition('@')[2]}>"


def build(envelope: Envelope, subject: str, text: str, html: str, enclosures: Sequence[Enclosure] = ()) -> bytes:
    """The whole message. ValueError when an address, or our own Message-ID, is none."""
    if not _MESSAGE_ID.fullmatch(envelope.message_id):
        raise ValueError(f"not a Message-ID: {envelope.message_id!r}")
    if not envelope.to:
        raise ValueError(f"a notice without recipients: {envelope.key!r}")
    sender = f"{_phrase('From', envelope.sender_name)}<{_address(envelope.sender_address)}>"
    headers = [
        ("From", sender),
        ("To", _addresses(envelope.to)),
        *([("Cc", _addresses(envelope.cc))] if envelope.cc else []),
        ("Subject", unstructured("Subject", clean(subject))),
        ("Date", format_datetime(envelope.date)),
        ("Message-ID", envelope.message_id),
        *_thread_headers(envelope.thread),
        # RFC 3834, 5: automatic mail says so, and vacation programs keep silent.
        ("Auto-Submitted", "auto-replied" if envelope.is_answer else "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Thuky-Key", unstructured("X-Thuky-Key", clean(envelope.key))),
        *_ledger_headers(envelope),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("ascii") + _body(envelope.message_id, text, html, enclosures)


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs in foreign header values, each once, in order; whatever else stands there is left out."""
    return tuple(dict.fromkeys(found for value in values for found in _MESSAGE_ID.findall(value)))


def _thread_headers(thread: Thread | None) -> list[tuple[str, str]]:
    if thread is None:
        return []
    parent = message_ids([thread.message_id])[:1]
    references = tuple(dict.fromkeys((*(r for r in message_ids(thread.references) if r not in parent), *parent)))
    if len(references) > MAX_REFERENCES:
        references = (references[0], *references[1 - MAX_REFERENCES :])
    headers = [("In-Reply-To", parent[0])] if parent else []
    return [*headers, ("References", "\r\n ".join(references))] if references else headers


def _ledger_headers(envelope: Envelope) -> list[tuple[str, str]]:
    """What a database is made anew from (`bot.mail.ledger_headers`)."""
    said = (("X-Thuky-About", envelope.about), ("X-Thuky-Covers", envelope.covers))
    return [(name, unstructured(name, clean(value))) for name, value in said if value]


def _addresses(addresses: Sequence[str]) -> str:
    return ",\r\n ".join(_address(address) for address in dict.fromkeys(addresses))


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"not a mail address: {address!r}")
    return address


def _phrase(header: str, name: str) -> str:
    """A display name with the blank after it: quoted when ASCII, encoded words (RFC 2047, 5) otherwise."""
    name = clean(name)
    if not name:
        return ""
    return f'"{quote(name)}" ' if name.isascii() else f"{unstructured(header, name)}\r\n "


def unstructured(header: str, value: str) -> str:
    """An unstructured value, folded: as it is when ASCII, else in encoded words (RFC 2047, 2).

    These are cut at blanks: some readers show a blank between two of them, and it should not stand within a word.
    """
    if value.isascii() and "=?" not in value:
        folded = textwrap.wrap(value, 76 - len(header) - 2, break_long_words=False, break_on_hyphens=False)
        return "\r\n ".join(folded)
    chunks, room = [b""], MAX_ENCODED - len(header)
    for piece in re.findall(r" *[^ ]+ ?", value):
        for character in [piece] if len(piece.encode()) <= MAX_ENCODED // 2 else piece:
            encoded = character.encode()
            if len(chunks[-1]) + len(encoded) > room:
                chunks.append(b"")
                room = MAX_ENCODED
            chunks[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in chunks)


def _body(message_id: str, text: str, html: str, enclosures: Sequence[Enclosure]) -> bytes:
    """MIME-Version and onwards. Quoted-printable: 7-bit safe, and still legible to whoever must read the raw mail."""
    message = EmailMessage(policy=SMTP)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    # "=_" cannot occur in quoted-printable text or in base64, so this boundary cannot either.
    boundary = "=_thuky_" + hashlib.sha256(message_id.encode()).hexdigest()[:24]
    message.set_boundary(boundary)
    if not enclosures:
        return message.as_bytes()
    del message["MIME-Version"]
    parts = [message.as_bytes(), *(part_of(enclosure) for enclosure in enclosures)]
    outer = f"{boundary}_m"
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary="{outer}"\r\n\r\n'.encode("ascii")
    between = f"--{outer}\r\n".encode("ascii")
    return head + b"".join(between + part.rstrip(b"\r\n") + b"\r\n" for part in parts) + f"--{outer}--\r\n".encode()
