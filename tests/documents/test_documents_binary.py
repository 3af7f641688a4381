"""Binary workbooks: the same facts as their .xlsx twin; calamine, which reads the plain values, says the same."""

import io
import struct
from datetime import date

import document_files as files
import pytest
import python_calamine
import xlsb_files as xlsb
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import (
    Cell,
    Document,
    FileKind,
    FormTag,
    Merge,
    Sheet,
    Traits,
    Unreadable,
    UnreadableReason,
    Workbook,
)

FORMATS = xlsb.styles((0, None), (9, None), (14, None), (164, '0.0"%"'), (165, "[h]:mm:ss"))
PERCENT, DATE, TIME = 1, 2, 4


def double(value: float) -> bytes:
    return struct.pack("<d", value)


def integer(value: int, *, hundredths: bool = False) -> bytes:
    return struct.pack("<i", value << 2 | 2 | int(hundredths))


def read(*records: bytes, limits: Limits | None = None, **more: object) -> Document:
    parts = xlsb.parts(xlsb.sheet(*records), **more)  # type: ignore[arg-type]  # each test says what it is about
    return read_document(files.package(parts), limits or Limits())


def only(document: Document) -> Sheet:
    assert isinstance(document, Workbook), document
    return document.sheets[0]


def test_every_kind_of_cell() -> None:
    sheet = only(
        read(
            xlsb.row(1),
            xlsb.cell(1, 1, b""),
            xlsb.cell(2, 2, integer(120)),
            xlsb.cell(2, 3, integer(1250, hundredths=True)),
            xlsb.cell(2, 4, struct.pack("<I", struct.unpack("<Q", double(0.5))[0] >> 32 & 0xFFFFFFFC)),
            xlsb.cell(2, 5, integer(-3)),
            xlsb.cell(3, 6, b"\x17"),
            xlsb.cell(4, 7, b"\x01"),
            xlsb.cell(5, 8, double(0.125), PERCENT),
            xlsb.cell(5, 9, double(44995), DATE),
            xlsb.cell(5, 10, double(0.25 / 24), TIME),
            xlsb.row(2),
            xlsb.cell(6, 1, xlsb.text("Tổng  số")),
            xlsb.cell(7, 2, struct.pack("<I", 1)),
            xlsb.cell(8, 3, xlsb.text("102") + bytes(10)),
            xlsb.cell(9, 4, double(102) + bytes(10)),
            xlsb.cell(10, 5, b"\x00" + bytes(10)),
            xlsb.cell(11, 6, b"\x07" + bytes(10)),
            xlsb.cell(62, 7, b"\x00" + xlsb.text("Đậm")),
            xlsb.cell(6, 8, xlsb.text("   ")),
            xlsb.cell(8, 9, xlsb.text("") + bytes(10)),
            formats=FORMATS,
            shared=xlsb.strings("Lĩnh vực", "Hộ ti\u0323ch"),
        )
    )
    assert list(sheet.cells.values()) == [
        Cell(1, 2, 120),
        Cell(1, 3, 12.5),
        Cell(1, 4, 0.5),
        Cell(1, 5, -3),
        Cell(1, 6, None, error="#REF!"),
        Cell(1, 7, True),
        Cell(1, 8, 0.125, percent=True),
        Cell(1, 9, date(2023, 3, 10)),
        Cell(1, 10, "0:15:00"),
        Cell(2, 1, "Tổng  số"),
        Cell(2, 2, "Hộ tịch"),
        Cell(2, 3, "102", "="),
        Cell(2, 4, 102, "="),
        Cell(2, 5, False, "="),
        Cell(2, 6, None, "=", "#DIV/0!"),
        Cell(2, 7, "Đậm"),
        Cell(2, 9, "", "="),
    ]
    assert type(sheet.cells[1, 2].value) is int


def test_calamine_reads_the_same_values() -> None:
    payload = files.package(
        xlsb.parts(
            xlsb.sheet(
                xlsb.row(3),
                xlsb.cell(7, 1, struct.pack("<I", 0)),
                xlsb.cell(2, 2, integer(120)),
                xlsb.row(7),
                xlsb.cell(5, 2, double(12.5)),
            ),
            shared=xlsb.strings("Hộ tịch"),
        )
    )
    theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(payload)).get_sheet_by_name("Biểu")
    ours = only(read_document(payload, Limits()))
    grid = theirs.to_python(skip_empty_area=False)
    assert {(r, c): v for r, line in enumerate(grid, 1) for c, v in enumerate(line, 1) if v != ""} == {
        place: cell.value for place, cell in ours.cells.items()
    }


