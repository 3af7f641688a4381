from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DEADLINE, VN, WORKING_TIME, a_decision, a_round, a_submission, at

from bot.decide.obligations import deadline_for, deadline_set_at, effective_verdict, round_state
from bot.domain.decision import DecisionKind
from bot.domain.form import Severity
from bot.domain.ladder import Ladder
from bot.domain.round import ObligationStatus
from bot.domain.submission import Finding, Place, Verdict

BEFORE, AFTER = at(3, 9, 12), at(3, 13, 9)
BROKEN = Finding("X201", Severity.ERROR, Place(sheet="II.06", cell="D14"))


def status_of(submissions, decisions=(), now=BEFORE, held=()):
    state = round_state(a_round(), submissions, decisions, now, held, working_time=WORKING_TIME)
    return next(o for o in state.obligations if (o.agency, o.form) == ("tdm", "ii06"))


@pytest.mark.parametrize(
    ("case", "submissions", "decisions", "now", "held", "expected"),
    [
        ("nothing and time left", [], [], BEFORE, (), ObligationStatus.OPEN),
        ("nothing and the deadline has come", [], [], DEADLINE, (), ObligationStatus.OVERDUE),
        ("a mail waits for a person", [], [], AFTER, ("tdm",), ObligationStatus.HELD),
        ("valid in time", [a_submission()], [], AFTER, (), ObligationStatus.FULFILLED),
        (
            "valid at the very instant of the deadline is late",
            [a_submission(received_at=DEADLINE)],
            [],
            AFTER,
            (),
            ObligationStatus.FULFILLED_LATE,
        ),
        (
            "broken only",
            [a_submission(verdict=Verdict.CORRECTION)],
            [],
            AFTER,
            (),
            ObligationStatus.CORRECTION_NEEDED,
        ),
        (
            "an invalid resend never unseats a valid version",
            [a_submission(1), a_submission(2, Verdict.CORRECTION, at(3, 9))],
            [],
            BEFORE,
            (),
            ObligationStatus.FULFILLED,
        ),
        (
            "mended after the deadline is late though first received in time",
            [a_submission(1, Verdict.CORRECTION), a_submission(2, received_at=at(3, 10, 9))],
            [],
            AFTER,
            (),
            ObligationStatus.FULFILLED_LATE,
        ),
        (
            "excused",
            [],
            [a_decision(DecisionKind.EXCUSE, at(3, 6))],
            AFTER,
            (),
            ObligationStatus.EXCUSED,
        ),
        (
            "excused from another form only",
            [],
            [a_decision(DecisionKind.EXCUSE, at(3, 6), form="narrative")],
            BEFORE,
            (),
            ObligationStatus.OPEN,
        ),
        (
            "an extension moves the deadline",
            [a_submission(received_at=at(3, 12))],
            [a_decision(DecisionKind.EXTEND, at(3, 8), until=at(3, 15))],
            AFTER,
            (),
            ObligationStatus.FULFILLED,
        ),
        (
            "accepted by the coordinator despite findings",
            [a_submission(verdict=Verdict.CORRECTION)],
            [a_decision(DecisionKind.ACCEPT, at(3, 9), form="ii06", version=1)],
            AFTER,
            (),
            ObligationStatus.FULFILLED,
        ),
        (
            "returned by the coordinator though the checks passed",
            [a_submission()],
            [a_decision(DecisionKind.RETURN, at(3, 9), form="ii06", version=1)],
            BEFORE,
            (),
            ObligationStatus.CORRECTION_NEEDED,
        ),
        (
            "a decision of another round says nothing",
            [],
            [a_decision(DecisionKind.EXCUSE, at(3, 6), round="2022-q4")],
            BEFORE,
            (),
            ObligationStatus.OPEN,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_status(case, submissions, decisions, now, held, expected):
    assert status_of(submissions, decisions, now, held).status is expected, case


def test_first_received_and_first_valid_are_kept_apart():
    broken = a_submission(1, Verdict.CORRECTION, at(3, 7), findings=(BROKEN, BROKEN))
    state = status_of([broken, a_submission(2, received_at=at(3, 9))])
    assert (state.first_received_at, state.first_valid_at, state.version) == (at(3, 7), at(3, 9), 2)
    assert status_of([broken]).findings == 2


def test_newest_valid_version_counts_and_newest_of_all_is_named():
    state = status_of([a_submission(1), a_submission(2), a_submission(3, Verdict.CORRECTION)])
    assert (state.version, state.latest_version) == (2, 3)


def test_newest_extension_wins_and_says_since_when():
    decisions = [
        a_decision(DecisionKind.EXTEND, at(3, 8), until=at(3, 20)),
        a_decision(DecisionKind.EXTEND, at(3, 9), until=at(3, 15)),
    ]
    assert deadline_for(a_round(), decisions, "tdm", "ii06").instant == at(3, 15)
    assert deadline_for(a_round(), decisions, "stp").instant == DEADLINE
    assert deadline_set_at(a_round(), decisions, "tdm") == at(3, 9)
    assert deadline_set_at(a_round(), decisions, "stp") == a_round().opens_at


def test_last_word_of_the_coordinator_wins():
    accept = a_decision(DecisionKind.ACCEPT, at(3, 9, 8), version=1)
    undo = a_decision(DecisionKind.RETURN, at(3, 9, 9), version=1)
    broken = a_submission(verdict=Verdict.CORRECTION)
    assert effective_verdict(broken, [accept]).is_valid
    assert effective_verdict(broken, [undo, accept]) is Verdict.CORRECTION


def test_acceptance_without_version_does_not_reach_what_comes_later():
    accept = a_decision(DecisionKind.ACCEPT, at(3, 9, 8))
    later = a_submission(2, Verdict.CORRECTION, at(3, 9, 9))
    assert effective_verdict(later, [accept]) is Verdict.CORRECTION


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Verdict.ACCEPTED, Verdict.CORRECTION, Verdict.HELD]),
            st.datetimes(datetime(2023, 3, 1), datetime(2023, 3, 31)),
        ),
        max_size=6,
    ),
    st.datetimes(datetime(2023, 3, 1), datetime(2023, 3, 31)),
)
def test_once_valid_always_fulfilled(history, now):
    """Whatever follows a valid version, the obligation stays fulfilled, and lateness is that of the first valid one."""
    submissions = [a_submission(n + 1, verdict, when.replace(tzinfo=VN)) for n, (verdict, when) in enumerate(history)]
    state = status_of(submissions, now=now.replace(tzinfo=VN))
    valid = [s.received_at for s in submissions if s.verdict.is_valid]
    assert (state.status in (ObligationStatus.FULFILLED, ObligationStatus.FULFILLED_LATE)) == bool(valid)
    if valid:
        assert (state.status is ObligationStatus.FULFILLED_LATE) == (min(valid) >= DEADLINE)


