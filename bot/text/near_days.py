"""Days that a sentence names from where it stands: `đến hết ngày 15/3`, `thứ Hai tuần sau`, `chậm 02 ngày làm việc`.

`bot.text.dates` reads dates that stand in full; people who ask for something leave the year away, name a weekday or
count days. A day without a year is the nearest one to come. Days are counted from the day of receipt (`2 ngày nữa`),
but from the deadline's last day where the words are of lateness (`chậm 02 ngày`, `gia hạn thêm 1 tuần`); where that
day has passed, from the day of receipt. Pure; never fails.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.text.near_day_words import (
    AHEAD,
    BARE,
    BEFORE_FROM_DAY,
    CLOSE,
    EN_DAYS,
    EN_MONTH_END,
    EN_WEEK,
    EN_WEEKDAY,
    ENGLISH,
    FROM_DAY,
    ISO,
    LATE,
    LONG,
    MONTH_END,
    MONTHS,
    NUMERIC,
    SPOKEN_MONTH,
    VI_DAYS,
    VI_MONTHS,
    WE_FOLLOW,
    WEEK,
    WEEKDAY,
    WEEKDAY_LEAD,
    WEEKEND,
    number,
)

_FARTHEST = 183  # days to come that a date without a year may lie ahead; farther on it was meant as one gone by
_LONGEST = 366


@dataclass(frozen=True, slots=True)
class NearDay:
    """A day that a folded sentence names between two indices of it. `counted`: a number of days, no day of its own."""

    day: date
    start: int
    end: int
    counted: bool = False


def near_days(
    folded: str, *, on: date, due: date, add_working_days: Callable[[date, int], date]
) -> tuple[NearDay, ...]:
    """Every day that `folded` (see `bot.text.accents.fold`) names, in order, none of them overlapping.

    `on` is the local day of receipt, `due` the last day of the deadline; `add_working_days(day, n)` the n-th working
    day after `day`. Days gone by are given too where their year stands there.
    """
    taken = [False] * (len(folded) + 1)
    found: list[NearDay] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(folded):
            if any(taken[match.start() : match.end()]):
                continue
            counted = read in (_late, _ahead, _behind)
            day = read(match, _Base(folded, on, due, add_working_days))
            if day is None:
                continue
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            found.append(NearDay(day, *match.span(), counted=counted))
    return tuple(_without_doubles(sorted(found, key=lambda f: f.start), folded))


def _without_doubles(found: list[NearDay], folded: str) -> Iterator[NearDay]:
    """`thứ Sáu, ngày 17/3`: the weekday only repeats the date that follows."""
    for at, one in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else None
        between = folded[one.end : after.start] if after else ""
        if after is None or not re.fullmatch(r",? ?\(?(?:tuc )?(?:la )?(?:ngay )?", between):
            yield one


@dataclass(frozen=True, slots=True)
class _Base:
    folded: str
    on: date
    due: date
    add_working_days: Callable[[date, int], date]


_Match = re.Match[str]


def _group(match: _Match, name: str) -> str:
    """The first of the groups `name`, `name2` … that matched."""
    groups = match.groupdict()
    return next((groups[key] for key in (name, *(f"{name}{n}" for n in (2, 3, 4))) if groups.get(key)), "")


def _after(base: _Base, start: date, match: _Match) -> date | None:
    count, unit = number(_group(match, "n")), _group(match, "unit")
    if not 0 < count <= 90:
        return None
    if unit.startswith(("tuan", "week")):
        return start + timedelta(weeks=count)
    return base.add_working_days(start, count) if _group(match, "working") else start + timedelta(days=count)


def _late(match: _Match, base: _Base) -> date | None:
    return _after(base, max(base.due, base.on), match)


def _ahead(match: _Match, base: _Base) -> date | None:
    return _after(base, base.on, match)


def _behind(match: _Match, base: _Base) -> date | None:
    """So many days after a day that stands there."""
    start = _of(int(match["d"]), int(match["m"]), match["y"] or "", base.on)
    return start and _after(base, start, match)


def _spoken(match: _Match, base: _Base) -> date | None:
    month = int(match["m"]) if match["m"].isdigit() else VI_MONTHS[match["m"]]
    return _of(number(match["d"]), month, match["y"] or "", base.on)


def _dated(match: _Match, base: _Base) -> date | None:
    groups = match.groupdict()
    month = _group(match, "month")
    m = MONTHS.index(month) + 1 if month else int(groups["m"])
    if groups.get("mark") in (".", "-") and not groups["y"] and not re.search(r"ngay $", base.folded[: match.start()]):
        return None  # `12.5` is a figure, `1-2` a span
    return _of(int(_group(match, "d")), m, _group(match, "y"), base.on)


def _of(day: int, month: int, year: str, on: date) -> date | None:
    """That day of that year; without one the nearest to come, if it is near enough to be meant."""
    try:
        if year:
            named = date(int(year) + (2000 if len(year) == 2 else 0), month, day)
            return named if named - on <= timedelta(days=_LONGEST) else None
        near = date(on.year, month, day)
        near = near if near >= on else date(on.year + 1, month, day)
    except ValueError:
        return None
    return near if near - on <= timedelta(days=_FARTHEST) else None


def _bare(match: _Match, base: _Base) -> date | None:
    day, first = int(match["d"]), base.on.replace(day=1)
    for _ in range(3):
        last = calendar.monthrange(first.year, first.month)[1]
        if 1 <= day <= last and first.replace(day=day) >= base.on:
            return first.replace(day=day)
        first = first + timedelta(days=last)
    return None


def _weekday(match: _Match, base: _Base) -> date | None:
    groups = match.groupdict()
    if groups.get("en"):
        number, week = EN_DAYS.index(groups["en"]), bool(groups.get("next2"))
    else:
        number, week = (6 if groups["sunday"] else VI_DAYS[groups["vi"]]), bool(groups["next"])
        bare = not (groups["this"] or groups["next"] or groups["sunday"])
        before, after = base.folded[: match.start()], base.folded[match.end() :]
        if bare and not (WEEKDAY_LEAD.search(before) or (WE_FOLLOW.match(after) and not before.endswith("lan "))):
            return None
    if week:
        return _monday(base.on) + timedelta(days=7 + number)
    if groups.get("this"):
        return _monday(base.on) + timedelta(days=number)
    return base.on + timedelta(days=(number - base.on.weekday() - 1) % 7 + 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(match: _Match, base: _Base) -> date | None:
    """The Friday of that week, but for `đầu tuần` (Monday) and `giữa tuần` (Wednesday)."""
    groups = match.groupdict()
    number = {"dau": 0, "giua": 2}.get(groups.get("part") or "", 4)
    weeks = 1 if groups.get("next") in ("sau", "toi", "ke tiep", "next") else 0
    return _monday(base.on) + timedelta(days=7 * weeks + number)


def _month_end(match: _Match, base: _Base) -> date | None:
    groups = match.groupdict()
    first = base.on.replace(day=1)
    if groups.get("next"):
        first = (first + timedelta(days=31)).replace(day=1)
    elif groups.get("m"):
        named = _of(1, int(groups["m"]), str(base.on.year), base.on)
        if named is None:
            return None
        first = named
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _close(match: _Match, base: _Base) -> date | None:
    groups = match.groupdict()
    return base.on + timedelta(days=0 if groups["today"] else 2 if groups["after"] else 1)


_Read = Callable[[_Match, _Base], date | None]
_PATTERNS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (FROM_DAY, _behind),
        (BEFORE_FROM_DAY, _behind),
        (ISO, _dated),
        (NUMERIC, _dated),
        (LONG, _dated),
        (SPOKEN_MONTH, _spoken),
        (ENGLISH, _dated),
        (LATE, _late),
        (AHEAD, _ahead),
        (BARE, _bare),
        (WEEKDAY, _weekday),
        (EN_WEEKDAY, _weekday),
        (WEEK, _week),
        (WEEKEND, _week),
        (EN_WEEK, _week),
        (MONTH_END, _month_end),
        (EN_MONTH_END, _month_end),
        (CLOSE, _close),
    )
)
