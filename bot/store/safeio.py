"""The only writer of files in the house: a file is there whole, or not at all.

Bytes go to a temporary file in the same folder, are forced to the disk, and get their name by a rename, which is forced
to the disk too; `durable=False` leaves out the forcing, for folders that are thrown away (a rehearsal's). Files are
0600, folders 0700. Failure policy: OSError (a full disk, no permission) reaches the caller
after the temporary file is gone; what stood under the name before stands still. A writer that was killed leaves its
temporary file behind; `sweep` removes those, and none whose writer still lives.
"""

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

PREFIX, SUFFIX = ".", ".part"
"""Of temporary names. Their makers hold a lock on them, which ends with their process."""


def make_folder(folder: Path, *, durable: bool = True) -> None:
    """Creates `folder` and what is missing above it, 0700, durably."""
    for missing in reversed([p for p in (folder, *folder.parents) if not p.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
        if durable:
            sync_folder(missing.parent)


def sync_folder(folder: Path) -> None:
    """Forces names in `folder` to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _held_file(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A new temporary file in `folder` and its name, held for as long as the block lasts: `sweep` leaves it alone."""
    while True:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=SUFFIX, dir=folder)
        if _hold(handle, name):
            break
        os.close(handle)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, temporary
    finally:
        temporary.unlink(missing_ok=True)


def _hold(handle: int, name: str) -> bool:
    """Whether the new file or folder is ours now; False when `sweep` took it in between. Where the file system knows no
    locks nobody sweeps.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    try:
        return Path(name).stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def write_atomically(path: Path, payload: bytes, *, durable: bool = True) -> None:
    """Puts `payload` under `path`, replacing what was there. The folder is created as needed."""
    make_folder(path.parent, durable=durable)
    with _held_file(path.parent) as (file, temporary):
        file.write(payload)
        file.flush()
        if durable:
            os.fsync(file.fileno())
        temporary.replace(path)
    if durable:
        sync_folder(path.parent)


def write_once(path: Path, payload: bytes) -> bytes:
    """Puts `payload` under `path` unless a file is there already, and returns what stands there: of several who come at
    once, all get what the first one wrote. The folder is created as needed.
    """
    make_folder(path.parent)
    with _held_file(path.parent) as (file, temporary):
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    sync_folder(path.parent)
    return path.read_bytes()


def link_atomically(path: Path, target: str) -> None:
    """Makes `path` a symbolic link to `target`, replacing what was there. The folder is created as needed."""
    make_folder(path.parent)
    holder, handle = _held_folder(path.parent)
    temporary = holder / "link"
    try:
        temporary.symlink_to(target)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        holder.rmdir()
        os.close(handle)
    sync_folder(path.parent)


def _held_folder(folder: Path) -> tuple[Path, int]:
    while True:
        name = tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=folder)
        try:
            handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if _hold(handle, name):
            return Path(name), handle
        os.close(handle)


def sweep(folder: Path) -> int:
    """Removes, at any depth, what writers left half written that are no more (killed, or the power went); returns how
    many. What a living writer holds stays, whoever it is.
    """
    swept = 0
    for root, folders, files in os.walk(folder):
        halves = [n for n in (*folders, *files) if n.startswith(PREFIX) and n.endswith(SUFFIX)]
        folders[:] = [n for n in folders if n not in halves]
        swept += sum(_sweep_one(Path(root, name)) for name in halves)
    return swept


def _sweep_one(half: Path) -> bool:
    try:
        handle = os.open(half, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # gone, or none of ours
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            (half / "link").unlink(missing_ok=True)
            half.rmdir()
        else:
            half.unlink()
    except OSError:  # held, or the file system knows no locks
        return False
    finally:
        os.close(handle)
    return True


def remove(path: Path) -> None:
    """Removes a name durably; nothing when it is gone already."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
