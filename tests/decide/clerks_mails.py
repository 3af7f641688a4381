"""Mails as clerks write them, with what a coordinator would take each for, said before the reader was run on them.

This is no blind sample: their writer had seen parts of the reader first, and the reader was mended by them since. That
all of them pass says that nothing has been lost, not how many of a stranger's mails would be read rightly.

Each is (subject, body, expected). All come from UBND thành phố Thủ Dầu Một on Wednesday 8/3/2023, a day before the
deadline of 2023-q1. ASKING: the reason and the day (ISO) or agency that is named, "" for none. SILENT ask nothing.
The last 15 of each were written after the reader had been mended by the others, by one who knew how.
"""

from bot.domain.mail import Reason

EXTENSION, NOTHING, OTHER = Reason.ASKS_EXTENSION, Reason.NOTHING_TO_REPORT, Reason.REPORTED_BY_OTHER

ASKING: list[tuple[str, str, Reason, str]] = [
    # ---- more time ----
    (
        "Báo cáo CCHC",
        "Kính gửi đ/c,\n\nDo đ/c phụ trách CCHC đang nghỉ ốm nên UBND thành phố chưa tổng hợp xong số liệu. Đề "
        "nghị Sở cho đơn vị gửi chậm đến ngày 13/3.\n\nTrân trọng./.\n\nNguyễn Thị Hoa\nVăn phòng HĐND và UBND",
        EXTENSION,
        "2023-03-13",
    ),
    (
        "Xin lui thoi gian nop bao cao",
        "chi oi ben em dang cho so lieu cua cac phuong, chi cho em nop tre 2 ngay nhe\nem cam on chi",
        EXTENSION,
        "2023-03-11",
    ),
    (
        "v/v gia hạn",
        "Anh ơi cho em xin đến thứ 2 tuần sau nộp nha anh. Em cảm ơn!",
        EXTENSION,
        "2023-03-13",
    ),
    (
        "Re: [2023-q1] Đề nghị gửi báo cáo công tác CCHC quý I năm 2023",
        "Dạ, thành phố đã nhận được văn bản. Tuy nhiên, do hệ thống một cửa đang nâng cấp, không kết xuất "
        "được số liệu nên thành phố xin phép gửi báo cáo chậm hơn so với thời gian quy định, dự kiến trước "
        "17h00 ngày 15/3/2023.\n\nTrân trọng!\n\nVào Th 4, 8 thg 3, 2023 vào lúc 08:00 Sở Nội vụ "
        "<baocao@binhduong.example> đã viết:\n> Đề nghị cơ quan gửi báo cáo trước ngày 10/3/2023.\n",
        EXTENSION,
        "2023-03-15",
    ),
    (
        "Đề nghị gia hạn thời gian báo cáo",
        "UBND thành phố Thủ Dầu Một kính đề nghị Sở Nội vụ xem xét, gia hạn thời gian gửi báo cáo quý I đến "
        "hết ngày 14 tháng 3 năm 2023 để có số liệu chính thức.\n\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH",
        EXTENSION,
        "2023-03-14",
    ),
    (
        "bao cao quy 1",
        "Em chua kip lam xong bao cao, mai em di hop, cho em qua thu 6 duoc khong a?",
        EXTENSION,
        "2023-03-10",
    ),
    (
        "Báo cáo quý I",
        "Kính gửi Sở Nội vụ!\nHiện nay lãnh đạo phụ trách đang đi công tác nước ngoài, chưa ký được báo cáo. "
        "Kính mong Sở thông cảm và tạo điều kiện cho đơn vị nộp sau thời hạn.\nXin cảm ơn.",
        EXTENSION,
        "",
    ),
    (
        "",
        "Dạ em bên Thủ Dầu Một. Cho em hỏi nếu em gửi báo cáo trễ qua thứ hai thì có được không ạ, tại số "
        "liệu phường chưa gửi đủ.",
        EXTENSION,
        "2023-03-13",
    ),
    (
        "Xin phép nộp báo cáo muộn",
        "Kính gửi chị Lan,\nEm xin phép được nộp báo cáo muộn 1 tuần do cơ quan bị sự cố máy chủ.\nGửi từ "
        "iPhone của tôi",
        EXTENSION,
        "2023-03-16",
    ),
    (
        "Về việc lùi thời hạn báo cáo",
        "Vì lý do mất điện, internet không ổn định từ ngày 06/3 đến nay, đơn vị không thể hoàn thành báo cáo "
        "đúng hạn. Đơn vị đề nghị được lùi thời hạn sang ngày 16/03/2023.",
        EXTENSION,
        "2023-03-16",
    ),
    (
        "Báo cáo CCHC",
        "Em gửi chị, báo cáo em đang trình lãnh đạo mà sếp đi vắng tới thứ sáu mới về, chị cho em nợ tới đầu "
        "tuần sau nhé.",
        EXTENSION,
        "2023-03-13",
    ),
    (
        "BC CCHC",
        "a cho e xin them may ngay nua nha, e lam chua xong",
        EXTENSION,
        "",
    ),
    (
        "Phản hồi nhắc báo cáo",
        "Đơn vị đang khẩn trương hoàn thiện, sẽ gửi báo cáo trong ngày 13/3/2023. Rất mong Sở thông cảm cho "
        "sự chậm trễ này.",
        EXTENSION,
        "2023-03-13",
    ),
    (
        "Báo cáo quý I/2023",
        "Kính gửi: Sở Nội vụ tỉnh Bình Dương\n\nThực hiện Công văn số 388/SNV-XDCQ-CCHC-CTTN ngày 02/3/2023, "
        "do khối lượng công việc nhiều, đơn vị xin được gửi báo cáo vào ngày 20/3/2023.\n\nTrân trọng.",
        EXTENSION,
        "2023-03-20",
    ),
    (
        "TL: Nhac nop bao cao",
        "da em biet roi a, ben em con thieu so lieu cua trung tam hanh chinh cong, cho em toi chieu thu 6 em gui a",
        EXTENSION,
        "2023-03-10",
    ),
    (
        "Xin gia han",
        "Kinh gui So Noi vu, UBND thanh pho xin gia han thoi gian nop bao cao them 03 ngay lam viec. Tran trong./.",
        EXTENSION,
        "2023-03-14",
    ),
    (
        "Báo cáo CCHC Q1",
        "Chào anh Nam,\nBên em có thay đổi nhân sự, bạn mới chưa nắm được việc. Anh xem có thể dời hạn cho "
        "bên em qua 15/3 được không? Nếu không được anh báo lại giúp em.\nThanks anh.",
        EXTENSION,
        "2023-03-15",
    ),
    (
        "Gia hạn nộp biểu mẫu",
        "Riêng biểu số liệu, do phần mềm bị lỗi nên thành phố chưa xuất được. Xin Sở cho nộp bổ sung sau, "
        "trước ngày 18/3.",
        EXTENSION,
        "2023-03-18",
    ),
    (
        "Báo cáo công tác CCHC",
        "Tôi là Trần Văn Bình, chuyên viên Phòng Nội vụ. Tuần này tôi dự lớp tập huấn ở TP. Hồ Chí Minh nên "
        "không kịp báo cáo, xin được kéo dài thời gian nộp báo cáo sang tuần tới.",
        EXTENSION,
        "2023-03-17",
    ),
    (
        "Re: Nhắc việc",
        "Xin lỗi anh chị, em mới nhận bàn giao nên hôm nay mới đọc được mail. Cho em khất đến ngày 14 nhé "
        "ạ.\n\n--\nLê Thị Thu\nSĐT 0909 000 111",
        EXTENSION,
        "2023-03-14",
    ),
    (
        "V/v chậm gửi báo cáo",
        "Đơn vị sẽ chậm gửi báo cáo so với quy định do chờ số liệu của Chi cục Thuế, dự kiến thứ Ba tuần sau "
        "(14/3) sẽ có.",
        EXTENSION,
        "2023-03-14",
    ),
    (
        "bao cao",
        "Sếp em đi công tác thứ 2 mới về ký đc. Em gửi sau nhé c",
        EXTENSION,
        "",
    ),
    (
        "Đề nghị",
        "Đề nghị quý Sở điều chỉnh thời hạn báo cáo của UBND thành phố từ ngày 09/3 sang ngày 13/3 vì trùng "
        "với kỳ họp HĐND.",
        EXTENSION,
        "2023-03-13",
    ),
    (
        "Báo cáo quý 1",
        "Do đang trong thời gian kiểm tra của Đoàn thanh tra nên đơn vị chưa thể hoàn thành báo cáo trước "
        "ngày 10/3, kính xin quý cơ quan cho phép hoãn lại 5 ngày.",
        EXTENSION,
        "2023-03-14",
    ),
    (
        "Fwd: Báo cáo CCHC",
        "Em chào chị, em xin thêm thời gian để rà soát lại số liệu TTHC, khoảng 17/3 em gửi chị bản chính "
        "thức ạ.\n\n---------- Forwarded message ---------\nTừ: Sở Nội vụ <baocao@binhduong.example>\nDate: Th "
        "5, 2 thg 3, 2023\nSubject: Đề nghị báo cáo\n\nĐề nghị gửi báo cáo trước ngày 10/3/2023.",
        EXTENSION,
        "2023-03-17",
    ),
    (
        "Trễ báo cáo",
        "Cho mình nộp trễ đến cuối tuần được không bạn? Mình đang cách ly F0 ở nhà.",
        EXTENSION,
        "2023-03-10",
    ),
    (
        "Báo cáo CCHC quý I",
        "Thưa anh, hạn 9/3 gấp quá, bên tôi không làm kịp. Mong anh nới hạn cho thêm một tuần.",
        EXTENSION,
        "2023-03-16",
    ),
    (
        "Báo cáo",
        "Kính đề nghị Sở Nội vụ cho phép UBND TP. Thủ Dầu Một được nộp báo cáo sau khi có số liệu chốt đến "
        "14/3 theo đề cương, cụ thể là ngày 16/3/2023.",
        EXTENSION,
        "2023-03-16",
    ),
    (
        "Request for extension",
        "Dear Sir/Madam,\nDue to a system failure we are unable to submit the report on time. Could we have "
        "until 15 March?\nBest regards,\nHoa",
        EXTENSION,
        "2023-03-15",
    ),
    (
        "Bc quý",
        "Hôm nay e ko kịp gửi bc, mai hết hạn r mà số liệu còn thiếu, c gia hạn giúp e với ạ",
        EXTENSION,
        "",
    ),
    (
        "Gửi báo cáo",
        "Gửi anh công văn xin gia hạn thời gian báo cáo của UBND thành phố (đính kèm). Nhờ anh trình lãnh đạo xem xét.",
        EXTENSION,
        "",
    ),
    (
        "Nộp báo cáo CCHC",
        "Mạng cơ quan bị hỏng, mai em chưa gửi được đâu, em gửi bù ngày 10/3 nhé chị.",
        EXTENSION,
        "2023-03-10",
    ),
    (
        "Báo cáo quý I",
        "Phường Phú Cường và phường Phú Lợi chưa gửi số liệu nên thành phố không thể tổng hợp kịp, mong Sở "
        "cho thêm thời gian.",
        EXTENSION,
        "",
    ),
    (
        "V/v thời hạn báo cáo",
        "Trân trọng đề nghị Sở Nội vụ chấp thuận cho UBND thành phố gửi báo cáo chậm nhất ngày 13/3/2023./.",
        EXTENSION,
        "2023-03-13",
    ),
    # ---- nothing to report ----
    (
        "Báo cáo CCHC",
        "Kính gửi Sở Nội vụ,\nTrong quý I năm 2023, đơn vị không có phát sinh nội dung cần báo cáo.\nTrân trọng.",
        NOTHING,
        "",
    ),
    (
        "bc quy 1",
        "da quy nay ben em khong co phat sinh gi a",
        NOTHING,
        "",
    ),
    (
        "Báo cáo quý I",
        "Đơn vị không phát sinh số liệu trong kỳ nên không có báo cáo.",
        NOTHING,
        "",
    ),
    (
        "Re: Nhắc nộp báo cáo",
        "Quý này bên mình không có gì để báo cáo nhé bạn, bạn ghi nhận giúp mình.",
        NOTHING,
        "",
    ),
    (
        "V/v báo cáo quý I",
        "UBND thành phố báo cáo: không có nội dung báo cáo theo yêu cầu của Công văn số 388.",
        NOTHING,
        "",
    ),
    (
        "BC",
        "Dạ em báo cáo là quý I không có hồ sơ phát sinh, nên em không gửi biểu nữa ạ.",
        NOTHING,
        "",
    ),
    (
        "Báo cáo công tác CCHC",
        "Sau khi rà soát, cơ quan chúng tôi không có thủ tục hành chính nào phát sinh trong quý, do đó không "
        "lập biểu số liệu.",
        NOTHING,
        "",
    ),
    (
        "Quý I/2023",
        "Trong kỳ báo cáo không phát sinh. Kính báo Sở Nội vụ biết, tổng hợp.",
        NOTHING,
        "",
    ),
    (
        "Báo cáo",
        "Kỳ này không có số liệu để báo cáo, anh đừng chờ bên em nhé.",
        NOTHING,
        "",
    ),
    (
        "bao cao cchc",
        "Don vi khong co noi dung de bao cao trong ky nay. Kinh bao.",
        NOTHING,
        "",
    ),
    (
        "Báo cáo quý I năm 2023",
        "Thành phố không thuộc đối tượng phải báo cáo nội dung này, đề nghị Sở xem lại.",
        NOTHING,
        "",
    ),
    (
        "Re: Đề nghị báo cáo",
        'Chúng tôi xin báo cáo "Không phát sinh".',
        NOTHING,
        "",
    ),
    # ---- another agency reports ----
    (
        "Báo cáo CCHC",
        "Nội dung này do Sở Tài chính tổng hợp và báo cáo chung, đơn vị không báo cáo riêng.",
        OTHER,
        "stc",
    ),
    (
        "Báo cáo quý I",
        "Kính gửi Sở Nội vụ, số liệu của thành phố đã được tổng hợp trong báo cáo của Văn phòng UBND tỉnh "
        "nên đơn vị không gửi lại.",
        OTHER,
        "vpub",
    ),
    (
        "Re: nhac bao cao",
        "phan nay so thong tin va truyen thong bao cao thay ben em roi a",
        OTHER,
        "stttt",
    ),
    (
        "Về trách nhiệm báo cáo",
        "Theo phân công, báo cáo này thuộc trách nhiệm của Sở Tư pháp, đề nghị quý Sở liên hệ Sở Tư pháp để "
        "nhận báo cáo.",
        OTHER,
        "stp",
    ),
    (
        "BC CCHC",
        "Bên em nhập chung với UBND thị xã Bến Cát rồi, bên đó báo cáo luôn cho cả hai ạ.",
        OTHER,
        "bc",
    ),
    (
        "Báo cáo",
        "UBND thành phố Thuận An sẽ thay mặt cụm báo cáo chung, chúng tôi không gửi riêng.",
        OTHER,
        "ta",
    ),
    (
        "Báo cáo quý I",
        "Biểu số liệu TTHC thì Văn phòng UBND tỉnh làm đầu mối báo cáo, thành phố không phải báo cáo biểu này.",
        OTHER,
        "vpub",
    ),
    (
        "Re: Nhắc việc",
        "Cái này chị hỏi bên Sở Tài chính nhé, Sở Tài chính báo cáo chứ không phải bên em.",
        OTHER,
        "stc",
    ),
    (
        "Báo cáo CCHC",
        "Đơn vị đã chuyển số liệu cho Sở Tư pháp để báo cáo chung theo quy định.",
        OTHER,
        "stp",
    ),
    (
        "Báo cáo",
        "Báo cáo của đơn vị đã gộp vào báo cáo của UBND huyện Bàu Bàng.",
        OTHER,
        "bb",
    ),
    # ---- half asks and mixtures ----
    (
        "Báo cáo quý I",
        "Báo cáo bằng lời thành phố đã gửi hôm qua. Còn biểu số liệu thì xin nợ đến thứ Sáu ạ.",
        EXTENSION,
        "2023-03-10",
    ),
    (
        "Hỏi về hạn nộp",
        "Chị ơi hạn có lùi lại được không chị, bên em chắc không kịp mất.",
        EXTENSION,
        "",
    ),
    (
        "Báo cáo",
        "Em cảm ơn chị đã nhắc. Em xin chị thư thư cho vài bữa, tuần sau em gửi đầy đủ. Chúc chị một ngày vui vẻ!",
        EXTENSION,
        "2023-03-17",
    ),
    (
        "Báo cáo CCHC",
        "Ngày mai chưa có kịp, ngày kia em nộp được không anh?",
        EXTENSION,
        "2023-03-10",
    ),
    # ---- written afterwards ----
    (
        "BC quý 1",
        "Chị ơi, sáng mai cơ quan em cúp điện cả ngày, chị cho em gửi vào sáng thứ 6 nha chị.",
        EXTENSION,
        "2023-03-10",
    ),
    (
        "Xin nộp trễ",
        "Do máy tính bị nhiễm virus mất dữ liệu, mong Sở tạo điều kiện cho chúng tôi nộp báo cáo chậm vài ngày.",
        EXTENSION,
        "",
    ),
    (
        "Re: nhắc",
        "em xin lỗi c, đang nhập liệu dở, e xin tới 11/3 c nhé",
        EXTENSION,
        "2023-03-11",
    ),
    (
        "Báo cáo",
        "UBND thành phố đang chờ xác nhận số liệu của Công an, dự kiến ngày 14/3 mới có báo cáo chính thức gửi Sở.",
        EXTENSION,
        "2023-03-14",
    ),
    (
        "thoi han",
        "Kinh de nghi So Noi vu gia han cho thanh pho den het ngay 15/3 do so lieu 02 phuong chua day du",
        EXTENSION,
        "2023-03-15",
    ),
    (
        "Báo cáo quý I",
        "Anh thông cảm cho đơn vị gửi báo cáo muộn hơn 1-2 ngày vì cán bộ phụ trách nghỉ thai sản, người mới "
        "chưa quen việc.",
        EXTENSION,
        "",
    ),
    (
        "Re: [2023-q1] Nhắc việc",
        "Chưa kịp rồi anh ơi, thứ 2 em gửi anh nha.",
        EXTENSION,
        "2023-03-13",
    ),
    (
        "Báo cáo",
        "Hạn nộp có thể dời qua tuần sau được không chị, tuần này cơ quan em đang tiếp đoàn thanh tra.",
        EXTENSION,
        "2023-03-17",
    ),
    (
        "BC",
        "Quý này không phát sinh gì chị nhé.",
        NOTHING,
        "",
    ),
    (
        "Báo cáo quý I",
        "Thành phố không có số liệu phát sinh về lĩnh vực này trong quý I/2023, kính báo Sở để tổng hợp.",
        NOTHING,
        "",
    ),
    (
        "Re: nhắc",
        "Đơn vị không có nội dung báo cáo trong quý này.",
        NOTHING,
        "",
    ),
    (
        "Báo cáo",
        "Từ quý này số liệu thành phố do Văn phòng UBND tỉnh tổng hợp báo cáo luôn.",
        OTHER,
        "vpub",
    ),
    (
        "Re: nhắc",
        "Sở Tài chính gửi báo cáo chung cho cả khối rồi ạ.",
        OTHER,
        "stc",
    ),
    (
        "Báo cáo",
        "Nội dung CCHC của đơn vị đã được lồng ghép trong báo cáo của Sở Tư pháp.",
        OTHER,
        "stp",
    ),
    (
        "Xin gia hạn nộp biểu II.06",
        "Biểu II.06 cho bên em nộp sau 3 ngày nhé, phần mềm đang lỗi.",
        EXTENSION,
        "2023-03-11",
    ),
]

