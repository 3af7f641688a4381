"""The short form of the network's torture: a few telling faults on one daemon, judged like the long ones."""

from collections.abc import Callable

import pytest
from fault_office import FaultOffice
from forked_daemon import ForkServer
from kill_torture import Figures
from line_faults import ends_in_time, judged, lines, strike
from proxy import Fault
from scene_office import wait_until

Make = Callable[..., FaultOffice]

TELLING = (
    ("imap", Fault("short", "fetch")),
    ("smtp", Fault("mute", "ehlo")),
    ("smtp", Fault("lost", "answer")),
)


@pytest.mark.timeout(240)  # a second of waiting for every silent peer, and real servers on a busy machine
def test_lines_that_break(make_office: Make, fork_server: ForkServer) -> None:
    office, figures = make_office(), Figures("lines")
    with lines(office, retry="2") as both:
        child = fork_server.start(["run"], office.env, office.folder / "daemon.log")
        wait_until(lambda: office.is_quiet() or child.wait(0) is not None, 60, pause=0.1)
        for number, (protocol, fault) in enumerate(TELLING):
            strike(office, child, both, figures, protocol, fault, number)
        ends_in_time(office, child, both, figures, "imap", Fault("trickle", "fetch", times=9))
        child = fork_server.start(["run"], office.env, office.folder / "daemon.log")
        ends_in_time(office, child, both, figures, "smtp", Fault("mute", "mail", times=9))
        child = fork_server.start(["run"], office.env, office.folder / "daemon.log")
        wait_until(office.is_quiet, 90, pause=0.1)
        child.end()
        judged(office, figures, allowed=["lost answer"])
    assert figures.complaints == []
    assert figures.tried == len(TELLING) + 2
