"""Files typed in TCVN3 and VNI are read as what was meant, through the whole way of a file."""

import io

import docx
import openpyxl
import pytest

from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.old_text import settle
from bot.documents.reader import read_document
from bot.domain.document import Cell, Sheet, TextDocument, Workbook

TCVN3 = ("B¸o c¸o c¶i c¸ch hµnh chÝnh", "®­îc tæ chøc th­êng xuyªn", "Sè", "Resume")
MEANT = ("Báo cáo cải cách hành chính", "được tổ chức thường xuyên", "Số", "Resume")
VNI = ("Baùo caùo caûi caùch haønh chính", "ñöôïc toå chöùc thöôøng xuyeân", "Soá", "Resume")


@pytest.mark.parametrize(("typed", "encoding"), [(TCVN3, "tcvn3"), (VNI, "vni")])
def test_word_and_excel(typed: tuple[str, ...], encoding: str) -> None:
    word, out = docx.Document(), io.BytesIO()
    for line in typed:
        word.add_paragraph(line)
    table = word.add_table(rows=1, cols=1)
    table.cell(0, 0).text = typed[0]
    word.save(out)
    text = read_document(out.getvalue(), DEFAULT_LIMITS)
    assert isinstance(text, TextDocument)
    assert tuple(p.text for p in text.paragraphs[:4]) == MEANT
    assert text.tables == (((MEANT[0],),),)
    assert text.traits.encoding == encoding

    book, out = openpyxl.Workbook(), io.BytesIO()
    for row, line in enumerate(typed, 1):
        book.worksheets[0].cell(row, 1, line)
    book.worksheets[0].cell(9, 1, 12)
    book.save(out)
    read = read_document(out.getvalue(), DEFAULT_LIMITS)
    assert isinstance(read, Workbook)
    assert [read.sheets[0].cells[row, 1].value for row in (1, 2, 3, 4, 9)] == [*MEANT, 12]
    assert read.traits.encoding == encoding


def test_unicode_is_left_alone_and_only_loses_its_soft_hyphens() -> None:
    plain = Workbook((Sheet("II.06", {(1, 1): Cell(1, 1, "Cải cách"), (2, 1): Cell(2, 1, 5)}),))
    assert settle(plain) is plain
    hyphened = Workbook((Sheet("II.06", {(1, 1): Cell(1, 1, "Cải\xad cách"), (2, 1): Cell(2, 1, 5)}),))
    assert settle(hyphened) == plain
