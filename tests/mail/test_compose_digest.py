"""The coordinator's page in words: the subject says it all, links lead to what they say, nothing vanishes, no mail
program cuts it.
"""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import cast

import pytest
from digest_samples import EXTENSION, ITEMS, STRANGER, UNREAD, VERSION, digest, digest_row, links, overdue_row
from notice_facts import DISTRICTS, II06, STATUS, agency, local, owed
from notices import SAMPLES, TEMPLATES, office, say
from test_compose import Visible, compose, flat, hrefs, parts

from bot.domain.agency import Agency
from bot.domain.decision import Action, Order
from bot.domain.digest import DigestChange, DigestItem, DigestMail, DigestMending, DigestNotice
from bot.domain.letter import Enclosure, Why
from bot.domain.office import Language
from bot.domain.round import Deadline, ObligationState
from bot.mail.compose import Composer
from bot.mail.compose_digest import MAX_ITEMS, digest_view

COMPOSER = Composer(TEMPLATES, office(), say)


def text_of(**changes: object) -> str:
    return flat(parts(compose(digest(**changes)))[1])


def page_of(**changes: object) -> dict[str, object]:
    return {"rounds": (replace(digest().rounds[0], **changes),)}  # type: ignore[arg-type]  # fields by name


def test_the_subject_says_it_all_and_what_waits_comes_first() -> None:
    mail = compose(SAMPLES["digest"])
    assert mail.subject == (
        "[Quý I/2023] 7 việc chờ quyết định · 9/15 đã nộp · 2 cần sửa · 3 chưa nộp · 1 không nhận được thư · còn 3 ngày"
    )
    _, text, html = parts(mail)
    for part in (text, Visible(html).text):
        flattened = flat(part)
        assert 'thuky release 12 --why "…"' in flattened
        assert "thuky bind chuyenvien.a@webmail.example" in flattened
        order = ("thuky release 12", "9/15", "Theo nhóm", "Thay đổi từ", "Từng cơ quan", "thư rác", "Thư không cần")
        places = [flattened.index(words) for words in order]
        assert places == sorted(places)
    assert COMPOSER.digest_html(cast(DigestNotice, SAMPLES["digest"])).strip() == html.strip()


@pytest.mark.parametrize(
    ("days_left", "overdue", "said"),
    [
        (1, False, "còn 1 ngày"),
        (0, False, "hôm nay đến hạn"),
        (0, True, "vừa hết hạn"),
        (-1, True, "quá hạn 1 ngày"),  # a Saturday: no working day has passed yet
        (-4, True, "quá hạn 2 ngày làm việc"),
    ],
)
def test_how_much_time_is_left(days_left: int, overdue: bool, said: str) -> None:
    working = min(days_left + 2, 0) if overdue else days_left
    page = replace(digest().rounds[0], days_left=days_left, working_days_left=working, overdue=overdue)
    mail = compose(digest(rounds=(page,)))
    assert mail.subject.endswith(said)
    assert f"({said}" in flat(parts(mail)[1])
    done = replace(page, done=15, needs_correction=0, silent=0, undelivered=0)
    assert compose(digest(rounds=(page, done))).subject.endswith(f"{said} · và 1 đợt khác")
    assert compose(digest(rounds=(done,))).subject.endswith("15/15 đã nộp")


def test_nothing_to_say_is_three_lines() -> None:
    for name, said in (("digest_quiet", "Hiện không có đợt báo cáo nào đang mở."), ("digest_quiet_round", "15/15")):
        mail = compose(SAMPLES[name])
        _, text, _ = parts(mail)
        assert "không có việc mới" in mail.subject
        assert said in text
        body = text.partition("Kính gửi")[2].partition("----")[0]
        assert len([line for line in body.splitlines()[1:] if line.strip()]) <= 3


def test_each_link_is_labelled_by_what_it_does_and_leads_there() -> None:
    """In the text the label stands on the line above."""
    _, text, html = parts(compose(digest(items=(EXTENSION, VERSION, STRANGER), **page_of(links=()))))
    pairs = dict(re.findall(r"→ (.+):\n +(mailto:\S+)", text))
    wanted = {
        "Đồng ý gia hạn đến 15/3": EXTENSION.links[0],
        "Gia hạn đến ngày khác": EXTENSION.links[1],
        "Miễn báo cáo kỳ này": EXTENSION.links[2],
        "Không đồng ý": EXTENSION.links[3],
        "Chấp nhận": VERSION.links[0],
        "Trả lại, nêu lý do": VERSION.links[1],
        "Đây là địa chỉ của Sở Thông tin và Truyền thông": STRANGER.links[0],
        "Là địa chỉ của cơ quan khác": STRANGER.links[1],
        "Đã xử lý xong": STRANGER.links[2],
    }
    assert pairs == {label: link.href for label, link in wanted.items()}
    assert hrefs(html) == [link.href for link in wanted.values()]


