"""Whoever watches over the daemon learns that it moves, and a daemon that is stuck ends.

Flow: the loop calls `beat` wherever it goes on: in its waits, between two mails, at each event of the journal. A beat
tells systemd (`WATCHDOG=1`), and winds up faulthandler's timer anew. When no beat comes for `stuck_seconds`, that timer
writes where every thread stands to standard error and ends the process with 1, so that any supervisor starts it again;
it needs neither our threads nor the interpreter's lock, since those may be what is stuck.

`end_soon` is for the time after SIGTERM: work that may be cut is cut (`Cut` is raised in the main thread, once, inside
`may_be_cut`), and what still stands after `LAST_SECONDS` is ended with its children. Everything that this leaves behind
is what a crash would leave: see `docs/flow.md`.

Failure policy: never raises, but for `Cut`. Without NOTIFY_SOCKET nothing is told to anybody; a socket that does not
take a message loses it, the next one follows.
"""

import contextlib
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

TELL_SECONDS: Final = 5.0
"""At most so often systemd is told: a step of any length may follow right behind, so it is much less than its limit."""
CUT_SECONDS: Final = 5.0
"""A mail that is worked on has so long to come to its end after SIGTERM."""
LAST_SECONDS: Final = 11.0
_HARDER_SECONDS: Final = 2.0


class Cut(BaseException):
    """We are to end now, and what is under way may be left: no fault of it, so no Exception."""


class Systemd:
    """The notification socket of systemd (sd_notify), or of nobody. `half_seconds` is half of the time after which it
    takes us for dead, None where it does not watch.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        name = environ.get("NOTIFY_SOCKET", "")
        # "@" stands for the NUL of an abstract socket.
        self._address = "\0" + name[1:] if name.startswith("@") else name if name.startswith("/") else ""
        limit, watched = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
        is_for_us = bool(self._address) and limit.isascii() and limit.isdigit() and watched in ("", str(os.getpid()))
        self.half_seconds = int(limit) / 2e6 if is_for_us and int(limit) else None

    def tell(self, *lines: str) -> None:
        """One datagram with all lines, each KEY=VALUE."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.setblocking(False)
            to.sendto("\n".join(" ".join(line.split()) for line in lines).encode(), self._address)


class Watchdog:
    """For one daemon, from its main thread. `stderr` is where the tracebacks go."""

    def __init__(self, systemd: Systemd, stuck_seconds: float, stderr: IO[str] | None = None) -> None:
        self._systemd = systemd
        self._stuck_seconds = stuck_seconds
        self._stderr = stderr or sys.stderr
        half = systemd.half_seconds
        self._every = min(TELL_SECONDS, stuck_seconds / 4, half if half is not None else TELL_SECONDS)
        self._told_at = -1e9
        self._may_be_cut = False
        self._is_cut = False
        self._timers: list[threading.Timer] = []

    def start(self) -> None:
        """From here on a daemon without beats is stuck. READY is told here: settings, templates, lock and database are
        good. Whether the mail servers are there is another matter, of which a daemon sees more in its life than it
        could wait for.
        """
        with contextlib.suppress(ValueError, OSError, RuntimeError):  # standard error may be no file
            faulthandler.enable(self._stderr)
        self.beat()
        self._systemd.tell("READY=1")

    def beat(self) -> None:
        """We move."""
        now = time.monotonic()
        if now - self._told_at < self._every:
            return
        self._told_at = now
        with contextlib.suppress(ValueError, OSError, RuntimeError):
            faulthandler.dump_traceback_later(self._stuck_seconds, exit=True, file=self._stderr)
        if self._systemd.half_seconds is not None:
            self._systemd.tell("WATCHDOG=1")

    def say(self, status: str) -> None:
        """One line for `systemctl status`."""
        self._systemd.tell(f"STATUS={status}")

    def end_soon(self, last_words: Callable[[], None]) -> None:
        """We were asked to stop: a signal handler. `last_words` is called before the hard end, if it comes to that."""
        if self._timers:
            return
        self._systemd.tell("STOPPING=1")

        def end() -> None:
            with contextlib.suppress(Exception):
                last_words()
            end_children()
            os._exit(0)

        signal.signal(signal.SIGALRM, self._cut)
        signal.setitimer(signal.ITIMER_REAL, CUT_SECONDS, CUT_SECONDS / 10)
        timer = threading.Timer(LAST_SECONDS, end)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()
        # Should the interpreter's lock itself be stuck, no thread of ours runs any more.
        with contextlib.suppress(ValueError, OSError, RuntimeError):
            faulthandler.dump_traceback_later(LAST_SECONDS + _HARDER_SECONDS, exit=True, file=self._stderr)
        self._told_at = float("inf")

    def close(self) -> None:
        """All is over: no timer of ours is left."""
        for timer in self._timers:
            timer.cancel()
        if self._timers:
            signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()

    @contextlib.contextmanager
    def may_be_cut(self) -> Iterator[None]:
        """What runs in the block leaves nothing that the next start does not take up again; after SIGTERM, `Cut` may
        be raised in it.
        """
        self._may_be_cut = True
        try:
            yield
        finally:
            self._may_be_cut = False

    def _cut(self, *_signal: object) -> None:
        if self._may_be_cut and not self._is_cut:
            self._is_cut = True
            raise Cut


def end_children() -> None:
    """Kills what this process has started and not yet ended, each with its process group if it leads one."""
    for listed in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError, ValueError):
            for pid in map(int, listed.read_text("ascii").split()):
                with contextlib.suppress(OSError):
                    os.killpg(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
