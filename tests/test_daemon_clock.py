"""The machine's clock is put back or forth while the daemon waits: the poll goes on."""

import datetime as calendar
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import daemon as rooms
from bot.daemon import Daemon
from bot.flows.cycle import Turn
from bot.watchdog import Systemd, Watchdog

POLL = 60.0


@dataclass
class Hands:
    """Wall and monotonic clock of a machine on which only the waits take time. `jumps`: what is added to the wall's in
    each of them.
    """

    jumps: Iterator[timedelta]
    wall: datetime = datetime(2023, 11, 5, 1, 30)
    passed: float = 1000.0
    waits: list[float] = field(default_factory=list)
    turns: int = 0


@dataclass
class Quiet:
    """Services of an office in which nothing happens."""

    journal: Any = field(default_factory=lambda: SimpleNamespace(info=lambda *_, **__: None))
    may_be_cut: Any = None
    imap: Any = None
    inbox_folder: str = ""
    store: Any = field(default_factory=lambda: SimpleNamespace(next_due_at=lambda: None))


@pytest.mark.parametrize("jump", [timedelta(), timedelta(hours=-1), timedelta(days=-400), timedelta(hours=5)])
def test_no_wait_is_longer_than_the_poll(monkeypatch: pytest.MonkeyPatch, jump: timedelta) -> None:
    """Also where summer time ends in the machine's zone: what `schedule` reads has no zone."""
    hands = Hands(iter([timedelta(), jump, timedelta(), timedelta(), timedelta()]))

    class Wall(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return hands.wall

    class Sleeper:
        def __init__(self, *_: object) -> None: ...

        def close(self) -> None: ...

        def wait(self, seconds: float, _: object) -> bool:
            move = next(hands.jumps, None)
            if move is None:
                daemon._stop.set()
                return False
            hands.waits.append(seconds)
            hands.passed += seconds
            hands.wall += timedelta(seconds=seconds) + move
            return False

    def turn(*_: object) -> Turn:
        hands.turns += 1
        return Turn()

    monkeypatch.setattr("schedule.datetime", SimpleNamespace(**{**vars(calendar), "datetime": Wall}))
    monkeypatch.setattr(rooms, "time", SimpleNamespace(monotonic=lambda: hands.passed))
    monkeypatch.setattr(rooms, "Watcher", Sleeper)
    monkeypatch.setattr(rooms, "turn", turn)
    for name in ("recover", "let_go"):
        monkeypatch.setattr(rooms, name, lambda _: None)
    monkeypatch.setattr(rooms.signal, "signal", lambda *_: None)
    monkeypatch.setattr(Daemon, "_say", lambda *_, **__: None)
    dog = Watchdog(Systemd({}), 900, io.StringIO())
    monkeypatch.setattr(dog, "start", lambda: None)
    daemon = Daemon(Quiet(), POLL, dog)  # type: ignore[arg-type]
    daemon.run()
    assert hands.waits == [POLL] * 5
    assert hands.turns == 1 + 5
