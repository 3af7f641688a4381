"""What documents say of themselves in their heads."""

import unicodedata
from collections.abc import Sequence
from datetime import date

import pytest

from bot.decide.stated import agency_names, own_periods, read_stated
from bot.domain.agency import Agency, Registry
from bot.domain.document import Cell, CellValue, Paragraph, Sheet, TextDocument, Unreadable, UnreadableReason, Workbook
from bot.domain.round import PeriodKind

REGISTRY = Registry(
    (
        Agency("stp", "Sở Tư pháp", "so", ()),
        Agency("stc", "Sở Tài chính", "so", ()),
        Agency("stttt", "Sở Thông tin và Truyền thông", "so", ()),
        Agency("vpub", "Văn phòng UBND tỉnh", "so", (), aliases=("Văn phòng Ủy ban nhân dân tỉnh Bình Dương",)),
        Agency("bao", "Báo Bình Dương", "bao", ()),
        Agency("tdm", "UBND thành phố Thủ Dầu Một", "huyen", (), aliases=("Thủ Dầu Một",)),
        Agency("bb", "UBND huyện Bàu Bàng", "huyen", ()),
        Agency("vpbb", "Văn phòng UBND huyện Bàu Bàng", "phong", ()),
    )
)
NAMES = agency_names(REGISTRY)
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
TITLE = ("BÁO CÁO", "Kết quả công tác cải cách hành chính quý I năm 2023")


def word(*lines: str | Paragraph) -> TextDocument:
    return TextDocument(tuple(Paragraph(line) if isinstance(line, str) else line for line in lines))


def excel(rows: Sequence[Sequence[CellValue]], hidden: bool = False, name: str = "Biểu") -> Workbook:
    return Workbook((sheet(rows, hidden, name),))


def sheet(rows: Sequence[Sequence[CellValue]], hidden: bool = False, name: str = "Biểu") -> Sheet:
    cells = {
        (r, c): Cell(r, c, value)
        for r, row in enumerate(rows, 1)
        for c, value in enumerate(row, 1)
        if value is not None
    }
    return Sheet(name, cells, hidden=hidden)


def agencies(document: TextDocument | Workbook) -> list[str]:
    return [code for code, _ in read_stated(document, NAMES).agencies]


def periods(document: TextDocument | Workbook) -> list[tuple[str, int, int | None]]:
    return [(c.kind.value, c.ordinal, c.year) for c in read_stated(document, NAMES).periods]


