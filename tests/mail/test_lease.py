"""The lease on a mailbox: who has it, who may take it over, what is removed and what never is.

Against the demo's embedded server, whose clock the test moves, and, for what only a real server shows, Dovecot.
"""

from __future__ import annotations

import imaplib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_servers import MailServers

from bot.demo.server import EmbeddedMailServer
from bot.domain.mail import Endpoint, Security
from bot.mail import lease as leasing
from bot.mail.connection import MailServerError
from bot.mail.holder import Claim, Holder, read_claim
from bot.mail.inbox import Inbox
from bot.mail.lease import EXPIRE_SECONDS, HEADER, RENEW_SECONDS, MailboxHeldError, MailboxLease, leases_in

ACCOUNT, PASSWORD, FOLDER = "canbo@hopthu.test", "bimat", "thuky"
START = datetime(2023, 3, 8, 14, 5, 30, tzinfo=UTC)


@dataclass
class Time:
    """The server's clock, and beside it the machine's own seconds, which the test moves apart or together."""

    server: datetime = START
    own: float = 1_000.0

    def pass_(self, seconds: float) -> None:
        self.server += timedelta(seconds=seconds)
        self.own += seconds


class Box:
    """One mailbox and who comes to it."""

    def __init__(self, endpoint: Endpoint, time: Time) -> None:
        self.endpoint, self.time = endpoint, time

    def lease(self, data: str, **other: Any) -> MailboxLease:
        holder = replace(Holder.this_process(data), **other)
        return MailboxLease(FOLDER, holder, ACCOUNT, lambda h: (f"thuky đang dùng ({h.host})", "Thư này …\n"))

    def hold(self, lease: MailboxLease) -> bool:
        with Inbox(self.endpoint, "bc") as inbox:
            return lease.hold(inbox)

    def release(self, lease: MailboxLease) -> None:
        with Inbox(self.endpoint, "bc") as inbox:
            lease.release(inbox)

    def holders(self) -> list[str]:
        with Inbox(self.endpoint, "bc") as inbox:
            return [lease.claim.holder.data for lease in leases_in(inbox, FOLDER)]

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self.endpoint.host, self.endpoint.port)
        client.login(ACCOUNT, PASSWORD)
        return client


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    time = Time()
    monkeypatch.setattr(leasing, "_now", lambda: time.own)
    with EmbeddedMailServer({ACCOUNT: PASSWORD}, clock=lambda: time.server) as server:
        yield Box(Endpoint(server.host, server.imap_port, Security.NONE, ACCOUNT, PASSWORD), time)


ELSEWHERE = {"machine": "another machine", "host": "may-kia"}


def test_the_second_is_told_who_and_since_when(box: Box) -> None:
    first, second = box.lease("aa", **ELSEWHERE), box.lease("bb")
    assert box.hold(first)
    box.time.pass_(60)
    with pytest.raises(MailboxHeldError) as told:
        box.hold(second)
    assert (told.value.holder.host, told.value.holder.pid, told.value.holder.data) == ("may-kia", os.getpid(), "aa")
    assert (told.value.since, told.value.was_ours) == (START, False)
    assert box.holders() == ["aa"], "the loser takes its own away"
    box.release(first)
    assert box.holders() == []
    assert box.hold(second)


def test_a_renewed_lease_keeps_its_rank_and_its_since(box: Box) -> None:
    first, second = box.lease("aa", **ELSEWHERE), box.lease("bb")
    box.hold(first)
    for _ in range(8):
        box.time.pass_(RENEW_SECONDS)
        assert box.hold(first) is False, "renewed, not taken"
        assert box.holders() == ["aa"], "one mail a holder"
    with pytest.raises(MailboxHeldError) as told:
        box.hold(second)
    assert told.value.since == START


def test_nothing_is_asked_before_it_is_due(box: Box) -> None:
    lease = box.lease("aa")
    box.hold(lease)
    box.time.pass_(RENEW_SECONDS - 1)
    assert not lease.is_due
    with Inbox(box.endpoint, "bc") as inbox:
        inbox.close()  # any question would raise now
        lease.hold(inbox)
        box.time.pass_(1)
        with pytest.raises(MailServerError):
            lease.hold(inbox)


@pytest.mark.parametrize(("silent", "free"), [(EXPIRE_SECONDS, False), (EXPIRE_SECONDS + 1, True)])
def test_one_that_is_not_renewed_expires_by_the_servers_clock(box: Box, silent: float, free: bool) -> None:
    first, second = box.lease("aa", **ELSEWHERE), box.lease("bb")
    box.hold(first)
    box.time.server += timedelta(seconds=silent)  # our own clock stands still: it is not asked
    if free:
        assert box.hold(second)
        assert box.holders() == ["bb"], "the old one is taken away"
    else:
        with pytest.raises(MailboxHeldError):
            box.hold(second)


