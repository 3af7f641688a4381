"""The report against the office's own system, and where a cause may stand; annexes and versions of forms."""

from dataclasses import replace
from decimal import Decimal

import pytest
from checks_reading import ROUND, check, forms, grid, said, text
from documents_by_code import (
    CAUSE,
    beside,
    given_annex,
    ii06,
    outline,
    stating,
    stats,
    stats_cell,
    system,
    unreadable,
)

from bot.checks.annexes import annex_number, named_annexes
from bot.domain.document import UnreadableReason, Workbook
from bot.domain.form import Form, Severity
from bot.domain.round import Reference


def codes(form: Form | str, document: Workbook, **options: object) -> list[tuple[str, str | None]]:
    return [pair for pair in said(check(form, document, **options)) if pair[0] in ("C205", "C206")]


@pytest.mark.parametrize(
    ("figures", "tolerance", "expected"),
    [
        ({"c3": 15952}, 0, []),
        ({"c3": 15957}, 5, []),
        ({"c3": 15957}, 4, [("C205", "C21")]),
        ({"c3": 15947}, 4, [("C205", "C21")]),
        ({"c3": 1, "c11": 338, "c13": 2}, 0, [("C205", "C21"), ("C205", "M21")]),
        ({}, 0, []),
    ],
)
def test_each_figure_of_the_total_row(figures: dict[str, int], tolerance: int, expected: list[tuple[str, str]]) -> None:
    assert codes("ii06", ii06(), **system(tolerance, **figures)) == expected


def test_other_agencies_and_other_forms_are_not_compared() -> None:
    known = {"stp": {"3": Decimal(1)}}
    other = (Reference("ii06", "Một cửa", known), Reference("articles", "Một cửa", {"tdm": {"3": Decimal(1)}}))
    assert codes("ii06", ii06(), round=replace(ROUND, references=other)) == []


def stats_system(**figures: int) -> dict[str, object]:
    known = {key.lstrip("r").replace("_", "."): Decimal(value) for key, value in figures.items()}
    return {"round": replace(ROUND, references=(Reference("cchc_stats", "Hệ thống", {"tdm": known}),))}


def test_coded_rows_and_those_left_blank() -> None:
    cell = stats_cell("1.1.2")
    assert codes("cchc_stats", stats(r1_1_1=10, r1_1_2=5), **stats_system(r1_1_2=5)) == []
    assert codes("cchc_stats", stats(r1_1_1=10, r1_1_2=5), **stats_system(r1_1_2=6)) == [("C205", cell)]
    assert codes("cchc_stats", stats(r1_1_1=10, r1_1_2=None), **stats_system(r1_1_2=0)) == []
    (finding,) = (
        f for f in check("cchc_stats", stats(r1_1_1=10, r1_1_2=None), **stats_system(r1_1_2=6)) if f.code == "C205"
    )
    assert (finding.params["reason"], finding.params["gap"], finding.place.cell) == ("blank", 6, cell)


WRONG = system(c3=15957)
NO_FIGURE = "Số liệu chênh lệch với hệ thống một cửa do hồ sơ giấy chưa được nhập."
HEAD = "VI. NGUYÊN NHÂN SỐ LIỆU KHÔNG THỐNG NHẤT VỚI HỆ THỐNG DO CHƯA ĐỒNG BỘ (nếu có)"


def with_hint() -> Form:
    """The outline, of which a hint gives a cause as its example."""
    form = outline()
    first, *others = form.parts
    return replace(form, parts=(replace(first, hint=f"Nêu rõ. Ví dụ: {NO_FIGURE}\n{NO_FIGURE}"), *others))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"explanations": (CAUSE,)}, "mail"),
        ({"explanations": ("Kính gửi báo cáo.", CAUSE)}, "mail"),
        ({"explanations": (NO_FIGURE,)}, "mail"),
        ({"explanations": ("", NO_FIGURE)}, None),
        ({"explanations": (CAUSE.replace("5", "4"),)}, None),
        ({"explanations": ("", CAUSE.replace("5", "4"), CAUSE)}, "mail"),
        (beside(outline(), stating(NO_FIGURE)), "narrative_part"),
        (beside(outline(), text(HEAD)), None),
        (beside(outline(), text(HEAD, "Không có.")), None),
        (beside(outline(), text(HEAD, "Phòng đang rà soát, sẽ báo cáo sau.")), None),
        (beside(outline(), text(HEAD, "………")), None),
        (beside(outline(), text(HEAD, "Trong kỳ đơn vị đã ban hành 12 văn bản.")), None),
        (beside(outline(), text(HEAD, "Tồn tại, hạn chế do thiếu nhân lực, mạng chậm.")), None),
        (beside(outline(), text(HEAD, "Hồ sơ nộp chiều 14/3 chưa được đồng bộ.")), "narrative"),
        (beside(outline(), text(HEAD, "Do 5 hồ sơ giấy nhập chậm.")), "narrative"),
        (beside(outline(), text(HEAD, "Do 6 hồ sơ giấy nhập chậm.")), None),
        (beside(outline(), text("Kết quả khá.", "Hồ sơ nộp chiều 14/3 chưa được đồng bộ.")), None),
        (beside(with_hint(), stating(NO_FIGURE)), None),
        (beside(outline(), stating(CAUSE)), "narrative_part"),
        (beside(outline(), stating(CAUSE), with_it=True), "narrative_part"),
        (beside(outline(), text(CAUSE)), "narrative"),
        (beside(outline(), stating("Số liệu chênh lệch với hệ thống. Nguyên nhân: 5 hồ sơ giấy.")), "narrative_part"),
        ({"explanations": ("Nguyên nhân: chưa có.",)}, None),
        ({"explanations": ("> " + CAUSE,)}, None),
        (beside(outline(), stating("Số liệu có chênh lệch.")), None),
        (beside(outline(), unreadable(UnreadableReason.CORRUPT)), None),
        ({}, None),
    ],
)
def test_a_difference_is_an_error_without_and_a_remark_with_a_cause(
    given: dict[str, object], reason: str | None
) -> None:
    (finding,) = (f for f in check("ii06", ii06(), **WRONG, **given) if f.code in ("C205", "C206"))
    if reason is None:
        assert (finding.code, finding.severity) == ("C205", Severity.ERROR)
    else:
        assert (finding.code, finding.severity, finding.params["reason"]) == ("C206", Severity.REMARK, reason)
        assert len(str(finding.params["quote"])) <= 120


