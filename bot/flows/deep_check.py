"""Everything that is kept, held against its own hash: the vault, the published copies, the database.

Every file of the vault against its name → every file that must be there is there → files that nothing names (only
told) → every copy under `reports/` → SQLite's own checks. Files go through in pieces, one after another; nothing is
changed. Raises StoreError when the database cannot be opened at all or is still being built, OSError when a folder
cannot be read.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.store.holdings import (
    PublishedFile,
    content_of,
    faults_of,
    hash_of,
    looking_into,
    named_files,
    published_files,
    refuse_unbuilt,
)
from bot.store.vault import Vault

_SHA256 = re.compile(r"[0-9a-f]{64}")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Deep:
    """One thing that was found. `code` picks its words, `params` fill them; `is_fault` False: only worth knowing."""

    code: str
    params: dict[str, object] = field(default_factory=dict)
    is_fault: bool = True


def deep_check(data_dir: Path, database: Path, progress: Progress = lambda _done, _of: None) -> Iterator[Deep]:
    """What is wrong with what is kept, and in the end what was looked at (`deep_done`). `progress` is told how many
    files are done, of how many.
    """
    vault = Vault(data_dir)
    with looking_into(database) as connection:
        refuse_unbuilt(connection, database)
        yield from (Deep("deep_database", {"error": fault}) for fault in faults_of(connection))
        named, published = named_files(connection), published_files(connection)
    paths = sorted(path for path in (data_dir / "vault").rglob("*") if path.is_file())
    of = len(paths) + len(published)
    there: set[str] = set()
    for done, path in enumerate(paths):
        progress(done, of)
        sha256 = "".join(path.relative_to(data_dir / "vault").parts)
        where = path.relative_to(data_dir)
        if not _SHA256.fullmatch(sha256):
            yield Deep("deep_stranger", {"file": where}, is_fault=False)
            continue
        there.add(sha256)
        if hash_of(path) != sha256:
            yield Deep("deep_damaged", {"file": where})
    for sha256 in sorted(named.kept - there):
        yield Deep("deep_missing", {"file": vault.relative_path(sha256)})
    made_from: set[str] = set()
    for done, copy in enumerate(published, len(paths)):
        progress(done, of)
        yield from _published(vault, copy, there, made_from)
    progress(of, of)
    if unnamed := there - named.kept - named.told - made_from:
        yield Deep("deep_unnamed", {"count": len(unnamed)}, is_fault=False)
    yield Deep("deep_done", {"files": len(paths), "copies": len(published)}, is_fault=False)


def _published(vault: Vault, copy: PublishedFile, there: set[str], made_from: set[str]) -> Iterator[Deep]:
    """Whether a copy holds what was mailed, or that without its macros, which the vault has as well."""
    found = hash_of(vault.data_dir / copy.path)
    if found is None:
        yield Deep("deep_copy_missing", {"file": copy.path})
    elif found == copy.sha256:
        return
    elif found in there and content_of(vault, copy) == found:
        made_from.add(found)
    else:
        yield Deep("deep_copy_changed", {"file": copy.path})
