"""A narrative cut into sentences, each with the part of the outline that it stands in.

A sentence ends with a mark and a blank after it, so that 2.544 and 98,5% stay whole; a semicolon and a line break end
one too. Nothing here fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.checks.outline import find_headings
from bot.domain.document import TextDocument
from bot.domain.form import Form, Part
from bot.text.accents import nfc, squeeze

_END = re.compile(r"(?<=[.!?;…])\s+|\n+")
# A dot after these abbreviations ends no sentence, nor does that of a heading's number.
_ABBREVIATION = re.compile(
    r"(?:^|\W)(?:TP|Tp|TX|Tx|TT|P|Q|H|X|ThS|TS|PGS|GS|đ/c|Đ/c)\.$|^(?:[0-9]{1,2}|[IVX]{1,5}|[a-zđ])\.$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (NFC, single blanks). `part` is the innermost part that it stands in and `heading` that part's own
    words; None before the first heading.
    """

    text: str
    paragraph: int
    part: Part | None = None
    heading: str = ""


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, in order."""
    found: list[str] = []
    for piece in _END.split(nfc(text)):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {squeeze(piece)}"
        elif sentence := squeeze(piece):
            found.append(sentence)
    return found


def read_sentences(document: TextDocument, form: Form | None) -> Iterator[Sentence]:
    """All sentences of the document, headings included, with the parts of `form` that they stand in."""
    at = {place.index: place for place in find_headings(document, form.parts)} if form is not None else {}
    part, heading = None, ""
    for index, paragraph in enumerate(document.paragraphs):
        if (place := at.get(index)) is not None:
            part, heading = place.part, place.heading
        for text in split_sentences(paragraph.text):
            yield Sentence(text, index, part, heading)


def within(form: Form, part: Part | None, code: str) -> bool:
    """Whether `part` is the part of that code or stands beneath it."""
    codes = {p.code: p for p in form.parts}
    steps = 0
    while part is not None and steps < len(codes) + 1:
        if part.code == code:
            return True
        part, steps = codes.get(part.parent or ""), steps + 1
    return False
