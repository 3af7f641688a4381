"""Sentences in which an agency asks for more time, and until when. Works on folded sentences; pure; never fails.

Flow: a word of asking (`xin`, `đề nghị`, `cho phép` …), a few words, what is asked (`gia hạn`, `lùi thời hạn`, `gửi
chậm`). Between them nothing may stand that turns the sense: a negation, thanks, what has been granted, what others ask
of the agency. A promise (`chậm nhất ngày 14/3 đơn vị sẽ gửi`) asks only when its day lies behind the deadline.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.decide.ask_turns import (
    ASKED_ABOUT,
    BY_LEAVE,
    CONDITION,
    NEGATED,
    OTHER_OBJECT,
    OTHER_PAPERS,
    OTHER_THING,
    OTHERS,
    PAPER,
    POLITE,
    REPORT,
)
from bot.text.near_day_words import NUMBER
from bot.text.near_days import NearDay, near_days

_CUE = (
    r"\b(?:xin(?: phep)?|(?:kinh )?de nghi|(?:kinh |rat )?mong(?: muon)?|cho phep|cho(?! (?:hoi|biet|den|toi nay))"
    r"|de xuat|kien nghi|nho|tao dieu kien|dong y|duoc phep|xem xet|muon duoc|can(?= (?:xin |duoc )?(?:gia han|them"
    r"|lui))"
    r"|hoi xin|co the(?! khong))\b"
)
# Words between asking and what is asked that turn the sense.
_TURN = (
    r"\b(?:cam on|loi|theo|da|vua|moi duoc|khong|ko|chua|chang|khoi|neu|tranh|thay vi|sau khi|truoc khi|nguoi dan"
    r"|cong dan"
    r"|doanh nghiep|nha thau|chu dau tu|dinh kem|han che|cham dut|chan chinh|khac phuc|xu ly|nhac nho|phe binh)\b"
)
_GAP = rf"(?:(?!{_TURN})[^;?]){{0,110}}?"
_AFTER_TIME = r"(?: |$|[.,!?)])(?!(?:nhat|diem|tien do|duoc giai quyet))"
_CORES = (
    r"\bgia han\b",
    r"\b(?:lui|hoan|doi|gian)(?: lai| them)? (?:lich |moc )?(?:thoi (?:han|gian|diem)|han|ngay|lich|deadline"
    r"|viec (?:gui|nop|bao cao)|gui|nop|bao cao)\b",
    rf"\b(?:lui|hoan)(?: lai| them)? (?:den|sang|toi|qua|tu|vai|{NUMBER})\b",
    rf"\b(?:no|khat)(?: lai| bao cao| so lieu)* (?:den|toi|sang|qua|vai|may|{NUMBER})\b",
    r"\bthu thu\b",
    r"\b(?:keo dai|dieu chinh|thay doi)(?: lai| them)? (?:thoi (?:han|gian|diem)|han|ngay) (?:gui|nop|bao cao"
    r"|hoan thanh)\b",
    rf"\bthem (?:(?:mot |1 )?(?:it|chut) )?(?:thoi gian|thoi han|vai (?:ngay|hom|bua)|may (?:ngay|hom|bua)|{NUMBER}"
    r" (?:ngay|hom|tuan|buoi)|mot vai ngay)\b",
    rf"\b(?:gui|nop|bao cao|hoan thanh|cung cap){REPORT} (?:bi )?(?:cham|muon|tre)(?: lai| hon| han)?{_AFTER_TIME}",
    rf"\b(?:cham|muon|tre)(?: lai)? (?:gui|nop|bao cao|{NUMBER} (?:ngay|hom|tuan|buoi)|den|sang|vai (?:ngay|hom)|han"
    r" (?:gui|nop|bao cao|den|sang|[0-9]))\b",
    rf"\b(?:gui|nop|bao cao|hoan thanh){REPORT} sau(?! (?:khi|day|do|nay|kiem tra|ra soat))\b",
)
_ASKED = re.compile(rf"(?P<cue>{_CUE}){_GAP}(?P<core>{'|'.join(_CORES)})")
# A letter's trích yếu, or a subject line, needs no word of asking.
_HEADING = re.compile(
    r"(?:v/v|ve viec|ve|trich yeu ?:)[ :]*(?P<core>(?:gia han|lui|hoan)(?: thoi (?:han|gian))?(?: nop| gui)? "
    r"?(?:bao cao|so lieu|thoi (?:han|gian)|nop|gui|han)?)(?! (?:giai quyet|cua so noi vu))\b"
)
_SUBJECT = re.compile(
    r"(?P<core>(?:gia han|lui (?:thoi )?(?:han|gian)|cham)(?: thoi (?:han|gian))? (?:nop|gui|bao cao))\b"
)
_ENGLISH = re.compile(
    r"\b(?:request\w*|ask\w*|need|needs|grant|apply|appl\w+|would like|wish|possible|could|can|may|please|allow|give"
    r"|have)\b"
    r"(?:(?!\b(?:not|no|never|thank\w*|if|unless|was|were|been|already)\b)[^.;]){0,70}?"
    r"(?P<core>\b(?:extensions?|extend(?:ing)? the (?:deadline|due date|time)|more time|(?:extra|additional"
    r"|further) time"
    rf"|{NUMBER} (?:more |extra |additional |further )(?:working |business )?(?:days?|weeks?)"
    rf"|(?:extra|additional|further) {NUMBER}? ?(?:working |business )?(?:days?|weeks?)"
    r"|postpone\w*|later deadline|(?:submit|send|file|report)(?: \w+){0,6} (?:late|later)\b))"
)
_PROMISE = re.compile(
    rf"(?P<core>\b(?:se|xin|du kien|phan dau|hua|cam ket)(?: (?:duoc|phep|co gang|hoan thanh va|co the|hoan thien va"
    rf"|se))*"
    r" (?:gui|nop|bao cao(?! ket qua (?!cchc|cai cach))|hoan thanh(?= (?:bao cao|so lieu|bieu|viec (?:bao cao"
    r"|tong hop)))"
    rf"|cung cap|co(?= (?:bao cao|so lieu|bieu))){REPORT}(?=$| ?[.,;!()]| (?:truoc|vao|trong|den|cham|muon|ngay|cho"
    rf"|so|ve"
    r"|quy so|dung|thu|hom|sang|chieu|dau|cuoi|tuan|som|day du|a|nhe)\b))"
    r"|\b(?:we|i)(?: will|'ll| shall| expect to| can| hope to)(?: only)? (?P<core2>(?:submit|send|deliver|file)"
    r" (?:it|them|the|our|this|report|figures|data)\b)"
)
_NOT_YET = re.compile(
    r"\bse(?: (?:co|gui|lam|phat hanh|som|tiep tuc|chu dong|ngay))*(?: (?:van ban|cong van|thu|don))? $"
)
_GRANTED = re.compile(
    r"\b(?:da|vua|moi|so|so noi vu|duoc so|sau khi)(?: (?:duoc|tao dieu kien|dong y|cho|chap thuan|cho phep|noi vu"
    r"|so|don vi|em"
    r"|phe duyet"
    r"|thong nhat|nhat tri|dong|y))* $"
)
_GRANTED_AFTER = re.compile(
    r"[^,;]{0,40}\b(?:da duoc|duoc (?:chap thuan|dong y|phe duyet|chap nhan)|da (?:dong y|chap thuan|het)|has been"
    r"|was granted)"
)
_NOUN = re.compile(
    r"\b(?:trong|dung|theo|het|qua|sau|truoc|nho|viec|lan|so lan) (?:(?:thoi gian|thoi han|han|moc) )?(?:duoc )?$"
)

_STRONG = re.compile(
    r"\b(?:du kien|hen|vao|den|toi|sang|truoc|nhat|het|qua|until|till|by|to|before|than|on)(?:(?: |, ?)(?:la|het|vao"
    r"|ngay|luc|khoang|cuoi|dau"
    r"|sang|chieu|toi|trua|gio|muon nhat|cham nhat|tre nhat|the|end|of|close|business|noon|thu (?:[2-7]|[a-z]+)"
    r"|chu nhat"
    r"|[0-9]{1,2} ?(?:h|g|gio|:|')? ?(?:[0-9]{2})?(?: phut)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day))*[ ,(:]*$"
)
_OF_A_PAPER = re.compile(
    r"\b(?:cong van|van ban|cv|quyet dinh|qd|ke hoach|kh|thong bao|tb|nghi dinh|nghi quyet|chi thi|thong tu|to trinh"
    r"|phieu"
    r"|giay moi|bien ban|so [0-9]+\S*|thu dien tu|email|mail|letter|circular|dated|ky)\b[^,;]{0,70}$"
)
_OF_FIGURES = re.compile(
    r"\b(?:so lieu|du lieu|ky bao cao|ky|giai doan)(?: (?:bao cao|chot|tinh|duoc|thong ke|tong hop|lay|cap nhat))*:?"
    r" (?:tu|den)\b[^,;]*$|\b(?:chot|tinh) (?:so lieu )?(?:tu|den)\b[^,;]*$"
)
_BEFORE = re.compile(r"\b(?:truoc|before)(?: (?:ngay|thu [a-z0-9]+|hom))*[ ,(]*$")


@dataclass(frozen=True, slots=True)
class Calendar:
    """What days are counted from: the local day of receipt, the deadline's last day, the last day that is timely to
    its end (a later one can be asked for), and how working days are counted.
    """

    on: date
    due: date
    timely: date
    add_working_days: Callable[[date, int], date]


def asks_for_time(folded: str, calendar: Calendar, *, heading: bool = False) -> bool:
    """Whether this sentence asks for more time to report. `heading`: it is a subject line."""
    if any(_is_asked(folded, m.start("cue"), m.start("core"), m.end("core")) for m in _every(_ASKED, folded)):
        return True
    for pattern in (_HEADING, _SUBJECT) if heading else (_HEADING,):
        match = pattern.match(folded)
        if (
            match
            and not OTHER_THING.match(folded, match.start("core") + len(match["core"].rstrip()))
            and not _GRANTED_AFTER.match(folded, match.end())
        ):
            return True
    english = _ENGLISH.search(folded)
    if english and not NEGATED.search(folded[: english.start()]):
        sure = not CONDITION.search(POLITE.sub("", folded[: english.start("core")]))
        return sure and not _GRANTED_AFTER.match(folded, english.end())
    return promised_day(folded, calendar) is not None


def _every(pattern: re.Pattern[str], folded: str) -> list[re.Match[str]]:
    """Matches from every word of asking on, since an inner one may ask where an outer one does not."""
    found = []
    at = 0
    while (match := pattern.search(folded, at)) is not None:
        found.append(match)
        at = match.start() + 1
    return found


def _is_asked(folded: str, cue: int, core: int, end: int) -> bool:
    before, between = folded[:cue], folded[cue:core]
    what = folded[core:end]
    return not (
        NEGATED.search(before)
        or NEGATED.search(between)
        or CONDITION.search(POLITE.sub("", before + between))
        or _NOT_YET.search(before)
        or OTHERS.search(before)
        or _GRANTED.search(before)
        or (_NOUN.search(between) and what.startswith("gia han"))
        or ASKED_ABOUT.search(folded[:core])
        or OTHER_THING.match(folded, end)
        or _GRANTED_AFTER.match(folded, end)
        or (" sau" in what and PAPER.search(folded))
        or OTHER_OBJECT.match(folded, core)
    )


def promised_day(folded: str, calendar: Calendar) -> date | None:
    """The day behind the deadline by which this sentence promises the report, if it does."""
    promise = _PROMISE.search(folded)
    if promise is None or PAPER.search(folded) or OTHER_PAPERS.search(folded) or BY_LEAVE.search(folded):
        return None
    if OTHERS.search(folded[: promise.start()]) or OTHER_OBJECT.search(folded, promise.start()):
        return None
    before = folded[: promise.start()]
    if CONDITION.search(POLITE.sub("", before)) or NEGATED.search(before) or re.search(r"\bquy sau|ky sau", folded):
        return None
    start = promise.start("core") if promise["core"] else promise.start("core2")
    days = [d for d in _days(folded, calendar) if _is_strong(folded, d) or d.start > start]
    return next((d.day for d in days if d.day >= calendar.on), None)


def day_asked(folded: str, calendar: Calendar) -> date | None:
    """The day until which this sentence asks for time: the best of those behind the deadline; None names none.

    `đến`, `sang`, `chậm nhất` before a day speak for it; days of letters and of figures do not count.
    """
    days = _days(folded, calendar)
    if not days:
        return None
    asked = _ASKED.search(folded)
    core = asked.start("core") if asked else 0
    return min(days, key=lambda d: (not _is_strong(folded, d), d.start < core, d.start)).day


def _days(folded: str, calendar: Calendar) -> list[NearDay]:
    """Days that can be asked for: not gone by, behind the deadline, and of no paper or figures."""
    every = near_days(folded, on=calendar.on, due=calendar.due, add_working_days=calendar.add_working_days)
    return [
        d
        for d in every
        if d.day >= calendar.on
        and d.day > calendar.timely + timedelta(days=_BEFORE.search(folded[: d.start]) is not None)
        and not _OF_FIGURES.search(folded[: d.start])
        and (d.counted or _is_strong(folded, d) or not _OF_A_PAPER.search(folded[: d.start]))
    ]


def _is_strong(folded: str, day: NearDay) -> bool:
    return day.counted or _STRONG.search(folded[: day.start]) is not None
