"""Decisions by answered links: each action with its confirmation and its undo, and everything that is refused."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from embedded_office import BOX, COORDINATOR, ROUND, STRANGER, Office, at, embedded_office

from bot.domain.decision import Action, DecisionKind, Order, ReplyLink
from bot.domain.mail import InboundRecord, Outcome
from bot.flows import decisions
from bot.flows.order_links import MAX_HREF, link_for, linker
from bot.wiring import load_secret

BEFORE = at(3, 1, 7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def link(office: Office, action: Action, **item: object) -> ReplyLink:
    return link_for(office.services, Order(action, **item), office.clock.now())  # type: ignore[arg-type]  # by name


def clicked(href: str) -> tuple[str, str]:
    """Subject and body as a mail program takes them from the link."""
    parts = urlsplit(href)
    assert (parts.scheme, unquote(parts.path)) == ("mailto", BOX)
    assert "+" not in parts.query, "a mail program would keep it"
    fields = parse_qs(parts.query, strict_parsing=True)
    return fields["subject"][0], fields["body"][0]


def answered(
    office: Office, subject: str | ReplyLink, *, body: str = "", sender: str = COORDINATOR, **how: object
) -> InboundRecord:
    """The coordinator opens the link, and sends; what the bot wrote down of it."""
    if isinstance(subject, ReplyLink):
        subject, prompt = clicked(subject.href)
        body = prompt + body
    return office.took(sender, subject=subject, text=f"{body}\n", **how)


def confirmation(office: Office) -> EmailMessage:
    return next(m for m in reversed(office.got(COORDINATOR)) if m["X-Thuky-Key"].startswith("order:"))


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def undo_link(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    found = re.search(r'href="(mailto:[^"]+)"', part.get_content())
    assert found
    return found[1].replace("&amp;", "&")


def log(office: Office) -> list[str]:
    return [d.kind.value for d in office.services.store.decision_log()]


def told(office: Office, agency: str) -> list[EmailMessage]:
    return [m for m in office.got(agency) if m["X-Thuky-Key"].startswith("decision:")]


def refused(office: Office, record: InboundRecord) -> str:
    """Checks that nothing has changed, and gives the words of the one notice."""
    assert (record.outcome, record.reason) == (Outcome.IGNORED, "order_refused")
    return text(confirmation(office))


def test_extend_by_mail_is_done_confirmed_told_and_undone_by_one_click(office: Office) -> None:
    sent = link(office, Action.EXTEND, round=ROUND, agency="pg", until=at(3, 15).date())
    record = answered(office, sent, body="mất điện hai ngày")
    assert (record.outcome, record.reason) == (Outcome.IGNORED, "order")
    (decision,) = office.services.store.decision_log()
    assert (decision.kind, decision.who, decision.why) == (DecisionKind.EXTEND, COORDINATOR, "mất điện hai ngày")
    assert (decision.by_mail, decision.until) == (record.id, at(3, 16, 0))
    assert {o.deadline.instant for o in office.owed("pg").values()} == {at(3, 16, 0)}
    answer = confirmation(office)
    assert "UBND huyện Phú Giáo đến 24 giờ 00 thứ Tư ngày 15/3/2023" in text(answer)
    assert "pg@binhduong.example" in text(answer)
    assert "thuky undo 1" in text(answer)
    assert answer["In-Reply-To"] == record.message_id
    (mail,) = told(office, "pg")
    assert "mất điện hai ngày" in text(mail)
    assert [p.get_content_type() for p in mail.iter_attachments()] == ["text/calendar"]

    subject, body = clicked(undo_link(answer))
    record = answered(office, subject, body=body)
    assert record.reason == "order"
    assert log(office) == ["extend", "undo"]
    assert {o.deadline.instant for o in office.owed("pg").values()} == {at(3, 10, 0)}
    assert "không còn hiệu lực" in text(told(office, "pg")[-1])
    assert "không huỷ tiếp được" in text(confirmation(office))


def test_the_coordinator_may_write_another_day(office: Office) -> None:
    sent = link(office, Action.EXTEND, round=ROUND, agency="pg", until=at(3, 15).date())
    answered(office, sent.subject.replace("15/3/2023", "16h30 ngày 17/3"))
    (decision,) = office.services.store.decision_log()
    assert decision.until == at(3, 17, 16, 30)
    assert "thư" in decision.why, "no reason was written: it says how it came"


def test_excuse_accept_return_and_their_undoing(office: Office) -> None:
    bad = office.cast("vpub").ii06({"C14": 120})
    office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative()), ("II.06.xlsx", bad)])
    steps = [
        (link(office, Action.EXCUSE, round=ROUND, agency="pg"), "pg", "excused"),
        (link(office, Action.ACCEPT, round=ROUND, agency="vpub", form="ii06", version=1), "vpub", "fulfilled"),
        (
            link(office, Action.RETURN, round=ROUND, agency="vpub", form="narrative", version=1),
            "vpub",
            "correction_needed",
        ),
    ]
    for sent, agency, status in steps:
        form = sent.order.form or "ii06"
        before = office.owed(agency)[form].status.value
        assert answered(office, sent).reason == "order"
        assert office.owed(agency)[form].status.value == status
        subject, body = clicked(undo_link(confirmation(office)))
        assert answered(office, subject, body=body).reason == "order"
        assert office.owed(agency)[form].status.value == before
        assert "không còn hiệu lực" in text(told(office, agency)[-1])


def test_a_proposed_grace_that_is_not_granted_is_written_down_and_tells_nobody(office: Office) -> None:
    sent = link(office, Action.DECLINE, round=ROUND)
    assert answered(office, sent, body="cơ quan đã nộp gần đủ").reason == "order"
    (decision,) = office.services.store.decision_log()
    assert (decision.kind, decision.round, decision.agency) == (DecisionKind.DECLINE, ROUND, "")
    said = text(confirmation(office))
    assert "không gia hạn chung (báo cáo quý I/2023) Việc này không báo cho cơ quan." in said
    assert "dùng lệnh thuky grace" in said
    assert told(office, "bb") == []
    assert "Mã trong thư đã được dùng" in refused(office, answered(office, sent))


def test_grace_reaches_who_still_owes_and_mute_nobody(office: Office) -> None:
    office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    answered(office, link(office, Action.GRACE, round=ROUND, until=at(3, 14).date()))
    assert {o.deadline.instant for o in office.owed("bb").values()} == {at(3, 15, 0)}
    assert told(office, "stp") == []
    assert "Gia hạn đến 14/3" in told(office, "bb")[0]["Subject"]
    assert "14 cơ quan" in text(confirmation(office))
    undo = clicked(undo_link(confirmation(office)))[0]
    answered(office, link(office, Action.MUTE, round=ROUND))
    assert log(office) == ["grace", "mute"]
    assert len(told(office, "bb")) == 1
    answered(office, undo)
    assert {o.deadline.instant for o in office.owed("bb").values()} == {at(3, 10, 0)}
    assert "Không còn gia hạn" in told(office, "bb")[1]["Subject"]


def test_bind_release_and_done(office: Office) -> None:
    files = [("Báo cáo.docx", office.cast("stp").narrative())]
    held = office.took(STRANGER, files)
    bind = link(office, Action.BIND, mail_id=held.id, whose="stp")
    assert STRANGER in bind.subject
    answered(office, bind.subject.replace("của: stp", "của: Sở Tư Pháp"))
    office.once()
    assert office.services.store.bindings() == {STRANGER: "stp"}
    assert office.services.store.mail(held.id).outcome is Outcome.ACCEPTED
    undo = clicked(undo_link(confirmation(office)))[0]
    assert answered(office, undo).reason == "order"
    assert office.services.store.bindings() == {}

    other = office.took("ai@hopthu.test", files)
    release = link(office, Action.RELEASE, mail_id=other.id, agency="stp")
    done = link(office, Action.DONE, mail_id=other.id)
    answered(office, release)
    office.once()
    assert office.services.store.mail(other.id).outcome is not Outcome.HELD
    assert "mailto:" not in text(confirmation(office))
    assert "không huỷ được" in text(confirmation(office))
    refused(office, answered(office, done))

    third = office.took("ai@hopthu.test", [("Khác.docx", office.cast("pg").narrative())])
    answered(office, link(office, Action.DONE, mail_id=third.id))
    assert office.services.store.mail(third.id).reason == "handled"


def test_an_answer_to_a_question_closes_it_in_its_thread(office: Office) -> None:
    asks = office.took("bb", subject="Xin gia hạn", text="Kính gửi, xin gia hạn đến ngày 15/3/2023 do mất điện.\n")
    assert asks.outcome is Outcome.HELD
    decline = link(office, Action.DECLINE, round=ROUND, agency="bb", mail_id=asks.id)
    extend = link(office, Action.EXTEND, round=ROUND, agency="bb", mail_id=asks.id, until=at(3, 15).date())
    answered(office, decline)
    assert office.services.store.mail(asks.id).reason == "handled"
    mail = told(office, "bb")[-1]
    assert mail["In-Reply-To"] == asks.message_id
    assert "chưa đồng ý" in text(mail)
    assert "không còn chờ" in refused(office, answered(office, extend))
    assert log(office) == ["decline"]


def test_a_code_is_used_once_and_the_answer_says_what_was_done(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    office.clock.move_to(at(3, 2, 7))
    assert link(office, Action.EXCUSE, round=ROUND, agency="pg").code == sent.code, "stable from day to day"
    answered(office, sent)
    words = refused(office, answered(office, sent))
    assert "UBND huyện Phú Giáo" in words
    assert "quyết định số 1" in words
    assert log(office) == ["excuse"]
    assert len(told(office, "pg")) == 1
    again = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    assert again.code != sent.code
    assert answered(office, again).reason == "order"


def test_the_very_same_mail_twice_is_a_duplicate(office: Office) -> None:
    mail = office.mail(COORDINATOR, subject=link(office, Action.EXCUSE, round=ROUND, agency="pg").subject)
    office.once()
    office.server.deliver(mail.as_bytes(), COORDINATOR, [BOX])
    office.once()
    assert office.services.store.mails()[-1].reason == "duplicate"
    assert log(office) == ["excuse"]


def test_what_was_decided_by_command_meanwhile_is_told(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    aim = decisions.target(office.services, "pg", ROUND, None)
    decisions.carry_out(office.services, decisions.excuse(office.services, aim, who="Minh Anh", why="đã gọi"))
    assert "đã được quyết định" in refused(office, answered(office, sent))
    assert log(office) == ["excuse"]


def test_expired_forged_garbled_and_unreadable_change_nothing(office: Office) -> None:
    extend = link(office, Action.EXTEND, round=ROUND, agency="pg", until=at(3, 15).date())
    other = link(office, Action.EXCUSE, round=ROUND, agency="bb")
    for subject, words in (
        (extend.subject.replace("/pg", "/bb"), "không khớp"),
        (extend.subject.replace(extend.code, other.code), "không khớp"),
        (
            extend.subject.replace(extend.code, extend.code[:-1] + ("2" if extend.code[-1] != "2" else "3")),
            "không khớp",
        ),
        (extend.subject.replace("Gia hạn đến 15/3/2023", "Miễn báo cáo"), "không khớp"),
        (extend.subject[:-8], "không còn nguyên vẹn"),
        (extend.subject.replace("15/3/2023", "31/2/2023"), "Chưa đọc được ngày"),
        (extend.subject.replace("15/3/2023", "28/2/2023"), "đã qua"),
    ):
        assert words in refused(office, answered(office, subject)), subject
    office.clock.move_to(at(3, 1) + timedelta(days=15))
    assert "bản tin mới nhất" in refused(office, answered(office, extend))
    assert log(office) == []
    assert told(office, "pg") == []
    office.clock.move_to(at(3, 1))


def test_nobody_but_a_coordinator_and_no_answer_to_strangers(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    for sender in ("pg", STRANGER):
        record = answered(office, sent, sender=sender)
        assert "không phải của cán bộ đầu mối" in refused(office, record)
        assert confirmation(office)["In-Reply-To"] is None
        assert sent.code in confirmation(office)["Subject"] or sent.code in text(confirmation(office)).replace(" ", "")
        assert office.got(sender) == []
    assert log(office) == []


def test_two_from_headers_are_nobody(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = STRANGER, BOX, sent.subject, "<two@noikhac.test>"
    mail.set_content("x")
    office.server.deliver(f"From: {COORDINATOR}\r\n".encode() + mail.as_bytes(), STRANGER, [BOX])
    office.once()
    refused(office, office.services.store.mails()[-1])
    assert log(office) == []


def test_what_no_person_sent_and_what_quotes_an_order_is_none(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    vacation = answered(office, sent, headers={"Auto-Submitted": "auto-replied"})
    assert vacation.reason == "auto_reply"
    quoting = answered(office, "Trả lời tự động: nghỉ phép", body=f"> {sent.subject}\n{sent.subject}")
    assert quoting.reason == "auto_reply"
    robot = answered(office, f"Fwd: {sent.subject}", headers={"Auto-Submitted": "auto-generated"})
    assert robot.reason == "auto_reply"
    assert log(office) == []
    assert not [m for m in office.got(COORDINATOR) if m["X-Thuky-Key"].startswith("order:")]


def test_an_order_that_was_forwarded_or_stands_in_the_body_is_refused_with_words(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    assert "chuyển tiếp" in refused(office, answered(office, f"Fwd: {sent.subject}"))
    assert confirmation(office)["In-Reply-To"]
    assert "chỉ tiêu đề thư mới được tính" in refused(office, answered(office, "Bản tin", body=sent.subject))
    for sender in ("pg", STRANGER):
        assert "không phải của cán bộ đầu mối" in refused(
            office, answered(office, f"FW: {sent.subject}", sender=sender)
        )
        assert office.got(sender) == []
    assert log(office) == []
    assert answered(office, sent).reason == "order", "the code still holds"
    assert answered(office, "Re: Đã thực hiện", body=f"Cảm ơn\n{sent.subject}").reason == "coordinator_mail"


def test_a_report_under_a_forwarded_order_is_a_report(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="stp")
    files = [("Báo cáo.docx", office.cast("stp").narrative())]
    assert office.took("stp", files, subject=f"Fwd: {sent.subject}").outcome is Outcome.ACCEPTED
    assert office.took(COORDINATOR, files, subject=f"Fwd: {sent.subject}").reason == "coordinator_mail"


def test_the_name_of_another_agency_in_the_subject_makes_it_void(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    for other in ("UBND huyện Tân Uyên", "UBND huyện Bàu Bàng"):
        said = refused(office, answered(office, sent.subject.replace("UBND huyện Phú Giáo", other)))
        assert "UBND huyện Phú Giáo" in said
        assert other in said
    assert log(office) == []
    assert answered(office, sent).reason == "order"


def test_thanks_under_the_confirmation_is_no_second_order(office: Office) -> None:
    answered(office, link(office, Action.EXCUSE, round=ROUND, agency="pg"))
    count = len(office.got(COORDINATOR))
    record = answered(office, f"Re: {confirmation(office)['Subject']}", body="Cảm ơn")
    assert record.reason == "coordinator_mail"
    assert len(office.got(COORDINATOR)) == count


def test_files_of_an_order_are_left_alone_and_said_so(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    files = [("Báo cáo.docx", office.cast("stp").narrative())]
    record = office.took(COORDINATOR, files, subject=sent.subject)
    assert record.reason == "order"
    assert office.services.store.submissions() == ()
    assert "1 tệp đính kèm" in text(confirmation(office))


def test_an_agency_s_report_under_such_a_subject_is_a_report(office: Office) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="stp")
    record = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())], subject=f"Re: {sent.subject}")
    assert record.outcome is Outcome.ACCEPTED
    assert log(office) == []


def test_strangers_cannot_fill_the_coordinator_s_mailbox(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_LIMITS__MAX_ANSWERS_PER_DAY="2") as office:
        sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
        for _ in range(4):
            assert answered(office, sent, sender=STRANGER).reason == "order_refused"
        assert sum(m["X-Thuky-Key"].startswith("order:") for m in office.got(COORDINATOR)) == 2


def test_nor_can_who_writes_the_coordinator_s_name_and_strangers_use_nothing_up(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_LIMITS__MAX_ANSWERS_PER_DAY="2") as office:
        sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
        for sender in (STRANGER, STRANGER, STRANGER, COORDINATOR, COORDINATOR, COORDINATOR):
            assert answered(office, sent.subject.replace("/pg", "/bb"), sender=sender).reason == "order_refused"
        told = [m for m in office.got(COORDINATOR) if m["X-Thuky-Key"].startswith("order:")]
        assert [bool(m["In-Reply-To"]) for m in told] == [False, False, True, True]
        assert answered(office, sent).reason == "order"
        assert confirmation(office)["In-Reply-To"], "what is done is always confirmed"


def test_a_deadline_in_a_year_that_nobody_meant_breaks_nothing(office: Office) -> None:
    for action in (Action.EXTEND, Action.GRACE):
        item = {"round": ROUND} | ({"agency": "pg"} if action is Action.EXTEND else {})
        sent = link(office, action, until=at(3, 15).date(), **item)
        record = answered(office, sent.subject.replace("15/3/2023", "31/12/9999"))
        assert "Chưa đọc được ngày" in refused(office, record)
    assert log(office) == []


GOOD = "dmarc=pass header.from=binhduong.example"


def test_where_the_office_asks_for_it_the_server_must_vouch_for_the_sender(tmp_path: Path) -> None:
    extra = {"THUKY_ORDERS__AUTHENTICATED": "true", "THUKY_AUTHENTICATION__AUTHSERV_ID": "mx.binhduong.example"}
    with embedded_office(tmp_path, BEFORE, **extra) as office:
        sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
        for value in (
            None,
            f"mx.noikhac.test; {GOOD}",
            "mx.binhduong.example; dmarc=fail header.from=binhduong.example",
        ):
            headers = {"Authentication-Results": value} if value else {}
            record = answered(office, sent, headers=headers)
            assert "không xác nhận được người gửi" in refused(office, record)
            assert confirmation(office)["In-Reply-To"] is None
        assert log(office) == []
        record = answered(office, sent, headers={"Authentication-Results": f"mx.binhduong.example; {GOOD}"})
        assert record.reason == "order"


def test_links_are_short_and_plain(office: Office) -> None:
    make = linker(office.services, office.clock.now())
    for agency in office.services.registry:
        for form in (*office.services.forms, ""):
            sent = make(Order(Action.EXTEND, ROUND, agency.code, form, mail_id=123456, until=at(3, 15).date()))
            assert len(sent.href) <= MAX_HREF
            assert re.fullmatch(r"mailto:[A-Za-z0-9.@_-]+\?subject=[A-Za-z0-9%._~-]+&body=[A-Za-z0-9%._~-]+", sent.href)
            assert clicked(sent.href)[0] == sent.subject
            assert sent == link_for(office.services, sent.order, office.clock.now())


def test_the_secret_is_made_once_and_readable_by_nobody_else(office: Office, tmp_path: Path) -> None:
    assert not (office.settings.data_dir / "orders.key").exists(), "made at the first use"
    code = link(office, Action.MUTE, round=ROUND).code
    file = office.settings.data_dir / "orders.key"
    assert (file.stat().st_mode & 0o777, len(file.read_bytes())) == (0o600, 32)
    office.reopen()
    assert link(office, Action.MUTE, round=ROUND).code == code
    assert load_secret(tmp_path / "other") != file.read_bytes()
    file.write_bytes(b"short")
    with pytest.raises(OSError, match="32 bytes"):
        load_secret(office.settings.data_dir)


def test_a_decision_that_others_took_first_is_taken_anew_with_its_true_number(office: Office) -> None:
    """Between judging a mail and committing it, the command line may take the number."""
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    store, finish = office.services.store, office.services.store.finish
    aim = decisions.target(office.services, "bb", ROUND, None)

    def late(*args: object, **how: object) -> None:
        if how.get("resolution") and not store.decision_log():
            decisions.carry_out(office.services, decisions.excuse(office.services, aim, who="ai", why="vì"))
        finish(*args, **how)  # type: ignore[arg-type]  # passed through

    store.finish = late  # type: ignore[method-assign]  # the moment that cannot be hit otherwise
    answered(office, sent)
    office.once()
    taken = office.services.store.decision_log()
    assert [(d.id, d.agency) for d in taken] == [(1, "bb"), (2, "pg")]
    assert "thuky undo 2" in text(confirmation(office))
    assert replace(taken[1], id=None).by_mail is not None


@pytest.mark.parametrize("found", [b"", b"x" * 31, b"x" * 33])
def test_a_broken_secret_is_told_by_doctor_and_its_loss_by_each_order(office: Office, found: bytes) -> None:
    sent = link(office, Action.EXCUSE, round=ROUND, agency="pg")
    key = office.folder / "data" / "orders.key"
    key.chmod(0o600)
    key.write_bytes(found)
    said = office.thuky("doctor", "--json")
    assert said.code == 1
    assert [str(key) in r["message"] for r in said.json if r["name"] == "Khoá của mã quyết định"] == [True]
    key.unlink()
    office.reopen()
    assert "không khớp" in refused(office, answered(office, sent))
    assert log(office) == []
    assert [r for r in office.thuky("doctor", "--json").json if r["name"] == "Khoá của mã quyết định"] == []
