"""Parsing: promises that hold for any bytes, and limits that hold against hostile ones."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.mail import InboundMail
from bot.mail.parse import parse

MAILS = sorted((Path(__file__).parent.parent / "mails").glob("*.eml"))


def check_promises(raw: bytes, mail: InboundMail) -> None:
    assert mail.sha256 == hashlib.sha256(raw).hexdigest()
    assert mail.size == len(raw)
    names = [a.name for a in mail.attachments]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 120
        assert len(name.encode()) <= 255
        assert not set(name) & set('/\\:*?"<>|\0\r\n\u202e')
        assert name not in (".", "..")
    for attachment in mail.attachments:
        assert attachment.sha256 == hashlib.sha256(attachment.payload).hexdigest()
    lines = [mail.subject, mail.from_name, mail.message_id, mail.in_reply_to, *mail.references, *mail.from_addresses]
    lines += [value for values in mail.headers.values() for value in values]
    for line in lines:
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in line)
    for text in (*lines, mail.text, *names):
        text.encode()  # no lone surrogates: it can be stored and printed
        assert unicodedata.is_normalized("NFC", text) or text in mail.from_addresses
    assert len(mail.subject) <= 998


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_never_raises_on_any_bytes(raw: bytes) -> None:
    check_promises(raw, parse(raw))


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_never_raises_on_broken_real_mails(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(MAILS)).read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = min(len(raw), start + data.draw(st.integers(0, 60)))
        raw = raw[:start] + data.draw(st.binary(max_size=20) | st.sampled_from(PIECES)) + raw[end:]
    check_promises(raw, parse(raw))


PIECES = (
    b"=?utf-8?B?",
    b"?=",
    b"\r\n\r\n",
    b"\r\n ",
    b'"',
    b"(",
    b"<",
    b"*0*=",
    b"''",
    b"%00",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: multipart/mixed; boundary=bien-gioi-1\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"--bien-gioi-1\r\n",
    b"Content-Type: text/plain; charset=utf-16\r\n",
    b"Content-Type: text/plain; charset=unicode_escape\r\n",
    b"\xed\xa0\x80",
    b"=?utf-7?Q?+2AA-?=",
    b"&#" + b"9" * 5000 + b";",
    b"Content-Type: message/delivery-status\r\n",
)


def test_the_mails_keep_the_promises() -> None:
    for path in MAILS:
        raw = path.read_bytes()
        check_promises(raw, parse(raw))


def test_thousands_of_levels() -> None:
    levels = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(1500))
    mail = parse(b"From: a@x.example\r\nSubject: s\r\n" + levels)
    assert mail.sender == "a@x.example"
    assert mail.subject == "s"
    assert "unparsable" in mail.defects


def test_mails_within_mails_end_somewhere() -> None:
    raw = b"From: in@x.example\r\n\r\ntext\r\n"
    for _ in range(40):
        raw = b"From: out@x.example\r\nContent-Type: message/rfc822\r\n\r\n" + raw
    mail = parse(raw)
    assert "too_deep" in mail.defects
    assert mail.sender == "out@x.example"


def test_too_many_parts() -> None:
    part = b"--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-\r\n"
    mail = parse(b"From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 700 + b"--b--\r\n")
    assert "too_many_parts" in mail.defects
    assert len(mail.attachments) == 499


def test_too_many_headers_and_too_long_ones() -> None:
    mail = parse(b"From: a@x.example\r\nSubject: " + b"x" * 50_000 + b"\r\n" + b"X-A: 1\r\n" * 3000 + b"\r\n")
    assert {"too_many_headers", "header_too_long"} <= set(mail.defects)
    assert len(mail.subject) == 998
    assert len(mail.headers["x-a"]) < 1000


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (b"", None),
        (b"Return-Path: <>\r\n", ""),
        (b"Return-Path:\r\n", ""),
        (b"Return-Path: <A.b@X.example>\r\nReturn-Path: <c@x.example>\r\n", "a.b@x.example"),
    ],
)
def test_return_path(headers: bytes, expected: str | None) -> None:
    assert parse(headers + b"From: a@x.example\r\n\r\n").return_path == expected


def test_the_picture_of_the_text_and_the_picture_sent_along() -> None:
    def mail(disposition: bytes, related: bool, html: bytes) -> bool:
        kind = b"related" if related else b"mixed"
        raw = (
            b"Content-Type: multipart/"
            + kind
            + b"; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
            + html
            + b"\r\n--b\r\nContent-Type: image/png; name=p.png\r\nContent-ID: <P@x>\r\n"
            + disposition
            + b"\r\n\r\n--b--"
        )
        (attachment,) = parse(raw).attachments
        return attachment.inline

    shown = b'<img src="cid:p@x">'
    assert mail(b"", False, shown)
    assert mail(b"Content-Disposition: attachment\r\n", False, shown)
    assert mail(b"Content-Disposition: inline\r\n", False, b"")
    assert mail(b"", True, b"")
    assert not mail(b"Content-Disposition: attachment\r\n", False, b"")
    assert not mail(b"Content-Disposition: attachment\r\n", True, b"")
    assert not mail(b"", False, b"")
