"""Folding makes spellings alike, and remembers where each letter stood."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.accents import Folding, fold, nfc, squeeze


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        pytest.param("Cải cách HÀNH CHÍNH", "cai cach hanh chinh", id="accents and capitals go"),
        pytest.param("Đài, đợt, Dĩ An", "dai, dot, di an", id="d with stroke is d"),
        pytest.param("  Sở\u00a0Tư\u200b\npháp ", "so tu phap", id="every white space is one blank"),
        pytest.param("\ufeffQuý\u3000I", "quy i", id="byte order mark and wide blank are blanks"),
        pytest.param("hành\u00ad chính", "hanh chinh", id="soft hyphens are invisible"),
        pytest.param(unicodedata.normalize("NFD", "Ủy ban Thuỷ lợi"), "uy ban thuy loi", id="decomposed letters"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_both_ways_of_placing_tone_marks_are_alike() -> None:
    assert fold("hoà thuỷ") == fold("hòa thủy") == "hoa thuy"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_fold_does_not_see_the_normal_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)


@given(st.text())
def test_squeezed_text_has_single_blanks_only(text: str) -> None:
    squeezed = squeeze(text)
    assert squeezed == squeezed.strip()
    assert "  " not in squeezed and "\n" not in squeezed and "\u00a0" not in squeezed


def test_squeeze_keeps_accents_and_capitals() -> None:
    assert squeeze(" Quý\u00a0 I\t năm\n2023 ") == "Quý I năm 2023"


def test_nfc_composes() -> None:
    assert nfc(unicodedata.normalize("NFD", "Sở Tư pháp")) == "Sở Tư pháp"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_original_words_come_back_whole(form: str) -> None:
    text = unicodedata.normalize(form, "  Kính gửi:  SỞ  NỘI\u00a0VỤ tỉnh")
    folding = Folding(text)
    start = folding.text.index("so noi vu")
    found, position = folding.original(start, start + len("so noi vu"))
    assert found == "SỞ  NỘI\u00a0VỤ"
    assert position == text.index("S")
    assert folding.original(start, start) == ("", position)


@given(st.text())
def test_the_whole_original_is_the_text_without_its_edges(text: str) -> None:
    folding = Folding(text)
    found, position = folding.original(0, len(folding.text))
    assert fold(found) == folding.text
    assert 0 <= position <= len(text)
