"""What the flows work with: the rooms of the floor below, put together by `bot.wiring`."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.documents.blank_facts import BlankFacts
from bot.documents.sandbox import Sandbox
from bot.domain.agency import Agency, ContactRole, Registry
from bot.domain.digest import DigestNotice
from bot.domain.form import Form
from bot.domain.ledger import Origin
from bot.domain.mail import Endpoint, OutgoingMail
from bot.domain.notice import Notice
from bot.domain.office import Office
from bot.domain.round import Round
from bot.domain.submission import Finding
from bot.domain.words import FindingWords
from bot.flows.papers import Papers
from bot.store.store import Store
from bot.store.vault import Vault

_CHANCE = random.SystemRandom()

if TYPE_CHECKING:  # it brings the mail libraries, which looking at the status does without
    from bot.mail.lease import MailboxLease


class Clock(Protocol):
    """Tells the time. `travels`: it is a moved clock, so a mail may seem to come from the future."""

    @property
    def travels(self) -> bool: ...

    def now(self) -> datetime: ...


class Journal(Protocol):
    """Where events are written: one line an event, ids first, no contents of mails."""

    def info(self, event: str, **ids: object) -> None: ...

    def warning(self, event: str, **ids: object) -> None: ...


class Composing(Protocol):
    """Turns notices into mails (`bot.mail.compose.Composer`)."""

    def compose(
        self, notice: Notice, *, at: datetime, message_id: str | None = None, origin: Origin | None = None
    ) -> OutgoingMail: ...

    def digest_html(self, notice: DigestNotice) -> str: ...

    def digest_text(self, notice: DigestNotice) -> str: ...

    def marked_name(self, form: Form) -> str: ...

    def mark_text(self, words: FindingWords, *, with_place: bool) -> str: ...


@dataclass(frozen=True, slots=True)
class Quiet:
    """A tick at `seen_at` that had nothing to do: neither will another, as long as `facts` stay and `until` is not
    reached. `house` are the very objects that it looked at.
    """

    facts: object
    house: tuple[object, ...]
    seen_at: datetime
    until: datetime


@dataclass(slots=True)
class Rest:
    """How connecting to one server went lately, in this process: `failures` in a row, and from when until when we let
    it be.
    """

    endpoint: Endpoint | None = None
    failures: int = 0
    since: datetime | None = None
    until: datetime | None = None
    why: str = ""

    def holds(self, endpoint: Endpoint, now: datetime) -> bool:
        """Whether this server is not to be tried at `now`. A clock that was put back ends the rest."""
        if self.endpoint != endpoint or self.since is None or self.until is None:
            return False
        return self.since <= now < self.until


def _share() -> float:
    return _CHANCE.uniform(0.5, 1.0)


def _no_secret() -> bytes:
    raise LookupError("these services were put together without the installation's secret")


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a flow may use. `max_attempts`: so often may a mail break us before it is parked.
    `junk_folder` None: the folder that the server marks as Junk. `free_bytes` are those left for the data folder, None
    where nobody can tell.
    `make_blank` is `bot.documents.blank.make_blank` with the office's words. `load_secret` gives the secret behind the
    codes of orders; OSError when its file can neither be read nor made. `quiet` is what the last tick of this process
    knew, if it had nothing to do. `lease` is what says that the mailbox is ours; None for who needs nobody's leave.
    Inside `may_be_cut()` a program that is to end may end at any point: what is under way there is taken up again.
    `look_up_txt` gives the TXT record of a name in DNS (DnsError while that is away); None: no signature is checked.
    """

    office: Office
    registry: Registry
    forms: Mapping[str, Form]
    rounds: Sequence[Round]
    store: Store
    vault: Vault
    sandbox: Sandbox
    composer: Composing
    say: Callable[[Finding, str], FindingWords]
    make_blank: Callable[[Form, BlankFacts], bytes]
    papers: Papers
    clock: Clock
    journal: Journal
    imap: Endpoint
    smtp: Endpoint
    account: str
    inbox_folder: str = "INBOX"
    junk_folder: str | None = None
    read_junk: bool = True
    sent_folder: str | None = None
    digest_at: time = time(8, 0)
    retry_first: timedelta = timedelta(seconds=30)
    retry_longest: timedelta = timedelta(hours=1)
    max_attempts: int = 3
    free_bytes: Callable[[], int | None] = lambda: None
    load_secret: Callable[[], bytes] = _no_secret
    look_up_txt: Callable[[str], bytes | None] | None = None
    quiet: list[Quiet] = field(default_factory=list, compare=False)
    rest: Rest = field(default_factory=Rest, compare=False)
    share: Callable[[], float] = _share
    lease: "MailboxLease | None" = None
    may_be_cut: Callable[[], AbstractContextManager[None]] = nullcontext

    @property
    def secret(self) -> bytes:
        return self.load_secret()

    def round(self, code: str) -> Round | None:
        return next((r for r in self.rounds if r.code == code), None)

    def now(self) -> datetime:
        return self.clock.now()

    def notice_addresses(self, agency: Agency, *roles: ContactRole) -> tuple[str, ...]:
        """Registered addresses valid today; clerks and agency mailboxes when no role is named."""
        today = self.office.working_time.local(self.now()).date()
        return agency.addresses(today, *(roles or (ContactRole.CLERK, ContactRole.AGENCY)))