@pytest.mark.parametrize(
    ("reason", "whose", "round_", "outcome", "label"),
    [
        ("ambiguous_agency", "stp", "", "held", "Là thư của Sở Tư pháp"),
        ("ambiguous_agency", "", "", "held", "Là thư của cơ quan khác"),
        ("ambiguous_round", "", "2023-q1", "held", "Thuộc quý I/2023"),
        ("broke_us", "", "", "parked", "Xử lý lại"),
        ("unauthenticated", "", "", "held", "Cho xử lý"),
    ],
)
def test_labels_of_releases(reason: str, whose: str, round_: str, outcome: str, label: str) -> None:
    item = DigestItem(
        "mail",
        links(Order(Action.RELEASE, round_, mail_id=9, whose=whose)),
        mail=DigestMail(9, local(5), "a@x.example", "Báo cáo", outcome, reason),
        params={"name.stp": "Sở Tư pháp"},
    )
    assert f"→ {label}: mailto:" in text_of(items=(item,))


def test_what_keeps_everybody_from_being_reminded_is_no_decision() -> None:
    mail = compose(digest(items=(UNREAD,)))
    assert "chờ quyết định" not in mail.subject
    assert "Tạm chưa nhắc cơ quan nào" in flat(parts(mail)[1])


def test_a_stopped_round_says_who_stopped_it_and_offers_to_go_on() -> None:
    undo = links(Order(Action.UNDO, "2023-q1", decision_id=7))
    text = text_of(**page_of(links=undo, muted="họp giao ban", muted_by="Nguyễn Thị An"))
    assert "Thư nhắc của đợt này đang dừng (Nguyễn Thị An: họp giao ban)." in text
    assert "→ Gửi thư nhắc trở lại: mailto:" in text
    assert "→ Dừng thư nhắc của đợt này: mailto:" in text_of()


def test_one_line_a_mail_and_what_was_taken_back_says_so() -> None:
    text = text_of()
    assert "· UBND thành phố Thủ Dầu Một · Báo cáo Word đạt; Biểu II.06 lần 2 cần sửa" in text
    assert "được gia hạn đến 24 giờ 00 thứ Tư ngày 15/3/2023 (Nguyễn Thị An: đường truyền hỏng), nay đã huỷ" in text


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Why("spoken", {"next_at": local(8)}), "; nhắc tiếp thứ Tư ngày 08/3/2023"),
        (Why("not_due", {"at": local(8)}), "; nhắc tiếp thứ Tư ngày 08/3/2023"),
        (Why("due", {"at": local(6)}), "; thư nhắc gửi hôm nay"),
        (Why("held"), "; chưa nhắc vì có thư của cơ quan đang chờ xem"),
        (Why("reading_failed", {"error": "x"}), "; chưa nhắc vì hộp thư chưa đọc được đến hết"),
        (Why("extended", {"deadline": local(16, 0)}), "; đang được gia hạn đến 24 giờ 00 thứ Tư ngày 15/3/2023"),
        (Why("unreached", {"turns": 4}), "; thư nhắc nhiều lần không tới nơi, đề nghị gọi điện"),
        (Why("spoken", {}), "; không còn lần nhắc nào"),
    ],
    ids=lambda v: v.code if isinstance(v, Why) else "",
)
def test_silent_agencies_say_what_comes_next(why: Why, said: str) -> None:
    rows = (digest_row("bb", why=why),)
    assert f"UBND huyện Bàu Bàng: đã nhắc 2 lần, gần nhất lúc 08:00 03/3{said} " in text_of(**page_of(agencies=rows))


@pytest.mark.parametrize(
    ("nudges", "said"),
    [
        (0, "chưa nhắc lần nào, thư đề nghị gửi lúc 08:00 03/3"),
        (1, "đã nhắc lúc 08:00 03/3"),
        (3, "đã nhắc 3 lần, gần nhất lúc 08:00 03/3"),
    ],
)
def test_the_request_is_no_reminder(nudges: int, said: str) -> None:
    rows = (digest_row("bb", nudges=nudges, why=None),)
    assert f"UBND huyện Bàu Bàng: {said}" in text_of(**page_of(agencies=rows))


