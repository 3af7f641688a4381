"""What counts as the cause of a difference: sentences of clerks, each way."""

from decimal import Decimal

import pytest

from bot.checks.causes import cause_in_note, causes, causes_in_mail, named_figures, quoted
from bot.checks.sentences import split_sentences


def cause_in_mail(text: str) -> str | None:
    """The words of the first cause that a mail gives."""
    return next((cause.text for cause in causes_in_mail(text)), None)


CAUSES = [
    "Số liệu báo cáo chênh lệch 5 hồ sơ so với hệ thống một cửa do 5 hồ sơ giấy chưa được nhập vào phần mềm.",
    "Nguyên nhân chênh lệch số liệu: hồ sơ tiếp nhận trực tiếp tại xã chưa cập nhật kịp thời lên phần mềm.",
    "Có sự chênh lệch so với số liệu trên Cổng dịch vụ công vì một số thủ tục chưa được tích hợp.",
    "Số liệu không khớp với phần mềm một cửa, lý do là phần mềm bị lỗi đồng bộ từ ngày 01/3.",
    "Số liệu không khớp với phần mềm một cửa, lí do là phần mềm bị lỗi đồng bộ từ ngày 01/3.",
    "Số liệu của đơn vị không thống nhất với hệ thống của tỉnh. Nguyên nhân: cán bộ một cửa nhập trùng hồ sơ.",
    "Số hồ sơ tiếp nhận cao hơn số liệu trên Cổng dịch vụ công do 12 hồ sơ nộp ngày 14/3 chưa đồng bộ.",
    "Số liệu khác với hệ thống thông tin giải quyết TTHC của tỉnh bởi đơn vị tính cả hồ sơ liên thông.",
    "Chênh lệch 12 hồ sơ là do hồ sơ đất đai tiếp nhận tại Chi nhánh Văn phòng đăng ký đất đai.",
    "So lieu chenh lech voi he thong mot cua la do phan mem bi loi tu ngay 01/3.",
    "Do phần mềm chưa cập nhật nên số liệu có sự sai lệch so với hệ thống.",
    "Số liệu chênh lệch do đơn vị báo cáo thiếu hồ sơ liên thông.",
    "Kính gửi Sở Nội vụ, số liệu khác với phần mềm vì phần mềm chỉ tính hồ sơ trực tuyến; đề nghị Sở ghi nhận.",
    "Số liệu trên hệ thống một cửa điện tử chưa khớp với sổ theo dõi do mạng bị gián đoạn trong tháng 02.",
    "> Đề nghị nêu nguyên nhân chênh lệch.\nSố liệu chênh lệch với hệ thống một cửa do nhập trùng 3 hồ sơ.",
]
NO_CAUSES = [
    "",
    "Nguyên nhân: chưa có.",
    "Nguyên nhân chênh lệch: chưa có.",
    "Nguyên nhân chênh lệch số liệu chưa xác định được.",
    "Nguyên nhân chênh lệch số liệu với hệ thống đang được rà soát.",
    "Chưa rõ nguyên nhân chênh lệch với hệ thống.",
    "Số liệu có chênh lệch so với hệ thống một cửa.",
    "Số liệu có chênh lệch so với hệ thống một cửa, do đó đơn vị sẽ rà soát lại.",
    "Số liệu chênh lệch với hệ thống. Do đó đề nghị kiểm tra lại.",
    "Vì vậy, số liệu chênh lệch với hệ thống một cửa.",
    "Không có chênh lệch số liệu giữa báo cáo và hệ thống một cửa do cập nhật kịp thời.",
    "Đề nghị nêu nguyên nhân chênh lệch số liệu trong báo cáo hoặc ngay trong thư trả lời do số liệu không khớp.",
    "Đề nghị rà soát; nếu số liệu đúng, đề nghị nêu nguyên nhân chênh lệch trong báo cáo hoặc ngay trong thư trả lời.",
    "> Số liệu chênh lệch với hệ thống một cửa do chưa nhập đủ hồ sơ.",
    "Nếu có chênh lệch số liệu với hệ thống thì đơn vị giải trình do yếu tố khách quan.",
    "Một số văn bản không thống nhất do nhiều cơ quan ban hành.",
    "Tồn tại, hạn chế là do kinh phí còn khó khăn, nhân lực thiếu.",
    "Hệ thống một cửa hoạt động không ổn định do đường truyền yếu.",
    "Chênh lệch giàu nghèo do điều kiện tự nhiên.",
    "Số liệu do UBND các xã báo cáo chênh lệch với hệ thống một cửa.",
    "Số liệu chênh lệch với phần mềm một cửa do tỉnh quản lý.",
    "Đơn vị báo cáo số liệu khác với hệ thống.",
    "Số liệu không khớp với hệ thống. Nguyên nhân: không có.",
    "Số hồ sơ đã giải quyết chênh lệch so với quý trước do dịp Tết Nguyên đán.",
    "Số hồ sơ chênh lệch 12 hồ sơ so với cùng kỳ năm trước do người dân đi làm xa.",
    "Số liệu hồ sơ lệch nhiều so với quý IV/2022 vì nhu cầu của người dân tăng.",
]


