"""The sample office on real servers, as the scenes play it: agencies mail by SMTP, `thuky` is the real command,
answers are read by IMAP.

Flow: `office.send(...)` → Postfix → Dovecot; `office.once(at)` or `with office.running()` → the bot;
`office.got(address)`. The clock is moved by `--at`; mails that lie in the mailbox then count as received by then.
Nothing sleeps: what must come is waited for.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from zoneinfo import ZoneInfo

from mail_servers import MailServers

ROOT = Path(__file__).resolve().parents[2]
VN = ZoneInfo("Asia/Ho_Chi_Minh")
BOX, COORDINATOR = "baocao@binhduong.example", "dieuphoi@binhduong.example"
XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")
WAIT_SECONDS = 45.0


def at(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
    return datetime(2023, month, day, hour, minute, tzinfo=VN)


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
    """One installation: a copy of `config/` with this test's servers, and an empty data folder."""

    servers: MailServers
    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(ROOT / "config", self.folder / "config", dirs_exist_ok=True)
        self.servers.clear()

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

    def thuky(self, *words: str) -> Outcome:
        """Runs the command to its end."""
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
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """`thuky run` for the time of the block; must end cleanly on SIGTERM."""
        daemon = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=self.env, stderr=subprocess.PIPE, text=True
        )
        try:
            yield daemon
        finally:
            daemon.send_signal(signal.SIGTERM)
            try:
                _, err = daemon.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                raise
        assert daemon.returncode == 0, err

    def mails(self) -> list[dict]:
        return self.thuky("mails", "--json").json

    def status(self, agency: str) -> dict[str, dict]:
        """The obligations of one agency by form."""
        document = self.thuky("status", "--round", "2023-q1", "--json").json
        row = next(a for a in document["agencies"] if a["agency"] == agency)
        return {o["form"]: o for o in row["obligations"]}

    def outbox(self) -> list[dict]:
        return self.thuky("outbox", "--json").json

    def send(
        self,
        sender: str,
        subject: str,
        files: Sequence[tuple[str, bytes]] = (),
        *,
        text: str = "Kính gửi Sở Nội vụ, xin gửi báo cáo.\n",
        reply_to: EmailMessage | None = None,
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Mails as an agency does; `reply_to` threads it under a notice as a mail program would."""
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = BOX
        mail["Subject"] = subject
        mail["Date"] = format_datetime(datetime.now(VN))
        mail["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
        if reply_to is not None:
            mail["In-Reply-To"] = reply_to["Message-ID"]
            mail["References"] = " ".join(filter(None, (reply_to["References"], reply_to["Message-ID"])))
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        for name, payload in files:
            maintype, subtype = DOCX if name.endswith(".docx") else XLSX
            mail.add_attachment(payload, maintype=maintype, subtype=subtype, filename=name)
        self.servers.send(mail, sender, [BOX])
        return mail

    def got(self, address: str) -> list[EmailMessage]:
        """Everything that lies in the inbox of `address`, oldest first."""
        return self.servers.inbox(address)

    def answer_to(self, mail: EmailMessage, address: str) -> EmailMessage:
        """The answer that hangs under `mail`, waited for."""
        return self.servers.wait_for(address, lambda m: m["In-Reply-To"] == mail["Message-ID"], WAIT_SECONDS)


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def wait_until(condition, seconds: float = WAIT_SECONDS):
    """The first true answer of `condition`, asked again and again; fails after `seconds`."""
    limit = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < limit, "what was waited for did not come"
        time.sleep(0.2)
