"""What a file carries beside its content: which comments are ours, how much of each is kept, and what our mark says.

Pure; the readers collect, this module decides what of it goes on. The mark of a blank form is `round/agency/form/vN`
(`2023-q1/tdm/ii06/v1`), hidden in the document's properties and printed, since some programs keep only the one.

Failure policy: what is no mark gives None; raises nothing.
"""

import re
from collections.abc import Iterable, Mapping

from bot.domain.document import MARK_AUTHOR, FormTag

PROPERTIES = ("thuky.round", "thuky.agency", "thuky.form", "thuky.version")
ENCODINGS = ("", "tcvn3", "vni")
MAX_ITEMS = 20
MAX_TEXT = 120
MAX_LINK = 300
# So far down a visible mark is looked for: rows of a sheet, paragraphs of a text.
HEAD_ROWS = 15
HEAD_PARAGRAPHS = 30

_CODE = r"[a-z0-9][a-z0-9_-]{0,63}"
_CODES = re.compile(_CODE)
# Our name; files that were RTF in between have "?" for the letters that their code page lacks: "Th? ký".
_OUR_NAME = "".join(letter if letter.isascii() else rf"[{letter}?]" for letter in MARK_AUTHOR)
_US = re.compile(_OUR_NAME)
_OUR_WORDS = re.compile(rf"^\s*{_OUR_NAME}:", re.MULTILINE)
_VERSION = re.compile(r"[0-9]{1,6}")
# Alone in its line, or behind a label; other words may follow it, as page numbers do in a footer.
_MARK = re.compile(rf"(?:^|:)[ \t]*({_CODE})/({_CODE})/({_CODE})/v([0-9]{{1,6}})(?![\w/-]|\.\w)", re.MULTILINE)


def theirs(author: str, text: str) -> str:
    """What of a comment is the agency's own: nothing of ours, and what stands before our words where we added to it.

    Programs that lose the author of a comment keep its words, which begin with our name.
    """
    if _US.fullmatch(" ".join(author.split())):
        return ""
    return _OUR_WORDS.split(text, maxsplit=1)[0]


def clipped(texts: Iterable[str], most: int = MAX_TEXT) -> tuple[str, ...]:
    """The first texts that say anything, each in one line and at most `most` characters long."""
    kept: list[str] = []
    for text in texts:
        line = " ".join(text.split())
        if line:
            kept.append(line if len(line) <= most else line[: most - 1] + "…")
        if len(kept) == MAX_ITEMS:
            break
    return tuple(kept)


def form_tag(round_: str, agency: str, form: str, version: str) -> FormTag | None:
    """A mark from its four pieces; None when one of them is none."""
    if all(_CODES.fullmatch(code) for code in (round_, agency, form)) and _VERSION.fullmatch(version):
        return FormTag(round_, agency, form, int(version))
    return None


def hidden_tag(properties: Mapping[str, str]) -> FormTag | None:
    """The mark in a document's own properties (`PROPERTIES`)."""
    round_, agency, form, version = (properties.get(name, "").strip() for name in PROPERTIES)
    return form_tag(round_, agency, form, version)


def visible_tag(texts: Iterable[str]) -> FormTag | None:
    """The first mark that is printed in one of these texts."""
    for text in texts:
        if "/v" in text and (found := _MARK.search(text)) is not None:
            return form_tag(*found.groups())
    return None
