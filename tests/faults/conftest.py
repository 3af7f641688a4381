"""What the fault tests share: a fork server a worker, and an office with empty mailboxes and no data."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fault_office import FaultOffice, fault_office
from forked_daemon import ForkServer
from mail_servers import MailServers


@pytest.fixture(scope="session")
def _fork_server() -> Iterator[ForkServer]:
    """Four seconds of imports, then each daemon starts in a fifth of one."""
    with ForkServer() as server:
        yield server


@pytest.fixture
def fork_server(_fork_server: ForkServer) -> Iterator[ForkServer]:
    """Daemons at will; none of them outlives the test."""
    yield _fork_server
    _fork_server.kill_all()


@pytest.fixture
def make_office(mail_servers: MailServers, tmp_path: Path) -> Callable[..., FaultOffice]:
    """Makes the office when the test has laid its folders out."""

    def make(**extra: str) -> FaultOffice:
        return fault_office(mail_servers, tmp_path, **extra)

    return make
