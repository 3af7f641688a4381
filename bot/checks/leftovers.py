"""What a template leaves in a text that was not filled in: placeholders, gaps for figures, the form's own hints.

Only what no finished report says is taken for a leftover: "[tên cơ quan]", "đã tiếp nhận …… hồ sơ", "xx%", a hint
word for word. "ngày … tháng … năm" and "Số: …/BC-" are how offices leave room for pen and stamp; "[Ghi nhanh]" is a
press genre; "đất đai, xây dựng, …" is a list that goes on. What is in doubt is none. Nothing here fails.
"""

import re
from collections.abc import Iterable

from bot.checks.headers import words
from bot.text.accents import Folding, squeeze

# After "[" or "<": a verb that tells what to write, or the name of a thing that is to stand there.
_ASKS = (
    r"(?:ghi(?! (?:nhanh|nhan|chep|hinh|am)\b)|nhap(?! (?:khau|cu|hoc|canh|vien|ngu)\b)|liet ke|mo ta|trinh bay"
    r"|dien(?! (?:dan|bien|tu|hinh|mao)\b)|neu(?! guong\b)|chen(?! ep\b))\b"
)
_NAMES = (
    r"(?:(?:ten|so|ma|ngay|ky|quy|noi dung|dia chi|chuc vu|thoi gian)(?: (?:cua|co quan|don vi|dia phuong|bao cao|ho so"
    r"|van ban|luong|lieu|to chuc|huyen|xa|tinh|can bo|nguoi|ky|thang|nam|tai day|ban hanh|lap|dia ban|linh vuc"
    r"|nhiem vu|ket qua)){1,4}|co quan(?: bao cao)?|don vi(?: bao cao)?|ho va ten|ho ten|dia danh)"
)
_BRACKETED = re.compile(rf"[\[<{{]\s*(?:{_ASKS}[^\]>}}]{{0,300}}|{_NAMES}\s*[:.…_]*|x{{2,}}\s*%?|_{{2,}})\s*[\]>}}]")
_COUNTED = r"(?:%|ho so|van ban|thu tuc|tthc|nhiem vu|luot|truong hop|cuoc|lop)(?!\w)"
_COUNTED_TOO = (
    r"(?:phan tram|can bo|cong chuc|vien chuc|nguoi|don vi|co quan|bai|phong su|chuong trinh|dich vu|ke hoach"
    r"|quyet dinh|nghi quyet|chi thi|ty dong|trieu dong|dong|muc tieu|chi tieu|phieu)(?!\w)"
)
# Four dots and more, set apart, are room to write in; fewer only after a word that calls for a figure.
_LONG_GAP = re.compile(rf"(?:(?<![,;] )(?<=[ :])|^)(?:\.{{4,}}|…[.…]+|_{{3,}})\s*(?:{_COUNTED}|{_COUNTED_TOO})")
_SHORT_GAP = re.compile(
    r"(?:\b(?:nhan|duoc|co|la|dat|quyet|hanh|so|gom|hien|tong|lap|trong do)[: ]|:)\s*(?:\.{2,3}|…|_{2})\s*" + _COUNTED
)
_SHARE_GAP = re.compile(r"(?<![\d.…_])(?:\.{2,}|…+|_{2,})\s*%")
_FIELD_GAP = re.compile(r":\s*(?:\.{4,}|…[.…]+|_{4,})\s*[;.]?$")  # "Số văn bản đã ban hành: ……"
# XX is a Roman number too: "khóa XX", "Đại hội lần thứ XX".
_CROSSES = re.compile(
    rf"(?<!\w)(?<!thu )(?<!khoa )(?<!ky )(?<!hoi )(?<!luc )(?<!muc )(?<!chuong )(?<!phan )x{{2,}}\s*{_COUNTED}"
)
_OTHERS = (
    re.compile(r"\bclick (?:or tap )?here to enter\b[^.\n]*"),
    re.compile(r"\b(?:bam|nhap|nhan|go)\b[^.\n]{0,40}\bvao day de (?:nhap|go)\b[^.\n]*"),
    re.compile(r"\bthi ghi(?: ro)?:? ?[\"“']?khong (?:co|phat sinh)\b"),
    re.compile(r"\blorem ipsum\b[^.\n]*"),
)
_SPEAKS = 4  # words from which a hint is told from what a report may say itself
_LONGEST = 80


def placeholder(text: str) -> str | None:
    """The placeholder in a text, as it stands there, cut for people; None when there is none."""
    for line in text.split("\n"):
        folding = Folding(line)
        for pattern in (_SHARE_GAP, _LONG_GAP, _SHORT_GAP, _FIELD_GAP, _CROSSES, *_OTHERS):
            if match := pattern.search(folding.text):
                return _shown(folding, match.start(), match.end())
        if (found := _bracketed(folding)) is not None:
            return found
    return None


def bracketed(text: str) -> str | None:
    """The placeholder in brackets in a text: the only kind that counts where offices leave room for pen and stamp."""
    return next((found for line in text.split("\n") if (found := _bracketed(Folding(line))) is not None), None)


def hint_left(text: str, hints: Iterable[str]) -> str | None:
    """The one of these hints that stands in the text, alone or with a word or two ("Gợi ý: …"); None when none does.
    A hint of less than four words is what a report may say by itself.
    """
    lines = [words(line) for line in (text, *text.split("\n"))]
    for hint in hints:
        for said in (words(part) for part in (hint, *hint.split("\n"))):
            count = len(said.split())
            if count >= _SPEAKS and any(f" {said} " in f" {line} " and _room(line, count) for line in lines):
                return _cut(squeeze(hint))
    return None


def _room(line: str, count: int) -> bool:
    return len(line.split()) <= count + 3


def _bracketed(folding: Folding) -> str | None:
    match = _BRACKETED.search(folding.text)
    return None if match is None else _shown(folding, match.start(), match.end())


def _shown(folding: Folding, start: int, end: int) -> str:
    return _cut(squeeze(folding.original(start, end)[0]))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
