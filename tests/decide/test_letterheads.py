"""Numbers and days of letterheads, and what is none."""

from datetime import date

import pytest

from bot.decide.letterheads import letter_day, letter_number
from bot.domain.document import Paragraph, TextDocument, Unreadable, UnreadableReason, Workbook


def of(*lines: str) -> TextDocument:
    return TextDocument(tuple(Paragraph(line) for line in lines))


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Số: 45/BC-STP", "45/BC-STP"),
        ("Số 388/SNV-XDCQ-CCHC-CTTN", "388/SNV-XDCQ-CCHC-CTTN"),
        ("Số:  12 / BC-UBND", "12/BC-UBND"),
        ("số: 7a/BC-VP", "7a/BC-VP"),
        ("Số:      /BC-STP", ""),
        ("Số: …/BC-STP", ""),
        ("Số hồ sơ đã tiếp nhận: 45/50", ""),
        ("Thực hiện Công văn số 388/SNV-CCHC", ""),
    ],
)
def test_the_number(line: str, number: str) -> None:
    assert letter_number(of("SỞ TƯ PHÁP", line)) == number


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Bình Dương, ngày 08 tháng 3 năm 2023", date(2023, 3, 8)),
        ("Cao Lộc, ngày 27 tháng 02 năm 2024.", date(2024, 2, 27)),
        ("ngày 1 tháng 3 năm 2023", date(2023, 3, 1)),
        ("Bình Dương, ngày … tháng 3 năm 2023", None),
        ("Bình Dương, ngày 31 tháng 02 năm 2023", None),
        ("Từ ngày 15 tháng 12 năm 2022 đến hết ngày chốt số liệu", None),
        ("Thực hiện Công văn ngày 02 tháng 3 năm 2023 của Sở Nội vụ về việc báo cáo", None),
    ],
)
def test_the_day(line: str, day: date | None) -> None:
    assert letter_day(of("SỞ TƯ PHÁP", line)) == day


def test_lines_of_one_paragraph_and_other_documents() -> None:
    assert letter_number(of("UBND TỈNH\nSố: 45/BC-STP\nV/v báo cáo")) == "45/BC-STP"
    assert letter_number(of(*["chữ"] * 40, "Số: 45/BC-STP")) == ""
    for other in (Workbook(()), Unreadable(UnreadableReason.CORRUPT)):
        assert (letter_number(other), letter_day(other)) == ("", None)
