"""Faults that stand when the daemon starts: another program holds the database, a server shows a certificate that is
not to be trusted. Each function breaks, starts, mends and has it judged, like those in `daemon_faults`.
"""

import time
from collections.abc import Mapping

from daemon_faults import finish, started, write_lock
from fault_office import FaultOffice
from forked_daemon import ForkServer
from kill_torture import TERM_SECONDS, Figures, recover_and_judge

REFUSED = 1


def held_at_start(office: FaultOffice, server: ForkServer, figures: Figures, *, seconds: float, number: int) -> None:
    """Another program holds the write lock when the daemon starts, and `seconds` longer. It may wait, or say so and end
    with 1 for its supervisor; a mail comes meanwhile.
    """
    figures.tried += 1
    started(office, server).end(TERM_SECONDS)
    with write_lock(office.data / "thuky.db"):
        office.post(number)
        office.servers.settle()
        child = server.start(["run"], office.env, office.folder / "daemon.log")
        time.sleep(seconds)
    status = child.wait(0)
    figures.notes[f"held for {seconds:g} s: {'waited' if status is None else f'ended with {status}'}"] += 1
    if status is None:
        finish(office, server, child, figures)
        return
    if status != REFUSED or "Traceback" in child.said or not child.said.strip():
        figures.complain(f"held at the start for {seconds:g} s: ended with {status}: {child.said[-600:]}")
    recover_and_judge(office, server, figures)


def not_trusted(office: FaultOffice, server: ForkServer, figures: Figures, *, wrong: Mapping[str, str | None]) -> None:
    """With these variables (None: without them) a server's certificate is not to be trusted, for its authority or its
    name: the daemon says so and ends with 1, and no password has gone out; with the right ones all is done.
    """
    figures.tried += 1
    office.post(0)
    office.servers.settle()
    logins = _logins(office)
    env = {name: value for name, value in (office.env | dict(wrong)).items() if value is not None}
    child = server.start(["run"], env, office.folder / "refused.log")
    status = child.wait(60)
    if status != REFUSED or "Traceback" in child.said or "not trusted" not in child.said:
        figures.complain(f"{dict(wrong)}: ended with {status}: {child.said[-600:]}")
    if _logins(office) != logins:
        figures.complain(f"{dict(wrong)}: it logged in all the same")
    child.kill()
    recover_and_judge(office, server, figures)
    if _logins(office) == logins:
        figures.complain("the servers' logs tell of no log-in at all")


def _logins(office: FaultOffice) -> int:
    """How often anybody has logged in as the office, as the servers' logs tell."""
    folder = office.servers.place.folder
    said = [p.read_text("utf-8", "replace") for p in (folder / "dovecot.log", folder / "maillog") if p.exists()]
    return sum(log.count(f"Login: user=<{office.box}>") + log.count(f"sasl_username={office.box}") for log in said)
