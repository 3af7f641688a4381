"""Documents and contexts for the tests of the checks: real files read with openpyxl or python-docx, facts by hand."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import docx
import openpyxl

from bot.checks.catalogue import CheckContext, run
from bot.domain.agency import Agency
from bot.domain.document import Cell, Document, Merge, Paragraph, Sheet, Stated, TextDocument, Workbook
from bot.domain.form import Form
from bot.domain.round import Assignment, DataWindow, Deadline, PeriodKind, ReportingPeriod, Round
from bot.domain.submission import Finding
from bot.settings.forms import load_forms

ROOT = Path(__file__).parents[2]


@cache
def forms() -> dict[str, Form]:
    found, faults = load_forms(ROOT / "config" / "forms")
    assert not faults
    return found


def workbook(payload: bytes) -> Workbook:
    book = openpyxl.load_workbook(io.BytesIO(payload))
    sheets = []
    for sheet in book.worksheets:
        cells = {}
        for row in sheet.iter_rows():
            for cell in row:
                value = getattr(cell, "value", None)
                if value is None:
                    continue
                computes = isinstance(value, str) and value.startswith("=")
                error = value if isinstance(value, str) and re.fullmatch(r"#[A-Z/0!?]+", value) else None
                cells[cell.row, cell.column] = Cell(
                    cell.row, cell.column, None if computes or error else value, value if computes else None, error
                )
        merges = tuple(Merge(m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges)
        sheets.append(Sheet(sheet.title, cells, merges, sheet.sheet_state != "visible"))
    return Workbook(tuple(sheets))


def grid(rows: list[list[object]], *, name: str = "Sheet1", top: int = 1, left: int = 1, hidden: bool = False) -> Sheet:
    cells = {
        (top + r, left + c): Cell(top + r, left + c, value)  # type: ignore[arg-type]
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if value is not None
    }
    return Sheet(name, cells, (), hidden)


def text_document(payload: bytes) -> TextDocument:
    document = docx.Document(io.BytesIO(payload))
    paragraphs = [
        Paragraph(p.text, bold=bool(p.runs) and all(run.bold for run in p.runs if run.text.strip()))
        for p in document.paragraphs
    ]
    head = [
        Paragraph(p.text, table=1)
        for t in document.tables
        for row in t.rows
        for cell in row.cells
        for p in cell.paragraphs
    ]
    return TextDocument((*head, *paragraphs))


def text(*lines: str | Paragraph) -> TextDocument:
    """Lines that begin with ** are bold, with # headings of style level 1, with ## of level 2."""
    paragraphs = []
    for line in lines:
        if isinstance(line, Paragraph):
            paragraphs.append(line)
        elif match := re.match(r"(#+) ", line):
            paragraphs.append(Paragraph(line[match.end() :], level=len(match[1])))
        else:
            paragraphs.append(Paragraph(line.removeprefix("**"), bold=line.startswith("**")))
    return TextDocument(tuple(paragraphs))


AGENCY = Agency("tdm", "UBND thành phố Thủ Dầu Một", "cap_huyen", ())
ROUND = Round(
    "2023-q1",
    "Quý I/2023",
    ReportingPeriod(PeriodKind.QUARTER, 2023, 1),
    DataWindow(date(2022, 12, 15), date(2023, 3, 14)),
    Deadline(datetime(2023, 3, 9, 17, tzinfo=UTC)),
    datetime(2023, 3, 2, tzinfo=UTC),
    (),
)
NAMES = {"tdm": "UBND thành phố Thủ Dầu Một", "stc": "Sở Tài chính", "stp": "Sở Tư pháp"}


def context(
    form: Form | str,
    document: Document,
    *,
    parts: tuple[str, ...] = (),
    stated: Stated | None = None,
    file_name: str = "",
    **fields: object,
) -> CheckContext:
    """What a check gets. `file_name` is one that fits the document where none is given; `fields` are any other fields
    of the context.
    """
    found = forms()[form] if isinstance(form, str) else form
    is_word = isinstance(document, TextDocument) and bool(found.parts)
    file_name = file_name or ("tep.docx" if is_word else "tep.xlsx")
    assignment = Assignment("tdm", found.code, parts)
    made = CheckContext(found, assignment, AGENCY, ROUND, document, file_name, stated or Stated(), NAMES)
    return replace(made, **fields)  # type: ignore[arg-type]  # fields are named by the tests


def check(form: Form | str, document: Document, **options: object) -> tuple[Finding, ...]:
    return run(context(form, document, **options))  # type: ignore[arg-type]


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str | None]]:
    """Codes and places, short: ("X201", "C12")."""
    return [(f.code, f.place.cell or f.place.part or f.place.sheet or f.place.file) for f in findings]
