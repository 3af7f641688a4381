"""`make torture`: every fault in its long form, one after the other, and the table of what came of it.

    python tests/faults/torture.py [--whole] [--only WORD…] [--kills N] [--mails M] [--seed S] [--minutes LIMIT]

`--whole` is the default of `make torture` (some 40 minutes on two cores); without it a tenth of each. Every row says
which fault, how often it was tried, what was lost, doubled, wrong, and the slowest recovery in seconds. A seed is
printed and repeats a run's mails and intended instants. Ends with 1 when a row has anything but zeros, 0 otherwise.
`--minutes` bounds the whole: what does not fit is named as not run, which is no success either.

EXTERNAL: programs of other kinds of torture, run as they are with their own tables; one that is not there is named.
"""

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / name) for name in ("servers", "scenes", "flows", "faults"))]

from daemon_faults import (  # noqa: E402  the tests' folders come first
    changed_password,
    closed_port,
    full_at_start,
    full_disk,
    locked_database,
    not_to_be_written,
    race,
    servers_away,
    silent_port,
)
from fault_office import FaultOffice, fault_office  # noqa: E402
from forked_daemon import ForkServer  # noqa: E402
from jumping_clock import jumping_clock  # noqa: E402
from kill_torture import ANYWHERE, SENDING, Aim, Figures, kill_session  # noqa: E402
from long_month import growth, month  # noqa: E402
from mail_servers import MailServers  # noqa: E402
from moved_clock import ZONES, moved_clock  # noqa: E402
from small_disk import missing_mounts, small_disk  # noqa: E402
from start_faults import held_at_start, not_trusted  # noqa: E402

EXTERNAL = {
    "network_torture.py": (["--whole", "--minutes", "60"], ["--minutes", "10"]),
    "fuzz_mail.py": (["--seconds", "240"], ["--seconds", "20"]),
    "fuzz_documents.py": (["--whole"], []),
}
"""Program → its arguments in the whole run and in the short one."""
KILLS_A_SESSION = 50
KILLS_A_SENDING_SESSION = 12
LEFT = (0, 4_096, 12_288, 20_480, 40_960, 81_920, 163_840, 327_680, 655_360, 1_310_720)


@dataclass
class Run:
    """What all rows share."""

    servers: MailServers
    server: ForkServer
    folder: Path
    seed: int
    until: float
    count: int = 0

    def office(self, stack: ExitStack, *, disk: int = 0, as_shipped: bool = False, **extra: str) -> FaultOffice:
        """A fresh one in a folder of its own, its data on a small disk of so many MiB where that is asked for."""
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir(mode=0o755)
        if disk:
            stack.enter_context(small_disk(folder / "data", disk))
        if as_shipped:
            return FaultOffice(self.servers, folder, extra=extra)
        return fault_office(self.servers, folder, **extra)


Play = Callable[[Run, Figures, float], None]


def _kills(
    run: Run,
    figures: Figures,
    part: float,
    kills: int,
    mails: int,
    *,
    beside: bool = False,
    aims: Sequence[Aim] = ANYWHERE,
    a_session: int = KILLS_A_SESSION,
) -> None:
    kills, mails = max(10, round(kills * part)), max(6, round(mails * part))
    rng = random.Random(run.seed)
    sessions = max(1, round(kills / a_session))
    done = posted = 0
    for session in range(1, sessions + 1):
        upto, mailed = kills * session // sessions, mails * session // sessions
        with ExitStack() as stack:
            office = run.office(stack)
            other: dict[str, str] | None = None
            if beside:  # half of the seconds on the same folder, half on another one and the same mailbox
                other = {"THUKY_DATA_DIR": str(office.folder / "other")} if _has_lease() and session % 2 == 0 else {}
            kill_session(
                office,
                run.server,
                rng,
                figures,
                kills=upto - done,
                mails=mailed - posted,
                first=posted,
                beside=other,
                aims=aims,
                until=run.until,
            )
        done, posted = upto, mailed
        if time.monotonic() > run.until:
            break


def _has_lease() -> bool:
    """Whether one instance a mailbox is kept (bot/mail/lease.py)."""
    return importlib.util.find_spec("bot.mail.lease") is not None


