"""The mailbox, against real Dovecot and against the demo's embedded server: the same promises on both."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import pytest
from mail_servers import MailServers

from bot.demo.server import EmbeddedMailServer
from bot.domain.mail import Endpoint, MessageRef, Security
from bot.mail.connection import MailServerError, tls_context
from bot.mail.inbox import SENT_NAMES, Inbox, check_login

ACCOUNT, PASSWORD = "canbo@hopthu.test", "bimat"
AT = datetime(2023, 3, 8, 14, 5, 30, tzinfo=timezone(timedelta(hours=7)))


def mail(number: int, body: str = "Kính gửi") -> bytes:
    return f"From: a@x.example\r\nMessage-ID: <{number}@x.example>\r\nSubject: {number}\r\n\r\n.{body}\r\n\x80".encode(
        "latin-1", "replace"
    )


@dataclass
class Account:
    """One empty account on one server."""

    endpoint: Endpoint
    put: Callable[[bytes, datetime], None]
    flags: Callable[[], list[frozenset[str]]] | None = None


class Promises:
    def test_lists_with_uid_size_and_aware_time_of_receipt(self, account: Account) -> None:
        account.put(mail(1), AT)
        account.put(mail(2, "dài hơn nhiều"), AT + timedelta(hours=1))
        with Inbox(account.endpoint, "bc") as inbox:
            uidvalidity, found = inbox.list_messages("INBOX", None)
        assert [m.internal_date for m in found] == [AT, AT + timedelta(hours=1)]
        assert all(m.internal_date.utcoffset() is not None for m in found)
        assert [m.size for m in found] == [len(mail(1)), len(mail(2, "dài hơn nhiều"))]
        assert {(m.ref.account, m.ref.folder, m.ref.uidvalidity) for m in found} == {("bc", "INBOX", uidvalidity)}
        assert found[0].ref.uid < found[1].ref.uid

    def test_lists_only_what_is_newer(self, account: Account) -> None:
        with Inbox(account.endpoint, "bc") as inbox:
            uidvalidity, found = inbox.list_messages("INBOX")
            assert found == ()
            account.put(mail(1), AT)
            _, (first,) = inbox.list_messages("INBOX", (uidvalidity, 0))
            # "n:*" names the last message although its UID is smaller than n.
            assert inbox.list_messages("INBOX", (uidvalidity, first.ref.uid))[1] == ()
            account.put(mail(2), AT)
            _, (second,) = inbox.list_messages("INBOX", (uidvalidity, first.ref.uid))
            assert second.ref.uid > first.ref.uid
            # Another UIDVALIDITY: nothing that was known counts any more.
            assert len(inbox.list_messages("INBOX", (uidvalidity + 1, second.ref.uid))[1]) == 2

    def test_fetches_byte_for_byte(self, account: Account) -> None:
        account.put(mail(1), AT)
        account.put(mail(2), AT)
        with Inbox(account.endpoint, "bc") as inbox:
            _, found = inbox.list_messages("INBOX")
            assert [inbox.fetch_raw(m.ref) for m in found] == [mail(1), mail(2)]
            assert inbox.fetch_raw(replace(found[1].ref, uid=found[1].ref.uid + 40)) is None
            assert inbox.facts().messages == len(inbox.list_messages("INBOX")[1])

    def test_refuses_a_ref_of_another_uidvalidity(self, account: Account) -> None:
        account.put(mail(1), AT)
        with Inbox(account.endpoint, "bc") as inbox:
            _, (message,) = inbox.list_messages("INBOX")
            stale = replace(message.ref, uidvalidity=message.ref.uidvalidity + 1)
            with pytest.raises(MailServerError, match="UIDVALIDITY") as caught:
                inbox.fetch_raw(stale)
            assert not caught.value.transient
            assert inbox.mark_done(stale, "$ThukyDone") is False

    def test_marks_by_a_keyword(self, account: Account) -> None:
        account.put(mail(1), AT)
        with Inbox(account.endpoint, "bc") as inbox:
            _, (message,) = inbox.list_messages("INBOX")
            assert inbox.mark_done(message.ref, "$ThukyDone")
            assert inbox.mark_done(message.ref, "$ThukyDone")
            with pytest.raises(ValueError, match="keyword"):
                inbox.mark_done(message.ref, "$Bad)\r\nEXPUNGE")
            done, answer = inbox._client.uid("SEARCH", "KEYWORD", "$ThukyDone")
            assert (done, answer[0].split()) == ("OK", [str(message.ref.uid).encode()])

    def test_keeps_a_copy_in_the_sent_folder_once(self, account: Account) -> None:
        with Inbox(account.endpoint, "bc") as inbox:
            sent = inbox.find_folder("\\Sent", SENT_NAMES)
            assert sent == "Sent"
            assert not inbox.has_message_id(sent, "<1@x.example>")
            inbox.append(sent, mail(1), AT, seen=True)
            assert inbox.has_message_id(sent, "<1@x.example>")
            assert not inbox.has_message_id(sent, "<11@x.example>")
            assert not inbox.has_message_id(sent, '<"\r\nA1 LOGOUT')
            _, (copy,) = inbox.list_messages(sent)
            assert copy.internal_date == AT
            assert inbox.fetch_raw(copy.ref) == mail(1)

    def test_makes_a_folder_that_is_missing(self, account: Account) -> None:
        name = f"Thư đã gửi & {time.monotonic_ns()}"
        with Inbox(account.endpoint, "bc") as inbox:
            assert not inbox.has_message_id(name, "<1@x.example>")
            inbox.append(name, mail(1), AT)
            assert inbox.has_message_id(name, "<1@x.example>")
            assert inbox.find_folder("\\Nowhere", ("Không có", name.upper())) == name
            assert inbox.find_folder("\\Nowhere", ("Không có",)) is None

    def test_a_folder_that_is_not_there(self, account: Account) -> None:
        with Inbox(account.endpoint, "bc") as inbox:
            with pytest.raises(MailServerError, match="Không có"):
                inbox.list_messages("Không có")
            assert inbox.list_messages("INBOX")[1] == ()

    def test_a_wrong_password_is_said_without_it(self, account: Account) -> None:
        wrong = replace(account.endpoint, password="matkhausai")
        with pytest.raises(MailServerError, match="log-in refused") as caught:
            check_login(wrong)
        assert not caught.value.transient
        assert f"{wrong.host}:{wrong.port}" in str(caught.value)
        assert "matkhausai" not in str(caught.value)

    def test_check_login_tells_what_the_server_can(self, account: Account) -> None:
        account.put(mail(1), AT)
        facts = check_login(account.endpoint)
        assert (facts.messages, facts.idle, facts.can_mark) == (1, True, True)


class TestOnTheEmbeddedServer(Promises):
    @pytest.fixture
    def account(self) -> Iterator[Account]:
        with EmbeddedMailServer({ACCOUNT: PASSWORD}, clock=lambda: AT) as server:
            endpoint = Endpoint(server.host, server.imap_port, Security.NONE, ACCOUNT, PASSWORD, timeout=10)
            yield Account(endpoint, lambda raw, at: server.deliver(raw, "a@x.example", [ACCOUNT], at))

    # Deliveries here add Return-Path and Received in front, as a server does that takes mail by SMTP.
    def test_lists_with_uid_size_and_aware_time_of_receipt(self, account: Account) -> None:
        account.put(mail(1), AT)
        with Inbox(account.endpoint, "bc") as inbox:
            _, (found,) = inbox.list_messages("INBOX")
            raw = inbox.fetch_raw(found.ref)
        assert raw is not None
        assert (found.internal_date, found.size) == (AT, len(raw))

    def test_fetches_byte_for_byte(self, account: Account) -> None:
        account.put(mail(1), AT)
        with Inbox(account.endpoint, "bc") as inbox:
            _, (found,) = inbox.list_messages("INBOX")
            raw = inbox.fetch_raw(found.ref)
            assert inbox.fetch_raw(replace(found.ref, uid=found.ref.uid + 40)) is None
            assert inbox.facts().messages == len(inbox.list_messages("INBOX")[1])
        assert raw is not None
        assert raw.endswith(mail(1))


class TestOnDovecot(Promises):
    @pytest.fixture
    def account(self, imap_server: MailServers) -> Account:
        imap_server.clear(ACCOUNT)
        endpoint = Endpoint(
            "localhost",
            imap_server.ports.imaps,
            Security.TLS,
            ACCOUNT,
            imap_server.password,
            ca_file=str(imap_server.ca_file),
            timeout=10,
        )
        return Account(
            endpoint,
            lambda raw, at: imap_server.append(ACCOUNT, raw, at),
            lambda: [m.flags for m in imap_server.stored(ACCOUNT)],
        )

    def test_reads_without_marking_seen_and_never_expunges(self, account: Account, imap_server: MailServers) -> None:
        account.put(mail(1), AT)
        imap_server.append(ACCOUNT, mail(2), AT, flags=["\\Deleted"])
        with Inbox(account.endpoint, "bc") as inbox:
            _, found = inbox.list_messages("INBOX")
            for message in found:
                inbox.fetch_raw(message.ref)
                inbox.mark_done(message.ref, "$ThukyHeld")
            inbox.list_messages("Sent")
            inbox.list_messages("INBOX")
        assert account.flags is not None
        flags = [{f.lower() for f in marks} - {"\\recent"} for marks in account.flags()]
        assert flags == [{"$thukyheld"}, {"$thukyheld", "\\deleted"}]

    def test_a_message_expunged_meanwhile_is_none(self, account: Account, imap_server: MailServers) -> None:
        account.put(mail(1), AT)
        account.put(mail(2), AT)
        with Inbox(account.endpoint, "bc") as inbox:
            _, (first, second) = inbox.list_messages("INBOX")
            imap_server.clear(ACCOUNT)
            assert inbox.fetch_raw(first.ref) is None
            assert inbox.fetch_raw(second.ref) is None
            assert inbox.list_messages("INBOX")[1] == ()

    def test_starttls(self, account: Account, imap_server: MailServers) -> None:
        endpoint = replace(account.endpoint, port=imap_server.ports.imap, security=Security.STARTTLS)
        assert check_login(endpoint).idle

    def test_an_unknown_authority_is_refused(self, account: Account) -> None:
        with pytest.raises(MailServerError, match="certificate is not trusted") as caught:
            check_login(replace(account.endpoint, ca_file=None))
        assert not caught.value.transient


def endpoint(**changes: object) -> Endpoint:
    return replace(Endpoint("127.0.0.1", 1, Security.NONE, ACCOUNT, PASSWORD, timeout=2), **changes)


@pytest.mark.parametrize("host", ["imap.example", "10.0.0.1", "localhost.evil.test", "0.0.0.0", "::"])
def test_no_protection_only_towards_loopback(host: str) -> None:
    with pytest.raises(MailServerError, match="only for a server on this machine") as caught:
        check_login(endpoint(host=host))
    assert not caught.value.transient


def test_nobody_listens() -> None:
    with pytest.raises(MailServerError, match=r"IMAP 127\.0\.0\.1:1 .*no connection") as caught:
        check_login(endpoint())
    assert caught.value.transient


def test_an_authority_file_that_is_missing() -> None:
    with pytest.raises(MailServerError, match=r"ca_file /nowhere\.pem") as caught:
        check_login(endpoint(security=Security.TLS, ca_file="/nowhere.pem"))
    assert not caught.value.transient


def test_used_without_a_connection() -> None:
    with pytest.raises(MailServerError, match="not connected"):
        Inbox(endpoint(), "bc").fetch_raw(MessageRef("bc", "INBOX", 1, 1))


def test_the_context_verifies() -> None:
    context = tls_context(endpoint(security=Security.TLS), "IMAP")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
