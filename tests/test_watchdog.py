"""Who watches the daemon, told over a real socket as systemd has it; a daemon that is stuck; the end after SIGTERM."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from embedded_office import BOX, PASSWORD, ROOT, Office, at, embedded_office

from bot import watchdog
from bot.daemon import Daemon, one_mailbox
from bot.documents.converter import Converter
from bot.documents.sandbox import Sandbox
from bot.mail.lease import MailboxLease
from bot.watchdog import Cut, Systemd, Watchdog, end_children

PATIENCE = 20.0


def systemd(address: str) -> socket.socket:
    """The end of NOTIFY_SOCKET that systemd holds; "@…" is an abstract one."""
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.bind("\0" + address[1:] if address.startswith("@") else address)
    end.settimeout(PATIENCE)
    return end


_HEARD: list[str] = []


def until(end: socket.socket, wanted: str) -> list[str]:
    """Every line that comes, up to the first that begins so."""
    _HEARD.clear()
    while not any(line.startswith(wanted) for line in _HEARD):
        _HEARD.extend(end.recv(4096).decode().split("\n"))
    return _HEARD


@contextmanager
def signals_as_before() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def terminate_once(condition: Callable[[], object]) -> None:
    """SIGTERM to this very process, where the daemon runs in the main thread, as soon as that holds."""

    def wait() -> None:
        end = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


class Notes:
    """A journal that keeps its events."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def info(self, event: str, **ids: object) -> None:
        self.events.append(event)

    warning = info


def run(office: Office, notes: Notes, environ: Mapping[str, str] = MappingProxyType({})) -> None:
    """The daemon in this thread until its end."""
    services = replace(office.services, journal=notes)
    with signals_as_before(), one_mailbox(services, office.settings) as held:
        Daemon(held, 60, Watchdog(Systemd(environ), 900, sys.__stderr__)).run()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 3)) as opened:
        yield opened


def test_systemd_hears_of_its_whole_life(office: Office, tmp_path: Path) -> None:
    name = f"@thuky-test-{os.getpid()}"
    lines: list[str] = []
    with closing(systemd(name)) as end:
        heard = threading.Thread(target=lambda: lines.extend(until(end, "STOPPING=1")), daemon=True)
        heard.start()
        # Two signs of life behind the turn: while it only waits.
        terminate_once(lambda: "STATUS=đã" in (said := "".join(_HEARD)) and said.endswith("WATCHDOG=1" * 2))
        run(office, Notes(), {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "300000"})
        heard.join(PATIENCE)
    assert lines[0] == "WATCHDOG=1"
    order = [line.partition(" ")[0] for line in lines if not line.startswith("WATCHDOG")]
    assert (order[:3], order[-1]) == (["READY=1", "STATUS=đang", "STATUS=đã"], "STOPPING=1")
    assert all(PASSWORD not in line for line in lines)


STUCK = {
    "waits": "import threading; threading.Event().wait()",
    "holds the interpreter": "import re; re.match('(a+)+$', 'a' * 64 + 'b')",
}


@pytest.mark.parametrize("how", STUCK)
def test_a_stuck_one_says_where_and_ends_for_its_supervisor(how: str) -> None:
    words = f"from bot.watchdog import *\nimport os; Watchdog(Systemd(os.environ), 0.5).start()\n{STUCK[how]}"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert "Timeout (0:00:00.500000)!" in done.stderr
    assert 'File "<string>", line 3 in <module>' in done.stderr


