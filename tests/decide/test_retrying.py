from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import at

from bot.decide.retrying import GIVE_UP_AFTER, after_attempt, retry_delay
from bot.domain.mail import OutgoingState, SendOutcome

FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)


def ask(outcome, *, attempts=1, may_repeat=True, age=timedelta()):
    return after_attempt(
        outcome,
        attempts=attempts,
        may_repeat=may_repeat,
        queued_at=at(3, 9) - age,
        now=at(3, 9),
        first=FIRST,
        longest=LONGEST,
    )


@pytest.mark.parametrize(
    ("outcome", "kwargs", "state", "delay"),
    [
        (SendOutcome.SENT, {}, OutgoingState.SENT, None),
        (SendOutcome.PERMANENT, {}, OutgoingState.FAILED, None),
        (SendOutcome.TRANSIENT, {}, OutgoingState.QUEUED, FIRST),
        (SendOutcome.TRANSIENT, {"attempts": 3}, OutgoingState.QUEUED, 4 * FIRST),
        (SendOutcome.TRANSIENT, {"attempts": 40}, OutgoingState.QUEUED, LONGEST),
        (SendOutcome.TRANSIENT, {"age": timedelta(days=5)}, OutgoingState.QUEUED, FIRST),
        (SendOutcome.TRANSIENT, {"age": GIVE_UP_AFTER}, OutgoingState.FAILED, None),
        (SendOutcome.UNKNOWN, {"may_repeat": True}, OutgoingState.QUEUED, FIRST),
        (SendOutcome.UNKNOWN, {"may_repeat": False}, OutgoingState.UNKNOWN, None),
    ],
)
def test_after_an_attempt(outcome, kwargs, state, delay):
    assert ask(outcome, **kwargs) == (state, at(3, 9) + delay if delay else None)


@given(st.integers(1, 10_000))
def test_delay_grows_and_stays_within_bounds(attempts):
    delay = retry_delay(attempts, FIRST, LONGEST)
    assert FIRST <= delay <= LONGEST
    assert delay <= retry_delay(attempts + 1, FIRST, LONGEST)
