"""What one address sends beyond what an hour lets through."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.decide.flood import over_limit
from bot.domain.mail import Arrival

START = datetime(2023, 3, 9, 1, tzinfo=UTC)
BOSS = "dieuphoi@binhduong.example"


def came(
    count: int, sender: str = "a@x.test", *, every: float = 1, first: int = 1, folder: str = "INBOX"
) -> list[Arrival]:
    """So many mails, one each `every` minutes."""
    return [Arrival(first + i, sender, folder, START + timedelta(minutes=i * every)) for i in range(count)]


def test_what_comes_on_top_within_an_hour_is_over() -> None:
    assert over_limit(came(5, every=0), most=3) == {4, 5}


def test_the_hour_slides() -> None:
    # One each ten minutes: six in any hour, the seventh comes when the first is an hour old.
    assert over_limit(came(50, every=10), most=6) == frozenset()
    assert over_limit(came(50, every=10), most=5) == set(range(6, 51))


def test_mails_that_were_put_aside_count_too() -> None:
    assert over_limit(came(120, every=0.9), most=60) == set(range(61, 121)), "67 within each hour: none of the rest"


def test_no_limit_and_the_exempt() -> None:
    assert over_limit(came(500, every=0), most=0) == frozenset()
    assert over_limit(came(500, BOSS, every=0), most=1, exempt={BOSS}) == frozenset()


def test_others_and_other_folders_are_counted_apart() -> None:
    mine, theirs = came(3, every=0), came(3, "b@x.test", every=0, first=10)
    assert over_limit([*mine, *theirs], most=3) == frozenset()
    assert over_limit([*mine, *came(3, every=0, first=10, folder="Junk")], most=3) == frozenset()


def test_nobody_and_several_are_no_sender() -> None:
    assert over_limit([*came(9, "", every=0), *came(9, "a@x.test, b@x.test", every=0, first=20)], most=1) == frozenset()


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(1, 10))
def test_never_more_than_the_limit_in_the_hour_before(minutes: list[int], most: int) -> None:
    mails = [Arrival(i, "a@x.test", "INBOX", START + timedelta(minutes=m)) for i, m in enumerate(minutes)]
    over = over_limit(reversed(mails), most=most)
    for mail in mails:
        before = [
            m
            for m in mails
            if (m.received_at, m.mail_id) < (mail.received_at, mail.mail_id)
            and m.received_at > mail.received_at - timedelta(hours=1)
        ]
        assert (mail.mail_id in over) is (len(before) >= most)
