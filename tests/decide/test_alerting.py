"""When a trouble is told, and that it is told once, and once when it is over."""

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import at

from bot.decide.alerting import DISK_FULL, MAIL_PARKED, MAILBOX_UNREACHABLE, TROUBLES, Change, Seen, judge_troubles
from bot.domain.office import Vigilance
from bot.domain.watch import Trouble

NOW = at(3, 8)
HOUR = timedelta(hours=1)
AWAY = Seen(MAILBOX_UNREACHABLE, "hộp", {"error": "no connection"})
ROOT = Path(__file__).resolve().parents[2]


def judged(
    lasting: Sequence[Trouble], *seen: Seen, now: datetime = NOW, judged: Sequence[str] = TROUBLES
) -> tuple[Change, ...]:
    return judge_troubles(lasting, seen, judged=judged, now=now, vigilance=Vigilance())


@pytest.mark.parametrize(
    ("seen", "after", "told"),
    [
        pytest.param(AWAY, timedelta(), False, id="a server that has just gone"),
        pytest.param(AWAY, HOUR - timedelta(seconds=1), False, id="not yet an hour"),
        pytest.param(AWAY, HOUR, True, id="an hour"),
        pytest.param(Seen("sending_refused", "smtp"), timedelta(), False, id="sending"),
        pytest.param(Seen("sending_refused", "smtp", at_once=True), timedelta(), True, id="our limit is used up"),
        pytest.param(Seen("reading_incomplete", "7"), timedelta(), False, id="a mail unfinished"),
        pytest.param(Seen("reading_incomplete", "7"), HOUR, True, id="for an hour"),
        pytest.param(Seen(MAIL_PARKED, "7"), timedelta(), True, id="parked"),
        pytest.param(Seen(DISK_FULL, "data"), timedelta(), True, id="the disk"),
    ],
)
def test_how_long_a_trouble_lasts_before_it_is_told(seen: Seen, after: timedelta, told: bool) -> None:
    lasting = [Trouble(seen.code, seen.subject, NOW - after, NOW - after, id=1)] if after else []
    (change,) = judged(lasting, seen)
    assert (change.alert is not None) is told
    assert (change.trouble.told_at == NOW) is told
    assert (change.trouble.seen_at, change.trouble.over_at) == (NOW, None)
    assert change.trouble.since == NOW - after


def test_what_was_told_is_not_told_again_and_its_last_words_are_kept() -> None:
    told = Trouble(AWAY.code, AWAY.subject, at(3, 7), at(3, 7), {"error": "old"}, told_at=at(3, 7, 12), id=1)
    (change,) = judged([told], AWAY)
    assert change.alert is None
    assert (change.trouble.told_at, change.trouble.params) == (at(3, 7, 12), {"error": "no connection"})


def test_the_end_is_told_only_of_what_was_told() -> None:
    told = Trouble(AWAY.code, "a", at(3, 7), at(3, 7), told_at=at(3, 7, 12), id=1)
    young = Trouble(AWAY.code, "b", at(3, 7), at(3, 7), id=2)
    first, second = judged([told, young])
    assert (first.trouble.over_at, second.trouble.over_at) == (NOW, NOW)
    assert first.alert is not None
    assert first.alert.over
    assert second.alert is None


def test_what_could_not_be_looked_at_lasts() -> None:
    lasting = [Trouble("sending_refused", "smtp", at(3, 7), at(3, 7), told_at=at(3, 7), id=1)]
    assert judged(lasting, judged=(MAILBOX_UNREACHABLE,)) == ()
    assert len(judged(lasting, judged=("sending_refused",))) == 1


def test_two_of_a_kind_are_two() -> None:
    lasting = [Trouble(MAIL_PARKED, "7", at(3, 7), at(3, 7), told_at=at(3, 7), id=1)]
    changes = {c.trouble.subject: c for c in judged(lasting, Seen(MAIL_PARKED, "8"))}
    assert changes["8"].alert is not None
    assert not changes["8"].alert.over
    assert changes["7"].alert is not None
    assert changes["7"].alert.over


def test_keys_tell_kind_subject_and_beginning() -> None:
    (change,) = judged([], Seen(DISK_FULL, "data"))
    assert change.alert is not None
    assert change.alert.key == "alert:disk_full:data:2023-03-08T01:00:00Z"
    (ended,) = judged([change.trouble], now=NOW + HOUR)
    assert ended.alert is not None
    assert ended.alert.key == "alert:disk_full:data:2023-03-08T01:00:00Z:over"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 90)), max_size=30))
def test_over_any_history_each_trouble_is_told_once_and_ended_once(history: list[tuple[bool, int]]) -> None:
    """The store is a dictionary here: what is saved is what lasts at the next turn."""
    now, lasting, keys = NOW, [], []  # type: ignore[var-annotated]  # filled below
    for away, minutes in history:
        now += timedelta(minutes=minutes)
        changes = judged(lasting, *([AWAY] if away else []), now=now)
        keys += [c.alert.key for c in changes if c.alert]
        lasting = [c.trouble for c in changes if c.trouble.over_at is None]
    assert len(keys) == len(set(keys))
    began = [k for k in keys if not k.endswith(":over")]
    ended = [k.removesuffix(":over") for k in keys if k.endswith(":over")]
    assert ended == began[: len(ended)], "none ends that did not begin, and in that order"
    assert len(began) - len(ended) == any(t.told_at for t in lasting)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_doctor_has_words_for_each(language: str) -> None:
    words = tomllib.loads((ROOT / f"mail_templates/{language}/screens.toml").read_text("utf-8"))["doctor"]
    assert set(TROUBLES) <= set(words)
