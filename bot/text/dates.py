"""Dates and moments: read from Vietnamese text, said in Vietnamese and English.

Reading is strict about the day itself (a date that no calendar has is none) and lenient about its writing. Saying
follows Nghị định 30/2020/NĐ-CP: days in two digits, months in two digits only for January and February. Whoever
passes a moment has made it local already; nothing here knows a time zone. `lang` is `vi` or `en`; anything else
raises ValueError.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.text.accents import Folding, fold

_VI_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_EN_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EN_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

# On folded text. Each alternative has its own groups, since Python's re wants distinct names.
_DATE = re.compile(
    r"""(?:ngay\ )?
    (?: (?<![0-9])(?P<d1>[0-9]{1,2})\ ?(?P<mark>[/.-])\ ?(?P<m1>[0-9]{1,2})\ ?(?P=mark)\ ?(?P<y1>[0-9]{4})(?![0-9])
      | (?<![0-9])(?P<d2>[0-9]{1,2})\ thang\ (?P<m2>[0-9]{1,2}),?\ nam\ (?P<y2>[0-9]{4})(?![0-9])
      | (?<![0-9])(?P<y3>[0-9]{4})-(?P<m3>[0-9]{1,2})-(?P<d3>[0-9]{1,2})(?![0-9]) )""",
    re.VERBOSE,
)
# The first day of a span may leave its year to the last: `từ ngày 15/12 đến ngày 14/3/2023`.
_SPAN = re.compile(
    r"""(?P<from>(?<![a-z])tu\ )?(?:ngay\ ?:?\ ?)?
    (?<![0-9/.-])(?P<d>[0-9]{1,2})(?:\ ?(?P<mark>[/.-])\ ?|\ thang\ )(?P<m>[0-9]{1,2})
    (?:(?(mark)\ ?(?P=mark)\ ?|,?\ nam\ )(?P<y>[0-9]{4}))?(?![0-9])
    ,?\ ?(?P<to>(?<![a-z])den(?:\ het)?\ |[–-]\ ?)(?:ngay\ ?:?\ ?)?(?=[0-9])""",
    re.VERBOSE,
)
_BEFORE = re.compile(r"(?:(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat)(?![a-z]),? ?)?")
_CLOCK = re.compile(r"(?:[t ,]*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?")


@dataclass(frozen=True, slots=True)
class SpanMention:
    """A span of days in a text, both inclusive: its own words, and their index in the text."""

    first: date
    last: date
    found: str
    position: int


def _day_of(match: re.Match[str]) -> date | None:
    for year, month, day in (("y1", "m1", "d1"), ("y2", "m2", "d2"), ("y3", "m3", "d3")):
        if match[year]:
            try:
                return date(int(match[year]), int(match[month]), int(match[day]))
            except ValueError:
                return None
    return None


def parse_date(value: object) -> date | None:
    """The date that a cell's value means, or None. Text must be a date and nothing else, but for a weekday or a clock
    time.

    Read: `9/3/2023`, `09-03-2023`, `09.03.2023`, `ngày 9 tháng 3 năm 2023`, `2023-03-09`; the day stands before the
    month.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    text = fold(value)
    before = _BEFORE.match(text)
    match = _DATE.match(text, before.end() if before else 0)
    if match is None or not _CLOCK.fullmatch(text, match.end()):
        return None
    return _day_of(match)


def find_spans(text: str) -> tuple[SpanMention, ...]:
    """Every span of days in `text`, in order: `từ ngày 15/12/2022 đến (hết) ngày 14/3/2023`, `15/12/2022 - 14/3/2023`.

    Where the first day names no year, `từ` is wanted before it, and the year is that of the last or the one before. A
    span that ends before it begins is none.
    """
    folding = Folding(text)
    mentions = []
    for match in _SPAN.finditer(folding.text):
        end = _DATE.match(folding.text, match.end())
        last = _day_of(end) if end else None
        if end is None or last is None or not (match["y"] or match["from"]):
            continue
        first = _first_day(match, last)
        if first is not None and first <= last:
            found, position = folding.original(match.start(), end.end())
            mentions.append(SpanMention(first, last, found, position))
    return tuple(mentions)


def _first_day(match: re.Match[str], last: date) -> date | None:
    day, month = int(match["d"]), int(match["m"])
    year = int(match["y"]) if match["y"] else last.year - ((month, day) > (last.month, last.day))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_vietnamese(lang: str) -> bool:
    if lang not in ("vi", "en"):
        raise ValueError(f"unknown language {lang!r}: expected 'vi' or 'en'")
    return lang == "vi"


def say_date(day: date, lang: str) -> str:
    """`09/3/2023`; in English `9 March 2023`."""
    if _is_vietnamese(lang):
        month = f"{day.month:02d}" if day.month < 3 else str(day.month)
        return f"{day.day:02d}/{month}/{day.year:04d}"
    return f"{day.day} {EN_MONTHS[day.month - 1]} {day.year:04d}"


def say_day(day: date, lang: str) -> str:
    """A date with its weekday: `thứ Năm ngày 09/3/2023`; in English `Thursday 9 March 2023`."""
    if _is_vietnamese(lang):
        return f"{_VI_WEEKDAYS[day.weekday()]} ngày {say_date(day, lang)}"
    return f"{_EN_WEEKDAYS[day.weekday()]} {say_date(day, lang)}"


def say_instant(local: datetime, lang: str) -> str:
    """A local moment, to the minute: `14 giờ 05 ngày 08/3/2023`; in English `14:05 on 8 March 2023`."""
    if _is_vietnamese(lang):
        return f"{local.hour} giờ {local.minute:02d} ngày {say_date(local, lang)}"
    return f"{local:%H:%M} on {say_date(local, lang)}"


def say_deadline(local: datetime, lang: str) -> str:
    """The last timely moment in full words. `local` is the first instant that is late, in local time.

    00:00 is said as the end of the day before: `24 giờ 00 thứ Năm ngày 09/3/2023`, in English `midnight at the end of
    Thursday 9 March 2023`; any other time as itself: `16 giờ 30 thứ Sáu ngày 10/3/2023`, `16:30 on Friday 10 March
    2023`.
    """
    vietnamese = _is_vietnamese(lang)
    if local.hour == local.minute == 0:
        eve = say_day(local.date() - timedelta(days=1), lang)
        return f"24 giờ 00 {eve}" if vietnamese else f"midnight at the end of {eve}"
    if vietnamese:
        return f"{local.hour} giờ {local.minute:02d} {say_day(local, lang)}"
    return f"{local:%H:%M} on {say_day(local, lang)}"
