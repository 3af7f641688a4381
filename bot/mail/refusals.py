"""What a server's words mean when it does not take a mail: whose trouble it is. Pure.

Enhanced status codes (RFC 3463, RFC 5248) speak first, since they are made for it; where a server gives none, or one
that says nothing, its words are read. Whoever reads decides what follows: an address that is gone is written to no
more, a full mailbox is, and a limit of the provider stops all sending for a while.

Failure policy: never raises; what is not understood is OTHER, and kills no address.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from bot.domain.intake import Bounce
from bot.domain.mail import SendOutcome, SendResult


class Refusal(StrEnum):
    """GONE: there is no such mailbox. FULL: there is, and it takes nothing now. LIMIT: the provider lets us send no
    more for now. MAIL: this mail is not wanted (too big, its content, its sender). OTHER: nobody can tell.
    """

    GONE = "gone"
    FULL = "full"
    LIMIT = "limit"
    MAIL = "mail"
    OTHER = "other"


_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BASIC: Final = re.compile(r"^\s*(\d{3})(?=[\s-]|$)")
_FULL: Final = re.compile(
    r"mail ?box(?: is| was)? (?:too )?full|full mail ?box|inbox is full|mailfolder is full|"
    r"(?:over|exceed\w*|out of|beyond) (?:\w+ ){0,4}?(?:quota|storage|disk space|mailbox size)|overquota|"
    r"quota (?:is |was |has been )?(?:exceeded|full|reached)|"
    r"(?:insufficient|not enough|out of) (?:system )?(?:storage|disk space)|"
    r"(?:storage|mailbox size|disk) (?:limit|quota)|"
    r"(?:hộp thư|hòm thư|mailbox)(?: \w+){0,4} (?:đầy|hết dung lượng|vượt)|(?:đầy|hết) (?:hộp thư|hòm thư|dung lượng)|"
    r"(?:vượt|quá)(?: \w+){0,3} (?:dung lượng|hạn mức lưu trữ)",
    re.IGNORECASE,
)
_LIMIT: Final = re.compile(
    r"(?:daily|hourly)(?: \w+){0,3} (?:limit|quota)|"
    r"(?:sending|rate|message|recipient|relay) (?:limit|quota)|sending rate|"
    r"too many (?:messages|mails|e-?mails|recipients (?:today|this hour|per (?:day|hour)))|"
    r"limit on the number of|"
    r"throttl|unusual rate|gửi quá nhiều|vượt(?: quá)? giới hạn gửi",
    re.IGNORECASE,
)
_GONE: Final = re.compile(
    r"(?:user|mailbox|recipient|account|address|alias)(?: \S+){0,6}? "
    r"(?:unknown|not found|does(?: not|n't) exist|doesn.t exist|disabled|inactive|unavailable|suspended|deleted|"
    r"is not (?:valid|known|active))|"
    r"(?:unknown|invalid|no such|nonexistent|non-existent|bad|undeliverable|not a valid)(?: \w+){0,2} "
    r"(?:user|mailbox|recipient|address|account|person)|"
    r"user (?:doesn|does n)|no mailbox here|address (?:not found|couldn.t be found)|unrouteable address|"
    r"(?:host|domain)(?: \S+){0,3} not found|không tồn tại|không tìm thấy (?:địa chỉ|hộp thư|người nhận)",
    re.IGNORECASE,
)
_FOR_NOW: Final = re.compile(
    r"try again|retr(?:y|ied)|tempor|timed? ?-?out|deferred|gr[ea]y-?list|later|name service error"
    r"|not been collected|thử lại|tạm thời",
    re.IGNORECASE,
)
_OF_THE_MAIL: Final = frozenset(
    {(2, 3), (3, 4), (5, 3)}
)  # too long for the mailbox, for the system; too many recipients


def refusal_of(words: str, status: str = "") -> Refusal:
    """What a server's answer or the diagnostic of a report says; `status` is the enhanced code that stands apart."""
    code = _STATUS.search(status) or _STATUS.search(words)
    subject, detail = (int(code[2]), int(code[3])) if code else (0, 0)
    if subject == 2 and detail == 2:
        return Refusal.FULL
    if (subject, detail) in ((4, 5), (7, 28)) or (subject != 2 and _LIMIT.search(words)):
        return Refusal.LIMIT
    # Gmail's 452 4.2.2 has its own code; older servers say it in words under 5.2.0, 5.0.0 or none.
    if subject in (0, 2, 3) and _FULL.search(words):
        return Refusal.FULL
    if (subject == 1 and detail not in (7, 8)) or (subject, detail) in ((2, 1), (4, 4)):
        return Refusal.GONE
    if _GONE.search(words):
        return Refusal.GONE
    return Refusal.MAIL if (subject, detail) in _OF_THE_MAIL or subject in (6, 7) else Refusal.OTHER


def is_permanent(words: str, status: str = "") -> bool:
    """Whether the answer is of class 5: by its enhanced code, or else by its three digits."""
    code = _STATUS.search(status) or _STATUS.search(words)
    basic = _BASIC.match(words)
    return (code[1] if code else basic[1][0] if basic else "5") == "5"


def is_for_good(words: str, status: str = "") -> bool:
    """Whether an address is never to be written to again, by what a report says of it: the server gave up for good, and
    for want of the mailbox. Without any code only plain words of that count: a report in free form may mean anything,
    and an address that is taken for dead is told nothing any more.
    """
    kind = refusal_of(words, status)
    if _STATUS.search(status) or _STATUS.search(words) or _BASIC.match(words):
        return is_permanent(words, status) and kind in (Refusal.GONE, Refusal.OTHER)
    return kind is Refusal.GONE and not _FOR_NOW.search(words)


def refused_recipients(result: SendResult, recipients: Sequence[str]) -> tuple[Bounce, ...]:
    """The recipients to whom an attempt failed for reasons of their own: there is no such mailbox (`permanent`), or it
    is full. Refusals for now, and those that speak of us or of the mail (no relaying, a policy), are not among them.
    """
    words = dict(result.refused)
    if not words and result.outcome is SendOutcome.PERMANENT and len(recipients) == 1:
        words = {recipients[0]: result.reply}
    kinds = {a: refusal_of(text) for a, text in words.items() if is_permanent(text)}
    return tuple(
        Bounce(address.lower(), kind is Refusal.GONE, words[address])
        for address, kind in kinds.items()
        if kind in (Refusal.GONE, Refusal.FULL)
    )
