"""A backup is unpacked beside what stands, and believed only when all of it is there and right.

Stream of members → each must be a plain file that the manifest names, once, under a name that a backup can have → into
the staging folder, hashed on the way → the database looked at → copies under `reports/` made from the vault. Nothing
outside the staging folder is touched.

Failure policy: whatever is not as it should be is an ArchiveError with its code; what the disk refuses is an OSError.
Who calls removes the staging folder.
"""

import hashlib
import json
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from bot.store.archive import DATABASE, FORMAT, KEPT_BESIDE, MANIFEST, ArchiveError
from bot.store.errors import StoreError
from bot.store.holdings import CHUNK, faults_of, looking_into, revision_of
from bot.store.safeio import make_folder
from bot.store.schema import HEAD

MOST_MANIFEST = 256 << 20
_VAULT_NAME = re.compile(r"vault/([0-9a-f]{2})/([0-9a-f]{62})")


@dataclass(frozen=True, slots=True)
class Contents:
    """What was unpacked: when the backup was made, how many files of the vault, and what it lacked from the start."""

    created_at: datetime
    files: int
    lacking: tuple[str, ...]


def unpack(archive: Path, staging: Path) -> Contents:
    """Unpacks `archive` into the existing folder `staging` and verifies everything. Raises ArchiveError, OSError."""
    with _plain_words(archive), archive.open("rb") as file, tarfile.open(fileobj=file, mode="r|*") as tar:
        manifest = _manifest(tar)
        expected = _expected(manifest)
        _unpack_members(tar, expected, staging)
    _look_at_database(staging / DATABASE)
    hashes = {sha256 for sha256, _ in expected.values()}
    for entry in manifest["published"]:
        _publish(staging, str(entry["path"]), str(entry["sha256"]), hashes)
    return Contents(
        datetime.fromisoformat(manifest["created_at"]),
        sum(name.startswith("vault/") for name in expected),
        tuple(str(one["sha256"]) for one in manifest["lacking"]),
    )


@contextmanager
def _plain_words(archive: Path) -> Iterator[None]:
    """What tarfile and its unpackers fall over, as one sentence."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ArchiveError("unreadable", file=archive, error=error) from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:  # of the manifest
        raise ArchiveError("unreadable", file=archive, error=f"{MANIFEST}: {error!r}") from error
    except OSError as error:
        if error.errno is None:  # a packed stream that is none, or ends too early
            raise ArchiveError("unreadable", file=archive, error=error) from error
        raise


def _manifest(tar: tarfile.TarFile) -> Mapping[str, Any]:
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > MOST_MANIFEST:
        raise ArchiveError("no_backup", found=first.name if first else "")
    source = tar.extractfile(first)
    assert source is not None
    payload = source.read()
    if len(payload) != first.size:
        raise EOFError("the manifest is cut")
    manifest: Mapping[str, Any] = json.loads(payload)
    if int(manifest["format"]) > FORMAT or str(manifest["schema"]) > HEAD:
        raise ArchiveError("newer", program=manifest["program"])
    return manifest


def _expected(manifest: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """SHA-256 and size of every member by name. ArchiveError for a name that no backup has."""
    expected: dict[str, tuple[str, int]] = {}
    for entry in manifest["members"]:
        name, sha256 = str(entry["name"]), str(entry["sha256"])
        kept = _VAULT_NAME.fullmatch(name)
        if not (name in (DATABASE, *KEPT_BESIDE) or (kept and kept[1] + kept[2] == sha256)):
            raise ArchiveError("odd_member", name=name)
        expected[name] = sha256, int(entry["size"])
    if DATABASE not in expected:
        raise ArchiveError("missing_member", name=DATABASE)
    return expected


def _unpack_members(tar: tarfile.TarFile, expected: Mapping[str, tuple[str, int]], staging: Path) -> None:
    seen: set[str] = set()
    while (member := tar.next()) is not None:
        if member.name not in expected or member.name in seen or not member.isreg():
            raise ArchiveError("odd_member", name=member.name)
        sha256, size = expected[member.name]
        source = tar.extractfile(member)
        assert source is not None
        if member.size != size or _copy(source, staging / member.name) != (sha256, size):
            raise ArchiveError("wrong_member", name=member.name)
        seen.add(member.name)
        tar.members = []  # type: ignore[attr-defined]  # unsaid in typeshed; else tarfile remembers every one
    for name in expected.keys() - seen:
        raise ArchiveError("missing_member", name=name)


def _copy(source: IO[bytes], target: Path) -> tuple[str, int]:
    """Writes all of `source` to a new file (0600); its SHA-256 and size."""
    make_folder(target.parent, durable=False)  # all is forced to the disk at once before it gets its place
    hashed, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        while piece := source.read(CHUNK):
            hashed.update(piece)
            size += len(piece)
            file.write(piece)
    return hashed.hexdigest(), size


def _look_at_database(path: Path) -> None:
    try:
        with looking_into(path) as connection:
            faults = faults_of(connection)
            revision_of(connection)
    except StoreError as error:
        raise ArchiveError("bad_database", error=error) from error
    if faults:
        raise ArchiveError("bad_database", error=faults[0])


def _publish(staging: Path, path: str, sha256: str, hashes: set[str]) -> None:
    """A copy for the coordinator, made from the vault."""
    place = PurePosixPath(path)
    if sha256 not in hashes or place.is_absolute() or ".." in place.parts or place.parts[:1] != ("reports",):
        raise ArchiveError("odd_member", name=path)
    target = staging / place
    make_folder(target.parent, durable=False)
    with (staging / "vault" / sha256[:2] / sha256[2:]).open("rb") as source, target.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        shutil.copyfileobj(source, file, CHUNK)
