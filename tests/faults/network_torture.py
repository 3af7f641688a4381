"""Every kind of broken line at every phase of both conversations, on one daemon at a time: `python
tests/faults/network_torture.py`, from `make torture`.

Prints a row a phase: the fault, how often it was tried, what was lost, doubled, wrong, the slowest recovery in seconds,
and the most connections in one second; ends with 1 when a row has anything but zeros. `--whole` plays every kind with
every phase, without it a tenth of them. `--minutes` bounds the run; what does not fit is named, and is no success.
"""

import argparse
import importlib.util
import random
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / name) for name in ("servers", "scenes", "flows", "faults"))]

from fault_office import fault_office  # noqa: E402  the tests' folders come first
from forked_daemon import ForkServer  # noqa: E402
from kill_torture import Figures  # noqa: E402
from line_faults import ends_in_time, judged, lines, strike  # noqa: E402
from mail_servers import MailServers  # noqa: E402
from proxy import IMAP_PHASES, KINDS, SMTP_PHASES, Fault  # noqa: E402
from scene_office import wait_until  # noqa: E402

LITERAL = {"fetch"}
"""Phases whose answers hold literals: only there a wrong size can be announced."""
HANGING = (
    ("imap", Fault("trickle", "fetch", 99)),
    ("imap", Fault("mute", "login", 99)),
    ("imap", Fault("mute", "connect", 99)),
    ("smtp", Fault("mute", "mail", 99)),
    ("smtp", Fault("mute", "answer", 99)),
    ("smtp", Fault("trickle", "greeting", 99)),
)


def accounts() -> tuple[str, ...]:
    """The mailboxes that all tests have."""
    spec = importlib.util.spec_from_file_location("shared", ROOT / "tests" / "conftest.py")
    assert spec
    assert spec.loader
    shared = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shared)
    return tuple(shared.ACCOUNTS)


def plan(*, whole: bool, seed: int) -> list[tuple[str, str, str]]:
    """Protocol, phase, kind; phases that only a daemon at its end comes to are left to `HANGING`."""
    all_of_them = [
        (protocol, phase, kind)
        for protocol, phases in (("imap", IMAP_PHASES), ("smtp", SMTP_PHASES))
        for phase, kind in product(phases, KINDS)
        if kind not in ("short", "long") or phase in LITERAL
    ]
    return all_of_them if whole else sorted(random.Random(seed).sample(all_of_them, len(all_of_them) // 10))


def main() -> int:
    """The command. Returns the exit code."""
    parser = argparse.ArgumentParser(description="Lines that break.")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=20230310)
    parser.add_argument("--only", nargs="*", default=[], help="phases or kinds")
    options, _ = parser.parse_known_args()
    until = time.monotonic() + 60 * options.minutes
    faults = [f for f in plan(whole=options.whole, seed=options.seed) if not options.only or set(f) & set(options.only)]
    rows: dict[str, Figures] = {}
    busiest, left = 0, []
    with MailServers(accounts()) as servers, ForkServer() as server, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        office = fault_office(servers, Path(folder))
        with lines(office) as both:
            began = time.monotonic()
            child = server.start(["run"], office.env, office.folder / "daemon.log")
            wait_until(lambda: office.is_quiet() or child.wait(0) is not None, 60, pause=0.1)
            for number, (protocol, phase, kind) in enumerate(faults):
                row = rows.setdefault(f"{protocol} {phase}", Figures(f"{protocol} {phase}"))
                if time.monotonic() > until:
                    left.append(f"{protocol} {kind} at {phase}")
                    continue
                before = len(row.complaints)
                took = strike(office, child, both, row, protocol, Fault(kind, phase), number)
                print(f"{protocol} {kind} at {phase}: {took:.1f} s", *row.complaints[before:], flush=True)
                if child.wait(0) is not None:
                    child = server.start(["run"], office.env, office.folder / "daemon.log")
            child.end()
            busiest = both.busiest_second(began)
            row = rows["SIGTERM while a line hangs"] = Figures("SIGTERM while a line hangs")
            for protocol, fault in HANGING if options.whole else HANGING[:2]:
                child = server.start(["run"], office.env, office.folder / "daemon.log")
                ends_in_time(office, child, both, row, protocol, fault)
            child = server.start(["run"], office.env, office.folder / "daemon.log")
            wait_until(office.is_quiet, 90, pause=0.1)
            child.end()
            row = rows["all of it, judged"] = Figures("all of it, judged", tried=len(faults))
            judged(office, row, allowed=["answer"])
    print(f"\n{'fault':30} tried lost doubled wrong  twice slowest s")
    for name, f in rows.items():
        print(f"{name:30} {f.tried:5} {f.lost:4} {f.doubled:7} {f.wrong:5} {f.repeated:6} {f.slowest:9.1f}")
    print(f"most connections in one second: {busiest}; seed {options.seed}")
    for sentence in (c for f in rows.values() for c in f.complaints):
        print(sentence)
    for name in left:
        print(f"not run: {name}")
    return 1 if left or any(f.complaints for f in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