SILENT: list[tuple[str, str]] = [
    (
        "Báo cáo CCHC",
        "Em cảm ơn chị nhiều ạ.",
    ),
    (
        "Re: Đã nhận báo cáo",
        "Đã nhận được thông báo, cảm ơn quý Sở.\n\nTrân trọng./.",
    ),
    (
        "Báo cáo CCHC quý I",
        "Kính gửi Sở Nội vụ báo cáo công tác cải cách hành chính quý I năm 2023 (file đính kèm).",
    ),
    (
        "bao cao",
        "Em gui chi bao cao va bieu so lieu quy 1, chi xem giup em a",
    ),
    (
        "Hỏi về biểu mẫu",
        "Chị cho em hỏi cột 5 của biểu II.06 điền số hồ sơ kỳ trước chuyển sang hay hồ sơ mới ạ?",
    ),
    (
        "Hỏi",
        "Anh ơi nếu không phát sinh hồ sơ thì ghi số 0 hay để trống ạ?",
    ),
    (
        "Hỏi cách ghi",
        'Mục nào không có số liệu thì em ghi "không phát sinh" được không chị?',
    ),
    (
        "Hỏi thời hạn",
        "Cho em hỏi hạn nộp báo cáo là ngày 9/3 hay ngày 10/3 ạ?",
    ),
    (
        "Hỏi hạn",
        "Thời hạn gửi báo cáo quý I là ngày nào vậy anh?",
    ),
    (
        "Thư mời họp",
        "UBND thành phố trân trọng kính mời đại diện Sở Nội vụ dự họp đánh giá công tác CCHC lúc 8 giờ ngày 14/3/2023.",
    ),
    (
        "Thông báo",
        "Từ ngày 15/3/2023 UBND thành phố sử dụng địa chỉ thư mới. Kính báo quý Sở biết.",
    ),
    (
        "Gửi báo cáo",
        "Báo cáo bản ký số xin gửi kèm, bản giấy gửi sau qua đường bưu điện.",
    ),
    (
        "Nộp báo cáo CCHC quý I",
        "Thành phố gửi báo cáo, riêng bản có chữ ký lãnh đạo sẽ gửi trục liên thông sau.",
    ),
    (
        "Báo cáo CCHC",
        "Em gửi lại báo cáo đã chỉnh sửa theo góp ý. Số liệu biểu 2 đã sửa ở ô C14.",
    ),
    (
        "V/v gia hạn giấy phép",
        "Danh sách hồ sơ gia hạn giấy phép xây dựng trong quý I xin gửi kèm để Sở tham khảo.",
    ),
    (
        "Báo cáo",
        "Trong quý I, tỷ lệ hồ sơ trễ hạn là 0,5%, không có hồ sơ nào xin gia hạn.",
    ),
    (
        "Báo cáo CCHC quý I",
        "Công tác CCHC được triển khai đúng kế hoạch. Trong kỳ không phát sinh phản ánh, kiến nghị của người "
        "dân. Thành phố gửi kèm báo cáo đầy đủ.",
    ),
    (
        "Số liệu",
        "Số hồ sơ trực tuyến là 2.544 hồ sơ, đúng hạn 98,5%; không phát sinh hồ sơ quá hạn trong kỳ.",
    ),
    (
        "Re: Nhắc nộp báo cáo",
        "Thành phố đã gửi báo cáo chiều hôm qua rồi, nhờ Sở kiểm tra lại giúp.",
    ),
    (
        "Re: nhac bao cao",
        "em gui roi ma chi, chi xem lai hop thu giup em",
    ),
    (
        "Re: Nhắc việc",
        "Dạ chiều nay em gửi ạ.",
    ),
    (
        "Re: Nhắc việc",
        "Sáng mai em nộp báo cáo chị nhé.",
    ),
    (
        "Re: Nhắc việc",
        "Thành phố sẽ gửi báo cáo đúng thời hạn quy định, trước 17 giờ ngày 09/3/2023.",
    ),
    (
        "Re: Gia hạn báo cáo",
        "Cảm ơn Sở đã gia hạn cho đơn vị đến ngày 15/3.",
    ),
    (
        "Re: Quyết định gia hạn",
        "Đã nhận thông báo gia hạn của quý Sở. Đơn vị sẽ gửi báo cáo trước ngày 15/3 theo đúng hạn mới được gia hạn.",
    ),
    (
        "Trả lời tự động: Đi công tác",
        "Tôi đi công tác từ ngày 06/3 đến 15/3/2023, sẽ trả lời thư sau khi về. Việc gấp xin liên hệ chị Hoa.",
    ),
    (
        "Báo cáo CCHC",
        "Mọi thắc mắc xin liên hệ đ/c Hoa, Phòng Nội vụ, số điện thoại 0274 000 111.",
    ),
    (
        "Xin file mẫu",
        "Chị gửi lại giúp em file mẫu biểu số liệu với ạ, em mở không được.",
    ),
    (
        "Xin hướng dẫn",
        "Kính đề nghị Sở Nội vụ hướng dẫn cách tính tỷ lệ hồ sơ trực tuyến tại mục II.2.",
    ),
    (
        "Cung cấp số liệu",
        "Thành phố đã đề nghị các phường gửi số liệu trước ngày 15/3 để tổng hợp.",
    ),
    (
        "Fwd: Công văn 388",
        "Chuyển chị Hoa xử lý, báo cáo trước ngày 9/3 nhé.",
    ),
    (
        "Danh sách đầu mối",
        "Thành phố gửi danh sách cán bộ đầu mối: 1. Nguyễn Thị Hoa; 2. Trần Văn Bình. Có thay đổi sẽ thông báo sau.",
    ),
    (
        "Chúc mừng 8/3",
        "Nhân ngày Quốc tế Phụ nữ 8/3, kính chúc các chị sức khoẻ, hạnh phúc!",
    ),
    (
        "Tài liệu hội nghị",
        "Gửi quý Sở tài liệu hội nghị tổng kết. Hội nghị được lùi sang ngày 17/3/2023.",
    ),
    (
        "Hoãn họp",
        "Cuộc họp ngày 10/3 hoãn lại đến ngày 14/3, kính báo quý Sở.",
    ),
    (
        "Báo cáo CCHC",
        "Em đã sửa lại tên tệp và gửi lại, mong chị kiểm tra giúp, nếu còn sai chị báo em sửa tiếp.",
    ),
    (
        "Báo cáo CCHC quý I",
        "Kính gửi Sở Nội vụ Báo cáo số 45/BC-UBND ngày 08/3/2023 của UBND thành phố.\n\nVăn thư\nLê Thị Thu",
    ),
    (
        "Báo cáo",
        "Gửi anh bản scan có dấu đỏ. Bản Word em gửi hôm thứ hai rồi.",
    ),
    (
        "Thắc mắc",
        "Biểu II.07b có phải do các phường làm không chị, hay thành phố tổng hợp chung?",
    ),
    (
        "Hỏi trách nhiệm",
        "Phần chính quyền điện tử thành phố báo cáo hay Sở Thông tin và Truyền thông báo cáo ạ?",
    ),
    (
        "Re: Yêu cầu sửa báo cáo",
        "Em đã bổ sung nguyên nhân chậm trễ của 3 hồ sơ, báo cáo sửa xin gửi kèm.",
    ),
    (
        "Kiến nghị",
        "Thành phố kiến nghị Bộ Nội vụ kéo dài thời gian thực hiện Chương trình tổng thể đến năm 2030.",
    ),
    (
        "Góp ý dự thảo",
        "UBND thành phố thống nhất với dự thảo, không có ý kiến góp ý gì thêm.",
    ),
    (
        "Re: Lấy ý kiến",
        "Đơn vị không có ý kiến khác.",
    ),
    (
        "Báo cáo",
        "Tình hình xử lý văn bản quá hạn: đơn vị đã xin gia hạn 02 văn bản, đến nay đã hoàn thành.",
    ),
    (
        "Báo cáo phản hồi",
        "Về việc trễ báo cáo quý trước, đơn vị xin nghiêm túc rút kinh nghiệm.",
    ),
    (
        "Re: Nhắc nộp báo cáo",
        "Xin lỗi chị vì đã gửi trễ. Báo cáo em gửi kèm trong thư này ạ.",
    ),
    (
        "Báo cáo CCHC",
        "Báo cáo gửi sau cùng là bản chính thức, đề nghị Sở lấy bản này thay bản sáng nay.",
    ),
    (
        "Đăng ký tập huấn",
        "Thành phố đăng ký 02 người dự tập huấn ngày 20/3, danh sách sẽ gửi trước ngày 17/3.",
    ),
    (
        "Lịch công tác",
        "Lãnh đạo thành phố đi công tác đến ngày 13/3, quý Sở cần làm việc xin liên hệ Văn phòng.",
    ),
    (
        "Báo cáo của phường",
        "Phường Chánh Nghĩa xin gia hạn với thành phố và thành phố đã đồng ý; báo cáo của thành phố vẫn gửi đúng hạn.",
    ),
    (
        "Báo cáo CCHC",
        "Nếu quý Sở cần bổ sung số liệu đến hết ngày 14/3, đơn vị sẽ cung cấp thêm.",
    ),
    (
        "Re: [2023-q1] Kết quả kiểm tra",
        "Dạ em thấy rồi, em sửa rồi gửi lại liền chị ạ.",
    ),
    (
        "Thu ngo",
        "Kinh gui quy co quan, cong ty chung toi xin gioi thieu phan mem quan ly bao cao, uu dai den het ngay 31/3.",
    ),
    (
        "Báo cáo CCHC",
        "Báo cáo này thay thế báo cáo đã gửi ngày 07/3. Trân trọng./.\n\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nNguyễn Văn A",
    ),
    (
        "Đề nghị cung cấp",
        "Đề nghị Sở Nội vụ cung cấp kết quả chấm điểm CCHC năm 2022 trước ngày 15/3/2023 để thành phố xây "
        "dựng kế hoạch.",
    ),
    (
        "Báo cáo",
        "Sở Tư pháp đã có báo cáo về công tác thể chế, thành phố đã tham khảo và thống nhất số liệu.",
    ),
    (
        "Re: Nhắc nộp báo cáo",
        "Bên em đã nộp trên phần mềm quản lý văn bản hôm 06/3, số văn bản 45/BC-UBND.",
    ),
    (
        "Hỏi thời hạn",
        "Quý II có lùi thời hạn như năm ngoái không anh?",
    ),
    (
        "Báo cáo CCHC",
        "OK anh.",
    ),
    # ---- written afterwards ----
    (
        "Báo cáo",
        "Em gửi báo cáo rồi nhé chị, có gì chị gọi em.",
    ),
    (
        "Re: kết quả",
        "Em sẽ sửa và gửi lại trong hôm nay.",
    ),
    (
        "Hỏi",
        "Anh cho em hỏi gửi file PDF có được không hay bắt buộc Word ạ?",
    ),
    (
        "Hỏi",
        "Nộp qua trục liên thông có được không chị hay phải gửi mail?",
    ),
    (
        "Lịch họp",
        "Đề nghị Sở dời lịch họp sang ngày 15/3 vì lãnh đạo bận.",
    ),
    (
        "Báo cáo",
        "Hồ sơ trễ hạn trong quý là 12 hồ sơ, đơn vị đã có thư xin lỗi người dân.",
    ),
    (
        "Báo cáo",
        "Báo cáo đã được Chủ tịch ký, văn thư sẽ phát hành trong chiều nay.",
    ),
    (
        "Cảm ơn",
        "Cảm ơn Sở đã tạo điều kiện cho đơn vị nộp chậm quý vừa rồi.",
    ),
    (
        "Hỏi",
        "Sở có gia hạn cho các đơn vị khác không ạ?",
    ),
    (
        "Mời",
        "Kính mời chị dự hội nghị lúc 14h ngày 15/3, đơn vị xin gửi giấy mời kèm theo.",
    ),
    (
        "Báo cáo",
        "Xin gửi bổ sung phụ lục bị thiếu trong thư trước.",
    ),
    (
        "Đăng ký",
        "Thành phố gửi danh sách đăng ký tập huấn, hạn đăng ký đến 15/3.",
    ),
    (
        "Hỏi",
        "Các xã sáp nhập thì báo cáo chung hay riêng ạ?",
    ),
    (
        "Báo cáo",
        "Mục 3 không phát sinh hồ sơ quá hạn nên em để trống cột 12.",
    ),
    (
        "Chuyển xử lý",
        "Chuyển phòng Nội vụ tham mưu báo cáo Sở trước ngày 9/3.",
    ),
]
