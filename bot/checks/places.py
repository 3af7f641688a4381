"""Places of findings: cells by Excel's own names, sheets, parts, files."""

from bot.checks.table import TableFacts
from bot.domain.submission import ParamValue, Place


def cell_name(row: int, column: int) -> str:
    """Excel's name of a cell: (14, 4) → `D14`. Both count from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def at_cell(facts: TableFacts, sheet: str, row: int, column: int) -> tuple[Place, dict[str, ParamValue]]:
    """The place of a cell, and the params that name its sheet where the workbook has several."""
    return Place(sheet=sheet, cell=cell_name(row, column)), ({"sheet": sheet} if facts.many_sheets else {})


def said(message: str) -> dict[str, ParamValue]:
    """The office's own words for the remedy as a param, where a rule has some."""
    return {"message": message} if message else {}
