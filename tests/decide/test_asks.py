"""What counts as an ask and what does not: sentences as clerks write them, and as reports are full of."""

import unicodedata
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from clerks_mails import ASKING, SILENT
from clerks_mails_later import LATER_ASKING, LATER_SILENT, MENDED_ASKING, MENDED_SILENT
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decide.asks import Ask, ask_evidence, noted_asks, other_channel, pending_asks, read_ask
from bot.domain.mail import Evidence, EvidenceSource, InboundRecord, MessageRef, Outcome, Reason
from bot.domain.round import Deadline
from bot.settings import load
from bot.text.accents import fold

VN = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = load(Path(__file__).resolve().parents[2] / "config", {})
ROUND = OFFICE.round("2023-q1")  # until 24:00 on Thursday 9 March 2023
WEDNESDAY = date(2023, 3, 8)
EXTENSION, NOTHING, OTHER = Reason.ASKS_EXTENSION, Reason.NOTHING_TO_REPORT, Reason.REPORTED_BY_OTHER


def read(
    body: str,
    subject: str = "Báo cáo CCHC",
    *,
    agency: str = "tdm",
    on: date = WEDNESDAY,
    deadline: Deadline = ROUND.deadline,
) -> Ask | None:
    return read_ask(
        subject,
        body,
        registry=OFFICE.registry,
        agency=OFFICE.registry.get(agency),
        received_on=on,
        deadline=deadline,
        working_time=OFFICE.office.working_time,
        forms=[OFFICE.forms[a.form] for a in ROUND.of(agency)],
    )


