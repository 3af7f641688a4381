"""The paper at the end of the ladder, in a real office: one mail to the coordinator, with a draft that names the right
agencies.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from docx import Document
from embedded_office import COORDINATOR, ROUND, Office, at, embedded_office

from bot.decide.fairness import Reading
from bot.domain.agency import Registry
from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.letter import Why
from bot.flows import decisions
from bot.flows.dispatch import dispatch
from bot.flows.letters import queue_letters
from bot.flows.snapshot import load_states, open_rounds

LAST_STEP = at(3, 13, 8)
KEY = "escalation:2023-q1:letter:2023-03-09"
HOW = {"who": "test", "why": "đã gọi điện"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, LAST_STEP) as running:
        yield running


def letters(office: Office, now: datetime = LAST_STEP, reading: Reading | None = None) -> int:
    states = load_states(office.services, open_rounds(office.services, now), now)
    return queue_letters(office.services, states, reading or Reading(), now)


def hand_in(office: Office, agency: str, *forms: str) -> None:
    """A report that came by another channel on 08/3."""
    for form in forms:
        aim = decisions.target(office.services, agency, ROUND, form)
        decisions.carry_out(office.services, decisions.received(office.services, aim, at=at(3, 8), files=[], **HOW))


def delivered(office: Office) -> list[EmailMessage]:
    dispatch(office.services)
    return [m for m in office.got(COORDINATOR) if m["X-Thuky-Key"].startswith("escalation:")]


def draft(mail: EmailMessage) -> str:
    (part,) = mail.iter_attachments()
    assert part.get_filename() == "Dự thảo công văn đôn đốc báo cáo quý I-2023.docx"
    document = Document(io.BytesIO(part.get_payload(decode=True)))  # type: ignore[arg-type]  # bytes of a leaf
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_coordinator_alone_gets_one_draft_that_names_who_has_not_reported(office: Office) -> None:
    hand_in(office, "stp", "narrative")
    hand_in(office, "tdm", "narrative")
    decisions.carry_out(
        office.services, decisions.excuse(office.services, decisions.target(office.services, "bb", ROUND, None), **HOW)
    )
    extended = decisions.target(office.services, "pg", ROUND, None)
    decisions.carry_out(office.services, decisions.extend(office.services, extended, at(3, 16, 0), **HOW))
    registry = Registry(tuple(replace(a, contacts=()) if a.code == "dt" else a for a in office.services.registry))
    office.services = replace(office.services, registry=registry)
    assert letters(office) == 1
    (mail,) = delivered(office)
    assert (mail["To"], mail["Cc"], mail["X-Thuky-Key"]) == (COORDINATOR, None, KEY)
    assert "Dự thảo công văn đôn đốc: 12 cơ quan chưa gửi đủ báo cáo" in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body is not None
    said, paper = " ".join(body.get_content().split()), draft(mail)
    for text in (said, paper):
        assert "Sở Tư pháp" not in text
        assert "UBND huyện Bàu Bàng" not in text
        assert "UBND huyện Phú Giáo" not in text
    assert "Chưa nhận được báo cáo (10)" in said
    assert "(1) -" in said.partition("Còn thiếu một phần")[2].partition("UBND thành phố Thủ Dầu Một.")[0]
    assert "UBND huyện Dầu Tiếng. Các cơ quan này có thể chưa biết việc" in said
    rows = paper.splitlines()
    assert rows[rows.index("UBND thành phố Thủ Dầu Một") + 1] == "Biểu II.06; Biểu thống kê CCHC"
    assert "Công văn số 388/SNV-XDCQ-CCHC-CTTN" in paper
    assert "chậm nhất hết thứ Tư ngày 15/3/2023" in paper


def test_it_is_written_once_whatever_comes_after(office: Office) -> None:
    assert [letters(office, at(3, 13, hour)) for hour in (7, 8, 9)] == [0, 1, 0]
    hand_in(office, "stp", "narrative")
    assert letters(office, at(3, 15, 9)) == 0
    assert len(delivered(office)) == 1


def test_nothing_while_the_mailbox_is_not_known_or_the_round_is_muted(office: Office) -> None:
    assert letters(office, reading=Reading(Why("reading_failed", {"error": "x"}))) == 0
    mute = Decision(DecisionKind.MUTE, LAST_STEP, "test", "họp", round=ROUND)
    muted = office.services.store.resolve(Resolution(mute), LAST_STEP)
    assert letters(office) == 0
    undo = Decision(DecisionKind.UNDO, LAST_STEP, "test", "họp xong", round=ROUND, undoes=muted.id)
    office.services.store.resolve(Resolution(undo), LAST_STEP)
    assert letters(office) == 1


def test_an_agency_whose_mail_waits_is_left_out(office: Office) -> None:
    assert letters(office, reading=Reading(None, {"stc": Why("blocked_held", {"mail": 1})})) == 1
    (mail,) = delivered(office)
    assert "Sở Tài chính" not in draft(mail)
    assert "Sở Tư pháp" in draft(mail)


def test_an_office_may_name_who_stands_above_it_and_where_it_is(office: Office) -> None:
    named = replace(office.services.office, superior="UBND tỉnh Bình Dương", place="Thủ Dầu Một")
    office.services = replace(office.services, office=named)
    letters(office)
    (mail,) = delivered(office)
    assert "UBND TỈNH BÌNH DƯƠNG\n" in draft(mail)
    assert "Thủ Dầu Một, ngày" in draft(mail)
