"""Reports in free form, one a family, in the shapes that mail servers write them: which address, and whether for ever.

The test data of flufl.bounce itself (103 reports) were run through screening by hand: all were seen as automatic.
"""

import pytest

from bot.mail.bounces import bounced_addresses
from bot.mail.refusals import is_for_good

TO = "stp@binhduong.example"


def report(sender: str, body: str, *headers: str) -> bytes:
    return "\r\n".join((f"From: {sender}", "Subject: failure notice", *headers, "", *body.split("\n"))).encode()


QMAIL = f"""Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{TO}>:
{{why}}

--- Below this line is a copy of the message.

Message-ID: <m1@binhduong.example>
"""
EXIM = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. The following address(es) failed:

  {TO}
    {{why}}

------ This is a copy of the message, including all the headers. ------
"""
POSTFIX = f"""This is the Postfix program at host mx.example.

<{TO}>: {{why}}
"""


@pytest.mark.parametrize(
    ("form", "why", "for_good"),
    [
        (QMAIL, "Sorry, no mailbox here by that name. (#5.1.1)", True),
        (QMAIL, "user is over quota (#5.2.2)", False),
        (QMAIL, "I could not say why.", False),
        (QMAIL, "Connected but connection died; I'll try again later", False),
        (EXIM, "unrouteable mail domain", False),
        (EXIM, "SMTP error after RCPT TO: host mx [10.0.0.1]: 550 user unknown", True),
        (EXIM, "retry timeout exceeded", False),
    ],
)
def test_free_forms(form: str, why: str, for_good: bool) -> None:
    headers = () if form is QMAIL else (f"X-Failed-Recipients: {TO}",)
    found = bounced_addresses(report("MAILER-DAEMON@mx.example", form.format(why=why), *headers))
    assert [(b.address, b.permanent) for b in found] == [(TO, for_good)]


@pytest.mark.parametrize(
    ("words", "status", "for_good"),
    [
        ("550 user unknown", "", True),
        ("user unknown", "", True),
        ("Name service error for domain: Host not found, try again", "", False),
        ("failed because it has not been collected after 30 days", "", False),
        ("user not found, temporarily", "", False),
        ("", "", False),
        ("something", "5.0.0", True),
        ("something", "4.4.7", False),
        ("450 user unknown", "", False),
        ("550 mailbox full", "", False),
    ],
)
def test_without_a_code_only_plain_words_are_for_ever(words: str, status: str, for_good: bool) -> None:
    assert is_for_good(words, status) is for_good


def test_a_report_of_a_hundred_thousand_lines_is_quick() -> None:
    raw = report("MAILER-DAEMON@mx.example", QMAIL.format(why="no such user (#5.1.1)") + "a\n" * 100_000)
    assert [b.address for b in bounced_addresses(raw)] == [TO]
