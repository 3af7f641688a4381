"""This period against last period: which rows are the same, what is said and what follows from it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from checks_reading import check, forms, grid, said, text
from documents_by_code import (
    LAST_QUARTER,
    QUARTER_BEFORE,
    SECOND,
    before,
    compared,
    ii06,
    stats,
    stats_cell,
    unreadable,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from test_checks_locate import NUMBERS

from bot.checks.last_rows import pair_rows
from bot.checks.rows import RowKind, TableRow
from bot.domain.document import UnreadableReason, Workbook
from bot.domain.form import Form, LastPeriodRule, Severity

LAST = compared(last=True)


def table(*rows: tuple[str, int, int], total: tuple[int, int] | None = None) -> Workbook:
    """II.06 with rows of (label, (6), (11)); all else follows from these. The total is the sum unless given."""
    lines: list[list[object]] = [[at, *line(*row)] for at, row in enumerate(rows, 1)]
    six, eleven = total or (sum(row[1] for row in rows), sum(row[2] for row in rows))
    return Workbook((grid([NUMBERS, *lines, [None, *line("TỔNG CỘNG", six, eleven)]]),))


def line(label: str, six: int, eleven: int) -> list[object]:
    received = max(six, eleven)
    settled = received - eleven
    return [label, received, 0, received - six, six, settled, settled, 0, 0, eleven, eleven, 0]


def found(now: Workbook, last: Workbook, form: Form = LAST, **more: object) -> list[tuple[str, str | None]]:
    findings = check(form, now, last=last, **more)
    return said(tuple(f for f in findings if f.code.startswith("C2")))


def test_what_was_pending_is_what_is_carried_over() -> None:
    last = table(("Hộ tịch", 0, 15), ("Đất đai", 0, 3))
    assert found(table(("Hộ tịch", 15, 1), ("Đất đai", 3, 2)), last) == []
    assert found(table(("Đất đai", 3, 2), ("HO TICH", 15, 1)), last) == []
    assert found(table(("Lĩnh vực hộ tịch", 15, 1), ("Đất đai", 3, 2)), last) == []


def test_a_wrong_row_is_said_and_the_total_that_follows_from_it_is_not() -> None:
    last = table(("Hộ tịch", 0, 15), ("Đất đai", 0, 3))
    assert found(table(("Hộ tịch", 12, 1), ("Đất đai", 3, 2)), last) == [("C201", "F2")]
    assert found(table(("Hộ tịch", 12, 1), ("Đất đai", 1, 2)), last) == [("C201", "F2"), ("C201", "F3")]


def test_rows_that_differ_while_the_total_agrees_are_still_said() -> None:
    last = table(("Hộ tịch", 0, 15), ("Đất đai", 0, 3))
    assert found(table(("Hộ tịch", 3, 1), ("Đất đai", 15, 2)), last) == [("C201", "F2"), ("C201", "F3")]


def test_a_total_at_odds_with_its_own_rows_is_the_matter_of_another_check() -> None:
    last, now = table(("Hộ tịch", 0, 15)), table(("Hộ tịch", 15, 1), total=(14, 1))
    codes = [(f.code, f.place.cell) for f in check(LAST, now, last=last)]
    assert ("X202", "F3") in codes
    assert not [code for code, _ in codes if code == "C201"]


def test_a_total_that_rests_on_vanished_rows_is_said_at_the_total() -> None:
    last = table(("Hộ tịch", 0, 15), ("Đất đai", 0, 3))
    assert found(table(("Hộ tịch", 15, 1)), last) == [("C201", "F3")]


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        # a new row with nothing carried over
        ([("Hộ tịch", 15, 1), ("Thú y", 0, 2)], [("Hộ tịch", 0, 15)], []),
        # renamed or regrouped: the total agrees
        ([("Hộ tịch - chứng thực", 15, 1)], [("Hộ tịch", 0, 15)], []),
        # just what the total has too much
        ([("Hộ tịch", 15, 1), ("Thú y", 4, 2)], [("Hộ tịch", 0, 15)], [("C201", "F3")]),
        # a new row beside another that differs
        ([("Hộ tịch", 14, 1), ("Thú y", 4, 2)], [("Hộ tịch", 0, 15)], [("C201", "F2"), ("C201", "F3")]),
        # not sure: the total has less too much than the new row
        ([("Thú y", 9, 2)], [("Hộ tịch", 0, 5)], [("C201", "F3")]),
    ],
)
def test_a_row_that_last_period_did_not_have(
    now: list[tuple[str, int, int]], last: list[tuple[str, int, int]], expected: list[tuple[str, str]]
) -> None:
    assert found(table(*now), table(*last)) == expected


def test_a_new_row_expects_nought_and_an_unsure_one_is_only_in_the_total() -> None:
    sure = check(LAST, table(("Hộ tịch", 15, 1), ("Thú y", 4, 2)), last=table(("Hộ tịch", 0, 15)))
    assert [(f.params["reason"], f.params["expected"]) for f in sure] == [("no_row", 0)]
    unsure = check(LAST, table(("Thú y", 9, 2)), last=table(("Hộ tịch", 0, 5)))
    assert [(f.params["reason"], f.params["row"]) for f in unsure] == [("equal", "TỔNG CỘNG")]


def test_the_rule_s_own_severity_tolerance_comparison_and_words() -> None:
    assert LAST.table is not None

    def ruled(rule: LastPeriodRule) -> Form:
        assert LAST.table is not None
        return replace(LAST, table=replace(LAST.table, last_period=(rule,)))

    now, last = table(("Hộ tịch", 12, 1)), table(("Hộ tịch", 0, 15))
    assert found(now, last, ruled(LastPeriodRule("(6)=(11)", tolerance=Decimal(3)))) == []
    assert found(now, last, ruled(LastPeriodRule("(6)<=(11)"))) == []
    (finding, *_) = check(ruled(LastPeriodRule("(6)>=(11)", Severity.REMARK, message="Xem lại.")), now, last=last)
    assert (finding.severity, finding.params["reason"]) == (Severity.REMARK, "at_least")
    assert finding.params["message"] == "Xem lại."


LABELS = st.sampled_from(["Hộ tịch", "Đất đai", "Công chứng", "Chính sách", "Thú y"])
ROWS = st.dictionaries(LABELS, st.integers(0, 500), min_size=1)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms())
def test_right_carry_over_in_any_order_is_never_faulted(rows: dict[str, int], random: st.DrawFn) -> None:
    names = list(rows)
    random.shuffle(names)  # type: ignore[attr-defined]  # a random.Random
    last = table(*((name, 0, rows[name]) for name in rows))
    assert found(table(*((name, rows[name], 1) for name in names)), last) == []


@settings(max_examples=40, deadline=None)
@given(ROWS, st.data(), st.integers(1, 99))
def test_one_wrong_carry_over_is_found_at_its_cell_and_nowhere_else(
    rows: dict[str, int], data: st.DataObject, by: int
) -> None:
    wrong = data.draw(st.integers(0, len(rows) - 1))
    last = table(*((name, 0, pending) for name, pending in rows.items()))
    now = [(name, pending + by * (at == wrong), 1) for at, (name, pending) in enumerate(rows.items())]
    assert found(table(*now), last) == [("C201", f"F{wrong + 2}")]


def row(number: int, label: str, code: str = "") -> TableRow:
    return TableRow(number, RowKind.DATA, code, label)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ([row(1, "A"), row(2, "B")], [row(5, "B"), row(6, "A")], [(6, False), (5, False)]),
        ([row(1, "A"), row(2, "A")], [row(5, "A"), row(6, "A")], [(5, False), (6, False)]),
        ([row(1, "A", "1")], [row(5, "A", "2"), row(6, "A", "1")], [(6, False)]),
        ([row(1, "A")], [row(5, "A"), row(6, "A")], [(None, False)]),
        ([row(1, "", "1.1")], [row(5, "", "1.1")], [(5, False)]),
        ([row(1, "A", "1")], [row(5, "B", "1")], [(None, True)]),
        ([row(1, "")], [row(5, "")], [(None, False)]),
    ],
    ids=["by label", "in order", "label and code", "not sure", "code alone", "number is no name", "no name"],
)
def test_rows_are_paired_by_name_or_not_at_all(
    now: list[TableRow], last: list[TableRow], expected: list[tuple[int | None, bool]]
) -> None:
    pairs = pair_rows(now, last)
    assert [(pair.last.row if pair.last else None, pair.is_new) for pair in pairs] == expected


def test_a_cumulative_figure_may_fall_only_with_the_year() -> None:
    form, fallen = compared(cumulative=True), before(C11=900, C21=16000)
    assert found(ii06(), fallen, form, last_period=QUARTER_BEFORE) == [("C202", "C11")]
    assert found(ii06(), fallen, form, last_period=LAST_QUARTER) == []
    assert found(ii06(), fallen, form) == [], "nobody said of which period it is"
    assert found(ii06(), fallen, form, last_period=LAST_QUARTER, round=replace(SECOND, period=LAST_QUARTER)) != []
    assert found(ii06(), before(C21=16000), form, last_period=QUARTER_BEFORE) == [("C202", "C21")]


@pytest.mark.parametrize(
    ("now", "last", "reason"),
    [
        (50, 10, "up"),
        (49, 10, None),
        (10, 50, "down"),
        (11, 50, None),
        (9, 1, None),
        (9, 0, None),
        (49, 9, None),
        (50, 9, "up"),
        (50, 0, "up_zero"),
        (0, 50, "down_zero"),
        (0, 0, None),
    ],
)
def test_a_jump_begins_at_the_factor_and_tiny_figures_have_none(now: int, last: int, reason: str | None) -> None:
    form = compared(jump=5)
    findings = check(form, table(("Hộ tịch", 0, now)), last=table(("Hộ tịch", 0, last)))
    jumps = [f for f in findings if f.code == "C203"]
    assert [(f.severity, f.params["reason"], f.place.cell) for f in jumps] == (
        [(Severity.REMARK, reason, "C2")] if reason else []
    )


def test_a_cumulative_figure_that_begins_anew_is_no_jump() -> None:
    form, far = compared(cumulative=True, jump=5), before(C11=8660, C21=99999)
    assert found(ii06(), far, form, last_period=LAST_QUARTER) == []
    assert ("C203", "C11") in found(ii06(), far, form, last_period=QUARTER_BEFORE)


def coded(**changes: object) -> Form:
    form = forms()["cchc_stats"]
    assert form.table is not None
    plain = (replace(r, cumulative=False, jump=None) for r in form.table.rows)
    rows = tuple(replace(r, **changes) if r.code == "1.1.1" else r for r in plain)  # type: ignore[arg-type]
    return replace(form, table=replace(form.table, rows=rows, last_period=()))


def test_coded_rows_are_compared_by_code() -> None:
    cell = stats_cell("1.1.1")
    now, more = stats(r1_1_1=30, r1_1_2=3), stats(r1_1_1=300, r1_1_2=3)
    assert found(now, more, coded(cumulative=True), last_period=QUARTER_BEFORE) == [("C202", cell)]
    assert found(now, more, coded(jump=Decimal(5))) == [("C203", cell)]
    assert found(now, now, coded(cumulative=True, jump=Decimal(5)), last_period=QUARTER_BEFORE) == []
    form = coded()
    assert form.table is not None
    carried = replace(form, table=replace(form.table, last_period=(LastPeriodRule("[1.1.1]=[1.1.2]"),)))
    assert found(now, stats(r1_1_1=30, r1_1_2=30), carried) == []
    assert found(now, stats(r1_1_1=30, r1_1_2=29), carried) == [("C201", cell)]


@pytest.mark.parametrize("form", [LAST, compared(cumulative=True), compared(jump=5)])
def test_what_cannot_be_compared_is_held(form: Form) -> None:
    for last in (unreadable(UnreadableReason.CORRUPT), text("Bản quét"), Workbook((grid([["Ghi chú"]]),))):
        (finding,) = check(form, ii06(), last=last)
        assert (finding.code, finding.severity, finding.params["other"]) == (
            "C207",
            Severity.HOLD,
            forms()["ii06"].short_title,
        )


def test_without_last_period_or_a_comparison_nothing_is_held() -> None:
    assert found(ii06(), None, LAST) == []  # type: ignore[arg-type]
    assert check(compared(), ii06(), last=unreadable(UnreadableReason.CORRUPT)) == ()
