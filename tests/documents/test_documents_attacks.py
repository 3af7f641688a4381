"""Files made to hurt: every one ends as `Unreadable` with the right reason, and quickly."""

import io
import random
import zipfile

import document_files as files
import msoffcrypto.format.ooxml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import Document, FileKind, TextDocument, Unreadable, UnreadableReason, Workbook

LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {chr(99 + n)} "{f"&{chr(98 + n)};" * 10}">' for n in range(8))
    + "]>"
)


def reason(payload: bytes, limits: Limits | None = None) -> tuple[UnreadableReason, FileKind]:
    document = read_document(payload, limits or Limits())
    assert isinstance(document, Unreadable), document
    return document.reason, document.kind


def with_part(parts: dict[str, str | bytes], name: str, content: str | bytes) -> bytes:
    return files.package({**parts, name: content})


@pytest.mark.parametrize(
    "prolog",
    [
        LAUGHS,
        "<!DOCTYPE a>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]>',
    ],
)
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_any_doctype_is_corrupt(prolog: str, part: str) -> None:
    parts = files.xlsx_parts('<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>')
    text = prolog + str(parts[part]).replace("&j;", "&j;" if LAUGHS in prolog else "x")
    content = text.encode("utf-16") if "UTF-16" in prolog else text
    assert reason(with_part(parts, part, content)) == (UnreadableReason.CORRUPT, FileKind.XLSX)


def test_a_doctype_in_a_part_with_nothing_to_read_is_corrupt() -> None:
    parts = files.docx_parts("")
    payload = with_part(parts, "word/document.xml", LAUGHS + "<x/>")
    assert reason(payload) == (UnreadableReason.CORRUPT, FileKind.DOCX)


def test_bomb_of_a_gibibyte_beside_the_content() -> None:
    payload = files.zeros_part(files.xlsx(), "xl/media/image1.bmp", 1 << 30, effort=1)
    assert len(payload) < 8 << 20
    assert reason(payload) == (UnreadableReason.TOO_BIG, FileKind.XLSX)


def test_bomb_in_the_very_sheet_below_the_size_limit() -> None:
    parts = files.xlsx_parts()
    del parts["xl/worksheets/sheet1.xml"]
    payload = files.zeros_part(files.package(parts), "xl/worksheets/sheet1.xml", 64 << 20)
    assert reason(payload) == (UnreadableReason.TOO_BIG, FileKind.XLSX)


def test_many_parts_that_are_each_below_the_limit() -> None:
    payload = files.docx(files.p("a"))
    for number in range(3):
        payload = files.zeros_part(payload, f"word/media/{number}.bin", 2 << 20)
    assert reason(payload, Limits(uncompressed_bytes=5 << 20)) == (UnreadableReason.TOO_BIG, FileKind.DOCX)


def test_a_part_read_again_and_again_counts_each_time() -> None:
    parts = files.xlsx_parts(f"<row>{' ' * 100_000}</row>")
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        "</sheets>",
        '<sheet name="lại" r:id="r1"/>' * 50 + "</sheets>",
    )
    assert reason(files.package(parts), Limits(uncompressed_bytes=1_000_000)) == (
        UnreadableReason.TOO_BIG,
        FileKind.XLSX,
    )


def test_a_lie_about_the_size_of_a_part_is_corrupt() -> None:
    payload = bytearray(files.docx(files.p("a" * 5_000)))
    entry = payload.index(b"PK\x01\x02")
    while payload[entry + 46 : entry + 63] != b"word/document.xml":
        entry = payload.index(b"PK\x01\x02", entry + 4)
    payload[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    assert reason(bytes(payload)) == (UnreadableReason.CORRUPT, FileKind.DOCX)


def test_too_many_parts() -> None:
    parts = files.docx_parts(files.p("a"))
    payload = files.package({**parts, **{f"word/{n}": "" for n in range(30)}})
    assert reason(payload, Limits(parts=30)) == (UnreadableReason.TOO_BIG, FileKind.DOCX)


def test_compression_that_office_never_writes() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.docx_parts(files.p("a")).items():
            method = zipfile.ZIP_LZMA if name == "word/document.xml" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, method)
    assert reason(buffer.getvalue()) == (UnreadableReason.CORRUPT, FileKind.DOCX)


def test_elements_nested_too_deeply() -> None:
    depth = 3_000
    table = "<w:tbl><w:tr><w:tc>" * depth + files.p("đáy") + "</w:tc></w:tr></w:tbl>" * depth
    assert reason(files.docx(table))[0] is UnreadableReason.CORRUPT


