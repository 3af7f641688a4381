"""The commands on a round, on what an agency asks for, taking back, and the log of decisions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import COORDINATOR, ROUND, Office, at, embedded_office

from bot.domain.decision import Action, Order
from bot.flows.order_links import link_for
from bot.wiring import stand_at

BEFORE = at(3, 1, 7)
WHY = ("--why", "đã gọi điện", "--who", "Minh Anh")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        stand_at(running.settings, BEFORE)
        yield running


def done(office: Office, *words: str) -> str:
    said = office.thuky(*words, *WHY)
    assert said.code == 0, said.err
    return said.out


def refused(office: Office, *words: str) -> str:
    said = office.thuky(*words, *WHY)
    assert (said.code, said.out) == (2, "")
    return said.err


def test_each_decision_says_its_number_and_how_it_is_taken_back(office: Office) -> None:
    assert "thuky undo 1" in done(office, "excuse", "pg", "--round", ROUND)
    out = done(office, "grace", "--until", "2023-03-14")
    assert "24 giờ 00 thứ Ba ngày 14/3/2023" in out
    assert "14 cơ quan" in out
    assert "thuky undo 3" in done(office, "mute")
    assert "Đã huỷ quyết định số 1" in (out := done(office, "undo", "1"))
    assert "không huỷ được" in out
    assert {o.deadline.instant for o in office.owed("pg").values()} == {at(3, 15, 0)}


def test_the_log_tells_who_how_and_what_was_taken_back(office: Office) -> None:
    assert office.thuky("decisions", "--json").json == []
    assert "Chưa có" in office.thuky("decisions").out
    done(office, "excuse", "pg")
    sent = link_for(office.services, Order(Action.EXTEND, ROUND, "bb", until=at(3, 15).date()), BEFORE)
    mail = office.took(COORDINATOR, subject=sent.subject)
    done(office, "undo", "1")
    first, second, third = office.thuky("decisions", "--json").json
    assert (first["id"], first["decision"], first["who"], first["by_mail"], first["undone_by"]) == (
        1,
        "excuse",
        "Minh Anh",
        None,
        3,
    )
    assert (second["decision"], second["who"], second["by_mail"], second["undone_by"]) == (
        "extend",
        COORDINATOR,
        mail.id,
        None,
    )
    assert (third["decision"], third["undoes"]) == ("undo", 1)
    table = office.thuky("decisions", "--round", ROUND).out
    assert "UBND huyện Phú Giáo" in table
    assert f"thư {mail.id}" in table
    assert "lệnh" in table
    assert "2023-q1" in office.thuky("decisions", "--round", "khong-co").err


def test_what_an_agency_asks_for_is_granted_or_not_under_its_mail(office: Office) -> None:
    asks = [
        office.took(agency, subject="Xin gia hạn", text="Xin gia hạn đến ngày 15/3/2023 do mất điện.\n")
        for agency in ("bb", "dt", "pg")
    ]
    assert "UBND huyện Bàu Bàng" in done(office, "decline", str(asks[0].id))
    done(office, "extend", "dt", "--until", "2023-03-15", "--mail", str(asks[1].id))
    done(office, "excuse", "pg", "--mail", str(asks[2].id))
    office.once()
    for ask, agency, kind in zip(asks, ("bb", "dt", "pg"), ("decline", "extend", "excuse"), strict=True):
        assert office.services.store.mail(ask.id).reason == "handled"
        mail = next(m for m in office.got(agency) if m["X-Thuky-Key"].startswith(f"decision:{kind}"))
        assert mail["In-Reply-To"] == ask.message_id
    assert "ignored" in refused(office, "decline", str(asks[0].id))


def test_what_cannot_be_taken_back_says_what_would_do(office: Office) -> None:
    held = office.took("nguoila@noikhac.test", [("Báo cáo.docx", office.cast("stp").narrative())])
    done(office, "received", "bao", "--form", "articles")
    done(office, "release", str(held.id), "--done")
    done(office, "mute")
    done(office, "undo", "3")
    for number, words in (
        (1, "thuky return"),
        (2, "thuky accept"),
        (4, "quyết định lại"),
        (3, "đã được huỷ theo quyết định số 4"),
        (99, "thuky decisions"),
    ):
        assert words in refused(office, "undo", str(number)), number
    ask = office.took("bb", subject="Xin gia hạn", text="Xin gia hạn đến ngày 15/3/2023.\n")
    done(office, "decline", str(ask.id))
    assert "thuky extend" in refused(office, "undo", "5")


def test_a_grace_must_come_later_and_a_mute_once(office: Office) -> None:
    assert "không muộn hơn" in refused(office, "grace", "--until", "2023-03-05")
    assert "đã qua" in refused(office, "grace", "--until", "2023-02-05")
    done(office, "mute")
    assert "thuky undo 1" in refused(office, "mute")
    done(office, "undo", "1")
    done(office, "mute")


def test_an_answer_must_be_to_that_agency_s_own_waiting_mail(office: Office) -> None:
    ask = office.took("bb", subject="Xin gia hạn", text="Xin gia hạn đến ngày 15/3/2023.\n")
    said = refused(office, "extend", "pg", "--until", "2023-03-15", "--mail", str(ask.id))
    assert "bb" in said
    assert "77" in refused(office, "decline", "77")
    assert office.services.store.decision_log() == ()


def test_a_returned_file_comes_with_its_faults_marked(office: Office) -> None:
    bad = office.cast("vpub").ii06({"C14": 120})
    office.took("vpub", [("II.06.xlsx", bad)])
    done(office, "accept", "vpub", "--form", "ii06")
    done(office, "return", "vpub", "--form", "ii06")
    office.once()
    mail = next(m for m in office.got("vpub") if m["X-Thuky-Key"].startswith("decision:return"))
    (marked,) = mail.iter_attachments()
    assert marked.get_filename().endswith(".xlsx")
    assert "C14" in mail.get_body(("plain",)).get_content()
