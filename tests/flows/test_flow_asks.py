"""Agencies ask for a decision: held, acknowledged once a day, never granted; a report beside the ask goes its way."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
import pytest
from embedded_office import ROUND, Office, at, embedded_office
from pdf_files import pdf

from bot.decide.asks import noted_asks, pending_asks
from bot.domain.mail import InboundRecord, Outcome
from bot.flows.dispatch import dispatch
from bot.flows.fetch import fetch_new
from bot.flows.intake import process_pending
from bot.mail.inbox import Inbox

LETTER = """UBND THÀNH PHỐ THỦ DẦU MỘT
Số: 112/UBND-NV
V/v xin gia hạn thời gian gửi báo cáo

Kính gửi: Sở Nội vụ

Thực hiện Công văn số 388/SNV-CCHC ngày 02/3/2023, UBND thành phố kính đề nghị Sở Nội vụ
cho phép lùi thời hạn gửi báo cáo đến ngày 15/3/2023.
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 7, 9)) as running:
        yield running


def took(office: Office, sender: str, text: str, files=(), **how) -> InboundRecord:  # type: ignore[no-untyped-def]
    """Mails, reads the mailbox and finishes the mail; no clock of the round runs beside."""
    office.mail(sender, files, text=text, **how)
    with Inbox(office.services.imap, office.services.account) as inbox:
        fetch_new(office.services, inbox, office.services.inbox_folder)
    process_pending(office.services)
    record = office.services.store.mails()[-1]
    assert not record.last_error, record.last_error
    return record


def told(record: InboundRecord) -> dict[str, str]:
    return {e.about: e.value for e in record.evidence if e.about in ("ask", "until", "other")}


def said(office: Office, agency: str) -> str:
    """The text of what that agency got last, every line break a blank."""
    dispatch(office.services)
    part = office.got(agency)[-1].get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


@pytest.mark.parametrize(
    ("agency", "text", "evidence", "words"),
    [
        (
            "tdm",
            "Do mất điện, đơn vị xin gia hạn gửi báo cáo đến hết ngày 15/3/2023.",
            {"ask": "asks_extension", "until": "2023-03-15"},
            ("đến hết thứ Tư ngày 15/3/2023", "hạn gửi vẫn là 24 giờ 00 thứ Năm ngày 09/3/2023", "tiếp tục chuẩn bị"),
        ),
        (
            "ptth",
            "Quý I/2023 Đài không phát sinh nội dung phải báo cáo.",
            {"ask": "nothing_to_report"},
            ("không có nội dung phát sinh", "hạn gửi vẫn là"),
        ),
        (
            "stp",
            "Nội dung này do Sở Tài chính tổng hợp, báo cáo.",
            {"ask": "reported_by_other", "other": "stc"},
            ("do Sở Tài chính tổng hợp, gửi", "hạn gửi vẫn là"),
        ),
    ],
)
def test_an_ask_waits_and_is_acknowledged(
    office: Office, agency: str, text: str, evidence: dict[str, str], words: tuple[str, ...]
) -> None:
    deadlines = {form: o.deadline for form, o in office.owed(agency).items()}
    record = took(office, agency, text)
    assert (record.outcome, record.reason, record.agency, record.round) == (
        Outcome.HELD,
        evidence["ask"],
        agency,
        ROUND,
    )
    assert told(record) == evidence
    (found,) = {e.found for e in record.evidence if e.about == "ask"}
    assert found == text
    (answer,) = office.answers(record)
    assert (answer.mail.kind.value, answer.mail.to) == ("receipt", (f"{agency}@binhduong.example",))
    words_sent = said(office, agency)
    for word in (*words, office.settings.office.coordinator.name):
        assert word in words_sent
    assert pending_asks(office.services.store.mails()) == (record,)
    assert {form: o.deadline for form, o in office.owed(agency).items()} == deadlines  # nothing is granted by itself


def test_asked_again_the_same_day_it_is_acknowledged_once(office: Office) -> None:
    first = took(office, "tdm", "Đơn vị xin gia hạn đến ngày 14/3.")
    second = took(office, "tdm", "Đơn vị xin gia hạn đến ngày 15/3 ạ.")
    other = took(office, "ta", "Đơn vị xin gia hạn đến ngày 15/3.")
    assert [len(office.answers(r)) for r in (first, second, other)] == [1, 0, 1]
    office.clock.move_to(at(3, 8, 9))
    assert len(office.answers(took(office, "tdm", "Đơn vị xin gia hạn đến ngày 16/3."))) == 1


def test_the_daily_cap_on_answers_holds(tmp_path: Path) -> None:
    with embedded_office(tmp_path, at(3, 7, 9), THUKY_LIMITS__MAX_ANSWERS_PER_DAY="1") as office:
        took(office, "tdm", "Xin gửi báo cáo quý I.")
        record = took(office, "tdm", "Đơn vị xin gia hạn đến ngày 14/3.")
        assert (record.reason, office.answers(record)) == ("asks_extension", [])