Q1_2023 = ("quarter", 1, 2023)
TABLE = (["STT", "Lĩnh vực", "Tổng số", "Kỳ trước"], ["(1)", "(2)", "(3)", "(4)"], [1, "Sở Tài chính", 5, 2])


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        pytest.param(
            word("UBND TỈNH BÌNH DƯƠNG", "SỞ TƯ PHÁP", *MOTTO, "Số: 12/BC-STP", *TITLE),
            ["stp"],
            id="the issuer of the letterhead, not the province above it",
        ),
        pytest.param(
            word("UBND TỈNH BÌNH DƯƠNG", MOTTO[0], "SỞ TƯ PHÁP", MOTTO[1], *TITLE),
            ["stp"],
            id="a letterhead table read row by row",
        ),
        pytest.param(
            word(f"UBND TỈNH BÌNH DƯƠNG\t{MOTTO[0]}", f"SỞ TƯ PHÁP\t\t{MOTTO[1]}", *TITLE),
            ["stp"],
            id="a letterhead made with tabs",
        ),
        pytest.param(
            word("UBND TỈNH BÌNH DƯƠNG", "VĂN PHÒNG", *MOTTO, *TITLE),
            ["vpub"],
            id="an office below its owner",
        ),
        pytest.param(word("UBND TỈNH BÌNH DƯƠNG", *MOTTO, *TITLE), [], id="the province alone is not its office"),
        pytest.param(
            word("UBND TỈNH BÌNH DƯƠNG", "SỞ NỘI VỤ", "VĂN PHÒNG", *TITLE),
            [],
            id="the office of another authority is not that of the province",
        ),
        pytest.param(
            word("UBND TỈNH BÌNH DƯƠNG", "SỞ THÔNG TIN", "VÀ TRUYỀN THÔNG", *TITLE),
            ["stttt"],
            id="a name broken over two lines",
        ),
        pytest.param(
            word("UBND HUYỆN BÀU BÀNG", "VĂN PHÒNG UBND HUYỆN BÀU BÀNG", *TITLE),
            ["vpbb"],
            id="the superior above the issuer does not count",
        ),
        pytest.param(
            word("UBND HUYỆN BÀU BÀNG", "PHÒNG NỘI VỤ", *TITLE),
            ["bb"],
            id="a division speaks for its district",
        ),
        pytest.param(
            word("SỞ TƯ PHÁP", "SỞ TÀI CHÍNH VÀ SỞ THÔNG TIN VÀ TRUYỀN THÔNG", *TITLE),
            ["stc", "stttt"],
            id="several that issue together on one line",
        ),
        pytest.param(
            word("TỈNH ỦY BÌNH DƯƠNG", "BÁO BÌNH DƯƠNG", *TITLE), ["bao"], id="the newspaper is no report title"
        ),
        pytest.param(
            word("SỞ TƯ PHÁP", "Thủ Dầu Một, ngày 08 tháng 3 năm 2023", *TITLE),
            ["stp"],
            id="the place of writing is not the issuer",
        ),
        pytest.param(
            word("SỞ TƯ PHÁP", *TITLE, "Kính gửi:", "- Văn phòng UBND tỉnh;", "- Sở Tài chính."),
            ["stp"],
            id="recipients do not count",
        ),
        pytest.param(word("Kính gửi: Sở Tài chính", *TITLE), [], id="a recipient alone does not make an issuer"),
        pytest.param(
            word("SỞ TƯ PHÁP", *TITLE, "Thực hiện Công văn số 12 của Sở Tài chính, Sở Tư pháp báo cáo như sau:"),
            ["stp"],
            id="the body is not the head",
        ),
        pytest.param(
            word("BÁO CÁO", "Kết quả CCHC quý I năm 2023 của Sở Tư pháp"), ["stp"], id="the title names the issuer"
        ),
        pytest.param(
            word("BÁO CÁO", "Kết quả CCHC quý I theo đề nghị của Sở Tài chính"), [], id="who asked is not the issuer"
        ),
        pytest.param(word(*TITLE, "I. SỞ TƯ PHÁP"), [], id="a section's heading is not the head"),
        pytest.param(word("Nơi nhận:", "- Sở Tư pháp", *TITLE), [], id="nothing after the distribution list"),
        pytest.param(word(unicodedata.normalize("NFD", "SỞ TƯ PHÁP"), *TITLE), ["stp"], id="decomposed letters"),
        pytest.param(
            excel(
                [["BIỂU II.06", None, "Đơn vị báo cáo: Sở Tư pháp"], [None, None, "Đơn vị nhận báo cáo: Sở Tài chính"]]
            ),
            ["stp"],
            id="excel: the reporting unit counts and the receiving one does not",
        ),
        pytest.param(
            excel([["Đơn vị báo cáo:", "Sở Tư pháp"], ["Đơn vị nhận báo cáo:", "Sở Tài chính"], *TABLE]),
            ["stp"],
            id="excel: label and value in adjacent cells",
        ),
        pytest.param(
            excel([["Đơn vị báo cáo:", "Sở Tư pháp"], ["Sở Tài chính"], *TABLE]),
            ["stp"],
            id="excel: the value beside a label before what stands below it",
        ),
        pytest.param(
            excel([["Đơn vị báo cáo"], ["Sở Tư pháp"], ["Đơn vị nhận báo cáo"], ["Sở Tài chính"], *TABLE]),
            ["stp"],
            id="excel: the value below its label",
        ),
        pytest.param(
            excel([["Biểu II.06", "- Đơn vị báo cáo:\nUBND huyện Bàu Bàng\n- Đơn vị nhận báo cáo:\nSở Tài chính"]]),
            ["bb"],
            id="excel: both in one cell of several lines",
        ),
        pytest.param(
            excel([["UBND TỈNH BÌNH DƯƠNG", None, MOTTO[0]], ["SỞ TƯ PHÁP", None, MOTTO[1]], ["BÁO CÁO"], *TABLE]),
            ["stp"],
            id="excel: a letterhead",
        ),
        pytest.param(excel([["BIỂU II.06"], *TABLE]), [], id="excel: rows of the table do not count"),
        pytest.param(excel([["Đơn vị báo cáo: Sở Tư pháp"]], hidden=True), [], id="excel: hidden sheets do not count"),
        pytest.param(
            Workbook((sheet([["Đơn vị báo cáo: Sở Tư pháp"]]), sheet([["Đơn vị báo cáo: Sở Tài chính"]]))),
            ["stp", "stc"],
            id="excel: two sheets of two agencies",
        ),
        pytest.param(
            excel([*([[None]] * 15), ["Đơn vị báo cáo: Sở Tư pháp"]]), [], id="excel: below the first fifteen rows"
        ),
    ],
)
def test_whose_a_document_says_it_is(document: TextDocument | Workbook, codes: list[str]) -> None:
    assert agencies(document) == codes


