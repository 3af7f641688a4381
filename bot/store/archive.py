"""A backup: database and vault as they were at one instant, in one tar file that says itself what is in it.

Snapshot of the database → the files that it names, each held against its hash → manifest, database, keys, vault, in
this order, into a temporary file beside the target → fsync → rename. Vault files are never changed and were on the disk
before their rows were committed, so all that the snapshot names is there while the daemon goes on. `reports/` is made
again from the vault and is not in it. An attachment that was not saved by itself is in its raw mail, so it lacks
nowhere (`bot.store.holdings`). Memory stays flat: files go through in pieces.

Failure policy: a file that is missing or damaged is left out and named in the manifest (`lacking`), and the archive is
written all the same. What the disk refuses is an OSError, what the database refuses a StoreError; no half archive is
left behind.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from bot.store.holdings import (
    content_of,
    hash_of,
    looking_into,
    named_files,
    published_files,
    revision_of,
    row_counts,
    snapshot,
)
from bot.store.names import free_name
from bot.store.safeio import make_folder, sync_folder
from bot.store.vault import Vault

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "thuky.db"
KEPT_BESIDE = ("orders.key", "clock")
"""Small files of the data folder that go along when they are there."""


class ArchiveError(Exception):
    """An archive cannot be written or used. `code` names the sentence for people (screens.toml, [archive]), `params`
    fill it; `str()` is for journals.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code}: {params}" if params else code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Lacking:
    """A file that the database names and that is not in the archive. `why` is `missing` or `damaged`."""

    sha256: str
    why: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written where: `files` of the vault with `size` bytes in all, and what had to be left out."""

    path: Path
    files: int
    size: int
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    source: Path
    sha256: str
    size: int


def write_archive(target: Path, database: Path, data_dir: Path, now: datetime, program: str) -> Backup:
    """Writes the backup of `database` and of the vault under `data_dir` to `target` (0600), packed when its name ends
    in `.gz` or `.tgz`. A file that stands there is replaced, but by a backup that lacks nothing: else the new one gets
    a name of its own. Raises OSError, StoreError, ArchiveError.
    """
    make_folder(target.parent)
    with tempfile.TemporaryDirectory(prefix=".thuky-backup-", dir=target.parent) as folder:
        copy = Path(folder) / DATABASE
        snapshot(database, copy)
        with looking_into(copy) as connection:
            named, published = named_files(connection), published_files(connection)
            facts = {"schema": revision_of(connection), "counts": row_counts(connection)}
        vault = Vault(data_dir)
        made_from = {file.path: content_of(vault, file) for file in published}
        beside_mails = {sha256 for sha256 in named.told if vault.path(sha256).exists()}
        members, lacking = _members(vault, {*named.kept, *beside_mails, *filter(None, made_from.values())})
        beside = [_member(name, data_dir / name) for name in KEPT_BESIDE if (data_dir / name).is_file()]
        members = [_member(DATABASE, copy), *beside, *members]
        there = {member.sha256 for member in members}
        manifest = facts | {
            "format": FORMAT,
            "program": program,
            "created_at": now.isoformat(),
            "members": [{"name": m.name, "sha256": m.sha256, "size": m.size} for m in members],
            "published": [{"path": path, "sha256": sha256} for path, sha256 in made_from.items() if sha256 in there],
            "lacking": [{"sha256": one.sha256, "why": one.why} for one in lacking],
        }
        packed = Path(folder) / "archive"
        with packed.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            _pack(file, manifest, members, zipped=target.name.endswith((".gz", ".tgz")), now=now)
            file.flush()
            os.fsync(file.fileno())
        if lacking and target.exists():
            target = target.with_name(free_name(target.name, {entry.name for entry in target.parent.iterdir()}))
        size = packed.stat().st_size
        packed.replace(target)
    sync_folder(target.parent)
    return Backup(target, len(members) - 1 - len(beside), size, lacking)


def _members(vault: Vault, names: set[str]) -> tuple[list[_Member], tuple[Lacking, ...]]:
    """The vault's files of these names, and those that are not what they should be."""
    members, lacking = [], []
    for sha256 in sorted(names):
        path = vault.path(sha256)
        found = hash_of(path)
        if found == sha256:
            members.append(_Member(vault.relative_path(sha256), path, sha256, path.stat().st_size))
        else:
            lacking.append(Lacking(sha256, "missing" if found is None else "damaged"))
    return members, tuple(lacking)


def _member(name: str, source: Path) -> _Member:
    sha256 = hash_of(source)
    if sha256 is None:
        raise ArchiveError("changed", file=source)
    return _Member(name, source, sha256, source.stat().st_size)


def _pack(
    file: IO[bytes], manifest: Mapping[str, Any], members: Sequence[_Member], *, zipped: bool, now: datetime
) -> None:
    with closing(tarfile.open(fileobj=file, mode="w:gz" if zipped else "w", format=tarfile.PAX_FORMAT)) as tar:
        payload = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        tar.addfile(_info(MANIFEST, len(payload), now), io.BytesIO(payload))
        for member in members:
            with member.source.open("rb") as source:
                hashing = _Hashing(source)
                try:
                    tar.addfile(_info(member.name, member.size, now), hashing)
                except OSError as error:
                    if error.errno is None:  # tarfile's own: the file ended too early
                        raise ArchiveError("changed", file=member.source) from error
                    raise
            if hashing.hexdigest() != member.sha256:
                raise ArchiveError("changed", file=member.source)
            tar.members = []  # type: ignore[attr-defined]  # unsaid in typeshed; else tarfile remembers every one


def _info(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(now.timestamp())
    return info


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
