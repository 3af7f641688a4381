"""Being woken when mail comes, instead of asking all the time.

Flow: a `Watcher` has a connection and a thread of its own that does nothing but IDLE (RFC 2177) and raise a flag;
`wait` sleeps until that flag, the time-out, or the daemon's stop. What came is found out by the caller, who lists the
folder by UID on another connection, so a wake-up too many costs one listing and one too few costs one poll interval.
The watcher reads the socket itself: imaplib may already have buffered an EXISTS that came together with the answer
to IDLE, and would sleep on it.

Failure policy: never raises. Without a connection, or with a server that cannot IDLE, `wait` only waits. A broken
connection is thrown away and made anew after a delay that grows and is never quite the same; after every new one the
caller is woken once, for what may have come in between. A peer that falls silent is noticed at the end of each IDLE.
"""

import imaplib
import random
import threading
import time
from collections.abc import Callable
from typing import Final

from bot.domain.mail import Endpoint
from bot.mail.connection import MailServerError
from bot.mail.ends import GLANCE
from bot.mail.line import Line, TooMuch
from bot.mail.reaching import note_failure
from bot.mail.session import LOGOUT_SECONDS, close_mailbox, open_for_idle

IDLE_SECONDS: Final = 120.0
"""Longest single IDLE: often enough that a dead connection is noticed, and no router forgets it."""
FIRST_DELAY: Final = 1.5
LAST_DELAY: Final = 25.0
STEADY_SECONDS: Final = 30.0
"""A connection that lived this long was a good one: the next delay starts small again."""
_CHANCE: Final = random.SystemRandom()
_NEWS: Final = (b"EXISTS", b"RECENT")

Stop = Callable[[], bool] | threading.Event
Delay = Callable[[int, bool], float]
"""Seconds until the next try, by the failures in a row and by whether the log-in was refused."""


class Watcher:
    """Wakes its caller when something new lies in one folder. `close` it in the end; a second `wait` after that only
    waits. `delay` gives the pauses between tries, unless they shall grow from 1.5 to 25 seconds.
    """

    def __init__(self, endpoint: Endpoint, folder: str = "INBOX", delay: Delay | None = None) -> None:
        self._endpoint = endpoint
        self._folder = folder
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._delay = delay or _growing

    def wait(self, timeout_seconds: float, stop: Stop) -> bool:
        """Sleep until there is news (True), the time is over, or `stop` says so (False).

        Returns within half a second of `stop`. News that came since the last call return at once. Never raises.
        """
        if self._thread is None and not self._closing.is_set():
            # A thread of its own, since connecting may hang for the whole network time-out.
            self._thread = threading.Thread(target=self._watch, name="imap-watch", daemon=True)
            self._thread.start()
        stopped = stop.is_set if isinstance(stop, threading.Event) else stop
        end = time.monotonic() + timeout_seconds
        while not stopped():
            left = end - time.monotonic()
            if self._wake.wait(max(0.0, min(GLANCE, left))):
                self._wake.clear()
                return not stopped()
            if left <= 0:
                break
        return False

    def close(self) -> None:
        """End the thread and its connection. A thread that hangs in connecting is left to its time-out."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(4 * GLANCE)

    def _watch(self) -> None:
        failures = 0
        while not self._closing.is_set():
            began = time.monotonic()
            refused = False
            # The caller meets the same trouble on its own connection, and is the one who reports it.
            try:
                if not self._watch_once():
                    return
            except MailServerError as error:
                refused = error.log_in
            except (OSError, ValueError, imaplib.IMAP4.error, TooMuch):
                note_failure(self._endpoint)
            if time.monotonic() - began > STEADY_SECONDS:
                failures = 0
            failures += 1
            self._closing.wait(self._delay(failures, refused))

    def _watch_once(self) -> bool:
        """One connection's life; False when this server will never wake anybody."""
        opened = open_for_idle(self._endpoint, self._folder, self._closing.is_set)
        if opened is None:
            return False
        client, line = opened
        try:
            self._wake.set()
            self._idle(client, line)
        except BaseException:
            client.shutdown()  # amid an IDLE there is no polite way out
            raise
        close_mailbox(client)
        return True

    def _idle(self, client: imaplib.IMAP4, line: Line) -> None:
        """IDLE, again and again, until closing; raises when the connection is no longer good."""
        while not self._closing.is_set():
            client.send(b"w IDLE\r\n")
            self._until(line, b"+", self._endpoint.timeout)
            end = time.monotonic() + IDLE_SECONDS
            while not self._closing.is_set() and time.monotonic() < end:
                self._notice(line.glance(GLANCE))
            client.send(b"DONE\r\n")
            self._until(line, b"w ", self._endpoint.timeout)

    def _until(self, line: Line, start: bytes, seconds: float) -> None:
        end = time.monotonic() + min(seconds, LOGOUT_SECONDS if self._closing.is_set() else seconds)
        while time.monotonic() < end:
            said = line.glance(GLANCE)
            self._notice(said)
            if said.startswith((b"w NO", b"w BAD")):
                break
            if said.startswith(start):
                return
        raise ConnectionError("IDLE was refused or not answered")

    def _notice(self, said: bytes) -> None:
        if said.startswith(b"* BYE"):
            raise ConnectionError("the server said good-bye")
        if said.startswith(b"* ") and said.rstrip().upper().endswith(_NEWS):
            self._wake.set()


def _growing(failures: int, refused: bool) -> float:
    """From half to the whole of a delay that doubles; where the log-in is refused it is the longest at once."""
    whole = LAST_DELAY if refused else min(FIRST_DELAY * 2.0 ** min(failures - 1, 16), LAST_DELAY)
    return _CHANCE.uniform(0.5, 1.0) * whole
