"""Reports as agencies write them, built by code: for the demo, the tests and the benchmarks.

Word and Excel files as people would open them (letterhead in two columns, Times New Roman, borders, merged headers).
The same arguments give the same contents; figures come from a seed. Each builder can plant one fault at a known place,
which it takes as an argument.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from openpyxl.styles import Font

from bot.demo.samples import (
    FIELDS,
    Article,
    Broadcast,
    Ii06Row,
    ii06_rows,
    sample_articles,
    sample_broadcasts,
    stats_values,
)
from bot.demo.scores import SCORES_FIRST_ROW, ScoreRow, sample_scores, selfscore
from bot.demo.sheets import (
    FONT,
    new_sheet,
    put_header,
    put_merged_header,
    put_row,
    put_signatures,
    put_title,
    saved,
)
from bot.demo.word_report import PartLike, narrative

__all__ = [
    "FIELDS",
    "II06_FIRST_ROW",
    "LIST_FIRST_ROW",
    "SCORES_FIRST_ROW",
    "STATS_FIRST_ROW",
    "Article",
    "Broadcast",
    "Ii06Row",
    "PartLike",
    "ScoreRow",
    "articles",
    "broadcasts",
    "cchc_stats",
    "ii06",
    "ii06_rows",
    "narrative",
    "sample_articles",
    "sample_broadcasts",
    "sample_scores",
    "selfscore",
    "stats_values",
]

II06_FIRST_ROW = 11  # the first data row of `ii06`; columns A to M are (1) to (13)
STATS_FIRST_ROW = 6  # the first row of `cchc_stats`; the figures stand in column D
LIST_FIRST_ROW = 6  # the first row of `broadcasts` and `articles`


class RowLike(Protocol):
    """What `cchc_stats` needs of a coded row; `bot.domain.form.Row` has it."""

    @property
    def code(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def unit(self) -> str: ...


def ii06(
    agency_name: str,
    period_words: str,
    rows: Sequence[Ii06Row] | None = None,
    *,
    break_cell: Mapping[str, Any] | None = None,
    seed: int = 1,
) -> bytes:
    """Form II.06 (.xlsx): title, three-row merged header, numbered row, one line a field, TỔNG CỘNG, signatures.

    `break_cell` puts other values into cells by Excel's names (`{"C12": 120}`) after all sums were made; data begin
    in row II06_FIRST_ROW. `seed` makes the lines when `rows` is None.
    """
    lines = ii06_rows(seed) if rows is None else rows
    book, sheet = new_sheet("II.06", widths=[6, 38, *[12] * 11])
    put_title(sheet, 1, 13, "Biểu số II.06/VPCP/KSTT", bold=True)
    put_title(sheet, 2, 13, "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", bold=True, size=14)
    put_title(sheet, 3, 13, f"Kỳ báo cáo: {period_words}")
    put_title(sheet, 4, 13, f"Đơn vị báo cáo: {agency_name}")
    put_title(sheet, 5, 13, "Đơn vị tính: Số hồ sơ TTHC", italic=True)
    top = 7
    groups = {"A": "STT", "B": "Lĩnh vực, công việc giải quyết theo cấp"}
    for letter, text in groups.items():
        put_merged_header(sheet, f"{letter}{top}:{letter}{top + 2}", text)
    put_merged_header(sheet, f"C{top}:F{top}", "Số hồ sơ nhận giải quyết")
    put_merged_header(sheet, f"G{top}:J{top}", "Số hồ sơ đã giải quyết")
    put_merged_header(sheet, f"K{top}:M{top}", "Số hồ sơ đang giải quyết")
    put_merged_header(sheet, f"C{top + 1}:C{top + 2}", "Tổng số")
    put_merged_header(sheet, f"D{top + 1}:E{top + 1}", "Trong đó")
    put_header(sheet, top + 2, 4, "Trực tuyến")
    put_header(sheet, top + 2, 5, "Trực tiếp, dịch vụ bưu chính")
    put_merged_header(sheet, f"F{top + 1}:F{top + 2}", "Từ kỳ trước")
    below = {"G": "Tổng số", "H": "Trước hạn", "I": "Đúng hạn", "J": "Quá hạn"}
    for letter, text in (below | {"K": "Tổng số", "L": "Trong hạn", "M": "Quá hạn"}).items():
        put_merged_header(sheet, f"{letter}{top + 1}:{letter}{top + 2}", text)
    sums = {3: "(3)=(4)+(5)+(6)", 7: "(7)=(8)+(9)+(10)", 11: "(11)=(12)+(13)"}
    for column in range(1, 14):
        put_header(sheet, top + 3, column, sums.get(column, f"({column})"), bold=False)
    for row, height in {top: 20, top + 1: 20, top + 2: 32, top + 3: 30}.items():
        sheet.row_dimensions[row].height = height
    for at, line in enumerate(lines):
        put_row(sheet, II06_FIRST_ROW + at, [at + 1, line.label, *line.figures()])
    last = II06_FIRST_ROW + len(lines)
    totals = [sum(column) for column in zip(*(line.figures() for line in lines), strict=True)] or [0] * 11
    put_row(sheet, last, [None, "TỔNG CỘNG", *totals], bold=True)
    put_signatures(sheet, last + 2, 13)
    return saved(book, sheet, break_cell, freeze=f"C{II06_FIRST_ROW}")


def cchc_stats(
    agency_name: str,
    period_words: str,
    rows: Sequence[RowLike],
    *,
    values: Mapping[str, Any] | None = None,
    break_cell: Mapping[str, Any] | None = None,
    missing: Collection[str] = (),
    title: str = "Thống kê số liệu thực hiện các chỉ tiêu cải cách hành chính",
    notes: Mapping[str, str] | None = None,
) -> bytes:
    """Statistics under that title (.xlsx): these coded rows in order, by row code `values` in column D and `notes` in
    column E, blank elsewhere; rows whose code is in `missing` are left out. Rows begin in STATS_FIRST_ROW.
    """
    book, sheet = new_sheet("Thống kê CCHC", widths=[9, 62, 22, 14, 24])
    put_title(sheet, 1, 5, title.upper(), bold=True, size=14)
    put_title(sheet, 2, 5, f"Kỳ báo cáo: {period_words}")
    put_title(sheet, 3, 5, f"Đơn vị báo cáo: {agency_name}")
    for column, text in enumerate(("STT", "Chỉ tiêu thống kê", "Đơn vị tính", "Số liệu", "Ghi chú"), 1):
        put_header(sheet, STATS_FIRST_ROW - 1, column, text)
    kept = [row for row in rows if row.code not in missing]
    for at, row in enumerate(kept):
        value, note = (values or {}).get(row.code), (notes or {}).get(row.code)
        heading = "." not in row.code
        put_row(sheet, STATS_FIRST_ROW + at, [row.code, row.label, row.unit, value, note], bold=heading)
    put_signatures(sheet, STATS_FIRST_ROW + len(kept) + 1, 5)
    return saved(book, sheet, break_cell, freeze=f"C{STATS_FIRST_ROW}")


def broadcasts(
    agency_name: str,
    period_words: str,
    items: Sequence[Broadcast] | None = None,
    *,
    count: int | None = None,
    break_cell: Mapping[str, Any] | None = None,
) -> bytes:
    """The list of broadcasts (.xlsx), with its count (`count` instead of the true one) and the sum of minutes."""
    lines = sample_broadcasts() if items is None else items
    header = ("STT", "Tên tin, phóng sự, chương trình", "Ngày phát sóng", "Thời lượng (phút)", "Kênh phát sóng")
    rows = [[at, item.title, item.day, item.minutes, item.channel] for at, item in enumerate(lines, 1)]
    title = "DANH MỤC TIN, PHÓNG SỰ, CHƯƠNG TRÌNH VỀ CẢI CÁCH HÀNH CHÍNH ĐÃ PHÁT SÓNG"
    minutes = sum(item.minutes for item in lines if not isinstance(item.minutes, str))
    total = [None, "Tổng thời lượng", None, minutes, None]
    said = f"Tổng số chương trình: {len(lines) if count is None else count}"
    return _list(
        "Phát sóng", title, agency_name, period_words, header, [6, 60, 16, 14, 18], rows, total, said, break_cell
    )


def articles(
    agency_name: str,
    period_words: str,
    items: Sequence[Article] | None = None,
    *,
    count: int | None = None,
    break_cell: Mapping[str, Any] | None = None,
) -> bytes:
    """The list of articles (.xlsx), with its count (`count` instead of the true one)."""
    lines = sample_articles() if items is None else items
    header = ("STT", "Tên tin, bài, phóng sự", "Ngày đăng", "Loại báo (giấy/điện tử)")
    rows = [[at, item.title, item.day, item.medium] for at, item in enumerate(lines, 1)]
    title = "DANH MỤC TIN, BÀI, PHÓNG SỰ VỀ CẢI CÁCH HÀNH CHÍNH TRÊN BÁO GIẤY VÀ BÁO ĐIỆN TỬ"
    said = f"Tổng số tin, bài: {len(lines) if count is None else count}"
    return _list("Tin, bài", title, agency_name, period_words, header, [6, 70, 16, 22], rows, None, said, break_cell)


def _list(
    name: str,
    title: str,
    agency_name: str,
    period_words: str,
    header: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[Any]],
    total: Sequence[Any] | None,
    said: str,
    break_cell: Mapping[str, Any] | None,
) -> bytes:
    book, sheet = new_sheet(name, widths)
    put_title(sheet, 1, len(header), title, bold=True, size=13)
    put_title(sheet, 2, len(header), f"Kỳ báo cáo: {period_words}")
    put_title(sheet, 3, len(header), f"Đơn vị báo cáo: {agency_name}")
    for column, text in enumerate(header, 1):
        put_header(sheet, LIST_FIRST_ROW - 1, column, text)
    for at, row in enumerate(rows):
        put_row(sheet, LIST_FIRST_ROW + at, row)
    last = LIST_FIRST_ROW + len(rows)
    if total is not None:
        put_row(sheet, last, total, bold=True)
        last += 1
    sheet.cell(last + 1, 2, said).font = Font(name=FONT, size=12, bold=True)
    put_signatures(sheet, last + 3, len(header))
    return saved(book, sheet, break_cell, freeze=f"A{LIST_FIRST_ROW}")
