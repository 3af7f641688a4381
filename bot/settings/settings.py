"""The whole configuration as one frozen value: what the composition root builds the house from."""

from dataclasses import dataclass
from datetime import time
from pathlib import Path

from bot.documents.limits import DEFAULT_LIMITS, Limits
from bot.domain.agency import Registry
from bot.domain.form import Form
from bot.domain.mail import Endpoint
from bot.domain.office import Language, Office, WorkingTime
from bot.domain.round import Round
from bot.settings.faults import Fault
from bot.settings.report import ConfigurationError, SettingsWarning


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the configuration says, checked.

    `folder` and `data_dir` are absolute. `account` names the mailbox in the database (`user@host`). `sent_folder` None:
    the folder that the server marks as Sent; `junk_folder` likewise, and `read_junk` whether it is read at all. Delays
    are in seconds. `digest_at` is local. `groups` maps group codes to the names that people see, which are also what
    `Agency.group` holds. `mail_faults` matter only once mail is needed. `libreoffice` is `auto` (where this machine has
    it), `off`, or the path of soffice. `dns_server`: whom we ask for keys of signatures; empty: the system's.
    """

    folder: Path
    office: Office
    imap: Endpoint
    smtp: Endpoint
    account: str
    inbox_folder: str
    sent_folder: str | None
    poll_seconds: float
    retry_seconds: float
    retry_max_seconds: float
    timeout_seconds: float
    data_dir: Path
    database_url: str
    allow_time_travel: bool
    digest_at: time
    max_attempts: int
    registry: Registry
    groups: dict[str, str]
    forms: dict[str, Form]
    rounds: tuple[Round, ...]
    warnings: tuple[SettingsWarning, ...] = ()
    mail_faults: tuple[Fault, ...] = ()
    libreoffice: str = "auto"
    document_limits: Limits = DEFAULT_LIMITS
    clamd: str | None = None
    scan_seconds: float = 60.0
    junk_folder: str | None = None
    read_junk: bool = True
    dns_server: str = ""
    lease_folder: str = "thuky"
    stuck_seconds: float = 900.0

    @property
    def language(self) -> Language:
        return self.office.language

    @property
    def working_time(self) -> WorkingTime:
        return self.office.working_time

    def round(self, code: str) -> Round:
        """The round with that code; KeyError when there is none."""
        for round_ in self.rounds:
            if round_.code == code:
                return round_
        raise KeyError(code)

    def require_mail(self) -> None:
        """Raises ConfigurationError unless all is there that a connection needs: passwords, certificates."""
        if self.mail_faults:
            raise ConfigurationError(self.mail_faults, self.language)
