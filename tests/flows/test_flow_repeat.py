"""The same files again, after the deadline: the answer speaks of the report that came in time, not of its repeat."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import Office, at, embedded_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 9, 18)) as running:
        yield running


def words(office: Office, agency: str) -> str:
    return " ".join(office.got(agency)[-1].get_body(("plain",)).get_content().split())


def test_a_repeat_after_the_deadline_of_a_report_in_time_is_not_late(office: Office) -> None:
    files = [("Báo cáo.docx", office.cast("stp").narrative())]
    first = office.took("stp", files)
    again = office.took("stp", files, subject="Gửi lại", moment=at(3, 10, 18))
    assert again.reason == "duplicate"
    said = words(office, "stp")
    assert first.submissions[0].receipt_number in said
    assert "Thời điểm nhận báo cáo: 18 giờ 00 ngày 09/3/2023" in said
    assert "Thời điểm nhận thư này: 18 giờ 00 ngày 10/3/2023" in said
    assert "sau hạn" not in said


def test_a_repeat_of_a_late_report_stays_late(office: Office) -> None:
    files = [("Báo cáo.docx", office.cast("stp").narrative())]
    office.took("stp", files, moment=at(3, 10, 18))
    office.took("stp", files, subject="Gửi lại", moment=at(3, 10, 19))
    said = words(office, "stp")
    assert "Thời điểm nhận báo cáo: 18 giờ 00 ngày 10/3/2023" in said
    assert "đến sau hạn gửi" in said


def test_a_new_form_beside_a_repeated_one_is_judged_by_its_own_time(office: Office) -> None:
    cast = office.cast("vpub")
    word = ("Báo cáo.docx", cast.narrative())
    office.took("vpub", [word])
    office.took("vpub", [word, ("II.06.xlsx", cast.ii06())], moment=at(3, 10, 18))
    said = words(office, "vpub")
    assert "Thời điểm nhận: 18 giờ 00 ngày 10/3/2023" in said
    assert "đến sau hạn gửi" in said
