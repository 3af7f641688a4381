"""Orders in subjects: the grammar both ways and under what mail programs do to it, the reason, and what counts."""

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decide.order_codes import code_for, expiry_day
from bot.decide.order_days import LastDay, read_last_day
from bot.decide.order_words import GRAMMARS, subject_of
from bot.decide.orders import Refusal, judge, read_agency, read_order, read_reason
from bot.domain.agency import Agency, Registry
from bot.domain.decision import Action, Decision, DecisionKind, Order

SECRET = bytes(range(32))
TODAY = date(2023, 3, 1)
EXPIRES = expiry_day(TODAY, 14)
ROUND = "2023-q1"
DAY = date(2023, 3, 15)
REGISTRY = Registry(
    (
        Agency("stp", "Sở Tư pháp", "so", ()),
        Agency("bb", "UBND huyện Bàu Bàng", "huyen", ()),
        Agency("ptth", "Đài Phát thanh và Truyền hình", "bao", (), aliases=("Đài PTTH",)),
    )
)
ORDERS = (
    Order(Action.ACCEPT, ROUND, "bb", "ii06", 2),
    Order(Action.RETURN, ROUND, "bb", "cchc_stats", 3),
    Order(Action.EXTEND, ROUND, "bb", "ii06", until=DAY),
    Order(Action.EXTEND, ROUND, "bb", mail_id=12, until=DAY, clock=time(16, 30)),
    Order(Action.EXCUSE, ROUND, "bb"),
    Order(Action.DECLINE, ROUND, "bb", mail_id=12),
    Order(Action.BIND, mail_id=12, whose="stp"),
    Order(Action.RELEASE, mail_id=12),
    Order(Action.RELEASE, ROUND, "stp", mail_id=12),
    Order(Action.DONE, mail_id=12),
    Order(Action.GRACE, ROUND, until=DAY),
    Order(Action.MUTE, ROUND),
    Order(Action.UNDO, ROUND, "bb", decision_id=5),
    Order(Action.UNDO, decision_id=5),
)
TITLES = {"ii06": "Biểu II.06", "cchc_stats": "Biểu số liệu", "narrative": "Báo cáo CCHC"}


def label(order: Order) -> str:
    """What a link says for people, and marks that the grammar has for itself."""
    if not order.agency:
        return "ai@hopthu.test" if order.mail_id else ""
    return f"{TITLES.get(order.form, '')} (mã: x) [1], {REGISTRY.get(order.agency).name}"


def code(order: Order, turn: int = 0, expires_on: date = EXPIRES) -> str:
    return code_for(SECRET, order, turn, expires_on)


def judged(subject: str, *, log=(), today=TODAY, is_coordinator=True, is_authentic=True, body="") -> Order | Refusal:
    written = read_order(subject, body)
    assert written is not None, subject
    return judge(
        written,
        secret=SECRET,
        log=log,
        registry=REGISTRY,
        today=today,
        is_coordinator=is_coordinator,
        is_authentic=is_authentic,
        titles=TITLES,
    )


def refusal(subject: str, **how) -> str:
    answer = judged(subject, **how)
    assert isinstance(answer, Refusal), answer
    return answer.code


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("order", ORDERS, ids=lambda o: f"{o.action}-{o.mail_id or o.form or o.decision_id}")
def test_what_a_link_writes_is_read_back(order: Order, language: str) -> None:
    assert judged(subject_of(order, code(order), language, label(order))) == order


def test_every_action_has_words_of_its_own_in_both_languages() -> None:
    for grammar in GRAMMARS.values():
        assert set(grammar.actions) == set(Action)
    every = [said for grammar in GRAMMARS.values() for said in grammar.actions.values()]
    assert len(set(every)) == len(every)


BLANKS = st.sampled_from([" ", "  ", "\u00a0", "\t", " \u200b", "\r\n "])
DASHES = st.sampled_from("-\u2010\u2011\u2012\u2013\u2014\u2212")


