"""What a process that touches a file from outside does to itself first: limits, no new rights, few files, few calls.

Flow: rlimits → no_new_privs → Landlock (which files) → seccomp (which calls), in that order, for the last one refuses
what the others take. None of it can be undone by what runs afterwards, whoever this process belongs to.

Failure policy: where the kernel has no Landlock or no seccomp it goes on with what there is; `isolation.examine` finds
out what holds here, and `doctor` says it. A limit above the hard one is set to the hard one.
"""

import json
import os
import resource
import signal
from collections.abc import Sequence
from typing import NoReturn

from bot.documents import landlock, seccomp
from bot.documents.limits import Limits

# What LibreOffice and the interpreter before it are made of; nothing of the office's own lies there.
_PROGRAMS = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt/libreoffice")
_FACTS = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/fonts"),
    *("/etc/libreoffice", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/localtime"),
    *(
        "/var/cache/fontconfig",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/filesystems",
    ),
    *("/proc/sys/kernel", "/proc/sys/vm", "/sys/devices/system/cpu", "/dev/urandom", "/dev/random"),
)
_DEVICES = ("/dev/null", "/dev/zero")


def confine_reader(limits: Limits, places: Sequence[str] = ()) -> None:
    """For the child that reads one file: it opens what lies in `places` for reading, and nothing else."""
    _cap(resource.RLIMIT_AS, limits.memory_bytes)
    _cap(resource.RLIMIT_CPU, limits.cpu_seconds, 1)  # SIGXCPU first, so that the parent can tell why
    _cap(resource.RLIMIT_FSIZE, 0)
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_NOFILE, 16)
    _cap(resource.RLIMIT_NPROC, 0)  # no forks, no threads; root is held to it by the filter of calls
    signal.alarm(int(limits.wall_seconds) + 2)  # should the parent be gone
    seccomp.forbid_new_privileges()
    landlock.restrict(places)
    seccomp.install(seccomp.reader_rules(os.getpid()), seccomp.REFUSE)


def become_office(rlimits: str, folders: str, program: str, *arguments: str) -> NoReturn:
    """Turns this process into LibreOffice (`program`), confined. Raises `OSError` where it cannot be started."""
    confine_office(rlimits, folders, program)
    os.execv(program, (program, *arguments))  # noqa: S606 - a list, and no shell is wanted


def confine_office(rlimits: str, folders: str, program: str) -> None:
    """For the process that becomes LibreOffice (`program`): it may write in `folders` and reaches no network.
    `rlimits` (names of `resource` and values) and `folders` are JSON.
    """
    for name, value in json.loads(rlimits).items():
        _cap(getattr(resource, name), value)
    seccomp.forbid_new_privileges()
    real = os.path.realpath(program)
    home = real.rpartition("/program/")[0]  # of an installation in a place of its own
    programs = (*_PROGRAMS, program, real, *((home,) if home.startswith("/opt/") else ()))
    landlock.restrict(_FACTS, programs, (*json.loads(folders), *_DEVICES))
    seccomp.install(seccomp.office_rules(), seccomp.ALLOW)


def _cap(which: int, value: int, margin: int = 0) -> None:
    _, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY or hard >= value + margin:
        hard = value + margin
    resource.setrlimit(which, (min(value, hard), hard))
