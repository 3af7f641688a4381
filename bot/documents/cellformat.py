"""Number formats of Excel: which of them make a number a date, a time of day or a percentage.

Pure. Sources: ECMA-376 part 1, 18.8.30 and 18.8.31 (numFmt, built-in ids); 18.17.4 (serial dates).
"""

import re
from datetime import date, datetime, timedelta
from enum import Enum

# Ids that need no definition: 14…22 and 45…47 everywhere, 27…36 and 50…58 in East Asian versions.
_DATE_IDS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
_TIME_IDS = frozenset({18, 20, 32, 34})
_SECONDS_IDS = frozenset({19, 21, 33, 35, 45, 46, 47})
_PERCENT_IDS = frozenset({9, 10})
_NOT_SIGNS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_LAST_SERIAL = 2_958_466  # the day after 31/12/9999
_DAY_SECONDS = 86_400


class Shape(Enum):
    """What a number format shows."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    SECONDS = "seconds"  # a time with its seconds
    PERCENT = "percent"


def shape_of(format_id: int, code: str | None) -> Shape:
    """What a format shows, by its own code when it has one, else by its built-in id."""
    if code is None:
        if format_id in _DATE_IDS:
            return Shape.DATE
        if format_id in _TIME_IDS:
            return Shape.TIME
        if format_id in _SECONDS_IDS:
            return Shape.SECONDS
        return Shape.PERCENT if format_id in _PERCENT_IDS else Shape.NUMBER
    signs = _NOT_SIGNS.sub("", code).split(";")[0].lower()
    if "general" in signs:
        return Shape.NUMBER
    if "d" in signs or "y" in signs:
        return Shape.DATE
    if "s" in signs:
        return Shape.SECONDS
    if "h" in signs:
        return Shape.TIME
    if "m" in signs:
        return Shape.DATE
    return Shape.PERCENT if "%" in signs else Shape.NUMBER


def from_serial(serial: float, shape: Shape, *, since_1904: bool) -> date | datetime | str | None:
    """A serial number as a date, as a datetime when it has a time of day (to the second, no zone), or as a time.

    Times become text such as `7:05` or `0:15:30`, since a time is no date and no number; with seconds where the format
    shows them (`0:15:00`: a quarter of an hour, not fifteen seconds) or where there are any. None when out of range.
    """
    if not 0 <= serial < _LAST_SERIAL:
        return None
    seconds = round(serial * _DAY_SECONDS)
    if shape in (Shape.TIME, Shape.SECONDS):
        hours, rest = divmod(seconds, 3_600)
        minutes, second = divmod(rest, 60)
        return f"{hours}:{minutes:02d}" + (f":{second:02d}" if second or shape is Shape.SECONDS else "")
    # 1900 was no leap year, but Lotus 1-2-3 thought so and Excel followed: serial 60 is a day that never was.
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001
    try:
        moment = first + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return moment.date() if seconds % _DAY_SECONDS == 0 else moment
