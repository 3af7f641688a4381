"""Sentences of the families that a stranger had found misread.

The first twenty (`LATER_ASKING`, `LATER_SILENT`) were written before the reader was mended for them; it then took 10
rightly: 2 that ask and 8 that do not. Their writer had seen the reader's patterns and the stranger's findings, so they
are no blind sample. The others (`MENDED_ASKING`, `MENDED_SILENT`) were written with the mending.

All come from UBND thành phố Thủ Dầu Một on Wednesday 8/3/2023, a day before the deadline of 2023-q1.
"""

from bot.domain.mail import Reason

EXTENSION, NOTHING, OTHER = Reason.ASKS_EXTENSION, Reason.NOTHING_TO_REPORT, Reason.REPORTED_BY_OTHER

LATER_ASKING: list[tuple[str, Reason, str]] = [
    ("Thành phố đề nghị Sở nhận báo cáo của đơn vị chậm nhất là ngày 17.3.2023.", EXTENSION, "2023-03-17"),
    ("Lãnh đạo đi vắng nên đến thứ Ba tuần sau chúng tôi mới gửi được báo cáo.", EXTENSION, "2023-03-14"),
    ("Máy chủ hỏng, đơn vị chỉ nộp được số liệu vào mùng 15 tháng 3.", EXTENSION, "2023-03-15"),
    ("Kính xin lùi hạn gửi báo cáo tới hai mươi tháng Ba.", EXTENSION, "2023-03-20"),
    ("Cho em xin gia hạn sang 09 tháng Tư nhé chị.", EXTENSION, "2023-04-09"),
    ("Xin nộp báo cáo sau hạn 10/3 chừng ba hôm ạ.", EXTENSION, "2023-03-13"),
    ("Kỳ này thành phố không có chuyên mục, tin bài nào về cải cách hành chính.", NOTHING, ""),
    ("Các chỉ tiêu trong biểu của đơn vị quý I đều bằng 0.", NOTHING, ""),
    ("Số liệu này đã có trong báo cáo của Sở Tư pháp, đơn vị không gửi riêng.", OTHER, "stp"),
    ("Biểu II.06 thì Sở Tài chính đã gửi rồi, thành phố không nộp nữa.", OTHER, "stc"),
]

LATER_SILENT: list[str] = [
    "Kỳ trước không có số liệu, kỳ này đã có đầy đủ, em gửi chị trong chiều nay.",
    "Năm ngoái đơn vị không phát sinh hồ sơ nào, năm nay có 12 hồ sơ.",
    "Em xin gửi lại địa chỉ thư điện tử mới của phòng, dùng từ ngày 20/3.",
    "Đơn vị xin gửi lại công văn cử đầu mối trước ngày 16/3.",
    "Quý sở lưu ý: chậm nhất ngày 20/3 các phòng phải nộp kế hoạch đào tạo cho thành phố.",
    "Trong quý không có hồ sơ nào bị trả lại, có 3 hồ sơ đang xử lý.",
    "Sở Tài chính đã báo cáo rồi, còn đơn vị chiều nay sẽ gửi.",
    "Tháng Ba này thành phố tổ chức 14 lớp tập huấn.",
    "Số hồ sơ trễ hạn bằng 0, số hồ sơ đúng hạn là 2.544.",
    "Muộn nhất 16h hôm nay em gửi báo cáo chị nhé.",
]