# What is said, and the day asked for or the agency that reports.
ASKS = [
    ("xin gia hạn đến hết ngày 15/3/2023", EXTENSION, "2023-03-15"),
    (
        "Kính đề nghị Sở Nội vụ cho UBND thành phố lùi thời hạn gửi báo cáo sang thứ Hai tuần sau.",
        EXTENSION,
        "2023-03-13",
    ),
    ("Đề nghị quý Sở cho phép gửi chậm 02 ngày do chưa nhận được số liệu của các phường.", EXTENSION, "2023-03-11"),
    ("Xin nộp muộn đến 16h30 ngày 13/3 ạ.", EXTENSION, "2023-03-13"),
    ("Chậm nhất là ngày 14/3 đơn vị sẽ gửi.", EXTENSION, "2023-03-14"),
    (
        "Do mất điện cả ngày, đơn vị kính xin gia hạn thời gian nộp báo cáo quý I đến ngày 14 tháng 3 năm 2023.",
        EXTENSION,
        "2023-03-14",
    ),
    ("Kinh gui So Noi vu, don vi xin gia han den 15/3 a", EXTENSION, "2023-03-15"),
    ("XIN GIA HẠN NỘP BÁO CÁO ĐẾN NGÀY 15/3/2023", EXTENSION, "2023-03-15"),
    ("Cho em xin thêm 2 ngày nữa được không ạ?", EXTENSION, "2023-03-11"),
    ("Chị ơi cho em nộp trễ 1 hôm nhé", EXTENSION, "2023-03-10"),
    ("Nếu được, đề nghị Sở cho đơn vị gia hạn đến thứ Sáu tuần này", EXTENSION, "2023-03-10"),
    ("Đơn vị đề nghị được gửi báo cáo chậm 02 ngày làm việc so với thời hạn.", EXTENSION, "2023-03-13"),
    (
        "Đề nghị Sở Nội vụ xem xét, gia hạn thời gian gửi báo cáo cho thành phố. Dự kiến gửi trước ngày 16/3/2023.",
        EXTENSION,
        "2023-03-16",
    ),
    (
        "Thực hiện Công văn số 388/SNV-CCHC ngày 02/3/2023, UBND thành phố xin gia hạn báo cáo đến ngày 17/3/2023.",
        EXTENSION,
        "2023-03-17",
    ),
    ("Thời hạn báo cáo là trước ngày 10/3/2023, tuy nhiên đơn vị xin lùi đến 15/3.", EXTENSION, "2023-03-15"),
    ("Kính mong Sở tạo điều kiện cho đơn vị thêm thời gian để rà soát số liệu.", EXTENSION, None),
    ("Riêng Biểu II.06 xin gia hạn đến 15/3", EXTENSION, "2023-03-15"),
    ("Anh cho bên em hoãn nộp báo cáo đến đầu tuần sau với ạ.", EXTENSION, "2023-03-13"),
    ("De nghi lui thoi han nop bao cao den cuoi tuan sau", EXTENSION, "2023-03-17"),
    ("Xin phép được nộp báo cáo muộn 1 tuần.", EXTENSION, "2023-03-16"),
    ("UBND thành phố sẽ gửi báo cáo chậm nhất vào ngày 13/3/2023", EXTENSION, "2023-03-13"),
    ("Dự kiến thứ Hai (13/3) đơn vị sẽ nộp báo cáo.", EXTENSION, "2023-03-13"),
    ("Số liệu của các phường chưa về đủ, xin gửi sau ngày 15/3.", EXTENSION, "2023-03-15"),
    ("Đơn vị xin điều chỉnh thời hạn gửi báo cáo sang ngày 15/3", EXTENSION, "2023-03-15"),
    ("Could we please have an extension until 15 March?", EXTENSION, "2023-03-15"),
    ("We would like to request two more working days for the report.", EXTENSION, "2023-03-13"),
    ("We will send the report by Monday 13 March.", EXTENSION, "2023-03-13"),
    ("Please allow us to submit the report late, by next Monday", EXTENSION, "2023-03-13"),
    (
        "Kính gửi Sở Nội vụ,\nDo mất điện.\nRất mong Sở gia hạn\nđến hết ngày 14/3/2023.\nTrân trọng cảm ơn.",
        EXTENSION,
        "2023-03-14",
    ),
    ("Đơn vị không thể gửi đúng hạn, xin gia hạn 3 ngày.", EXTENSION, "2023-03-12"),
    ("Hệ thống lỗi 02 ngày nay nên chưa xuất được biểu, kính đề nghị cho lùi thời hạn.", EXTENSION, None),
    ("Đề nghị cho nộp báo cáo chậm đến chiều thứ 6", EXTENSION, "2023-03-10"),
    ("đề nghị cho gửi sau", EXTENSION, None),
    ("Cho phép đơn vị được báo cáo trễ đến ngày mai", EXTENSION, None),
    ("xin gia hạn tới 20/03", EXTENSION, "2023-03-20"),
    ("Đề nghị gia hạn thời gian nộp Biểu thống kê CCHC đến 15-3-2023", EXTENSION, "2023-03-15"),
    ("Đơn vị gửi kèm công văn xin gia hạn", EXTENSION, None),
    ("Đơn vị xin được lùi lại 2 hôm", EXTENSION, "2023-03-11"),
    ("kính đề nghị quý cơ quan cho chúng tôi được gia hạn nộp báo cáo", EXTENSION, None),
    ("Xin chậm 3 ngày", EXTENSION, "2023-03-12"),
    ("không phát sinh", NOTHING, None),
    ("Trong kỳ không có nội dung phải báo cáo", NOTHING, None),
    ("Quý này đơn vị không có số liệu", NOTHING, None),
    ("Trong quý I/2023 đơn vị ko phát sinh hồ sơ TTHC nào.", NOTHING, None),
    ("Đơn vị không có phát sinh số liệu, kính báo Sở Nội vụ.", NOTHING, None),
    ("trong ky khong phat sinh noi dung bao cao", NOTHING, None),
    ("ĐƠN VỊ KHÔNG PHÁT SINH HỒ SƠ TRONG KỲ BÁO CÁO", NOTHING, None),
    ("Đài không thuộc đối tượng phải báo cáo nội dung này.", NOTHING, None),
    ("Biểu II.06 không phát sinh.", NOTHING, None),
    ("Quý I không có gì để báo cáo ạ", NOTHING, None),
    ("Chúng tôi không có nội dung nào cần báo cáo.", NOTHING, None),
    ("Toàn bộ số liệu trong kỳ đều bằng 0.", NOTHING, None),
    ("Không phát sinh hồ sơ nên đơn vị không gửi biểu.", NOTHING, None),
    ("We have nothing to report for this quarter.", NOTHING, None),
    ("There were no files in this period.", NOTHING, None),
    ("Kỳ này không có số liệu báo cáo.", NOTHING, None),
    ("Phòng báo cáo: Quý I năm 2023 không phát sinh thủ tục hành chính.", NOTHING, None),
    ("Trong quý, Báo không có tin, bài nào để báo cáo.", NOTHING, None),
    ("Đơn vị chưa phát sinh nội dung cần báo cáo trong quý", NOTHING, None),
    ("Tháng này đơn vị k phát sinh", NOTHING, None),
    ("UBND xã An Sơn báo cáo chung với UBND xã Bình Nhâm", OTHER, None),
    ("Nội dung này do Sở Tài chính tổng hợp, báo cáo.", OTHER, "stc"),
    ("Đơn vị đã sáp nhập vào Sở Tư pháp, Sở Tư pháp sẽ báo cáo.", OTHER, "stp"),
    ("Phần số liệu một cửa do Văn phòng UBND tỉnh báo cáo.", OTHER, "vpub"),
    ("Đơn vị báo cáo chung với UBND thị xã Bến Cát.", OTHER, "bc"),
    ("Sở Tài chính đã báo cáo nội dung này thay đơn vị.", OTHER, "stc"),
    (
        "Đơn vị đã được sáp nhập vào UBND thành phố Thuận An. Báo cáo quý I do UBND thành phố Thuận An gửi.",
        OTHER,
        "ta",
    ),
    ("Noi dung nay do So Tai chinh tong hop, bao cao", OTHER, "stc"),
    ("Số liệu TTHC của đơn vị thuộc trách nhiệm của Văn phòng UBND tỉnh tổng hợp.", OTHER, "vpub"),
    ("Sở Tư pháp sẽ báo cáo thay cho đơn vị.", OTHER, "stp"),
    ("Báo cáo của đơn vị đã gộp vào báo cáo của UBND huyện Phú Giáo", OTHER, "pg"),
    ("Sở Tài chính reports for us this quarter.", OTHER, "stc"),
    ("Our figures are reported by Sở Tài chính.", OTHER, "stc"),
]
NO_ASKS = [
    "Nhiều doanh nghiệp đề nghị được gia hạn.",
    "Đơn vị sẽ xin gia hạn.",
    "Đơn vị sẽ có văn bản đề nghị gia hạn.",
    "Xin gửi báo cáo CCHC quý I/2023 (tệp đính kèm).",
    "Đơn vị không xin gia hạn.",
    "Nếu cần gia hạn chúng tôi sẽ báo.",
    "Cảm ơn Sở đã gia hạn.",
    "Báo cáo đã được gia hạn đến ngày 15/3/2023.",
    "Trường hợp không kịp, đơn vị sẽ có văn bản xin gia hạn sau.",
    "Xin cảm ơn Sở Nội vụ đã đồng ý gia hạn cho đơn vị đến 15/3.",
    "Đơn vị gửi báo cáo theo thời hạn đã được gia hạn.",
    "Trong quý không phát sinh hồ sơ trễ hạn.",
    "Không có hồ sơ quá hạn.",
    "Không phát sinh đơn thư khiếu nại, tố cáo.",
    "Trong kỳ, Sở Tài chính tổng hợp, báo cáo UBND tỉnh theo quy định.",
    "UBND thành phố đã báo cáo UBND tỉnh kết quả thực hiện.",
    "Người dân đề nghị gia hạn giấy phép xây dựng.",
    "Doanh nghiệp xin gia hạn nộp thuế 12 trường hợp.",
    "Tiếp nhận 15 hồ sơ xin gia hạn thời gian giải quyết.",
    "Đề nghị các đơn vị không nộp chậm báo cáo.",
    "Có 05 hồ sơ đề nghị gia hạn sử dụng đất đến ngày 20/5/2023.",
    "Bản giấy xin gửi sau.",
    "Bản ký số đơn vị sẽ gửi trước ngày 15/3/2023.",
    "Đơn vị sẽ gửi báo cáo trước ngày 10/3 theo quy định.",
    "Đơn vị sẽ gửi báo cáo vào ngày mai.",
    "Cho hỏi báo cáo có được gia hạn không ạ?",
    "Đơn vị đã nhận được thư, xin cảm ơn.",
    "Nếu không phát sinh thì có cần gửi báo cáo không ạ?",
    "Cho em hỏi trường hợp không phát sinh số liệu thì báo cáo thế nào?",
    "Đơn vị không có vướng mắc.",
    "Chưa có số liệu so sánh với cùng kỳ.",
    "Không có số liệu để so sánh cùng kỳ.",
    "Gửi báo cáo thay thế bản đã gửi hôm qua.",
    "Báo cáo thay đổi số liệu tại mục II.",
    "Nội dung này không do Sở Tài chính báo cáo.",
    "Giao Văn phòng tổng hợp, báo cáo Chủ tịch UBND thành phố.",
    "Xin lỗi vì gửi báo cáo muộn.",
    "Báo cáo hồ sơ trễ hạn quý I.",
    "Đã khắc phục tình trạng gửi báo cáo chậm.",
    "Đơn vị đã nộp báo cáo chậm 02 ngày trong quý IV/2022.",
    "Đề nghị Sở hướng dẫn cách xin gia hạn.",
    "Kế hoạch sáp nhập các ấp đến ngày 30/6/2023.",
    "Đã sáp nhập 3 phòng chuyên môn, giảm 2 đầu mối.",
    "Tỷ lệ hồ sơ giải quyết sớm hạn 95%, không phát sinh hồ sơ tồn đọng.",
    "Xin gửi báo cáo theo Công văn số 388 ngày 02/3/2023.",
    "We do not need an extension.",
    "Thank you for the extension until 15 March.",
    "If we need more time we will let you know.",
    "The report is attached.",
    "Nothing else.",
    "Thời gian chốt số liệu từ ngày 15/12/2022 đến ngày 14/3/2023.",
    "Số liệu tính đến ngày 14/3/2023 sẽ được cập nhật.",
    "Lần thứ hai đơn vị gửi báo cáo.",
    "Đề nghị Sở gia hạn tài khoản phần mềm một cửa.",
    "Kiến nghị UBND tỉnh lùi thời gian thực hiện Đề án sang năm 2024.",
    "Trong thời gian gia hạn, đơn vị đã hoàn thành báo cáo.",
    "Đơn vị xin hoàn thiện báo cáo theo góp ý.",
    "Xin hoàn chỉnh và gửi lại.",
    "Đề nghị quý cơ quan tạo điều kiện cho người dân nộp hồ sơ muộn.",
    "Không còn hồ sơ gia hạn.",
    "Đơn vị nào không phát sinh thì không cần gửi.",
    "> xin gia hạn đến 15/3\nĐã nhận.",
    "Vào 8/3/2023, Sở Nội vụ đã viết:\n> Nếu báo cáo gửi qua kênh khác, cần gia hạn, đề nghị trả lời\nCảm ơn.",
    "Quý I, UBND huyện ban hành 12 văn bản, không phát sinh văn bản trái luật.",
    "Sở đã chỉ đạo các phòng không để hồ sơ trễ hạn, không xin gia hạn quá 01 lần.",
    "Đề nghị Bộ kéo dài thời gian thí điểm đến hết năm 2023.",
    "Phòng Nội vụ phối hợp với Văn phòng báo cáo UBND thành phố.",
    "Báo cáo chung của tỉnh đã có số liệu.",
    "Phần mềm do VNPT cung cấp đã báo cáo lỗi.",
    "Đơn vị sẽ báo cáo bổ sung nếu có.",
    "Sở Tài chính báo cáo kết quả cải cách tài chính công.",
    "Đơn vị sẽ tổ chức hội nghị trước ngày 20/3/2023.",
    "Trước ngày 30/6/2023 sẽ hoàn thành việc rà soát thủ tục.",
    "Không phát sinh chi phí không chính thức.",
    "Cán bộ một cửa đã gửi thư xin lỗi do chậm trả kết quả 2 ngày.",
]