@settings(max_examples=300, deadline=None)
@given(
    order=st.sampled_from(ORDERS),
    language=st.sampled_from(["vi", "en"]),
    marks=st.lists(
        st.sampled_from(["Re: ", "RE:", "re : ", "Trả lời: ", "TL:", "Re[2]: ", "[EXTERNAL] ", "[Ngoài cơ quan] "]),
        max_size=3,
    ),
    form=st.sampled_from(["NFC", "NFD"]),
    case=st.sampled_from([str, str.upper, str.lower, str.swapcase]),
    data=st.data(),
)
def test_no_mangling_of_mail_programs_makes_it_unreadable(order, language, marks, form, case, data) -> None:
    subject = subject_of(order, code(order), language, label(order))
    dash = data.draw(DASHES)
    blank = data.draw(BLANKS)
    subject = "".join(marks) + subject.replace("-", dash).replace(" ", blank)
    assert judged(unicodedata.normalize(form, case(subject))) == order


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("order", ORDERS, ids=lambda o: f"{o.action}-{o.mail_id or o.form or o.decision_id}")
def test_without_any_blank_and_without_dashes_in_the_code(order: Order, language: str) -> None:
    own = code(order)
    subject = subject_of(order, own, language, label(order)).replace(own, own.replace("-", ""))
    assert judged(subject.replace(" ", "")) == order


def test_a_cut_subject_is_garbled_not_silent() -> None:
    subject = subject_of(ORDERS[2], code(ORDERS[2]), "vi")
    assert refusal(subject[:-6]) == "unreadable"
    assert refusal("[QĐ 2023-q1/bb] Gia hạn đến 15/3/2023") == "unreadable"


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Báo cáo quý I/2023",
        "[BC 2023Q1 STP] Báo cáo",
        "[QĐ 15] Về việc phê duyệt kế hoạch",
        "Quyết định gia hạn đến 15/3/2023",
        "Re: Đã thực hiện: miễn cho X – Re: [QĐ 2023-q1/bb] Miễn báo cáo (mã QKAZ-7PBS-LREW-REBC-YPAP)",
    ],
)
def test_what_is_no_order(subject: str) -> None:
    assert read_order(subject, "> [QĐ 2023-q1/bb] Miễn báo cáo (mã QKAZ-7PBS-LREW-REBC-YPAP)") is None


GIVEN = "[QĐ 2023-q1/bb] Miễn báo cáo: UBND huyện Bàu Bàng (mã QKAZ-7PBS-LREW-REBC-YPAP)"


@pytest.mark.parametrize(
    ("subject", "body", "place"),
    [
        *((f"{mark}{GIVEN}", "", "forwarded") for mark in ("Fwd: ", "FW:", "Chuyển tiếp: ", "Re: Fwd: ", "fwd: Re: ")),
        ("Báo cáo", GIVEN, "in_body"),
        ("Re: Bản tin", f"Kính gửi\n\n  - {GIVEN}\n\nTrân trọng", "in_body"),
        ("", GIVEN.replace(" (mã", "\n(mã").replace(": UBND", ":\nUBND"), "in_body"),
        (f"Fwd: {GIVEN}", GIVEN, "forwarded"),
    ],
)
def test_an_order_at_a_wrong_place_is_read_and_refused_by_that_name(subject: str, body: str, place: str) -> None:
    assert refusal(subject, body=body) == place
    assert refusal(subject, body=body, is_coordinator=False) == "not_a_coordinator"
    assert refusal(subject, body=body, is_authentic=False) == "unauthenticated"


@pytest.mark.parametrize(
    "body",
    [
        f"> {GIVEN}",
        f"Vào 1/3/2023, Thư ký đã viết:\n> {GIVEN}",
        f"-----Original Message-----\n{GIVEN}",
        f"Từ: Thư ký\nGửi: 1/3\nChủ đề: {GIVEN}\n{GIVEN}",
        f"Tiêu đề thư: {GIVEN}",
        "[QĐ 15] Về việc phê duyệt kế hoạch",
        "[QĐ 2023-q1/bb] Miễn báo cáo",
    ],
)
def test_what_a_body_quotes_or_speaks_of_is_no_order(body: str) -> None:
    assert read_order("Re: Đã thực hiện", body) is None


BB, BB_II06 = Order(Action.EXCUSE, ROUND, "bb"), Order(Action.EXTEND, ROUND, "bb", "ii06", until=DAY)


