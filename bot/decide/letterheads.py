"""The number and the day that a report's letterhead prints: `Số: 45/BC-STP`, `Bình Dương, ngày 08 tháng 3 năm 2023`.

Told as evidence, so that the signed copy and the Word file can be held beside each other; nothing is decided by them.
A number or a day that is left open (`Số:   /BC-STP`, `ngày … tháng 3`) is none. Pure; never fails.
"""

import re
from datetime import date

from bot.domain.document import Document, TextDocument
from bot.text.accents import fold, nfc, squeeze

_HEAD = 30  # paragraphs, those of the letterhead's table included
_NUMBER = re.compile(r"số\s*:?\s*(?P<number>\d{1,5}[a-z]?\s*/\s*[^\W\d_][\w&.\-–]*)", re.IGNORECASE)
_DAY = re.compile(r"(?:^|[ ,])ngay (?P<day>\d{1,2}) thang (?P<month>\d{1,2}) nam (?P<year>\d{4})(?!\d)")


def letter_number(document: Document) -> str:
    """The document's number as printed, without blanks; empty where there is none."""
    for line in _head(document):
        if (found := _NUMBER.match(line)) is not None:
            return re.sub(r"\s", "", found["number"])
    return ""


def letter_day(document: Document) -> date | None:
    """The day of the letter: the first full date that ends a line of the head, as a place and date do."""
    for line in _head(document):
        found = _DAY.search(fold(line))
        if found is None or len(fold(line)) - found.end() > 2 or found.start() > 40:
            continue
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            continue
    return None


def _head(document: Document) -> list[str]:
    if not isinstance(document, TextDocument):
        return []
    lines = (squeeze(nfc(line)) for p in document.paragraphs[:_HEAD] for line in p.text.splitlines())
    return [line for line in lines if line]
