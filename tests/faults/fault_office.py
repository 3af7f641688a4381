"""The office that is tortured: the sample office on real servers, its day without end, mails of every sort with what
must come of each, and what the judge reads.

Flow: `office = fault_office(servers, folder)`; `office.post(n)` mails the n-th mail of an endless row and notes what
is due; `office.judge()` settles the servers and judges. Nothing of the bot decides what is due: `SORTS` says it.
"""

import io
import re
import sqlite3
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any

from judge import Judgement, Sent, judge
from mail_servers import MailServers, StoredMail
from scene_office import STRANGER, VN, SceneOffice, address, reports, settings_of, wait_until

File = tuple[str, bytes]


@dataclass(frozen=True)
class Sort:
    """One sort of mail: who writes, which files, and what the contract makes of it."""

    sender: str
    outcome: str
    answers: int
    files: Callable[[], Sequence[File]] = tuple
    text: str = "Kính gửi Sở Nội vụ, xin gửi báo cáo.\n"
    headers: Mapping[str, str] = field(default_factory=dict)
    twice: bool = False
    """The server delivers it twice: the second is a duplicate, and no answer is due to it."""


@lru_cache(maxsize=64)
def made(agency: str, what: str) -> tuple[File, ...]:
    cast = reports(agency)
    word = ("Báo cáo quý I.docx", cast.narrative() if what != "without" else cast.narrative(missing=["III"]))
    if what in ("word", "without"):
        return (word,)
    if what == "broadcasts":
        return (("Danh mục phát sóng.xlsx", cast.broadcasts()),)
    if what == "articles":
        return (("Tin bài.xlsx", cast.articles(9)),)
    tables = ("Biểu II.06.xlsx", cast.ii06({"C14": 120} if what == "sums" else None)), ("Thống kê.xlsx", cast.stats())
    return (word, *tables)


def _of(agency: str, what: str) -> Callable[[], Sequence[File]]:
    return lambda: made(agency, what)


SORTS: tuple[Sort, ...] = (
    Sort(address("stp"), "accepted", 1, _of("stp", "word")),
    Sort(address("stc"), "correction", 1, _of("stc", "without")),
    # The broadcasts' days are those of 2023, and the round lies where the machine's clock is.
    Sort(address("ptth"), "correction", 1, _of("ptth", "broadcasts"), twice=True),
    Sort(STRANGER, "held", 0, _of("stp", "word")),
    Sort(address("tdm"), "accepted", 1, _of("tdm", "three")),
    Sort(address("bao"), "correction", 1, _of("bao", "articles")),
    Sort(address("stttt"), "ignored", 0, text="Tôi đi vắng.\n", headers={"Auto-Submitted": "auto-replied"}),
    Sort(address("da"), "correction", 1, _of("da", "sums")),
    Sort(address("vpub"), "accepted", 1, _of("vpub", "word")),
    Sort(address("stttt"), "accepted", 1, _of("stttt", "word"), twice=True),
)


def unlike(payload: bytes, number: int) -> bytes:
    """The same document in other bytes: a note at the end of the package, which no reader shows."""
    buffer = io.BytesIO(payload)
    with zipfile.ZipFile(buffer, "a") as package:
        package.comment = b"%d" % number
    return buffer.getvalue()


