"""The outbox: queued once, claimed once, and never said twice without leave."""

import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest
from store_makers import HOUR, NOW, direct, finished, outgoing, received

from bot.domain.intake import Bounce, BounceRecord
from bot.domain.mail import NoticeKind, Outcome, OutgoingRecord, OutgoingState
from bot.store import queueing
from bot.store.errors import StoreConflictError
from bot.store.outgoing import URGENCY
from bot.store.store import Store

SENT, QUEUED, SENDING = OutgoingState.SENT, OutgoingState.QUEUED, OutgoingState.SENDING
FAILED, UNKNOWN = OutgoingState.FAILED, OutgoingState.UNKNOWN


def keys(records: tuple[OutgoingRecord, ...]) -> list[str]:
    return [record.mail.key for record in records]


def claimed(store: Store, key: str, kind: NoticeKind = NoticeKind.RECEIPT) -> int:
    store.enqueue([outgoing(key, kind)], NOW)
    (record,) = store.claim_due(NOW, 1)
    assert record.mail.key == key
    return record.id


def settle(store: Store, record_id: int, state: OutgoingState, next_at: datetime | None = None) -> None:
    store.settle(record_id, state=state, error="250 ok", next_at=next_at, now=NOW + HOUR)


def test_a_mail_comes_back_with_its_final_bytes(store: Store) -> None:
    received(store)
    given = outgoing(
        "receipt:1",
        to=("a@x.example", "b@x.example"),
        cc=("c@x.example",),
        in_reply_to="<1@stp.example>",
        mail_id=1,
        raw=bytes(range(256)) * 10,
    )
    assert store.enqueue([given], NOW) == 1
    (listed,) = store.outbox()
    assert (listed.state, listed.queued_at, listed.next_at, listed.attempts) == (QUEUED, NOW, NOW, 0)
    assert listed.mail.raw == b""
    assert store.outgoing_mail(listed.id).mail == given
    (record,) = store.claim_due(NOW, 5)
    assert record.mail == given


def test_a_key_is_queued_once_for_ever(store: Store) -> None:
    assert store.enqueue([outgoing("a"), outgoing("a", subject="again"), outgoing("b")], NOW) == 2
    assert store.enqueue([outgoing("a", raw=b"other"), outgoing("c")], NOW + HOUR) == 1
    assert store.enqueue([], NOW) == 0
    assert keys(store.outbox()) == ["a", "b", "c"]
    first = store.outgoing_mail(1)
    assert (first.mail, first.queued_at) == (outgoing("a"), NOW)


def test_many_mails_are_queued_at_once(store: Store) -> None:
    mails = [outgoing(f"k{i:04}", raw=f"raw {i}".encode()) for i in range(2 * queueing.CHUNK + 1)]
    assert store.enqueue(mails[::2], NOW) == queueing.CHUNK + 1
    assert store.enqueue(mails, NOW) == queueing.CHUNK
    got = {record.mail.key: record.mail.raw for record in store.claim_due(NOW, 2000)}
    assert got == {mail.key: mail.raw for mail in mails}


def test_two_mails_cannot_share_a_message_id(store: Store) -> None:
    store.enqueue([outgoing("a")], NOW)
    with pytest.raises(StoreConflictError, match=r"outgoing\.message_id"):
        store.enqueue([outgoing("b"), outgoing("c", message_id="<a@binhduong.example>")], NOW)
    assert keys(store.outbox()) == ["a"]


