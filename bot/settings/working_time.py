"""holidays.toml → the office's working time: the national holidays, the year's swapped days, and the office's own
changes.

The national calendar (package `holidays`, Việt Nam: Tết by the lunar calendar, days in lieu, 24/11 from 2026)
misses what is decided late; the office's own entries win over it. Why a day is off is kept for the file's readers;
what works with days needs only the dates.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from bot.domain.office import WorkingTime
from bot.settings.models import DaysTable, HolidaysFile, HoursTable, SwapTable
from bot.settings.report import Report
from bot.settings.toml_files import validate_fields

# Always covered; rounds may widen this.
FIRST_YEAR, LAST_YEAR = 2020, 2035
LONGEST_RANGE = timedelta(days=366)


@lru_cache(maxsize=8)
def national_days(first_year: int, last_year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and, for swapped ones, days worked instead, from 1/1 of `first_year` to 31/12 of `last_year`."""
    calendar = _calendar_of("vietnam").Vietnam(years=range(first_year, last_year + 1))
    worked = (day for day in calendar.weekend_workdays if first_year <= day.year <= last_year)
    return frozenset(calendar), frozenset(worked)


def _calendar_of(country: str) -> Any:
    """One country's module of the package by its file: `holidays.countries` would import all 250 of them, which takes
    longer than everything else that `thuky status` does.
    """
    name = f"holidays.countries.{country}"
    spec = spec_from_file_location(name, Path(holidays.__file__).parent / "countries" / f"{country}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build_working_time(
    tables: dict[str, Any], timezone: ZoneInfo, years: Iterable[int], file: str, report: Report
) -> WorkingTime:
    """The working time after holidays.toml. `years` are those of the rounds; the year before and the two after are
    covered too.

    What is wrong goes into the report; what is right holds.
    """
    good = validate_fields(HolidaysFile, tables, file, report)
    hours: HoursTable = good.get("hours", HoursTable())
    if hours.closes <= hours.opens:
        opens = hours.opens.isoformat("minutes")
        report.fault(file, "hours.closes", hours.closes.isoformat("minutes"), "closing_after_opening", opens=opens)
    wanted = {FIRST_YEAR, LAST_YEAR, *(year + more for year in years for more in (-1, 0, 1, 2))}
    off, worked = national_days(min(wanted), max(wanted)) if good.get("national", True) else (frozenset(), frozenset())
    nation = WorkingTime(timezone, days_off=off, extra_days=worked)

    own_off: dict[date, str] = {}
    own_worked: dict[date, str] = {}
    changes: dict[tuple[str, bool], list[tuple[date, bool]]] = {}
    for key, day, is_off in _entries(good, file, report):
        mine, other = (own_off, own_worked) if is_off else (own_worked, own_off)
        if day in other:
            report.fault(file, key, f"{day.isoformat()} ({other[day]})", "off_and_worked")
        mine[day] = key
        changes.setdefault((key, is_off), []).append((day, nation.is_working_day(day) is is_off))
    for (key, is_off), days in changes.items():
        # A range may well hold a Sunday; an entry that changes no day at all is a slip.
        if not any(changed for _, changed in days):
            state = report.say("state_off" if is_off else "state_worked")
            report.warn(file, key, "w_pointless_day", day=days[0][0].isoformat(), state=state)
    return WorkingTime(
        timezone,
        opens=hours.opens,
        closes=hours.closes,
        days_off=frozenset((off | own_off.keys()) - own_worked.keys()),
        extra_days=frozenset((worked | own_worked.keys()) - own_off.keys()),
    )


def _entries(good: dict[str, Any], file: str, report: Report) -> Iterator[tuple[str, date, bool]]:
    """Every day that the office names: its key, the day, whether it is off."""
    for name, is_off in (("off", True), ("worked", False)):
        table: DaysTable
        for index, table in enumerate(good.get(name, ())):
            key = f"{name}[{index}]"
            first, last = table.day or table.first, table.day or table.last
            if first is None or last is None or (table.day is not None and (table.first or table.last)):
                report.fault(file, key, f'"{table.why}"', "day_or_range")
            elif not first <= last <= first + LONGEST_RANGE:
                report.fault(file, f"{key}.last", last.isoformat(), "range", first=first.isoformat())
            else:
                for offset in range((last - first).days + 1):
                    yield key, first + timedelta(days=offset), is_off
    swap: SwapTable
    for index, swap in enumerate(good.get("swapped", ())):
        yield f"swapped[{index}].off", swap.off, True
        yield f"swapped[{index}].worked", swap.worked, False