# ---- until when a correction is asked for ------------------------------------------------------------------

RETURN = DecisionKind.RETURN
SENT_ON_TUESDAY = a_submission(verdict=Verdict.CORRECTION, received_at=at(3, 14, 16, 59))


@pytest.mark.parametrize(
    ("case", "submissions", "decisions", "days", "asked", "until"),
    [
        ("never before the deadline", [a_submission(1, Verdict.CORRECTION, at(3, 6))], [], 1, at(3, 6), DEADLINE),
        ("the end of the next working day", [SENT_ON_TUESDAY], [], 1, at(3, 14, 16, 59), at(3, 16, 0)),
        ("two working days", [SENT_ON_TUESDAY], [], 2, at(3, 14, 16, 59), at(3, 17, 0)),
        (
            "a Friday evening: Monday's end",
            [a_submission(1, Verdict.CORRECTION, at(3, 10, 22))],
            [],
            1,
            at(3, 10, 22),
            at(3, 14, 0),
        ),
        (
            "a day off does not count",
            [a_submission(1, Verdict.CORRECTION, at(3, 17, 9))],
            [],
            1,
            at(3, 17, 9),
            at(3, 22, 0),
        ),
        (
            "the newest version asks anew",
            [SENT_ON_TUESDAY, a_submission(2, Verdict.CORRECTION, at(3, 15, 9))],
            [],
            1,
            at(3, 15, 9),
            at(3, 17, 0),
        ),
        (
            "returned by decision, from then on",
            [a_submission(received_at=at(3, 9))],
            [a_decision(RETURN, at(3, 14, 10), form="ii06", version=1)],
            1,
            at(3, 14, 10),
            at(3, 16, 0),
        ),
        (
            "a return of an older version says nothing of the newest",
            [a_submission(1, Verdict.CORRECTION, at(3, 13)), a_submission(2, Verdict.CORRECTION, at(3, 14, 9))],
            [a_decision(RETURN, at(3, 15, 10), form="ii06", version=1)],
            1,
            at(3, 14, 9),
            at(3, 16, 0),
        ),
        (
            "never before the extended deadline",
            [SENT_ON_TUESDAY],
            [a_decision(DecisionKind.EXTEND, at(3, 9), until=at(3, 25, 0))],
            1,
            at(3, 14, 16, 59),
            at(3, 25, 0),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_mend_by(case, submissions, decisions, days, asked, until):
    round_ = a_round(ladder=Ladder(correction_days=days))
    working_time = replace(WORKING_TIME, days_off=frozenset({date(2023, 3, 20)}))
    states = round_state(round_, submissions, decisions, at(3, 16, 9), working_time=working_time).of("tdm")
    state = next(s for s in states if s.form == "ii06")
    assert state.status is ObligationStatus.CORRECTION_NEEDED
    assert (state.corrected_at, state.mend_by) == (asked, until)
    assert state.mend_by >= state.deadline.instant


@pytest.mark.parametrize("submissions", [[], [a_submission()], [a_submission(verdict=Verdict.HELD)]])
def test_nothing_is_to_mend_where_no_correction_is_open(submissions):
    state = status_of(submissions)
    assert (state.corrected_at, state.mend_by) == (None, None)


# ---- a grace moves everybody's deadline --------------------------------------------------------------------


def a_grace(when, until):
    return a_decision(DecisionKind.GRACE, when, until=until, agency="")


@pytest.mark.parametrize(
    ("case", "decisions", "tdm", "stp", "set_at"),
    [
        ("for everybody", [a_grace(at(3, 9), at(3, 14, 0))], at(3, 14, 0), at(3, 14, 0), at(3, 9)),
        (
            "an own extension that is later stays",
            [a_grace(at(3, 9), at(3, 14, 0)), a_decision(DecisionKind.EXTEND, at(3, 8), until=at(3, 18, 0))],
            at(3, 18, 0),
            at(3, 14, 0),
            at(3, 9),
        ),
        (
            "an own extension that is earlier goes",
            [a_grace(at(3, 8), at(3, 14, 0)), a_decision(DecisionKind.EXTEND, at(3, 9), until=at(3, 11, 0))],
            at(3, 14, 0),
            at(3, 14, 0),
            at(3, 9),
        ),
        (
            "the newest of two",
            [a_grace(at(3, 9), at(3, 14, 0)), a_grace(at(3, 8), at(3, 20, 0))],
            at(3, 14, 0),
            at(3, 14, 0),
            at(3, 9),
        ),
        ("never backwards", [a_grace(at(3, 8), at(3, 9, 0))], DEADLINE, DEADLINE, at(3, 8)),
        (
            "of another round",
            [a_decision(DecisionKind.GRACE, at(3, 8), until=at(3, 14), agency="", round="2022-q4")],
            DEADLINE,
            DEADLINE,
            at(3, 2),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_grace(case, decisions, tdm, stp, set_at):
    round_ = a_round()
    state = round_state(round_, [], decisions, at(3, 10, 9), working_time=WORKING_TIME)
    for agency, until in (("tdm", tdm), ("stp", stp)):
        assert deadline_for(round_, decisions, agency).instant == until
        for obligation in state.of(agency):
            assert obligation.deadline.instant == until
            assert obligation.extended is (until != DEADLINE)
            late = until <= at(3, 10, 9)
            assert obligation.status is (ObligationStatus.OVERDUE if late else ObligationStatus.OPEN)
    assert deadline_set_at(round_, decisions, "tdm") == set_at


def test_a_deadline_from_the_database_keeps_the_offices_calendar():
    until = at(3, 14, 7).astimezone(UTC)  # midnight in Greenwich: the day before there, not here
    decisions = [a_decision(DecisionKind.EXTEND, at(3, 8), until=until)]
    assert deadline_for(a_round(), decisions, "tdm").last_day == date(2023, 3, 14)
