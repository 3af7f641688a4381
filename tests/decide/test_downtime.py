"""When the mailbox was not read, and what grace is proposed when that was near a deadline."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from samples import WORKING_TIME, a_round, at

from bot.decide.downtime import EXPIRES_AFTER, grace_proposals, outage_between
from bot.domain.decision import Decision, DecisionKind
from bot.domain.office import Coordinator, Office, Vigilance
from bot.domain.watch import Outage

OFFICE = Office("Sở Nội vụ", "baocao@a.example", Coordinator("bà A", "dieuphoi@a.example"), WORKING_TIME)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# The deadline is the end of Thursday 9/3.


def decision(kind: DecisionKind, when: datetime, *, until: datetime | None = None, **more: object) -> Decision:
    return Decision(kind, when, "Minh Anh", "mất điện", **({"round": "2023-q1", "until": until} | more))  # type: ignore[arg-type]  # a test's free choice of fields


def proposed(
    *outages: tuple[datetime, datetime],
    now: datetime | None = None,
    decisions: tuple[Decision, ...] = (),
    **round_: object,
) -> list[datetime]:
    found = [Outage(*o) for o in outages]
    when = now or max((o.ended for o in found), default=at(3, 10))
    return [p.until for p in grace_proposals([a_round(**round_)], found, decisions, when, OFFICE)]  # type: ignore[arg-type]  # a test's free choice of fields


@pytest.mark.parametrize(
    ("last", "now", "outage"),
    [
        pytest.param(None, at(3, 8), None, id="the first reading ever follows no outage"),
        pytest.param(at(3, 8), at(3, 8) + HOUR, None, id="an hour is none"),
        pytest.param(
            at(3, 8), at(3, 8) + HOUR + MINUTE, Outage(at(3, 8), at(3, 8) + HOUR + MINUTE, "away"), id="more is"
        ),
        pytest.param(at(3, 8), at(3, 7), None, id="a clock that went back"),
    ],
)
def test_a_gap_between_two_readings(last: datetime | None, now: datetime, outage: Outage | None) -> None:
    assert outage_between(last, now, Vigilance(), "away") == outage


@pytest.mark.parametrize(
    ("outage", "until"),
    [
        pytest.param((at(3, 9, 20), at(3, 9, 21)), at(3, 11, 0), id="an hour in the evening before: Friday"),
        pytest.param((at(3, 9, 20), at(3, 9, 20, 59)), None, id="less than an hour"),
        pytest.param((at(3, 7), at(3, 9, 0)), None, id="it ended when the last day began"),
        pytest.param((at(3, 7), at(3, 9, 1)), at(3, 11, 0), id="three days, of which one hour counts"),
        pytest.param((at(3, 9, 23), at(3, 12, 9)), at(3, 14, 0), id="over the weekend: Monday"),
        pytest.param((at(3, 9, 23, 30), at(3, 12, 9)), None, id="only half an hour of it was before the deadline"),
        pytest.param((at(3, 10, 0), at(3, 12)), None, id="all of it was after the deadline"),
        pytest.param((at(3, 6), at(3, 10, 9)), at(3, 14, 0), id="it ended on the Friday after: Monday"),
    ],
)
def test_what_is_proposed(outage: tuple[datetime, datetime], until: datetime | None) -> None:
    assert proposed(outage) == ([until] if until else [])


def test_a_deadline_in_the_afternoon_keeps_its_hour() -> None:
    deadline = a_round(instant=at(3, 10, 16, 30)).deadline
    assert proposed((at(3, 10, 9), at(3, 10, 15)), deadline=deadline) == [at(3, 13, 16, 30)]


def test_a_proposal_is_kept_for_ten_days_and_always_lies_ahead() -> None:
    outage = (at(3, 9, 9), at(3, 9, 15))
    ended = outage[1]
    assert proposed(outage, now=at(3, 10, 23, 59)) == [at(3, 11, 0)]
    assert proposed(outage, now=at(3, 11, 0)) == [at(3, 14, 0)], (
        "the Friday is over: the working day after this Saturday"
    )
    assert proposed(outage, now=ended + EXPIRES_AFTER - MINUTE) == [at(3, 21, 0)]
    assert proposed(outage, now=ended + EXPIRES_AFTER) == []


def test_nothing_before_it_was_noticed_or_of_a_round_that_does_not_run() -> None:
    outage = (at(3, 9, 9), at(3, 9, 15))
    assert proposed(outage, now=at(3, 9, 14)) == []
    assert proposed(outage, opens_at=at(3, 20)) == []
    assert proposed(outage, closes_at=at(3, 9, 12)) == []


@pytest.mark.parametrize("kind", [DecisionKind.GRACE, DecisionKind.DECLINE])
def test_what_was_decided_after_it_is_not_asked_again(kind: DecisionKind) -> None:
    outage = (at(3, 9, 9), at(3, 9, 15))
    until = at(3, 11, 0) if kind is DecisionKind.GRACE else None
    assert proposed(outage, decisions=(decision(kind, at(3, 9, 16), until=until),)) == []
    assert len(proposed(outage, decisions=(decision(kind, at(3, 8), until=at(3, 10, 0) if until else None),))) == 1
    assert len(proposed(outage, decisions=(decision(kind, at(3, 9, 16), until=until, round="2022-q4"),))) == 1
    assert len(proposed(outage, decisions=(decision(kind, at(3, 9, 16), until=until, agency="stp"),))) == 1


def test_a_grace_that_was_taken_back_is_asked_for_again() -> None:
    outage = (at(3, 9, 9), at(3, 9, 15))
    grace = decision(DecisionKind.GRACE, at(3, 9, 16), until=at(3, 11, 0), id=1)
    undo = decision(DecisionKind.UNDO, at(3, 9, 17), undoes=1, id=2)
    assert proposed(outage, decisions=(grace, undo), now=at(3, 9, 18)) == [at(3, 11, 0)]


def test_a_second_outage_near_the_day_that_was_granted() -> None:
    grace = decision(DecisionKind.GRACE, at(3, 9, 16), until=at(3, 11, 0))
    first, second = (at(3, 9, 9), at(3, 9, 15)), (at(3, 10, 12), at(3, 10, 16))
    assert proposed(first, second, decisions=(grace,)) == [at(3, 14, 0)]


def test_of_two_outages_the_last_speaks_and_the_office_says_how_many_days() -> None:
    first, second = (at(3, 9, 1), at(3, 9, 5)), (at(3, 9, 9), at(3, 10, 15))
    office = replace(OFFICE, vigilance=Vigilance(grace_days=3))
    (found,) = grace_proposals([a_round()], [Outage(*first), Outage(*second)], (), at(3, 10, 15), office)
    assert (found.outage.ended, found.until) == (at(3, 10, 15), at(3, 16, 0))
