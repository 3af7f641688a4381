"""Every code has a good and a bad document, a page in both languages, and words that its params fill."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from checks_reading import ROOT, check, context, forms, grid, said
from documents_by_code import (
    BAD,
    CALENDAR,
    DAYS_BEFORE,
    DAYS_OFF,
    GOOD,
    MAILS,
    OTHER_AGENCY,
    PERIOD_2022,
    PERIOD_2023,
    ROWS,
    ii06,
    stats,
    stats_cell,
    unreadable,
)

from bot.checks.catalogue import MOST, TABLES, pages, run, unreadable_finding
from bot.checks.cross import put_aside
from bot.checks.registry import check as register
from bot.checks.registry import declare, entries
from bot.checks.words import FIELDS, Words, WordsError, placeholders
from bot.decide.judging import judge
from bot.demo import documents
from bot.domain.document import (
    Document,
    Excess,
    FileKind,
    Stated,
    TextDocument,
    Unreadable,
    UnreadableReason,
    Workbook,
)
from bot.domain.form import CellType, CountCheck, Form, Rule, Severity
from bot.domain.office import Language
from bot.domain.submission import Finding, Place, Verdict
from bot.screens import finding_words

WORDS = {language: finding_words(language) for language in Language}


@pytest.mark.parametrize(("code", "form", "document", "place", "options"), BAD)
def test_the_bad_document_has_exactly_its_finding(
    code: str, form: str, document: Document, place: str, options: dict[str, object]
) -> None:
    found = list(check(form, document, **options))
    if code == "X203":  # its former total row is a data row now
        found = [finding for finding in found if finding.code == code]
    assert said(tuple(found)) == [(code, place)]
    assert json.loads(json.dumps(found[0].params)) == found[0].params


@pytest.mark.parametrize(("codes", "form", "document", "options"), GOOD)
def test_the_good_document_has_no_finding(
    codes: str, form: str, document: Document, options: dict[str, object]
) -> None:
    assert said(check(form, document, **options)) == []


def test_every_code_has_a_good_and_a_bad_document() -> None:
    """M codes speak of mails as a whole: theirs stand in tests/flows/test_flow_mail_codes.py, and are counted there.
    F110 speaks of what is opened before there is a document: tests/documents/test_documents_unpack.py.
    """
    expected = {code for code in entries() if not code.startswith("M")} - {"F110"}
    assert {row[0] for row in BAD} == expected
    assert {code for row in GOOD for code in row[0].split()} == expected


@pytest.mark.parametrize(
    ("stated", "severity", "reason"),
    [
        (PERIOD_2022, Severity.ERROR, "file"),
        (Stated(windows=DAYS_BEFORE), Severity.ERROR, "days"),
        (replace(PERIOD_2022, windows=CALENDAR), Severity.ERROR, "file"),
        (Stated(windows=DAYS_OFF), Severity.REMARK, "days_off"),
        (replace(PERIOD_2023, windows=DAYS_BEFORE), Severity.REMARK, "days_off"),
        (replace(PERIOD_2023, windows=DAYS_OFF), Severity.REMARK, "days_off"),
    ],
)
def test_the_days_of_another_period_are_an_error_and_days_that_are_off_a_remark(
    stated: Stated, severity: Severity, reason: str
) -> None:
    (finding,) = check("ii06", ii06(), stated=stated)
    assert (finding.code, finding.severity, finding.params["reason"]) == ("C101", severity, reason)
    words = WORDS["vi"].say(finding)
    assert (stated.windows if reason != "file" else stated.periods)[0].found in words.found
    assert ("15/12/2022" in words.expected) is (reason != "file")


def test_a_letterhead_that_no_registry_knows_is_a_remark_unless_it_begins_the_agency_s_name() -> None:
    (finding,) = check("ii06", ii06(), stated=Stated(strangers=("SỞ XÂY DỰNG",)))
    assert (finding.severity, finding.params["actual"]) == (Severity.REMARK, "SỞ XÂY DỰNG")
    assert "SỞ XÂY DỰNG" in WORDS["vi"].say(finding).found
    assert check("ii06", ii06(), stated=Stated(strangers=("Uỷ ban nhân dân TP. Thủ Dầu Một",))) == ()


def test_a_file_put_aside_says_so_and_asks_for_nothing() -> None:
    found = put_aside(context("ii06", ii06(), stated=replace(PERIOD_2022, agencies=OTHER_AGENCY.agencies)), "b.xlsx")
    assert [(f.code, f.severity) for f in found] == [("C101", Severity.REMARK), ("C102", Severity.REMARK)]
    assert all('"b.xlsx"' in WORDS["vi"].say(f).found for f in found)
    assert put_aside(context("ii06", ii06(), stated=PERIOD_2023), "b.xlsx") == ()
    assert put_aside(context("ii06", ii06(), stated=Stated(windows=DAYS_OFF)), "b.xlsx") == ()


def test_a_district_that_leaves_the_provincial_rows_blank_gets_no_remark() -> None:
    given = documents.stats_values()
    assert any(row.type is not None and row.code not in given for row in ROWS)
    assert judge(check("cchc_stats", stats())) is Verdict.ACCEPTED


def test_a_soft_rule_is_a_remark() -> None:
    found = check("cchc_stats", stats(r4_2_2=140))
    assert [(f.code, f.severity, f.place.cell) for f in found] == [("X204", Severity.REMARK, stats_cell("4.2.2"))]


def test_self_score_is_held_to_its_maximum() -> None:
    header = ["STT", "Tiêu chí", "Điểm tối đa", "Điểm tự đánh giá", "Tài liệu kiểm chứng", "Ghi chú"]
    rows: list[list[object]] = [header, [1, "Chỉ đạo", "9,5", 8.25, None, None]]
    rows += [["1.1", "Kế hoạch", 2, "2,25", "KH 14", None], ["1.2", "Kiểm tra", 7.5, 6, None, "Xem báo cáo"]]
    found = check("selfscore", Workbook((grid(rows),)))
    errors = [f for f in found if f.code != "X102"]
    assert said(tuple(errors)) == [("X201", "D3")]
    assert errors[0].params["reason"] == "at_most"


def test_order_is_that_of_the_sheet_and_the_same_every_time() -> None:
    book = ii06(C11=1, G12="x", K13=3, B14=None, H21=0)
    first = check("ii06", book)
    assert first == check("ii06", book)
    cells = [f.place.cell for f in first if f.place.cell]
    assert cells == sorted(cells, key=lambda cell: (int(cell[1:]), cell[0]))
    assert len({(f.code, f.place) for f in first}) == len(first)


def test_a_flood_is_cut_and_counted() -> None:
    rows: list[list[object]] = [["STT", "Tên tin, bài", "Ngày đăng", "Loại báo"]]
    rows += [[n, f"Bài {n}", "hôm qua", "Báo in"] for n in range(1, MOST + 51)]
    found = [f for f in check("articles", Workbook((grid(rows),))) if f.code == "X108"]
    assert len(found) == MOST + 1
    assert found[-1].params == {"more": 50}
    assert found[-1].place.cell is None
    assert "50" in WORDS["vi"].say(found[-1], "Danh mục").found


def test_the_sheet_is_named_where_there_are_several() -> None:
    book = ii06(C12=1)
    two = Workbook((*book.sheets, grid([["Phụ lục"]], name="Khác")))
    said_vi = WORDS["vi"].say(check("ii06", two)[0], "Biểu II.06")
    assert 'trang tính "II.06"' in said_vi.where


def test_places_and_figures_as_the_office_writes_them() -> None:
    words = WORDS["vi"]
    row = [1, "Hộ tịch", 3000, 2000, 500, 44, 2544, 2544, 0, 0, 0, 0, 0]
    header = [f"({n})" for n in range(1, 14)]
    book = Workbook((grid([["STT", "Lĩnh vực"], header, row, [None, "TỔNG CỘNG", *row[2:]]]),))
    said_vi = words.say(check("ii06", book)[0], "Biểu II.06")
    assert said_vi.where == 'Biểu II.06, ô C3 (dòng "Hộ tịch", cột (3))'
    assert said_vi.found == "(3) đang là 3.000"
    assert said_vi.expected == "cần bằng (4)+(5)+(6) = 2.544"
    assert (said_vi.code, said_vi.severity) == ("X201", Severity.ERROR)
    assert "X201" in said_vi.message
    part = Finding("W101", Severity.ERROR, Place(part="II.2", heading="Cải cách thủ tục hành chính"))
    assert words.say(part, "Báo cáo CCHC").where == 'Báo cáo CCHC, Mục II.2 "Cải cách thủ tục hành chính"'
    assert words.say(part).where == 'Mục II.2 "Cải cách thủ tục hành chính"'
    period = words.say(check("ii06", ii06(), stated=PERIOD_2022)[0])
    assert period.where == 'Tệp "tep.xlsx"'
    assert "quý I/2023" in period.expected
    assert "first quarter of 2023" in WORDS["en"].say(check("ii06", ii06(), stated=PERIOD_2022)[0]).expected


def test_rows_are_named_as_people_name_them() -> None:
    def said_of(language: str, **values: object) -> tuple[str, str]:
        found = WORDS[language].say(check("cchc_stats", stats(**values))[0], "Biểu thống kê CCHC")
        return found.found, found.expected

    assert said_of("vi", r1_1_1=30, r1_1_2=999) == ("dòng 1.1.2 đang là 999", "không lớn hơn dòng 1.1.1 = 30")
    assert said_of("en", r1_1_1=30, r1_1_2=999) == ("row 1.1.2 is 999", "should be at most row 1.1.1 = 30")
    found, expected = said_of("vi", r1_3_1=3)
    assert found == "dòng 1.3.1 đang là 3"
    assert expected.startswith("không nhỏ hơn dòng 1.3.2 + dòng 1.3.3 + dòng 1.3.4 = ")
    share = Finding("X204", Severity.REMARK, Place(), {"left": "[6.1]", "expression": "([6.1.2]-[6.1.3])/[6.1.1]*100"})
    assert "(dòng 6.1.2 - dòng 6.1.3) / dòng 6.1.1 × 100 = …" in WORDS["vi"].say(share).expected


def test_a_file_above_the_limit_is_told_the_limit() -> None:
    whole, inside = (
        WORDS["vi"].say(unreadable_finding(Unreadable(UnreadableReason.TOO_BIG, over=over), "a.docx"))
        for over in (Excess("size", 30, 41), None)
    )
    assert (whole.found, "không quá 30 MB" in whole.expected) == ("tệp lớn hơn giới hạn 30 MB: 41 MB", True)
    assert "MB" not in inside.found + inside.expected


def test_an_old_finding_without_params_can_still_be_said() -> None:
    for code in entries():
        for words in WORDS.values():
            assert words.say(Finding(code, Severity.ERROR, Place(file="a"))).remedy


def test_braces_in_a_cell_are_shown_and_never_filled() -> None:
    found = check("ii06", ii06(D12="{row.__class__} {0}"))
    assert "{row.__class__} {0}" in WORDS["vi"].say(found[0], "Biểu II.06").found


def findings_of(code: str) -> list[Finding]:
    """Every finding of that code among the bad documents above."""
    found = [f for case in BAD if case[0] == code for f in check(case[1], case[2], **case[4]) if f.code == code]
    return found + [f for f in MAILS if f.code == code]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", sorted(entries()))
def test_every_code_can_be_said_and_every_placeholder_is_filled(code: str, language: str) -> None:
    words = WORDS[language]
    found = findings_of(code)
    assert found, f"no bad document for {code}"
    for finding in found:
        said_words = words.say(finding, "Biểu II.06")
        quoted = [value for value in finding.params.values() if isinstance(value, str) and "…" in value]
        for part in (said_words.where, said_words.found, said_words.expected, said_words.remedy, said_words.title):
            for quotation in quoted:  # a gap that was left in the file
                part = part.replace(quotation, "")
            assert "…" not in part.replace("; …", "")
            assert not re.search(r"\{\w*\}", part)
        assert said_words.where
        assert said_words.found
        assert said_words.remedy
    known = {"file", "period"} | {name for finding in found for name in finding.params}
    for field in FIELDS:
        entry = words._data[code][field]
        for line in [entry] if isinstance(entry, str) else entry.values():
            assert placeholders(line) <= known | {"limit", "choices", "label"}


def test_both_languages_have_the_same_codes_and_all_of_them() -> None:
    for words in WORDS.values():
        assert {key for key in words._data if re.fullmatch(r"[A-Z][0-9]{3}", key)} == set(entries())


@pytest.mark.parametrize("code", sorted(entries()))
def test_every_code_has_a_page_in_both_languages(code: str) -> None:
    english = {page.code: page for page in pages()}[code]
    vietnamese = WORDS["vi"].page(code)
    assert WORDS["en"].page(code) == english
    assert vietnamese.severity is english.severity
    for field in ("title", "what", "why", "mend", "example"):
        assert getattr(vietnamese, field)
        assert getattr(english, field)
        assert getattr(vietnamese, field) != getattr(english, field)


def test_a_check_without_a_page_or_with_a_taken_code_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        register("X999", Severity.ERROR, TABLES)(lambda context: ())
    with pytest.raises(ValueError, match="taken"):
        declare("X101", Severity.ERROR, "Title.")
    with pytest.raises(ValueError, match="malformed"):
        declare("Q1", Severity.ERROR, "Title.")
    assert "X999" not in entries()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda text: text.replace("[X201]", "[X209]"), "X201.title"),
        (lambda text: text.replace("{actual}", "{actual.__class__}"), "braces"),
        (lambda text: text.replace("[kinds]", "[kinds"), "findings.toml"),
    ],
)
def test_bad_words_are_refused_with_their_key(change: object, key: str) -> None:
    good = (ROOT / "mail_templates" / "vi" / "findings.toml").read_text(encoding="utf-8")
    with pytest.raises(WordsError, match=re.escape(key)):
        Words.parse("vi", change(good), "findings.toml")  # type: ignore[operator]


def test_unreadable_without_a_form() -> None:
    assert unreadable_finding(unreadable(UnreadableReason.EMPTY), "a.docx").code == "F102"
    finding = unreadable_finding(unreadable(UnreadableReason.UNSUPPORTED, FileKind.IMAGE), "scan.jpg")
    assert (finding.code, finding.place.file, finding.params["reason"]) == ("F103", "scan.jpg", "any")


def test_a_readable_file_of_the_wrong_kind_has_no_other_finding() -> None:
    found = run(context("ii06", TextDocument(()), stated=PERIOD_2022))
    assert said(found) == [("F103", "tep.xlsx")]


def test_a_count_that_must_be_stated() -> None:
    form = forms()["articles"]
    assert form.table is not None
    count = replace(form.table.count or CountCheck(()), required=True)
    strict: Form = replace(form, table=replace(form.table, count=count))
    rows: list[list[object]] = [["STT", "Tên tin, bài", "Ngày đăng", "Loại báo"], [1, "Bài", "9/3/2023", "Báo in"]]
    assert said(check(strict, Workbook((grid(rows),)))) == [("X301", "Sheet1")]
    assert said(check(strict, Workbook((grid([["Tổng số tin, bài", 1], *rows]),)))) == []
    assert said(check(strict, Workbook((grid([["Tổng số tin, bài", 2], *rows]),)))) == [("X301", "B1")]
    # Numbers that are no count: a year in a title.
    title = ["Số lượng tin, bài quý I năm 2023"]
    assert said(check(form, Workbook((grid([title, *rows]),)))) == []


def test_limits_and_tolerance_of_a_form_count() -> None:
    form = forms()["selfscore"]
    assert form.table is not None
    columns = tuple(replace(c, maximum=Decimal(10)) if c.key == "4" else c for c in form.table.columns)
    table = replace(form.table, columns=columns, rules=(Rule("(4)<=(3)", Severity.REMARK, Decimal("0.5")),), proofs=())
    header = ["STT", "Tiêu chí", "Điểm tối đa", "Điểm tự đánh giá"]

    def codes(score: object) -> list[str]:
        found = check(replace(form, table=table), Workbook((grid([header, [1, "A", 8, score]]),)))
        return [f"{f.code} {f.severity.value}" for f in found]

    assert codes("8,5") == []
    assert codes(9) == ["X201 remark"]
    assert codes(11) == ["X106 error"]
    assert table.column("4").type is CellType.DECIMAL


def test_a_stored_code_that_is_no_longer_known_is_still_said() -> None:
    old = Finding("X999", Severity.REMARK, Place(sheet="II.06", cell="D28"), {})
    for words in WORDS.values():
        said = words.say(old, "Biểu II.06")
        assert "D28" in said.where
        assert "X999" in said.message