def _disk(run: Run, figures: Figures, part: float) -> None:
    for left in LEFT if part >= 1 else LEFT[::4]:
        with ExitStack() as stack:
            full_disk(run.office(stack, disk=16), run.server, figures, left=left, mails=range(4, 6))
    for left in (0, 200_000):
        with ExitStack() as stack:
            full_at_start(run.office(stack, disk=16), run.server, figures, left=left)


def _rights(run: Run, figures: Figures, _: float) -> None:
    for what, uid in (("", None), ("thuky.db", None), ("", 65534)):
        with ExitStack() as stack:
            not_to_be_written(run.office(stack), run.server, figures, what=what, uid=uid)


def _locked(run: Run, figures: Figures, part: float) -> None:
    for seconds in (2, 15, 40) if part >= 1 else (2, 15):
        with ExitStack() as stack:
            locked_database(run.office(stack), run.server, figures, seconds=seconds, number=0)
    for seconds in (3, 25) if part >= 1 else (3,):
        with ExitStack() as stack:
            held_at_start(run.office(stack), run.server, figures, seconds=seconds, number=0)


def _race(run: Run, figures: Figures, part: float) -> None:
    for other in ({}, {"THUKY_DATA_DIR": "other"}) if _has_lease() else ({},):
        with ExitStack() as stack:
            office = run.office(stack)
            extra = {name: str(office.folder / value) for name, value in other.items()}
            race(office, run.server, figures, times=max(2, round(5 * part)) * (1 if _has_lease() else 2), other=extra)


def _away(run: Run, figures: Figures, _: float) -> None:
    with silent_port() as silent:
        closed, soon = str(closed_port()), {"THUKY_TIMEOUT_SECONDS": "2"}
        imap, smtp = "THUKY_IMAP__PORT", "THUKY_SMTP__PORT"
        for away, word in (
            ({imap: closed}, "mailbox_unreachable"),
            ({smtp: closed}, "mail_not_sent"),
            ({imap: closed, smtp: closed}, "mailbox_unreachable"),
            ({imap: str(silent), **soon}, "mailbox_unreachable"),
            ({smtp: str(silent), **soon}, "mail_not_sent"),
            ({"THUKY_IMAP__PASSWORD": "khac"}, "mailbox_unreachable"),
            ({"THUKY_SMTP__PASSWORD": "khac"}, "mail_not_sent"),
        ):
            with ExitStack() as stack:
                servers_away(run.office(stack), run.server, figures, away=away, number=0, word=word)
    with ExitStack() as stack:
        changed_password(run.office(stack), run.server, figures, number=0)


def _clock(run: Run, figures: Figures, _: float) -> None:
    said = []
    for zone in ZONES:
        with ExitStack() as stack:
            said.append(moved_clock(run.office(stack, as_shipped=True), run.server, figures, zone=zone))
    if any(other != said[0] for other in said):
        differ = [key for key in said[0] if any(other[key] != said[0][key] for other in said)]
        figures.complain(f"the zones differ in {differ}")


def _jumps(run: Run, figures: Figures, _: float) -> None:
    with ExitStack() as stack:
        jumping_clock(run.office(stack, as_shipped=True, THUKY_POLL_SECONDS="3"), run.server, figures)


def _certificates(run: Run, figures: Figures, _: float) -> None:
    """Another authority's, another host's: 127.1 is the same machine, and stands in no certificate."""
    for side in ("IMAP", "SMTP"):
        for wrong in ({f"THUKY_{side}__CA_FILE": None}, {f"THUKY_{side}__HOST": "127.1"}):
            with ExitStack() as stack:
                not_trusted(run.office(stack), run.server, figures, wrong=wrong)


def _month(run: Run, figures: Figures, part: float) -> None:
    days = max(10, round(31 * part))
    folder = run.folder / "month"
    folder.mkdir()
    evenings, _ = month(folder, days)
    figures.tried, figures.mails = days, evenings[-1].mails
    for sentence in growth(evenings):
        figures.complain(sentence)


