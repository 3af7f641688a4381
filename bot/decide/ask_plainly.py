"""Sentences that want more time without a word of asking, as clerks write them in haste: `em nộp trễ 2 ngày có được
không`, `gia hạn giúp em`, `cho em tới chiều thứ 6`, `em nộp bù ngày 10/3 nhé`. On folded sentences; pure; never fails.

Where the words alone could mean a report in time, they count only with a day behind the deadline.
"""

import re

from bot.decide.ask_time import Calendar, day_asked
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

_WE = (
    r"(?<!cac )(?<!tung )(?<!moi )(?:em|e|minh|toi|chung (?:em|minh|toi)|ben (?:em|minh|toi)|don vi|co quan"
    r"|ubnd[^,;]{0,40}|thanh pho|thi xa|huyen|phuong|xa)"
)
_DAY_SAID = (
    r"(?: (?:het|chieu|sang|trua|cuoi|dau|giua|ngay))* (?:ngay|thu|chu nhat|tuan|hom|mai|[0-9]{1,2}[/-]"
    r"|[0-9a-z]+(?: [a-z]+){0,2} thang)"
)
# Without a word of asking: what is late, in a question (`nộp trễ … được không`); lateness that is announced.
_LATER = r"(?:lui|gia han|doi (?:han|qua|sang|lai|den)|cham|tre|muon|sau)"
_MAY_WE = re.compile(
    rf"\b(?:gui|nop|han|bao cao)\b[^;]{{0,60}}?\b{_LATER}\b[^;]{{0,40}}?"
    r"\b(?:(?:duoc|dc) (?:khong|ko|k|hong|chu)|(?:khong|ko) co (?:sao|van de)|co sao (?:khong|ko))\b"
)
_HELP_US = re.compile(rf"\bgia han (?:giup|gium|dum|ho|them)(?: cho)? {_WE}\b")
_WILL_BE_LATE = re.compile(
    r"\b(?:se|co the|phai|chac)(?: se| bi| phai)* (?:(?:cham|tre|muon) (?:gui|nop)|(?:tre|muon) bao cao"
    rf"|(?:gui|nop){REPORT} (?:bi )?(?:cham|tre|muon)(?! nhat))\b"
)
_SENT_LATER = re.compile(
    rf"^(?:[^,;]*[,;])? ?(?:da )?{_WE}(?: xin| se)* (?:gui|nop){REPORT} sau"
    r"(?: (?:nhe|nha|nghen|a|c|chi|anh|ban))*[ .!]*$"
)
# These ask only with a day behind the deadline: `cho em tới chiều thứ 6`, `cho phép … gửi báo cáo … ngày 16/3`, `em nộp
# bù ngày 10/3 nhé`.
_LET_US = re.compile(
    rf"\b(?:cho|cho phep|chap thuan(?: cho)?|dong y(?: cho)?) {_WE}(?: xin| duoc)*"
    rf"(?: (?:qua|den|toi|sang)(?={_DAY_SAID})| (?:gui|nop) (?:bao cao|so lieu|bieu)\b)"
    rf"|\bxin(?: phep)? (?:qua|den|toi|sang)(?={_DAY_SAID})"
)
_ONLY_THEN = re.compile(r"\bmoi (?:co|gui|nop|xong|hoan thanh|tong hop)(?: duoc| xong)?\b(?! (?:nhat|nay))")
_WE_SEND = re.compile(rf"\b{_WE} (?:moi )?(?:gui|nop)(?: bu| bo sung)?\b(?![^;]*\b(?:roi|truoc do)\b)")
# `nộp báo cáo muộn nhất vào ngày 15/3`, `chỉ có thể gửi vào thứ Hai`. Folded, `chỉ` is `chị`: it needs its subject.
_LATEST = r"(?:muon|cham|tre|som) nhat"
_AT_LATEST = re.compile(
    rf"\b(?:(?:xin|de nghi|mong|cho|cho phep|muon)(?: (?!cac\b)[a-z]+){{0,6}}? duoc|{_WE}(?: (?:xin|se|co the|phep))*)"
    rf" (?:gui|nop|bao cao|hoan thanh){REPORT}"
    rf"(?: (?:cho|ve|len) (?:so noi vu|quy so|so|chi|anh))? {_LATEST}\b"
    rf"|\b(?:tiep nhan|nhan)(?: (?:bao cao|so lieu|bieu)){REPORT}(?: cua {_WE})? {_LATEST}\b"
    rf"|\b{_LATEST}\b[^;]{{0,40}}?\b{_WE}(?: (?:xin|se|moi|co the|duoc|phep))* (?:gui|nop|bao cao|xong|hoan thanh)\b"
)
_ONLY_AT = re.compile(
    rf"\b(?:{_WE}|nen|do do|vi vay) chi (?:(?:co the|co kha nang|kip) (?:gui|nop|hoan thanh|bao cao|cung cap)(?: duoc)?"
    rf"|(?:gui|nop|hoan thanh|bao cao|cung cap)(?: kip)? duoc|(?:gui|nop) kip)\b"
)
# What the writer passes on: another tells the agency.
_TOLD = re.compile(r"\b(?:yeu cau|giao|nhac|chi dao|phan cong|de nghi|don doc)(?: (?!cho\b)[a-z]+){0,3} ?$")
_WITH_DAY = (_LET_US, _WE_SEND, _ONLY_THEN, _AT_LATEST, _ONLY_AT)


def wants_time(folded: str, calendar: Calendar) -> bool:
    """Whether this sentence wants more time in words that name neither the wish nor the thing."""
    for pattern in (_MAY_WE, _HELP_US, _WILL_BE_LATE, _SENT_LATER, *_WITH_DAY):
        match = pattern.search(folded)
        if match is None or _turned(folded, match.start(), match.end(), is_question=pattern is _MAY_WE):
            continue
        by_us = pattern in (_AT_LATEST, _WE_SEND) and not match[0].startswith(("nhan", "tiep nhan"))
        if by_us and _TOLD.search(folded[: match.start()]):
            continue
        if pattern not in _WITH_DAY or day_asked(folded, calendar) is not None:
            return True
    return False


def _turned(folded: str, start: int, end: int, *, is_question: bool) -> bool:
    """Whether what stands around these words turns their sense. A question is put under a condition by courtesy."""
    before = folded[:start]
    return bool(
        NEGATED.search(before)
        or OTHERS.search(before)
        or PAPER.search(folded)
        or OTHER_PAPERS.search(folded)
        or OTHER_OBJECT.search(folded)
        or OTHER_THING.search(folded[start:end].replace(" co the ", " "))
        or BY_LEAVE.search(folded)
        or (not is_question and (ASKED_ABOUT.search(before) or CONDITION.search(POLITE.sub("", folded[:end]))))
    )
