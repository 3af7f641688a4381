"""What a rehearsal reads and marks in its own process is what the office's children would say."""

import io

import docx
import openpyxl
import pytest

from bot.demo.rehearsal_files import OwnFiles
from bot.documents.sandbox import Sandbox
from bot.domain.document import Document, Mark, Unreadable, Workbook


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Chỉ tiêu", "Số liệu"])
    book.active.append(["Số hồ sơ", 2544])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def paper() -> bytes:
    document = docx.Document()
    document.add_paragraph("Báo cáo quý I năm 2023")
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("name", "payload"),
    [("a.xlsx", workbook()), ("a.docx", paper()), ("a.txt", "ghi chú".encode()), ("a.xlsx", b""), ("a.zip", b"PK\3\4")],
)
def test_the_same_facts_as_from_a_child(name: str, payload: bytes) -> None:
    assert OwnFiles(Sandbox(), {}).read(payload, name) == Sandbox().read(payload, name)


def test_a_file_is_read_once_and_each_keeps_its_place() -> None:
    known: dict[str, Document] = {}
    files = OwnFiles(Sandbox(), known)
    first, second, third = files.read_many(
        [("a.xlsx", workbook_bytes := workbook()), ("b", b"?"), ("c", workbook_bytes)]
    )
    assert isinstance(first, Workbook)
    assert isinstance(second, Unreadable)
    assert third is first
    assert len(known) == 2


def test_the_same_marks_as_from_a_child() -> None:
    payload, marks = workbook(), (Mark("Đề nghị nhập số.", sheet="Sheet", row=2, column=2),)
    marked = OwnFiles(Sandbox(), {}).annotate(payload, "a.xlsx", marks)
    assert marked is not None
    assert marked == Sandbox().annotate(payload, "a.xlsx", marks)
    assert OwnFiles(Sandbox(), {}).annotate(payload, "a.xlsx", ()) is None
    assert OwnFiles(Sandbox(), {}).annotate(b"%PDF-1.4", "a.pdf", marks) is None
