"""The daemon: waits for mail, takes a turn, ticks; ends cleanly on SIGTERM and SIGINT; one instance a data folder.

`schedule` is only the ticker: what is due comes from the database, so a missed tick costs nothing. It counts by the
wall clock; where that is put back (by hand, or as summer time ends in the machine's zone), the wait ends all the same.
While a server is away the waits grow; a wake-up by IDLE or the poll beneath it brings the next turn.
"""

import fcntl
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import schedule

from bot.decide.retrying import reconnect_delay
from bot.flows.cycle import Turn, turn
from bot.flows.dispatch import recover
from bot.flows.holding import let_go
from bot.flows.services import Journal, Services
from bot.mail.lease import MailboxHeldError
from bot.mail.reaching import keep_pace
from bot.mail.watch import Watcher
from bot.screens import say
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.store.restoring import LOCK, finish
from bot.watchdog import Cut, Watchdog
from bot.wiring import DataFolderError, close_data_folder, make_data_folder, make_lease

MAX_TURNS = 1000
MOST_CONNECTIONS = 4
"""Within any one second, to both servers together."""
HOLDER_SECONDS = 1.0


class AlreadyRunning(Exception):
    """Another instance holds the data folder. The message names its process id."""


def _holder(handle: int) -> str:
    """The process id of whoever holds the lock. Between its taking the lock and its writing there stands nothing, or
    the number of one that is gone: then this looks again for a moment.
    """
    until = time.monotonic() + HOLDER_SECONDS
    while True:
        said = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
        if time.monotonic() >= until or (said.isdecimal() and Path(f"/proc/{said}").exists()):
            return said
        time.sleep(0.01)


@contextmanager
def one_instance(data_dir: Path) -> Iterator[None]:
    """Holds the lock of `data_dir` while the block runs. Raises AlreadyRunning and DataFolderError."""
    make_data_folder(data_dir)
    try:
        handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DataFolderError(data_dir, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_holder(handle)) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        try:
            finish(data_dir)  # a restore that was broken off
        except OSError as error:
            raise DataFolderError(data_dir, error) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def one_mailbox(services: Services, settings: Settings) -> Iterator[Services]:
    """The services for the time of the block with a lease on the mailbox, which is taken with the first connection and
    given back at the end. Inside, MailboxHeldError where the mailbox is somebody else's. Raises DataFolderError.
    """
    if close_data_folder(settings.data_dir):
        services.journal.warning("data_folder_closed", mode="0700")
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


def _without_contents(error: Exception) -> str:
    """What a journal may say of an error: a library's words may quote what a sender wrote, so only its kind and place;
    all of it where the words are the system's or ours.
    """
    if isinstance(error, (OSError, StoreError)):
        return f"{type(error).__name__}: {error}"
    *_, frame = traceback.extract_tb(error.__traceback__) or [None]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}" if frame else type(error).__name__


class _Moving:
    """A journal whose every event is a sign of life."""

    def __init__(self, journal: Journal, beat: Callable[[], None]) -> None:
        self._journal = journal
        self._beat = beat

    def info(self, event: str, **ids: object) -> None:
        self._beat()
        self._journal.info(event, **ids)

    def warning(self, event: str, **ids: object) -> None:
        self._beat()
        self._journal.warning(event, **ids)


class Daemon:
    """`run` until a signal comes. Not for use from two threads."""

    def __init__(self, services: Services, poll_seconds: float, watchdog: Watchdog) -> None:
        self._services = replace(
            services, journal=_Moving(services.journal, watchdog.beat), may_be_cut=watchdog.may_be_cut
        )
        self._poll_seconds = poll_seconds
        self._watchdog = watchdog
        self._stop = threading.Event()
        self._failures = 0
        self._log_in_refused = False
        self._failing_since: datetime | None = None
        self._scheduler = schedule.Scheduler()
        self._latest = 0.0

    def stop(self, *_signal: object) -> None:
        """Ends `run` after the mail in hand, or amid it when it takes too long; a signal handler."""
        self._stop.set()
        self._watchdog.end_soon(lambda: self._services.journal.warning("daemon_cut_short"))

    def run(self) -> None:
        """Turns at once, then at every wake-up and every poll, until `stop`. Raises MailboxHeldError."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        self._services.journal.info("daemon_started", pid=os.getpid())
        keep_pace(MOST_CONNECTIONS)
        watcher = Watcher(self._services.imap, self._services.inbox_folder, self._pause)
        self._watchdog.start()
        try:
            recover(self._services)
            self._turn()
            while not self._stop.is_set():
                left = min(self._scheduler.idle_seconds or 0, self._latest - time.monotonic())
                woken = watcher.wait(max(0.2, left), self._is_stopping)
                # News are no reason to try a password again that has just been refused.
                if (woken and not self._log_in_refused) or time.monotonic() >= self._latest:
                    self._turn()
                else:
                    self._scheduler.run_pending()
        except Cut:
            self._services.journal.info("mail_put_off")
        finally:
            watcher.close()
            let_go(self._services)
            self._services.journal.info("daemon_stopped")
            self._watchdog.close()

    def _is_stopping(self) -> bool:
        """Asked in every wait and between two mails, which is what moving means."""
        self._watchdog.beat()
        return self._stop.is_set()

    def _turn(self) -> None:
        """Turns until all is quiet, then sets the next poll. A job that raised would starve the ticker; so only what
        ends the daemon is raised, MailboxHeldError.
        """
        self._say("working")
        total = Turn()
        try:
            while True:
                step = turn(self._services, self._is_stopping)
                total = replace(
                    step,
                    fetched=total.fetched + step.fetched,
                    finished=total.finished + step.finished,
                    sent=total.sent + step.sent,
                )
                if step.is_quiet or step.trouble or self._stop.is_set():
                    break
            trouble = step.trouble
        except MailboxHeldError:
            raise
        except Exception as error:
            trouble = _without_contents(error)
            self._services.journal.warning("turn_failed", error=trouble)
        self._failures = self._failures + 1 if trouble else 0
        self._log_in_refused = bool(trouble) and total.log_in
        self._failing_since = (self._failing_since or self._services.now()) if trouble else None
        if trouble:
            self._say("trouble", self._failing_since, error=trouble)
        else:
            self._say("waiting", fetched=total.fetched, finished=total.finished, sent=total.sent)
        self._scheduler.clear()
        seconds = max(1, round(self._delay()))
        self._scheduler.every(seconds).seconds.do(self._turn)
        self._latest = time.monotonic() + seconds

    def _say(self, key: str, at: datetime | None = None, **params: object) -> None:
        """A line for who looks at the daemon from outside."""
        office = self._services.office
        local = office.working_time.local(at or self._services.now())
        self._watchdog.say(say(office.language, f"daemon.{key}", at=f"{local:%H:%M %d/%m}", **params))

    def _pause(self, failures: int, log_in: bool) -> float:
        """Seconds before the mailbox is tried again; asked by the watcher's thread too."""
        services = self._services
        return reconnect_delay(
            failures, services.retry_first, services.retry_longest, share=services.share(), log_in=log_in
        ).total_seconds()

    def _delay(self) -> float:
        """Seconds until the next turn: the poll, a retry that is due earlier, or a growing wait while a server is
        away.
        """
        services = self._services
        if self._failures:
            return self._pause(self._failures, self._log_in_refused)
        due = services.store.next_due_at()
        return min(self._poll_seconds, (due - services.now()).total_seconds()) if due else self._poll_seconds
