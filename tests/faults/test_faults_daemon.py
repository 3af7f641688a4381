"""The short form of `make torture`: each fault of a running daemon once, judged like the long ones."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon_faults import closed_port, full_disk, locked_database, not_to_be_written, race, servers_away
from fault_office import FaultOffice
from forked_daemon import ForkServer
from kill_torture import Figures, kill_session
from small_disk import small_disk

Make = Callable[..., FaultOffice]


def fine(figures: Figures) -> None:
    assert figures.complaints == []
    assert figures.tried > 0
    assert figures.mails > 0


def test_killed_at_random_instants(make_office: Make, fork_server: ForkServer) -> None:
    figures = Figures("kill -9")
    kill_session(make_office(), fork_server, random.Random(20230310), figures, kills=12, mails=12)
    fine(figures)
    assert figures.tried == 12
    assert len(figures.phases) > 2, figures.phases


@pytest.mark.mounts
def test_a_full_disk(make_office: Make, fork_server: ForkServer, tmp_path: Path) -> None:
    figures = Figures("full disk")
    with small_disk(tmp_path / "data", 16):
        full_disk(make_office(), fork_server, figures, left=8_192, mails=range(1))
    fine(figures)


@pytest.mark.mounts
def test_a_database_that_nobody_may_write(make_office: Make, fork_server: ForkServer) -> None:
    figures = Figures("read-only")
    not_to_be_written(make_office(), fork_server, figures, what="")
    fine(figures)


def test_a_database_that_another_program_holds(make_office: Make, fork_server: ForkServer) -> None:
    figures = Figures("locked")
    locked_database(make_office(), fork_server, figures, seconds=1.5, number=0)
    fine(figures)


def test_two_at_once(make_office: Make, fork_server: ForkServer) -> None:
    figures = Figures("race")
    race(make_office(), fork_server, figures, times=2, other={})
    fine(figures)


def test_both_servers_away_at_the_start(make_office: Make, fork_server: ForkServer) -> None:
    figures, port = Figures("away"), str(closed_port())
    away = {"THUKY_IMAP__PORT": port, "THUKY_SMTP__PORT": port}
    servers_away(make_office(), fork_server, figures, away=away, number=0, word="mailbox_unreachable")
    fine(figures)
