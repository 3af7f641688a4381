"""kill -9 at random instants, mails coming in all the time: what is lost, doubled, wrong afterwards.

Flow: `kill_session(office, server, rng, …)`: a daemon is forked, mails are posted, the daemon is killed after a random
time, again and again; then one runs undisturbed until all is quiet (its seconds are the recovery), is ended by SIGTERM,
and the judge looks. `beside`: during the session a second daemon is tried, which must go away with 75.

Instants: exponential around means between 30 ms and 3 s, so that start-up, fetching, reading, committing, sending and
copying are all hit; what a child was at when it died is counted by the last event of its journal.
"""

import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fault_office import FaultOffice
from forked_daemon import Child, ForkServer
from judge import Judgement
from scene_office import wait_until

MEANS = (0.03, 0.2, 0.6, 1.2, 2.5)
LONGEST = 6.0
LOCKED = 75
RECOVERY_SECONDS, TERM_SECONDS = 90.0, 15.0


@dataclass
class Figures:
    """One row of the table."""

    fault: str
    tried: int = 0
    mails: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    repeated: int = 0
    slowest: float = 0.0
    complaints: list[str] = field(default_factory=list)
    phases: Counter[str] = field(default_factory=Counter)

    def add(self, judgement: Judgement) -> None:
        lost, doubled, wrong = judgement.figures
        self.mails += judgement.judged
        self.repeated += judgement.repeated
        self.lost, self.doubled, self.wrong = self.lost + lost, self.doubled + doubled, self.wrong + wrong
        self.complaints += judgement.complaints

    def complain(self, sentence: str) -> None:
        self.wrong += 1
        self.complaints.append(f"wrong: {sentence}")


def kill_session(
    office: FaultOffice,
    server: ForkServer,
    rng: random.Random,
    figures: Figures,
    *,
    kills: int,
    mails: int,
    first: int = 0,
    beside: Mapping[str, str] | None = None,
    until: float = float("inf"),
) -> None:
    """One office, from empty to judged. `until` (monotonic) ends the killing early; the judging is done all the same.

    `beside`: variables of the second daemon's environment that differ.
    """
    log = office.folder / "daemon.log"
    posted = 0
    for kill in range(kills):
        if time.monotonic() > until:
            break
        child = server.start(["run"], office.env, log)
        ends = time.monotonic() + min(LONGEST, rng.expovariate(1 / rng.choice(MEANS)))
        while posted < mails and posted * kills <= kill * mails:
            office.post(first + posted)
            posted += 1
        if beside is not None:
            _second(office, server, child, figures, dict(beside))
        time.sleep(max(0.0, ends - time.monotonic()))
        status = child.kill()
        figures.tried += 1
        figures.phases[child.phase] += 1
        if status != -9:
            figures.complain(f"kill {kill}: the daemon had ended by itself with {status}: {child.said[-600:]}")
    for number in range(posted, mails):
        office.post(first + number)
    recover_and_judge(office, server, figures)


def _second(office: FaultOffice, server: ForkServer, child: Child, figures: Figures, other: dict[str, str]) -> None:
    """A second daemon while the first one holds: it must go, with 75 and the holder's name. Where the first is not yet
    that far, the second may be the one that holds, and is killed as well.
    """
    lock = office.data / "thuky.lock"
    held = lock.exists() and lock.read_text("ascii").strip() == str(child.pid)
    second = server.start(["run"], office.env | other, office.folder / "second.log")
    status = second.wait(15 if held else 0.5)
    if status is None:
        second.kill()
        if held:
            figures.complain("a second daemon ran beside the first")
    elif held and (status != LOCKED or str(child.pid) not in second.said):
        figures.complain(f"the second daemon ended with {status}: {second.said[-400:]}")


def recover_and_judge(office: FaultOffice, server: ForkServer, figures: Figures) -> None:
    """The fault is over: all must come right within 90 seconds, the end on SIGTERM within 15, and the judge agree."""
    began = time.monotonic()
    child = server.start(["run"], office.env, office.folder / "daemon.log")
    try:
        office.wait_quiet(RECOVERY_SECONDS)
    except AssertionError:
        figures.complain(f"not at rest {RECOVERY_SECONDS:g} s after the fault: {child.said[-600:]}")
    figures.slowest = max(figures.slowest, time.monotonic() - began)
    wait_until(lambda: "daemon_started" in child.said or child.wait(0) is not None, RECOVERY_SECONDS)
    took = child.end(TERM_SECONDS)
    if child.status != 0:
        figures.complain(f"SIGTERM: ended with {child.status} after {took:.1f} s: {child.said[-600:]}")
    if "Traceback" in child.said:
        figures.complain(f"a traceback: {child.said[-900:]}")
    judgement = office.judge()
    unknown = sum(o["state"] == "unknown" for o in office.outbox())
    if unknown > figures.tried:
        judgement.lost.append(f"{unknown} nudges of unknown fate after {figures.tried} kills: at most one each")
    figures.add(judgement)
