"""Hostile mail: each structure in a small form and in one four times as large; the fuzz run in a short form.

The whole sizes (1 MB headers, 40 MB lines, 5,000 levels) take 20 seconds of CPU: `make torture` and `fuzz_mail.py` do
what is too long for here.
"""

import time
from pathlib import Path

import pytest
from fuzz_mail import FIXTURES, read_mail, read_text, run
from hostile_mails import charset, continuations, mail_in_mail, many_parts, nested, structures

from bot.mail.parse import parse, parse_head
from bot.mail.parts import MAX_PARTS

SIZE = 0.02


@pytest.mark.parametrize("name", structures())
def test_no_structure_breaks_us_or_takes_the_square_of_its_size(name: str) -> None:
    def spent(size: float) -> float:
        raw = structures(size)[name]()
        began = time.process_time()
        read_mail(raw)
        return time.process_time() - began

    small, large = spent(SIZE / 4), spent(SIZE)
    assert large < 2.0, f"{large:.2f} s"
    assert large < max(12 * small, 0.8), f"{small:.3f} s and {large:.3f} s: four times the size"


def test_a_megabyte_of_accents_on_one_letter() -> None:
    """Python orders such marks by insertion: this took the square of their number, hours of CPU."""
    raw = structures(0.1)["combining accents"]()
    began = time.process_time()
    assert len(parse(raw).text) <= 60
    assert time.process_time() - began < 1.5


def test_parts_over_the_limit_are_told() -> None:
    mail = parse(many_parts(MAX_PARTS + 100))
    assert "too_many_parts" in mail.defects
    assert len(mail.attachments) >= MAX_PARTS - 2
    assert mail.sender == "stp@binhduong.example"


@pytest.mark.parametrize(
    ("raw", "defect"), [(nested(200), "too_deep"), (nested(5_000), "unparsable"), (mail_in_mail(200), "too_deep")]
)
def test_levels_over_the_limit_are_told_and_the_sender_is_known(raw: bytes, defect: str) -> None:
    mail = parse(raw)
    assert defect in mail.defects
    assert (mail.sender, mail.subject) == ("stp@binhduong.example", "Báo cáo")


@pytest.mark.parametrize(
    "name", [b"unicode_escape", b"raw_unicode_escape", b"idna", b"punycode", b"utf-7", b"utf_7", b"undefined", b"rot13",
             b"base64", b"zlib", b"hex", b"mbcs", b"x" * 10_240, b"../../x", b"\xff", b""]
)  # fmt: skip
def test_only_charsets_decode_text(name: str | bytes) -> None:
    assert isinstance(name, bytes)
    assert parse(charset(name)).text == "abc \\u0041 +AGE- á"


def test_a_name_of_many_pieces_is_cut() -> None:
    (file,) = parse(continuations(10_000)).attachments
    assert 1 <= len(file.name) <= 120


def test_the_head_alone_says_who_and_what() -> None:
    raw = many_parts(3)
    head = parse_head(raw)
    assert (head.sender, head.subject, head.attachments, head.text) == ("stp@binhduong.example", "Báo cáo", (), "")
    assert head.size == len(raw)
    endless = parse_head(b"From: a@b.example\r\nX: " + b"a" * 5_000_000)
    assert endless.sender == "a@b.example"


def test_an_address_with_unseen_letters_is_nobody_s() -> None:
    for sign in ("\u200b", "\u202e", "\u2060", "\U000e0061"):
        raw = f"From: stp@binh{sign}duong.example\r\n\r\nx".encode()
        assert parse(raw).sender == "", f"U+{ord(sign):04X}"


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_what_once_broke_us(path: Path) -> None:
    (read_mail if path.name.startswith("mail") else read_text)(path.read_bytes())


def test_a_short_fuzz_run() -> None:
    result = run(1.0, 20230309)
    assert not result.crashes, "\n".join(f"{c.why}\n{c.data[:300]!r}" for c in result.crashes)
    assert result.tried["mail"] > 5
    assert result.tried["text"] > 5
