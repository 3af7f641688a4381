from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import at

from bot.decide.retrying import (
    BREAKS_FORGIVEN,
    GIVE_UP_AFTER,
    RECONNECT_FIRST,
    RECONNECT_LONGEST,
    after_attempt,
    reconnect_delay,
    retry_delay,
)
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


@given(st.integers(1, 10_000), st.floats(0.5, 1.0), st.booleans(), st.integers(1, 600), st.integers(1, 7200))
def test_connecting_anew_is_short_grows_and_keeps_to_the_settings(failures, share, log_in, first, longest):
    first, longest = timedelta(seconds=first), timedelta(seconds=longest)

    def ask_delay(failures, share=share):
        return reconnect_delay(failures, first, longest, share=share, log_in=log_in)

    delay = ask_delay(failures)
    assert timedelta(0) < delay <= ask_delay(failures, 1.0) <= ask_delay(failures + 1, 1.0) <= longest
    assert delay == ask_delay(failures, 1.0) * share
    if not log_in:
        assert delay <= RECONNECT_LONGEST
        assert ask_delay(1) <= min(first, RECONNECT_FIRST)


def test_a_refused_log_in_is_not_hammered():
    """Six tries in ten minutes, fewer than two an hour in the end; a hiccup is over within half a minute."""
    pauses = [reconnect_delay(n, FIRST, LONGEST, log_in=True).total_seconds() for n in range(1, 30)]
    assert pauses[0] <= 30
    assert sum(sum(pauses[:n]) < 600 for n in range(1, 30)) <= 6
    assert pauses[-1] == LONGEST.total_seconds()


@pytest.mark.parametrize(
    ("attempts", "delay"),
    [
        (1, RECONNECT_FIRST),
        (2, 2 * RECONNECT_FIRST),
        (BREAKS_FORGIVEN, RECONNECT_LONGEST),
        (BREAKS_FORGIVEN + 1, FIRST),
        (BREAKS_FORGIVEN + 3, 4 * FIRST),
    ],
)
def test_a_connection_that_breaks_over_a_mail_is_forgiven_so_often(attempts, delay):
    asked = {"attempts": attempts, "may_repeat": True, "queued_at": at(3, 9), "now": at(3, 9), "broke": True}
    state, due = after_attempt(SendOutcome.TRANSIENT, first=FIRST, longest=LONGEST, **asked)
    assert (state, due) == (OutgoingState.QUEUED, at(3, 9) + delay)
    _, due = after_attempt(SendOutcome.UNKNOWN, first=FIRST, longest=LONGEST, **asked)
    assert due == at(3, 9) + retry_delay(attempts, FIRST, LONGEST), "what may have gone is not repeated in haste"
