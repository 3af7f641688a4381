"""What confines the processes that touch files from outside: tried on this very machine, and on kernels without it."""

import json
import platform
import struct

import pytest

from bot.documents import seccomp
from bot.documents.children import PLACES, ROOT, module_places
from bot.documents.isolation import ALL, GROUPS, Isolation, examine, examine_office

NO_LANDLOCK = "import bot.documents.landlock as l; l.restrict = lambda *a: 0"
NO_FILTER = "import bot.documents.seccomp as s; s.install = lambda *a: False"
READS = {"read_passwords", "read_data", "list_data"}


def test_nothing_that_a_document_might_try_comes_through_here() -> None:
    """Both kinds of process, on a kernel that has everything (the servers of our tests do)."""
    assert examine().came_through == frozenset()
    assert examine_office().came_through == frozenset()


@pytest.mark.parametrize(
    ("before", "open_groups"),
    [(NO_LANDLOCK, ("reading",)), (NO_FILTER, ("network", "writing", "programs", "others"))],
)
def test_where_the_kernel_has_only_one_of_them_the_other_holds(before: str, open_groups: tuple[str, ...]) -> None:
    found = examine(before)
    assert set(found.open_groups) <= set(open_groups)
    assert found.came_through, "what the other alone cannot hold must be seen"
    assert "run" not in found.came_through
    assert "write" not in found.came_through


def test_the_trying_itself_is_no_pretence() -> None:
    """Without either, all of it comes through but what root's own limits and this machine's settings refuse."""
    found = examine(f"{NO_LANDLOCK}\n{NO_FILTER}").came_through
    assert {"socket", "connect", "local_socket", "remove", "signal", *READS} <= found


def test_a_child_that_cannot_be_asked_holds_nothing() -> None:
    assert examine("sys.exit(1)") == Isolation(ALL, examine().landlock)
    assert examine("sys.exit(1)").open_groups == tuple(GROUPS)


def test_the_child_sees_modules_and_libraries_and_no_data() -> None:
    places = module_places()
    assert json.loads(PLACES) == list(places)
    assert f"{ROOT}/bot" in places
    assert not {ROOT, "/", "/home", "/etc", "/var", "/tmp", "/usr"} & set(places)


# ---- the program that the kernel runs, run here ---------------------------------------------------------------


def verdict(program: bytes, number: int, *arguments: int, architecture: int = 0xC000003E) -> int:
    """What a filter says to a call: the few instructions of BPF that it is made of."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    lines = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = word = 0
    while True:
        code, yes, no, value = lines[at]
        at += 1
        if code == 0x20:
            (word,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            holds = {0x15: word == value, 0x35: word >= value, 0x45: bool(word & value)}[code]
            at += yes if holds else no


READER = seccomp.compile_rules(seccomp.reader_rules(77), seccomp.REFUSE, "x86_64") or b""
OFFICE = seccomp.compile_rules(seccomp.office_rules(), seccomp.ALLOW, "x86_64") or b""
AARCH64 = seccomp.compile_rules(seccomp.reader_rules(77), seccomp.REFUSE, "aarch64") or b""
A, E = seccomp.ALLOW, seccomp.REFUSE
HIGH = 1 << 32


@pytest.mark.parametrize(
    ("program", "number", "arguments", "wanted"),
    [
        (READER, 0, (0, 0, 10), A),  # read
        (READER, 231, (0,), A),  # exit_group, the last of the list
        (READER, 41, (2, 1, 0), E),  # socket
        (READER, 56, (0,), E),  # clone
        (READER, 59, (), E),  # execve
        (READER, 435, (), E),
        (READER, 9_999, (), E),  # a call of years to come
        (READER, 257, (0, 0, 0o2000000), A),  # openat for reading
        *((READER, 257, (0, 0, flag), E) for flag in (1, 2, 0o100, 0o1000, 0o20000000)),
        (READER, 2, (0, 0o101), E),
        (READER, 234, (77, 77, 6), A),  # tgkill to itself
        (READER, 234, (1, 1, 9), E),
        (READER, 62, (1, 9), E),  # kill
        (READER, 72, (3, 1030), A),  # fcntl: F_DUPFD_CLOEXEC, the last of its values; F_SETOWN
        (READER, 72, (3, 0), A),
        (READER, 72, (3, 8), E),
        (READER, 16, (0, 0x5401), A),
        (READER, 16, (0, 0x5412), E),  # TIOCSTI types into a terminal
        (READER, 302, (0, 7, 0), A),  # prlimit64 asks; sets; asks of another; sets with a pointer that is high only
        (READER, 302, (0, 7, 4_096), E),
        (READER, 302, (1, 7, 0), E),
        (READER, 302, (0, 7, HIGH), E),
        (READER, 0x40000000, (), E),  # read of the x32 kind
        (OFFICE, 0x40000000 + 41, (1,), E),
        (OFFICE, 59, (), A),
        (OFFICE, 41, (1, 1, 0), A),
        (OFFICE, 41, (2, 1, 0), E),
        (OFFICE, 41, (10, 1, 0), E),
        (OFFICE, 41, (16, 3, 0), E),
        (OFFICE, 42, (), E),
        (OFFICE, 56, (0x11,), A),
        (OFFICE, 56, (0x11 | 0x10000000,), E),
        (OFFICE, 435, (), seccomp.LACKS),
        (OFFICE, 101, (), E),
        (OFFICE, 425, (), E),
        (OFFICE, 21, (0, 2), E),
        (OFFICE, 21, (0, 4), A),
    ],
)
def test_what_the_filters_say(program: bytes, number: int, arguments: tuple[int, ...], wanted: int) -> None:
    assert verdict(program, number, *arguments) == wanted


def test_calls_of_another_architecture_are_refused() -> None:
    """The 32-bit entrance of x86 has other numbers: what is `read` here is `restart_syscall` there."""
    assert verdict(READER, 0, architecture=0x40000003) == E
    assert verdict(OFFICE, 0, architecture=0x40000003) == E
    assert verdict(AARCH64, 63, architecture=0xC00000B7) == A
    assert verdict(AARCH64, 198, 2, architecture=0xC00000B7) == E
    assert verdict(AARCH64, 63) == E


def test_an_unknown_architecture_has_no_filter() -> None:
    assert seccomp.compile_rules((), A, "riscv64") is None
    assert seccomp.platform_machine() == platform.machine()
