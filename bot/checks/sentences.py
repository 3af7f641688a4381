"""A narrative cut into sentences, each with the part of the outline that it stands in.

A sentence ends with a mark and a blank after it, so that 2.544 and 98,5% stay whole; a semicolon and a line break end
one too. Nothing here fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.checks.outline import find_headings
from bot.domain.document import Paragraph, TextDocument
from bot.domain.form import Form, Part
from bot.text.accents import nfc, squeeze

_END = re.compile(r"(?<=[.!?;…])\s+|\n+")
# A dot after these abbreviations ends no sentence, nor does that of a heading's number.
_ABBREVIATION = re.compile(
    r"(?:^|\W)(?:TP|Tp|TX|Tx|TT|P|Q|H|X|ThS|TS|PGS|GS|đ/c|Đ/c)\.$|^(?:[0-9]{1,2}|[IVX]{1,5}|[a-zđ])\.$"
)

_HEADING_LETTERS = 200
_CAPITALS = 0.7  # of the letters: "VI. GIẢI TRÌNH SỐ LIỆU (nếu có)"
_ROMAN = re.compile(r"[IVX]{1,5}[.)]\s")
_GOES_ON = re.compile(r":\s*\S")  # text stands behind the heading in its own line


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (NFC, single blanks). `part` is the innermost part that it stands in and `heading` that part's own
    words; None before the first heading. `is_heading`: it is such a heading itself, or looks like one of the writer's
    own. `beneath` is the nearest of these above it, "" where there is none.
    """

    text: str
    paragraph: int
    part: Part | None = None
    heading: str = ""
    is_heading: bool = False
    beneath: str = ""


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
    part, heading, beneath = None, "", ""
    for index, paragraph in enumerate(document.paragraphs):
        place, rest = at.get(index), paragraph.text
        if place is not None:
            # A heading's own line may hold dots or a colon; it is one piece all the same.
            part, heading, rest = place.part, squeeze(nfc(place.heading)), place.rest
            beneath = heading
            yield Sentence(beneath, index, part, heading, is_heading=True)
        elif _looks_like_a_heading(paragraph):
            beneath, rest = squeeze(nfc(paragraph.text)), ""
            yield Sentence(beneath, index, part, heading, is_heading=True)
        for text in split_sentences(rest):
            yield Sentence(text, index, part, heading, beneath=beneath)


def _looks_like_a_heading(paragraph: Paragraph) -> bool:
    """A line of the writer's own that heads what follows: by its style, in capitals, or bold without a full stop."""
    text = paragraph.text.strip()
    if not any(letter.isalpha() for letter in text) or len(text) > _HEADING_LETTERS:
        return False
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters) >= _CAPITALS * len(letters)
    is_open = text[-1] not in ".;!" and not _GOES_ON.search(text)
    return paragraph.level is not None or capitals or (is_open and (paragraph.bold or _ROMAN.match(text) is not None))


def within(form: Form, part: Part | None, code: str) -> bool:
    """Whether `part` is the part of that code or stands beneath it."""
    codes = {p.code: p for p in form.parts}
    steps = 0
    while part is not None and steps < len(codes) + 1:
        if part.code == code:
            return True
        part, steps = codes.get(part.parent or ""), steps + 1
    return False
