"""The deadline as a calendar file: what a calendar program reads in it, and how it goes with a mail."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event
from notice_facts import II06, NARRATIVE, ROUND, TEMPLATES, agency, office

from bot.domain.letter import Enclosure
from bot.domain.office import Language, WorkingTime
from bot.domain.round import Deadline
from bot.mail.calendar import alarms, deadline_event
from bot.mail.compose_files import part_of
from bot.screens import section

VN = ZoneInfo("Asia/Ho_Chi_Minh")
WORKING_TIME = WorkingTime(VN, time(7, 30), time(17, 0))


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2023, 3, day, hour, minute, tzinfo=VN)


DEADLINE = at(10)


def enclosure(deadline: datetime = DEADLINE, language: Language = Language.VI, **changes: object) -> Enclosure:
    values: dict[str, object] = {
        "agency": agency("tdm"),
        "round_": ROUND,
        "deadline": Deadline(deadline),
        "forms": (NARRATIVE, II06),
        "office": office(language),
        "sequence": 0,
        "at": at(2, 8),
        "words": section(language, "calendar"),
    }
    return deadline_event(**(values | changes))  # type: ignore[arg-type]  # a test's free choice of facts


def read(file: Enclosure) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(file.payload)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


@pytest.mark.parametrize("deadline", [at(10), at(10, 16, 30), at(10).astimezone(UTC)])
def test_the_event_ends_with_the_first_moment_that_is_late(deadline: datetime) -> None:
    _, event = read(enclosure(deadline))
    assert event["dtend"].dt == deadline
    assert event["dtstart"].dt == deadline - timedelta(minutes=30)


def test_it_is_a_publication_that_asks_for_no_answer() -> None:
    calendar, event = read(enclosure())
    assert (str(calendar["method"]), str(calendar["version"])) == ("PUBLISH", "2.0")
    assert str(event["organizer"]) == "mailto:baocao@binhduong.example"
    assert "attendee" not in event
    assert (str(event["status"]), str(event["transp"])) == ("CONFIRMED", "TRANSPARENT")


def test_it_says_whose_what_and_where_in_the_offices_language() -> None:
    file = enclosure()
    _, event = read(file)
    assert file.name == "Hạn gửi báo cáo quý I-2023.ics"
    assert str(event["summary"]) == "Hạn gửi báo cáo quý I/2023: UBND thành phố Thủ Dầu Một"
    said = str(event["description"])
    for words in ("24 giờ 00 thứ Năm ngày 09/3/2023", II06.short_title, "baocao@binhduong.example", "0274 3822 825"):
        assert words in said
    _, english = read(enclosure(language=Language.EN))
    assert str(english["summary"]).startswith("Report on the first quarter of 2023 due")


def test_an_update_takes_the_place_of_the_event_before() -> None:
    _, first = read(enclosure())
    _, moved = read(enclosure(at(16), sequence=1))
    _, other = read(enclosure(agency=agency("stp")))
    _, later = read(enclosure(round_=replace(ROUND, code="2023-q2")))
    assert first["uid"] == moved["uid"]
    assert len({str(e["uid"]) for e in (first, other, later)}) == 3
    assert (int(first["sequence"]), int(moved["sequence"])) == (0, 1)
    assert moved["dtend"].dt == at(16)


def test_one_that_is_called_off_says_so_and_wakes_nobody() -> None:
    _, event = read(enclosure(cancelled=True, sequence=2))
    assert str(event["status"]) == "CANCELLED"
    assert not event.walk("VALARM")
    assert str(event["summary"]).startswith("Không phải gửi")
    assert "không đề nghị UBND thành phố Thủ Dầu Một" in str(event["description"])


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (at(10, 16, 30), [at(9, 16, 30), at(10, 13, 30)]),
        (at(10), [at(8, 16), at(9, 16)]),  # midnight: an hour before closing
        (at(13, 8), [at(10, 16)]),  # Monday at 8: both fall on the Friday before, and are one
        (at(14, 9), [at(13, 9), at(13, 16)]),  # 6 in the morning is before opening
        (at(14, 9).astimezone(UTC), [at(13, 9), at(13, 16)]),
    ],
)
def test_alarms_ring_while_people_are_at_work(deadline: datetime, expected: list[datetime]) -> None:
    assert list(alarms(Deadline(deadline), WORKING_TIME)) == expected
    _, event = read(enclosure(deadline))
    assert [event["dtstart"].dt + alarm["trigger"].dt for alarm in event.walk("VALARM")] == expected


def test_foreign_characters_in_names_stay_within_their_value() -> None:
    whose = replace(agency("tdm"), name="Sở A; B, C\r\nATTENDEE:mailto:x@y.example")
    calendar, event = read(enclosure(agency=whose))
    assert "attendee" not in event
    assert len(calendar.walk("VEVENT")) == 1


def test_the_same_facts_give_the_same_bytes_in_folded_lines() -> None:
    assert enclosure() == enclosure()
    lines = enclosure().payload.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)


def test_its_part_of_the_mail_tells_mail_programs_what_it_is() -> None:
    part = message_from_bytes(part_of(enclosure()), policy=policy.default)
    assert part.get_content_type() == "text/calendar"
    assert part["content-type"].params["method"] == "PUBLISH"
    assert part["content-type"].params["charset"] == "utf-8"
    assert part.get_filename() == "Hạn gửi báo cáo quý I-2023.ics"
    assert read(Enclosure("x", "y", part.get_payload(decode=True)))[1]["summary"]  # type: ignore[arg-type]  # bytes


def test_every_word_that_it_uses_is_there_in_both_languages() -> None:
    assert TEMPLATES.is_dir()
    for language in Language:
        enclosure(language=language, cancelled=True)
