"""The letterhead of the demo's reports: number, place and date as offices write them."""

import io
from datetime import date

import pytest
from docx import Document

from bot.demo import documents


@pytest.mark.parametrize(
    ("agency", "day", "number", "dated"),
    [
        (
            "UBND huyện Bắc Tân Uyên",
            date(2023, 3, 8),
            "Số: 45/BC-UBND",
            "Bắc Tân Uyên, ngày 08 tháng 3 năm 2023",
        ),
        (
            "UBND thành phố Thủ Dầu Một",
            date(2023, 12, 15),
            "Số: 45/BC-UBND",
            "Thủ Dầu Một, ngày 15 tháng 12 năm 2023",
        ),
        ("Sở Tư pháp", date(2023, 2, 10), "Số: 45/BC-STP", "Bình Dương, ngày 10 tháng 02 năm 2023"),
        (
            "Sở Thông tin và Truyền thông",
            date(2023, 1, 3),
            "Số: 45/BC-STTTT",
            "Bình Dương, ngày 03 tháng 01 năm 2023",
        ),
        ("Văn phòng UBND tỉnh", date(2023, 3, 9), "Số: 45/BC-VPUBND", "Bình Dương, ngày 09 tháng 3 năm 2023"),
    ],
)
def test_letterhead(agency: str, day: date, number: str, dated: str) -> None:
    made = documents.narrative(agency, "UBND tỉnh Bình Dương", "quý I năm 2023", [], day=day)
    below = Document(io.BytesIO(made)).tables[0].rows[1].cells
    assert [cell.text for cell in below] == [number, dated]
