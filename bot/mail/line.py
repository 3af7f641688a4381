"""A connection on which nobody can hold us: TLS, reading and writing in steps that end.

Flow: a step begins with `begin` (the greeting) or with whatever is sent, and ends after `seconds`, plus one second for
every `FLOOR_RATE` bytes that have moved: a big mail over a slow line gets its time, a peer that sends a byte now and
then does not. The socket never blocks: every wait is a poll in slices.

Failure policy: `TimeoutError` when a step is over, `LineStopped` when the program is stopping, `TooMuch` when an answer
is longer than any honest one; otherwise what the system says (OSError, ssl.SSLError).
"""

import contextlib
import select
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from bot.mail.ends import End, Patience, Stop, is_ready, never

LONGEST_LINE: Final = 8 * 2**20
"""Bytes: a SEARCH that names a million messages is shorter."""
LONGEST_ANSWER: Final = 64 * 2**20
"""Bytes of all lines of one answer, with `_LINE_COST` for each: a listing of half a million messages."""
MOST_BYTES: Final = 128 * 2**20
"""Bytes of the messages in one answer, unless the caller says otherwise."""
_LINE_COST: Final = 64
_CHUNK: Final = 256 * 1024

T = TypeVar("T")


class TooMuch(Exception):
    """The peer sends more than any honest answer holds. `str()` says what."""


class Line:
    """One connection. For one thread at a time; `sock` is non-blocking and ours."""

    def __init__(self, sock: socket.socket, seconds: float, stop: Stop = never, most_bytes: int = MOST_BYTES) -> None:
        self.sock = sock
        self._seconds = seconds
        self._patience = Patience(stop)
        self._most = most_bytes
        self._buffer = bytearray()
        self.is_broken = False
        """A step did not come to its end: what the peer says next belongs to nobody knows what."""
        self.begin()

    def begin(self) -> None:
        """A step begins: what was used up by the last one counts no more."""
        self._end = End(self._seconds, self._patience)
        self._moved = 0
        self._is_sending = False
        self._spent = 0
        self._bodies = 0

    def limit(self, seconds: float) -> None:
        """Steps from here on take no longer than that."""
        self._seconds = min(self._seconds, seconds)

    def protect(self, context: ssl.SSLContext, host: str) -> None:
        """TLS from here on, as a step of its own. Raises ssl.SSLError, OSError.

        What the server said in clear and was not read yet is refused: it could be anybody's (RFC 3501, 11.1).
        """
        if self._buffer:
            raise ConnectionError("the server went on talking in clear after STARTTLS")
        self.begin()
        wrapped = context.wrap_socket(self.sock, server_hostname=host, do_handshake_on_connect=False)
        self.sock = wrapped
        self._try(wrapped.do_handshake)
        self.begin()

    def send(self, data: bytes) -> None:
        """All of `data`; the answer's step begins with its end."""
        self.begin()
        self._is_sending = True
        view = memoryview(data)
        while view:
            piece = view[:_CHUNK]
            sent = self._try(partial(self.sock.send, piece))
            view = view[sent:]
            self._moved += sent
        self.begin()

    def readline(self) -> bytes:
        """Up to and with the next LF; what is left, without one, at the end of the connection."""
        while (at := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LONGEST_LINE:
                raise self._too_much(f"a line of more than {LONGEST_LINE} bytes")
            if not self._receive():
                self.is_broken = True
                at = len(self._buffer) - 1
                break
        line = bytes(self._buffer[: at + 1])
        del self._buffer[: at + 1]
        self._spent += len(line) + _LINE_COST
        if self._spent > LONGEST_ANSWER:
            raise self._too_much(f"an answer of more than {LONGEST_ANSWER} bytes")
        return line

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Memory grows with what has come, not with what is announced."""
        self._bodies += size
        if self._bodies > self._most:
            raise self._too_much(f"a message of {size} bytes, more than the {self._most} that are taken")
        while len(self._buffer) < size:
            if not self._receive():
                self.is_broken = True
                raise ConnectionError(f"the connection ended after {len(self._buffer)} of {size} bytes")
        with memoryview(self._buffer) as view:
            found = bytes(view[:size])
        del self._buffer[:size]
        return found

    def glance(self, seconds: float) -> bytes:
        """The next line, or nothing when none is complete within that time; `ConnectionError` at the end. No step."""
        self.begin()
        if b"\n" not in self._buffer and self._has_news(seconds):
            try:
                received = self.sock.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                return b""
            if not received:
                raise ConnectionError("the connection ended")
            self._buffer += received
        line, end, rest = bytes(self._buffer).partition(b"\n")
        if not end:
            if len(line) > LONGEST_LINE:
                raise self._too_much(f"a line of more than {LONGEST_LINE} bytes")
            return b""
        self._buffer = bytearray(rest)
        return line

    def close(self) -> None:
        """At once and without a word; never raises."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _too_much(self, what: str) -> TooMuch:
        self.is_broken = True
        return TooMuch(what)

    def _has_news(self, seconds: float) -> bool:
        # TLS may hold decrypted bytes back that no poll of the socket sees.
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
            return True
        return is_ready(self.sock, select.POLLIN, seconds)

    def _receive(self) -> int:
        received = self._try(partial(self.sock.recv, _CHUNK))
        self._buffer += received
        self._moved += len(received)
        return len(received)

    def _try(self, what: Callable[[], T]) -> T:
        """Does it as soon as the socket lets us, within the step."""
        while True:
            try:
                left = self._end.left(self._moved)
                return what()
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                is_writing = isinstance(error, ssl.SSLWantWriteError) or (
                    isinstance(error, BlockingIOError) and self._is_sending
                )
                is_ready(self.sock, select.POLLOUT if is_writing else select.POLLIN, left)
            except BaseException:
                self.is_broken = True
                raise
