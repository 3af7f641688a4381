"""A real clamd for the tests: on a socket of its own in a temporary folder, with one signature, that of the EICAR test
file, so that nothing is fetched and nothing of the machine's own scanner is touched.

Flow: `with running_clamd(folder) as clamd` has it answering. `missing_clamd()` says why it cannot run here.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.documents.antivirus import Scanner, ScannerDownError

# The test file of eicar.org, in two halves so that no scanner takes this very module for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Eicar-Test"
MARK = b"thuky-infected-cell-7c1d"
"""Stands for a macro virus in tests: a text that can lie within any file."""
_SECONDS = 30.0


def missing_clamd() -> str | None:
    """Why no clamd can be started here; None when one can."""
    found = shutil.which("clamd") or Path("/usr/sbin/clamd").exists()
    return None if found else "clamd is missing: apt-get install clamav-daemon"


@dataclass(frozen=True)
class Clamd:
    """One running clamd. `address` is what `[antivirus] clamd` takes."""

    address: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Ends it, as when its service has failed."""
        self.process.terminate()
        self.process.wait(_SECONDS)


@contextmanager
def running_clamd(folder: Path, *, stream_bytes: int = 25_000_000) -> Iterator[Clamd]:
    """Starts clamd with files of up to `stream_bytes`, waits until it answers, and ends it."""
    signatures = folder / "signatures"
    signatures.mkdir(parents=True)
    lines = (f"{SIGNATURE}:0:*:{EICAR.hex()}", f"Xls.Macro.Test:0:*:{MARK.hex()}")
    (signatures / "test.ndb").write_text("\n".join(lines) + "\n", "ascii")
    socket = folder / "clamd.ctl"
    settings = folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {socket}\nDatabaseDirectory {signatures}\nForeground yes\nTemporaryDirectory {folder}\n"
        f"User {pwd.getpwuid(os.getuid()).pw_name}\nStreamMaxLength {stream_bytes}\nMaxThreads 4\nSelfCheck 0\n"
        f"LogFile {folder / 'clamd.log'}\n",
        "utf-8",
    )
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    process = subprocess.Popen(
        [program, "--config-file", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    clamd = Clamd(f"unix:{socket}", process)
    try:
        _await_answer(clamd, folder / "clamd.log")
        yield clamd
    finally:
        if process.poll() is None:
            clamd.stop()


def _await_answer(clamd: Clamd, log: Path) -> None:
    limit = time.monotonic() + _SECONDS
    while True:
        try:
            Scanner(clamd.address, 1.0).ping()
        except ScannerDownError as error:
            said = log.read_text("utf-8", "replace") if log.exists() else ""
            assert clamd.process.poll() is None and time.monotonic() < limit, f"no clamd: {error}; {said}"
            time.sleep(0.05)
        else:
            return