@pytest.mark.parametrize("text", CAUSES)
def test_a_cause_of_a_difference_is_heard(text: str) -> None:
    cause = cause_in_mail(text)
    assert cause
    assert not cause.startswith(">")


@pytest.mark.parametrize("text", NO_CAUSES)
def test_what_gives_no_cause_is_none(text: str) -> None:
    assert cause_in_mail(text) is None


@pytest.mark.parametrize("text", CAUSES)
def test_a_cause_is_found_within_a_whole_mail(text: str) -> None:
    mail = f"Kính gửi Sở Nội vụ.\nĐơn vị gửi lại báo cáo.\n{text}\nTrân trọng cảm ơn."
    assert cause_in_mail(mail) == cause_in_mail(text)


def test_difference_and_cause_far_apart_do_not_belong_together() -> None:
    far = "Số liệu chênh lệch với hệ thống. Đơn vị đã họp. Nguyên nhân: thiếu nhân lực tại bộ phận một cửa."
    assert cause_in_mail(far) is None


@pytest.mark.parametrize(
    ("note", "counts"),
    [
        ("do nhập trùng 3 hồ sơ", True),
        ("Vì phần mềm lỗi", True),
        ("Chênh lệch với phần mềm: hồ sơ giấy chưa nhập", True),
        ("Hệ thống một cửa chưa cập nhật 5 hồ sơ", True),
        ("", False),
        ("-", False),
        ("đúng", False),
        ("Đã kiểm tra lại", False),
        ("Kế hoạch số 14/KH-UBND", False),
        ("Nguyên nhân: chưa có", False),
        ("Không chênh lệch với hệ thống", False),
        ("Số liệu theo đơn vị báo cáo", False),
        ("Theo số liệu hệ thống", False),
        ("Theo số liệu trên hệ thống một cửa của tỉnh", False),
        ("Kính gửi Văn phòng Sở tổng hợp số liệu trên hệ thống theo quy định.", False),
        ("Tồn tại, hạn chế do thiếu nhân lực, hệ thống mạng chậm.", False),
        ("Giảm so với quý trước do dịp Tết, hồ sơ ít", False),
        ("Do địa bàn rộng, dân cư đông", False),
        ("4 hồ sơ cán bộ một cửa quên bấm tiếp nhận", True),
        ("Cao hơn hệ thống do hồ sơ kỳ trước chuyển sang chưa đồng bộ", True),
        ("nhập chậm 02 hồ sơ", True),
    ],
)
def test_a_remark_beside_the_figure(note: str, counts: bool) -> None:
    assert cause_in_note(note) == (note if counts else None)


def test_only_the_sentence_is_quoted_and_not_more_than_120_letters() -> None:
    (one, two) = CAUSES[5].split(". ")
    sentences = split_sentences(f"Mở đầu. {CAUSES[5]} Kết thúc.")
    assert [cause.text for _, cause in causes((said, "") for said in sentences)] == [f"{one}. {two}"]
    assert quoted("a" * 120) == "a" * 120
    assert len(quoted("a " * 90)) <= 120
    assert quoted("a " * 90).endswith("…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lệch 04 hồ sơ (216 so với 212)", {4, 216, 212}),
        ("mục 1.2 lệch 1.204 hồ sơ từ ngày 01/3 đến 14/3/2023", {1204}),
        ("do 03 xã, 12 cán bộ nhập chậm 2 ngày trong quý I/2023", set()),
        ("chỉ tiêu 2.1, cột (3), dịch vụ mức độ 4", set()),
        ("theo Công văn số 388/SNV-CCHC", set()),
    ],
)
def test_the_figures_that_a_cause_names(text: str, expected: set[int]) -> None:
    assert named_figures(text) == {Decimal(number) for number in expected}