@pytest.mark.parametrize(("body", "reason", "detail"), ASKS)
def test_what_is_asked_for(body: str, reason: Reason, detail: str | None) -> None:
    ask = read(body)
    assert ask is not None
    assert ask.reason is reason
    assert (ask.other if reason is OTHER else ask.until and ask.until.isoformat()) == detail
    assert fold(ask.found) in fold(body)


@pytest.mark.parametrize(("body", "reason", "detail"), ASKS)
@pytest.mark.parametrize(
    "written",
    [
        lambda text: unicodedata.normalize("NFD", text),
        str.upper,
        lambda text: fold(text) if text.count("\n") == 0 else text,
        lambda text: f"Kính gửi: Sở Nội vụ\n\n{text}\n\nTrân trọng cảm ơn./.\n\nSở Tài chính\nĐT: 0274.3822222",
        lambda text: f"{text}\n\nVào 8/3/2023, Sở Nội vụ đã viết:\n> Nếu cần gia hạn, đề nghị trả lời thư này.",
    ],
    ids=["NFD", "capitals", "without accents", "as a letter", "above a quotation"],
)
def test_however_it_is_written(written, body: str, reason: Reason, detail: str | None) -> None:
    ask, plain = read(written(body)), read(body)
    assert plain is not None
    assert ask is not None
    assert (ask.reason, ask.until, ask.other) == (reason, plain.until, plain.other)