def test_two_programs_queueing_the_same_key_queue_it_once(store: Store, database: Path) -> None:
    counts: list[int] = []

    def enqueue() -> None:
        with Store.open(f"sqlite:///{database}") as other:
            counts.append(sum(other.enqueue([outgoing(f"k{i}")], NOW) for i in range(10)))

    threads = [threading.Thread(target=enqueue) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 10
    assert len(store.outbox()) == 10


def test_what_is_due_is_claimed_once_answers_first(store: Store) -> None:
    order = [NoticeKind.REMINDER, NoticeKind.DIGEST, NoticeKind.CORRECTION, NoticeKind.REQUEST, NoticeKind.RECEIPT]
    store.enqueue([outgoing(kind.value, kind) for kind in order], NOW)
    store.enqueue([outgoing("early", NoticeKind.RECEIPT)], NOW - HOUR)
    store.enqueue([outgoing("tomorrow", NoticeKind.RECEIPT)], NOW + 24 * HOUR)
    first = store.claim_due(NOW, 4)
    assert keys(first) == ["early", "correction", "receipt", "digest"]
    assert {(r.state, r.attempts, r.next_at) for r in first} == {(SENDING, 1, None)}
    assert keys(store.claim_due(NOW, 4)) == ["reminder", "request"]
    assert store.claim_due(NOW, 4) == ()
    assert store.next_due_at() == NOW + 24 * HOUR


def test_every_kind_has_its_urgency() -> None:
    assert set(URGENCY) == set(NoticeKind)
    assert all(URGENCY[kind] == 0 for kind in NoticeKind if kind.is_answer)


def test_a_sent_mail_stays_sent(store: Store) -> None:
    record_id = claimed(store, "a")
    settle(store, record_id, SENT)
    record = store.outgoing_mail(record_id)
    assert (record.state, record.sent_at, record.last_error, record.next_at) == (SENT, NOW + HOUR, "250 ok", None)
    for state, next_at in [(QUEUED, NOW), (FAILED, None), (SENT, None)]:
        with pytest.raises(StoreConflictError, match="is not being sent: it is sent"):
            settle(store, record_id, state, next_at)
    assert store.claim_due(NOW + 99 * HOUR, 5) == ()


def test_a_deferred_mail_waits_for_its_time(store: Store) -> None:
    record_id = claimed(store, "a")
    settle(store, record_id, QUEUED, NOW + 2 * HOUR)
    assert store.next_due_at() == NOW + 2 * HOUR
    assert store.claim_due(NOW + HOUR, 5) == ()
    (again,) = store.claim_due(NOW + 2 * HOUR, 5)
    assert (again.attempts, again.last_error) == (2, "250 ok")
    settle(store, record_id, FAILED)
    assert store.outgoing_mail(record_id).state is FAILED
    assert store.next_due_at() is None


def test_an_unknown_fate_can_be_cleared_up_later(store: Store) -> None:
    record_id = claimed(store, "a", NoticeKind.REMINDER)
    settle(store, record_id, UNKNOWN)
    settle(store, record_id, SENT)
    assert store.outgoing_mail(record_id).sent_at == NOW + HOUR


def test_settling_must_make_sense(store: Store) -> None:
    record_id = claimed(store, "a")
    for state, next_at in [(SENDING, None), (QUEUED, None), (SENT, NOW)]:
        with pytest.raises(ValueError, match=r"not what an attempt comes to|a time for the next attempt"):
            settle(store, record_id, state, next_at)
    store.enqueue([outgoing("b")], NOW)
    with pytest.raises(StoreConflictError, match="it is queued"):
        settle(store, record_id + 1, SENT)
    for call in (lambda: settle(store, 99, SENT), lambda: store.set_in_sent(99), lambda: store.outgoing_mail(99)):
        with pytest.raises(StoreConflictError, match="there is no outgoing mail 99"):
            call()


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_after_a_crash_only_what_may_be_repeated_is(store: Store, kind: NoticeKind) -> None:
    record_id = claimed(store, "a", kind)
    store.enqueue([outgoing("waiting", kind)], NOW + HOUR)
    lost = store.recover(NOW + 2 * HOUR)
    record = store.outgoing_mail(record_id)
    assert "interrupted" in record.last_error
    if kind.may_repeat:
        assert lost == ()
        assert (record.state, record.next_at, record.attempts) == (QUEUED, NOW + 2 * HOUR, 1)
        assert {r.mail.message_id for r in store.claim_due(NOW + 2 * HOUR, 5)} >= {"<a@binhduong.example>"}
    else:
        assert keys(lost) == ["a"]
        assert (record.state, record.next_at) == (UNKNOWN, None)
        assert lost[0].state is UNKNOWN
    assert store.recover(NOW + 2 * HOUR) == ()


def test_recovering_touches_nothing_else(store: Store) -> None:
    for number, state in enumerate([SENT, FAILED, UNKNOWN]):
        settle(store, claimed(store, f"k{number}", NoticeKind.REMINDER), state)
    store.enqueue([outgoing("queued")], NOW)
    before = store.outbox()
    assert store.recover(NOW + HOUR) == ()
    assert store.outbox() == before


def test_copies_for_the_sent_folder(store: Store) -> None:
    store.enqueue([outgoing(k) for k in "abcd"], NOW)
    for record in store.claim_due(NOW, 3):
        settle(store, record.id, SENT if record.mail.key != "b" else FAILED)
    waiting = store.not_in_sent(10)
    assert keys(waiting) == ["a", "c"]
    assert waiting[0].mail.raw == outgoing("a").raw
    assert keys(store.not_in_sent(1)) == ["a"]
    store.set_in_sent(waiting[0].id)
    store.set_in_sent(waiting[0].id)
    assert keys(store.not_in_sent(10)) == ["c"]
    assert store.outgoing_mail(waiting[0].id).in_sent_folder
    with pytest.raises(StoreConflictError, match="is not sent: it is failed"):
        store.set_in_sent(2)


def test_the_outbox_is_chosen_by_state_kind_and_round(store: Store) -> None:
    store.enqueue([outgoing("a"), outgoing("b", NoticeKind.REMINDER), outgoing("c", round="2023-q2")], NOW)
    settle(store, store.claim_due(NOW, 1)[0].id, SENT)
    assert keys(store.outbox(state=SENT)) == ["a"]
    assert keys(store.outbox(kind=NoticeKind.RECEIPT)) == ["a", "c"]
    assert keys(store.outbox(round="2023-q1")) == ["a", "b"]
    assert keys(store.outbox(round="2023-q1", state=QUEUED, kind=NoticeKind.REMINDER)) == ["b"]


def test_a_thread_leads_to_our_newest_mail_in_it(store: Store) -> None:
    store.enqueue([outgoing("a"), outgoing("b")], NOW)
    found = store.find_by_message_id(["<b@binhduong.example>", "<a@binhduong.example>", "<x@y.example>"])
    assert found is not None
    assert found.mail.key == "b"
    assert store.find_by_message_id(["<x@y.example>"]) is None
    assert store.find_by_message_id([]) is None


def test_a_key_is_known_to_the_letter(store: Store) -> None:
    names = [
        "reminder:2023-q1:stp:t-3",
        "reminder:2023-q1:stp:t-1",
        "reminder:2023-q1:STP",
        "reminder:2023_q1:stp",
        "é",
    ]
    store.enqueue([outgoing(name) for name in names], NOW)
    assert store.has_key(names[0])
    assert not store.has_key(names[0].upper())


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'lost', next_at = NULL", "state_known"),
        ("kind = 'joke'", "kind_known"),
        ("state = 'sending'", "next_at_iff_queued"),
        ("next_at = NULL", "next_at_iff_queued"),
        ("state = 'sent', next_at = NULL", "sent_at_iff_sent"),
        ("sent_at = '2023-03-08'", "sent_at_iff_sent"),
        ("in_sent_folder = 1", "in_sent_folder_if_sent"),
        ("attempts = -1", "attempts_natural"),
        ("mail_id = 77", "FOREIGN KEY"),
    ],
)
def test_constraints_of_the_outbox(store: Store, database: Path, change: str, constraint: str) -> None:
    store.enqueue([outgoing("a")], NOW)
    with direct(database) as connection, pytest.raises(sqlite3.IntegrityError, match=constraint):
        connection.execute(f"UPDATE outgoing SET {change}")


