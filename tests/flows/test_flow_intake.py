"""One mail's way: every outcome of docs/flow.md, who is answered and who never is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import BOX, COORDINATOR, ROUND, STRANGER, Office, at, embedded_office

from bot.domain.mail import InboundRecord, Outcome, OutgoingState
from bot.flows import decisions
from bot.flows.fetch import fetch_new
from bot.flows.taking import take_in
from bot.mail.inbox import Inbox

BEFORE = at(3, 1, 7)  # before the round opens and the digest's hour: early reports count, nothing else is sent


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def good(office: Office, agency: str = "stp") -> list[tuple[str, bytes]]:
    return [("Báo cáo.docx", office.cast(agency).narrative())]


def test_a_good_report_is_accepted_kept_and_receipted(office: Office) -> None:
    files = good(office)
    mail = office.mail("stp", files)
    office.once()
    (record,) = office.services.store.mails()
    assert (record.outcome, record.reason, record.agency, record.round) == (Outcome.ACCEPTED, "ok", "stp", ROUND)
    (submission,) = record.submissions
    kept = office.settings.data_dir / submission.files[0].path
    assert kept.read_bytes() == files[0][1]
    assert (office.settings.data_dir / "reports" / ROUND / "stp" / "latest").is_dir()
    (receipt,) = office.answers(record)
    assert (receipt.mail.kind.value, receipt.state, receipt.mail.to) == (
        "receipt",
        OutgoingState.SENT,
        ("stp@binhduong.example",),
    )
    answer = office.got("stp")[-1]
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert submission.receipt_number in answer.get_body(("plain",)).get_content()
    assert office.owed("stp")["narrative"].status.value == "fulfilled"


def test_a_wrong_sum_is_a_correction_with_its_cell(office: Office) -> None:
    cast = office.cast("vpub")
    record = office.took("vpub", [("Báo cáo.docx", cast.narrative()), ("Biểu.xlsx", cast.ii06({"C14": 120}))])
    assert (record.outcome, record.reason) == (Outcome.CORRECTION, "findings")
    (notice,) = office.answers(record)
    assert notice.mail.kind.value == "correction"
    assert "C14" in office.got("vpub")[-1].get_body(("plain",)).get_content()
    assert office.owed("vpub")["ii06"].status.value == "correction_needed"
    assert office.owed("vpub")["narrative"].status.value == "fulfilled"


def test_mended_under_the_notice_it_is_accepted_as_version_two(office: Office) -> None:
    cast = office.cast("vpub")
    office.took("vpub", [("Báo cáo.docx", cast.narrative()), ("Biểu.xlsx", cast.ii06({"C14": 120}))])
    notice = office.got("vpub")[-1]
    record = office.took("vpub", [("Biểu sửa.xlsx", cast.ii06())], subject=f"Re: {notice['Subject']}", answers=notice)
    assert record.outcome is Outcome.ACCEPTED
    assert [(s.form, s.version) for s in record.submissions] == [("ii06", 2)]
    assert {o.status.value for o in office.owed("vpub").values()} == {"fulfilled"}


def test_a_worse_version_never_unseats_a_good_one(office: Office) -> None:
    office.took("vpub", [("Biểu.xlsx", office.cast("vpub").ii06())])
    record = office.took("vpub", [("Biểu.xlsx", office.cast("vpub").ii06({"C14": 120}))])
    assert record.outcome is Outcome.CORRECTION
    owed = office.owed("vpub")["ii06"]
    assert (owed.status.value, owed.version, owed.latest_version) == ("fulfilled", 1, 2)


def test_a_stranger_is_held_and_never_answered(office: Office) -> None:
    before = len(office.outbox())
    record = office.took(STRANGER, good(office))
    assert (record.outcome, record.reason, record.agency) == (Outcome.HELD, "unknown_sender", None)
    assert len(office.outbox()) == before
    assert office.got(STRANGER) == []


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto-Submitted": "auto-replied"}, "auto_reply"),
        ({"Precedence": "bulk"}, "auto_reply"),
        ({"List-Id": "<tin.noikhac.test>"}, "mailing_list"),
        ({"X-Thuky-Key": "receipt:x"}, "own_mail"),
        ({"From": BOX}, "own_mail"),
        ({"From": "MAILER-DAEMON@binhduong.example", "Subject": "Undelivered Mail Returned to Sender"}, "bounce"),
    ],
)
def test_what_nobody_typed_is_ignored_and_never_answered(office: Office, headers: dict[str, str], reason: str) -> None:
    before = len(office.outbox())
    record = office.took("stp", good(office), headers=headers)
    assert (record.outcome, record.reason) == (Outcome.IGNORED, reason)
    assert len(office.outbox()) == before


def test_our_own_notice_sent_back_is_our_own(office: Office) -> None:
    office.took("stp", good(office))
    office.server.deliver(office.server.messages("stp@binhduong.example")[-1], "stp@binhduong.example", [BOX])
    office.once()
    assert office.services.store.mails()[-1].reason == "own_mail"


def test_from_two_people_is_from_nobody(office: Office) -> None:
    record = office.took("stp", good(office), headers={"From": "stp@binhduong.example, stc@binhduong.example"})
    assert (record.outcome, record.reason) == (Outcome.HELD, "ambiguous_sender")


def test_the_coordinator_s_files_wait_for_a_person_and_their_words_do_not(office: Office) -> None:
    record = office.took(COORDINATOR, good(office))
    assert (record.outcome, record.reason) == (Outcome.HELD, "coordinator_mail")
    record = office.took(COORDINATOR)
    assert (record.outcome, record.reason) == (Outcome.IGNORED, "coordinator_mail")


def test_the_very_mail_twice_is_a_duplicate_without_a_second_answer(office: Office) -> None:
    mail = office.mail("stp", good(office))
    office.server.deliver(mail.as_bytes(), "stp@binhduong.example", [BOX])
    office.once()
    first, second = office.services.store.mails()
    assert (first.outcome, second.outcome, second.reason) == (Outcome.ACCEPTED, Outcome.IGNORED, "duplicate")
    assert second.duplicate_of == first.id
    assert len(office.outbox("receipt")) == 1


def test_the_same_files_in_a_new_mail_get_the_old_receipt_number(office: Office) -> None:
    files = good(office)
    first = office.took("stp", files)
    second = office.took("stp", files, subject="Gửi lại")
    assert (second.outcome, second.reason, second.duplicate_of) == (Outcome.IGNORED, "duplicate", first.id)
    assert second.submissions == ()
    number = first.submissions[0].receipt_number
    texts = [m.get_body(("plain",)).get_content() for m in office.got("stp") if number in m.as_string()]
    assert len(texts) == 2


def test_a_report_with_its_scan_sent_again_is_a_repeat(office: Office) -> None:
    """The scan beside the Word file belongs to the submission; the two again are nothing new."""
    scan = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    files = [*good(office), ("Báo cáo (bản ký).pdf", scan)]
    first = office.took("stp", files)
    assert first.outcome is Outcome.ACCEPTED
    assert [len(s.files) for s in first.submissions] == [2]
    second = office.took("stp", files, subject="Gửi lại")
    assert (second.outcome, second.reason, second.submissions) == (Outcome.IGNORED, "duplicate", ())
    third = office.took("stp", files[:1], subject="Chỉ tệp Word")
    assert (third.outcome, third.reason) == (Outcome.IGNORED, "duplicate")


def test_a_scan_that_is_new_makes_a_new_version(office: Office) -> None:
    office.took("stp", good(office))
    scan = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    record = office.took("stp", [*good(office), ("Bản ký.pdf", scan)])
    assert [(s.version, len(s.files)) for s in record.submissions] == [(2, 2)]


def test_last_quarter_s_report_is_a_wrong_period(office: Office) -> None:
    record = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative(period="quý IV năm 2022"))])
    assert (record.outcome, record.reason) == (Outcome.CORRECTION, "wrong_period")
    assert "C101" in {f.code for s in record.submissions for f in s.findings}


def test_a_report_that_names_another_agency_is_never_guessed(office: Office) -> None:
    record = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative(name="Sở Tài chính"))])
    assert (record.outcome, record.reason, record.agency) == (Outcome.CORRECTION, "wrong_agency", "stp")


def test_a_forgotten_attachment_is_asked_for(office: Office) -> None:
    record = office.took("stp", subject="Báo cáo quý I/2023 gửi kèm")
    assert (record.outcome, record.reason) == (Outcome.CORRECTION, "no_attachment")
    assert [f.code for f in record.findings] == ["M101"]
    assert [a.mail.kind.value for a in office.answers(record)] == ["correction"]


def test_words_in_answer_to_a_notice_are_for_a_person(office: Office) -> None:
    office.once(at(3, 2, 8))
    request = office.got("stp")[-1]
    record = office.took("stp", text="Biểu này điền thế nào ạ?\n", answers=request, subject=f"Re: {request['Subject']}")
    assert (record.outcome, record.reason, record.agency) == (Outcome.HELD, "no_attachment", "stp")
    assert office.answers(record) == []
    # A letter is no report: the reminders go on until one comes.
    assert office.owed("stp")["narrative"].status.value == "open"


def test_a_file_of_no_form_beside_a_good_one_is_a_remark(office: Office) -> None:
    note = ("Ghi chú.txt", "Kính gửi".encode())
    record = office.took("stp", [*good(office), note])
    assert record.outcome is Outcome.ACCEPTED
    assert {f.severity.value for f in record.findings} <= {"remark"}


def test_a_file_not_asked_for_is_told(office: Office) -> None:
    record = office.took("stp", [("Biểu.xlsx", office.cast("vpub").ii06())])
    assert record.agency == "stp"
    assert [f.code for f in record.findings] == ["M103"]


def test_a_mail_over_the_limit_is_held_without_being_fetched(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_LIMITS__MAX_MAIL_MEGABYTES="1") as office:
        record = office.took("stp", [("lớn.docx", bytes(1_100_000))])
        assert (record.outcome, record.reason, record.sha256) == (Outcome.HELD, "too_big", "")
        assert record.size > 1_100_000


def test_an_agency_gets_no_more_answers_a_day_than_the_office_says(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_LIMITS__MAX_ANSWERS_PER_DAY="2") as office:
        for number in range(3):
            office.took("stp", subject=f"Báo cáo {number}")
        assert len(office.outbox("correction")) == 2
        office.took("stc", good(office, "stc"))
        assert len(office.outbox("receipt")) == 1, "another agency has its own count"
        office.took("stp", subject="Báo cáo hôm sau", moment=at(3, 2, 6))
        assert len(office.outbox("correction")) == 3, "and a new day a new count"


def test_one_mail_that_breaks_us_is_parked_and_the_others_go_on(office: Office) -> None:
    office.mail("stp", good(office))
    office.mail("stc", good(office, "stc"))
    with Inbox(office.services.imap, office.services.account) as inbox:
        assert fetch_new(office.services, inbox, "INBOX") == 2
    first, _ = office.services.store.mails()
    office.services.vault.path(first.sha256).unlink()  # the disk lost it
    for _ in range(4):
        office.once()
    first, second = office.services.store.mails()
    assert (first.outcome, first.reason, first.attempts) == (Outcome.PARKED, "broke_us", 3)
    assert second.outcome is Outcome.ACCEPTED
    assert len(office.outbox("alert")) == 1
    assert office.got(COORDINATOR)[-1]["X-Thuky-Key"].startswith(f"alert:mail_parked:{first.id}:")


def test_a_crash_before_the_commit_takes_the_mail_again_and_answers_once(office: Office) -> None:
    office.mail("stp", good(office))
    with Inbox(office.services.imap, office.services.account) as inbox:
        fetch_new(office.services, inbox, "INBOX")
    (record,) = office.services.store.unfinished()
    take_in(office.services, record)  # everything but the commit
    office.reopen()
    office.once()
    office.once()
    (record,) = office.services.store.mails()
    assert record.outcome is Outcome.ACCEPTED
    assert [s.version for s in record.submissions] == [1]
    assert len(office.outbox("receipt")) == 1


def test_a_report_after_the_deadline_is_taken_and_said_to_be_late(office: Office) -> None:
    record = office.took("stp", good(office), moment=at(3, 10, 0, 0))
    assert record.outcome is Outcome.ACCEPTED
    assert office.owed("stp")["narrative"].status.value == "fulfilled_late"


def test_a_minute_before_midnight_is_in_time(office: Office) -> None:
    office.took("stp", good(office), moment=at(3, 9, 23, 59))
    office.clock.move_to(at(3, 12))
    assert office.owed("stp")["narrative"].status.value == "fulfilled"


def test_a_closed_round_is_told_and_held(office: Office) -> None:
    path = office.config / "rounds" / f"{ROUND}.toml"
    path.write_text(path.read_text("utf-8").replace("\n[period]", "closes_at = 2023-03-31T17:00:00\n\n[period]"))
    office.reopen()
    record = office.took("stp", good(office), moment=at(4, 3, 9))
    assert (record.outcome, record.reason, record.round) == (Outcome.HELD, "no_open_round", ROUND)
    assert [a.mail.kind.value for a in office.answers(record)] == ["closed"]


def test_the_answer_goes_to_a_bound_address_that_wrote(office: Office) -> None:
    held = office.took(STRANGER, good(office))
    bound = decisions.bind(office.services, STRANGER.upper(), "stp", who="test", why="điện thoại")
    decisions.carry_out(office.services, bound)
    assert bound.reopens == (held.id,)
    office.once()
    assert office.services.store.mail(held.id).outcome is Outcome.ACCEPTED
    assert [m["X-Thuky-Key"] for m in office.got(STRANGER)] == [f"receipt:{ROUND}:stp:{held.id}"]


def text_of(office: Office, record: InboundRecord) -> str:
    """The plain text of the one answer to that mail."""
    (answer,) = office.answers(record)
    (mail,) = [m for m in office.got(answer.mail.to[0]) if m["Message-ID"] == answer.mail.message_id]
    return str(mail.get_body(("plain",)).get_content())


def test_each_form_s_own_extension_is_the_deadline_of_its_answer(office: Office) -> None:
    aim = decisions.target(office.services, "vpub", ROUND, "ii06")
    decisions.carry_out(
        office.services, decisions.extend(office.services, aim, at(3, 16, 0), who="test", why="mất điện")
    )
    cast = office.cast("vpub")
    receipt = office.took("vpub", [("Báo cáo.docx", cast.narrative())])
    assert "15/3/2023" in text_of(office, receipt), "what is still missing is due by its own deadline"
    correction = office.took("vpub", [("Biểu.xlsx", cast.ii06({"C14": 120}))], moment=at(3, 14))
    assert correction.outcome is Outcome.CORRECTION
    assert "15/3/2023" in text_of(office, correction)
    assert "09/3/2023" not in text_of(office, correction)
    in_time = office.took("vpub", [("Biểu.xlsx", cast.ii06())], moment=at(3, 15))
    assert "sau hạn" not in text_of(office, in_time)


def test_what_came_late_is_said_with_the_deadline_that_it_missed(office: Office) -> None:
    aim = decisions.target(office.services, "vpub", ROUND, "ii06")
    decisions.carry_out(
        office.services, decisions.extend(office.services, aim, at(3, 16, 0), who="test", why="mất điện")
    )
    late = office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative())], moment=at(3, 10, 8))
    assert "sau hạn" in text_of(office, late)
    assert "09/3/2023" in text_of(office, late)


def test_what_came_in_its_own_time_is_not_late_because_something_else_is(office: Office) -> None:
    aim = decisions.target(office.services, "vpub", ROUND, "ii06")
    decisions.carry_out(
        office.services, decisions.extend(office.services, aim, at(3, 16, 0), who="test", why="mất điện")
    )
    record = office.took("vpub", [("Biểu.xlsx", office.cast("vpub").ii06())], moment=at(3, 14))
    assert "đến sau hạn" not in text_of(office, record)
    assert "trong thời gian sớm nhất" in text_of(office, record), "the narrative is overdue"
