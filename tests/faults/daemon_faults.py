"""Faults of the house and of the line while a daemon runs, each as one function: it breaks something, mails come
meanwhile, it is mended, and the judge looks. `test_faults_daemon` plays each once and short, `torture` all of them.

Each function takes an office, the fork server and the figures of its row; what does not hold is a complaint there.
"""

import imaplib
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fault_office import FaultOffice
from forked_daemon import Child, ForkServer
from kill_torture import LOCKED, RECOVERY_SECONDS, TERM_SECONDS, Figures, recover_and_judge
from scene_office import wait_until
from small_disk import empty, fill, read_only

NOBODY = 65534


def started(office: FaultOffice, server: ForkServer) -> Child:
    """A daemon at work."""
    child = server.start(["run"], office.env, office.folder / "daemon.log")
    wait_until(lambda: "daemon_started" in child.said or child.wait(0) is not None, 30, pause=0.05)
    return child


def finish(office: FaultOffice, server: ForkServer, child: Child, figures: Figures) -> None:
    """The fault is over and `child` still runs: everything comes right with it, without another start."""
    began = time.monotonic()
    try:
        office.wait_quiet(RECOVERY_SECONDS)
    except AssertionError:
        figures.complain(f"not at rest {RECOVERY_SECONDS:g} s after the fault: {child.said[-900:]}")
    figures.slowest = max(figures.slowest, time.monotonic() - began)
    took = child.end(TERM_SECONDS)
    if child.status != 0:
        figures.complain(f"SIGTERM: ended with {child.status} after {took:.1f} s: {child.said[-600:]}")
    if "Traceback" in child.said:
        figures.complain(f"a traceback: {child.said[-900:]}")
    figures.add(office.judge())


def full_disk(office: FaultOffice, server: ForkServer, figures: Figures, *, left: int, mails: range) -> None:
    """The disk has `left` bytes when the mails come, and room again when the daemon has tried. `office.data` lies on a
    small disk. Where those bytes end decides which step fails: the vault, the commit, the log's growth, a copy.
    """
    figures.tried += 1
    child = started(office, server)
    wait_until(lambda: (office.data / "board" / "index.html").exists() or child.wait(0) is not None, 30, pause=0.05)
    fill(office.data, left)
    for number in mails:
        office.post(number)
    office.servers.settle()
    begun = len(child.said)
    until = time.monotonic() + 12
    while time.monotonic() < until and "turn_failed" not in child.said[begun:] and not office.is_quiet():
        time.sleep(0.1)
    if child.wait(0) is not None:
        figures.complain(f"the daemon ended with {child.status} on a full disk: {child.said[-600:]}")
        empty(office.data)
        recover_and_judge(office, server, figures)
        return
    empty(office.data)
    finish(office, server, child, figures)
    if "turn_failed" in child.said and not any("disk_full" in o["key"] for o in office.outbox("alert")):
        figures.complain(f"{left} bytes left: the coordinator was not told of the full disk")


def full_at_start(office: FaultOffice, server: ForkServer, figures: Figures, *, left: int) -> None:
    """No room when the daemon starts: it says so and ends with 1, or waits; then all comes right."""
    figures.tried += 1
    fill(office.data, left)
    office.post(0)
    office.servers.settle()
    child = server.start(["run"], office.env, office.folder / "daemon.log")
    status = child.wait(6)
    if status is not None and (status != 1 or "Traceback" in child.said):
        figures.complain(f"full at the start: ended with {status}: {child.said[-600:]}")
    child.kill()
    empty(office.data)
    recover_and_judge(office, server, figures)


def not_to_be_written(
    office: FaultOffice, server: ForkServer, figures: Figures, *, what: str, uid: int | None = None
) -> None:
    """`what` is the data folder itself (""), or a file in it; with `uid` it belongs to somebody else than that user."""
    figures.tried += 1
    child = started(office, server)
    child.end(TERM_SECONDS)
    office.post(4)
    office.servers.settle()
    if uid is None:
        with read_only(office.data / what):
            _refused(office, server, figures, what or "the data folder")
    else:
        _refused(office, server, figures, "another's data folder", uid)
    recover_and_judge(office, server, figures)


