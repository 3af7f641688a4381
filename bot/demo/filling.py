"""Fills in a blank form as a careful clerk would: `filled(form, blank, seed) -> bytes`, for any form, from its data.

What comes out breaks no rule of the form: it is read by nothing but the form's data and the blank file itself. Sums,
chains, sums over children, series, choices, dates in the window, evidence beside scores, cells to leave blank, items
that differ and stated counts are right by construction; the figures come from `figure_solving`. The same arguments give
the same contents. What is filled in already (last period's figures) stays. `thuky rehearse` mails such files, the
mutation test breaks them one cell at a time, and the property tests hold that none of them is ever refused.

`plan(form, blank, seed)` gives what would be written, cell by cell, for whoever wants to know what stands where.
"""

import io
import random
import re
from collections.abc import Sequence

import docx
import openpyxl
from docx.text.paragraph import Paragraph

from bot.checks.spec import Located, locate
from bot.demo.filling_cells import Cell, Fixed
from bot.demo.filling_rows import Repeating
from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.reader import read_document
from bot.domain.document import Workbook
from bot.domain.form import Form

_SENTENCES = (
    "Cơ quan đã triển khai nhiệm vụ theo kế hoạch, phân công người chịu trách nhiệm và thời hạn hoàn thành cụ thể.",
    "Các phòng chuyên môn phối hợp chặt chẽ, thực hiện đúng tiến độ và chế độ thông tin trong toàn cơ quan.",
    "Việc kiểm tra được tiến hành thường xuyên, kịp thời chấn chỉnh những nơi làm chưa tốt.",
)


def filled(form: Form, blank: bytes, seed: int = 0, *, cells: Sequence[Cell] | None = None) -> bytes:
    """The blank form filled in; .xlsx for tables and lists, .docx for outlines. `cells` is what a table is filled with,
    what `plan` gives unless told otherwise. Raises LookupError where the form's rules cannot be satisfied.
    """
    if form.table is None:
        return _filled_outline(form, blank, random.Random(f"{form.code}{seed}"))  # noqa: S311  sample figures
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book.worksheets[0]
    for cell in plan(form, blank, seed) if cells is None else cells:
        sheet.cell(cell.row, cell.column).value = cell.value
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def plan(form: Form, blank: bytes, seed: int = 0) -> tuple[Cell, ...]:
    """What `filled` writes into that blank table, cell by cell."""
    document = read_document(blank, DEFAULT_LIMITS)
    assert form.table is not None
    assert isinstance(document, Workbook), document
    located = locate(document, form.table)
    assert isinstance(located, Located), f"{form.code}: its own blank form is not found"
    chance = random.Random(f"{form.code}{seed}")  # noqa: S311  sample figures
    filler = Fixed if form.table.rows else Repeating
    return tuple(filler(form, document, located, chance).cells())


def _filled_outline(form: Form, blank: bytes, chance: random.Random) -> bytes:
    """Sentences for the dots, hints taken out, number and date of the paper filled in."""
    document = docx.Document(io.BytesIO(blank))
    least = max(part.minimum_words for part in form.parts) + 20
    current = None
    for paragraph in list(document.paragraphs):
        text = paragraph.text.strip()
        style = paragraph.style.name if paragraph.style is not None and paragraph.style.name else ""
        if style.startswith("Heading"):
            titles = [part for part in form.parts if part.title.casefold() in text.casefold()]
            current = max(titles, key=lambda part: len(part.title), default=None)
        elif style == "Gợi ý":
            _drop(paragraph)
        elif text and not text.strip("…"):
            is_nil = current is not None and current.nil_allowed and chance.random() < 0.5
            paragraph.runs[0].text = "Không có." if is_nil else _sentences(least, chance)
    for table in document.tables:
        for paragraph in (p for row in table.rows for cell in row.cells for p in cell.paragraphs):
            for run in paragraph.runs:
                run.text = re.sub(r"Số:\s+/BC-…", "Số: 45/BC-UBND", run.text)
                run.text = re.sub(r"^…, ngày … tháng …", "Ngày 08 tháng 3", run.text)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _drop(paragraph: Paragraph) -> None:
    parent = paragraph._element.getparent()
    if parent is not None:
        parent.remove(paragraph._element)


def _sentences(least: int, chance: random.Random) -> str:
    said: list[str] = []
    while sum(len(sentence.split()) for sentence in said) < least:
        said.append(chance.choice(_SENTENCES))
    return " ".join(said)
