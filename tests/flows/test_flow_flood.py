"""An address that sends beyond all measure: put aside unread, told once, let go on or put away at once."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from history_office import COORDINATOR, HOW, QUARTER, STRANGER, History, House, at

from bot.domain.mail import Outcome, Reason
from bot.flows import decisions
from bot.flows.daily import digest
from bot.flows.decisions import DecisionError
from bot.flows.flooding import resolve_flood
from bot.flows.vigilance import reading_state
from bot.store.vault import Vault

HEAVY = b"PK\x03\x04" + b"x" * 20_000
FLOOD = 500 if os.environ.get("THUKY_WHOLE_FLOOD") else 24
"""Most of the time goes into recording them; `THUKY_WHOLE_FLOOD=1` takes the whole 500."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("flood"))
    yield made
    made.close()


@pytest.fixture
def office(house: House) -> Iterator[History]:
    with house.history() as history:
        history.services = replace(history.services, vault=Vault(history.folder, durable=False))
        history.clock.move_to(at(3, 9))
        history.turn()
        yield history


def limit(office: History, most: int) -> None:
    office.services = replace(office.services, office=replace(office.services.office, max_mails_per_hour=most))


def outcomes(office: History, sender: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for mail in office.services.store.mails():
        if mail.sender == sender:
            key = (mail.outcome.value, mail.reason)
            found[key] = found.get(key, 0) + 1
    return found


def flood(office: History, count: int, sender: str = STRANGER) -> None:
    for number in range(count):
        office.mail(sender, f"Kính chào {number}", f"Thư số {number}.\n", [(f"{number}.docx", HEAVY + b"%d" % number)])


def alerts(office: History) -> list[str]:
    return [r.mail.key for r in office.services.store.outbox() if r.mail.key.startswith("alert:flood")]


def test_a_flood_from_one_address_keeps_nobody_waiting(office: History) -> None:
    limit(office, 5)
    flood(office, FLOOD // 2)
    for agency in ("stp", "stc", "ptth"):
        office.mail(
            f"{agency}@binhduong.example", "Báo cáo quý I/2023", files=office.house.files(agency, QUARTER, "good")
        )
    flood(office, FLOOD // 2)
    began = time.process_time()
    office.turn()
    spent = time.process_time() - began
    mails = {m.sender: m for m in office.services.store.mails() if m.sender != STRANGER}
    assert {m.outcome for m in mails.values()} == {Outcome.ACCEPTED}
    assert outcomes(office, STRANGER) == {("held", "flood"): FLOOD - 5, ("held", "unknown_sender"): 5}
    finished = [m.finished_at for m in mails.values()]
    strange = [m.finished_at for m in office.services.store.mails() if m.reason == Reason.UNKNOWN_SENDER]
    assert max(f for f in finished if f) <= min(f for f in strange if f), "the others come first"
    assert spent < 8, f"{spent:.1f} s"
    assert len(alerts(office)) == 1
    (item,) = [i for i in digest(office.services, office.now).items if i.what == "flood"]
    assert item.params["count"] == FLOOD - 5
    page = office.services.composer.digest_text(digest(office.services, office.now))
    assert f"thuky release --from {STRANGER}" in page


def test_it_is_told_once_and_once_when_it_is_over(office: History) -> None:
    limit(office, 2)
    flood(office, 4)
    office.turn()
    flood(office, 3)
    office.turn()
    assert len(alerts(office)) == 1
    told = office.decide(resolve_flood(office.services, STRANGER, done=True, **HOW))
    assert told and told.address == STRANGER
    office.turn()
    assert [k.endswith(":over") for k in alerts(office)] == [False, True]
    assert outcomes(office, STRANGER) == {("ignored", "handled"): 5, ("held", "unknown_sender"): 2}


def test_let_go_on_by_address_they_are_taken_in_and_not_put_aside_again(office: History) -> None:
    limit(office, 2)
    flood(office, 6, "stp@binhduong.example")
    office.turn()
    assert outcomes(office, "stp@binhduong.example")["held", "flood"] == 4
    office.decide(resolve_flood(office.services, "STP@binhduong.example", **HOW))
    office.turn()
    assert ("held", "flood") not in outcomes(office, "stp@binhduong.example")
    office.clock.move_to(at(3, 9, 1))
    flood(office, 1, "stp@binhduong.example")
    office.turn()
    assert outcomes(office, "stp@binhduong.example")["held", "flood"] == 1, "what comes later is judged anew"


def test_letting_a_flood_go_on_does_not_vouch_for_its_sender(office: History) -> None:
    limit(office, 1)
    flood(office, 3)
    office.turn()
    office.decide(resolve_flood(office.services, STRANGER, **HOW))
    office.turn()
    assert outcomes(office, STRANGER) == {("held", "unknown_sender"): 3}


def test_nothing_put_aside_is_said(office: History) -> None:
    with pytest.raises(DecisionError, match="no_flood"):
        resolve_flood(office.services, STRANGER, **HOW)


def test_the_coordinator_and_automatic_mail_are_exempt(office: History) -> None:
    limit(office, 2)
    for _ in range(5):
        office.mail(COORDINATOR, "Về việc họp", "Chiều nay họp.\n")
        office.mail("mailer-daemon@noikhac.test", "Undelivered Mail Returned to Sender", Auto_Submitted="auto-replied")
    office.turn()
    assert outcomes(office, COORDINATOR) == {("ignored", "coordinator_mail"): 5}
    assert outcomes(office, "mailer-daemon@noikhac.test") == {("ignored", "bounce"): 5}


def test_a_flood_in_an_agency_s_name_silences_its_reminders_for_two_working_days_only(office: History) -> None:
    limit(office, 1)
    flood(office, 4, "stp@binhduong.example")
    office.turn()
    blocked = reading_state(office.services, office.now)
    assert blocked.silence("stp", late=False) is not None
    assert blocked.silence("stc", late=True) is None
    last = {m.agency for m in office.services.store.mails() if m.reason == Reason.FLOOD}
    assert last == {None}, "an unread mail is nobody's answer"
    later = reading_state(office.services, at(8, 9))
    assert later.blocked.get("stp") is None or later.blocked["stp"].params["mail"] not in {
        m.id for m in office.services.store.mails() if m.reason == Reason.FLOOD
    }


def test_one_of_them_can_go_on_alone(office: History) -> None:
    limit(office, 1)
    flood(office, 3)
    office.turn()
    last = max(m.id for m in office.services.store.mails())
    office.decide(decisions.release(office.services, last, "stp", None, **HOW))
    office.turn()
    assert office.services.store.mail(last).reason != Reason.FLOOD
    assert outcomes(office, STRANGER)["held", "flood"] == 1
