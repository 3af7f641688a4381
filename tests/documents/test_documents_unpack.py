"""Archives, Outlook messages and winmail.dat as agencies and attackers send them, through the real child."""

import bz2
import gzip
import io
import struct
import tarfile
import unicodedata
import zipfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import container_files as made
import document_files as files
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import archive, outlook
from bot.documents.limits import Limits
from bot.documents.sandbox import Sandbox
from bot.documents.unpack import plain_path, unpack
from bot.documents.wire_files import NAME_CHARS, PATH_CHARS
from bot.documents.zipnames import entry_name
from bot.domain.document import ContainedFile, FileKind, Unpacked, Unreadable, UnreadableReason

FILES = [("Báo cáo quý I/Biểu II.06 (Thủ Dầu Một).xlsx", b"abc" * 1_000), ("ghi chú.txt", "chữ".encode())]
CONTAINED = tuple(ContainedFile(*file) for file in FILES)
R = UnreadableReason
SANDBOX = Sandbox()


def unpacked(payload: bytes, name: str = "tep", limits: Limits | None = None) -> Unpacked:
    return (Sandbox(limits) if limits else SANDBOX).unpack(payload, name)


def reason(payload: bytes, name: str = "tep", limits: Limits | None = None) -> UnreadableReason:
    fault = unpacked(payload, name, limits).fault
    assert fault is not None
    return fault.reason


def here(payload: bytes, name: str = "tep", limits: Limits | None = None) -> list[ContainedFile | Unreadable]:
    """The same in this process: for tables of small files."""
    return list(unpack(payload, name, limits or Limits()))


def nfd(files: made.Files) -> list[tuple[str, bytes]]:
    return [(unicodedata.normalize("NFD", name), content) for name, content in files]


# ---- what is had ---------------------------------------------------------------------------------------------


def test_a_zip_through_the_child() -> None:
    assert unpacked(made.zipped(FILES)) == Unpacked(CONTAINED)


@pytest.mark.libarchive
@pytest.mark.parametrize(
    ("form", "filter_name"),
    [("7zip", None), ("gnutar", None), ("gnutar", "gzip"), ("pax", "xz"), ("gnutar", "bzip2"), ("pax", None)],
)
def test_other_archives_through_the_child(form: str, filter_name: str | None) -> None:
    assert unpacked(made.seven_zip(FILES, form, filter_name)) == Unpacked(CONTAINED)
    assert unpacked(made.seven_zip(nfd(FILES), form, filter_name)) == Unpacked(CONTAINED)


@pytest.mark.libarchive
def test_a_rar_through_the_child() -> None:
    assert unpacked(made.rar5(FILES)) == Unpacked(CONTAINED)


@pytest.mark.libarchive
def test_a_single_compressed_file_is_named_by_its_header_or_its_archive() -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile("gốc.docx", "wb", fileobj=buffer) as stream:
        stream.write(b"xin")
    assert [f.path for f in unpacked(gzip.compress(b"xin"), "Báo cáo.docx.gz").files] == ["Báo cáo.docx"]
    assert [f.path for f in unpacked(bz2.compress(b"xin"), "Báo cáo.docx.BZ2").files] == ["Báo cáo.docx"]
    (inner,) = unpacked(buffer.getvalue(), "khác.gz").files
    assert inner.payload == b"xin"
    assert inner.path in ("gốc.docx", "khác")  # this Python leaves names beyond Latin-1 out


def test_what_programs_leave_for_themselves_is_left_out() -> None:
    noise = [
        "__MACOSX/._a.docx",
        ".DS_Store",
        "x/.DS_Store",
        "x/Thumbs.db",
        "desktop.ini",
        "~$bao cao.docx",
        "x/~$b.xlsx",
    ]
    found = here(made.zipped([*((name, b"x") for name in noise), ("x/a.docx", b"1"), ("folder/", b"")]))
    assert found == [ContainedFile("x/a.docx", b"1")]


