"""The day, and the hour where one stands, that a coordinator writes into an order.

Read: `15/3/2023`, `15-3-23`, `15/3` (the next such day), `ngày 15 tháng 3 năm 2023`, `2023-03-15`, `15 March 2023`, and
with each of them `16h30`, `16:30`, `16 giờ`. A day counts to its end; `trước ngày 15/3` ends with the day before it, as
the office reads its letters. What leaves words over that mean nothing here is no day, nor is one that is years away (a
slip of the pen): a wrong deadline is worse than a question. Pure; never fails.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.text.accents import fold
from bot.text.dates import EN_MONTHS

_MONTHS = {month.lower(): number for number, month in enumerate(EN_MONTHS, 1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()}
_ISO = re.compile(r"(?<![0-9])(?P<y>[0-9]{4}) ?- ?(?P<m>[0-9]{1,2}) ?- ?(?P<d>[0-9]{1,2})(?![0-9])")
_NUMBERS = re.compile(
    r"(?<![0-9])(?P<d>[0-9]{1,2}) ?(?:(?P<mark>[/.-])|thang) ?(?P<m>[0-9]{1,2})(?![0-9])"
    r"(?: ?(?:(?(mark)(?P=mark)|,? ?nam)) ?(?P<y>[0-9]{4}|[0-9]{2})(?![0-9]))?"
)
_ENGLISH = re.compile(
    rf"(?<![0-9])(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)? ?(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
    r"(?: ?,? ?(?P<y>[0-9]{4}))?(?![0-9])"
)
_CLOCK = re.compile(r"(?<![0-9])(?P<h>[0-9]{1,2}) ?(?:h|gio|:) ?(?P<min>[0-9]{2})?(?![0-9])(?: ?phut)?")
_MEANINGLESS = re.compile(
    r"(?<![a-z])(?:ngay|luc|het|hom|vao|den|thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|until|till|by|on|at|the|end|of"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?![a-z])|[ ,.;()]"
)
_FARTHEST = timedelta(days=400)  # rounds come at least once a year
_BEFORE = re.compile(r"(?<![a-z])(?:truoc|before)(?![a-z])")


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day (local) that is meant, and the hour at which it ends; None: with the day."""

    day: date
    clock: time | None = None

    @property
    def first_late(self) -> datetime:
        """The first moment that is late, local, without a zone."""
        if self.clock is not None:
            return datetime.combine(self.day, self.clock)
        return datetime.combine(self.day + timedelta(days=1), time())


def read_last_day(words: str, today: date) -> LastDay | None:
    """What the words mean; None when they are not exactly one day. `today` is local."""
    text = fold(words)
    match = next((m for pattern in (_ISO, _NUMBERS, _ENGLISH) if (m := pattern.search(text))), None)
    day = _day(match, today) if match else None
    if match is None or day is None or abs(day - today) > _FARTHEST:
        return None
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    hour = _CLOCK.search(rest)
    clock = None
    if hour:
        rest = f"{rest[: hour.start()]} {rest[hour.end() :]}"
        try:
            clock = time(int(hour["h"]) % 24, int(hour["min"] or 0))
        except ValueError:
            return None
        if int(hour["h"]) > 24 or (int(hour["h"]) == 24 and clock != time()):
            return None
        if int(hour["h"]) == 24:
            clock = None
    before = _BEFORE.search(rest)
    if _MEANINGLESS.sub("", _BEFORE.sub("", rest)):
        return None
    try:
        return LastDay(day - timedelta(days=1) if before and not hour else day, clock)
    except OverflowError:
        return None


def _day(match: re.Match[str], today: date) -> date | None:
    found = match.groupdict()
    month = int(found["m"]) if found.get("m") else _MONTHS[found["month"]]
    year = found["y"]
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, int(found["d"]))
        this_year = date(today.year, month, int(found["d"]))
        return this_year if this_year >= today else date(today.year + 1, month, int(found["d"]))
    except ValueError:
        return None
