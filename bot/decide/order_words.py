"""The grammar of orders in a subject, in both languages: written by links, read back from mails.

    [QĐ ITEM] ACTION đến DAY: LABEL (mã CODE) của: WHOSE          [Decision ITEM] ACTION until DAY: LABEL (code …) of: …

ITEM is `round/agency/form/version`, as far as the order names them, then `thư #12` or `số #5` (mail, decision). `đến`
stands only where the action has a day, `của` only where it wants to know whose; LABEL is for people and gives no order,
but must not speak of another agency or form (`order_labels`).
The words below are the wire's: they are read whatever language the office has now, without accents, in any case, with
or without blanks, with any dash. Only reply marks and other brackets may stand before the order: one behind words of
ours is none. One that was forwarded, or that stands in the body, is read to say why it is not obeyed.
Pure; never fails.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.decide.mail_words import own_text
from bot.decide.order_codes import Code, read_code
from bot.domain.decision import Action, Order
from bot.text.accents import Folding, fold, squeeze
from bot.text.dates import say_date


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words of one language."""

    mark: str
    actions: dict[Action, str]
    until: str
    mail: str
    decision: str
    code: str
    whose: str
    reason: str
    no_reason: str


GRAMMARS = {
    "vi": Grammar(
        mark="QĐ",
        actions={
            Action.ACCEPT: "Chấp nhận",
            Action.RETURN: "Trả lại",
            Action.EXTEND: "Gia hạn",
            Action.EXCUSE: "Miễn báo cáo",
            Action.DECLINE: "Không đồng ý",
            Action.BIND: "Gắn địa chỉ",
            Action.RELEASE: "Cho đi tiếp",
            Action.DONE: "Đã xử lý",
            Action.GRACE: "Gia hạn chung",
            Action.MUTE: "Dừng nhắc",
            Action.UNDO: "Huỷ quyết định",
        },
        until="đến",
        mail="thư",
        decision="số",
        code="mã",
        whose="của",
        reason="Lý do",
        no_reason="theo quyết định của cán bộ đầu mối qua thư",
    ),
    "en": Grammar(
        mark="Decision",
        actions={
            Action.ACCEPT: "Accept",
            Action.RETURN: "Return",
            Action.EXTEND: "Extend",
            Action.EXCUSE: "Excuse",
            Action.DECLINE: "Decline",
            Action.BIND: "Bind the address",
            Action.RELEASE: "Release",
            Action.DONE: "Dealt with",
            Action.GRACE: "Grace for all",
            Action.MUTE: "Stop reminders",
            Action.UNDO: "Undo",
        },
        until="until",
        mail="mail",
        decision="no",
        code="code",
        whose="of",
        reason="Reason",
        no_reason="the coordinator's decision, by mail",
    ),
}
WITH_DAY = frozenset({Action.EXTEND, Action.GRACE})
WITH_WHOSE = frozenset({Action.BIND, Action.RELEASE})


def _either(*words: str) -> str:
    """Any of these words, folded; a blank within one may be missing."""
    return "|".join(" ?".join(map(re.escape, fold(word).split())) for word in sorted(words, key=len, reverse=True))


_EACH = tuple(GRAMMARS.values())
_ACTIONS = {fold(said).replace(" ", ""): action for g in _EACH for action, said in g.actions.items()}
_MARK = _either(*(g.mark for g in _EACH))
_FORWARDED = r"fwd?|wg|tr|vs|chuyen ?tiep"
_REPLY = rf"(?:re|tl|tra ?loi|aw|sv|(?P<forwarded>{_FORWARDED})) ?(?:\[ ?[0-9]+ ?\]|\( ?[0-9]+ ?\))? ?: ?"
_BEFORE = rf"(?:{_REPLY}|\[[^\[\]]*\] ?)*"
_ORDER = re.compile(rf"{_BEFORE}\[ ?(?:{_MARK})(?P<item>[^\[\]]*)\] ?(?P<words>.*)$")
_ITEM = re.compile(
    r"(?:(?P<round>[a-z0-9_-]*)(?:/(?P<agency>[a-z0-9_-]*)(?:/(?P<form>[a-z0-9_-]*)(?:/(?P<version>[0-9]{1,6}))?)?)?)?,?"
    rf"(?:(?:{_either(*(g.mail for g in _EACH))})\#(?P<mail>[0-9]{{1,18}}))?,?"
    rf"(?:(?:{_either(*(g.decision for g in _EACH))})\#(?P<decision>[0-9]{{1,18}}))?"
)
_ACTION = re.compile(rf"(?P<action>{_either(*(said for g in _EACH for said in g.actions.values()))})(?P<after>.*)$")
_CODE = re.compile(rf"\( ?(?:{_either(*(g.code for g in _EACH))}) ?:? ?(?P<code>[0-9a-z_ -]*)(?:\)(?P<rest>.*))?$")
_UNTIL = re.compile(
    rf" ?(?:{_either(*(g.until for g in _EACH))})(?P<day>.*?)(?::(?! ?[0-9]{{2}}(?![0-9]))(?P<label>.*))?$"
)
_WHOSE = re.compile(rf" ?(?:{_either(*(g.whose for g in _EACH))})(?![a-z]) ?:? ?(?P<whose>.*)$")
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")


