"""Sentences that give the cause of a difference between reported figures and those of a system.

Such a sentence speaks of figures or of a system that differ ("số liệu chênh lệch với hệ thống một cửa"), and says why
("do 5 hồ sơ giấy chưa được nhập"). The cause may stand in the sentence right behind, when that one begins with it
("Nguyên nhân: …"). A cause that is unknown, none, or only asked for is no cause; nor are quoted lines of an answer.
Words are compared with their accents, for without them "do" (because) is also "đó" (that) and "vì" is also "vị"; text
typed without any accents has its own, narrower words. Nothing here fails.
"""

import re
from collections.abc import Iterable
from itertools import zip_longest

from bot.checks.sentences import split_sentences
from bot.text.accents import fold, nfc, squeeze

_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)

# Folded: that figures differ. The first group is about figures by itself, the second needs a word for figures, the
# third a system to differ from.
_GAP = r"chenh lech|sai lech|do lech|\blech\b(?! (?:lac|huong|chuan))"
_UNLIKE = (
    r"(?:khong|chua) (?:thong nhat|dong nhat|khop|trung khop|trung nhau|trung voi|giong|bang nhau)"
    r"|khac (?:nhau|biet|voi|so voi|so lieu)"
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
    r"|\bneu so lieu dung|(?:giai trinh|lam ro|bao cao|cho biet|xac dinh|tim|ra soat) (?:ro )?(?:nguyen nhan|ly do)\b"
)
_UNKNOWN = re.compile(
    r"(?:chua|khong) (?:xac dinh|tim|biet|co|ro|thay)(?: duoc| ra| thay| ro)*(?: (?:nguyen nhan|ly do))"
    r"|(?:nguyen nhan|ly do)(?: (?:chenh lech|sai lech|khac biet|su|cua|so lieu|nay|tren|la|voi|so voi|he thong"
    r"|mot cua|phan mem))*"
    r"(?: ?[:,-]? ?(?:hien |van |con |dang )*(?:dang|chua|khong|se)\b(?: (?:co|ro|xac dinh|duoc|tim|biet|ra soat"
    r"|kiem tra|lam ro|xac minh|doi chieu|bao cao|phat sinh)\b.*|\W*$))"
)

# With accents: what says why. "do" after one of the nouns, or before one of the verbs, says by whom.
_BECAUSE = re.compile(
    r"(?P<named>nguyên nhân|l[ýí] do)"
    r"|(?P<because>(?<!\w)(?:(?<!số liệu )(?<!dữ liệu )(?<!kết quả )(?<!phần mềm )(?<!hệ thống )(?<!văn bản )do"
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
    r"\b(?:la|cua|viec|su|nay|neu|tren|so|lieu|nhu|sau|chu|yeu|chinh|chenh|lech|sai|khac|biet|nhau|va|co|cac|voi|he|thong"
    r"|mot|cua|phan|mem|bao|cao|ky|quy)\b"
)
_NIL = re.compile(r"(?:khong|chua)(?: co| ro| xac dinh| phat sinh| gi)*|da neu(?: o)? tren|nhu tren|nt|n/a")
_OPENING = re.compile(
    r"\W*(?:nguyên nhân|l[ýí] do|do(?! (?:đó|vậy))|vì(?! (?:vậy|thế))|bởi|việc này do|đây là do|là do)(?!\w)"
)
_LEAST_WORDS = 2  # words of a cause, fillers apart
_QUOTE = 120


def find_cause(sentences: Iterable[str]) -> str | None:
    """The first sentence, or pair of sentences, that gives the cause of a difference in figures; None where none
    does.
    """
    said = list(sentences)
    for one, following in zip_longest(said, said[1:], fillvalue=""):
        if gives_cause(one):
            return one
        if following and _differs(fold(one)) and _OPENING.match(_plain(following)) and _says_why(following):
            return f"{one} {following}"
    return None


def gives_cause(sentence: str) -> bool:
    """Whether one sentence says both that figures differ and why."""
    return _differs(fold(sentence)) and _says_why(sentence)


def cause_in_mail(text: str) -> str | None:
    """The cause that an agency's own mail gives; lines that it quotes do not count."""
    return find_cause(split_sentences(_QUOTED.sub("", text)))


def cause_in_note(text: str) -> str | None:
    """What a remark beside the figure itself says of the cause: why, or what differs from which system."""
    note = squeeze(nfc(text))
    folded = fold(note)
    if len(re.findall(r"[^\W\d_]+", note)) < _LEAST_WORDS + 1 or _ASKED.search(folded) or _DENIED.search(folded):
        return None
    about = re.search(rf"{_GAP}|{_UNLIKE}|{_SYSTEM}", folded) is not None and not _UNKNOWN.search(folded)
    return note if _says_why(note) or (about and len(folded.split()) > _LEAST_WORDS + 2) else None


def quoted(text: str) -> str:
    """At most 120 letters of a cause, for people."""
    return text if len(text) <= _QUOTE else f"{text[: _QUOTE - 1].rstrip()}…"


def _differs(folded: str) -> bool:
    if _DENIED.search(folded) or _ASKED.search(folded):
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
