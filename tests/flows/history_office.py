"""A small office on which random histories are played: the real flows and store, no server.

Four agencies, two rounds that overlap, a holiday between them. A mail is put into the mailbox; a turn takes all that
lies there, as `bot.flows.cycle` does, unless the mailbox cannot be read. The wire of the outgoing server is the one
thing that is replaced: it takes every mail, or is away. Files are made once and read once.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, time
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from embedded_office import BOX, COORDINATOR, ROOT, TYPES, environment

from bot.demo.clock import StoryClock
from bot.demo.rehearsal_files import OwnFiles
from bot.demo.scenes import Cast
from bot.documents.sandbox import Sandbox
from bot.domain.decision import Decision, Order, Resolution
from bot.domain.document import Document
from bot.domain.mail import MessageRef, OutgoingMail, OutgoingRecord, SendOutcome, SendResult, ServerMessage
from bot.domain.office import WorkingTime
from bot.domain.round import Deadline, PeriodKind, ReportingPeriod, Round
from bot.flows import decisions, dispatch
from bot.flows.decisions import DecisionError
from bot.flows.fetch import head_of
from bot.flows.intake import process_pending
from bot.flows.order_links import link_for
from bot.flows.tick import tick
from bot.flows.vigilance import Walk, note_reading, reading_state, watch_house, watch_sending
from bot.settings import Settings, load
from bot.store.store import Store
from bot.store.vault import Vault
from bot.wiring import open_services

VN = ZoneInfo("Asia/Ho_Chi_Minh")
AGENCIES = ("stp", "stc", "ptth", "bao")
QUARTER, MONTH = "2023-q1", "2023-m02"
OF = {QUARTER: AGENCIES, MONTH: ("stp", "bao")}
HOLIDAY = date(2023, 3, 8)
HOW = {"who": COORDINATOR, "why": "đã trao đổi"}
STRANGER = "nguoila@noikhac.test"
File = tuple[str, bytes]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2023 in the office's zone."""
    return datetime(2023, 3, day, hour, minute, tzinfo=VN)


# Written by hand from the calendar: when each step falls due. Wednesday 8/3 is a holiday, 11–12/3 and 18–19/3 are
# weekends. The quarter's t-7 is the opening day itself; of the month's two steps on Monday 20/3 the later one speaks.
STEPS: dict[str, tuple[tuple[str, datetime], ...]] = {
    QUARTER: (
        ("request", at(2, 8)),
        ("t-3", at(6, 8)),
        ("t-1", at(7, 8)),
        ("t-0", at(9, 8)),
        ("t+1", at(10, 8)),
        ("t+3", at(13, 8)),
    ),
    MONTH: (
        ("request", at(3, 8)),
        ("t-7", at(10, 8)),
        ("t-3", at(14, 8)),
        ("t-1", at(16, 8)),
        ("t-0", at(17, 8)),
        ("t+3", at(20, 8)),
    ),
}
DEADLINES = {QUARTER: at(10, 0), MONTH: at(18, 0)}


def small_settings(folder: Path) -> Settings:
    """The sample office cut down."""
    shutil.copytree(ROOT / "config", folder / "config")
    whole = load(folder / "config", environment(folder, None))
    quarter = whole.round(QUARTER)
    mine = tuple(a for a in quarter.assignments if a.agency in AGENCIES)
    month = replace(
        quarter,
        code=MONTH,
        title="Báo cáo công tác cải cách hành chính tháng 02 năm 2023",
        period=ReportingPeriod(PeriodKind.MONTH, 2023, 2),
        opens_at=at(3, 8),
        deadline=Deadline(at(18, 0)),
        assignments=tuple(a for a in mine if a.agency in OF[MONTH]),
    )
    working_time = WorkingTime(VN, time(7, 30), time(17), frozenset({HOLIDAY}))
    return replace(
        whole,
        office=replace(whole.office, working_time=working_time, enclose_forms=False),
        rounds=(replace(quarter, assignments=mine), month),
    )


