"""The audit log only grows, and what follows from a decision is committed with it."""

import sqlite3
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from store_makers import HOUR, NOW, direct, finished, outgoing, received, submission

from bot.domain.mail import NoticeKind, Outcome
from bot.domain.round import Decision, DecisionKind
from bot.store import decisions
from bot.store.errors import StoreConflictError
from bot.store.store import Store


def decision(kind: DecisionKind, **changes: Any) -> Decision:
    values: dict[str, Any] = {"round": "2023-q1", "agency": "stp", **changes}
    return Decision(kind, NOW, "Nguyễn Văn An", "theo đề nghị của Sở", **values)


def bind(address: str, agency: str) -> Decision:
    return decision(DecisionKind.BIND, round="", agency=agency, address=address)


def test_decisions_come_back_in_order_as_they_were(store: Store) -> None:
    received(store)
    finished(store, 1, Outcome.HELD)
    given = (
        decision(DecisionKind.EXTEND, until=NOW + 48 * HOUR, form="ii06"),
        decision(DecisionKind.EXCUSE),
        decision(DecisionKind.ACCEPT, form="ii06", version=2),
        decision(DecisionKind.RETURN, round="2023-q2", form="ii06", version=1),
        bind("ai@gmail.example", "stp"),
        decision(DecisionKind.RELEASE, mail_id=1),
    )
    for one in given:
        store.record_decision(one, now=NOW + HOUR)
    assert store.decisions() == given
    assert store.decisions("2023-q2") == (given[3],)


def test_times_keep_their_moment(store: Store) -> None:
    hanoi = timezone(timedelta(hours=7))
    store.record_decision(decision(DecisionKind.EXTEND, until=NOW.astimezone(hanoi)), now=NOW)
    assert store.decisions()[0].until == NOW


def test_the_latest_binding_of_an_address_wins(store: Store) -> None:
    for address, agency in [("Ai@gmail.example", "stp"), ("b@gmail.example", "stc"), ("ai@gmail.example", "da")]:
        store.record_decision(bind(address, agency), now=NOW)
    store.record_decision(decision(DecisionKind.EXCUSE, agency="ptth"), now=NOW)
    assert store.bindings() == {"ai@gmail.example": "da", "b@gmail.example": "stc"}


def test_a_submission_by_another_channel_and_its_notice_come_with_the_decision(store: Store) -> None:
    by_hand = submission(channel="document system", files=())
    store.record_decision(
        decision(DecisionKind.RECEIVED), submission=by_hand, outgoing=[outgoing("d", NoticeKind.DECISION)], now=NOW
    )
    assert store.submissions() == (by_hand,)
    assert store.has_key("d")


def test_a_release_reopens_its_mail(store: Store) -> None:
    received(store)
    finished(store, 1, Outcome.HELD)
    store.record_decision(decision(DecisionKind.RELEASE, mail_id=1), now=NOW)
    assert [mail.id for mail in store.unfinished()] == [1]


@pytest.mark.parametrize("step", ["insert_submissions", "reopen_mail", "queue_mails"])
def test_a_crash_within_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    received(store)
    finished(store, 1, Outcome.HELD)

    def crash(*_args: object, **_kw: object) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr(decisions, step, crash)
    with pytest.raises(RuntimeError, match="crash"):
        store.record_decision(
            decision(DecisionKind.RELEASE, mail_id=1),
            submission=submission(channel="paper"),
            outgoing=[outgoing("a")],
            now=NOW,
        )
    assert (store.decisions(), store.submissions(), store.outbox(), store.unfinished()) == ((), (), (), ())


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        (decision(DecisionKind.EXTEND), "extend_until"),
        (bind("", "stp"), "bind_address"),
        (bind("a@b.example", ""), "bind_address"),
        (decision(DecisionKind.RELEASE), "release_mail"),
        (decision(DecisionKind.RELEASE, mail_id=77), "FOREIGN KEY"),
    ],
)
def test_a_decision_that_lacks_something_is_refused(store: Store, wrong: Decision, constraint: str) -> None:
    with pytest.raises(StoreConflictError, match=constraint):
        store.record_decision(wrong, outgoing=[outgoing("a")], now=NOW)
    assert store.decisions() == ()
    assert store.outbox() == ()


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE decision SET why = 'khác'", "decisions are never changed or removed"),
        ("DELETE FROM decision", "decisions are never changed or removed"),
        ("INSERT INTO decision VALUES (9, 'guess', '', '', '', '', '', NULL, NULL, NULL, '', NULL, '')", "kind_known"),
    ],
)
def test_the_log_only_grows(store: Store, database: Path, statement: str, refusal: str) -> None:
    store.record_decision(decision(DecisionKind.EXCUSE), now=NOW)
    with direct(database) as connection, pytest.raises(sqlite3.IntegrityError, match=refusal):
        connection.execute(statement)
