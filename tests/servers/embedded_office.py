"""The sample office in this very process: the demo's IMAP and SMTP server, a clock that the test moves, real rooms.

Flow: `office.mail(...)` puts a mail into the mailbox as the server would at the clock's hour; `office.once()` lets the
bot do everything there is to do; `office.got(address)` reads what it sent. `office.thuky(...)` is the command line,
standard output and error apart. Nothing is replaced and nothing sleeps.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from typer.testing import CliRunner

from bot import cli
from bot.daemon import once
from bot.demo.clock import StoryClock
from bot.demo.scenes import Cast
from bot.demo.server import EmbeddedMailServer
from bot.domain.mail import InboundRecord, OutgoingRecord
from bot.domain.round import ObligationState
from bot.flows.cycle import Turn
from bot.flows.services import Services
from bot.flows.snapshot import load_states
from bot.settings import Settings, load
from bot.wiring import open_services

ROOT = Path(__file__).resolve().parents[2]
VN = ZoneInfo("Asia/Ho_Chi_Minh")
BOX, COORDINATOR, ROUND = "baocao@binhduong.example", "dieuphoi@binhduong.example", "2023-q1"
STRANGER = "nguoila@noikhac.test"
PASSWORD = "mat-khau"
DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")
XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
TYPES = {".docx": DOCX, ".xlsx": XLSX, ".pdf": ("application", "pdf")}
File = tuple[str, bytes]


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of 2023 in the office's zone."""
    return datetime(2023, month, day, hour, minute, tzinfo=VN)


@dataclass(frozen=True)
class Said:
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output; fails when anything else stands there."""
        return json.loads(self.out)


class Office:
    """One installation. `services` and `settings` are open for the time of the test."""

    def __init__(self, folder: Path, server: EmbeddedMailServer, clock: StoryClock, extra: Mapping[str, str]) -> None:
        self.folder, self.server, self.clock = folder, server, clock
        self.config = folder / "config"
        self.environ = environment(folder, server) | dict(extra)
        self.settings: Settings = load(self.config, self.environ)
        self._open = ExitStack()
        self.services: Services = self._open.enter_context(
            open_services(self.settings, clock, journal_level="critical")
        )

    def close(self) -> None:
        self._open.close()

    def reopen(self) -> None:
        """Another process on the same data: everything is loaded anew."""
        self._open.close()
        self.settings = load(self.config, self.environ)
        self.services = self._open.enter_context(open_services(self.settings, self.clock, journal_level="critical"))

    def cast(self, agency: str) -> Cast:
        """Makes files as that agency writes them."""
        found = self.settings.registry.get(agency)
        return Cast(self.settings, self.settings.round(ROUND), found)

    def mail(
        self,
        sender: str,
        files: Sequence[File] = (),
        subject: str = "Báo cáo cải cách hành chính",
        *,
        text: str = "Kính gửi Sở Nội vụ, xin gửi báo cáo.\n",
        answers: EmailMessage | None = None,
        headers: Mapping[str, str] | None = None,
        moment: datetime | None = None,
    ) -> EmailMessage:
        """Mails to the office; a bare agency code stands for its first address. Moves the clock when told `moment`."""
        if moment is not None:
            self.clock.move_to(moment)
        sender = sender if "@" in sender or not sender else f"{sender}@binhduong.example"
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, BOX, subject
        mail["Date"] = format_datetime(self.clock.now())
        mail["Message-ID"] = make_msgid(domain=sender.partition("@")[2] or "noikhac.test")
        if answers is not None:
            mail["In-Reply-To"] = answers["Message-ID"]
            mail["References"] = " ".join(filter(None, (answers["References"], answers["Message-ID"])))
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        mail.set_content(text)
        for name, payload in files:
            maintype, subtype = TYPES.get(name[name.rfind(".") :], ("application", "octet-stream"))
            mail.add_attachment(payload, maintype=maintype, subtype=subtype, filename=name)
        self.server.deliver(mail.as_bytes(), sender, [BOX])
        return mail

    def once(self, moment: datetime | None = None) -> Turn:
        """All that the bot does at that moment; a trouble fails the test."""
        if moment is not None:
            self.clock.move_to(moment)
        done = once(self.services)
        assert not done.trouble, done.trouble
        return done

    def took(self, sender: str, files: Sequence[File] = (), **how: Any) -> InboundRecord:
        """Mails, lets the bot work, and gives what it wrote down of that mail."""
        self.mail(sender, files, **how)
        self.once()
        return self.services.store.mails()[-1]

    def got(self, address: str) -> list[EmailMessage]:
        """Every mail in that inbox, oldest first."""
        address = address if "@" in address else f"{address}@binhduong.example"
        return [message_from_bytes(raw, policy=policy.default) for raw in self.server.messages(address)]  # type: ignore[misc]

    def outbox(self, *kinds: str) -> list[OutgoingRecord]:
        return [r for r in self.services.store.outbox() if not kinds or r.mail.kind.value in kinds]

    def answers(self, record: InboundRecord) -> list[OutgoingRecord]:
        return list(self.services.store.replies(record.id))

    def owed(self, agency: str) -> dict[str, ObligationState]:
        """What that agency owes, by form, as it stands now."""
        (state,) = load_states(self.services, (self.settings.round(ROUND),), self.clock.now())
        return {o.form: o for o in state.of(agency)}

    def thuky(self, *words: str, **extra: str) -> Said:
        """The command line within this process, at the machine's own time."""
        environ = {**self.environ, "THUKY_CONFIG": str(self.config), "COLUMNS": "200", **extra}
        done = CliRunner().invoke(cli.app, list(words), env=environ)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)


def environment(folder: Path, server: EmbeddedMailServer | None) -> dict[str, str]:
    """THUKY_* for a data folder of one's own and the embedded server (port 1, where nobody listens, without one)."""
    host = server.host if server else "127.0.0.1"
    ports = {"IMAP": server.imap_port if server else 1, "SMTP": server.smtp_port if server else 1}
    servers = {
        f"THUKY_{kind}__{key}": value
        for kind, port in ports.items()
        for key, value in (("HOST", host), ("PORT", str(port)), ("SECURITY", "none"), ("PASSWORD", PASSWORD))
    }
    return servers | {"THUKY_DATA_DIR": str(folder / "data"), "THUKY_ALLOW_TIME_TRAVEL": "true"}


@contextmanager
def embedded_office(folder: Path, moment: datetime, **extra: str) -> Iterator[Office]:
    """The sample office, its clock at `moment`. `extra` are further THUKY_* variables."""
    for name in [name for name in os.environ if name.startswith("THUKY_")]:
        del os.environ[name]
    shutil.copytree(ROOT / "config", folder / "config")
    plain = load(folder / "config", environment(folder, None))
    people = {BOX, COORDINATOR, STRANGER, *(c.address for a in plain.registry for c in a.contacts)}
    clock = StoryClock(moment)
    with EmbeddedMailServer(dict.fromkeys(sorted(people), PASSWORD), clock=clock.now) as server:
        office = Office(folder, server, clock, extra)
        try:
            yield office
        finally:
            office.close()
