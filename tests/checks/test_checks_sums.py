"""Total rows over flat tables, sections and blocks."""

import pytest
from checks_reading import check, grid, said
from test_checks_locate import GROUPS, LEAVES, NUMBERS

from bot.domain.document import Workbook

A = [10, 4, 5, 1, 8, 3, 4, 1, 2, 1, 1]
B = [20, 8, 10, 2, 16, 6, 8, 2, 4, 2, 2]
AB = [a + b for a, b in zip(A, B, strict=True)]
ZERO = [0] * 11
BLANK = [None] * 11


def findings(*rows: list[object]) -> list[tuple[str, str | None]]:
    return said(check("ii06", Workbook((grid([GROUPS, LEAVES, NUMBERS, *rows]),))))


@pytest.mark.parametrize(
    "rows",
    [
        [[1, "Hộ tịch", *A], [2, "Đất đai", *B], [None, "TỔNG CỘNG", *AB]],
        [["TỔNG CỘNG", None, *AB], [1, "Hộ tịch", *A], [2, "Đất đai", *B]],
        [[1, "Hộ tịch", *A], [2, "Đất đai", *B], ["Tổng cộng (I+II):", None, *AB]],
        [[1, "Hộ tịch", *A], BLANK, [2, "Đất đai", *B], BLANK, [None, "Cộng", *AB]],
        [[1, "Công chứng", *A], [2, "Công thương", *B], [None, "Cộng:", *AB]],
        [["I", "Cấp huyện", *BLANK], [1, "Hộ tịch", *A], ["II", "Xã", *BLANK], [1, "A", *B], [None, "Tổng số", *AB]],
        [["I", "Huyện", *A], [1, "Hộ tịch", *A], ["II", "Xã", *B], [1, "Hộ tịch", *B], [None, "TỔNG CỘNG", *AB]],
        [["I", "Huyện", *A], ["II", "Xã", *B], [None, "TỔNG CỘNG", *AB]],
        [["A", "Sở", *BLANK], [1, "Hộ tịch", *A], ["", "Cộng khối sở", *A], ["B", "Xã", *BLANK], [1, "Đất", *B],
         [None, "TỔNG CỘNG", *AB]],
        [["I", "Sở", *BLANK], [1, "X", *A], [None, "Tổng cộng", *A], ["II", "Xã", *BLANK], [1, "Y", *B],
         [None, "Tổng cộng", *B], [None, "Tổng cộng", *AB]],
        [[1, "Hộ tịch", *A], [None, "TỔNG CỘNG", *A], BLANK, [None, "Người lập biểu", *BLANK], [9, "Bảng khác", *B]],
        [[1, "Hộ tịch", *ZERO], [None, "TỔNG CỘNG", *ZERO]],
        [[1, "Hộ tịch", "10", "4 hồ sơ", "5", 1, 8.0, "3", "4", 1, 2, 1, 1], [None, "TỔNG CỘNG", *A]],
        [[1, "Hộ tịch", 2544, 2544, "-", None, "2.544", "2.544", *([None] * 5)],
         [None, "TỔNG CỘNG", "2.544", 2544, None, 0, 2544, 2544, *([None] * 5)]],
        [[1, "Hộ tịch", *A], NUMBERS, [2, "Đất đai", *B], [None, "TỔNG CỘNG", *AB]],
    ],
)  # fmt: skip
def test_right_tables_pass(rows: list[list[object]]) -> None:
    assert findings(*rows) == []


WRONG = [31, *AB[1:]]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([[1, "Hộ tịch", *A], [2, "Đất đai", *B], [None, "TỔNG CỘNG", *WRONG]], ("X202", "C6")),
        ([["I", "H", *A], [1, "x", *A], ["II", "X", *B], [1, "y", *B], [None, "TỔNG CỘNG", *WRONG]], ("X202", "C8")),
        ([[1, "X", *A], [None, "Tổng cộng", *A], [1, "Y", *B], [None, "Tổng cộng", *WRONG]], ("X202", "C7")),
        ([[1, "X", *A], [None, "Tổng cộng", *B[:1], *A[1:]], [1, "Y", *B], [None, "Tổng cộng", *AB]], ("X202", "C5")),
        ([[1, "X", *A], [2, "Y", *B], [None, "TỔNG CỘNG", None, *AB[1:]]], ("X202", "C6")),
        ([[1, "X", *A], [2, "Y", *B]], ("X203", "Sheet1")),
        ([[1, "X", *A], [2, "Y", *B], [None, "TỔNG CỘNG", *BLANK]], ("X203", "Sheet1")),
        ([[1, "X", 11, *A[1:]], [2, "Y", *B], [None, "TỔNG CỘNG", *AB]], ("X201", "C4")),
        ([[1, "X", *A], [2, "Y", *B], [None, "TỔNG CỘNG", "abc", *AB[1:]]], ("X104", "C6")),
        ([[1, "X", "abc", *A[1:]], [2, "Y", *B], [None, "TỔNG CỘNG", *AB]], ("X104", "C4")),
    ],
)
def test_one_slip_is_one_finding_at_its_cell(rows: list[list[object]], place: tuple[str, str]) -> None:
    assert findings(*rows) == [place]
