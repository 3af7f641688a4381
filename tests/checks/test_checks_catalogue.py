"""Every code has a good and a bad document, a page in both languages, and words that its params fill."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from checks_reading import ROOT, check, context, forms, grid, said, text, workbook

from bot.checks.catalogue import MOST, TABLES, mail_finding, pages, run, unreadable_finding
from bot.checks.cross import put_aside
from bot.checks.registry import check as register
from bot.checks.registry import declare, entries
from bot.checks.words import FIELDS, Words, WordsError, placeholders
from bot.decide.judging import judge
from bot.demo import documents
from bot.domain.document import (
    Cell,
    Document,
    FileKind,
    PeriodClaim,
    Stated,
    TextDocument,
    Unreadable,
    UnreadableReason,
    WindowClaim,
    Workbook,
)
from bot.domain.form import CellType, CountCheck, Form, Rule, Severity
from bot.domain.office import Language
from bot.domain.round import PeriodKind
from bot.domain.submission import Finding, Place, Verdict
from bot.screens import finding_words

WORDS = {language: finding_words(language) for language in Language}
STATS = forms()["cchc_stats"]
assert STATS.table is not None
ROWS = STATS.table.rows
Q1 = "quý I năm 2023"


def ii06(**cells: object) -> Workbook:
    return workbook(documents.ii06("UBND huyện", Q1, break_cell=cells))


def stats(missing: tuple[str, ...] = (), **values: object) -> Workbook:
    given = documents.stats_values() | {key.lstrip("r").replace("_", "."): value for key, value in values.items()}
    return workbook(documents.cchc_stats("UBND huyện", Q1, ROWS, values=given, missing=missing))


def broadcasts(**cells: object) -> Workbook:
    return workbook(documents.broadcasts("Đài", Q1, break_cell=cells))


def articles(**cells: object) -> Workbook:
    return workbook(documents.articles("Báo", Q1, break_cell=cells))


def stats_cell(code: str) -> str:
    return f"D{documents.STATS_FIRST_ROW + [row.code for row in ROWS].index(code)}"


def with_cell(book: Workbook, cell: Cell) -> Workbook:
    sheet = book.sheets[0]
    return Workbook((replace(sheet, cells={**sheet.cells, (cell.row, cell.column): cell}),))


def without_column(book: Workbook, column: int) -> Workbook:
    sheet = book.sheets[0]
    return Workbook((replace(sheet, cells={at: cell for at, cell in sheet.cells.items() if at[1] != column}),))


def unreadable(reason: UnreadableReason, kind: FileKind = FileKind.OTHER) -> Unreadable:
    return Unreadable(reason, kind)


PART = ("IV",)
NARRATIVE = text("**IV. Phương hướng, nhiệm vụ", "Tiếp tục.")
PERIOD_2022 = Stated(periods=(PeriodClaim(PeriodKind.QUARTER, 4, 2022, "quý IV năm 2022"),))
PERIOD_2023 = Stated(periods=(PeriodClaim(PeriodKind.QUARTER, 1, None, "quý I"),))
OTHER_AGENCY = Stated(agencies=(("stc", "Sở Tài chính"),))
SAME_AGENCY = Stated(agencies=(("stc", "Sở Tài chính"), ("tdm", "UBND thành phố Thủ Dầu Một")))
DAYS_BEFORE = (WindowClaim(date(2022, 9, 15), date(2022, 12, 14), "Từ ngày 15/9/2022 đến ngày 14/12/2022"),)
DAYS_OFF = (WindowClaim(date(2022, 9, 15), date(2023, 1, 14), "từ ngày 15/9/2022 đến ngày 14/01/2023"),)
CALENDAR = (WindowClaim(date(2023, 1, 1), date(2023, 3, 31), "từ ngày 01/01/2023 đến ngày 31/3/2023"),)

# code, form, the bad document, where the finding is, what else the context needs
BAD: list[tuple[str, str, Document, str, dict[str, object]]] = [
    ("F101", "ii06", unreadable(UnreadableReason.CORRUPT), "tep.xlsx", {}),
    ("F102", "ii06", unreadable(UnreadableReason.EMPTY), "tep.xlsx", {}),
    ("F103", "ii06", unreadable(UnreadableReason.UNSUPPORTED, FileKind.PDF), "tep.xlsx", {}),
    ("F103", "ii06", NARRATIVE, "tep.xlsx", {}),
    ("F103", "narrative", ii06(), "tep.xlsx", {}),
    ("F104", "narrative", unreadable(UnreadableReason.ENCRYPTED), "tep.xlsx", {}),
    ("F105", "ii06", unreadable(UnreadableReason.TOO_BIG), "tep.xlsx", {}),
    ("F105", "ii06", Unreadable(UnreadableReason.TOO_BIG, limit_bytes=30 * 2**20), "tep.xlsx", {}),
    ("F106", "ii06", unreadable(UnreadableReason.TIMEOUT), "tep.xlsx", {}),
    ("F106", "ii06", unreadable(UnreadableReason.CRASHED), "tep.xlsx", {}),
    ("F107", "narrative", unreadable(UnreadableReason.UNSUPPORTED, FileKind.DOC), "tep.xlsx", {}),
    ("F107", "ii06", unreadable(UnreadableReason.UNSUPPORTED, FileKind.XLS), "tep.xlsx", {}),
    ("W101", "narrative", text("Trong quý, phương hướng, nhiệm vụ đã rõ."), "IV", {"parts": PART}),
    ("W102", "narrative", text("**IV. Phương hướng, nhiệm vụ", "…………"), "IV", {"parts": PART}),
    ("W102", "narrative", text("**IV. Phương hướng, nhiệm vụ", "Không có."), "IV", {"parts": PART}),
    ("X101", "ii06", Workbook((grid([["Ghi chú", "khác"], [1, 2]]),)), "tep.xlsx", {}),
    ("X102", "ii06", without_column(ii06(), 6), "II.06", {}),
    ("X102", "broadcasts", without_column(broadcasts(), 5), "Phát sóng", {}),
    ("X103", "cchc_stats", stats(missing=("3.3.4",)), "Thống kê CCHC", {}),
    ("X104", "ii06", ii06(D12="khoảng 120"), "D12", {}),
    ("X104", "cchc_stats", stats(r3_3_2="cao"), stats_cell("3.3.2"), {}),
    ("X104", "cchc_stats", stats(r2_2="12/ba/1"), stats_cell("2.2"), {}),
    ("X105", "broadcasts", broadcasts(C7=None), "C7", {}),
    ("X105", "cchc_stats", stats(r1_1_1=None), stats_cell("1.1.1"), {}),
    ("X106", "ii06", ii06(C12=-5), "C12", {}),
    ("X106", "ii06", ii06(C12="12,5"), "C12", {}),
    ("X106", "cchc_stats", stats(r2_2="12/3/4"), stats_cell("2.2"), {}),
    ("X107", "cchc_stats", stats(r3_3_2=985), stats_cell("3.3.2"), {}),
    ("X107", "cchc_stats", stats(r3_3_2="-1 %"), stats_cell("3.3.2"), {}),
    ("X108", "articles", articles(D7="Báo nói"), "D7", {}),
    ("X108", "broadcasts", broadcasts(C7="31/02/2023"), "C7", {}),
    ("X109", "ii06", ii06(C12="#REF!"), "C12", {}),
    ("X109", "ii06", ii06(C12="=D12+E12+F12"), "C12", {}),
    ("X110", "ii06", workbook(documents.ii06("UBND huyện", Q1, rows=[])), "II.06", {}),
    ("X110", "cchc_stats", workbook(documents.cchc_stats("UBND huyện", Q1, ROWS)), "Thống kê CCHC", {}),
    ("X112", "cchc_stats", stats(r2_2=12), stats_cell("2.2"), {}),
    ("X201", "ii06", ii06(C12=1), "C12", {}),
    ("X202", "ii06", ii06(H21=1), "H21", {}),
    ("X202", "broadcasts", broadcasts(D11=64), "D11", {}),
    ("X203", "ii06", ii06(B21="Ghi thêm"), "II.06", {}),
    ("X204", "cchc_stats", stats(r1_1_1=10, r1_1_2=15), stats_cell("1.1.2"), {}),
    ("X204", "cchc_stats", stats(r6_2_1=61), stats_cell("6.2.1"), {}),
    ("X204", "cchc_stats", stats(r1_3_1=3), stats_cell("1.3.1"), {}),
    ("X301", "articles", workbook(documents.articles("Báo", Q1, count=7)), "B13", {}),
    ("X301", "broadcasts", workbook(documents.broadcasts("Đài", Q1, count=4)), "B13", {}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": PERIOD_2022}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": Stated(windows=DAYS_BEFORE)}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": Stated(windows=DAYS_OFF)}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": replace(PERIOD_2023, windows=DAYS_BEFORE)}),
    ("C102", "ii06", ii06(), "tep.xlsx", {"stated": OTHER_AGENCY}),
    ("C103", "ii06", ii06(), "tep.xlsx", {"stated": Stated(strangers=("SỞ XÂY DỰNG",))}),
]
MAILS = [
    mail_finding("M101"),
    mail_finding("M102", "kế hoạch.docx"),
    mail_finding("M103", "ii06.xlsx", form="Biểu II.06"),
    mail_finding("M104", "ii06.xlsx", form="Biểu II.06", other="ii06 (2).xlsx"),
    *(
        mail_finding(
            "M105",
            "q4.xlsx" if reason == "file_name" else "",
            reason=reason,
            actual="quý IV năm 2022",
            period_kind="quarter",
            period_ordinal=1,
            period_year=2023,
        )
        for reason in ("subject", "file_name", "body")
    ),
    *put_aside(context("ii06", ii06(), stated=replace(PERIOD_2022, agencies=OTHER_AGENCY.agencies)), "II.06.xlsx"),
    *put_aside(context("ii06", ii06(), stated=Stated(windows=DAYS_BEFORE)), "II.06.xlsx"),
]


@pytest.mark.parametrize(("code", "form", "document", "place", "options"), BAD)
def test_the_bad_document_has_exactly_its_finding(
    code: str, form: str, document: Document, place: str, options: dict[str, object]
) -> None:
    found = list(check(form, document, **options))
    if code == "X203":  # its former total row is a data row now
        found = [finding for finding in found if finding.code == code]
    assert said(tuple(found)) == [(code, place)]
    assert json.loads(json.dumps(found[0].params)) == found[0].params


@pytest.mark.parametrize(
    ("form", "document", "options"),
    [
        ("narrative", NARRATIVE, {"parts": PART}),
        ("ii06", ii06(), {}),
        ("ii06", ii06(), {"stated": PERIOD_2023}),
        ("ii06", ii06(), {"stated": SAME_AGENCY}),
        ("ii06", ii06(), {"stated": Stated(windows=CALENDAR)}),
        ("ii06", ii06(), {"stated": replace(PERIOD_2023, windows=CALENDAR)}),
        ("ii06", ii06(), {"stated": Stated(strangers=("UBND THÀNH PHỐ",))}),
        ("ii06", ii06(), {"stated": replace(SAME_AGENCY, strangers=("SỞ XÂY DỰNG",))}),
        ("ii06", ii06(C11="866", D11="460"), {}),
        ("broadcasts", broadcasts(), {}),
        ("broadcasts", broadcasts(C7="ngày 16 tháng 01 năm 2023", D11="63 phút", D12=None), {}),
        ("articles", articles(D6="bao in", D7="ĐIỆN TỬ", D8="Online", D9="1. Báo giấy", C6="11/01/2023"), {}),
        ("cchc_stats", stats(r1_4_2="2 - Kết hợp", r1_5="Có", r3_3_2="98,5 %", r2_2="12/3/1"), {}),
    ],
)
def test_good_documents_have_no_error(form: str, document: Document, options: dict[str, object]) -> None:
    assert said(check(form, document, **options)) == []


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
    rows: list[list[object]] = [header, [1, "Chỉ đạo", "9,5", 8.25, "KH 14", None], ["1.1", "Kế hoạch", 2, "2,25"]]
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
        WORDS["vi"].say(unreadable_finding(Unreadable(UnreadableReason.TOO_BIG, limit_bytes=limit), "a.docx"))
        for limit in (30 * 2**20, None)
    )
    assert (whole.found, "không quá 30 MB" in whole.expected) == ("tệp lớn hơn 30 MB nên không đọc được", True)
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
        for part in (said_words.where, said_words.found, said_words.expected, said_words.remedy, said_words.title):
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
    table = replace(form.table, columns=columns, rules=(Rule("(4)<=(3)", Severity.REMARK, Decimal("0.5")),))
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
