"""Letters (công văn): which Word file is one, and which of them asks for reports instead of giving one.

Nothing here fails.
"""

import re

from bot.domain.document import TextDocument
from bot.text.accents import fold

HEAD = 40  # paragraphs in which a title or the marks of a letter are sought
_ITEM = re.compile(r"\s*(?:[0-9]{1,2}[.)/]|[-–+*•])?\s*")
_DEMAND = re.compile(
    r"(so|van phong|ubnd|uy ban|phong|ban|dai|bao|cac|chi cuc|thanh tra)\b[^.:;]{0,90}(: ?| )bao cao\b"
)
_DEMANDS = 3  # agencies of whom a letter asks reports


def is_letter(document: TextDocument) -> bool:
    """Whether the head is that of a letter: a trích yếu that begins with "V/v"."""
    lines = (line for p in document.paragraphs[:HEAD] for line in p.text.split("\n"))
    return any(re.match(r"v/v\b|ve viec\b", fold(line)) for line in lines)


def is_request(document: TextDocument) -> bool:
    """Whether it is a letter that asks several agencies for reports ("1. Sở Tư pháp: Báo cáo về …"), not a report."""
    asked = (_DEMAND.match(fold(_ITEM.sub("", p.text, count=1))) is not None for p in document.paragraphs)
    return is_letter(document) and sum(asked) >= _DEMANDS