@pytest.mark.parametrize("body", NO_ASKS)
def test_what_asks_for_nothing(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize("body", NO_ASKS)
def test_nor_without_accents_nor_decomposed(body: str) -> None:
    assert read(unicodedata.normalize("NFD", body)) is None
    if ">" not in body:
        assert read(fold(body)) is None


@pytest.mark.parametrize(("body", "reason", "detail"), ASKS)
def test_what_is_quoted_or_signed_asks_for_nothing(body: str, reason: Reason, detail: str | None) -> None:
    quoted = "\n".join(f"> {line}" for line in body.splitlines())
    assert read(f"Đã nhận thư.\n\nOn Wed, 8 Mar 2023, Sở Nội vụ wrote:\n{quoted}") is None
    assert read(f"Đã nhận thư.\n\n---------- Forwarded message ---------\nFrom: a@b.test\n\n{body}") is None
    assert read(f"Đã nhận thư.\n-- \n{body}") is None


@pytest.mark.parametrize(
    ("subject", "body", "reason", "until"),
    [
        ("Xin gia hạn báo cáo quý I đến 15/3", "", EXTENSION, date(2023, 3, 15)),
        ("V/v gia hạn thời gian gửi báo cáo", "Thời gian mới: trước ngày 14/3.", EXTENSION, date(2023, 3, 14)),
        ("Gia hạn nộp báo cáo", "Kính gửi Sở Nội vụ", EXTENSION, None),
        ("Báo cáo quý I: không phát sinh", "", NOTHING, None),
    ],
)
def test_a_subject_that_its_writer_wrote_counts(subject: str, body: str, reason: Reason, until: date | None) -> None:
    ask = read(body, subject)
    assert ask is not None
    assert (ask.reason, ask.until, ask.source) == (reason, until, EvidenceSource.SUBJECT)


@pytest.mark.parametrize(
    "subject",
    [
        "Re: [BC 2023Q1 TDM] Đã nhận đề nghị gia hạn đến 15/3: báo cáo quý I/2023",
        "[BC 2023Q1 TDM] Gia hạn đến 14/3: báo cáo quý I/2023",
        "Re: Xin gia hạn nộp báo cáo",
        "TL: không phát sinh",
        "Fwd: Xin gia hạn nộp báo cáo",
        "Báo cáo CCHC quý I/2023",
    ],
)
def test_a_subject_that_carries_ours_does_not(subject: str) -> None:
    assert read("Đã nhận, cảm ơn.", subject) is None


@pytest.mark.parametrize(
    ("body", "on", "until"),
    [
        ("Xin gia hạn đến 15/3", date(2023, 3, 20), None),  # gone by; next year is not meant
        ("Xin gia hạn đến 15/3/2022", WEDNESDAY, None),
        ("Xin gia hạn đến 31/2/2023", WEDNESDAY, None),
        ("Xin gia hạn đến 05/01", date(2022, 12, 28), None),  # before the deadline: nothing to extend
        ("Xin gia hạn đến ngày 09/3", WEDNESDAY, None),
        ("Đơn vị xin gia hạn đến ngày 15", WEDNESDAY, date(2023, 3, 15)),
        ("Xin chậm 2 ngày", date(2023, 3, 13), date(2023, 3, 15)),  # overdue already: from the day of receipt
        ("Xin chậm 02 ngày làm việc", WEDNESDAY, date(2023, 3, 13)),  # Friday, Monday: from the deadline
        ("Xin gia hạn, 5 ngày nữa sẽ gửi", WEDNESDAY, date(2023, 3, 13)),  # from the day of receipt
        ("Xin gia hạn do mất điện 3 ngày", WEDNESDAY, None),
        ("Căn cứ Công văn số 45/SNV ngày 20/4/2023, đơn vị xin gia hạn", WEDNESDAY, None),
        ("Xin gia hạn để lấy số liệu đến ngày 14/3/2023", WEDNESDAY, None),
        ("Xin gia hạn đến thứ Sáu, ngày 17/3/2023", WEDNESDAY, date(2023, 3, 17)),
        ("Xin lùi từ ngày 10/3 sang ngày 16/3", WEDNESDAY, date(2023, 3, 16)),
        ("Xin gia hạn đến cuối tháng 3", WEDNESDAY, date(2023, 3, 31)),
        ("Xin gia hạn đến 17h chiều mai", date(2023, 3, 9), date(2023, 3, 10)),
        ("Xin nộp muộn đến 16h ngày mai", date(2023, 3, 9), date(2023, 3, 10)),
        ("Xin gia hạn đến 14 tháng Ba", WEDNESDAY, date(2023, 3, 14)),
        ("Xin gia hạn đến ngày mười lăm tháng ba năm 2023", WEDNESDAY, date(2023, 3, 15)),
        ("Xin gia hạn đến mùng một tháng Tư", WEDNESDAY, date(2023, 4, 1)),
        ("Xin lùi hạn báo cáo sang ngày 5 tháng Giêng", date(2022, 12, 20), None),  # no later than the deadline
        ("Xin gia hạn để kiểm tra số liệu 3 tháng từ các phường", WEDNESDAY, None),
        ("Xin gia hạn, số liệu 9 tháng năm 2022 còn thiếu", WEDNESDAY, None),
        ("Xin gia hạn đến 15.03.23", WEDNESDAY, date(2023, 3, 15)),
        ("Xin gửi sau ngày 10/3 khoảng hai ngày", WEDNESDAY, date(2023, 3, 12)),
        ("Xin nộp báo cáo muộn, 3 ngày kể từ ngày 10/3/2023", WEDNESDAY, date(2023, 3, 13)),
        ("Xin nộp báo cáo sau hạn khoảng 3 ngày", WEDNESDAY, date(2023, 3, 12)),
    ],
)
def test_which_day_is_asked_for(body: str, on: date, until: date | None) -> None:
    ask = read(body, on=on)
    assert ask is not None
    assert (ask.reason, ask.until) == (EXTENSION, until)


def test_a_promise_within_the_deadline_that_holds_asks_for_nothing() -> None:
    promise = "Chậm nhất là ngày 14/3 đơn vị sẽ gửi báo cáo."
    assert read(promise) is not None
    extended = replace(ROUND.deadline, instant=datetime(2023, 3, 15, tzinfo=VN))
    assert read(promise, deadline=extended) is None


def test_the_form_that_is_spoken_of() -> None:
    assert [read(f"Riêng {name} xin gia hạn đến 15/3").form for name in ("Biểu II.06", "biểu thống kê CCHC")] == [  # type: ignore[union-attr]
        "ii06",
        "cchc_stats",
    ]
    both = read("Biểu II.06 và Biểu thống kê CCHC xin gia hạn đến 15/3")
    whole = read("Báo cáo CCHC xin gia hạn đến 15/3")
    assert both is not None
    assert whole is not None
    assert (both.form, whole.form) == (None, None)


def test_the_agency_itself_is_never_the_other() -> None:
    ask = read("UBND thành phố Thủ Dầu Một báo cáo chung với UBND xã An Sơn")
    assert ask is not None
    assert (ask.reason, ask.other) == (OTHER, None)


def test_words_that_describe_a_report_that_was_forgotten_say_nothing() -> None:
    assert read("Xin gửi báo cáo quý I như tệp đính kèm. Trong kỳ không phát sinh hồ sơ.") is None
    ask = read("Xin gửi báo cáo quý I như tệp đính kèm. Riêng Biểu II.06 xin gia hạn đến 15/3.")
    assert ask is not None


def test_a_whole_report_in_the_body_is_no_ask() -> None:
    assert read("Công tác cải cách hành chính được thực hiện tốt. " * 60 + "Trong kỳ không phát sinh hồ sơ.") is None


@pytest.mark.parametrize(
    "body",
    [
        "Báo cáo đã gửi qua trục liên thông ngày 08/3.",
        "Đơn vị đã phát hành trên QLVB rồi ạ",
        "Bao cao da nop ban giay",
        "Đã gửi bằng kênh khác",
        "The report was sent by post yesterday.",
    ],
)
def test_what_went_another_way(body: str) -> None:
    assert other_channel(body) == body
    assert read(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "Chưa gửi qua trục liên thông được.",
        "Nếu đã gửi qua kênh khác thì có cần gửi lại không?",
        "> Nếu báo cáo đã gửi qua kênh khác, đề nghị trả lời thư này",
        "Xin gửi báo cáo.",
    ],
)
def test_what_did_not_go_another_way(body: str) -> None:
    assert other_channel(body) == ""