@pytest.mark.parametrize(
    ("document", "claims"),
    [
        pytest.param(word("SỞ TƯ PHÁP", *TITLE), [Q1_2023], id="the title"),
        pytest.param(
            word("SỞ TƯ PHÁP", "BÁO CÁO", "Công tác CCHC quý I,", "năm 2024"), [("quarter", 1, 2024)], id="two lines"
        ),
        pytest.param(
            word("V/v báo cáo công tác CCHC quý I năm 2023", "Kính gửi: Sở Nội vụ"), [Q1_2023], id="the subject"
        ),
        pytest.param(
            word("BÁO CÁO", "Kết quả quý I năm 2023 và phương hướng, nhiệm vụ quý II năm 2023"),
            [Q1_2023],
            id="what is looked forward to is not its own",
        ),
        pytest.param(
            word(Paragraph("BÁO CÁO", level=1), Paragraph("Công tác CCHC quý I năm 2023", level=1), "Năm"),
            [Q1_2023],
            id="a title in heading style",
        ),
        pytest.param(
            word("BÁO CÁO", Paragraph("Quý IV năm 2022", level=1)), [], id="a heading below the title is the body"
        ),
        pytest.param(
            word("BÁO CÁO", Paragraph("Kết quả quý IV năm 2022", number="I.")), [], id="a numbered heading is the body"
        ),
        pytest.param(word("BÁO CÁO", "Căn cứ báo cáo quý IV năm 2022"), [], id="grounds are the body"),
        pytest.param(word("BÁO CÁO", "quý IV năm 2022 " * 20), [], id="a long paragraph is the body"),
        pytest.param(word(*["Trang bìa"] * 30, *TITLE), [], id="what stands after thirty lines is not the head"),
        pytest.param(
            word("Bình Dương, ngày 08 tháng 3 năm 2023", "BÁO CÁO"), [], id="the date of writing is no period"
        ),
        pytest.param(
            excel([["Kỳ báo cáo: Quý I/2023 (từ ngày 15/12/2022 đến ngày 14/3/2023)"], *TABLE]),
            [Q1_2023],
            id="excel: the period line with its span of dates",
        ),
        pytest.param(
            excel([["Từ ngày 15/12/2022 đến ngày 14/3/2023"], *TABLE]), [], id="excel: a span of dates is no period"
        ),
        pytest.param(excel([["Kỳ báo cáo:", "Quý I", "năm 2023"], *TABLE]), [Q1_2023], id="excel: three cells"),
        pytest.param(
            excel([["Kỳ báo cáo:", "Quý I", "Năm", 2023.0], *TABLE]), [Q1_2023], id="excel: the year a figure"
        ),
        pytest.param(
            excel([["THỐNG KÊ quý IV năm 2022"], ["Kỳ báo cáo: Quý I/2023"], *TABLE]),
            [Q1_2023],
            id="excel: the period line before the title",
        ),
        pytest.param(
            excel([["THỐNG KÊ quý I năm 2023"], ["Kỳ báo cáo: Quý ..../....."], *TABLE]),
            [Q1_2023],
            id="excel: the title where the period line is not filled in",
        ),
        pytest.param(excel([["Tổng hợp"], *TABLE, ["quý IV/2022"]]), [], id="excel: below the header is the table"),
        pytest.param(excel([[date(2023, 3, 8), True, "quý I/2023"]]), [Q1_2023], id="excel: dates are no text"),
    ],
)
def test_which_period_a_document_says_it_is_of(
    document: TextDocument | Workbook, claims: list[tuple[str, int, int | None]]
) -> None:
    assert periods(document) == claims


