"""Old Excel files: what their records say beside the values, and macros by the storage in which they lie."""

import struct

import document_files as files

from bot.documents.biff import Globals, scan
from bot.documents.grid import new_book
from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import Workbook

EOF = (0x000A, b"")
BOF = (0x0809, bytes(16))


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def text(words: str) -> bytes:
    return struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")


def scanned(*sheet: tuple[int, bytes], book: tuple[tuple[int, bytes], ...] = (), kind: int = 0) -> Globals:
    """One sheet with these records, in a workbook with those."""
    bound = struct.pack("<IBB", 0, 0, kind) + b"\x01\x00A"
    head = [BOF, (0x0085, bound), *book, EOF]
    offset = sum(4 + len(body) for _, body in head)
    head[1] = (0x0085, struct.pack("<I", offset) + bound[4:])
    data = b"".join(record(*one) for one in (*head, BOF, *sheet, EOF))
    return scan(bytearray(data), new_book(Limits()))


def row(number: int, flags: int) -> tuple[int, bytes]:
    return 0x0208, struct.pack("<HHHHHHHH", number - 1, 0, 5, 255, 0, 0, flags, 0)


def columns(first: int, last: int, width: int, flags: int) -> tuple[int, bytes]:
    return 0x007D, struct.pack("<HHHHHH", first - 1, last - 1, width, 0, flags, 0)


def test_hidden_rows_and_columns() -> None:
    found = scanned(row(2, 0x20), row(3, 0x100), columns(2, 3, 2_000, 1), columns(5, 5, 0, 0), columns(6, 6, 2_000, 0))
    assert found.sheets[0].hidden.rows == {2}
    assert found.sheets[0].hidden.columns == {2, 3, 5}


def test_links_page_texts_and_macro_sheets() -> None:
    linked = (0x01AE, struct.pack("<H", 1) + text("\x01\x01D\x03Số liệu\x03Quý IV.xls"))
    itself = (0x01AE, b"\x01\x00\x01\x04")
    found = scanned((0x0015, text("&LMã biểu: 2023-q1/tdm/ii06/v1")), book=(itself, linked))
    assert found.links == ["D/Số liệu/Quý IV.xls"]
    assert found.sheets[0].pages == ["&LMã biểu: 2023-q1/tdm/ii06/v1"]
    assert not found.macros
    assert scanned(kind=1).macros


def test_records_that_are_too_short_say_nothing() -> None:
    found = scanned((0x0208, b"\1"), (0x007D, b"\1"), (0x0014, b""), book=((0x01AE, b"\1\0\1\4"),))
    assert not found.sheets[0].hidden.rows | found.sheets[0].hidden.columns
    assert (found.links, found.sheets[0].pages) == ([], [])


def test_macros_lie_in_a_storage_of_their_own() -> None:
    payload = (files.FILES / "libreoffice.xls").read_bytes()
    plain = read_document(payload, Limits())
    assert isinstance(plain, Workbook)
    assert not plain.traits.macros
    old, new = "\x05SummaryInformation".encode("utf-16-le"), "_VBA_PROJECT_CUR".encode("utf-16-le")
    at = payload.index(old)
    entry = new.ljust(64, b"\0") + struct.pack("<H", len(new) + 2)  # its name and the length of it
    changed = read_document(payload[:at] + entry + payload[at + 66 :], Limits())
    assert isinstance(changed, Workbook)
    assert changed.traits.macros
    assert changed.sheets == plain.sheets
