"""Files that go with a mail: what Python, imap-tools and our own parser make of them, and that nothing is lost."""

import email
import re
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imap_tools.message import MailMessage
from notice_facts import answer, local, nudge
from notices import TEMPLATES, office, say

from bot.domain.letter import Enclosure
from bot.domain.mail import NoticeKind
from bot.mail.compose import Composer
from bot.mail.compose_message import Envelope, build
from bot.mail.parse import parse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = [
    "marked.xlsx",
    "Đánh dấu chỗ cần sửa – Biểu II.06.xlsx",
    "Đánh dấu chỗ cần sửa – " + "Biểu thống kê số liệu cải cách hành chính ở các cơ quan " + "và đơn vị.xlsx",
    "a" * 95 + ".xlsx",
    "Phụ lục 1; “bản 2” (cũ), 100%.docx",
    "😀 vui.docx",
]


def built(*enclosures: Enclosure) -> bytes:
    envelope = Envelope(
        sender_name="Sở Nội vụ",
        sender_address="baocao@binhduong.example",
        to=("stp@binhduong.example",),
        cc=(),
        date=datetime(2023, 3, 8, 14, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        message_id="<a@binhduong.example>",
        key="correction:1",
        is_answer=True,
    )
    return build(envelope, "Cần sửa", "Kính gửi\n", "<p>Kính gửi</p>\n", enclosures)


def parsed(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(raw, policy=default))


@pytest.mark.parametrize("name", NAMES)
def test_every_reader_finds_the_name_and_the_bytes(name: str) -> None:
    payload = bytes(range(256)) * 9 + b"\r\n.\r\n--=_thuky_"
    raw = built(Enclosure(name, XLSX, payload))
    [attachment] = parsed(raw).iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == (name, payload)
    assert attachment.get_content_type() == XLSX
    assert attachment.get_content_disposition() == "attachment"
    [seen] = MailMessage([(b"1 (UID 1 FLAGS () RFC822 {1}", raw)]).attachments
    assert (seen.filename, seen.payload) == (name, payload)
    [ours] = parse(raw).attachments
    assert (ours.name, ours.payload, ours.inline) == (name, payload, False)


@pytest.mark.parametrize("name", NAMES)
def test_old_outlook_reads_the_name_of_the_content_type(name: str) -> None:
    [_, part] = email.message_from_bytes(built(Enclosure(name, XLSX, b"x")), policy=compat32).get_payload()
    shown = str(part.get_param("name"))
    assert str(make_header(decode_header(shown))).replace("\n ", "") == name


def test_the_alternative_stands_first_and_the_files_in_their_order() -> None:
    raw = built(Enclosure("a.xlsx", XLSX, b"1"), Enclosure("b.docx", "no type", b""))
    message = parsed(raw)
    assert message.get_content_type() == "multipart/mixed"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["multipart/alternative", XLSX, "application/octet-stream"]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Kính gửi"
    assert [part.get_content() for part in message.iter_attachments()] == [b"1", b""]
    assert not message.defects
    assert not [d for part in message.walk() for d in part.defects]
    assert parse(raw).defects == ()


def test_lines_are_short_and_plain_and_the_bytes_always_the_same() -> None:
    enclosures = [Enclosure(name, XLSX, bytes(5_000)) for name in NAMES]
    raw = built(*enclosures)
    assert raw == built(*enclosures)
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(len(line) for line in raw.split(b"\r\n")) < 130
    without = built()
    assert b"multipart/mixed" not in without
    assert b"multipart/alternative" in without


@given(name=st.text(max_size=100), payload=st.binary(max_size=300))
def test_no_name_breaks_the_mail(name: str, payload: bytes) -> None:
    raw = built(Enclosure(name, XLSX, payload))
    [attachment] = parsed(raw).iter_attachments()
    assert attachment.get_content() == payload
    found = attachment.get_filename()
    assert found
    assert not re.search(r'[\\/:*?"<>|\r\n]', found)


def test_answers_and_reminders_carry_their_files() -> None:
    composer = Composer(TEMPLATES, office(), say)
    file = Enclosure("Đánh dấu.xlsx", XLSX, b"PK")
    for notice in (
        answer(kind=NoticeKind.CORRECTION, enclosures=(file,)),
        nudge(NoticeKind.REMINDER, enclosures=(file,)),
    ):
        raw = composer.compose(notice, at=local(8)).raw
        assert [a.get_filename() for a in parsed(raw).iter_attachments()] == ["Đánh dấu.xlsx"]
