"""A proxy on loopback between the bot and a mail server, which breaks the line in a chosen way at a chosen phase.

Flow: `with Proxy("imap", port) as proxy: proxy.fault = Fault("cut", "fetch", times=2)`; the bot is pointed at
`proxy.port`. The proxy reads along (so the line is without TLS) and knows by the commands which phase a connection is
in; a fault strikes when its phase begins, `times` times, and then the line is sound again.

The kinds: `cut` (reset before the command has gone on), `lost` (it has gone on, and the line is reset before the
answer), `half` (reset amid the answer), `mute` (half-open: the answer never comes), `deaf` (half-open: nothing of the
client reaches the server any more), `trickle` (a byte now and then), `slow` (late, but in time), `junk` (binary in
place of the answer), `tags` (the answer to another command), `short` and `long` (literals that announce a wrong size).

Failure policy: none of its own; a connection that breaks is closed on both sides.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

KINDS: Final = ("cut", "lost", "half", "mute", "deaf", "trickle", "slow", "junk", "tags", "short", "long")
IMAP_PHASES: Final = (
    "connect", "greeting", "capability", "login", "select", "list", "fetch", "store", "append", "folders",
    "search", "idle", "logout",
)  # fmt: skip
SMTP_PHASES: Final = ("connect", "greeting", "ehlo", "auth", "mail", "rcpt", "data", "body", "answer", "quit")
_IMAP: Final = {
    b"CAPABILITY": "capability", b"LOGIN": "login", b"AUTHENTICATE": "login", b"SELECT": "select",
    b"EXAMINE": "select", b"APPEND": "append", b"LIST": "folders", b"IDLE": "idle", b"LOGOUT": "logout",
    b"UID STORE": "store",
}  # fmt: skip
_SMTP: Final = {
    b"EHLO": "ehlo", b"AUTH": "auth", b"MAIL": "mail", b"RCPT": "rcpt", b"DATA": "data", b"QUIT": "quit",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What goes wrong where, and how often."""

    kind: str
    phase: str
    times: int = 1


class Proxy:
    """Stands in for the server at `port` of loopback. `attempts` are the instants of all connections (monotonic),
    `struck` how often the present fault has struck, `last_strike` when it did so last.
    """

    def __init__(self, protocol: str, upstream: int, *, host: str = "127.0.0.1") -> None:
        self.protocol = protocol
        self.attempts: list[float] = []
        self.struck = 0
        self.last_strike = 0.0
        self._upstream = (host, upstream)
        self._fault: Fault | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._open: list[_Connection] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(2)

    @property
    def fault(self) -> Fault | None:
        return self._fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        with self._lock:
            self._fault, self.struck = fault, 0

    def drop(self, phase: str) -> None:
        """Cuts the connections that are in that phase now."""
        for connection in list(self._open):
            if connection.phase == phase:
                connection.cut()

    @property
    def is_spent(self) -> bool:
        """Whether the fault has struck as often as it was to."""
        return self._fault is None or self.struck >= self._fault.times

    @property
    def is_closing(self) -> bool:
        return self._closing.is_set()

    def strike(self, phase: str) -> str:
        """The kind of fault that strikes now, or nothing."""
        with self._lock:
            fault = self._fault
            if fault is None or fault.phase != phase or self.struck >= fault.times:
                return ""
            self.struck += 1
            self.last_strike = time.monotonic()
            return fault.kind

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.attempts.append(time.monotonic())
            connection = _Connection(self, client, self._upstream)
            self._open = [c for c in self._open if not c.is_over] + [connection]
            threading.Thread(target=connection.run, daemon=True).start()


class _Reset(Exception):
    """The line is cut, now and on both sides."""


