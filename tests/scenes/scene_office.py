"""The sample office on real servers, as the scenes play it: agencies mail by SMTP, `thuky` is the real command,
answers are read by IMAP.

Flow: `office.send(...)` → Postfix → Dovecot; `office.once(at)` or `with office.running()` → the bot;
`office.got(address)`. The clock is moved by `--at`; mails that lie in the mailbox then count as received by then.
Commands that end by themselves are called in this process, from the words of the command line on, since a process of
its own costs two seconds; the daemon, and what a process alone can show, is a process (`process`, `running`).
Nothing sleeps: what must come is waited for.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from mail_servers import MailServers
from typer.testing import CliRunner

from bot.cli import app
from bot.demo.scenes import Cast
from bot.domain.round import Round
from bot.settings import Settings, load

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
VN = ZoneInfo("Asia/Ho_Chi_Minh")
BOX, COORDINATOR = "baocao@binhduong.example", "dieuphoi@binhduong.example"
XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")
KINDS = {"xlsx": XLSX, "docx": DOCX, "pdf": ("application", "pdf"), "doc": ("application", "msword")}
WAIT_SECONDS = 45.0


STRANGER, PRIVATE = "nguoila@noikhac.example", "canbo@hopthu.test"
ROUND = "2023-q1"


def address(agency: str) -> str:
    """Where that agency of the sample office writes from."""
    return f"{agency}@binhduong.example"


@lru_cache(maxsize=32)
def reports(agency: str) -> Cast:
    """Makes that agency's files: `reports("tdm").ii06({"C14": 120})`."""
    settings = settings_of(ROOT / "config")
    return Cast(settings, next(r for r in settings.rounds if r.code == ROUND), settings.registry.get(agency))


def all_three(agency: str) -> list[tuple[str, bytes]]:
    """What a district owes, complete and right."""
    cast = reports(agency)
    return [("Báo cáo.docx", cast.narrative()), ("II.06.xlsx", cast.ii06()), ("Thống kê.xlsx", cast.stats())]


def at(month: int, day: int, hour: int = 8, minute: int = 0, second: int = 0, *, year: int = 2023) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=VN)


@lru_cache(maxsize=8)
def settings_of(config: Path) -> Settings:
    """An office folder as it is shipped."""
    return load(config, {})


