"""Folding: how two spellings of the same Vietnamese words are made comparable.

Clerks write with and without accents, in composed (NFC) and decomposed (NFD, macOS) letters, with tone marks in the
old and the new place (`hoà`, `hòa`), and paste non-breaking and zero-width blanks. `fold` takes all that away;
`Folding` does the same and remembers where each letter stood, so that what was found can be shown in its own words.
Never fails.
"""

import re
import unicodedata
from functools import cache, lru_cache

# Characters that part words although `str.isspace` does not know them.
_ZERO_WIDTH_BLANKS = frozenset("\u200b\ufeff\u2800\u3164")
# Characters that are invisible and join: soft hyphen, joiners, direction marks.
_INVISIBLE = frozenset("\u00ad\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e")


MOST_MARKS = 30
"""So many combining marks on one letter are kept, as Unicode's Stream-Safe Text Format has it (UAX #15, 13)."""
_SHORT = 1_000


def nfc(text: str) -> str:
    """`text` in composed form (Unicode NFC), as everything that is shown or stored; of more than `MOST_MARKS` combining
    marks in a row the rest is left out.
    """
    # Python puts such marks in order by insertion: a megabyte of them would take hours.
    if len(text) > _SHORT and not text.isascii():
        text = _heaped_marks().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


@cache
def _heaped_marks() -> re.Pattern[str]:
    # The highest blocks with marks that are put in order end below U+1F000.
    marks = "".join(c for c in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(c))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")


def _is_blank(char: str) -> bool:
    return char.isspace() or char in _ZERO_WIDTH_BLANKS


def squeeze(text: str) -> str:
    """`text` with every run of white space (non-breaking and zero-width included) made one blank, and stripped."""
    return " ".join("".join(" " if _is_blank(c) else c for c in text).split())


class Folding:
    """A text folded, with the place in the original of each folded letter.

    `text` is what `fold` returns. `original(start, end)` gives the words as they stood (NFC) and their index in the
    text that was handed in.
    """

    def __init__(self, text: str) -> None:
        self._source = text
        letters: list[str] = []
        places: list[int] = []
        for place, char in enumerate(text):
            if _is_blank(char):
                if letters and letters[-1] != " ":
                    letters.append(" ")
                    places.append(place)
                continue
            for letter in _fold_char(char):  # seldom more than one
                letters.append(letter)
                places.append(place)
        if letters and letters[-1] == " ":
            letters.pop()
            places.pop()
        self.text = "".join(letters)
        self._places = places

    def original(self, start: int, end: int) -> tuple[str, int]:
        """The words behind `self.text[start:end]`, and their index in the original; no words for an empty span."""
        if start >= end:
            return "", self._places[start] if start < len(self._places) else len(self._source)
        first, last = self._places[start], self._places[end - 1] + 1
        while last < len(self._source) and unicodedata.category(self._source[last]).startswith("M"):
            last += 1  # the marks of a decomposed last letter
        return nfc(self._source[first:last]), first


@lru_cache(maxsize=65_536)
def _fold_char(char: str) -> str:
    """The folded letters of one character: none for a mark, usually one."""
    if char.isascii():
        return char.lower()
    if char in _INVISIBLE:
        return ""
    decomposed = unicodedata.normalize("NFD", "".join(c.lower() for c in unicodedata.normalize("NFD", char)))
    plain = "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))
    return plain.replace("đ", "d")


def fold(text: str) -> str:
    """`text` in lower case, without accents, `đ` as `d`, every run of white space one blank, stripped.

    The same for NFC and NFD input and for both ways of placing tone marks; folding twice changes nothing.
    """
    return " ".join(filter(None, "".join(map(_letters_or_blank, text)).split(" ")))


@lru_cache(maxsize=65_536)
def _letters_or_blank(char: str) -> str:
    return " " if _is_blank(char) else _fold_char(char)
