"""Half files of writers that were killed go at the next start; those of living writers stay."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.store import safeio
from bot.store.safeio import link_atomically, sweep, write_atomically, write_once
from bot.store.vault import Vault

DIES = """
import os, signal, sys
from pathlib import Path
from bot.store import safeio
folder = Path(sys.argv[1])
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "link":
    Path.replace = die
    safeio.link_atomically(folder / "latest", "../v1/file")
else:
    os.fsync = die
    safeio.write_atomically(folder / "file", b"x" * 9000)
"""


def halves(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.name.endswith(".part")]


@pytest.mark.parametrize("what", ["file", "link"])
def test_what_a_killed_writer_left_is_swept(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "vault" / "ab"
    folder.mkdir(parents=True)
    (folder / "whole").write_bytes(b"kept")
    done = subprocess.run([sys.executable, "-c", DIES, str(folder), what], cwd=Path(safeio.__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    assert len(halves(tmp_path)) == 1
    assert sweep(tmp_path) == 1
    assert halves(tmp_path) == []
    assert [p.name for p in folder.iterdir()] == ["whole"]
    assert sweep(tmp_path) == 0


@pytest.mark.parametrize("write", [write_atomically, write_once])
def test_a_living_writer_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: object) -> None:
    """Another program (`thuky received`) writes at the very moment at which the daemon starts."""
    real, seen = os.fsync, []

    def fsync(handle: int) -> None:
        seen.append((len(halves(tmp_path)), sweep(tmp_path), len(halves(tmp_path))))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write(tmp_path / "file", b"bytes")  # type: ignore[operator]  # two functions of one shape
    assert (1, 0, 1) in seen
    assert (tmp_path / "file").read_bytes() == b"bytes"
    assert halves(tmp_path) == []


def test_writers_and_sweepers_at_once_lose_nothing(tmp_path: Path) -> None:
    stop = threading.Event()

    def sweeping() -> None:
        while not stop.is_set():
            sweep(tmp_path)

    sweeper = threading.Thread(target=sweeping)
    sweeper.start()
    try:
        for number in range(150):
            write_atomically(tmp_path / str(number), b"%d" % number, durable=False)
            link_atomically(tmp_path / "latest", str(number))
    finally:
        stop.set()
        sweeper.join()
    assert [(tmp_path / str(n)).read_bytes() for n in range(150)] == [b"%d" % n for n in range(150)]
    assert (tmp_path / "latest").read_bytes() == b"149"
    assert halves(tmp_path) == []


def test_other_files_of_that_ending_stay(tmp_path: Path) -> None:
    """Named by people, not by us: no dot before them; and names of ours that lead elsewhere are not followed."""
    (tmp_path / "báo cáo.part").write_bytes(b"theirs")
    (tmp_path / "elsewhere").write_bytes(b"kept")
    (tmp_path / ".x.part").symlink_to("elsewhere")
    assert sweep(tmp_path) == 0
    assert (tmp_path / "elsewhere").exists()
    assert Vault(tmp_path).sweep() == 0
