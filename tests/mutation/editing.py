"""Plants' edits, applied to the bytes of a file with openpyxl and python-docx, as a clerk's program would."""

import io
from collections.abc import Iterable
from functools import lru_cache

import docx
import openpyxl
from docx.oxml.ns import qn
from openpyxl.utils import get_column_letter
from plants import DeleteRow, Drop, Edit, Hide, Move, Put, Say

from bot.domain.document import Workbook


def edited(payload: bytes, edits: Iterable[Edit]) -> bytes:
    """The file after these edits, in their order."""
    done = list(edits)
    if not done:
        return payload
    return _document(payload, done) if any(isinstance(e, Say | Drop | Move) for e in done) else _book(payload, done)


def _book(payload: bytes, edits: list[Edit]) -> bytes:
    """Cells are written and put back in one loaded workbook, for loading costs as much as all the rest."""
    only_cells = all(isinstance(edit, Put) for edit in edits)
    book = _loaded(payload) if only_cells else openpyxl.load_workbook(io.BytesIO(payload))
    sheet = book.worksheets[0]
    before = {}
    for edit in edits:
        match edit:
            case Put(row, column, value):
                cell = sheet.cell(row, column)
                before.setdefault((row, column), (cell.value, cell.number_format))
                cell.value = value
            case DeleteRow(row):
                sheet.delete_rows(row)
            case Hide(row, 0):
                sheet.row_dimensions[row].hidden = True
            case Hide(0, column):
                sheet.column_dimensions[get_column_letter(column)].hidden = True
    output = io.BytesIO()
    book.save(output)
    for (row, column), (value, number_format) in before.items():
        sheet.cell(row, column).value = value
        sheet.cell(row, column).number_format = number_format
    return output.getvalue()


@lru_cache(maxsize=2)
def _loaded(payload: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(payload))


def _document(payload: bytes, edits: list[Edit]) -> bytes:
    document = docx.Document(io.BytesIO(payload))
    found = list(document.element.body.iter(qn("w:p")))  # ordinals are those of the valid file
    for edit in edits:
        match edit:
            case Say(at, text):
                runs = found[at - 1].findall(qn("w:r"))
                for run in runs[1:]:
                    found[at - 1].remove(run)
                docx.text.run.Run(runs[0], None).text = text
            case Drop(at):
                for one in at:
                    found[one - 1].getparent().remove(found[one - 1])
            case Move(at, before):
                for one in at:
                    found[before - 1].addprevious(found[one - 1])
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def flattened(payload: bytes, document: Workbook, counts: dict[tuple[int, int], int]) -> bytes:
    """The same figures in a workbook of the agency's own: values for formulas (`counts` are those that only Excel
    computes), and no word inside of which blank form it was made from.
    """
    book = openpyxl.load_workbook(io.BytesIO(payload))
    sheet = book.worksheets[0]
    for place, cell in document.sheets[0].cells.items():
        if cell.formula is not None:
            sheet.cell(*place).value = counts.get(place, cell.value)  # type: ignore[arg-type]  # numbers
        elif isinstance(cell.value, str) and cell.value.startswith("Mã biểu:"):
            sheet.cell(*place).value = None
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    for part in (sheet.oddFooter.left, sheet.oddFooter.center, sheet.oddFooter.right):
        part.text = None
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()