@pytest.mark.parametrize("silent", [RENEW_SECONDS, EXPIRE_SECONDS + 100])
def test_who_lost_it_during_an_outage_notices_at_the_next_renewal(box: Box, silent: float) -> None:
    """Whether its own clock ran (an outage) or stood (a machine that was asleep): the other has it, and keeps it."""
    first, second = box.lease("aa", **ELSEWHERE), box.lease("bb")
    box.hold(first)
    box.time.server += timedelta(seconds=EXPIRE_SECONDS + 1)
    box.hold(second)
    box.time.own += silent
    with pytest.raises(MailboxHeldError) as told:
        box.hold(first)
    assert told.value.was_ours
    assert told.value.holder.data == "bb"
    assert box.holders() == ["bb"]
    box.hold(second)
    assert not first.is_held


def test_a_lease_that_somebody_deleted_is_taken_anew(box: Box) -> None:
    lease = box.lease("aa")
    box.hold(lease)
    client = box.client()
    client.select(FOLDER)
    client.store("1:*", "+FLAGS", "\\Deleted")  # marked only: that counts as gone
    client.logout()
    assert box.holders() == []
    box.time.pass_(RENEW_SECONDS)
    assert box.hold(lease) is True
    assert box.holders() == ["aa"]
    client = box.client()
    client.delete(FOLDER)
    client.logout()
    box.time.pass_(RENEW_SECONDS)
    assert box.hold(lease) is True, "the folder is made anew"


def test_deleted_and_taken_by_another_the_first_one_stops(box: Box) -> None:
    first, second = box.lease("aa", **ELSEWHERE), box.lease("bb")
    box.hold(first)
    client = box.client()
    client.delete(FOLDER)
    client.logout()
    box.hold(second)
    box.time.pass_(RENEW_SECONDS)
    with pytest.raises(MailboxHeldError):
        box.hold(first)
    box.hold(second)
    assert box.holders() == ["bb"]


def test_our_own_data_folder_is_ours_whoever_left_the_lease(box: Box) -> None:
    """The lock of the data folder says that nobody else uses it: a crash on a host that is no more."""
    crashed, again = box.lease("aa", **ELSEWHERE, pid=7), box.lease("aa")
    box.hold(crashed)
    assert box.hold(again)
    box.time.pass_(RENEW_SECONDS)
    with pytest.raises(MailboxHeldError) as told:  # not crashed at all: a copy of the data folder on another host
        box.hold(crashed)
    assert told.value.was_ours
    assert box.holders() == ["aa"]


def gone() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


@pytest.mark.parametrize(
    ("left", "is_free"),
    [
        (lambda: {"pid": gone()}, True),  # kill -9
        (lambda: {"started": "1"}, True),  # its process id has been given to another since
        (dict, False),  # this very process, which is alive
        (lambda: {"pid": 1, "started": ""}, False),
        (lambda: {"pid": gone(), "machine": "another boot"}, False),
        (lambda: {"pid": gone(), "machine": ""}, False),
    ],
    ids=["ended", "pid-reused", "alive", "not-ours", "other-machine", "unknown-machine"],
)
def test_what_a_process_of_this_machine_left_behind_is_taken_at_once(box: Box, left: Any, is_free: bool) -> None:
    box.hold(box.lease("emptied since", **left()))
    mine = box.lease("bb")
    if is_free:
        assert box.hold(mine)
        assert box.holders() == ["bb"]
    else:
        with pytest.raises(MailboxHeldError):
            box.hold(mine)


def test_of_many_at_once_exactly_one_has_it(box: Box) -> None:
    """Each has appended before any lists: whatever the order of their looks, the first UID wins."""
    leases = [box.lease(f"data{i}", **ELSEWHERE) for i in range(4)]
    late: list[MailboxHeldError] = []
    with Inbox(box.endpoint, "bc") as inbox:
        for lease in leases:
            claim = Claim(lease._holder, f"n{lease._holder.data}")
            leasing.OwnFolder(inbox, FOLDER, HEADER).put(lease._mail(claim))
        for lease in reversed(leases[1:]):
            with pytest.raises(MailboxHeldError) as told:
                lease.hold(inbox)
            late.append(told.value)
        assert leases[0].hold(inbox)
    assert {error.holder.data for error in late} == {"data0"}
    assert box.holders() == ["data0"]


def test_what_is_not_ours_stays_whatever_it_says(box: Box) -> None:
    client = box.client()
    client.create(FOLDER)
    for raw in (b"Subject: giu lai\r\n\r\nx", b"X-Thuky-Lease: {}\r\n\r\nx", b"X-Thuky-Lease: [[[\r\n\r\n"):
        client.append(FOLDER, "", None, raw)  # type: ignore[arg-type]  # the stub knows no missing date
    client.select(FOLDER)
    client.store("1", "+FLAGS", "\\Deleted")  # by another client, which may take that back
    lease = box.lease("aa")
    box.hold(lease)
    box.time.pass_(RENEW_SECONDS)
    box.hold(lease)
    box.release(lease)
    client.noop()
    assert client.select(FOLDER)[1] == [b"3"]
    client.logout()


