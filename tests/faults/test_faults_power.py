"""The order in which things reach the disk, on one mail's way, as strace sees it: whatever the power does, no row
speaks of a file that may be gone, and no server has a mail of which nobody here knows.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fault_office import FaultOffice
from scene_office import ROOT

CALLS = "fsync,fdatasync,rename,renameat,renameat2,pwrite64,write,sendto"


def traced(office: FaultOffice, trace: Path) -> list[str]:
    """The system calls of one `thuky once`, in order; its mails go over a line that can be read."""
    plain = {"THUKY_SMTP__SECURITY": "none", "THUKY_SMTP__PORT": str(office.servers.ports.smtp), "THUKY_SMTP__USER": ""}
    strace = ["strace", "-f", "--seccomp-bpf", "-y", "-s", "120", "-e", f"trace={CALLS}", "-o", str(trace)]
    command = [*strace, sys.executable, "-m", "bot", "--verbose", "once"]
    done = subprocess.run(command, cwd=ROOT, env=office.env | plain, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-2000:]
    # A call that another thread interrupts stands in two lines; where it ends counts for forcing.
    return list(_whole(trace.read_text("utf-8", "replace").splitlines()))


def _whole(lines: list[str]) -> Iterator[str]:
    begun: dict[str, str] = {}
    for line in lines:
        pid, _, call = line.partition(" ")
        if call.rstrip().endswith("<unfinished ...>"):
            begun[pid] = call.strip().removesuffix("<unfinished ...>")
        elif found := re.match(r"\s*<\.\.\. \w+ resumed>(.*)", call):
            yield begun.pop(pid, "") + found[1]
        else:
            yield call.strip()


def first(calls: list[str], pattern: str, after: int = -1) -> int:
    """Where the first such call stands behind `after`; fails where there is none."""
    return next(n for n, call in enumerate(calls) if n > after and re.search(pattern, call))


def every(calls: list[str], pattern: str) -> list[int]:
    return [n for n, call in enumerate(calls) if re.search(pattern, call)]


@pytest.mark.strace
def test_files_before_rows_and_rows_before_mails(make_office: Callable[..., FaultOffice], tmp_path: Path) -> None:
    office = make_office()
    office.post(0)
    office.servers.settle()
    calls = traced(office, tmp_path / "trace")
    log = re.escape(str(office.data / "thuky.db-wal"))
    forced, grown = every(calls, rf"^(fsync|fdatasync)\(\d+<{log}>"), every(calls, rf"^pwrite64\(\d+<{log}>")
    assert forced
    assert grown
    (mail,) = office.records()
    sha256 = mail["sha256"]
    folder = re.escape(str(office.data / "vault" / sha256[:2]))

    # The raw mail: bytes forced, named, the name forced; then its row is forced; then it is said to be received.
    named = first(calls, rf"^rename\w*\(.*{folder}/{sha256[2:]}\"")
    part = re.search(r"/(\.[^/\"]*\.part)", calls[named])
    assert part
    bytes_forced = first(calls, rf"^fsync\(\d+<{folder}/{re.escape(part[1])}>")
    name_forced = first(calls, rf"^fsync\(\d+<{folder}>", named)
    said = first(calls, r"^write\(2.*event='mail_received'")
    assert bytes_forced < named < name_forced < said
    assert any(name_forced < n < said for n in forced), "the row was not forced before it was spoken of"
    assert not any(named < n < name_forced for n in grown), "the row was written before the file's name was safe"

    # Every vault file and every readable copy: forced before it is named, its name forced after.
    for number in every(calls, r"^rename\w*\(.*\.part\""):
        half = re.search(r"\"([^\"]*/)(\.[^/\"]*\.part)(/link)?\"", calls[number])
        assert half
        if half[3] is None:
            first(calls[:number], rf"^fsync\(\d+<{re.escape(half[1] + half[2])}>")
        first(calls, rf"^fsync\(\d+<{re.escape(half[1].rstrip('/'))}>", number)

    # Each mail that goes out: nothing of the log is unforced when its data are spoken.
    spoken = every(calls, r"^sendto\(.*\"DATA\\r\\n\"")
    assert len(spoken) >= 1 + 14, "the answer, and a request to each that has sent nothing"
    for number in spoken:
        last_growth = max(n for n in grown if n < number)
        assert any(last_growth < n < number for n in forced), "a mail went out before its claim was forced"
    # And each one's claim is its own: between two of them something was committed.
    for one, two in pairwise(spoken):
        assert any(one < n < two for n in forced)
