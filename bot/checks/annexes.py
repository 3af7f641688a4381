"""Annexes (phụ lục) of a letter: their numbers, and which of them the head of a document names. Nothing here fails."""

import re
from collections.abc import Iterator

from bot.domain.document import Document, Sheet, TextDocument, Workbook
from bot.text.accents import nfc, squeeze

_PARAGRAPHS = 25
_ROWS = 15
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_NUMERAL = r"(?:[IVXL]{1,7}|0*[0-9]{1,2})"
_ANNEX = re.compile(
    rf"(?<!\w)(?P<found>(?i:phụ lục|phu luc|PL)(?i:\s+số)?\s*[:.]?\s*(?P<number>{_NUMERAL}))[a-dđ]?(?![\w.]\w|\w)"
    r"(?=(?P<behind>[^\n]{0,60}))"
)
# A reference to another document's annex, or to one that the report itself encloses.
_ELSEWHERE = re.compile(r"(?i:thông tư|nghị định|quyết định|nghị quyết|luật)\b")
_REFERRED = re.compile(r"(?i:chi tiết(?: tại)?|tại|xem|kèm(?: theo)?|các|những)\s*(?:biểu\s*)?$")


def annex_number(text: str) -> int | None:
    """The number of an annex as written: "XII", "12", "Phụ lục 05"; None when it is none."""
    match = re.search(rf"(?<!\w)((?i:{_NUMERAL}))[a-dđ]?$", nfc(text).strip())
    return None if match is None else _value(match[1].upper())


def named_annexes(document: Document) -> tuple[tuple[int, str], ...]:
    """The annexes that the head of a document names, each with its own words: its first 25 filled paragraphs, or the
    names and first 15 rows of its visible sheets.
    """
    return tuple(found for line in _head(document) for found in _in_line(line))


def _head(document: Document) -> Iterator[str]:
    if isinstance(document, TextDocument):
        filled = [p.text for p in document.paragraphs if p.text.strip()]
        for text in filled[:_PARAGRAPHS]:
            yield from text.split("\n")
    elif isinstance(document, Workbook):
        for sheet in document.sheets:
            if not sheet.hidden:
                yield from _sheet_head(sheet)


def _sheet_head(sheet: Sheet) -> Iterator[str]:
    yield sheet.name
    for at in sorted(at for at in sheet.cells if at[0] <= _ROWS):
        value = sheet.cells[at].value
        if isinstance(value, str):
            yield from value.split("\n")


def _in_line(line: str) -> Iterator[tuple[int, str]]:
    text = squeeze(nfc(line))
    for match in _ANNEX.finditer(text):
        number = _value(match["number"])
        if number is None or _ELSEWHERE.search(match["behind"]) or _REFERRED.search(text[: match.start()]):
            continue
        if match["number"].isalpha() and match["behind"].strip().lower().startswith("phạm"):
            continue  # "PHỤ LỤC VI PHẠM …" is no annex VI
        yield number, match["found"]


def _value(numeral: str) -> int | None:
    if numeral.isdigit():
        return int(numeral) or None
    total = 0
    for letter, following in zip(numeral, f"{numeral[1:]} ", strict=True):
        step = _ROMAN[letter]
        total += -step if _ROMAN.get(following, 0) > step else step
    return total
