"""The letterhead of the demo's reports: number, place and date as offices write them."""

import io
from datetime import date

import pytest
from docx import Document

from bot.demo import documents


def test_scores_hold_every_rule_of_a_score_table() -> None:
    """Children sum to their parent, no score is above its maximum, each has its evidence, the survey's is blank."""
    rows = documents.sample_scores("Cải cách thể chế")
    assert rows == documents.sample_scores("Cải cách thể chế")
    for row in rows:
        beneath = [r for r in rows if r.code.rpartition(".")[0] == row.code]
        if beneath:
            assert row.maximum == sum(r.maximum for r in beneath)
            assert row.score == sum(r.score or 0 for r in beneath)
        elif "điều tra" in row.label:
            assert row.score is None
        else:
            assert row.score is not None
            assert row.score <= row.maximum
            assert row.evidence
    assert sum(row.score is None for row in rows) == 1


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
        ("UBND xã Gia Cát", date(2024, 2, 27), "Số: 45/BC-UBND", "Gia Cát, ngày 27 tháng 02 năm 2024"),
    ],
)
def test_letterhead(agency: str, day: date, number: str, dated: str) -> None:
    made = documents.narrative(agency, "UBND tỉnh Bình Dương", "quý I năm 2023", [], day=day)
    below = Document(io.BytesIO(made)).tables[0].rows[1].cells
    assert [cell.text for cell in below] == [number, dated]
