"""The watch over the house: readings and down-time, troubles that last, and what they silence."""

import errno
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from embedded_office import COORDINATOR, STRANGER, Office, at, embedded_office

from bot.daemon import once
from bot.domain.mail import Endpoint, NoticeKind, Outcome, OutgoingMail, Security, SendOutcome, SendResult
from bot.domain.office import Vigilance
from bot.domain.watch import Outage
from bot.flows import cycle, dispatch
from bot.flows.cycle import turn
from bot.flows.fetch import fetch_new
from bot.flows.services import Services
from bot.flows.vigilance import reading_state
from bot.mail.inbox import Inbox
from bot.mail.smtp import send_batch
from bot.store.errors import StoreError

BEFORE = at(3, 1, 7)
HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def nobody() -> Endpoint:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return Endpoint("127.0.0.1", holder.getsockname()[1], Security.NONE, timeout=2)


def report(office: Office, agency: str = "stp") -> list[tuple[str, bytes]]:
    return [("Báo cáo.docx", office.cast(agency).narrative())]


def alerts(office: Office) -> list[str]:
    """What the coordinator was told at once: code, and whether it was over."""
    found = [k for m in office.got(COORDINATOR) if (k := m["X-Thuky-Key"]).startswith("alert:")]
    return [k.split(":")[1] + (" over" if k.endswith(":over") else "") for k in found]


def run(services: Services, office: Office, when: datetime) -> None:
    office.clock.move_to(when)
    once(services)


def whys(office: Office) -> str | None:
    why = reading_state(office.services, office.clock.now()).why
    return why.code if why else None


def parked(office: Office, sender: str) -> int:
    """A mail of that sender that breaks us three times: its file cannot be read by our own fault."""

    class Broken:
        def __getattr__(self, name: str) -> object:
            raise ValueError("hỏng")

    office.mail(sender, report(office))
    broken = replace(office.services, sandbox=Broken())  # type: ignore[arg-type]  # any use of it fails
    for _ in range(3):
        once(broken)
    record = office.services.store.mails()[-1]
    assert record.outcome is Outcome.PARKED
    return record.id


# ---- readings and down-time --------------------------------------------------------------------------------


def test_the_first_reading_follows_no_outage_and_a_jump_is_one(office: Office) -> None:
    store, account = office.services.store, office.services.account
    office.once()
    assert (store.last_reading(account), store.outages()) == (BEFORE, ())
    office.once(BEFORE + HOUR)
    assert store.outages() == ()
    office.once(at(3, 1, 12))
    assert store.outages() == (Outage(BEFORE + HOUR, at(3, 1, 12)),)
    assert store.last_reading(account) == at(3, 1, 12)


def test_an_outage_of_a_server_says_what_it_said_and_one_of_ours_nothing(office: Office) -> None:
    office.once()
    blind = replace(office.services, imap=nobody())
    for minutes in (10, 60, 110):
        run(blind, office, BEFORE + timedelta(minutes=minutes))
    assert office.services.store.last_reading(office.services.account) == BEFORE
    office.once(BEFORE + timedelta(minutes=120))
    (first,) = office.services.store.outages()
    assert "127.0.0.1" in first.why
    office.once(at(3, 1, 20))
    assert office.services.store.outages()[-1].why == "", "the bot was not running"


def test_a_reading_without_spam_is_none(office: Office) -> None:
    named = replace(office.services, junk_folder="Không có")
    done = once(named)
    assert done.trouble == ""
    assert "Không có" in done.unread
    assert office.services.store.last_reading(office.services.account) is None


# ---- fairness ----------------------------------------------------------------------------------------------


def test_unread_spam_silences_reminders_and_the_inbox_goes_on(office: Office) -> None:
    named = replace(office.services, junk_folder="Không có")
    office.mail("stp", report(office))
    run(named, office, at(3, 2, 8))
    assert office.services.store.mails()[0].outcome is Outcome.ACCEPTED
    run(named, office, at(3, 7, 9))
    assert office.outbox("reminder") == []
    assert office.outbox("digest")
    assert whys(office) == "reading_failed", "what lasts is known without a turn, too"
    office.once(at(3, 7, 10))
    assert whys(office) is None
    assert office.outbox("request", "reminder")


