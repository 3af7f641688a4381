"""Reporting periods in text: `quý I/2023`, `6 tháng đầu năm 2023`, `9 tháng`, `năm 2023`, `tháng 5/2023`, `2023Q1`.

`find_periods` lists what is mentioned, without judging whether the text speaks of itself: that is for the reader of
titles. Works on folded text (accents or none, `_` as a blank for file names), each kind with its own pattern, the
more particular first; a stretch of text belongs to one mention only, and the words of a date to none. Never fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.text.accents import Folding, nfc
from bot.text.dates import EN_MONTHS

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_EN_ORDINALS = ("first", "second", "third", "fourth")

# A mention starts at a word, or right after the usual abbreviations that file names glue to it.
_START = r"(?:(?<![a-z0-9])|(?<=baocao)|(?<=cchc)|(?<=bc))"
_QUARTER_NO = r"(?P<ordinal>iv|iii|ii|i|0?[1-4])(?![a-z0-9])"
_YEAR = r"(?:[ ,.(/–-]{0,3}(?:cua )?(?:nam ?)?(?P<year>20[0-9]{2})(?![0-9])|/(?P<short>[0-9]{2})(?![0-9/.-]))"

# What must not be read as a period: full dates, dates without a year, ranges of years.
_NOT_PERIODS = re.compile(
    r"""(?<![0-9])[0-9]{1,2}\ ?(?P<m>[/.-])\ ?[0-9]{1,2}\ ?(?P=m)\ ?[0-9]{4}(?![0-9])
      | (?<![0-9])[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])
      | ngay[\ ._…]*[0-9]{0,2}[\ ._…]*thang[\ ._…]*[0-9]{0,2}(?:,?\ ?nam[\ ._…]*[0-9]{2,4})?
      | (?<![0-9])[0-9]{1,2}\ thang\ [0-9]{1,2}(?![0-9]),?(?:\ nam\ [0-9]{4})?
      | (?:nam|giai\ doan)\ 20[0-9]{2}\ ?[–-]\ ?20[0-9]{2}""",
    re.VERBOSE,
)
_CODE = re.compile(
    r"(?<![a-z0-9])(?P<year>20[0-9]{2})[ ._-]?(?:q(?P<q>[1-4])|h(?P<h>[12])|(?P<n>9m)|(?P<y>y)|m(?P<m>0[1-9]|1[0-2]))"
    r"(?![a-z0-9])"
)
_QUARTER = re.compile(rf"{_START}(?:quy|qui)[ .-]?{_QUARTER_NO}{_YEAR}?")
_SHORT_QUARTER = re.compile(rf"{_START}q ?{_QUARTER_NO}{_YEAR}")
_BARE_SHORT_QUARTER = re.compile(rf"{_START}(?<!ubnd )(?<!quan )q(?P<ordinal>[1-4])(?![a-z0-9])(?P<year>)(?P<short>)")
# Three months are a quarter only as the first of a year; alone they are a duration.
_THREE = re.compile(rf"{_START}(?:0?3|ba) ?thang ?dau ?nam{_YEAR}?(?![a-z0-9])")
_HALF = re.compile(rf"{_START}(?:0?6|sau) ?thang(?: ?(?P<which>dau|cuoi) ?nam)?{_YEAR}?(?![a-z0-9])")
_NINE = re.compile(rf"{_START}(?:0?9|chin) ?thang(?: ?dau ?nam)?{_YEAR}?(?![a-z0-9])")
_MONTH = re.compile(rf"{_START}thang ?(?P<ordinal>1[0-2]|0?[1-9])(?![0-9]){_YEAR}?")
_SHORT_MONTH = re.compile(r"(?<![a-z0-9])t(?P<ordinal>1[0-2]|0?[1-9])[/.-](?P<year>20[0-9]{2})(?P<short>)(?![0-9])")
_WHOLE_YEAR = re.compile(rf"{_START}nam ?(?P<year>20[0-9]{{2}})(?P<short>)(?![0-9])")
_YEAR_BEFORE = re.compile(r"(?:(?<![a-z0-9])nam ?)?(?<![0-9])(20[0-9]{2})[ ,./-]{0,2}$")
# `từ tháng 12/2022 đến tháng 3/2023` is a span of time and `trong vòng 6 tháng` a duration: neither is a period.
_SPAN_BEFORE = re.compile(r"(?<![a-z0-9])(?:tu|den|het|truoc|sau|giua|cuoi|dau|vong|han|thieu)(?: (?:het|cuoi|dau))? $")
_PLACES_NAM = re.compile(r"(?<![a-z0-9])(?:viet|quang|ha|dong|mien|phia|hai) $")


@dataclass(frozen=True, slots=True)
class PeriodMention:
    """A period that a text names.

    `kind` is `quarter`, `half`, `nine_months`, `year` or `month`; `ordinal` counts from 1 within the year (1 for nine
    months and years); `year` is None where none is named. `found` are its own words, `position` their index in the
    text.
    """

    kind: str
    ordinal: int
    year: int | None
    found: str
    position: int


@dataclass(frozen=True, slots=True)
class _Span:
    kind: str
    ordinal: int
    year: int | None
    start: int
    end: int


def find_periods(text: str) -> tuple[PeriodMention, ...]:
    """Every reporting period that `text` mentions, in order."""
    folding = Folding(text)
    folded = folding.text.replace("_", " ")
    taken = [match.span() for match in _NOT_PERIODS.finditer(folded)]
    mentions = []
    for span in _spans(folded):
        if any(span.start < end and start < span.end for start, end in taken):
            continue
        found, position = folding.original(span.start, span.end)
        if not _is_meant(span, nfc(found).lower(), folding):
            continue
        taken.append((span.start, span.end))
        mentions.append(PeriodMention(span.kind, span.ordinal, span.year, found, position))
    return tuple(sorted(mentions, key=lambda m: m.position))


def _spans(folded: str) -> Iterator[_Span]:
    """All that looks like a period, the kinds that include others first."""
    for match in _CODE.finditer(folded):
        yield _coded(match)
    for pattern in (_QUARTER, _SHORT_QUARTER, _BARE_SHORT_QUARTER):
        for match in pattern.finditer(folded):
            yield _with_year_before("quarter", _ordinal(match["ordinal"]), match, folded)
    for match in _THREE.finditer(folded):
        if not _SPAN_BEFORE.search(folded, 0, match.start()):
            yield _with_year_before("quarter", 1, match, folded)
    for match in _HALF.finditer(folded):
        if not _SPAN_BEFORE.search(folded, 0, match.start()):
            yield _with_year_before("half", 2 if match["which"] == "cuoi" else 1, match, folded)
    for match in _NINE.finditer(folded):
        if not _SPAN_BEFORE.search(folded, 0, match.start()):
            yield _with_year_before("nine_months", 1, match, folded)
    for pattern in (_MONTH, _SHORT_MONTH):
        for match in pattern.finditer(folded):
            if not _SPAN_BEFORE.search(folded, 0, match.start()):
                yield _Span("month", int(match["ordinal"]), _year(match), *match.span())
    for match in _WHOLE_YEAR.finditer(folded):
        if not _PLACES_NAM.search(folded, 0, match.start()):
            yield _Span("year", 1, _year(match), *match.span())


def _ordinal(written: str) -> int:
    return _ROMAN.get(written) or int(written)


def _year(match: re.Match[str]) -> int | None:
    if match["year"]:
        return int(match["year"])
    return 2000 + int(match["short"]) if match["short"] else None


def _coded(match: re.Match[str]) -> _Span:
    year = int(match["year"])
    for group, kind in (("q", "quarter"), ("h", "half"), ("m", "month")):
        if match[group]:
            return _Span(kind, int(match[group]), year, *match.span())
    return _Span("nine_months" if match["n"] else "year", 1, year, *match.span())


def _with_year_before(kind: str, ordinal: int, match: re.Match[str], folded: str) -> _Span:
    """The mention with its own year, or else with one that stands right before it (`năm 2023, quý I`)."""
    year, start = _year(match), match.start()
    if year is None and (before := _YEAR_BEFORE.search(folded, 0, start)):
        return _Span(kind, ordinal, int(before[1]), before.start(), match.end())
    return _Span(kind, ordinal, year, start, match.end())


def _is_meant(span: _Span, found: str, folding: Folding) -> bool:
    """Whether the accents allow the reading: `quỹ 1` is a fund, `sau tháng` no number, and an unaccented `Nam 2023` in
    accented text is a place.
    """
    if span.kind == "quarter":
        return not any(word in found for word in ("quỹ", "quỷ", "quỳ", "quị"))
    if span.kind == "half" and found.startswith("sau"):
        return "nam" in folding.text[span.start : span.end]
    if span.kind == "year" and "nam" in found:
        whole, _ = folding.original(0, len(folding.text))
        return whole.isascii()
    return True


def say_period(kind: str, ordinal: int, year: int, lang: str) -> str:
    """The period in words: `quý I/2023`, `6 tháng đầu năm 2023`, `9 tháng năm 2023`, `năm 2023`, `tháng 5/2023`.

    In English `the first quarter of 2023`, `the first half of 2023`, `the first nine months of 2023`, `the year 2023`,
    `May 2023`. ValueError for an unknown kind, ordinal or language.
    """
    limits = {"quarter": 4, "half": 2, "nine_months": 1, "year": 1, "month": 12}
    if not 1 <= ordinal <= limits.get(kind, 0) or lang not in ("vi", "en"):
        raise ValueError(f"no such period: {kind!r} {ordinal} in language {lang!r}")
    if lang == "vi":
        return {
            "quarter": f"quý {('I', 'II', 'III', 'IV')[(ordinal - 1) % 4]}/{year}",
            "half": f"6 tháng {'đầu' if ordinal == 1 else 'cuối'} năm {year}",
            "nine_months": f"9 tháng năm {year}",
            "year": f"năm {year}",
            "month": f"tháng {ordinal}/{year}",
        }[kind]
    return {
        "quarter": f"the {_EN_ORDINALS[(ordinal - 1) % 4]} quarter of {year}",
        "half": f"the {_EN_ORDINALS[(ordinal - 1) % 4]} half of {year}",
        "nine_months": f"the first nine months of {year}",
        "year": f"the year {year}",
        "month": f"{EN_MONTHS[ordinal - 1]} {year}",
    }[kind]
