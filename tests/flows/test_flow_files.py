"""Files of a mail that are no submission: what is said of each."""

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from embedded_office import Office, at, embedded_office

from bot.domain.mail import Outcome
from bot.flows import decisions


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        yield running


def letter() -> bytes:
    """A letter like the one that the coordinator sent out."""
    document = docx.Document()
    for line in (
        "SỞ NỘI VỤ",
        "V/v báo cáo công tác cải cách hành chính quý I năm 2023",
        "Kính gửi: Các sở, ngành; UBND các huyện, thị xã, thành phố.",
        "Sở Nội vụ đề nghị các cơ quan báo cáo như sau:",
        "1. Sở Tư pháp: Báo cáo công tác cải cách thể chế của tỉnh.",
        "2. Văn phòng UBND tỉnh: Báo cáo công tác cải cách thủ tục hành chính.",
        "3. Sở Tài chính: Báo cáo công tác cải cách tài chính công.",
    ):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_the_coordinator_s_letter_sent_back_is_no_report(office: Office) -> None:
    record = office.took("stp", [("Công văn báo cáo.docx", letter())])
    assert (record.outcome, [f.code for f in record.findings]) == (Outcome.CORRECTION, ["M102"])
    assert record.submissions == ()


@pytest.mark.parametrize(("payload", "code"), [(b"", "F102"), (b"PK\x03\x04 torn", "F101")], ids=["empty", "torn"])
def test_a_second_file_that_cannot_be_read_is_told_as_what_it_is(office: Office, payload: bytes, code: str) -> None:
    files = [("Báo cáo.docx", office.cast("stp").narrative()), ("Báo cáo 2.docx", payload)]
    record = office.took("stp", files)
    assert [(f.code, f.place.file) for f in record.findings] == [(code, "Báo cáo 2.docx")]
    assert [s.form for s in record.submissions] == ["narrative"]


@pytest.mark.parametrize(("agency", "asked"), [("stp", "docx"), ("ptth", "xlsx"), ("tdm", "any")])
def test_a_scan_alone_is_asked_for_the_very_file_where_only_one_is_missing(
    office: Office, agency: str, asked: str
) -> None:
    record = office.took(agency, [("scan_0001.jpg", b"\xff\xd8\xff\xe0 a picture")])
    assert [(f.code, f.params["reason"]) for f in record.findings] == [("F103", asked)]


def test_what_the_coordinator_accepted_is_not_missing_any_more(office: Office) -> None:
    vpub = office.cast("vpub")
    office.took("vpub", [("Báo cáo.docx", vpub.narrative(missing=["IV"]))])
    aim = decisions.target(office.services, "vpub", "2023-q1", "narrative")
    decisions.carry_out(
        office.services, decisions.accept(office.services, aim, None, who="Minh Anh", why="đã giải trình")
    )
    record = office.took("vpub", [("Công văn.docx", letter()), ("II.06.xlsx", vpub.ii06())])
    assert record.outcome is Outcome.ACCEPTED
    assert [(f.code, f.severity.value) for f in record.findings] == [("M102", "remark")]