@pytest.mark.parametrize(
    ("files", "text", "source", "file"),
    [
        ([("Công văn xin gia hạn.pdf", pdf(LETTER))], "Kính gửi Sở Nội vụ công văn của đơn vị.", "document", True),
        ([("scan_0001.pdf", pdf(LETTER))], "Đơn vị xin gia hạn đến ngày 15/3/2023.", "body", False),
        ([("CV 112.pdf", pdf(""))], "Đơn vị xin gia hạn đến ngày 15/3/2023.", "body", False),
    ],
    ids=["the letter asks", "both ask", "a scan without text"],
)
def test_a_signed_letter_beside_the_words(
    office: Office, files: list[tuple[str, bytes]], text: str, source: str, file: bool
) -> None:
    record = took(office, "tdm", text, files)
    assert (record.outcome, record.reason) == (Outcome.HELD, "asks_extension")
    assert told(record) == {"ask": "asks_extension", "until": "2023-03-15"}
    (ask,) = (e for e in record.evidence if e.about == "ask")
    assert (ask.source.value, ask.file) == (source, files[0][0] if file else "")
    assert record.submissions == ()


def test_a_word_letter_that_asks_is_no_report(office: Office) -> None:
    document = docx.Document()
    for line in LETTER.splitlines():
        document.add_paragraph(line)
    out = BytesIO()
    document.save(out)
    record = took(office, "tdm", "Xin gửi công văn.", [("Công văn.docx", out.getvalue())])
    assert (record.outcome, record.reason, record.submissions) == (Outcome.HELD, "asks_extension", ())


def test_a_report_is_processed_and_the_ask_beside_it_noted(office: Office) -> None:
    text = "Xin gửi báo cáo, riêng Biểu II.06 xin gia hạn đến 15/3."
    record = took(office, "vpub", text, [("Báo cáo.docx", office.cast("vpub").narrative())])
    assert record.outcome is Outcome.ACCEPTED
    assert told(record) == {"ask": "asks_extension", "until": "2023-03-15"}
    assert ("form", "ii06", text) in [(e.about, e.value, e.found) for e in record.evidence]
    every = office.services.store.mails()
    assert (pending_asks(every), noted_asks(every)) == ((), (record,))
    assert office.owed("vpub")["narrative"].status.value == "fulfilled"


def test_the_words_of_a_report_that_is_there_ask_for_nothing(office: Office) -> None:
    text = "Xin gửi báo cáo. Trong quý không phát sinh. Nội dung này do Sở Tài chính tổng hợp, báo cáo."
    record = took(office, "stp", text, [("Báo cáo.docx", office.cast("stp").narrative())])
    assert (record.outcome, told(record)) == (Outcome.ACCEPTED, {})


def test_a_report_that_must_be_mended_is_not_held_by_an_ask(office: Office) -> None:
    files = [("Biểu.xlsx", office.cast("vpub").ii06({"C14": 120}))]
    record = took(office, "vpub", "Đơn vị xin gia hạn đến ngày 15/3.", files)
    assert (record.outcome, told(record)["ask"]) == (Outcome.CORRECTION, "asks_extension")


def test_another_channel_stays_for_a_person_and_is_told(office: Office) -> None:
    record = took(office, "tdm", "Báo cáo đơn vị đã gửi qua trục liên thông ngày 06/3.")
    assert (record.outcome, record.reason) == (Outcome.HELD, "no_attachment")
    assert told(record) == {"ask": "other_channel"}
    assert office.answers(record) == []


def test_other_words_and_forgotten_files_stay_as_they_were(office: Office) -> None:
    question = took(office, "tdm", "Cho hỏi Biểu II.06 lấy số liệu ở đâu ạ?")
    forgotten = took(office, "ta", "Xin gửi báo cáo quý I.")
    assert [(r.outcome, r.reason, told(r)) for r in (question, forgotten)] == [
        (Outcome.HELD, "no_attachment", {}),
        (Outcome.CORRECTION, "no_attachment", {}),
    ]


def test_a_released_ask_does_not_wait_a_second_time(office: Office) -> None:
    record = took(office, "tdm", "Đơn vị xin gia hạn đến ngày 15/3.")
    office.services.store.reopen(record.id, office.services.now())
    process_pending(office.services)
    again = office.services.store.mail(record.id)
    assert (again.outcome, again.reason) == (Outcome.HELD, "no_attachment")


def test_a_link_to_a_folder_is_asked_for_its_files_and_the_ask_noted(office: Office) -> None:
    text = "Xin gia hạn đến 15/3. Số liệu tạm: https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOpQrStUvWxYz01234"
    record = took(office, "tdm", text)
    assert (record.outcome, told(record)["ask"]) == (Outcome.CORRECTION, "asks_extension")


def test_a_stranger_s_ask_is_held_as_a_stranger_s(office: Office) -> None:
    record = took(office, "nguoila@noikhac.test", "Đơn vị xin gia hạn đến ngày 15/3.")
    assert (record.outcome, record.reason, office.answers(record)) == (Outcome.HELD, "unknown_sender", [])


def test_show_tells_the_ask_in_words(office: Office) -> None:
    record = took(office, "stp", "Kính đề nghị gia hạn đến hết ngày 15/3/2023.")
    said = office.thuky("show", str(record.id))
    assert said.code == 0, said.err
    assert "Đề nghị của cơ quan: xin gia hạn" in said.out
    assert "Ngày nêu trong thư: 15/3/2023" in said.out
