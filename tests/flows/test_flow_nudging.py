"""Who is written to, and by which mail: the flow of nudges on the embedded office."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from embedded_office import ROUND, Office, at, embedded_office

from bot.domain.mail import NoticeKind
from bot.flows import decisions

HOW = {"who": "Minh Anh", "why": "đã trao đổi"}
STEPS = (NoticeKind.REQUEST, NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        yield running


def nudged(office: Office, agency: str) -> list[str]:
    """The kinds of nudges that were queued for it, oldest first."""
    return [r.mail.kind.value for r in office.outbox() if r.mail.agency == agency and r.mail.kind in STEPS]


def decide(office: Office, what: str, agency: str, *args: object, form: str | None = None) -> None:
    aim = decisions.target(office.services, agency, ROUND, form)
    decisions.carry_out(office.services, getattr(decisions, what)(office.services, aim, *args, **HOW))


def test_silence_while_an_extension_runs_and_overdue_steps_from_its_end(office: Office) -> None:
    office.once(at(3, 2, 8))
    office.once(at(3, 6, 8))
    decide(office, "extend", "pg", at(3, 16, 0))
    for day in (8, 9, 10, 13, 14, 15):
        office.once(at(3, day, 8))
    assert nudged(office, "pg") == ["request", "reminder"]
    office.once(at(3, 16, 8))
    assert nudged(office, "pg") == ["request", "reminder", "overdue"]


def test_an_extension_of_one_form_leaves_the_others_as_they_are(office: Office) -> None:
    office.once(at(3, 2, 8))
    decide(office, "extend", "pg", at(3, 16, 0), form="ii06")
    office.once(at(3, 8, 8))
    text = " ".join(office.got("pg")[-1].get_body(("plain",)).get_content().split())
    assert "chưa nhận được của Quý cơ quan: Báo cáo CCHC và Biểu thống kê CCHC." in text
    assert "II.06" not in text.partition("Biểu mẫu")[0]


@pytest.mark.parametrize("hours", [1, 5])
def test_quiet_for_some_hours_after_a_mail_of_theirs(office: Office, hours: int) -> None:
    office.once(at(3, 2, 8))
    office.took("pg", [("Báo cáo.docx", office.cast("pg").narrative())], moment=at(3, 6, 7, 45) - timedelta(days=0))
    office.once(at(3, 6, 7, 50))
    office.once(at(3, 6, 7, 45) + timedelta(hours=hours))
    assert ("reminder" in nudged(office, "pg")) == (hours == 5)


def test_the_request_brings_the_deadline_for_the_calendar(office: Office) -> None:
    office.once(at(3, 2, 8))
    (request,) = office.got("pg")
    (event,) = [p for p in request.iter_attachments() if p.get_content_type() == "text/calendar"]
    text = event.get_content()
    assert "METHOD:PUBLISH" in text
    assert "BEGIN:VEVENT" in text


def test_what_was_asked_of_the_coordinator_is_named_in_the_reminder(office: Office) -> None:
    office.once(at(3, 2, 8))
    record = office.took(
        "pg", text="Kính gửi Sở Nội vụ, đơn vị xin gia hạn đến hết ngày 15/3/2023.\n", moment=at(3, 7, 9)
    )
    assert record.reason == "asks_extension"
    office.once(at(3, 8, 8))
    reminder = office.got("pg")[-1]
    assert str(reminder["X-Thuky-Key"]).startswith("reminder:")
    assert "ngày 07/3/2023 đã được chuyển" in " ".join(reminder.get_body(("plain",)).get_content().split())


def test_a_muted_round_is_silent_until_it_is_taken_back(office: Office) -> None:
    office.once(at(3, 2, 8))
    muted = decisions.carry_out(office.services, decisions.mute(office.services, office.services.round(ROUND), **HOW))
    office.once(at(3, 6, 8))
    assert nudged(office, "pg") == ["request"]
    decisions.carry_out(office.services, decisions.undo(office.services, muted.id, **HOW))
    office.once(at(3, 8, 8))
    assert nudged(office, "pg") == ["request", "reminder"]
