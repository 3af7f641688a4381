"""Short forms of what takes its time: a week of work in one process, and the deadline's second under two zones."""

from pathlib import Path

from fault_office import FaultOffice
from forked_daemon import ForkServer
from kill_torture import Figures
from long_month import MEBI, Evening, growth, month
from mail_servers import MailServers
from moved_clock import SHORT, ZONES, moved_clock


def test_a_week_leaves_nothing_behind(tmp_path: Path) -> None:
    evenings, _ = month(tmp_path, 6)
    assert growth(evenings) == []
    assert evenings[-1].mails > 5 * 4


def test_growth_is_noticed() -> None:
    """The measure itself: what may and what may not grow, by table."""
    begun = Evening(5, 100 * MEBI, 10, 1, 25)
    for memory, descriptors, threads, said in (
        (110 * MEBI, 10, 1, []),
        (111 * MEBI, 10, 1, ["memory grew from 100.0 to 111.0 MiB"]),
        (100 * MEBI, 11, 1, ["descriptors grew from 10 to 11"]),
        (100 * MEBI, 10, 2, ["threads grew from 1 to 2"]),
    ):
        assert growth([begun, Evening(9, memory, descriptors, threads, 50)], warm=1) == said


def test_the_machines_zone_makes_no_difference(
    mail_servers: MailServers, fork_server: ForkServer, tmp_path: Path
) -> None:
    """One second before the deadline is in time, the instant itself is late; receipts and status are equal."""
    figures, said = Figures("zones"), []
    for number, zone in enumerate(ZONES):
        (tmp_path / str(number)).mkdir()
        office = FaultOffice(mail_servers, tmp_path / str(number))
        office.edit("office.toml", "enclose_forms = true", "enclose_forms = false")
        said.append(moved_clock(office, fork_server, figures, zone=zone, steps=SHORT))
    assert figures.complaints == []
    assert said[0] == said[1]
    assert said[0]["answers"]