@dataclass
class FaultOffice(SceneOffice):
    """Knows what it was mailed."""

    sent: list[Sent] = field(default_factory=list)

    def open_all_day(self, *, opened: datetime | None = None, deadline: datetime | None = None) -> None:
        """Works at every hour, answers without limit, encloses nothing; unless said otherwise the round has just
        opened, so that requests go out, and ends in 20 days.
        """
        now = datetime.now(VN)
        self.move_round(opened=opened or now - timedelta(minutes=1), deadline=deadline)
        self.edit("office.toml", "max_answers_per_day = 20 ", "max_answers_per_day = 100000 ")
        self.edit("office.toml", "enclose_forms = true", "enclose_forms = false")
        holidays = self.folder / "config" / "holidays.toml"
        text = holidays.read_text("utf-8").replace("opens = 07:30:00", "opens = 00:00:00")
        text = text.replace("closes = 17:00:00", "closes = 23:59:00")
        days = [now + timedelta(days=n) for n in range(-1, 3)]
        working = settings_of(self.folder / "config").working_time
        swapped = set(re.findall(r"(?:worked|off) = (\S+)", text))
        text += "".join(
            f'\n[[worked]]\nday = {d:%Y-%m-%d}\nwhy = "Trực"\n'
            for d in days
            if f"{d:%Y-%m-%d}" not in swapped and not working.is_open(d.replace(hour=10))
        )
        holidays.write_text(text, "utf-8")

    def post(self, number: int, *, sort: Sort | None = None) -> EmailMessage:
        """Mails the mail of that number, by Postfix, and notes what is due."""
        sort = sort or SORTS[number % len(SORTS)]
        files = [(name, unlike(payload, number)) for name, payload in sort.files()]
        mail = self.send(
            sort.sender, f"Báo cáo cải cách hành chính ({number})", files, text=sort.text, headers=dict(sort.headers)
        )
        payloads = tuple(payload for _, payload in files)
        self.sent.append(Sent(mail["Message-ID"], sort.sender, sort.outcome, sort.answers, payloads))
        if sort.twice:
            self.servers.send(mail, sort.sender, [self.box])
            self.sent.append(Sent(mail["Message-ID"], sort.sender, "ignored", 0, payloads))
        return mail

    # What the judge reads.

    def folder_of(self, address: str) -> Path:
        return self.servers.place.folder / "mail" / address

    @property
    def people(self) -> Sequence[str]:
        """Who has any mail, as the server's folders show; the others' inboxes need no look."""
        return [
            a
            for a in self.accounts
            if a != self.box and any(p.is_file() for p in self.folder_of(a).glob("**/[cn][ue][rw]/*"))
        ]

    def records(self) -> list[dict[str, Any]]:
        return list(self.mails())

    def outgoing(self) -> list[dict[str, Any]]:
        return self.outbox()

    def lying(self, address: str, name: str = "INBOX") -> list[StoredMail]:
        with self.servers.imap(address) as client:
            if client.select(f'"{name}"', readonly=True)[0] != "OK":
                return []
        return self.servers.stored(address, name)

    def judge(self, *, at_rest: bool = True) -> Judgement:
        self.servers.settle()
        return judge(Looking(self), self.sent, at_rest=at_rest)

    def count(self, query: str) -> int:
        """One number of the database: for waiting only, a hundred times cheaper than a command."""
        with closing(sqlite3.connect(f"file:{self.data / 'thuky.db'}?mode=ro", uri=True, timeout=20)) as connection:
            return int(connection.execute(query).fetchone()[0])

    def is_quiet(self) -> bool:
        """Whether everything that came has been finished and everything due has been sent and copied."""
        if not (self.data / "thuky.db").exists():
            return False
        wanted = len(self.servers.stored(self.box))
        try:
            done = self.count("SELECT count(*) FROM mail WHERE outcome <> 'received'")
            waiting = self.count("SELECT count(*) FROM outgoing WHERE state IN ('queued', 'sending')")
            copies = self.count("SELECT count(*) FROM outgoing WHERE state = 'sent' AND NOT in_sent_folder")
        except sqlite3.OperationalError:  # not made yet
            return False
        return done >= wanted and not waiting and not copies

    def wait_quiet(self, seconds: float = 90.0) -> None:
        """Fails when it is not quiet within that time after what was sent has reached the mailbox."""
        self.servers.settle()
        wait_until(self.is_quiet, seconds, pause=0.2)


@dataclass(frozen=True)
class Looking:
    """The judge's view of an office."""

    office: FaultOffice

    @property
    def data(self) -> Path:
        return self.office.data

    @property
    def box(self) -> str:
        return self.office.box

    @property
    def people(self) -> Sequence[str]:
        return self.office.people

    def folder(self, address: str, name: str = "INBOX") -> Sequence[StoredMail]:
        return self.office.lying(address, name)

    def records(self) -> list[dict[str, Any]]:
        return self.office.records()

    def outgoing(self) -> list[dict[str, Any]]:
        return self.office.outgoing()


def fault_office(servers: MailServers, folder: Path, **extra: str) -> FaultOffice:
    """A fresh one, its mailboxes empty. `extra` are further THUKY_* variables."""
    office = FaultOffice(servers, folder, extra={"THUKY_POLL_SECONDS": "1", **extra})
    office.open_all_day()
    return office
