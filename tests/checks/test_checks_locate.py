"""Tables are found wherever they stand, and files are recognised by what is in them."""

import pytest
from checks_reading import check, forms, grid, said, text, text_document, workbook

from bot.checks.spec import Located, Missing, locate, recognise
from bot.demo import documents
from bot.domain.document import Merge, Sheet, Unreadable, UnreadableReason, Workbook

HEADER = [
    *(["STT", "Lĩnh vực", "Số hồ sơ nhận giải quyết > Tổng số"], ["… > Trong đó > Trực tuyến"]),
    *(["… > Trong đó > Trực tiếp, dịch vụ bưu chính", "… > Từ kỳ trước"], ["Số hồ sơ đã giải quyết > Tổng số"]),
    *(["… > Trước hạn", "… > Đúng hạn", "… > Quá hạn"], ["Số hồ sơ đang giải quyết > Tổng số"]),
    ["… > Trong hạn", "… > Quá hạn"],
]
ONE_LINE = [text for part in HEADER for text in part]
GROUPS = [None, None, "SỐ HỒ SƠ\nNHẬN GIẢI QUYẾT", None, None, None, "Số hồ sơ đã  giải quyết", None, None, None]
GROUPS += ["so ho so dang giai quyet", None, None]
LEAVES = [
    "Stt",
    "LĨNH VỰC",
    "Tổng cộng",
    "Trực tuyến",
    "Trực tiếp, dịch vụ bưu chính",
    "Từ kỳ trước",
    "Tổng",
    "Trước hạn",
]
LEAVES += ["Đúng hạn", "Quá hạn", "TỔNG SỐ", "Trong hạn", "Quá hạn"]
NUMBERS = [f"({n})" for n in range(1, 14)]
PLAIN = list(range(1, 14))
ROW = [1, "Hộ tịch", 10, 4, 5, 1, 8, 3, 4, 1, 2, 1, 1]
TOTAL = [None, "Tổng cộng", *ROW[2:]]


def ii06_table() -> object:
    table = forms()["ii06"].table
    assert table is not None
    return table


@pytest.mark.parametrize("left", [1, 3])
@pytest.mark.parametrize("top", [1, 9])
@pytest.mark.parametrize(
    "header",
    [
        [ONE_LINE],
        [ONE_LINE, NUMBERS],
        [GROUPS, LEAVES],
        [GROUPS, LEAVES, PLAIN],
        [["x"] * 2, NUMBERS],
        [ONE_LINE, PLAIN],
    ],
    ids=["one line", "one line and numbers", "unmerged", "unmerged and numbers", "numbers alone", "ints"],
)
def test_headers_of_all_kinds_anywhere(header: list[list[object]], top: int, left: int) -> None:
    book = Workbook((grid([["Ghi chú riêng"]], name="Bìa"), grid([*header, ROW, TOTAL], top=top, left=left)))
    found = locate(book, forms()["ii06"].table)
    assert isinstance(found, Located)
    assert found.columns == {str(n): left + n - 1 for n in range(1, 14)}
    assert found.missing == ()
    assert found.first_row == top + len(header)
    assert said(check("ii06", book)) == []


def test_columns_moved_are_found_by_header_and_by_number() -> None:
    order = [0, 1, 10, 11, 12, 2, 3, 4, 5, 6, 7, 8, 9]
    groups = [GROUPS[i] for i in order]
    rows = [groups, [LEAVES[i] for i in order], [NUMBERS[i] for i in order], [ROW[i] for i in order]]
    rows.append([TOTAL[i] for i in order])
    found = locate(Workbook((grid(rows),)), forms()["ii06"].table)
    assert isinstance(found, Located)
    assert [found.columns[str(i + 1)] for i in order] == list(range(1, 14))
    assert said(check("ii06", Workbook((grid(rows),)))) == []


def test_numbers_that_begin_later_do_not_win_over_headers() -> None:
    letters = ["A", "B", *range(1, 12)]  # some offices call the first two columns A and B
    book = Workbook((grid([GROUPS, LEAVES, letters, ROW, TOTAL]),))
    found = locate(book, forms()["ii06"].table)
    assert isinstance(found, Located)
    assert found.columns == {str(n): n for n in range(1, 14)}
    assert said(check("ii06", book)) == []


def test_merged_three_row_header_with_title_rows() -> None:
    book = workbook(documents.ii06("UBND huyện Phú Giáo", "quý I năm 2023"))
    found = locate(book, forms()["ii06"].table)
    assert isinstance(found, Located)
    assert (found.header_bottom, found.number_row, found.first_row) == (9, 10, documents.II06_FIRST_ROW)
    assert min(found.fits.values()) > 0.9


def test_hidden_sheets_do_not_count() -> None:
    book = Workbook((grid([ONE_LINE, NUMBERS, ROW], hidden=True), grid([["Không có gì"]])))
    assert isinstance(locate(book, forms()["ii06"].table), Missing)


