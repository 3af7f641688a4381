"""A daemon on lines that break: one fault at a time at one phase, a mail meanwhile, and the judge.

Flow: `with lines(office) as both:` gives the two proxies and points the office at them (security "none", time limit
one second, all other delays as shipped); `strike(office, child, both, ...)` plays one fault.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from fault_office import SORTS, FaultOffice
from forked_daemon import Child
from kill_torture import Figures
from proxy import Fault, Proxy
from scene_office import wait_until

RECOVERY_SECONDS = 90.0
MOST_ATTEMPTS = 5
QUICK = next(n for n, sort in enumerate(SORTS) if sort.answers and not sort.twice)


@dataclass
class Lines:
    """The two lines of one office."""

    imap: Proxy
    smtp: Proxy

    def of(self, protocol: str) -> Proxy:
        return self.imap if protocol == "imap" else self.smtp

    def busiest_second(self, since: float) -> int:
        """The most connections that were made within any one second from that moment on."""
        attempts = sorted(t for t in (*self.imap.attempts, *self.smtp.attempts) if t >= since)
        return max((sum(first <= t < first + 1.0 for t in attempts) for first in attempts), default=0)


@contextmanager
def lines(office: FaultOffice, *, retry: str = "60") -> Iterator[Lines]:
    """Both lines of the office go through proxies, without TLS so that these can read along. After `retry` seconds a
    mail of unknown fate goes again.
    """
    ports = office.servers.ports
    with Proxy("imap", ports.imap) as imap, Proxy("smtp", ports.smtp) as smtp:
        office.extra = {
            **office.extra,
            "THUKY_IMAP__PORT": str(imap.port),
            "THUKY_IMAP__SECURITY": "none",
            "THUKY_SMTP__PORT": str(smtp.port),
            "THUKY_SMTP__SECURITY": "none",
            "THUKY_TIMEOUT_SECONDS": "1",
            "THUKY_LIMITS__MAX_MAILS_PER_HOUR": "0",
            "THUKY_RETRY_SECONDS": retry,
            "THUKY_RETRY_MAX_SECONDS": "3600",
        }
        yield Lines(imap, smtp)


def strike(
    office: FaultOffice, child: Child, both: Lines, figures: Figures, protocol: str, fault: Fault, number: int
) -> float:
    """One fault while one mail comes. Gives the seconds from its last strike until everything is at rest."""
    figures.tried += 1
    proxy = both.of(protocol)
    began = time.monotonic()
    proxy.fault = fault
    if fault.phase == "idle":
        proxy.drop("idle")  # the watcher has begun its wait long ago, and goes on for two minutes
    office.post(number, sort=SORTS[QUICK])
    office.servers.settle()
    name = f"{protocol} {fault.kind} at {fault.phase}"
    try:
        wait_until(lambda: proxy.struck > 0 and office.is_quiet(), RECOVERY_SECONDS, pause=0.1)
    except AssertionError:
        figures.complain(f"{name}: not at rest after {RECOVERY_SECONDS:g} s: {child.said[-600:]}")
    if not proxy.struck:
        figures.complain(f"{name}: never struck")
    took = time.monotonic() - max(began, proxy.last_strike)
    proxy.fault = None
    figures.slowest = max(figures.slowest, took)
    if (most := both.busiest_second(began)) > MOST_ATTEMPTS:
        figures.complain(f"{name}: {most} connections within one second")
    if child.wait(0) is not None:
        figures.complain(f"{name}: the daemon ended with {child.status}: {child.said[-600:]}")
    if "Traceback" in child.said:
        figures.complain(f"{name}: a traceback: {child.said[-900:]}")
    return took


def ends_in_time(office: FaultOffice, child: Child, both: Lines, figures: Figures, protocol: str, fault: Fault) -> None:
    """SIGTERM while the line hangs: it ends within 15 seconds, cleanly."""
    figures.tried += 1
    proxy = both.of(protocol)
    proxy.fault = fault
    office.post(10_000 + figures.tried, sort=SORTS[QUICK])
    office.servers.settle()
    wait_until(lambda: proxy.struck > 0, 30, pause=0.05)
    took = child.end(15)
    if child.status != 0 or "Traceback" in child.said:
        figures.complain(f"SIGTERM amid {fault}: ended with {child.status} after {took:.1f} s: {child.said[-900:]}")
    figures.slowest = max(figures.slowest, took)
    proxy.fault = None


def judged(office: FaultOffice, figures: Figures, allowed: Sequence[str] = ()) -> None:
    """The judge's word on all that came so far; `allowed`: faults after which a receipt may have gone twice."""
    judgement = office.judge()
    figures.add(judgement)
    if judgement.repeated and not allowed:
        figures.complain(f"{judgement.repeated} answers went out twice, and no fault left a fate unknown")
