"""Headings of a narrative: what is one, what is none, and what counts as content."""

from dataclasses import replace

import pytest
from checks_reading import check, forms, said, text, text_document

from bot.checks.letters import is_request
from bot.checks.outline import find_headings
from bot.checks.spec import recognise
from bot.demo import documents
from bot.domain.document import Paragraph, TextDocument

PARTS = forms()["narrative"].parts
# The same without a least number of words: here a word or two stand for a part's text.
SHORT = replace(forms()["narrative"], parts=tuple(replace(part, minimum_words=0) for part in PARTS))


def codes(*lines: str | Paragraph) -> list[str]:
    return [place.part.code for place in find_headings(text(*lines), PARTS)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("II.2. Cải cách thủ tục hành chính", ["II.2"]),
        ("2. CẢI CÁCH THỦ TỤC HÀNH CHÍNH", ["II.2"]),
        ("**Cai cach TTHC", ["II.2"]),
        ("# Kết quả thực hiện công tác cải cách thủ tục hành chính quý I năm 2023", ["II.2"]),
        ("2) Cải cách\n thủ tục  hành chính:", ["II.2"]),
        ("Cải cách thủ tục hành chính", ["II.2"]),
        ("2. Cải cách TTHC: Trong kỳ đã tiếp nhận 2.544 hồ sơ.", ["II.2"]),
        ("I. CÔNG TÁC CHỈ ĐẠO ĐIỀU HÀNH CCHC", ["I"]),
        ("II. KẾT QUẢ THỰC HIỆN CÁC NHIỆM VỤ, GIẢI PHÁP CCHC TRÊN CÁC LĨNH VỰC", ["II"]),
        ("IV. Phương hướng nhiệm vụ quý II/2023", ["IV"]),
        ("V- Đề xuất, kiến nghị", ["V"]),
        ("1. Cải cách thể chế\nTrong kỳ đã ban hành 3 văn bản: 2 quyết định, 1 chỉ thị.", ["II.1"]),
        ("Đánh giá chung\nCông tác cải cách hành chính đạt kết quả tốt.", ["III"]),
        ("Trong quý, đơn vị báo cáo:\nCải cách thể chế\nĐạt kết quả tốt.", []),
        ("Phần III. Đánh giá chung: kết quả tích cực; tồn tại, hạn chế", ["III"]),
        ("Trong quý, công tác cải cách thủ tục hành chính đạt kết quả tốt.", []),
        ("Cải cách thủ tục hành chính được quan tâm và đạt nhiều kết quả tích cực trong quý.", []),
        ("- Cải cách thủ tục hành chính", []),
        ("+ Kiến nghị, đề xuất", []),
        ("a) Kiến nghị, đề xuất", []),
        ("**BÁO CÁO công tác cải cách hành chính", []),
        ("", []),
    ],
)
def test_what_is_a_heading(line: str, found: list[str]) -> None:
    assert codes(line) == found


def test_automatic_numbers_bullets_and_tables() -> None:
    assert codes(Paragraph("Cải cách thể chế và thi hành pháp luật", number="1.")) == ["II.1"]
    assert codes(Paragraph("Cải cách thể chế", number="-")) == []
    assert codes(Paragraph("Cải cách thể chế", bold=True, table=1)) == []


def test_under_roman_parts_an_arabic_line_is_no_part_of_the_top() -> None:
    assert codes("**I. Công tác chỉ đạo, điều hành", "Đã làm.", "1. Kiến nghị", "Có.") == ["I"]
    assert codes("**1. Công tác chỉ đạo, điều hành", "Đã làm.", "**5. Kiến nghị", "Có.") == ["I", "V"]


