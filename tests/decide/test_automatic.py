"""What programs write, and what people write about the same things."""

import pytest

from bot.decide.automatic import automatic_words, bounce_words, plain_bounce

PROGRAMS = [
    ("Tự động trả lời: [BC 2023Q1 STP] Còn 3 ngày", ""),
    ("Automatic reply: Báo cáo quý I/2023", ""),
    ("[Tự động] Đã nhận thư", ""),
    ("Out-of-office: Trần Văn A", ""),
    ("Thông báo vắng mặt", ""),
    ("Read: [BC 2023Q1 STP] Đề nghị báo cáo", ""),
    ("Đã đọc: [BC 2023Q1 STP] Đề nghị báo cáo", ""),
    ("Accepted: Họp giao ban", ""),
    ("Re: Cảm ơn", "Đây là thư trả lời tự động. Chúng tôi đã nhận được thư của Quý vị."),
    ("Re: thông báo", "Tôi hiện đang nghỉ phép đến hết ngày 15/3, tôi sẽ trả lời khi trở lại.\n> Đề nghị gửi báo cáo"),
    ("Re: thông báo", "Hiện tôi đi công tác, việc gấp xin liên hệ đồng chí Nam, 0903 000 000."),
    ("Re: hello", "I am currently out of the office with limited access to email."),
    ("Re: hello", "This is an automatically generated message."),
    ("[Ticket#2023030910000012] Đã tiếp nhận", "Cảm ơn anh chị đã liên hệ."),
    ("Ticket ID: HD-4411 created", "We will come back to you."),
    ("Tiếp nhận yêu cầu số 17", "Vui lòng không trả lời thư này."),
]
PEOPLE = [
    ("Báo cáo quý I/2023", "Kính gửi Sở Nội vụ, xin gửi báo cáo."),
    ("Xin gia hạn", "Cán bộ phụ trách đang nghỉ thai sản, xin gia hạn đến 15/3, khi trở lại sẽ gửi đủ."),
    ("Về báo cáo", "Tôi đang đi công tác, khi trở lại cơ quan sẽ gửi báo cáo ngay."),
    ("Không phát sinh", "Quý này không phát sinh, số liệu được kết xuất tự động từ phần mềm, đây là bản tự động."),
    ("Hỏi về biểu II.06", "Cột (3) có tự động cộng không ạ?"),
    ("Re: [BC 2023Q1 STP] Còn 3 ngày", "Đã rõ, chiều nay tôi gửi.\n\n> Đây là thư tự động của thư ký điện tử"),
    ("Phòng họp", "Hôm nay đồng chí An vắng mặt."),
    ("Yêu cầu báo cáo số liệu", "Đề nghị cho biết hạn gửi."),
]


@pytest.mark.parametrize(("subject", "body"), PROGRAMS)
def test_what_a_program_writes_is_known(subject: str, body: str) -> None:
    assert automatic_words(subject, body)


@pytest.mark.parametrize(("subject", "body"), PEOPLE)
def test_what_a_person_writes_is_left_alone(subject: str, body: str) -> None:
    assert automatic_words(subject, body) == ""
    assert not plain_bounce(subject)


@pytest.mark.parametrize(
    "subject",
    ["Delivery has been delayed", "Warning: message 1 delayed 24 hours", "Mail System Error - Returned Mail",
     "failure delivery", "Non-Delivery: x", "Thư không gửi được", "Thư chưa gửi được"],
)  # fmt: skip
def test_a_postmaster_s_subjects(subject: str) -> None:
    assert bounce_words(subject) or plain_bounce(subject)
