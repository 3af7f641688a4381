"""One slip is one finding: what follows from a cell that has its finding already is not said again. Each case was found
by planting faults in valid files (`tests/mutation`).
"""

from dataclasses import replace

import pytest
from checks_reading import check, forms, grid, said
from test_checks_locate import NUMBERS

from bot.domain.document import Cell, FileKind, FormTag, Sheet, Traits, Workbook


def ii06(*, formulas: bool = True) -> Sheet:
    """Two rows and their total, with the blank form's formulas."""
    rows: list[list[object]] = [
        [1, "Hộ tịch", 5, 2, 3, 0, 4, 4, 0, 0, 1, 1, 0],
        [2, "Đất đai", 7, 3, 4, 0, 5, 2, 3, 0, 2, 1, 1],
        [None, "TỔNG CỘNG", 12, 5, 7, 0, 9, 6, 3, 0, 3, 2, 1],
    ]
    sheet = grid([NUMBERS, *rows])
    for row in (2, 3) if formulas else ():
        for column, summed in ((3, "D{0}+E{0}+F{0}"), (7, "SUM(H{0}:J{0})"), (11, "L{0}+M{0}")):
            put(sheet, row, column, sheet.cells[row, column].value, f"={summed.format(row)}")
    for column in range(3, 14) if formulas else ():
        letter = "ABCDEFGHIJKLM"[column - 1]
        put(sheet, 4, column, sheet.cells[4, column].value, f"=SUM(${letter}$2:{letter}3)")
    return sheet


def put(
    sheet: Sheet, row: int, column: int, value: object, formula: str | None = None, error: str | None = None
) -> None:
    sheet.cells[row, column] = Cell(row, column, value, formula, error)  # type: ignore[arg-type]  # any value


def found(sheet: Sheet) -> list[tuple[str, str | None]]:
    return said(check("ii06", Workbook((sheet,))))


def test_formulas_and_their_figures_pass() -> None:
    assert found(ii06()) == found(ii06(formulas=False)) == []


def test_errors_spread_through_formulas_and_are_said_where_they_begin() -> None:
    sheet = ii06()
    put(sheet, 2, 4, None, "=#REF!", "#REF!")
    for row, column in ((2, 3), (4, 3), (4, 4)):
        put(sheet, row, column, None, sheet.cells[row, column].formula, "#REF!")
    assert found(sheet) == [("X109", "D2")]


def test_text_that_a_formula_cannot_add_is_said_where_it_stands() -> None:
    sheet = ii06()
    put(sheet, 2, 4, "chưa có")
    for place in ((2, 3), (4, 3)):
        put(sheet, *place, None, sheet.cells[place].formula, "#VALUE!")
    put(sheet, 4, 4, 3, sheet.cells[4, 4].formula)
    assert found(sheet) == [("X104", "D2")]
    put(sheet, 2, 4, "xx")
    assert found(sheet) == [("X115", "D2")]


@pytest.mark.parametrize(("value", "sums"), [(-1, (2, 9)), (2.5, (5.5, 12.5))])
def test_a_figure_that_cannot_be_and_the_sums_that_follow_from_it(value: float, sums: tuple[float, float]) -> None:
    sheet = ii06()
    put(sheet, 2, 4, value)
    put(sheet, 2, 3, sums[0], sheet.cells[2, 3].formula)
    put(sheet, 4, 3, sums[1], sheet.cells[4, 3].formula)
    put(sheet, 4, 4, value + 3, sheet.cells[4, 4].formula)
    assert found(sheet) == [("X106", "D2")]


def test_what_does_not_follow_is_said_as_before() -> None:
    sheet = ii06()
    put(sheet, 2, 4, "chưa có")
    for place in ((2, 3), (4, 3), (3, 7)):
        put(sheet, *place, None, sheet.cells[place].formula, "#VALUE!")
    put(sheet, 3, 12, 2)  # (11) = (12) + (13) is typed over in the other row
    put(sheet, 3, 11, 2)
    put(sheet, 4, 12, 3, sheet.cells[4, 12].formula)
    assert found(sheet) == [("X104", "D2"), ("X109", "G3"), ("X201", "K3")]


def test_formulas_that_go_round_are_all_said() -> None:
    sheet = ii06()
    put(sheet, 2, 4, None, "=C2-E2-F2")
    put(sheet, 2, 3, None, "=D2+E2+F2")
    assert {("X109", "C2"), ("X109", "D2")} <= set(found(sheet))


def test_a_total_over_a_required_cell_left_blank_is_still_read() -> None:
    sheet = ii06()
    del sheet.cells[2, 2]
    put(sheet, 4, 4, 6, sheet.cells[4, 4].formula)
    assert found(sheet) == [("X105", "B2"), ("X202", "D4")]


# ---- values pasted over the blank form's formulas ---------------------------------------------------------------


def test_noughts_pasted_into_lines_that_nobody_filled_in_are_no_rows() -> None:
    rows: list[list[object]] = [[1, "Hộ tịch", 5, 2, 3, 0, 4, 4, 0, 0, 1, 1, 0]]
    spare: list[list[object]] = [[n, None, 0, None, None, None, 0, None, None, None, 0] for n in (2, 3)]
    total = [None, "TỔNG CỘNG", 5, 2, 3, 0, 4, 4, 0, 0, 1, 1, 0]
    assert found(grid([NUMBERS, *rows, *spare, total])) == []
    spare[0][3] = 1  # a figure without a name
    assert ("X105", "B3") in found(grid([NUMBERS, *rows, *spare, total]))


def test_noughts_alone_are_a_row() -> None:
    """What X110 asks for where there is nothing to report; its name is asked for too."""
    nought: list[object] = [1, None, *[0] * 11]
    assert found(grid([NUMBERS, nought, [None, "TỔNG CỘNG", *[0] * 11]])) == [("X105", "B2")]


# ---- others -----------------------------------------------------------------------------------------------------


def test_a_survey_s_cell_above_its_maximum_is_only_to_be_cleared() -> None:
    header = ["STT", "Tiêu chí", "Điểm tối đa", "Điểm tự đánh giá", "Tài liệu kiểm chứng", "Ghi chú"]
    rows = [[1, "Tiêu chí điều tra xã hội học", 1, 2, None, None], [2, "Kế hoạch", 1, 2, "KH 1", None]]
    assert said(check("selfscore", Workbook((grid([header, *rows]),)))) == [("X117", "D2"), ("X201", "D3")]


def test_a_list_without_items_is_told_that_alone() -> None:
    header = ["STT", "Tên tin, bài", "Ngày đăng", "Loại báo"]
    sheet = grid([["Tổng số tin, bài:", 4], [], header, [1]])
    assert said(check("articles", Workbook((sheet,)))) == [("X110", "Sheet1")]


def test_no_total_is_asked_for_where_its_words_cannot_stand() -> None:
    sheet = ii06(formulas=False)
    without = {place: cell for place, cell in sheet.cells.items() if place[1] != 2}
    assert said(check("ii06", Workbook((replace(sheet, cells=without),)))) == [("X102", "Sheet1")]


def test_a_formula_typed_over_by_what_is_no_figure_is_told_that_alone() -> None:
    sheet = ii06()
    put(sheet, 2, 3, "chưa có")
    tagged = Workbook((sheet,), Traits(FileKind.XLSX, FormTag("2023-q1", "tdm", "ii06", forms()["ii06"].version)))
    assert said(check("ii06", tagged)) == [("X104", "C2")]
