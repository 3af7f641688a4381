"""Blank forms on their way: what a request and a reminder carry, what last period fills in, what hinders nothing."""

import io
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from embedded_office import ROUND, Office, at, embedded_office

from bot.documents.blank_facts import DOCX_TYPE, XLSX_TYPE
from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.reader import read_document
from bot.domain.document import FormTag, Unreadable, UnreadableReason, Workbook
from bot.domain.form import Form, Prefill, TableSpec
from bot.domain.letter import Enclosure
from bot.domain.round import Round
from bot.flows import blanks
from bot.flows.blanks import blank_files, within
from bot.flows.services import Services
from bot.store.vault import VaultError

BEFORE = at(3, 1, 7)
NARRATIVE = "Báo cáo CCHC – UBND thành phố Thủ Dầu Một – quý I-2023.docx"
II06 = "Biểu II.06 – UBND thành phố Thủ Dầu Một – quý I-2023.xlsx"
STATS = "Biểu thống kê CCHC – UBND thành phố Thủ Dầu Một – quý I-2023.xlsx"
ENCLOSED = "Biểu mẫu điền sẵn gửi kèm"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def carried(mail: EmailMessage) -> dict[str, bytes]:
    """The forms in it: the deadline for the calendar is none."""
    files = (part for part in mail.iter_attachments() if part.get_content_type() != "text/calendar")
    return {part.get_filename() or "": part.get_payload(decode=True) or b"" for part in files}  # type: ignore[misc]


def said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def nudged(office: Office, moment: object) -> EmailMessage:
    office.once(moment)  # type: ignore[arg-type]
    return office.got("tdm")[-1]


def test_a_request_carries_all_and_a_reminder_what_is_missing(office: Office) -> None:
    request = nudged(office, at(3, 2, 9))
    assert set(carried(request)) == {NARRATIVE, II06, STATS}
    assert ENCLOSED in said(request)
    for name, payload in carried(request).items():
        document = read_document(payload, DEFAULT_LIMITS)
        assert not isinstance(document, Unreadable)
        assert document.traits.tag == FormTag(
            ROUND, "tdm", {NARRATIVE: "narrative", II06: "ii06"}.get(name, "cchc_stats"), 1
        )
    cast = office.cast("tdm")
    broken = cast.ii06(broken={"C12": 1})
    office.took("tdm", [("Báo cáo.docx", cast.narrative()), ("Biểu II.06.xlsx", broken)], moment=at(3, 3))
    states = office.owed("tdm")
    assert (states["narrative"].status, states["ii06"].status) == ("fulfilled", "correction_needed")
    before = len(office.got("tdm"))
    reminder = nudged(office, at(3, 6, 9))
    assert len(office.got("tdm")) > before
    assert set(carried(reminder)) == {STATS}, "neither what is there nor what only waits for its correction"


def test_forms_come_only_where_the_office_wants_it(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_DOCUMENTS__ENCLOSE_FORMS="false") as office:
        request = nudged(office, at(3, 2, 9))
        assert carried(request) == {}
        assert ENCLOSED not in said(request)
        assert "đính kèm tệp" in said(request)


def test_the_same_agency_gets_the_same_bytes(office: Office) -> None:
    round_, agency = office.settings.round(ROUND), office.settings.registry.get("tdm")
    forms = [office.settings.forms[code] for code in ("narrative", "ii06")]
    first, second = (blank_files(office.services, round_, agency, forms) for _ in range(2))
    assert first == second
    assert [(f.name, f.content_type) for f in first] == [(NARRATIVE, DOCX_TYPE), (II06, XLSX_TYPE)]
    other = blank_files(office.services, round_, office.settings.registry.get("ta"), forms)
    assert {f.payload for f in first}.isdisjoint(f.payload for f in other)


def last_quarter(rows: list[list[object]]) -> Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([f"({n})" for n in range(1, 14)])
    for row in rows:
        sheet.append(row)
    output = io.BytesIO()
    book.save(output)
    document = read_document(output.getvalue(), DEFAULT_LIMITS)
    assert isinstance(document, Workbook)
    return document


LAST = last_quarter(
    [
        [1, "Hộ tịch", 20, 10, 5, 5, 8, 8, 0, 0, 12, 12, 0],
        [2, "Đất đai", 3, 3, 0, 0, 3, 3, 0, 0, 0, 0, 0],
        [None, "TỔNG CỘNG", 23, 13, 5, 5, 11, 11, 0, 0, 12, 12, 0],
    ]
)


def blank_of(services: Services, round_: Round, form: Form) -> list[list[object]]:
    (file,) = blank_files(services, round_, services.registry.get("tdm"), [form])
    sheet = openpyxl.load_workbook(io.BytesIO(file.payload)).worksheets[0]
    top = next(row for row in range(1, 30) if sheet.cell(row, 1).value == "(1)") + 1
    return [[sheet.cell(row, column).value for column in (1, 2, 6)] for row in range(top, top + 3)]


def test_last_periods_rows_and_figures_are_filled_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    round_, form = office.settings.round(ROUND), office.settings.forms["ii06"]
    assert form.table is not None
    assert [(p.column, p.last) for p in form.table.prefill] == [("6", "11")]
    monkeypatch.setattr(blanks, "last_report", lambda *_: LAST)
    assert blank_of(office.services, round_, form) == [[1, "Hộ tịch", 12], [2, "Đất đai", None], [3, None, None]]
    named = replace(form, table=replace(form.table, labels=("ĐẤT ĐAI", "hộ  tịch", "Xây dựng")))
    rows = blank_of(office.services, round_, named)
    assert rows == [[1, "ĐẤT ĐAI", None], [2, "hộ  tịch", 12], [3, "Xây dựng", None]]


@pytest.mark.parametrize("trouble", ["gone", "unreadable", "none", "another table"])
def test_last_period_hinders_nothing(office: Office, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    def report(*_: object) -> object:
        if trouble == "gone":
            raise VaultError("abc")
        if trouble == "another table":
            return last_quarter([])
        return Unreadable(UnreadableReason.CORRUPT) if trouble == "unreadable" else None

    monkeypatch.setattr(blanks, "last_report", report)
    rows = blank_of(office.services, office.settings.round(ROUND), office.settings.forms["ii06"])
    assert rows == [[1, None, None], [2, None, None], [3, None, None]]


def test_coded_rows_take_over_what_the_form_asks_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    form = office.settings.forms["cchc_stats"]
    spec = form.table
    assert isinstance(spec, TableSpec)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([c.title for c in spec.columns])
    for row in spec.rows:
        sheet.append([row.code, row.label, row.unit, 17 if row.code == "1.1.1" else None, None])
    output = io.BytesIO()
    book.save(output)
    monkeypatch.setattr(blanks, "last_report", lambda *_: read_document(output.getvalue(), DEFAULT_LIMITS))
    wanted = replace(form, table=replace(spec, prefill=(Prefill("value", "value"),)))
    (file,) = blank_files(office.services, office.settings.round(ROUND), office.settings.registry.get("tdm"), [wanted])
    made = openpyxl.load_workbook(io.BytesIO(file.payload)).worksheets[0]
    figures = [row[3] for row in made.iter_rows(values_only=True) if row[0] in {r.code for r in spec.rows}]
    assert [f for f in figures if f is not None] == [17]


def test_so_much_goes_together_and_no_more() -> None:
    files = tuple(Enclosure(str(size), XLSX_TYPE, bytes(size)) for size in (30, 80, 40, 31))
    assert [f.name for f in within(files, 100)] == ["30", "40"]
    assert [f.name for f in within(files, 101)] == ["30", "40", "31"]
    assert within(()) == ()
