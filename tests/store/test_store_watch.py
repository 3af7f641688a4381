"""Readings, outages and troubles: what is kept of how the house was."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_makers import HOUR, NOW, received

from bot.domain.intake import IntakeResult
from bot.domain.mail import Outcome, Reason
from bot.domain.watch import Outage, Trouble
from bot.store.errors import StoreConflictError, StoreError
from bot.store.store import Store

ACCOUNT = "baocao@imap.example"
AWAY = Trouble("mailbox_unreachable", ACCOUNT, NOW, NOW, {"error": "không vào được"})


def test_a_reading_is_of_one_account_and_the_last_one_stands(store: Store) -> None:
    assert store.last_reading(ACCOUNT) is None
    store.note_reading(ACCOUNT, NOW)
    store.note_reading(ACCOUNT, NOW + HOUR)
    assert store.last_reading(ACCOUNT) == NOW + HOUR
    assert store.last_reading("khác") is None
    assert store.outages() == ()


def test_an_outage_is_written_with_the_reading_that_ended_it(store: Store) -> None:
    first, second = Outage(NOW, NOW + HOUR, "timed out"), Outage(NOW + 2 * HOUR, NOW + 5 * HOUR)
    store.note_reading(ACCOUNT, first.ended, first)
    store.note_reading(ACCOUNT, second.ended, second)
    assert store.outages() == (first, second)
    assert store.outages(since=second.ended) == (second,)
    assert store.outages(since=second.ended + timedelta(seconds=1)) == ()


def test_an_outage_that_ends_before_it_begins_is_refused_with_its_reading(store: Store) -> None:
    with pytest.raises(StoreError):
        store.note_reading(ACCOUNT, NOW, Outage(NOW, NOW - HOUR))
    assert store.last_reading(ACCOUNT) is None


def test_a_trouble_is_saved_changed_and_ended(store: Store, database: Path) -> None:
    saved = store.save_trouble(AWAY)
    assert replace(saved, id=None) == AWAY
    told = store.save_trouble(replace(saved, seen_at=NOW + HOUR, told_at=NOW + HOUR, params={"error": "mới"}))
    with Store.open(f"sqlite:///{database}") as again:
        assert again.troubles() == (told,)
    ended = store.save_trouble(replace(told, over_at=NOW + 2 * HOUR))
    assert store.troubles() == ()
    assert store.troubles(lasting=False) == (ended,)
    assert ended.since == NOW


def test_one_of_a_kind_and_subject_lasts_at_a_time(store: Store) -> None:
    saved = store.save_trouble(AWAY)
    with pytest.raises(StoreConflictError):
        store.save_trouble(AWAY)
    other = store.save_trouble(replace(AWAY, subject="khác"))
    store.save_trouble(replace(saved, over_at=NOW + HOUR))
    again = store.save_trouble(replace(AWAY, since=NOW + 2 * HOUR))
    assert store.troubles() == (other, again)


def test_an_unknown_id_is_refused(store: Store) -> None:
    with pytest.raises(StoreConflictError, match="there is no trouble 9"):
        store.save_trouble(replace(AWAY, id=9))


def test_a_mail_parked_keeps_what_its_head_says(store: Store) -> None:
    mail = received(store)
    store.park(mail.id, "boom", NOW + HOUR, sender="stp@a.example", subject="Báo cáo")
    found = store.mail(mail.id)
    assert (found.sender, found.subject) == ("stp@a.example", "Báo cáo")


def test_what_was_left_unread_in_spam_is_nobody_s_original(store: Store) -> None:
    for uid in (1, 2, 3):
        received(store, uid, content="cùng một thư")
    spam, first, second = store.mails()
    store.finish(IntakeResult(spam.id, Outcome.IGNORED, Reason.JUNK.value), outgoing=(), now=NOW + HOUR)
    assert store.find_original(first.sha256, "", first.id) is None
    found = store.find_original(second.sha256, "", second.id)
    assert found is not None
    assert found.id == first.id
