"""A line that nobody can hold: steps end, answers have a measure, a stop is heard; on sockets without a server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.domain.mail import Endpoint, Security
from bot.mail import ends, line, reaching
from bot.mail.connection import MailServerError
from bot.mail.ends import LineStopped
from bot.mail.inbox import Inbox, check_login
from bot.mail.line import Line, TooMuch
from bot.mail.reaching import connect, note_failure
from bot.mail.smtp import check_login as check_smtp


@contextmanager
def peer(script: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does what `script` says with every connection."""

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=alone, args=(client,), daemon=True).start()

    def alone(client: socket.socket) -> None:
        try:
            with client:
                script(client)
        except OSError:
            pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def at(port: int, seconds: float = 0.3, security: Security = Security.NONE) -> Endpoint:
    return Endpoint("127.0.0.1", port, security, "canbo", "bimat", timeout=seconds)


def silent(client: socket.socket) -> None:
    client.recv(1)
    time.sleep(5)


def drip(start: bytes) -> Callable[[socket.socket], None]:
    """After `start` one byte every 50 ms for ever: no single wait is long."""

    def script(client: socket.socket) -> None:
        client.sendall(start)
        while True:
            client.sendall(b"x")
            time.sleep(0.05)

    return script


@pytest.mark.parametrize("script", [silent, drip(b""), drip(b"* OK hello\r\n* CAPABILITY "), drip(b"* OK [")])
def test_a_greeting_that_does_not_end(script: Callable[[socket.socket], None]) -> None:
    with peer(script) as port:
        began = time.monotonic()
        with pytest.raises(MailServerError, match=r"no answer within 0\.3 seconds") as caught:
            check_login(at(port))
        assert 0.25 < time.monotonic() - began < 4
        assert caught.value.transient


@pytest.mark.parametrize("script", [silent, drip(b""), drip(b"220-hello\r\n220-")])
def test_an_smtp_greeting_that_does_not_end(script: Callable[[socket.socket], None]) -> None:
    with peer(script) as port:
        began = time.monotonic()
        with pytest.raises(MailServerError) as caught:
            check_smtp(at(port))
        assert time.monotonic() - began < 4
        assert caught.value.transient


@pytest.mark.parametrize("check", [check_login, check_smtp])
def test_a_tls_handshake_that_does_not_end(check: Callable[[Endpoint], object]) -> None:
    with peer(silent) as port:
        began = time.monotonic()
        with pytest.raises(MailServerError, match="no answer within") as caught:
            check(at(port, security=Security.TLS))
        assert time.monotonic() - began < 4
        assert (caught.value.transient, caught.value.untrusted) == (True, False)


def test_a_name_that_is_looked_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *_a, **_k: (hang.wait(10), [])[1])
    began = time.monotonic()
    with pytest.raises(MailServerError, match="no answer within"):
        check_login(Endpoint("imap.example", 993, Security.TLS, timeout=0.3))
    assert time.monotonic() - began < 4
    hang.set()


def imap(answers: dict[bytes, bytes]) -> Callable[[socket.socket], None]:
    """An IMAP server: the answer to each command by its words, `%` standing for its tag."""
    plain = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n% OK x\r\n",
        b"LOGIN": b"% OK x\r\n",
        b"SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n% OK x\r\n",
        b"UID SEARCH": b"* SEARCH 1 2\r\n% OK x\r\n",
        b"LOGOUT": b"* BYE\r\n% OK x\r\n",
        b"UID FETCH": b"".join(
            b'* %d FETCH (UID %d INTERNALDATE "10-Mar-2023 08:00:00 +0700" RFC822.SIZE 9)\r\n' % (n, n) for n in (1, 2)
        )
        + b"% OK x\r\n",
    }

    def script(client: socket.socket) -> None:
        client.sendall(b"* OK hello\r\n")
        with client.makefile("rb") as lines:
            for said in lines:
                tag, _, rest = said.strip().partition(b" ")
                words = rest.upper().split(b" ")
                name = b" ".join(words[:2]) if words[0] == b"UID" else words[0]
                if b"BODY" in said:
                    name = b"BODY"
                client.sendall((plain | answers)[name].replace(b"%", tag))

    return script


def body(announced: int, sent: bytes, behind: bytes = b")") -> bytes:
    return b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % announced + sent + behind + b"\r\n% OK x\r\n"


MAIL = b"A: b\r\n\r\nx"


