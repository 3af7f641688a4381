"""How a file was left: what is said of endings, macros, changes, links, hidden figures, formulas and gaps."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from checks_reading import check, forms, grid, said, text, text_document, workbook
from documents_by_code import (
    COPY,
    NARRATIVE,
    PART,
    ROWS,
    articles,
    carrying,
    from_blank,
    ii06,
    narrative_with,
    sheet_with,
    stats,
)

from bot.checks.leftovers import placeholder
from bot.demo import documents
from bot.domain.document import Document, FileKind, FormTag, Paragraph, TextDocument, Workbook
from bot.domain.form import Severity
from bot.domain.office import Language
from bot.domain.submission import Finding
from bot.screens import finding_words

WORDS = finding_words(Language.VI)
BOOKS = {FileKind.XLSX: "xlsx", FileKind.XLS: "xls", FileKind.XLSB: "xlsb", FileKind.ODS: "ods"}
TEXTS = {FileKind.DOCX: "docx", FileKind.DOC: "doc", FileKind.ODT: "odt", FileKind.RTF: "rtf"}


def only(code: str, form: str, document: Document, **options: object) -> Finding:
    (found,) = check(form, document, **options)
    assert found.code == code
    return found


# ---- endings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", [BOOKS, TEXTS], ids=["books", "texts"])
def test_every_kind_under_every_ending(family: dict[FileKind, str]) -> None:
    form, document, parts = ("ii06", ii06(), ()) if family is BOOKS else ("narrative", NARRATIVE, PART)
    others = (TEXTS if family is BOOKS else BOOKS).values()
    for kind, own in family.items():

        def judged(name: str, kind: FileKind = kind) -> tuple[str, str] | None:
            found = check(form, carrying(document, kind), parts=parts, file_name=name)
            assert {f.code for f in found} <= {"F109"}
            return next(((str(f.params["reason"]), f.severity.value) for f in found), None)

        assert judged(f"báo cáo.{own}") is None
        assert judged(f"BÁO CÁO.{own.upper()}") is None
        near = [e for e in family.values() if e != own and (kind, e) != (FileKind.RTF, "doc")]
        assert all(judged(f"a.{e}") == ("family", "remark") for e in near)
        assert all(judged(f"a.{ending}") == ("other", "remark") for ending in (*others, "pdf", "jpg", "txt", "zip"))
        assert judged("báo cáo quý I") == ("none", "remark")
        assert judged("BC.CCHC quý 1") == ("none", "remark")
        assert judged("báo cáo.2023") == ("unknown", "remark")


@pytest.mark.parametrize("name", ["bieu.xlsm", "bieu.xltx"])
def test_other_endings_of_the_same_program(name: str) -> None:
    assert check("ii06", ii06(), file_name=name) == ()


def test_word_saves_rtf_under_doc() -> None:
    assert check("narrative", carrying(NARRATIVE, FileKind.RTF), parts=PART, file_name="bc.doc") == ()


def test_the_ending_to_take_is_named() -> None:
    said_vi = WORDS.say(only("F109", "ii06", ii06(), file_name="bieu.pdf"))
    assert ".pdf" in said_vi.found
    assert ".xlsx" in said_vi.expected
    assert ".xlsx" in said_vi.remedy


# ---- what a file carries -----------------------------------------------------------------------------------


def test_macros_are_an_error_and_said_not_to_be_taken_over() -> None:
    found = only("F108", "ii06", carrying(ii06(), macros=True), file_name="bieu.xlsm")
    assert found.severity is Severity.ERROR
    assert "không được tiếp nhận" in WORDS.say(found).found
    assert ".xlsx" in WORDS.say(found).remedy


def test_changes_comments_and_links_are_remarks_that_quote() -> None:
    document = carrying(NARRATIVE, FileKind.DOCX, revisions=("đạt 95%", "khác"), comments=("chị Hoa\nxem lại",))
    changes, notes = check("narrative", document, parts=PART)
    assert [(f.code, f.severity) for f in (changes, notes)] == [("W106", Severity.REMARK), ("W107", Severity.REMARK)]
    assert "đạt 95%" in WORDS.say(changes).found
    assert "chị Hoa xem lại" in WORDS.say(notes).found
    links = (r"C:\Users\hoa\Theo doi 2023.xlsx", "file:///D:/khac.xlsx", "khac.xlsx", "https://a.test/x/")
    found = only("X120", "ii06", carrying(ii06(), links=links))
    assert found.params["links"] == ["Theo doi 2023.xlsx", "khac.xlsx", "x"]
    assert "hoa" not in WORDS.say(found).found


def test_what_only_a_table_or_only_a_text_is_asked_for() -> None:
    assert check("ii06", carrying(ii06(), revisions=("a",), comments=("b",))) == ()
    assert check("narrative", carrying(NARRATIVE, FileKind.DOCX, links=("a.xlsx",)), parts=PART) == ()


# ---- hidden figures ----------------------------------------------------------------------------------------


def test_hidden_rows_are_counted_where_they_hold_figures() -> None:
    book = sheet_with(ii06(), hidden_rows=frozenset({1, 7, 12, 13, 15, 30}))
    found = only("X114", "ii06", book)
    assert (found.severity, found.place.cell, found.params["count"]) == (Severity.ERROR, "C12", 3)
    assert "3 dòng" in WORDS.say(found).found


def test_hidden_columns_are_named() -> None:
    found = only("X114", "ii06", sheet_with(ii06(), hidden_columns=frozenset({1, 5, 6, 20})))
    assert found.params["columns"] == ["(5)", "(6)"]
    assert found.params["count"] == 10
    both = sheet_with(ii06(), hidden_columns=frozenset({5}), hidden_rows=frozenset({12}))
    assert said(check("ii06", both)) == [("X114", "E11"), ("X114", "C12")]


def test_rows_and_columns_of_nought_hide_nothing() -> None:
    nought = [1, "Hộ tịch", *[0] * 11]
    filled = [2, "Đất đai", 5, 5, 0, 0, 0, 0, 0, 0, 5, 5, 0]
    header = [f"({n})" for n in range(1, 14)]
    rows = [["STT", "Lĩnh vực"], header, nought, filled, [None, "TỔNG CỘNG", *filled[2:]]]
    sheet = grid(rows)
    assert check("ii06", Workbook((sheet,))) == ()
    hidden = replace(sheet, hidden_rows=frozenset({3}), hidden_columns=frozenset({5, 6}))
    assert check("ii06", Workbook((hidden,))) == ()
    assert said(check("ii06", Workbook((replace(sheet, hidden_rows=frozenset({4})),)))) == [("X114", "C4")]


def test_a_hidden_copy_is_a_remark_and_a_hidden_list_of_words_is_none() -> None:
    found = only("X114", "ii06", Workbook((*ii06().sheets, COPY)))
    assert (found.severity, found.place.sheet, found.params["count"]) == (Severity.REMARK, "Bản cũ", 10)
    empty = workbook(documents.ii06("UBND huyện", "quý I", rows=[])).sheets[0]
    assert check("ii06", Workbook((*ii06().sheets, replace(empty, name="Trống", hidden=True)))) == ()
    some = {at: cell for at, cell in COPY.cells.items() if at[1] != 9}  # a working sheet that lacks a column
    assert check("ii06", Workbook((*ii06().sheets, replace(COPY, cells=some)))) == ()


def test_hidden_rows_of_coded_rows_and_of_lists() -> None:
    first = next(row for row, column in sorted(stats().sheets[0].cells) if column == 4 and row >= 6)
    assert said(check("cchc_stats", sheet_with(stats(), hidden_rows=frozenset({first})))) == [("X114", f"D{first}")]
    assert said(check("articles", sheet_with(articles(), hidden_rows=frozenset({8})))) == [("X114", "B8")]


# ---- formulas ----------------------------------------------------------------------------------------------


def test_one_finding_a_column_at_the_first_typed_cell() -> None:
    found = check("ii06", from_blank("C14", "C12", "C21", "D21", "G21"))
    assert said(found) == [("X113", "C12"), ("X113", "D21"), ("X113", "G21")]
    assert all(f.severity is Severity.REMARK for f in found)
    assert found[1].params["row"] == "TỔNG CỘNG"


def test_rows_that_the_clerk_added_have_no_formulas_and_nothing_is_said() -> None:
    added = [f"{column}{row}" for row in (13, 16, 20) for column in "CGK"]
    assert check("ii06", from_blank(*added)) == ()
    # one formula of a row typed over, a whole column pasted over, and the whole table
    assert said(check("ii06", from_blank(*added, "G15"))) == [("X113", "G15")]
    assert said(check("ii06", from_blank(*(f"G{row}" for row in range(11, 21))))) == [("X113", "G11")]
    pasted = [f"{column}{row}" for row in range(11, 21) for column in "CGK"]
    assert said(check("ii06", from_blank(*pasted))) == [("X113", "C11"), ("X113", "G11"), ("X113", "K11")]


@pytest.mark.parametrize("kind", [FileKind.XLSB, FileKind.ODS])
def test_where_formulas_cannot_be_told_nothing_is_said(kind: FileKind) -> None:
    assert check("ii06", from_blank("D21", kind=kind), file_name=f"a.{kind.value}") == ()


def test_only_our_own_blank_form_is_held_to_its_formulas() -> None:
    assert check("ii06", ii06()) == ()
    tag = FormTag("2023-q1", "tdm", "cchc_stats", 1)
    assert check("ii06", carrying(ii06(), tag=tag)) == ()


def test_a_column_that_nobody_filled_is_not_spoken_of() -> None:
    book = from_blank("F21")
    assert isinstance(book, Workbook)
    sheet = book.sheets[0]
    cells = {at: cell for at, cell in sheet.cells.items() if at[1] != 6 or not 11 <= at[0] < 21}
    assert "X113" not in {f.code for f in check("ii06", replace(book, sheets=(replace(sheet, cells=cells),)))}


# ---- templates left unfilled -------------------------------------------------------------------------------


def test_each_part_is_named_once_with_what_stands_there() -> None:
    document = narrative_with("Đã tiếp nhận …… hồ sơ, ban hành …… văn bản.")
    found = only("W105", "narrative", document, parts=PART)
    assert (found.severity, found.place.part, found.params["actual"]) == (
        Severity.ERROR,
        "IV",
        "Đã tiếp nhận …… hồ sơ, ban hành …… văn bản.",
    )


def with_more(*paragraphs: Paragraph, table: tuple[tuple[str, ...], ...] = ()) -> TextDocument:
    """The sample narrative, whose last part goes on with these."""
    return TextDocument((*narrative_with("Đã làm.").paragraphs, *paragraphs), (table,) if table else ())


def test_a_content_control_that_waits_is_a_leftover_where_the_part_says_something() -> None:
    waiting = Paragraph("", placeholder="Bấm vào đây để nhập số liệu")
    found = only("W105", "narrative", with_more(waiting), parts=PART)
    assert (found.place.part, found.params["actual"]) == ("IV", "Bấm vào đây để nhập số liệu")
    empty = text("**IV. Phương hướng, nhiệm vụ").paragraphs
    assert said(check("narrative", TextDocument((*empty, waiting)), parts=PART)) == [("W102", "IV")]
    before = TextDocument((waiting, *narrative_with("Đã làm.").paragraphs))
    assert check("narrative", before, parts=PART) == ()  # room for the pen, as in any letterhead


def test_a_gap_in_a_table_is_named_with_the_part_that_its_row_stands_in() -> None:
    rows = (("TT", "Nội dung", "Kết quả"), ("1", "Số hồ sơ", "……"))
    cells = [Paragraph(cell, table=1) for row in rows for cell in row]
    found = only("W105", "narrative", with_more(*cells, table=rows), parts=PART)
    assert (found.place.part, found.params["actual"]) == ("IV", "Số hồ sơ: ……")
    filled = (rows[0], ("1", "Số hồ sơ", "12"))
    assert check("narrative", with_more(*cells[:-1], Paragraph("12", table=1), table=filled), parts=PART) == ()
    elsewhere = TextDocument((*cells, *narrative_with("Đã làm.").paragraphs), (rows,))
    assert check("narrative", elsewhere, parts=PART) == ()


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Đã ban hành văn bản (ghi rõ số lượng)", True),
        ("1. Văn bản đã ban hành (ghi rõ số lượng)", False),  # a heading of the outline
        ("Người lập biểu: ……………", False),
        ("Điện thoại: …… Email: ……", False),
    ],
)
def test_orders_and_room_for_the_pen_in_a_part(line: str, left: bool) -> None:
    codes = [code for code, _ in said(check("narrative", with_more(Paragraph(line)), parts=PART))]
    assert codes == (["W105"] if left else [])


def test_a_gap_in_a_part_within_a_part_is_named_there_alone() -> None:
    lines = ["**II. Kết quả thực hiện nhiệm vụ", "**1. Cải cách thể chế", "Đã ban hành [nêu số lượng] văn bản."]
    assert ("W105", "II.1") in said(check("narrative", text(*lines), parts=("II", "II.1")))
    assert ("W105", "II") not in said(check("narrative", text(*lines), parts=("II", "II.1")))


def test_gaps_in_parts_that_are_not_owed_and_in_the_signature_do_not_count() -> None:
    more = text("**V. Kiến nghị", "[nêu kiến nghị]").paragraphs
    assert check("narrative", TextDocument((*NARRATIVE.paragraphs, *more)), parts=PART) == ()
    signature = (Paragraph("THỦ TRƯỞNG CƠ QUAN"), Paragraph("[ghi rõ họ tên]"))
    assert check("narrative", TextDocument((*NARRATIVE.paragraphs, *signature)), parts=PART) == ()


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"A3": "Kỳ báo cáo: [quý báo cáo]"}, [("X115", "A3")]),
        ({"A3": "Kỳ báo cáo: quý … năm …"}, []),
        ({"D12": "XXX"}, [("X115", "D12")]),
        ({"D12": "..."}, None),  # a blank cell
        ({"B12": "Lĩnh vực xx"}, []),
        ({"B12": "Ví dụ"}, []),
        ({"B12": "[Ghi nhanh] Hộ tịch"}, []),
    ],
)
def test_cells_left_unfilled(cells: dict[str, object], found: list[tuple[str, str]] | None) -> None:
    unfilled = [item for item in said(check("ii06", ii06(**cells))) if item[0] == "X115"]
    assert unfilled == (found or [])


def test_a_cell_left_unfilled_is_not_also_no_number() -> None:
    assert said(check("ii06", ii06(D12="<nhập>"))) == [("X115", "D12")]
    assert said(check("ii06", ii06(D12="khoảng 5"))) == [("X104", "D12")]


def samples() -> Iterator[tuple[str, Document]]:
    """What the demo's agencies send, filled in as they should."""
    parts = [part for part in forms()["narrative"].parts if not part.optional]
    for seed in range(1, 6):
        for agency in ("UBND thành phố Thủ Dầu Một", "Sở Tư pháp"):
            made = documents.narrative(agency, "UBND tỉnh", "quý I năm 2023", parts, seed=seed)
            yield "narrative", text_document(made)
        yield "ii06", workbook(documents.ii06("UBND huyện", "Quý I/2023", seed=seed))
        values = documents.stats_values(seed)
        yield "cchc_stats", workbook(documents.cchc_stats("UBND huyện", "Quý I/2023", ROWS, values=values))
    yield "broadcasts", workbook(documents.broadcasts("Đài", "Quý I/2023"))
    yield "articles", workbook(documents.articles("Báo", "Quý I/2023"))


def test_no_filled_sample_was_left_unfilled() -> None:
    for form, document in samples():
        codes = {f.code for f in check(form, document)}
        assert not codes & {"W103", "W104", "W105", "X113", "X114", "X115", "X120", "F108", "F109"}, (form, codes)
        lines = document.text.split("\n") if isinstance(document, TextDocument) else []
        assert [line for line in lines if placeholder(line)] == []
