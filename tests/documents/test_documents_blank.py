"""Blank forms as files: header, sums, validation, protection, print set-up, words, tag, and the same bytes again."""

import io
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents.blank import BlankFacts, BlankRow, BlankWords, make_blank
from bot.documents.blank_layout import column_formula, defining_rule, header_cells, lines_of, printed_numbers
from bot.documents.blank_words import KEYS, BlankWordsError
from bot.domain.document import FormTag
from bot.domain.form import (
    CellType,
    ChildSums,
    Column,
    CountCheck,
    Form,
    FormKind,
    Part,
    Prefill,
    Row,
    Rule,
    TableSpec,
    Total,
)
from bot.domain.round import DataWindow

ROOT = Path(__file__).parents[2]
WORDS = BlankWords.load(ROOT / "mail_templates/vi")
WHOLE = {"type": CellType.INTEGER, "minimum": Decimal(0), "required": True}
TABLE = Form(
    "bieu6",
    "Kết quả giải quyết hồ sơ (Biểu 06)",
    "Biểu 06",
    FormKind.TABLE,
    table=TableSpec(
        columns=(
            Column("1", ("STT",)),
            Column("2", ("Lĩnh vực",), required=True),
            Column("3", ("Nhận > Tổng số",), **WHOLE),  # type: ignore[arg-type]  # a dictionary of the fields
            Column("4", ("Nhận > Trong đó > Mới",), note="Hồ sơ mới.", **WHOLE),  # type: ignore[arg-type]
            Column("5", ("Nhận > Trong đó > Cũ",), **WHOLE),  # type: ignore[arg-type]
            Column("6", ("Tỷ lệ (%)",), CellType.PERCENT),
        ),
        rules=(Rule("(3)<=(4)*2"), Rule("(3)=(4)+(5)"), Rule("(6)=(4)/(3)*100")),
        total=Total(("TỔNG CỘNG",), ("3", "4", "5")),
        code_column="1",
        label_column="2",
        computed=("3", "6"),
        prefill=(Prefill("5", "3"),),
    ),
)
LIST = Form(
    "tinbai",
    "Danh mục tin, bài",
    "Tin, bài",
    FormKind.LIST,
    table=TableSpec(
        columns=(
            Column("stt", ("STT",)),
            Column("title", ("Tên bài",), required=True),
            Column("date", ("Ngày đăng",), CellType.DATE, in_window=True),
            Column("kind", ("Loại",), CellType.CHOICE, choices=("Báo giấy", "Giấy", "Báo điện tử")),
            Column("long", ("Nơi đăng",), CellType.CHOICE, choices=("Báo Bình Dương, số thường", "Báo khác")),
        ),
        count=CountCheck(("Tổng số tin, bài",)),
        code_column="stt",
        label_column="title",
    ),
)
FIXED = Form(
    "sl",
    "Số liệu",
    "Số liệu",
    FormKind.TABLE,
    table=TableSpec(
        columns=(
            Column("stt", ("STT",)),
            Column("name", ("Chỉ tiêu",)),
            Column("unit", ("Đơn vị tính",)),
            Column("value", ("Số liệu",)),
            Column("note", ("Ghi chú",)),
        ),
        rows=(
            Row("1", "Chỉ đạo"),
            Row("1.1", "Số nhiệm vụ", "Nhiệm vụ", CellType.INTEGER, minimum=Decimal(0), filled=True),
            Row("1.10", "Văn bản: kiểm tra / xử lý", "Văn bản", CellType.SERIES, figures=2),
        ),
        code_column="stt",
        label_column="name",
        value_column="value",
    ),
)
OUTLINE = Form(
    "baocao",
    "Báo cáo công tác cải cách hành chính",
    "Báo cáo CCHC",
    FormKind.OUTLINE,
    parts=(
        Part("I", ("Chỉ đạo, điều hành",), hint="Văn bản đã ban hành; kiểm tra."),
        Part("II", ("Kết quả",)),
        Part("II.1", ("Cải cách thể chế",), parent="II"),
        Part("II.2", ("Thủ tục hành chính",), parent="II"),
        Part("III", ("Kiến nghị",), optional=True, hint="Kiến nghị với cấp nào, nội dung gì."),
    ),
)
FORMS = (TABLE, LIST, FIXED, OUTLINE)


