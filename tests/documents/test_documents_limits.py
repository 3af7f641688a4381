"""Each limit that a file passes is said with what was counted, the limit, and how much there is where that is known."""

import document_files as files
import odf_files as odf
import pytest

from bot.documents.limits import MIB, Limits, megabytes
from bot.documents.reader import read_document
from bot.documents.sandbox import Sandbox
from bot.domain.document import Excess, Unreadable

FAR = '<row r="60000"><c r="A60000"><v>1</v></c></row>'
WIDE = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
THREE = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in (1, 2, 3))
MERGES = '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A2:B2"/></mergeCells>'
PICTURE = files.zeros_part(files.docx(files.p("a")), "word/media/1.bin", 3 * MIB)
SHEET = files.zeros_part(files.xlsx(), "xl/extra.xml", 5 * MIB)


@pytest.mark.parametrize(
    ("payload", "limits", "over"),
    [
        (files.xlsx(FAR), Limits(), Excess("row", 50_000, 60_000)),
        (files.xlsx(WIDE), Limits(), Excess("column", 1_000, 16_384)),
        (files.xlsx(THREE), Limits(max_cells=2), Excess("cells", 2)),
        (files.xlsx(THREE, after=MERGES), Limits(max_merges=1), Excess("merges", 1)),
        (files.xlsx(THREE, after=MERGES), Limits(max_merged_cells=3), Excess("merged", 3)),
        (files.xlsx(THREE), Limits(max_sheets=0), Excess("sheets", 0, 1)),
        (files.docx(files.p("a") * 4), Limits(max_paragraphs=3), Excess("paragraphs", 3)),
        (files.docx(files.p("abcdef")), Limits(max_text_chars=5), Excess("characters", 5)),
        (odf.odt(odf.p("a") * 4), Limits(max_paragraphs=3), Excess("paragraphs", 3)),
        (files.docx(files.p("a")), Limits(parts=4), Excess("parts", 4, 6)),
        (PICTURE, Limits(uncompressed_bytes=2 * MIB), Excess("unpacked", 2, 3.1)),
        (SHEET, Limits(ratio=100), Excess("ratio", 100)),
    ],
)
def test_what_passes_a_limit_is_counted(payload: bytes, limits: Limits, over: Excess) -> None:
    document = read_document(payload, limits)
    assert isinstance(document, Unreadable)
    assert document.over == over


def test_the_child_says_it_too_and_the_parent_counts_the_file_itself() -> None:
    sandbox = Sandbox(Limits(file_bytes=MIB))
    assert getattr(sandbox.read(files.xlsx(FAR), "a.xlsx"), "over", None) == Excess("row", 50_000, 60_000)
    assert getattr(sandbox.read(bytes(MIB) + b"x", "a.xlsx"), "over", None) == Excess("size", 1, 1.1)


@pytest.mark.parametrize(("size", "said"), [(MIB, 1), (MIB + 1, 1.1), (MIB * 3 // 2, 1.5), (1, 0.1)])
def test_what_is_above_a_limit_never_looks_as_if_it_were_not(size: int, said: float) -> None:
    assert megabytes(size) == said
