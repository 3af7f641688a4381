"""agencies.xlsx → the same entries as agencies.toml: the list as coordinators keep it, one row an agency.

The sheet and its heading row are found by the headings, wherever they stand in the first rows; columns may be in
any order, and ones that we do not know are left alone. Several values in a cell are parted by `;` or line breaks.
An address may carry its days in brackets: `cu@sotuphap.example (đến 31/12/2022)`. Faults name sheet and cell.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.settings.agencies import AgencyList
from bot.settings.report import Report
from bot.settings.toml_files import Location
from bot.text.accents import fold
from bot.text.dates import parse_date

# Headings that count as a column, the one that messages name first.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("Mã", "Mã cơ quan", "Mã đơn vị", "Code"),
    "name": ("Tên cơ quan", "Tên đơn vị", "Cơ quan, đơn vị", "Cơ quan", "Đơn vị", "Name"),
    "group": ("Nhóm", "Khối", "Group"),
    "aliases": ("Tên gọi khác", "Tên viết tắt", "Aliases"),
    "former_names": ("Tên cũ", "Former names"),
    "clerk": ("Thư điện tử", "Email", "Địa chỉ thư điện tử", "E-mail"),
    "agency": ("Thư điện tử cơ quan", "Hộp thư cơ quan", "Agency e-mail"),
    "deputy": ("Cấp phó (thư điện tử)", "Thư điện tử cấp phó", "Email cấp phó", "Deputy e-mail"),
    "leader": ("Lãnh đạo (thư điện tử)", "Thư điện tử lãnh đạo", "Email lãnh đạo", "Leader e-mail"),
    "domains": ("Tên miền", "Domains"),
    "valid_from": ("Từ ngày", "Valid from"),
    "valid_to": ("Đến ngày", "Valid to"),
    "successor": ("Cơ quan kế thừa", "Mã cơ quan kế thừa", "Successor"),
}
REQUIRED = ("code", "name", "group")
CONTACTS = ("clerk", "agency", "deputy", "leader")
HEADING_ROWS, LAST_ROW, LAST_COLUMN = 20, 5000, 60
_DATED = re.compile(
    r"(?P<address>[^()]*)\((?:từ\s+(?P<first>[\d/.-]+))?\s*(?:đến\s+(?P<last>[\d/.-]+))?\)\s*", re.IGNORECASE
)
Row = Sequence[Any]


def read_workbook(path: Path, file: str, report: Report) -> AgencyList:
    """The entries of agencies.xlsx. Groups are those that the column names; each is its own name."""
    result = AgencyList(file)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: list(_rows(sheet)) for sheet in book.worksheets}
        book.close()
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError) as error:
        report.fault(file, "", type(error).__name__, "workbook")
        return result
    for title, rows in sheets.items():
        for number, row in enumerate(rows[:HEADING_ROWS], start=1):
            columns = _columns(row)
            if all(any(key == wanted for key, _ in columns) for wanted in REQUIRED):
                _read_sheet(title, rows, number, columns, result, report)
                return result
    required = ", ".join(f"“{HEADINGS[key][0]}”" for key in REQUIRED)
    report.fault(file, "", ", ".join(sheets), "sheet_header", columns=required)
    return result


def _read_sheet(
    title: str,
    rows: Sequence[Row],
    heading: int,
    columns: Sequence[tuple[str, int]],
    result: AgencyList,
    report: Report,
) -> None:
    at: dict[str, int] = {}
    for key, column in columns:
        if key in at:
            report.fault(result.file, f"{title}!{_cell(column, heading)}", f"“{HEADINGS[key][0]}”", "column_once")
        at.setdefault(key, column)
    for number, row in enumerate(rows[heading:], start=heading + 1):
        values = {key: _value(row, column) for key, column in at.items()}
        if not any(values[key] for key in ("code", "name")):
            continue  # a blank row, a heading of a block, a note beneath
        item, contact_keys = _item(values)

        def place(location: Location, number: int = number, contact_keys: Sequence[str] = contact_keys) -> str:
            key = str(location[0]) if location else "code"
            if key == "contacts" and len(location) > 1:
                key = contact_keys[int(location[1])]
            column = at.get(key)
            return f"{title}!{_cell(column, number)}" if column is not None else f"{title}!{number}"

        if "group" in item:
            result.groups.setdefault(_group_code(item["group"]), item["group"])
        result.take(item, place, report)


def _rows(sheet: Any) -> Iterator[Row]:
    # A file may claim a million rows; a registry has none of that size.
    yield from sheet.iter_rows(max_row=LAST_ROW, max_col=LAST_COLUMN, values_only=True)


def _columns(row: Row) -> list[tuple[str, int]]:
    known = {fold(text): key for key, texts in HEADINGS.items() for text in texts}
    found = ((known.get(fold(str(value))), column) for column, value in enumerate(row) if value is not None)
    return [(key, column) for key, column in found if key]


def _item(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """One row as an entry of agencies.toml, and for each of its contacts the column that it stands in."""
    item: dict[str, Any] = {}
    for key in ("code", "name", "group", "successor"):
        if values.get(key) not in (None, ""):
            item[key] = str(values[key])
    if "code" in item:
        item["code"] = item["code"].lower()
    for key in ("aliases", "former_names", "domains"):
        item[key] = _several(values.get(key))
    for key in ("valid_from", "valid_to"):
        if values.get(key) not in (None, ""):
            item[key] = parse_date(values[key]) or values[key]
    contacts = [(role, _contact(text, role)) for role in CONTACTS for text in _several(values.get(role))]
    item["contacts"] = [contact for _, contact in contacts]
    return item, [role for role, _ in contacts]


def _contact(text: str, role: str) -> dict[str, Any]:
    dated = _DATED.fullmatch(text)
    if dated is None or not (dated["first"] or dated["last"]):
        return {"address": text, "role": role}
    return {
        "address": dated["address"].strip(),
        "role": role,
        **{
            key: parse_date(found) or found
            for key, found in (("valid_from", dated["first"]), ("valid_to", dated["last"]))
            if found
        },
    }


def _several(value: Any) -> list[str]:
    return [part for part in (p.strip() for p in re.split(r"[;\r\n]+", str(value or ""))) if part]


def _value(row: Row, column: int) -> Any:
    value = row[column] if column < len(row) else None
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).strip()
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) or value is None else str(value)


def _cell(column: int, row: int) -> str:
    return f"{get_column_letter(column + 1)}{row}"


def _group_code(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")