# Sentences of good reports, put together at random: whatever they speak of, they ask for nothing.
_WHO = ("UBND thành phố", "Sở", "Các phòng chuyên môn", "Bộ phận một cửa", "Các xã, phường")
_DID = (
    "đã ban hành {n} văn bản chỉ đạo về cải cách hành chính",
    "tiếp nhận {n} hồ sơ, giải quyết đúng hạn {n} hồ sơ, không phát sinh hồ sơ trễ hạn",
    "không phát sinh đơn thư khiếu nại, tố cáo trong quý",
    "đã gia hạn {n} giấy phép xây dựng",
    "giải quyết {n} hồ sơ đề nghị gia hạn thời gian sử dụng đất",
    "báo cáo UBND tỉnh kết quả rà soát thủ tục hành chính",
    "phối hợp với Sở Tài chính tổng hợp, báo cáo UBND tỉnh",
    "sắp xếp, sáp nhập {n} đơn vị sự nghiệp",
    "không có hồ sơ quá hạn, tỷ lệ đúng hạn đạt {n}%",
    "xin lỗi tổ chức, công dân {n} trường hợp trả kết quả chậm",
    "sẽ triển khai {n} dịch vụ công trực tuyến trước ngày 30/6/2023",
    "kiến nghị Bộ sớm hoàn thiện phần mềm",
    "tổ chức {n} lớp tập huấn, không có vướng mắc phát sinh",
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(_WHO), st.sampled_from(_DID), st.integers(1, 99), st.sampled_from([".", ";", ",\n"])),
        min_size=1,
        max_size=8,
    )
)
def test_a_narrative_asks_for_nothing(parts: list[tuple[str, str, int, str]]) -> None:
    text = " ".join(f"{who} {did.format(n=n)}{end}" for who, did, n, end in parts)
    assert read(text) is None
    assert read(fold(text)) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=80))
