"""When a mail that the server would not take is tried again (RFC 5321, 4.5.4.1), and when it is no longer worth it.

What is nothing against the mail (no connection, no log-in) is tried again much sooner than what the server said about
the mail itself: a server that comes back finds everything waiting at its door within half a minute. Only where it
refuses the log-in do the pauses grow to what the settings say: providers lock an account that knocks too often.

A nudge says how many days are left: it goes out on its day or not at all, and the ladder speaks anew. Where the
provider says that we have sent too much, everything rests for an hour.
"""

from datetime import datetime, time, timedelta
from typing import Final

from bot.domain.mail import NoticeKind, OutgoingState, SendOutcome
from bot.domain.office import WorkingTime

# RFC 5321 asks for four to five days at least; a server that was down over Tết is back after nine.
RECONNECT_FIRST = timedelta(seconds=1.5)
RECONNECT_LONGEST = timedelta(seconds=25)
LOG_IN_FIRST = timedelta(seconds=10)
"""A log-in that was refused: some six tries in the first ten minutes, then ever fewer. Providers lock an account after
ten wrong passwords or so, and a server whose own password store hiccups is back long before that.
"""
BREAKS_FORGIVEN: Final = 12
"""So often may a connection break over one mail before it is taken for the mail's fault: for five minutes."""
GIVE_UP_AFTER = timedelta(days=10)
LIMIT_REST = timedelta(hours=1)
"""How long nothing is sent after the provider said that we have sent too much."""
EXPIRED: Final = "expired: not sent on its day"
GIVEN_UP: Final = "expired: not sent in ten days"
RESTING: Final = "resting, too much was sent: "
"""Before the server's words in the last error of a mail that a limit of the provider keeps back."""
OF_THEIR_DAY = frozenset({NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION})
"""Kinds whose words are of their day; a request names dates only, and is right when it comes late."""


def retry_delay(attempts: int, first: timedelta, longest: timedelta) -> timedelta:
    """The delay after the `attempts`-th failed attempt: doubling from `first`, never over `longest`."""
    exponent = min(max(attempts, 1) - 1, 32)
    return min(first * int(2**exponent), longest)


def reconnect_delay(
    failures: int, first: timedelta, longest: timedelta, *, share: float = 1.0, log_in: bool = False
) -> timedelta:
    """The pause after the `failures`-th time in a row that a connection was not made, or broke.

    `first` and `longest` are the office's; connecting anew starts at 1.5 and ends at 25 seconds where these allow it,
    so that whatever ends is noticed within half a minute. `log_in`: the log-in was refused; from 10 seconds on the
    pause doubles up to the office's own longest. `share` of it is taken, by chance from 0.5 to 1: many that lost one
    server shall not come back in one moment.
    """
    if log_in:
        first = min(first, LOG_IN_FIRST)
    else:
        first, longest = min(first, RECONNECT_FIRST), min(longest, RECONNECT_LONGEST)
    return retry_delay(failures, first, longest) * share


def after_attempt(
    outcome: SendOutcome,
    *,
    attempts: int,
    may_repeat: bool,
    queued_at: datetime,
    now: datetime,
    first: timedelta,
    longest: timedelta,
    limited: bool = False,
    broke: bool = False,
    share: float = 1.0,
) -> tuple[OutgoingState, datetime | None]:
    """The state that follows one attempt, and when the next is due.

    An unknown fate is tried again, under the same Message-ID, only where twice is better than never. `limited`: the
    server would not take it because we have sent too much; that is nothing against the mail, of whatever class the
    answer was. `broke`: the connection broke over it before it was handed over, which is nothing against it either,
    unless it happens again and again. `share` of a growing delay is taken, as `reconnect_delay` does.
    """
    if outcome is SendOutcome.SENT:
        return OutgoingState.SENT, None
    if limited and now - queued_at < GIVE_UP_AFTER:
        return OutgoingState.QUEUED, now + LIMIT_REST
    if outcome is SendOutcome.PERMANENT:
        return OutgoingState.FAILED, None
    if outcome is SendOutcome.UNKNOWN and not may_repeat:
        return OutgoingState.UNKNOWN, None
    if now - queued_at >= GIVE_UP_AFTER:
        return OutgoingState.FAILED, None
    if broke and outcome is SendOutcome.TRANSIENT:
        if attempts <= BREAKS_FORGIVEN:
            return OutgoingState.QUEUED, now + reconnect_delay(attempts, first, longest, share=share)
        attempts -= BREAKS_FORGIVEN
    return OutgoingState.QUEUED, now + retry_delay(attempts, first, longest) * share


def expires_at(kind: NoticeKind, agency: str | None, queued_at: datetime, working_time: WorkingTime) -> datetime | None:
    """From when on a queued mail is no longer sent: for a nudge to an agency the end of the office day on which it was
    queued, or midnight if it was queued later than that; None for the others.
    """
    if kind not in OF_THEIR_DAY or agency is None:
        return None
    local = working_time.local(queued_at)
    closes = datetime.combine(local.date(), working_time.closes, working_time.timezone)
    if queued_at < closes:
        return closes
    return datetime.combine(local.date() + timedelta(days=1), time(0), working_time.timezone)


def is_expired(last_error: str) -> bool:
    """Whether a failed mail was given up unsent because its time was over."""
    return last_error.startswith((EXPIRED, GIVEN_UP))
