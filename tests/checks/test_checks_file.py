"""F codes by table: what a file is and why it could not be read, against what the form asks for."""

import tomllib
from dataclasses import replace

import pytest
from checks_reading import ROOT, forms

from bot.checks.catalogue import unreadable_finding
from bot.checks.file import container_finding, file_finding
from bot.checks.words import Words
from bot.documents.wire import OVER
from bot.domain.document import (
    Document,
    Excess,
    FileKind,
    TextDocument,
    Traits,
    Unreadable,
    UnreadableReason,
    Workbook,
)
from bot.domain.form import Severity

VI = Words.parse("vi", (ROOT / "mail_templates/vi/findings.toml").read_text(encoding="utf-8"), "findings.toml")
TEXT = TextDocument(())
BOOK = Workbook(())
R = UnreadableReason
K = FileKind


def of_kind(document: TextDocument | Workbook, kind: FileKind) -> Document:
    return replace(document, traits=Traits(kind))


@pytest.mark.parametrize(
    ("document", "form", "expected"),
    [
        (TEXT, "narrative", None),
        (of_kind(TEXT, K.DOC), "narrative", None),
        (of_kind(TEXT, K.RTF), None, None),
        (of_kind(TEXT, K.DOC), "ii06", ("F103", "error", "doc", "xlsx")),
        (of_kind(TEXT, K.PDF), "narrative", ("F103", "error", "pdf", "docx")),
        (of_kind(TEXT, K.PDF), "ii06", ("F103", "error", "pdf", "xlsx")),
        (of_kind(TEXT, K.PDF), None, ("F103", "error", "pdf", "any")),
        (BOOK, "ii06", None),
        (of_kind(BOOK, K.ODS), "ii06", None),
        (of_kind(BOOK, K.XLS), "narrative", ("F103", "error", "xls", "docx")),
        (Unreadable(R.UNCONVERTED, K.DOC), "narrative", ("F107", "error", "doc", "docx")),
        (Unreadable(R.UNCONVERTED, K.DOC), None, ("F107", "error", "doc", "docx")),
        (Unreadable(R.UNCONVERTED, K.RTF), "narrative", ("F107", "error", "rtf", "docx")),
        (Unreadable(R.UNCONVERTED, K.RTF), "ii06", ("F103", "error", "rtf", "xlsx")),
        (Unreadable(R.UNSUPPORTED, K.XLSB), "ii06", ("F107", "error", "xlsb", "xlsx")),
        (Unreadable(R.UNSUPPORTED, K.ODS), None, ("F107", "error", "ods", "xlsx")),
        (Unreadable(R.UNSUPPORTED, K.IMAGE), "narrative", ("F103", "error", "image", "docx")),
        (Unreadable(R.UNSUPPORTED, K.TEXT), "ii06", ("F107", "error", "text", "xlsx")),
        (Unreadable(R.UNSUPPORTED, K.TEXT), "narrative", ("F107", "error", "text", "docx")),
        (Unreadable(R.UNSUPPORTED, K.TEXT), None, ("F107", "error", "text", "any")),
        (Unreadable(R.CRASHED, K.XLSX), "ii06", ("F111", "hold", "xlsx", "xlsx")),
        (Unreadable(R.CRASHED, K.DOCX), None, ("F111", "hold", "docx", "any")),
        (Unreadable(R.TIMEOUT, K.DOCX), "narrative", ("F106", "error", "docx", "docx")),
        (Unreadable(R.TOO_BIG, K.DOCX), "narrative", ("F105", "error", "docx", "contents")),
        (Unreadable(R.ENCRYPTED, K.PDF), "narrative", ("F104", "error", "pdf", "docx")),
    ],
)
def test_what_a_file_is_found_to_be(document: Document, form: str | None, expected: tuple[str, ...] | None) -> None:
    finding = file_finding(document, "bao-cao", forms()[form] if form else None)
    if expected is None:
        assert finding is None
        return
    assert finding is not None
    assert (finding.code, finding.severity.value, finding.params["kind"], finding.params["reason"]) == expected


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (Excess("size", 30, 41), "lớn hơn giới hạn 30 MB: 41 MB"),
        (Excess("size", 30, 30.1), "lớn hơn giới hạn 30 MB: 30,1 MB"),
        (Excess("parts", 5_000, 6_200), "gồm 6.200 phần bên trong (ảnh, trang tính, đối tượng), giới hạn 5.000"),
        (Excess("unpacked", 200, 1_024), "là 1.024 MB, giới hạn 200 MB"),
        (Excess("unpacked", 200), "lớn hơn giới hạn 200 MB"),
        (Excess("row", 50_000, 1_048_576), "dòng 1.048.576, giới hạn là dòng 50.000"),
        (Excess("column", 1_000, 16_384), "cột thứ 16.384"),
        (Excess("cells", 300_000), "hơn 300.000 ô có nội dung"),
        (Excess("ratio", 250), "giới hạn 250 lần"),
    ],
)
def test_a_limit_that_is_passed_is_said_with_its_number(over: Excess, said: str) -> None:
    words = VI.say(unreadable_finding(Unreadable(R.TOO_BIG, K.XLSX, over=over), "bao-cao.xlsx"))
    assert said in words.found
    assert "{" not in words.found + words.expected + words.remedy


def test_every_limit_has_its_own_words_in_both_languages() -> None:
    """What the readers count is what the words know; none falls back to the vague sentence."""
    for language in ("vi", "en"):
        data = tomllib.loads((ROOT / "mail_templates" / language / "findings.toml").read_text("utf-8"))["F105"]["found"]
        said = {name.removesuffix("_over") for name in data} - {"contents", "size"}
        assert said == OVER


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (R.ENCRYPTED, "mật khẩu"),
        (R.CORRUPT, "bị hỏng"),
        (R.UNSUPPORTED, "không mở được"),
        (R.UNCONVERTED, "không mở được"),
        (R.TOO_BIG, "quá nhiều"),
        (R.TIMEOUT, "quá nhiều"),
        (R.EMPTY, "không có tệp nào"),
    ],
)
def test_an_archive_that_cannot_be_opened_says_why_and_asks_for_the_files_themselves(
    reason: UnreadableReason, said: str
) -> None:
    finding = container_finding(Unreadable(reason, K.ARCHIVE), "bao-cao.rar")
    assert (finding.code, finding.severity, finding.place.file) == ("F110", Severity.ERROR, "bao-cao.rar")
    words = VI.say(finding)
    assert said in words.found
    assert words.found.startswith("tệp nén")
    assert "đính kèm trực tiếp" in words.remedy


def test_an_archive_on_which_our_own_reader_failed_is_held() -> None:
    finding = container_finding(Unreadable(R.CRASHED, K.ARCHIVE), "bao-cao.zip")
    assert (finding.code, finding.severity) == ("F111", Severity.HOLD)
    assert "chưa cần gửi lại" in VI.say(finding).remedy
