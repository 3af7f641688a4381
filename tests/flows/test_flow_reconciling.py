"""Mailbox and records are compared every hour; what lacks a record is fetched at once, and told."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from embedded_office import COORDINATOR, STRANGER, Office, at, embedded_office

from bot.domain.mail import MessageRef, Outcome, ServerMessage
from bot.domain.watch import Reconciliation
from bot.flows.reconciling import reconcile
from bot.flows.services import Services
from bot.flows.vigilance import reading_state
from bot.mail.inbox import Inbox, MailServerError

MORNING = at(3, 1, 7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, MORNING) as running:
        yield running


def forget(office: Office, mail_id: int) -> None:
    """Takes the record of an ignored mail away behind the bot's back."""
    with sqlite3.connect(office.settings.data_dir / "thuky.db") as database:
        for table in ("evidence", "attachment", "finding", "bounce"):
            database.execute(f"DELETE FROM {table} WHERE mail_id = ?", (mail_id,))
        database.execute("DELETE FROM mail WHERE id = ?", (mail_id,))


def counts(office: Office) -> list[Reconciliation]:
    return [r for r in office.services.store.reconciliations(office.services.account) if r.folder == "INBOX"]


def alerts(office: Office) -> list[str]:
    keys = [m["X-Thuky-Key"] for m in office.got(COORDINATOR)]
    return [k.split(":")[1] + (" over" if k.endswith(":over") else "") for k in keys if k.startswith("alert:")]


def test_a_mail_without_a_record_is_fetched_told_and_over_an_hour_later(office: Office) -> None:
    for number in range(3):
        office.mail(STRANGER, subject=f"Thư {number}")
    office.once()
    assert [(c.on_server, c.missing) for c in counts(office)] == [(3, 0)]
    lost = office.services.store.mails()[1]
    forget(office, lost.id)
    office.once(MORNING + timedelta(minutes=59))
    assert len(office.services.store.mails()) == 2, "an hour has not passed"
    office.once(MORNING + timedelta(minutes=61))
    found = {m.ref.uid: m for m in office.services.store.mails()}
    assert found[lost.ref.uid].subject == lost.subject
    assert found[lost.ref.uid].outcome is Outcome.HELD, "it went the way of any other mail"
    assert found[lost.ref.uid].received_at == lost.received_at
    assert alerts(office) == ["counts_differ"]
    told = next(m for m in office.got(COORDINATOR) if m["X-Thuky-Key"].startswith("alert:counts_differ"))
    assert "1 thư trong hộp thư chưa có trong sổ" in str(told["Subject"])
    assert [(c.on_server, c.missing) for c in counts(office)] == [(3, 1)]
    office.once(MORNING + timedelta(minutes=130))
    assert alerts(office) == ["counts_differ", "counts_differ over"]
    assert [(c.on_server, c.missing) for c in counts(office)] == [(3, 0)]


def test_new_mail_and_moved_mail_are_no_difference(office: Office) -> None:
    office.mail(STRANGER)
    office.once()
    office.mail(STRANGER)
    office.clock.move_to(MORNING + timedelta(hours=2))
    with Inbox(office.settings.imap, office.services.account) as inbox:
        assert reconcile(office.services, inbox, "INBOX") == 0
        assert [(c.on_server, c.missing) for c in counts(office)] == [(1, 0)], "the second came after the walk"
        office.clock.move_to(MORNING + timedelta(hours=4))
        gone = Listing([1, 2], [])
        gone.uidvalidity = inbox.list_uids("INBOX")[0]
        gone.uids = []
        assert reconcile(office.services, cast(Inbox, gone), "INBOX") == 0
    assert [(c.on_server, c.missing) for c in counts(office)] == [(0, 0)], "people move mail"
    assert alerts(office) == []


def test_the_page_says_so_in_text_and_json(office: Office) -> None:
    office.mail(STRANGER)
    office.once()
    notice = office.thuky("digest", "--json")
    (inbox, *_) = notice.json["counts"]
    assert (inbox["folder"], inbox["on_server"], inbox["missing"]) == ("INBOX", 1, 0)
    assert "Hộp thư có 1 thư, tất cả đều đã vào sổ (đối chiếu lúc 07:00" in " ".join(office.thuky("digest").out.split())


