"""Sums that a file leaves to Excel."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.compute import with_values
from bot.documents.sandbox import Sandbox
from bot.domain.document import Cell, Sheet, Workbook

FIGURES = {"A1": 1, "A2": 20, "A3": 300, "B1": 2.5, "B2": "hai", "C1": None}


def computed(formula: str, **more: str):
    """The value that `formula` comes to in D9 beside FIGURES; `more` are other formula cells."""
    cells = {}
    for name, value in FIGURES.items():
        place = int(name[1]), "ABC".index(name[0]) + 1
        if value is not None:
            cells[place] = Cell(*place, value)
    for name, text in more.items():
        place = int(name[1]), "ABCDE".index(name[0]) + 1
        cells[place] = Cell(*place, None, text)
    cells[9, 4] = Cell(9, 4, None, formula)
    return with_values(Sheet("S", cells)).cells[9, 4].value


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1:A3)", 321),
        ("=sum($A$1:A$3)", 321),
        ("=SUM(A1:B2)", 23.5),  # the text counts for nothing
        ("=SUM(A1,A3)", 301),
        ("=SUM(A1;A2;B1)", 23.5),
        ("=SUM(A1:A2)+A3-1", 320),
        ("=A1+A2*2", 41),
        ("=(A1+A2)*2", 42),
        ("=-A1", -1),
        ("=A2/A1", 20),
        ("=A2*50%", 10),
        ("=ROUND(A1/3,2)", 0.33),
        ("=SUM(SUM(A1:A2),A3*2)", 621),
        ("=C1+A1", 1),  # a blank cell is nought
        ("=SUM(C1:C9)", 0),
    ],
)
def test_sums_are_computed(formula, value):
    assert computed(formula) == value


@pytest.mark.parametrize(
    "formula",
    [
        "=A1+B2",
        "=A1/0",
        "=A1/C1",
        "=VLOOKUP(A1,A1:B3,2)",
        "=Khác!A1",
        "='Sheet 2'!A1+1",
        "=SUM(Khác!A1:A3)",
        "=SUM(A1:A3",
        "=A1 A2",
        "=",
        "=()",
        "=SUM()",
        "=D9+1",
        "=IF(A1>0,1,2)",
        "=ROUND(A1,99)",
        '=A1&"x"',
        "=A1:A3",
        "=SUM(A1:A1048576)",
        f"={'(' * 4000}A1{')' * 4000}",
        f"={'-' * 8000}",
    ],
)
def test_what_cannot_be_computed_stays_without_a_value(formula):
    assert computed(formula) is None


def test_formulas_lead_to_formulas_and_circles_to_nothing():
    assert computed("=D1+D2", D1="=SUM(A1:A2)", D2="=D1*2") == 63
    assert computed("=D1", D1="=D2", D2="=D1") is None


@given(st.text("A1+-*/(),;%SUM:$ 9", max_size=30))
def test_any_text_is_computed_or_left(text):
    assert isinstance(computed(f"={text}"), int | float | None)


def test_a_workbook_by_another_program_has_its_totals():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([1])
    sheet.append([2])
    sheet.append(["=SUM(A1:A2)"])
    target = io.BytesIO()
    book.save(target)
    document = Sandbox().read(target.getvalue(), "xuat.xlsx")
    assert isinstance(document, Workbook)
    cell = document.sheets[0].cells[3, 1]
    assert (cell.value, cell.formula) == (3, "=SUM(A1:A2)")
