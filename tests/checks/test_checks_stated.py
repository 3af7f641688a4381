"""Figures that a narrative states: which number is meant, and when it agrees with the table."""

from dataclasses import replace
from decimal import Decimal

import pytest
from checks_reading import check, forms, grid, said, text
from documents_by_code import (
    ON_TIME,
    OWES_PART,
    RECEIVED,
    WORDS_ENOUGH,
    beside,
    ii06,
    outline,
    stating,
    unreadable,
)
from hypothesis import given
from hypothesis import strategies as st
from test_checks_locate import NUMBERS

from bot.checks.sentences import read_sentences, split_sentences
from bot.checks.stated_numbers import Stated, stated_numbers
from bot.domain.document import TextDocument, UnreadableReason, Workbook
from bot.domain.form import Severity, StatedFigure
from bot.text.numbers import format_number

PHRASES = ("tổng số hồ sơ tiếp nhận", "số hồ sơ tiếp nhận")
SHARE = ("tỷ lệ giải quyết đúng hạn", "giải quyết đúng hạn")


def numbers(sentence: str, *, percent: bool = False, after: tuple[str, ...] = ()) -> list[str]:
    found = stated_numbers(sentence, SHARE if percent else PHRASES, after, percent=percent)
    return [format_number(stated.number) for stated in found]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Tổng số hồ sơ tiếp nhận là 2.544 hồ sơ.", ["2.544"]),
        ("TỔNG SỐ HỒ SƠ TIẾP NHẬN: 2544 hồ sơ", ["2.544"]),
        ("Tong so ho so tiep nhan 2 544 ho so", ["2.544"]),
        ("Tổng số hồ sơ tiếp nhận trong quý I/2023 (từ ngày 15/12/2022 đến ngày 14/3/2023): 2.544", ["2.544"]),
        ("Tổng số hồ sơ tiếp nhận từ ngày 15/12 đến 14/3 là 2.544 hồ sơ, trong đó trực tuyến 1.000", ["2.544"]),
        ("Tổng số hồ sơ tiếp nhận 6 tháng đầu năm 2023 theo Công văn số 388/SNV-CCHC là 2.544", ["2.544"]),
        ("Số hồ sơ tiếp nhận trong kỳ 12 hồ sơ", ["12"]),
        ("Số hồ sơ tiếp nhận là 2.300/2.544 hồ sơ", ["2.300"]),
        ("Số hồ sơ tiếp nhận: 10; tổng số hồ sơ tiếp nhận: 20", ["20", "10"]),
        # what states nothing sure
        ("Số hồ sơ tiếp nhận tăng 200 hồ sơ so với cùng kỳ", []),
        ("Số hồ sơ tiếp nhận trực tuyến 1.000 hồ sơ", []),
        ("Số hồ sơ tiếp nhận, trong đó trực tuyến 1.000", []),
        ("Số hồ sơ tiếp nhận hơn 2.500 hồ sơ", []),
        ("Số hồ sơ tiếp nhận khoảng 2,5 nghìn hồ sơ", []),
        ("Số hồ sơ tiếp nhận 2,5 nghìn hồ sơ", []),
        ("Số hồ sơ tiếp nhận quý 2 năm 2023 thấp", []),
        ("Số hồ sơ tiếp nhận đạt 98,5%", []),
        ("Đã có 2.544 hồ sơ; tổng số hồ sơ tiếp nhận chưa thống kê", []),
        ("Quý số hồ sơ tiếp nhậnn 12", []),
    ],
)
def test_the_number_behind_the_phrase(sentence: str, expected: list[str]) -> None:
    assert numbers(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Tỷ lệ giải quyết đúng hạn đạt 98,5%.", ["98,5"]),
        ("Tỷ lệ giải quyết đúng hạn đạt 98,5 %", ["98,5"]),
        ("tỷ lệ giải quyết đúng hạn đạt 98.5 phần trăm", ["98,5"]),
        ("Giải quyết đúng hạn 2.300/2.544 hồ sơ (98,5%)", ["98,5"]),
        ("Giải quyết đúng hạn 2.300 hồ sơ, đạt tỷ lệ 98,5%", ["98,5"]),
        ("Giải quyết đúng hạn 2.300 hồ sơ, quá hạn 35 hồ sơ, chiếm 1,5%", []),
        ("Tỷ lệ giải quyết đúng hạn đạt trên 98%", []),
        ("Tỷ lệ giải quyết đúng hạn tăng 2%", []),
    ],
)
def test_percentages(sentence: str, expected: list[str]) -> None:
    assert numbers(sentence, percent=True) == expected


def test_a_word_that_must_stand_behind_the_number() -> None:
    sentence = "Số hồ sơ tiếp nhận của 91 xã là 2.544 hồ sơ"
    assert numbers(sentence) == ["91"]
    assert numbers(sentence, after=("hồ sơ",)) == ["2.544"]
    assert numbers("Số hồ sơ tiếp nhận của 91 xã", after=("hồ sơ",)) == []


@given(st.integers(0, 10**7), st.sampled_from(["", " hồ sơ", " hồ sơ, tăng 12 hồ sơ"]))
def test_any_number_is_read_as_it_is_written(number: int, behind: str) -> None:
    assert numbers(f"Tổng số hồ sơ tiếp nhận là {format_number(number)}{behind}.") == [format_number(number)]


