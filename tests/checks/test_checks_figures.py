"""Figures as offices really write them: percentages, durations, several figures in one cell, enormous ones."""

from dataclasses import replace

import pytest
from checks_reading import ROOT, check, forms, grid, said, workbook

from bot.checks.words import Words
from bot.demo import documents
from bot.domain.document import Cell, Workbook
from bot.domain.form import Severity

STATS = forms()["cchc_stats"]
assert STATS.table is not None
ROWS = STATS.table.rows
Q1 = "quý I năm 2023"
FINDINGS = ROOT / "mail_templates" / "vi" / "findings.toml"
WORDS = Words.parse("vi", FINDINGS.read_text(encoding="utf-8"), str(FINDINGS))


def place(code: str) -> tuple[int, int]:
    return documents.STATS_FIRST_ROW + [row.code for row in ROWS].index(code), 4


def stats(values: dict[str, object] | None = None, percents: dict[str, float] | None = None) -> Workbook:
    """The statistics with those values; `percents` are fractions in cells that Excel shows as percentages."""
    given = documents.stats_values() | (values or {})
    sheet = workbook(documents.cchc_stats("UBND huyện", Q1, ROWS, values=given)).sheets[0]
    cells = {place(code): Cell(*place(code), value, percent=True) for code, value in (percents or {}).items()}
    return Workbook((replace(sheet, cells={**sheet.cells, **cells}),))


def at(code: str) -> str:
    return f"D{place(code)[0]}"


@pytest.mark.parametrize(
    ("fraction", "findings", "printed"),
    [
        (0.955, [], ""),
        (1, [], ""),
        (0, [], ""),
        (1.2, [("X107", at("3.3.2"))], "đang là 120%"),
        (1.205, [("X107", at("3.3.2"))], "đang là 120,5%"),
        (-0.01, [("X107", at("3.3.2"))], "đang là -1%"),
    ],
)
def test_a_percentage_means_what_its_cell_shows(fraction: float, findings: list[tuple[str, str]], printed: str) -> None:
    found = check("cchc_stats", stats(percents={"3.3.2": fraction}))
    assert said(found) == findings
    assert "".join(WORDS.say(finding).found for finding in found) == printed


def test_rules_see_the_percentage_that_the_cell_shows() -> None:
    money = {"6.1.1": 1000, "6.1.2": 250}
    assert said(check("cchc_stats", stats(money, {"6.1": 0.25}))) == []
    found = check("cchc_stats", stats(money, {"6.1": 0.45}))
    assert said(found) == [("X204", at("6.1"))]
    assert found[0].params["actual"] == 45


def test_a_percentage_where_none_belongs_is_told_as_the_cell_shows_it() -> None:
    (found,) = check("cchc_stats", stats(percents={"1.5": 0.955}))
    assert (found.code, found.params["actual"]) == ("X108", "95,5%")
    (found,) = check("cchc_stats", stats(percents={"3.1.1": 0.955}))
    assert (found.code, WORDS.say(found).found) == ("X106", "đang là 95,5%")


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (-(10**18), "đang là -1.000.000.000.000.000.000"),
        (-1e18, "đang là -1.000.000.000.000.000.000"),
        ("-1" + "0" * 18, "đang là -1.000.000.000.000.000.000"),
        ("-1" + "0" * 5001, "đang là -1." + "000." * 19 + "…"),
    ],
)
def test_no_figure_is_printed_with_an_exponent(value: object, printed: str) -> None:
    (found,) = check("cchc_stats", stats({"1.2.1": value}))
    assert found.code == "X106"
    assert WORDS.say(found).found == printed


@pytest.mark.parametrize("value", ["-", "–", "không", "Không có", "0", 0, 0.0, None, "Chưa"])
def test_a_choice_of_nought_may_be_written_as_nothing(value: object) -> None:
    assert said(check("cchc_stats", stats({"7.1": value, "7.2": value}))) == []


@pytest.mark.parametrize("value", ["-", "không", 0, 1.0, None])
def test_yes_or_no_may_be_written_as_nothing(value: object) -> None:
    assert said(check("cchc_stats", stats({"1.5": value}))) == []


@pytest.mark.parametrize("value", [1.5, "1.5", -1, 3, "khác"])
def test_a_choice_is_one_of_the_choices(value: object) -> None:
    assert said(check("cchc_stats", stats({"1.5": value}))) == [("X108", at("1.5"))]


@pytest.mark.parametrize(
    ("code", "value", "findings"),
    [
        ("2.1", "0/5/12", []),
        ("2.1", 17, []),
        ("2.1", "5/12", []),
        ("2.1", "0/5/12/1", ["X104"]),
        ("2.1", "0/năm/12", ["X104"]),
        ("2.1", "0/-5/12", ["X106"]),
        ("2.1", "0/1,5/12", ["X106"]),
        ("4.1.5", "0/0/12", []),
        ("5.2.1", "1 / 2 / 3", []),
        ("7.5.1", "45,5/54,5", []),
        ("7.5.1", "45,5%/54,5%", []),
        ("7.5.1", "45,5", []),
        ("7.5.1", "45,5/104,5", ["X107"]),
        ("7.6.2", "-1/10,2", ["X107"]),
        ("7.6.2", "1/2/3", ["X104"]),
        ("7.6.2", "nhiều/ít", ["X104"]),
        ("2.2", "120 / 30 / 28", []),
        ("2.2", "15/0/0", []),
        ("2.2", "0", []),
        ("2.2", "-", []),
        ("2.2", 0, []),
        ("2.2", None, []),
        ("2.2", 10, ["X112"]),
        ("2.2", "10/3", ["X112"]),
        ("2.2", "10/3/1/1", ["X104"]),
        ("2.3", "10/30/40", ["X106"]),
    ],
)
def test_rows_that_ask_for_several_figures(code: str, value: object, findings: list[str]) -> None:
    found = check("cchc_stats", stats({code: value}))
    assert said(found) == [(finding, at(code)) for finding in findings]
    for finding in found:
        words = WORDS.say(finding)
        assert "…" not in words.found + words.expected + words.remedy