SPAN = "Từ ngày 15/9/2022 đến ngày 14/12/2022"
DAYS = (date(2022, 9, 15), date(2022, 12, 14))


@pytest.mark.parametrize(
    ("document", "windows"),
    [
        pytest.param(excel([[f"Kỳ báo cáo: {SPAN}"], *TABLE]), [DAYS], id="the printed line"),
        pytest.param(excel([["Kỳ báo cáo:", SPAN], *TABLE]), [DAYS], id="in the next cell"),
        pytest.param(excel([["THỐNG KÊ"], [f"({SPAN})"], *TABLE]), [DAYS], id="below the title"),
        pytest.param(word(*TITLE, f"({SPAN})"), [DAYS], id="word: below the title"),
        pytest.param(word("BÁO CÁO", "Từ ngày 15/9/2022", "đến ngày 14/12/2022"), [DAYS], id="over two lines"),
        pytest.param(
            excel([["THỐNG KÊ từ ngày 15/12/2022 đến ngày 14/3/2023"], [f"Kỳ báo cáo: {SPAN}"], *TABLE]),
            [DAYS],
            id="the period line before the title",
        ),
        pytest.param(word("BÁO CÁO", f"quý I năm 2023 so với cùng kỳ ({SPAN})"), [], id="compared with"),
        pytest.param(excel([["THỐNG KÊ"], *TABLE, [SPAN]]), [], id="below the header is the table"),
        pytest.param(word("BÁO CÁO", f"Căn cứ số liệu {SPAN}"), [], id="the body"),
    ],
)
def test_which_days_a_document_says_it_covers(
    document: TextDocument | Workbook, windows: list[tuple[date, date]]
) -> None:
    assert [(w.first, w.last) for w in read_stated(document, NAMES).windows] == windows


