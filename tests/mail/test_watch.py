"""Being woken: by Dovecot, by the embedded server, and by scripted servers that behave badly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from mail_servers import MailServers

from bot.demo.server import EmbeddedMailServer
from bot.domain.mail import Endpoint, Security
from bot.mail import reaching, watch
from bot.mail.watch import Watcher

ACCOUNT, PASSWORD = "canbo@hopthu.test", "bimat"
AT = datetime(2023, 3, 8, tzinfo=UTC)
MAIL = b"From: a@x.example\r\n\r\nx\r\n"


def never() -> bool:
    return False


@pytest.fixture
def watcher_of() -> Iterator[Callable[[Endpoint], Watcher]]:
    watchers: list[Watcher] = []

    def make(endpoint: Endpoint) -> Watcher:
        watchers.append(Watcher(endpoint, "INBOX"))
        return watchers[-1]

    yield make
    for watcher in watchers:
        watcher.close()


def plain(port: int) -> Endpoint:
    return Endpoint("127.0.0.1", port, Security.NONE, ACCOUNT, PASSWORD, timeout=5)


class Script:
    """An IMAP server that logs everybody in, and on the n-th connection's IDLE does what `scenes[n]` says."""

    def __init__(self, *scenes: Callable[[socket.socket], None], idle: bool = True) -> None:
        self.connections = 0
        self._scenes = scenes
        self._capability = b"IMAP4rev1 IDLE" if idle else b"IMAP4rev1"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        for scene in self._scenes:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with client, client.makefile("rb") as lines:
                client.sendall(b"* OK hello\r\n")
                for line in lines:
                    tag, _, command = line.strip().partition(b" ")
                    word = command.partition(b" ")[0].upper()
                    if word == b"IDLE":
                        scene(client)
                        continue
                    told = {
                        b"CAPABILITY": b"* CAPABILITY " + self._capability + b"\r\n",
                        b"EXAMINE": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 1]\r\n",
                        b"LOGOUT": b"* BYE\r\n",
                    }.get(word, b"")
                    client.sendall(told + tag + b" OK done\r\n")


def test_dovecot_wakes(imap_server: MailServers, watcher_of: Callable[[Endpoint], Watcher]) -> None:
    imap_server.clear(ACCOUNT)
    endpoint = Endpoint(
        "localhost", imap_server.ports.imaps, Security.TLS, ACCOUNT, PASSWORD, str(imap_server.ca_file), 10
    )
    watcher = watcher_of(endpoint)
    assert watcher.wait(10, never), "a new connection wakes once, for what came in between"
    assert not watcher.wait(0.05, never)
    for _ in range(2):
        imap_server.append(ACCOUNT, MAIL, AT)
        assert watcher.wait(10, never)


def test_the_embedded_server_wakes(watcher_of: Callable[[Endpoint], Watcher]) -> None:
    with EmbeddedMailServer({ACCOUNT: PASSWORD}, clock=lambda: AT) as server:
        watcher = watcher_of(plain(server.imap_port))
        assert watcher.wait(10, never)
        server.deliver(MAIL, "a@x.example", [ACCOUNT])
        assert watcher.wait(10, never)
        watcher.close()


def test_news_in_one_packet_with_the_answer_to_idle(watcher_of: Callable[[Endpoint], Watcher]) -> None:
    begin = threading.Event()

    def scene(client: socket.socket) -> None:
        begin.wait(5)
        client.sendall(b"+ idling\r\n* 4 EXISTS\r\n")

    server = Script(scene)
    watcher = watcher_of(plain(server.port))
    assert watcher.wait(5, never)
    begin.set()
    assert watcher.wait(5, never)
    server.close()


def test_a_lost_connection_is_made_anew(
    watcher_of: Callable[[Endpoint], Watcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(reaching, "SPACING", 0.01)
    lost = threading.Event()

    def lose(client: socket.socket) -> None:
        lost.wait(5)
        client.shutdown(socket.SHUT_RDWR)

    def refuse(client: socket.socket) -> None:
        client.sendall(b"w NO not now\r\n")

    def serve(client: socket.socket) -> None:
        client.sendall(b"+ idling\r\n")

    server = Script(lose, refuse, serve)
    watcher = watcher_of(plain(server.port))
    assert watcher.wait(5, never)
    lost.set()
    while server.connections < 3:
        assert watcher.wait(5, never), "each new connection wakes, for what came in between"
    server.close()


def test_flags_of_other_clients_wake_nobody(watcher_of: Callable[[Endpoint], Watcher]) -> None:
    told = threading.Event()

    def scene(client: socket.socket) -> None:
        client.sendall(b"+ idling\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* OK still here\r\n* 1 EXPUNGE\r\n")
        told.set()

    server = Script(scene)
    watcher = watcher_of(plain(server.port))
    assert watcher.wait(5, never)
    assert told.wait(5)
    assert not watcher.wait(0.3, never)
    server.close()


def test_a_server_without_idle_is_left_alone(watcher_of: Callable[[Endpoint], Watcher]) -> None:
    server = Script(lambda client: None, idle=False)
    watcher = watcher_of(plain(server.port))
    assert not watcher.wait(0.3, never)
    assert server.connections == 1
    server.close()


def test_without_a_server_it_only_waits(watcher_of: Callable[[Endpoint], Watcher]) -> None:
    began = time.monotonic()
    assert not watcher_of(plain(1)).wait(0.2, never)
    assert 0.2 <= time.monotonic() - began < 1.0


@pytest.mark.parametrize("as_event", [True, False])
def test_stop_ends_the_wait_though_the_server_hangs(as_event: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        watcher = Watcher(plain(silent.getsockname()[1]), "INBOX")
        stop = threading.Event()
        threading.Timer(0.1, stop.set).start()
        began = time.monotonic()
        assert not watcher.wait(60, stop if as_event else stop.is_set)
        assert time.monotonic() - began < 1.0
        watcher.close()
        assert time.monotonic() - began < 2.5
        assert not watcher.wait(0.01, never)
