"""A disk of one's own that can be full, and folders that cannot be written: what only mounting can show.

Flow: `with small_disk(folder, megabytes)`: a tmpfs lies there; `fill(folder, left)` leaves so many bytes, `empty`
takes the ballast away. `with read_only(folder)`: nobody may write there, not even root. `missing_mounts()` says why
that cannot be done here.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

BALLAST = ".ballast"


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


@contextmanager
def _mounted(folder: Path, *words: str) -> Iterator[None]:
    _mount(*words, str(folder))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


@cache
def missing_mounts() -> str | None:
    """Why nothing can be mounted here; None when it can."""
    if os.geteuid() == 0:
        try:
            with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder), 1):
                return None
        except (OSError, subprocess.CalledProcessError):
            pass
    return "A small disk cannot be mounted: run the tests as root with CAP_SYS_ADMIN"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A tmpfs of that size under `folder`, which is made when missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs"):
        yield


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """`folder`, or one file, as it is, but not to be written by anybody."""
    with _mounted(folder, "--bind", str(folder)):
        _mount("-o", "remount,ro,bind", str(folder))
        yield


def fill(folder: Path, left: int) -> None:
    """Takes all but `left` bytes (whole pages of them) of the disk."""
    free = os.statvfs(folder)
    size = free.f_bavail * free.f_frsize - left
    with (folder / BALLAST).open("ab") as file:
        if size > 0:
            os.posix_fallocate(file.fileno(), file.tell(), size)


def empty(folder: Path) -> None:
    """Gives the space back."""
    (folder / BALLAST).unlink(missing_ok=True)
