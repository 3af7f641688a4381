"""Submissions (lần nộp), findings (lỗi, lưu ý) and verdicts (kết quả kiểm tra)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.form import Severity

ParamValue = str | int | float | bool | None | list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: a cell of a sheet, a part of an outline, or only a file.

    `cell` is Excel's own name (`D14`). JSON keeps exactly the keys of the case that holds: `{"sheet", "cell"}`,
    `{"part", "heading"}` or `{"file"}`.
    """

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    part: str | None = None
    heading: str | None = None

    def as_json(self) -> dict[str, str | None]:
        if self.sheet is not None:
            return {"sheet": self.sheet, "cell": self.cell}
        if self.part is not None:
            return {"part": self.part, "heading": self.heading}
        return {"file": self.file}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, for the sender to mend. Never prose: words come from `mail_templates/*/findings.toml`.

    `params` fill the words: JSON values only. Figures in them are strings or numbers as the file has them.
    """

    code: str
    severity: Severity
    place: Place
    params: dict[str, ParamValue] = field(default_factory=dict)


class Verdict(StrEnum):
    """What one submission came to."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_REMARKS = "accepted_with_remarks"
    CORRECTION = "correction"
    HELD = "held"

    @property
    def is_valid(self) -> bool:
        return self in (Verdict.ACCEPTED, Verdict.ACCEPTED_WITH_REMARKS)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the vault and where the coordinator browses it. `path` is relative to the data folder."""

    name: str
    sha256: str
    size: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """Version n of an obligation. Never changed afterwards; the coordinator's decisions stand beside it.

    `mail_id` is None when it came by another channel (`thuky received`). `receipt_number` is what the receipt prints.
    """

    agency: str
    round: str
    form: str
    version: int
    received_at: datetime
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    files: tuple[StoredFile, ...] = ()
    mail_id: int | None = None
    receipt_number: str = ""
    channel: str = "mail"
