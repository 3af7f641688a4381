"""Who leads, who works with it, and whom the letter leaves out: what goes to whom when a round opens."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from embedded_office import Office, at, embedded_office

from bot.domain.round import Assignment

OPENING = at(3, 2, 9)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, OPENING, THUKY_DOCUMENTS__ENCLOSE_FORMS="false") as running:
        yield running


def duties(office: Office, *assignments: Assignment) -> None:
    """The round's duties, instead of those of the sample office."""
    (round_,) = office.services.rounds
    office.services = replace(office.services, rounds=(replace(round_, assignments=assignments),))


def newest(office: Office, agency: str) -> str:
    body = office.got(agency)[-1].get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def copies(office: Office, kind: str) -> dict[str | None, tuple[str, ...]]:
    return {r.mail.agency: r.mail.cc for r in office.outbox(kind)}


def test_a_partner_reads_of_it_in_its_own_request_or_in_a_copy_of_the_leads(office: Office) -> None:
    """stp owes a report itself, bao owes nothing."""
    led = Assignment("vpub", "narrative", ("II.2", "II.6"), partners=("stp", "bao"), partner_parts=("II.6",))
    duties(office, led, Assignment("stp", "narrative", annex="IX"))
    office.once()
    assert copies(office, "request") == {"vpub": ("bao@binhduong.example",), "stp": ()}
    title = office.services.forms["narrative"].part("II.6").title
    assert newest(office, "bao") == newest(office, "vpub")
    assert f"chủ trì; phối hợp: Sở Tư pháp và Báo Bình Dương, về phần {title}" in newest(office, "vpub")
    assert "đồng gửi Báo Bình Dương, cơ quan phối hợp" in newest(office, "vpub")
    assert f"phối hợp với Văn phòng UBND tỉnh về Báo cáo CCHC, phần {title}" in newest(office, "stp")
    assert "theo Phụ lục IX" in newest(office, "stp")


def test_reminders_are_the_leads_alone_and_name_what_is_still_to_be_led(office: Office) -> None:
    duties(office, Assignment("vpub", "narrative", ("II.2",), partners=("stp", "bao")), Assignment("stp", "narrative"))
    office.once()
    office.once(at(3, 6))
    assert copies(office, "reminder") == {"vpub": (), "stp": ()}
    assert "phối hợp với Văn phòng UBND tỉnh" in newest(office, "stp")
    office.mail("vpub", [("Báo cáo.docx", office.cast("vpub").narrative())])
    office.once()
    office.once(at(3, 8))
    assert "phối hợp" not in newest(office, "stp")


def test_whom_the_letter_does_not_address_gets_nothing(office: Office) -> None:
    duties(office, Assignment("stp", "narrative", addressed=False), Assignment("stc", "narrative"))
    for moment in (OPENING, at(3, 6), at(3, 10), at(3, 13)):
        office.once(moment)
    assert {r.mail.agency for r in office.outbox("request", "reminder", "overdue")} == {"stc"}
    assert office.got("stp") == office.got("stp.ld") == []
    assert len(office.got("stc")) == 4
