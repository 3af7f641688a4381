"""Nudges over random histories: what must never happen, and what an agency that stays silent must get.

The house is played here anew and simply: mails, decisions, outages and bounces at random moments, a clock that looks
now and then. What the calendar allows is counted from the calendar itself, not by the code under test.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from samples import LADDER, VN, WORKING_TIME, a_decision, a_round, a_submission
from standings import BOTH, a_record, decide, standing_in

from bot.decide.fairness import Reading
from bot.decide.nudges import REQUEST_STEP
from bot.domain.decision import DecisionKind
from bot.domain.ladder import Ladder, LadderStep, StepKind, StepUnit
from bot.domain.letter import Why
from bot.domain.office import Language
from bot.domain.round import Assignment, Deadline, ObligationStatus
from bot.domain.submission import Verdict
from bot.screens import say_why

START = datetime(2023, 2, 20, tzinfo=VN)
DAYS = 45
QUARTERS = DAYS * 24 * 4
LATE = (StepKind.OVERDUE, StepKind.ESCALATION)


def moment(quarters):
    return START + timedelta(minutes=15 * quarters)


moments = st.integers(0, QUARTERS).map(moment)
days = st.integers(0, DAYS).map(lambda n: START.date() + timedelta(days=n))


@st.composite
def a_round_of(draw, code):
    opens_at = moment(draw(st.integers(0, 5 * 96)))
    instant = draw(st.integers(8, 30).map(lambda n: START + timedelta(days=n)))
    instant += timedelta(hours=draw(st.sampled_from([0, 0, 7, 16])))
    hours = LadderStep("h-4", StepKind.REMINDER, -4, StepUnit.HOURS)
    ladder = draw(st.sampled_from([BOTH, Ladder(LADDER), replace(BOTH, steps=(*LADDER[:3], hours, *LADDER[4:]))]))
    quiet = draw(st.sampled_from([0, 4, 24]))
    return a_round(
        code=code,
        opens_at=opens_at,
        deadline=Deadline(instant),
        assignments=(Assignment("tdm", "narrative"), Assignment("tdm", "ii06")),
        ladder=replace(ladder, quiet_hours=quiet),
        closes_at=draw(st.one_of(st.none(), st.just(instant + timedelta(days=6)))),
    )


@st.composite
def a_decision_of(draw, rounds):
    round_ = draw(st.sampled_from(rounds))
    kind = draw(st.sampled_from([DecisionKind.EXTEND, DecisionKind.GRACE, DecisionKind.EXCUSE, DecisionKind.MUTE]))
    when = draw(moments)
    more = (
        {"form": draw(st.sampled_from([None, "ii06"]))}
        if kind in (DecisionKind.EXTEND, DecisionKind.EXCUSE)
        else {"agency": ""}
    )
    until = {}
    if kind in (DecisionKind.EXTEND, DecisionKind.GRACE):
        end = max(when, round_.deadline.instant).date() + timedelta(days=draw(st.integers(1, 9)))
        until = {"until": datetime.combine(end, time(0), VN)}
    return a_decision(kind, when, round=round_.code, **more, **until)


@dataclass
class History:
    rounds: list
    days_off: frozenset
    ticks: list
    submissions: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    unread: list = field(default_factory=list)  # (from, to)
    waiting: list = field(default_factory=list)  # (from, to): a held mail of this agency
    bounced: list = field(default_factory=list)  # whether the n-th mail comes back


@st.composite
def histories(draw):
    rounds = [draw(a_round_of(code)) for code in ("2023-q1", "2023-m02", "2023-y")[: draw(st.integers(1, 3))]]
    verdicts = st.sampled_from([Verdict.CORRECTION, Verdict.CORRECTION, Verdict.ACCEPTED, Verdict.HELD])
    came = draw(
        st.lists(
            st.tuples(moments, verdicts, st.sampled_from(["ii06", "narrative"]), st.sampled_from(rounds)), max_size=5
        )
    )
    submissions, versions = [], Counter()
    for when, verdict, form, round_ in sorted(came, key=lambda c: c[0]):
        versions[form, round_.code] += 1
        version = versions[form, round_.code]
        submissions.append(a_submission(version, verdict, when, form, round=round_.code))
    spans = st.lists(st.tuples(moments, st.integers(1, 400)), max_size=2)
    return History(
        rounds=rounds,
        days_off=draw(st.frozensets(days, max_size=6)),
        # looking every quarter of an hour of some days, with down-time between
        ticks=draw(
            st.lists(st.tuples(moments, st.integers(1, 300)), min_size=1, max_size=6).map(
                lambda runs: sorted({t + timedelta(minutes=15 * n) for t, count in runs for n in range(0, count, 3)})
            )
        ),
        submissions=submissions,
        decisions=draw(st.lists(a_decision_of(rounds), max_size=4)),
        unread=[(t, t + timedelta(minutes=15 * n)) for t, n in draw(spans)],
        waiting=[(t, t + timedelta(minutes=15 * n)) for t, n in draw(spans)],
        bounced=draw(st.lists(st.booleans(), max_size=30)),
    )


def within(spans, now):
    return any(first <= now < last for first, last in spans)


@settings(max_examples=120, deadline=None)
@given(histories())
def test_what_never_happens(history):
    working_time = replace(WORKING_TIME, days_off=history.days_off)
    records, void, arrived_on, sent = [], set(), [], 0
    for now in history.ticks:
        standings = [
            standing_in(
                r,
                now,
                [s for s in history.submissions if s.round == r.code],
                [d for d in history.decisions if d.round == r.code],
                ("tdm",) if within(history.waiting, now) else (),
                working_time,
                records=tuple(x for x in records if x.mark.round == r.code),
                void=frozenset(void),
            )
            for r in history.rounds
        ]
        mail_at = max((s.received_at for s in history.submissions if s.received_at <= now), default=None)
        unread = within(history.unread, now)
        verdict = decide(
            now,
            *standings,
            last=max(arrived_on, default=None),
            mail_at=mail_at,
            reading=Reading(Why("reading_unfinished", {"count": 1, "mail": 1}) if unread else None),
            working_time=working_time,
        )
        spoken = {nudge.round.code for nudge in verdict.nudges}
        assert spoken | set(verdict.silences) == {r.code for r in history.rounds}
        assert not spoken & set(verdict.silences)
        assert len(spoken) == len(verdict.nudges)
        for why in (*verdict.silences.values(), *(n.why for n in verdict.nudges)):
            assert all("{" not in say_why(language, why, working_time) for language in Language)
        if not verdict.nudges:
            continue
        local = now.astimezone(VN)
        assert working_time.is_working_day(local.date()) and time(7, 30) <= local.time() < time(17)
        assert local.date() not in arrived_on
        quiet = max(r.ladder.quiet_hours for r in history.rounds)
        assert mail_at is None or now - mail_at >= timedelta(hours=quiet)
        assert not within(history.waiting, now) or not _may_be_in_it(verdict, standings)
        for nudge in verdict.nudges:
            _check_nudge(nudge, now, history, unread)
            said = {_name(x.mark) for x in records if x.mark.key not in void}
            for mark in nudge.marks:
                assert _name(mark) not in said, "the same step twice"
                assert mark.key not in {x.mark.key for x in records}, "the same key twice"
        comes_back = sent < len(history.bounced) and history.bounced[sent]
        sent += 1
        marks = [mark for nudge in verdict.nudges for mark in nudge.marks]
        assert len({mark.key for mark in marks}) == len(marks)
        records += [a_record(mark.key, now) for mark in marks]
        if comes_back:
            void |= {mark.key for mark in marks}
        else:
            arrived_on.append(local.date())


def _name(mark):
    """A step without its turn."""
    words = mark.key.split(":")
    return tuple(words[:3]) if mark.step == REQUEST_STEP else tuple(words[:5])


def _may_be_in_it(verdict, standings):
    """Whether a form that never came is owed in a round that was spoken of while a mail waits."""
    spoken = {nudge.round.code for nudge in verdict.nudges}
    return any(
        s.status is ObligationStatus.HELD and s.latest_version is None
        for standing in standings
        if standing.round.code in spoken
        for s in standing.states
    )


def _check_nudge(nudge, now, history, unread):
    taken = [d for d in history.decisions if d.round == nudge.round.code and d.at <= now]
    assert nudge.round.opens_at <= now
    assert nudge.round.closes_at is None or now < nudge.round.closes_at
    assert not any(d.kind is DecisionKind.MUTE for d in taken)
    is_request = nudge.step.code == REQUEST_STEP
    assert is_request or not unread
    assert nudge.owed
    if nudge.step.kind in LATE:
        assert now >= nudge.deadline.instant
    else:
        assert now < nudge.deadline.instant
    for owed in nudge.owed:
        assert not any(d.kind is DecisionKind.EXCUSE and d.form in (None, owed.form) for d in taken)
        came = [s for s in history.submissions if (s.round, s.form) == (nudge.round.code, owed.form)]
        assert not any(s.verdict is Verdict.ACCEPTED and s.received_at <= now for s in came)
        ends = [
            d.until
            for d in taken
            if d.kind is DecisionKind.GRACE or (d.kind is DecisionKind.EXTEND and d.form in (None, owed.form))
        ]
        # The newest of a kind counts; one alone shows what must hold without knowing that rule.
        if len(ends) == 1 and ends[0] > nudge.round.deadline.instant:
            assert is_request or now >= ends[0], "more time was running"


# ---- what the calendar allows ------------------------------------------------------------------------------


@st.composite
def silent_rounds(draw):
    rounds = []
    for code in ("2023-q1", "2023-m02", "2023-y")[: draw(st.integers(1, 3))]:
        offsets = draw(st.lists(st.integers(-9, 8), unique=True, max_size=6))
        steps = tuple(
            LadderStep(
                f"s{offset:+d}",
                StepKind.REMINDER if offset <= 0 else StepKind.OVERDUE,
                offset,
                draw(st.sampled_from([StepUnit.CALENDAR, StepUnit.WORKING])),
                hour=draw(st.sampled_from([8, 8, 9, 14])),
            )
            for offset in offsets
        )
        opens = START + timedelta(days=draw(st.integers(0, 6)), hours=draw(st.sampled_from([0, 7, 20])))
        ends = START + timedelta(days=draw(st.integers(8, 30)), hours=draw(st.sampled_from([0, 0, 9, 16])))
        rounds.append(
            a_round(
                code=code,
                opens_at=opens,
                deadline=Deadline(ends),
                assignments=(Assignment("tdm", "ii06"),),
                ladder=Ladder(steps, quiet_hours=draw(st.sampled_from([0, 4]))),
            )
        )
    return rounds


def works(day, off):
    return day.weekday() < 5 and day not in off


def named_day(step, last_day, off):
    """The day that a step names, by counting on one's fingers, and then off the days off."""
    day, left, sign = last_day, abs(step.offset), 1 if step.offset > 0 else -1
    while left:
        day += timedelta(days=sign)
        if step.unit is StepUnit.CALENDAR or works(day, off):
            left -= 1
    while not works(day, off):
        day += timedelta(days=1 if step.offset > 0 else -1)
    return day


