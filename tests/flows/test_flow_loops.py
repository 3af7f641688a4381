"""Two programs that answer each other: each conversation ends by itself, and the coordinator learns of it. And a mail
that breaks us: parked, shown, and taken in after the reader was mended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from history_office import BOX, HOW, QUARTER, History, House, at

from bot.domain.agency import Contact, Registry
from bot.domain.mail import Outcome, OutgoingMail, SendOutcome, SendResult
from bot.flows import decisions, dispatch, taking
from bot.flows.daily import digest
from bot.flows.intake import process_pending
from bot.flows.tick import tick
from bot.flows.vigilance import Walk, reading_state, watch_house
from bot.settings import Settings
from bot.store.vault import Vault
from bot.wiring import open_services

STP = "stp@binhduong.example"
STC = "stc@binhduong.example"
"""Of one round only: a mail of it without a word of its round is not held for that."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("loops"))
    yield made
    made.close()


@pytest.fixture
def office(house: House) -> Iterator[History]:
    with house.history() as history:
        history.services = replace(history.services, vault=Vault(history.folder, durable=False))
        history.clock.move_to(at(6, 9))
        yield history


class Wire:
    """Takes what is sent and hands it to whoever reads that address."""

    def __init__(self) -> None:
        self.sent: list[OutgoingMail] = []

    def __call__(self, _: object, mails: Sequence[OutgoingMail], settle: object, **_how: object) -> None:
        for mail in mails:
            self.sent.append(mail)
            settle(mail.key, SendResult(SendOutcome.SENT, "250 2.0.0 Ok"))  # type: ignore[operator]  # a callback

    def take(self, address: str) -> list[bytes]:
        mine = [m.raw for m in self.sent if address in m.recipients]
        self.sent.clear()
        return mine


