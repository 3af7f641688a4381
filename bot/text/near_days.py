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

_NUMBERS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_EN_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBER = rf"(?:[0-9]{{1,2}}|{'|'.join((*_NUMBERS, *_EN_NUMBERS))})"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_EN_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_VI_DAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_UNIT = r"(?P<unit>ngay|hom|tuan|days?|weeks?)(?P<working> lam viec)?"
_FARTHEST = 183  # days to come that a date without a year may lie ahead; farther on it was meant as one gone by
_LONGEST = 366

_LATE = (
    rf"(?<![a-z])(?:cham|muon|tre|them|gia han|lui|keo dai|hoan|doi|gian)(?:(?! (?:do|vi|boi|qua|da|tu|nhu"
    rf"|thu)\b) [a-z,]+)"
    rf"{{0,8}}? (?P<n>{NUMBER}) {_UNIT}(?! (?:qua|nay|truoc|vua|lien|cuoi))"
    rf"|(?<![a-z0-9])(?P<n2>{NUMBER})[ -](?:more |extra |additional |further )?(?P<working2>working |business )?"
    rf"(?P<unit2>day|week)s?(?:'s?)? (?:late|later|extension|delay|more)"
    rf"|(?<![a-z])(?:extension|extend(?:ed)?|delay(?:ed)?|postpone[a-z]*)[a-z ]{{0,20}} (?:of|by|for) (?P<n3>{NUMBER}) "
    rf"(?P<working3>working |business )?(?P<unit3>day|week)s?"
    rf"|(?<![a-z0-9])(?P<n4>{NUMBER}) (?:more|extra|additional|further) (?P<working4>working |business )?"
    rf"(?P<unit4>day|week)s?"
)
_AHEAD = (
    rf"(?<![a-z0-9])(?P<n>{NUMBER}) {_UNIT} (?:nua|toi)(?![a-z])"
    rf"|(?<![a-z])(?:sau|trong(?: vong)?|in|within) (?P<n2>{NUMBER}) (?P<working2>working |business )?"
    rf"(?P<unit2>ngay|tuan|days?|weeks?)(?P<working3> lam viec)?(?! (?:qua|nay|vua|truoc|lien|cuoi))"
)
_NUMERIC = (
    r"(?<![0-9a-z/.,-])(?P<d>[0-9]{1,2}) ?(?P<mark>[/.-]) ?(?P<m>[0-9]{1,2})(?:(?: ?(?P=mark) ?)(?P<y>[0-9]{4}"
    r"|[0-9]{2}))?"
    r"(?![0-9/%]|[.,-][0-9])"
)
_LONG = r"(?<![0-9])(?P<d>[0-9]{1,2}) thang (?P<m>[0-9]{1,2})(?:,? nam (?P<y>[0-9]{4}))?(?![0-9])"
_ISO = r"(?<![0-9])(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?![0-9])"
_ENGLISH = (
    rf"(?<![0-9a-z])(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<y>[0-9]{{4}}))?(?![a-z])"
    rf"|(?<![a-z]){_MONTH.replace('month', 'month2')} (?P<d2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y2>[0-9]{{4}}))?"
    r"(?![0-9a-z])"
)
_BARE = r"(?<![a-z0-9])(?:ngay|mung|mong) (?:mung |mong )?(?P<d>[0-9]{1,2})(?! ?[/.-] ?[0-9]| thang|[0-9]| ngay|[hg:])"
_WEEKDAY = (
    r"(?<![a-z])(?:thu (?P<vi>hai|ba|tu|nam|sau|bay|[2-7])|(?P<sunday>chu nhat))(?![a-z0-9])"
    r"(?: tuan (?:(?P<this>nay)|(?P<next>sau|toi|ke tiep|tiep theo))(?![a-z]))?"
)
_EN_WEEKDAY = rf"(?<![a-z])(?P<next>next )?(?P<en>{'|'.join(_EN_DAYS)})(?P<next2> next week)?"
_WEEK = r"(?<![a-z])(?:(?P<part>dau|giua|cuoi|het) )?tuan (?:(?P<this>nay)|(?P<next>sau|toi|ke tiep))(?![a-z])"
_WEEKEND = r"(?<![a-z])cuoi tuan(?! (?:nay|sau|toi|qua|truoc))(?![a-z])"
_EN_WEEK = r"(?<![a-z])(?P<end>end of )?(?P<next>next|this|the) week(?![a-z])"
_MONTH_END = r"(?<![a-z])(?:cuoi|het) thang(?: (?:(?P<m>[0-9]{1,2})|(?P<next>sau|toi)|nay))?(?![a-z0-9])"
_EN_MONTH_END = r"(?<![a-z])end of (?:this |the )?(?:(?P<next>next )?month)(?![a-z])"
_CLOSE = (
    r"(?<![a-z])(?:ngay mai|(?:sang|chieu|trua|toi|den|het) mai|tomorrow|(?P<after>ngay (?:kia|mot)(?! [a-z]+ so))"
    r"|(?P<today>hom nay|(?:chieu|toi|trua) nay|today))(?![a-z])"
)
# Where accents are gone, `thứ tự` and `lần thứ hai` look like weekdays: a bare one counts only behind such a word.
_WEEKDAY_LEAD = re.compile(
    r"(?:den|toi|sang|(?<!hom )qua|vao|het|truoc|nhat|la|chieu|trua|ngay|cuoi|gui|nop|hen|den het"
    r"|[0-9](?:h|g|gio)[0-9]{0,2}),? $"
)
_WE_FOLLOW = re.compile(r" (?:em|e|minh|ben em|ben minh|don vi)(?: se| moi| xin)? (?:gui|nop)(?![a-z])")


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
            counted = read in (_late, _ahead)
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


