"""Whether a mention of a figure speaks of the whole report: this period, all fields, levels and units, no target.

A sentence may use the same words for last year, for one field, for the communes, for the new files alone, or for what
the plan asks. What stands before the phrase, between it and its number, and right behind the number is read, and with
it the line that heads the mention ("Cấp xã:", "a) Lĩnh vực đất đai"). A wrong accusation is worse than a miss: a
mention that may be of a part counts for nothing. Nothing here fails.
"""

import re
from collections.abc import Sequence

from bot.checks.sentences import Sentence
from bot.checks.stated_numbers import Stated, without_dates
from bot.domain.round import PeriodKind, ReportingPeriod
from bot.text.accents import fold

# One field, level or unit; `re.VERBOSE` is not used, blanks count.
_NARROW = (
    r"linh vuc|\b(?:cap|tuyen) (?:xa|huyen|tinh|so|phuong|trung uong|bo)\b|\bcac (?:xa|phuong|thi tran|phong|ban|don vi"
    r"|so|huyen|co quan|chi nhanh)\b|\b(?:xa(?! hoi)|phuong(?! (?:an|tien|huong|phap|thuc))|thi tran|thon|khu pho"
    r"|(?<!van )phong(?! (?:chong|trao|phu))"
    r"|chi nhanh|chi cuc|trung tam)\b"
    r"|bo phan (?:mot cua|tiep nhan)|\btai (?:ubnd|uy ban|quay|diem|phong|ban|don vi)\b|\brieng\b"
    r"|\bcua (?:phong|ban|don vi|chi nhanh|nganh|khoi|nhom|thu tuc)\b|\bnhom\b|\bthu tuc (?!hanh chinh|so)\w+"
    r"|\bdat dai\b|\bho tich\b|\bxay dung\b|\bkinh doanh\b"
)
_PART = (
    r"\bmoi\b|khong (?:ke|tinh|bao gom)|chua (?:ke|tinh|bao gom)|tru (?:ho so|so)|truc tuyen|truc tiep|buu chinh"
    r"|buu dien|dvc|dich vu cong|muc (?:do|4|3)|toan trinh|mot phan|ton dong|chuyen (?:sang|qua|tiep)|phi dia gioi"
)
_IN_PERIOD = r"\btrong ky\b|\bphat sinh\b"  # of a count: what came in new, without what was carried over
_TARGET = (
    r"ke hoach|chi tieu|muc tieu|phan dau|tro len|toi thieu|it nhat|yeu cau|\bgiao\b|cam ket|\bde ra\b|du kien|\buoc\b"
    r"|huong den|huong toi|bao dam|dam bao|quy dinh la|nguong"
)
_COMPARED = (
    r"so voi|cung ky|\b(?:ky|quy|nam|thang) (?:truoc|ngoai|lien ke)|gan day|luy ke|tu dau (?:nam|nhiem ky)|qua cac nam"
    r"|binh quan|trung binh|nhung nam|hang (?:nam|quy|thang)|moi (?:nam|quy|thang)|giai doan|nhiem ky"
)
_ANY_MENTION = re.compile(rf"{_NARROW}|{_TARGET}|{_COMPARED}|{_PART}")
_COUNT_MENTION = re.compile(_IN_PERIOD)
_OPENING = re.compile(r"\W*(?P<opening>[^,:]{1,80})(?P<mark>[,:])")
_PLACE = re.compile(r"(?:tai|o|doi voi|linh vuc|cap|rieng|nam|quy|thang|ve|trong do|ky|cung ky)\b")
_HEAD = re.compile(rf"{_NARROW}|{_PART}")  # what a line or a clause that came before lends to those behind it
_FULL_DAY = re.compile(
    r"[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?[0-9]{4}|ngay [0-9]{1,2} thang [0-9]{1,2}(?: nam [0-9]{4})?"
)
_DOCUMENT = re.compile(r"[0-9]+/(?:[0-9]{4}/)?[a-z][a-z0-9&]*(?:[-/][a-z0-9&]+)*")
_YEAR = re.compile(r"(?<![0-9.,])(?:19|20)[0-9]{2}(?![0-9.,])")
_QUARTER = re.compile(r"\bquy (?P<number>iv|i{1,3}|0?[1-4])\b")
_MONTH = re.compile(r"\bthang (?P<number>0?[1-9]|1[0-2])\b|\b[0-9]{1,2} thang\b|\b(?:sau|chin) thang\b")
_HALF = re.compile(r"\bnua (?:dau|cuoi) nam\b|\bca nam\b|\b[0-9]{1,2} (?:nam(?! [0-9]{4})|quy)\b")
_BARE_YEAR = re.compile(r"\bnam (?:19|20)[0-9]{2}\b")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
# Behind the number these begin what the number is made of or compared with: it has been said by then.
_TAIL_ENDS = re.compile(r"[,;:.]|\b(?:trong do|bao gom|gom|tang|giam|so voi|cao hon|thap hon|vuot|va|con)\b|[0-9]")
_BRACKET = re.compile(r"\([^()]*\)")
_JOINT = re.compile(
    r"(?:truoc|som)(?: han)?(?: ?,| va| hoac|/) ?dung han|dung(?: han)?(?: ?,| va| hoac|/) ?(?:truoc|som) han"
)
_EARLY = re.compile(r"\b(?:truoc|som) (?:thoi )?han\b[^.;]{0,90}?[0-9]")
_NEAR = 2  # sentences before and after in which the other share of the split may stand
_LABEL_WORDS = 14


