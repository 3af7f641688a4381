"""Durations as broadcasters write them, in minutes: `5'`, `5'30"`, `5p30`, `05:30`, `5 phút 30 giây`, `1h05`.

Pure. What is no duration gives None.
"""

import re
from decimal import Decimal

from bot.text.accents import fold
from bot.text.numbers import parse_number

_PRIMES = str.maketrans({"’": "'", "‘": "'", "′": "'", "´": "'", "`": "'", "“": '"', "”": '"', "″": '"'})
_HOURS, _MINUTES, _SECONDS = r"(?:gio|tieng|h)", r"(?:phut|ph|p|')", r"(?:giay|s|\")"
_UNITS = re.compile(
    rf"(?:(?P<hours>[0-9]{{1,4}}) ?{_HOURS}[ ,]*)?"
    rf"(?:(?P<minutes>[0-9]{{1,4}}) ?(?:{_MINUTES}[ ,]*|(?<=[0-9])$))?"
    rf"(?:(?P<seconds>[0-9]{{1,4}}) ?(?:{_SECONDS}|$))?"
)
_CLOCK = re.compile(r"(?:(?P<hours>[0-9]{1,4}) ?: ?)?(?P<minutes>[0-9]{1,4}) ?: ?(?P<seconds>[0-9]{1,2})")


def parse_minutes(value: object) -> Decimal | None:
    """The minutes that a cell's value means, exactly; None when it means none.

    A number is minutes; `05:30` is five and a half minutes, `1:05:30` has hours. After hours a bare number is minutes,
    after minutes it is seconds. Where a larger unit stands before, minutes and seconds go up to 59.
    """
    if not isinstance(value, str):
        return parse_number(value, whole=False)
    text = fold(value.translate(_PRIMES)).replace("''", '"')
    found = _CLOCK.fullmatch(text) or _UNITS.fullmatch(text)
    if found is None or not any(found.groups()) or text.isdecimal():
        return parse_number(value.translate(_PRIMES).strip().removesuffix("'"), whole=False)
    parts = found.group("hours", "minutes", "seconds")
    hours, minutes, seconds = (None if part is None else int(part) for part in parts)
    if (hours is not None and (minutes or 0) > 59) or ((hours, minutes) != (None, None) and (seconds or 0) > 59):
        return None
    return Decimal((hours or 0) * 3600 + (minutes or 0) * 60 + (seconds or 0)) / 60
