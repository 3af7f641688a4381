"""Durations as broadcasters write them, in minutes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.durations import parse_minutes


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        (5, "5"),
        (5.5, "5.5"),
        ("5", "5"),
        ("5,5", "5.5"),
        ("5 phút", "5"),
        ("5 ph", "5"),
        ("1.200", "1200"),
        ("-", "0"),
        ("5'", "5"),
        ("5’", "5"),
        ("5′", "5"),
        ("05´", "5"),
        ("5'30\"", "5.5"),
        ("5’30”", "5.5"),
        ("5'30''", "5.5"),
        ("5′30″", "5.5"),
        ("5'30", "5.5"),
        ("5' 30\"", "5.5"),
        ('45"', "0.75"),
        ("5,5'", "5.5"),
        ("5p", "5"),
        ("5p30", "5.5"),
        ("5P30s", "5.5"),
        ("5ph30", "5.5"),
        ("05:30", "5.5"),
        ("5 : 30", "5.5"),
        ("0:05:30", "5.5"),
        ("1:05:30", "65.5"),
        ("75:00", "75"),
        ("5 phút 30 giây", "5.5"),
        ("5phút30giây", "5.5"),
        ("5 phút, 30 giây", "5.5"),
        ("5 PHUT 30 GIAY", "5.5"),
        ("30 giây", "0.5"),
        ("30s", "0.5"),
        ("1 giờ", "60"),
        ("1 giờ 05 phút", "65"),
        ("1h05", "65"),
        ("1h05'30\"", "65.5"),
        ("1 tiếng 5 phút", "65"),
        ("-5", "-5"),
        ("5'60\"", None),
        ("05:60", None),
        ("1:75:00", None),
        ("1h75", None),
        ("5'30\"20", None),
        (":30", None),
        ("5:", None),
        ("phút", None),
        ("dài", None),
        ("5' và 3'", None),
        ("19h30 - 20h00", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_parse_minutes(value: object, minutes: str | None) -> None:
    assert parse_minutes(value) == (None if minutes is None else Decimal(minutes))


@given(
    st.integers(0, 999), st.integers(0, 59), st.sampled_from(["{}'{:02}\"", "{}p{:02}", "{}:{:02}", "{} phút {} giây"])
)
def test_minutes_and_seconds_in_every_writing(minutes: int, seconds: int, writing: str) -> None:
    found = parse_minutes(writing.format(minutes, seconds))
    assert found is not None
    assert round(found * 60) == minutes * 60 + seconds


@given(st.text())
def test_any_text_is_minutes_or_none(text: str) -> None:
    found = parse_minutes(text)
    assert found is None or found.is_finite()