@pytest.mark.parametrize(
    ("document", "strangers"),
    [
        pytest.param(word("UBND TỈNH BÌNH DƯƠNG", "SỞ XÂY DỰNG", *MOTTO, *TITLE), ["SỞ XÂY DỰNG"], id="a department"),
        pytest.param(
            word(f"UBND TỈNH BÌNH DƯƠNG\t{MOTTO[0]}", f"SỞ XÂY DỰNG\t{MOTTO[1]}", *TITLE),
            ["SỞ XÂY DỰNG"],
            id="made with tabs",
        ),
        pytest.param(word("UBND HUYỆN CỦ CHI", *MOTTO, *TITLE), ["UBND HUYỆN CỦ CHI"], id="a district"),
        pytest.param(
            word("ỦY BAN NHÂN DÂN", "HUYỆN CỦ CHI", *MOTTO, *TITLE),
            ["ỦY BAN NHÂN DÂN HUYỆN CỦ CHI"],
            id="a district over two lines",
        ),
        pytest.param(
            word("BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP", *TITLE), ["BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP"], id="a board"
        ),
        pytest.param(
            excel([["Đơn vị báo cáo: Sở Xây dựng"], *TABLE]), ["Sở Xây dựng"], id="excel: the line of the reporter"
        ),
        pytest.param(word("UBND TỈNH BÌNH DƯƠNG", *MOTTO, *TITLE), [], id="the province alone is the superior"),
        pytest.param(word("UBND HUYỆN BÀU BÀNG", "PHÒNG NỘI VỤ", *TITLE), [], id="an office of a registered agency"),
        pytest.param(word("SỞ TT&TT", *TITLE), [], id="an abbreviation"),
        pytest.param(
            word("SỞ XÂY DỰNG", "UBND TỈNH BÌNH DƯƠNG", "SỞ TƯ PHÁP", *TITLE), [], id="one line is registered"
        ),
        pytest.param(word("BÁO CÁO", "của Sở Xây dựng", "Sở Xây dựng"), [], id="below the title"),
        pytest.param(word("Ban hành kèm theo Công văn 388", "Số liệu quý I", "BÁO CÁO"), [], id="other words"),
        pytest.param(word(*MOTTO, "BÁO CÁO", "Kính gửi: Sở Nội vụ"), [], id="the recipient"),
        pytest.param(excel([["Đơn vị nhận báo cáo: Sở Nội vụ"], *TABLE]), [], id="excel: the receiver"),
    ],
)
def test_letterheads_of_authorities_that_no_registry_knows(
    document: TextDocument | Workbook, strangers: list[str]
) -> None:
    assert list(read_stated(document, NAMES).strangers) == strangers


def test_found_words_are_the_document_s_own() -> None:
    stated = read_stated(word("SỞ  TƯ PHÁP", *TITLE), NAMES)
    assert stated.agencies == (("stp", "SỞ TƯ PHÁP"),)
    assert stated.periods[0].found == "quý I năm 2023"


def test_an_unreadable_file_says_nothing() -> None:
    stated = read_stated(Unreadable(UnreadableReason.ENCRYPTED), NAMES)
    assert (stated.agencies, stated.periods) == ((), ())


def test_former_names_lead_to_their_agency() -> None:
    names = agency_names(Registry((Agency("snv", "Sở Nội vụ", "so", (), former_names=("Ban Tổ chức chính quyền",)),)))
    assert names.same("BAN TỔ CHỨC CHÍNH QUYỀN") == "snv"


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("kết quả thực hiện nhiệm vụ CCHC quý I năm 2023", [Q1_2023]),
        ("báo cáo quý I năm 2023, nhiệm vụ trọng tâm quý II năm 2023", [Q1_2023]),
        ("báo cáo quý I/2023 so với cùng kỳ quý I/2022", [Q1_2023]),
        ("phương hướng quý II năm 2023", []),
        ("báo cáo quý I tại Sở Tư pháp trong năm 2023", [Q1_2023]),
        ("báo cáo quý I theo Kế hoạch CCHC năm 2022", [("quarter", 1, None)]),
        ("báo cáo quý II và 6 tháng đầu năm 2023", [("quarter", 2, None), ("half", 1, 2023)]),
        ("báo cáo CCHC năm 2023", [("year", 1, 2023)]),
        ("thực hiện Kế hoạch CCHC năm 2023", []),
        ("báo cáo quý I/2023; quý I/2023", [Q1_2023]),
        (unicodedata.normalize("NFD", "kết quả quý I/2023, phương hướng quý II/2023"), [Q1_2023]),
    ],
)
def test_own_periods(text: str, claims: list[tuple[str, int, int | None]]) -> None:
    assert [(c.kind.value, c.ordinal, c.year) for c in own_periods(text)] == claims
    assert all(isinstance(c.kind, PeriodKind) for c in own_periods(text))
