"""Instants keep their moment, naive ones are refused, texts never fail."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, create_engine, select
from store_makers import HOUR, NOW, outgoing, received

from bot.store.columns import SafeText, UtcDateTime, dump_json, valid_text
from bot.store.store import Store

ENGINE = create_engine("sqlite://")
VALUES = Table("value", MetaData(), Column("at", UtcDateTime), Column("words", SafeText))
VALUES.create(ENGINE)

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=zones)


@given(instants)
def test_instants_come_back_as_the_same_moment_in_utc(at: datetime) -> None:
    with ENGINE.begin() as connection:
        connection.execute(VALUES.delete())
        connection.execute(VALUES.insert(), {"at": at})
        found = connection.execute(select(VALUES.c.at)).scalar_one()
    assert found == at
    assert found.tzinfo is UTC


@given(st.lists(instants, min_size=2, max_size=6))
def test_stored_instants_sort_by_time_whatever_their_zone(moments: list[datetime]) -> None:
    with ENGINE.begin() as connection:
        connection.execute(VALUES.delete())
        connection.execute(VALUES.insert(), [{"at": at} for at in moments])
        found = connection.execute(select(VALUES.c.at).order_by(VALUES.c.at)).scalars().all()
    assert list(found) == sorted(moments)


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_stored_and_valid_text_is_kept(words: str) -> None:
    with ENGINE.begin() as connection:
        connection.execute(VALUES.delete())
        connection.execute(VALUES.insert(), {"words": words})
        found = connection.execute(select(VALUES.c.words)).scalar_one()
    assert found == valid_text(words)
    assert len(found) == len(words)


def test_a_lone_surrogate_is_replaced() -> None:
    assert valid_text("Báo cáo \ud800.docx") == "Báo cáo ?.docx"
    assert dump_json({"tên": "a\udc80"}) == '{"tên": "a?"}'


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(at=instants)
def test_receipt_times_survive_the_store(store: Store, at: datetime) -> None:
    uid = len(store.mails()) + 1
    assert received(store, uid, at=at).received_at == at
    assert store.mail(uid).received_at == at


def test_a_naive_datetime_is_refused_and_nothing_written(store: Store) -> None:
    naive = datetime(2023, 3, 8, 14, 5)
    with pytest.raises(TypeError, match="without time zone"):
        received(store, at=naive)
    with pytest.raises(TypeError, match="without time zone"):
        store.enqueue([outgoing("a")], naive)
    with pytest.raises(TypeError, match="without time zone"):
        store.claim_due(naive, 5)
    assert store.mails() == ()
    assert store.outbox() == ()


def test_a_time_with_offset_is_compared_as_an_instant(store: Store) -> None:
    hanoi = timezone(timedelta(hours=7))
    store.enqueue([outgoing("a")], NOW)
    assert store.claim_due((NOW - HOUR / 60).astimezone(hanoi), 5) == ()
    assert len(store.claim_due(NOW.astimezone(hanoi), 5)) == 1
