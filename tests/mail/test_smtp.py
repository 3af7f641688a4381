"""Sending, against aiosmtpd, a scripted server that breaks off at a chosen moment, and real Postfix."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from mail_servers import MailServers

from bot.domain.mail import Endpoint, NoticeKind, OutgoingMail, Security, SendOutcome, SendResult
from bot.mail.connection import MailServerError
from bot.mail.smtp import check_login, send_batch

SENDER = "baocao@binhduong.example"


def mail(
    key: str = "k1", *, to: Sequence[str] = ("stp@binhduong.example",), raw: bytes = b"", **changes: str
) -> OutgoingMail:
    values = {"envelope_from": SENDER} | changes
    return OutgoingMail(
        key=key,
        kind=NoticeKind.RECEIPT,
        to=tuple(to),
        cc=(),
        subject="Đã nhận",
        message_id=f"<{key}@binhduong.example>",
        raw=raw or f"Subject: {key}\r\nMessage-ID: <{key}@binhduong.example>\r\n\r\nx\r\n".encode(),
        **values,
    )


def send(endpoint: Endpoint, *mails: OutgoingMail, **options: object) -> dict[str, SendResult]:
    results: dict[str, SendResult] = {}

    def on_result(key: str, result: SendResult) -> None:
        assert key not in results
        results[key] = result

    send_batch(endpoint, mails, on_result, **options)
    return results


@dataclass
class Handler:
    """Takes mail; local parts and subjects say what it refuses."""

    taken: list[Envelope] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return answers

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        for code in ("451", "530", "553"):
            if address.startswith(f"s{code}"):
                return f"{code} sender says {code}"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        for code in ("450", "550"):
            if address.startswith(f"r{code}"):
                return f"{code} no {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        for code in (b"452", b"554"):
            if b"d" + code in envelope.content:
                return f"{code.decode()} data refused"
        self.taken.append(envelope)
        return "250 2.0.0 taken"


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def endpoint(handler: Handler) -> Iterator[Endpoint]:
    def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"bimat", handled=False)

    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=login,
        auth_require_tls=False,
        enable_SMTPUTF8=True,
    )
    controller.start()
    yield Endpoint("127.0.0.1", controller.port, Security.NONE, "baocao", "bimat", timeout=5)
    controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_one_connection_for_the_batch_and_the_bytes_as_they_are(endpoint: Endpoint, handler: Handler) -> None:
    raw = b"Subject: \xc4\x91\r\n\r\n.dot\r\n..two\r\nend without line break"
    results = send(endpoint, mail("a", raw=raw), mail("b"), mail("c"))
    assert list(results) == ["a", "b", "c"]
    assert {r.outcome for r in results.values()} == {SendOutcome.SENT}
    assert results["a"].reply == "250 2.0.0 taken"
    assert handler.connections == 1
    assert handler.taken[0].content == raw + b"\r\n"
    assert handler.taken[0].mail_from == SENDER
    assert "BODY=8BITMIME" in handler.taken[0].mail_options
    assert handler.taken[1].content == mail("b").raw


def test_the_result_is_told_before_the_next_mail_goes(endpoint: Endpoint, handler: Handler) -> None:
    seen: list[int] = []
    send_batch(endpoint, [mail("a"), mail("b")], lambda key, result: seen.append(len(handler.taken)))
    assert seen == [1, 2]


def test_a_caller_that_fails_ends_the_batch(endpoint: Endpoint, handler: Handler) -> None:
    def fail(key: str, result: SendResult) -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        send_batch(endpoint, [mail("a"), mail("b")], fail)
    assert len(handler.taken) == 1


@pytest.mark.parametrize(
    ("bad", "outcome", "words"),
    [
        (mail("x", envelope_from="s451@x.example"), SendOutcome.TRANSIENT, "451 sender says 451"),
        (mail("x", envelope_from="s553@x.example"), SendOutcome.PERMANENT, "553 sender says 553"),
        (mail("x", envelope_from="s530@x.example"), SendOutcome.TRANSIENT, "530 sender says 530"),
        (mail("x", to=["r450@x.example"]), SendOutcome.TRANSIENT, "450 no r450@x.example"),
        (mail("x", to=["r550@x.example"]), SendOutcome.PERMANENT, "550 no r550@x.example"),
        (mail("x", to=["r550@x.example", "r450@x.example"]), SendOutcome.TRANSIENT, "no r550@x.example"),
        (mail("x", raw=b"Subject: d452\r\n\r\n"), SendOutcome.TRANSIENT, "452 data refused"),
        (mail("x", raw=b"Subject: d554\r\n\r\n"), SendOutcome.PERMANENT, "554 data refused"),
        (mail("x", to=[]), SendOutcome.PERMANENT, "no recipient"),
        (mail("x", to=["a@x.example>\r\nRCPT TO:<b@x.example"]), SendOutcome.PERMANENT, "address"),
    ],
)
def test_refusals_and_the_mail_after_them(
    endpoint: Endpoint, handler: Handler, bad: OutgoingMail, outcome: SendOutcome, words: str
) -> None:
    results = send(endpoint, bad, mail("next"))
    assert results["x"].outcome is outcome
    assert words in results["x"].reply
    assert results["next"].outcome is SendOutcome.SENT
    assert [e.rcpt_tos for e in handler.taken] == [["stp@binhduong.example"]]


def test_some_recipients_refused(endpoint: Endpoint, handler: Handler) -> None:
    to = ["r550@x.example", "stp@binhduong.example", "r450@x.example"]
    result = send(endpoint, mail(to=to))["k1"]
    assert result.outcome is SendOutcome.SENT
    assert result.refused == {"r550@x.example": "550 no r550@x.example", "r450@x.example": "450 no r450@x.example"}
    assert handler.taken[0].rcpt_tos == ["stp@binhduong.example"]


def test_addresses_with_accents_ask_for_smtputf8(endpoint: Endpoint, handler: Handler) -> None:
    assert send(endpoint, mail(to=["tưpháp@x.example"]))["k1"].outcome is SendOutcome.SENT
    assert "SMTPUTF8" in handler.taken[0].mail_options
    send(endpoint, mail())
    assert "SMTPUTF8" not in handler.taken[1].mail_options


def test_a_refused_log_in_leaves_all_for_later(endpoint: Endpoint, handler: Handler) -> None:
    results = send(replace(endpoint, password="matkhausai"), mail("a"), mail("b"))
    assert {r.outcome for r in results.values()} == {SendOutcome.TRANSIENT}
    assert "log-in refused: 535" in results["a"].reply
    assert "matkhausai" not in repr(results)
    assert handler.taken == []


def test_a_relay_without_log_in_is_used_without(handler: Handler) -> None:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        relay = Endpoint("127.0.0.1", controller.port, Security.NONE, "baocao", "bimat", timeout=5)
        assert send(relay, mail())["k1"].outcome is SendOutcome.SENT
        assert "auth" not in check_login(relay).extensions
    finally:
        controller.stop()


def test_nobody_listens() -> None:
    results = send(Endpoint("127.0.0.1", 1, Security.NONE, timeout=2), mail("a"), mail("b"))
    assert {r.outcome for r in results.values()} == {SendOutcome.TRANSIENT}
    assert "SMTP 127.0.0.1:1" in results["a"].reply


def test_no_protection_only_towards_loopback() -> None:
    with pytest.raises(MailServerError, match="only for a server on this machine"):
        check_login(Endpoint("smtp.example", 25, Security.NONE))
    result = send(Endpoint("smtp.example", 25, Security.NONE), mail())["k1"]
    assert result.outcome is SendOutcome.TRANSIENT


def test_stopping_leaves_the_rest_for_later(endpoint: Endpoint, handler: Handler) -> None:
    results = send(endpoint, mail("a"), mail("b"), stop=lambda: bool(handler.taken), per_minute=60_000)
    assert [r.outcome for r in results.values()] == [SendOutcome.SENT, SendOutcome.TRANSIENT]
    assert "stopping" in results["b"].reply


def test_check_login(endpoint: Endpoint) -> None:
    facts = check_login(endpoint)
    assert "auth" in facts.extensions
    assert facts.max_size == 33554432
    with pytest.raises(MailServerError, match="log-in refused") as caught:
        check_login(replace(endpoint, password="sai"))
    assert not caught.value.transient
    with pytest.raises(MailServerError, match="STARTTLS") as caught:
        check_login(replace(endpoint, security=Security.STARTTLS))
    assert not caught.value.transient


class Script:
    """An SMTP server that breaks the connection at `moment` in its n-th session, for each n in `sessions`."""

    def __init__(self, moment: bytes, sessions: set[int], mails_a_session: int = 1000) -> None:
        self.taken = 0
        self.connections = 0
        self._moment, self._sessions, self._mails = moment, sessions, mails_a_session
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = Endpoint("127.0.0.1", self._listener.getsockname()[1], Security.NONE, timeout=1)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with client, client.makefile("rb") as lines:
                self._session(client, lines.readline, self.connections in self._sessions)

    def _session(self, client: socket.socket, readline: Callable[[], bytes], breaks: bool) -> None:
        client.sendall(b"220 script\r\n")
        mails = 0
        while line := readline():
            word = line[:4].upper().strip()
            if breaks and word == self._moment:
                return
            if word == b"DATA":
                client.sendall(b"354 go on\r\n")
                while readline() not in (b".\r\n", b""):
                    pass
                if breaks and self._moment == b".":
                    return
                if breaks and self._moment == b"mute":
                    readline()
                    return
                if breaks and self._moment == b"421":
                    client.sendall(b"421 shutting down\r\n")
                    return
                self.taken += 1
                mails += 1
            client.sendall(b"250 fine\r\n")
            if mails >= self._mails:
                return


@pytest.mark.parametrize(
    ("moment", "outcome"),
    [
        (b"MAIL", SendOutcome.TRANSIENT),
        (b"RCPT", SendOutcome.TRANSIENT),
        (b"DATA", SendOutcome.TRANSIENT),
        (b".", SendOutcome.UNKNOWN),
        (b"mute", SendOutcome.UNKNOWN),
        (b"421", SendOutcome.TRANSIENT),
    ],
)
def test_a_connection_that_breaks(moment: bytes, outcome: SendOutcome) -> None:
    server = Script(moment, {1})
    results = send(server.endpoint, mail("a"), mail("b"))
    assert results["a"].outcome is outcome
    assert results["b"].outcome is SendOutcome.SENT, "the next mail goes over a new connection"
    assert (server.taken, server.connections) == (1, 2)
    server.close()


def test_a_server_that_takes_one_mail_a_connection() -> None:
    server = Script(b"", set(), mails_a_session=1)
    results = send(server.endpoint, mail("a"), mail("b"), mail("c"))
    assert {r.outcome for r in results.values()} == {SendOutcome.SENT}
    assert (server.taken, server.connections) == (3, 3)
    server.close()


def test_a_server_that_always_breaks_is_left_in_peace() -> None:
    server = Script(b"MAIL", set(range(100)))
    results = send(server.endpoint, *(mail(str(n)) for n in range(8)))
    assert {r.outcome for r in results.values()} == {SendOutcome.TRANSIENT}
    assert server.connections == 3
    server.close()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_postfix_over_tls(mail_servers: MailServers, security: Security) -> None:
    mail_servers.clear("stp@binhduong.example")
    port = mail_servers.ports.submission if security is Security.STARTTLS else mail_servers.ports.smtps
    endpoint = Endpoint(
        "localhost", port, security, SENDER, mail_servers.password, ca_file=str(mail_servers.ca_file), timeout=20
    )
    refused = f"refused@{SENDER.partition('@')[2]}"
    results = send(endpoint, mail("a", to=["stp@binhduong.example", refused]), mail("b", to=[refused]))
    assert results["a"].outcome is SendOutcome.SENT
    assert list(results["a"].refused) == [refused]
    assert results["b"].outcome is SendOutcome.PERMANENT
    got = mail_servers.wait_for("stp@binhduong.example")
    assert got["Message-ID"] == "<a@binhduong.example>"
    with pytest.raises(MailServerError, match="certificate is not trusted") as caught:
        check_login(replace(endpoint, ca_file=None))
    assert not caught.value.transient
