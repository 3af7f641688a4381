"""Untagged IMAP answers, as imaplib hands them over, read. Pure.

Failure policy: what is not the wanted answer gives None; servers tell of other messages and other clients' flags in
between, and that is no fault.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_INTERNAL_DATE: Final = re.compile(
    r'INTERNALDATE "\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE
)
_AFTER_BODY: Final = re.compile(
    rb'(?:\s*(?:UID \d+|FLAGS \([^()]*\)|MODSEQ \(\d+\)|RFC822\.SIZE \d+|INTERNALDATE "[^"]*"))*\s*\)\s*', re.IGNORECASE
)
_QUOTED_BODY: Final = re.compile(rb'BODY\[(?:HEADER)?\] "((?:[^"\\]|\\.)*)"', re.IGNORECASE)


class MessageTold(NamedTuple):
    """What one FETCH answer tells: UID, INTERNALDATE (aware) and RFC822.SIZE in bytes."""

    uid: int
    internal_date: datetime
    size: int


def message_told(line: object) -> MessageTold | None:
    """One line of the answer to `FETCH (UID INTERNALDATE RFC822.SIZE)`, its items in any order."""
    text = line.decode("ascii", "replace") if isinstance(line, bytes) else ""
    uid, size = re.search(r"\bUID (\d+)", text), re.search(r"\bRFC822\.SIZE (\d+)", text)
    date = _INTERNAL_DATE.search(text)
    return MessageTold(int(uid[1]), _aware(date), int(size[1])) if uid and size and date else None


def body_of(answer: Iterable[object], uid: int) -> bytes | None:
    """The body of the message with that UID in the answer to `FETCH (UID BODY.PEEK[…])`. Raises ValueError when what
    stands behind it is none of an answer: the size that was announced was not that of the body.
    """
    mine = re.compile(rb"\bUID %d\b" % uid)
    items = list(answer)
    for position, item in enumerate(items):
        if isinstance(item, tuple):
            after = items[position + 1] if position + 1 < len(items) else b""
            after = after if isinstance(after, bytes) else b""
            if mine.search(item[0]) or mine.search(after):
                if not _AFTER_BODY.fullmatch(after):
                    raise ValueError(f"after the body of message {uid} stands {after[:40]!r}")
                return bytes(item[1])
        elif isinstance(item, bytes) and mine.search(item) and (short := _QUOTED_BODY.search(item)):
            return re.sub(rb"\\(.)", rb"\1", short[1])
    return None


def said(answer: Iterable[object]) -> str:
    """The words of an answer on one line."""
    return b" ".join(item for item in answer if isinstance(item, bytes)).decode("utf-8", "replace")


def _aware(found: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
    return datetime(
        int(year),
        _MONTHS.index(month.lower()) + 1,
        int(day),
        int(hour),
        int(minute),
        min(int(second), 59),  # datetime has no leap second
        tzinfo=timezone(-offset if sign == "-" else offset),
    )
