"""The daemon as a process on the embedded server: it answers, takes orders beside it, ends cleanly; one at a time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from embedded_office import ROOT, Office, at, embedded_office

from bot.daemon import AlreadyRunning, one_instance
from bot.wiring import DataFolderError

PATIENCE = 40.0


def wait_for(what: Callable[[], bool]) -> None:
    """Asks again and again until it holds; fails after PATIENCE."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "what was waited for did not come"
        time.sleep(0.1)


@contextmanager
def running(office: Office, end: signal.Signals = signal.SIGTERM) -> Iterator[subprocess.Popen[str]]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("THUKY_")} | office.environ
    daemon = subprocess.Popen(
        [sys.executable, "-m", "bot", "--config", str(office.config), "run"],
        cwd=ROOT,
        env=environ | {"THUKY_POLL_SECONDS": "1", "THUKY_RETRY_SECONDS": "1", "THUKY_RETRY_MAX_SECONDS": "2"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield daemon
        daemon.send_signal(end)
        _, err = daemon.communicate(timeout=PATIENCE)
    except BaseException:
        daemon.kill()
        daemon.communicate()
        raise
    assert daemon.returncode == 0, err
    assert "daemon_stopped" in err
    assert "Traceback" not in err


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 3)) as opened:
        yield opened


def keys(office: Office, who: str, kind: str) -> list[str]:
    return [m["X-Thuky-Key"] for m in office.got(who) if m["X-Thuky-Key"].startswith(kind)]


def test_orders_given_beside_it_are_carried_out_within_the_poll(office: Office) -> None:
    """Mail, decisions and looks while it runs: the database arbitrates, and nobody is sent away."""
    with running(office) as daemon:
        office.mail("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
        wait_for(lambda: len(keys(office, "stp", "receipt:")) == 1)
        for agency in ("pg", "bb", "dt"):
            said = office.thuky("extend", agency, "--until", "2999-01-04", "--why", "mất điện", "--json")
            assert said.code == 0, said.err
            assert office.thuky("status", "--json").code == 0
        for agency in ("pg", "bb", "dt"):
            wait_for(lambda agency=agency: len(keys(office, agency, "decision:extend:")) == 1)  # type: ignore[misc]
        for command in ("once", "run"):
            locked = office.thuky(command)
            assert (locked.code, locked.out) == (75, "")
            assert str(daemon.pid) in locked.err
    assert len(keys(office, "stp", "receipt:")) == 1


def test_it_ends_cleanly_on_interrupt_too_and_goes_on_where_it_was(office: Office) -> None:
    with running(office, signal.SIGINT):
        office.mail("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
        wait_for(lambda: len(keys(office, "stp", "receipt:")) == 1)
    with running(office):
        office.mail("stc", [("Báo cáo.docx", office.cast("stc").narrative())])
        wait_for(lambda: len(keys(office, "stc", "receipt:")) == 1)
    assert len(keys(office, "stp", "receipt:")) == 1, "what was done is not done again"


def test_one_instance_a_folder(tmp_path: Path) -> None:
    with one_instance(tmp_path / "a"):
        with pytest.raises(AlreadyRunning, match=str(os.getpid())), one_instance(tmp_path / "a"):
            pass
        with one_instance(tmp_path / "b"):
            pass
    with one_instance(tmp_path / "a"):
        pass


def test_a_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(DataFolderError) as refused, one_instance(tmp_path / "x"):
        pass
    assert refused.value.path == tmp_path / "x"