def test_any_text_is_read_to_its_end(body: str, subject: str) -> None:
    ask = read(body, subject)
    assert ask is None or (ask.found and ask.reason.is_ask)
    assert isinstance(other_channel(body), str)


def record(outcome: Outcome, reason: str, *evidence: Evidence) -> InboundRecord:
    ref = MessageRef("a", "INBOX", 1, 1)
    at = datetime(2023, 3, 8, tzinfo=VN)
    return InboundRecord(1, ref, "<1@a.test>", "ab", 9, at, outcome=outcome, reason=reason, evidence=evidence)


def test_which_asks_wait_and_which_are_only_noted() -> None:
    asked = Evidence("ask", EXTENSION.value, EvidenceSource.BODY)
    waits = record(Outcome.HELD, EXTENSION.value, asked)
    handled = record(Outcome.IGNORED, Reason.HANDLED.value, asked)
    beside = record(Outcome.ACCEPTED, Reason.OK.value, asked)
    channel = record(Outcome.HELD, Reason.NO_ATTACHMENT.value, Evidence("ask", "other_channel", EvidenceSource.BODY))
    every = (waits, handled, beside, channel)
    assert pending_asks(every) == (waits,)
    assert noted_asks(every) == (beside,)


def test_the_evidence_says_all_that_was_read() -> None:
    ask = Ask(EXTENSION, date(2023, 3, 15), None, "xin gia hạn", "ii06")
    assert [(e.about, e.value) for e in ask_evidence(ask)] == [
        ("ask", "asks_extension"),
        ("until", "2023-03-15"),
        ("form", "ii06"),
    ]
    assert {(e.source, e.found) for e in ask_evidence(ask)} == {(EvidenceSource.BODY, "xin gia hạn")}


