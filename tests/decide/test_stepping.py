"""On which day each step of the ladder falls: over Tết 2024 with the real calendar, day by day, and in hours."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import LADDER, VN, WORKING_TIME

from bot.decide.stepping import due_at, last_day_of, next_opening, steps_around
from bot.domain.ladder import LadderStep, StepKind, StepUnit
from bot.domain.office import Language, WorkingTime
from bot.settings.report import Report
from bot.settings.working_time import build_working_time

OPENED = date(2024, 1, 15)
WORKING = (
    LadderStep("w-3", StepKind.REMINDER, -3, StepUnit.WORKING),
    LadderStep("w-1", StepKind.REMINDER, -1, StepUnit.WORKING),
    LadderStep("w+1", StepKind.OVERDUE, 1, StepUnit.WORKING),
    LadderStep("w+3", StepKind.ESCALATION, 3, StepUnit.WORKING, 9, 30),
)


def office_of_2024(**tables):
    """The office's working time as holidays.toml makes it, with the national calendar of the `holidays` package."""
    report = Report(Language.VI)
    working_time = build_working_time(tables, VN, [2024], "holidays.toml", report)
    assert not report.faults
    return working_time


PLAIN = office_of_2024()
# The Friday after Tết off, Saturday the week after worked instead: the office's own swap.
BRIDGED = office_of_2024(swapped=[{"off": date(2024, 2, 16), "worked": date(2024, 2, 24), "why": "hoán đổi"}])
# The other direction: a Saturday before Tết is worked, and the first day after Tết is off for it.
WORKED_BEFORE = office_of_2024(swapped=[{"off": date(2024, 2, 15), "worked": date(2024, 2, 3), "why": "hoán đổi"}])
# The office itself works on one of Tết's days.
ON_DUTY = office_of_2024(worked=[{"day": date(2024, 2, 14), "why": "trực"}])


def days_of(steps, last_day, working_time):
    end = datetime.combine(last_day + timedelta(days=1), time(0), VN)
    return {due.step.code: f"{due.at:%d/%m %H:%M}" for due in steps_around(steps, end, OPENED, working_time)}


def test_tet_2024_is_off_from_thursday_to_wednesday():
    february = [date(2024, 2, d) for d in range(5, 24)]
    assert [d.day for d in february if PLAIN.is_working_day(d)] == [5, 6, 7, 15, 16, 19, 20, 21, 22, 23]


