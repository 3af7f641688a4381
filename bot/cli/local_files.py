"""Files that the user named, out of whatever container they lie in, each read once: as a mail's files, without a mail.

Flow: bytes → containers opened (`bot.flows.reading`) → every file read in the limited child. Never raises for what a
file holds.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from bot.checks.mail import mail_finding
from bot.documents.sandbox import Sandbox
from bot.domain.agency import Registry
from bot.domain.form import Form
from bot.domain.mail import Attachment
from bot.domain.round import Round
from bot.domain.submission import Finding
from bot.flows.reading import ReadFile, read_files, unfold
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class LocalDesk:
    """What reading files needs of an office (`bot.flows.reading.Desk`), without its mailbox and database."""

    settings: Settings
    sandbox: Sandbox

    @property
    def registry(self) -> Registry:
        return self.settings.registry

    @property
    def forms(self) -> Mapping[str, Form]:
        return self.settings.forms

    def round(self, code: str) -> Round | None:
        return next((r for r in self.settings.rounds if r.code == code), None)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One file to check. `shown` is the path that the user gave, and where the file lies in a container its name
    after that: `thư.zip/II.06.xlsx`.
    """

    shown: str
    read: ReadFile


@dataclass(frozen=True, slots=True)
class Opened:
    """What one named file holds: itself, or the files of a container. `findings` are of the container itself."""

    files: tuple[LocalFile, ...]
    findings: tuple[Finding, ...]
    is_container: bool


def open_file(desk: LocalDesk, file: Path, payload: bytes) -> Opened:
    """The file with these bytes, or the files in it. A mail that carries none has the finding that it has none."""
    own = Attachment(file.name, "application/octet-stream", payload, hashlib.sha256(payload).hexdigest())
    unfolded = unfold(desk, [own])
    is_container = unfolded.files != (own,)
    findings = unfolded.findings
    if not unfolded.files and not findings:
        findings = (mail_finding("M101"),)
    read = read_files(desk, unfolded.files, unfolded.budget)
    return Opened(tuple(LocalFile(_shown(file, r.attachment), r) for r in read), findings, is_container)


def _shown(file: Path, attachment: Attachment) -> str:
    if not attachment.nested_in:
        return str(file)
    between = () if attachment.nested_in == file.name else (attachment.nested_in,)
    return str(PurePath(file, *between, attachment.name))
