"""The short form of `make torture`: kills, a full disk, a race, judged like the long ones.

What a start costs keeps the other faults (read-only, held, servers away) to `make torture`.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon_faults import full_disk, race
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
    kill_session(make_office(), fork_server, random.Random(20230310), figures, kills=8, mails=8)
    fine(figures)
    assert figures.tried == 8
    assert len(figures.phases) > 2, figures.phases


@pytest.mark.mounts
def test_a_full_disk(make_office: Make, fork_server: ForkServer, tmp_path: Path) -> None:
    figures = Figures("full disk")
    with small_disk(tmp_path / "data", 16):
        full_disk(make_office(), fork_server, figures, left=8_192, mails=range(1))
    fine(figures)


def test_two_at_once(make_office: Make, fork_server: ForkServer) -> None:
    figures = Figures("race")
    race(make_office(), fork_server, figures, times=1, other={})
    fine(figures)
