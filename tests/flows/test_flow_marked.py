"""The correction brings the agency's own file with the faults marked in it; mended in place, it is accepted."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from embedded_office import Office, at, embedded_office

from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.reader import read_document
from bot.domain.document import FileKind, Traits, Unreadable, UnreadableReason, Workbook
from bot.domain.form import Severity
from bot.domain.mail import Outcome
from bot.domain.submission import Finding, Place
from bot.flows import marked
from bot.flows.marked import marked_file

BEFORE = at(3, 1, 7)
NAME = "Đánh dấu chỗ cần sửa – Biểu II.06.xlsx"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office for tests that send nothing."""
    with embedded_office(tmp_path_factory.mktemp("still"), BEFORE) as running:
        yield running


def enclosed(office: Office, agency: str = "vpub") -> dict[str, bytes]:
    return {part.get_filename(): part.get_content() for part in office.got(agency)[-1].iter_attachments()}


def comments(payload: bytes) -> dict[str, str]:
    rows = openpyxl.load_workbook(io.BytesIO(payload)).worksheets[0].iter_rows()
    return {c.coordinate: c.comment.text for row in rows for c in row if c.comment}


def finding(code: str = "X104", severity: Severity = Severity.ERROR, **place: Any) -> Finding:
    return Finding(code, severity, Place(**place), {"actual": "không"})


def test_the_correction_brings_the_file_with_its_faults_marked(office: Office) -> None:
    source = office.cast("vpub").ii06({"C14": 120})
    office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative()), ("Biểu.xlsx", source)])
    files = enclosed(office)
    assert list(files) == [NAME]
    said = comments(files[NAME])
    assert "C14" in said
    assert "120" in said["C14"]
    assert "(X201)" in said["C14"]
    text = office.got("vpub")[-1].get_body(("plain",)).get_content()
    assert "đã đánh dấu vàng trong tệp gửi kèm" in " ".join(text.split())
    one, two = (read_document(b, DEFAULT_LIMITS) for b in (source, files[NAME]))
    assert isinstance(one, Workbook)
    assert isinstance(two, Workbook)
    assert (one.sheets, two.traits.comments) == (two.sheets, ())


def test_mended_in_place_and_sent_back_it_is_accepted_without_a_word_on_our_marks(office: Office) -> None:
    cast = office.cast("vpub")
    office.took("vpub", [("Báo cáo.docx", cast.narrative()), ("Biểu.xlsx", cast.ii06({"C14": 120}))])
    notice = office.got("vpub")[-1]
    right = openpyxl.load_workbook(io.BytesIO(cast.ii06())).worksheets[0]["C14"].value
    book = openpyxl.load_workbook(io.BytesIO(enclosed(office)[NAME]))
    book.worksheets[0]["C14"] = right
    stream = io.BytesIO()
    book.save(stream)
    record = office.took("vpub", [(NAME, stream.getvalue())], subject=f"Re: {notice['Subject']}", answers=notice)
    assert record.outcome is Outcome.ACCEPTED
    assert [(s.form, s.version, s.findings) for s in record.submissions] == [("ii06", 2, ())]
    assert not list(office.got("vpub")[-1].iter_attachments())


def test_the_marked_file_sent_back_as_it_is_has_the_same_faults_and_fresh_marks(office: Office) -> None:
    cast = office.cast("vpub")
    first = office.took("vpub", [("Biểu.xlsx", cast.ii06({"C14": 120}))])
    before = enclosed(office)[NAME]
    record = office.took("vpub", [(NAME, before)])
    assert record.outcome is Outcome.CORRECTION
    assert record.submissions[0].findings == first.submissions[0].findings
    assert comments(enclosed(office)[NAME]) == comments(before)


def test_a_narrative_gets_comments_at_its_headings(office: Office) -> None:
    office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative(missing=("II.2",), empty=("V",)))])
    [(name, payload)] = enclosed(office).items()
    assert name == "Đánh dấu chỗ cần sửa – Báo cáo CCHC.docx"
    said = [(c.author, c.text) for c in docx.Document(io.BytesIO(payload)).comments]
    assert {author for author, _ in said} == {"Thư ký"}
    assert any("(W101)" in text and "Mục II.2" in text for _, text in said)
    assert any("(W102)" in text and "Mục V" not in text for _, text in said)
    body = docx.Document(io.BytesIO(payload)).element.body.xml
    assert body.count("commentReference") == len(said)


def test_a_receipt_brings_nothing(office: Office) -> None:
    office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    assert enclosed(office, "stp") == {}


def workbook(still: Office) -> tuple[bytes, Workbook]:
    payload = still.cast("vpub").ii06()
    document = read_document(payload, DEFAULT_LIMITS)
    assert isinstance(document, Workbook)
    return payload, document