def test_what_is_hidden_and_merged() -> None:
    value = integer(1)
    document = read_document(
        files.package(
            xlsb.parts(
                xlsb.sheet(
                    xlsb.columns(2, 3, hidden=True),
                    xlsb.columns(5, 5, width=0),
                    xlsb.columns(7, 16_384, hidden=True),
                    xlsb.row(1),
                    *(xlsb.cell(2, column, value) for column in (1, 2, 5)),
                    xlsb.row(2, hidden=True),
                    xlsb.cell(2, 1, value),
                    xlsb.row(3, height=0),
                    xlsb.cell(2, 1, value),
                    xlsb.row(4, hidden=True),  # nothing in it
                    xlsb.merge(1, 1, 1, 4),
                ),
                xlsb.sheet(),
                names=("Biểu", "Ẩn"),
                book=xlsb.workbook("Biểu", "Ẩn", hidden=("Ẩn",)),
            )
        ),
        Limits(),
    )
    assert isinstance(document, Workbook)
    first = document.sheets[0]
    assert (first.hidden_rows, first.hidden_columns) == ({2, 3}, {2, 5})
    assert first.merges == (Merge(1, 1, 1, 4),)
    assert [(sheet.name, sheet.hidden) for sheet in document.sheets] == [("Biểu", False), ("Ẩn", True)]


def test_dates_since_1904() -> None:
    document = read(
        xlsb.row(1),
        xlsb.cell(5, 1, double(43533), DATE),
        formats=FORMATS,
        book=xlsb.workbook("Biểu", since_1904=True),
    )
    assert only(document).cells[1, 1].value == date(2023, 3, 10)


def test_traits() -> None:
    mark = xlsb.cell(6, 1, xlsb.text("Mã biểu: 2023-q1/tdm/ii06/v3"))
    authors = xlsb.record(632, xlsb.text("Lan")) + xlsb.record(632, xlsb.text("Thư ký"))
    comments = b"".join(
        xlsb.record(635, struct.pack("<I", author) + bytes(32)) + xlsb.record(637, b"\x00" + xlsb.text(words))
        for author, words in ((0, "Xem lại"), (1, "cần bằng 102"))
    )
    parts = xlsb.parts(xlsb.sheet(xlsb.row(2), mark)) | {
        "xl/worksheets/_rels/sheet1.bin.rels": files.relationships(c="comments:../comments1.bin"),
        "xl/comments1.bin": authors + comments,
    }
    document = read_document(files.package(parts), Limits())
    assert isinstance(document, Workbook)
    assert document.traits == Traits(FileKind.XLSB, FormTag("2023-q1", "tdm", "ii06", 3), comments=("Xem lại",))
    with_macros = read_document(files.package(parts | {"xl/vbaProject.bin": b"x"}), Limits())
    assert isinstance(with_macros, Workbook)
    assert with_macros.traits.macros


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([xlsb.row(60_000), xlsb.cell(2, 1, integer(1))], UnreadableReason.TOO_BIG),
        ([xlsb.row(1_048_577)], UnreadableReason.CORRUPT),
        ([xlsb.row(1), xlsb.cell(2, 16_384, integer(1))], UnreadableReason.TOO_BIG),
        ([xlsb.row(1), xlsb.cell(2, 16_385, integer(1))], UnreadableReason.CORRUPT),
        ([xlsb.cell(2, 1, integer(1))], UnreadableReason.CORRUPT),  # before any row
        ([xlsb.row(1), xlsb.cell(7, 1, struct.pack("<I", 5))], UnreadableReason.CORRUPT),
        ([xlsb.row(1), xlsb.cell(6, 1, struct.pack("<I", 0x7FFFFFFF))], UnreadableReason.CORRUPT),
        ([xlsb.row(1), xlsb.record(5, b"\0\0")], UnreadableReason.CORRUPT),
        ([xlsb.columns(1, 16_384, hidden=True)] * 50_001, UnreadableReason.TOO_BIG),
        ([xlsb.merge(1, 1, 50_000, 1_000)] * 2, UnreadableReason.TOO_BIG),
    ],
)
def test_what_no_workbook_has_is_refused(records: list[bytes], reason: UnreadableReason) -> None:
    document = read(*records)
    assert isinstance(document, Unreadable)
    assert (document.reason, document.kind) == (reason, FileKind.XLSB)


def test_numbers_that_are_none() -> None:
    sheet = only(read(xlsb.row(1), xlsb.cell(5, 1, double(float("nan"))), xlsb.cell(5, 2, double(float("inf")))))
    assert [cell.error for cell in sheet.cells.values()] == ["#NUM!", "#NUM!"]


def test_limits_refuse_instead_of_cutting() -> None:
    cells = [xlsb.row(1), *(xlsb.cell(2, column, integer(1)) for column in range(1, 8))]
    for limits in (Limits(max_cells=6), Limits(max_sheets=0)):
        document = read(*cells, limits=limits)
        assert isinstance(document, Unreadable)
        assert document.reason is UnreadableReason.TOO_BIG
    long = read(shared=xlsb.strings(*"abcdef"), limits=Limits(max_text_chars=5))
    assert isinstance(long, Unreadable)


SEED = xlsb.sheet(xlsb.columns(2, 2), xlsb.row(1), xlsb.cell(2, 1, integer(1)), xlsb.cell(6, 2, xlsb.text("a")))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(SEED)))
def test_broken_records_never_raise(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(SEED)
    for at, byte in changes:
        data[at] = byte
    document = read_document(files.package(xlsb.parts(bytes(data[:length]))), Limits())
    assert isinstance(document, Workbook) or document.reason is not UnreadableReason.CRASHED  # type: ignore[union-attr]