def test_a_column_that_is_gone_is_named() -> None:
    rows = [[cell for i, cell in enumerate(row) if i != 5] for row in (GROUPS, LEAVES, NUMBERS, ROW, TOTAL)]
    found = locate(Workbook((grid(rows),)), forms()["ii06"].table)
    assert isinstance(found, Located)
    assert found.missing == ("6",)


@pytest.mark.parametrize("book", [Workbook(()), Workbook((Sheet("A"),)), Workbook((grid([[1, 2, 3], [4, 5, 6]]),))])
def test_nothing_there(book: Workbook) -> None:
    for form in forms().values():
        if form.table is not None:
            assert isinstance(locate(book, form.table), Missing)


def test_absurd_sheets_are_passed_quickly() -> None:
    rows: list[list[object]] = [["Tổng số"] * 100 for _ in range(400)]
    sheet = grid(rows)
    merged = Sheet("M", sheet.cells, (Merge(1, 1, 1_048_576, 16_384), Merge(1, 1, 2, 16_384)))
    assert isinstance(locate(Workbook((merged,)), forms()["ii06"].table), Located | Missing)


@pytest.mark.parametrize("code", ["ii06", "cchc_stats", "broadcasts", "articles"])
def test_every_sample_is_recognised_as_itself(code: str) -> None:
    made = {
        "ii06": documents.ii06("A", "quý I"),
        "cchc_stats": documents.cchc_stats("A", "quý I", forms()["cchc_stats"].table.rows),  # type: ignore[union-attr]
        "broadcasts": documents.broadcasts("A", "quý I"),
        "articles": documents.articles("A", "quý I"),
    }
    scores = recognise(workbook(made[code]), forms().values())
    assert scores[0].form == code
    assert scores[0].score >= 0.9
    assert scores[0].found
    assert all(score.score < 0.5 for score in scores[1:])


def test_a_bare_header_is_enough_and_another_form_is_not_ii06() -> None:
    assert recognise(Workbook((grid([GROUPS, LEAVES]),)), forms().values())[0].form == "ii06"
    other = ["TT", "Đơn vị", "Tổng số TTHC", "Cấp tỉnh", "Cấp huyện", "Cấp xã", "Tổng", "Tại BPMC cấp tỉnh"]
    other += ["Tại BPMC cấp huyện", "Tại BPMC cấp xã", "Tổng", "Cấp tỉnh", "Cấp huyện", "Cấp xã"]
    book = Workbook((grid([other, [f"({n})" for n in range(1, 15)], [1, "A", *[0] * 12]]),))
    assert all(score.score < 0.5 for score in recognise(book, forms().values()))


@pytest.mark.parametrize(
    ("lines", "is_narrative"),
    [
        (["**BÁO CÁO", "**Công tác cải cách hành chính quý I năm 2023", "Nội dung tự do."], True),
        (["BÁO CÁO", "kết quả công tác CCHC quý I/2023"], True),
        (["**I. Cải cách thể chế", "Đã làm.", "**II. Phương hướng, nhiệm vụ", "Sẽ làm."], True),
        (["# Cải cách thể chế", "Đã làm.", "# Kiến nghị, đề xuất", "Không."], True),
        (
            ["Số: 12/STP-VP", "V/v gửi báo cáo công tác CCHC quý I", "Kính gửi: Sở Nội vụ", "Sở Tư pháp gửi báo cáo."],
            False,
        ),
        (
            ["V/v báo cáo", "- Công tác chỉ đạo điều hành.", "- Cải cách thể chế;", "- Kiến nghị, đề xuất (nếu có)."],
            False,
        ),
        (["**BÁO CÁO", "**Tình hình kinh tế - xã hội quý I"], False),
        (["**KẾ HOẠCH", "**Cải cách hành chính năm 2023"], False),
        (["Báo cáo của các cơ quan, đơn vị về cải cách hành chính gửi về Sở Nội vụ trước ngày 10/3/2023."], False),
        ([], False),
    ],
)
def test_a_narrative_and_what_is_none(lines: list[str], is_narrative: bool) -> None:
    scores = {s.form: s.score for s in recognise(text(*lines), forms().values())}
    assert (scores.get("narrative", 0) >= 0.5) is is_narrative
    assert set(scores) <= {"narrative"}


def test_a_short_special_report_is_a_narrative() -> None:
    parts = [part for part in forms()["narrative"].parts if part.code in ("II.1", "IV", "V")]
    made = documents.narrative("Sở Tư pháp", "UBND tỉnh", "quý I năm 2023", parts)
    assert recognise(text_document(made), forms().values())[0].score >= 0.5


def test_what_cannot_be_read_is_no_form() -> None:
    assert recognise(Unreadable(UnreadableReason.CORRUPT), forms().values()) == ()
