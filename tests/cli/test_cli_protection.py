"""Without the protection that is set nothing starts, and everybody says the same: `run`, `once`, `doctor`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import Office, at, embedded_office
from mail_servers import MailServers


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 3)) as opened:
        yield opened


def towards(servers: MailServers, what: str) -> dict[str, str]:
    """Variables that lead to a real server with something wrong about its protection."""
    ports = servers.ports
    good = {
        "THUKY_IMAP__HOST": "localhost",
        "THUKY_IMAP__PORT": str(ports.imaps),
        "THUKY_IMAP__SECURITY": "tls",
        "THUKY_IMAP__CA_FILE": str(servers.ca_file),
        "THUKY_SMTP__HOST": "localhost",
        "THUKY_SMTP__PORT": str(ports.submission),
        "THUKY_SMTP__SECURITY": "starttls",
        "THUKY_SMTP__CA_FILE": str(servers.ca_file),
    }
    wrong = {
        "imap authority": {"THUKY_IMAP__CA_FILE": ""},
        "smtp authority": {"THUKY_SMTP__CA_FILE": ""},
        "imap in clear": {"THUKY_IMAP__PORT": str(ports.imap)},
        "smtp in clear": {"THUKY_SMTP__PORT": str(ports.smtp), "THUKY_SMTP__SECURITY": "tls"},
    }
    return good | wrong[what]


@pytest.mark.parametrize("what", ["imap authority", "smtp authority", "imap in clear", "smtp in clear"])
def test_a_real_server_that_is_not_protected_as_set(office: Office, mail_servers: MailServers, what: str) -> None:
    extra = towards(mail_servers, what)
    protocol = "IMAP" if what.startswith("imap") else "SMTP"
    for command in ("run", "once"):
        said = office.thuky(command, **extra)
        assert said.code == 1, said
        assert "Cách xử lý" in said.err
        assert protocol in said.err
        assert "Traceback" not in said.err
    lines = [x for x in office.thuky("doctor", "--json", **extra).json if x["ok"] is False and protocol in x["message"]]
    assert len(lines) == 1
    assert "Cách xử lý" in lines[0]["message"]
    assert office.outbox() == [], "nothing was begun"


def test_a_server_that_is_only_away_keeps_nobody_from_starting(office: Office) -> None:
    away = {
        "THUKY_IMAP__SECURITY": "tls",
        "THUKY_SMTP__SECURITY": "tls",
        "THUKY_IMAP__PORT": "1",
        "THUKY_SMTP__PORT": "1",
    }
    said = office.thuky("once", **away)
    assert said.code == 1
    assert "Không chạy" not in said.err
    assert "no connection" in said.err, "the turn was taken, and it is the turn that says so"
