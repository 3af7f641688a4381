"""The provider's measure: never more than it takes, answers never behind nudges, the office's own mail always."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import WORKING_TIME, at

from bot.decide.pacing import DAY, MINUTE, Lane, Queued, Taken, lane_of, plan, resting_until, room_for_nudges
from bot.decide.retrying import RESTING
from bot.domain.mail import NoticeKind
from bot.domain.office import Sending

NOW = at(3, 8, 9)
RECEIPT, REMINDER, DIGEST, ALERT = NoticeKind.RECEIPT, NoticeKind.REMINDER, NoticeKind.DIGEST, NoticeKind.ALERT
NO_LIMIT = Sending()


def mail(number, kind=REMINDER, recipients=1, *, queued_at=NOW, next_at=None, error="", agency="stp"):
    return Queued(number, kind, recipients, agency, queued_at, next_at or queued_at, error)


def taken(*ago, recipients=1):
    return [Taken(NOW - timedelta(seconds=seconds), recipients) for seconds in ago]


def planned(queue, gone=(), sending=NO_LIMIT, now=NOW):
    return plan(queue, gone, sending, WORKING_TIME, now)


def test_every_kind_has_its_lane():
    assert {kind: lane_of(kind) for kind in NoticeKind}
    assert all(lane_of(kind) is Lane.ANSWER for kind in NoticeKind if kind.is_answer)
    assert all(lane_of(kind) is Lane.NUDGE for kind in NoticeKind if not kind.may_repeat)
    assert lane_of(NoticeKind.DECISION) is Lane.ANSWER


def test_without_limits_all_that_is_due_goes_the_most_urgent_first():
    queue = [mail(1), mail(2, DIGEST), mail(3, RECEIPT), mail(4, RECEIPT, next_at=NOW + MINUTE)]
    assert planned(queue) == type(planned([]))((3, 2, 1), {}, ())


@pytest.mark.parametrize(
    ("queue", "gone", "sending", "go", "wait"),
    [
        pytest.param(
            [mail(1), mail(2), mail(3)], [], Sending(per_minute=2), (1, 2), {3: NOW + MINUTE}, id="two a minute"
        ),
        pytest.param(
            [mail(1)],
            taken(59, 10),
            Sending(per_minute=2),
            (),
            {1: NOW + timedelta(seconds=1)},
            id="soon there is room",
        ),
        pytest.param([mail(1)], taken(60, 10), Sending(per_minute=2), (1,), {}, id="a minute ago is over"),
        pytest.param([mail(1, ALERT)], taken(1, 1, 1), Sending(per_minute=2), (1,), {}, id="an alert passes"),
        pytest.param(
            [mail(1, recipients=2)],
            taken(3600, recipients=9),
            Sending(per_day=10),
            (),
            {1: NOW - timedelta(hours=1) + DAY},
            id="the day is full",
        ),
        pytest.param([mail(1, recipients=1)], taken(3600, recipients=9), Sending(per_day=10), (1,), {}, id="just fits"),
        pytest.param([mail(1)], taken(86_400, recipients=10), Sending(per_day=10), (1,), {}, id="a day ago is over"),
        pytest.param(
            [mail(1), mail(2, RECEIPT)],
            taken(3600, recipients=7),
            Sending(per_day=10, reserved=3),
            (2,),
            {1: NOW - timedelta(hours=1) + DAY},
            id="the reserve is for answers",
        ),
        pytest.param(
            [mail(1, RECEIPT, 5), mail(2, DIGEST, 5)],
            taken(3600, recipients=10),
            Sending(per_day=10),
            (2,),
            {1: NOW - timedelta(hours=1) + DAY},
            id="a digest passes, an answer waits",
        ),
        pytest.param(
            [mail(1, RECEIPT, 4), mail(2)],
            taken(3600, recipients=8),
            Sending(per_day=10),
            (),
            {1: NOW - timedelta(hours=1) + DAY, 2: NOW - timedelta(hours=1) + DAY},
            id="a small nudge does not overtake a large answer",
        ),
        pytest.param(
            [mail(1, RECEIPT, 4, next_at=NOW + MINUTE), mail(2)],
            taken(3600, recipients=6),
            Sending(per_day=10),
            (),
            {2: NOW - timedelta(hours=1) + DAY},
            id="nor one that is tried again later",
        ),
        pytest.param([mail(1, recipients=12)], [], Sending(per_day=10), (1,), {}, id="larger than the day: alone"),
        pytest.param(
            [mail(1, RECEIPT, 12)],
            taken(60),
            Sending(per_day=10),
            (),
            {1: NOW - MINUTE + DAY},
            id="larger than the day: not beside others",
        ),
    ],
)
def test_what_fits_goes_and_the_rest_waits_until_there_is_room(queue, gone, sending, go, wait):
    done = planned(queue, gone, sending)
    assert (done.go, dict(done.wait), done.expired) == (go, wait, ())


@pytest.mark.parametrize(
    ("kind", "queued_at", "now", "agency", "expired"),
    [
        (REMINDER, at(3, 8, 9), at(3, 8, 16, 59), "stp", False),
        (REMINDER, at(3, 8, 9), at(3, 8, 17), "stp", True),
        (REMINDER, at(3, 8, 9), at(3, 9, 8), "stp", True),
        (NoticeKind.OVERDUE, at(3, 8, 9), at(3, 9, 8), "stp", True),
        (NoticeKind.ESCALATION, at(3, 8, 9), at(3, 9, 8), "stp", True),
        (NoticeKind.ESCALATION, at(3, 8, 9), at(3, 9, 8), None, False),  # the coordinator's letter
        (REMINDER, at(3, 8, 18), at(3, 8, 23, 59), "stp", False),
        (REMINDER, at(3, 8, 18), at(3, 9, 0), "stp", True),
        (NoticeKind.REQUEST, at(3, 8, 9), at(3, 10, 8), "stp", False),
        (RECEIPT, at(3, 8, 9), at(3, 10, 8), "stp", False),
        (DIGEST, at(3, 8, 9), at(3, 10, 8), None, False),
    ],
)
def test_a_nudge_goes_on_its_day_or_not_at_all(kind, queued_at, now, agency, expired):
    queue = [mail(1, kind, queued_at=queued_at, agency=agency)]
    done = planned(queue, now=now)
    assert (done.expired, done.go) == (((1,), ()) if expired else ((), (1,)))


def test_one_that_waits_for_its_next_attempt_expires_too():
    queue = [mail(1, next_at=at(3, 9, 12))]
    assert planned(queue, now=at(3, 8, 17)).expired == (1,)


def test_after_too_much_everything_rests_but_the_office():
    end = NOW + timedelta(minutes=40)
    queue = [
        mail(1, next_at=end, error=f"{RESTING}550 5.4.5 Daily user sending limit exceeded"),
        mail(2, RECEIPT),
        mail(3, ALERT),
    ]
    done = planned(queue)
    assert (done.go, dict(done.wait)) == ((3,), {2: end})
    assert resting_until(queue, NOW) == end
    assert resting_until(queue, end) is None
    assert room_for_nudges(queue, [], NO_LIMIT, NOW) == 0


@pytest.mark.parametrize(
    ("queue", "gone", "sending", "room"),
    [
        ([], [], NO_LIMIT, None),
        ([], [], Sending(per_minute=5), None),
        ([], [], Sending(per_day=10), 10),
        ([], [], Sending(per_day=10, reserved=4), 6),
        ([], taken(60, recipients=2), Sending(per_day=10, reserved=4), 4),
        ([], taken(86_400, recipients=2), Sending(per_day=10), 10),
        ([mail(1, recipients=3), mail(2, RECEIPT, 2, next_at=NOW + DAY)], [], Sending(per_day=10), 5),
        ([mail(1, DIGEST, 3)], [], Sending(per_day=10), 7),
        ([], taken(1, recipients=20), Sending(per_day=10), 0),
    ],
)
def test_room_for_nudges(queue, gone, sending, room):
    assert room_for_nudges(queue, gone, sending, NOW) == room


def test_what_is_still_to_come_for_the_office_has_its_place():
    assert room_for_nudges([mail(1, DIGEST)], [], Sending(per_day=10, reserved=4), NOW, 2) == 3
    assert room_for_nudges([], [], NO_LIMIT, NOW, 2) is None


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_what_goes_to_the_coordinator_alone_always_goes(kind):
    own = replace(mail(1, kind, agency=None), for_office=True)
    assert own.lane is Lane.OFFICE
    done = planned([own, mail(2, RECEIPT)], taken(60, recipients=10), Sending(1, 10))
    assert (done.go, set(done.wait)) == ((1,), {2})


KINDS = st.sampled_from([RECEIPT, NoticeKind.DECISION, REMINDER, NoticeKind.REQUEST, DIGEST, ALERT])


@given(
    mails=st.lists(st.tuples(KINDS, st.integers(1, 4), st.integers(0, 3000)), max_size=25),
    per_minute=st.integers(0, 4),
    per_day=st.sampled_from([0, 5, 9, 30]),
    reserved=st.integers(0, 4),
)
def test_over_a_whole_day_the_caps_hold_and_answers_come_first(mails, per_minute, per_day, reserved):
    """Plays the queue minute by minute as dispatch does: what goes is taken, what waits comes back at its time."""
    sending = Sending(per_minute, per_day, min(reserved, max(per_day - 1, 0)))
    start = at(3, 8, 0)
    arriving = [
        mail(i, kind, n, queued_at=start + timedelta(seconds=second)) for i, (kind, n, second) in enumerate(mails)
    ]
    queue, gone, when = [], [], start
    while arriving or queue:
        queue += [m for m in arriving if m.queued_at <= when]
        arriving = [m for m in arriving if m.queued_at > when]
        done = planned(queue, [t for t, _ in gone], sending, when)
        assert all(until > when for until in done.wait.values())
        by_id = {m.id: m for m in queue}
        for number in done.go:
            one = by_id[number]
            gone.append((Taken(when, one.recipients), one))
            if one.lane is not Lane.OFFICE:
                _assert_within(gone, one, sending, when)
        assert not done.wait.keys() & {m.id for m in queue if m.lane is Lane.OFFICE}
        held = [by_id[i] for i in done.wait if by_id[i].lane is Lane.ANSWER]
        if held and sending.per_day and not sending.per_minute:
            used = sum(t.recipients for t, _ in gone if t.at > when - DAY)
            nudged = sum(by_id[i].recipients for i in done.go if by_id[i].lane is Lane.NUDGE)
            assert not nudged or used + sum(m.recipients for m in held) <= sending.per_day
        left = {m.id for m in queue} - set(done.go) - set(done.expired)
        queue = [
            mail(m.id, m.kind, m.recipients, queued_at=m.queued_at, next_at=done.wait.get(m.id, m.next_at))
            for m in queue
            if m.id in left
        ]
        upcoming = [m.next_at for m in queue] + [m.queued_at for m in arriving]
        assert all(moment > when for moment in upcoming), "nothing that is due stays behind without a time"
        when = min(upcoming, default=when)
    assert {m.id for _, m in gone} >= {i for i, (kind, _, _) in enumerate(mails) if lane_of(kind) is not Lane.NUDGE}


def _assert_within(gone, one, sending, when):
    if sending.per_minute:
        assert sum(t.at > when - MINUTE for t, _ in gone) <= sending.per_minute
    if sending.per_day:
        share = sending.per_day - (sending.reserved if one.lane is Lane.NUDGE else 0)
        used = sum(t.recipients for t, _ in gone if t.at > when - DAY)
        assert used <= share or used == one.recipients