def test_places_in_a_workbook(still: Office) -> None:
    payload, document = workbook(still)
    form = still.services.forms["ii06"]
    sheet = document.sheets[0].name
    findings = (
        finding("X105", Severity.REMARK, sheet=sheet, cell="D12"),
        finding(sheet=sheet, cell="C12"),
        finding("X102", sheet=sheet),
        finding("F108", file="Biểu.xlsm"),
        finding("X999", Severity.HOLD, sheet=sheet, cell="E12"),
        finding(sheet="Không có trang này", cell="A1"),
    )
    file = marked_file(still.services, form, findings, "Biểu.xlsx", payload, document)
    assert file is not None
    said = comments(file.payload)
    assert list(said) == ["A7", "C12", "D12"]  # A7: the first cell of the table's header
    assert said["D12"].splitlines()[1] == "Lưu ý để tham khảo, không ảnh hưởng đến kết quả."
    assert "Biểu II.06" not in said["C12"]
    assert "(X102)" in said["A7"]
    assert "(F108)" in said["A7"]
    assert (file.name, file.content_type.rpartition(".")[2]) == (NAME, "sheet")


def test_what_is_about_the_file_alone_is_not_marked(still: Office) -> None:
    payload, document = workbook(still)
    form = still.services.forms["ii06"]
    assert marked_file(still.services, form, (finding("F108", file="a.xlsm"),), "a.xlsm", payload, document) is None
    assert marked_file(still.services, form, (), "a.xlsx", payload, document) is None


def test_places_in_a_narrative(still: Office) -> None:
    form = still.services.forms["narrative"]
    titles = {part.code: part.title for part in form.parts}
    written = docx.Document()
    for text in ("BÁO CÁO", f"I. {titles['I']}", "Nội dung.", "Hết."):
        written.add_paragraph().add_run(text).bold = text.startswith("I.")
    stream = io.BytesIO()
    written.save(stream)
    source = stream.getvalue()
    document = read_document(source, DEFAULT_LIMITS)

    def hung(*findings: Finding) -> list[tuple[int, str]]:
        file = marked_file(still.services, form, findings, "a.docx", source, document)
        assert file is not None
        return _hung(file.payload)

    assert [ordinal for ordinal, _ in hung(finding("W102", part="I", heading="x"))] == [2]
    [(after, text)] = hung(finding("W101", part="II", heading=titles["II"]))
    assert after == 2  # the heading after which it belongs
    assert "Mục II" in text
    [(before, _)] = hung(finding("W101", part=form.parts[0].code, heading="x"))
    assert before == 2
    both = hung(finding("W102", part="I", heading="x"), finding("C101", file="a.docx"))
    assert [ordinal for ordinal, _ in both] == [1, 2]


def _hung(payload: bytes) -> list[tuple[int, str]]:
    """The ordinal of the paragraph and the text of each comment."""
    opened = docx.Document(io.BytesIO(payload))
    texts = {str(comment.comment_id): comment.text for comment in opened.comments}
    starts = [(n, q._p.xpath("./w:commentRangeStart/@w:id")) for n, q in enumerate(opened.paragraphs, 1)]
    return [(ordinal, texts[number]) for ordinal, numbers in starts for number in numbers]


@pytest.mark.parametrize("kind", [FileKind.DOC, FileKind.XLS, FileKind.PDF, FileKind.XLSB, FileKind.ODS])
def test_kinds_that_carry_no_marks(still: Office, kind: FileKind) -> None:
    payload, document = workbook(still)
    form = still.services.forms["ii06"]
    fault = finding(sheet=document.sheets[0].name, cell="C12")
    other = replace(document, traits=Traits(kind))
    assert marked_file(still.services, form, (fault,), "a", payload, other) is None
    unreadable = Unreadable(UnreadableReason.CORRUPT)
    assert marked_file(still.services, form, (fault,), "a", payload, unreadable) is None
    assert marked_file(still.services, form, (fault,), "a", payload[:500], document) is None


def test_a_large_file_goes_without(still: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    payload, document = workbook(still)
    form = still.services.forms["ii06"]
    fault = finding(sheet=document.sheets[0].name, cell="C12")
    assert marked_file(still.services, form, (fault,), "a", payload, document) is not None
    monkeypatch.setattr(marked, "MAX_BYTES", 2_000)
    assert marked_file(still.services, form, (fault,), "a", payload, document) is None


def test_the_name_is_short_and_safe(still: Office) -> None:
    payload, document = workbook(still)
    fault = finding(sheet=document.sheets[0].name, cell="C12")
    form = replace(still.services.forms["ii06"], short_title="II.06/VPCP: " + "Kết quả giải quyết " * 9 + ".")
    file = marked_file(still.services, form, (fault,), "a", payload, document)
    assert file is not None
    assert len(file.name) <= 100
    assert file.name.endswith(".xlsx")
    assert not set(file.name) & set('/\\:*?"<>|')
