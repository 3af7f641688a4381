"""Names of files as nobody would give them in good faith, on their way into the record and onto a disk."""

import hashlib
import unicodedata
from pathlib import Path

import pytest

from bot.mail.names import MAX_NAME, Names, safe_name
from bot.mail.parse import parse
from bot.store.names import safe_component
from bot.store.vault import Vault


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\a.docx", "a.docx"),
        ("a\0b.docx", "a b.docx"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("LPT1.docx", "_LPT1.docx"),
        ("CON .txt", "_CON.txt"),
        ("com¹.txt", "_com¹.txt"),
        ("CONIN$", "_CONIN$"),
        ("concord.docx", "concord.docx"),
        ("báo cáo.docx. . ", "báo cáo.docx"),
        ("hồ sơ\u202excod.exe", "hồ sơxcod.exe"),
        ("bá\u200bo\u2066 cáo\ufeff.docx", "báo cáo.docx"),
        ("\x1b[31mđỏ.docx", "[31mđỏ.docx"),
        ("báo cáo.docx.exe", "báo cáo.docx.exe"),
        (unicodedata.normalize("NFD", "Biểu mẫu.xlsx"), "Biểu mẫu.xlsx"),
        (".docx", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_names_of_attachments(name: str, expected: str) -> None:
    assert safe_name(name) == expected


@pytest.mark.parametrize("name", ["CON .txt", "com¹.txt", "CONOUT$", "lpt9", "aux .docx"])
def test_devices_of_windows_on_the_disk(name: str) -> None:
    assert safe_component(name, "tep") == f"_{name}"


@pytest.mark.parametrize("letter", ["a", "ệ", "𝟙", "\u0301"])
def test_300_letters_fit_every_disk_and_keep_their_ending(letter: str) -> None:
    for safe in (safe_name(letter * 300 + ".docx"), safe_component(letter * 300 + ".docx", "tep")):
        assert safe.endswith(".docx")
        assert len(safe.encode()) <= 255 - len(" (12)")
    assert len(safe_name(letter * 300 + ".docx")) <= MAX_NAME


def test_two_files_of_one_name_whatever_their_case_and_form(tmp_path: Path) -> None:
    names = Names()
    given = [names.take(safe_name(n)) for n in ("Biểu.xlsx", "BIỂU.XLSX", unicodedata.normalize("NFD", "biểu.xlsx"))]
    assert given == ["Biểu.xlsx", "BIỂU (2).XLSX", "biểu (3).xlsx"]
    vault = Vault(tmp_path, durable=False)
    saved = [vault.save(name.encode()) for name in given]
    paths = [
        vault.publish("r", "a", "f", 1, n, s)
        for n, s in zip(["Biểu.xlsx", "BIỂU.XLSX", "biểu.xlsx"], saved, strict=True)
    ]
    assert len({p.casefold() for p in paths}) == 3
    assert [hashlib.sha256((tmp_path / p).read_bytes()).hexdigest() for p in paths] == saved


def test_a_path_never_leaves_its_folder(tmp_path: Path) -> None:
    vault = Vault(tmp_path, durable=False)
    sha256 = vault.save(b"x")
    for name in ("../../../x", "/tmp/x", "a/../../b", "..", "~/x", "C:\\x"):
        path = (tmp_path / vault.publish("r", "a", "f", 1, name, sha256)).resolve()
        assert path.parent == (tmp_path / "reports/r/a/f/v1").resolve()


def test_what_goes_into_our_headers_and_onto_screens_is_one_plain_line() -> None:
    mail = parse(
        b"From: =?utf-8?b?4oCuQeKAi8KF?= <stp@binhduong.example>\r\n"
        b"Subject: =?utf-8?q?a=0D=0ABcc:_x@evil.test=1B[2J=E2=80=AE?=\r\n"
        b"Message-ID: <a@x.example>\r\n X-Evil: 1\r\nReferences: <b@x.example>=0D=0A <c\r\n d@x> <e@x>\r\n\r\nx"
    )
    assert mail.subject == "a Bcc: x@evil.test [2J"
    assert mail.from_name == "A"
    for value in (mail.subject, mail.from_name, mail.message_id, *mail.references):
        assert value.isprintable()
    assert all(" " not in r for r in mail.references)
