"""Being woken when mail comes, instead of asking all the time.

Flow: a `Watcher` has a connection and a thread of its own that does nothing but IDLE (RFC 2177) and raise a flag;
`wait` sleeps until that flag, the time-out, or the daemon's stop. What came is found out by the caller, who lists the
folder by UID on another connection, so a wake-up too many costs one listing and one too few costs one poll interval.
The watcher reads the socket itself: imaplib may already have buffered an EXISTS that came together with the answer
to IDLE, and would sleep on it.

Failure policy: never raises. Without a connection, or with a server that cannot IDLE, `wait` only waits. A broken
connection is thrown away and made anew after a delay that grows from 1 second to 5 minutes; after every new one the
caller is woken once, for what may have come in between.
"""

import contextlib
import imaplib
import select
import threading
import time
from collections.abc import Callable
from typing import Final

from bot.domain.mail import Endpoint
from bot.mail.connection import MailServerError
from bot.mail.inbox import close_mailbox, open_for_idle

IDLE_SECONDS: Final = 120.0
"""Longest single IDLE: often enough that a dead connection is noticed, and no router forgets it."""
FIRST_DELAY: Final = 1.0
LAST_DELAY: Final = 300.0
STEADY_SECONDS: Final = 30.0
"""A connection that lived this long was a good one: the next delay starts small again."""
_GLANCE: Final = 0.25
_NEWS: Final = (b"EXISTS", b"RECENT")

Stop = Callable[[], bool] | threading.Event


class Watcher:
    """Wakes its caller when something new lies in one folder. `close` it in the end; a second `wait` after that only
    waits.
    """

    def __init__(self, endpoint: Endpoint, folder: str = "INBOX") -> None:
        self._endpoint = endpoint
        self._folder = folder
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

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
            if self._wake.wait(max(0.0, min(_GLANCE, left))):
                self._wake.clear()
                return not stopped()
            if left <= 0:
                break
        return False

    def close(self) -> None:
        """End the thread and its connection. A thread that hangs in connecting is left to its time-out."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(4 * _GLANCE)

    def _watch(self) -> None:
        delay = FIRST_DELAY
        while not self._closing.is_set():
            began = time.monotonic()
            # The caller meets the same trouble on its own connection, and is the one who reports it.
            with contextlib.suppress(MailServerError, OSError, ValueError, imaplib.IMAP4.error):
                if not self._watch_once():
                    return
            if time.monotonic() - began > STEADY_SECONDS:
                delay = FIRST_DELAY
            self._closing.wait(delay)
            delay = min(delay * 2, LAST_DELAY)

    def _watch_once(self) -> bool:
        """One connection's life; False when this server will never wake anybody."""
        client = open_for_idle(self._endpoint, self._folder)
        if client is None:
            return False
        try:
            self._wake.set()
            self._idle(client)
        except BaseException:
            client.shutdown()  # amid an IDLE there is no polite way out
            raise
        close_mailbox(client)
        return True

    def _idle(self, client: imaplib.IMAP4) -> None:
        """IDLE, again and again, until closing; raises when the connection is no longer good."""
        lines = _Lines(client, self._endpoint.timeout)
        while not self._closing.is_set():
            client.send(b"w IDLE\r\n")
            self._until(lines, b"+", self._endpoint.timeout)
            end = time.monotonic() + IDLE_SECONDS
            while not self._closing.is_set() and time.monotonic() < end:
                self._notice(lines.read(_GLANCE))
            client.send(b"DONE\r\n")
            self._until(lines, b"w ", self._endpoint.timeout)

    def _until(self, lines: "_Lines", start: bytes, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            line = lines.read(_GLANCE)
            self._notice(line)
            if line.startswith((b"w NO", b"w BAD")):
                break
            if line.startswith(start):
                return
        raise ConnectionError("IDLE was refused or not answered")

    def _notice(self, line: bytes) -> None:
        if line.startswith(b"* BYE"):
            raise ConnectionError("the server said good-bye")
        if line.startswith(b"* ") and line.rstrip().upper().endswith(_NEWS):
            self._wake.set()


class _Lines:
    """Lines straight from the socket, with a buffer of their own."""

    def __init__(self, client: imaplib.IMAP4, timeout: float) -> None:
        self._socket = client.socket()
        self._socket.settimeout(timeout)
        self._buffer = b""

    def read(self, seconds: float) -> bytes:
        """The next line, or nothing when none is complete within that time; `ConnectionError` at the end."""
        if b"\n" not in self._buffer and self._has_news(seconds):
            received = self._socket.recv(65_536)
            if not received:
                raise ConnectionError("the connection ended")
            self._buffer += received
        line, end, rest = self._buffer.partition(b"\n")
        if not end:
            return b""
        self._buffer = rest
        return line

    def _has_news(self, seconds: float) -> bool:
        # TLS may hold decrypted bytes back that no poll of the socket sees.
        pending = getattr(self._socket, "pending", None)
        if pending is not None and pending():
            return True
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        return bool(poller.poll(seconds * 1000))
