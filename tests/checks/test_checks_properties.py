"""Properties of II.06: what is right passes wherever it stands, and one slip is one finding at its cell."""

from decimal import Decimal

from checks_reading import check, forms, grid, said
from hypothesis import given, settings
from hypothesis import strategies as st
from test_checks_locate import GROUPS, LEAVES, NUMBERS

from bot.demo.documents import Ii06Row
from bot.domain.document import Workbook
from bot.text.numbers import format_number

COUNT = st.integers(0, 5000)


@st.composite
def lines(draw: st.DrawFn) -> Ii06Row:
    early, on_time, late, in_time, overdue = (draw(COUNT) for _ in range(5))
    received = early + on_time + late + in_time + overdue
    carried = draw(st.integers(0, received))
    online = draw(st.integers(0, received - carried))
    label = draw(st.sampled_from(["Hộ tịch", "Công chứng", "Đất đai", "Chính sách", "Tổng hợp"]))
    return Ii06Row(label, online, received - carried - online, carried, early, on_time, late, overdue)


TABLES = st.lists(lines(), min_size=1, max_size=6)


def cells(table: list[Ii06Row]) -> list[list[object]]:
    body: list[list[object]] = [[at, line.label, *line.figures()] for at, line in enumerate(table, 1)]
    total = [sum(column) for column in zip(*(line.figures() for line in table), strict=True)]
    return [*body, [None, "TỔNG CỘNG", *total]]


def findings(rows: list[list[object]], top: int = 1, left: int = 1) -> list[tuple[str, str | None]]:
    return said(check("ii06", Workbook((grid([GROUPS, LEAVES, NUMBERS, *rows], top=top, left=left),))))


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(1, 8), st.integers(1, 5), st.booleans())
def test_no_right_table_is_refused(table: list[Ii06Row], top: int, left: int, as_text: bool) -> None:
    rows = cells(table)
    if as_text:
        rows = [[format_number(v) if isinstance(v, int) and at > 1 else v for at, v in enumerate(r)] for r in rows]
    assert findings(rows, top, left) == []


LEFT_HAND = {2: "C", 6: "G", 10: "K"}


@settings(max_examples=60, deadline=None)
@given(TABLES, st.data(), st.integers(1, 900))
def test_one_wrong_left_hand_cell_is_found_there(table: list[Ii06Row], data: st.DataObject, by: int) -> None:
    rows = cells(table)
    row = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.sampled_from(sorted(LEFT_HAND)))
    rows[row][column] += by  # type: ignore[operator]
    assert findings(rows) == [("X201", f"{LEFT_HAND[column]}{row + 4}")]


@settings(max_examples=60, deadline=None)
@given(TABLES, st.data(), st.integers(1, 900))
def test_one_wrong_part_is_found_at_its_sum(table: list[Ii06Row], data: st.DataObject, by: int) -> None:
    rows = cells(table)
    row = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.sampled_from([3, 4, 5, 7, 8, 9, 11, 12]))
    rows[row][column] += by  # type: ignore[operator]
    left = LEFT_HAND[max(c for c in LEFT_HAND if c < column)]
    assert findings(rows) == [("X201", f"{left}{row + 4}")]


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(2, 12), st.integers(1, 900))
def test_one_wrong_total_is_found_there(table: list[Ii06Row], column: int, by: int) -> None:
    rows = cells(table)
    right = rows[-1][column]
    rows[-1][column] += by  # type: ignore[operator]
    book = Workbook((grid([GROUPS, LEAVES, NUMBERS, *rows]),))
    found = check("ii06", book)
    assert said(found) == [("X202", f"{'ABCDEFGHIJKLM'[column]}{len(rows) + 3}")]
    assert found[0].params["expected"] == right
    assert found[0].params["actual"] == right + by  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 30), st.integers(1, 16)),
        st.one_of(
            st.none(), st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.decimals(), st.dates(),
            st.sampled_from(["(3)", "STT", "Tổng số", "TỔNG CỘNG", "Số hồ sơ đã giải quyết", "1.1.1", "9" * 40]),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_whatever_stands_in_the_cells_no_check_raises(found: dict[tuple[int, int], object]) -> None:
    rows: list[list[object]] = [[None] * 16 for _ in range(30)]
    for (row, column), value in found.items():
        rows[row - 1][column - 1] = value
    for form in forms().values():
        if form.table is not None:
            for header in ([], [GROUPS, LEAVES, NUMBERS], [[c.title for c in form.table.columns]]):
                check(form, Workbook((grid([*header, *rows]),)))


def test_figures_beyond_all_reason_stay_json() -> None:
    row = [1, "Hộ tịch", 1e300, *([0] * 10)]
    found = check("ii06", Workbook((grid([GROUPS, LEAVES, NUMBERS, row, [None, "TỔNG CỘNG", *row[2:]]]),)))
    assert found
    assert all(not isinstance(value, Decimal) for finding in found for value in finding.params.values())
