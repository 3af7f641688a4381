"""kill -9 at random instants, mails coming in all the time: what is lost, doubled, wrong afterwards.

Flow: `kill_session(office, server, rng, …)`: a daemon is forked, mails are posted, the daemon is killed after a random
time, again and again; then one runs undisturbed until all is quiet (its seconds are the recovery), is ended by SIGTERM,
and the judge looks. `beside`: during the session a second daemon is tried, which must go away with 75.

Instants: a random short time (exponential) after a random number of events in the child's journal, so that start-up,
fetching, reading, committing, sending and copying are all hit however slow the machine is just then; what a child was
at when it died is counted by the last event of its journal, and what got done amid the killing as well.
"""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fault_office import FaultOffice
from forked_daemon import Child, ForkServer
from judge import Judgement
from scene_office import wait_until

Aim = int | str
"""So many events of the journal, whichever, or one of that name."""
ANYWHERE: tuple[Aim, ...] = (0, 0, 1, 2, 2, 3, 4, 5, 7, 10)
SENDING: tuple[Aim, ...] = ("nudge_queued", "mail_finished", "mail_sent", "mail_sent")
IDLE_EVENTS = 2
"""An idle daemon says that it has started and that it has taken the mailbox."""
MEANS = (0.01, 0.05, 0.2, 0.6)
LONGEST = 8.0
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
    notes: Counter[str] = field(default_factory=Counter)
    """What else happened, counted: second daemons that went, mails finished amid the killing."""

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
    aims: Sequence[Aim] = ANYWHERE,
    until: float = float("inf"),
) -> None:
    """One office, from empty to judged. `until` (monotonic) ends the killing early; the judging is done all the same.

    `beside`: variables of the second daemon's environment that differ. `aims`: what each kill may wait for.
    """
    log = office.folder / "daemon.log"
    posted = 0
    for kill in range(kills):
        if time.monotonic() > until:
            break
        child = server.start(["run"], office.env, log)
        begun = posted
        while posted < mails and posted * kills <= kill * mails:
            office.post(first + posted)
            posted += 1
        came_first = beside is not None and _second(office, server, child, figures, dict(beside))
        # Drawn whether or not they are needed, so that a seed means the same instants on every machine.
        aim, pause = rng.choice(aims), rng.expovariate(1 / rng.choice(MEANS))
        if not (posted > begun or _has_work(office)):
            aim = min(aim, IDLE_EVENTS) if isinstance(aim, int) else IDLE_EVENTS
        _until(child, aim)
        time.sleep(pause)
        status = child.kill()
        figures.tried += 1
        figures.phases[child.phase] += 1
        if status != -9 and not (came_first and status == LOCKED):
            figures.complain(f"kill {kill}: the daemon had ended by itself with {status}: {child.said[-600:]}")
    figures.notes["mails finished amid the killing"] += _done(office)
    for number in range(posted, mails):
        office.post(first + number)
    recover_and_judge(office, server, figures)


def _until(child: Child, aim: Aim) -> None:
    """Waits for that in its journal, or until it has ended or had time enough."""
    until = time.monotonic() + LONGEST
    while not child.has(aim) and time.monotonic() < until and child.wait(0) is None:
        time.sleep(0.005)


def _asked(office: FaultOffice, query: str) -> int:
    try:
        return office.count(query) if (office.data / "thuky.db").exists() else 0
    except sqlite3.OperationalError:  # killed before its tables were made
        return 0


def _has_work(office: FaultOffice) -> bool:
    """Whether anything is begun and not finished."""
    return (
        _asked(
            office,
            "SELECT (SELECT count(*) FROM mail WHERE outcome = 'received') + (SELECT count(*) FROM outgoing "
            "WHERE state IN ('queued', 'sending') OR (state = 'sent' AND NOT in_sent_folder))",
        )
        > 0
        or not (office.data / "thuky.db").exists()
    )


def _done(office: FaultOffice) -> int:
    return _asked(office, "SELECT count(*) FROM mail WHERE outcome <> 'received'")


def _second(office: FaultOffice, server: ForkServer, child: Child, figures: Figures, other: dict[str, str]) -> bool:
    """A second daemon while the first one holds: it must go, with 75 and the holder's name. True where it came first,
    and the first one may have gone.

    On the same folder it may come before the first has the lock, and is killed then as well; on another folder it would
    be an office of its own that answers by right, so it is tried once the first has the mailbox.
    """
    kind = "by the lease" if other else "by the lock"
    if other:
        until = time.monotonic() + 20
        while "event='mailbox_taken'" not in child.said and time.monotonic() < until and child.wait(0) is None:
            time.sleep(0.01)
        held = "event='mailbox_taken'" in child.said
        if not held:
            figures.complain(f"the first daemon did not take the mailbox: {child.said[-400:]}")
            return False
    else:
        lock = office.data / "thuky.lock"
        held = lock.exists() and lock.read_text("ascii").strip() == str(child.pid)
    second = server.start(["run"], office.env | other, office.folder / "second.log")
    status = second.wait(30 if held else 0.5)
    if status is None:
        second.kill()
        if held:
            figures.complain(f"a second daemon ran beside the first ({kind}): {second.said[-400:]}")
        else:
            figures.notes["a second that came first"] += 1
            return True
    elif held and (status != LOCKED or str(child.pid) not in second.said):
        figures.complain(f"the second daemon ended with {status} ({kind}): {second.said[-400:]}")
    else:
        figures.notes[f"a second that went with {status} {kind}"] += 1
    return False


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
    figures.notes["nudges of unknown fate"] += unknown
    if unknown > figures.tried:
        judgement.lost.append(f"{unknown} nudges of unknown fate after {figures.tried} kills: at most one each")
    figures.add(judgement)
