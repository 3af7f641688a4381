"""Dispatch, the Sent folder, the walk over the mailbox, and the whole turn: each row of the tables in docs/flow.md."""

import io
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from embedded_office import BOX, COORDINATOR, PASSWORD, ROUND, STRANGER, Office, at, embedded_office
from imap_tools import MailBoxUnencrypted

from bot.daemon import Daemon, once
from bot.decide.retrying import EXPIRED, RECONNECT_FIRST
from bot.domain.decision import Action, Order
from bot.domain.mail import (
    Endpoint,
    NoticeKind,
    Outcome,
    OutgoingMail,
    OutgoingState,
    Security,
    SendOutcome,
    SendResult,
)
from bot.flows.cycle import turn
from bot.flows.dispatch import copy_to_sent, dispatch, recover
from bot.flows.fetch import fetch_new, mark_finished
from bot.flows.order_links import link_for
from bot.mail.inbox import Inbox
from bot.watchdog import Systemd, Watchdog

BEFORE = at(3, 1, 7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def nobody() -> Endpoint:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return Endpoint("127.0.0.1", holder.getsockname()[1], Security.NONE, timeout=2)


RELAY = "554 5.7.1 Relay access denied"


def answers(monkeypatch: pytest.MonkeyPatch, result: SendResult) -> list[str]:
    """From now on the outgoing server says this to every mail; returns the keys of those that it was shown."""
    tried: list[str] = []

    def send(
        endpoint: Endpoint,
        mails: Sequence[OutgoingMail],
        on_result: Callable[[str, SendResult], None],
        *,
        stop: Callable[[], bool],
        **_how: object,
    ) -> None:
        for mail in mails:
            if stop():
                on_result(mail.key, SendResult(SendOutcome.TRANSIENT, "not tried: the program is stopping"))
            else:
                tried.append(mail.key)
                on_result(mail.key, result)

    monkeypatch.setattr("bot.flows.dispatch.send_batch", send)
    return tried


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
    assert BEFORE < receipt.next_at <= BEFORE + RECONNECT_FIRST, "the server's fault, not the mail's: tried again soon"
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


def test_an_address_that_the_server_does_not_know_counts_as_bounced(office: Office) -> None:
    """It is told once, and the agency's next contact gets the same: the leader, there is nobody else."""
    office.clock.move_to(at(3, 2, 8))
    stranger = "kho-ton-tai@noikhac.test"  # no mailbox there: 550
    path = office.config / "agencies.toml"
    path.write_text(path.read_text("utf-8").replace("pg@binhduong.example", stranger), "utf-8")
    office.reopen()
    office.once()
    (failed,) = [r for r in office.outbox() if r.state is not OutgoingState.SENT]
    assert (failed.state, failed.mail.to, failed.attempts) == (OutgoingState.FAILED, (stranger,), 1)
    assert "550" in failed.last_error
    (bounce,) = office.services.store.bounces()
    assert (bounce.address, bounce.permanent, bounce.key, bounce.mail_id) == (stranger, True, failed.mail.key, None)
    (alert,) = office.outbox("alert")
    assert alert.mail.key == f"alert:bounced:{stranger}"
    assert [m["X-Thuky-Key"] for m in office.got(COORDINATOR)].count(alert.mail.key) == 1
    assert "pg.ld@binhduong.example" in office.got(COORDINATOR)[-1].as_string()
    office.once(at(3, 2, 9))
    again = next(r for r in office.outbox("request") if r.mail.key == f"request:{ROUND}:pg:2")
    assert (again.mail.to, again.state) == (("pg.ld@binhduong.example",), OutgoingState.SENT)
    assert len(office.outbox("alert")) == 1


def test_a_server_that_will_not_relay_kills_no_address(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.mail("stp", narrative(office))
    answers(monkeypatch, SendResult(SendOutcome.PERMANENT, RELAY, {"stp@binhduong.example": RELAY}))
    office.once()
    (receipt,) = office.outbox("receipt")
    assert receipt.state is OutgoingState.FAILED
    assert office.services.store.bounces() == ()
    assert f"alert:outgoing_refused:{receipt.mail.key}" in {a.mail.key for a in office.outbox("alert")}


def test_too_much_for_the_provider_rests_everything_for_an_hour(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5.4.5 is of class 5, and yet nothing is given up: neither the receipt nor the requests."""
    office.mail("stp", narrative(office))
    limit = "550 5.4.5 Daily user sending limit exceeded"
    tried = answers(monkeypatch, SendResult(SendOutcome.PERMANENT, limit))
    office.once(at(3, 2, 8))
    (receipt,) = office.outbox("receipt")
    assert tried[0] == receipt.mail.key
    requests = office.outbox("request")
    assert not {r.mail.key for r in requests} & set(tried)
    hour = at(3, 2, 9)
    assert {(r.state, r.next_at) for r in (receipt, *requests)} == {(OutgoingState.QUEUED, hour)}
    assert receipt.attempts == 1
    assert {r.attempts for r in requests} == {0}, "what was not tried is no failed attempt"
    assert limit in receipt.last_error
    before = len(tried)
    office.once(at(3, 2, 8, 30))
    assert {k for k in tried[before:] if not k.startswith(("alert:", "digest:"))} == set()
    monkeypatch.undo()
    office.once(hour)
    assert {r.state for r in office.outbox("receipt", "request")} == {OutgoingState.SENT}


def test_a_reminder_that_missed_its_day_is_given_up_and_spoken_anew(office: Office) -> None:
    office.once(at(3, 2, 8))
    office.clock.move_to(at(3, 7, 8))
    once(replace(office.services, smtp=nobody()))
    stale = {r.mail.key: r for r in office.outbox("reminder") if r.state is OutgoingState.QUEUED}
    assert stale
    office.once(at(3, 8, 8))
    after = {r.mail.key: r for r in office.outbox("reminder")}
    assert {(after[k].state, after[k].last_error) for k in stale} == {(OutgoingState.FAILED, EXPIRED)}
    fresh = {k for k in after if k not in stale}
    assert {after[k].state for k in fresh} == {OutgoingState.SENT}
    assert len(fresh) == len(stale)
    assert not any(m["X-Thuky-Key"] in stale for m in office.got("stp"))


def test_caps_hold_reminders_back_and_let_answers_through(tmp_path: Path) -> None:
    caps = {"THUKY_SENDING__PER_DAY": "10", "THUKY_SENDING__RESERVED": "4"}
    with embedded_office(tmp_path, BEFORE, **caps) as office:
        office.once(at(3, 2, 8))
        asked = len(office.outbox("request"))
        assert 0 < asked <= 6
        assert sum(len(r.mail.recipients) for r in office.outbox("request")) <= 6
        office.mail("stp", narrative(office), moment=at(3, 2, 9))
        office.once()
        assert office.outbox("receipt")[0].state is OutgoingState.SENT
        assert len(office.outbox("request")) == asked, "no more of them are written before there is room"
        office.once(at(3, 3, 9))
        assert len(office.outbox("request")) > asked
        today = [r for r in office.outbox() if r.sent_at and r.sent_at > at(3, 2, 9)]
        assert sum(len(r.mail.recipients) for r in today if not r.mail.kind.may_repeat) <= 6
        assert {r.state for r in office.outbox("digest", "receipt")} == {OutgoingState.SENT}


@pytest.mark.parametrize(("per_day", "reserved"), [("24", "6"), ("10", "0"), ("25", "6")])
def test_what_has_no_room_is_not_written_whatever_the_same_tick_says_to_the_office(
    tmp_path: Path, per_day: str, reserved: str
) -> None:
    """Requests, reminders and the draft letter fall due at the hour of the page, which passes them in the queue."""
    caps = {"THUKY_SENDING__PER_DAY": per_day, "THUKY_SENDING__RESERVED": reserved}
    with embedded_office(tmp_path, BEFORE, **caps) as office:
        written = 0
        for day in (2, 3, 6, 8, 9, 10, 13):
            office.once(at(3, day, 8))
            queued = [r.mail.key for r in office.outbox() if r.state is OutgoingState.QUEUED]
            assert queued == [], day
            written = max(written, len(office.outbox("request", "reminder", "overdue")))
        assert written
        assert {r.state for r in office.outbox("digest", "escalation")} == {OutgoingState.SENT}


def test_a_confirmation_to_the_coordinator_goes_when_the_day_is_full(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_SENDING__PER_DAY="3") as office:
        office.once(at(3, 2, 8))
        sent = link_for(office.services, Order(Action.EXCUSE, "2023-q1", "pg"), office.clock.now())
        office.took(COORDINATOR, subject=sent.subject)
        states = {r.mail.key.partition(":")[0]: r.state for r in office.outbox("decision")}
        assert states == {"order": OutgoingState.SENT, "decision": OutgoingState.QUEUED}


def test_so_many_a_minute_and_no_attempt_for_the_others(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_SENDING__PER_MINUTE="4") as office:
        office.once(at(3, 2, 8))
        assert [r.state for r in office.outbox()].count(OutgoingState.SENT) == 4
        held = [r for r in office.outbox("request") if r.state is OutgoingState.QUEUED]
        assert {(r.attempts, r.next_at) for r in held} == {(0, at(3, 2, 8, 1))}
        office.once(at(3, 2, 8, 1))
        assert [r.state for r in office.outbox()].count(OutgoingState.SENT) == 8


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
    unknown = [a for a in office.outbox("alert") if a.mail.key.startswith("alert:nudge_unknown:")]
    assert len(unknown) == len(office.outbox("request"))
    assert len(office.outbox("alert")) == len(unknown) + 2, "and that the server was away for long, and is back"


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
        (before,) = first.services.store.mails()
        data = first.settings.data_dir
    other = tmp_path / "lại"
    other.mkdir()
    with embedded_office(other, BEFORE, THUKY_DATA_DIR=str(data)) as again:
        again.settings = replace(again.settings, account=first.settings.account)
        again.server.deliver(mail.as_bytes(), "stp@binhduong.example", [BOX])
        services = replace(again.services, account=first.services.account)
        once(services)
        (after,) = services.store.mails()
        assert (after.id, after.outcome) == (before.id, Outcome.ACCEPTED)
        assert after.ref.uidvalidity != before.ref.uidvalidity, "one mail, one record, which names its new place"
        assert len(services.store.submissions()) == 1
        assert len(again.outbox("receipt")) == 1


def test_nobody_is_told_that_a_report_is_missing_while_the_mailbox_cannot_be_read(office: Office) -> None:
    office.clock.move_to(at(3, 9, 8))
    blind = replace(office.services, imap=nobody())
    done = once(blind)
    assert done.trouble
    assert {r.mail.kind for r in office.outbox()} == {NoticeKind.DIGEST}, "the coordinator hears, and nobody else"
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
    daemon = Daemon(replace(office.services, imap=nobody()), 60, Watchdog(Systemd({}), 900, io.StringIO()))
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
