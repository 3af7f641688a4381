from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import LADDER, VN, WORKING_TIME, a_decision, a_round, a_submission, at

from bot.decide.obligations import deadline_set_at, round_state
from bot.decide.reminding import Nudge, Silence, due_nudge, ladder, nudge_key, partners_to_tell
from bot.domain.decision import DecisionKind
from bot.domain.ladder import StepKind
from bot.domain.office import WorkingTime
from bot.domain.round import Assignment, Deadline
from bot.domain.submission import Verdict


def ask(now, submissions=(), decisions=(), sent=(), last=None, round_=None, held=(), working_time=WORKING_TIME):
    round_ = round_ or a_round(opens_at=at(2, 20))
    states = round_state(round_, submissions, decisions, now, held).of("tdm")
    return due_nudge(
        round_,
        "tdm",
        states,
        sent=frozenset(sent),
        last_nudge_on=last,
        deadline_set_at=deadline_set_at(round_, decisions, "tdm"),
        now=now,
        working_time=working_time,
    )


HELD_AND_DONE = [a_submission(form="ii06", verdict=Verdict.HELD), a_submission(form="narrative")]
ALL_DONE = [a_submission(form="ii06"), a_submission(form="narrative")]


@pytest.mark.parametrize(
    ("case", "now", "step"),
    [
        ("opening", at(2, 20, 8), "request"),
        ("T-7 is a Thursday", at(3, 2, 8), "t-7"),
        ("T-3", at(3, 6, 8), "t-3"),
        ("T-1", at(3, 8, 8), "t-1"),
        ("the day itself", at(3, 9, 8), "t-0"),
        ("first day after", at(3, 10, 8), "t+1"),
        ("third day after is a Sunday: Monday", at(3, 13, 8), "t+3"),
        ("after down-time only the latest step", at(3, 7, 15), "t-3"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_step_of_the_day(case, now, step):
    nudge = ask(now)
    assert isinstance(nudge, Nudge), nudge
    assert nudge.step.code == step
    assert nudge.reason


@pytest.mark.parametrize(
    ("words", "now", "kwargs"),
    [
        ("received or excused", at(3, 6), {"submissions": ALL_DONE}),
        ("received or excused", at(3, 6), {"decisions": [a_decision(DecisionKind.EXCUSE, at(3, 3))]}),
        ("outside office hours", at(3, 6, 7, 29), {}),
        ("outside office hours", at(3, 6, 17, 0), {}),
        ("outside office hours", at(3, 5, 9), {}),
        ("a day", at(3, 6, 9), {"last": date(2023, 3, 6)}),
        ("waits for a person", at(3, 6), {"held": ("tdm",)}),
        ("waits for a person, and nothing else", at(3, 6), {"submissions": HELD_AND_DONE}),
        ("no step is due yet", at(2, 17, 9), {}),
        ("too long ago", at(4, 3, 9), {}),
        ("round is closed", at(3, 13, 9), {"round_": a_round(closes_at=at(3, 11))}),
        ("step t-3 has been sent", at(3, 6, 9), {"sent": ["reminder:2023-q1:tdm:t-3:2023-03-09"]}),
    ],
)
def test_silence_says_why(words, now, kwargs):
    silence = ask(now, **kwargs)
    assert isinstance(silence, Silence), silence
    assert words in silence.reason


@pytest.mark.parametrize("now", [at(3, 8), at(3, 10)], ids=["reminder", "overdue"])
def test_a_form_that_waits_for_a_person_does_not_silence_the_others(now):
    nudge = ask(now, [a_submission(form="ii06", verdict=Verdict.HELD)])
    assert isinstance(nudge, Nudge), nudge
    assert [o.form for o in nudge.owed] == ["narrative"]
    assert [o.form for o in nudge.obligations] == ["narrative", "ii06"]


@pytest.mark.parametrize(
    ("case", "unaddressed", "submissions", "expected"),
    [
        ("all are addressed", (), [], ["narrative", "ii06"]),
        ("one is not: neither asked for nor named", ("ii06",), [], ["narrative"]),
        ("none is", ("ii06", "narrative"), [], "the letter is not addressed to this agency"),
        ("what is not asked for is all that lacks", ("ii06",), [a_submission(form="narrative")], "everything has been"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
@pytest.mark.parametrize("now", [at(2, 20, 8), at(3, 8), at(3, 10)], ids=["request", "reminder", "overdue"])
def test_what_the_letter_does_not_address_is_never_nudged_for(case, unaddressed, submissions, expected, now):
    duties = [Assignment("tdm", form, addressed=form not in unaddressed) for form in ("narrative", "ii06")]
    answer = ask(now, submissions, round_=a_round(opens_at=at(2, 20), assignments=tuple(duties)))
    if isinstance(expected, str):
        assert isinstance(answer, Silence), answer
        assert expected in answer.reason
    else:
        assert isinstance(answer, Nudge), answer
        assert [o.form for o in answer.obligations] == [o.form for o in answer.owed] == expected


@pytest.mark.parametrize(
    ("case", "partner", "submissions", "told"),
    [
        ("a partner with a duty of its own reads of it in its own request", Assignment("stp", "narrative"), [], ()),
        ("a partner that owes nothing", None, [], ("stp",)),
        ("one that the letter does not address", Assignment("stp", "narrative", addressed=False), [], ("stp",)),
        (
            "one that has sent everything",
            Assignment("stp", "narrative"),
            [a_submission(agency="stp", form="narrative")],
            ("stp",),
        ),
        ("the lead has sent it", None, [a_submission(form="ii06")], ()),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_partners_that_only_the_leads_request_can_tell(case, partner, submissions, told):
    duties = (Assignment("tdm", "narrative"), Assignment("tdm", "ii06", partners=("stp",)))
    round_ = a_round(assignments=(*duties, *([partner] if partner else [])))
    assert partners_to_tell(round_state(round_, submissions, [], at(3, 2)), "tdm") == told


def test_a_correction_that_is_open_is_still_reminded():
    broken = [a_submission(verdict=Verdict.CORRECTION), a_submission(form="narrative")]
    nudge = ask(at(3, 8), submissions=broken)
    assert isinstance(nudge, Nudge)
    assert [o.form for o in nudge.owed] == ["ii06"]


def test_no_step_on_the_day_on_which_the_deadline_became_known():
    opened_on_t_minus_7 = a_round(opens_at=at(3, 2))
    assert ask(at(3, 2), round_=opened_on_t_minus_7).step.code == "request"
    assert (
        ask(at(3, 3), round_=opened_on_t_minus_7, sent=["request:2023-q1:tdm"]).reason == "step request has been sent"
    )


def test_days_are_counted_both_ways():
    before, after = ask(at(3, 6)), ask(at(3, 13))
    assert (before.days, before.working_days) == (3, 3)
    assert (after.days, after.working_days) == (4, 2)
    assert before.upcoming.step.code == "t-1"
    assert after.upcoming is None


def test_an_extension_has_its_own_ladder_from_the_day_after_it():
    extended = [a_decision(DecisionKind.EXTEND, at(3, 9, 10), until=datetime(2023, 3, 15, tzinfo=VN))]
    sent = {nudge_key(a_round(), "tdm", s, Deadline(at(3, 10, 0))) for s in LADDER} | {"request:2023-q1:tdm"}
    assert isinstance(ask(at(3, 9, 16), decisions=extended, sent=sent), Silence)
    nudge = ask(at(3, 10, 9), decisions=extended, sent=sent)
    assert (nudge.step.code, nudge.key) == ("t-3", "reminder:2023-q1:tdm:t-3:2023-03-14")


def test_steps_avoid_days_off():
    tet = WorkingTime(VN, days_off=frozenset(date(2023, 3, d) for d in (6, 7, 8, 10)))
    steps = ladder(a_round(opens_at=at(2, 20)), Deadline(at(3, 10, 0)), at(2, 20), tet)
    assert {s.step.code: s.at.date() for s in steps} == {
        "request": date(2023, 2, 20),
        "t-7": date(2023, 3, 2),
        "t-3": date(2023, 3, 3),
        "t-1": date(2023, 3, 3),
        "t-0": date(2023, 3, 9),
        "t+1": date(2023, 3, 13),
        "t+3": date(2023, 3, 13),
    }


DAYS_OFF = st.frozensets(st.dates(date(2023, 2, 20), date(2023, 3, 25)), max_size=6)


@settings(max_examples=150)
@given(
    days_off=DAYS_OFF,
    ticks=st.lists(st.integers(0, 35 * 24 * 4), min_size=1, max_size=60),
    settled_after=st.one_of(st.none(), st.integers(0, 35 * 24 * 4)),
    extended_at=st.one_of(st.none(), st.integers(0, 20 * 24 * 4)),
)
def test_history_of_nudges(days_off, ticks, settled_after, extended_at):
    """Over any history: no key twice, one a day, only in working time, none to who is done, none before its step."""
    working_time = WorkingTime(VN, days_off=days_off)
    start = at(2, 19, 0)
    when = [start + timedelta(minutes=15 * t) for t in sorted(ticks)]
    decisions = []
    if extended_at is not None:
        granted = start + timedelta(minutes=15 * extended_at)
        decisions = [a_decision(DecisionKind.EXTEND, granted, until=granted + timedelta(days=9))]
    sent: list[str] = []
    days: list[date] = []
    for now in when:
        done = settled_after is not None and now >= start + timedelta(minutes=15 * settled_after)
        answer = ask(
            now,
            submissions=ALL_DONE if done else (),
            decisions=[d for d in decisions if d.at <= now],
            sent=sent,
            last=days[-1] if days else None,
            working_time=working_time,
        )
        if isinstance(answer, Silence):
            assert answer.reason
            continue
        assert not done
        assert working_time.is_open(now)
        assert answer.key not in sent
        assert now.date() not in days
        if answer.step.kind is StepKind.OVERDUE:
            assert now >= answer.deadline.instant
        if answer.step.kind is StepKind.REMINDER:
            assert now < answer.deadline.instant
        sent.append(answer.key)
        days.append(now.date())


def test_who_stays_silent_gets_every_step_that_the_calendar_allows():
    sent: list[str] = []
    codes = []
    last = None
    now = at(2, 19, 0)
    while now < at(3, 25):
        answer = ask(now, sent=sent, last=last)
        if isinstance(answer, Nudge):
            sent.append(answer.key)
            codes.append((answer.step.code, now.date().isoformat()))
            last = now.date()
        now += timedelta(minutes=30)
    assert codes == [
        ("request", "2023-02-20"),
        ("t-7", "2023-03-02"),
        ("t-3", "2023-03-06"),
        ("t-1", "2023-03-08"),
        ("t-0", "2023-03-09"),
        ("t+1", "2023-03-10"),
        ("t+3", "2023-03-13"),
    ]
