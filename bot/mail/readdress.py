"""A mail of ours once more, to other people of the same agency: the same words and files under a new Message-ID.

Only header lines that we wrote ourselves are replaced (To, Cc, Date, Message-ID, X-Thuky-Key, the time in
X-Thuky-About); the rest, the body with its enclosures included, stays byte for byte. Pure. ValueError when the bytes
are not a mail of ours.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from bot.domain.mail import OutgoingMail
from bot.mail.compose_message import new_message_id

_REPLACED: Final = ("To", "Date", "Message-ID", "X-Thuky-Key")


def readdressed(mail: OutgoingMail, to: Sequence[str], *, key: str, at: datetime) -> OutgoingMail:
    """`mail`, with its bytes, to `to` under `key`; `at` is aware, in the time zone in which it is printed."""
    message_id = new_message_id(key, at, mail.message_id.strip("<>"))
    head, blank, body = mail.raw.partition(b"\r\n\r\n")
    values = (",\r\n ".join(to), format_datetime(at), message_id, key)
    head = _without(head + b"\r\n", "Cc", missing_ok=True)
    for name, value in zip(_REPLACED, values, strict=True):
        head = _without(head, name) + f"{name}: {value}\r\n".encode("ascii")
    head = _said_at(head, at)
    raw = head.removesuffix(b"\r\n") + blank + body
    return replace(mail, key=key, to=tuple(to), cc=(), message_id=message_id, raw=raw, nudges=())


def _said_at(head: bytes, at: datetime) -> bytes:
    """X-Thuky-About tells when a mail was composed: this one now. It stands on one line with its name, or folded."""
    stamp = re.compile(rb"(?mi)(^X-Thuky-About:(?:.*\r\n[ \t])*?.*?\bat=)[^;\r\n]+")
    return stamp.sub(lambda found: found[1] + quote(at.isoformat(), safe="@:+./-").encode(), head, count=1)


def _without(head: bytes, name: str, *, missing_ok: bool = False) -> bytes:
    field = rb"(?mi)^" + re.escape(name).encode() + rb":.*\r\n(?:[ \t].*\r\n)*"
    left, count = re.subn(field, b"", head)
    if count != 1 and not (missing_ok and count == 0):
        raise ValueError(f"a mail of ours has one {name}, not {count}")
    return left
