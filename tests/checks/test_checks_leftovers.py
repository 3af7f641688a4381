"""What a template leaves in a text: by table, what is a leftover and what finished reports say as well."""

import pytest

from bot.checks.leftovers import bracketed, hint_left, placeholder

LEFT = [
    ("Thực hiện Kế hoạch của [tên cơ quan] về CCHC.", "[tên cơ quan]"),
    ("[TÊN CƠ QUAN] báo cáo như sau", "[TÊN CƠ QUAN]"),
    ("[Ghi số lượng văn bản đã ban hành trong kỳ]", "[Ghi số lượng văn bản đã ban hành trong kỳ]"),
    ("[ghi …]", "[ghi …]"),
    ("Kết quả: <nhập>", "<nhập>"),
    ("Đã ban hành <nhập số liệu> văn bản", "<nhập số liệu>"),
    ("{đơn vị báo cáo}", "{đơn vị báo cáo}"),
    ("Trong kỳ đã tiếp nhận …… hồ sơ, đạt 98%.", "…… hồ sơ"),
    ("Trong kỳ đã tiếp nhận … hồ sơ.", "nhận … hồ sơ"),
    ("Đã ban hành ..... văn bản quy phạm pháp luật.", "..... văn bản"),
    ("Có ____ đơn vị tự bảo đảm chi thường xuyên", "____ đơn vị"),
    ("Tỷ lệ đúng hạn đạt ...%.", "...%"),
    ("Tỷ lệ đúng hạn đạt ……… %", "……… %"),
    ("Số văn bản đã ban hành: ..........", ": .........."),
    ("Tổng số: … hồ sơ", "số: … hồ sơ"),
    ("Đã tiếp nhận xx hồ sơ", "xx hồ sơ"),
    ("Đạt XX% kế hoạch", "XX%"),
    ("Click or tap here to enter text.", "Click or tap here to enter text"),
    ("Bấm hoặc gõ nhẹ vào đây để nhập văn bản.", "Bấm hoặc gõ nhẹ vào đây để nhập văn bản"),
    ("Không có nội dung thì ghi: Không có.", "thì ghi: Không có"),
    ("Nếu không có thì ghi “Không có”", "thì ghi “Không có"),
    ("Công việc thứ nhất.\nCông việc [nêu cụ thể].", "[nêu cụ thể]"),
    ("Ke hoach cua [ten co quan]", "[ten co quan]"),
]
# Sentences that finished reports have.
WRITTEN = [
    "Thủ Dầu Một, ngày … tháng … năm 2023",
    "Thủ Dầu Một, ngày ..... tháng ..... năm 2023",
    "Số: …/BC-UBND",
    "Số:       /BC-UBND",
    "Quyết định số ……/QĐ-UBND ngày …/…/2023",
    "Các lĩnh vực hộ tịch, đất đai, … hồ sơ được giải quyết đúng hạn.",
    "Các lĩnh vực hộ tịch, đất đai, …… hồ sơ được giải quyết đúng hạn.",
    "Các lĩnh vực hộ tịch, đất đai… Hồ sơ trực tuyến đạt 61,5%.",
    "Tuyên truyền bằng loa, tờ rơi..... người dân đồng tình.",
    "Hộ tịch, chứng thực, v.v...",
    "Đã tiếp nhận 2.544 hồ sơ, giải quyết đúng hạn và trước hạn đạt 98,5%.",
    "[Ghi nhanh] Một ngày ở bộ phận một cửa",
    "[Video] Người dân làm thủ tục trực tuyến",
    "[Diễn đàn] Vì nhân dân phục vụ",
    "Theo báo cáo [1], tỷ lệ là 98%; nguồn [2].",
    "[x] Có  [ ] Không",
    "Chỉ tiêu đạt < 5% là chưa đạt, > 95% là tốt.",
    "“Cải cách hành chính là khâu đột phá […]”",
    "Nghị quyết Đại hội Đảng bộ lần thứ XX, văn bản chỉ đạo của tỉnh",
    "Nghị quyết Đại hội XX hồ sơ",
    "Trong kỳ, đơn vị: 3 văn bản",
    "……………………",
    "Họ và tên: Nguyễn Văn An",
    "Ghi rõ họ tên người tiếp nhận trên phiếu hẹn trả kết quả.",
    "Nhập dữ liệu hộ tịch điện tử đạt 100%.",
    "Bấm vào đây để xem kế hoạch",
    "Không có.",
    "",
]


@pytest.mark.parametrize(("text", "found"), LEFT)
def test_a_leftover_is_quoted_as_it_stands(text: str, found: str) -> None:
    assert placeholder(text) == found


@pytest.mark.parametrize("text", WRITTEN)
def test_what_reports_say_is_no_leftover(text: str) -> None:
    assert placeholder(text) is None
    assert bracketed(text) is None


def test_in_the_letterhead_only_brackets_count() -> None:
    assert bracketed("UBND [tên đơn vị]") == "[tên đơn vị]"
    assert all(bracketed(text) is None for text, found in LEFT if found[0] not in "[<{")


HINT = "Số văn bản quy phạm pháp luật đã ban hành, kết quả rà soát."


@pytest.mark.parametrize(
    ("text", "is_left"),
    [
        (HINT, True),
        (HINT.upper(), True),
        (f"(Gợi ý: {HINT})", True),
        (f"Đã làm.\n{HINT}", True),
        (f"{HINT} Trong kỳ đã ban hành 3 văn bản, rà soát 12 văn bản.", False),
        ("Số văn bản quy phạm pháp luật đã ban hành: 3; đã rà soát 12.", False),
        ("", False),
    ],
)
def test_a_hint_is_left_where_it_stands_alone(text: str, is_left: bool) -> None:
    assert (hint_left(text, (HINT, "Kết quả")) is not None) is is_left


def test_a_short_hint_is_what_a_report_may_say_itself() -> None:
    assert hint_left("Đánh giá chung", ("Đánh giá chung",)) is None
    assert hint_left("Kết quả rà soát văn bản", ("Kết quả rà soát văn bản",)) == "Kết quả rà soát văn bản"
    long = " ".join(["kết quả"] * 60)
    assert len(hint_left(long, (long,)) or "") == 80
