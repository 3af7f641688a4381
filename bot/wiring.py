"""The composition root: settings in, Services out. It alone knows every room; it is one of few that read the clock.

What only those need who write mail or keep a journal (templates, the words of findings, structlog) is made when it is
first asked for: `thuky status` takes half the time without it.
"""

import errno
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bot.documents.antivirus import Scanner
from bot.documents.blank_facts import BlankFacts
from bot.documents.converter import Converter, find_libreoffice
from bot.documents.letter_words import LetterWords
from bot.documents.sandbox import Sandbox
from bot.domain.form import Form
from bot.domain.submission import Finding
from bot.domain.words import FindingWords
from bot.flows.papers import Papers
from bot.flows.services import Clock, Composing, Journal, Services
from bot.mail.dns_txt import TxtResolver
from bot.mail.holder import Holder
from bot.screens import TEMPLATES, finding_words, say, sections
from bot.settings import Settings
from bot.store.restoring import finish_if_free, is_unfinished
from bot.store.safeio import write_atomically, write_once
from bot.store.store import Store
from bot.store.vault import Vault

if TYPE_CHECKING:
    from bot.mail.lease import MailboxLease

STANDING_CLOCK = "clock"
ORDERS_KEY = "orders.key"
INSTANCE = "instance"
_INSTANCE = re.compile(rb"[0-9a-f]{16}")
_SECRET_BYTES = 32
_FORMS_KEPT = 1_000  # blank forms that are kept at hand, some 15 KB each


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, in UTC."""

    travels: bool = False

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """Always the same instant: `once --at`."""

    instant: datetime
    travels: bool = True

    def now(self) -> datetime:
        return self.instant


def stand_at(settings: Settings, instant: datetime | None) -> None:
    """Makes every later command act at `instant`, where `once --at` has left the office; None: at the real time again.

    Kept in the data folder. Raises DataFolderError.
    """
    make_data_folder(settings.data_dir)
    try:
        if instant is None:
            (settings.data_dir / STANDING_CLOCK).unlink(missing_ok=True)
        else:
            write_atomically(settings.data_dir / STANDING_CLOCK, instant.isoformat().encode())
    except OSError as error:
        raise DataFolderError(settings.data_dir, error) from error


def office_clock(settings: Settings) -> Clock:
    """The machine's clock, or the instant where `once --at` has left an office that may travel."""
    if not settings.allow_time_travel:
        return SystemClock()
    try:
        return FixedClock(datetime.fromisoformat((settings.data_dir / STANDING_CLOCK).read_text("ascii")))
    except (OSError, ValueError):
        return SystemClock()


class DataFolderError(Exception):
    """The data folder cannot be used. `path` is the folder, `error` what the operating system said."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror or error}")
        self.path = path
        self.error = error


def make_data_folder(path: Path) -> None:
    """The data folder (0700), made where it is missing. Raises DataFolderError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(path, error) from error


def close_data_folder(path: Path) -> bool:
    """Takes from others what rights they have in the data folder; True where they had any. A folder that is not ours to
    change stays as it is: `doctor` says so.
    """
    try:
        mode = path.stat().st_mode
        if not mode & 0o077:
            return False
        path.chmod(0o700)
    except OSError:
        return False
    return True


def free_bytes(path: Path) -> int | None:
    """How many bytes are free for us where `path` lies; None where the system does not say."""
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return None


def load_secret(data_dir: Path) -> bytes:
    """The secret behind the codes of orders: 32 random bytes in `orders.key` of the data folder (0600), made at the
    first use. Raises OSError when the file can neither be read nor made, or holds something else.
    """
    path = data_dir / ORDERS_KEY
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = write_once(path, secrets.token_bytes(_SECRET_BYTES))
    if len(secret) != _SECRET_BYTES:
        raise OSError(errno.EINVAL, f"must be {_SECRET_BYTES} bytes long; once removed it is made anew", str(path))
    return secret


def instance_id(data_dir: Path) -> str:
    """The data folder's own random id, made at its first use: what tells two installations apart in one mailbox.

    Raises DataFolderError.
    """
    make_data_folder(data_dir)
    path = data_dir / INSTANCE
    try:
        name = write_once(path, secrets.token_hex(8).encode()) if not path.exists() else path.read_bytes()
        if not _INSTANCE.fullmatch(name):  # an empty one would be everybody's
            name = secrets.token_hex(8).encode()
            write_atomically(path, name)
        return name.decode("ascii")
    except OSError as error:
        raise DataFolderError(data_dir, error) from error


def make_lease(settings: Settings) -> "MailboxLease | None":
    """This process's lease on the office's mailbox; None where the office has it off. Raises DataFolderError."""
    if not settings.lease_folder:
        return None
    from bot.mail.lease import MailboxLease  # it brings the mail libraries

    def words(holder: Holder) -> tuple[str, str]:
        known = {"host": holder.host, "pid": holder.pid, "data": holder.data, "account": settings.imap.user}
        texts = (say(settings.language, f"lease.{part}", **known) for part in ("subject", "text"))
        return next(texts), next(texts)

    holder = Holder.this_process(instance_id(settings.data_dir))
    return MailboxLease(settings.lease_folder, holder, settings.office.address, words)