def test_containers_in_containers_stand_among_the_files() -> None:
    inner = made.zipped(FILES)
    (file,) = here(made.zipped([("trong.zip", inner)]))
    assert file == ContainedFile("trong.zip", inner)
    assert here(inner) == list(CONTAINED)


# ---- names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code_page", "flag", "name"),
    [
        ("utf-8", True, "Báo cáo cải cách Thủ Đức.docx"),
        ("utf-8", False, "Báo cáo cải cách Thủ Đức.docx"),
        ("cp1258", False, "Báo cáo cải cách Thủ Đức.docx"),
        ("cp1258", False, "báo cáo.docx"),  # letters in cp437 too: ßs
        ("cp437", False, "báo cáo.docx"),
    ],
)
def test_names_of_any_code_page(code_page: str, flag: bool, name: str) -> None:
    stored = name
    if code_page == "cp1258":  # letters are parted from their tones in that code page
        stored = "".join(
            char if _fits(char, code_page) else _parted(char) for char in unicodedata.normalize("NFC", name)
        )
    (file,) = here(made.zipped([(stored, b"x")], code_page=code_page, flag=flag))
    assert file == ContainedFile(name, b"x")


def _fits(char: str, code_page: str) -> bool:
    try:
        char.encode(code_page)
    except UnicodeEncodeError:
        return False
    return True


def _parted(char: str) -> str:
    """A letter and its tone, the letter as whole as the code page has it: ả = a + hook, ử = ư + hook."""
    parts = unicodedata.normalize("NFD", char)
    tones = [p for p in parts[1:] if p in "\u0300\u0301\u0303\u0309\u0323"]
    letter = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones))
    return letter + "".join(tones)


def test_a_unicode_path_field_counts_only_for_its_own_name() -> None:
    from zlib import crc32

    raw = b"bao-cao.docx"
    for crc, expected in ((crc32(raw), "Báo cáo.docx"), (1, "bao-cao.docx")):
        info = zipfile.ZipInfo(raw.decode())
        field = struct.pack("<BI", 1, crc) + "Báo cáo.docx".encode()
        info.extra = struct.pack("<HH", 0x7075, len(field)) + field
        assert entry_name(info) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\a\\báo cáo.docx", "Users/a/báo cáo.docx"),
        ("a/./b//c.docx", "a/b/c.docx"),
        ("a\x00b\n\u202ecod.exe", "abcod.exe"),
        ("..", ""),
        ("đ" * 300 + ".docx", "đ" * 250 + ".docx"),
    ],
)
def test_paths_are_text_that_leads_nowhere(path: str, expected: str) -> None:
    assert plain_path(path) == expected


@given(st.text(max_size=2_000))
def test_any_path_becomes_one_that_the_parent_takes(path: str) -> None:
    plain = plain_path(path)
    assert len(plain) <= PATH_CHARS
    for part in plain.split("/") if plain else ():
        assert part not in ("", ".", "..")
        assert len(part) <= NAME_CHARS
    assert plain_path(plain) == plain


def test_a_file_without_a_name_gets_one() -> None:
    assert here(made.zipped([("..", b"x")])) == [ContainedFile("tep-1", b"x")]


