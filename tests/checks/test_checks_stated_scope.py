"""What a narrative says under the words of a figure without speaking of it: sentences as clerks write them."""

import pytest
from checks_reading import check, forms, text
from documents_by_code import WORDS_ENOUGH, beside, ii06

from bot.checks.stated_scope import other_period
from bot.domain.round import PeriodKind, ReportingPeriod
from bot.text.accents import fold

OWES = {"parts": ("II.2",)}
HEADING = "**2. Cải cách thủ tục hành chính"


def said(*lines: str) -> list[tuple[str, object]]:
    """The figures that are held against II.06, of which column (3) adds up to 15.952 and 99,81% were in time."""
    document = text("**II. Kết quả thực hiện", HEADING, *lines, WORDS_ENOUGH)
    found = check("narrative", document, **OWES, **beside(forms()["ii06"], ii06()))
    return [(f.code, f.params["actual"]) for f in found if f.code == "C204"]


HONEST = [
    "Tỷ lệ hồ sơ giải quyết trước hạn đạt 58,84%, tỷ lệ hồ sơ giải quyết đúng hạn đạt 40,78%.",
    "Tỷ lệ hồ sơ giải quyết đúng hạn đạt 40,78%, tỷ lệ hồ sơ giải quyết trước hạn đạt 58,84%.",
    "Tỷ lệ trước hạn đạt 58,84%; tỷ lệ đúng hạn 40,78%; quá hạn 0,37%.",
    "- Giải quyết trước hạn: 3.157 hồ sơ, đạt 58,84%.\n- Tỷ lệ đúng hạn: 40,78%.",
    "Giải quyết sớm hạn 3.157 hồ sơ. Tỷ lệ giải quyết hồ sơ đúng hạn là 40,78%.",
    "Tổng số hồ sơ tiếp nhận mới trong kỳ: 5.189 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận trong kỳ (không kể kỳ trước chuyển sang) là 5.189 hồ sơ.",
    "Không kể kỳ trước chuyển sang, tổng số hồ sơ tiếp nhận là 5.189 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận (chưa tính hồ sơ kỳ trước): 5.189 hồ sơ.",
    "Năm 2022, tổng số hồ sơ đã tiếp nhận: 9.999 hồ sơ.",
    "Năm 2022: tổng số hồ sơ đã tiếp nhận 9.999 hồ sơ; tỷ lệ hồ sơ giải quyết đúng hạn đạt 91%.",
    "Quý IV năm 2022, tổng số hồ sơ tiếp nhận 5.555 hồ sơ.",
    "Cùng kỳ năm trước, tổng hồ sơ tiếp nhận là 8.888 hồ sơ.",
    "So với quý IV/2022 (tổng số hồ sơ tiếp nhận 5.555 hồ sơ), số hồ sơ quý I tăng nhẹ.",
    "Tổng số hồ sơ tiếp nhận của 3 năm gần đây là 9.000 hồ sơ.",
    "Lũy kế từ đầu nhiệm kỳ, tổng số hồ sơ tiếp nhận 90.000 hồ sơ.",
    "Riêng tháng 3, tổng số hồ sơ tiếp nhận là 1.200 hồ sơ.",
    "Trong tháng 02/2023, tổng số hồ sơ tiếp nhận là 1.200 hồ sơ.",
    "Trung bình mỗi tháng tổng số hồ sơ tiếp nhận 1.800 hồ sơ.",
    "6 tháng đầu năm, tổng số hồ sơ tiếp nhận 3.000 hồ sơ.",
    "Lĩnh vực đất đai: tổng số hồ sơ tiếp nhận 120 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận thuộc lĩnh vực hộ tịch là 120 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận 120 hồ sơ (lĩnh vực đất đai).",
    "Tổng số hồ sơ tiếp nhận của cấp xã là 333 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận tại Bộ phận Một cửa UBND phường Phú Cường: 87 hồ sơ.",
    "Cấp xã: tổng số hồ sơ đã tiếp nhận: 777 hồ sơ, tỷ lệ hồ sơ giải quyết đúng hạn đạt 91%.",
    "Tại cấp xã, tỷ lệ hồ sơ giải quyết đúng hạn đạt 97%; tại cấp huyện, tỷ lệ hồ sơ giải quyết đúng hạn đạt 96%.",
    "UBND các xã, phường tiếp nhận tổng số 4.321 hồ sơ.",
    "Chi nhánh Văn phòng đăng ký đất đai tiếp nhận tổng số 321 hồ sơ.",
    "Hồ sơ trực tuyến: tổng số hồ sơ tiếp nhận 1.200 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận 1.200 hồ sơ trực tuyến.",
    "Tổng số hồ sơ đã tiếp nhận qua dịch vụ bưu chính công ích: 15 hồ sơ.",
    "Qua Cổng dịch vụ công đã tiếp nhận tổng số 1.200 hồ sơ.",
    "Kế hoạch giao tỷ lệ hồ sơ giải quyết đúng hạn đạt từ 98% trở lên.",
    "Kế hoạch giao tỷ lệ hồ sơ giải quyết đúng hạn đạt 98%.",
    "Phấn đấu tỷ lệ giải quyết đúng hạn và trước hạn đạt 100% trong năm 2023.",
    "Chỉ tiêu: tỷ lệ hồ sơ giải quyết đúng hạn đạt 98%; kết quả đạt 99,81%.",
    "Mục tiêu tỷ lệ đúng hạn đạt 98%.",
    "Tỷ lệ hồ sơ giải quyết đúng hạn tối thiểu 95%.",
    "Bảo đảm tỷ lệ hồ sơ giải quyết đúng hạn đạt 95% trở lên.",
    "Tỷ lệ hồ sơ giải quyết đúng hạn tăng 2% so với cùng kỳ.",
    "Tỷ lệ hồ sơ giải quyết đúng hạn quý IV/2022 đạt 95%.",
    "Tỷ lệ hồ sơ giải quyết đúng hạn của Phòng Tài nguyên và Môi trường đạt 95%.",
    "Tổng số hồ sơ đã tiếp nhận tăng 150 hồ sơ so với quý trước.",
    "Tổng số hồ sơ tiếp nhận khoảng 5.000 hồ sơ.",
    # with the right figures
    "Tổng số hồ sơ đã tiếp nhận: 15.952 hồ sơ (trong đó hồ sơ trực tuyến 1.000 hồ sơ).",
    "Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,81% (quý IV/2022 đạt 95%).",
    "Trong quý I/2023 (từ ngày 15/12/2022 đến ngày 14/3/2023), tổng số hồ sơ tiếp nhận là 15.952 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận là 15.952 hồ sơ; riêng cấp xã tổng số hồ sơ tiếp nhận là 333 hồ sơ.",
]
WRONG = [
    "Tổng số hồ sơ đã tiếp nhận: 15.925 hồ sơ.",
    "Tổng số hồ sơ tiếp nhận trong quý I/2023 (từ ngày 15/12/2022 đến ngày 14/3/2023): 15.925 hồ sơ.",
    "Trong quý I năm 2023, UBND thành phố đã tiếp nhận tổng số 15.925 hồ sơ.",
    "Tổng số hồ sơ đã tiếp nhận: 15.925 hồ sơ (trong đó hồ sơ trực tuyến 1.000 hồ sơ).",
    "Tổng số hồ sơ tiếp nhận là 15.925 hồ sơ, tăng 12% so với cùng kỳ năm 2022.",
    "Tổng số hồ sơ tiếp nhận 15.925 hồ sơ tăng 12% so với cùng kỳ năm 2022.",
    "Tổng số hồ sơ tiếp nhận là 15.925 hồ sơ; kỳ trước chuyển sang 235 hồ sơ.",
    "Báo cáo theo Công văn số 388/SNV-CCHC: tổng số hồ sơ tiếp nhận 15.925 hồ sơ.",
    "Có 12 lớp tập huấn. Tổng số hồ sơ tiếp nhận là 15.925 hồ sơ.",
    "* Kết quả chung:\nTổng số hồ sơ tiếp nhận là 15.925 hồ sơ.",
    "Tỷ lệ giải quyết đúng hạn và trước hạn đạt 55,5%.",
    "Tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,5%, tăng 1,2% so với cùng kỳ năm 2022.",
    "Giải quyết trước hạn và đúng hạn 15.000 hồ sơ; tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,5%.",
]


