"""A small right configuration in a temporary folder, for tests to spoil."""

import shutil
from pathlib import Path

HERE = Path(__file__).parent
GOOD = HERE / "good"
SAMPLE = HERE.parents[1] / "config"


def good_folder(tmp_path: Path) -> Path:
    """A copy of `good` at `tmp_path/config`."""
    folder = tmp_path / "config"
    shutil.copytree(GOOD, folder)
    return folder


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replaces texts in a file; each must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
