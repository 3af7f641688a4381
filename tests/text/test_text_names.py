"""Names of agencies are found as whole words, whatever their writing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.names import NameIndex

ENTRIES = (
    ("stp", "Sở Tư pháp"),
    ("stc", "Sở Tài chính"),
    ("stttt", "Sở Thông tin và Truyền thông"),
    ("vpub", "Văn phòng UBND tỉnh"),
    ("ptth", "Đài Phát thanh và Truyền hình"),
    ("tdm", "UBND thành phố Thủ Dầu Một"),
    ("bb", "UBND huyện Bàu Bàng"),
    ("bc", "UBND thị xã Bến Cát"),
    ("tu", "Tân Uyên"),
    ("btu", "Bắc Tân Uyên"),
)
INDEX = NameIndex(ENTRIES)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("SỞ TƯ PHÁP", "stp"),
        ("so tu phap", "stp"),
        ("Bao_cao_So_Tu_phap.docx", "stp"),
        ("Sở TT&TT", "stttt"),
        ("Sở TTTT", "stttt"),
        ("Sở Thông tin & Truyền thông", "stttt"),
        ("VP UBND tỉnh", "vpub"),
        ("Văn phòng Ủy ban nhân dân tỉnh Bình Dương", "vpub"),
        ("Văn phòng Uỷ ban nhân dân tỉnh", "vpub"),
        ("Đài PT-TH Bình Dương", "ptth"),
        ("UBND TP.Thủ Dầu Một", "tdm"),
        ("UBND TP Thủ Dầu Một", "tdm"),
        ("thành phố Thủ Dầu Một", "tdm"),
        ("Ủy ban nhân dân huyện Bàu Bàng", "bb"),
        ("Huyện Bàu Bàng", "bb"),
        ("UBND H. Bàu Bàng", "bb"),
        ("UBND TX. Bến Cát", "bc"),
        ("huyện Bắc Tân Uyên", "btu"),
        ("thị xã Tân Uyên", "tu"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found(text: str, key: str, form: str) -> None:
    assert [hit.key for hit in INDEX.find(unicodedata.normalize(form, f"Của {text} gửi"))] == [key]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Sở Tư pháphòa", id="not a part of a word"),
        pytest.param("pháp Tư Sở", id="not in another order"),
        pytest.param("Sở: Tư pháp", id="not across a colon"),
        pytest.param("UBND tỉnh Bình Dương", id="the province is not its office"),
        pytest.param("Bàu Bàng", id="not less than what is registered"),
        pytest.param("Phòng Tài chính", id="not a division of the same field"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert INDEX.find(text) == ()


def test_hits_come_in_order_with_their_words_and_places() -> None:
    text = "Sở Tài chính; SỞ  TƯ PHÁP"
    first, second = INDEX.find(text)
    assert (first.key, first.found, first.position) == ("stc", "Sở Tài chính", 0)
    assert (second.key, second.found, second.position) == ("stp", "SỞ  TƯ PHÁP", text.index("SỞ"))


def test_the_longer_name_wins_over_the_one_inside_it() -> None:
    assert [hit.key for hit in INDEX.find("Bắc Tân Uyên và Tân Uyên")] == ["btu", "tu"]


def test_a_name_of_two_keys_is_found_for_both_and_the_same_for_none() -> None:
    index = NameIndex([("a", "Trung tâm A"), ("b", "Trung tâm A")])
    assert {hit.key for hit in index.find("Trung tâm A")} == {"a", "b"}
    assert index.same("Trung tâm A") is None


@pytest.mark.parametrize(
    ("text", "key"), [("UBND TP. THỦ DẦU MỘT", "tdm"), ("Sở Tư pháp tỉnh", None), ("", None), ("sở tư pháp", "stp")]
)
def test_same_wants_the_whole_text(text: str, key: str | None) -> None:
    assert INDEX.same(text) == key


@given(st.sampled_from(ENTRIES), st.sampled_from([str.upper, str.lower, str.title]))
def test_every_entry_is_found_in_any_case(entry: tuple[str, str], change: object) -> None:
    assert callable(change)
    assert entry[0] in [hit.key for hit in INDEX.find(change(entry[1]))]
    assert INDEX.same(change(entry[1])) == entry[0]


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    NameIndex([("x", text)]).find(text)
    assert all(hit.found for hit in INDEX.find(text))
