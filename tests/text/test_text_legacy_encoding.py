"""TCVN3 and VNI against what was meant; Unicode stays untouched."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import legacy_encoding
from bot.text.legacy_encoding import detect, repair, to_unicode

TCVN3_SAMPLES = {
    "C¶i c¸ch hµnh chÝnh": "Cải cách hành chính",
    "C«ng t¸c chØ ®¹o, ®iÒu hµnh": "Công tác chỉ đạo, điều hành",
    "ñy ban nh©n d©n ®­îc tæ chøc th­êng xuyªn": "ủy ban nhân dân được tổ chức thường xuyên",
    "Tæng sè hå s¬ tiÕp nhËn trùc tuyÕn: 1.234": "Tổng số hồ sơ tiếp nhận trực tuyến: 1.234",
    "§¸nh gi¸ chung, kiÕn nghÞ, ®Ò xuÊt": "Đánh giá chung, kiến nghị, đề xuất",
}
VNI_SAMPLES = {
    "Caûi caùch haønh chính": "Cải cách hành chính",
    "Coâng taùc chæ ñaïo, ñieàu haønh": "Công tác chỉ đạo, điều hành",
    "UÛy ban nhaân daân ñöôïc toå chöùc thöôøng xuyeân": "Ủy ban nhân dân được tổ chức thường xuyên",
    "BAÙO CAÙO QUYÙ I NAÊM 2023": "BÁO CÁO QUÝ I NĂM 2023",
    "Kieán nghò, ñeà xuaát": "Kiến nghị, đề xuất",
}
EVERY_TONE = "à ả ã á ạ ằ ẳ ẵ ắ ặ ầ ẩ ẫ ấ ậ è ẻ ẽ é ẹ ề ể ễ ế ệ ì ỉ ĩ í ị ò ỏ õ ó ọ ồ ổ ỗ ố ộ ờ ở ỡ ớ ợ ù ủ ũ ú ụ ừ ử ữ ứ ự ỳ ỷ ỹ ý ỵ ă â ê ô ơ ư đ"  # fmt: skip  # noqa: E501  the alphabet in one piece


@pytest.mark.parametrize(
    ("encoding", "typed", "meant"),
    [("tcvn3", typed, meant) for typed, meant in TCVN3_SAMPLES.items()]
    + [("vni", typed, meant) for typed, meant in VNI_SAMPLES.items()],
)
def test_what_was_typed_becomes_what_was_meant(encoding: str, typed: str, meant: str) -> None:
    assert detect([typed]) == encoding
    assert to_unicode(typed, encoding) == meant
    assert repair(typed) == meant


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_every_letter_of_the_alphabet_has_its_place_in_the_table(encoding: str) -> None:
    table = legacy_encoding._TABLES[encoding]
    assert set(EVERY_TONE.split()) <= set(table.values())
    assert all(unicodedata.is_normalized("NFC", new) for new in table.values())


@pytest.mark.parametrize(
    "text",
    [
        "Cải cách hành chính",
        "Hà Nam, Cà Mau, các tài chính, và là có",
        "Résumé, naïve, café, über, señor, Ångström",
        "Sở Nội vụ © 2023, 25°C, ½ ngày, «trích»",
        "plain text 1.234",
        "",
    ],
)
def test_unicode_and_other_languages_stay_as_they_are(text: str) -> None:
    assert detect([text]) == ""
    assert repair(text) == text


def test_in_an_old_document_unicode_that_was_pasted_in_stays_and_single_words_are_turned() -> None:
    encoding = detect(TCVN3_SAMPLES)
    assert to_unicode("Ủy ban nhân dân tỉnh", encoding) == "Ủy ban nhân dân tỉnh"
    assert to_unicode("Sè", encoding) == "Số"
    assert to_unicode("Résumé", encoding) == "Résumé"


def test_two_odd_words_do_not_make_a_document_old() -> None:
    assert detect(["Hµ", "Néi"]) == ""


@given(st.text(max_size=200), st.sampled_from(["", "tcvn3", "vni"]))
def test_any_text_comes_out(text: str, encoding: str) -> None:
    assert isinstance(to_unicode(text, encoding), str)
    assert detect([text]) in ("", "tcvn3", "vni")


@given(st.lists(st.sampled_from(EVERY_TONE.split()), min_size=1, max_size=30).map(" ".join), st.sampled_from(["tcvn3", "vni"]))  # fmt: skip  # noqa: E501
def test_text_that_is_written_back_in_the_old_way_is_found_again(text: str, encoding: str) -> None:
    old_of = {new: old for old, new in legacy_encoding._TABLES[encoding].items() if new.islower()}
    old = "".join(old_of.get(letter, letter) for letter in text)
    assert legacy_encoding._converted(old, encoding) == text
