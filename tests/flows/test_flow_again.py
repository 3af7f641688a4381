"""A report taken up again: the cause of a difference comes later, a signed copy follows, last period is looked up."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from embedded_office import ROUND, Office, at, embedded_office

from bot.domain.mail import Outcome
from bot.domain.round import Reference
from bot.domain.submission import Verdict

CAUSE = "Chênh lệch so với hệ thống một cửa: nguyên nhân do hồ sơ tiếp nhận ngày 14/3 chưa đồng bộ kịp.\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        yield running


def with_reference(office: Office, received: int) -> None:
    """The office has exported from its system that vpub received so many files."""
    reference = Reference("ii06", "Hệ thống một cửa", {"vpub": {"3": Decimal(received)}})
    rounds = [replace(r, references=(reference,)) if r.code == ROUND else r for r in office.services.rounds]
    office.services = replace(office.services, rounds=rounds)


def versions(office: Office, form: str) -> list[tuple[int, Verdict, list[str]]]:
    found = office.services.store.submissions(round=ROUND, agency="vpub")
    return [(s.version, s.verdict, [f.code for f in s.findings]) for s in found if s.form == form]


@pytest.mark.parametrize("cause", [CAUSE, "Do phần mềm một cửa chưa đồng bộ.\n"])
def test_a_cause_given_in_a_reply_without_a_file_settles_the_difference(office: Office, cause: str) -> None:
    with_reference(office, 1)
    record = office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())])
    assert record.outcome is Outcome.CORRECTION
    (notice,) = office.got("vpub")
    reply = office.took("vpub", text=cause, answers=notice)
    assert reply.outcome is Outcome.ACCEPTED
    assert versions(office, "ii06") == [
        (1, Verdict.CORRECTION, ["C205"]),
        (2, Verdict.ACCEPTED_WITH_REMARKS, ["C206"]),
    ]
    (first, second) = office.services.store.submissions(round=ROUND, agency="vpub")
    assert first.files[0].sha256 == second.files[0].sha256


def test_a_reply_that_gives_no_cause_is_read_by_a_person(office: Office) -> None:
    with_reference(office, 1)
    office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())])
    (notice,) = office.got("vpub")
    reply = office.took("vpub", text="Số liệu của chúng tôi là đúng.\n", answers=notice)
    assert reply.outcome is Outcome.HELD
    assert len(versions(office, "ii06")) == 1


def test_the_same_file_again_with_its_cause_is_a_new_version_and_without_one_a_repeat(office: Office) -> None:
    with_reference(office, 1)
    file = ("II.06.xlsx", office.cast("vpub").ii06())
    office.took("vpub", [file])
    assert office.took("vpub", [file]).reason == "duplicate"
    assert office.took("vpub", [file], text=CAUSE).outcome is Outcome.ACCEPTED
    assert [verdict.is_valid for _, verdict, _ in versions(office, "ii06")] == [False, True]


@pytest.mark.parametrize(("counted", "outcome"), [(True, Outcome.ACCEPTED), (False, Outcome.CORRECTION)])
def test_a_cause_once_given_holds_for_the_next_file_where_it_names_the_difference(
    office: Office, counted: bool, outcome: Outcome
) -> None:
    with_reference(office, 1)
    cast = office.cast("vpub")
    first = office.took("vpub", [("II.06.xlsx", cast.ii06({"C12": 1}))])
    gap = next(f.params["gap"] for s in first.submissions for f in s.findings if f.code == "C205")
    cause = CAUSE.replace("do hồ sơ", f"do {gap} hồ sơ") if counted else CAUSE
    office.took("vpub", [("II.06 (2).xlsx", cast.ii06({"C12": 2}))], text=cause)
    assert office.took("vpub", [("II.06 sửa.xlsx", cast.ii06())], text="Gửi lại.\n").outcome is outcome
    assert versions(office, "ii06")[-1][2] == (["C206"] if counted else ["C205"])


def pdf_of(text: str) -> bytes:
    """A PDF of one page with that text in Latin letters: as a signed copy whose text can be read."""
    stream = b"BT /F1 12 Tf 50 800 Td 14 TL " + b"".join(
        b"(" + line.encode("ascii") + b") Tj T* " for line in text.splitlines()
    )
    stream += b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


SIGNED = """SO TU PHAP
BAO CAO
Cong tac cai cach hanh chinh quy I nam 2023
II. Ket qua thuc hien nhiem vu
1. Cai cach the che
III. Danh gia chung
IV. Phuong huong, nhiem vu
V. Kien nghi, de xuat"""


def files_of(office: Office, agency: str) -> list[tuple[int, list[str]]]:
    return [
        (s.version, [f.name for f in s.files]) for s in office.services.store.submissions(round=ROUND, agency=agency)
    ]


@pytest.mark.parametrize("scan", [pdf_of(SIGNED), pdf_of(""), b"\xff\xd8\xff\xe0 a picture"])
def test_a_signed_copy_beside_the_word_file_is_kept_with_it(office: Office, scan: bytes) -> None:
    record = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative()), ("ký số.pdf", scan)])
    assert record.outcome is Outcome.ACCEPTED
    assert files_of(office, "stp") == [(1, ["Báo cáo.docx", "ký số.pdf"])]


@pytest.mark.parametrize("scan", [pdf_of(SIGNED), pdf_of("")])
def test_a_signed_copy_that_follows_makes_a_version_with_it_and_the_same_again_a_repeat(
    office: Office, scan: bytes
) -> None:
    office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    assert office.took("stp", [("ký số.pdf", scan)]).outcome is Outcome.ACCEPTED
    assert files_of(office, "stp") == [(1, ["Báo cáo.docx"]), (2, ["Báo cáo.docx", "ký số.pdf"])]
    assert office.took("stp", [("ký số.pdf", scan)]).reason == "duplicate"


@pytest.mark.parametrize("scan", [pdf_of(SIGNED), pdf_of("")])
def test_a_scan_alone_is_told_that_the_word_file_is_missing(office: Office, scan: bytes) -> None:
    record = office.took("stp", [("ký số.pdf", scan)])
    assert record.outcome is Outcome.CORRECTION
    findings = [*record.findings, *(f for s in record.submissions for f in s.findings)]
    assert [f.code for f in findings] == ["F103"]