@pytest.mark.libarchive
def test_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind in (
            ("s", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("d", tarfile.CHRTYPE),
            ("p", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        info = tarfile.TarInfo("../thật.txt")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    assert unpacked(buffer.getvalue()).files == (ContainedFile("thật.txt", b"x"),)
    link = zipfile.ZipInfo("s")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as opened:
        opened.writestr(link, "/etc/passwd")
        opened.writestr("a.txt", "x")
    assert here(zipped.getvalue()) == [ContainedFile("a.txt", b"x")]


# ---- what is not had, and why --------------------------------------------------------------------------------


def test_bombs_stay_within_the_limits() -> None:
    bomb = made.zipped([("a", bytes(40 << 20)), ("b", b"x")])
    assert reason(bomb) is R.TOO_BIG  # one part may shrink to a 250th
    nested = made.zipped([(f"{n}.zip", bomb) for n in range(20)])
    assert len(unpacked(nested).files) == 20  # one level, and that is small
    many = unpacked(made.zipped([(f"{n}.txt", b"x") for n in range(300)]))
    assert (len(many.files), many.fault and many.fault.reason) == (200, R.TOO_BIG)


@pytest.mark.libarchive
def test_bombs_of_other_archives() -> None:
    assert reason(made.seven_zip([("a", bytes(40 << 20))])) is R.TOO_BIG
    assert reason(gzip.compress(b"a" * (10 << 20))) is R.TOO_BIG
    assert reason(gzip.compress(gzip.compress(b"a" * (10 << 20)))) is R.TOO_BIG


def test_a_file_that_is_too_big_is_left_out_and_named_and_the_rest_is_had() -> None:
    limits = Limits(file_bytes=10_000, contained_bytes=30_000)
    noise = bytes(range(256)) * 47
    *had, fault = here(made.zipped([("a", noise), ("b", b"1"), ("c", noise[:9_000])]), limits=limits)
    assert [f.path for f in had if isinstance(f, ContainedFile)] == ["b", "c"]
    assert isinstance(fault, Unreadable)
    assert (fault.reason, "'a'" in fault.detail) == (R.TOO_BIG, True)
    *had, fault = here(made.zipped([(str(n), noise[:9_000]) for n in range(5)]), limits=limits)
    assert (len(had), isinstance(fault, Unreadable) and fault.reason) == (3, R.TOO_BIG)


@pytest.mark.libarchive
def test_passwords_volumes_and_damage_are_told_apart() -> None:
    locked = made.seven_zip(FILES, "zip", passphrase="x", options="encryption=aes256")
    assert reason(locked) is R.ENCRYPTED
    assert reason(made.rar5(FILES, encrypted=True)) is R.ENCRYPTED
    volume = unpacked(made.rar5(FILES, volume=True), "bao-cao.part1.rar")
    assert volume.fault is not None
    assert volume.fault.reason is R.UNSUPPORTED
    assert reason(made.seven_zip(FILES)[:-40]) is R.CORRUPT
    assert reason(made.seven_zip(FILES)[:-40], "bao-cao.7z.001") is R.UNSUPPORTED
    assert reason(made.rar5(FILES)[:400]) is R.CORRUPT
    assert reason(made.zipped(FILES)[:60]) is R.CORRUPT


def test_one_locked_file_does_not_take_the_others_with_it() -> None:
    payload = bytearray(made.zipped([("a.docx", b"1"), ("b.docx", b"2")]))
    payload[payload.index(b"PK\x01\x02") + 8] |= 0x41  # the first entry, in the directory: strong encryption
    payload[6] |= 0x41
    file, fault = here(bytes(payload))
    assert file == ContainedFile("b.docx", b"2")
    assert isinstance(fault, Unreadable)
    assert fault.reason is R.ENCRYPTED


def test_a_damaged_file_in_a_zip_is_named_and_the_rest_is_had() -> None:
    payload = made.zipped([("a.docx", bytes(range(256)) * 8), ("b.docx", b"2")])
    broken = payload[:60] + b"\xff\xff\xff" + payload[63:]
    file, fault = here(broken)
    assert file == ContainedFile("b.docx", b"2")
    assert isinstance(fault, Unreadable)
    assert (fault.reason, fault.kind) == (R.CORRUPT, FileKind.ARCHIVE)


def test_an_unknown_compression_is_unsupported() -> None:
    payload = bytearray(made.zipped([("a.docx", b"1" * 100)]))
    for at in (8, payload.index(b"PK\x01\x02") + 10):
        payload[at : at + 2] = struct.pack("<H", 9)  # Deflate64, as Windows writes it
    assert reason(bytes(payload)) is R.UNSUPPORTED


def test_an_archive_of_nothing_is_empty() -> None:
    assert reason(made.zipped([])) is R.EMPTY
    assert reason(made.zipped([("folder/", b""), (".DS_Store", b"x")])) is R.EMPTY


def test_without_libarchive_zip_is_opened_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(archive, "LIBRARY", "libarchive-that-is-not-there.so")
    for module in [name for name in sys.modules if name.split(".")[0] == "libarchive"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setenv("LIBARCHIVE", "")
    assert not archive.has_library()
    assert here(made.zipped(FILES)) == list(CONTAINED)
    (fault,) = here(made.rar5(FILES))
    assert isinstance(fault, Unreadable)
    assert fault.reason is R.UNSUPPORTED


def test_what_is_no_container_is_said_so() -> None:
    for payload in (b"", b"xin", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), files.docx("")):
        assert unpacked(payload).files == ()
        assert reason(payload) is R.UNSUPPORTED


@pytest.mark.libarchive
def test_truncated_and_damaged_archives_never_raise() -> None:
    whole = [
        made.zipped(FILES),
        made.seven_zip(FILES),
        made.rar5(FILES),
        made.winmail(FILES),
        made.ole(made.message(FILES)),
    ]
    for payload in whole:
        for cut in range(4, len(payload), max(1, len(payload) // 12)):
            for spoilt in (payload[:cut], payload[:cut] + b"\xff\x00\xff" + payload[cut + 3 :]):
                assert all(isinstance(found, ContainedFile | Unreadable) for found in here(spoilt))
                assert not any(isinstance(f, Unreadable) and f.reason is R.CRASHED for f in here(spoilt))


# ---- Outlook -------------------------------------------------------------------------------------------------


def test_winmail_gives_its_files_by_their_long_names() -> None:
    assert unpacked(made.winmail(FILES)) == Unpacked(CONTAINED)
    short = unpacked(made.winmail(FILES[:1], long_names=False, short="báo cáo.doc\0".encode("cp1258")))
    assert [f.path for f in short.files] == ["báo cáo.doc"]
    assert unpacked(made.winmail([])) == Unpacked(())  # only the mail's layout: no fault
    assert unpacked(bytes.fromhex("789f3e22") + b"\x01\x00") == Unpacked(())
    assert reason(made.winmail([("a.docx", b"")])) is R.CORRUPT


def test_a_message_gives_its_files_and_the_mails_in_it() -> None:
    inner = made.message([("trong.docx", b"PK")], subject="Thư trong", inner=True)
    *had, mail = unpacked(made.ole(made.message(FILES, attached=inner))).files
    assert tuple(had) == CONTAINED
    assert mail.path == "Thư chuyển tiếp.eml"
    read = message_from_bytes(mail.payload, policy=default)
    assert (read["subject"], read["from"]) == ("Thư trong", "Văn thư <vt@stp.example>")
    assert [(part.get_filename(), part.get_content()) for part in read.iter_attachments()] == [("trong.docx", b"PK")]
    body = read.get_body()
    assert body is not None
    assert "Kính gửi" in body.get_content()
    assert unpacked(made.ole(made.message([]))) == Unpacked(())


def test_messages_in_messages_without_end_come_to_one() -> None:
    storage = made.message([("x", b"y")], inner=True)
    for _ in range(outlook._DEEPEST + 2):
        storage = made.message([], attached=storage, inner=True)
    assert reason(made.ole(made.message([], attached=storage))) is R.TOO_BIG


def test_a_message_that_only_points_to_its_file_says_so() -> None:
    assert reason(made.ole(made.message(FILES, method=7))) is R.UNSUPPORTED


def test_slow_winmail_is_stopped() -> None:
    payload = struct.pack("<IH", 0x223E9F78, 1) + (struct.pack("<BHHI", 1, 0x8008, 6, 1) + b"xx\0") * 1_500_000
    assert reason(payload, limits=Limits(cpu_seconds=1)) is R.TIMEOUT
