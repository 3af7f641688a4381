"""The servers that the scenes rely on are what they claim to be."""

from __future__ import annotations

import imaplib
import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import server_process
from mail_servers import MailServers
from server_configs import Place, Ports, dovecot_config
from server_process import ServersError

OFFICE, AGENCY, STRANGER = "baocao@binhduong.example", "stp@binhduong.example", "nguoila@noikhac.example"


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = AGENCY, OFFICE, subject
    message.set_content("Kính gửi Sở Nội vụ.\n")
    return message


def titled(subject: str) -> Callable[[EmailMessage], bool]:
    return lambda message: message["Subject"] == subject


def test_mail_by_smtp_is_read_over_imap_with_tls(mail_servers: MailServers) -> None:
    before = datetime.now(UTC)
    assert mail_servers.send(mail("Báo cáo quý I"), AGENCY, [OFFICE, STRANGER]) == {}
    came = mail_servers.wait_for(OFFICE, titled("Báo cáo quý I"))
    assert came["Return-Path"] == f"<{AGENCY}>"
    assert "Postfix" in came["Received"] or "LMTP" in came["Received"]
    assert mail_servers.wait_for(STRANGER, titled("Báo cáo quý I")).get_content().startswith("Kính gửi")
    stored = mail_servers.stored(OFFICE)[-1]
    assert abs((stored.internal_date - before).total_seconds()) < 30
    assert not stored.flags & {"\\Seen"}


def test_the_certificate_is_good_with_the_ca_file_and_with_it_only(mail_servers: MailServers) -> None:
    for host in ("localhost", "127.0.0.1"):
        client = imaplib.IMAP4_SSL(host, mail_servers.ports.imaps, ssl_context=mail_servers.tls(), timeout=10)
        client.shutdown()
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("localhost", mail_servers.ports.imaps, ssl_context=ssl.create_default_context(), timeout=10)


def test_a_wrong_recipient_bounces_to_the_envelope_sender(mail_servers: MailServers) -> None:
    assert mail_servers.send(mail("đến người không có"), AGENCY, ["khongco@binhduong.example"]) == {}
    bounce = mail_servers.wait_for(AGENCY, lambda message: message.get_content_type() == "multipart/report")
    assert bounce["Return-Path"] == "<>"
    (status,) = (part.as_string() for part in bounce.walk() if part.get_content_type() == "message/delivery-status")
    assert "khongco@binhduong.example" in status
    assert "5.1.1" in status


def test_addresses_that_refuse_at_once_for_good_and_for_now(mail_servers: MailServers) -> None:
    refused = mail_servers.send(mail("x"), AGENCY, [OFFICE, "refused@binhduong.example", "busy@noikhac.example"])
    assert {address: code for address, (code, _) in refused.items()} == {
        "refused@binhduong.example": 550,
        "busy@noikhac.example": 451,
    }


def test_other_domains_are_swallowed_and_counted(mail_servers: MailServers) -> None:
    mail_servers.settle()
    before = mail_servers.deliver_count("ai@xa.example"), mail_servers.deliver_count()
    mail_servers.send(mail("đi xa"), AGENCY, ["ai@xa.example"])
    mail_servers.settle()
    assert (mail_servers.deliver_count("ai@xa.example"), mail_servers.deliver_count()) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize("way", ["submission", "smtps"])
def test_submission_wants_tls_and_the_right_password(mail_servers: MailServers, way: str) -> None:
    if way == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            mail_servers.host, mail_servers.ports.smtps, context=mail_servers.tls(), timeout=10
        )
    else:
        smtp = smtplib.SMTP(mail_servers.host, mail_servers.ports.submission, timeout=10)
        assert smtp.docmd("MAIL", f"FROM:<{OFFICE}>")[0] == 530
        smtp.starttls(context=mail_servers.tls())
    with smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail(OFFICE, [AGENCY], "Subject: chua dang nhap\r\n\r\n")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(OFFICE, "sai")
        smtp.login(OFFICE, mail_servers.password)
        smtp.sendmail(OFFICE, [AGENCY], f"Subject: {way}\r\n\r\n")
    mail_servers.wait_for(AGENCY, titled(way))