def test_a_remark_in_the_row_itself_is_for_that_row_alone() -> None:
    form = forms()["cchc_stats"]
    assert form.table is not None
    noted = replace(form, table=replace(form.table, note_column=form.table.columns[-1].key))
    book = stats(r1_1_1=10, r1_1_2=5)
    cell = stats_cell("1.1.2")
    sheet = book.sheets[0]
    at = int(cell[1:]), 5
    cells = {**sheet.cells, at: replace(sheet.cells[at[0], 4], column=5, value="do 1 nhiệm vụ chưa cập nhật")}
    with_note = Workbook((replace(sheet, cells=cells),))
    wrong = stats_system(r1_1_1=11, r1_1_2=6)
    assert codes(noted, with_note, **wrong) == [("C205", stats_cell("1.1.1")), ("C206", cell)]
    assert codes(form, book, **wrong) == [("C205", stats_cell("1.1.1")), ("C205", cell)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Phụ lục V", [5]),
        ("PHỤ LỤC SỐ 05", [5]),
        ("phu luc 12", [12]),
        ("Biểu mẫu Phụ lục IX", [9]),
        ("Phụ lục XIV kèm theo Công văn số 12/SNV-CCHC", [14]),
        ("PHỤ LỤC XVI. BẢNG TỰ CHẤM ĐIỂM", [16]),
        ("Phụ lục XIIa", [12]),
        ("PL12", [12]),
        ("Phụ lục I và Phụ lục II", [1, 2]),
        ("Phụ lục kèm theo", []),
        ("PHỤ LỤC VI PHẠM HÀNH CHÍNH", []),
        ("(Chi tiết tại Phụ lục I kèm theo)", []),
        ("Ban hành kèm theo Phụ lục II Thông tư 01/2020/TT-VPCP", []),
        ("Phụ lục II.1", []),
    ],
)
def test_which_annexes_a_head_names(line: str, expected: list[int]) -> None:
    assert [number for number, _ in named_annexes(text(line))] == expected
    assert [number for number, _ in named_annexes(Workbook((grid([[line]]),)))] == expected


def test_only_the_head_counts() -> None:
    assert named_annexes(text(*["Dòng"] * 25, "Phụ lục V")) == ()
    assert named_annexes(Workbook((grid([["x"]] * 15 + [["Phụ lục V"]]),))) == ()
    assert named_annexes(Workbook((grid([["Phụ lục V"]], hidden=True),))) == ()
    assert [n for n, _ in named_annexes(Workbook((grid([["x"]], name="Phụ lục V"),)))] == [5]
    assert named_annexes(unreadable(UnreadableReason.EMPTY)) == ()


@pytest.mark.parametrize(
    ("text_", "number"), [("XII", 12), ("12", 12), ("Phụ lục 05", 5), ("ixa", 9), ("", None), ("A", None), ("0", None)]
)
def test_numbers_of_annexes(text_: str, number: int | None) -> None:
    assert annex_number(text_) == number


@pytest.mark.parametrize(
    ("head", "own", "others", "expected"),
    [
        ("PHỤ LỤC SỐ 05", "XII", (), Severity.ERROR),
        ("PHỤ LỤC SỐ 05", "XII", ("stc",), Severity.REMARK),
        ("PHỤ LỤC SỐ 12", "XII", (), None),
        ("Phụ lục XI, Phụ lục XII", "12", (), None),
        ("BẢNG TỰ CHẤM ĐIỂM", "XII", (), None),
        ("PHỤ LỤC SỐ 05", "", (), None),
    ],
)
def test_another_annex_than_the_one_given(
    head: str, own: str, others: tuple[str, ...], expected: Severity | None
) -> None:
    findings = check("ii06", ii06(A1=head), **given_annex(own, *others))
    assert [(f.code, f.severity) for f in findings] == ([("C104", expected)] if expected else [])
