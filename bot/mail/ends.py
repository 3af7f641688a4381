"""When a network step is over: its own time, what moved meanwhile, and our being asked to stop.

Failure policy: `End.left` raises `TimeoutError` when a step is over and `LineStopped` when the program is stopping.
"""

import select
import socket
import time
from collections.abc import Callable
from typing import Final

FLOOR_RATE: Final = 16 * 1024
"""Bytes a second: below this a transfer counts as standing still (25 MB in 26 minutes)."""
STOP_GRACE: Final = 4.0
"""Seconds that a step has left once the program is asked to stop."""
GLANCE: Final = 0.25
"""Seconds after which every wait looks up again: whether we are asked to stop, whether time is over."""

Stop = Callable[[], bool]


def never() -> bool:
    """The `stop` of whoever is not stopped."""
    return False


class LineStopped(OSError):
    """The program is stopping, and the peer took too long for it."""


class Patience:
    """Whether we are asked to stop, and since when. One for the whole of a connection: once it has run out, no further
    step begins.
    """

    def __init__(self, stop: Stop = never, grace: float = STOP_GRACE) -> None:
        self._stop = stop
        self._grace = grace
        self._asked_at: float | None = None

    def check(self) -> None:
        """Raises LineStopped when we were asked to stop `grace` seconds ago."""
        if self._asked_at is None and self._stop():
            self._asked_at = time.monotonic()
        if self._asked_at is not None and time.monotonic() >= self._asked_at + self._grace:
            raise LineStopped("the program is stopping")


class End:
    """The end of one step: `seconds` from now, and one more for every `FLOOR_RATE` bytes that have moved."""

    def __init__(self, seconds: float, patience: Patience) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._patience = patience

    def left(self, moved: int = 0) -> float:
        """Seconds until the end, at most `GLANCE`. Raises TimeoutError and LineStopped."""
        self._patience.check()
        left = self._end + moved / FLOOR_RATE - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer within {self._seconds:g} seconds")
        return min(left, GLANCE)


def is_ready(sock: socket.socket, event: int, seconds: float) -> bool:
    """Whether `sock` can be read (`select.POLLIN`) or written (`select.POLLOUT`) within that time."""
    poller = select.poll()  # select.select knows no file descriptor above 1,023
    poller.register(sock, event)
    return bool(poller.poll(seconds * 1000))
