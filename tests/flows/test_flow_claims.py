"""What the files of a mail, its letterheads and its words claim against each other, and what is said of it."""

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from embedded_office import Office, at, embedded_office

from bot.demo import documents
from bot.domain.mail import InboundRecord, Outcome

LAST, NOW = "Quý IV/2022", "Quý I/2023"
DAYS_BEFORE = "Từ ngày 15/9/2022 đến ngày 14/12/2022"
DAYS = "Từ ngày 15/12/2022 đến ngày 14/3/2023"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        yield running


def ii06(period: str, agency: str = "Văn phòng UBND tỉnh", seed: int = 1) -> bytes:
    return documents.ii06(agency, period, seed=seed)


def headed(report: bytes, *letterhead: str) -> bytes:
    """The report under another letterhead."""
    document = docx.Document(io.BytesIO(report))
    for table in document.tables[:1]:
        table._element.getparent().remove(table._element)
    first = document.paragraphs[0]
    for line in letterhead:
        first.insert_paragraph_before(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def codes(record: InboundRecord) -> list[tuple[str, str, str | None]]:
    return [(f.code, f.severity.value, f.place.file) for f in record.findings]


def words(office: Office, agency: str) -> str:
    return " ".join(office.got(agency)[-1].get_body(("plain",)).get_content().split())


@pytest.mark.parametrize(
    ("other", "code", "quoted"),
    [
        pytest.param(ii06(LAST), "C101", LAST, id="last quarter's"),
        pytest.param(ii06(DAYS_BEFORE), "C101", DAYS_BEFORE, id="last quarter's, by its days"),
        pytest.param(ii06(NOW, "UBND thành phố Thuận An"), "C102", "UBND thành phố Thuận An", id="another agency's"),
    ],
)
@pytest.mark.parametrize("last", [True, False], ids=["the good one first", "the good one last"])
def test_beside_a_good_file_one_that_is_not_for_this_is_put_aside(
    office: Office, other: bytes, code: str, quoted: str, last: bool
) -> None:
    files = [("b.xlsx", ii06(NOW)), ("a.xlsx", other)]
    record = office.took("vpub", files if last else files[::-1])
    assert record.outcome is Outcome.ACCEPTED
    assert codes(record) == [(code, "remark", "a.xlsx")]
    assert [(s.form, s.verdict.value, s.files[0].name) for s in record.submissions] == [("ii06", "accepted", "b.xlsx")]
    assert office.answers(record)[0].mail.kind.value == "receipt"
    assert office.owed("vpub")["ii06"].status.value == "fulfilled"
    assert quoted in words(office, "vpub")
    assert '"b.xlsx"' in words(office, "vpub")


def test_two_files_that_fit_and_differ_are_asked_about_and_one_counts_meanwhile(office: Office) -> None:
    record = office.took("vpub", [("a.xlsx", ii06(NOW)), ("b.xlsx", ii06(NOW, seed=2))])
    assert (record.outcome, codes(record)) == (Outcome.CORRECTION, [("M104", "error", "a.xlsx")])
    assert [s.files[0].name for s in record.submissions] == ["b.xlsx"]
    said = words(office, "vpub")
    assert "Cần xem lại tệp gửi kèm" in office.got("vpub")[-1]["Subject"]
    assert "Chưa nhận được" not in said
    assert 'tạm được ghi nhận theo tệp "b.xlsx"' in said
    assert "đính kèm tệp đúng" in said
    assert "đính kèm tệp đã sửa" not in said
    assert "Không cần gửi lại tệp đã đạt" not in said


@pytest.mark.parametrize(
    ("period", "outcome", "severity"),
    [
        (DAYS, Outcome.ACCEPTED, None),
        ("Từ ngày 01/01/2023 đến hết ngày 31/3/2023", Outcome.ACCEPTED, None),
        (f"{NOW} ({DAYS_BEFORE.lower()})", Outcome.ACCEPTED, "remark"),
        (DAYS_BEFORE, Outcome.CORRECTION, "error"),
        ("Từ ngày 01/10/2022 đến ngày 31/12/2022", Outcome.CORRECTION, "error"),
    ],
)
def test_the_days_that_a_file_covers_are_held_against_the_round(
    office: Office, period: str, outcome: Outcome, severity: str | None
) -> None:
    record = office.took("vpub", [("II.06.xlsx", ii06(period))])
    assert record.outcome is outcome
    (submission,) = record.submissions
    assert [(f.code, f.severity.value) for f in submission.findings] == ([("C101", severity)] if severity else [])
    assert (period.split("(")[-1].rstrip(")") in words(office, "vpub")) is bool(severity)


@pytest.mark.parametrize(
    ("subject", "name", "where"),
    [
        ("Báo cáo CCHC quý IV năm 2022", "Báo cáo.docx", None),
        ("Gửi báo cáo", "BC quy IV 2022.docx", "BC quy IV 2022.docx"),
    ],
)
def test_a_mail_that_names_another_period_than_its_files_is_told_so(
    office: Office, subject: str, name: str, where: str | None
) -> None:
    record = office.took("stp", [(name, office.cast("stp").narrative())], subject=subject)
    assert record.outcome is Outcome.ACCEPTED
    assert [(c, s, file or None) for c, s, file in codes(record)] == [("M105", "remark", where)]
    assert "năm 2022" in words(office, "stp") or "quy IV 2022" in words(office, "stp")


@pytest.mark.parametrize("subject", ["Báo cáo CCHC quý I năm 2023", "Báo cáo năm 2023", "Báo cáo"])
def test_a_mail_that_names_the_period_of_its_files_or_none_is_not(office: Office, subject: str) -> None:
    record = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())], subject=subject)
    assert (record.outcome, record.findings) == (Outcome.ACCEPTED, ())


@pytest.mark.parametrize(
    ("agency", "letterhead", "code"),
    [
        ("stc", ("UBND TỈNH BÌNH DƯƠNG", "SỞ XÂY DỰNG"), ["C103"]),
        ("stc", ("UBND TỈNH BÌNH DƯƠNG", "SỞ TÀI CHÍNH"), []),
        ("stttt", ("UBND TỈNH BÌNH DƯƠNG", "SỞ TT&TT"), []),
        ("vpub", ("UBND TỈNH BÌNH DƯƠNG", "VĂN PHÒNG ỦY BAN NHÂN DÂN"), []),
        ("bb", ("UBND HUYỆN BÀU BÀNG", "PHÒNG NỘI VỤ"), []),
        ("bb", ("ỦY BAN NHÂN DÂN", "HUYỆN CỦ CHI"), ["C103"]),
    ],
)
def test_a_letterhead_that_no_registry_knows_is_a_remark(
    office: Office, agency: str, letterhead: tuple[str, ...], code: list[str]
) -> None:
    report = headed(office.cast(agency).narrative(), *letterhead)
    record = office.took(agency, [("Báo cáo.docx", report)])
    assert record.outcome is Outcome.ACCEPTED
    assert [f.code for s in record.submissions for f in s.findings if f.code.startswith("C")] == code
    assert (letterhead[-1] in words(office, agency)) is bool(code)
