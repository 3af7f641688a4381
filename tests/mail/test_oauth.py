"""Access tokens: when they are asked for, kept, refused; XOAUTH2 against real Dovecot and an SMTP server."""

from __future__ import annotations

import base64
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import server_process
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from mail_servers import MailServers
from server_configs import Place
from token_server import TokenServer

from bot.domain.mail import Endpoint, Security
from bot.mail import oauth
from bot.mail.connection import MailServerError
from bot.mail.inbox import Inbox
from bot.mail.oauth import Grant, TokenSource
from bot.mail.smtp import check_login
from bot.store.safeio import write_atomically

USER = "canbo@hopthu.test"


@pytest.fixture
def provider() -> Iterator[TokenServer]:
    with TokenServer(USER) as server:
        yield server


def source(provider: TokenServer, kept: Path, refresh_token: str = "refresh-0") -> TokenSource:
    grant = Grant(f"{provider.url}/token", "thuky", "mail", refresh_token, "the-secret", timeout=5)
    return TokenSource(
        grant,
        lambda: kept.read_text() if kept.exists() else "",
        lambda text: write_atomically(kept, text.encode()),
    )


def test_a_token_is_asked_for_once_and_kept_until_shortly_before_its_end(
    provider: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(oauth.time, "monotonic", lambda: now[0])
    tokens = source(provider, tmp_path / "kept")
    assert [tokens.token(), tokens.token()] == ["access-1", "access-1"]
    assert provider.asked == [
        {"grant_type": "refresh_token", "refresh_token": "refresh-0", "scope": "mail", "client_id": "thuky",
         "client_secret": "the-secret"}
    ]  # fmt: skip
    now[0] += 3600 - oauth.EARLY_SECONDS - 1
    assert tokens.token() == "access-1"
    now[0] += 1
    assert tokens.token() == "access-2"


def test_one_that_a_mail_server_refused_is_replaced_once(provider: TokenServer, tmp_path: Path) -> None:
    tokens = source(provider, tmp_path / "kept")
    first = tokens.token()
    second = tokens.token(first)
    assert second != first
    assert tokens.token(first) == second, "another thread's refusal of the same token is no new one"


def test_a_rotated_refresh_token_is_kept_0600_and_preferred(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with TokenServer(USER, rotates=True) as provider:
        tokens = source(provider, kept)
        tokens.token()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert tokens.token("access-1") == "access-2"
        assert source(provider, kept).token() == "access-3", "the next process goes on with it"
        provider.good = {"granted-anew"}
        assert source(provider, kept, "granted-anew").token() == "access-4", "the office's new one counts"


def test_a_refused_grant_is_said_and_not_asked_again_at_once(
    provider: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(oauth.time, "monotonic", lambda: now[0])
    tokens = source(provider, tmp_path / "kept", "refresh-of-last-year")
    for wait in (0.0, oauth.REST_SECONDS - 1):
        now[0] += wait
        with pytest.raises(MailServerError, match=r"invalid_grant.*refresh_token") as told:
            tokens.token()
        assert told.value.log_in
        assert not told.value.transient
        assert "of-last-year" not in str(told.value)
    assert len(provider.asked) == 1
    now[0] += 1
    with pytest.raises(MailServerError):
        tokens.token()
    now[0] += oauth.REST_SECONDS
    with pytest.raises(MailServerError):
        tokens.token()
    assert len(provider.asked) == 2, "twice as long the second time"


@pytest.mark.parametrize(
    ("says", "transient"),
    [
        ((500, b"{}"), True),
        ((429, b"{}"), True),
        ((302, b""), True),
        ((200, b"<html>"), True),
        ((200, b'{"access_token": 5'), True),
        ((200, b'{"token_type": "Bearer"}'), True),
        ((400, b'{"error": "invalid_client"}'), False),
        ((200, b"\xff\xfe"), True),
    ],
)
def test_other_answers(provider: TokenServer, tmp_path: Path, says: tuple[int, bytes], transient: bool) -> None:
    provider.says = says
    tokens = source(provider, tmp_path / "kept")
    with pytest.raises(MailServerError) as told:
        tokens.token()
    assert told.value.transient is transient
    assert "the-secret" not in f"{told.value!r} {tokens!r} {tokens._grant!r}"
    assert "refresh-0" not in f"{told.value!r} {tokens!r} {tokens._grant!r}"


@pytest.mark.parametrize("url", ["http://token.example/token", "ftp://127.0.0.1/", "file:///etc/passwd", "token"])
def test_nothing_is_said_in_clear_over_a_network(tmp_path: Path, url: str) -> None:
    with pytest.raises(MailServerError, match="https"):
        TokenSource(Grant(url, "thuky", "", "refresh-0"), str, lambda _: None).token()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])


class SmtpDoor:
    """AUTH XOAUTH2 as providers have it: 235, or a challenge with the reason, then 535."""

    def __init__(self, provider: TokenServer) -> None:
        self._provider = provider
        self.tried: list[str] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        words = base64.b64decode(args[1]).decode()
        token = words.removeprefix(f"user={USER}\x01auth=Bearer ").removesuffix("\x01\x01")
        self.tried.append(token)
        if token in self._provider.lives:
            return AuthResult(success=True, auth_data=USER)
        await server.push("334 " + base64.b64encode(b'{"status":"401"}').decode())
        assert await server._reader.readline() == b"\r\n"
        return AuthResult(success=False, handled=False)


@pytest.mark.parametrize("taken_back", [0, 1, 2])
def test_smtp_logs_in_with_a_token_and_tries_another_once(
    provider: TokenServer, tmp_path: Path, taken_back: int
) -> None:
    door = SmtpDoor(provider)
    controller = Controller(door, hostname="127.0.0.1", port=free_port(), auth_require_tls=False)
    controller.start()
    try:
        tokens = source(provider, tmp_path / "kept")

        def token(refused: str) -> str:
            given = tokens.token(refused)
            if int(given.removeprefix("access-")) <= taken_back:
                provider.lives.discard(given)
            return given

        endpoint = Endpoint("127.0.0.1", controller.port, Security.NONE, USER, timeout=5, token=token)
        assert "access-" not in repr(endpoint)
        if taken_back < 2:
            check_login(endpoint)
        else:
            with pytest.raises(MailServerError, match="535") as told:
                check_login(endpoint)
            assert told.value.log_in
            assert "access-" not in str(told.value)
    finally:
        controller.stop()
    assert door.tried == [f"access-{n + 1}" for n in range(min(taken_back, 1) + 1)]


@pytest.mark.servers
def test_imap_logs_in_with_a_token_at_a_real_dovecot(
    provider: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dovecot asks the provider whether the token is good (RFC 7662); one that was taken back is replaced once."""
    plain = server_process.dovecot_config
    (tmp_path / "oauth2.conf").write_text(
        f"introspection_mode = post\nintrospection_url = {provider.url}/introspect\n"
        "username_attribute = username\nactive_attribute = active\nactive_value = true\nforce_introspection = yes\n"
    )
    (tmp_path / "oauth2.conf").chmod(0o644)

    def with_tokens(place: Place, version: tuple[int, int]) -> str:
        by_token = (
            f"oauth2 {{\n  introspection_mode = post\n  introspection_url = {provider.url}/introspect\n"
            "  username_attribute = username\n  force_introspection = yes\n}\n"
            "passdb oauth2 {\n  mechanisms_filter = xoauth2\n}\n"
            if version >= (2, 4)
            else f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {tmp_path}/oauth2.conf\n}}\n"
        )
        return plain(place, version) + f"auth_mechanisms = plain login xoauth2\n{by_token}"

    monkeypatch.setattr(server_process, "dovecot_config", with_tokens)
    with MailServers([USER], smtp=False) as servers:
        tokens = source(provider, tmp_path / "kept")
        endpoint = Endpoint(
            servers.host, servers.ports.imaps, Security.TLS, USER, ca_file=str(servers.ca_file), token=tokens.token
        )
        with Inbox(endpoint, "bc") as inbox:
            assert inbox.facts().messages == 0
        provider.lives.clear()
        with Inbox(endpoint, "bc") as inbox:
            assert inbox.facts().messages == 0
        assert provider.lives == {"access-2"}
        monkeypatch.setattr(provider, "introspect", lambda _form: (200, b'{"active": false}'))
        with pytest.raises(MailServerError, match="log-in refused") as told, Inbox(endpoint, "bc"):
            pass
        assert told.value.log_in
        assert "access-" not in str(told.value)
