"""A simulated month of work in one process: mails, corrections, decisions and digests at several hours a day; memory,
descriptors and threads must be flat.

Flow: `month(folder, days)` plays the days on the small office of the histories (real flows, store and vault; only the
sockets are replaced) and measures at each evening. `growth(days)` compares the end with the evening when it was warm.
Two processes' worth of noise is no growth: allowed is +5 % or 10 MiB, whichever is more; descriptors and threads are
equal. Where memory grew, `tracemalloc` says where (`traced=True`).
"""

import gc
import os
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from history_office import AGENCIES, MONTH, QUARTER, STRANGER, History, House, at

MEBI = 1024 * 1024
WARM_DAYS = 5


@dataclass(frozen=True)
class Evening:
    """What the process holds after a day: resident bytes of its own, open descriptors, threads; mails so far."""

    day: int
    memory: int
    descriptors: int
    threads: int
    mails: int


def resident_bytes() -> int:
    """What this process alone would give back (PSS; where the kernel does not say, RSS), after collecting garbage."""
    gc.collect()
    rollup = Path("/proc/self/smaps_rollup")
    if rollup.exists():
        for line in rollup.read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measured(day: int, history: History) -> Evening:
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return Evening(day, resident_bytes(), descriptors, threading.active_count(), len(history.services.store.mails()))


def play(history: History, day: int) -> None:
    """One day: the daemon takes a turn at five hours, and at three of them somebody writes. Files repeat, and each is
    read once: what the limited children leave behind is not measured here.
    """
    agency = AGENCIES[day % len(AGENCIES)]
    for hour in (7, 8, 10, 14, 16):
        history.clock.move_to(at(1, 0) + timedelta(days=day, hours=hour))
        match hour:
            case 8:
                files = history.house.files(agency, QUARTER, "broken")
                history.mail(f"{agency}@binhduong.example", f"Báo cáo ngày {day}", files=files)
            case 10:
                files = history.house.files(agency, QUARTER, "good")
                history.mail(f"{agency}@binhduong.example", f"Báo cáo đã sửa ngày {day}", files=files)
                history.mail(STRANGER, "Hỏi", text="Xin hỏi về đợt báo cáo.\n")
            case 14:
                month = history.house.files("stp", MONTH, "good")
                history.mail("stp@binhduong.example", f"Báo cáo tháng {day}", files=month)
                history.again("stp@binhduong.example")
        history.turn()


@contextmanager
def _tracing(traced: bool) -> Iterator[Callable[[], list[str]]]:
    if not traced:
        yield list
        return
    tracemalloc.start(12)
    begun: list[tracemalloc.Snapshot] = []

    def compare() -> list[str]:
        gc.collect()
        begun.append(tracemalloc.take_snapshot())
        if len(begun) == 1:
            return []
        return [str(line) for line in begun[-1].compare_to(begun[0], "lineno")[:12]]

    try:
        yield compare
    finally:
        tracemalloc.stop()


def month(folder: Path, days: int, *, warm: int = WARM_DAYS, traced: bool = False) -> tuple[list[Evening], list[str]]:
    """The evenings of all days, and where memory grew since the warm one (only when traced)."""
    house = House(folder)
    evenings: list[Evening] = []
    grew: list[str] = []
    try:
        with house.history() as history, _tracing(traced) as compare:
            for day in range(1, days + 1):
                play(history, day)
                evenings.append(measured(day, history))
                if day in (warm, days):
                    grew = compare()
    finally:
        house.close()
    return evenings, grew


def growth(evenings: list[Evening], warm: int = WARM_DAYS) -> list[str]:
    """What was not flat, in words."""
    begun, ended = evenings[warm - 1], evenings[-1]
    said = []
    allowed = max(begun.memory // 20, 10 * MEBI)
    if ended.memory - begun.memory > allowed:
        said.append(f"memory grew from {begun.memory / MEBI:.1f} to {ended.memory / MEBI:.1f} MiB")
    if ended.descriptors > begun.descriptors:
        said.append(f"descriptors grew from {begun.descriptors} to {ended.descriptors}")
    if ended.threads > begun.threads:
        said.append(f"threads grew from {begun.threads} to {ended.threads}")
    return said
