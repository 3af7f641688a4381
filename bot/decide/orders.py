"""An order in a mail: what stands there, and whether it counts.

Flow: subject → item, action, code and proposals (`order_words`); body → the reason; then, in this order: from a
coordinator → authenticated where the office asks for it → in the subject of a mail of one's own → readable → the code
fits this very order → not used, not decided meanwhile → not expired → the words for people speak of the same
(`order_labels`) → the day or agency that the coordinator wrote is one. The first that fails is the
refusal; who is no coordinator learns of none of them. Pure; never fails.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.decide.mail_words import own_text
from bot.decide.order_codes import decisions_on, turn_of
from bot.decide.order_days import read_last_day
from bot.decide.order_labels import contradiction
from bot.decide.order_words import GRAMMARS, WITH_DAY, WITH_WHOSE, Place, WrittenOrder, read_body, read_subject
from bot.domain.agency import Registry
from bot.domain.decision import Action, Decision, Order
from bot.text.accents import fold, nfc, squeeze
from bot.text.names import NameIndex

MAX_REASON = 400
_PROMPT = re.compile("|".join(rf"\s*{fold(g.reason)} ?[::] ?" for g in GRAMMARS.values()))
# What ends one's own words: a signature, or a line that a telephone puts there.
_CLOSING = re.compile(
    r"--$|—$|__|(?:tran trong|kinh thu|than men|thanks|best regards|kind regards|regards|sincerely"
    r"|(?:duoc )?gui tu|sent from|get outlook|tai outlook)\b"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order does not count. `code` is the stable word of OrderNotice; `decision` what stands instead;
    `expired_on` the last day (local) of a code that held once.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    decision: Decision | None = None
    expired_on: date | None = None


def read_order(subject: str, body: str) -> WrittenOrder | None:
    """The order in a mail, as parsed; None when there is none. Only the subject can give one, the body adds a reason
    (empty where nobody wrote any); one that was forwarded or stands in the body says so in `place`, and is refused.
    """
    written = read_subject(subject)
    return read_body(body) if written is None else replace(written, reason=read_reason(body))


def read_reason(body: str) -> str:
    """The paragraph after the prompt `Lý do:`, or the first one where the prompt was taken away; without what the mail
    quotes and without a signature. At most MAX_REASON characters.
    """
    lines = [nfc(line) for line in own_text(body).splitlines()]
    at = next((n for n, line in enumerate(lines) if _PROMPT.match(fold(line) + " ")), None)
    if at is None:
        at = next((n for n, line in enumerate(lines) if squeeze(line)), len(lines))
    else:
        lines[at] = lines[at].partition(":")[2] or lines[at].partition("\uff1a")[2]
        if not squeeze(lines[at]):
            at += 1
    said: list[str] = []
    for line in lines[at:]:
        if not squeeze(line) or _CLOSING.match(fold(line)):
            break
        said.append(squeeze(line))
    words = " ".join(said)
    return words if len(words) <= MAX_REASON else words[: MAX_REASON - 1].rstrip() + "…"


def judge(
    written: WrittenOrder,
    *,
    secret: bytes,
    log: Sequence[Decision],
    registry: Registry,
    today: date,
    is_coordinator: bool,
    is_authentic: bool,
    titles: Mapping[str, str] | None = None,
) -> Order | Refusal:
    """The order, complete with the day or agency that the coordinator wrote; or why it does not count.

    `log` is every decision ever taken (an earlier one on this item uses the code up); `today` is local; `titles` are
    the forms' as links write them, by code.
    """
    if not is_coordinator:
        return Refusal("not_a_coordinator")
    if not is_authentic:
        return Refusal("unauthenticated")
    if written.place is not Place.SUBJECT:
        return Refusal(written.place.value)
    order, code = written.order, written.code
    if order is None or code is None:
        return Refusal("unreadable", {"what": "subject"})
    taken = decisions_on(order, log)
    turn = turn_of(secret, order, code, len(taken))
    if turn is None:
        return Refusal("forged")
    if turn < len(taken):
        return Refusal("used" if taken[turn].by_mail is not None else "changed", decision=taken[turn])
    if code.expires_on < today:
        return Refusal("expired", expired_on=code.expires_on)
    if other := contradiction(written.label, order, registry, titles or {}):
        return Refusal("contradicted", {"found": other.found, "item": other.item})
    if order.action in WITH_DAY:
        last = read_last_day(written.day, today)
        if last is None:
            return Refusal("unreadable", {"what": "day", "found": written.day})
        return replace(order, until=last.day, clock=last.clock)
    if order.action is Action.BIND or (order.action in WITH_WHOSE and written.whose):
        whose = read_agency(written.whose, registry)
        if whose is None:
            return Refusal("unreadable", {"what": "whose", "found": written.whose})
        return replace(order, whose=whose)
    return order


def read_agency(words: str, registry: Registry) -> str | None:
    """The code of the one agency that is named by its code or by one of its names; None for none, or several."""
    code = fold(words).strip(" .,;…")
    if code in registry:
        return code
    names = NameIndex((a.code, name) for a in registry for name in a.all_names)
    if whole := names.same(words):
        return whole
    found = {hit.key for hit in names.find(words)}
    return found.pop() if len(found) == 1 else None
