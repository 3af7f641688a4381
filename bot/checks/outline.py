"""A narrative's outline: which paragraphs are headings of which parts, and how well a text is that outline.

A paragraph is a heading when its words are a heading's of the form and it looks like one: by its style, by a number
before it, in bold, or standing alone with exactly those words; text may follow it after a colon or a soft return.
List items with a dash, long sentences and cells of tables are none, unless the whole report stands in a table. What
stands beneath a heading, `bot.checks.parts` reads. Nothing here fails.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.checks.headers import likeness, words
from bot.checks.letters import HEAD, is_letter, is_request
from bot.domain.document import FormScore, Paragraph, TextDocument
from bot.domain.form import Form, Part

NUMBER = re.compile(  # II.   Phần II:   2)   2.1   a)
    r"\s*(?:(?i:phần|mục|phan|muc)\s+)?"
    r"(?P<number>(?:[IVX]{1,5}|[0-9]{1,2})(?:\.[0-9]{1,2})*(?=[.):/\s-])|[a-zđ](?=[.)]))[.):/-]*\s*(?=\S)"
)
_BULLET = re.compile(r"^\s*[-–—+*•·●▪o]\s")
_BULLETS = frozenset("-–—+*•·●▪o\uf0b7")
ROMAN = re.compile(r"^[IVX]{1,5}\.?$")
_HEADING_WORDS = 30
_HEADING_LETTERS = 300


@dataclass(frozen=True, slots=True)
class Place:
    """One heading of a part: where it stands, its own words, and the words in its own paragraph after a colon."""

    part: Part
    index: int
    heading: str
    rest: str = ""
    printed: str = ""


def find_headings(document: TextDocument, parts: Iterable[Part]) -> tuple[Place, ...]:
    """All headings of these parts, in reading order."""
    wanted = [(part, tuple(words(heading) for heading in part.headings)) for part in parts]
    body = [(index, p) for index, p in enumerate(document.paragraphs) if p.table is None]
    places = [place for index, p in body if (place := _heading(index, p, wanted)) is not None]
    if not places:  # a report may stand as a whole in a table without visible lines
        pages = {at for at, table in enumerate(document.tables, 1) if _is_page(table)}
        inside = [(index, p) for index, p in enumerate(document.paragraphs) if p.table in pages]
        places = [place for index, p in inside if (place := _heading(index, p, wanted)) is not None]
    romans = any(place.part.parent is None and ROMAN.match(place.printed) for place in places)
    # Where the parts at the top have Roman numbers, "1. Kiến nghị" is a sub-heading of something else.
    return tuple(p for p in places if not (romans and p.part.parent is None and p.printed[:1].isdigit()))


def _is_page(table: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a table only lays out text: most of it stands in rows of which one cell alone is filled."""
    rows = [[cell for cell in row if cell.strip()] for row in table]
    alone = sum(len(row[0]) for row in rows if len(row) == 1)
    return 2 * alone > sum(len(cell) for row in rows for cell in row)


def score(document: TextDocument, form: Form) -> FormScore:
    """How well a Word file is this outline: by its title and by how many headings it has.

    A letter (trích yếu "V/v …", no title of its own) needs three headings, and one that asks agencies for reports is
    none, since it names their parts too.
    """
    if is_request(document):
        return FormScore(form.code, 0.0)
    codes = list(dict.fromkeys(place.part.code for place in find_headings(document, form.parts)))
    title = _title(document, form)
    found = "; ".join(part for part in (title, ", ".join(codes)) if part)
    if not title and is_letter(document) and len(codes) < 3:
        return FormScore(form.code, 0.2 if codes else 0.0, found)
    if not title and len(codes) < 2:
        return FormScore(form.code, 0.3 if codes else 0.0, found)
    share = len(codes) / max(1, sum(not part.optional for part in form.parts))
    return FormScore(form.code, round(min(1.0, (0.6 if title else 0.5) + 0.4 * share), 4), found)


def _title(document: TextDocument, form: Form) -> str:
    """The title line BÁO CÁO when it, or the lines right after it, name the form's matter; else nothing."""
    hints = [words(hint) for hint in form.title_hints]
    head = [p for p in document.paragraphs[:HEAD] if p.text.strip()]
    for at, paragraph in enumerate(head):
        text = paragraph.text.strip()
        alone = (
            words(text) == "bao cao" or text.startswith("BÁO CÁO") or (paragraph.bold or paragraph.level is not None)
        )
        if not (alone and words(text).startswith("bao cao") and len(text.split()) <= _HEADING_WORDS):
            continue
        title = " ".join(p.text.strip() for p in head[at : at + 3])
        if any(f" {hint} " in f" {words(title)} " for hint in hints):
            return " ".join(title.split())[:120]
    return ""


def _heading(index: int, paragraph: Paragraph, wanted: list[tuple[Part, tuple[str, ...]]]) -> Place | None:
    text = paragraph.text.strip()
    if not text:
        return None
    if paragraph.level is None and (_BULLET.match(text) or paragraph.number.strip() in _BULLETS):
        return None
    number = NUMBER.match(text)
    bare = text[number.end() :] if number else text
    printed = (paragraph.number or (number["number"] if number else "")).strip(" .):/-")
    title, colon, rest = bare.partition(":")
    if paragraph.level is None and len(printed) == 1 and printed.islower():
        return None  # a), b): sub-headings that repeat in every part
    marked = paragraph.level is not None or bool(printed)
    looks = marked or paragraph.bold
    # Each reading of the paragraph: its title's words, the heading as printed, what follows in the same line.
    readings = [(bare, text, "")] if len(bare) <= _HEADING_LETTERS else []
    if colon and rest.strip() and looks and len(title) <= _HEADING_LETTERS:
        readings.append((title, text[: len(text) - len(rest)].rstrip(" :"), rest.strip()))
    first, broken, below = bare.partition("\n")
    if broken and _begins_anew(first, below.strip()) and len(first) <= _HEADING_LETTERS:
        readings.append((first, text[: len(text) - len(below)].rstrip(" :\n"), below.strip()))
    best: tuple[float, Place] | None = None
    for shown, heading, rest in readings:
        said = words(shown)
        for part, headings in wanted:
            fit = max(_fit(said, h, printed, part, looks) for h in headings)
            if fit > 0 and (best is None or fit > best[0]):
                best = fit, Place(part, index, heading, rest, printed)
    return best[1] if best else None


def _begins_anew(first: str, below: str) -> bool:
    """Whether the lines after a soft return are content, not the heading's second line: those go on in small letters,
    or in capitals under capitals.
    """
    second = below.partition("\n")[0]
    return bool(second) and not second[0].islower() and not (first.isupper() and second.isupper())


def _fit(text: str, heading: str, printed: str, part: Part, looks: bool) -> float:
    """How sure it is that a line with these words is that heading, 0 to 1; `looks`: it looks like a heading."""
    if text == heading:
        return 1.0
    if not looks:
        return 0.0
    count = len(text.split())
    if count > _HEADING_WORDS:
        return 0.0
    same_number = bool(printed) and printed in (part.code, part.code.rsplit(".", 1)[-1])
    if text.startswith(heading + " ") and count <= len(heading.split()) + 14:
        return 0.9 + 0.05 * same_number
    if f" {heading} " in f" {text} " and count <= len(heading.split()) + 6 and len(heading.split()) >= 3:
        return 0.7 + 0.05 * same_number
    if same_number and printed == part.code and likeness(text, heading) > 0:
        return 0.6
    return 0.0