@pytest.mark.parametrize(
    ("order", "words", "found", "item"),
    [
        (BB, "Sở Tư pháp", "Sở Tư pháp", "UBND huyện Bàu Bàng"),
        (replace(BB, mail_id=8), "so tu phap", "so tu phap", "UBND huyện Bàu Bàng"),
        (BB, "UBND huyện Bàu Bàng, Sở Tư pháp", "Sở Tư pháp", "UBND huyện Bàu Bàng"),
        (BB, "UBND huyện Tân Uyên", "UBND huyện Tân Uyên", "UBND huyện Bàu Bàng"),
        (BB_II06, "Biểu II.06, UBND huyện Tân Uyên", "UBND huyện Tân Uyên", "UBND huyện Bàu Bàng"),
        (BB_II06, "Báo cáo CCHC, UBND huyện Bàu Bàng", "Báo cáo CCHC", "Biểu II.06"),
        (BB, "Biểu II.06, UBND huyện Bàu Bàng", "Biểu II.06", ""),
        (Order(Action.MUTE, ROUND), "Sở Tư pháp", "Sở Tư pháp", ""),
        (Order(Action.GRACE, ROUND, until=DAY), "Sở Tư pháp", "Sở Tư pháp", ""),
        (Order(Action.UNDO, ROUND, "bb", decision_id=5), "Sở Tư pháp", "Sở Tư pháp", "UBND huyện Bàu Bàng"),
    ],
)
def test_words_that_speak_of_something_else_make_it_void(order: Order, words: str, found: str, item: str) -> None:
    answer = judged(subject_of(order, code(order), "vi", words))
    assert answer == Refusal("contradicted", {"found": found, "item": item})


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (BB, ""),
        (BB, "huyện Bàu Bàng"),
        (BB, "Bàu Bàng"),
        (BB, "UBND huyện Bàu Bàng, đã gọi điện"),
        (BB_II06, "Biểu II.06"),
        (BB_II06, "UBND huyện Bàu Bàng"),
        (replace(BB, agency="con"), "Sở Tư pháp"),
        (Order(Action.BIND, mail_id=12, whose="stp"), "bb@hopthu.test"),
    ],
)
def test_words_that_fit_or_say_nothing_leave_it_as_it_is(order: Order, words: str) -> None:
    assert judged(subject_of(order, code(order), "vi", words)) == order


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("15/3/2023", LastDay(DAY)),
        ("hết ngày 15/3", LastDay(DAY)),
        ("15-3-23", LastDay(DAY)),
        ("15.3.2023", LastDay(DAY)),
        ("ngày 15 tháng 3 năm 2023", LastDay(DAY)),
        ("2023-03-15", LastDay(DAY)),
        ("15 March 2023", LastDay(DAY)),
        ("Wednesday 15 Mar", LastDay(DAY)),
        ("16h30 ngày 15/3/2023", LastDay(DAY, time(16, 30))),
        ("16:30 thứ Tư 15/3", LastDay(DAY, time(16, 30))),
        ("16 giờ 15/3", LastDay(DAY, time(16))),
        ("trước 16h30 ngày 15/3/2023", LastDay(DAY, time(16, 30))),
        ("trước ngày 15/3/2023", LastDay(date(2023, 3, 14))),
        ("24h ngày 15/3", LastDay(DAY)),
        ("28/2", LastDay(date(2024, 2, 28))),
        ("7/3/2024", LastDay(date(2024, 3, 7))),
        ("31/12/9999", None),
        ("15/3/2032", None),
        ("15/3/1923", None),
        ("31/2/2023", None),
        ("29/2/2023", None),
        ("15/13/2023", None),
        ("25h 15/3", None),
        ("24h30 15/3", None),
        ("16h75 15/3", None),
        ("15/3 hoặc 16/3", None),
        ("tuần sau", None),
        ("", None),
        ("…", None),
    ],
)
def test_the_day_that_the_coordinator_wrote(written: str, expected: LastDay | None) -> None:
    assert read_last_day(written, TODAY) == expected
    subject = subject_of(ORDERS[2], code(ORDERS[2]), "vi", "Bàu Bàng").replace("15/3/2023", written)
    if expected is None:
        assert refusal(subject) == "unreadable"
    else:
        assert judged(subject) == replace(ORDERS[2], until=expected.day, clock=expected.clock)


