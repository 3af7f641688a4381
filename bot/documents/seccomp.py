"""Which system calls a process may still make: seccomp filters for the reading child and for LibreOffice.

Flow: a list of rules by the calls' names → a classic BPF program for this machine's architecture → `install`, which
cannot be undone by whatever runs afterwards.

The child gets what reading a file from memory takes and nothing else: what is not named is refused with EPERM, also
what kernels will learn in years to come. LibreOffice is too large for such a list: it is refused the network (all
sockets but unnamed and local ones, and connecting at all) and what leads out of its own process group.

Failure policy: `install` says False where the kernel or the architecture has no such filters; nothing is raised.
Sources: seccomp(2), bpf(2), syscalls(2); Linux 6.1 arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

ALLOW, REFUSE, LACKS = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38  # SECCOMP_RET_ALLOW, …_ERRNO with EPERM and ENOSYS
_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF: ld abs word, jeq, jge, jset, ret
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # places in struct seccomp_data
_X32 = 0x40000000  # calls of the x32 kind have this bit, and other numbers
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_COLUMNS = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of `_CALLS`, AUDIT_ARCH_…

# Name → number on x86_64 and on aarch64, -1 where there is none.
_CALLS = {
    # What reading takes.
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "close": (3, 57), "close_range": (436, 436), "lseek": (8, 62), "fstat": (5, 80), "newfstatat": (262, 79),
    "stat": (4, -1), "lstat": (6, -1), "statx": (332, 291), "statfs": (137, 43), "fstatfs": (138, 44),
    "access": (21, -1), "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, -1),
    "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17), "dup": (32, 23), "dup2": (33, -1),
    "dup3": (292, 24), "open": (2, -1), "openat": (257, 56), "fcntl": (72, 25), "ioctl": (16, 29),
    "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216), "madvise": (28, 233),
    "brk": (12, 214), "membarrier": (324, 283), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "tgkill": (234, 131), "futex": (202, 98),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "set_robust_list": (273, 99), "rseq": (334, 293),
    "set_tid_address": (218, 96), "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "nanosleep": (35, 101),
    "gettimeofday": (96, 169), "time": (201, -1), "times": (100, 153), "getrusage": (98, 165),
    "getrlimit": (97, 163), "prlimit64": (302, 261), "getrandom": (318, 278), "uname": (63, 160),
    "sysinfo": (99, 179), "poll": (7, -1), "ppoll": (271, 73), "select": (23, -1), "pselect6": (270, 72),
    "restart_syscall": (219, 128), "exit": (60, 93), "exit_group": (231, 94),
    # What not even LibreOffice may.
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "clone": (56, 220), "clone3": (435, 435),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "quotactl": (179, 60), "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
    "syslog": (103, 116), "vhangup": (153, 58), "iopl": (172, -1), "ioperm": (173, -1), "mknod": (133, -1),
    "mknodat": (259, 33), "chmod": (90, -1), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1),
    "lchown": (94, -1), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
}  # fmt: skip


class Rule:
    """What becomes of a call: `then` when each of its `words` fits, REFUSE when not. A word is the number of an
    argument, which half of it (0 low, 1 high), and the values that it may have, or -1 and bits that it must lack.
    """

    __slots__ = ("name", "then", "words")  # a dataclass would cost each file half a millisecond

    def __init__(self, name: str, then: int = ALLOW, words: tuple[tuple[int, int, tuple[int, ...]], ...] = ()) -> None:
        self.name, self.then, self.words = name, then, words


_WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o20000000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE
_NEW_NAMESPACE = 0x7E020000  # CLONE_NEW…
_AF_UNIX = 1
_W_OK = 2
# Descriptors copied, flags read and set; not F_SETOWN, by which a signal could be sent to anybody.
_DESCRIPTORS = (0, 1, 2, 3, 4, 1030)
_QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX
_CONDITIONAL = ("socket", "socketpair", "clone", "clone3")  # with rules of their own


def reader_rules(pid: int) -> tuple[Rule, ...]:
    """For the child with that process id: all that is not in here is refused."""
    special = {
        "open": ((1, 0, (-1, _WRITING)),),
        "openat": ((2, 0, (-1, _WRITING)),),
        "fcntl": ((1, 0, _DESCRIPTORS),),
        "ioctl": ((1, 0, _QUESTIONS),),
        "tgkill": ((0, 0, (pid,)),),  # abort() of a native parser
        "prlimit64": ((0, 0, (0,)), (2, 0, (0,)), (2, 1, (0,))),  # asked, never set: root could raise them again
    }
    return tuple(Rule(name, words=special.get(name, ())) for name in _names_until("exit_group"))


def office_rules() -> tuple[Rule, ...]:
    """For LibreOffice: all that is not in here is allowed."""
    local = ((0, 0, (_AF_UNIX,)),)
    return (
        Rule("socket", words=local),
        Rule("socketpair", words=local),
        # It is told of no folder that it may write in, and then puts its socket where OSL_SOCKET_PATH says.
        Rule("access", words=((1, 0, (-1, _W_OK)),)),
        Rule("faccessat", words=((2, 0, (-1, _W_OK)),)),
        Rule("clone", words=((0, 0, (-1, _NEW_NAMESPACE)),)),
        Rule("clone3", then=LACKS),  # its flags cannot be seen; the C library then takes `clone`
        *(Rule(n, then=REFUSE) for n in _names_after("exit_group") if n not in _CONDITIONAL),
    )


def _names_until(last: str) -> list[str]:
    names = list(_CALLS)
    return names[: names.index(last) + 1]


def _names_after(last: str) -> list[str]:
    return list(_CALLS)[len(_names_until(last)) :]


def compile_rules(rules: Iterable[Rule], default: int, machine: str) -> bytes | None:
    """The BPF program, eight bytes an instruction; None for an architecture that is not in the table."""
    if machine not in _COLUMNS:
        return None
    column, architecture = _COLUMNS[machine]
    program = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, REFUSE)]
    program.append((_LOAD, 0, 0, _NUMBER))
    if machine == "x86_64":
        program += [(_ABOVE, 0, 1, _X32), (_RETURN, 0, 0, REFUSE)]
    for rule in rules:
        number = _CALLS[rule.name][column]
        if number >= 0:
            block = _block(rule)
            program += [(_EQUAL, 0, len(block), number), *block]
    program.append((_RETURN, 0, 0, default))
    return b"".join(struct.pack("=HBBI", *line) for line in program)


def _block(rule: Rule) -> list[tuple[int, int, int, int]]:
    """What follows when the call is that of the rule; it always ends with a return."""
    lines: list[tuple[int, int, int, int]] = []
    for argument, half, values in rule.words:
        lines.append((_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4 * half))
        if values[0] == -1:
            lines += [(_ANY_BIT, 0, 1, values[1]), (_RETURN, 0, 0, REFUSE)]
            continue
        # From each value to behind the refusal that ends the list.
        lines += [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
        lines.append((_RETURN, 0, 0, REFUSE))
    return [*lines, (_RETURN, 0, 0, rule.then)]


def forbid_new_privileges() -> bool:
    """No program that is started from now on has more rights than this process, whatever its file says."""
    return bool(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def install(rules: Iterable[Rule], default: int) -> bool:
    """Puts the filter on this process and all that it starts; False where that cannot be. Needs no new privileges."""
    program = compile_rules(rules, default, platform_machine())
    if program is None:
        return False
    held = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the length in instructions, six bytes of nothing, where they are.
    head = ctypes.create_string_buffer(struct.pack("=H6xQ", len(program) // 8, ctypes.addressof(held)))
    return bool(ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(head), 0, 0) == 0)


def platform_machine() -> str:
    """This machine's architecture as the kernel says it; empty for a 32-bit program on a 64-bit kernel."""
    return os.uname().machine if struct.calcsize("P") == 8 else ""
