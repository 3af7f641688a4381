"""Sentences that give the cause of a difference between reported figures and those of a system.

Such a sentence speaks of figures or of a system that differ ("số liệu chênh lệch với hệ thống một cửa"), and says why
("do 5 hồ sơ giấy chưa được nhập"). The cause may stand in the sentence right behind, when that one begins with it
("Nguyên nhân: …"). A cause that is unknown, none, or only asked for is no cause; nor are quoted lines of an answer.
Words are compared with their accents, for without them "do" (because) is also "đó" (that) and "vì" is also "vị"; text
typed without any accents has its own, narrower words. A heading that speaks of the difference ("Nguyên nhân chênh lệch
số liệu") is no cause, but gives what stands beneath it that half. A comparison with an earlier period is none.

A cause that names figures covers the differences of that size or figure alone; one that names none covers them all.
Nothing here fails.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from bot.checks.sentences import split_sentences
from bot.checks.stated_numbers import without_dates
from bot.text.accents import fold, nfc, squeeze
from bot.text.numbers import parse_number

_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)

# Folded: that figures differ. The first group is about figures by itself, the second needs a word for figures, the
# third a system to differ from.
_GAP = r"chenh lech|sai lech|do lech|\blech\b(?! (?:lac|huong|chuan))"
_UNLIKE = (
    r"(?:khong|chua) (?:thong nhat|dong nhat|khop|trung khop|trung nhau|trung voi|giong|bang nhau)"
    r"|khac (?:nhau|biet|voi|so voi|so lieu|he thong)"
)
_COMPARED = r"(?:cao|thap|nhieu|it|lon|nho) hon"
_SYSTEM = (
    r"he thong|phan mem|\bcong\b(?: (?:dvc|dich vu|thong tin|quoc gia|tinh))|mot cua|co so du lieu|csdl|\bdvc\b|igate"
    r"|truc lien thong"
)
_FIGURES = r"so lieu|du lieu|con so|thong ke|chi so|so luong|ty le|ti le"
_FILES = rf"{_FIGURES}|ho so|\d"
_DENIED = re.compile(rf"(?:khong|chua)(?: he| con| co| phat sinh)*(?: su| so lieu)? (?:{_GAP}|khac biet)")
_ASKED = re.compile(  # our own notices quoted, or a mere condition
    r"\bneu (?:ro |cu the |tai sao )?(?:nguyen nhan|ly do)"
    r"|\bneu (?:co|van|con)(?: \w+){0,2} (?:chenh lech|sai lech|khac)"
    r"|\(? ?(?:de nghi )?(?:ghi|neu|dien) (?:ro|cu the) ?\)?\W*$|\bneu so lieu dung|(?:giai trinh|lam ro"
    r"|bao cao|cho biet|xac dinh|tim|ra soat) (?:ro )?(?:nguyen nhan|ly do)\b"
)
_UNKNOWN = re.compile(
    r"(?:chua|khong) (?:xac dinh|tim|biet|co|ro|thay)(?: duoc| ra| thay| ro)*(?: (?:nguyen nhan|ly do))"
    r"|(?:nguyen nhan|ly do)\b.{0,60}?: ?(?:dang |con )?(?:cho|doi|de nghi) .{0,40}(?:tra loi|phan hoi"
    r"|xac minh|tra cuu)\W*$"
    r"|(?:nguyen nhan|ly do)(?: (?:chenh lech|sai lech|khac biet|su|cua|so lieu|nay|tren|la|voi|so voi|he thong"
    r"|mot cua|phan mem))*"
    r"(?: ?[:,-]? ?(?:hien |van |con |dang )*(?:dang|chua|khong|se)\b(?: (?:co|ro|xac dinh|duoc|tim|biet|ra soat"
    r"|kiem tra|lam ro|xac minh|doi chieu|bao cao|phat sinh)\b.*|\W*$))"
)

# With accents: what says why. "do" after one of the nouns, or before one of the verbs, says by whom.
_BECAUSE = re.compile(
    r"(?P<named>nguyên nhân|l[ýí] do)"
    r"|(?P<because>(?<!\w)(?:(?:(?<!số liệu )(?<!dữ liệu )(?<!kết quả )(?<!phần mềm )(?<!hệ thống )(?<!văn bản )"
    r"|(?=do (?:(?:\w+ ){0,3}(?:chưa|không|bị|lỗi|chậm|thiếu|trễ)\b|nhập|cập nhật|quên|[0-9])))do"
    r"(?! (?:đó|vậy|đấy|thế)(?!\w))|vì(?! (?:vậy|thế|lẽ))|bởi(?! (?:vậy|thế))|xuất phát từ)(?!\w))"
)
_BECAUSE_PLAIN = re.compile(
    r"(?P<named>nguyen nhan|l[yi] do)|(?P<because>\b(?:la do|boi vi|vi chua|vi khong|do chua|do khong|do loi"
    r"|do he thong|do phan mem|do viec|do mot so|do cac|do don vi|do nhap)\b)"
)
_BY_WHOM = re.compile(
    r"^ (?:\S+ ){1,7}?(?:quản lý|cung cấp|báo cáo|xây dựng|ban hành|chủ trì|vận hành|triển khai|thực hiện|tổng hợp"
    r"|trích xuất|kết xuất|gửi|lập|công bố)"
    r"(?! (?:\S+ ){0,2}?(?:chậm|thiếu|trễ|sai|nhầm|trùng|sót|muộn|chưa|không|lỗi|cả))"
)
_GAP_WORDS = re.compile(r"\b(?:chenh|sai|khac|biet|lech|so|lieu|nhau|viec|su|nay|la|co)\b")
_FILLERS = re.compile(
    r"\b(?:la|cua|viec|su|nay|neu|tren|so|lieu|nhu|sau|chu|yeu|chinh|chenh|lech|sai|khac|biet|nhau|va|co|cac"
    r"|voi|he|thong"
    r"|mot|cua|phan|mem|bao|cao|ky|quy)\b"
)
_NIL = re.compile(
    r"(?:cac |loi )?(?:he thong|phan mem)(?: (?:cua )?tinh)?|(?:khong|chua)(?: co| ro| xac dinh| phat sinh"
    r"| gi)*|da neu(?: o)? tren|nhu tren|nt|n/a"
)
_OPENING = re.compile(
    r"\W*(?:nguyên nhân|l[ýí] do|do(?! (?:đó|vậy))|vì(?! (?:vậy|thế))|bởi|việc này do|đây là do|là do)(?!\w)"
)
_TIMES = r"(?:(?:quy|ky|nam|thang)(?: \w+)? (?:truoc|ngoai)|cung ky|quy [ivx1-4]+)\b"
_PERIODS = re.compile(rf"(?:\b(?:so )?voi|\bhon|\btu|\bgiua)(?: \w+){{0,3}}? {_TIMES}")
_AGAINST_SYSTEM = re.compile(rf"(?:\b(?:so )?voi|\bhon|\bkhac|\bgiua)(?: \w+){{0,4}}? (?:{_SYSTEM})")
_SHORTCOMINGS = re.compile(r"\b(?:ton tai|han che|kho khan|vuong mac)\b")
# What befell the data: enough of a reason where the difference itself is spoken of by the place.
_FACT = re.compile(
    r"(?:chua|khong|chua kip|khong kip)(?: (?:duoc|kip|he thong|thoi|the|day du|du|thuong xuyen|kip thoi))*"
    r" (?:dong bo|cap nhat|nhap|day|tich hop|ket noi|lien thong|ghi nhan|tinh|thong ke|chuyen|bam|the hien|hien thi"
    r"|tong hop|tiep nhan tren|so hoa|dua len|luu)\b"
    r"|\b(?:nhap|cap nhat|dong bo|chuyen|day)(?: \w+){0,3} (?:cham|muon|tre|trung|sot|nham|sai|thieu|tay|bu|lap)\b"
    r"|\b(?:cham|muon|quen|sot) (?:nhap|cap nhat|dong bo|bam|chuyen)|\bquen\b|\bbo sot\b|\btinh ca\b|\btinh trung\b"
    r"|\bloi (?:ket noi|dong bo|phan mem|he thong|mang|du lieu|duong truyen|font|ky thuat)|\bbi loi\b|\bchot so lieu\b"
    r"|\bthoi diem (?:chot|ket xuat|lay so lieu|trich xuat)"
)
_DATA = re.compile(
    rf"{_FIGURES}|{_SYSTEM}|ho so|van ban|nhiem vu|thu tuc|tthc|\b(?:nhap|cap nhat|dong bo|tinh|loi|trung|chot)\b"
)
_HEADS = re.compile(r"giai trinh (?:ve )?(?:su )?(?:so lieu|chenh lech)|nguyen nhan (?:so lieu|chenh lech|sai lech)")
_REFERENCE = re.compile(
    r"\b(?:muc(?: do)?|chi tieu|chi so|tieu chi|dong|cot|stt|bieu|phu luc|so thu tu|phien ban|cap|thu|lan)"
    r"(?: so)? \(?[0-9]+(?:\.[0-9]+)*\)?"
)
_FIGURE = re.compile(r"(?<![0-9a-z.,/])(?:[0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)(?:,[0-9]+)?(?![0-9a-z/])")
_ROW = re.compile(r"\b(?:dong|hang|chi tieu|muc|stt|so thu tu|cot)(?: so)? \(?(?P<row>[0-9]+(?:\.[0-9]+)*)\)?(?![0-9])")
_NOT_OF_REPORTS = re.compile(
    r" ?(?:xa|phuong|thi tran|don vi|huyen|linh vuc|phong|lan|bo phan|co quan|ngay|gio|tuan|thang|nam|phut|h)\b"
)
_OF_PEOPLE = re.compile(r" ?(?:can bo|cong chuc|vien chuc|nguoi)\b")  # figures of some rows, or who was ill
_QUESTION = "nguyên nhân chênh lệch số liệu"  # what an answer stands beneath
_LEAST_WORDS = 2  # words of a cause, fillers apart
_QUOTE = 120


@dataclass(frozen=True, slots=True)
class Cause:
    """The words that give a cause, the figures of reports that they name, those of people among them apart, and the
    rows or columns ("dòng 1.2").
    """

    text: str
    figures: frozenset[Decimal]
    people: frozenset[Decimal] = frozenset()
    rows: frozenset[str] = frozenset()

    def covers(
        self, actual: Decimal | None, expected: Decimal, *, key: str = "", keys: Collection[str] = (), is_current: bool
    ) -> bool:
        """Whether it can speak of that difference: of its size, of the reported figure, or, where it `is_current`
        (said with this report or in answer to it), of no figure at all or just of the system's. One that names any of
        the rows or columns that differ (`keys`) speaks of those alone; `key` is this difference's.
        """
        rows = self.rows & set(keys)
        if rows and key not in rows:
            return False
        gap, named = abs((actual or Decimal(0)) - expected), self.figures | self.people
        if gap in named or sum(self.figures) == gap or (actual is not None and actual in named):
            return True
        return is_current and (not self.figures or self.figures == {expected})


def causes(said: Iterable[tuple[str, str]]) -> Iterator[tuple[int, Cause]]:
    """The sentences, or pairs of sentences, that give the cause of a difference in figures, each with its index. In
    come sentences with the heading above each, "" where there is none.
    """
    lines = list(said)
    for at, ((one, heading), (following, _)) in enumerate(zip_longest(lines, lines[1:], fillvalue=("", ""))):
        if gives_cause(one) or (_heads_causes(heading) and _is_reason(one)):
            pair = one
        elif following and _differs(fold(one)) and _OPENING.match(_plain(following)) and _says_why(following):
            pair = f"{one} {following}"
        else:
            continue
        earlier = lines[at - 1][0] if at else ""  # "1.2 lệch 4 hồ sơ." may stand before its "Nguyên nhân chênh lệch: …"
        named = f"{earlier} {pair}" if earlier and _differs(fold(earlier)) else pair
        yield at, _cause(pair, named)


def gives_cause(sentence: str) -> bool:
    """Whether one sentence says both that figures differ and why."""
    return _differs(fold(sentence)) and _says_why(sentence)


def _cause(text: str, named: str) -> Cause:
    """`named` are the words whose figures and rows count, the sentence before among them."""
    people = named_figures(named, of_people=True)
    rows = frozenset(match["row"] for match in _ROW.finditer(fold(named)))
    return Cause(text, named_figures(named), people, rows)


def named_figures(text: str, *, of_people: bool = False) -> frozenset[Decimal]:
    """The figures of reports that a text names: no dates, numbers of rows, counts of days or offices. Those before
    people ("2 cán bộ") are left out, or are the only ones when they are asked for.
    """
    folded = fold(text)
    plain = _REFERENCE.sub(" ", without_dates(folded))
    found = (
        parse_number(match[0], whole=False)
        for match in _FIGURE.finditer(plain)
        if not _NOT_OF_REPORTS.match(plain, match.end())
        and (_OF_PEOPLE.match(plain, match.end()) is not None) is of_people
    )
    return frozenset(number for number in found if number is not None)


def causes_in_mail(text: str, *, is_answer: bool = False) -> tuple[Cause, ...]:
    """The causes that an agency's own mail gives; lines that it quotes do not count.

    `is_answer`: the mail follows our question for the cause, so it need not speak of the difference again. In another
    mail a sentence of what befell the system's data is a cause where it names figures.
    """
    sentences = split_sentences(_QUOTED.sub("", text))
    found = [cause for _, cause in causes((one, _QUESTION if is_answer else "") for one in sentences)]
    told = [one for one in sentences if not any(one in cause.text for cause in found) and _befell_system(one)]
    return (*found, *(cause for one in told if (cause := _cause(one, one)).figures))


def cause_in_note(text: str) -> str | None:
    """What a remark beside the figure itself says of the cause: a reason about the data, or what befell them."""
    note = squeeze(nfc(text))
    if len(re.findall(r"[^\W\d_]+", note)) < _LEAST_WORDS + 1:
        return None
    return note if _is_reason(note) else None


def quoted(text: str) -> str:
    """At most 120 letters of a cause, for people."""
    return text if len(text) <= _QUOTE else f"{text[: _QUOTE - 1].rstrip()}…"


def _befell_system(sentence: str) -> bool:
    folded = fold(sentence)
    return re.search(_SYSTEM, folded) is not None and _FACT.search(folded) is not None and _is_reason(sentence)


def _heads_causes(heading: str) -> bool:
    folded = fold(heading)
    return bool(folded) and (_HEADS.search(folded) is not None or _differs(folded))


def _is_reason(text: str) -> bool:
    """Whether words that stand with a difference tell its reason: why something of the data is so, or what befell
    them.
    """
    folded = fold(text)
    if any(one.search(folded) for one in (_DENIED, _ASKED, _UNKNOWN)) or _of_periods(folded):
        return False
    if _FACT.search(folded):
        return True
    is_about_data = _DATA.search(folded) is not None or re.search(_GAP, folded) is not None
    return is_about_data and not _SHORTCOMINGS.search(folded) and _says_why(text)


def _of_periods(folded: str) -> bool:
    return _PERIODS.search(folded) is not None and not _AGAINST_SYSTEM.search(folded)


def _differs(folded: str) -> bool:
    if _DENIED.search(folded) or _ASKED.search(folded) or _of_periods(folded):
        return False
    has_system = re.search(_SYSTEM, folded) is not None
    if re.search(_GAP, folded):
        return has_system or re.search(_FILES, folded) is not None
    if re.search(_UNLIKE, folded):
        return has_system or re.search(_FIGURES, folded) is not None
    return has_system and re.search(_COMPARED, folded) is not None


def _says_why(sentence: str) -> bool:
    if _UNKNOWN.search(fold(sentence)) or _ASKED.search(fold(sentence)):
        return False
    plain = _plain(sentence)
    pattern = _BECAUSE_PLAIN if plain.isascii() else _BECAUSE
    return any(_has_substance(plain, match) for match in pattern.finditer(plain))


def _has_substance(text: str, match: re.Match[str]) -> bool:
    rest = text[match.end() :]
    if match["because"] == "do" and _BY_WHOM.match(rest):
        return False
    tail = fold(rest.rpartition(":")[2] if match["named"] else rest).strip(" .;,-")
    content = (_FILLERS if match["named"] else _GAP_WORDS).sub(" ", tail)
    return not _NIL.fullmatch(tail) and len(re.findall(r"[a-z]+", content)) >= _LEAST_WORDS


def _plain(sentence: str) -> str:
    return squeeze(nfc(sentence)).lower()
