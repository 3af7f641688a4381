"""Zips that no Office program writes, and DTDs wherever they hide: never accepted."""

import io
import struct
import zipfile
import zlib

import document_files as files
import odf_files as odf
import pytest

from bot.documents.limits import Limits, Refused
from bot.documents.package import Package
from bot.documents.reader import read_document
from bot.domain.document import TextDocument, Unreadable, UnreadableReason

GOOD = files.docx_parts(files.p("Báo cáo"))
DTD = "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>"


def fault(payload: bytes) -> str:
    found = read_document(payload, Limits())
    if isinstance(found, TextDocument):
        return ""
    assert isinstance(found, Unreadable)
    assert found.reason is UnreadableReason.CORRUPT
    return found.detail


@pytest.mark.parametrize(
    "content",
    [
        DTD,
        "<?xml version='1.0'?>\n" + DTD,
        "\ufeff" + DTD,
        f"<!-- {'x' * 9_000} -->" + DTD,
        "<?a?><!-- <a> -->\n" + DTD,
        "<!-- " + "-- ><!--".join("ab") + " -->" + DTD,
        DTD.encode("utf-16"),
        DTD.encode("utf-16-be"),
        b"\xfe\xff" + DTD.encode("utf-16-be"),
        DTD.encode("utf-32"),
        DTD.encode("cp037").replace(b"\x4c\x5a", b"\x4c\x6f\xa7\x94", 1),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a><a/>',
        f"<!-- {'x' * 90_000} -->" + DTD,
        "<!DOCTYPE html><html/>",
    ],
)
@pytest.mark.parametrize("name", ["customXml/item9.xml", "word/anything.dat"])
def test_a_dtd_in_a_part_that_nobody_reads(content: str | bytes, name: str) -> None:
    assert name in fault(files.package({**GOOD, name: content}))
    assert name in fault(files.package({**odf.text_parts("<text:p>a</text:p>"), name: content}))


@pytest.mark.parametrize(
    "content",
    [
        "<a/>",
        "<?xml version='1.0' encoding='windows-1258'?><!-- <!DOCTYPE a> --><a/>",
        "<a><![CDATA[<!DOCTYPE a>]]></a>",
        "<a>".encode("utf-16"),
        b"\x89PNG<!DOCTYPE a>",
        b"",
        "<!--" + "x" * 20_000 + "--><a/>",
        "<!",
    ],
)
def test_what_only_looks_like_one(content: str | bytes) -> None:
    assert fault(files.package({**GOOD, "customXml/item9.xml": content})) == ""


def test_a_name_that_stands_twice() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        payload = _zipped([*GOOD.items(), ("word/document.xml", GOOD["word/document.xml"])])
    assert "stands twice" in fault(payload)
    assert "stands twice" in fault(_zipped([*GOOD.items(), ("/WORD\\document.xml", "<a/>")]))


@pytest.mark.parametrize("name", ["../x.xml", "word/../../x.xml", "word\\..\\x.xml", "C:/x.xml"])
def test_a_name_that_leads_out(name: str) -> None:
    assert "leads out" in fault(_zipped([*GOOD.items(), (name, "<a/>")]))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [(8, b"\x00\x00", "another header"), (14, b"\x01\x02\x03\x04", "other sizes"), (22, b"\x09\x00\x00\x00", "other")],
)
def test_a_header_that_says_something_else(field: int, value: bytes, said: str) -> None:
    payload = bytearray(_zipped(list(GOOD.items())))
    at = payload.index(b"word/document.xml") - 30
    payload[at + field : at + field + len(value)] = value
    assert said in fault(bytes(payload))


def test_entries_that_share_their_bytes() -> None:
    """The overlapping bomb: a thousand names for one compressed block of zeros, which stays far below any ratio."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packed.compress(bytes(8 << 20)) + packed.flush()
    body, directory, crc = b"", b"", zlib.crc32(bytes(8 << 20))
    names = [f"word/{n}.bin".encode() for n in range(20)]
    for name in names:
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0x21, crc, len(block), 8 << 20, len(name), 0, 0, 0, 0, 0, 0
        )
        directory += name
    body = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, crc, len(block), 8 << 20, len(names[0]), 0)
    body += names[0] + block
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(body), 0)
    with pytest.raises(Refused) as refused:
        Package(body + directory + end, Limits())
    assert refused.value.reason is UnreadableReason.CORRUPT
    assert "overlaps" in refused.value.detail


def _zipped(entries: list[tuple[str, str | bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()
