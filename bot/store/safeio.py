"""The only writer of files in the house: a file is there whole, or not at all.

Bytes go to a temporary file in the same folder, are forced to the disk, and get their name by a rename, which is forced
to the disk too; `durable=False` leaves out the forcing, for folders that are thrown away (a rehearsal's). Files are
0600, folders 0700. Failure policy: OSError (a full disk, no permission) reaches the caller
after the temporary file is gone; what stood under the name before stands still.
"""

import contextlib
import os
import tempfile
from pathlib import Path


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


def write_atomically(path: Path, payload: bytes, *, durable: bool = True) -> None:
    """Puts `payload` under `path`, replacing what was there. The folder is created as needed."""
    make_folder(path.parent, durable=durable)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def write_once(path: Path, payload: bytes) -> bytes:
    """Puts `payload` under `path` unless a file is there already, and returns what stands there: of several who come at
    once, all get what the first one wrote. The folder is created as needed.
    """
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return path.read_bytes()


def link_atomically(path: Path, target: str) -> None:
    """Makes `path` a symbolic link to `target`, replacing what was there. The folder is created as needed."""
    make_folder(path.parent)
    holder = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=path.parent))
    temporary = holder / "link"
    try:
        temporary.symlink_to(target)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        holder.rmdir()
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Removes a name durably; nothing when it is gone already."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