# So many lines of a body may be one order, which is longer than a line of a mail.
_WRAPPED = 4
_LIST_MARKS = " \t-*•–"


class Place(StrEnum):
    """Where an order stands. Only the subject of a mail that was not forwarded counts."""

    SUBJECT = "subject"
    FORWARDED = "forwarded"
    BODY = "in_body"


@dataclass(frozen=True, slots=True)
class WrittenOrder:
    """An order as it stands in a mail, its code not yet held against anything.

    `order` None or `code` None: it is meant as an order, and garbled. `day`, `whose` and `label` are the words in these
    places.
    """

    order: Order | None
    code: Code | None
    day: str = ""
    whose: str = ""
    reason: str = ""
    label: str = ""
    place: Place = Place.SUBJECT


def subject_of(order: Order, code: str, language: str, label: str = "") -> str:
    """The subject that `read_subject` reads back. `label` says for people what it is about."""
    words = GRAMMARS[language]
    said = words.actions[order.action]
    if order.action in WITH_DAY:
        day = f"{order.clock:%H}h{order.clock:%M}, " if order.clock else ""
        said += f" {words.until} {day}{say_date(order.until, language) if order.until else '…'}"
    if label := " ".join(re.sub(r"[\[\]():]", " ", label).split()):
        said += f": {label}"
    place = f" {words.whose}: {order.whose}" if order.action in WITH_WHOSE and _asks_whose(order) else ""
    return f"[{words.mark} {_item(order, words)}] {said} ({words.code} {code}){place}"


def read_subject(subject: str) -> WrittenOrder | None:
    """The order in a subject; None when there is none. Of one that is garbled the readable part."""
    folding = Folding(subject.translate(_DASHES))
    found = _ORDER.match(folding.text)
    if not found:
        return None
    action, written = _ACTION.match(found["words"]), _CODE.search(found["words"])
    if not action and not written:
        return None  # `[QĐ 15] …`: an official decision is spoken of, no order given
    code = read_code(written["code"]) if written else None
    item = _ITEM.fullmatch(found["item"].replace(" ", ""))
    place = Place.FORWARDED if found["forwarded"] else Place.SUBJECT
    if not action or not item:
        return WrittenOrder(None, code, place=place)
    order = Order(
        _ACTIONS[action["action"].replace(" ", "")],
        round=item["round"] or "",
        agency=item["agency"] or "",
        form=item["form"] or "",
        version=_number(item["version"]),
        mail_id=_number(item["mail"]),
        decision_id=_number(item["decision"]),
    )
    start = found.start("words")
    words = found["words"][: written.start() if written else None]
    day = _UNTIL.match(words, action.end("action"))
    # What stands between action, or day, and code. A day that nobody could read goes on to the code.
    said = (action.end("action"), len(words))
    if day and order.action in WITH_DAY:
        said = day.span("label")
    whose = _WHOSE.match(written["rest"]) if written and written["rest"] else None
    return WrittenOrder(
        order,
        code,
        day=folding.original(start + day.start("day"), start + day.end("day"))[0] if day else "",
        whose=_original(folding, start + written.start("rest"), whose, "whose") if written and whose else "",
        label=folding.original(start + said[0], start + said[1])[0].strip(" :") if said[0] < said[1] else "",
        place=place,
    )


def read_body(body: str) -> WrittenOrder | None:
    """The first order, with a code, that stands on a line of its own in the sender's own words of a body; None when
    there is none. Mail programs wrap lines, so that one may go on in the next ones.
    """
    lines = [line.strip(_LIST_MARKS) for line in own_text(body).splitlines()]
    for at, line in enumerate(lines):
        if "[" not in line:
            continue
        for length in range(1, _WRAPPED + 1):
            found = read_subject(squeeze(" ".join(lines[at : at + length])))
            if found is not None and found.code is not None:
                return replace(found, place=Place.BODY)
    return None


def _original(folding: Folding, start: int, match: re.Match[str], group: str) -> str:
    return folding.original(start + match.start(group), start + match.end(group))[0].strip()


def _asks_whose(order: Order) -> bool:
    """A release that names the agency in its item leaves nothing open."""
    return not order.agency


def _item(order: Order, words: Grammar) -> str:
    path = [order.round, order.agency, order.form, "" if order.version is None else str(order.version)]
    while path and not path[-1]:
        path.pop()
    parts = ["/".join(path)] if path else []
    if order.mail_id is not None:
        parts.append(f"{words.mail} #{order.mail_id}")
    if order.decision_id is not None:
        parts.append(f"{words.decision} #{order.decision_id}")
    return ", ".join(parts)


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None
