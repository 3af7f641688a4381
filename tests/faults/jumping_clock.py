"""The machine's clock jumps under a daemon that runs: forth, back behind its start, forth by a day, and right again.

Flow: the fork server's child reads the machine's clock through its `_move_clock` (seconds of offset, from a file named
by the variable `THUKY_TORTURE_CLOCK`, which is gone before `thuky` looks at its environment), and counts its turns in a
file beside it; `jumping_clock` writes the offsets: after each the poll must go on by itself, and a mail comes. The
servers keep the right time. What waits are counted by (monotonic) never jumps, in the world neither.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path

from fault_office import FaultOffice
from forked_daemon import ForkServer
from kill_torture import RECOVERY_SECONDS, Figures
from scene_office import VN, wait_until

VARIABLE = "THUKY_TORTURE_CLOCK"
JUMPS = (timedelta(hours=3), timedelta(hours=-5), timedelta(hours=36), timedelta(minutes=-40), timedelta())

LEFT_OVER_SECONDS = 5.0
"""So long a waking by a mail may bring turns; the jump has to come while the daemon waits for nothing but its poll."""
POLLS = 3


def _set(path: Path, offset: timedelta) -> None:
    """In one step: a reader sees the old or the new one."""
    half = path.with_suffix(".new")
    half.write_text(str(offset.total_seconds()), "ascii")
    half.replace(path)


def jumping_clock(
    office: FaultOffice, server: ForkServer, figures: Figures, *, jumps: tuple[timedelta, ...] = JUMPS
) -> None:
    """Plays all jumps on one daemon and judges. The office is as shipped but for its poll. The round ends in two days,
    so that a jump passes steps of the ladder both ways; no step may come twice.
    """
    now = datetime.now(VN)
    office.open_all_day(opened=now - timedelta(days=2), deadline=now + timedelta(hours=50))
    clock = office.folder / "clock"
    _set(clock, timedelta())
    child = server.start(["run"], office.env | {VARIABLE: str(clock)}, office.folder / "daemon.log")
    try:
        office.wait_quiet(RECOVERY_SECONDS)
        for number, offset in enumerate(jumps):
            figures.tried += 1
            time.sleep(LEFT_OVER_SECONDS)
            _set(clock, offset)
            turned = _turns(clock)
            try:
                wait_until(lambda turned=turned: _turns(clock) >= turned + POLLS, 30, pause=0.1)  # type: ignore[misc]
            except AssertionError:
                figures.complain(f"the clock at {offset}: no poll within 30 s")
            office.post(number)
            begun = time.monotonic()
            office.wait_quiet(RECOVERY_SECONDS)
            figures.slowest = max(figures.slowest, time.monotonic() - begun)
    except AssertionError:
        figures.complain(f"not at rest {RECOVERY_SECONDS:g} s after the jump: {child.said[-900:]}")
    child.end()
    if child.status != 0 or "Traceback" in child.said:
        figures.complain(f"ended with {child.status}: {child.said[-900:]}")
    steps = {o["key"].split(":")[3] for o in office.outbox("reminder")}
    if len(steps) < 2:
        figures.complain(f"no jump has passed a step of the ladder: {steps}")
    figures.add(office.judge())


def _turns(clock: Path) -> int:
    """How many turns the daemon has begun."""
    turns = clock.with_suffix(".turns")
    return turns.stat().st_size if turns.exists() else 0