def _refused(office: FaultOffice, server: ForkServer, figures: Figures, what: str, uid: int | None = None) -> None:
    """A clear sentence, and 1 or 2, at once."""
    child = server.start(["run"], office.env, office.folder / "refused.log", uid=uid)
    status = child.wait(20)
    if status not in (1, 2) or "Traceback" in child.said or str(office.data) not in child.said:
        figures.complain(f"{what}: ended with {status}: {child.said[-600:]}")
    child.kill()


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """Another program writes to that database for as long as the block lasts."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def locked_database(office: FaultOffice, server: ForkServer, figures: Figures, *, seconds: float, number: int) -> None:
    """Another program holds the write lock so long, beginning while the daemon is idle; a mail comes meanwhile."""
    figures.tried += 1
    child = started(office, server)
    wait_until(lambda: office.is_quiet() or child.wait(0) is not None, 60, pause=0.1)
    with write_lock(office.data / "thuky.db"):
        office.post(number)
        office.servers.settle()
        time.sleep(seconds)
        if seconds > 12 and "turn_failed" not in child.said:
            figures.complain(f"locked for {seconds:g} s, and it did not say so: {child.said[-300:]}")
    if child.wait(0) is not None:
        figures.complain(f"a locked database ended it with {child.status}: {child.said[-600:]}")
        recover_and_judge(office, server, figures)
        return
    finish(office, server, child, figures)


def race(office: FaultOffice, server: ForkServer, figures: Figures, *, times: int, other: dict[str, str]) -> None:
    """Two daemons started at the same moment: one works, the other is gone with 75 and names the holder. `other` are
    the variables in which the second one's environment differs.
    """
    for _ in range(times):
        figures.tried += 1
        logs = [office.folder / name for name in ("first.log", "second.log")]
        pair = [server.start(["run"], office.env | extra, log) for extra, log in zip(({}, other), logs, strict=True)]
        until = time.monotonic() + 20
        while time.monotonic() < until and all(child.wait(0) is None for child in pair):
            time.sleep(0.02)
        gone = [child for child in pair if child.wait(0) is not None]
        alive = [child for child in pair if child.status is None]
        if len(gone) != 1 or gone[0].status != LOCKED or str(alive[0].pid) not in gone[0].said:
            figures.complain(f"a race ended {[(c.pid, c.status, c.said[-300:]) for c in pair]}")
        for child in alive:
            wait_until(lambda child=child: "daemon_started" in child.said or child.wait(0) is not None, 30, pause=0.05)  # type: ignore[misc]
            child.end(TERM_SECONDS)
            if child.status != 0:
                figures.complain(f"the one that worked ended with {child.status}: {child.said[-300:]}")
    office.post(0)
    recover_and_judge(office, server, figures)


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as listener:
        yield int(listener.getsockname()[1])


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as holder:
        return int(holder.getsockname()[1])


def servers_away(
    office: FaultOffice, server: ForkServer, figures: Figures, *, away: dict[str, str], number: int, word: str
) -> None:
    """With the environment `away` a server is not there, silent, or refuses us, from the start; mails come. Mended by a
    new start with the right settings, as a coordinator would. `word` is the event that says it.
    """
    figures.tried += 1
    child = server.start(["run"], office.env | away, office.folder / "daemon.log")
    office.post(number)
    try:
        wait_until(lambda: word in child.said, 60, pause=0.05)
    except AssertionError:
        figures.complain(f"{away}: {word} was not said: {child.said[-500:]}")
    if child.wait(0) is not None:
        figures.complain(f"{away}: ended with {child.status}: {child.said[-500:]}")
    took = child.end(TERM_SECONDS)
    if child.status != 0:
        figures.complain(f"{away}: SIGTERM ended it with {child.status} after {took:.1f} s: {child.said[-500:]}")
    recover_and_judge(office, server, figures)


def changed_password(office: FaultOffice, server: ForkServer, figures: Figures, *, number: int) -> None:
    """The mailbox's password is changed while the daemon runs, and changed back: it goes on by itself."""
    figures.tried += 1
    child = started(office, server)
    old = office.servers.accounts[office.box]
    office.servers.accounts[office.box] = "khac"
    office.servers.write_users()
    try:
        office.post(number)
        wait_until(lambda: "mailbox_unreachable" in child.said, 60, pause=0.1)
    except AssertionError:
        figures.complain(f"a changed password was not noticed: {child.said[-500:]}")
    finally:
        office.servers.accounts[office.box] = old
        office.servers.write_users()
    wait_until(lambda: _may_enter(office), 20, pause=0.3)  # Dovecot looks at the file again in the next second
    finish(office, server, child, figures)


def _may_enter(office: FaultOffice) -> bool:
    try:
        with office.servers.imap(office.box):
            return True
    except imaplib.IMAP4.error:
        return False
