"""The composition root: settings in, Services out. It alone knows every room; it is one of few that read the clock."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from bot.checks.words import Words
from bot.documents.sandbox import Sandbox
from bot.flows.services import Clock, Services
from bot.mail.compose import Composer
from bot.screens import TEMPLATES
from bot.settings import Settings
from bot.store.store import Store
from bot.store.vault import Vault


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


def set_up_journal(level: str = "info") -> None:
    """One line an event on standard error: ids first, never the contents of mails, never a password."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


@contextmanager
def open_services(settings: Settings, clock: Clock | None = None) -> Iterator[Services]:
    """Everything that the flows need, closed at the end of the block. Raises StoreError where the database refuses."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    say = Words.load(TEMPLATES / settings.office.language.value).say
    with Store.open(settings.database_url) as store:
        yield Services(
            office=settings.office,
            registry=settings.registry,
            forms=settings.forms,
            rounds=settings.rounds,
            store=store,
            vault=Vault(settings.data_dir),
            sandbox=Sandbox(),
            composer=Composer(TEMPLATES, settings.office, say),
            say=say,
            clock=clock or SystemClock(),
            journal=structlog.get_logger(),
            imap=settings.imap,
            smtp=settings.smtp,
            account=settings.account,
            inbox_folder=settings.inbox_folder,
            sent_folder=settings.sent_folder,
            digest_at=settings.digest_at,
            retry_first=timedelta(seconds=settings.retry_seconds),
            retry_longest=timedelta(seconds=settings.retry_max_seconds),
            max_attempts=settings.max_attempts,
        )
