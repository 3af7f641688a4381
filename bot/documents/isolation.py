"""Whether what confines the processes that touch files from outside holds on this machine: tried, not assumed.

Flow: a child is started and confined as the real one is → it tries what a document that took it over would try
(`attempts`) → the names of what came through, which should be none.

Failure policy: a child that cannot be started or does not answer in time counts as one that nothing held; only a
machine that can make neither files nor sockets raises `OSError`.
"""

import json
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.documents import landlock
from bot.documents.children import PLACES, child_command
from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.worker import limits_to_text

_SECONDS = 20
_LOAD = "from bot.documents import attempts, confine; from bot.documents.limits import Limits"
_READER = "confine.confine_reader(Limits(**json.loads(sys.argv[2])), json.loads(sys.argv[3]))"
_OFFICE = "confine.confine_office(sys.argv[2], sys.argv[3], '/bin/true')"
_TRY = "attempts.attempt_all(*sys.argv[4:])"
_NETWORK = frozenset({"socket", "connect", "local_socket"})
_READING = frozenset({"read_passwords", "read_data", "list_data"})
_WRITING = frozenset({"write", "remove", "change_rights"})
_STARTING = frozenset({"fork", "run"})
_OTHERS = frozenset({"signal", "trace", "namespace"})
GROUPS = {"network": _NETWORK, "reading": _READING, "writing": _WRITING, "programs": _STARTING, "others": _OTHERS}
"""What attempts mean, in the words of `doctor`."""
ALL = frozenset().union(*GROUPS.values())
# LibreOffice is made of programs and of files of the system; none of these is the office's.
_ITS_OWN = frozenset({"fork", "run", "read_passwords"})


@dataclass(frozen=True, slots=True)
class Isolation:
    """What came through of what was tried, and the kernel's version of Landlock (0: none)."""

    came_through: frozenset[str]
    landlock: int

    @property
    def open_groups(self) -> tuple[str, ...]:
        """The names of `GROUPS` of which something came through, in their order."""
        return tuple(name for name, group in GROUPS.items() if group & self.came_through)


def examine(before: str = "") -> Isolation:
    """Tries the child that reads files. `before` is Python that it runs first (tests: a kernel that refuses)."""
    program = "\n".join((before, _LOAD, _READER, _TRY))
    return _examined(lambda given: child_command(program, limits_to_text(DEFAULT_LIMITS), PLACES, *given), ALL)


def examine_office(before: str = "") -> Isolation:
    """The same for the process that becomes LibreOffice, without the network namespace that it may have besides."""
    program = "\n".join((before, _LOAD, _OFFICE, _TRY))
    return _examined(lambda given: child_command(program, "{}", "[]", *given), ALL - _ITS_OWN)


def _examined(command: Callable[[Sequence[str]], Sequence[str]], wanted: frozenset[str]) -> Isolation:
    """`command` makes the command line of the child, given the arguments of `attempt_all`."""
    with tempfile.TemporaryDirectory(prefix="thuky-") as folder, socket.socket() as port, _local(folder):
        secret = Path(folder, "secret")
        secret.write_bytes(b"x")
        port.bind(("127.0.0.1", 0))
        port.listen()
        given = (str(secret), folder, str(Path(folder, "local")), str(port.getsockname()[1]))
        try:
            done = subprocess.run(
                command(given), capture_output=True, timeout=_SECONDS, cwd="/", env={"LANG": "C.UTF-8"}
            )
            lines = done.stdout.splitlines()
        except (OSError, subprocess.TimeoutExpired):
            lines = []
    found = {line["tried"]: line["done"] for line in map(json.loads, lines)}
    refused = frozenset(name for name, came in found.items() if came is False)
    return Isolation(wanted - refused, landlock.version())


def _local(folder: str) -> socket.socket:
    """A socket that listens in that folder."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(Path(folder, "local")))
    listening.listen()
    return listening
