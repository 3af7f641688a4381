import pytest

from bot.decide.replies import asks_a_person


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Xin gia hạn báo cáo", "Do mất điện, đề nghị cho gửi sau.", "gia han"),
        ("Báo cáo quý I", "Đơn vị không phát sinh hồ sơ nào trong kỳ.", "khong phat sinh"),
        ("V/v báo cáo", "Báo cáo đã gửi qua trục liên thông ngày 08/3.", "da gui qua"),
        ("Re: [BC 2023Q1 BC] Còn 3 ngày", "Đã nhận, cảm ơn.", "[BC 2023Q1 BC]"),
        ("Báo cáo CCHC quý I/2023", "Xin gửi báo cáo như tệp đính kèm.", ""),
        ("Báo cáo", "Xin gửi báo cáo.\n\n> Nếu cần gia hạn, đề nghị trả lời thư này.", ""),
        ("", "", ""),
    ],
)
def test_who_speaks_to_a_person(subject, body, expected):
    assert asks_a_person(subject, body) == expected