@pytest.mark.parametrize(
    ("text", "actual", "expected", "now", "earlier"),
    [
        ("Số liệu lệch 4 hồ sơ so với hệ thống do chưa đồng bộ dữ liệu.", 216, 212, True, True),
        ("Số liệu lệch 4 hồ sơ so với hệ thống do chưa đồng bộ dữ liệu.", 700, 212, False, False),
        ("Số liệu lệch 4 hồ sơ so với hệ thống do chưa đồng bộ dữ liệu.", 99, 7, False, False),
        ("Số liệu 216 khác hệ thống 212 do chưa đồng bộ dữ liệu.", 216, 212, True, True),
        ("Số liệu 216 khác hệ thống 212 do chưa đồng bộ dữ liệu.", 700, 212, False, False),
        ("Số liệu khác hệ thống (212) do chưa đồng bộ dữ liệu.", 700, 212, True, False),
        ("Số liệu lệch so với hệ thống do 3 hồ sơ giấy và 2 hồ sơ liên thông chưa nhập.", 10, 5, True, True),
        ("Số liệu lệch so với hệ thống do chưa đồng bộ dữ liệu.", 700, 212, True, False),
        ("Mục 1.2 lệch 4 hồ sơ so với hệ thống. Nguyên nhân: dữ liệu chưa đồng bộ.", 216, 212, True, True),
        ("Mục 1.2 lệch 4 hồ sơ so với hệ thống. Nguyên nhân: dữ liệu chưa đồng bộ.", 99, 7, False, False),
    ],
)
def test_what_a_cause_covers(text: str, actual: int, expected: int, now: bool, earlier: bool) -> None:
    (cause,) = causes_in_mail(text)
    assert cause.covers(Decimal(actual), Decimal(expected), is_current=True) is now
    assert cause.covers(Decimal(actual), Decimal(expected), is_current=False) is earlier


@pytest.mark.parametrize(
    ("sentence", "answer", "other"),
    [
        ("Nguyên nhân: 04 hồ sơ liên thông không thể hiện trên hệ thống một cửa.", True, True),
        ("Hệ thống thiếu 4 hồ sơ vì phần mềm bị lỗi kết nối.", True, True),
        ("Số liệu của hệ thống chưa cập nhật 4 hồ sơ ngày 14/3.", True, True),
        ("Do phần mềm một cửa chưa đồng bộ.", True, False),
        ("Vì một số hồ sơ giấy chưa được nhập.", True, False),
        ("Chênh lệch số liệu do hệ thống chưa đồng bộ.", True, True),
        ("Sai lệch số liệu do phần mềm lỗi.", True, True),
        ("Số liệu của chúng tôi là đúng.", False, False),
        ("Nguyên nhân chênh lệch số liệu với hệ thống: (ghi rõ).", False, False),
        ("Nguyên nhân: đang chờ tỉnh trả lời.", False, False),
        ("Nguyên nhân chênh lệch số liệu với hệ thống: đề nghị tỉnh trả lời.", False, False),
        ("Do hệ thống.", False, False),
        ("Kính gửi Văn phòng Sở, đơn vị gửi lại báo cáo.", False, False),
    ],
)
def test_an_answer_to_the_question_need_not_say_again_that_figures_differ(
    sentence: str, answer: bool, other: bool
) -> None:
    assert bool(causes_in_mail(sentence, is_answer=True)) is answer
    assert bool(causes_in_mail(sentence)) is other


@pytest.mark.parametrize(
    ("sentence", "key", "gap", "covered"),
    [
        ("Dòng 1.2 chênh lệch số liệu do hệ thống chưa đồng bộ.", "1.2", 4, True),
        ("Dòng 1.2 chênh lệch số liệu do hệ thống chưa đồng bộ.", "2.1", 92, False),
        ("Dòng 9.9 chênh lệch số liệu do hệ thống chưa đồng bộ.", "2.1", 92, True),  # no row of this table
        ("Dòng 1.2 lệch 4 hồ sơ và dòng 2.1 lệch 92 người so với hệ thống do chưa đồng bộ.", "2.1", 92, True),
        ("Số liệu chênh lệch với hệ thống do 2 cán bộ nghỉ ốm nên nhập chậm.", "1.2", 4, True),
        ("Số liệu lệch 5 hồ sơ so với hệ thống do chưa đồng bộ.", "1.2", 4, False),
    ],
)
def test_a_cause_that_names_rows_speaks_of_those_alone(sentence: str, key: str, gap: int, covered: bool) -> None:
    (cause,) = causes_in_mail(sentence)
    said = cause.covers(Decimal(100 + gap), Decimal(100), key=key, keys=("1.2", "2.1"), is_current=True)
    assert said is covered