def test_the_daemons_waits_and_events_are_signs_of_life(office: Office) -> None:
    beats: list[float] = []
    dog = Watchdog(Systemd({}), 900, sys.__stderr__)
    dog.beat = lambda: beats.append(time.monotonic())  # type: ignore[method-assign]
    daemon = Daemon(replace(office.services, journal=Notes()), 60, dog)
    office.mail("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    terminate_once(lambda: len(beats) > 20)
    with signals_as_before():
        daemon.run()
    assert len(beats) > 20
    assert max(after - before for before, after in itertools.pairwise(beats)) < 10


def children() -> set[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return {int(pid) for listed in lists for pid in listed.read_text().split()}


def test_sigterm_amid_a_long_child_run_leaves_mail_and_machine_as_they_were(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A LibreOffice that does not come to its end: the mail is put off, not judged; nothing of us stays behind."""
    monkeypatch.setattr(watchdog, "CUT_SECONDS", 0.2)
    soffice, began = tmp_path / "soffice", tmp_path / "began"
    soffice.write_text(f"#!/bin/sh\n: > {began}\nexec sleep 50\n")
    soffice.chmod(0o755)
    converter = Converter(soffice, _isolation=(), _beside=(str(tmp_path),))
    monkeypatch.setattr(office, "services", replace(office.services, sandbox=Sandbox(converter=converter)))
    office.mail("stp", [("Báo cáo.rtf", rb"{\rtf1 Bao cao}")])
    before, notes = children(), Notes()
    terminate_once(began.exists)
    run(office, notes)
    assert began.exists()
    assert "mail_put_off" in notes.events
    assert notes.events[-2:] == ["mailbox_released", "daemon_stopped"]
    assert children() <= before
    (record,) = office.services.store.mails()
    assert (record.outcome.value, record.attempts) == ("received", 0)
    assert office.server.messages(BOX, "thuky") == [], "the lease is given back"


def hang(*_: object) -> None:
    threading.Event().wait(PATIENCE)


def test_sigterm_during_a_renewal_that_hangs(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "CUT_SECONDS", 0.2)
    monkeypatch.setattr(MailboxLease, "hold", hang)
    notes = Notes()
    terminate_once(lambda: "daemon_started" in notes.events)
    began = time.monotonic()
    run(office, notes)
    assert time.monotonic() - began < PATIENCE / 2
    assert notes.events[-2:] == ["mail_put_off", "daemon_stopped"]


def test_sigterm_where_nothing_may_be_cut_ends_it_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    codes: list[int] = []
    monkeypatch.setattr(watchdog, "LAST_SECONDS", 0.2)
    monkeypatch.setattr(os, "_exit", lambda code: (codes.append(code), ended.set()))
    monkeypatch.setattr(MailboxLease, "release", lambda *_: ended.wait(PATIENCE))
    notes = Notes()
    terminate_once(lambda: "mailbox_taken" in notes.events)
    run(office, notes)
    assert codes == [0]
    assert "daemon_cut_short" in notes.events


def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    for environ in ({}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}, {"WATCHDOG_USEC": "1000000"}):
        silent = Systemd(environ)
        silent.tell("READY=1")
        assert silent.half_seconds is None


@pytest.mark.parametrize(
    ("usec", "pid", "half"),
    [
        ("3000000", "", 1.5),
        ("3000000", "own", 1.5),
        ("3000000", "1", None),
        ("x", "", None),
        ("0", "", None),
    ],
)
def test_the_watch_is_ours_only_when_it_says_so(usec: str, pid: str, half: float | None) -> None:
    told = str(os.getpid()) if pid == "own" else pid
    environ = {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": usec, "WATCHDOG_PID": told}
    assert Systemd(environ).half_seconds == half
    Systemd(environ).tell("STATUS=nobody hears it")


def test_cut_is_raised_only_where_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    dog = Watchdog(Systemd({}), 900)
    dog._cut()
    with pytest.raises(Cut), dog.may_be_cut():
        dog._cut()
    with dog.may_be_cut():
        dog._cut()  # once
    dog.close()


def test_our_children_are_ended_and_nobody_else() -> None:
    children = [subprocess.Popen(["sleep", "50"], start_new_session=own) for own in (True, False)]
    end_children()
    assert [child.wait(PATIENCE) for child in children] == [-signal.SIGKILL, -signal.SIGKILL]