@pytest.mark.parametrize(
    ("last_day", "working_time", "expected"),
    [
        # the whole ladder leads into Tết: three reminders meet on the last day before it, and one follows it
        (
            date(2024, 2, 15),
            PLAIN,
            {
                "t-7": "07/02 08:00",  # 8/2, off
                "t-3": "07/02 08:00",  # 12/2, off
                "t-1": "07/02 08:00",  # 14/2, off
                "t-0": "15/02 08:00",
                "t+1": "16/02 08:00",
                "t+3": "19/02 08:00",  # Sunday 18/2
            },
        ),
        # the deadline is the last day before Tết: what is overdue waits for the first day after it
        (
            date(2024, 2, 7),
            PLAIN,
            {
                "t-7": "31/01 08:00",
                "t-3": "02/02 08:00",  # Sunday 4/2
                "t-1": "06/02 08:00",
                "t-0": "07/02 08:00",
                "t+1": "15/02 08:00",  # 8/2, off
                "t+3": "15/02 08:00",  # Saturday 10/2, off
            },
        ),
        # the deadline falls into Tết itself: the last call comes before it
        (
            date(2024, 2, 12),
            PLAIN,
            {
                "t-7": "05/02 08:00",
                "t-3": "07/02 08:00",
                "t-1": "07/02 08:00",
                "t-0": "07/02 08:00",
                "t+1": "15/02 08:00",
                "t+3": "15/02 08:00",
            },
        ),
        # swapped: Friday 16/2 off, Saturday 24/2 worked
        (
            date(2024, 2, 15),
            BRIDGED,
            {
                "t-7": "07/02 08:00",
                "t-3": "07/02 08:00",
                "t-1": "07/02 08:00",
                "t-0": "15/02 08:00",
                "t+1": "19/02 08:00",  # 16/2, now off
                "t+3": "19/02 08:00",
            },
        ),
        (
            date(2024, 2, 23),
            BRIDGED,
            {
                "t-7": "15/02 08:00",  # 16/2, now off
                "t-3": "20/02 08:00",
                "t-1": "22/02 08:00",
                "t-0": "23/02 08:00",
                "t+1": "24/02 08:00",  # a Saturday, now worked
                "t+3": "26/02 08:00",
            },
        ),
        # swapped the other way: Saturday 3/2 worked, Thursday 15/2 off
        (
            date(2024, 2, 7),
            WORKED_BEFORE,
            {
                "t-7": "31/01 08:00",
                "t-3": "03/02 08:00",  # Sunday 4/2: the Saturday before it is worked
                "t-1": "06/02 08:00",
                "t-0": "07/02 08:00",
                "t+1": "16/02 08:00",  # the first day worked after Tết
                "t+3": "16/02 08:00",
            },
        ),
        # an office that works on 14/2 gets its reminder then
        (
            date(2024, 2, 15),
            ON_DUTY,
            {
                "t-7": "07/02 08:00",
                "t-3": "07/02 08:00",
                "t-1": "14/02 08:00",
                "t-0": "15/02 08:00",
                "t+1": "16/02 08:00",
                "t+3": "19/02 08:00",
            },
        ),
    ],
)
def test_the_whole_ladder_over_tet_2024(last_day, working_time, expected):
    assert days_of(LADDER, last_day, working_time) == expected


@pytest.mark.parametrize(
    ("last_day", "working_time", "expected"),
    [
        (
            date(2024, 2, 16),
            PLAIN,
            {"w-3": "06/02 08:00", "w-1": "15/02 08:00", "w+1": "19/02 08:00", "w+3": "21/02 09:30"},
        ),
        (
            date(2024, 2, 16),
            ON_DUTY,
            {"w-3": "07/02 08:00", "w-1": "15/02 08:00", "w+1": "19/02 08:00", "w+3": "21/02 09:30"},
        ),
        (
            date(2024, 2, 15),
            BRIDGED,
            {"w-3": "05/02 08:00", "w-1": "07/02 08:00", "w+1": "19/02 08:00", "w+3": "21/02 09:30"},
        ),
        (
            date(2024, 2, 22),
            BRIDGED,
            {"w-3": "19/02 08:00", "w-1": "21/02 08:00", "w+1": "23/02 08:00", "w+3": "26/02 09:30"},
        ),
        (
            date(2024, 2, 6),
            WORKED_BEFORE,
            {"w-3": "02/02 08:00", "w-1": "05/02 08:00", "w+1": "07/02 08:00", "w+3": "19/02 09:30"},
        ),
    ],
)
def test_working_days_over_tet_2024(last_day, working_time, expected):
    assert days_of(WORKING, last_day, working_time) == expected


@pytest.mark.parametrize(
    ("case", "instant", "hours", "expected"),
    [
        ("inside office hours it stays", "2024-02-07T16:30", 4, "07/02 12:30"),
        ("at the opening it stays", "2024-02-07T11:30", 4, "07/02 07:30"),
        ("in the evening: an hour before that day's closing", "2024-02-08T00:00", 4, "07/02 16:00"),
        ("at the very closing, too", "2024-02-07T21:00", 4, "07/02 16:00"),
        ("before the opening: the day before", "2024-02-07T11:29", 4, "06/02 16:00"),
        ("on a Monday morning: Friday", "2024-02-05T09:00", 4, "02/02 16:00"),
        ("on a day off: the last day before Tết", "2024-02-12T15:00", 4, "07/02 16:00"),
        ("many hours before", "2024-02-15T16:30", 48, "07/02 16:00"),
    ],
)
def test_hours_before_the_instant(case, instant, hours, expected):
    step = LadderStep("h", StepKind.REMINDER, -hours, StepUnit.HOURS)
    due = due_at(step, datetime.fromisoformat(instant).replace(tzinfo=VN), PLAIN)
    assert f"{due:%d/%m %H:%M}" == expected, case