def allowed(rounds, off):
    """(round, step) → day, walking through the calendar day by day."""
    expected = {}
    day = START.date()
    while day < START.date() + timedelta(days=DAYS):
        for round_ in rounds if works(day, off) else ():
            opened = round_.opens_at.astimezone(VN)
            closing = datetime.combine(day, time(17), VN)
            end = round_.deadline.instant
            if (round_.code, REQUEST_STEP) not in expected and datetime.combine(day, time(7, 30), VN) < end:
                if opened < closing:
                    expected[round_.code, REQUEST_STEP] = day
                continue  # the request's day has no other step, nor has a day before it
            last_day = (end - timedelta(seconds=1)).astimezone(VN).date()
            of_today = [
                (step.hour, number, step)
                for number, step in enumerate(round_.ladder.steps)
                if named_day(step, last_day, off) == day
                and day > opened.date()
                and (step.offset > 0 or datetime.combine(day, time(step.hour), VN) < end)
            ]
            if of_today:  # the first; of several at that time the last
                first = min(hour for hour, _, _ in of_today)
                said = max((number, step.code) for hour, number, step in of_today if hour == first)[1]
                expected[round_.code, said] = day
        day += timedelta(days=1)
    return expected


@settings(max_examples=100, deadline=None)
@given(rounds=silent_rounds(), off=st.frozensets(days, max_size=7))
def test_who_stays_silent_gets_every_step_that_the_calendar_allows(rounds, off):
    working_time = replace(WORKING_TIME, days_off=off)
    records, last, got = [], None, {}
    day = START.date()
    while day < START.date() + timedelta(days=DAYS):
        for clock in (time(6), time(7, 30), time(8), time(9), time(12), time(14), time(16, 30), time(22)):
            now = datetime.combine(day, clock, VN)
            standings = [
                standing_in(
                    r,
                    now,
                    working_time=working_time,
                    records=tuple(x for x in records if x.mark.round == r.code),
                )
                for r in rounds
            ]
            verdict = decide(now, *standings, last=last, working_time=working_time)
            for nudge in verdict.nudges:
                last = day
                for mark in nudge.marks:
                    assert (mark.round, mark.step) not in got
                    got[mark.round, mark.step] = day
                    records.append(a_record(mark.key, now))
        day += timedelta(days=1)
    assert got == allowed(rounds, off)


def test_the_days_are_those_of_the_desk_calendar():
    """The model itself, once by hand: T-3 is a Monday, T+3 a Sunday."""
    round_ = a_round(opens_at=datetime(2023, 2, 20, 20, tzinfo=VN), ladder=Ladder(LADDER))
    assert allowed([round_], {date(2023, 3, 8)}) == {
        ("2023-q1", "request"): date(2023, 2, 21),
        ("2023-q1", "t-7"): date(2023, 3, 2),
        ("2023-q1", "t-3"): date(2023, 3, 6),
        ("2023-q1", "t-1"): date(2023, 3, 7),
        ("2023-q1", "t-0"): date(2023, 3, 9),
        ("2023-q1", "t+1"): date(2023, 3, 10),
        ("2023-q1", "t+3"): date(2023, 3, 13),
    }
