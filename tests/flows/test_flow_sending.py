"""Dispatch, the Sent folder, the walk over the mailbox, and the whole turn: each row of the tables in docs/flow.md."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from embedded_office import BOX, COORDINATOR, PASSWORD, ROUND, STRANGER, Office, at, embedded_office
from imap_tools import MailBoxUnencrypted

from bot.daemon import Daemon, once
from bot.domain.mail import Endpoint, NoticeKind, Outcome, OutgoingState, Security
from bot.flows.cycle import turn
from bot.flows.dispatch import copy_to_sent, dispatch, recover
from bot.flows.fetch import fetch_new, mark_finished
from bot.mail.inbox import Inbox

BEFORE = at(3, 1, 7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def nobody() -> Endpoint:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return Endpoint("127.0.0.1", holder.getsockname()[1], Security.NONE, timeout=2)


def narrative(office: Office, agency: str = "stp") -> list[tuple[str, bytes]]:
    return [("Báo cáo.docx", office.cast(agency).narrative())]


class RunningClock:
    """Every look at it costs two seconds, as with a server that takes its time."""

    travels = False

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        self._now += timedelta(seconds=2)
        return self._now


def test_a_server_away_delays_and_nothing_is_lost(office: Office) -> None:
    office.mail("stp", narrative(office))
    away = replace(office.services, smtp=nobody())
    done = once(away)
    assert (done.finished, done.sent, done.trouble) == (1, 0, "")
    assert done.refusal
    (receipt,) = office.outbox("receipt")
    assert (receipt.state, receipt.attempts) == (OutgoingState.QUEUED, 1)
    assert receipt.next_at == BEFORE + office.services.retry_first
    assert office.once().sent == 0, "not before its time"
    assert office.once(BEFORE + office.services.retry_first).sent == 1
    assert office.outbox("receipt")[0].state is OutgoingState.SENT


def test_a_slow_refusal_does_not_keep_the_rest_waiting(office: Office) -> None:
    """The retry may be due again before the batch has ended: it waits for the next turn, or the mailbox would never be
    read again.
    """
    office.mail("stp", narrative(office))
    slow = replace(
        office.services,
        smtp=nobody(),
        clock=RunningClock(BEFORE),
        retry_first=timedelta(seconds=1),
        retry_longest=timedelta(seconds=1),
    )
    turn(slow)
    assert office.outbox("receipt")[0].attempts == 1


def test_refused_for_good_is_failed_and_told_once(office: Office) -> None:
    office.clock.move_to(at(3, 2, 8))
    stranger = "kho-ton-tai@noikhac.test"  # no mailbox there: 550
    path = office.config / "agencies.toml"
    path.write_text(path.read_text("utf-8").replace("pg@binhduong.example", stranger), "utf-8")
    office.reopen()
    office.once()
    office.once(at(3, 2, 9))
    (failed,) = [r for r in office.outbox() if r.state is not OutgoingState.SENT]
    assert (failed.state, failed.mail.to, failed.attempts) == (OutgoingState.FAILED, (stranger,), 1)
    assert "550" in failed.last_error
    (alert,) = office.outbox("alert")
    assert alert.mail.key == f"alert:outgoing_refused:{failed.mail.key}"
    assert [m["X-Thuky-Key"] for m in office.got(COORDINATOR)].count(alert.mail.key) == 1


def test_after_a_crash_an_answer_goes_again_and_a_nudge_does_not(office: Office) -> None:
    office.mail("stp", narrative(office))
    with Inbox(office.services.imap, office.services.account) as inbox:
        fetch_new(office.services, inbox, "INBOX")
    away = replace(office.services, smtp=nobody())
    once(away)
    office.clock.move_to(at(3, 2, 8))
    once(away)
    claimed = office.services.store.claim_due(at(3, 2, 9), 50)  # and here the machine went down
    assert {r.mail.kind for r in claimed} >= {NoticeKind.RECEIPT, NoticeKind.REQUEST}
    office.clock.move_to(at(3, 2, 9))
    office.reopen()
    office.once()
    states = {(r.mail.kind.value, r.state.value) for r in office.outbox("receipt", "request")}
    assert states == {("receipt", "sent"), ("request", "unknown")}
    receipts = [m for m in office.got("stp") if m["X-Thuky-Key"].startswith("receipt:")]
    assert len(receipts) == 1
    assert all(a.mail.key.startswith("alert:nudge_unknown:") for a in office.outbox("alert"))
    assert len(office.outbox("alert")) == len(office.outbox("request"))


def test_a_copy_lies_in_sent_once_even_after_a_crash_between(office: Office) -> None:
    office.mail("stp", narrative(office))
    office.once()
    sent = office.server.messages(BOX, "Sent")
    assert len(sent) == 1
    (receipt,) = office.outbox("receipt")
    assert receipt.in_sent_folder
    office.mail("stc", narrative(office, "stc"))
    with Inbox(office.services.imap, office.services.account) as inbox:
        turn(replace(office.services, smtp=nobody()))
        (other,) = [r for r in office.outbox("receipt") if r.id != receipt.id]
        office.clock.move_to(BEFORE + timedelta(hours=1))
        dispatch(office.services)
        raw = office.services.store.outgoing_mail(other.id).mail.raw
        inbox.append("Sent", raw, office.clock.now(), seen=True)  # and then the power failed
        copy_to_sent(office.services, inbox)
    assert len(office.server.messages(BOX, "Sent")) == 2
    assert all(r.in_sent_folder for r in office.outbox("receipt"))


def test_the_walk_goes_on_above_what_was_recorded_and_records_nothing_twice(office: Office) -> None:
    for number in range(3):
        office.mail(STRANGER, subject=f"Thư {number}")
    services = office.services
    with Inbox(services.imap, services.account) as inbox:
        assert fetch_new(services, inbox, "INBOX") == 3
        assert fetch_new(services, inbox, "INBOX") == 0
        office.mail(STRANGER, subject="Thư 3")
        assert fetch_new(services, inbox, "INBOX") == 1
    assert [m.ref.uid for m in services.store.mails()] == sorted(m.ref.uid for m in services.store.mails())
    assert len(services.store.mails()) == 4


def test_received_is_when_the_server_got_it_not_what_the_mail_says(office: Office) -> None:
    office.mail("stp", narrative(office), headers={"Date": "Mon, 01 Jan 2018 00:00:00 +0700"}, moment=at(3, 9, 23, 59))
    office.once(at(3, 11))
    (record,) = office.services.store.mails()
    assert record.received_at == at(3, 9, 23, 59)


def test_a_finished_mail_is_marked_but_never_as_seen(office: Office) -> None:
    office.mail("stp", narrative(office))
    office.once()
    assert office.services.store.unmarked() == ()
    with Inbox(office.services.imap, office.services.account) as inbox:
        mark_finished(office.services, inbox)
    with MailBoxUnencrypted(office.server.host, office.server.imap_port).login(BOX, PASSWORD) as box:
        (mail,) = box.fetch(mark_seen=False)
        assert "$ThukyAccepted" in mail.flags
        assert "\\Seen" not in mail.flags


def test_a_new_uidvalidity_takes_nothing_in_twice(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE) as first:
        mail = first.mail("stp", narrative(first))
        first.once()
        data = first.settings.data_dir
    other = tmp_path / "lại"
    other.mkdir()
    with embedded_office(other, BEFORE, THUKY_DATA_DIR=str(data)) as again:
        again.settings = replace(again.settings, account=first.settings.account)
        again.server.deliver(mail.as_bytes(), "stp@binhduong.example", [BOX])
        services = replace(again.services, account=first.services.account)
        once(services)
        known, repeat = services.store.mails()
        assert known.ref.uidvalidity != repeat.ref.uidvalidity
        assert (repeat.outcome, repeat.reason, repeat.duplicate_of) == (Outcome.IGNORED, "duplicate", known.id)
        assert len(services.store.submissions()) == 1
        assert len(again.outbox("receipt")) == 1


def test_nobody_is_told_that_a_report_is_missing_while_the_mailbox_cannot_be_read(office: Office) -> None:
    office.clock.move_to(at(3, 9, 8))
    blind = replace(office.services, imap=nobody())
    done = once(blind)
    assert done.trouble
    assert office.outbox() == []
    assert office.once().queued > 0


def test_what_was_kept_is_finished_although_the_mailbox_is_away(office: Office) -> None:
    office.mail("stp", narrative(office))
    with Inbox(office.services.imap, office.services.account) as inbox:
        fetch_new(office.services, inbox, "INBOX")
    done = once(replace(office.services, imap=nobody()))
    assert (done.finished, done.sent) == (1, 1)
    assert done.trouble


def test_recover_finds_nothing_after_an_orderly_end(office: Office) -> None:
    office.mail("stp", narrative(office))
    office.once()
    recover(office.services)
    assert {r.state for r in office.outbox()} == {OutgoingState.SENT}


def test_the_coordinator_hears_when_the_mailbox_is_long_away(office: Office) -> None:
    daemon = Daemon(replace(office.services, imap=nobody()), 60)
    daemon._turn()
    office.clock.move_to(BEFORE + timedelta(minutes=59))
    daemon._turn()
    assert office.outbox("alert") == []
    office.clock.move_to(BEFORE + timedelta(minutes=61))
    daemon._turn()
    daemon._turn()
    (alert,) = office.outbox("alert")
    assert alert.mail.key.startswith("alert:mailbox_unreachable:")
    assert ROUND not in alert.mail.key


def test_each_agency_gets_the_request_once_when_the_round_opens(office: Office) -> None:
    office.once(at(3, 2, 7, 59))
    assert office.outbox("request") == []
    office.once(at(3, 2, 8))
    office.once(at(3, 2, 8, 30))
    for agency in office.settings.registry:
        assert [m["X-Thuky-Key"] for m in office.got(agency.code)] == [f"request:{ROUND}:{agency.code}"]
