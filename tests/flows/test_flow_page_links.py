"""What stands in the coordinator's page as sent: asks beside reports, open corrections, accepted versions; their links
are taken out of the mail itself and sent back.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from embedded_office import BOX, COORDINATOR, Office, at, embedded_office

from bot.domain.mail import InboundRecord, Outcome

TEXT = "Xin gửi báo cáo. Riêng biểu II.06 xin gửi sau, đề nghị gia hạn đến 15/3."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 7, 9)) as running:
        yield running


def digest(office: Office, moment: object) -> EmailMessage:
    office.once(moment)  # type: ignore[arg-type]  # a datetime
    return next(m for m in reversed(office.got(COORDINATOR)) if m["X-Thuky-Key"].startswith("digest:"))


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return " ".join(part.get_content().split())


def links(mail: EmailMessage) -> dict[str, str]:
    """Each link of the page by its code-less subject words and label."""
    part = mail.get_body(("html",))
    assert part is not None
    found = re.findall(r'<a[^>]*href="(mailto:[^"]+)"[^>]*>([^<]+)</a>', part.get_content())
    return {f"{label}: {unquote(unescape(href))}": unescape(href) for href, label in found}


def picked(mail: EmailMessage, *words: str) -> str:
    matching = [href for said, href in links(mail).items() if all(w in said for w in words)]
    assert len(matching) == 1, (words, list(links(mail)))
    return matching[0]


def sent_back(office: Office, href: str, why: str) -> InboundRecord:
    parts = urlsplit(href)
    assert unquote(parts.path) == BOX
    fields = parse_qs(parts.query)
    return office.took(COORDINATOR, subject=fields["subject"][0], text=f"{fields['body'][0]}{why}\n")


def answer_to(office: Office, record: InboundRecord, agency: str) -> str:
    (reply,) = office.answers(record)
    return body(next(m for m in office.got(agency) if m["Message-ID"] == reply.mail.message_id))


def test_an_ask_beside_a_report_is_acknowledged_shown_and_granted_by_one_click(office: Office) -> None:
    record = office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative())], text=TEXT)
    assert record.outcome is Outcome.ACCEPTED
    said = answer_to(office, record, "vpub")
    assert "đề nghị gia hạn gửi Biểu II.06 đến hết thứ Tư ngày 15/3/2023" in said
    assert f"chuyển {office.settings.office.coordinator.name}, cán bộ đầu mối" in said
    assert "Cho đến khi có trả lời, hạn gửi vẫn là 24 giờ 00 thứ Năm ngày 09/3/2023" in said

    page = digest(office, at(3, 8, 8, 5))
    assert "đề nghị gia hạn Biểu II.06 đến 15/3" in body(page)
    picked(page, "Gia hạn đến ngày khác", "II.06")
    picked(page, "Miễn", "II.06")
    picked(page, "Không đồng ý", "II.06")
    order = sent_back(office, picked(page, "đến 15/3", "II.06"), "mất điện")
    assert order.reason == "order"
    owed = office.owed("vpub")
    assert owed["ii06"].deadline.instant == at(3, 16, 0)
    assert owed["narrative"].deadline.instant == at(3, 10, 0)
    assert office.services.store.mail(record.id).outcome is Outcome.ACCEPTED
    assert "đề nghị gia hạn" not in body(digest(office, at(3, 9, 8, 5)))
    # What has been answered is not answered twice.
    again = sent_back(office, picked(page, "Không đồng ý", "II.06"), "thôi")
    assert again.reason == "order_refused"


def test_an_ask_beside_a_report_is_declined_by_its_link(office: Office) -> None:
    office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative())], text=TEXT)
    page = digest(office, at(3, 8, 8, 5))
    assert sent_back(office, picked(page, "Không đồng ý", "II.06"), "cần sớm").reason == "order"
    (decision,) = office.services.store.decision_log()
    assert (decision.kind.value, decision.form) == ("decline", "ii06")
    assert "không đồng ý" in body(office.got("vpub")[-1]).lower() or "cần sớm" in body(office.got("vpub")[-1])


def test_an_ask_is_over_once_its_form_has_come(office: Office) -> None:
    office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative())], text=TEXT)
    office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())], text="Xin gửi biểu.")
    assert office.owed("vpub")["ii06"].status.is_settled
    assert "đề nghị gia hạn" not in body(digest(office, at(3, 8, 8, 5)))


def test_a_correction_acknowledges_an_ask_too(office: Office) -> None:
    files = [("Biểu.xlsx", office.cast("vpub").ii06({"C14": 120}))]
    record = office.took("vpub", files, text="Xin gửi biểu. Đơn vị xin gia hạn đến ngày 15/3.")
    assert record.outcome is Outcome.CORRECTION
    said = answer_to(office, record, "vpub")
    assert "đến hết thứ Tư ngày 15/3/2023" in said
    assert "cán bộ đầu mối, xem xét và trả lời" in said
    assert "gia hạn" in body(digest(office, at(3, 8, 8, 5)))


def test_an_open_correction_is_accepted_by_its_link(office: Office) -> None:
    files = [("Báo cáo.docx", office.cast("vpub").narrative()), ("II.06.xlsx", office.cast("vpub").ii06({"C14": 120}))]
    office.took("vpub", files)
    page = digest(office, at(3, 8, 8, 5))
    assert "Đang chờ bản sửa (1)" in body(page)
    picked(page, "Gia hạn", "II.06")
    assert sent_back(office, picked(page, "Chấp nhận bản đã gửi", "II.06"), "chỗ này đúng").reason == "order"
    assert office.owed("vpub")["ii06"].status.value == "fulfilled"
    assert "Đang chờ bản sửa" not in body(digest(office, at(3, 9, 8, 5)))


def test_an_accepted_version_is_returned_by_its_link_with_the_reason(office: Office) -> None:
    office.once(at(3, 7, 9))
    office.took("vpub", [("Báo cáo.docx", office.cast("vpub").narrative())], moment=at(3, 7, 10))
    page = digest(office, at(3, 8, 8, 5))
    assert sent_back(office, picked(page, "Trả lại", "Báo cáo"), "thiếu phụ lục 2").reason == "order"
    assert office.owed("vpub")["narrative"].status.value == "correction_needed"
    assert "thiếu phụ lục 2" in body(office.got("vpub")[-1])