def test_every_reason_of_the_ladder_and_the_gate_has_words() -> None:
    """A reason without words would leave the coordinator guessing."""
    from bot.decide.nudges import NudgeReason

    settled = {NudgeReason.SETTLED}  # never said of somebody who owes
    once = {NudgeReason.ONCE_A_DAY}  # the time of the last reminder, just before it, says so
    for language in Language:
        template = (TEMPLATES / language / "digest.j2").read_text("utf-8")
        missing = {r for r in NudgeReason if f'"{r.value}"' not in template}
        assert missing <= settled | once


def test_who_is_reached_by_nothing_stands_apart() -> None:
    text = text_of(
        **page_of(agencies=(digest_row("dt"), digest_row("ta", undelivered=True, contact="ta.vt@x.example")))
    )
    apart = text.partition("Không nhận được thư, chưa rõ")[2]
    assert "UBND huyện Dầu Tiếng: không còn địa chỉ nào nhận được thư" in apart
    assert "UBND thành phố Thuận An: thư sau sẽ gửi tới ta.vt@x.example" in apart
    assert "Chưa nộp, còn trong hạn" not in text


def test_bounces_say_what_the_server_said_and_what_is_done() -> None:
    text = text_of()
    assert "dt@binhduong.example, UBND huyện Dầu Tiếng: thư bị trả lại lúc 08:31 03/3" in text
    assert "“550 5.1.1 User unknown”. Đề nghị hỏi cơ quan địa chỉ khác." in text
    assert "Từ nay gửi tới ta.vt@binhduong.test." in text
    assert "“452 4.2.2 Mailbox full”. Tạm thời, thư sau vẫn gửi tới địa chỉ này." in text


def test_the_matrix_says_how_many_places_since_when_and_until_when() -> None:
    def cells(at: datetime, *states: ObligationState) -> str:
        return text_of(at=at, **page_of(agencies=(digest_row("tdm", obligations=states),)))

    mend = owed(II06, STATUS.CORRECTION_NEEDED).state
    more = replace(mend, extended=True, deadline=Deadline(local(14, 0)))
    assert "! Biểu II.06: Cần sửa 2 chỗ " in cells(local(9, 8), mend) + " "
    assert "! Biểu II.06: Cần sửa 2 chỗ, quá hạn " in cells(local(10, 8), mend) + " "
    assert "! Biểu II.06: Cần sửa 2 chỗ, gia hạn đến 13/3 " in cells(local(10, 8), more) + " "
    assert "Cần sửa 2 chỗ, quá hạn, gia hạn đến 13/3 " in cells(local(14, 8), more) + " "
    waiting = replace(more, status=STATUS.OPEN, findings=0)
    assert "○ Biểu II.06: Chưa nhận, gia hạn đến 13/3 " in cells(local(10, 8), waiting) + " "


def test_an_address_that_a_shell_would_obey_gets_no_command() -> None:
    stranger = DigestMail(9, local(5), "a;reboot@x.example", "", "held", "unknown_sender")
    _, text, html = parts(compose(digest(items=(DigestItem("sender", mail=stranger),))))
    assert "thuky bind" not in text
    assert "thuky bind" not in html
    assert "thuky show 9" in text


def test_foreign_words_stay_words_and_never_become_links() -> None:
    evil = '<a href="https://x.example">bấm</a>'
    mail = DigestMail(9, local(5), "a@x.example", evil, "held", "no_attachment", agency("stp"))
    ignored = replace(mail, outcome="ignored", reason="auto_reply")
    _, text, html = parts(
        compose(digest(items=(DigestItem("mail", mail=mail),), ignored=(ignored,), **page_of(links=())))
    )
    assert hrefs(html) == []
    assert evil in flat(text)


def crowd(count: int) -> dict[str, object]:
    page = digest().rounds[0]
    rows = []
    for index in range(count):
        row = overdue_row(DISTRICTS[index % len(DISTRICTS)])
        rows.append(replace(row, agency=cast(Agency, replace(row.agency, name=f"{row.agency.name} thứ {index}"))))
    accept, extend = Order(Action.ACCEPT, "2023-q1", "tu", "ii06", 2), Order(Action.EXTEND, "2023-q1", "tu", "ii06")
    mending = DigestMending(agency("tu"), II06, 2, 3, local(5, 9), local(10, 0), links(accept, extend))
    changed = {"agencies": tuple(rows), "changes": page.changes * 100, "mending": (mending,) * 60}
    return {"rounds": (replace(page, total=count, overdue=True, **changed),)}  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("language", Language)
