"""Figures as offices really write them: percentages, durations, several figures in one cell, enormous ones."""

from dataclasses import replace

import pytest
from checks_reading import ROOT, check, forms, said, workbook

from bot.checks.words import Words
from bot.demo import documents
from bot.domain.document import Cell, Workbook

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


def test_a_number_in_a_cell_of_another_kind_is_printed_as_in_vietnam() -> None:
    (found,) = check("cchc_stats", stats({"1.5": 2.5}))
    assert (found.code, found.params["actual"]) == ("X108", "2,5")