def test_a_pair_of_percentages_may_stand_in_a_percent_format() -> None:
    assert said(check("cchc_stats", stats(percents={"7.5.1": 0.455}))) == []
    (found,) = check("cchc_stats", stats(percents={"7.5.1": 1.2}))
    assert (found.code, found.params["actual"]) == ("X107", 120)


def test_a_lacking_figure_is_a_remark() -> None:
    (found,) = check("cchc_stats", stats({"2.2": 10}))
    assert found.severity is Severity.REMARK
    assert found.params["limit"] == 3


@pytest.mark.parametrize("parts", ["1/1/1", "0/0/3", "3"])
def test_rules_see_the_sum_of_the_parts(parts: str) -> None:
    units = {"6.2.1": 20, "6.2.2": 1, "6.2.3": 2, "6.2.4": parts, "6.2.5": 14}
    assert said(check("cchc_stats", stats(units))) == []
    assert said(check("cchc_stats", stats(units | {"6.2.1": 21}))) == [("X204", at("6.2.1"))]


BROADCASTS = ["STT", "Tên chương trình", "Ngày phát sóng", "Thời lượng (phút)", "Kênh phát sóng"]


def broadcasts(*minutes: object, below: tuple[list[object], ...] = ()) -> Workbook:
    rows = [[n, f"Phóng sự {n}", "05/01/2023", value, "BTV1"] for n, value in enumerate(minutes, 1)]
    return Workbook((grid([[*BROADCASTS], *rows, *below]),))


def test_durations_are_minutes() -> None:
    total: list[object] = [None, "Tổng cộng", None, "32'50\""]
    values = ["5'30\"", "05:30", "5p30", "5 phút 30 giây", "0:05:30", "5'20\""]
    assert said(check("broadcasts", broadcasts(*values, below=(total,)))) == []
    total[-1] = "33:50"
    (found,) = check("broadcasts", broadcasts(*values, below=(total,)))
    assert (found.code, found.place.cell) == ("X202", "D8")
    assert (WORDS.say(found).found, WORDS.say(found).expected) == ("đang là 33,83", "tổng các dòng là 32,83")


@pytest.mark.parametrize(("value", "code"), [("dài", "X104"), ("5'75\"", "X104"), (-5, "X106"), (None, "X105")])
def test_what_is_no_duration(value: object, code: str) -> None:
    found = check("broadcasts", broadcasts(5, value))
    assert said(found) == [(code, "D3")]
    assert "…" not in WORDS.say(found[0]).expected


@pytest.mark.parametrize("label", ["Tổng số chương trình", "Số lượng:", "Tổng số", "Tổng cộng"])
@pytest.mark.parametrize("column", [2, 3])
def test_a_count_beside_its_label_is_no_row_of_the_list(label: str, column: int) -> None:
    below: list[object] = [None, label, None, None, None]
    below[column] = 2
    assert said(check("broadcasts", broadcasts(5, 6, below=(below,)))) == []
    if column == 2:
        below[column] = 3
        assert said(check("broadcasts", broadcasts(5, 6, below=(below,)))) == [("X301", "C4")]


def test_a_numbered_item_whose_title_sounds_like_a_count_is_an_item() -> None:
    item: list[object] = [3, "Tổng số hồ sơ tăng", "06/01/2023", 5, "BTV1"]
    count: list[object] = [None, "Tổng số chương trình", 3]
    assert said(check("broadcasts", broadcasts(5, 6, below=(item, count)))) == []
    item[2] = "31/02/2023"
    assert said(check("broadcasts", broadcasts(5, 6, below=(item, count)))) == [("X108", "C4")]


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Báo in/Báo điện tử",
            "Loại hình",
            "Báo in",
            "Hình thức (in/điện tử)",
            "Báo giấy, báo điện tử",
            "Loại hình báo",
        ),
        *("Báo in hoặc điện tử", "Phương tiện", "Hình thức báo", "Kênh đăng tải", "In/Điện tử", "Nơi đăng tải"),
    ],
)
def test_the_medium_of_an_article_has_many_names(header: str) -> None:
    rows = [["STT", "Tên bài", "Ngày đăng", header], [1, "Một cửa", "05/01/2023", "Báo in"]]
    assert said(check("articles", Workbook((grid(rows),)))) == []


@pytest.mark.parametrize(
    ("title", "day", "minutes", "channel"),
    [
        ("Tên bản tin, phóng sự, chương trình", "Ngày, giờ phát sóng", "Thời lượng", "Kênh sóng"),
        ("Tên chuyên mục", "Ngày phát hành", "Thời gian (phút)", "Đài phát"),
        ("Chuyên đề", "Thời điểm phát sóng", "Độ dài (phút)", "Kênh/Sóng"),
        ("Tên tin, bài, phóng sự", "Phát sóng ngày", "Thời lượng phát sóng", "Phương tiện"),
    ],
)
def test_the_columns_of_a_broadcast_have_many_names(title: str, day: str, minutes: str, channel: str) -> None:
    rows = [["STT", title, day, minutes, channel], [1, "Một cửa", "05/01/2023", 5, "BTV1"]]
    assert said(check("broadcasts", Workbook((grid(rows),)))) == []


def test_a_number_in_a_cell_of_another_kind_is_printed_as_in_vietnam() -> None:
    (found,) = check("cchc_stats", stats({"1.5": 2.5}))
    assert (found.code, found.params["actual"]) == ("X108", "2,5")