def test_a_day_shorter_than_an_hour_is_never_left_behind():
    brief = WorkingTime(VN, time(8, 0), time(8, 30))
    step = LadderStep("h", StepKind.REMINDER, -4, StepUnit.HOURS)
    assert due_at(step, datetime(2024, 2, 7, tzinfo=VN), brief) == datetime(2024, 2, 6, 8, 0, tzinfo=VN)


def test_what_the_deadlines_own_notice_has_said_and_what_comes_too_late_is_left_out():
    before_work = datetime(2024, 3, 8, 7, 0, tzinfo=VN)
    steps = steps_around(LADDER, before_work, date(2024, 3, 5), PLAIN)
    assert [due.step.code for due in steps] == ["t-1", "t+1", "t+3"]  # t-3 on 5/3, t-0 an hour after the deadline


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2024-02-07T06:00", "07/02 07:30"),
        ("2024-02-07T17:00", "15/02 07:30"),
        ("2024-02-10T09:00", "15/02 07:30"),
    ],
)
def test_the_next_opening(now, expected):
    opening = next_opening(datetime.fromisoformat(now).replace(tzinfo=VN), PLAIN)
    assert f"{opening:%d/%m %H:%M}" == expected


STEPS = st.builds(
    LadderStep,
    st.just("x"),
    st.sampled_from([StepKind.REMINDER, StepKind.OVERDUE]),
    st.integers(0, 20),
    st.sampled_from([StepUnit.CALENDAR, StepUnit.WORKING]),
).map(lambda s: replace(s, offset=-s.offset if s.kind is StepKind.REMINDER else s.offset + 1))


@given(
    step=STEPS,
    instant=st.datetimes(datetime(2024, 1, 1), datetime(2024, 12, 1)),
    days_off=st.frozensets(st.dates(date(2024, 1, 1), date(2024, 12, 1)), max_size=30),
)
def test_a_step_falls_on_a_working_day_on_its_own_side(step, instant, days_off):
    working_time = replace(WORKING_TIME, days_off=days_off)
    moment = instant.replace(tzinfo=VN)
    day = due_at(step, moment, working_time).date()
    assert working_time.is_working_day(day)
    last_day = last_day_of(moment, working_time)
    assert day <= last_day if step.kind.is_before else day > last_day
    if step.unit is StepUnit.CALENDAR:
        named = last_day + timedelta(days=step.offset)
        between = range(1, abs((day - named).days))
        sign = 1 if day > named else -1
        assert (day == named) is working_time.is_working_day(named)
        assert not any(working_time.is_working_day(named + timedelta(days=sign * n)) for n in between)


@given(
    instant=st.datetimes(datetime(2024, 1, 1), datetime(2024, 12, 1)),
    hours=st.integers(1, 100),
    days_off=st.frozensets(st.dates(date(2024, 1, 1), date(2024, 12, 1)), max_size=30),
)
def test_an_hours_step_falls_into_office_hours_and_never_too_late(instant, hours, days_off):
    working_time = replace(WORKING_TIME, days_off=days_off)
    wanted = instant.replace(tzinfo=VN) - timedelta(hours=hours)
    due = due_at(LadderStep("h", StepKind.REMINDER, -hours, StepUnit.HOURS), instant.replace(tzinfo=VN), working_time)
    assert working_time.is_open(due)
    assert due <= wanted
    if working_time.is_open(wanted):
        assert due == wanted
    else:  # nothing is open between an hour after it and the wanted moment but the rest of that hour
        probe = due + timedelta(hours=1)
        while probe <= wanted:
            assert not working_time.is_open(probe)
            probe += timedelta(minutes=30)
