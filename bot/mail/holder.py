"""Who holds a mailbox: a process on a machine with its data folder; and whether that process is still there.

`Holder` goes into a lease as one line of ASCII (`written`, `read`). `is_gone` answers only for processes that this one
can see: same boot of the same host, same space of process ids (a container has its own). Of others nobody here can
know, so they count as alive.

Failure policy: never raises; what the system does not tell is empty, and an empty machine is like no other.
"""

import json
import os
import socket
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Holder:
    """One process: `data` is its data folder's own id, `host` for people, `machine` this boot and its space of process
    ids, `started` the process's start as the kernel counts it (so that a process id used again is not taken for it).
    """

    data: str
    host: str
    machine: str
    pid: int
    started: str

    @classmethod
    def this_process(cls, data: str) -> "Holder":
        """The process that asks."""
        pid = os.getpid()
        return cls(data, socket.gethostname(), _machine(), pid, _started(pid))

    @property
    def is_gone(self) -> bool:
        """That process is known to have ended."""
        if not self.machine or self.machine != _machine():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            pass  # somebody else's process, whose start may still be told
        started = _started(self.pid)
        return bool(started and self.started and started != self.started)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a lease says: whose, which one of its leases (`nonce`), and for a renewed one since when and by which UID
    the mailbox has been held; None and 0 where this is the first: then its own count.
    """

    holder: Holder
    nonce: str
    since: datetime | None = None
    taken: int = 0

    def written(self) -> str:
        """One line of ASCII."""
        since = self.since.isoformat() if self.since else ""
        return json.dumps(asdict(self.holder) | {"nonce": self.nonce, "since": since, "taken": self.taken})


def read_claim(note: str) -> Claim | None:
    """The claim that `written` wrote; None where it is none. Whoever has the mailbox can write there, so nothing of it
    is believed to be short, or a number, or a time.
    """
    try:
        told = json.loads(note)
        data, host, machine, started, nonce = (
            str(told[key])[:_LONGEST] for key in ("data", "host", "machine", "started", "nonce")
        )
        pid, taken = int(told["pid"]), int(told["taken"])
        since = datetime.fromisoformat(told["since"]) if told["since"] else None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    if not 0 < pid < 2**31 or not 0 <= taken < 2**32 or (since is not None and since.tzinfo is None):
        return None
    return Claim(Holder(data, host, machine, pid, started), nonce, since, taken)


def _machine() -> str:
    try:
        boot = BOOT_ID.read_text("ascii").strip()
        return f"{boot} {socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}"
    except (OSError, UnicodeDecodeError):
        return ""


def _started(pid: int) -> str:
    """The 22nd field of /proc/<pid>/stat; the name before it may hold blanks and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