def test_unfinished_mail_silences_and_is_told_after_an_hour(office: Office) -> None:
    class Away:
        def __getattr__(self, name: str) -> object:
            raise ValueError("hỏng")

    office.mail("stp", report(office))
    patient = replace(office.services, sandbox=Away(), max_attempts=100)  # type: ignore[arg-type]  # any use of it fails
    run(patient, office, at(3, 2, 8))
    assert whys(office) == "reading_unfinished"
    assert office.outbox("reminder") == []
    run(patient, office, at(3, 2, 9))
    assert alerts(office) == ["reading_incomplete"]
    office.once(at(3, 2, 10))
    assert alerts(office) == ["reading_incomplete", "reading_incomplete over"]
    assert whys(office) is None


def test_a_parked_mail_blocks_its_sender_s_agency_only(office: Office) -> None:
    number = parked(office, "stp")
    record = office.services.store.mail(number)
    assert (record.sender, record.subject) == ("stp@binhduong.example", "Báo cáo cải cách hành chính")
    reading = reading_state(office.services, office.clock.now())
    assert (reading.why, set(reading.blocked)) == (None, {"stp"})


def test_a_stranger_s_parked_mail_silences_all(office: Office) -> None:
    with Inbox(office.services.imap, office.services.account) as inbox:
        office.mail(STRANGER, report(office))
        fetch_new(office.services, inbox, "INBOX")
    (record,) = office.services.store.mails()
    office.services.vault.path(record.sha256).unlink()  # the disk lost it: not even the head can be read
    for _ in range(3):
        office.once()
    assert office.services.store.mail(record.id).outcome is Outcome.PARKED
    assert whys(office) == "reading_parked"
    office.thuky("release", str(record.id), "--done", "--why", "gọi điện")
    assert whys(office) is None


def test_a_stranger_who_sends_an_agency_s_report_blocks_that_agency(office: Office) -> None:
    office.mail(STRANGER, report(office, "pg"), "Báo cáo của UBND huyện Phú Giáo")
    office.mail(STRANGER, (), "Hỏi về UBND huyện Dầu Tiếng")
    office.once()
    reading = reading_state(office.services, office.clock.now())
    assert reading.why is None
    assert {code: why.code for code, why in reading.blocked.items()} == {"pg": "blocked_named"}


def test_a_stranger_who_writes_every_day_cannot_silence_us_for_ever(office: Office) -> None:
    for day in (3, 6, 7, 8, 9, 10):
        office.once(at(3, day, 7))
        office.mail(STRANGER, [("Báo cáo.docx", b"x" * day)], "Báo cáo của UBND huyện Phú Giáo")
        office.once(at(3, day, 9))
    reminders = [r.mail.key.split(":")[3:] for r in office.outbox("reminder") if r.mail.agency == "pg"]
    assert reminders == [["t-1", "2023-03-09"], ["t-0", "2023-03-09"]], "Friday, and two working days: Monday, Tuesday"
    assert not [r for r in office.outbox("overdue") if r.mail.agency == "pg"], "nobody knows what these mails are"
    assert [r for r in office.outbox("overdue") if r.mail.agency == "bb"]
    digest = [m for m in office.got(COORDINATOR) if m["X-Thuky-Key"].startswith("digest:")][-1]
    body = digest.get_body(("html",))
    assert body is not None
    waiting = [m for m in office.services.store.mails() if m.outcome is Outcome.HELD]
    page = unquote(body.get_content())
    assert all(f"[QĐ thư #{m.id}] Đã xử lý" in page for m in waiting[:5]), "one click each"
    for mail in waiting:
        office.thuky("release", str(mail.id), "--done", "--why", "thư rác")
    office.once(at(3, 10, 10))
    assert [r for r in office.outbox("overdue") if r.mail.agency == "pg"]


# ---- troubles ----------------------------------------------------------------------------------------------


