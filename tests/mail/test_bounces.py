"""Which bounce is for ever, which is for now, and which is no bounce: by status codes and by words."""

import time

import pytest

from bot.domain.mail import SendOutcome, SendResult
from bot.mail.bounces import MAX_ADDRESSES, bounced_addresses
from bot.mail.refusals import Refusal, is_permanent, refusal_of, refused_recipients

STP = "stp@binhduong.example"


def report(status: str, words: str, *, action: str = "failed", original: str = "<m1@binhduong.example>") -> bytes:
    return f"""From: MAILER-DAEMON@mx.example
To: baocao@binhduong.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system. Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {STP}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b
Content-Type: message/rfc822

Message-ID: {original}
From: baocao@binhduong.example

--b--
""".encode()


@pytest.mark.parametrize(
    ("status", "words", "permanent"),
    [
        ("5.1.1", "550 5.1.1 User unknown", True),
        ("5.1.1", "550 5.1.1 <stp@binhduong.example> User doesn't exist", True),
        ("5.0.0", "550 no such person", True),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", True),
        ("5.4.4", "5.4.4 Host or domain name not found", True),
        ("5.2.1", "550 5.2.1 mailbox disabled", True),
        ("5.7.1", "550 5.7.1 No such user here", True),
        ("5.2.2", "552 5.2.2 anything at all", False),
        ("4.2.2", "452 4.2.2 over quota", False),
        ("5.0.0", "552 Mailbox full", False),
        ("5.0.0", "554 mailbox is full", False),
        ("5.2.0", "552 user is over quota", False),
        ("5.0.0", "552 Quota exceeded (mailbox for user is full)", False),
        ("5.0.0", "550 the account has exceeded its storage quota", False),
        ("5.0.0", "550 Hộp thư đã đầy", False),
        ("5.0.0", "550 hộp thư người nhận đầy", False),
        ("5.0.0", "552 Hòm thư vượt quá dung lượng", False),
        ("4.4.7", "delivery time expired", False),
        ("4.1.1", "450 4.1.1 user unknown for now", False),
        ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", False),
        ("5.7.26", "550 5.7.26 This mail is unauthenticated", False),
        ("5.4.5", "550 5.4.5 Daily user sending limit exceeded", False),
    ],
)
def test_only_an_address_that_is_gone_is_dead(status: str, words: str, permanent: bool) -> None:
    (bounce,) = bounced_addresses(report(status, words))
    assert (bounce.address, bounce.permanent, bounce.gave_up) == (STP, permanent, True)
    assert (bounce.diagnostic, bounce.original_message_id) == (words, "<m1@binhduong.example>")


def test_a_delay_is_no_bounce_yet() -> None:
    (bounce,) = bounced_addresses(report("4.4.1", "connection timed out", action="delayed"))
    assert (bounce.permanent, bounce.gave_up) == (False, False)


@pytest.mark.parametrize(
    ("words", "permanent"),
    [("Sorry, no mailbox here by that name. (#5.1.1)", True), ("user is over quota, hộp thư đầy", False)],
)
def test_a_free_report_is_read_by_its_words(words: str, permanent: bool) -> None:
    raw = f"""From: MAILER-DAEMON@qmail.example
To: baocao@binhduong.example
Subject: failure notice
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{STP}>:
{words}

--- Below this line is a copy of the message.

Message-ID: <m1@binhduong.example>
""".encode()
    (bounce,) = bounced_addresses(raw)
    assert (bounce.address, bounce.permanent, bounce.diagnostic) == (STP, permanent, words)
    assert bounce.original_message_id == "<m1@binhduong.example>"


