"""rounds/*.toml → domain rounds, one file a round, the file's name its code.

Flow: each file is judged by itself (values, then what they say against each other), then against agencies, forms
and calendar, then all rounds together. Faults refuse the configuration; what is unusual but may be meant (a
deadline before the data window ends, as in real letters) is a warning.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.agency import Registry
from bot.domain.form import Form
from bot.domain.ladder import Ladder
from bot.domain.office import WorkingTime
from bot.domain.round import DataWindow, Deadline, DeadlineReading, PeriodKind, ReportingPeriod, Round
from bot.settings.agencies import AgencyList
from bot.settings.assignments import Assigner
from bot.settings.checks import build_checks
from bot.settings.ladder import build_ladder, check_days
from bot.settings.models import DeadlineTable, PeriodTable, RoundFile, WindowTable
from bot.settings.references import ReferenceReader
from bot.settings.report import Report
from bot.settings.toml_files import validate_fields
from bot.text.dates import say_date

LAST_ORDINAL: Mapping[PeriodKind, int] = {
    PeriodKind.QUARTER: 4,
    PeriodKind.HALF: 2,
    PeriodKind.NINE_MONTHS: 1,
    PeriodKind.YEAR: 1,
    PeriodKind.MONTH: 12,
}
# What a round may say of the ladder itself.
OWN_LADDER = ("ladder", "correction", "quiet_hours", "correction_working_days")
# A round's code that speaks of a period, as `2023-q1` or `2023-9m-so-nganh`.
_PERIOD_CODE = re.compile(r"(?P<year>\d{4})-(?P<period>q[1-4]|h[12]|9m|y|m\d\d)(-.*)?")


@dataclass(frozen=True, slots=True)
class RoundContext:
    """What rounds are built from and held against."""

    timezone: ZoneInfo
    listed: AgencyList
    registry: Registry
    forms: Mapping[str, Form]
    broken_forms: frozenset[str]
    ladder: Ladder
    working_time: WorkingTime
    folder: Path


def years_of(files: Mapping[str, Mapping[str, Any]]) -> Iterator[int]:
    """The years that the rounds speak of, as far as they can be read: the calendar must cover them."""
    for tables in files.values():
        period = tables.get("period")
        year = period.get("year") if isinstance(period, dict) else None
        if isinstance(year, int) and 2000 <= year <= 2100:
            yield year


def build_round(code: str, tables: dict[str, Any], file: str, context: RoundContext, report: Report) -> Round | None:
    """The round of one file; None after faults. `code` is the file's name without its ending."""
    before = len(report.faults)
    good = validate_fields(RoundFile, tables, file, report)
    if good.get("code") not in (None, code):
        report.fault(file, "code", report.shown(good["code"]), "file_code", code=code)
    period = _period(good.get("period"), code, file, report)
    window = _window(good.get("window"), period, file, report)
    deadline = _deadline(good.get("deadline"), context.timezone)
    opens_at = _moment(good.get("opens_at"), context.timezone)
    closes_at = _moment(good.get("closes_at"), context.timezone)
    if deadline is not None:
        _check_order(deadline, opens_at, closes_at, file, report)
        if window is not None:
            _check_window(window, deadline, context.working_time, file, report)
    own = {"steps" if key == "ladder" else key: good.get(key) for key in OWN_LADDER}
    raw = {"steps": tables.get("ladder"), "correction": tables.get("correction")}
    ladder = build_ladder(own, file, "ladder", context.working_time, report, context.ladder, raw)
    if deadline is not None:
        check_days(ladder, deadline.instant, file, context.working_time, report)
    checks = build_checks(good.get("checks", {}), lambda check: (file, f"checks.{check}"), report)
    assigner = Assigner(file, context.listed, context.registry, context.forms, context.broken_forms, report)
    assignments = assigner.assign(good.get("assignments", ()))
    reader = ReferenceReader(file, context.folder, context.registry, context.forms, context.broken_forms, report)
    references = reader.read(good.get("references", ()), assignments)
    if opens_at is not None:
        assigner.check_agencies(opens_at.date(), any(step.copies_leader for step in ladder.all_steps))
    if len(report.faults) > before or period is None or window is None or deadline is None or opens_at is None:
        return None
    return Round(
        code=code,
        title=good["title"],
        period=period,
        window=window,
        deadline=deadline,
        opens_at=opens_at,
        assignments=assignments,
        legal_basis=good["legal_basis"],
        closes_at=closes_at,
        ladder=ladder,
        previous=good["previous"] or "",
        references=references,
        checks=checks,
    )


