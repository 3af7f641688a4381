"""`[[references]]` of a round → figures that the office exported from its own system, by agency.

Flow: the table is held against the forms (which form, which columns or rows) → the workbook is opened → its heading row
is found by the agency column, figure headings in it or in the three rows beneath → one row an agency, found by code or
by any registered name. Faults name file, sheet and cell, and what is expected there; an agency that nobody knows, and
one that owes the form and has no figures, are warnings. Blank cells are no figures: nothing is compared there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from bot.domain.agency import Registry
from bot.domain.form import CellType, Form
from bot.domain.round import Assignment, Reference
from bot.settings.models import ReferenceTable
from bot.settings.report import Report
from bot.text.accents import fold
from bot.text.names import NameIndex
from bot.text.numbers import parse_number

HEADING_ROWS, HEADING_LEVELS, LAST_ROW, LAST_COLUMN = 20, 4, 5000, 100
_TOTALS = ("tong", "cong", "toan tinh", "toan huyen", "toan nganh")


@dataclass(frozen=True, slots=True)
class _Cell:
    """One filled cell. `percent`: its number format shows a fraction as a percentage."""

    name: str
    value: Any
    percent: bool = False


_Rows = list[dict[int, _Cell]]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a sheet's list stands: the last heading row (index), the agency column and the columns of the keys."""

    bottom: int
    agency: int
    columns: Mapping[str, int]


class ReferenceReader:
    """Reads the references of one round file, and reports what is wrong with them. `folder` is the configuration's."""

    def __init__(
        self,
        file: str,
        folder: Path,
        registry: Registry,
        forms: Mapping[str, Form],
        broken_forms: frozenset[str],
        report: Report,
    ) -> None:
        self._file = file
        self._folder = folder
        self._registry = registry
        self._forms = forms
        self._broken_forms = broken_forms
        self._report = report
        self._names = NameIndex((agency.code, name) for agency in registry for name in agency.all_names)

    def read(self, tables: Sequence[ReferenceTable], assignments: Sequence[Assignment]) -> tuple[Reference, ...]:
        """One Reference a table; those with faults are left out."""
        found = []
        for index, table in enumerate(tables):
            place = f"references[{index}]"
            form = self._form(table, place)
            figures = self._figures(table, place, form) if form is not None else None
            if figures is None:
                continue
            found.append(Reference(table.form, table.title, figures, table.tolerance))
            owing = [a.agency for a in assignments if a.form == table.form]
            lacking = [a.name for a in self._registry.select(owing) if not figures.get(a.code)]
            if lacking:
                path = str(self._folder / table.file)
                self._report.warn(path, "", "w_reference_lacks", agencies=", ".join(lacking), form=table.form)
        return tuple(found)

    def _form(self, table: ReferenceTable, place: str) -> Form | None:
        """The form, when it has all the columns or rows that the table names."""
        form = self._forms.get(table.form)
        if form is None or form.table is None:
            if table.form not in self._broken_forms:
                known = ", ".join(sorted(code for code, f in self._forms.items() if f.table is not None))
                self._report.fault(
                    self._file, f"{place}.form", self._report.shown(table.form), "known_table", forms=known
                )
            return None
        keys = _types(form)
        unknown = [key for key in table.columns if key not in keys]
        for key in unknown:
            where = f"{place}.columns.{key}"
            self._report.fault(
                self._file, where, self._report.shown(key), "known_key", form=form.code, keys=", ".join(keys)
            )
        return None if unknown else form

    def _figures(self, table: ReferenceTable, place: str, form: Form) -> dict[str, dict[str, Decimal]] | None:
        """Agency code → key → figure; None when the workbook cannot be read as a list of agencies."""
        path = self._folder / table.file
        if not path.is_file():
            shown = self._report.say("no_file")
            self._report.fault(self._file, f"{place}.file", shown, "reference_file", path=str(path))
            return None
        sheets = _open(path, self._report)
        if sheets is None:
            return None
        for title, rows in sheets.items():
            top = next((at for at, row in enumerate(rows[:HEADING_ROWS]) if _heading(row, table.agency_column)), None)
            if top is not None:
                layout = self._layout(table, path, title, rows, top)
                return None if layout is None else self._read(path, title, rows, layout, form)
        self._report.fault(str(path), "", ", ".join(sheets), "sheet_header", columns=f"“{table.agency_column}”")
        return None

    def _layout(self, table: ReferenceTable, path: Path, title: str, rows: _Rows, top: int) -> _Layout | None:
        columns: dict[str, int] = {}
        bottom, broken = top, False
        for key, header in table.columns.items():
            found = [
                (at, column)
                for at in range(top, min(top + HEADING_LEVELS, len(rows)))
                for column in _heading(rows[at], header)
            ]
            if len(found) == 1:
                columns[key] = found[0][1]
                bottom = max(bottom, found[0][0])
                continue
            broken = True
            if not found:
                self._report.fault(str(path), title, self._report.say("nothing"), "reference_column", column=header)
            for at, column in found[1:]:
                self._report.fault(str(path), f"{title}!{rows[at][column].name}", f"“{header}”", "column_once")
        return None if broken else _Layout(bottom, _heading(rows[top], table.agency_column)[0], columns)

    def _read(self, path: Path, title: str, rows: _Rows, layout: _Layout, form: Form) -> dict[str, dict[str, Decimal]]:
        found: dict[str, dict[str, Decimal]] = {}
        places: dict[str, str] = {}
        types = _types(form)
        for row in rows[layout.bottom + 1 :]:
            cell = row.get(layout.agency)
            name = fold(str(cell.value)) if cell is not None else ""
            if cell is None or not name or name.startswith(_TOTALS):
                continue
            cells = {key: row[column] for key, column in layout.columns.items() if column in row}
            code = self._agency(str(cell.value))
            where = f"{title}!{cell.name}"
            if code is None:
                if cells:  # a line without figures is a heading or a footnote
                    self._report.warn(str(path), where, "w_reference_agency", agency=str(cell.value).strip())
                continue
            if code in found:
                shown = self._report.say("twice", value=str(cell.value).strip(), other=places[code])
                self._report.fault(str(path), where, shown, "agency_once")
                continue
            found[code], places[code] = self._row(path, title, cells, types), where
        return found

    def _row(
        self, path: Path, title: str, cells: Mapping[str, _Cell], types: Mapping[str, CellType | None]
    ) -> dict[str, Decimal]:
        figures: dict[str, Decimal] = {}
        for key, cell in cells.items():
            percent = types[key] is CellType.PERCENT
            number = parse_number(cell.value, whole=types[key] in (CellType.INTEGER, CellType.SERIES, CellType.PARTS))
            if number is None:
                self._report.fault(str(path), f"{title}!{cell.name}", self._report.shown(cell.value), "a_figure")
            else:
                figures[key] = number * 100 if percent and cell.percent else number
        return figures

    def _agency(self, text: str) -> str | None:
        code = text.strip().lower()
        return code if code in self._registry else self._names.same(text)