def facts(form: Form, **changes: object) -> BlankFacts:
    made = BlankFacts(
        tag=FormTag("2023-q1", "tdm", form.code, 3),
        office="Sở Nội vụ tỉnh Bình Dương",
        agency="UBND thành phố Thủ Dầu Một",
        period="quý I/2023",
        window=DataWindow(date(2022, 12, 15), date(2023, 3, 14)),
        window_words="từ ngày 15/12/2022 đến hết ngày 14/3/2023",
        made_on=date(2023, 3, 2),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields are named by the tests


def sheet_of(form: Form, **changes: object) -> Worksheet:
    book = openpyxl.load_workbook(io.BytesIO(make_blank(form, facts(form, **changes), WORDS)))
    return book.worksheets[0]


def row_of(sheet: Worksheet, text: object, column: int = 1) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, column).value == text)


def rule_at(sheet: Worksheet, place: str) -> object:
    return next(v for v in sheet.data_validations.dataValidation if place in v.cells)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_the_same_facts_give_the_same_bytes_and_others_do_not(form: Form) -> None:
    payload = make_blank(form, facts(form), WORDS)
    assert make_blank(form, facts(form), WORDS) == payload
    assert make_blank(form, facts(form, period="quý II/2023"), WORDS) != payload
    with zipfile.ZipFile(io.BytesIO(payload)) as package:
        assert package.namelist()[0] == "[Content_Types].xml"
        assert {entry.date_time for entry in package.infolist()} == {(2023, 3, 2, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
        assert re.findall(r">(\d{4}-[^<]*)<", core) == ["2023-03-02T00:00:00Z"] * 2
        custom = package.read("docProps/custom.xml").decode()
        found = dict(re.findall(r'name="(thuky\.\w+)"[^>]*>\s*<[^>]*lpwstr[^>]*>([^<]*)<', custom))
        assert found == {
            "thuky.round": "2023-q1",
            "thuky.agency": "tdm",
            "thuky.form": form.code,
            "thuky.version": "3",
        }
        if form.table is None:
            assert "custom-properties+xml" in package.read("[Content_Types].xml").decode()
            assert "docProps/custom.xml" in package.read("_rels/.rels").decode()


def test_the_header_has_its_levels_merged_and_its_numbers_printed() -> None:
    sheet = sheet_of(TABLE)
    top = row_of(sheet, "STT")
    merged = {str(merge) for merge in sheet.merged_cells.ranges if merge.min_row >= top}
    assert {f"A{top}:A{top + 2}", f"C{top}:E{top}", f"C{top + 1}:C{top + 2}", f"D{top + 1}:E{top + 1}"} <= merged
    assert [sheet.cell(top + 3, column).value for column in range(1, 7)] == [
        "(1)", "(2)", "(3)=\n(4)+(5)", "(4)", "(5)", "(6)",
    ]  # fmt: skip
    assert sheet.freeze_panes == f"C{top + 4}"
    assert sheet.print_title_rows == f"${top}:${top + 3}"
    assert [cell.value for cell in sheet[top - 1]] == [None] * 6, "no text of the title may stand on the header"


def test_the_title_block_says_whose_which_and_when() -> None:
    sheet = sheet_of(TABLE, annex="XII")
    said = [str(cell.value) for row in sheet.iter_rows(max_row=10) for cell in row if cell.value is not None]
    assert said[:8] == [
        "Biểu 06",
        "Đơn vị báo cáo: UBND thành phố Thủ Dầu Một",
        "Mã biểu: 2023-q1/tdm/bieu6/v3",
        "Đơn vị nhận báo cáo: Sở Nội vụ tỉnh Bình Dương",
        "KẾT QUẢ GIẢI QUYẾT HỒ SƠ (BIỂU 06)",
        "Kỳ báo cáo: quý I/2023",
        "(Số liệu từ ngày 15/12/2022 đến hết ngày 14/3/2023)",
        "(Phụ lục XII)",
    ]


def test_columns_and_total_compute_themselves_and_are_locked() -> None:
    sheet = sheet_of(TABLE)
    first = row_of(sheet, "(1)") + 1
    last = row_of(sheet, "TỔNG CỘNG", 2) - 1
    assert sheet.cell(first, 3).value == f"=D{first}+E{first}"
    assert [sheet.cell(last + 1, c).value for c in (3, 4, 5)] == [f"=SUM({x}{first}:{x}{last})" for x in "CDE"]
    assert sheet.cell(first, 6).value is None, "a division would show #DIV/0! in a blank row"
    locked = [sheet.cell(first, column).protection.locked for column in range(1, 7)]
    assert locked == [False, False, True, False, False, False]
    assert sheet.cell(first - 1, 1).protection.locked
    assert sheet.protection.sheet and sheet.protection.password is None
    assert not sheet.protection.insertRows, "rows may be added"
    (hidden,) = [r for rules in sheet.conditional_formatting for r in rules.rules]
    assert hidden.formula == [f'$B{first}=""']


def test_a_total_over_levels_is_left_open() -> None:
    assert TABLE.table is not None
    levelled = replace(TABLE, table=replace(TABLE.table, children=(ChildSums(("3", "4")),), computed=()))
    sheet = sheet_of(levelled)
    total = row_of(sheet, "TỔNG CỘNG", 2)
    assert [sheet.cell(total, column).value is None for column in (3, 4, 5)] == [True, True, False]
    assert not sheet.cell(total, 3).protection.locked
    assert sheet.cell(total - 1, 1).value is None, "numbers of levels are the agency's"


def test_what_may_be_typed_is_said_and_held() -> None:
    sheet = sheet_of(TABLE)
    first = row_of(sheet, "(1)") + 1
    whole, percent = rule_at(sheet, f"D{first}"), rule_at(sheet, f"F{first}")
    assert (whole.type, whole.operator, whole.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert whole.prompt == "Hồ sơ mới. Số nguyên, ví dụ 2544. Không nhỏ hơn 0. Đề nghị điền đủ."
    assert whole.promptTitle == "(4) Mới"
    assert whole.error == "Ô này ghi số nguyên. Không nhỏ hơn 0."
    assert (percent.type, percent.formula1, percent.formula2) == ("decimal", "0", "100")
    assert rule_at(sheet, f"C{first}").prompt == "Cột này tự tính: (3)=(4)+(5). Không cần nhập."
    assert sheet.cell(first, 4).number_format == "#,##0"
    for rule in sheet.data_validations.dataValidation:
        assert len(rule.prompt) <= 255 and len(rule.promptTitle) <= 32 and len(rule.error or "") <= 255


def test_a_list_counts_itself_and_takes_dates_of_its_window() -> None:
    sheet = sheet_of(LIST)
    first = row_of(sheet, "STT") + 1
    day, kind, long = (rule_at(sheet, f"{letter}{first}") for letter in "CDE")
    assert (day.type, day.operator, int(day.formula1), int(day.formula2)) == ("date", "between", 44910, 44999)
    assert "15/12/2022" in day.error and "14/03/2023" in day.error
    assert (kind.type, kind.formula1) == ("list", '"Báo giấy,Báo điện tử"')
    assert long.type is None, "a comma in a choice would part it in two"
    assert "Báo Bình Dương, số thường" in long.prompt
    count = row_of(sheet, "Tổng số tin, bài:", 2)
    assert sheet.cell(count, 3).value == f"=COUNTA(B{first}:B{first + 29})"
    assert sheet.cell(first, 3).number_format == "dd/mm/yyyy"
    assert [sheet.cell(first + n, 1).value for n in (0, 29, 30)] == [1, 30, None]


def test_fixed_rows_have_their_codes_labels_and_units() -> None:
    sheet = sheet_of(FIXED)
    first = row_of(sheet, "STT") + 1
    rows = [[cell.value for cell in row[:3]] for row in sheet.iter_rows(min_row=first, max_row=first + 2)]
    assert rows == [
        [1, "Chỉ đạo", None],
        ["1.1", "Số nhiệm vụ", "Nhiệm vụ"],
        ["1.10", FIXED.table.rows[2].label, "Văn bản"],
    ]  # type: ignore[union-attr]
    assert [sheet.cell(first + n, 4).protection.locked for n in range(3)] == [True, False, False]
    assert all(sheet.cell(first + 1, column).protection.locked for column in (1, 2, 3))
    assert sheet.cell(first + 2, 4).number_format == "@", "12/3 must not become a date"
    assert rule_at(sheet, f"D{first + 1}").type == "whole"
    assert "Gồm 2 số." in rule_at(sheet, f"D{first + 2}").prompt
    assert "120/30" in rule_at(sheet, f"D{first + 2}").prompt


def test_known_rows_and_figures_stand_there() -> None:
    rows = (BlankRow("Hộ tịch", figures={"5": Decimal(12)}), BlankRow("Đất đai", fixed=True))
    sheet = sheet_of(TABLE, rows=rows)
    first = row_of(sheet, "(1)") + 1
    assert [sheet.cell(first, c).value for c in (1, 2, 5)] == [1, "Hộ tịch", 12]
    assert [sheet.cell(first + n, 2).protection.locked for n in (0, 1)] == [False, True]
    assert row_of(sheet, "TỔNG CỘNG", 2) == first + 7, "two rows and five to spare"
    assert "cột (3) của kỳ trước" in rule_at(sheet, f"E{first}").prompt
    plain = sheet_of(TABLE)
    assert "kỳ trước" not in rule_at(plain, f"E{first}").prompt, "nothing was carried over"


def test_it_prints_on_a4() -> None:
    for form, orientation in ((TABLE, "portrait"), (LIST, "landscape")):
        sheet = sheet_of(form)
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (9, 1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.orientation == orientation
        assert sheet.oddFooter.left.text == f"Mã biểu: 2023-q1/tdm/{form.code}/v3"
        assert sheet.oddFooter.right.text == "Trang &P/&N"


def test_the_narrative_has_its_headings_in_styles_and_its_mark_below() -> None:
    document = docx.Document(io.BytesIO(make_blank(OUTLINE, facts(OUTLINE), WORDS)))
    said = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert said == [
        ("Normal", "BÁO CÁO"),
        ("Normal", "Công tác cải cách hành chính quý I/2023"),
        ("Normal", "(Số liệu từ ngày 15/12/2022 đến hết ngày 14/3/2023)"),
        ("Heading 1", "I. CHỈ ĐẠO, ĐIỀU HÀNH"),
        ("Gợi ý", "Văn bản đã ban hành; kiểm tra."),
        ("Normal", "………"),
        ("Heading 1", "II. KẾT QUẢ"),
        ("Heading 2", "1. Cải cách thể chế"),
        ("Normal", "………"),
        ("Heading 2", "2. Thủ tục hành chính"),
        ("Normal", "………"),
        ("Heading 1", "III. KIẾN NGHỊ (nếu có)"),
        ("Normal", "………"),
        ("Normal", "Trên đây là báo cáo quý I/2023 của UBND thành phố Thủ Dầu Một./."),
    ]
    assert document.sections[0].footer.paragraphs[0].text == "Mã biểu: 2023-q1/tdm/baocao/v3"
    head = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert head[0].startswith("UBND THÀNH PHỐ THỦ DẦU MỘT") and "Độc lập - Tự do - Hạnh phúc" in head[1]
    assert document.styles["Gợi ý"].font.italic


def test_only_the_parts_owed_and_those_above_them() -> None:
    document = docx.Document(io.BytesIO(make_blank(OUTLINE, facts(OUTLINE, parts=("II.2", "III")), WORDS)))
    said = [p.text for p in document.paragraphs if p.style.name != "Normal"]
    assert said == ["II. KẾT QUẢ", "2. Thủ tục hành chính", "III. KIẾN NGHỊ", "Kiến nghị với cấp nào, nội dung gì."]


def test_a_closing_part_is_offered_where_others_are_owed_and_what_holds_an_owed_part_is_owed() -> None:
    own = (Part("IV", ("Tiêu chí chủ trì",), optional=True), Part("IV.1", ("Thể chế",), parent="IV", optional=True))
    form = replace(OUTLINE, parts=OUTLINE.parts + own)
    for parts, last in ((("II.2",), []), (("II.2", "IV.1"), ["IV. TIÊU CHÍ CHỦ TRÌ", "1. Thể chế"])):
        document = docx.Document(io.BytesIO(make_blank(form, facts(form, parts=parts), WORDS)))
        said = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
        assert said == ["II. KẾT QUẢ", "2. Thủ tục hành chính", "III. KIẾN NGHỊ (nếu có)", *last]


def test_a_form_without_anything_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no parts"):
        make_blank(replace(OUTLINE, parts=()), facts(OUTLINE), WORDS)


# ---- layout ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "key", "formula"),
    [
        (["(3)=(4)+(5)+(6)"], "3", "=D9+E9+F9"),
        (["(3)<=(4)", "(3)=(4)-(5)"], "3", "=D9-E9"),
        (["(3)=((4)+(5))*2"], "3", "=(D9+E9)*2"),
        (["(3)=(4)/(5)"], "3", None),
        (["(3)>=(4)"], "3", None),
        (["(3)=(3)+(4)"], "3", None),
        (["(3)=5"], "3", None),
        (["(4)=(3)+(5)"], "3", None),
        (["[1.1]=[1.2]+[1.3]"], "3", None),
    ],
)
def test_formulas_come_from_the_forms_own_rules(texts: list[str], key: str, formula: str | None) -> None:
    letters = {"3": "C", "4": "D", "5": "E", "6": "F"}
    rules = [Rule(text) for text in texts]
    assert column_formula(rules, key, letters, 9) == formula
    assert (defining_rule(rules, key) is None) is (formula is None)


def test_neighbours_share_their_levels_and_others_do_not() -> None:
    columns = [Column(str(n), (text,)) for n, text in enumerate(("A > x", "A > y", "B > x", "A > x", "C"))]
    cells, depth = header_cells(columns)
    assert depth == 2
    assert [(c.text, c.row, c.column, c.rows, c.columns) for c in cells] == [
        ("A", 0, 0, 1, 2), ("B", 0, 2, 1, 1), ("A", 0, 3, 1, 1), ("C", 0, 4, 2, 1),
        ("x", 1, 0, 1, 1), ("y", 1, 1, 1, 1), ("x", 1, 2, 1, 1), ("x", 1, 3, 1, 1),
    ]  # fmt: skip


def test_columns_without_numbers_print_none() -> None:
    assert LIST.table is not None
    assert printed_numbers(LIST.table) == ()


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("", 10, 1), ("một hai ba", 40, 1), ("một hai ba", 8, 2), ("a\nb", 9, 2), ("dài" * 9, 5, 1)],
)
def test_lines(text: str, width: float, lines: int) -> None:
    assert lines_of(text, width) == lines


# ---- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_word_is_there_and_none_beside(language: str) -> None:
    data = tomllib.loads((ROOT / f"mail_templates/{language}/blanks.toml").read_text("utf-8"))
    found = {f"{section}.{key}" for section, words in data.items() for key in words}
    assert found == KEYS
    assert all(isinstance(text, str) and text for words in data.values() for text in words.values())


def test_both_languages_fill_in_the_same() -> None:
    vi, en = (BlankWords.load(ROOT / f"mail_templates/{language}").texts for language in ("vi", "en"))
    fields = {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in vi.items()}
    assert fields == {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in en.items()}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_english_help_leaves_the_document_vietnamese(form: Form) -> None:
    payload = make_blank(form, facts(form), BlankWords.load(ROOT / "mail_templates/en"))
    if form.table is not None:
        book = openpyxl.load_workbook(io.BytesIO(payload))
        text = " ".join(str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value)
        assert "Đơn vị báo cáo: UBND thành phố Thủ Dầu Một" in text


def test_a_word_that_is_missing_is_named(tmp_path: Path) -> None:
    text = (ROOT / "mail_templates/vi/blanks.toml").read_text("utf-8")
    (tmp_path / "blanks.toml").write_text(re.sub(r"(?m)^motto = .*\n", "", text), "utf-8")
    with pytest.raises(BlankWordsError, match=r"blanks\.toml: letter\.motto"):
        BlankWords.load(tmp_path)
    (tmp_path / "blanks.toml").write_text("[head", "utf-8")
    with pytest.raises(BlankWordsError, match=r"blanks\.toml"):
        BlankWords.load(tmp_path)


def test_looking_does_not_load_what_makes_forms() -> None:
    """`thuky status` must not wait for openpyxl and python-docx."""
    code = "import sys; import bot.wiring, bot.cli.looking; sys.exit(bool({'openpyxl', 'docx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_long_office_has_room_above_a_narrow_table() -> None:
    sheet = sheet_of(LIST, office="Ban Quản lý khu kinh tế cửa khẩu và các khu công nghiệp tỉnh Bình Dương, " * 3)
    receiver = next(c.row for row in sheet.iter_rows(max_row=4) for c in row if "nhận báo cáo" in str(c.value))
    assert (sheet.row_dimensions[receiver].height or 0) >= 2 * 15
