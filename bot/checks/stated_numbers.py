"""A number that a narrative states behind a phrase: "Tổng số hồ sơ tiếp nhận trong quý I/2023 là 2.544 hồ sơ".

The flow: the phrase (accents and case aside) → the rest of the sentence, without dates, periods, document numbers and
brackets → the first number that is of the right kind and stands before one of the words asked for. Where words between
the phrase and the number turn to something else (a share of it, a comparison, an estimate), nothing is stated: a
mention that is not sure is none. Nothing here fails.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.text.accents import Folding, fold
from bot.text.numbers import parse_number

# What looks like a number and states none; blanked out, so that places stay.
_NO_FIGURE = re.compile(
    r"""(?:so\ )?[0-9]+/(?:[0-9]{4}/)?[a-zđ][a-z0-9đ&]*(?:[-/][a-z0-9đ&]+)*          # 388/SNV-CCHC, 61/2018/ND-CP
      | [0-9]{1,2}\ ?[/.-]\ ?[0-9]{1,2}\ ?[/.-]\ ?[0-9]{4}                            # 14/3/2023
      | (?:ngay|thang)\ [0-9]{1,2}(?:[/-][0-9]{1,4})?(?![0-9.,%])                     # ngày 14/3, tháng 3/2023
      | quy\ [1-4](?:[/-][0-9]{4})?(?![0-9.,%])                                       # quý 1/2023
      | (?:quy|ky)\ [ivx]+(?:\ ?[/-]\ ?(?:nam\ )?[0-9]{4})?
      | (?:nam|giai\ doan)\ [0-9]{4}(?:\ ?-\ ?[0-9]{4})?
      | [0-9]{1,2}\ (?:thang|ngay|gio|phut)\b(?:\ (?:dau|cuoi)\ nam)?(?:\ (?:nam\ )?[0-9]{4})?
      | (?:dieu|khoan|diem|muc|phan|bang|bieu(?:\ so)?|phu\ luc(?:\ so)?|cot|dong)\ \(?[0-9]+\)?(?:\.[0-9]+)*(?![0-9])
      | (?<![0-9])[0-9]{1,2}/[0-9]{1,2}(?![0-9/])                                     # 14/3
    """,
    re.VERBOSE,
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NUMBER = re.compile(
    r"(?<![0-9a-z.,/])"
    r"(?P<number>[1-9][0-9]{0,2}(?:(?P<mark>[. ])[0-9]{3})(?:(?P=mark)[0-9]{3})*(?:,[0-9]+)?|[0-9]+(?:[.,][0-9]+)?)"
    r"(?P<of>\ ?/\ ?[0-9][0-9.]*)?(?P<percent>\ ?%|\ phan\ tram\b)?(?![0-9])"
)
# Between the phrase and its number these turn to another figure: a share, a comparison, an estimate.
_TURN = re.compile(
    r"\b(?:trong do|bao gom|gom co|cu the|tang|giam|vuot|cao hon|thap hon|nhieu hon|it hon|so voi|so cung ky|cung ky"
    r"|ky truoc|quy truoc|nam truoc|chuyen qua|chuyen sang|chi tieu|truc tuyen|truc tiep|buu chinh|qua han"
    r"|dung han|truoc han|som han|da giai quyet|duoc giai quyet|dang giai quyet|chua giai quyet|con lai|trung binh)\b"
)
_SHARE = re.compile(r"\b(?:chiem|ty le|ti le)\b")  # turns a count to a percentage, which then is another figure
_ABOUT = re.compile(r"\b(?:hon|tren|tu|gan|khoang|duoi|xap xi|tam|it nhat|toi thieu|toi da|khong qua)\s*$")
_LARGE = re.compile(r"\ ?(?:nghin|ngan|trieu|ty|ti)\b")
_BETWEEN = 140  # letters between the phrase and its number


@dataclass(frozen=True, slots=True)
class Stated:
    """One number as a sentence states it; `quote` are the sentence's own words from the phrase to the number's end,
    which in the folded sentence stand from `start` to `end`.
    """

    number: Decimal
    quote: str
    start: int = 0
    end: int = 0

    def agrees(self, figure: Decimal, tolerance: Decimal) -> bool:
        """Whether it states that figure: within the tolerance, or rounded to as many places as it has."""
        rounded = figure.quantize(Decimal(1).scaleb(int(self.number.as_tuple().exponent)), ROUND_HALF_UP)
        return abs(self.number - figure) <= tolerance or (figure != int(figure) and rounded == self.number)


def stated_numbers(
    sentence: str, before: Sequence[str], after: Sequence[str] = (), *, percent: bool = False
) -> Iterator[Stated]:
    """The numbers that the sentence states behind one of `before`, one for each mention. `percent`: whether the figure
    is a percentage; others are passed over.
    """
    folding = Folding(sentence)
    text = folding.text
    masked = without_dates(text)
    followers = tuple(dict.fromkeys(fold(word) for word in after))
    ends: set[int] = set()
    for phrase in sorted((fold(one) for one in before), key=len, reverse=True):
        for mention in re.finditer(rf"(?<![a-z0-9]){re.escape(phrase)}(?![a-z0-9])", text):
            if mention.end() in ends:
                continue  # a longer phrase has spoken for this place
            ends.add(mention.end())
            found = _behind(masked, mention.end(), followers, percent=percent)
            if found is not None:
                value, end = found
                if text[end : end + 1] == ")" and "(" in text[mention.end() : end]:
                    end += 1
                quote, _ = folding.original(mention.start(), end)
                yield Stated(value, quote, mention.start(), end)


def without_dates(folded: str) -> str:
    """A folded text with dates, periods, numbers of documents and references to rows blanked out; places stay."""
    return _NO_FIGURE.sub(lambda match: " " * len(match[0]), folded)


def _behind(text: str, start: int, followers: tuple[str, ...], *, percent: bool) -> tuple[Decimal, int] | None:
    """The number behind `start` and where its words end; None where the sentence turns to something else first."""
    rest = text[start:]
    if not percent:
        rest = _BRACKETS.sub(lambda match: " " * len(match[0]), rest)
    for match in _NUMBER.finditer(rest):
        between = rest[: match.start()]
        if len(between) > _BETWEEN or _TURN.search(between) or (not percent and _SHARE.search(between)):
            return None
        if bool(match["percent"]) is not percent:
            continue
        behind = rest[match.end() :].lstrip(" ,")
        if _ABOUT.search(between) or _LARGE.match(rest, match.end()):
            return None
        marks = [word for word in followers if word != "%"]
        unit = next((word for word in marks if re.match(rf"{re.escape(word)}(?![a-z0-9])", behind)), "")
        value = parse_number(match["number"], whole=False)
        if (marks and not unit) or value is None:
            continue
        return value, start + match.end() + (rest[match.end() :].find(unit) + len(unit) if unit else 0)
    return None