@pytest.mark.parametrize(
    ("stated", "figure", "tolerance", "agrees"),
    [
        ("98.5", "98.4977", "0", True),
        ("98.5", "98.44", "0", False),
        ("98", "98.49", "0", True),
        ("99", "98.49", "0", False),
        ("2544", "2544", "0", True),
        ("2540", "2544", "0", False),
        ("2540", "2544", "4", True),
    ],
)
def test_a_percentage_may_be_rounded_a_count_not(stated: str, figure: str, tolerance: str, agrees: bool) -> None:
    assert Stated(Decimal(stated), "").agrees(Decimal(figure), Decimal(tolerance)) is agrees


def test_sentences_keep_their_numbers_and_know_their_part() -> None:
    assert split_sentences("TP. Thủ Dầu Một có 2.544 hồ sơ. Đạt 98,5%! Hết;\nxong") == [
        "TP. Thủ Dầu Một có 2.544 hồ sơ.",
        "Đạt 98,5%!",
        "Hết;",
        "xong",
    ]
    document = text("Mở đầu.", "**IV. Phương hướng, nhiệm vụ", "Một. Hai.")
    found = [(s.text, s.part.code if s.part else None) for s in read_sentences(document, forms()["narrative"])]
    assert found == [
        ("Mở đầu.", None),
        ("IV. Phương hướng, nhiệm vụ", "IV"),
        ("Một.", "IV"),
        ("Hai.", "IV"),
    ]


def narrative(document: TextDocument, figure: StatedFigure = RECEIVED, **more: object) -> list[tuple[str, str | None]]:
    found = check(outline(figure), document, **(OWES_PART | beside(forms()["ii06"], ii06()) | more))
    return said(tuple(f for f in found if f.code == "C204"))


WRONG, RIGHT = "Tổng số hồ sơ tiếp nhận là 15.925 hồ sơ.", "Tổng số hồ sơ tiếp nhận là 15.952 hồ sơ."


def test_the_first_mention_that_disagrees_unless_another_agrees() -> None:
    assert narrative(stating(WRONG)) == [("C204", "IV")]
    assert narrative(stating(WRONG, RIGHT)) == []
    assert narrative(stating(RIGHT, WRONG)) == []
    assert narrative(stating("Không nêu số nào.")) == []
    two = stating(WRONG, WRONG.replace("15.925", "1"))
    (finding,) = check(outline(RECEIVED), two, **OWES_PART, **beside(forms()["ii06"], ii06()))
    assert (finding.params["actual"], finding.params["expected"]) == (15925, 15952)
    assert finding.params["source"] == "TỔNG CỘNG, (3)"


def test_a_part_that_the_form_names_is_the_only_place_looked_at() -> None:
    above = text(WRONG, "**IV. Phương hướng, nhiệm vụ", WORDS_ENOUGH)
    assert narrative(above) == [("C204", "tep.docx")]
    assert narrative(above, replace(RECEIVED, part="IV")) == []
    assert narrative(stating(WRONG), replace(RECEIVED, part="IV")) == [("C204", "IV")]


def test_the_form_s_tolerance_severity_and_words_count() -> None:
    assert narrative(stating(WRONG), replace(RECEIVED, tolerance=Decimal(27))) == []
    soft = replace(RECEIVED, severity=Severity.REMARK, message="Xem lại bảng.")
    (finding,) = check(outline(soft), stating(WRONG), **OWES_PART, **beside(forms()["ii06"], ii06()))
    assert (finding.severity, finding.params["message"]) == (Severity.REMARK, "Xem lại bảng.")


def test_the_difference_is_said_once_at_the_narrative_when_both_come_together() -> None:
    outline_form = outline(RECEIVED)
    assert narrative(stating(WRONG), with_it=frozenset({"ii06"})) == [("C204", "IV")]
    assert said(check("ii06", ii06(), **beside(outline_form, stating(WRONG), with_it=True))) == []
    assert said(check("ii06", ii06(), **beside(outline_form, stating(WRONG)))) == [("C204", "C21")]
    assert said(check("ii06", ii06(), **beside(outline_form, stating(RIGHT)))) == []


def test_nothing_is_said_where_the_table_has_no_figure_or_is_not_there() -> None:
    assert narrative(stating(WRONG), beside={}) == []
    assert narrative(stating(WRONG), beside={"ii06": ii06(C21="khoảng")}) == []
    assert narrative(stating(WRONG), beside={"ii06": text("không phải bảng")}) == []


def test_a_file_beside_that_cannot_be_read_has_its_own_correction_and_holds_nothing() -> None:
    broken = unreadable(UnreadableReason.CORRUPT)
    for form, document, other in (("ii06", ii06(), outline(RECEIVED)), (outline(RECEIVED), stating(), forms()["ii06"])):
        owes = {} if form == "ii06" else OWES_PART
        for with_it in (False, True):
            assert check(form, document, **(owes | beside(other, broken, with_it=with_it))) == ()


def test_without_a_total_row_the_only_row_stands_for_the_table() -> None:
    row = [1, "Hộ tịch", 20, 0, 20, 0, 20, 20, 0, 0, 0, 0, 0]
    one, two = (Workbook((grid([NUMBERS, *([row] * count)]),)) for count in (1, 2))
    twelve = stating("Tổng số hồ sơ tiếp nhận là 12 hồ sơ.")
    assert narrative(twelve, beside={"ii06": one}) == [("C204", "IV")]
    assert narrative(twelve, beside={"ii06": two}) == []


def test_a_rate_is_computed_from_the_total_row() -> None:
    assert narrative(stating("Tỷ lệ giải quyết đúng hạn đạt 99,81%."), ON_TIME) == []
    assert narrative(stating("Tỷ lệ giải quyết đúng hạn đạt 98,9%."), ON_TIME) == [("C204", "IV")]