class _Connection:
    """One line through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, upstream: tuple[str, int]) -> None:
        self._proxy = proxy
        self._client = client
        self._upstream = upstream
        self._server: socket.socket | None = None
        self._kind = ""
        self._is_deaf = False
        self._literal = 0
        self._in_data = False
        self._pending = b""
        self._tail = b""
        self.phase = "connect"
        self.is_over = False

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        try:
            self._begin("connect")
            if self._kind in ("mute", "deaf", "trickle"):
                self._wait_for_the_client()
                return
            self._kind = "" if self._kind == "slow" else self._kind
            self._server = socket.create_connection(self._upstream, timeout=10)
            self._server.settimeout(None)
            self._begin("greeting")
            self._relay()
        except _Reset:
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        finally:
            self.is_over = True
            self._client.close()
            if self._server is not None:
                self._server.close()

    def _begin(self, phase: str) -> None:
        """A phase begins: whatever the last one's fault was, it is this one's now."""
        self.phase = phase
        kind = self._proxy.strike(phase)
        if kind == "cut" or (kind and phase == "connect" and kind in ("lost", "half", "junk", "tags", "short", "long")):
            raise _Reset
        self._kind = kind
        if kind == "deaf":
            self._is_deaf = True
        if kind == "slow":
            time.sleep(0.3)
            self._kind = ""

    def _wait_for_the_client(self) -> None:
        while not self._proxy.is_closing:
            if select.select([self._client], [], [], 0.2)[0] and not self._client.recv(65536):
                return

    def _relay(self) -> None:
        assert self._server is not None
        while not self._proxy.is_closing:
            for ready in select.select([self._client, self._server], [], [], 0.2)[0]:
                data = ready.recv(65536)
                if not data:
                    return
                if ready is self._client:
                    self._from_client(data)
                else:
                    self._to_client(data)

    # From the client: commands line by line, literals and bodies as they come.

    def _from_client(self, data: bytes) -> None:
        self._pending += data
        while self._pending:
            if self._literal:
                piece, self._pending = self._pending[: self._literal], self._pending[self._literal :]
                self._literal -= len(piece)
                self._on(piece)
            elif self._in_data:
                piece, self._pending = self._pending, b""
                self._body(piece)
            else:
                line, end, rest = self._pending.partition(b"\n")
                if not end:
                    return
                self._pending = rest
                self._command(line + end)

    def _command(self, line: bytes) -> None:
        if self._proxy.protocol == "imap":
            phase = _imap_phase(line)
            if found := re.search(rb"\{(\d+)\+?\}\r?\n$", line):
                self._literal = int(found[1])
        else:
            phase = _SMTP.get(line[:4].upper(), "")
        if phase:
            self._begin(phase)
        if phase == "auth" and not self._is_deaf:
            self._to_client(b"235 2.7.0 let in\r\n")  # the server behind us wants no log-in without TLS
            return
        self._on(line)
        if phase == "data":
            self._in_data, self._tail = True, b""
            self._is_first = True

    def _body(self, piece: bytes) -> None:
        if self._is_first:
            self._is_first = False
            self._begin("body")
        ends = (self._tail + piece).endswith(b"\r\n.\r\n")
        self._tail = (self._tail + piece)[-4:]
        if ends:
            self._in_data = False
            self._begin("answer")
        self._on(piece)

    def _on(self, piece: bytes) -> None:
        if not self._is_deaf and self._server is not None:
            self._server.sendall(piece)

    # From the server: answers, broken as the phase wants it.

    def _to_client(self, data: bytes) -> None:
        kind, self._kind = self._kind, ""
        if kind == "lost":
            raise _Reset
        if kind == "half":
            self._client.sendall(data[: max(1, len(data) // 2)])
            raise _Reset
        if kind == "mute":
            self._kind = "mute"
            return
        if kind == "trickle":
            self._kind = "trickle"
            self._trickle(data)
            return
        if kind == "junk":
            data = os.urandom(max(16, min(len(data), 400))).replace(b"\n", b" ") + b"\r\n"
        elif kind == "tags":
            data = re.sub(rb"(?m)^[A-Za-z0-9]+ (OK|NO|BAD)", rb"ZZZZ99 \1", data)
            data = re.sub(rb"(?m)^(\d)\d\d([ -])", rb"9\g<1>x\2", data) if self._proxy.protocol == "smtp" else data
        elif kind in ("short", "long"):
            change = -7 if kind == "short" else 1_000
            data = re.sub(rb"\{(\d+)\}", lambda m: b"{%d}" % max(0, int(m[1]) + change), data)
        if self._proxy.protocol == "smtp" and b"AUTH" not in data:
            data = data.replace(b"250-PIPELINING", b"250-AUTH PLAIN\r\n250-PIPELINING")
        self._client.sendall(data)

    def _trickle(self, data: bytes) -> None:
        for byte in data:
            if self._proxy.is_closing:
                return
            self._client.sendall(bytes([byte]))
            if select.select([self._client], [], [], 0.15)[0] and not self._client.recv(65536, socket.MSG_PEEK):
                return


def _imap_phase(line: bytes) -> str:
    if line.strip().upper() == b"DONE":
        return "done"
    words = line.upper().split(b" ", 3)
    if len(words) < 2:
        return ""
    name = words[1].strip()
    if name == b"UID":
        what = words[2] if len(words) > 2 else b""
        if what == b"FETCH":
            return "fetch" if b"BODY" in line.upper() else "list"
        if what == b"SEARCH":
            return "search"
        name += b" " + what
    return _IMAP.get(name, "")