WHOLE = [
    *("**I. CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH", "**1. Kế hoạch", "Đã ban hành kế hoạch."),
    *("**II. KẾT QUẢ THỰC HIỆN NHIỆM VỤ", "**1. Cải cách thể chế", "**a) Kết quả chủ yếu", "Đã ban hành 3 văn bản."),
    *("**2. Cải cách thủ tục hành chính", "Đã công bố.", "**3. Cải cách tổ chức bộ máy", "Đã sắp xếp."),
    *("**4. Cải cách chế độ công vụ", "Đã bồi dưỡng.", "**5. Cải cách tài chính công", "Đã giải ngân."),
    *("**6. Xây dựng, phát triển chính quyền điện tử, chính quyền số", "Đã kết nối."),
    *("**III. ĐÁNH GIÁ CHUNG", "**1. Kết quả đạt được", "Tốt.", "**2. Tồn tại, hạn chế", "Còn chậm."),
    *("**IV. PHƯƠNG HƯỚNG, NHIỆM VỤ", "Tiếp tục.", "**V. KIẾN NGHỊ, ĐỀ XUẤT", "Không có."),
]


def without(*lines: str) -> list[str]:
    return [line for line in WHOLE if line not in lines]


@pytest.mark.parametrize(
    ("lines", "findings"),
    [
        (WHOLE, []),
        (without("**IV. PHƯƠNG HƯỚNG, NHIỆM VỤ", "Tiếp tục."), [("W101", "IV")]),
        (without("Tiếp tục."), [("W102", "IV")]),
        ([line.replace("Tiếp tục.", "……………") for line in WHOLE], [("W102", "IV")]),
        ([line.replace("Tiếp tục.", "....................") for line in WHOLE], [("W102", "IV")]),
        ([line.replace("Tiếp tục.", "Không có.") for line in WHOLE], [("W102", "IV")]),
        ([line.replace("Không có.", "Không phát sinh") for line in WHOLE], []),
        (without("Không có."), [("W102", "V")]),
        (without("Đã ban hành 3 văn bản."), [("W102", "II.1")]),
        (without("**a) Kết quả chủ yếu"), []),
        (without("**1. Cải cách thể chế", "**a) Kết quả chủ yếu", "Đã ban hành 3 văn bản."), [("W101", "II.1")]),
        (without("**II. KẾT QUẢ THỰC HIỆN NHIỆM VỤ"), []),  # its parts are there
        (without("Đã ban hành kế hoạch."), [("W102", "I")]),
        (["**MỤC LỤC", *[line for line in WHOLE if line.startswith("**")], *WHOLE], []),
        (["Công tác cải cách hành chính quý I."], [("W101", p.code) for p in PARTS if not p.optional]),
    ],
)
def test_parts_missing_and_empty(lines: list[str], findings: list[tuple[str, str]]) -> None:
    assert said(check(SHORT, text(*lines))) == findings


def test_text_in_the_line_of_the_heading_is_content() -> None:
    lines = ["1. Cải cách thể chế: Đã ban hành 3 văn bản.", "2. Cải cách thủ tục hành chính:", "Đã công bố."]
    assert said(check(SHORT, text(*lines), parts=("II.1", "II.2"))) == []


def test_text_after_a_soft_return_is_content() -> None:
    lines = ["1. Cải cách thể chế\nĐã ban hành 3 văn bản.", "**2. Cải cách TTHC\n- Đã công bố."]
    assert said(check(SHORT, text(*lines), parts=("II.1", "II.2"))) == []
    dots = ["1. Cải cách thể chế\n…………", "2. Cải cách TTHC:\nĐã công bố."]
    assert said(check(SHORT, text(*dots), parts=("II.1", "II.2"))) == [("W102", "II.1")]


@pytest.mark.parametrize(
    "heading",
    [
        "**IV. Phương hướng, nhiệm vụ\ntrọng tâm quý II năm 2023",
        "**IV. PHƯƠNG HƯỚNG, NHIỆM VỤ\nTRỌNG TÂM QUÝ II NĂM 2023",
    ],
)
def test_a_heading_over_two_lines_is_no_content(heading: str) -> None:
    assert said(check(SHORT, text(heading, "V. Kiến nghị"), parts=("IV",))) == [("W102", "IV")]


def in_table(lines: list[str], rows: list[tuple[str, ...]]) -> TextDocument:
    """The lines in the document's only table, whose rows are given."""
    return TextDocument(tuple(replace(p, table=1) for p in text(*lines).paragraphs), (tuple(rows),))


