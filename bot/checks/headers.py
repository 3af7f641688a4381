"""Header texts: how well what stands over a column fits what a form calls it.

Texts are compared as words (folded, without marks, with the usual abbreviations written out), so that case, accents,
line breaks and dots do not matter. Over a column stands a path of levels, from the merged cell at the top to the cell
right above the figures; a form's header is such a path too, written with " > ". `assign` gives each column of the form
the one column of the sheet that fits best, by header and by printed number. Nothing here fails: what does not fit
scores 0.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.domain.document import CellValue
from bot.domain.form import Column
from bot.text.accents import fold

LEAST_FIT = 0.5  # from here on a column of the sheet is taken for a column of the form
_NUMBER_ALONE = 0.55  # a printed number is enough where the header says nothing
_NUMBER_BONUS = 0.3  # and never outweighs a full header, for some offices number from another column on
_ABBREVIATIONS = {
    "cchc": "cai cach hanh chinh",
    "tthc": "thu tuc hanh chinh",
    "ubnd": "uy ban nhan dan",
    "hs": "ho so",
    "dvt": "don vi tinh",
    "tt": "stt",
}
_SAME_MEANING = (("tong cong", "tong so"), ("tong so luong", "tong so"))
_PRINTED_NUMBER = re.compile(r"\(?\s*([0-9]{1,2})\s*\)?\s*(?:[=:≥≤].*)?", re.DOTALL)

Path = tuple[str, ...]


@lru_cache(maxsize=16384)
def words(text: str) -> str:
    """The text as bare words: folded, letters and digits only, abbreviations written out."""
    bare = " ".join(re.findall(r"[a-z0-9]+", fold(text)))
    bare = " ".join(_ABBREVIATIONS.get(word, word) for word in bare.split())
    for written, meant in _SAME_MEANING:
        bare = re.sub(rf"\b{written}\b", meant, bare)
    return "tong so" if bare in ("tong", "cong") else bare


@lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> float:
    """How alike two texts made by `words` are, 0 to 1."""
    if not one or not other:
        return 0.0
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and f" {short} " in f" {long} ":
        return 0.85
    left, right = set(one.split()), set(other.split())
    shared = len(left & right) / len(left | right)
    return 0.8 * shared if shared >= 0.6 else 0.0


def printed_number(value: CellValue) -> str | None:
    """The column number that a cell of the numbered row prints: `(3)`, `3`, `3.0`, `(3)=(4)+(5)+(6)` are all "3"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return str(int(value)) if 0 < value < 100 and value == int(value) else None
    match = _PRINTED_NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    return str(int(match[1])) if match else None


@lru_cache(maxsize=65536)
def path_fit(wanted: Path, found: Path) -> float:
    """How well the levels over a column fit the levels of a form's header, 0 to 1; both made by `words`."""
    if not wanted or not found:
        return 0.0
    leaf = likeness(wanted[-1], found[-1])
    if len(wanted) > 1:
        if len(found) > 1:
            group = max(likeness(wanted[0], level) for level in found[:-1])
            best = leaf * (0.3 + 0.7 * group)
        else:
            best = leaf * 0.6
        # All levels written in one cell: "Số hồ sơ đã giải quyết - Quá hạn".
        joined = " ".join(found)
        if f" {wanted[-1]} " not in f" {joined} ":
            return best
        return max(best, likeness(" ".join(wanted), joined), likeness(f"{wanted[0]} {wanted[-1]}", joined))
    if leaf == 0.0 and len(found) > 1:
        return 0.6 * max(likeness(wanted[0], level) for level in found)
    return leaf


@lru_cache(maxsize=2048)
def _wanted_paths(headers: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(tuple(words(level) for level in header.split(">")) for header in headers)


def header_fit(column: Column, found: Path) -> float:
    """The best fit of any of the column's headers; a unit in brackets after the header does not matter."""
    return max((path_fit(wanted, found) for wanted in _wanted_paths(column.headers)), default=0.0)


def assign(
    columns: Sequence[Column], paths: Mapping[int, Path], numbers: Mapping[int, str]
) -> tuple[dict[str, int], dict[str, float]]:
    """Which column of the sheet is which column of the form, and how well its header alone fits.

    `paths` holds the header levels, `numbers` the printed number of each column of the sheet. The best pair is taken
    first; equal ones in the order of the sheet, so that two columns with the same header keep the form's order.
    """
    pairs: list[tuple[float, int, int, str, float]] = []
    for order, column in enumerate(columns):
        for place, path in paths.items():
            header = header_fit(column, path)
            numbered = numbers.get(place) == column.key
            total = max(header + _NUMBER_BONUS, _NUMBER_ALONE) if numbered else header
            if total >= LEAST_FIT:
                pairs.append((-round(total, 6), order, place, column.key, header))
    found: dict[str, int] = {}
    fits: dict[str, float] = {}
    taken: set[int] = set()
    for _, _, place, key, header in sorted(pairs):
        if key not in found and place not in taken:
            found[key], fits[key] = place, header
            taken.add(place)
    return found, fits