@pytest.mark.parametrize(
    ("answer", "raw"),
    [
        (body(len(MAIL), MAIL), MAIL),
        (body(len(MAIL), MAIL, b" FLAGS (\\Seen $X))"), MAIL),
        (b'* 1 FETCH (BODY[] "A: b\\"c" UID 1)\r\n% OK x\r\n', b'A: b"c'),
        (body(len(MAIL) - 1, MAIL), None),
        (body(len(MAIL) - 4, MAIL), None),
        (body(len(MAIL) + 30, MAIL), None),
        (body(2 * 2**30, MAIL), None),
        (body(len(MAIL), MAIL, b""), None),
        (b"* 1 FETCH (UID 1 FLAGS ())\r\n% OK x\r\n", None),
        (b"% OK done\r\n", None),
        (b"* 1 FXTCH (UID 1 BODY[] {9}\r\n123456789)\r\n% OK x\r\n", None),
        (b"\x00\xff\xfe\r\n% OK x\r\n", None),
        (b"ZZ9 OK\r\n", None),
        (b"* 1 FETCH (UID 9 BODY[] {3}\r\nabc)\r\n% OK x\r\n", None),
    ],
)
def test_a_body_is_whole_or_there_is_none(answer: bytes, raw: bytes | None) -> None:
    """The server says that the message is there: nothing that was garbled passes for it, or for its absence."""
    with peer(imap({b"BODY": answer})) as port, Inbox(at(port), "canbo", most_bytes=1_000) as inbox:
        _, (first, _) = inbox.list_messages("INBOX")
        if raw is not None:
            assert inbox.fetch_raw(first.ref) == raw
            return
        with pytest.raises(MailServerError) as caught:
            inbox.fetch_raw(first.ref)
        assert caught.value.transient


@pytest.mark.parametrize("announced", [1_001, 2 * 2**30])
def test_a_body_that_is_announced_too_big_is_refused_at_once(announced: int) -> None:
    with peer(imap({b"BODY": body(announced, MAIL)})) as port, Inbox(at(port, 30), "canbo", most_bytes=1_000) as inbox:
        _, (first, _) = inbox.list_messages("INBOX")
        with pytest.raises(MailServerError, match=f"sends too much: a message of {announced} bytes"):
            inbox.fetch_raw(first.ref)


def test_a_message_that_has_gone_is_none() -> None:
    answers = {b"BODY": b"% OK x\r\n"}
    with peer(imap(answers)) as port, Inbox(at(port), "canbo") as inbox:
        _, (first, _) = inbox.list_messages("INBOX")
        answers[b"UID SEARCH"] = b"* SEARCH\r\n% OK x\r\n"
    with peer(imap(answers)) as port, Inbox(at(port), "canbo") as inbox:
        assert inbox.fetch_raw(first.ref) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {b"SELECT": b"* OK [UIDVALIDITY 7] x\r\n% OK x\r\n"},
        {b"SELECT": b"* -1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n% OK x\r\n"},
        {b"SELECT": b"* 2 EXISTS\r\n% OK x\r\n"},
        {b"SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 0] x\r\n% OK x\r\n"},
        {b"SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY x] x\r\n% OK x\r\n"},
        {b"UID SEARCH": b"* SEARCH 0 1\r\n% OK x\r\n"},
        {b"UID SEARCH": b"* SEARCH 1 99999999999\r\n% OK x\r\n"},
        {b"UID SEARCH": b"* SEARCH 1 -2\r\n% OK x\r\n"},
        {b"UID SEARCH": b"* SXARCH 1 2\r\n% OK x\r\n"},
        {b"UID SEARCH": b"% OK x\r\n"},
        {b"UID FETCH": b"% OK x\r\n"},
        {b"UID FETCH": b'* 1 FETCH (UID 1 INTERNALDATE "10-Mar-2023 08:00:00 +0700" RFC822.SIZE 9)\r\n% OK x\r\n'},
        {b"UID FETCH": b'* 1 FETCH (UID 1 INTERNALDATE "99-Foo-2023 08:00:00 +0700" RFC822.SIZE 9)\r\n% OK x\r\n'},
    ],
)
def test_a_listing_leaves_nothing_out(wrong: dict[bytes, bytes]) -> None:
    with peer(imap(wrong)) as port, Inbox(at(port), "canbo") as inbox:
        with pytest.raises(MailServerError) as caught:
            inbox.list_messages("INBOX")
        assert caught.value.transient


