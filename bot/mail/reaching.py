"""Reaching a server: its name looked up, a TCP connection made, each within its own time.

One after another: to a server whose connection has just gone wrong a new one is made `SPACING` seconds after the last
at the earliest, whoever asks (the turn, the watcher, sending), so that nobody here can hammer it.

Failure policy: `TimeoutError` when a step is over, `LineStopped` when the program is stopping; otherwise what the
system says (OSError).
"""

import os
import select
import socket
import threading
import time
from typing import Final

from bot.domain.mail import Endpoint
from bot.mail.ends import GLANCE, End, LineStopped, Patience, Stop, is_ready, never

SPACING: Final = 0.6
_FAILING_SECONDS: Final = 15.0
"""So long after its last failure a server counts as one that is in trouble."""
_SECOND: Final = 1.05


class _Attempts:
    """When each server was last tried and last failed. Used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[tuple[str, int], float] = {}
        self._failed: dict[tuple[str, int], float] = {}
        self._last: list[float] = []
        self.most = 0

    def failed(self, endpoint: Endpoint) -> None:
        with self._lock:
            now = time.monotonic()
            place = (endpoint.host, endpoint.port)
            self._failed[place] = now
            self._next[place] = max(self._next.get(place, 0.0), now + SPACING)

    def wait(self, endpoint: Endpoint, stop: Stop) -> None:
        """Returns when it is this caller's turn. Raises LineStopped."""
        place = (endpoint.host, endpoint.port)
        with self._lock:
            mine = now = time.monotonic()
            if now - self._failed.get(place, -_FAILING_SECONDS) < _FAILING_SECONDS:
                mine = max(now, self._next.get(place, 0.0))
            if self.most and len(self._last) >= self.most:
                mine = max(mine, self._last[-self.most] + _SECOND)
            self._next[place] = mine + SPACING
            self._last = sorted([*self._last, mine])[-20:]
        while (left := mine - time.monotonic()) > 0:
            if stop():
                raise LineStopped("the program is stopping")
            time.sleep(min(left, GLANCE))


_ATTEMPTS: Final = _Attempts()


def note_failure(endpoint: Endpoint) -> None:
    """A connection to this server went wrong: the next ones are made one after another, with a pause between them."""
    _ATTEMPTS.failed(endpoint)


def keep_pace(most: int) -> None:
    """From now on this process makes no more than `most` connections within any one second, to all servers together;
    0: as many as it likes. For the daemon: nothing that it does in a day of work needs more, and no fault of ours or
    of a server's can make it a burden.
    """
    _ATTEMPTS.most = most


def connect(endpoint: Endpoint, stop: Stop = never) -> socket.socket:
    """A TCP connection, non-blocking, made within `endpoint.timeout` for the name and as much for connecting to the
    first of its addresses that answers. Raises OSError (TimeoutError and LineStopped among them).
    """
    _ATTEMPTS.wait(endpoint, stop)
    patience = Patience(stop)
    addresses = _look_up(endpoint, End(endpoint.timeout, patience))
    until = time.monotonic() + endpoint.timeout
    problem: OSError = ConnectionError(f"{endpoint.host} has no address")
    for left, (family, kind, protocol, _, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        # Each address has its share of the time: one that swallows everything does not use up that of the next.
        share = (until - time.monotonic()) / left
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:  # a family that this machine does not have
            problem = error
            continue
        try:
            _connect_one(sock, address, End(max(share, 0.0), patience))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as error:
            sock.close()
            if isinstance(error, LineStopped):
                raise
            problem = error
            continue
        except BaseException:
            sock.close()
            raise
        return sock
    if isinstance(problem, TimeoutError) and problem.errno is None:
        raise TimeoutError(f"no answer within {endpoint.timeout:g} seconds") from problem
    raise problem


_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, object]


def _look_up(endpoint: Endpoint, end: End) -> list[_Address]:
    """The addresses of a name. The system's look-up knows no time limit and no stopping: it has a thread of its own,
    which is left to itself when it takes too long.
    """
    found: list[_Address] = []
    problem: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM))
        except OSError as error:
            problem.append(error)
        except UnicodeError as error:  # a name that cannot be one
            problem.append(socket.gaierror(socket.EAI_NONAME, f"{endpoint.host!r} is no host name: {error}"))

    asking = threading.Thread(target=ask, name="look-up", daemon=True)
    asking.start()
    while asking.is_alive():
        asking.join(end.left())
    if problem:
        raise problem[0]
    return found


def _connect_one(sock: socket.socket, address: object, end: End) -> None:
    sock.setblocking(False)
    try:
        sock.connect(address)  # type: ignore[arg-type]  # typeshed wants what getaddrinfo does not promise
    except BlockingIOError:
        while not is_ready(sock, select.POLLOUT, end.left()):
            pass
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code)) from None
