import io
import tarfile
import zipfile

import document_files as files
import pytest

from bot.documents.kinds import Identity, guess, identify, is_blank, kind_of
from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import FileKind, Unreadable, UnreadableReason

WORD = "application/vnd.ms-word."
EXCEL = "application/vnd.ms-excel."
OPEN = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"%PDF-1.7\n...", FileKind.PDF),
        (b"\n\n%PDF-1.4", FileKind.PDF),
        (b"\x89PNG\r\n\x1a\n\0\0", FileKind.IMAGE),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", FileKind.IMAGE),
        (b"GIF89a\1\0", FileKind.IMAGE),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0" + bytes(16), FileKind.IMAGE),
        (b"II*\0\x08\0\0\0", FileKind.IMAGE),
        (b"RIFF\1\2\3\4WEBPVP8 ", FileKind.IMAGE),
        (b"\0\0\0\x18ftypheic\0\0\0\0", FileKind.IMAGE),
        (b"Rar!\x1a\x07\x01\0", FileKind.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c\0\4", FileKind.ARCHIVE),
        (b"\x1f\x8b\x08\0\0\0", FileKind.ARCHIVE),
        ("Báo cáo quý I\n".encode(), FileKind.TEXT),
        ("Báo cáo quý I\n".encode("utf-16"), FileKind.TEXT),
        (b"B\xb8o c\xb8o c\xb6i c\xb8ch h\xb5nh ch\xddnh n\xa8m 2023", FileKind.TEXT),  # TCVN3
        (b"<html><table><tr><td>1</td></tr></table></html>", FileKind.TEXT),
        (b"{\\rtf1\\ansi Bao cao}", FileKind.RTF),
        (b"\x78\x9f\x3e\x22\x01\x00\x01", FileKind.TNEF),  # winmail.dat
        (bytes(range(256)) * 4, FileKind.OTHER),
        (b"", FileKind.OTHER),
    ],
)
def test_kind_by_first_bytes(payload: bytes, kind: FileKind) -> None:
    assert kind_of(payload) is kind


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        (files.DOCX, FileKind.DOCX),
        (OPEN + "wordprocessingml.template.main+xml", FileKind.DOCX),
        (WORD + "document.macroEnabled.main+xml", FileKind.DOCX),
        (WORD + "template.macroEnabledTemplate.main+xml", FileKind.DOCX),
        (files.XLSX, FileKind.XLSX),
        (OPEN + "spreadsheetml.template.main+xml", FileKind.XLSX),
        (EXCEL + "sheet.macroEnabled.main+xml", FileKind.XLSX),
        (EXCEL + "template.macroEnabled.main+xml", FileKind.XLSX),
        (OPEN + "presentationml.presentation.main+xml", FileKind.OTHER),
        (EXCEL + "sheet.binary.macroEnabled.main", FileKind.XLSB),
    ],
)
def test_kind_of_an_office_package_is_its_main_part(content_type: str, kind: FileKind) -> None:
    assert kind_of(files.package({"[Content_Types].xml": files.content_types("a.xml", content_type)})) is kind


MAIL = b"From: a@stp.example\r\nTo: b@so.example\r\nSubject: BC\r\n\r\nKinh gui\r\n"


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (MAIL, FileKind.MAIL),
        (b"\xef\xbb\xbf" + MAIL, FileKind.MAIL),
        (b"\r\n" + MAIL.replace(b"\r\n", b"\n"), FileKind.MAIL),
        (b"From - Wed Mar 08 14:05:00 2023\n" + MAIL, FileKind.MAIL),
        (
            b"Received: from x\r\n\tby y; Wed, 8 Mar 2023\r\nX-Odd: \xc3\x28\r\nMESSAGE-ID : <1@x>\r\n\r\n\xff\x00",
            FileKind.MAIL,
        ),
        (b"Return-Path: <a@x>\nDate: Wed, 8 Mar 2023 14:05:00 +0700\nMIME-Version: 1.0\n", FileKind.MAIL),  # no body
        (b"From: a\nFrom: b\n\n", FileKind.TEXT),  # one field twice is one field
        (b"Date: 8/3/2023\nNoi dung: bao cao\n\n", FileKind.TEXT),
        (b"From: a\nbao cao quy\nTo: b\n\n", FileKind.TEXT),  # a line that is no header
        (b" From: a\nTo: b\nSubject: c\n\n", FileKind.TEXT),
        (b"Bao cao\n\n" + MAIL, FileKind.TEXT),
        (b"From: a\nTo: \x00\n\n", FileKind.OTHER),
    ],
)
def test_a_mail_begins_with_its_headers(payload: bytes, kind: FileKind) -> None:
    assert kind_of(payload) is kind


OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
MANIFEST = "META-INF/manifest.xml"


