"""Words that programs write: bounces, absences, receipts of ticket systems. Pure.

Flow: subject and body folded (no accents, lower case) → the sentence that only a program writes, or nothing. The body
is read up to what it quotes, since a quoted notice of ours has words of its own. These are soft signs: they count only
for mail that brings no documents, and a letter that speaks of a report, of figures or of more time is a person's,
whatever else it says. Failure policy: never fails; what nobody knows is no sign.
"""

import re
from typing import Final

from bot.text.accents import fold

DAEMONS: Final = frozenset(
    {"mailer-daemon", "mail-daemon", "maildaemon", "mdaemon", "mail.delivery.system", "mail-delivery-system"}
)
"""No person's address: whatever comes from there is a report on mail."""
_BOUNCE: Final = re.compile(
    r"undeliver|delivery (?:status|has failed|failure|incomplete|delayed|report|problem|error)|mail delivery"
    r"|failure (?:notice|delivery)|returned mail|returned to sender|delayed mail|could not be delivered|not delivered"
    r"|not (?:yet )?been delivered|(?:mail|message) (?:failed|delayed|error)|failed mail|non-delivery|mail system error"
    r"|delivery has been delayed|khong (?:the )?(?:gui|chuyen) (?:duoc|den)|khong gui duoc thu|thu bi tra lai"
    r"|message .{1,60} delayed|gui thu that bai|thu chua (?:gui|chuyen) duoc|bi hoan lai"
)
# Without a daemon's name behind it only a whole phrase at the beginning counts: a person may write of such things.
_PLAIN_BOUNCE: Final = re.compile(
    r"(?:undeliver(?:able|ed)|mail (?:could not be|not) delivered|mail delivery (?:failed|warning|system)"
    r"|delivery (?:failure|status notification|notification|report|has failed|incomplete|delayed)|returned mail"
    r"|failure notice|mail system error|message (?:delayed|undeliverable)|delivery has been delayed"
    r"|thu bi tra lai|gui thu that bai|khong gui duoc thu)"
)
_ABSENCE: Final = re.compile(
    r"^(?:(?:re|fw|fwd|tra loi|vv) ?: ?)*"
    r"(?:\[?auto(?:matic|mated)?[ -]?(?:reply|response|answer)|autoreply|out of (?:the )?office|out-of-office|ooo\b"
    r"|away from|on (?:annual |sick |maternity )?leave|vacation|holiday notice|absence notice|i am (?:away|on leave)"
    r"|(?:thu )?tra loi tu dong|tu dong tra loi|tu dong phan hoi|phan hoi tu dong|thu (?:phan hoi )?tu dong"
    r"|\[?tu dong\]?|thong bao (?:vang mat|nghi phep|di vang)|vang mat|(?:toi |dang )?di vang"
    r"|(?:toi )?(?:hien )?(?:dang )?nghi (?:phep|thai san|om)|(?:toi )?(?:dang )?di cong tac)"
)
_TICKET: Final = re.compile(
    r"^(?:re ?: ?)?(?:\[?(?:ticket|case|request|incident|yeu cau|phieu)(?: ?id)?"
    r"[ :]*(?:#|no\.?|so)?[ :]*[a-z]{0,6}-?\d{2,}"
    r"|\[[a-z]{2,10}-\d{2,}\]|(?:we (?:have )?received your|your) (?:request|ticket|message|email) "
    r"|(?:da )?tiep nhan (?:yeu cau|phieu|ticket)|xac nhan (?:da )?nhan (?:yeu cau|email))"
)
_RECEIPT: Final = re.compile(
    r"^(?:read|not read|da doc|chua doc|read receipt|return receipt|delivered|relayed|da xem|xac nhan da doc)"
    r"(?: \(.{0,40}\))? ?: "
)
_MEETING: Final = re.compile(
    r"^(?:accepted|declined|tentative|tentatively accepted|canceled|cancelled|da chap nhan|da tu choi"
    r"|chap nhan du kien) ?: "
)
_SAYS_SO: Final = re.compile(
    r"(?:this is|day la)(?: \w+){0,4} (?:automat(?:ic|ed)|auto-?generated|auto-?reply|tu dong)"
    r"|(?:thu|email|mail|tin nhan) (?:nay )?(?:duoc )?(?:gui |tra loi |phan hoi )?(?:mot cach )?tu dong"
    r"|(?:tra loi|phan hoi) tu dong|automatic(?:ally generated)? (?:reply|response|message)"
    r"|(?:please )?do not reply to this"
    r"|(?:vui long |xin )?(?:khong|dung) (?:tra loi|phan hoi) (?:vao )?(?:thu|email|mail) nay"
    r"|i am (?:currently )?(?:out of (?:the )?office|on (?:annual |sick |maternity )?leave|away from)"
    r"|i(?: wi|')ll be (?:out of (?:the )?office|away from|back on)|with limited access to (?:my )?e-?mail"
)
_ABSENT: Final = re.compile(
    r"(?:nghi phep|nghi thai san|nghi om|vang mat|di vang|di cong tac|khong co mat tai (?:co quan|van phong))"
    r".{0,300}?(?:se (?:tra loi|phan hoi|lien he|hoi am)|lien he (?:voi )?(?:dong chi|ong|ba|anh|chi|so)"
    r"|khi (?:quay )?tro lai)"
)
_OF_WORK: Final = re.compile(
    r"bao cao|so lieu|bieu mau|phu luc|gia han|khong phat sinh|report|extension|deadline|figures"
)
_QUOTE: Final = re.compile(
    r"^(?:>|-{2,} ?(?:original|forwarded|thu goc|thu chuyen)|_{8,}|(?:from|tu|nguoi gui) ?: |on .{5,200} wrote:"
    r"|vao .{5,200} da viet)",
    re.MULTILINE,
)
_MOST: Final = 2_000


def bounce_words(subject: str) -> bool:
    """Whether a mail from a daemon's or postmaster's address is a report on a mail of ours, by its subject."""
    return _BOUNCE.search(fold(subject)) is not None


def plain_bounce(subject: str) -> bool:
    """Whether the subject is that of a bounce, whoever wrote it."""
    return _PLAIN_BOUNCE.match(fold(subject)) is not None


def automatic_words(subject: str, body: str) -> str:
    """The words that only a program writes, for whoever looks into it; empty where a person may have written."""
    folded = fold(subject)
    if _ABSENCE.search(folded) or _RECEIPT.match(folded) or _MEETING.match(folded):
        return f"subject: {subject}"
    own = own_text(body)
    if _OF_WORK.search(own):
        return ""
    if _TICKET.match(folded):
        return f"subject: {subject}"
    found = _SAYS_SO.search(own) or _ABSENT.search(own)
    return f"text: {found[0][:80]}" if found else ""


def own_text(body: str) -> str:
    """What stands before the first quoted line, folded, of the first `_MOST` characters."""
    lines = "\n".join(fold(line) for line in body[:_MOST].split("\n"))
    quoted = _QUOTE.search(lines)
    return " ".join(lines[: quoted.start() if quoted else None].split())