def _types(form: Form) -> dict[str, CellType | None]:
    """What the form's coded rows are, or else its columns, by code or key."""
    if form.table is None:
        return {}
    if form.table.rows:
        return {row.code: row.type for row in form.table.rows if row.type is not None}
    return {column.key: column.type for column in form.table.columns}


def _heading(row: Mapping[int, _Cell], text: str) -> list[int]:
    """The columns of the row that hold this heading."""
    return [column for column, cell in row.items() if fold(str(cell.value)) == fold(text)]


def _open(path: Path, report: Report) -> dict[str, _Rows] | None:
    """The filled cells of every sheet, row by row; None after a fault."""
    import openpyxl  # takes longer than all other loading, and few rounds need it
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: [_cells(row) for row in _rows(sheet)] for sheet in book.worksheets}
        book.close()
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError) as error:
        report.fault(str(path), "", type(error).__name__, "workbook")
        return None
    return sheets


def _rows(sheet: Any) -> Iterable[Sequence[Any]]:
    # A file may claim a million rows; a list of agencies has none of that size.
    rows: Iterable[Sequence[Any]] = sheet.iter_rows(max_row=LAST_ROW, max_col=LAST_COLUMN)
    return rows


def _cells(row: Sequence[Any]) -> dict[int, _Cell]:
    return {
        at: _Cell(cell.coordinate, cell.value, "%" in (cell.number_format or ""))
        for at, cell in enumerate(row)
        if cell.value is not None and str(cell.value).strip()
    }