def rows(kills: int, mails: int) -> dict[str, tuple[Play, bool]]:
    """Name → how it is played, and whether it needs to mount."""
    return {
        "kill -9": (lambda r, f, p: _kills(r, f, p, kills, mails), False),
        "kill -9, a second beside": (lambda r, f, p: _kills(r, f, p, kills // 5, mails // 5, beside=True), False),
        # An office that has just begun has a request to send to every agency.
        "kill -9 amid sending": (
            lambda r, f, p: _kills(r, f, p, kills // 8, mails // 5, aims=SENDING, a_session=KILLS_A_SENDING_SESSION),
            False,
        ),
        "full disk": (_disk, True),
        "read-only, another's": (_rights, True),
        "database held": (_locked, False),
        "two started at once": (_race, False),
        "servers away, silent": (_away, False),
        "wrong certificate": (_certificates, False),
        "moved clock, zones": (_clock, False),
        "clock jumps as it runs": (_jumps, False),
        "a month of work": (_month, False),
    }


def table(figures: Sequence[Figures]) -> str:
    """The table of the closing note."""
    head = f"{'fault':28}{'times':>7}{'mails':>7}{'lost':>6}{'doubled':>9}{'wrong':>7}{'again':>7}{'slowest':>9}"
    lines = [
        f"{f.fault:28}{f.tried:7}{f.mails:7}{f.lost:6}{f.doubled:9}{f.wrong:7}{f.repeated:7}{f.slowest:8.1f}s"
        for f in figures
    ]
    return "\n".join([head, *lines, "again: answers repeated under one Message-ID because their fate was unknown"])


def play_all(run: Run, chosen: dict[str, tuple[Play, bool]], part: float) -> tuple[list[Figures], list[str]]:
    """The rows, and what was not run and why."""
    figures, left_out = [], []
    for name, (play, mounts) in chosen.items():
        if time.monotonic() > run.until:
            left_out.append(f"{name}: no time was left")
            continue
        if mounts and (reason := missing_mounts()):
            left_out.append(f"{name}: {reason}")
            continue
        row = Figures(name)
        began = time.monotonic()
        try:
            play(run, row, part)
        except Exception:
            row.complain(traceback.format_exc())
        finally:
            run.server.kill_all()
        figures.append(row)
        print(f"{name}: {time.monotonic() - began:.0f} s {dict(row.phases) or ''} {dict(row.notes) or ''}", flush=True)
        for complaint in row.complaints:
            print(f"    {complaint}", flush=True)
    return figures, left_out


def external(*, whole: bool, until: float, folder: Path = Path(__file__).parent) -> tuple[list[str], list[str]]:
    """Runs the other programs; gives those that failed, and those that were not run, with the reason."""
    failed, left_out = [], []
    for name, (long, short) in EXTERNAL.items():
        program = folder / name
        if not program.exists():
            left_out.append(f"{name}: not there")
        elif time.monotonic() > until:
            left_out.append(f"{name}: no time was left")
        else:
            print(f"== {name}", flush=True)
            arguments = list(long if whole else short)
            if "--minutes" in arguments:
                arguments[-1] = f"{min(float(arguments[-1]), (until - time.monotonic()) / 60):.1f}"
            if subprocess.run([sys.executable, str(program), *arguments], cwd=ROOT, check=False).returncode != 0:
                failed.append(name)
    return failed, left_out


def conclude(figures: Sequence[Figures], failed: Sequence[str], left_out: Sequence[str]) -> int:
    """Prints what came of all; 1 where a row complains, a program failed, or anything was not run."""
    print(table(figures))
    for name in failed:
        print(f"FAILED   {name}: see its own table above")
    for reason in left_out:
        print(f"NOT RUN  {reason}")
    return int(bool(failed or left_out) or any(f.complaints for f in figures))


def main() -> int:
    """The command. Returns the exit code."""
    parser = argparse.ArgumentParser(description="What breaks, and what comes of it.")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--minutes", type=float, default=90.0)
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    spec = importlib.util.spec_from_file_location("shared_conftest", ROOT / "tests" / "conftest.py")
    assert spec
    assert spec.loader
    shared = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shared)
    every = rows(given.kills, given.mails)
    chosen = {
        name: play
        for name, play in every.items()
        if not given.only or name in given.only or any(w in name for w in given.only if w not in every)
    }
    with (
        MailServers(shared.ACCOUNTS) as servers,
        ForkServer() as server,
        tempfile.TemporaryDirectory(prefix="thuky-torture-") as folder,
    ):
        Path(folder).chmod(0o755)  # another user must be able to come as far as the data folder
        run = Run(servers, server, Path(folder), given.seed, time.monotonic() + given.minutes * 60)
        figures, left_out = play_all(run, chosen, 1.0 if given.whole else 0.1)
    failed, missing = external(whole=given.whole, until=run.until) if not given.only else ([], [])
    return conclude(figures, failed, left_out + missing)


if __name__ == "__main__":
    sys.exit(main())
