"""The clock is moved back and forth between runs, under several time zones of the machine: nothing may come of it.

Flow: mails lie in the mailbox one second before the deadline and at its instant; `thuky once --at` runs at odd hours,
an hour back, a day forth, across New York's change to summer time; what the office then says (status, receipts, which
notices went) is gathered without what differs by nature, to be compared from zone to zone.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Any

from fault_office import FaultOffice, made
from forked_daemon import ForkServer
from judge import Sent
from kill_torture import Figures
from scene_office import ROUND, address, body, kind

ZONES = ("UTC", "America/New_York")
ODD = (timedelta(hours=-4), timedelta(hours=-5), timedelta(hours=9), timedelta(hours=8), timedelta(days=3, hours=9))
"""From the deadline's instant: before it, an hour back, after it, an hour back, and past 12/3/2023, when New York's
clocks went forward."""
SHORT = (timedelta(hours=9),)


def asked(office: FaultOffice, server: ForkServer, figures: Figures, zone: str, *words: str) -> str:
    """That command under that zone; a complaint when it does not end with 0."""
    child = server.start(words, office.env | {"TZ": zone}, office.folder / "asked.log")
    if child.wait(90) != 0:
        child.kill()
        figures.complain(f"TZ={zone} {' '.join(words)}: {child.status}: {child.said[-500:]}")
    return child.said


def moved_clock(
    office: FaultOffice, server: ForkServer, figures: Figures, *, zone: str, steps: tuple[timedelta, ...] = ODD
) -> dict[str, Any]:
    """Plays it and judges; gives what must be the same under every zone. The office is as shipped."""
    deadline = office.round.deadline.instant
    laid = False
    for step in steps:
        figures.tried += 1
        if step > timedelta(0) and not laid:  # a moved clock takes what lies in the mailbox as received by then
            laid = True
            for agency, seconds in (("stp", -1), ("stc", 0)):
                _lay(office, agency, deadline + timedelta(seconds=seconds))
        asked(office, server, figures, zone, "once", "--at", (deadline + step).isoformat())
    figures.add(office.judge())
    said: dict[str, Any] = {
        "status": json.loads(asked(office, server, figures, zone, "status", "--round", ROUND, "--json"))
    }
    listed = json.loads(asked(office, server, figures, zone, "mails", "--json"))
    said["mails"] = [(m["from"], m["outcome"], m["received_at"], m["submissions"]) for m in listed]
    said["notices"] = sorted(o["key"] for o in office.outbox())
    answers = [
        m for agency in ("stp", "stc") for m in office.got(address(agency)) if kind(m) in ("receipt", "correction")
    ]
    said["answers"] = [(m["To"], m["X-Thuky-Key"], str(m["Date"]), body(m)) for m in answers]
    late = {
        row["agency"]: {o["form"]: o["late"] for o in row["obligations"]}
        for row in said["status"]["agencies"]
        if row["agency"] in ("stp", "stc")
    }
    if set(late["stp"].values()) != {False} or set(late["stc"].values()) != {True}:
        figures.complain(f"TZ={zone}: one second before the deadline and at it: late is {late}")
    return json.loads(re.sub(r"20\d{12}\.[0-9a-f]+@", "@", json.dumps(said, sort_keys=True)))  # type: ignore[no-any-return]


def _lay(office: FaultOffice, agency: str, received: datetime) -> None:
    files = made(agency, "word")
    mail = office.send(address(agency), "Báo cáo quý I", files, received=received)
    office.sent.append(Sent(mail["Message-ID"], address(agency), "accepted", 1, tuple(p for _, p in files)))