def test_a_report_laid_out_in_a_table_cell_is_read_there() -> None:
    plain = [line.removeprefix("**") for line in WHOLE]
    assert said(check(SHORT, in_table(WHOLE, [("\n".join(plain),)]))) == []
    assert said(check(SHORT, in_table(WHOLE, [("UBND", "CỘNG HÒA"), *[(line,) for line in plain]]))) == []
    without_iv = [line for line in WHOLE if line not in ("**IV. PHƯƠNG HƯỚNG, NHIỆM VỤ", "Tiếp tục.")]
    assert said(check(SHORT, in_table(without_iv, [("\n".join(without_iv),)]))) == [("W101", "IV")]


def test_a_table_of_figures_has_no_headings() -> None:
    lines = ["1. Cải cách thể chế", "12", "2. Cải cách TTHC", "15", "3. Cải cách tài chính công", "9"]
    rows = [tuple(lines[at : at + 2]) for at in (0, 2, 4)]
    assert find_headings(in_table(lines, rows), PARTS) == ()


REQUEST = [
    *("SỞ NỘI VỤ", "V/v báo cáo công tác cải cách", "hành chính quý I năm 2023", "Kính gửi:", "- Sở Tư pháp;"),
    "Sở Nội vụ đề nghị các cơ quan báo cáo các nội dung sau:",
    "1. Sở Tư pháp: Báo cáo cải cách thể chế.",
    "2. Văn phòng UBND tỉnh: Báo cáo cải cách thủ tục hành chính.",
    "3. Sở Tài chính: Báo cáo cải cách tài chính công.",
    "4. UBND các huyện, thị xã, thành phố báo cáo công tác cải cách hành chính quý I năm 2023.",
    "Báo cáo gửi về Sở Nội vụ trước ngày 10/3/2023.",
]
OUTLINE = ["I. Công tác chỉ đạo, điều hành", "II. Kết quả thực hiện nhiệm vụ", "III. Đánh giá chung", "V. Kiến nghị"]


@pytest.mark.parametrize("lines", [REQUEST, REQUEST + OUTLINE], ids=["alone", "with its outline"])
def test_a_letter_that_asks_for_reports_is_none(lines: list[str]) -> None:
    document = text(*lines)
    assert is_request(document)
    assert all(found.score < 0.5 for found in recognise(document, forms().values()))


def test_a_report_in_the_shape_of_a_letter_is_a_report() -> None:
    document = text("UBND HUYỆN", "V/v báo cáo công tác cải cách hành chính quý I", "Kính gửi: Sở Nội vụ", *WHOLE)
    assert not is_request(document)
    assert recognise(document, forms().values())[0].score >= 0.5


def test_only_the_parts_of_the_assignment_are_owed() -> None:
    lines = ["**I. Cải cách thể chế", "Đã làm.", "**II. Phương hướng, nhiệm vụ", "Sẽ làm.", "**III. Kiến nghị", "Không"]
    assert said(check(SHORT, text(*lines), parts=("II.1", "IV", "V"))) == []
    assert said(check(SHORT, text(*lines), parts=("II.5", "IV", "V"))) == [("W101", "II.5")]


def test_an_optional_part_is_owed_when_it_is_assigned() -> None:
    lines = ["**Kết quả tuyên truyền cải cách hành chính", "Đã phát 12 tin."]
    assert said(check(SHORT, text(*lines), parts=("I.4",))) == []
    assert said(check(SHORT, text("Văn bản"), parts=("I.4",))) == [("W101", "I.4")]


@pytest.mark.parametrize("code", [part.code for part in PARTS if not part.optional and part.code != "II"])
def test_each_part_planted_in_a_real_file(code: str) -> None:
    parts = [part for part in PARTS if not part.optional]

    def made(**faults: object) -> TextDocument:
        return text_document(documents.narrative("UBND huyện", "UBND tỉnh", "quý I năm 2023", parts, **faults))  # type: ignore[arg-type]

    assert said(check("narrative", made())) == []
    assert said(check("narrative", made(missing=(code,)))) == [("W101", code)]
    assert said(check("narrative", made(empty=(code,)))) == [("W102", code)]