def test_lines_without_end_and_answers_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST_LINE", 100_000)
    monkeypatch.setattr(line, "LONGEST_ANSWER", 200_000)
    for piece in (b"x" * 50_000, b"* 1 EXISTS\r\n" * 500):
        left, right = socket.socketpair()
        with left, right:
            right.setblocking(False)

            def flood(left: socket.socket = left, piece: bytes = piece) -> None:
                try:
                    while True:
                        left.sendall(piece)
                except OSError:
                    pass

            threading.Thread(target=flood, daemon=True).start()
            reader = Line(right, 5)
            with pytest.raises(TooMuch):
                while True:
                    reader.readline()
            assert reader.is_broken
            left.shutdown(socket.SHUT_RDWR)


def test_big_bodies_get_time_in_proportion_and_slow_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "FLOOR_RATE", 1_000)
    for rate, comes in ((4_000, True), (200, False)):
        left, right = socket.socketpair()
        with left, right:
            right.setblocking(False)

            def send(left: socket.socket = left, rate: int = rate) -> None:
                try:
                    for _ in range(20):
                        left.sendall(b"x" * (rate // 20))
                        time.sleep(0.05)
                except OSError:
                    pass

            threading.Thread(target=send, daemon=True).start()
            reader = Line(right, 0.2)
            if comes:
                assert len(reader.read(rate)) == rate, "a second's worth, in five times the step's own limit"
            else:
                with pytest.raises(TimeoutError):
                    reader.read(rate)


def test_a_stop_is_heard_amid_a_step_and_none_begins_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends.Patience.__init__, "__defaults__", (ends.never, 0.3))
    left, right = socket.socketpair()
    with left, right:
        right.setblocking(False)
        stop = threading.Event()
        threading.Timer(0.1, stop.set).start()
        reader = Line(right, 60, stop.is_set)
        began = time.monotonic()
        with pytest.raises(LineStopped):
            reader.readline()
        assert 0.3 < time.monotonic() - began < 5
        left.sendall(b"late\r\n")
        with pytest.raises(LineStopped):
            reader.readline()


def test_after_a_failure_connections_come_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "SPACING", 0.1)
    with peer(silent) as port:
        endpoint = at(port)
        began = time.monotonic()
        for _ in range(10):
            connect(endpoint).close()
        assert time.monotonic() - began < 0.9, "a server that is well is not waited for"
        note_failure(endpoint)
        began = time.monotonic()
        threads = [threading.Thread(target=lambda: connect(endpoint).close()) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began >= 0.4
        note_failure(endpoint)
        with pytest.raises(LineStopped):
            connect(endpoint, lambda: True)


def test_a_process_that_keeps_pace_makes_no_more_connections_a_second() -> None:
    with peer(silent) as port:
        reaching.keep_pace(2)
        try:
            began, made = time.monotonic(), []
            for _ in range(5):
                connect(at(port)).close()
                made.append(time.monotonic() - began)
        finally:
            reaching.keep_pace(0)
        assert made[2] - made[0] > 0.95
        assert made[4] - made[2] > 0.95


def plain(client: socket.socket) -> None:
    client.sendall(b"* OK plain\r\n220 plain\r\n")
    client.recv(1000)
    time.sleep(0.2)


@pytest.mark.parametrize("check", [check_login, check_smtp])
def test_a_server_in_clear_where_tls_is_set(check: Callable[[Endpoint], object]) -> None:
    with peer(plain) as port:
        with pytest.raises(MailServerError, match="does not speak TLS") as caught:
            check(at(port, 2, Security.TLS))
        assert (caught.value.transient, caught.value.untrusted) == (False, True)


@pytest.mark.parametrize("greeting", [b"* OK hello\r\n", b"* PREAUTH come in\r\n"])
def test_starttls_that_somebody_cut_out(greeting: bytes) -> None:
    heard: list[bytes] = []

    def script(client: socket.socket) -> None:
        client.sendall(greeting)
        with client.makefile("rb") as lines:
            for said in lines:
                heard.append(said)
                client.sendall(b"* CAPABILITY IMAP4rev1\r\n" + said.split(b" ")[0] + b" OK x\r\n")

    with peer(script) as port:
        with pytest.raises(MailServerError, match="STARTTLS") as caught:
            check_login(at(port, 2, Security.STARTTLS))
        assert caught.value.untrusted
    assert not any(b"bimat" in said for said in heard)


def test_words_in_clear_behind_the_answer_to_starttls_are_refused() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"* OK hello\r\n")
        with client.makefile("rb") as lines:
            for said in lines:
                tag = said.split(b" ")[0]
                client.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK x\r\n* 9 EXISTS\r\n")

    with peer(script) as port, pytest.raises(MailServerError, match="in clear"):
        check_login(at(port, 2, Security.STARTTLS))