def test_the_mailbox_away_is_told_once_and_once_when_it_is_back(office: Office) -> None:
    blind = replace(office.services, imap=nobody())
    run(blind, office, BEFORE)
    run(blind, office, BEFORE + timedelta(minutes=59))
    assert alerts(office) == []
    run(blind, office, BEFORE + HOUR)
    office.reopen()  # killed and started again
    blind = replace(office.services, imap=nobody())
    run(blind, office, BEFORE + 2 * HOUR)
    run(blind, office, BEFORE + 3 * HOUR)
    assert alerts(office) == ["mailbox_unreachable"], "told while the mailbox is away, and not again after a restart"
    office.once(BEFORE + 4 * HOUR)
    office.once(BEFORE + 5 * HOUR)
    assert alerts(office) == ["mailbox_unreachable", "mailbox_unreachable over"]
    run(replace(office.services, imap=nobody()), office, BEFORE + 6 * HOUR)
    office.once(BEFORE + 6 * HOUR + timedelta(minutes=30))
    assert len(alerts(office)) == 2, "half an hour is not told, nor that it is over"
    assert office.services.store.troubles() == ()


def test_the_sending_server_away_is_told_as_soon_as_it_takes_mail(office: Office) -> None:
    away = replace(office.services, smtp=nobody())
    office.mail("stp", report(office))
    run(away, office, BEFORE)
    run(away, office, BEFORE + timedelta(minutes=70))
    run(away, office, BEFORE + timedelta(minutes=140))
    assert [t.code for t in office.services.store.troubles()] == ["sending_refused"]
    office.once(BEFORE + timedelta(minutes=300))
    office.once(BEFORE + timedelta(minutes=301))
    assert alerts(office) == ["sending_refused", "sending_refused over"]


def test_a_parked_mail_is_told_at_once_and_over_when_it_waits_no_longer(office: Office) -> None:
    number = parked(office, "stp")
    office.once()
    assert alerts(office) == ["mail_parked"]
    office.thuky("release", str(number), "--why", "đã sửa lỗi")
    office.once(BEFORE + HOUR)
    assert alerts(office) == ["mail_parked", "mail_parked over"]
    assert office.services.store.mail(number).outcome is Outcome.ACCEPTED


def test_a_disk_that_fills_up_is_told_at_once(office: Office) -> None:
    office.services = replace(
        office.services,
        office=replace(office.services.office, vigilance=Vigilance(min_free_bytes=1000)),
        free_bytes=lambda: 999,
    )
    office.once()
    office.once(BEFORE + HOUR)
    assert alerts(office) == ["disk_full"]
    office.services = replace(office.services, free_bytes=lambda: 1000)
    office.once(BEFORE + 2 * HOUR)
    assert alerts(office) == ["disk_full", "disk_full over"]


@pytest.mark.parametrize(
    "error", [StoreError("full", "full", path="x"), OSError(errno.ENOSPC, "No space left on device")]
)
def test_a_full_disk_ends_the_turn_and_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(cycle, "process_pending", full)
        with pytest.raises(type(error)):
            turn(office.services)
    office.once()
    assert alerts(office) == ["disk_full", "disk_full over"]


@pytest.mark.parametrize(("refused", "told"), [(5, ["outgoing_refused"] * 5), (6, ["outgoing_refused_many"])])
def test_many_mails_refused_in_one_turn_are_one_alert(
    office: Office, monkeypatch: pytest.MonkeyPatch, refused: int, told: list[str]
) -> None:
    """The first mails are not wanted by the server, for a reason that is not their address."""
    policy = SendResult(SendOutcome.PERMANENT, "554 5.7.1 not wanted here")

    def picky(
        endpoint: Endpoint, mails: Iterable[OutgoingMail], on_result: Callable[[str, SendResult], None], **how: object
    ) -> None:
        mails = list(mails)
        unwanted = [m for m in mails if m.kind is NoticeKind.REQUEST][:refused]
        for mail in unwanted:
            on_result(mail.key, policy)
        send_batch(endpoint, [m for m in mails if m not in unwanted], on_result)

    monkeypatch.setattr(dispatch, "send_batch", picky)
    office.once(at(3, 2, 8))
    assert alerts(office) == told
    body = office.got(COORDINATOR)[-1].get_body(("plain",)).get_content()
    assert "554 5.7.1" in body
    assert f"{refused} thư" in body or refused == 5