def test_truncated_and_missing_parts() -> None:
    whole = files.xlsx('<row r="1"><c r="A1"><v>1</v></c></row>')
    assert reason(whole[:-30]) == (UnreadableReason.CORRUPT, FileKind.XLSX)
    parts = files.xlsx_parts()
    for name in ("xl/workbook.xml", "_rels/.rels"):
        left = {key: value for key, value in parts.items() if key not in (name, "xl/workbook.xml")}
        assert reason(files.package(left)) == (UnreadableReason.CORRUPT, FileKind.XLSX)


@pytest.mark.parametrize("name", ["libreoffice.xlsx", "libreoffice.docx"])
def test_package_under_a_password(name: str) -> None:
    with (files.FILES / name).open("rb") as plain:
        locked = io.BytesIO()
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("mật khẩu", locked)
    assert reason(locked.getvalue())[0] is UnreadableReason.ENCRYPTED


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ((files.FILES / "libreoffice.doc").read_bytes(), FileKind.DOC),
        (b"\x89PNG\r\n\x1a\n", FileKind.IMAGE),
        (files.package({"a.docx": b""}), FileKind.ARCHIVE),
        (b"Bao cao", FileKind.TEXT),
    ],
)
def test_kinds_that_are_not_read(payload: bytes, kind: FileKind) -> None:
    assert reason(payload) == (UnreadableReason.UNSUPPORTED, kind)


# No .xls here: a native parser may abort the process; those go through the real child (test_documents_sandbox).
SEEDS = [
    (files.FILES / "libreoffice.xlsx").read_bytes(),
    (files.FILES / "libreoffice.docx").read_bytes(),
    (files.FILES / "libreoffice.doc").read_bytes(),
]
SMALL = Limits(max_cells=5_000, max_paragraphs=5_000, uncompressed_bytes=4 << 20)


def is_foreseen(document: Document) -> bool:
    """Read, or refused for a reason that a reader gave: CRASHED would be a gap in one of them."""
    if isinstance(document, Unreadable):
        return document.reason is not UnreadableReason.CRASHED
    return isinstance(document, TextDocument | Workbook)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_random_bytes_are_foreseen(payload: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        assert is_foreseen(read_document(head + payload, SMALL))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.integers(1, 12))
def test_damaged_files_are_foreseen(seed: bytes, chance: random.Random, damages: int) -> None:
    payload = bytearray(seed)
    for _ in range(damages):
        payload[chance.randrange(len(payload))] = chance.randrange(256)
    if chance.random() < 0.2:
        del payload[chance.randrange(len(payload)) :]
    assert is_foreseen(read_document(bytes(payload), SMALL))


WORDS = st.sampled_from(
    ["w:p", "w:r", "w:t", "w:tbl", "w:tr", "w:tc", "w:sdt", "w:sdtContent", "w:pPr", "w:numPr", "w:numId", "w:ilvl",
     "w:outlineLvl", "w:b", "w:del", "w:ins", "mc:AlternateContent", "mc:Choice", "w:txbxContent", "w:drawing"]
)  # fmt: skip
VALUES = st.sampled_from(["", "0", "1", "-1", "99999999999", "abc", "٣"])
MARKUP = st.recursive(
    st.text(alphabet="aổ 1", max_size=4),
    lambda inner: st.builds(
        lambda name, value, content: f'<{name} w:val="{value}">{"".join(content)}</{name}>',
        WORDS,
        VALUES,
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@settings(max_examples=80, deadline=None)
@given(MARKUP)
def test_any_markup_of_word_is_foreseen(markup: str) -> None:
    assert is_foreseen(read_document(files.docx(markup, markup, markup), SMALL))


REFERENCES = st.sampled_from(["A1", "B2", "", "A0", "XFD1048576", "ZZZ9", "1", "A1:B2", "$A$1"])
CELLS = st.builds(
    lambda ref, kind, style, inner: f'<c r="{ref}" t="{kind}" s="{style}">{inner}</c>',
    REFERENCES,
    st.sampled_from(["", "n", "s", "str", "inlineStr", "b", "e", "d", "x"]),
    VALUES,
    st.sampled_from(
        ["", "<v/>", "<v>1</v>", "<v>x</v>", "<f/>", '<f t="shared" si="0">A1</f><v>1e9</v>', "<is><t>a</t></is>"]
    ),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(CELLS, max_size=6), VALUES, REFERENCES)
def test_any_markup_of_excel_is_foreseen(cells: list[str], row: str, merge: str) -> None:
    rows = f'<row r="{row}">{"".join(cells)}</row>'
    after = f'<mergeCells><mergeCell ref="{merge}"/></mergeCells>'
    assert is_foreseen(read_document(files.xlsx(rows, after=after, strings="<si/>"), SMALL))