class Deferred:
    """Stands for what `make` returns, which is made at the first use of any of its attributes."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> object:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)


def make_converter(settings: Settings) -> Converter | None:
    """LibreOffice as the office has it set; None where it is off, or `auto` and not on this machine."""
    if settings.libreoffice == "off":
        return None
    program = find_libreoffice() if settings.libreoffice == "auto" else Path(settings.libreoffice)
    return Converter(program, settings.document_limits) if program else None


def make_sandbox(settings: Settings) -> Sandbox:
    """The way into untrusted files, with what helpers this machine has."""
    return Sandbox(settings.document_limits, converter=make_converter(settings), scanner=make_scanner(settings))


def make_scanner(settings: Settings) -> Scanner | None:
    """The virus scanner that the office has set; None without one."""
    return Scanner(settings.clamd, settings.scan_seconds) if settings.clamd else None


def open_journal(level: str) -> Journal:
    """One line an event on standard error: ids first, never the contents of mails, never a password. Events below
    `level` are left out.
    """
    import structlog

    return cast(
        Journal,
        structlog.wrap_logger(
            structlog.PrintLogger(sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=False),
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(level),
        ),
    )


class _Writer:
    """The office's words: findings in words, notices as mails. Raises what broken templates raise, when made."""

    def __init__(self, settings: Settings) -> None:
        from bot.mail.compose import Composer

        self.say = finding_words(settings.language).say
        self.composer = Composer(TEMPLATES, settings.office, self.say)


class _Forms:
    """The maker of blank forms with the office's words. Raises BlankWordsError, when made.

    Reminders carry what the request carried: each form is made once as long as its facts stay the same.
    """

    def __init__(self, settings: Settings) -> None:
        from bot.documents.blank import BlankWords, make_blank  # openpyxl and python-docx take long to load

        self._words = BlankWords.load(TEMPLATES / settings.language)
        self._make = make_blank
        self._made: dict[tuple[str, str], bytes] = {}

    def make(self, form: Form, facts: BlankFacts) -> bytes:
        key = form.code, repr(facts)
        if key not in self._made:
            if len(self._made) >= _FORMS_KEPT:
                self._made.clear()
            self._made[key] = self._make(form, facts, self._words)
        return self._made[key]


def load_papers(settings: Settings) -> Papers:
    """The words of letters, calendar files and the board in the office's language. Raises LetterWordsError."""
    return Papers(TEMPLATES, LetterWords.load(TEMPLATES / settings.language), sections(settings.language))


@contextmanager
def open_services(
    settings: Settings,
    clock: Clock | None = None,
    *,
    journal_level: str = "info",
    will_write: bool = True,
    durable: bool = True,
) -> Iterator[Services]:
    """Everything that the flows need, closed at the end of the block. Raises DataFolderError where the data folder
    refuses, StoreError where the database does.

    `will_write`: mails are going to be written, so templates that are broken fail now and not in the middle.
    `durable=False` is for a data folder that is thrown away (a rehearsal's): nothing waits for the disk.
    """
    writer = cast(_Writer, Deferred(lambda: _Writer(settings)))

    def say(finding: Finding, form_title: str) -> FindingWords:
        return writer.say(finding, form_title)

    forms = cast(_Forms, Deferred(lambda: _Forms(settings)))

    def make_blank(form: Form, facts: BlankFacts) -> bytes:
        return forms.make(form, facts)

    composer = cast(Composing, Deferred(lambda: writer.composer))
    papers = cast(Papers, Deferred(lambda: load_papers(settings)))
    if will_write:
        _ = writer.composer, papers.letter
    make_data_folder(settings.data_dir)
    try:
        if is_unfinished(settings.data_dir) and not finish_if_free(settings.data_dir):
            raise OSError(errno.EBUSY, "a backup is just being restored into it", str(settings.data_dir))
        vault = Vault(settings.data_dir, durable=durable)
    except OSError as error:
        raise DataFolderError(settings.data_dir, error) from error
    with Store.open(settings.database_url, durable=durable) as store:
        yield Services(
            office=settings.office,
            registry=settings.registry,
            forms=settings.forms,
            rounds=settings.rounds,
            store=store,
            vault=vault,
            sandbox=make_sandbox(settings),
            composer=composer,
            say=say,
            make_blank=make_blank,
            papers=papers,
            clock=clock or office_clock(settings),
            journal=cast(Journal, Deferred(lambda: open_journal(journal_level))),
            imap=settings.imap,
            smtp=settings.smtp,
            account=settings.account,
            inbox_folder=settings.inbox_folder,
            sent_folder=settings.sent_folder,
            junk_folder=settings.junk_folder,
            read_junk=settings.read_junk,
            free_bytes=lambda: free_bytes(settings.data_dir),
            digest_at=settings.digest_at,
            retry_first=timedelta(seconds=settings.retry_seconds),
            retry_longest=timedelta(seconds=settings.retry_max_seconds),
            max_attempts=settings.max_attempts,
            load_secret=cache(lambda: load_secret(settings.data_dir)),
            look_up_txt=TxtResolver(settings.dns_server),
        )
