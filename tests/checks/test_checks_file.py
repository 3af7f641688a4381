"""F codes by table: what a file is and why it could not be read, against what the form asks for."""

import tomllib
from dataclasses import replace

import pytest
from checks_reading import ROOT, forms

from bot.checks.catalogue import unreadable_finding
from bot.checks.file import container_finding, file_finding
from bot.checks.mail import mail_finding
from bot.checks.words import Words
from bot.documents.wire import OVER
from bot.documents.wire_files import CONTAINER_OVER
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
from bot.domain.submission import Finding, Place

VI = Words.parse("vi", (ROOT / "mail_templates/vi/findings.toml").read_text(encoding="utf-8"), "findings.toml")
EN = Words.parse("en", (ROOT / "mail_templates/en/findings.toml").read_text(encoding="utf-8"), "findings.toml")
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


BY_PARENT = {"size", "containers", "mail_files", "seconds"}


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (Excess("files", 200, 301), "tệp nén chứa 301 tệp, giới hạn 200 tệp"),
        (Excess("files", 200), "hơn 200 tệp"),
        (Excess("size", 30, 41.2), "nặng 41,2 MB, giới hạn 30 MB"),
        (Excess("file", 30), "lớn hơn giới hạn 30 MB"),
        (Excess("contained", 100), "giới hạn 100 MB"),
        (Excess("ratio", 250), "giới hạn 250 lần"),
        (Excess("containers", 30), "giới hạn 30"),
        (Excess("depth", 3), "giới hạn 3 lớp"),
        (Excess("mail_files", 200), "giới hạn 200 tệp của cả thư"),
        (Excess("seconds", 15), "giới hạn 15 giây"),
        (Excess("memory", 320), "giới hạn 320 MB"),
    ],
)
def test_what_an_archive_has_too_much_of_is_said_with_its_numbers(over: Excess, said: str) -> None:
    finding = container_finding(Unreadable(R.TOO_BIG, K.ARCHIVE, over=over), "bao-cao.zip")
    assert finding.code == "F110"
    assert str(finding.params["reason"]).startswith("too_big_")
    words = VI.say(finding)
    assert said in words.found
    assert "{" not in words.found + EN.say(finding).found


def test_every_limit_of_an_archive_has_its_own_words_in_both_languages() -> None:
    for language in ("vi", "en"):
        found = tomllib.loads((ROOT / "mail_templates" / language / "findings.toml").read_text("utf-8"))["F110"][
            "found"
        ]
        said = {name.removeprefix("too_big_").removesuffix("_over") for name in found if name.startswith("too_big_")}
        assert said == CONTAINER_OVER | BY_PARENT


def test_every_limit_of_a_file_says_what_is_expected_in_its_own_words() -> None:
    for language in ("vi", "en"):
        words = tomllib.loads((ROOT / "mail_templates" / language / "findings.toml").read_text("utf-8"))["F105"]
        assert set(words["expected"]) == set(words["found"])
    said = VI.say(unreadable_finding(Unreadable(R.TOO_BIG, K.XLSX, over=Excess("row", 50_000, 60_000)), "a.xlsx"))
    assert "hình ảnh" not in said.expected


def test_what_is_wrong_with_the_mail_is_said_of_the_mail() -> None:
    assert VI.say(mail_finding("M107", reason="too_many_parts", limit=500)).of_mail
    assert not VI.say(container_finding(Unreadable(R.EMPTY, K.ARCHIVE), "a.zip")).of_mail
    for reason in ("too_many_parts", "too_many_files", "too_deep", "unparsable"):
        assert "không quá 500" in VI.say(mail_finding("M107", reason=reason, limit=500)).expected


def test_a_remark_on_links_does_not_forbid_what_an_error_asks_for() -> None:
    """The same cell may hold a formula without a value (X109: please send again)."""
    for words in (VI, EN):
        remedy = words.say(Finding("F113", Severity.REMARK, Place(file="a.xlsx"), {"links": ["DDE"]})).remedy
        assert "gửi lại" not in remedy
        assert "again" not in remedy
