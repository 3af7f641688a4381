"""The grammar of orders in a subject, in both languages: written by links, read back from mails.

    [QĐ ITEM] ACTION đến DAY: LABEL (mã CODE) của: WHOSE          [Decision ITEM] ACTION until DAY: LABEL (code …) of: …

ITEM is `round/agency/form/version`, as far as the order names them, then `thư #12` or `số #5` (mail, decision). `đến`
stands only where the action has a day, `của` only where it wants to know whose; LABEL is for people and read by nobody.
The words below are the wire's: they are read whatever language the office has now, without accents, in any case, with
or without blanks, with any dash. Only reply marks and other brackets may stand before the order: a subject that was
forwarded, or quoted behind words of ours, is none. Pure; never fails.
"""

import re
from dataclasses import dataclass

from bot.decide.order_codes import Code, read_code
from bot.domain.decision import Action, Order
from bot.text.accents import Folding, fold
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
_BEFORE = r"(?:(?:re|tl|tra ?loi|aw|sv) ?(?:\[ ?[0-9]+ ?\]|\( ?[0-9]+ ?\))? ?: ?|\[[^\[\]]*\] ?)*"
_ORDER = re.compile(rf"{_BEFORE}\[ ?(?:{_MARK})(?P<item>[^\[\]]*)\] ?(?P<words>.*)$")
_ITEM = re.compile(
    r"(?:(?P<round>[a-z0-9_-]*)(?:/(?P<agency>[a-z0-9_-]*)(?:/(?P<form>[a-z0-9_-]*)(?:/(?P<version>[0-9]{1,6}))?)?)?)?,?"
    rf"(?:(?:{_either(*(g.mail for g in _EACH))})\#(?P<mail>[0-9]{{1,18}}))?,?"
    rf"(?:(?:{_either(*(g.decision for g in _EACH))})\#(?P<decision>[0-9]{{1,18}}))?"
)
_ACTION = re.compile(rf"(?P<action>{_either(*(said for g in _EACH for said in g.actions.values()))})(?P<after>.*)$")
_CODE = re.compile(rf"\( ?(?:{_either(*(g.code for g in _EACH))}) ?:? ?(?P<code>[0-9a-z_ -]*)(?:\)(?P<rest>.*))?$")
_UNTIL = re.compile(rf" ?(?:{_either(*(g.until for g in _EACH))})(?P<day>.*?)(?::(?! ?[0-9]{{2}}(?![0-9])).*)?$")
_WHOSE = re.compile(rf" ?(?:{_either(*(g.whose for g in _EACH))})(?![a-z]) ?:? ?(?P<whose>.*)$")
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")


@dataclass(frozen=True, slots=True)
class WrittenOrder:
    """An order as it stands in a subject, its code not yet held against anything.

    `order` None or `code` None: it is meant as an order, and garbled. `day` and `whose` are the words in these places.
    """

    order: Order | None
    code: Code | None
    day: str = ""
    whose: str = ""
    reason: str = ""


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
    if not action or not item:
        return WrittenOrder(None, code)
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
    day = _UNTIL.match(found["words"][: written.start() if written else None], action.end("action"))
    whose = _WHOSE.match(written["rest"]) if written and written["rest"] else None
    return WrittenOrder(
        order,
        code,
        day=folding.original(start + day.start("day"), start + day.end("day"))[0] if day else "",
        whose=_original(folding, start + written.start("rest"), whose, "whose") if written and whose else "",
    )


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