def test_what_has_no_room_is_due_later_and_what_missed_its_day_has_failed(store: Store) -> None:
    sending = claimed(store, "d")
    store.enqueue([outgoing("a"), outgoing("b"), outgoing("c")], NOW)
    store.hold_back({2: NOW + HOUR, sending: NOW + HOUR}, [3, sending], "expired: not sent on its day")
    taken, held, late, other = store.outbox()
    assert (held.state, held.next_at, held.attempts) == (QUEUED, NOW + HOUR, 0)
    assert (late.state, late.next_at, late.last_error) == (FAILED, None, "expired: not sent on its day")
    assert (other.state, other.next_at) == (QUEUED, NOW)
    assert taken.state is SENDING, "what is being sent is no longer in the queue"
    assert keys(store.waiting()) == ["a", "c"]


def test_a_claim_that_was_not_tried_counts_for_nothing(store: Store) -> None:
    record_id = claimed(store, "a")
    store.release(record_id, NOW + HOUR)
    record = store.outgoing_mail(record_id)
    assert (record.state, record.attempts, record.next_at) == (QUEUED, 0, NOW + HOUR)
    with pytest.raises(StoreConflictError, match="it is queued"):
        store.release(record_id, NOW)


def test_a_refused_recipient_counts_as_a_bounce_of_that_mail_once(store: Store) -> None:
    refused = [Bounce("stp@binhduong.example", True, "550 5.1.1"), Bounce("b@x.example", False, "552 5.2.2")]
    record_id = claimed(store, "a")
    for state, next_at in ((QUEUED, NOW), (FAILED, None)):
        store.settle(
            record_id, state=state, error="550", next_at=next_at, now=NOW, refused=refused, outgoing=[outgoing("alert")]
        )
        store.claim_due(NOW, 1)
    assert store.bounces() == (
        BounceRecord("stp@binhduong.example", NOW, True, "550 5.1.1", None, "a"),
        BounceRecord("b@x.example", NOW, False, "552 5.2.2", None, "a"),
    )
    assert store.bounces(NOW + HOUR) == ()
    assert keys(store.outbox()) == ["a", "alert"]


