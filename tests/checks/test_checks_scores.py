"""Self-scoring tables: levels, sums over children, evidence, what the survey fills in. By table, and by property: no
right table is refused, and one broken cell is one finding.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pytest
from checks_reading import check, forms, grid, said
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checks.levels import level, tree
from bot.checks.rows import RowKind, TableRow
from bot.domain.document import Merge, Workbook
from bot.domain.form import Row, Severity
from bot.domain.office import Language
from bot.domain.submission import Finding, Place
from bot.screens import finding_words
from bot.text.numbers import format_number

HEADER = ["STT", "Tiêu chí", "Điểm tối đa", "Điểm tự đánh giá", "Tài liệu kiểm chứng", "Ghi chú"]
SELFSCORE = forms()["selfscore"]
assert SELFSCORE.table is not None
SPEC = SELFSCORE.table


def book(*rows: list[object]) -> Workbook:
    return Workbook((grid([HEADER, *rows]),))


def findings(*rows: list[object]) -> list[tuple[str, str | None]]:
    return said(check("selfscore", book(*rows)))


def line(code: object, most: object, score: object, proof: object = "KH 1", label: str = "Tiêu chí") -> list[object]:
    return [code, label, most, score, proof, None]


@pytest.mark.parametrize(
    ("codes", "parents"),
    [
        (["A", "I", "1", "1.1", "a", "II", "B"], [None, "A", "I", "1", "1.1", "A", None]),
        (["1", "1.1", "1.2.1", "1.2", "1.2.2", "2"], [None, "1", "1", "1", "1.2", None]),
        (["I", "I.1", "I.2", "II", "II.1"], [None, "I", "I", None, "II"]),
        (["I", "1", "1.1", "2.1", "3"], [None, "I", "1", "I", "I"]),
        (["I", "1.1", "1.2"], [None, "I", "I"]),
    ],
)
def test_levels(codes: list[str], parents: list[str | None]) -> None:
    root = tree([TableRow(at, RowKind.DATA, code, "") for at, code in enumerate(codes)], strict=True)
    found: dict[int, str | None] = {}
    for node in (root, *root.beneath()):
        for child in node.children:
            assert child.row is not None
            found[child.row.row] = node.row.code if node.row else None
    assert [found[at] for at in range(len(codes))] == parents


def test_what_tells_no_level() -> None:
    codes = ["1.1.1.1", "I", "A", "", "STT", "1,1", "1-1", "a.b", "-", "đ", "1..1"]
    assert [level(code) for code in codes] == [5, 1, 0, 9, 9, 9, 9, 9, 8, 8, 9]


@pytest.mark.parametrize(
    "rows",
    [
        [line(1, 3, "2,5", None), line("1.1", 2, "1,5"), line("1.2", 1, 1)],
        [line(1, 3, None, None), line("1.1", 2, "1,5"), line("1.2", 1, 1)],  # no figure of its own
        [line("I", 3, 2, None), line(1, 3, None, None), line("1.1", 3, 2)],  # nor one on the way
        [line("I", 3, 2, None), ["1", "Tiêu chí", None, None, None, None], line("1.1", 3, 2)],
        [line(1, 3, 3), ["-", "Từ 80%: 2 điểm", None, None, None, None], line("-", 2, None, None)],
        [line(1, "2,25", "1,125", None), line("1.1", "1,125", "0,5625"), line("1.2", "1,125", "0,5625")],
        [line(1, 3, 3, "Báo cáo 5"), line("1.1", 2, None, None), line("1.2", 1, None, None)],  # no breakdown given
        [line(1, 3, 0, None)],
    ],
)  # fmt: skip
def test_right_tables_pass(rows: list[list[object]]) -> None:
    assert findings(*rows) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # a leaf, a row between, the top
        ([line("I", 4, 3, None), line(1, 4, 3, None), line("1.1", 2, 1), line("1.2", 2, 1)], [("X111", "D3")]),
        ([line("I", 4, 2, None), line(1, 4, 3, None), line("1.1", 2, 1), line("1.2", 2, 1)], [("X111", "D3")]),
        ([line("I", 4, 3, None), line(1, 4, 2, None), line("1.1", 2, 1), line("1.2", 2, 1)], [("X111", "D2")]),
        # two slips are two findings
        ([line("I", 4, 1, None), line(1, 4, 3, None), line("1.1", 2, 1), line("1.2", 2, 1)],
         [("X111", "D2"), ("X111", "D3")]),
        ([line("I", 8, 5, None), line(1, 4, 3, None), line("1.1", 4, 2), line(2, 4, 3, None), line("2.1", 4, 2)],
         [("X111", "D3"), ("X111", "D5")]),
        # one that cannot be read, and one above its maximum: said once
        ([line(1, 4, 3, None), line("1.1", 2, "hai"), line("1.2", 2, 1)], [("X104", "D3")]),
        ([line(1, 4, 3, None), line("1.1", 2, 3), line("1.2", 2, 1)], [("X201", "D3")]),
        ([line(1, 4, 5, None), line("1.1", 2, 2), line("1.2", 2, 1)], [("X201", "D2")]),
        ([line(1, 4, 3, None), line("1.1", 2, -2), line("1.2", 2, 1)], [("X106", "D3")]),
    ],
)  # fmt: skip
def test_one_slip_is_one_finding(rows: list[list[object]], expected: list[tuple[str, str]]) -> None:
    assert findings(*rows) == expected


def test_printed_maxima_and_their_total_are_remarks() -> None:
    def table(top: object, total: object) -> tuple[Finding, ...]:
        rows = [line(1, top, 1, None), line("1.1", 2, 1), line(2, 3, 1)]
        return check("selfscore", book(*rows, [None, "TỔNG CỘNG", total, 2, None, None]))

    assert table(2, 5) == ()
    (wrong,) = table("2,5", 5)
    assert (wrong.code, wrong.severity, wrong.place.cell) == ("X111", Severity.REMARK, "C2")
    assert (wrong.params["actual"], wrong.params["expected"], wrong.params["children"]) == (2.5, 2, ["1.1"])
    (total,) = table(2, 100)
    assert (total.code, total.severity, total.place.cell) == ("X202", Severity.REMARK, "C5")


def test_a_total_is_checked_although_the_survey_s_cells_are_blank() -> None:
    rows = [line(1, 2, 1), line(2, 3, None, None, "Tiêu chí điều tra xã hội học")]
    assert findings(*rows, [None, "TỔNG CỘNG", 5, 1, None, None]) == []
    assert findings(*rows, [None, "TỔNG CỘNG", 5, 2, None, None]) == [("X202", "D4")]
    rows.append(line(3, 1, "không rõ"))  # now the sum is unknown
    assert findings(*rows, [None, "TỔNG CỘNG", 6, 2, None, None]) == [("X104", "D4")]


def test_index_is_the_share_of_the_maximum() -> None:
    def table(index: object) -> list[tuple[str, str | None, Severity]]:
        header = [*HEADER, "Tổng điểm", "Chỉ số (%)"]
        found = check("selfscore", Workbook((grid([header, [*line(1, 8, 5), 6, index]]),)))
        return [(f.code, f.place.cell, f.severity) for f in found]

    assert table(75) == table("75,3") == table(None) == []
    assert table(76) == [("X201", "H2", Severity.REMARK)]


def test_the_form_s_own_words_reach_the_finding() -> None:
    (wrong,) = check("selfscore", book(line(1, 3, 4)))
    assert wrong.params["message"] == SPEC.rules[0].message
    assert SPEC.rules[0].text == "0<=(4)"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([line(1, 2, 1, None)], [("X116", "E2")]),
        ([line(1, 2, 1, "…")], [("X116", "E2")]),
        *(
            ([line(1, 2, 1, nothing)], [("X116", "E2")])
            for nothing in ("-", "–", "không", "Không có", "0", 0, "...", "/")
        ),
        ([[1, "A", 2, 1, "-", "Không"]], [("X116", "E2")]),
        ([[1, "A", 2, 1, "-", "Không có văn bản, đã báo cáo miệng"]], []),
        ([line(1, 2, 1, 12)], []),
        ([line(1, 2, 1, None, "A"), line("1.1", 2, 1)], []),  # its proof stands beneath it
        ([[1, "A", 2, 1, None, "Đã làm"]], []),
        ([line(1, 2, "không rõ", None)], [("X104", "D2")]),
    ],
)
def test_evidence(rows: list[list[object]], expected: list[tuple[str, str]]) -> None:
    assert findings(*rows) == expected


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("code", "label"),
    [(None, "Tổng cộng"), (None, "TỔNG ĐIỂM (I+II):"), ("Tổng điểm", None), ("Cộng", None), ("Tổng cộng", "I + II")],
)
def test_a_total_is_asked_for_neither_evidence_nor_a_label(named: bool, code: object, label: object) -> None:
    form = SELFSCORE if named else replace(SELFSCORE, table=replace(SPEC, total=None))
    rows = [line(1, 2, 1), line(2, 3, "1,5"), [code, label, 5, "2,5", None, None]]
    assert said(check(form, book(*rows))) == []


def test_what_only_begins_like_a_total_is_a_criterion() -> None:
    form = replace(SELFSCORE, table=replace(SPEC, total=None))
    rows = [line(1, 2, 1), line(2, 3, 2, None, "Công chứng"), line(3, 3, 2, None, "Tổng cộng số thủ tục đã rà soát")]
    assert said(check(form, book(*rows))) == [("X116", "E3"), ("X116", "E4")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([line(1, 3, 2), line(2, 3, None)], [("X105", "D3")]),
        ([line(1, 3, 2, None), line("1.1", 2, 2), line("1.2", 1, None)], [("X105", "D4")]),
        ([line(1, 3, 3, None), line("1.1", 2, 2), line("1.2", 1, None)], [("X105", "D4")]),  # said once, not its sum
        ([line(1, 3, 2), line(2, 0, None), line(3, None, None)], [("X105", "C4")]),  # nothing to score
        ([line(1, 3, 2), line(2, 3, None), [None, "TỔNG CỘNG", 6, 3, None, None]], [("X105", "D3")]),
        ([line(1, 3, 2), [None, "Kịp thời: 1 điểm", 1, None, None, None]], []),  # a line of the scale has no number
        ([line(1, 3, 2), line(2, 3, None, None, "Tiêu chí điều tra xã hội học")], []),
        ([line(1, 3, None), line(2, 3, None)], [("X110", "Sheet1")]),
        ([line(1, 3, None), line("1.1", 2, None), line("1.2", 1, None)], [("X110", "Sheet1")]),
        ([line(1, 3, None), line(2, 3, 0, None, "Tiêu chí điều tra xã hội học")], [("X117", "D3"), ("X105", "D2")]),
        ([line(1, 3, None), line(2, 3, None), [None, "TỔNG CỘNG", 6, 3, None, None]], [("X110", "Sheet1")]),
    ],
)  # fmt: skip
def test_each_criterion_is_scored(rows: list[list[object]], expected: list[tuple[str, str | None]]) -> None:
    assert sorted(findings(*rows), key=str) == sorted(expected, key=str)


def test_no_score_at_all_is_said_once_and_in_words() -> None:
    (found,) = check("selfscore", book(*(line(at, 3, None, None) for at in range(1, 20))))
    assert (found.code, found.params["column"], found.params["expected"]) == ("X110", "(4)", 19)
    assert "cột (4) để trống ở tất cả các dòng" in finding_words(Language.VI).say(found).found
    assert "19" in finding_words(Language.EN).say(found).expected


def test_a_score_merged_over_several_criteria_is_none_lacking() -> None:
    sheet = grid([HEADER, line(1, 3, 2), line(2, 2, 1), line(3, 2, None, None)])
    assert said(check("selfscore", Workbook((sheet,)))) == [("X105", "D4")]
    assert said(check("selfscore", Workbook((replace(sheet, merges=(Merge(3, 4, 4, 4),)),)))) == []


def test_evidence_merged_over_several_rows_counts_for_each() -> None:
    rows = [line(1, 2, 1, "Kế hoạch 5"), line(2, 2, 1, None), line(3, 2, 1, None)]
    sheet = grid([HEADER, *rows])
    merged = Workbook((replace(sheet, merges=(Merge(2, 5, 3, 5),)),))
    assert said(check("selfscore", merged)) == [("X116", "E4")]


@pytest.mark.parametrize(
    ("label", "note", "meant"),
    [
        ("Tiêu chí điều tra xã hội học", None, True),
        ("TIÊU CHÍ ĐIỀU TRA XÃ HỘI HỌC: mức độ hài lòng", None, True),
        ("Tác động của CCHC (điều tra xã hội học)", None, True),
        ("Mức độ hài lòng", "Điều tra xã hội học", True),
        ("Ban hành kế hoạch điều tra xã hội học", None, False),
        ("Mức độ hài lòng", "Báo cáo kết quả điều tra xã hội học năm 2022", False),
    ],
)
def test_what_the_survey_fills_in(label: str, note: object, meant: bool) -> None:
    row: list[object] = [1, label, 2, 1, "KH 5", note]
    assert findings(row) == ([("X117", "D2")] if meant else [])
    row[3] = 0
    assert findings(row) == ([("X117", "D2")] if meant else [])
    row[3] = None
    assert findings(row) == ([] if meant else [("X105", "D2")])


def test_rows_beneath_a_survey_criterion_and_their_sums() -> None:
    survey = line(2, 4, None, None, "Tiêu chí điều tra xã hội học")
    top, own = line("I", 6, 2, None), line(1, 2, 2)
    assert findings(top, own, survey, line("2.1", 2, None, None), line("2.2", 2, None, None)) == []
    # whether the agency counted it or not, the cell itself is what is wrong
    assert findings(top, own, survey, line("2.1", 2, 1, None), line("2.2", 2, None, None)) == [("X117", "D5")]
    counted = line("I", 6, 3, None)
    assert findings(counted, own, survey, line("2.1", 2, 1, None), line("2.2", 2, None, None)) == [("X117", "D5")]


def test_sums_and_evidence_over_printed_rows() -> None:
    form = forms()["cchc_stats"]
    assert form.table is not None
    number = SPEC.column("3").type
    rows = (Row("1", "Một", type=number), Row("1.1", "A", type=number), Row("1.2", "B", type=number))
    children = (replace(SPEC.children[0], columns=("value",)),)
    proofs = (replace(SPEC.proofs[0], when="(value)>9", any_of=("note",)),)
    table = replace(form.table, rows=rows, rules=(), children=children, proofs=proofs)
    header = ["STT", "Chỉ tiêu", "Số liệu", "Ghi chú"]

    def codes(*values: object) -> list[tuple[str, str | None]]:
        lines = [[row.code, row.label, value, None] for row, value in zip(rows, values, strict=True)]
        return said(check(replace(form, table=table), Workbook((grid([header, *lines]),))))

    assert codes(5, 2, 3) == []
    assert codes(6, 2, 3) == [("X111", "C2")]
    assert codes(6, "?", 3) == [("X104", "C3")]
    assert codes(13, 10, 3) == [("X116", "D3")]


# ---- properties ----


@dataclass
class Criterion:
    """A row of a generated table, with its right figures in quarters of a point."""

    code: str
    survey: bool = False
    most: int = 0
    score: int = 0
    blank: bool = False  # its own score is left out
    children: list["Criterion"] = field(default_factory=list)

    def rows(self) -> "list[Criterion]":
        return [self, *(row for child in self.children for row in child.rows())]


@st.composite
def criteria(draw: st.DrawFn, code: str, depth: int) -> Criterion:
    made = Criterion(code)
    if depth and draw(st.booleans()):
        separator = f"{code}." if code[0].isdigit() else ""
        for at in range(1, draw(st.integers(1, 3)) + 1):
            made.children.append(draw(criteria(f"{separator}{at}", depth - 1)))
        made.most = sum(child.most for child in made.children)
        made.score = sum(child.score for child in made.children)
        made.blank = draw(st.booleans())
    else:
        made.survey = draw(st.integers(0, 4)) == 0
        made.most = draw(st.integers(1, 12))
        made.score = 0 if made.survey else draw(st.integers(0, made.most))
    return made


@st.composite
def score_tables(draw: st.DrawFn) -> list[Criterion]:
    style = draw(st.sampled_from([["I", "II", "III"], ["1", "2", "3"], ["A", "B", "C"]]))
    roots = [draw(criteria(code, 3 if code.isdigit() else 2)) for code in style]
    return [row for root in roots for row in root.rows()]


def points(quarters: int) -> str:
    return format_number(Decimal(quarters) / 4)


def score_rows(table: list[Criterion]) -> list[list[object]]:
    rows: list[list[object]] = []
    for at, row in enumerate(table):
        label = "Tiêu chí điều tra xã hội học" if row.survey else f"Tiêu chí {at}"
        score = None if row.survey or (row.children and row.blank) else points(row.score)
        proved = (
            [None, None] if row.children or row.survey or not row.score else ["KH", None] if at % 2 else [None, "x"]
        )
        rows.append([row.code, label, points(row.most), score, *proved])
    top = [row for row in table if not any(row in other.children for other in table)]
    rows.append([None, "TỔNG CỘNG", points(sum(r.most for r in top)), points(sum(r.score for r in top)), None, None])
    return rows


@settings(max_examples=80, deadline=None)
@given(score_tables())
def test_no_right_score_table_is_refused(table: list[Criterion]) -> None:
    assert findings(*score_rows(table)) == []


@settings(max_examples=150, deadline=None)
@given(score_tables(), st.data())
def test_one_broken_score_is_one_finding(table: list[Criterion], data: st.DataObject) -> None:
    rows = score_rows(table)
    at = data.draw(st.integers(0, len(table) - 1))
    row, kinds = table[at], ["text", "above"]
    kinds += ["survey"] if row.survey else []
    kinds += ["proof"] if row.score and not row.children else []
    kind = data.draw(st.sampled_from(kinds))
    cell = f"D{at + 2}"
    if kind == "text":
        rows[at][3] = "chưa rõ"
        expected = ("X104", cell)
    elif kind == "survey":
        rows[at][3] = data.draw(st.sampled_from(["0", points(row.most)]))
        expected = ("X117", cell)
    elif kind == "proof":
        rows[at][4] = rows[at][5] = None
        expected = ("X116", f"E{at + 2}")
    else:
        rows[at][3], rows[at][4] = points(row.most + data.draw(st.integers(1, 40))), "KH"
        expected = ("X117" if row.survey else "X201", cell)
    assert findings(*rows) == [expected]  # a survey's cell is only to be cleared, whatever stands in it


@settings(max_examples=150, deadline=None)
@given(score_tables(), st.data())
def test_one_wrong_sum_is_found_there_and_nowhere_above(table: list[Criterion], data: st.DataObject) -> None:
    sums = [at for at, row in enumerate(table) if row.children and not row.blank and row.score and "D" in "D"]
    told = [
        at for at in sums if any(score_rows(table)[table.index(child)][3] is not None for child in table[at].children)
    ]
    if not told:
        return
    at = data.draw(st.sampled_from(told))
    rows = score_rows(table)
    rows[at][3] = points(table[at].score - data.draw(st.integers(1, table[at].score)))
    assert findings(*rows) == [("X111", f"D{at + 2}")]


LIST_HEADER: list[object] = ["STT", "Tên chương trình", "Ngày phát sóng", "Thời lượng (phút)", "Kênh"]
DAYS = st.dates(date(2022, 12, 15), date(2023, 3, 14))
ITEMS = st.tuples(st.sampled_from(["Bản tin", "Phóng sự", "Tọa đàm"]), DAYS, st.integers(1, 60), st.just("BTV1"))


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEMS, min_size=1, max_size=9, unique_by=lambda item: item[:2]), st.data())
def test_lists_pass_and_one_broken_cell_is_one_finding(items: list[tuple[object, ...]], data: st.DataObject) -> None:
    rows: list[list[object]] = [LIST_HEADER, *([at, *item] for at, item in enumerate(items, 1))]

    def found() -> list[tuple[str, str | None]]:
        total = [[None, "Tổng thời lượng", None, sum(int(str(row[3])) for row in rows[1:]), None]]
        return said(check("broadcasts", Workbook((grid([*rows, *total]),))))

    assert found() == []
    at = data.draw(st.integers(1, len(items)))
    right = rows[at][2]
    rows[at][2] = data.draw(st.sampled_from([date(2022, 12, 14), "15/3/2023", "ngày 20 tháng 3 năm 2023"]))
    assert found() == [("X118", f"C{at + 1}")]
    rows[at][2] = right
    rows.append([len(rows), str(rows[at][1]).upper(), f"{right:%d/%m/%Y}", *rows[at][3:]])
    assert found() == [("X119", f"B{len(rows)}")]
    rows[-1][2] = f"{right:%d/%m/%Y} 19:30"
    assert found() == []  # at another time of day it is another broadcast


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_form_s_own_words_stand_in_place_of_the_general_remedy(language: str) -> None:
    words = finding_words(Language(language))
    own, general = (Finding("X111", Severity.ERROR, Place(), {"message": m} if m else {}) for m in ("Đề nghị {x}.", ""))
    assert words.say(own).remedy == "Đề nghị {x}."
    assert words.say(general).remedy not in ("", words.say(own).remedy)
    more = Finding("X111", Severity.ERROR, Place(), {"more": 7})
    assert words.say(more).remedy != words.say(general).remedy


def test_a_bound_without_columns_is_said_without_an_expression() -> None:
    broken = Finding("X201", Severity.ERROR, Place(), {"reason": "at_most_fixed", "expression": "10", "expected": 10})
    assert finding_words(Language.VI).say(broken).expected == "không lớn hơn 10"