def test_a_full_day_of_190_agencies_is_not_cut_by_mail_programs(language: Language) -> None:
    items = tuple(
        replace(ITEMS[n % 7], mail=replace(m, mail_id=100 + n) if (m := ITEMS[n % 7].mail) else None) for n in range(30)
    )
    notice = digest(items=items, **crowd(190))
    _, _, html = parts(Composer(TEMPLATES, office(language), say).compose(notice, at=notice.at))
    assert len(html.encode()) < 100_000
    shown = Visible(html).text
    assert all(str(100 + n) in shown for n in range(30) if items[n].mail)  # linked or named, none vanishes
    assert "thứ 188" in shown  # done, by name only
    assert len(hrefs(html)) >= 30


def test_what_presses_most_gets_the_links() -> None:
    view = digest_view(digest(items=ITEMS * 9, **crowd(190)), say)
    assert 0 < len(view.items) <= MAX_ITEMS
    assert len(view.items) + view.more.total == len(ITEMS) * 9
    assert all(item.links == item.item.links for item in view.items)


@pytest.mark.parametrize("language", Language)
def test_what_finds_no_room_stands_in_the_enclosed_page_with_every_link(language: Language) -> None:
    items = tuple(
        replace(i, links=tuple(replace(x, href=f"{x.href}{n}") for x in i.links)) for n, i in enumerate(ITEMS * 9)
    )
    notice = digest(items=items, **crowd(190))
    composer = Composer(TEMPLATES, office(language), say)
    message, text, html = parts(composer.compose(notice, at=notice.at))
    (full,) = [p for p in message.iter_attachments() if p.get_content_type() == "text/html"]
    name = {"vi": "Bản tin đầy đủ, 06-3-2023.html", "en": "Full page, 6 March 2023.html"}[language.value]
    assert full.get_filename() == name
    assert name in flat(text)
    page = full.get_payload(decode=True).decode()  # type: ignore[union-attr]  # a leaf has bytes
    wanted = {x.href for i in items for x in i.links} | {
        x.href for r in notice.rounds[0].agencies if r.overdue for x in r.links
    }
    assert wanted <= set(hrefs(page))
    assert not wanted <= set(hrefs(html))
    assert page == composer.digest_html(notice)
    assert name not in page


def test_a_page_that_fits_encloses_nothing() -> None:
    message, text, _ = parts(compose(digest()))
    assert not list(message.iter_attachments())
    assert "đầy đủ, có mọi việc" not in text


def test_open_corrections_and_new_versions_have_links_of_their_own() -> None:
    accept, extend = Order(Action.ACCEPT, "2023-q1", "tu", "ii06", 2), Order(Action.EXTEND, "2023-q1", "tu", "ii06")
    mending = DigestMending(agency("tu"), II06, 2, 3, local(5, 9), local(10, 0), links(accept, extend))
    news = DigestChange(
        local(5, 9), "accepted", agency("stp"), II06, 1, mail_id=3,
        links=links(Order(Action.RETURN, "2023-q1", "stp", "ii06", 1)),
    )  # fmt: skip
    notice = digest(items=ITEMS * 9, **page_of(mending=(mending,), changes=(news,)))
    _, text, html = parts(compose(notice))
    assert {x.href for x in (*mending.links, *news.links)} <= set(hrefs(html)), "waiting items leave them their room"
    assert "UBND thị xã Tân Uyên: Biểu II.06, lần nộp 2, 3 chỗ cần sửa, báo lúc 09:00 05/3, hạn sửa" in flat(text)
    assert [x for x in ("Chấp nhận bản đã gửi", "Gia hạn", "Trả lại") if f">{x}</a>" not in html] == []


def test_the_tracker_is_named_and_enclosed() -> None:
    book = Enclosure("Theo dõi báo cáo quý I-2023, 09-3-2023.xlsx", "application/vnd.ms-excel", b"PK")
    mail = compose(digest(enclosures=(book,)))
    message, text, _ = parts(mail)
    assert [p.get_filename() for p in message.iter_attachments()] == [book.name]
    assert f"sổ theo dõi: {book.name}" in flat(text)


def test_a_day_is_said_as_people_read_it() -> None:
    other = replace(EXTENSION, links=links(Order(Action.EXTEND, "2023-q1", "bb", mail_id=21, until=date(2023, 4, 1))))
    assert "đề nghị gia hạn đến 01/4" in text_of(items=(other,))
