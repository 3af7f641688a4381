"""Inbound mails: recorded once, found again, marked last."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from store_makers import HOUR, NOW, direct, finished, outgoing, received, sha, submission

from bot.domain.mail import MessageRef, NoticeKind, Outcome, ServerMessage
from bot.store.errors import StoreConflictError
from bot.store.store import Store


def test_a_mail_is_recorded_once(store: Store) -> None:
    first = received(store)
    again = store.receive(ServerMessage(first.ref, NOW + HOUR, 5), sha256=sha("x"), received_at=NOW + HOUR, now=NOW)
    assert again == first
    assert store.mails() == (first,)
    assert (first.id, first.outcome, first.attempts, first.finished_at) == (1, Outcome.RECEIVED, 0, None)
    assert (first.sha256, first.size, first.received_at) == (sha("mail 1"), 1001, NOW)
    assert first.ref == MessageRef("baocao@binhduong.example", "INBOX", 7, 1)


@pytest.mark.parametrize("change", [{"account": "b"}, {"folder": "Spam"}, {"uidvalidity": 8}, {"uid": 2}])
def test_each_part_of_the_identity_counts(store: Store, change: dict[str, object]) -> None:
    first = received(store)
    ref = replace(first.ref, **change)
    other = store.receive(ServerMessage(ref, NOW, 5), sha256=sha("x"), received_at=NOW, now=NOW)
    assert other.id != first.id
    assert other.ref == ref
    assert len(store.mails()) == 2


def test_the_database_itself_refuses_a_second_row_for_one_message(store: Store, database: Path) -> None:
    received(store)
    with (
        direct(database) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE constraint failed: mail\.account"),
    ):
        connection.execute(
            "INSERT INTO mail (account, folder, uidvalidity, uid, sha256, size, received_at, recorded_at, message_id, "
            "sender, subject, outcome, reason, attempts, last_error, marked) SELECT account, folder, uidvalidity, uid, "
            "sha256, size, received_at, recorded_at, '', '', '', outcome, '', 0, '', 0 FROM mail"
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("outcome = 'lost', finished_at = '2023-03-08'", "ck_mail_outcome_known"),
        ("outcome = 'accepted'", "ck_mail_finished_at_iff_finished"),
        ("finished_at = '2023-03-08'", "ck_mail_finished_at_iff_finished"),
        ("sha256 = 'abc'", "ck_mail_sha256_length"),
        ("size = -1", "ck_mail_size_natural"),
        ("attempts = -1", "ck_mail_attempts_natural"),
        ("duplicate_of = id", "ck_mail_duplicate_of_earlier"),
    ],
)
def test_constraints_of_mails(store: Store, database: Path, change: str, constraint: str) -> None:
    received(store)
    with direct(database) as connection, pytest.raises(sqlite3.IntegrityError, match=constraint):
        connection.execute(f"UPDATE mail SET {change}")


def test_the_mark_moves_on_and_never_back(store: Store) -> None:
    assert store.last_uid("a", "INBOX") is None
    store.note_seen("a", "INBOX", 7, 12)
    store.note_seen("a", "INBOX", 7, 9)
    store.note_seen("a", "Spam", 3, 1)
    assert store.last_uid("a", "INBOX") == (7, 12)
    assert store.last_uid("a", "Spam") == (3, 1)
    assert store.last_uid("b", "INBOX") is None


def test_a_new_uidvalidity_starts_the_mark_anew(store: Store) -> None:
    store.note_seen("a", "INBOX", 7, 12)
    store.note_seen("a", "INBOX", 8, 3)
    assert store.last_uid("a", "INBOX") == (8, 3)


def placed(store: Store, uidvalidity: int, uid: int, content: str, folder: str = "INBOX") -> tuple[int, int, int]:
    """Records a message at that place; its record's id and place."""
    ref = MessageRef("baocao@binhduong.example", folder, uidvalidity, uid)
    digest = sha(content) if content else ""
    record = store.receive(ServerMessage(ref, NOW, 1000), sha256=digest, received_at=NOW, now=NOW)
    return record.id, record.ref.uidvalidity, record.ref.uid


def test_in_a_folder_made_anew_each_very_mail_keeps_its_record(store: Store) -> None:
    first = [placed(store, 7, uid, content) for uid, content in ((3, "a"), (4, "b"), (9, "a"))]
    assert [id_ for id_, *_ in first] == [1, 2, 3]
    finished(store, 1)
    store.set_marked(1)
    assert placed(store, 8, 1, "a") == (1, 8, 1)
    assert [m.id for m in store.unmarked()] == [1], "the message in the new folder has no mark"
    assert placed(store, 8, 1, "a") == (1, 8, 1), "a repeat changes nothing"
    assert placed(store, 8, 2, "a") == (3, 8, 2), "of two with the same bytes each has its place"
    assert placed(store, 8, 3, "a")[0] == 4, "a third is a new one"
    assert placed(store, 8, 4, "c")[0] == 5
    assert placed(store, 5, 4, "b", "Spam")[0] == 6, "another folder is another delivery"
    assert placed(store, 8, 5, "b") == (2, 8, 5)
    assert placed(store, 8, 6, "")[0] == 7
    assert placed(store, 9, 1, "")[0] == 8, "nothing is known of its bytes"


def test_unfinished_mails_come_in_the_order_of_receipt(store: Store) -> None:
    for uid, hours in [(1, 3), (2, 1), (3, 2)]:
        received(store, uid, at=NOW + hours * HOUR)
    finished(store, 3)
    assert [mail.id for mail in store.unfinished()] == [2, 1]


