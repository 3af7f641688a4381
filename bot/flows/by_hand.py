"""Files that the coordinator hands in for an agency: checked for size, put into the vault and under `reports/`.

The file that the form is read from comes first, so that what compares later (last period) finds it; the kind is told by
the bytes. A file that is empty or over the office's limit is refused before anything is kept.
"""

from collections.abc import Sequence
from pathlib import PurePath

from bot.documents.kinds import kind_of
from bot.domain.document import FileKind
from bot.domain.form import Form, FormKind
from bot.domain.submission import StoredFile
from bot.flows.services import Services
from bot.flows.targets import DecisionError, Target

_TEXTS = (FileKind.DOCX, FileKind.ODT, FileKind.DOC, FileKind.RTF)
_WORKBOOKS = (FileKind.XLSX, FileKind.XLSB, FileKind.ODS, FileKind.XLS)
_MEGABYTE = 2**20


def keep_files(
    services: Services, aim: Target, form: Form, version: int, files: Sequence[tuple[str, bytes]]
) -> tuple[StoredFile, ...]:
    """Keeps these files (name, bytes) as that version of the form. Raises DecisionError, OSError, VaultError."""
    for name, payload in files:
        if not payload:
            raise DecisionError("file_empty", file=PurePath(name).name)
        if len(payload) > services.office.max_mail_bytes:
            limit = services.office.max_mail_bytes // _MEGABYTE
            raise DecisionError("file_too_big", file=PurePath(name).name, limit=limit)
    return tuple(_keep(services, aim, form, version, name, payload) for name, payload in _main_first(form, files))


def _main_first(form: Form, files: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Files of the form's own kind before scans and other companions; otherwise as given."""
    own = _TEXTS if form.kind is FormKind.OUTLINE else _WORKBOOKS
    return sorted(files, key=lambda file: kind_of(file[1]) not in own)


def _keep(services: Services, aim: Target, form: Form, version: int, name: str, payload: bytes) -> StoredFile:
    readable = PurePath(name).name
    sha256 = services.vault.save(payload)
    path = services.vault.publish(aim.round.code, aim.agency.code, form.code, version, readable, sha256)
    return StoredFile(readable, sha256, len(payload), path)
