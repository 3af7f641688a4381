"""The head of a document as lines: what stands above its body, without recipients, dates and ornaments.

Word: letterhead (often a table of two columns), title and subject, up to the first heading or body text. Excel: the
cells above the table of a sheet. A label without its value (`Đơn vị báo cáo:`) is joined with the cell or line that
holds it, so that whoever reads the lines need not know where they came from. Pure; never fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.document import CellValue, Paragraph, Sheet, TextDocument
from bot.text.accents import fold, nfc, squeeze

_MAX_LINES = 30
_MAX_ROWS = 15
_LONG = 250  # no title is longer; letters

TITLE = re.compile(
    r"bao cao|v/v|ve viec|phu luc|bieu|bang|danh (?:muc|sach)|thong ke|so lieu|to trinh|cong van|ky bao cao"
)
LABEL = re.compile(
    r"(?:[-+*•] ?)?(?:(?:ten )?(?:don vi|co quan)(?:,? (?:don vi|co quan))?"
    r"(?: (?:nhan|gui|lap|thuc hien|duoc))?(?: bao cao)?|ky (?:bao cao|du lieu)|noi nhan|kinh gui) ?(?::|$)"
)
_RECEIVER = re.compile(r"(?:[-+*•] ?)?(?:(?:don vi|co quan|noi) nhan|kinh gui)(?![a-z])")
_ORNAMENT = re.compile(
    r"cong hoa xa hoi|doc lap ?[-–]|so ?:|so [0-9./]|\(? ?(?:ban hanh )?kem theo|[^a-z0-9]+$"
    # the place and date of a letter, filled in or not
    r"|(?:[a-z .-]{2,40}, ?)?ngay(?:[ ._…0-9]*thang[ ._…0-9]*nam[ ._…0-9]*| [0-9/.-]+)$"
)
_SECTION = re.compile(
    r"phan (?:thu )?(?:[ivx]+|[0-9]+|mot|nhat|a)(?![a-z])"
    r"|(?:[ivx]{1,4}|[0-9]{1,2}|[a-d])[.)] ?[^0-9 ]|[ivx]{1,4} ?[-–:] ?[a-z]"
)
_PRINTED_NUMBER = re.compile(r"(?:phan )?(?:[ivx]+|[0-9]+|[a-h])(?:\.[0-9]+)*[.):/]*")
_BODY = re.compile(
    r"can cu |(?:tiep tuc )?(?:thuc hien|theo|trien khai)"
    r"(?: (?:noi dung|tinh than|chi dao|yeu cau|de nghi|huong dan|su))*(?: cua| tai)?"
    r" (?:cong van|van ban|ke hoach|quyet dinh|nghi quyet|chi thi|nghi dinh|thong tu|chi dao|so |ubnd)"
    r"|trong (?:quy|nam|6|9|thang|thoi gian|ky)"
    r"|de (?:co|trien khai|thuc hien|kip thoi|phuc vu|dam bao)|nham "
)
_BULLET = re.compile(r"[-+*•–]|.*;$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a head; `folded` is its text folded. `addressed`: it stands below the recipients (`Kính gửi`)."""

    text: str
    folded: str
    addressed: bool = False


def word_lines(document: TextDocument) -> list[Line]:
    """The lines of a Word file's head, in reading order, recipients and ornaments left out."""
    return _join_labels([line for line in _above_body(document) if not _ORNAMENT.match(line.folded)])


def _above_body(document: TextDocument) -> Iterator[Line]:
    seen, titled, styled, addressed, in_recipients = 0, False, False, False, False
    for paragraph in document.paragraphs:
        for text in _pieces(paragraph.text):
            folded = fold(text)
            seen += 1
            if seen > _MAX_LINES or folded.startswith("noi nhan"):
                return
            if in_recipients and _BULLET.match(folded):
                continue
            if _starts_body(paragraph, folded, below_title=titled and not styled):
                return
            if folded.startswith("kinh gui"):
                addressed = in_recipients = True
                continue
            in_recipients = False
            titled = titled or TITLE.match(folded) is not None
            styled = paragraph.level is not None
            yield Line(text, folded, addressed)


def _pieces(text: str) -> list[str]:
    """One paragraph's lines: soft breaks part them, and so do tabs and wide gaps (a letterhead without a table)."""
    return [squeezed for piece in re.split(r"[\n\v\t]+| {3,}", nfc(text)) if (squeezed := squeeze(piece))]


def _starts_body(paragraph: Paragraph, folded: str, *, below_title: bool) -> bool:
    if len(folded) > _LONG or _SECTION.match(folded):
        return True
    if paragraph.number and _PRINTED_NUMBER.fullmatch(fold(paragraph.number)):
        return True
    if paragraph.level is not None and below_title and not TITLE.match(folded):
        return True
    return _BODY.match(folded) is not None


def sheet_lines(sheet: Sheet) -> list[Line]:
    """The lines above a sheet's table: cell by cell, row by row, within the first 15 rows."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if row <= _MAX_ROWS and (text := _cell_text(cell.value)):
            rows.setdefault(row, {})[column] = text
    lines: list[str] = []
    used: set[tuple[int, int]] = set()
    for row, cells in rows.items():
        if _is_table_row(list(cells.values())):
            break
        open_label = False
        for column, text in cells.items():
            if (row, column) in used:
                continue
            pieces = _pieces(text)
            if open_label and not LABEL.match(fold(pieces[0])):
                lines[-1] = f"{lines[-1]} {' '.join(pieces)}"
                continue
            lines.extend(pieces)
            open_label = _is_open_label(pieces[-1])
            below = rows.get(row + 1, {}).get(column, "")
            if open_label and max(cells) == column and below and not LABEL.match(fold(below)):
                lines[-1] = f"{lines[-1]} {squeeze(below)}"
                used.add((row + 1, column))
    return _join_labels([Line(text, folded) for text in lines if not _ORNAMENT.match(folded := fold(text))])


def _cell_text(value: CellValue) -> str:
    """Text, and whole numbers (a year beside its label); other figures and dates say nothing of agency or period."""
    if isinstance(value, str):
        return value if squeeze(value) else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(int(value)) if float(value).is_integer() else ""


def _is_table_row(cells: list[str]) -> bool:
    folded = [fold(cell) for cell in cells]
    if any(cell in ("stt", "tt", "so tt") for cell in folded):
        return True
    if sum(re.fullmatch(r"\(?[0-9]{1,2}\)?.*", cell) is not None and len(cell) < 12 for cell in folded) >= 3:
        return True
    return len(cells) > 3 and not any(LABEL.match(cell) for cell in folded)


def _is_open_label(text: str) -> bool:
    """A label that still waits for its value."""
    folded = fold(text)
    match = LABEL.match(folded)
    return match is not None and match.end() == len(folded)


def _join_labels(lines: list[Line]) -> list[Line]:
    """Labels joined with the value on the next line; then the lines that name a receiver left out."""
    joined: list[Line] = []
    for line in lines:
        if joined and _is_open_label(joined[-1].text) and not LABEL.match(line.folded) and not TITLE.match(line.folded):
            before = joined.pop()
            line = Line(f"{before.text} {line.text}", f"{before.folded} {line.folded}", line.addressed)
        joined.append(line)
    return [line for line in joined if not _RECEIVER.match(line.folded)]
