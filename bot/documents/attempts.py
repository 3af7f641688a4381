"""What a document that took over a confined process would try next, tried in earnest: for `doctor` and for the tests.

Flow: the process confines itself as the real one does (`confine`) → tries everything, one by one → a line a try on
stdout, `{"tried": name, "done": true or false}`, as soon as it is known, for a try may end the process.

Failure policy: a try that the system refuses is not done, whatever it refuses with. Nothing that is tried does harm
where it comes through: files of the caller's own making, a signal 0, a process that ends at once.
"""

import contextlib
import ctypes
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

_NULL_SIGNAL = 0
_PTRACE_SEIZE = 0x4206
_CLONE_NEWUSER = 0x10000000


def attempt_all(secret: str, folder: str, local: str, port: str) -> None:
    """Tries everything: `secret` is a file that must not be read, `folder` one that must not be written or listed,
    `local` a socket in it that listens, `port` one that listens on loopback.
    """
    tries: dict[str, Callable[[], object]] = {
        "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "connect": lambda: socket.create_connection(("127.0.0.1", int(port)), 1).close(),
        "local_socket": lambda: _connect_local(local),
        "read_passwords": lambda: Path("/etc/passwd").read_bytes(),
        "read_data": lambda: Path(secret).read_bytes(),
        "list_data": lambda: list(Path(folder).iterdir()),
        "write": lambda: Path(folder, "written").write_bytes(b""),
        "change_rights": lambda: Path(secret).chmod(0o644),
        "remove": lambda: Path(secret).rename(f"{secret}.moved"),
        "signal": lambda: os.kill(os.getppid(), _NULL_SIGNAL),
        "trace": _trace_parent,
        "namespace": lambda: _demand(ctypes.CDLL(None).unshare(_CLONE_NEWUSER) == 0),
        "fork": _fork,
        "run": lambda: os.execv("/bin/sh", ("sh", "-c", "exit 0")),  # noqa: S606 - that is the question
    }
    for name, attempt in tries.items():
        _say(name, None)
        _say(name, _comes_through(attempt))


def _say(name: str, done: bool | None) -> None:
    """None: it is being tried; where nothing follows, it has come through and replaced this process."""
    os.write(1, (json.dumps({"tried": name, "done": done}) + "\n").encode())


def _comes_through(attempt: Callable[[], object]) -> bool:
    with contextlib.suppress(OSError):
        attempt()
        return True
    return False


def _demand(done: bool) -> None:
    if not done:
        raise OSError("refused")


def _connect_local(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(path)


def _trace_parent() -> None:
    """Seizing does not stop it, and it is let go when this process ends."""
    _demand(ctypes.CDLL(None).ptrace(_PTRACE_SEIZE, os.getppid(), None, None) == 0)


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
