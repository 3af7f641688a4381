"""Vietnamese typed for the fonts of the nineties: TCVN3 (.VnTime …) and VNI (VNI-Times …), turned into Unicode.

Such a text is stored as Western letters and looks right in its own font only: `C¶i c¸ch hµnh chÝnh`. The tables are
TCVN 5712:1993 (VN3, as the ABC fonts use it) and VNI for Windows. `detect` decides for a whole document, since a single
word may be right either way; `to_unicode` then decides for each text, since offices paste Unicode into old files. What
decides is how many words are Vietnamese syllables before and after. Pure; never fails.

The capitals of TCVN3 are a font of their own (.VnTimeH) over the small letters: they come out as small letters.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

TCVN3, VNI = "tcvn3", "vni"

_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
# The marks that VNI writes behind a vowel. ơ, ư and đ are single letters, and so is i with its marks.
_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_CIRCUMFLEX = dict(
    zip("âáàåãä", ("\u0302" + t for t in ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")), strict=True)
)
_BREVE = dict(
    zip("êéèúüë", ("\u0306" + t for t in ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")), strict=True)
)
_VNI_SINGLE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}


def _vni_table() -> dict[str, str]:
    pairs = {
        base + mark: base + sign
        for bases, marks in (("aeouy", _TONES), ("aeo", _CIRCUMFLEX), ("a", _BREVE))
        for base in bases
        for mark, sign in marks.items()
    }
    pairs |= {horned + mark: _VNI_SINGLE[horned] + sign for horned in "ôö" for mark, sign in _TONES.items()}
    table = {old: unicodedata.normalize("NFC", new) for old, new in (pairs | _VNI_SINGLE).items()}
    capitals = {old.upper(): new.upper() for old, new in table.items()}
    titled = {old[0].upper() + old[1:]: new.upper() for old, new in table.items() if len(old) > 1}
    return table | titled | capitals


_VNI = _vni_table()
_TABLES = {TCVN3: _TCVN3, VNI: _VNI}
_PATTERNS = {
    name: re.compile("|".join(re.escape(old) for old in sorted(table, key=len, reverse=True)))
    for name, table in _TABLES.items()
}
_ENOUGH = 3  # words that become Vietnamese before a whole document is taken for old
_SAMPLE = 20_000  # letters of a document that are looked at
_WORD = re.compile(r"[^\s\d.,;:!?()\[\]{}\"'“”‘’/\\|<>=+*&%$#@~^_–—-]+")
_UNICODE_ONLY = re.compile("[\u0100-\uffff]")
_SYLLABLE = re.compile(
    r"(?:b|ch?|d|đ|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr?|v|x)?"
    r"(?:(?:a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|iê|yê|uô|ươ|oa|oă|oe|oo|uâ|uê|uy|uyê|uơ)(?:c|ch|m|n|ng|nh|p|t)?"
    r"|(?:ia|ya|ua|ưa|uya)|(?:a|o|ô|ơ|u|ư|uô|ươ|oa)i|(?:a|â|oa|uâ)y|(?:a|e|oa|oe)o|(?:a|â|ê|i|ư|iê|yê|ươ|uy)u)"
)
_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def detect(texts: Iterable[str]) -> str:
    """`tcvn3`, `vni`, or an empty string where the texts of a document are Unicode, or no Vietnamese at all."""
    sample: list[str] = []
    size = 0
    for text in texts:
        if not text.isascii():
            sample.append(text)
            size += len(text)
        if size > _SAMPLE:
            break
    before = sum(_syllables(text) for text in sample)
    gains = {name: sum(_syllables(_converted(text, name)) for text in sample) - before for name in _TABLES}
    best = max(gains, key=lambda name: gains[name])
    return best if gains[best] >= _ENOUGH else ""


def to_unicode(text: str, encoding: str) -> str:
    """A text of a document of that encoding (`detect`'s word) in Unicode, NFC; texts that are Unicode already, and all
    texts where `encoding` is empty, stay as they are.
    """
    if not encoding or text.isascii() or _UNICODE_ONLY.search(text):
        return text
    converted = _converted(text, encoding)
    return converted if _syllables(converted) >= max(1, _syllables(text)) else text


def repair(text: str) -> str:
    """A text that stands by itself, such as a subject or a mail's body: converted when enough of it is old."""
    return to_unicode(text, detect([text]))


def _converted(text: str, encoding: str) -> str:
    if _UNICODE_ONLY.search(text):
        return text
    table = _TABLES[encoding]
    return _PATTERNS[encoding].sub(lambda found: table[found[0]], text)


def _syllables(text: str) -> int:
    """How many words of the text beyond ASCII are Vietnamese syllables."""
    return sum(not word.isascii() and _is_syllable(word) for word in _WORD.findall(text))


@lru_cache(maxsize=4096)
def _is_syllable(word: str) -> bool:
    parts = unicodedata.normalize("NFD", word.lower())
    bare, tones = _MARKS.subn("", parts)
    return tones <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None