def is_whole(sentences: Sequence[Sentence], at: int, stated: Stated, period: ReportingPeriod, *, percent: bool) -> bool:
    """Whether the mention in `sentences[at]` speaks of the whole of this period and of nothing that is only asked
    for. `percent`: whether it is a rate; "trong kỳ" narrows a count only, "trước hạn" beside "đúng hạn" a rate only.
    """
    text = fold(sentences[at].text)
    before, said, behind = text[: stated.start], text[stated.start : stated.end], _tail(text[stated.end :])
    around = f"{before} {said} {behind}"
    if _ANY_MENTION.search(around) or (not percent and _COUNT_MENTION.search(around)):
        return False
    if other_period(around, period) or (percent and _is_share(sentences, at, said)):
        return False
    return not any(_HEAD.search(head) or other_period(head, period) for head in _heads(sentences, at))


def other_period(folded: str, period: ReportingPeriod) -> bool:
    """Whether a text (folded) names another period than this one; whole days and numbers of documents name none."""
    text = _DOCUMENT.sub(" ", _FULL_DAY.sub(" ", folded))
    if any(int(year[0]) != period.year for year in _YEAR.finditer(text)):
        return True
    quarters = [_ROMAN.get(q["number"]) or int(q["number"]) for q in _QUARTER.finditer(text)]
    months = list(_MONTH.finditer(text))
    match period.kind:
        case PeriodKind.QUARTER:
            alone = _BARE_YEAR.search(text) is not None and not quarters
            return alone or any(q != period.ordinal for q in quarters) or bool(months) or bool(_HALF.search(text))
        case PeriodKind.MONTH:
            return (
                bool(quarters)
                or bool(_HALF.search(text))
                or any(m["number"] is None for m in months)
                or any(int(m["number"]) != period.ordinal for m in months)
            )
        case PeriodKind.YEAR:
            return bool(quarters) or bool(months) or re.search(r"\bnua (?:dau|cuoi) nam\b", text) is not None
        case _:
            return bool(quarters) or any(m["number"] is not None for m in months)


def _tail(text: str) -> str:
    """What stands right behind a number and may still say of what it is: "(lĩnh vực đất đai)", "của cấp xã"."""
    masked = without_dates(text)
    brackets = [m[0] for m in _BRACKET.finditer(text) if not re.search(r"[0-9]", without_dates(m[0]))]
    open_end = _TAIL_ENDS.search(masked)
    near = text[: open_end.start()] if open_end else text
    return " ".join([near, *(b for b in brackets[:1] if text.index(b) <= len(near) + 12 and "trong do" not in b)])


def _is_share(sentences: Sequence[Sentence], at: int, said: str) -> bool:
    """Whether the rate in time is told apart from the rate before time, here or close by."""
    if _JOINT.search(said) or "dung han" not in said:
        return False
    near = sentences[max(0, at - _NEAR) : at + _NEAR + 1]
    return any(_EARLY.search(_JOINT.sub(" ", without_dates(fold(one.text)))) for one in near)


def _heads(sentences: Sequence[Sentence], at: int) -> list[str]:
    """What heads the mention, folded: the openings of the sentences before it in its paragraph, and the nearest line
    above, in the same part, that is a heading of its own and states no figure.
    """
    own = sentences[at]
    heads = []
    for earlier in sentences[:at]:
        opening = _OPENING.match(fold(earlier.text)) if earlier.paragraph == own.paragraph else None
        if opening is not None and (opening["mark"] == ":" or _PLACE.match(opening["opening"])):
            heads.append(opening["opening"])
    for index in range(at - 1, -1, -1):
        line = sentences[index]
        if line.paragraph == own.paragraph and not line.is_heading:
            continue
        if line.part != own.part or (line.is_heading and line.text == line.heading):
            break
        alone = all(s.paragraph != line.paragraph for s in sentences[max(0, index - 1) : index + 2] if s is not line)
        if line.is_heading or (alone and _is_label(line.text)):
            heads.append(fold(line.text))
            break
    return heads


def _is_label(text: str) -> bool:
    label = re.sub(r"^\W*(?:\w{1,3}(?:\.\w{1,2})*[.):/])?\s*", "", text)
    if len(label.split()) > _LABEL_WORDS or re.search(r"[0-9]", without_dates(fold(label))):
        return False
    return label.endswith(":") or not re.search(r"[.;,!?]$", label)
