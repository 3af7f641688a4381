"""The two mail servers and their passwords.

Passwords never stand in office.toml. They come from the environment, else from a systemd credential, else from a
file. A missing one is no fault until mail is needed: `thuky check` and `thuky explain` work without. So such faults
are handed back, not reported.
"""

import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from bot.domain.mail import Endpoint, Security
from bot.settings.environment import Layers
from bot.settings.faults import Fault
from bot.settings.models import ImapTable, SmtpTable
from bot.settings.report import Report

Server = Literal["imap", "smtp"]
PORTS: Mapping[tuple[Server, Security], int] = {
    ("imap", Security.TLS): 993,
    ("imap", Security.STARTTLS): 143,
    ("imap", Security.NONE): 143,
    ("smtp", Security.TLS): 465,
    ("smtp", Security.STARTTLS): 587,
    ("smtp", Security.NONE): 25,
}


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very name; names are not looked up, since the answer may change."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def build_endpoint(
    server: Server,
    table: ImapTable | SmtpTable,
    *,
    layers: Layers,
    environ: Mapping[str, str],
    base: Path,
    default_timeout: float,
    report: Report,
    other: Endpoint | None = None,
) -> tuple[Endpoint, list[Fault]]:
    """The endpoint of one server, and the faults that matter only once mail is needed.

    `other` is the endpoint built before: where the same user logs in at both, its password does for this one too.
    """
    if table.security is Security.NONE and not is_loopback(table.host):
        report.fault(*layers.of(server, "security"), f'"none", {table.host}', "loopback")
    later: list[Fault] = []
    password = ""
    if table.user:
        shared = other.password if other and other.user == table.user else ""
        password = _password(server, table, layers, environ, base, report, later, shared)
    ca_file = str(base / table.ca_file) if table.ca_file else None
    if ca_file is not None and not _is_authority(ca_file):
        expected = report.say("ca_file")
        later.append(Fault(*layers.of(server, "ca_file"), report.shown(ca_file), expected))
    endpoint = Endpoint(
        host=table.host.strip("[]"),
        port=table.port or PORTS[server, table.security],
        security=table.security,
        user=table.user,
        password=password,
        ca_file=ca_file,
        timeout=table.timeout_seconds or default_timeout,
    )
    return endpoint, later


def _password(
    server: Server,
    table: ImapTable | SmtpTable,
    layers: Layers,
    environ: Mapping[str, str],
    base: Path,
    report: Report,
    later: list[Fault],
    shared: str,
) -> str:
    variable, credential = f"THUKY_{server.upper()}__PASSWORD", f"{server}_password"
    if environ.get(variable):
        return environ[variable]
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / credential).exists():
        path, place = Path(folder) / credential, ("environment", "CREDENTIALS_DIRECTORY")
    elif table.password_file:
        path, place = base / table.password_file, layers.of(server, "password_file")
    elif shared:
        return shared
    else:
        expected = report.say("password", variable=variable, table=server, credential=credential)
        later.append(Fault(layers.of(server)[0], f"{server}.password", report.say("nothing"), expected))
        return ""
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
        if place[0] != "environment" and path.stat().st_mode & 0o077:
            report.warn(*place, "w_password_mode")
    except (OSError, UnicodeDecodeError):
        password = ""
    if not password:
        later.append(Fault(*place, report.shown(str(path)), report.say("password_file")))
    return password


def _is_authority(path: str) -> bool:
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError):
        return False
    return True
