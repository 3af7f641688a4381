"""Binary workbooks (.xlsb) by hand, record by record (MS-XLSB 2.3): no program at hand writes them."""

import struct

import document_files as files

TYPE = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    length = bytearray()
    while True:
        length.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return head + bytes(length) + body


def text(value: str) -> bytes:
    data = value.encode("utf-16-le")
    return struct.pack("<I", len(data) // 2) + data


def row(number: int, *, hidden: bool = False, height: int = 300) -> bytes:
    return record(0, struct.pack("<IIHBBBI", number - 1, 0, height, 0, 0x10 if hidden else 0, 0, 0))


def cell(kind: int, column: int, body: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column - 1, style) + body)


def columns(first: int, last: int, *, hidden: bool = False, width: int = 2_000) -> bytes:
    return record(60, struct.pack("<IIIIH", first - 1, last - 1, width, 0, int(hidden)))


def merge(top: int, left: int, bottom: int, right: int) -> bytes:
    return record(176, struct.pack("<IIII", top - 1, bottom - 1, left - 1, right - 1))


def sheet(*records: bytes) -> bytes:
    """A worksheet with the frame that calamine wants around its cells."""
    begin = record(129) + record(148, struct.pack("<IIII", 0, 99, 0, 99))
    spans = b"".join(one for one in records if one[:1] == bytes([60]))
    cells = b"".join(one for one in records if one[:1] != bytes([60]) and one[:2] != b"\xb0\x01")
    merges = [one for one in records if one[:2] == b"\xb0\x01"]
    merged = record(177, struct.pack("<I", len(merges))) + b"".join(merges) + record(178) if merges else b""
    around = record(390) + spans + record(391) if spans else b""
    return begin + around + record(145) + cells + record(146) + merged + record(130)


def styles(*formats: tuple[int, str | None]) -> bytes:
    """Cell styles by their number format: id and, where it is none of Excel's own, code."""
    own = [(key, code) for key, code in formats if code is not None]
    codes = b"".join(record(44, struct.pack("<H", key) + text(code)) for key, code in own)
    xfs = b"".join(record(47, struct.pack("<HH", 0, key) + bytes(12)) for key, _ in formats)
    frame = record(615, struct.pack("<I", len(own))) + codes + record(616)
    # The style of styles has formats too, which are no cell's.
    return (
        record(278)
        + frame
        + record(626, bytes(4))
        + record(47, struct.pack("<HH", 0xFFFF, 14) + bytes(12))
        + (record(627) + record(617, struct.pack("<I", len(formats))) + xfs + record(618) + record(279))
    )


def strings(*values: str) -> bytes:
    head = record(159, struct.pack("<II", len(values), len(values)))
    return head + b"".join(record(19, b"\x00" + text(value)) for value in values) + record(160)


def workbook(*names: str, hidden: tuple[str, ...] = (), since_1904: bool = False) -> bytes:
    bundles = b"".join(
        record(156, struct.pack("<II", int(name in hidden), number) + text(f"r{number}") + text(name))
        for number, name in enumerate(names, 1)
    )
    properties = record(153, struct.pack("<II", int(since_1904), 0) + text("ThisWorkbook"))
    return record(131) + properties + record(143) + bundles + record(144) + record(132)


def parts(
    *sheets: bytes, names: tuple[str, ...] = ("Biểu",), book: bytes | None = None, shared: bytes | None = None,
    formats: bytes | None = None,
) -> dict[str, str | bytes]:  # fmt: skip
    related = {f"r{number}": f"worksheet:worksheets/sheet{number}.bin" for number in range(1, len(sheets) + 1)}
    return {
        "[Content_Types].xml": files.content_types("xl/workbook.bin", TYPE),
        "_rels/.rels": files.relationships(r1="officeDocument:xl/workbook.bin"),
        "xl/_rels/workbook.bin.rels": files.relationships(
            **related, s="styles:styles.bin", t="sharedStrings:sharedStrings.bin"
        ),
        "xl/workbook.bin": workbook(*names) if book is None else book,
        "xl/styles.bin": styles((0, None)) if formats is None else formats,
        "xl/sharedStrings.bin": strings() if shared is None else shared,
        **{f"xl/worksheets/sheet{number}.bin": one for number, one in enumerate(sheets, 1)},
    }
