"""What our mails tell of themselves, and notes: read back as they were written; ids found again from what is left."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ledger import Note, Origin, Unnumbered, number_mails
from bot.domain.mail import MessageRef, NoticeKind, NudgeMark
from bot.mail.compose_message import Envelope, build, lasting_message_id, new_message_id
from bot.mail.ledger_headers import about_header, covers_header, read_sent
from bot.mail.ledger_note import build_note, note_id, read_note

AT = datetime(2023, 3, 2, 9, 1, 2, 345678, tzinfo=UTC)
SHA = "a" * 64
ORIGIN = Origin(17, SHA, MessageRef("box", "Thư rác; a=b", 3, 99), AT - timedelta(minutes=1))
MARKS = (
    NudgeMark("reminder:2023-q1:stp:t-3:2023-03-06", "2023-q1", "t-3"),
    NudgeMark("reminder:m 02:stp:t-1", "m 02", "t-1"),
)


def sent(key: str, about: str = "", covers: str = "") -> bytes:
    envelope = Envelope(
        "Sở Nội vụ", "box@x.example", ("a@b.example", "c@d.example"), ("l@b.example",), AT, "<1@x.example>", key,
        is_answer=False, about=about, covers=covers,
    )  # fmt: skip
    return build(envelope, "Đã nhận đủ báo cáo", "x", "<p>x</p>")


def test_a_copy_tells_what_it_is_about() -> None:
    about = about_header(NoticeKind.RECEIPT, AT, "stp", "2023-q1", ORIGIN)
    read = read_sent(sent("receipt:2023-q1:stp:17", about, covers_header(MARKS)), "box", "bounce@x.example")
    assert read is not None
    mail = read.mail
    assert (read.at, read.origin, mail.nudges, mail.kind) == (AT, ORIGIN, MARKS, NoticeKind.RECEIPT)
    assert (mail.to, mail.cc) == (("a@b.example", "c@d.example"), ("l@b.example",))
    assert (mail.subject, mail.agency, mail.round, mail.mail_id) == ("Đã nhận đủ báo cáo", "stp", "2023-q1", 17)


@pytest.mark.parametrize(
    ("key", "kind", "mail_id", "agency"),
    [
        ("receipt:2023-q1:stp:17", NoticeKind.RECEIPT, 17, "stp"),
        ("correction:2023-q1:stp:17:again", NoticeKind.CORRECTION, 17, "stp"),
        ("order:5", NoticeKind.DECISION, 5, None),
        ("reminder:2023-q1:stp:t-3:2023-03-06", NoticeKind.REMINDER, None, "stp"),
        ("alert:mail_parked:3", NoticeKind.ALERT, None, None),
    ],
)
def test_an_old_copy_is_read_by_its_key(key: str, kind: NoticeKind, mail_id: int | None, agency: str | None) -> None:
    read = read_sent(sent(key), "box", "b@x.example")
    assert read is not None
    assert (read.mail.kind, read.mail.mail_id, read.mail.agency) == (kind, mail_id, agency)
    assert read.at == AT.replace(microsecond=0)
    assert read.in_pass == (mail_id is not None and not key.endswith(":again"))


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\nMessage-ID: <1@b>\r\n\r\nx",  # a person's
        b"X-Thuky-Key: ledger:decision:1\r\nMessage-ID: <1@b>\r\n\r\nx",
        b"X-Thuky-Key: receipt:a:b:1\r\n\r\nx",
        b"X-Thuky-Key: strange:a:b:1\r\nMessage-ID: <1@b>\r\nDate: Thu, 02 Mar 2023 09:01:02 +0000\r\n\r\nx",
        b"X-Thuky-Key: receipt:a:b:1\r\nMessage-ID: <1@b>\r\nX-Thuky-About: kind=receipt; at=never\r\n\r\nx",
        b"X-Thuky-Key: receipt:a:b:1\r\nMessage-ID: <1@b>\r\n\r\nx",  # no Date either
    ],
)
def test_what_is_no_mail_of_ours_is_none(raw: bytes) -> None:
    assert read_sent(raw, "box", "b@x.example") is None


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=5), st.binary(max_size=2000))
def test_a_note_comes_back_with_its_files(facts: dict[str, str], payload: bytes) -> None:
    note = Note("decision:17", AT, facts, (("Báo cáo.xlsx", payload),))
    how = {"name": "Sở Nội vụ", "address": "box@x.example", "date": AT, "subject": "Ghi chép", "text": "Lý do: …\n"}
    raw = build_note(note, **how)  # type: ignore[arg-type]  # one dictionary of several types
    assert read_note(raw) == note
    assert raw == build_note(note, **how)  # type: ignore[arg-type]  # one dictionary of several types
    head = message_from_bytes(raw, policy=policy.default)
    assert (head["X-Thuky-Key"], head["Message-ID"]) == ("ledger:decision:17", note_id(note, "box@x.example"))


def test_the_same_decision_number_of_another_database_has_another_note() -> None:
    one, other = (note_id(Note("decision:1", AT, {"why": why}), "b@x.example") for why in ("a", "b"))
    assert one != other


def test_a_damaged_note_is_none() -> None:
    raw = build_note(Note("a", AT, {}), name="", address="b@x.example", date=AT, subject="x", text="x\n")
    assert read_note(raw.replace(b"application/json", b"text/plain").replace(b"thuky.json", b"other.json")) is None
    assert read_note(b"From: a@b.example\r\n\r\nx") is None


def test_a_message_id_outlives_the_database() -> None:
    one = lasting_message_id("receipt:a:b:1", "b@x.example", SHA, AT)
    assert one == lasting_message_id("receipt:a:b:1", "b@x.example", SHA, AT.astimezone())
    others = {
        lasting_message_id("receipt:a:b:2", "b@x.example", SHA, AT),
        lasting_message_id("receipt:a:b:1", "b@x.example", "b" * 64, AT),
        lasting_message_id("receipt:a:b:1", "b@x.example", SHA, AT + timedelta(seconds=1)),
        lasting_message_id("receipt:a:b:1", "b@x.example"),
        new_message_id("receipt:a:b:1", AT, "b@x.example"),
    }
    assert len(others) == 5
    assert one not in others


def lying(folder: str, uid: int, minute: int, known_id: int | None = None) -> Unnumbered:
    return Unnumbered(MessageRef("", folder, 1, uid), AT + timedelta(minutes=minute), known_id)


@pytest.mark.parametrize(
    ("mails", "taken", "expected"),
    [
        ([lying("INBOX", 1, 1), lying("INBOX", 2, 2)], [], [1, 2]),
        ([lying("INBOX", 1, 1, 2), lying("INBOX", 2, 2)], [], [2, 3]),  # one before it was deleted
        ([lying("INBOX", 2, 2), lying("INBOX", 3, 3, 3)], [], [1, 3]),
        ([lying("INBOX", 5, 1, 4), lying("INBOX", 9, 2), lying("INBOX", 10, 3, 7)], [5], [4, 6, 7]),
        ([lying("INBOX", 1, 1, 1), lying("Junk", 1, 2), lying("INBOX", 2, 3, 3)], [], [1, 2, 3]),
        ([lying("INBOX", 1, 1, 1), lying("INBOX", 2, 2, 2), lying("Junk", 1, 3)], [], [1, 2, 3]),
        ([lying("Junk", 1, 1), lying("INBOX", 1, 2, 1), lying("INBOX", 2, 3)], [], [2, 1, 3]),
    ],
)
def test_ids_are_found_again(mails: list[Unnumbered], taken: list[int], expected: list[int]) -> None:
    numbers = number_mails(mails, "INBOX", taken)
    assert [numbers[m.ref] for m in mails] == expected


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=30), st.data())
def test_every_mail_gets_an_id_of_its_own_and_keeps_a_known_one(
    told: list[tuple[bool, int]], data: st.DataObject
) -> None:
    minutes = sorted(minute for _, minute in told)
    mails = [
        lying("Junk" if junk else "INBOX", n + 1, minute)
        for n, ((junk, _), minute) in enumerate(zip(told, minutes, strict=True))
    ]
    chosen = data.draw(st.sets(st.integers(0, max(0, len(mails) - 1))))
    mails = [Unnumbered(m.ref, m.received_at, 2 * n + 1 if n in chosen else None) for n, m in enumerate(mails)]
    numbers = number_mails(mails, "INBOX")
    assert len(set(numbers.values())) == len(mails)
    assert all(numbers[m.ref] == m.known_id for m in mails if m.known_id)
    for folder in ("INBOX", "Junk"):
        mine = [numbers[m.ref] for m in mails if m.ref.folder == folder]
        if not chosen:
            assert mine == sorted(mine)


def test_a_message_id_is_of_the_instant_and_not_of_its_zone() -> None:
    there = AT.astimezone(timezone(timedelta(hours=7)))
    assert new_message_id("k", AT, "b@x.example") == new_message_id("k", there, "b@x.example")