@pytest.mark.parametrize("sentence", HONEST)
def test_an_honest_sentence_is_not_accused(sentence: str) -> None:
    assert said(*sentence.split("\n")) == []
    assert said("Công tác được quan tâm.", *sentence.split("\n"), "Kết quả khá.") == []


@pytest.mark.parametrize("sentence", WRONG)
def test_the_whole_period_s_figure_is_held_against_the_table(sentence: str) -> None:
    ((code, number),) = said(*sentence.split("\n"))
    assert (code, number) in [("C204", 15925), ("C204", 55.5), ("C204", 98.5)]


@pytest.mark.parametrize(
    "head", ["* Cấp xã:", "a) Lĩnh vực đất đai", "**Kết quả năm 2022", "- Tại Bộ phận Một cửa phường Phú Cường:"]
)
def test_a_line_above_narrows_what_stands_beneath_it_until_the_next_such_line(head: str) -> None:
    assert said(head, "Tổng số hồ sơ tiếp nhận là 120 hồ sơ.") == []
    assert said(head, "Kết quả khá.", "Tổng số hồ sơ tiếp nhận là 120 hồ sơ.") == []
    assert said(head, "Tổng số là 120.", "* Toàn cơ quan:", "Tổng số hồ sơ tiếp nhận là 120 hồ sơ.") == [("C204", 120)]


@pytest.mark.parametrize(
    ("kind", "ordinal", "words", "other"),
    [
        (PeriodKind.QUARTER, 1, "quý I/2023", False),
        (PeriodKind.QUARTER, 1, "quý 1 năm 2023", False),
        (PeriodKind.QUARTER, 1, "năm 2023", True),
        (PeriodKind.QUARTER, 1, "quý II/2023", True),
        (PeriodKind.QUARTER, 1, "từ ngày 15/12/2022 đến 14/3/2023", False),
        (PeriodKind.QUARTER, 1, "theo Nghị định 61/2018/NĐ-CP", False),
        (PeriodKind.MONTH, 3, "tháng 3/2023", False),
        (PeriodKind.MONTH, 3, "tháng 02/2023", True),
        (PeriodKind.MONTH, 3, "quý I/2023", True),
        (PeriodKind.HALF, 1, "6 tháng đầu năm 2023", False),
        (PeriodKind.HALF, 1, "quý II/2023", True),
        (PeriodKind.YEAR, 1, "năm 2023", False),
        (PeriodKind.YEAR, 1, "năm 2022", True),
        (PeriodKind.YEAR, 1, "9 tháng đầu năm 2023", True),
    ],
)
def test_another_period_than_the_round_s(kind: PeriodKind, ordinal: int, words: str, other: bool) -> None:
    assert other_period(fold(words), ReportingPeriod(kind, 2023, ordinal)) is other