# Written after mending: what the examiner showed, and its neighbours.
MENDED_ASKING: list[tuple[str, Reason, str]] = [
    ("Quý này có 0 hồ sơ, không phát sinh số liệu.", NOTHING, ""),
    ("Em không gửi đúng hạn được, chậm nhất 14/3 em gửi.", EXTENSION, "2023-03-14"),
    ("Văn phòng UBND tỉnh đã tổng hợp báo cáo nên thành phố không báo cáo riêng.", OTHER, "vpub"),
    ("Cho em xin đến hai mươi lăm tháng ba.", EXTENSION, "2023-03-25"),
    ("Chậm nhất 14/3 chúng tôi sẽ nộp đủ biểu.", EXTENSION, "2023-03-14"),
    ("Quý trước cũng vậy, quý I/2023 đơn vị không phát sinh hồ sơ nào.", NOTHING, ""),
    ("Do chờ văn bản của UBND tỉnh, xin gửi báo cáo chậm 2 ngày.", EXTENSION, "2023-03-11"),
    ("Đề nghị được nộp báo cáo muộn nhất vào ngày 15.03.23", EXTENSION, "2023-03-15"),
    (
        "Do mất điện, chúng tôi chỉ có thể gửi báo cáo vào sáng thứ Hai ngày 13/3, mong thông cảm",
        EXTENSION,
        "2023-03-13",
    ),
    ("Xin gửi lại văn bản xin gia hạn báo cáo đến 15/3.", EXTENSION, "2023-03-15"),
    ("Xin nộp lại số liệu chậm 2 ngày.", EXTENSION, "2023-03-11"),
    ("Cũng như quý trước, đơn vị không phát sinh.", NOTHING, ""),
    ("Quý này đơn vị không phát sinh, giống như quý trước.", NOTHING, ""),
    ("Trong quý I thành phố không có hồ sơ nào. Kính báo quý Sở.", NOTHING, ""),
    ("V/v không phát sinh: trong quý I/2023 số liệu bằng 0", NOTHING, ""),
    ("Nội dung này Sở Tư pháp đã báo cáo rồi nên thành phố không báo cáo nữa.", OTHER, "stp"),
]
MENDED_SILENT: list[str] = [
    "Tất cả số liệu hồ sơ trễ hạn đều bằng 0.",
    "Sở Tư pháp đã có báo cáo riêng, đơn vị không gửi thêm ý kiến.",
    "Sở Tài chính đã báo cáo số liệu sai, thành phố không báo cáo lại số đó mà lấy số mới trong tệp.",
    "Dự kiến sau ngày 15/3 hai tuần thành phố tổ chức hội nghị.",
    "Đơn vị được gửi báo cáo chậm nhất ngày 15/3 theo thông báo của Sở.",
    "Theo công văn, đơn vị được nộp báo cáo chậm nhất vào ngày 15/3, đơn vị sẽ nộp đúng hạn.",
    "Kết quả là không.",
    "Trong quý không có thủ tục hành chính mới ban hành.",
    "Trong quý I không có văn bản quy phạm pháp luật nào được ban hành.",
    "Văn phòng UBND tỉnh đã nhận báo cáo rồi nên không gửi lại nữa.",
    "Quý trước đơn vị không phát sinh, quý này có số liệu, em gửi sau nhé.",
    "Quý này có phát sinh, quý trước thì không phát sinh.",
    "Đơn vị không phát sinh trong quý trước.",
    "Xin gửi lại số điện thoại mới: 0274 111 222, trước ngày 15/3 sẽ đổi số.",
    "Đơn vị sẽ gửi lại văn bản vào ngày 16/3.",
    "Em xin gửi lại thông tin liên hệ sau ngày 15/3.",
    "Trong quý không có hồ sơ trễ hạn. Báo cáo em gửi chiều nay.",
    "Trong quý không có hồ sơ, văn bản nào trái quy định.",
    "Trong kỳ số liệu hồ sơ trễ hạn bằng 0.",
    "Kết quả bằng 0,5 điểm.",
    "Trong quý I thành phố không có hồ sơ nào chuyển từ kỳ trước, tiếp nhận mới 12 hồ sơ.",
    "Sở yêu cầu đơn vị nộp báo cáo chậm nhất ngày 15/3 phải không ạ?",
    "Đề nghị các phường gửi báo cáo chậm nhất ngày 15/3.",
    "Yêu cầu đơn vị nộp báo cáo muộn nhất ngày 15/3.",
    "Chị có thể gửi lại mẫu vào ngày 15/3 giúp em không?",
    "Thành phố đã gửi Sở Tài chính rồi nên không gửi lại nữa.",
    "UBND thành phố đã nộp báo cáo rồi, không gửi lại nữa.",
    "Đơn vị đã báo cáo Sở Tài chính rồi nên không báo cáo lại.",
    "Số liệu này đã có trong báo cáo của đơn vị gửi hôm qua.",
    "Hội nghị tổng kết diễn ra ngày 14 tháng Ba.",
]
