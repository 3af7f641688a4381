"""One-time codes: stable for days, readable by people, and good for one order only."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decide.order_codes import LENGTH, Code, code_for, expiry_day, read_code, turn_of
from bot.domain.decision import Action, Order

SECRET = bytes(range(32))
DAY = date(2023, 3, 12)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
NUMBER = st.none() | st.integers(0, 2**40)
ITEMS = st.builds(
    Order,
    action=st.sampled_from(Action),
    round=TEXT,
    agency=TEXT,
    form=TEXT,
    version=NUMBER,
    mail_id=NUMBER,
    decision_id=NUMBER,
)


@given(order=ITEMS, days=st.integers(0, 30_000), turn=st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_a_code_is_read_back_with_its_day(order: Order, days: int, turn: int) -> None:
    day = date(2000, 1, 1) + timedelta(days=days)
    text = code_for(SECRET, order, turn, day)
    assert read_code(text) == Code(text, day)
    assert read_code(text.lower().replace("-", " ")) == Code(text, day)
    assert not set(text) & set("01IO")
    assert len(text.replace("-", "")) == LENGTH
    assert turn_of(SECRET, order, Code(text, day), 5) == turn


@given(one=ITEMS, other=ITEMS)
@settings(max_examples=300, deadline=None)
def test_two_orders_never_share_a_code(one: Order, other: Order) -> None:
    assert (code_for(SECRET, one, 0, DAY) == code_for(SECRET, other, 0, DAY)) == (one == other)


def test_fields_cannot_flow_into_each_other() -> None:
    pairs = [
        (Order(Action.EXTEND, "ab", "c"), Order(Action.EXTEND, "a", "bc")),
        (Order(Action.EXTEND, "a", "", "b"), Order(Action.EXTEND, "a", "b", "")),
        (Order(Action.ACCEPT, "a", "b", "c", 1, 2), Order(Action.ACCEPT, "a", "b", "c", 12)),
        (Order(Action.ACCEPT, "a", version=1), Order(Action.ACCEPT, "a", mail_id=1)),
        (Order(Action.RELEASE, mail_id=1), Order(Action.DONE, mail_id=1)),
    ]
    for one, other in pairs:
        assert code_for(SECRET, one, 0, DAY) != code_for(SECRET, other, 0, DAY)
    item = Order(Action.EXTEND, "a")
    assert code_for(SECRET, item, 1, DAY) != code_for(SECRET, item, 11, DAY)


@given(order=ITEMS, place=st.integers(0, LENGTH - 1), bit=st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_one_flipped_bit_of_the_code_is_forged(order: Order, place: int, bit: int) -> None:
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    letters = list(code_for(SECRET, order, 0, DAY).replace("-", ""))
    letters[place] = alphabet[alphabet.index(letters[place]) ^ 1 << bit]
    code = read_code("".join(letters))
    assert code is None or turn_of(SECRET, order, code, 3) is None


@given(order=ITEMS, data=st.data())
@settings(max_examples=200, deadline=None)
def test_any_change_of_the_item_or_the_secret_is_forged(order: Order, data: st.DataObject) -> None:
    code = read_code(code_for(SECRET, order, 0, DAY))
    assert code is not None
    other = data.draw(ITEMS.filter(lambda o: o != order))
    assert turn_of(SECRET, other, code, 3) is None
    place = data.draw(st.integers(0, 255))
    secret = bytearray(SECRET)
    secret[place // 8] ^= 1 << place % 8
    assert turn_of(bytes(secret), order, code, 3) is None


def test_proposals_are_no_part_of_it() -> None:
    order = Order(Action.EXTEND, "2023-q1", "bb", "ii06")
    assert code_for(SECRET, order, 0, DAY) == code_for(SECRET, replace(order, until=DAY, whose="stp"), 0, DAY)


@pytest.mark.parametrize("days", [1, 2, 3, 7, 14, 30, 366])
def test_the_expiry_day_stands_for_half_a_life_and_never_runs_back(days: int) -> None:
    start = date(2023, 1, 1)
    every = [(start + timedelta(days=n), expiry_day(start + timedelta(days=n), days)) for n in range(3 * days + 10)]
    for today, expires in every:
        assert days // 2 <= (expires - today).days <= days
    assert [e for _, e in every] == sorted(e for _, e in every)
    period = max(1, (days + 1) // 2)
    assert all(sum(e == expires for _, e in every) <= period for _, expires in every)
    middle = {e for _, e in every[period:-period]}
    assert all(sum(e == expires for _, e in every) == period for expires in middle - {every[0][1], every[-1][1]})


@pytest.mark.parametrize(
    "text", ["", "QKAZ", "QKAZ-0000-0000-0000-0000", "QKAZ-7PBS-LREW-REBC-YPA", "é" * 20, "ZZZZ" * 6]
)
def test_what_is_no_code(text: str) -> None:
    assert read_code(text) is None


def test_one_and_the_letter_i_are_read_as_l() -> None:
    text = next(c for n in range(200) if "L" in (c := code_for(SECRET, Order(Action.MUTE, str(n)), 0, DAY)))
    assert read_code(text.replace("L", "1")) == read_code(text.replace("L", "i")) == Code(text, DAY)


def test_no_secret_no_code() -> None:
    with pytest.raises(ValueError, match="secret"):
        code_for(b"", Order(Action.MUTE, "r"), 0, DAY)
