"""Where figures are missing in a text: room left for them, stand-ins, the fields of a template; and what only looks so.

Patterns over folded text (`bot.text.accents.fold`); `bot.checks.leftovers` puts them together. Nothing here fails.
"""

import re

_COUNTED = r"(?:%|ho so|van ban|thu tuc|tthc|nhiem vu|luot|truong hop|cuoc|lop)(?!\w)"
_COUNTED_TOO = (
    r"(?:phan tram|can bo|cong chuc|vien chuc|nguoi|don vi|co quan|bai|phong su|chuong trinh|dich vu|ke hoach"
    r"|quyet dinh|nghi quyet|chi thi|ty dong|trieu dong|dong|muc tieu|chi tieu|phieu|hoi nghi|hoi thao|buoi|dot"
    r"|mo hinh|sang kien|y kien)(?!\w)"
)
_GAP = r"(?:\.{2,}|…+|_{2,})"
# Four dots and more, set apart, are room to write in; fewer only after a word that calls for a figure.
_LONG_GAP = re.compile(rf"(?:(?<![,;] )(?<=[ :])|^)(?:\.{{4,}}|…[.…]+|_{{3,}})\s*(?:{_COUNTED}|{_COUNTED_TOO})")
_SHORT_GAP = re.compile(
    r"(?:\b(?:nhan|duoc|co|la|dat|quyet|hanh|so|gom|hien|tong|lap|trong do)[: ]|:)\s*(?:\.{2,3}|…|_{2})\s*" + _COUNTED
)
_SHARE_GAP = re.compile(r"(?<![\d.…_])(?:\.{2,}|…+|_{2,})\s*%")
_FIELD_GAP = re.compile(r":\s*(?:\.{4,}|…[.…]+|_{4,})\s*[;.]?$")  # "Số văn bản đã ban hành: ……"
# "có …/… nhiệm vụ"; days and numbers of papers count nothing.
_FRACTION_GAP = re.compile(
    rf"(?<![\w.…_/])(?:{_GAP}\s*/\s*(?:{_GAP}|\d+)|\d[\d.]*\s*/\s*{_GAP})\s*(?:{_COUNTED}|{_COUNTED_TOO})"
)
# "Số văn bản: [...]"; elsewhere "[…]" says that words were left out.
_BRACKET_GAP = re.compile(
    rf"\b(?:so|tong|ty le|so luong)\b[^:.;]{{0,60}}:\s*\[\s*{_GAP}\s*\]\s*(?:[;.]?$|{_COUNTED}|{_COUNTED_TOO})"
)
# XX is a Roman number too: "khóa XX", "Đại hội lần thứ XX".
_CROSSES = re.compile(
    rf"(?<!\w)(?<!thu )(?<!khoa )(?<!ky )(?<!hoi )(?<!luc )(?<!muc )(?<!chuong )(?<!phan )x{{2,}}\s*{_COUNTED}"
)
_CROSSES_DONE = re.compile(
    r"\b(?:to chuc|ban hanh|tiep nhan|giai quyet|thuc hien|hoan thanh|mo|cap|dang|gom|co|duoc|dat|khoang)"
    rf" x{{2,}} {_COUNTED_TOO}"
)
# A percent sign after room for its number: "đạt tỷ lệ   %", not the column "Tỷ lệ (%)". ROOM stands for the blanks,
# which folding would take away.
ROOM = "\ue000"
NO_FIGURE = re.compile(
    r"(\b(?:(?:đạt|chiếm|tăng|giảm|bằng|là) t[ỷỉ] lệ|(?<!^)(?:đạt|chiếm)))(?:[ \u00a0]{2,}|[ \u00a0]*\t\s*)%",
    re.IGNORECASE,
)
_NO_FIGURE_LEFT = re.compile(ROOM + "%")

FIGURE_GAPS = (
    _SHARE_GAP,
    _LONG_GAP,
    _SHORT_GAP,
    _FIELD_GAP,
    _FRACTION_GAP,
    _BRACKET_GAP,
    _CROSSES,
    _CROSSES_DONE,
    _NO_FIGURE_LEFT,
)
# What programs fill in: "{{so_ho_so}}", "${so_ho_so}", Word's "«So_ho_so»".
FIELDS = (re.compile(r"\{\{[^{}]{1,60}\}\}|\$\{\w{1,60}\}|«\w{0,40}_\w{0,40}»"),)
# "(ghi rõ số lượng)", "(ghi cụ thể …)", where neither the sentence nor its heading's number has a figure.
TOLD = re.compile(
    r"(?:^|(?<=[.;]))[^.;()\d]*(?P<order>\(\s*(?:ghi|neu|dien|nhap)"
    r"(?!(?: ro| cu the)*:? ?(?:ho (?:va )?ten|chuc|ly do|dia chi))(?: ro| cu the)*:?\s*"
    r"(?:(?:so luong|so lieu|ty le)\b[^()\d]{0,40}|[^()\d.…]{0,40}(?:\.{3,}|…+)\s*)\))[^.;\d]*(?=[.;]|$)"
)

# Room for the pen of those who sign and are asked back.
_PEOPLE = (
    r"nguoi (?:lap|ky|bao cao|nhan|duyet|kiem tra|kiem soat|thuc hien|lien he|phu trach|dai dien|tong hop|cung cap"
    r"|nhap|soan|gui|theo doi)|can bo (?:lap|tong hop|phu trach|dau moi|theo doi|bao cao|nhap)|dau moi|lien he"
    r"|(?:so )?(?:dien thoai|dt|sdt|di dong|fax|may ban)|e-?mail|thu dien tu|hop thu|zalo|website|dia chi"
    r"|ho (?:va )?ten|chuc (?:vu|danh)|cap bac|ky ten|thu truong|lanh dao|lap bieu|noi nhan|kinh gui"
    r"|ngay (?:lap|ky|gui|nhan|bao cao)"
)
_ALONE = r"ten|so|ngay|ky|ghi chu|phong|(?:don vi|co quan|ky)(?: (?:bao cao|lap|nhan|gui|cong tac)){0,2}"
_LABEL = rf"(?:(?:{_PEOPLE})(?!\w)[^:.;…]{{0,40}}|(?:{_ALONE})\s*(?:\([^()]*\))?\s*)"
_SIGNED = re.compile(rf"^[\W_]*{_LABEL}:")
_ENDS_SIGNED = re.compile(rf"(?:^|[\W_]){_LABEL}:?\s*$")
_NEXT_LABEL = re.compile(r"[\w ()/]{0,30}:")
_QUOTES = (("“", "”"), ('"', '"'), ("«", "»"), ("‘", "’"))


def is_signed(line: str) -> bool:
    """Whether a folded line begins with the label of who signs, or how to reach him: "Người lập biểu: ……"."""
    return _SIGNED.match(line) is not None


def is_form_line(line: str, start: int, end: int) -> bool:
    """Whether the gap at that place of a folded line is for the pen, or between two labels: "Tổ: …… Đơn vị: ……"."""
    before = line[:start].rstrip()
    labelled = before.endswith(":") or line[start] == ":"
    return labelled and (_ENDS_SIGNED.search(before) is not None or _NEXT_LABEL.match(line, end) is not None)


def is_quoted(line: str, start: int, end: int) -> bool:
    """Whether a place stands between quotation marks: a report speaks of it."""
    for opening, closing in _QUOTES:
        if opening == closing:
            inside = line.count(opening, 0, start) % 2 == 1
        else:
            at = line.rfind(opening, 0, start)
            inside = at >= 0 and closing not in line[at:start]
        if inside and closing in line[end:]:
            return True
    return False