@dataclass
class Outcome:
    """What one run of the command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass
class SceneOffice:
    """One installation: a copy of an office folder (`config/`, or one of its examples) with this test's servers, and an
    empty data folder.
    """

    servers: MailServers
    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    config: Path = ROOT / "config"

    def __post_init__(self) -> None:
        without = shutil.ignore_patterns("examples")
        shutil.copytree(self.config, self.folder / "config", dirs_exist_ok=True, ignore=without)
        self.servers.settle()
        boxes = self.servers.place.folder / "mail"
        used = [a for a in self.servers.accounts if any(f.is_file() for f in boxes.glob(f"{a}/**/[cn][ue][rw]/*"))]
        if used:
            self.servers.clear(*used)

    @property
    def shipped(self) -> Settings:
        """The office's settings as they are shipped, without this test's servers."""
        return settings_of(self.config)

    @property
    def round(self) -> Round:
        """The office's only round."""
        (round_,) = self.shipped.rounds
        return round_

    @property
    def box(self) -> str:
        return self.shipped.office.address

    @property
    def accounts(self) -> list[str]:
        """Every mailbox of this office's people and of strangers: whoever may get a mail of ours, or must not."""
        domains = (self.box.partition("@")[2], STRANGER.partition("@")[2], PRIVATE.partition("@")[2])
        return [a for a in self.servers.accounts if a.partition("@")[2] in domains]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("THUKY_")}
        ports = self.servers.ports
        return kept | {
            "THUKY_CONFIG": str(self.folder / "config"),
            "THUKY_DATA_DIR": str(self.data),
            "THUKY_ALLOW_TIME_TRAVEL": "true",
            "THUKY_POLL_SECONDS": "2",
            "THUKY_RETRY_SECONDS": "1",
            "THUKY_RETRY_MAX_SECONDS": "2",
            "THUKY_TIMEOUT_SECONDS": "20",
            "THUKY_DOCUMENTS__ENCLOSE_FORMS": "false",  # half of a scene's time; where they matter, `extra` has them
            "THUKY_IMAP__HOST": self.servers.host,
            "THUKY_IMAP__PORT": str(ports.imaps),
            "THUKY_IMAP__SECURITY": "tls",
            "THUKY_IMAP__CA_FILE": str(self.servers.ca_file),
            "THUKY_IMAP__PASSWORD": self.servers.password,
            "THUKY_SMTP__HOST": self.servers.host,
            "THUKY_SMTP__PORT": str(ports.submission),
            "THUKY_SMTP__SECURITY": "starttls",
            "THUKY_SMTP__CA_FILE": str(self.servers.ca_file),
            "THUKY_SMTP__PASSWORD": self.servers.password,
            "COLUMNS": "200",
            **self.extra,
        }

    def edit(self, file: str, old: str, new: str) -> None:
        """Changes one place of the office's configuration."""
        path = self.folder / "config" / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{file}: {old!r} stands there {text.count(old)} times"
        path.write_text(text.replace(old, new), "utf-8")

    def move_round(self, *, deadline: datetime | None = None, opened: datetime | None = None) -> None:
        """Moves the round to where the machine's clock is, for what has no clock of its own: the daemon and the
        coordinator's commands. The period stays quý I/2023, so all documents fit.

        By default it opened 12 days ago and ends in 20 days: no step of the ladder is due, whatever day it is.
        """
        now = datetime.now(VN)
        opened, deadline = opened or now - timedelta(days=12), deadline or now + timedelta(days=20)
        path = self.folder / "config" / "rounds" / f"{self.round.code}.toml"
        text = path.read_text("utf-8")
        last = (deadline - timedelta(days=5)).date()
        for key, value in (
            ("opens_at", f"{opened:%Y-%m-%dT%H:%M:%S}"),
            ("first", (last - timedelta(days=90)).isoformat()),
            ("last", last.isoformat()),
            ("printed", f'"trước {deadline:%Hh%M} ngày {deadline:%d/%m/%Y}"'),
            ("day", f"{deadline:%Y-%m-%d}\ntime = {deadline:%H:%M:%S}"),
        ):
            text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
            assert count == 1, key
        path.write_text(text, "utf-8")

    def thuky(self, *words: str) -> Outcome:
        """The command, run to its end in this process."""
        clean: dict[str, str | None] = dict.fromkeys((k for k in os.environ if k.startswith("THUKY_")), None)
        done = CliRunner().invoke(app, list(words), env=clean | self.env)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Outcome(done.exit_code, done.stdout, done.stderr)

    def process(self, *words: str) -> Outcome:
        """The command as a process of its own, run to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=90
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def once(self, when: datetime | None = None) -> Outcome:
        """One `thuky once`, after everything that was sent has reached the mailbox; must succeed."""
        self.servers.settle()
        done = self.thuky("once", *(("--at", when.isoformat()) if when else ()))
        assert done.code == 0, done.err
        self.servers.settle()
        return done

    @contextmanager
    def daemon(self) -> Iterator["subprocess.Popen[str]"]:
        """`thuky run`, begun and at work when the block starts; killed after it when it still runs."""
        started = datetime.now(VN)
        log = self.folder / "daemon.log"
        with log.open("a", encoding="utf-8") as err:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=self.env, stderr=err, text=True
            )
        try:
            lock = self.data / "thuky.lock"
            wait_until(lambda: daemon.poll() is not None or _says(lock, str(daemon.pid)))
            assert daemon.poll() is None, f"no daemon since {started}: {log.read_text('utf-8')}"
            yield daemon
        finally:
            if daemon.poll() is None:
                daemon.kill()
            daemon.wait()

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[str]"]:
        """`thuky run` for the time of the block; must end cleanly on SIGTERM."""
        with self.daemon() as daemon:
            yield daemon
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(timeout=30) == 0, (self.folder / "daemon.log").read_text("utf-8")

    def mails(self) -> list[dict[str, Any]]:
        """Every inbound mail, oldest first."""
        return sorted(self.thuky("mails", "--json").json, key=lambda m: m["id"])

    def mail(self, mail: EmailMessage) -> dict[str, Any]:
        """What became of that mail; it must be there once."""
        (found,) = (m for m in self.mails() if m["message_id"] == mail["Message-ID"])
        return found

    def status(self, agency: str) -> dict[str, dict[str, Any]]:
        """The obligations of one agency by form."""
        document = self.thuky("status", "--round", self.round.code, "--json").json
        row = next(a for a in document["agencies"] if a["agency"] == agency)
        return {o["form"]: o for o in row["obligations"]}

    def statuses(self, agency: str) -> dict[str, str]:
        """Only the word for each."""
        return {form: o["status"] for form, o in self.status(agency).items()}

    def outbox(self, *kinds: str) -> list[dict[str, Any]]:
        """Every outgoing mail, or those of these kinds, oldest first."""
        return [m for m in self.thuky("outbox", "--json").json if not kinds or m["kind"] in kinds]

    def send(
        self,
        sender: str,
        subject: str,
        files: Sequence[tuple[str, bytes]] = (),
        *,
        text: str = "Kính gửi Sở Nội vụ, xin gửi báo cáo.\n",
        reply_to: EmailMessage | None = None,
        headers: dict[str, str] | None = None,
        date: datetime | None = None,
        received: datetime | None = None,
    ) -> EmailMessage:
        """Mails as an agency does; `reply_to` threads it under a notice as a mail program would.

        `date` is what the Date header claims. With `received` the mail lies in the mailbox with that INTERNALDATE, as
        if it had come then.
        """
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = sender
        mail["To"] = self.box
        mail["Subject"] = subject
        mail["Date"] = format_datetime(date or datetime.now(VN))
        mail["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
        if reply_to is not None:
            mail["In-Reply-To"] = reply_to["Message-ID"]
            mail["References"] = " ".join(filter(None, (reply_to["References"], reply_to["Message-ID"])))
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        for name, payload in files:
            maintype, subtype = KINDS[name.rpartition(".")[2]]
            mail.add_attachment(payload, maintype=maintype, subtype=subtype, filename=name)
        if received is None:
            self.servers.send(mail, sender, [self.box])
        else:
            self.servers.append(self.box, mail.as_bytes(), received)
        return mail

    def got(self, address: str) -> list[EmailMessage]:
        """Everything that lies in the inbox of `address`, oldest first."""
        return self.servers.inbox(address)

    def answers_to(self, mail: EmailMessage, address: str) -> list[EmailMessage]:
        """The answers under `mail` that lie in the inbox of `address` now."""
        return [m for m in self.got(address) if m["In-Reply-To"] == mail["Message-ID"]]

    def answer_to(self, mail: EmailMessage, address: str) -> EmailMessage:
        """The answer that hangs under `mail`, waited for; the only one."""
        self.servers.wait_for(address, lambda m: m["In-Reply-To"] == mail["Message-ID"], WAIT_SECONDS)
        (answer,) = self.answers_to(mail, address)
        return answer


def kind(mail: EmailMessage) -> str:
    """What a mail of ours is, by its X-Thuky-Key."""
    return str(mail["X-Thuky-Key"]).partition(":")[0]


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def said(mail: EmailMessage) -> str:
    """The text part with every line break a blank, for looking for a sentence."""
    return " ".join(body(mail).split())


def wait_until(condition: Callable[[], T], seconds: float = WAIT_SECONDS, *, pause: float = 0.02) -> T:
    """The first true answer of `condition`, asked again and again; fails after `seconds`."""
    limit = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < limit, "what was waited for did not come"
        time.sleep(pause)


def _says(file: Path, words: str) -> bool:
    return file.exists() and words in file.read_text("utf-8")