@dataclass
class Listing:
    """A server of our own making: which UIDs it lists, and which messages it gives."""

    uids: list[int]
    given: list[int]
    uidvalidity: int = 7
    breaks: bool = False
    asked: int = 0

    def list_uids(self, folder: str) -> tuple[int, tuple[int, ...]]:
        self.asked += 1
        return self.uidvalidity, tuple(sorted(self.uids))

    def describe(self, folder: str, uids: tuple[int, ...]) -> tuple[int, tuple[ServerMessage, ...]]:
        if self.breaks:
            raise MailServerError("IMAP 127.0.0.1:1: the connection broke", transient=True)
        refs = (MessageRef("baocao@binhduong.example", "INBOX", self.uidvalidity, uid) for uid in uids)
        return self.uidvalidity, tuple(ServerMessage(ref, MORNING, 100) for ref in refs)

    def fetch_raw(self, ref: MessageRef) -> bytes | None:
        return b"From: a@b.test\r\nSubject: x\r\n\r\n%d\r\n" % ref.uid if ref.uid in self.given else None


@pytest.fixture
def services(office: Office) -> Services:
    return replace(office.services, account="baocao@binhduong.example", read_junk=False)


def test_ten_thousand_messages_are_compared_in_one_question_each(services: Services) -> None:
    services.store.note_seen(services.account, "INBOX", 7, 10_000)
    server = Listing(list(range(10_500, 0, -1)), [])
    server.given = [3, 9_999]
    server.uids = [*server.given, 10_400]
    assert reconcile(services, cast(Inbox, server), "INBOX") == 2
    assert reconcile(services, cast(Inbox, server), "INBOX") == 0
    assert server.asked == 1, "once an hour"
    assert {m.ref.uid for m in services.store.mails()} == {3, 9_999}
    assert services.store.last_uid(services.account, "INBOX") == (7, 10_000), "the mark does not move"


def test_what_the_server_does_not_give_silences_reminders_and_says_why(services: Services, office: Office) -> None:
    services.store.note_seen(services.account, "INBOX", 7, 9)
    assert reconcile(services, cast(Inbox, Listing([4, 5], [4])), "INBOX") == 1
    (trouble,) = services.store.troubles()
    assert (trouble.code, trouble.subject, trouble.params["fetched"], trouble.params["left"]) == (
        "counts_differ",
        "INBOX",
        "1",
        "1",
    )
    why = reading_state(services, office.clock.now()).why
    assert why is not None
    assert why.code == "reading_failed"
    assert "UID 5" in str(why.params["error"])


def test_a_server_that_breaks_off_is_asked_again_at_the_next_walk(services: Services) -> None:
    services.store.note_seen(services.account, "INBOX", 7, 9)
    broken = Listing([4], [4], breaks=True)
    with pytest.raises(MailServerError):
        reconcile(services, cast(Inbox, broken), "INBOX")
    assert services.store.troubles()[0].params["error"].endswith("the connection broke")
    broken.breaks = False
    assert reconcile(services, cast(Inbox, broken), "INBOX") == 1, "it has not waited for the hour"


def test_a_folder_made_anew_is_the_next_walk_s_business(services: Services) -> None:
    services.store.note_seen(services.account, "INBOX", 6, 9)
    assert reconcile(services, cast(Inbox, Listing([1, 2], [1, 2])), "INBOX") == 0
    assert services.store.reconciliations(services.account) == ()


def test_one_folder_s_agreement_is_not_another_s(services: Services) -> None:
    for folder in ("INBOX", "Junk"):
        services.store.note_seen(services.account, folder, 7, 9)
    reconcile(services, cast(Inbox, Listing([4], [])), "INBOX")
    reconcile(services, cast(Inbox, Listing([], [])), "Junk")
    assert [t.subject for t in services.store.troubles()] == ["INBOX"]
