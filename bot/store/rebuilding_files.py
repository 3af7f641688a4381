"""The new database beside the old one, and its way into the old one's place: by a rename, at the very end.

A crash before it leaves the old one as it was; `workplace` clears what such a crash left. The old one is moved aside
with its journal files, never deleted. Raises OSError.
"""

import os
import shutil
from pathlib import Path

from bot.store.safeio import make_folder, sync_folder

WORKPLACE = "rebuilding"
_PARTS = ("-wal", "-shm", "")  # SQLite's companions first: the file itself says that all is there


def workplace(data_dir: Path) -> Path:
    """An empty folder in the data folder, for the new database until it is whole."""
    folder = data_dir / WORKPLACE
    if folder.exists():
        shutil.rmtree(folder)
    make_folder(folder)
    return folder


def clear_workplace(data_dir: Path) -> None:
    """Removes that folder; nothing when it is gone already."""
    shutil.rmtree(data_dir / WORKPLACE, ignore_errors=True)


def put_in_place(new: Path, place: Path, stamp: str) -> Path | None:
    """Moves what stands at `place` aside, as `NAME.stamp`, and `new` there. Returns where the old one is, None when
    there was none. `new` must be closed; everything is on the disk before it moves.
    """
    os.sync()
    aside = None
    if place.exists():
        aside = place.with_name(f"{place.name}.{stamp}")
        count = 1
        while aside.exists():
            count += 1
            aside = place.with_name(f"{place.name}.{stamp}-{count}")
        for part in _PARTS:
            companion = place.with_name(place.name + part)
            if companion.exists():
                companion.rename(aside.with_name(aside.name + part))
    make_folder(place.parent)
    for part in _PARTS:
        companion = new.with_name(new.name + part)
        if companion.exists():
            companion.rename(place.with_name(place.name + part))
    sync_folder(place.parent)
    return aside
