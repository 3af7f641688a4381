"""Header lines that hold whatever foreign values come."""

import email
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.letter import Thread
from bot.mail.compose_files import clean
from bot.mail.compose_message import MAX_REFERENCES, Envelope, build, message_ids, new_message_id

AT = datetime(2023, 3, 8, 14, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
NAMES = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Thuky-Key",
    "MIME-Version",
    "Content-Type",
]
VIETNAMESE = st.text(alphabet="aàảãáạăằắâấđêềệôơờươứ ỹABĐÊ 0123456789[]()·–:;,.\"'<>@=?_\r\n\t\x00\u202e", max_size=300)
ANY = st.one_of(VIETNAMESE, st.text(max_size=120))


def envelope(**changes: object) -> Envelope:
    facts: dict[str, object] = {
        "sender_name": "Sở Nội vụ tỉnh Bình Dương",
        "sender_address": "baocao@binhduong.example",
        "to": ("stp@binhduong.example",),
        "cc": (),
        "date": AT,
        "message_id": "<a@binhduong.example>",
        "key": "receipt:1",
        "is_answer": True,
    }
    return Envelope(**(facts | changes))  # type: ignore[arg-type]  # a dictionary of the fields


def parsed(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(raw, policy=default))


@given(subject=ANY, name=ANY, key=ANY)
def test_any_words_come_back_on_one_line(subject: str, name: str, key: str) -> None:
    raw = build(envelope(sender_name=name, key=key), subject, "text\n", "<p>html</p>\n")
    message = parsed(raw)
    assert set(message.keys()) <= set(NAMES)
    assert " ".join(str(message["Subject"]).split()) == clean(subject)
    # Python's own reader shows a blank between two encoded words of a name; RFC 2047, 6.2, says that there is none.
    assert message["From"].addresses[0].display_name.replace(" ", "") == clean(name).replace(" ", "")
    assert message["From"].addresses[0].addr_spec == "baocao@binhduong.example"
    assert message["To"].addresses[0].addr_spec == "stp@binhduong.example"
    assert " ".join(str(message["X-Thuky-Key"]).split()) == clean(key)
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert b"\n" not in head.replace(b"\r\n", b"")


@given(identity=ANY, references=st.lists(ANY, max_size=6))
def test_foreign_message_ids_cannot_bring_headers_in(identity: str, references: list[str]) -> None:
    thread = Thread(f"<x@y.example>{identity}", tuple(references), "")
    raw = build(envelope(thread=thread), "s", "t", "h")
    assert [name for name in parsed(raw) if name not in NAMES] == []
    assert raw.count(b"\r\nIn-Reply-To: <x@y.example>\r\n") == 1


def test_encoded_words_are_short_and_cut_at_blanks() -> None:
    subject = (
        "[BC 2023Q1 TDM] Cần sửa 2 chỗ trong Biểu II.06, hạn 09/3 – Re: V/v báo cáo cải cách hành chính " + "ữ" * 100
    )
    raw = build(envelope(sender_name="Ủy ban nhân dân thành phố Thủ Dầu Một, tỉnh Bình Dương"), subject, "t", "h")
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
    assert parsed(raw)["Subject"] == subject
    name = parsed(raw)["From"].addresses[0].display_name
    assert name.split() == ["Ủy", "ban", "nhân", "dân", "thành", "phố", "Thủ", "Dầu", "Một,", "tỉnh", "Bình", "Dương"]


def test_a_long_message_id_is_not_encoded() -> None:
    long = "<" + "a" * 200 + "@outlook.example>"
    raw = build(envelope(thread=Thread(long, ("<first@x.example>", long), "")), "s", "t", "h")
    assert f"In-Reply-To: {long}\r\n".encode() in raw
    assert f"References: <first@x.example>\r\n {long}\r\n".encode() in raw


def test_a_very_long_thread_keeps_its_root_and_its_end() -> None:
    references = tuple(f"<{n}@x.example>" for n in range(500))
    kept = parsed(build(envelope(thread=Thread("<end@x.example>", references, "")), "s", "t", "h"))[
        "References"
    ].split()
    assert len(kept) == MAX_REFERENCES
    assert (kept[0], kept[-2], kept[-1]) == ("<0@x.example>", "<499@x.example>", "<end@x.example>")


def test_a_mail_without_message_id_is_answered_without_a_thread() -> None:
    message = parsed(build(envelope(thread=Thread("", (), "")), "s", "t", "h"))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b\r\nBcc: x@y", "a b@c.example", "x@y.example, z@y.example", "<a@b.example>", "a@b.example\n"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        build(envelope(to=(address,)), "s", "t", "h")
    with pytest.raises(ValueError, match="not a mail address"):
        build(envelope(cc=(address,)), "s", "t", "h")


def test_nobody_and_a_wrong_message_id_are_refused() -> None:
    with pytest.raises(ValueError, match="without recipients"):
        build(envelope(to=()), "s", "t", "h")
    with pytest.raises(ValueError, match="not a Message-ID"):
        build(envelope(message_id="<a@b>\r\nBcc: x@y"), "s", "t", "h")


def test_text_is_what_was_given() -> None:
    text = "Dòng một\n.\nFrom đây\n" + "dài " * 200 + "\n= cuối \n"
    message = parsed(build(envelope(), "s", text, "<p>ỡ</p>\n"))
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text


def test_message_ids_are_found_once_and_in_order() -> None:
    assert message_ids(["<a@x> <b@x>", "junk", "<a@x>", "<c d@x>"]) == ("<a@x>", "<b@x>")


def test_own_message_ids_differ_by_key_and_time() -> None:
    ids = {new_message_id(k, AT.replace(minute=m), "b@x.example") for k in ("a", "b") for m in (1, 2)}
    assert len(ids) == 4
    assert all(i.endswith("@x.example>") for i in ids)