def test_a_report_counts_only_for_whom_the_mail_went_to(store: Store) -> None:
    store.enqueue([outgoing("a", to=("STP@x.example",), cc=("ld@x.example",))], NOW)
    received(store, at=NOW)
    named = ["stp@x.example", "ld@x.example", "stranger@x.example"]
    reports = tuple(
        Bounce(address, True, "550", "<a@binhduong.example>", address != "ld@x.example") for address in named
    )
    finished(store, 1, Outcome.IGNORED, bounces=(*reports, Bounce("stp@x.example", True, "550", "<other@x.example>")))
    assert [(b.address, b.key, b.gave_up) for b in store.bounces()] == [
        ("stp@x.example", "a", True),
        ("ld@x.example", "a", False),
        ("stranger@x.example", None, True),
        ("stp@x.example", None, True),
    ]


def test_when_each_address_was_last_heard(store: Store) -> None:
    assert store.last_heard() == {}
    for uid, sender in ((1, "a@x.example"), (2, "b@x.example"), (3, "a@x.example"), (4, "")):
        received(store, uid, at=NOW + uid * HOUR)
        finished(store, uid, Outcome.IGNORED, sender=sender)
    assert store.last_heard() == {"a@x.example": NOW + 3 * HOUR, "b@x.example": NOW + 2 * HOUR}


def test_what_the_server_took_lately(store: Store) -> None:
    for key, cc in (("a", ()), ("b", ("x@x.example", "y@x.example"))):
        store.enqueue([outgoing(key, cc=cc)], NOW)
        (record,) = store.claim_due(NOW, 1)
        settle(store, record.id, SENT)
    claimed(store, "c")
    assert store.taken_since(NOW + HOUR) == ((NOW + HOUR, 1), (NOW + HOUR, 3))
    assert store.taken_since(NOW + 2 * HOUR) == ()
