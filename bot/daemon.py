"""The daemon: waits for mail, takes a turn, ticks; ends cleanly on SIGTERM and SIGINT; one instance a data folder.

`schedule` is only the ticker: what is due comes from the database, so a missed tick costs nothing. While a server is
away the waits grow; a wake-up by IDLE or the poll beneath it brings the next turn.
"""

import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import schedule

from bot.decide.retrying import retry_delay
from bot.flows.cycle import Turn, turn
from bot.flows.dispatch import recover
from bot.flows.holding import let_go
from bot.flows.services import Services
from bot.mail.lease import MailboxHeldError
from bot.mail.watch import Watcher
from bot.settings import Settings
from bot.wiring import DataFolderError, make_data_folder, make_lease

MAX_TURNS = 1000


class AlreadyRunning(Exception):
    """Another instance holds the data folder. The message names its process id."""


@contextmanager
def one_instance(data_dir: Path) -> Iterator[None]:
    """Holds the lock of `data_dir` while the block runs. Raises AlreadyRunning and DataFolderError."""
    make_data_folder(data_dir)
    try:
        handle = os.open(data_dir / "thuky.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DataFolderError(data_dir, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            raise AlreadyRunning(holder) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def one_mailbox(services: Services, settings: Settings) -> Iterator[Services]:
    """The services for the time of the block with a lease on the mailbox, which is taken with the first connection and
    given back at the end. Inside, MailboxHeldError where the mailbox is somebody else's. Raises DataFolderError.
    """
    services = replace(services, lease=make_lease(settings))
    try:
        yield services
    finally:
        let_go(services)


def once(services: Services) -> Turn:
    """Turns until mailbox and outbox are quiet; returns the sum, with the last turn's troubles and the last refusal."""
    recover(services)
    total = Turn()
    for _ in range(MAX_TURNS):
        step = turn(services)
        total = Turn(
            total.fetched + step.fetched,
            total.finished + step.finished,
            total.queued + step.queued,
            total.sent + step.sent,
            step.trouble,
            step.refusal or total.refusal,
            step.unread,
        )
        if step.is_quiet or step.trouble:
            break
    return total


class Daemon:
    """`run` until a signal comes. Not for use from two threads."""

    def __init__(self, services: Services, poll_seconds: float) -> None:
        self._services = services
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._failures = 0
        self._scheduler = schedule.Scheduler()

    def stop(self, *_signal: object) -> None:
        """Ends `run` after the mail in hand; a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Turns at once, then at every wake-up and every poll, until `stop`. Raises MailboxHeldError."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        self._services.journal.info("daemon_started", pid=os.getpid())
        recover(self._services)
        watcher = Watcher(self._services.imap, self._services.inbox_folder)
        try:
            self._turn()
            while not self._stop.is_set():
                if watcher.wait(max(0.2, self._scheduler.idle_seconds or 0), self._stop):
                    self._turn()
                else:
                    self._scheduler.run_pending()
        finally:
            watcher.close()
            self._services.journal.info("daemon_stopped")

    def _turn(self) -> None:
        """Turns until all is quiet, then sets the next poll. A job that raised would starve the ticker; so only what
        ends the daemon is raised, MailboxHeldError.
        """
        try:
            step = turn(self._services, self._stop.is_set)
            while not (step.is_quiet or step.trouble or self._stop.is_set()):
                step = turn(self._services, self._stop.is_set)
            trouble = step.trouble
        except MailboxHeldError:
            raise
        except Exception as error:
            trouble = f"{type(error).__name__}: {error}"
            self._services.journal.warning("turn_failed", error=trouble)
        self._failures = self._failures + 1 if trouble else 0
        self._scheduler.clear()
        self._scheduler.every(max(1, round(self._delay()))).seconds.do(self._turn)

    def _delay(self) -> float:
        """Seconds until the next turn: the poll, a retry that is due earlier, or a growing wait while a server is
        away.
        """
        services = self._services
        if self._failures:
            return retry_delay(self._failures, services.retry_first, services.retry_longest).total_seconds()
        due = services.store.next_due_at()
        return min(self._poll_seconds, (due - services.now()).total_seconds()) if due else self._poll_seconds