def one_turn(office: History, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    services = office.services
    monkeypatch.setattr(dispatch, "send_batch", wire)
    office._fetch()
    process_pending(services)
    watch_house(services, Walk())
    tick(services, reading_state(services, office.now))
    dispatch.dispatch(services)


def stripped(raw: bytes) -> bytes:
    """As it comes behind a gateway that takes away whatever it does not know."""
    return re.sub(rb"(?im)^(auto-submitted|x-[a-z-]+|precedence|list-[a-z]+):.*\r\n(?:[ \t].*\r\n)*", b"", raw)


def answers_to(office: History, address: str) -> int:
    return sum(r.mail.kind.is_answer and address in r.mail.to for r in office.services.store.outbox())


def alerts(office: History, code: str) -> list[str]:
    return [r.mail.key for r in office.services.store.outbox() if r.mail.key.startswith(f"alert:{code}:")]


@pytest.mark.parametrize("in_thread", [True, False])
def test_a_foreign_bot_that_answers_everything_is_silenced_and_told(
    office: History, monkeypatch: pytest.MonkeyPatch, in_thread: bool
) -> None:
    small = replace(office.services.office, max_answers_per_day=6)
    office.services = replace(office.services, office=small)
    wire, passed = Wire(), 0
    office.mail(STC, "Chào", "Cảm ơn quý cơ quan, chúng tôi xin trao đổi.\n")
    for number in range(60):
        one_turn(office, wire, monkeypatch)
        got = wire.take(STC)
        if not got:
            break
        passed += len(got)
        for raw in got:
            theirs = message_from_bytes(raw)
            answered = str(theirs["Message-ID"]) if in_thread else ""
            office.mail(STC, f"Trao đổi {number}", f"Chúng tôi đã đọc, lần {number}.\n", answers=answered)
    most = office.services.office.max_answers_per_day
    assert passed <= most + 2, "six answers, a reminder or two"
    assert answers_to(office, STC) <= most
    if in_thread:
        assert passed <= 4, "what answers a notice of ours without a file is a person's to read"
        assert any(m.outcome is Outcome.HELD for m in office.services.store.mails())
    else:
        assert len(alerts(office, "answers_capped")) == 1
        assert len(office.services.store.mails()) <= most + 4


def test_an_address_of_several_agencies_has_no_more_answers_for_that(office: History) -> None:
    registry = office.services.registry
    shared = [
        replace(a, contacts=(*a.contacts, Contact("chung@binhduong.example"))) if a.code in ("stp", "stc") else a
        for a in registry
    ]
    small = replace(office.services.office, max_answers_per_day=3)
    office.services = replace(office.services, registry=Registry(tuple(shared)), office=small)
    for number in range(8):
        code = ("stp", "stc")[number % 2]
        office.mail("chung@binhduong.example", f"[BC 2023Q1 {code.upper()}] Thư {number}", f"Lời nhắn {number}.\n")
    office.turn()
    assert answers_to(office, "chung@binhduong.example") <= 3


def other_settings(settings: Settings) -> Settings:
    """The office on the other side: its mailbox is the first one's agency, and the first one's mailbox its agency."""
    agencies = tuple(
        replace(a, contacts=(Contact(BOX),)) if a.code == "stp" else replace(a, contacts=()) for a in settings.registry
    )
    office = replace(settings.office, address=STP, own_addresses=frozenset({STP}), bounce_address="")
    return replace(settings, registry=Registry(agencies), office=office)


@pytest.mark.parametrize("intact", [True, False], ids=["as sent", "headers stripped"])
def test_two_offices_that_are_each_other_s_agency_fall_silent(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, intact: bool
) -> None:
    change = (lambda raw: raw) if intact else stripped
    with house.history() as here, house.history() as there:
        mine = other_settings(house.settings)
        with open_services(
            replace(mine, data_dir=tmp_path / "there"), there.clock, journal_level="critical", will_write=True
        ) as services:
            there.services = replace(services, sandbox=here.services.sandbox)
            for side in (here, there):
                side.clock.move_to(at(6, 9))
            passed, wires = 0, (Wire(), Wire())
            quiet = 0
            for _ in range(30):
                one_turn(here, wires[0], monkeypatch)
                one_turn(there, wires[1], monkeypatch)
                to_there, to_here = wires[0].take(STP), wires[1].take(BOX)
                passed += len(to_there) + len(to_here)
                there.mailbox += [(there.now, change(raw)) for raw in to_there]
                here.mailbox += [(here.now, change(raw)) for raw in to_here]
                quiet = 0 if to_there or to_here else quiet + 1
                if quiet == 2:
                    break
            assert quiet == 2, "they still talk"
            assert passed <= (2 if intact else 6), passed
            for side in (here, there):
                assert side.services.store.mails() or side.services.store.outbox(), "nobody said anything"


def test_a_parked_mail_is_shown_and_goes_on_after_the_reader_is_mended(
    office: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = taking.parse

    def broken(raw: bytes) -> object:
        if b"Thuy" in raw:
            raise ZeroDivisionError("a fault of ours")
        return whole(raw)

    monkeypatch.setattr(taking, "parse", broken)
    files = office.house.files("stp", QUARTER, "good")
    office.mail(STP, "Bao cao cua Thuy", files=files)
    office.mail("stc@binhduong.example", "Bao cao", files=office.house.files("stc", QUARTER, "good"))
    office.turn()
    first, second = office.services.store.mails()
    assert (first.outcome, first.attempts) == (Outcome.RECEIVED, 1)
    assert second.outcome is Outcome.ACCEPTED, "others never wait for it"
    for _ in range(3):
        office.turn()
    parked = office.services.store.mail(first.id)
    assert (parked.outcome, parked.attempts, parked.sender) == (Outcome.PARKED, 3, STP)
    assert "ZeroDivisionError: a fault of ours" in parked.last_error
    assert "broken" in parked.last_error, "the whole traceback is kept"
    assert len(alerts(office, "mail_parked")) == 1
    page = office.services.composer.digest_text(digest(office.services, office.now))
    assert f"thuky release {first.id}" in page
    monkeypatch.setattr(taking, "parse", whole)
    office.decide(decisions.release(office.services, first.id, None, None, **HOW))
    assert office.services.store.mail(first.id).attempts == 0
    office.turn()
    assert office.services.store.mail(first.id).outcome is Outcome.ACCEPTED
    assert [k.endswith(":over") for k in alerts(office, "mail_parked")] == [False, True]