def test_without_the_folder_we_work_and_say_so(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imaplib.IMAP4, "append", lambda *_: ("NO", [b"[CANNOT] no such namespace"]))
    monkeypatch.setattr(imaplib.IMAP4, "create", lambda *_: ("NO", [b"[NOPERM] not here"]))
    lease = box.lease("aa")
    assert box.hold(lease) is False
    assert "NOPERM" in lease.refusal
    assert not lease.is_due
    assert not lease.is_held


def test_round_trips_are_few(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three at the taking, five for a renewal every 110 seconds, four at the end."""
    sent: list[str] = []
    command = imaplib.IMAP4._command  # type: ignore[attr-defined]

    def counted(client: imaplib.IMAP4, name: str, *words: Any) -> Any:
        sent.append(name)
        return command(client, name, *words)

    lease = box.lease("aa")
    with Inbox(box.endpoint, "bc") as inbox:
        inbox.bare().__enter__().create(FOLDER)
        monkeypatch.setattr(imaplib.IMAP4, "_command", counted)
        counts = []
        for step in (lambda: lease.hold(inbox), lambda: lease.hold(inbox), lambda: lease.release(inbox)):
            sent.clear()
            step()
            counts.append(len(sent))
            box.time.pass_(RENEW_SECONDS)
    assert counts[0] == 3
    assert counts[1] * 60 / RENEW_SECONDS <= 3
    assert counts[2] <= 4


TEXT = st.text(max_size=30)


@given(TEXT, TEXT, TEXT, st.integers(1, 2**31 - 1), TEXT, st.none() | st.datetimes(timezones=st.just(UTC)))
def test_a_claim_reads_back(data: str, host: str, machine: str, pid: int, nonce: str, since: datetime | None) -> None:
    claim = Claim(Holder(data, host, machine, pid, "77"), nonce, since, 5)
    written = claim.written()
    assert written.isascii()
    assert "\n" not in written
    assert read_claim(written) == claim


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x)).map(repr))
def test_any_other_text_is_no_claim(text: str) -> None:
    assert read_claim(text) is None


@pytest.mark.parametrize(
    "changed", [{"pid": 0}, {"pid": -9}, {"pid": 2**31}, {"taken": -1}, {"since": "2023-01-01T00:00"}, {"pid": 1e400}]
)
def test_a_claim_that_would_do_harm_is_none(changed: dict[str, Any]) -> None:
    import json

    good = json.loads(Claim(Holder("d", "h", "m", 5, "1"), "n").written())
    assert read_claim(json.dumps(good)) is not None
    assert read_claim(json.dumps(good | changed)) is None


def test_on_a_real_server_it_is_taken_renewed_and_given_back(
    imap_server: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    monkeypatch.setattr(leasing, "_now", lambda: time.own)
    servers = imap_server
    endpoint = Endpoint(
        servers.host, servers.ports.imaps, Security.TLS, ACCOUNT, servers.accounts[ACCOUNT], str(servers.ca_file)
    )
    box = Box(endpoint, time)
    with Inbox(endpoint, "bc") as inbox, inbox.bare() as client:
        client.delete(FOLDER)
    first, second = box.lease("aa", **ELSEWHERE), box.lease("bb")
    assert box.hold(first)
    time.own += RENEW_SECONDS
    assert box.hold(first) is False
    (stored,) = servers.stored(ACCOUNT, FOLDER)
    assert stored.message["Subject"] == "thuky đang dùng (may-kia)"
    assert "Thư này" in stored.message.get_content()
    with pytest.raises(MailboxHeldError):
        box.hold(second)
    assert box.holders() == ["aa"]
    box.release(first)
    assert servers.stored(ACCOUNT, FOLDER) == []


def test_a_renewed_lease_stands_where_its_first_one_stood(box: Box) -> None:
    """So a newcomer whose lease came between the holder's look and its renewal is second all the same."""
    lease = box.lease("aa")
    box.hold(lease)
    with Inbox(box.endpoint, "bc") as inbox:
        (first,) = leases_in(inbox, FOLDER)
        box.time.pass_(RENEW_SECONDS)
        lease.hold(inbox)
        (renewed,) = leases_in(inbox, FOLDER)
    assert renewed.entry.uid > first.entry.uid
    assert renewed.order == first.order == first.entry.uid


def test_one_that_was_away_too_long_takes_its_place_anew(box: Box) -> None:
    """Somebody may be about to take it: rank is for those who renewed in time."""
    lease = box.lease("aa")
    box.hold(lease)
    box.time.pass_(EXPIRE_SECONDS)
    assert box.hold(lease) is True
    assert box.holders() == ["aa"]


def test_nothing_but_notes_of_ours_is_removed(box: Box) -> None:
    with Inbox(box.endpoint, "bc") as inbox:
        folder = leasing.OwnFolder(inbox, FOLDER, HEADER)
        folder.put(b"Subject: giu lai\r\n\r\nx")
        entries = folder.entries()
        folder.remove([entry.uid for entry in entries], entries)
        assert [entry.is_gone for entry in folder.entries()] == [False]
