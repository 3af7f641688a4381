"""PDF: its text and pages, scans, passwords, and files that are none."""

import unicodedata

import pytest
from pdf_files import locked, pdf

from bot.documents.limits import Limits, Refused
from bot.documents.pdf import read
from bot.documents.sandbox import Sandbox
from bot.domain.document import FileKind, TextDocument, Traits, Unreadable, UnreadableReason

LINES = ["UBND THÀNH PHỐ THỦ DẦU MỘT", "Số: 45/BC-UBND", "Báo cáo cải cách hành chính quý I năm 2023"]
REPORT = pdf("\n".join(LINES), "Nơi nhận: Sở Nội vụ tỉnh Bình Dương")


def test_its_text_line_by_line() -> None:
    document = read(REPORT, Limits())
    assert [p.text for p in document.paragraphs] == [*LINES, "Nơi nhận: Sở Nội vụ tỉnh Bình Dương"]
    assert document.traits == Traits(FileKind.PDF, pages=2, has_text=True)
    assert [p.text for p in read(pdf(unicodedata.normalize("NFD", LINES[2])), Limits()).paragraphs] == [LINES[2]]


@pytest.mark.parametrize(
    ("pages", "has_text"),
    [(["09/3/2023"], False), (["Trang", "Trang", LINES[0]], False), ([LINES[0] * 3, "", ""], True), ([""], False)],
)
def test_a_scan_is_known_by_having_no_text(pages: list[str], has_text: bool) -> None:
    traits = read(pdf(*pages), Limits()).traits
    assert (traits.pages, traits.has_text) == (len(pages), has_text)


def test_only_the_first_pages_and_characters_are_read_and_all_are_counted() -> None:
    long = pdf(*(f"Trang {n} của báo cáo quý I năm 2023" for n in range(40)))
    assert (len(read(long, Limits(pdf_pages=3)).paragraphs), read(long, Limits(pdf_pages=3)).traits.pages) == (3, 40)
    cut = read(long, Limits(pdf_chars=100))
    assert 0 < sum(len(p.text) for p in cut.paragraphs) <= 100
    assert cut.traits.has_text


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_password_to_open_it_and_one_only_to_change_it(algorithm: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(locked(REPORT, user="x", owner="y", algorithm=algorithm), Limits())
    assert refusal.value.reason is UnreadableReason.ENCRYPTED
    assert read(locked(REPORT, user="", owner="y", algorithm=algorithm), Limits()).paragraphs[0].text == LINES[0]


@pytest.mark.parametrize("payload", [b"%PDF-1.7", REPORT[:300], b"%PDF-1.7\n" + bytes(5_000), pdf()])
def test_what_is_broken_is_corrupt(payload: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        read(payload, Limits())
    assert refusal.value.reason is UnreadableReason.CORRUPT


def test_damage_never_gets_out() -> None:
    for start in range(0, len(REPORT), len(REPORT) // 30):
        try:
            assert isinstance(read(REPORT[:start] + b"\xff\x00(" + REPORT[start + 3 :], Limits()), TextDocument)
        except Refused as refusal:
            assert refusal.reason in (UnreadableReason.CORRUPT, UnreadableReason.ENCRYPTED, UnreadableReason.TOO_BIG)


def test_a_page_that_cannot_be_had_does_not_take_the_others_with_it() -> None:
    broken = REPORT.replace(b"BT /F 12 Tf 50 700 Td", b"BT /F 12 Tf [(  70 Td", 1)
    assert read(broken, Limits()).paragraphs[-1].text.startswith("Nơi nhận")


def test_through_the_child() -> None:
    document = Sandbox().read(REPORT, "báo cáo.pdf")
    assert isinstance(document, TextDocument)
    assert document.paragraphs[1].text == "Số: 45/BC-UBND"
    assert document.traits == Traits(FileKind.PDF, pages=2)
    locked_one = Sandbox().read(locked(REPORT, user="x", owner="x"), "x.pdf")
    assert isinstance(locked_one, Unreadable)
    assert (locked_one.reason, locked_one.kind) == (UnreadableReason.ENCRYPTED, FileKind.PDF)


def test_slow_ones_are_stopped() -> None:
    page = pdf("Báo cáo quý I").replace(b"BT /F 12 Tf", b"BT /F 12 Tf" + b" q 1 0 0 1 0 0 cm (x) Tj Q" * 400_000)
    document = Sandbox(Limits(cpu_seconds=1)).read(page, "x.pdf")
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.TIMEOUT