@pytest.mark.parametrize(
    ("words", "kind", "permanent"),
    [
        ("550 5.1.1 no such mailbox", Refusal.GONE, True),
        ("550 5.1.10 recipient not found", Refusal.GONE, True),
        ("550 User unknown in virtual mailbox table", Refusal.GONE, True),
        ("550-5.1.1 The email account that you tried to reach does not exist", Refusal.GONE, True),
        ("550 Địa chỉ không tồn tại", Refusal.GONE, True),
        ("450 4.1.1 no such mailbox yet", Refusal.GONE, False),
        ("452 4.2.2 The recipient's inbox is out of storage space", Refusal.FULL, False),
        ("552 5.2.2 Quota exceeded", Refusal.FULL, True),
        ("550 5.4.5 Daily user sending limit exceeded", Refusal.LIMIT, True),
        ("421 4.7.28 unusual rate of mail", Refusal.LIMIT, False),
        ("454 4.7.0 Too many messages, slow down", Refusal.LIMIT, False),
        ("550 Hourly sending quota exceeded", Refusal.LIMIT, True),
        ("550 You have exceeded your daily limit", Refusal.LIMIT, True),
        ("451 4.7.1 Greylisting in action, please come back later", Refusal.MAIL, False),
        ("554 5.7.1 Relay access denied", Refusal.MAIL, True),
        ("552 5.3.4 Message size exceeds fixed limit", Refusal.MAIL, True),
        ("552 5.2.3 Message length exceeds administrative limit", Refusal.MAIL, True),
        ("450 4.2.1 mailbox busy, try again later", Refusal.GONE, False),
        ("554 Transaction failed", Refusal.OTHER, True),
        ("timed out", Refusal.OTHER, True),
        ("", Refusal.OTHER, True),
    ],
)
def test_what_a_server_says(words: str, kind: Refusal, permanent: bool) -> None:
    assert (refusal_of(words), is_permanent(words)) == (kind, permanent)


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (SendResult(SendOutcome.SENT, "250 ok"), {}),
        (SendResult(SendOutcome.SENT, "250 ok", {STP: "550 5.1.1 no such mailbox"}), {STP: True}),
        (SendResult(SendOutcome.SENT, "250 ok", {STP.upper(): "550 5.1.1 no such mailbox"}), {STP: True}),
        (SendResult(SendOutcome.SENT, "250 ok", {STP: "552 5.2.2 full"}), {STP: False}),
        (SendResult(SendOutcome.SENT, "250 ok", {STP: "450 4.1.1 unknown for now"}), {}),
        (
            SendResult(SendOutcome.PERMANENT, "554 5.7.1 Relay access denied", {STP: "554 5.7.1 Relay access denied"}),
            {},
        ),
        (SendResult(SendOutcome.PERMANENT, "550 5.1.1 user unknown"), {STP: True}),
        (SendResult(SendOutcome.TRANSIENT, "550 5.1.1 user unknown"), {}),
    ],
)
def test_recipients_refused_for_their_own_reasons(result: SendResult, found: dict[str, bool]) -> None:
    assert {b.address: b.permanent for b in refused_recipients(result, [STP])} == found


def test_an_answer_to_the_data_speaks_of_one_recipient_only() -> None:
    result = SendResult(SendOutcome.PERMANENT, "550 5.1.1 user unknown")
    assert refused_recipients(result, [STP, "stc@binhduong.example"]) == ()


def test_a_report_that_names_thousands_is_read_in_no_time_and_not_to_its_end() -> None:
    said = b"\n\n".join(b"<u%d@noikhac.test>:\nuser unknown" % n for n in range(4_000))
    head = b"Hi. This is the qmail-send program at noikhac.test.\nI'm afraid I wasn't able to deliver your message."
    raw = b"From: mailer-daemon@noikhac.test\nSubject: failure notice\n\n" + head + b"\n\n" + said + b"\n"
    begun = time.process_time()
    assert len(bounced_addresses(raw)) == MAX_ADDRESSES
    assert time.process_time() - begun < 4


@pytest.mark.parametrize(
    ("path", "counts"),
    [("", True), ("Return-Path: <>\r\n", True), ("Return-Path: <nguoila@noikhac.example>\r\n", False)],
)
def test_a_report_with_a_sender_is_somebodys_letter(path: str, counts: bool) -> None:
    raw = path.encode() + report("5.1.1", "550 5.1.1 User unknown").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert bool(bounced_addresses(raw)) is counts
