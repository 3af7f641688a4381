"""Numbers in Vietnamese writing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.numbers import format_number, parse_number


@pytest.mark.parametrize(
    ("value", "whole", "fraction"),
    [
        pytest.param("2.544", "2544", "2544", id="a dot before three digits groups thousands"),
        pytest.param("1.234.567", "1234567", "1234567", id="several groups"),
        pytest.param("1 234", "1234", "1234", id="a blank groups too"),
        pytest.param("1\u00a0234", "1234", "1234", id="a non-breaking blank groups too"),
        pytest.param("1.234,5", "1234.5", "1234.5", id="groups and a decimal comma"),
        pytest.param("12,5", "12.5", "12.5", id="a comma is the decimal mark"),
        pytest.param("12,5 %", "12.5", "12.5", id="a per cent sign after a blank"),
        pytest.param("12,5%", "12.5", "12.5", id="a per cent sign"),
        pytest.param("12.5", None, "12.5", id="a dot that cannot group is a mark only where fractions may stand"),
        pytest.param("0.125", None, "0.125", id="no number begins its groups with zero"),
        pytest.param("1,234,567", None, None, id="English grouping is no number"),
        pytest.param("1.23.456", None, None, id="broken grouping is no number"),
        pytest.param("0 hồ sơ", "0", "0", id="zero with a unit"),
        pytest.param("15 hồ sơ", "15", "15", id="a unit after a number"),
        pytest.param(" 102 ", "102", "102", id="blanks around"),
        pytest.param("007", "7", "7", id="leading zeros"),
        pytest.param("-", "0", "0", id="a hyphen is nil"),
        pytest.param("–", "0", "0", id="a dash is nil"),
        pytest.param("không", "0", "0", id="khong is nil"),
        pytest.param("Không có", "0", "0", id="khong co is nil"),
        pytest.param("-5", "-5", "-5", id="negative"),
        pytest.param("\u22121.234", "-1234", "-1234", id="a typographic minus"),
        pytest.param("", None, None, id="blank is the caller's matter"),
        pytest.param("abc", None, None, id="words"),
        pytest.param("12a", None, None, id="a letter glued on"),
        pytest.param("5/7", None, None, id="a fraction bar"),
        pytest.param("1e5", None, None, id="scientific writing"),
        pytest.param("09/3/2023", None, None, id="a date"),
        pytest.param("(3)", None, None, id="a column number"),
        pytest.param("nan", None, None, id="nan as text"),
        pytest.param("٣", None, None, id="digits of another script"),
        pytest.param(102, "102", "102", id="int"),
        pytest.param(102.0, "102", "102", id="float that is whole"),
        pytest.param(0.1, "0.1", "0.1", id="float as it is shown, not as it is stored"),
        pytest.param(Decimal("2.544"), "2.544", "2.544", id="a Decimal is a figure already"),
        pytest.param(True, None, None, id="boolean"),
        pytest.param(None, None, None, id="none"),
        pytest.param(float("nan"), None, None, id="nan"),
        pytest.param(float("inf"), None, None, id="infinity"),
        pytest.param(Decimal("NaN"), None, None, id="decimal nan"),
        pytest.param([1], None, None, id="something else"),
    ],
)
def test_parse_number(value: object, whole: str | None, fraction: str | None) -> None:
    assert parse_number(value, whole=True) == (None if whole is None else Decimal(whole))
    assert parse_number(value, whole=False) == (None if fraction is None else Decimal(fraction))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2544, "2.544"),
        (Decimal("12.5"), "12,5"),
        (Decimal("12.50"), "12,5"),
        (1234567.25, "1.234.567,25"),
        (0.1 + 0.2, "0,3"),
        (-1234, "-1.234"),
        (0, "0"),
        (-0.0, "0"),
        (Decimal("1E+3"), "1.000"),
        (999, "999"),
    ],
)
def test_format_number(value: Decimal | int | float, said: str) -> None:
    assert format_number(value) == said


def test_what_is_not_finite_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="finite"):
        format_number(float("nan"))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15), st.booleans())
def test_what_is_written_is_read_back(number: Decimal, whole: bool) -> None:
    assert parse_number(format_number(number), whole=whole) == number


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = parse_number(text, whole=True)
    assert number is None or number.is_finite()
