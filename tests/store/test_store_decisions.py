"""The audit log only grows, and what follows from a decision is committed with it."""

import sqlite3
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from store_makers import HOUR, NOW, direct, finished, outgoing, received, submission

from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.mail import NoticeKind, Outcome
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
        store.resolve(Resolution(one), NOW + HOUR)
    assert store.decisions() == tuple(replace(d, id=i) for i, d in enumerate(given, 1))
    assert store.decisions("2023-q2") == (replace(given[3], id=4),)


def test_what_is_taken_back_stays_in_the_log_and_holds_no_longer(store: Store) -> None:
    extended = store.resolve(Resolution(decision(DecisionKind.EXTEND, until=NOW + 48 * HOUR)), NOW)
    excused = store.resolve(Resolution(decision(DecisionKind.EXCUSE)), NOW)
    undo = decision(DecisionKind.UNDO, undoes=extended.id)
    undone = store.resolve(Resolution(undo), NOW)
    assert store.decisions() == (excused,)
    assert store.decision_log() == (extended, excused, undone)
    with pytest.raises(StoreConflictError, match="undoes"):
        store.resolve(Resolution(undo), NOW)


def test_times_keep_their_moment(store: Store) -> None:
    hanoi = timezone(timedelta(hours=7))
    store.resolve(Resolution(decision(DecisionKind.EXTEND, until=NOW.astimezone(hanoi))), NOW)
    assert store.decisions()[0].until == NOW


def test_the_latest_binding_of_an_address_wins(store: Store) -> None:
    for address, agency in [("Ai@gmail.example", "stp"), ("b@gmail.example", "stc"), ("ai@gmail.example", "da")]:
        store.resolve(Resolution(bind(address, agency)), NOW)
    store.resolve(Resolution(decision(DecisionKind.EXCUSE, agency="ptth")), NOW)
    assert store.bindings() == {"ai@gmail.example": "da", "b@gmail.example": "stc"}


def test_a_submission_by_another_channel_and_its_notice_come_with_the_decision(store: Store) -> None:
    by_hand = submission(channel="document system", files=())
    told = (outgoing("d", NoticeKind.DECISION),)
    store.resolve(Resolution(decision(DecisionKind.RECEIVED), told, by_hand), NOW)
    assert store.submissions() == (by_hand,)
    assert store.has_key("d")


def test_a_release_reopens_its_mail(store: Store) -> None:
    received(store)
    finished(store, 1, Outcome.HELD)
    store.resolve(Resolution(decision(DecisionKind.RELEASE, mail_id=1), reopens=(1,)), NOW)
    assert [mail.id for mail in store.unfinished()] == [1]


@pytest.mark.parametrize("step", ["insert_submissions", "reopen_mail", "queue_mails"])
def test_a_crash_within_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    received(store)
    finished(store, 1, Outcome.HELD)

    def crash(*_args: object, **_kw: object) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr(decisions, step, crash)
    with pytest.raises(RuntimeError, match="crash"):
        store.resolve(
            Resolution(
                decision(DecisionKind.RELEASE, mail_id=1),
                (outgoing("a"),),
                submission(channel="paper"),
                reopens=(1,),
            ),
            NOW,
        )
    assert (store.decisions(), store.submissions(), store.outbox(), store.unfinished()) == ((), (), (), ())


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        (decision(DecisionKind.EXTEND), "extend_until"),
        (bind("", "stp"), "bind_address"),
        (bind("a@b.example", ""), "bind_address"),
        (decision(DecisionKind.RELEASE), "release_mail"),
        (decision(DecisionKind.GRACE, agency=""), "grace_until"),
        (decision(DecisionKind.MUTE, round=""), "mute_round"),
        (decision(DecisionKind.UNDO), "undo_undoes"),
        (decision(DecisionKind.UNDO, undoes=99), "undoes_earlier"),
        (decision(DecisionKind.RELEASE, mail_id=77), "FOREIGN KEY"),
    ],
)
def test_a_decision_that_lacks_something_is_refused(store: Store, wrong: Decision, constraint: str) -> None:
    with pytest.raises(StoreConflictError, match=constraint):
        store.resolve(Resolution(wrong, (outgoing("a"),)), NOW)
    assert store.decisions() == ()
    assert store.outbox() == ()


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE decision SET why = 'khác'", "decisions are never changed or removed"),
        ("DELETE FROM decision", "decisions are never changed or removed"),
        (
            "INSERT INTO decision VALUES (9, 'guess', '', '', '', '', '', NULL, NULL, NULL, '', NULL, '', NULL, NULL)",
            "kind_known",
        ),
    ],
)
def test_the_log_only_grows(store: Store, database: Path, statement: str, refusal: str) -> None:
    store.resolve(Resolution(decision(DecisionKind.EXCUSE)), NOW)
    with direct(database) as connection, pytest.raises(sqlite3.IntegrityError, match=refusal):
        connection.execute(statement)
