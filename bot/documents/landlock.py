"""Which files a process may still open: Landlock, as far as this kernel knows it.

Flow: ask the kernel for its version of Landlock → a ruleset that handles all that this version can → one rule a folder
→ the process is restricted, and whatever it starts with it. TCP, signals to other processes and abstract sockets are
refused too from the versions on that know them.

Failure policy: `restrict` says 0 where the kernel has none; nothing is raised. A place that is not there gets no rule.
Source: Linux Documentation/userspace-api/landlock.rst, include/uapi/linux/landlock.h (versions 1 to 7).
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on all architectures
_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE, _READ, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_FIRST = (1 << 13) - 1
_OF_A_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_TCP = 3  # bind, connect
_SCOPED = 3  # abstract sockets, signals


def version() -> int:
    """The kernel's version of Landlock; 0 where it has none or has it switched off."""
    found = _call(_CREATE, None, 0, _VERSION)
    return max(found, 0)


def restrict(readable: Iterable[str], runnable: Iterable[str] = (), writable: Iterable[str] = ()) -> int:
    """From now on this process opens nothing but what lies in `readable` (for reading), `runnable` (programs too) and
    `writable` (all). The version of Landlock that holds; 0 for none. Needs no new privileges.
    """
    known = version()
    if known == 0:
        return 0
    handled = _FIRST
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL)):
        handled |= right if known >= since else 0
    head = struct.pack("=QQQ", handled, _TCP if known >= 4 else 0, _SCOPED if known >= 6 else 0)
    rules = _call(_CREATE, head, len(head), 0)
    if rules < 0:
        return 0
    try:
        for places, rights in (
            (readable, _READ | _READ_DIR),
            (runnable, _READ | _READ_DIR | _EXECUTE),
            (writable, handled & ~_EXECUTE),
        ):
            for place in places:
                _add(rules, place, rights)
        return known if _call(_RESTRICT, rules, 0) == 0 else 0
    finally:
        os.close(rules)


def _add(rules: int, place: str, rights: int) -> None:
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _OF_A_FILE
        _call(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    """A system call that the C library has no function for; -1 when the kernel says no."""
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(ctypes.CDLL(None).syscall(ctypes.c_long(number), *given))
