"""Names of agencies in text: found whatever their accents, capitals and abbreviations.

A name and a text are both cut into words, and the usual abbreviations of Vietnamese offices are written out (`UBND` →
ủy ban nhân dân, `TP.` → thành phố, `TT&TT` → thông tin và truyền thông); then whole words are compared. Longer names
win over shorter ones in the same place. There is no likeness: `xã Hòa Bình` never finds `xã Bình Hòa`. Never fails.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.text.accents import Folding

# Folded abbreviations and what they stand for. Those with a dot count only with it, since alone they are other words.
_SHORT_FORMS = {
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "vp": "van phong",
    "tp": "thanh pho",
    "tx": "thi xa",
    "h.": "huyen",
    "q.": "quan",
    "p.": "phuong",
    "x.": "xa",
    "tt.": "thi tran",
    "&": "va",
    "tt&tt": "thong tin va truyen thong",
    "tttt": "thong tin va truyen thong",
    "pt&th": "phat thanh va truyen hinh",
    "pt-th": "phat thanh va truyen hinh",
    "ptth": "phat thanh va truyen hinh",
    "kh&dt": "ke hoach va dau tu",
    "kh&cn": "khoa hoc va cong nghe",
    "gd&dt": "giao duc va dao tao",
    "tn&mt": "tai nguyen va moi truong",
    "nn&ptnt": "nong nghiep va phat trien nong thon",
    "ldtb&xh": "lao dong thuong binh va xa hoi",
    "ld-tb&xh": "lao dong thuong binh va xa hoi",
    "ldtbxh": "lao dong thuong binh va xa hoi",
    "vhtt&dl": "van hoa the thao va du lich",
    "vhttdl": "van hoa the thao va du lich",
    "gtvt": "giao thong van tai",
}
_WORD = re.compile(
    "|".join(
        rf"(?<![a-z0-9]){re.escape(short)}" + ("" if short.endswith((".", "&")) else r"(?![a-z0-9&])")
        for short in sorted(_SHORT_FORMS, key=len, reverse=True)
        if short != "&"
    )
    + r"|[a-z0-9]+|&|[;:]"
)
_COMMITTEE = ("uy", "ban", "nhan", "dan")


@dataclass(frozen=True, slots=True)
class NameHit:
    """A name in a text: whose (the entry's key), its own words, and their index in the text."""

    key: str
    found: str
    position: int


@dataclass(frozen=True, slots=True)
class _Word:
    """One written-out word; `start` and `end` are those of the abbreviation or word it came from."""

    text: str
    start: int
    end: int


def _words(folded: str) -> list[_Word]:
    words = []
    for match in _WORD.finditer(folded):
        for part in _SHORT_FORMS.get(match[0], match[0]).split():
            words.append(_Word(part, *match.span()))
    return words


class NameIndex:
    """An index of names. `entries` are (key, name) pairs; a key may have many names, and a name may belong to several
    keys.

    A name `UBND huyện Bàu Bàng` is also known as `huyện Bàu Bàng`. Names without a letter or digit are left out.
    """

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._keys: dict[tuple[str, ...], list[str]] = {}
        for key, name in entries:
            words = tuple(word.text for word in _words(Folding(name).text) if word.text not in ";:")
            variants = [words]
            if words[:4] == _COMMITTEE and len(words) >= 7:
                variants.append(words[4:])
            for variant in variants:
                if variant and key not in self._keys.setdefault(variant, []):
                    self._keys[variant].append(key)
        self._lengths = sorted({len(words) for words in self._keys}, reverse=True)

    def find(self, text: str) -> tuple[NameHit, ...]:
        """Every name in `text`, in order; no two overlap, and the longer one wins. One hit for each key that has the
        name.
        """
        folding = Folding(text)
        words = _words(folding.text)
        taken = [False] * len(words)
        hits: list[NameHit] = []
        for length in self._lengths:
            for first in range(len(words) - length + 1):
                keys = self._keys.get(tuple(word.text for word in words[first : first + length]))
                if not keys or any(taken[first : first + length]):
                    continue
                taken[first : first + length] = [True] * length
                found, position = folding.original(words[first].start, words[first + length - 1].end)
                hits.extend(NameHit(key, found, position) for key in keys)
        return tuple(sorted(hits, key=lambda hit: hit.position))

    def same(self, text: str) -> str | None:
        """The key whose name `text` is, as a whole; None when it is none, or belongs to several keys."""
        keys = self._keys.get(tuple(word.text for word in _words(Folding(text).text)), [])
        return keys[0] if len(keys) == 1 else None
