"""Names that every system can hold."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.names import LONGEST, free_name, numbered, safe_component


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Báo cáo quý I.docx", "Báo cáo quý I.docx"),
        (unicodedata.normalize("NFD", "Báo cáo.docx"), "Báo cáo.docx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Users\\a.doc", "C__Users_a.doc"),
        ("a\r\nb\tc.docx", "a b c.docx"),
        ("gpj\u202excod.exe", "gpjxcod.exe"),
        ("a\u200b\x00b.docx", "ab.docx"),
        (".hidden", "hidden"),
        ("đuôi. ", "đuôi"),
        ("con.docx", "_con.docx"),
        ("COM1", "_COM1"),
        ("concord.docx", "concord.docx"),
        ("a\ud800b", "ab"),
        ("..", "tep"),
        ("", "tep"),
        ('a<b>:"|?*.xlsx', "a_b______.xlsx"),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    assert safe_component(name, "tep") == expected


@given(st.text(st.characters(codec=None), max_size=300))
def test_whatever_comes_is_one_visible_component(name: str) -> None:
    safe = safe_component(name, "tep")
    assert safe and safe not in (".", "..") and not safe.startswith(".")
    assert not set(safe) & set('/\\\0<>:"|?*\n')
    assert len(safe.encode()) <= LONGEST + 1
    assert safe_component(safe, "tep") == safe


def test_a_long_name_keeps_its_extension() -> None:
    safe = safe_component("ộ" * 300 + ".docx", "tep")
    assert safe.endswith("ộ.docx")
    assert len(safe.encode()) <= LONGEST


def test_a_taken_name_gets_a_number() -> None:
    assert numbered("báo cáo.docx", 1) == "báo cáo.docx"
    assert free_name("báo cáo.docx", ["Báo Cáo.DOCX", "báo cáo (2).docx"]) == "báo cáo (3).docx"
    assert free_name("báo cáo.docx", []) == "báo cáo.docx"