@pytest.mark.parametrize(("subject", "body", "reason", "detail"), ASKING)
def test_a_clerk_s_mail_that_asks(subject: str, body: str, reason: Reason, detail: str) -> None:
    for written in (body, unicodedata.normalize("NFD", body)):
        ask = read(written, subject)
        assert ask is not None
        assert (ask.reason, ask.until.isoformat() if ask.until else ask.other or "") == (reason, detail)


@pytest.mark.parametrize(("subject", "body"), SILENT)
def test_a_clerk_s_mail_that_asks_for_nothing(subject: str, body: str) -> None:
    assert read(body, subject) is None
    assert read(fold(body), subject) is None


@pytest.mark.parametrize(("body", "reason", "detail"), [*LATER_ASKING, *MENDED_ASKING])
def test_a_sentence_of_a_family_that_was_misread_asks(body: str, reason: Reason, detail: str) -> None:
    for written in (body, unicodedata.normalize("NFD", body), fold(body), f"Kính gửi Sở,\n{body}\nTrân trọng."):
        ask = read(written)
        assert ask is not None
        assert (ask.reason, ask.until.isoformat() if ask.until else ask.other or "") == (reason, detail)


@pytest.mark.parametrize("body", [*LATER_SILENT, *MENDED_SILENT])
def test_a_sentence_of_a_family_that_was_misread_asks_for_nothing(body: str) -> None:
    assert read(body) is None
    assert read(fold(body)) is None