def test_failures_are_counted_and_remembered(store: Store) -> None:
    mail = received(store)
    assert store.record_failure(mail.id, "ValueError: a", NOW) == 1
    assert store.record_failure(mail.id, "ValueError: \udcff", NOW) == 2
    found = store.mail(mail.id)
    assert (found.attempts, found.last_error, found.outcome) == (2, "ValueError: ?", Outcome.RECEIVED)


def test_a_parked_mail_says_why_and_tells_somebody(store: Store) -> None:
    mail = received(store)
    alert = outgoing("alert:1", NoticeKind.ALERT, mail_id=mail.id)
    store.park(mail.id, "boom", NOW + HOUR, [alert])
    found = store.mail(mail.id)
    assert (found.outcome, found.reason, found.last_error) == (Outcome.PARKED, "broke_us", "boom")
    assert found.finished_at == NOW + HOUR
    assert [record.mail.key for record in store.replies(mail.id)] == ["alert:1"]
    assert store.unfinished() == ()
    with pytest.raises(StoreConflictError, match="finished already, as parked"):
        store.park(mail.id, "boom", NOW)


@pytest.mark.parametrize("outcome", [Outcome.HELD, Outcome.IGNORED])
def test_a_held_mail_can_go_on(store: Store, outcome: Outcome) -> None:
    mail = received(store)
    store.record_failure(mail.id, "boom", NOW)
    finished(store, mail.id, outcome, reason="unknown_sender", sender="ai@gmail.example")
    store.set_marked(mail.id)
    assert store.reopen(mail.id, NOW) is True
    found = store.mail(mail.id)
    assert (found.outcome, found.attempts, found.finished_at) == (Outcome.RECEIVED, 0, None)
    assert found.sender == "ai@gmail.example"
    assert [m.id for m in store.unfinished()] == [mail.id]
    finished(store, mail.id, Outcome.ACCEPTED)
    assert [m.id for m in store.unmarked()] == [mail.id]  # its mark on the server is another one now


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.CORRECTION])
def test_an_answered_mail_is_not_taken_in_twice(store: Store, outcome: Outcome) -> None:
    mail = received(store)
    finished(store, mail.id, outcome)
    assert store.reopen(mail.id, NOW) is False
    assert store.mail(mail.id).outcome is outcome


def test_the_original_is_the_first_mail_with_the_same_bytes(store: Store) -> None:
    for uid, content in [(1, "a"), (2, "b"), (3, "b"), (4, "b")]:
        received(store, uid, content=content)
    finished(store, 2, message_id="<b@x.example>")
    original = store.find_original(sha("b"), "<b@x.example>", 4)
    assert original is not None
    assert original.id == 2
    unfinished = store.find_original(sha("b"), "<other@x.example>", 4)
    assert unfinished is not None
    assert unfinished.id == 3
    assert store.find_original(sha("b"), "", 2) is None
    assert store.find_original(sha("c"), "", 99) is None


def test_mails_with_one_message_id_are_found_oldest_first(store: Store) -> None:
    for uid, message_id in [(1, "<a@x.example>"), (2, "<b@x.example>"), (3, "<a@x.example>"), (4, "<a@x.example>")]:
        received(store, uid)
        finished(store, uid, message_id=message_id)
    assert [mail.id for mail in store.with_message_id("<a@x.example>", 4)] == [1, 3]
    assert store.with_message_id("<c@x.example>", 4) == ()


def test_marks_are_the_last_thing_and_repeatable(store: Store) -> None:
    for uid in (1, 2, 3):
        received(store, uid)
    finished(store, 1)
    store.park(2, "boom", NOW)
    assert [mail.id for mail in store.unmarked()] == [1, 2]
    store.set_marked(1)
    store.set_marked(1)
    assert [mail.id for mail in store.unmarked()] == [2]


def test_mails_are_chosen_by_outcome_and_round(store: Store) -> None:
    for uid in (1, 2, 3):
        received(store, uid)
    finished(store, 1, round="2023-q1", agency="stp", submissions=(submission(),))
    finished(store, 2, Outcome.HELD, round="2023-q1")
    assert [mail.id for mail in store.mails(round="2023-q1")] == [1, 2]
    assert [mail.id for mail in store.mails(outcome=Outcome.HELD)] == [2]
    assert [mail.id for mail in store.mails(outcome=Outcome.HELD, round="2023-q2")] == []
    assert [len(mail.submissions) for mail in store.mails()] == [1, 0, 0]


def test_answers_to_an_agency_are_counted(store: Store) -> None:
    store.enqueue([outgoing("old")], NOW - HOUR)
    store.enqueue(
        [
            outgoing("a"),
            outgoing("b", NoticeKind.CORRECTION),
            outgoing("c", NoticeKind.CLOSED),
            outgoing("d", NoticeKind.REMINDER),
            outgoing("e", agency="stc"),
        ],
        NOW,
    )
    assert store.answers_since("stp", NOW) == 3
    assert store.answers_since("stp", NOW - HOUR) == 4
    assert store.answers_since("vpub", NOW - HOUR) == 0


def test_unknown_mails_are_refused(store: Store) -> None:
    for call in (
        lambda: store.mail(9),
        lambda: store.record_failure(9, "", NOW),
        lambda: store.park(9, "", NOW),
        lambda: store.reopen(9, NOW),
        lambda: store.set_marked(9),
        lambda: finished(store, 9),
    ):
        with pytest.raises(StoreConflictError, match="there is no mail 9"):
            call()