def check_together(rounds: Sequence[Round], registry: Registry, report: Report, folder: str) -> None:
    """Warns where two rounds ask the same agencies for the same period: tags and documents cannot tell them apart."""
    for index, round_ in enumerate(rounds):
        for other in rounds[:index]:
            shared = [agency for agency in round_.agencies if agency in other.agencies]
            if round_.period == other.period and shared:
                names = ", ".join(a.name for a in registry.select(shared))
                file = f"{folder}/{round_.code}.toml"
                period = round_.period.code
                report.warn(file, "period", "w_same_period", agencies=names, period=period, other=other.code)


def _period(table: PeriodTable | None, code: str, file: str, report: Report) -> ReportingPeriod | None:
    if table is None:
        return None
    last = LAST_ORDINAL[table.kind]
    if not 1 <= table.ordinal <= last:
        report.fault(file, "period.ordinal", str(table.ordinal), "ordinal", last=last, kind=table.kind.value)
        return None
    period = ReportingPeriod(table.kind, table.year, table.ordinal)
    spoken = _PERIOD_CODE.fullmatch(code)
    if spoken and f"{spoken['year']}{spoken['period'].upper()}" != period.code:
        report.fault(file, "code", report.shown(code), "period_code", period=period.code)
    return period


def _window(table: WindowTable | None, period: ReportingPeriod | None, file: str, report: Report) -> DataWindow | None:
    if table is None:
        return None
    if table.last < table.first:
        report.fault(file, "window.last", table.last.isoformat(), "range", first=table.first.isoformat())
        return None
    if period is not None:
        first_day = period.last_day.replace(month=period.months[0], day=1)
        if table.last < first_day or table.first > period.last_day:
            report.warn(file, "window", "w_window_outside", period=period.code)
    return DataWindow(table.first, table.last)


def _deadline(table: DeadlineTable | None, timezone: ZoneInfo) -> Deadline | None:
    """A printed time of day is the instant itself; a bare day ends before it begins (`before`) or with it (`on`)."""
    if table is None:
        return None
    day = table.day
    if table.time is None and table.reading is DeadlineReading.ON:
        day += timedelta(days=1)
    instant = datetime.combine(day, table.time or time(0, 0), timezone)
    return Deadline(instant, table.printed, table.reading)


def _moment(value: datetime | None, timezone: ZoneInfo) -> datetime | None:
    """A local time as the file has it, or an instant with its own offset, in the office's time zone."""
    if value is None:
        return None
    return value.replace(tzinfo=timezone) if value.tzinfo is None else value.astimezone(timezone)


def _check_order(
    deadline: Deadline, opens_at: datetime | None, closes_at: datetime | None, file: str, report: Report
) -> None:
    if opens_at is not None and deadline.instant <= opens_at:
        opens = opens_at.isoformat(" ", "minutes")
        report.fault(file, "deadline.day", deadline.instant.isoformat(" ", "minutes"), "after_opening", opens=opens)
    if closes_at is not None and closes_at < deadline.instant:
        instant = deadline.instant.isoformat(" ", "minutes")
        report.fault(file, "closes_at", closes_at.isoformat(" ", "minutes"), "closes_late", deadline=instant)


def _check_window(window: DataWindow, deadline: Deadline, working_time: WorkingTime, file: str, report: Report) -> None:
    """NĐ 09/2019/NĐ-CP, Điều 8.5: at least one working day between the end of the data and the deadline."""
    last_day = deadline.last_day
    days = {"deadline": say_date(last_day, report.language), "window": say_date(window.last, report.language)}
    if last_day <= window.last:
        report.warn(file, "deadline.day", "w_deadline_before_window", **days)
    elif working_time.working_days_between(window.last, last_day) < 1:
        report.warn(file, "deadline.day", "w_deadline_too_near", **days)
