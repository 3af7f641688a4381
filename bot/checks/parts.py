"""The parts of a narrative: what stands beneath each heading, and what it amounts to.

What follows a heading up to the next one of the same or a higher level is the part's content; template dots and
sub-headings are none. A part that occurs twice (a table of contents) is judged where the most stands beneath it.
Nothing here fails.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.checks.headers import words
from bot.checks.outline import NUMBER, ROMAN, Place, find_headings
from bot.domain.document import Paragraph, TextDocument
from bot.domain.form import Form, Part
from bot.text.accents import fold

_DOTS = re.compile(r"[.…_·•\-–—]{2,}|…")
_NIL = re.compile(
    r"(khong|khong co|chua co|khong phat sinh|chua phat sinh|khong co phat sinh)"
    r"( (noi dung|gi|them|kien nghi|de xuat|phat sinh|nao|trong|ky|quy|nay|bao cao))*"
)
_SIGNATURE = re.compile(
    r"(t[mluq]|kt|q)\b|thu truong|nguoi (lap|bao cao|ky)"
    r"|(pho )?(tong )?(giam doc|chu tich|truong phong|bien tap|cuc truong|chanh van phong)\b"
)
_CLOSING = "tren day la"  # the sentence that closes a report belongs to no part
_PLAIN_WORDS = 15
_HEAD_LETTERS = 100  # of a paragraph, in which a signature or the closing sentence is sought
_WORD = re.compile(r"\S*\w\S*")


@dataclass(frozen=True, slots=True)
class PartState:
    """What became of one part. `heading` are the words found; `nil` says that only "không có" stands there.

    `index` is its heading's place among the paragraphs, None where it has none of its own. `words` counts the words
    beneath it, without sub-headings, template dots and "không có". `lines` are its own lines as they stand, without
    those of the parts within it; `waiting` what its own content controls show in place of an answer; `tables` the
    ordinals of the tables that its own lines stand in.
    """

    part: Part
    heading: str | None
    filled: bool
    nil: bool = False
    index: int | None = None
    words: int = 0
    lines: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    tables: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Content:
    """What stands beneath one heading: `told` without dots and sub-headings, `lines` and the rest as they stand."""

    place: Place
    told: tuple[str, ...]
    lines: tuple[str, ...]
    waiting: tuple[str, ...]
    tables: tuple[int, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.told))


def read_parts(document: TextDocument, form: Form) -> dict[str, PartState]:
    """The state of every part of the form, by code. A part counts as present when one of its sub-parts is."""
    places = find_headings(document, form.parts)
    at = {place.index: place for place in places}
    states: dict[str, PartState] = {}
    for part in form.parts:
        contents = [_content(document, place, at, form) for place in places if place.part.code == part.code]
        fullest = max(contents, key=lambda content: content.size, default=None)
        states[part.code] = PartState(part, None, False) if fullest is None else _state(fullest)
    for part in form.parts:
        below = [states[child.code] for child in form.parts if child.parent == part.code]
        if states[part.code].heading is None and any(child.heading is not None for child in below):
            states[part.code] = PartState(part, part.title, any(child.filled for child in below))
    return states


def _state(content: _Content) -> PartState:
    told = [line for line in content.told if not is_nil(line)]
    nil = bool(content.told) and not told
    count = sum(len(_WORD.findall(line)) for line in told)
    place = content.place
    own = (content.lines, content.waiting, content.tables)
    return PartState(place.part, place.heading, bool(told), nil, place.index, count, *own)


def is_nil(line: str) -> bool:
    """Whether a line says no more than that there is nothing to report."""
    return _NIL.fullmatch(words(line)) is not None


def _content(document: TextDocument, place: Place, at: Mapping[int, Place], form: Form) -> _Content:
    """What stands between this heading and the next of the same or a higher level."""
    own_depth, own_level = _depth(place.part, form), document.paragraphs[place.index].level
    told = [place.rest]
    own: list[Paragraph] = []
    is_own = True
    for index in range(place.index + 1, len(document.paragraphs)):
        paragraph = document.paragraphs[index]
        if (other := at.get(index)) is not None:
            if _depth(other.part, form) <= own_depth:
                break
            is_own = False
            told.append(other.rest)
            continue
        if _ends_part(paragraph, own_depth, own_level):
            break
        if is_own:
            own.append(paragraph)
        if not _looks_like_heading(paragraph):
            told.append(paragraph.text)
    lines = (_DOTS.sub(" ", line) for text in told for line in text.split("\n"))
    heading = document.paragraphs[place.index]
    return _Content(
        place,
        told=tuple(line for line in lines if words(line)),
        lines=(place.rest, *(p.text for p in own)),
        waiting=tuple(p.placeholder for p in (heading, *own) if p.placeholder),
        tables=tuple(dict.fromkeys(p.table for p in own if p.table is not None)),
    )


def _ends_part(paragraph: Paragraph, own_depth: int, own_level: int | None) -> bool:
    """Whether an unknown heading ends the part: one of the same style level or above, or a Roman numeral in bold or
    capitals; the closing sentence, the signature and the list of recipients end everything.
    """
    text = paragraph.text.strip()
    folded = fold(text[:_HEAD_LETTERS])
    signs = text.upper() == text and len(text.split()) <= 8 and _SIGNATURE.match(folded) is not None
    if signs or folded.rstrip(" :") == "noi nhan" or folded.startswith(_CLOSING):
        return True
    if paragraph.level is not None and own_level is not None:
        return paragraph.level <= own_level and bool(text)
    number = paragraph.number.strip() or next(iter(text.split()), "")
    is_roman = ROMAN.match(number) is not None and number.strip(".") != text
    return is_roman and (paragraph.bold or paragraph.level is not None or text.upper() == text) and own_depth >= 1


def _looks_like_heading(paragraph: Paragraph) -> bool:
    """A sub-heading of the part: it is no content of its own."""
    if paragraph.level is not None:
        return True
    text = paragraph.text.strip()
    numbered = bool(paragraph.number) or NUMBER.match(text) is not None
    short = len(text.split()) <= _PLAIN_WORDS
    return numbered and short and (paragraph.bold or text.endswith(":")) and not re.search(r"[.;]$", text)


def _depth(part: Part, form: Form) -> int:
    """1 for a part at the top, 2 beneath it."""
    depth, parent = 1, part.parent
    while parent is not None and depth < 9:
        depth, parent = depth + 1, form.part(parent).parent
    return depth
