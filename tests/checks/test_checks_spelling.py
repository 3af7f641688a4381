"""Old and new places of tone marks (hoà, hòa), decomposed letters (macOS): a heading or label is found in each."""

import io
import unicodedata

import docx as python_docx
import openpyxl
import pytest

from bot.checks.outline import find_headings
from bot.checks.table import read_table
from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import TextDocument, Workbook
from bot.domain.form import CellType, Column, Part, Row, TableSpec

PARTS = (Part("I", ("Công tác hoà giải, thuỷ lợi",)), Part("II", ("Cải cách thủ tục hành chính, khoẻ và đẹp",)))
SPEC = TableSpec(
    columns=(
        Column("code", ("Mã",)),
        Column("label", ("Chỉ tiêu hoà giải",)),
        Column("value", ("Số liệu thuỷ lợi",), CellType.INTEGER),
    ),
    rows=(
        Row("1.1", "Số vụ hoà giải thành", type=CellType.INTEGER),
        Row("1.2", "Công trình thuỷ lợi", type=CellType.INTEGER),
    ),
    code_column="code",
    label_column="label",
    value_column="value",
)


def moved(text: str) -> str:
    """The words with their tone marks in the new place."""
    for old, new in (("hoà", "hòa"), ("thuỷ", "thủy"), ("khoẻ", "khỏe")):
        text = text.replace(old, new)
    return text


WAYS = {
    "old": lambda text: text,
    "new": moved,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "new and decomposed": lambda text: unicodedata.normalize("NFD", moved(text)),
}


@pytest.mark.parametrize("way", WAYS)
def test_headings_of_a_narrative(way: str) -> None:
    made = python_docx.Document()
    for part in PARTS:
        made.add_heading(WAYS[way](f"{part.code}. {part.title}"), 1)
        made.add_paragraph("Đã thực hiện.")
    buffer = io.BytesIO()
    made.save(buffer)
    document = read_document(buffer.getvalue(), Limits())
    assert isinstance(document, TextDocument)
    assert unicodedata.is_normalized("NFC", document.text)
    assert [place.part.code for place in find_headings(document, PARTS)] == ["I", "II"]


@pytest.mark.parametrize("way", WAYS)
def test_headers_and_labels_of_a_table(way: str) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.append([WAYS[way](column.title) for column in SPEC.columns])
    for value, row in enumerate(SPEC.rows, 7):
        sheet.append(["", WAYS[way](row.label), value])  # no code: the label alone names the row
    buffer = io.BytesIO()
    made.save(buffer)
    document = read_document(buffer.getvalue(), Limits())
    assert isinstance(document, Workbook)
    assert dict(read_table(document, SPEC).values) == {"1.1": 7, "1.2": 8}
