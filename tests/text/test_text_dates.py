"""Dates and moments: read, and said as Vietnamese offices write them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.dates import find_spans, parse_date, say_date, say_day, say_deadline, say_instant

MARCH_9 = date(2023, 3, 9)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("9/3/2023", MARCH_9),
        ("09-03-2023", MARCH_9),
        ("09.03.2023", MARCH_9),
        ("ngày 9 tháng 3 năm 2023", MARCH_9),
        ("Ngày 09/3/2023", MARCH_9),
        ("thứ Năm, ngày 09/3/2023", MARCH_9),
        ("2023-03-09", MARCH_9),
        ("2023-03-09 00:00:00", MARCH_9),
        ("2023-03-09T14:05:00", MARCH_9),
        (MARCH_9, MARCH_9),
        (datetime(2023, 3, 9, 14, 5), MARCH_9),
        ("31/2/2023", None),
        ("9-3/2023", None),
        ("9/3", None),
        ("9/3/23", None),
        ("ngày 9/3/2023 và sau đó", None),
        ("tháng 3 năm 2023", None),
        ("", None),
        (44994, None),
        (None, None),
    ],
)
def test_parse_date(value: object, day: date | None) -> None:
    assert parse_date(value) == day


@pytest.mark.parametrize(
    "text",
    [
        "Kỳ báo cáo: Từ ngày 15/12/2022 đến ngày 14/3/2023",
        "từ ngày 15/12/2022 đến hết ngày 14/3/2023",
        "Tu ngay 15.12.2022 den 14.3.2023",
        "(từ 15/12/2022 đến 14/3/2023)",
        "từ ngày 15 tháng 12 năm 2022 đến ngày 14 tháng 3 năm 2023",
        "Từ ngày 15/12 đến ngày 14/3/2023",
        "Từ ngày 15 tháng 12 đến ngày 14 tháng 3 năm 2023",
        "Từ ngày: 15/12/2022, đến ngày: 14/3/2023",
        "15/12/2022 - 14/3/2023",
        "từ ngày 15/12/2022\nđến ngày 14/3/2023",
    ],
)
def test_a_span_of_days(text: str) -> None:
    (span,) = find_spans(text)
    assert (span.first, span.last) == (date(2022, 12, 15), date(2023, 3, 14))
    assert text[span.position :].startswith(span.found)
    assert span.found.rstrip().endswith("2023")


def test_a_first_day_without_a_year_has_that_of_the_last() -> None:
    (span,) = find_spans("từ ngày 01/01 đến ngày 31/3/2023")
    assert (span.first, span.last) == (date(2023, 1, 1), date(2023, 3, 31))


@pytest.mark.parametrize(
    "text",
    [
        "từ ngày 15/12/2022",
        "từ ngày 14/3/2023 đến ngày 15/12/2022",
        "từ ngày 30/02/2023 đến ngày 14/3/2023",
        "Từ ngày …/…/2022 đến ngày …/…/2023",
        "ngày 15/12/2022, số 12 ngày 14/3/2023",
        "từ tháng 12/2022 đến tháng 3/2023",
        "",
    ],
)
def test_what_is_no_span_of_days(text: str) -> None:
    assert find_spans(text) == ()


@pytest.mark.parametrize(
    ("day", "vi", "en"),
    [
        (MARCH_9, "09/3/2023", "9 March 2023"),
        (date(2023, 1, 2), "02/01/2023", "2 January 2023"),
        (date(2024, 2, 29), "29/02/2024", "29 February 2024"),
        (date(2023, 12, 15), "15/12/2023", "15 December 2023"),
    ],
)
def test_say_date(day: date, vi: str, en: str) -> None:
    assert (say_date(day, "vi"), say_date(day, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("day", "vi"),
    [(6, "thứ Hai"), (7, "thứ Ba"), (8, "thứ Tư"), (9, "thứ Năm"), (10, "thứ Sáu"), (11, "thứ Bảy"), (12, "Chủ nhật")],
)
def test_every_weekday_has_its_name(day: int, vi: str) -> None:
    assert say_day(date(2023, 3, day), "vi") == f"{vi} ngày {day:02d}/3/2023"


def test_say_day_in_english() -> None:
    assert say_day(MARCH_9, "en") == "Thursday 9 March 2023"


@pytest.mark.parametrize(
    ("moment", "vi", "en"),
    [
        (datetime(2023, 3, 8, 14, 5), "14 giờ 05 ngày 08/3/2023", "14:05 on 8 March 2023"),
        (datetime(2023, 3, 13, 8, 0, 59), "8 giờ 00 ngày 13/3/2023", "08:00 on 13 March 2023"),
    ],
)
def test_say_instant(moment: datetime, vi: str, en: str) -> None:
    assert (say_instant(moment, "vi"), say_instant(moment, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("moment", "vi", "en"),
    [
        pytest.param(
            datetime(2023, 3, 10),
            "24 giờ 00 thứ Năm ngày 09/3/2023",
            "midnight at the end of Thursday 9 March 2023",
            id="midnight is the end of the day before",
        ),
        pytest.param(
            datetime(2023, 3, 10, 16, 30),
            "16 giờ 30 thứ Sáu ngày 10/3/2023",
            "16:30 on Friday 10 March 2023",
            id="another time is itself",
        ),
        pytest.param(
            datetime(2024, 3, 1),
            "24 giờ 00 thứ Năm ngày 29/02/2024",
            "midnight at the end of Thursday 29 February 2024",
            id="a leap day",
        ),
    ],
)
def test_say_deadline(moment: datetime, vi: str, en: str) -> None:
    assert (say_deadline(moment, "vi"), say_deadline(moment, "en")) == (vi, en)


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        say_date(MARCH_9, "fr")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_is_said_is_read_back(day: date) -> None:
    assert parse_date(say_date(day, "vi")) == day
    assert parse_date(say_day(day, "vi")) == day
    assert parse_date(day.isoformat()) == day


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    parse_date(text)
    assert all(text[mention.position :] for mention in find_spans(text))
