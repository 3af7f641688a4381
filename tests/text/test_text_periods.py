"""Reporting periods in titles, subjects and file names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.periods import find_periods, say_period

Q1_2023 = ("quarter", 1, 2023)
Q1 = ("quarter", 1, None)


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("quý I", [Q1]),
        ("quý 1", [Q1]),
        ("QUÝ I", [Q1]),
        ("qui 1", [Q1]),
        ("quí I năm 2023", [Q1_2023]),
        ("Quý I/2023", [Q1_2023]),
        ("quý I năm 2023", [Q1_2023]),
        ("quý I, năm 2024", [("quarter", 1, 2024)]),
        ("quý I của năm 2023", [Q1_2023]),
        ("quý I (năm 2023)", [Q1_2023]),
        ("quý 01/2023", [Q1_2023]),
        ("quý I/23", [Q1_2023]),
        ("năm 2023, quý I", [Q1_2023]),
        ("năm 2022, quý I năm 2023", [("year", 1, 2022), Q1_2023]),
        ("Q1/2023", [Q1_2023]),
        ("Q1-2023", [Q1_2023]),
        ("Q1.2023", [Q1_2023]),
        ("QIV/2022", [("quarter", 4, 2022)]),
        ("2023Q1", [Q1_2023]),
        ("[BC 2023Q1 STP]", [Q1_2023]),
        ("BC_2023H2.xlsx", [("half", 2, 2023)]),
        ("20239M", [("nine_months", 1, 2023)]),
        ("2023M05", [("month", 5, 2023)]),
        ("2023Y", [("year", 1, 2023)]),
        ("6 tháng 2023", [("half", 1, 2023)]),
        ("6 tháng đầu năm 2023", [("half", 1, 2023)]),
        ("06 tháng đầu năm", [("half", 1, None)]),
        ("sáu tháng đầu năm 2023", [("half", 1, 2023)]),
        ("Sau thang dau nam 2023", [("half", 1, 2023)]),
        ("3 tháng đầu năm 2023", [Q1_2023]),
        ("ba tháng đầu năm 2023", [Q1_2023]),
        ("03 tháng đầu năm", [Q1]),
        ("BC_3_thang_dau_nam_2023.docx", [Q1_2023]),
        ("6 tháng cuối năm", [("half", 2, None)]),
        ("9 tháng 2023", [("nine_months", 1, 2023)]),
        ("9 tháng đầu năm 2023", [("nine_months", 1, 2023)]),
        ("chín tháng đầu năm 2023", [("nine_months", 1, 2023)]),
        ("báo cáo CCHC năm 2023", [("year", 1, 2023)]),
        ("tháng 9/2023", [("month", 9, 2023)]),
        ("tháng 5 năm 2023", [("month", 5, 2023)]),
        ("T5/2023", [("month", 5, 2023)]),
        ("Bao cao thang 9.docx", [("month", 9, None)]),
        ("bao_cao_quy1_2023.docx", [Q1_2023]),
        ("BaoCaoQuy1_2023.docx", [Q1_2023]),
        ("BC-quy-I-2023.docx", [Q1_2023]),
        ("BC_nam_2023.docx", [("year", 1, 2023)]),
        ("báo cáo quý I năm 2023 và phương hướng quý II năm 2023", [Q1_2023, ("quarter", 2, 2023)]),
        ("quý I\u00a0năm\n2023", [Q1_2023]),
        ("BÁO CÁO QUÝ III, QUÝ IV", [("quarter", 3, None), ("quarter", 4, None)]),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_periods_are_found(text: str, periods: list[tuple[str, int, int | None]], form: str) -> None:
    mentions = find_periods(unicodedata.normalize(form, text))
    assert [(m.kind, m.ordinal, m.year) for m in mentions] == periods


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ngày 10/3/2023", id="a date in figures"),
        pytest.param("ngày 08 tháng 3 năm 2023", id="a date in words"),
        pytest.param("8 tháng 3 năm 2023", id="a date without ngay"),
        pytest.param("ngày 6 tháng 9", id="a date without a year"),
        pytest.param("Cao Lộc, ngày     tháng 02 năm 2024", id="a date whose day is not filled in"),
        pytest.param("ngày … tháng … năm 2023", id="a date with dots to fill in"),
        pytest.param("Từ ngày 15/12/2022 đến ngày 14/3/2023", id="a span of dates"),
        pytest.param("từ tháng 12/2022 đến tháng 3/2023", id="a span of months"),
        pytest.param("trong vòng 6 tháng", id="a duration"),
        pytest.param("trong 3 tháng, sau 3 tháng", id="a quarter's duration"),
        pytest.param("sau tháng thứ nhất", id="after a month"),
        pytest.param("giai đoạn 2021-2030", id="a span of years"),
        pytest.param("năm 2021 - 2025", id="a span of years after nam"),
        pytest.param("Nước Việt Nam 2023", id="the country"),
        pytest.param("tỉnh Quảng Nam 2023", id="a province"),
        pytest.param("quỹ 1", id="a fund"),
        pytest.param("quy định 1", id="a regulation"),
        pytest.param("UBND Quận 1, UBND Q1", id="district one"),
        pytest.param("quý V, quý 5, quý 12", id="no such quarter"),
        pytest.param("tháng 13/2023", id="no such month"),
        pytest.param("số 581/BNV-CCHC, mã 2023", id="numbers alone"),
        pytest.param("báo cáo quý", id="a quarter without its number"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_period(text: str) -> None:
    assert find_periods(text) == ()


def test_found_words_and_place_are_those_of_the_text() -> None:
    text = "BÁO CÁO  Kết quả Quý I năm 2023."
    (mention,) = find_periods(text)
    assert mention.found == "Quý I năm 2023"
    assert mention.position == text.index("Quý")


@pytest.mark.parametrize(
    ("kind", "ordinal", "vi", "en"),
    [
        ("quarter", 1, "quý I/2023", "the first quarter of 2023"),
        ("quarter", 4, "quý IV/2023", "the fourth quarter of 2023"),
        ("half", 1, "6 tháng đầu năm 2023", "the first half of 2023"),
        ("half", 2, "6 tháng cuối năm 2023", "the second half of 2023"),
        ("nine_months", 1, "9 tháng năm 2023", "the first nine months of 2023"),
        ("year", 1, "năm 2023", "the year 2023"),
        ("month", 5, "tháng 5/2023", "May 2023"),
        ("month", 12, "tháng 12/2023", "December 2023"),
    ],
)
def test_say_period(kind: str, ordinal: int, vi: str, en: str) -> None:
    assert say_period(kind, ordinal, 2023, "vi") == vi
    assert say_period(kind, ordinal, 2023, "en") == en


@pytest.mark.parametrize(
    ("kind", "ordinal", "lang"), [("quarter", 5, "vi"), ("month", 0, "vi"), ("week", 1, "vi"), ("year", 1, "fr")]
)
def test_no_such_period_is_refused(kind: str, ordinal: int, lang: str) -> None:
    with pytest.raises(ValueError, match="no such period"):
        say_period(kind, ordinal, 2023, lang)


PERIODS = st.one_of(
    st.tuples(st.just("quarter"), st.integers(1, 4)),
    st.tuples(st.just("half"), st.integers(1, 2)),
    st.tuples(st.sampled_from(["nine_months", "year"]), st.just(1)),
    st.tuples(st.just("month"), st.integers(1, 12)),
)


@given(PERIODS, st.integers(2000, 2099), st.sampled_from(["{}", "Báo cáo CCHC {}.", "báo cáo {} của Sở Tư pháp"]))
def test_what_is_said_is_found_back(period: tuple[str, int], year: int, frame: str) -> None:
    mentions = find_periods(frame.format(say_period(*period, year, "vi")))
    assert [(m.kind, m.ordinal, m.year) for m in mentions] == [(*period, year)]


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    assert all(mention.found for mention in find_periods(text))
