"""The sending server away for five days, on a moved clock: what was due goes out after, once, and nothing stale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from history_office import COORDINATOR, QUARTER, House, at

from bot.decide.retrying import RECONNECT_LONGEST
from bot.domain.mail import NoticeKind, OutgoingState, SendOutcome, SendResult
from bot.flows import dispatch

SUBJECT = "Báo cáo cải cách hành chính"
AWAY, BACK = at(6, 7), at(11, 9)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = House(tmp_path_factory.mktemp("house"))
    yield opened
    opened.close()


def test_five_days_without_a_sending_server(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    history = house.history()
    history.services.rest.until = None
    taken: list[tuple[datetime, str]] = []
    tries: list[datetime] = []

    def server(_: object, mails: Any, settle: Any, **_how: object) -> None:
        """What the line would bring: the first mail meets no connection, the others are not begun."""
        tries.append(history.now)
        for mail in mails:
            if AWAY <= history.now < BACK:
                settle(mail.key, SendResult(SendOutcome.TRANSIENT, "SMTP: no connection", tried=False))
            else:
                taken.append((history.now, mail.key))
                settle(mail.key, SendResult(SendOutcome.SENT, "250 2.0.0 Ok"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("history_office._taking", server)
        moment, end = at(5, 23), at(12, 7)
        while moment < end:
            history.clock.move_to(moment)
            if moment == at(7, 7):
                history.mail("stp@binhduong.example", SUBJECT, files=house.files("stp", QUARTER, "good"))
                history.mail("stc@binhduong.example", SUBJECT, files=house.files("stc", QUARTER, "broken"))
            if moment == at(10, 15):
                history.mail("bao@binhduong.example", SUBJECT, files=house.files("bao", QUARTER, "good"))
            history.turn()
            # Close to the return as the daemon would turn: what is due decides.
            due = history.services.store.next_due_at()
            step = timedelta(hours=8)
            if BACK - timedelta(minutes=2) <= moment < BACK + timedelta(minutes=2):
                step = max(
                    timedelta(seconds=1), min(due - moment, timedelta(seconds=30)) if due else timedelta(seconds=30)
                )
            elif moment < BACK - timedelta(minutes=2) < moment + step:
                step = BACK - timedelta(minutes=2) - moment
            moment += step

    outbox = history.services.store.outbox()
    assert not [r for r in outbox if r.state in (OutgoingState.QUEUED, OutgoingState.SENDING, OutgoingState.UNKNOWN)]
    failed = [r for r in outbox if r.state is OutgoingState.FAILED]
    nudges = {NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION}
    assert failed, "nudges of the days in between are not sent on another day"
    assert {r.mail.kind for r in failed} <= nudges
    assert Counter(key for _, key in taken).most_common(1)[0][1] == 1, "nothing goes out twice"
    answers = [r for r in outbox if r.mail.kind in (NoticeKind.RECEIPT, NoticeKind.CORRECTION)]
    assert {r.mail.agency for r in answers} == {"stp", "stc", "bao"}
    for record in answers:
        (sent,) = [moment for moment, key in taken if key == record.mail.key]
        assert BACK <= sent <= BACK + timedelta(seconds=90), "as soon as the server is back, however long it was away"
        assert record.attempts <= 2
    for sent, key in taken:
        kind = next(r for r in outbox if r.mail.key == key)
        if kind.mail.kind in nudges and kind.mail.agency:
            assert kind.queued_at.date() == sent.date(), key
    assert any(COORDINATOR in r.mail.to for r in outbox if r.state is OutgoingState.SENT)


def test_a_server_that_comes_back_finds_all_at_its_door(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it was away, nothing waits longer than the longest pause; and it is asked once a pause."""
    history = house.history()
    history.services.rest.until = None
    history.clock.move_to(at(2, 8))
    tries: list[datetime] = []

    def nobody(_: object, mails: Any, settle: Any, **_how: object) -> None:
        for mail in mails:
            tries.append(history.now)
            settle(mail.key, SendResult(SendOutcome.TRANSIENT, "SMTP: no connection", tried=False))

    monkeypatch.setattr("history_office._taking", nobody)
    history.turn()
    for _ in range(40):
        due = history.services.store.next_due_at()
        assert due is not None
        assert history.now < due <= history.now + RECONNECT_LONGEST
        history.clock.move_to(due)
        dispatch.send_batch, kept = nobody, dispatch.send_batch  # type: ignore[assignment]
        try:
            dispatch.dispatch(history.services)
        finally:
            dispatch.send_batch = kept
    assert len(tries) == 41, "one mail is tried, the others wait with it"
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[0] < timedelta(seconds=2)
    assert len(set(pauses)) > 30, "jittered"
