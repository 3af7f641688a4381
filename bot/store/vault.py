"""Files by their SHA-256, and the readable copies that the coordinator browses.

`vault/ab/cdef…` holds every raw mail and attachment once and is never changed. `reports/<round>/<agency>/<form>/v<n>/`
holds copies under readable names: whoever edits one by accident does the vault no harm. `latest/` beside the forms
leads, by relative links, to the newest accepted version of each.

Failure policy: a missing or damaged file is a VaultError on reading, and is replaced and reported when the same bytes
are saved again. A full disk is an OSError and leaves no half file.
"""

import hashlib
import itertools
import logging
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from bot.domain.submission import StoredFile
from bot.store.names import free_name, numbered, safe_component
from bot.store.safeio import link_atomically, make_folder, remove, sweep, sync_folder, write_atomically

log = logging.getLogger(__name__)

LATEST = "latest"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class VaultError(Exception):
    """A file that should be in the vault is missing or not what it was."""


def digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def form_folder(form: str) -> str:
    """The folder of a form beside `latest/`, which is never a form's own."""
    name = safe_component(form, "form")
    return f"_{name}" if name.casefold() == LATEST else name


class Vault:
    """The files under one data folder. `data_dir` is created (0700) when missing. `durable=False` keeps mails and
    copies as fast as the machine can, for folders that need not outlive a power cut (a rehearsal's).
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self._durable = durable
        make_folder(data_dir / "vault")
        make_folder(data_dir / "reports")

    def sweep(self) -> int:
        """Removes what killed writers left half written anywhere in the data folder; returns how many files."""
        return sweep(self.data_dir)

    def path(self, sha256: str) -> Path:
        """Where that file is or would be. VaultError for anything but 64 lower-case hexadecimal digits."""
        if not _SHA256.fullmatch(sha256):
            raise VaultError(f"{sha256!r} is no SHA-256")
        return self.data_dir / "vault" / sha256[:2] / sha256[2:]

    def relative_path(self, sha256: str) -> str:
        """`path`, relative to the data folder."""
        return self.path(sha256).relative_to(self.data_dir).as_posix()

    def save(self, payload: bytes) -> str:
        """Keeps `payload` and returns its SHA-256 once it is safely on the disk. The same bytes are kept once."""
        sha256 = digest(payload)
        path = self.path(sha256)
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            found = None
        if found == payload:
            if self._durable:
                sync_folder(path.parent)  # a crash may have come between the rename and its fsync
            return sha256
        if found is not None:
            log.error("vault file damaged, replaced", extra={"sha256": sha256, "size": len(found)})
        write_atomically(path, payload, durable=self._durable)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes, verified. VaultError when they are missing or damaged."""
        path = self.path(sha256)
        try:
            payload = path.read_bytes()
        except FileNotFoundError:
            raise VaultError(f"{path} is missing from the vault") from None
        if digest(payload) != sha256:
            raise VaultError(f"{path} is damaged: its content does not match its name")
        return payload

    def publish(self, round: str, agency: str, form: str, version: int, readable_name: str, sha256: str) -> str:
        """Copies a file to where the coordinator browses; returns the path relative to the data folder.

        The same file under the same name is there once, however often it is published; another file gets a number
        behind its name, and nothing is ever overwritten.
        """
        payload = self.read(sha256)
        folder = self._agency_folder(round, agency) / form_folder(form) / f"v{version}"
        make_folder(folder, durable=self._durable)
        name = safe_component(readable_name, "tep")
        there = {entry.name.casefold(): entry for entry in folder.iterdir()}
        for count in itertools.count(1):
            path = folder / numbered(name, count)
            same_name = there.get(path.name.casefold())
            if same_name is None:
                break
            if same_name.is_file() and digest(same_name.read_bytes()) == sha256:
                return self._relative(same_name)
        write_atomically(path, payload, durable=self._durable)
        return self._relative(path)

    def set_latest(self, round: str, agency: str, form: str, files: Sequence[StoredFile]) -> None:
        """Makes `latest/` lead to these published files of the form, and to no earlier ones of it.

        `files` are of one version, with the paths that `publish` gave. VaultError when a path is not of this form.
        """
        base = self._agency_folder(round, agency)
        latest, own_folder = base / LATEST, form_folder(form)
        home = PurePosixPath(self._relative(base / own_folder))
        make_folder(latest)
        links = {entry.name: entry.readlink().as_posix() for entry in latest.iterdir() if entry.is_symlink()}
        own = {name for name, target in links.items() if target.startswith(f"../{own_folder}/")}
        kept = {entry.name for entry in latest.iterdir()} - own
        for file in files:
            place = PurePosixPath(file.path)
            if not place.is_relative_to(home) or ".." in place.parts:
                raise VaultError(f"{file.path!r} is not a published file of {home}")
            name = free_name(place.name, kept)
            target = f"../{own_folder}/{place.relative_to(home)}"
            if links.get(name) != target:
                link_atomically(latest / name, target)
            kept.add(name)
        for name in own - kept:
            remove(latest / name)

    def _agency_folder(self, round: str, agency: str) -> Path:
        return self.data_dir / "reports" / safe_component(round, "round") / safe_component(agency, "agency")

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.data_dir).as_posix()
