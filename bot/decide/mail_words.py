"""The words of a mail that are its sender's own, and the tags of rounds in them.

A reply quotes our notice and old mails, which speak of other periods and agencies: `own_text` takes quotations away.
A tag `[BC 2023Q1 STP]` names a round's period and an agency; `tags_in` finds it in any case and spacing. Pure; never
fails.
"""

import re
from dataclasses import dataclass

from bot.text.accents import fold, nfc, squeeze

_TAG = re.compile(
    r"\[\s*BC\s*(?P<year>20[0-9]{2})\s*(?P<part>Q\s?[1-4]|H\s?[12]|9\s?M|Y|M\s?[01][0-9])"
    r"(?:[\s/_-]+(?P<agency>[^\s\[\]]+))?\s*\]",
    re.IGNORECASE,
)
_QUOTED_FROM_HERE = re.compile(
    r"-{2,} ?(?:original message|forwarded message|thu goc|tin nhan goc|thu (?:da|duoc) chuyen tiep).*|_{20,}"
)
_SAID_BY = re.compile(r"(?:vao|luc|ngay|on) .*(?:da viet|wrote|viet) ?:")
_FROM_LINE = re.compile(r"\*?(?:tu|from|nguoi gui) ?: ?\*?.*\S")
_HEADER_LINE = re.compile(r"\*?(?:gui|da gui|ngay|sent|date|to|den|toi|cc|chu de|tieu de|subject) ?:")


@dataclass(frozen=True, slots=True)
class Tag:
    """A round's mark: `period` as in `2023Q1`, `agency` as in `STP` or empty, and its own words."""

    period: str
    agency: str
    found: str


def tags_in(text: str) -> tuple[Tag, ...]:
    """Every tag in `text`, in order, its codes in capitals without blanks."""
    return tuple(
        Tag(
            period=match["year"] + re.sub(r"\s", "", match["part"]).upper(),
            agency=(match["agency"] or "").upper(),
            found=squeeze(match[0]),
        )
        for match in _TAG.finditer(nfc(text))
    )


def find_tags(text: str) -> tuple[tuple[str, str], ...]:
    """(period code, agency tag) of every tag in `text`, in order; the agency is empty where the tag names none."""
    return tuple((tag.period, tag.agency) for tag in tags_in(text))


def without_tags(text: str) -> str:
    """`text` without its tags: what the sender may have typed beside them."""
    return _TAG.sub(" ", nfc(text))


def own_text(body: str) -> str:
    """A body without what it quotes: `>` lines, and all that follows the head of a quoted mail.

    After `On … wrote:` the text goes on when the quotation has `>` lines, since an answer may stand below it.
    """
    lines = body.splitlines()
    own: list[str] = []
    at = 0
    while at < len(lines):
        folded = fold(lines[at])
        if folded.startswith(">"):
            at += 1
        elif length := _said_by(lines, at):
            after = next((line for line in map(fold, lines[at + length :]) if line), "")
            if not after.startswith(">"):
                break
            at += length
        elif _QUOTED_FROM_HERE.fullmatch(folded) or _is_header_block(lines, at):
            break
        else:
            own.append(lines[at])
            at += 1
    return "\n".join(own)


def _said_by(lines: list[str], at: int) -> int:
    """How many lines a head `On … wrote:` takes from here, since long ones are wrapped; 0 when there is none."""
    for length in (1, 2, 3):
        if _SAID_BY.fullmatch(fold(" ".join(lines[at : at + length]))):
            return length
    return 0


def _is_header_block(lines: list[str], at: int) -> bool:
    """`Từ: …` counts as the head of a quoted mail only when another header line follows."""
    if not _FROM_LINE.fullmatch(fold(lines[at])):
        return False
    return any(_HEADER_LINE.match(fold(line)) for line in lines[at + 1 : at + 4])