def test_a_day_counts_to_its_end_and_an_hour_to_itself() -> None:
    assert LastDay(DAY).first_late == datetime(2023, 3, 16)
    assert LastDay(DAY, time(16, 30)).first_late == datetime(2023, 3, 15, 16, 30)


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("stp", "stp"),
        ("BB", "bb"),
        ("Sở Tư pháp", "stp"),
        ("so tu phap", "stp"),
        ("huyện Bàu Bàng", "bb"),
        ("Đài PTTH", "ptth"),
        ("của Sở Tư pháp ạ", "stp"),
        ("", None),
        ("…", None),
        ("Sở Y tế", None),
        ("Sở Tư pháp và huyện Bàu Bàng", None),
    ],
)
def test_whose_address_it_is(words: str, whose: str | None) -> None:
    assert read_agency(words, REGISTRY) == whose
    order = Order(Action.BIND, mail_id=12)
    subject = subject_of(order, code(order), "vi") + words
    assert (judged(subject) == replace(order, whose=whose)) if whose else refusal(subject) == "unreadable"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", ""),
        ("Lý do: ", ""),
        ("Lý do: mất điện hai ngày\n", "mất điện hai ngày"),
        ("Ly do:\nmất điện\nhai ngày\n\nTrân trọng", "mất điện hai ngày"),
        ("Lý do: \n\n-- \nMinh Anh\nSở Nội vụ", ""),
        ("Lý do:\n\nMinh Anh\nSở Nội vụ", ""),
        ("Reason: a power cut\nSent from my iPhone", "a power cut"),
        ("Lý do: đã gọi\n\n> Lý do: khác\n", "đã gọi"),
        ("Lý do:\n-----Original Message-----\nFrom: a@b.test\nLý do: của thư cũ", ""),
        ("Đã trao đổi qua điện thoại", "Đã trao đổi qua điện thoại"),
        ("Gửi từ iPhone của tôi", ""),
        (unicodedata.normalize("NFD", "LÝ DO: mưa bão"), "mưa bão"),
        ("> [QĐ] Lý do: quoted only", ""),
    ],
)
def test_the_reason_is_the_coordinator_s_own_words(body: str, reason: str) -> None:
    assert read_reason(body) == reason


def test_a_long_reason_is_cut() -> None:
    assert len(read_reason("Lý do: " + "rất dài " * 200)) <= 400


def taken(order: Order, number: int = 1, by_mail: int | None = 7) -> Decision:
    kind = DecisionKind.RELEASE if order.action is Action.DONE else DecisionKind(order.action.value)
    return Decision(
        kind,
        datetime(2023, 3, 1, tzinfo=UTC),
        "ai",
        "vì",
        round=order.round,
        agency=order.agency,
        form=order.form or None,
        version=order.version,
        mail_id=order.mail_id,
        undoes=order.decision_id,
        by_mail=by_mail,
        id=number,
    )


def test_each_refusal_and_which_comes_first() -> None:
    order = ORDERS[2]
    good = subject_of(order, code(order), "vi", "Bàu Bàng")
    late = expiry_day(TODAY, 14) + timedelta(days=1)
    assert judged(good, today=expiry_day(TODAY, 14)) == order
    assert refusal(good, is_coordinator=False, is_authentic=False) == "not_a_coordinator"
    assert refusal(good, is_authentic=False) == "unauthenticated"
    assert refusal(good.replace("/bb", "/stp")) == "forged"
    assert refusal(good, today=late) == "expired"
    assert refusal(good, log=[taken(order)]) == "used"
    assert refusal(good, log=[taken(order)], today=late) == "used"
    assert refusal(good, log=[taken(order, by_mail=None)]) == "changed"
    assert refusal(good.replace("/bb", "/stp"), today=late, is_coordinator=False) == "not_a_coordinator"


@pytest.mark.parametrize("order", ORDERS, ids=lambda o: f"{o.action}-{o.mail_id or o.form or o.decision_id}")
def test_a_decision_uses_up_every_code_made_before_it_and_the_next_link_holds(order: Order) -> None:
    log = [taken(order)]
    for expires_on in (expiry_day(TODAY, 14), expiry_day(TODAY, 14) + timedelta(days=7)):
        assert refusal(subject_of(order, code(order, 0, expires_on), "vi"), log=log) == "used"
        assert judged(subject_of(order, code(order, 1, expires_on), "vi"), log=log) == order
        assert refusal(subject_of(order, code(order, 1, expires_on), "vi")) == "forged", "of a turn that has not come"


def test_another_decision_leaves_the_code_alone() -> None:
    order = ORDERS[2]
    others = [replace(order, form=""), replace(order, agency="stp"), replace(order, round="2023-q2"), ORDERS[4]]
    log = [taken(other, n) for n, other in enumerate(others, 1)]
    assert judged(subject_of(order, code(order), "vi"), log=log) == order
