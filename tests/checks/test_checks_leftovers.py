"""What a template leaves in a text: by table, what is a leftover and what finished reports say as well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.leftovers import bracketed, gap_in_row, hint_left, placeholder, told_to_write

LEFT = [
    ("Thực hiện Kế hoạch của [tên cơ quan] về CCHC.", "[tên cơ quan]"),
    ("[TÊN CƠ QUAN] báo cáo như sau", "[TÊN CƠ QUAN]"),
    ("[Ghi số lượng văn bản đã ban hành trong kỳ]", "[Ghi số lượng văn bản đã ban hành trong kỳ]"),
    ("[ghi …]", "[ghi …]"),
    ("Kết quả: <nhập>", "<nhập>"),
    ("Đã ban hành <nhập số liệu> văn bản", "<nhập số liệu>"),
    ("{đơn vị báo cáo}", "{đơn vị báo cáo}"),
    ("Trong kỳ đã tiếp nhận …… hồ sơ, đạt 98%.", "Trong kỳ đã tiếp nhận …… hồ sơ, đạt 98%."),
    ("Trong kỳ đã tiếp nhận … hồ sơ.", "Trong kỳ đã tiếp nhận … hồ sơ."),
    ("Đã ban hành ..... văn bản quy phạm pháp luật.", "Đã ban hành ..... văn bản quy phạm pháp luật."),
    ("Có ____ đơn vị tự bảo đảm chi thường xuyên", "Có ____ đơn vị tự bảo đảm chi thường xuyên"),
    ("Tỷ lệ đúng hạn đạt ...%.", "Tỷ lệ đúng hạn đạt ...%."),
    ("Tỷ lệ đúng hạn đạt ……… %", "Tỷ lệ đúng hạn đạt ……… %"),
    ("Số văn bản đã ban hành: ..........", "Số văn bản đã ban hành: ......"),
    ("Tổng số: … hồ sơ", "Tổng số: … hồ sơ"),
    ("Đã tiếp nhận xx hồ sơ", "Đã tiếp nhận xx hồ sơ"),
    ("Đạt XX% kế hoạch", "Đạt XX% kế hoạch"),
    ("Click or tap here to enter text.", "Click or tap here to enter text"),
    ("Bấm hoặc gõ nhẹ vào đây để nhập văn bản.", "Bấm hoặc gõ nhẹ vào đây để nhập văn bản"),
    ("Không có nội dung thì ghi: Không có.", "thì ghi: Không có"),
    ("Nếu không có thì ghi “Không có”", "thì ghi “Không có"),
    ("Công việc thứ nhất.\nCông việc [nêu cụ thể].", "[nêu cụ thể]"),
    ("Ke hoach cua [ten co quan]", "[ten co quan]"),
    ("Đã tổ chức xx hội nghị", "Đã tổ chức xx hội nghị"),
    ("Đã tổ chức …… hội nghị trực tuyến.", "Đã tổ chức …… hội nghị trực tuyến."),
    ("Mở XX lớp tập huấn", "Mở XX lớp tập huấn"),
    ("Đã tiếp nhận {{so_ho_so}} hồ sơ", "{{so_ho_so}}"),
    ("Đã tiếp nhận ${soHoSo} hồ sơ", "${soHoSo}"),
    ("Đã tiếp nhận «So_ho_so» hồ sơ", "«So_ho_so»"),
    ("Số văn bản: [...]", "Số văn bản: [...]"),
    ("Tổng số hồ sơ: […] hồ sơ.", "Tổng số hồ sơ: […] hồ sơ."),
    ("Đạt tỷ lệ   %", "Đạt tỷ lệ %"),
    (
        "Giải quyết đúng hạn đạt\u00a0\u00a0 %, tăng so với quý trước",
        "Giải quyết đúng hạn đạt %, tăng so với quý trước",
    ),
    ("Hồ sơ trực tuyến chiếm \t%", "Hồ sơ trực tuyến chiếm %"),
    ("có …/… nhiệm vụ hoàn thành", "có …/… nhiệm vụ hoàn thành"),
    ("Có .../12 nhiệm vụ, đạt khá", "Có .../12 nhiệm vụ, đạt khá"),
    ("Đã xong 10/____ chỉ tiêu", "Đã xong 10/____ chỉ tiêu"),
    ("Những khó khăn, vướng mắc: " + "." * 120, "Những khó khăn, vướng mắc: ......"),
    (
        "Trong quý I năm 2023, Sở Tư pháp đã phối hợp với các cơ quan, đơn vị tiếp nhận …… hồ sơ chứng thực, "
        "giải quyết đúng hạn toàn bộ.",
        "quan, đơn vị tiếp nhận …… hồ sơ chứng thực, giải quyết đúng",
    ),
    ("Người lập biểu đã tiếp nhận …… hồ sơ.", "Người lập biểu đã tiếp nhận …… hồ sơ."),
    ('Theo mẫu "A", đã tiếp nhận …… hồ sơ.', 'Theo mẫu "A", đã tiếp nhận …… hồ sơ.'),
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
    "Người lập biểu: ……",
    "Người lập biểu (ký, ghi rõ họ tên): ..........",
    "NGƯỜI LẬP BÁO CÁO: ……………………",
    "Điện thoại: …… Email: ……",
    "- Số điện thoại liên hệ: ……",
    "Họ và tên: …… Chức vụ: ……",
    "Họ và tên: …… Đơn vị công tác: ……",
    "Người ký: ……",
    "Đơn vị báo cáo: ……………",
    "Đầu mối liên hệ: ……… Người phụ trách: ………",
    "Phòng: …… Người theo dõi: …… Số: ……",
    "Báo cáo lập ngày 12/3/2023. Người lập biểu: ……",
    "Ghi chú: ……",
    'Biểu mẫu "[tên cơ quan]" trong hướng dẫn được Sở sửa lại cho phù hợp.',
    "Biểu mẫu “Đã tiếp nhận …… hồ sơ” trong hướng dẫn được sửa lại.",
    "Danh sách gồm ông Nguyễn Văn X, bà Trần Thị XX được khen thưởng.",
    "Các xã X, XX, XXI của huyện; Đại hội XX; thế kỷ XX người dân đi khai hoang.",
    "Thông tư số xx/2023/TT-BTP dự kiến ban hành trong quý II.",
    "Theo văn bản trích: […] các cơ quan phải thực hiện.",
    "Số: [12]",
    "Tỷ lệ (%)",
    "Tỷ lệ %",
    "Tỷ lệ   % hồ sơ đúng hạn",
    "Đạt  % KH",
    "Đạt tỷ lệ 98,5 %",
    "Đạt tỷ lệ  98   %",
    "ngày …/…/2023",
    "Kế hoạch …/… ngày … tháng 3",
    "Đạt tỷ lệ trên/dưới ___/___ theo biểu.",
    "Hoàn thành 10/12 nhiệm vụ (83,33%)...",
    "Kết quả đạt được cụ thể như sau: …",
    "Hệ thống dùng dấu {…} và «Một cửa» để đặt tên",
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(ghi rõ số lượng)", "(ghi rõ số lượng)"),
        ("Đã ban hành văn bản (ghi rõ số lượng).", "Đã ban hành văn bản (ghi rõ số lượng)."),
        (
            "Năm 2022 đã làm. Đã ban hành văn bản (Nêu cụ thể số liệu)",
            "Năm 2022 đã làm. Đã ban hành văn bản (Nêu cụ thể số liệu)",
        ),
        ("Kết quả khác (ghi cụ thể …)", "Kết quả khác (ghi cụ thể …)"),
        ("Kết quả khác (ghi rõ tên văn bản ....)", "Kết quả khác (ghi rõ tên văn bản ....)"),
        ("(Ký, ghi rõ họ tên)", None),
        ("(ghi rõ họ tên)", None),
        ("(Ghi rõ họ và tên, chức vụ …)", None),
        ("Thư xin lỗi (ghi rõ lý do) được gửi cho người dân.", None),
        ("Đã ban hành 12 văn bản (ghi rõ số lượng).", None),
        ("Văn bản đã ban hành (ghi rõ số lượng): 12 văn bản", None),
        ("Lĩnh vực khác (ghi cụ thể)", None),
        ("Mẫu “(ghi rõ số lượng)” đã được bỏ.", None),
        ("Ghi rõ số lượng vào sổ theo dõi.", None),
    ],
)
def test_an_order_of_the_template(text: str, found: str | None) -> None:
    assert told_to_write(text) == found


HEADINGS = ("TT", "Nội dung", "Kết quả")


@pytest.mark.parametrize(
    ("cells", "headings", "found"),
    [
        (("1", "Số hồ sơ", "……"), HEADINGS, "Số hồ sơ: ……"),
        (("1", "Tỷ lệ đúng hạn", ".........%"), HEADINGS, "Tỷ lệ đúng hạn: ......%"),
        (("Số hồ sơ", "____"), ("Nội dung", "Kết quả"), "Số hồ sơ: ____"),
        (("Người lập biểu", "……"), ("Nội dung", "Kết quả"), None),
        (("Điện thoại:", "……"), (), None),
        (("1", "Số hồ sơ", "…"), HEADINGS, None),  # statistics: there is no figure
        (("1", "Số hồ sơ", "..."), HEADINGS, None),
        (("……", "……", "……"), HEADINGS, None),  # the list goes on
        (("1", "Số hồ sơ", "……"), ("TT", "Nội dung", "Ghi chú"), None),
        (("……", "Lĩnh vực khác", "12"), HEADINGS, None),
        (("1", "Số hồ sơ", "12"), HEADINGS, None),
        ((), (), None),
    ],
)
def test_a_cell_left_as_room_to_write_in(cells: tuple[str, ...], headings: tuple[str, ...], found: str | None) -> None:
    assert gap_in_row(cells, headings) == found


@given(st.text(alphabet='ab. …:_%x/[]()"“”\t', max_size=200))
def test_a_quotation_is_short_and_nothing_fails(text: str) -> None:
    assert all(len(found) <= 80 for found in (placeholder(text), told_to_write(text), bracketed(text)) if found)
