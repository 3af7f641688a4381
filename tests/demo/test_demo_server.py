"""The embedded mail server, seen by real clients: imap-tools, imaplib and smtplib over loopback sockets."""

from __future__ import annotations

import imaplib
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from imap_tools import MailBoxUnencrypted, MailMessageFlags

from bot.demo.server import EmbeddedMailServer, EmbeddedServerError

OFFICE = "baocao@binhduong.example"
AGENCY = "stp@binhduong.example"
HANOI = timezone(timedelta(hours=7))


class MovedClock:
    """A clock that stands where the test put it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(datetime(2023, 3, 8, 14, 5, tzinfo=HANOI))


@pytest.fixture
def server(clock: MovedClock) -> Iterator[EmbeddedMailServer]:
    with EmbeddedMailServer({OFFICE: "bimat", AGENCY: "khác-mật"}, clock=clock) as running:
        yield running


def mail(subject: str = "Báo cáo quý I/2023", body: str = "Kính gửi Sở Nội vụ.\n.dòng có dấu chấm\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = AGENCY, OFFICE, subject
    message["Message-ID"] = "<1@binhduong.example>"
    message.set_content(body)
    return message


def send(server: EmbeddedMailServer, message: EmailMessage, *recipients: str, sender: str = AGENCY) -> None:
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        smtp.send_message(message, sender, recipients or (OFFICE,))


def imap(server: EmbeddedMailServer, folder: str = "INBOX") -> MailBoxUnencrypted:
    return MailBoxUnencrypted(server.host, server.imap_port, timeout=10).login(OFFICE, "bimat", folder)


def raw_imap(server: EmbeddedMailServer) -> imaplib.IMAP4:
    client = imaplib.IMAP4(server.host, server.imap_port, timeout=10)
    client.login(OFFICE, "bimat")
    client.select("INBOX")
    return client


def test_it_is_ready_at_once_and_the_ports_close_behind_it(clock: MovedClock) -> None:
    started = time.monotonic()
    with EmbeddedMailServer({OFFICE: "bimat"}, clock=clock) as server:
        ports = server.imap_port, server.smtp_port
        for port in ports:
            socket.create_connection((server.host, port), timeout=5).close()
        assert time.monotonic() - started < 2
    for port in ports:
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_mail_by_smtp_lies_in_the_inbox_with_trace_and_the_clock_s_time(
    server: EmbeddedMailServer, clock: MovedClock
) -> None:
    send(server, mail())
    clock.now += timedelta(days=3)
    send(server, mail("Báo cáo sửa lại"))
    with imap(server) as box:
        dates = box.client.uid("FETCH", "1:*", "(INTERNALDATE)")[1]
        assert [imaplib.Internaldate2tuple(line)[:5] for line in dates] == [
            time.localtime(moment.timestamp())[:5] for moment in (clock.now - timedelta(days=3), clock.now)
        ]
        assert b'"08-Mar-2023 14:05:00 +0700"' in dates[0]
        subjects = [message.subject for message in box.fetch(mark_seen=False)]
    assert subjects == ["Báo cáo quý I/2023", "Báo cáo sửa lại"]
    first = message_from_bytes(server.messages(OFFICE)[0])
    assert list(first.keys())[:2] == ["Return-Path", "Received"]
    assert first["Return-Path"] == f"<{AGENCY}>"
    assert "Wed, 08 Mar 2023 14:05:00 +0700" in first["Received"]
    assert first.get_payload(decode=True).decode() == "Kính gửi Sở Nội vụ.\n.dòng có dấu chấm\n".replace("\n", "\r\n")


def test_peeking_gives_the_very_bytes_and_marks_nothing(server: EmbeddedMailServer) -> None:
    server.deliver(b"Subject: x\r\n\r\nth\xc3\xa2n\r\n", AGENCY, [OFFICE])
    client = raw_imap(server)
    whole = client.uid("FETCH", "1:*", "(UID RFC822.SIZE FLAGS BODY.PEEK[])")[1][0]
    assert whole[1] == server.messages(OFFICE)[0]
    assert whole[1].endswith(b"Subject: x\r\n\r\nth\xc3\xa2n\r\n")
    assert f"RFC822.SIZE {len(whole[1])}".encode() in whole[0]
    assert b"Seen" not in client.uid("FETCH", "1:*", "(FLAGS)")[1][0]
    client.logout()


def test_keywords_of_our_own_are_kept_across_sessions(server: EmbeddedMailServer) -> None:
    send(server, mail())
    client = raw_imap(server)
    uid = client.uid("SEARCH", "ALL")[1][0].split()[0]
    assert client.uid("STORE", uid, "+FLAGS", "(ThukyDone)")[0] == "OK"
    client.logout()
    again = raw_imap(server)
    assert b"\\*" in again.response("PERMANENTFLAGS")[1][0]
    assert b"ThukyDone" in again.uid("FETCH", uid, "(FLAGS)")[1][0]
    assert again.uid("SEARCH", "KEYWORD", "ThukyDone")[1][0].split() == [uid]
    assert again.uid("SEARCH", "UNKEYWORD", "ThukyDone")[1][0].split() == []
    again.logout()


def test_the_sent_folder_takes_copies_with_their_own_date(server: EmbeddedMailServer, clock: MovedClock) -> None:
    with imap(server) as box:
        assert "Sent" in {folder.name for folder in box.folder.list()}
        at = datetime(2023, 3, 9, 1, 2, 3, tzinfo=UTC)
        box.append(mail().as_bytes(), "Sent", dt=at, flag_set=[MailMessageFlags.SEEN])
        box.client.append("Sent", None, None, mail("không ngày").as_bytes())
        box.folder.set("Sent")
        dates = b" ".join(box.client.uid("FETCH", "1:*", "(INTERNALDATE)")[1])
    assert b"09-Mar-2023 01:02:03 +0000" in dates
    assert b"08-Mar-2023 14:05:00 +0700" in dates
    assert len(server.messages(OFFICE, "Sent")) == 2
    assert server.messages(OFFICE) == []


def test_idle_tells_of_a_mail_that_comes_while_waiting(server: EmbeddedMailServer) -> None:
    with imap(server) as box:
        sender = threading.Timer(0.2, send, (server, mail()))
        sender.start()
        told = box.idle.wait(timeout=10)
        sender.join()
    assert any(b"EXISTS" in line for line in told)


def test_idle_tells_of_a_mail_that_came_just_before_it(server: EmbeddedMailServer) -> None:
    """pymap alone waits for the *next* change, and sleeps through this one."""
    client = raw_imap(server)
    server.deliver(mail().as_bytes(), AGENCY, [OFFICE])
    client.send(b"I1 IDLE\r\n")
    client.sock.settimeout(5)
    lines = b""
    while b"1 EXISTS" not in lines:
        lines += client.readline()
    client.send(b"DONE\r\n")
    client.shutdown()


@pytest.mark.parametrize(
    ("recipient", "code"), [("khongco@binhduong.example", b"5.1.1"), ("ai@noikhac.example", b"5.7.1")]
)
def test_who_has_no_account_is_refused_while_smtp_speaks(
    server: EmbeddedMailServer, recipient: str, code: bytes
) -> None:
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        refused = smtp.send_message(mail(), AGENCY, [OFFICE, recipient])
    assert refused[recipient][0] == 550
    assert refused[recipient][1].startswith(code)
    assert len(server.messages(OFFICE)) == 1


def test_smtp_log_in_with_the_right_password_only(server: EmbeddedMailServer) -> None:
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError) as wrong:
            smtp.login(AGENCY, "bimat")
        assert wrong.value.smtp_code == 535
        smtp.login(OFFICE, "bimat")
        smtp.send_message(mail(), OFFICE, [AGENCY])
    assert len(server.messages(AGENCY)) == 1


def test_a_bounce_with_the_empty_sender_and_any_case_of_address_comes_in(server: EmbeddedMailServer) -> None:
    send(server, mail(), OFFICE.upper(), OFFICE, sender="")
    (only,) = server.messages(OFFICE)
    assert only.startswith(b"Return-Path: <>\r\n")


def test_imap_refuses_a_wrong_password(server: EmbeddedMailServer) -> None:
    client = imaplib.IMAP4(server.host, server.imap_port, timeout=10)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(OFFICE, "sai")
    client.shutdown()


def test_an_open_client_does_not_hold_up_the_end(clock: MovedClock) -> None:
    with EmbeddedMailServer({OFFICE: "bimat"}, clock=clock) as server:
        client = raw_imap(server)
        talking = smtplib.SMTP(server.host, server.smtp_port, timeout=10)
        talking.ehlo()
        ending = time.monotonic()
    assert time.monotonic() - ending < 3
    client.shutdown()
    talking.close()


def test_what_cannot_be_is_said_clearly(clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedMailServer({OFFICE: "bimat"}, clock=clock)
    with pytest.raises(EmbeddedServerError, match="not running"):
        server.messages(OFFICE)
    with server:
        with pytest.raises(EmbeddedServerError, match="already"):
            server.start()
        with pytest.raises(LookupError, match=r"ai@noikhac\.example"):
            server.deliver(b"", AGENCY, ["ai@noikhac.example"])
        with pytest.raises(LookupError, match="Không có"):
            server.messages(OFFICE, "Không có")
    monkeypatch.setattr("bot.demo.server.HOST", "192.0.2.1")
    blocked = EmbeddedMailServer({OFFICE: "bimat"}, clock=clock)
    with pytest.raises(EmbeddedServerError, match="did not start"):
        blocked.start()
    with pytest.raises(EmbeddedServerError, match="not running"):
        _ = blocked.imap_port