class House:
    """What all histories share: settings, the rooms that are slow to make, files, and what was read of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = small_settings(folder)
        self.clock = StoryClock(at(1, 7))
        self._open = ExitStack()
        self.services = self._open.enter_context(
            open_services(self.settings, self.clock, journal_level="critical", will_write=True)
        )
        self._empty = folder / "empty.db"
        with Store.open(f"sqlite:///{self._empty}"):
            pass
        self._documents: dict[str, Document] = {}
        self.count = 0

    def close(self) -> None:
        self._open.close()

    def history(self) -> History:
        """A new office with nothing in it, at the beginning of March."""
        self.count += 1
        return History(self, self.folder / f"h{self.count}")

    def services_in(self, folder: Path, stack: ExitStack) -> tuple[StoryClock, Any]:
        folder.mkdir()
        shutil.copy(self._empty, folder / "thuky.db")
        store = stack.enter_context(Store.open(f"sqlite:///{folder / 'thuky.db'}"))
        clock = StoryClock(at(1, 7))
        sandbox = cast(Sandbox, OwnFiles(self.services.sandbox, self._documents))
        return clock, replace(self.services, store=store, vault=Vault(folder), clock=clock, sandbox=sandbox)

    @cache  # noqa: B019  one house lives as long as the tests
    def files(self, agency: str, round_: str, what: str) -> tuple[File, ...]:
        """What that agency would attach: `good`, `broken` (a part or rows are missing)."""
        reports = Cast(self.settings, self.settings.round(round_), self.settings.registry.get(agency))
        if agency == "ptth":
            return (("Danh mục phát sóng.xlsx", reports.broadcasts() if what == "good" else reports.articles()),)
        if agency == "bao":
            return (("Tin bài.xlsx", reports.articles(None if what == "good" else 9)),)
        return (("Báo cáo.docx", reports.narrative() if what == "good" else reports.narrative(missing=["III"])),)


class History:
    """One run of three weeks. `mailbox` holds what came and was not read yet."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self._stack = ExitStack()
        self.clock, self.services = house.services_in(folder, self._stack)
        self.mailbox: list[tuple[datetime, bytes]] = []
        self.last_raw: dict[str, bytes] = {}
        self.uid = 0

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        shutil.rmtree(self.folder)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def round(self, code: str) -> Round:
        return self.house.settings.round(code)

    def mail(
        self,
        sender: str,
        subject: str,
        text: str = "Kính gửi Sở Nội vụ, xin gửi báo cáo.\n",
        files: Sequence[File] = (),
        answers: str = "",
        **headers: str,
    ) -> None:
        """Mails to the office, at the clock's hour."""
        self.uid += 1
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, BOX, subject
        mail["Date"] = format_datetime(self.now)
        mail["Message-ID"] = f"<{self.uid}@{sender.partition('@')[2]}>"
        if answers:
            mail["In-Reply-To"] = answers
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        for name, payload in files:
            maintype, subtype = TYPES[name[name.rfind(".") :]]
            mail.add_attachment(payload, maintype=maintype, subtype=subtype, filename=name)
        mail_bytes = mail.as_bytes()
        self.last_raw[sender] = mail_bytes
        self.mailbox.append((self.now, mail_bytes))

    def again(self, sender: str) -> None:
        """The very same mail once more, as some servers deliver it."""
        if sender in self.last_raw:
            self.mailbox.append((self.now, self.last_raw[sender]))

    def bounce(self, original: OutgoingRecord, address: str, *, permanent: bool) -> None:
        """A foreign server's report on one of our mails."""
        self.uid += 1
        status = "5.1.1" if permanent else "5.2.2"
        lines = [
            "From: MAILER-DAEMON@noikhac.test",
            f"To: {BOX}",
            "Subject: Undelivered Mail Returned to Sender",
            f"Message-ID: <{self.uid}@noikhac.test>",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
            "",
            "--r",
            "Content-Type: text/plain",
            "",
            "Could not be delivered.",
            "",
            "--r",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; noikhac.test",
            "",
            f"Final-Recipient: rfc822; {address}",
            "Action: failed",
            f"Status: {status}",
            f"Diagnostic-Code: smtp; 550 {status} refused",
            "",
            "--r",
            "Content-Type: text/rfc822-headers",
            "",
            f"Message-ID: {original.mail.message_id}",
            "",
            "--r--",
            "",
        ]
        self.mailbox.append((self.now, "\r\n".join(lines).encode()))

    def turn(self, *, trouble: str = "", sends: bool = True) -> None:
        """One turn of the daemon, `bot.flows.cycle` without its sockets."""
        services, now = self.services, self.now
        if not trouble:
            self._fetch()
            process_pending(services)
            note_reading(services, now)
        watch_house(services, Walk(trouble=trouble))
        tick(services, reading_state(services, now, trouble))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dispatch, "send_batch", _taking if sends else _away)
            watch_sending(services, dispatch.dispatch(services))

    def _fetch(self) -> None:
        services = self.services
        for received, raw in self.mailbox:
            self.uid += 1
            message = ServerMessage(
                MessageRef(services.account, services.inbox_folder, 1, self.uid), received, len(raw)
            )
            saved = services.vault.save(raw)
            sender, subject = head_of(raw)
            services.store.receive(
                message, sha256=saved, received_at=received, now=self.now, sender=sender, subject=subject
            )
        self.mailbox.clear()

    def decide(self, resolution: Resolution | None) -> Decision | None:
        """Carries it out as a command does."""
        return decisions.carry_out(self.services, resolution) if resolution is not None else None

    def order(self, order: Order, *, forged: bool = False) -> None:
        """The coordinator answers the link; `forged` with another code than ours."""
        link = link_for(self.services, order, self.now)
        fields = parse_qs(urlsplit(link.href).query)
        subject = fields["subject"][0]
        if forged:
            subject = subject.replace(link.code, link.code[:-1] + ("A" if link.code[-1] != "A" else "B"))
        self.mail(COORDINATOR, subject, fields["body"][0])

    def nothing_else(self, decide: Any) -> Resolution | None:
        """A decision that the office may refuse for a reason that it gives."""
        try:
            return cast(Resolution, decide())
        except DecisionError:
            return None


def _taking(_: object, mails: Sequence[OutgoingMail], settle: Any, **_how: object) -> None:
    for mail in mails:
        settle(mail.key, SendResult(SendOutcome.SENT, "250 2.0.0 Ok"))


def _away(_: object, mails: Sequence[OutgoingMail], settle: Any, **_how: object) -> None:
    for mail in mails:
        settle(mail.key, SendResult(SendOutcome.TRANSIENT, "connection refused", tried=False))