def _number(word: str) -> int:
    for words in (_NUMBERS, _EN_NUMBERS):
        if word in words:
            return words.index(word) + 1
    return int(word)


def _group(match: _Match, name: str) -> str:
    """The first of the groups `name`, `name2` … that matched."""
    groups = match.groupdict()
    return next((groups[key] for key in (name, *(f"{name}{n}" for n in (2, 3, 4))) if groups.get(key)), "")


def _after(base: _Base, start: date, match: _Match) -> date | None:
    count, unit = _number(_group(match, "n")), _group(match, "unit")
    if not 0 < count <= 90:
        return None
    if unit.startswith(("tuan", "week")):
        return start + timedelta(weeks=count)
    return base.add_working_days(start, count) if _group(match, "working") else start + timedelta(days=count)


def _late(match: _Match, base: _Base) -> date | None:
    return _after(base, max(base.due, base.on), match)


def _ahead(match: _Match, base: _Base) -> date | None:
    return _after(base, base.on, match)


def _dated(match: _Match, base: _Base) -> date | None:
    groups = match.groupdict()
    month = _group(match, "month")
    m = _MONTHS.index(month) + 1 if month else int(groups["m"])
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
        number, week = _EN_DAYS.index(groups["en"]), bool(groups.get("next2"))
    else:
        number, week = (6 if groups["sunday"] else _VI_DAYS[groups["vi"]]), bool(groups["next"])
        bare = not (groups["this"] or groups["next"] or groups["sunday"])
        before, after = base.folded[: match.start()], base.folded[match.end() :]
        if bare and not (_WEEKDAY_LEAD.search(before) or (_WE_FOLLOW.match(after) and not before.endswith("lan "))):
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
        (_ISO, _dated),
        (_NUMERIC, _dated),
        (_LONG, _dated),
        (_ENGLISH, _dated),
        (_LATE, _late),
        (_AHEAD, _ahead),
        (_BARE, _bare),
        (_WEEKDAY, _weekday),
        (_EN_WEEKDAY, _weekday),
        (_WEEK, _week),
        (_WEEKEND, _week),
        (_EN_WEEK, _week),
        (_MONTH_END, _month_end),
        (_EN_MONTH_END, _month_end),
        (_CLOSE, _close),
    )
)