def test_a_detail_after_plus_reaches_the_same_mailbox(mail_servers: MailServers) -> None:
    mail_servers.send(mail("trả về"), "", ["baocao+tra-ve@binhduong.example"])
    assert mail_servers.wait_for(OFFICE, titled("trả về"))["Return-Path"] == "<>"


def test_idle_tells_of_new_mail(mail_servers: MailServers) -> None:
    with mail_servers.imap(OFFICE) as client:
        client.select("INBOX")
        client.send(b"I1 IDLE\r\n")
        assert client.readline().startswith(b"+")
        sender = threading.Thread(target=mail_servers.send, args=(mail("IDLE"), AGENCY, [OFFICE]))
        sender.start()
        client.sock.settimeout(10)
        while b"EXISTS" not in client.readline():
            pass
        sender.join()
        client.send(b"DONE\r\n")
        while not client.readline().startswith(b"I1 OK"):
            pass


def test_append_gives_the_time_of_receipt_and_clear_takes_all_away(imap_server: MailServers) -> None:
    at = datetime(2023, 3, 8, 7, 5, 9, tzinfo=UTC)
    imap_server.append(STRANGER, b"Subject: cu\r\n\r\nthan\r\n", at, "Sent", ["\\Seen", "ThukyDone"])
    (stored,) = imap_server.stored(STRANGER, "Sent")
    assert (stored.internal_date, stored.raw) == (at, b"Subject: cu\r\n\r\nthan\r\n")
    assert stored.flags >= {"\\Seen", "ThukyDone"}
    imap_server.clear(STRANGER)
    assert imap_server.stored(STRANGER, "Sent") == imap_server.stored(STRANGER) == []


def test_an_account_can_be_added_while_running(imap_server: MailServers) -> None:
    imap_server.add_account("moi@noikhac.example", "mat-khau-khac")
    assert imap_server.inbox("moi@noikhac.example") == []
    with pytest.raises(ValueError, match="local domains"):
        imap_server.add_account("moi@chua-co.example")


def test_waiting_in_vain_ends_and_says_what_lies_there(imap_server: MailServers) -> None:
    imap_server.append(STRANGER, b"Subject: khac\r\n\r\n", datetime.now(UTC))
    with pytest.raises(ServersError, match=r"0 of 1 mails after 0\.1 s(.|\n)*khac"):
        imap_server.wait_for(STRANGER, titled("không bao giờ"), seconds=0.1)


def test_dovecot_alone_starts_quickly_on_other_ports_and_leaves_nothing(
    imap_server: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    free_ports = server_process._free_ports
    given: list[list[int]] = []

    def first_a_taken_one(count: int) -> list[int]:
        given.append([imap_server.ports.imap, *free_ports(count)][:count] if not given else free_ports(count))
        return given[-1]

    monkeypatch.setattr(server_process, "_free_ports", first_a_taken_one)
    started = time.monotonic()
    with MailServers([OFFICE], smtp=False) as other:
        assert time.monotonic() - started < 3
        assert len(given) == 2
        assert other.inbox(OFFICE) == []
        folder, port = other.place.folder, other.ports.imaps
    assert not folder.exists()
    with pytest.raises(OSError):
        socket.create_connection((other.host, port), timeout=1)
    assert imap_server.inbox(AGENCY) is not None  # the other pair still runs


def test_servers_end_with_a_test_process_that_is_killed(imap_server: MailServers) -> None:
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from mail_servers import MailServers\n"
        "servers = MailServers(['a@b.example'], smtp=False); servers.start()\n"
        "print(servers.ports.imap, servers.place.folder, flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout:
        port, folder = child.stdout.readline().split()
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    limit = time.monotonic() + 10
    while server_process._greeting(int(port)):
        assert time.monotonic() < limit, "Dovecot outlived the process that started it"
    subprocess.run(["rm", "-rf", "--", folder], check=True)


def test_each_dovecot_gets_its_own_words(tmp_path: Path) -> None:
    place = Place(tmp_path, "mail", "mail", Ports(1, 2, 3, 4, 5), as_root=False)
    old, new = dovecot_config(place, (2, 3)), dovecot_config(place, (2, 4))
    assert "ssl_cert = <" in old
    assert "ssl_server_cert_file" not in old
    assert "dovecot_config_version" in new
    assert "mail_location" not in new
    for text in (old, new):
        assert not any("{" in line and line.rstrip().endswith("}") and "%{" not in line for line in text.splitlines())
