"""A backup takes the place of what stands, whole or not at all.

Unpack into `.restore-…` inside the data folder (the same disk, whatever is mounted there) → force it to the disk →
write `restore.json`, from which on the change is decided → what stood there goes into `before-restore-…` → the new
takes its place → `restore.json` goes. Killed before `restore.json` is written: the old stands. Killed after it:
`finish` goes on where it was, and nothing opens the data folder before that (`is_unfinished`). Nothing old is deleted.

`restored.json` stays behind: by it the flows know that mails may have gone out since the backup
(`bot.flows.after_restore`). Failure policy: OSError and ArchiveError reach the caller.
"""

import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.store.archive import DATABASE
from bot.store.archive_reading import Contents, unpack
from bot.store.safeio import make_folder, sync_folder, write_atomically

LOCK = "thuky.lock"
JOURNAL, RESTORED = "restore.json", "restored.json"
_STAGING, _ASIDE = ".restore-", "before-restore-"
_LOGS = ("-wal", "-shm")


def is_unfinished(data_dir: Path) -> bool:
    """Whether a restore was broken off after it was decided: `finish` must be called before anything is opened."""
    return (data_dir / JOURNAL).exists()


def holds_something(data_dir: Path, database: Path) -> bool:
    """Whether a restore would have to move something aside."""
    return any(_old(data_dir)) or database.exists()


def stage(archive: Path, data_dir: Path, now: datetime) -> tuple[Path, Contents]:
    """Unpacks and verifies `archive` inside `data_dir`; the folder where it lies, ready for `put_in_place`. What an
    earlier attempt left unfinished is removed. The caller holds the lock. Raises ArchiveError, OSError.
    """
    for left in data_dir.glob(f"{_STAGING}*"):
        shutil.rmtree(left)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=data_dir))
    try:
        contents = unpack(archive, staging)
        for folder in ("vault", "reports"):
            make_folder(staging / folder, durable=False)
        mark = {"restored_at": now.isoformat(), "backup_at": contents.created_at.isoformat()}
        write_atomically(staging / RESTORED, json.dumps(mark).encode())
        os.sync()
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return staging, contents


def put_in_place(staging: Path, data_dir: Path, database: Path, now: datetime) -> Path | None:
    """Gives what lies in `staging` its place, and what stood there another; where the old lies now, None when there was
    none. The caller holds the lock. Raises OSError.
    """
    aside = f"{_ASIDE}{now:%Y%m%d-%H%M%S}"
    while (data_dir / aside).exists():
        aside += "+"
    journal = {"staging": staging.name, "aside": aside, "database": str(database.resolve()), "phase": "aside"}
    write_atomically(data_dir / JOURNAL, json.dumps(journal).encode())
    finish(data_dir)
    return data_dir / aside if (data_dir / aside).exists() else None


def finish(data_dir: Path) -> None:
    """Brings a decided restore to its end, from wherever it was broken off; nothing when there is none. The caller
    holds the lock. Raises OSError.
    """
    try:
        journal: dict[str, Any] = json.loads((data_dir / JOURNAL).read_bytes())
    except FileNotFoundError:
        return
    staging, aside, database = data_dir / journal["staging"], data_dir / journal["aside"], Path(journal["database"])
    if journal["phase"] == "aside":
        for entry in list(_old(data_dir)):
            make_folder(aside)
            entry.replace(aside / entry.name)
        for old in (database, *(database.with_name(database.name + log) for log in _LOGS)):
            if old.exists():  # only where it lies outside the data folder
                old.replace(old.with_name(f"{old.name}.{journal['aside']}"))
        if aside.exists():
            sync_folder(aside)
        write_atomically(data_dir / JOURNAL, json.dumps(journal | {"phase": "place"}).encode())
    if staging.exists():
        for entry in list(staging.iterdir()):
            _place(entry, database if entry.name == DATABASE else data_dir / entry.name)
        staging.rmdir()
    sync_folder(data_dir)
    (data_dir / JOURNAL).unlink()
    sync_folder(data_dir)


def finish_if_free(data_dir: Path) -> bool:
    """`finish` for who does not hold the lock, such as `thuky status`. False when somebody holds it, who is just
    restoring. Raises OSError.
    """
    handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finish(data_dir)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _old(data_dir: Path) -> Iterator[Path]:
    """Everything in the data folder that a restore replaces."""
    for entry in data_dir.iterdir():
        if entry.name not in (LOCK, JOURNAL) and not entry.name.startswith((_STAGING, _ASIDE)):
            yield entry


def _place(entry: Path, target: Path) -> None:
    make_folder(target.parent)
    try:
        entry.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The database lies on another disk.
        copy = target.with_name(f".{target.name}.part")
        shutil.copyfile(entry, copy)
        copy.chmod(0o600)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        copy.replace(target)
        entry.unlink()
    sync_folder(target.parent)
