"""A narrative as an agency writes it in Word: letterhead in two columns, title, parts with their headings and text."""

import io
import random
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from bot.demo.samples import Ii06Row, ii06_rows

_FONT = "Times New Roman"
_PEOPLES_COMMITTEE = re.compile(r"UBND (?:thành phố|thị xã|huyện|quận|xã|phường|thị trấn) (?P<name>.+)")
_MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


class PartLike(Protocol):
    """What `narrative` needs of an outline part; `bot.domain.form.Part` has it."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...


_SENTENCES = {
    "chỉ đạo": (
        "Cơ quan đã ban hành Kế hoạch cải cách hành chính năm và triển khai đến toàn thể công chức, viên chức.",
        "Đã hoàn thành {a}/{b} nhiệm vụ của kế hoạch; kiểm tra cải cách hành chính tại {c} đơn vị trực thuộc.",
    ),
    "thể chế": (
        "Trong kỳ đã thẩm định {a} dự thảo văn bản quy phạm pháp luật, ban hành {b} văn bản.",
        "Đã rà soát {c} văn bản; kiến nghị sửa đổi, bổ sung các văn bản không còn phù hợp.",
    ),
    "thủ tục": (
        "Tổng số hồ sơ đã tiếp nhận trong kỳ là {received} hồ sơ; giải quyết đúng hạn và trước hạn đạt {on_time}%.",
        "Công bố {a} thủ tục hành chính; niêm yết công khai đầy đủ tại bộ phận một cửa.",
    ),
    "tài chính": (
        "Giải ngân vốn đầu tư công đạt {p}% kế hoạch được giao.",
        "Có {a} đơn vị sự nghiệp công lập tự bảo đảm chi thường xuyên.",
    ),
    "điện tử": (
        "{p}% văn bản trao đổi giữa các cơ quan được ký số và gửi qua môi trường mạng.",
        "Cung cấp {d} dịch vụ công trực tuyến; hệ thống họp trực tuyến kết nối đến cấp xã.",
    ),
    "kiến nghị": ("Đề nghị tổ chức thêm lớp tập huấn nghiệp vụ cho công chức bộ phận một cửa.",),
    "": (
        "Các nhiệm vụ được triển khai theo đúng kế hoạch, có phân công người chịu trách nhiệm và thời hạn hoàn thành.",
        "Trong kỳ đã hoàn thành {a} nhiệm vụ, {c} nhiệm vụ đang thực hiện trong hạn.",
    ),
}


def narrative(
    agency_name: str,
    superior: str,
    period: str,
    parts: Sequence[PartLike],
    *,
    missing: Collection[str] = (),
    empty: Collection[str] = (),
    number: str = "",
    place: str = "",
    day: date = date(2023, 3, 8),
    seed: int = 1,
    lines: Sequence[Ii06Row] | None = None,
    subject: str = "Kết quả công tác cải cách hành chính",
    below: str = "",
    said: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """A narrative (.docx) of these parts. `period` as it stands in the title (`quý I năm 2023`); parts whose code is
    in `missing` are left out, those in `empty` have a heading and nothing beneath it. `number` and `place` are made
    from the agency's name when empty: `45/BC-UBND` and the district's name, `45/BC-STP` and the province's. Files
    received and settled are those of `lines`, the same as `documents.ii06` makes by itself when None.

    The title is `subject` and the period, with the line `below` under it. `said` has the sentences of a part by its
    code, instead of general ones. An empty `superior` leaves the agency alone in its letterhead.
    """
    random_figures = random.Random(f"{agency_name}{seed}")  # noqa: S311  figures for show
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    section.top_margin, section.bottom_margin = Cm(2), Cm(2)
    stated = _stated(ii06_rows() if lines is None else lines)
    committee = _PEOPLES_COMMITTEE.match(agency_name)
    number = number or f"45/BC-{'UBND' if committee else _initials(agency_name)}"
    place = place or (committee["name"] if committee else "Bình Dương")
    _letterhead(document, agency_name, superior, number, place, day)
    _line(document, "BÁO CÁO", bold=True, centred=True)
    _line(document, f"{subject} {period}", bold=True, centred=True)
    if below:
        _line(document, below, centred=True)
    _line(document, "")
    kept = [part for part in parts if part.code not in missing]
    leaves = {part.code for part in kept} - {part.code.rpartition(".")[0] for part in kept}
    for part in kept:
        top = "." not in part.code
        shown = part.code if top else part.code.rpartition(".")[2]
        _line(document, f"{shown}. {part.title.upper() if top else part.title}", bold=True)
        if part.code not in empty and part.code in leaves:
            for sentence in (said or {}).get(part.code) or _sentences(part.title, random_figures, stated):
                _line(document, sentence, indent=True)
    _line(document, "")
    _line(document, "THỦ TRƯỞNG CƠ QUAN", bold=True, right=True)
    output = io.BytesIO()
    document.core_properties.author = agency_name
    document.save(output)
    return output.getvalue()


def _initials(name: str) -> str:
    """As offices sign their papers: Sở Thông tin và Truyền thông → STTTT, Văn phòng UBND tỉnh → VPUBND."""
    words = (w for w in name.split() if w not in ("và", "tỉnh"))
    return "".join(w if w.isupper() else w[0].upper() for w in words)


def _letterhead(document: Any, agency_name: str, superior: str, number: str, place: str, day: date) -> None:
    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    for row in table.rows:
        for cell, width in zip(row.cells, (Cm(6.6), Cm(9.4)), strict=True):
            cell.width = width
    # Nghị định 30/2020/NĐ-CP, phụ lục I: a nought before days below 10 and before months 1 and 2 only.
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    dated = f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"
    above = [(superior.upper(), False)] if superior else []
    texts = [[*above, (agency_name.upper(), True)], [(_MOTTO[0], True), (_MOTTO[1], True)]]
    for column, lines in enumerate(texts):
        cell = table.cell(0, column)
        for at, (text, bold) in enumerate(lines):
            paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            _run(paragraph, text, bold=bold, size=12)
    for column, text in enumerate((f"Số: {number}", dated)):
        _run(table.cell(1, column).paragraphs[0], text, bold=False, size=13, italic=column == 1)


def _run(paragraph: Any, text: str, *, bold: bool, size: int, italic: bool = False) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _line(
    document: Any, text: str, *, bold: bool = False, centred: bool = False, right: bool = False, indent: bool = False
) -> None:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold = bold
    paragraph.paragraph_format.space_after = Pt(6)
    if centred or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.RIGHT
    elif indent:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = Cm(1.27)


def _stated(lines: Sequence[Ii06Row]) -> dict[str, str]:
    """What the text says of the files in II.06, as people write it: 2.544 and 98,5."""
    received = sum(line.online + line.direct + line.carried for line in lines)
    settled = sum(line.early + line.on_time + line.late for line in lines)
    good = sum(line.early + line.on_time for line in lines)
    share = f"{good / settled * 100:.1f}" if settled else "100"
    return {"received": f"{received:,}".replace(",", "."), "on_time": share.removesuffix(".0").replace(".", ",")}


def _sentences(title: str, figures: random.Random, stated: Mapping[str, str]) -> list[str]:
    key = next(key for key in _SENTENCES if key in title.lower())
    values = {"a": figures.randint(2, 9), "b": figures.randint(10, 25), "c": figures.randint(3, 12)}
    share = f"{figures.randint(930, 999) / 10:.1f}".replace(".", ",")
    files = f"{figures.randint(1200, 9800):,}".replace(",", ".")
    return [sentence.format(**values, **stated, p=share, d=files) for sentence in _SENTENCES[key]]
