"""When a mail that the server would not take is tried again (RFC 5321, 4.5.4.1)."""

from datetime import datetime, timedelta

from bot.domain.mail import OutgoingState, SendOutcome

# RFC 5321 asks for four to five days at least; a server that was down over Tết is back after nine.
GIVE_UP_AFTER = timedelta(days=10)


def retry_delay(attempts: int, first: timedelta, longest: timedelta) -> timedelta:
    """The delay after the `attempts`-th failed attempt: doubling from `first`, never over `longest`."""
    exponent = min(max(attempts, 1) - 1, 32)
    return min(first * int(2**exponent), longest)


def after_attempt(
    outcome: SendOutcome,
    *,
    attempts: int,
    may_repeat: bool,
    queued_at: datetime,
    now: datetime,
    first: timedelta,
    longest: timedelta,
) -> tuple[OutgoingState, datetime | None]:
    """The state that follows one attempt, and when the next is due.

    An unknown fate is tried again, under the same Message-ID, only where twice is better than never.
    """
    if outcome is SendOutcome.SENT:
        return OutgoingState.SENT, None
    if outcome is SendOutcome.PERMANENT:
        return OutgoingState.FAILED, None
    if outcome is SendOutcome.UNKNOWN and not may_repeat:
        return OutgoingState.UNKNOWN, None
    if now - queued_at >= GIVE_UP_AFTER:
        return OutgoingState.FAILED, None
    return OutgoingState.QUEUED, now + retry_delay(attempts, first, longest)