@pytest.mark.parametrize(
    ("entries", "identity"),
    [
        ({"mimetype": OPEN_DOCUMENT + "spreadsheet"}, Identity(FileKind.ODS)),
        ({"mimetype": OPEN_DOCUMENT + "spreadsheet-template"}, Identity(FileKind.ODS)),
        ({"mimetype": OPEN_DOCUMENT + "text"}, Identity(FileKind.ODT)),
        ({"mimetype": OPEN_DOCUMENT + "text-template", MANIFEST: "<a/>"}, Identity(FileKind.ODT)),
        (
            {"mimetype": OPEN_DOCUMENT + "text", MANIFEST: "<m:encryption-data/>"},
            Identity(FileKind.ODT, encrypted=True),
        ),
        ({"mimetype": OPEN_DOCUMENT + "spreadsheet", "encrypted-package": "x"}, Identity(FileKind.ODS, encrypted=True)),
        ({"mimetype": OPEN_DOCUMENT + "presentation"}, Identity(FileKind.OTHER)),
        ({"mimetype": "application/epub+zip"}, Identity(FileKind.OTHER)),
        ({"bao cao.ods": "x", "a/mimetype": OPEN_DOCUMENT + "text"}, Identity(FileKind.ARCHIVE)),
        ({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}, Identity(FileKind.XLSB)),
    ],
)
def test_kind_of_a_zip_is_what_it_declares(entries: dict[str, str | bytes], identity: Identity) -> None:
    assert identify(files.package(entries)) == identity


def test_content_types_in_utf16() -> None:
    declared = '<?xml version="1.0" encoding="UTF-16"?>' + files.content_types("a.xml", files.XLSX)
    assert kind_of(files.package({"[Content_Types].xml": declared.encode("utf-16")})) is FileKind.XLSX


def test_an_archive_that_holds_a_word_file_is_an_archive() -> None:
    assert kind_of(files.package({"bao cao.docx": files.docx("")})) is FileKind.ARCHIVE
    assert kind_of(files.package({})) is FileKind.ARCHIVE


def test_tar() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    assert kind_of(buffer.getvalue()) is FileKind.ARCHIVE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("xls", FileKind.XLS),
        ("doc", FileKind.DOC),
        ("docx", FileKind.DOCX),
        ("xlsx", FileKind.XLSX),
        ("ods", FileKind.ODS),
    ],
)
def test_files_saved_by_libreoffice(name: str, kind: FileKind) -> None:
    payload = (files.FILES / f"libreoffice.{name}").read_bytes()
    assert identify(payload) == Identity(kind)
    assert guess(payload) is kind


def test_truncated_containers_keep_the_kind_their_bytes_show() -> None:
    for name, kind in (("docx", FileKind.DOCX), ("xlsx", FileKind.XLSX), ("ods", FileKind.ODS)):
        whole = (files.FILES / f"libreoffice.{name}").read_bytes()
        found = identify(whole[: len(whole) * 2 // 3])
        assert found.kind is kind
        assert found.broken


def test_an_old_excel_file_with_a_password() -> None:
    payload = (files.FILES / "libreoffice.xls").read_bytes()
    bof = payload.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    # The record after BOF becomes FilePass (MS-XLS 2.4.117); its length stays.
    locked = payload[: bof + 20] + b"\x2f\x00" + payload[bof + 22 :]
    assert identify(locked) == Identity(FileKind.XLS, encrypted=True)


def test_an_old_word_file_with_a_password() -> None:
    payload = bytearray((files.FILES / "libreoffice.doc").read_bytes())
    payload[payload.index(b"\xec\xa5") + 11] |= 0x01  # fEncrypted, MS-DOC 2.5.2
    assert identify(bytes(payload)) == Identity(FileKind.DOC, encrypted=True)


def test_zip_entries_under_a_password() -> None:
    payload = bytearray(files.docx(files.p("Mật")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := payload.find(signature, start)) >= 0:
            payload[start + offset] |= 0x1
            start += 4
    assert identify(bytes(payload)) == Identity(FileKind.DOCX, encrypted=True)


def test_a_directory_of_too_many_entries_is_not_opened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}", b"")
    assert "too many" in identify(buffer.getvalue()).broken


@pytest.mark.parametrize(("payload", "blank"), [(b"", True), (b" \r\n\t", True), (bytes(500), True), (b"\0a", False)])
def test_blank(payload: bytes, blank: bool) -> None:
    assert is_blank(payload) is blank


def test_a_byte_order_mark_before_a_package_is_damage_and_no_other_kind() -> None:
    whole = files.package(files.docx_parts(files.p("a")))
    found = identify(b"\xef\xbb\xbf" + whole)
    assert (found.kind, bool(found.broken)) == (FileKind.DOCX, True)
    assert guess(b"\xef\xbb\xbf" + whole) is FileKind.DOCX
    read = read_document(b"\xef\xbb\xbf" + whole, Limits())
    assert isinstance(read, Unreadable)
    assert (read.reason, read.kind) == (UnreadableReason.CORRUPT, FileKind.DOCX)
    assert kind_of("\ufeffPK la ten viet tat".encode()) is FileKind.TEXT
