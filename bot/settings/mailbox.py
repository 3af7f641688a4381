"""The two mail servers, and the passwords or tokens for them.

Secrets never stand in office.toml. They come from the environment, else from a systemd credential, else from a
file. A missing one is no fault until mail is needed: `thuky check` and `thuky explain` work without. So such faults
are handed back, not reported.
"""

import ipaddress
import ssl
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.domain.mail import Endpoint, Security
from bot.settings.environment import Layers
from bot.settings.faults import Fault
from bot.settings.models import Auth, ImapTable, OauthTable, SmtpTable
from bot.settings.report import Report
from bot.store.safeio import write_atomically

if TYPE_CHECKING:
    from bot.mail.oauth import TokenSource

KEPT = "oauth2.token"
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
    tokens: "TokenSource | None" = None,
) -> tuple[Endpoint, list[Fault]]:
    """The endpoint of one server, and the faults that matter only once mail is needed.

    `other` is the endpoint built before: where the same user logs in at both, its password does for this one too.
    `tokens` is for a server with `auth = "xoauth2"`.
    """
    if table.security is Security.NONE and not is_loopback(table.host):
        report.fault(*layers.of(server, "security"), f'"none", {table.host}', "loopback")
    if table.auth is Auth.XOAUTH2 and tokens is None:
        report.fault(*layers.of(server, "auth"), table.auth.value, "needs_oauth2")
    later: list[Fault] = []
    password = ""
    if table.user and table.auth is Auth.PASSWORD:
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
        token=tokens.token if tokens and table.user and table.auth is Auth.XOAUTH2 else None,
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
    found = _secret(server, "password", table.password_file, layers, environ, base, report, later)
    if found is not None:
        return found
    if shared:
        return shared
    words = {"variable": f"THUKY_{server.upper()}__PASSWORD", "table": server, "credential": f"{server}_password"}
    expected = report.say("password", **words)
    later.append(Fault(layers.of(server)[0], f"{server}.password", report.say("nothing"), expected))
    return ""


def _secret(
    table: str,
    name: str,
    file: str | None,
    layers: Layers,
    environ: Mapping[str, str],
    base: Path,
    report: Report,
    later: list[Fault],
) -> str | None:
    """A secret from the environment, else a systemd credential, else its file; None where none of them is given. One
    that is given and cannot be read is a fault, and empty.
    """
    variable, credential = f"THUKY_{table.upper()}__{name.upper()}", f"{table}_{name}"
    if environ.get(variable):
        return environ[variable]
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / credential).exists():
        path, place = Path(folder) / credential, ("environment", "CREDENTIALS_DIRECTORY")
    elif file:
        path, place = base / file, layers.of(table, f"{name}_file")
    else:
        return None
    try:
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
        if place[0] != "environment" and path.stat().st_mode & 0o077:
            report.warn(*place, "w_password_mode")
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret:
        later.append(Fault(*place, report.shown(str(path)), report.say("password_file")))
    return secret


def build_token_source(
    table: OauthTable,
    *,
    layers: Layers,
    environ: Mapping[str, str],
    base: Path,
    data_dir: Path,
    ca_file: str | None,
    report: Report,
) -> "tuple[TokenSource, list[Fault]]":
    """Where access tokens come from, and the faults that matter only once mail is needed. A refresh token that the
    provider has changed is kept in `data_dir`.
    """
    from bot.mail.oauth import Grant, TokenSource  # its libraries take longer than all other loading

    place = urllib.parse.urlsplit(table.token_url)
    if place.scheme != "https" and not (place.scheme == "http" and is_loopback(place.hostname or "")):
        report.fault(*layers.of("oauth2", "token_url"), table.token_url, "https")
    later: list[Fault] = []
    refresh = _secret("oauth2", "refresh_token", table.refresh_token_file, layers, environ, base, report, later)
    secret = _secret("oauth2", "client_secret", table.client_secret_file, layers, environ, base, report, later)
    if refresh is None:
        words = {"variable": "THUKY_OAUTH2__REFRESH_TOKEN", "credential": "oauth2_refresh_token"}
        expected = report.say("refresh_token", **words)
        later.append(Fault(layers.of("oauth2")[0], "oauth2.refresh_token", report.say("nothing"), expected))
    grant = Grant(table.token_url, table.client_id, table.scope, refresh or "", secret or "", ca_file)
    kept = data_dir / KEPT

    def load() -> str:
        return kept.read_text("utf-8") if kept.exists() else ""

    return TokenSource(grant, load, lambda text: write_atomically(kept, text.encode())), later


def _is_authority(path: str) -> bool:
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError):
        return False
    return True
