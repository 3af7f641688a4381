"""What waits, what bounced and what was ignored on the sample coordinator's day, as realistic facts."""

from datetime import date
from urllib.parse import quote

from notice_facts import DEADLINE, FORMS, II06, NAMES, NARRATIVE, ROUND, STATUS, X201, agency, local

from bot.domain.decision import Action, Order, ReplyLink
from bot.domain.digest import (
    DigestAgency,
    DigestBounce,
    DigestChange,
    DigestGroup,
    DigestItem,
    DigestMail,
    DigestNotice,
    DigestRound,
    DigestUnsent,
)
from bot.domain.letter import Why
from bot.domain.round import ObligationState, ObligationStatus
from bot.domain.watch import Reconciliation, Trouble

ACTIONS = {
    Action.EXTEND: "Gia hạn", Action.EXCUSE: "Miễn báo cáo", Action.DECLINE: "Không đồng ý", Action.BIND: "Gắn địa chỉ",
    Action.RELEASE: "Cho xử lý", Action.DONE: "Đã xử lý", Action.ACCEPT: "Chấp nhận", Action.RETURN: "Trả lại",
    Action.GRACE: "Gia hạn chung", Action.MUTE: "Tạm dừng nhắc", Action.UNDO: "Huỷ quyết định",
}  # fmt: skip


def link(order: Order) -> ReplyLink:
    """A link as long as real ones are."""
    subject = f"{ACTIONS[order.action]}: {order.agency or order.mail_id or order.round} [QĐ 4M7B-7KQ2-9XWD-T3HP-6ZRC]"
    body = f"Đến ngày: {order.until or ''}\nCơ quan: {order.whose}\nLý do: "
    href = f"mailto:baocao@binhduong.example?subject={quote(subject)}&body={quote(body)}"
    return ReplyLink(order, "4M7B-7KQ2-9XWD-T3HP-6ZRC", subject, href, date(2023, 4, 1))


def links(*orders: Order) -> tuple[ReplyLink, ...]:
    return tuple(map(link, orders))


def a_mail(number: int, sender: str, subject: str, reason: str, code: str = "", outcome: str = "held") -> DigestMail:
    whose = agency(code) if code else None
    return DigestMail(number, local(5, 7 + number % 12, number), sender, subject, outcome, reason, whose)


def an_ask(number: int, code: str, *orders: Order, reason: str, found: str, **params: str) -> DigestItem:
    mail = a_mail(number, f"{code}@binhduong.example", "V/v báo cáo CCHC quý I", reason, code)
    return DigestItem(
        "ask", links(*orders), mail=mail, round=ROUND, agency=agency(code), params={"found": found, **params}
    )


def _order(action: Action, code: str, number: int, until: date | None = None) -> Order:
    return Order(action, "2023-q1", code, mail_id=number, until=until)


GRACE = DigestItem(
    "grace",
    links(Order(Action.GRACE, "2023-q1", until=date(2023, 3, 10)), Order(Action.DECLINE, "2023-q1")),
    round=ROUND,
    params={"from": local(5, 14), "to": local(5, 23, 40), "until": local(11, 0), "error": "timed out"},
)
EXTENSION = an_ask(
    21,
    "bb",
    _order(Action.EXTEND, "bb", 21, date(2023, 3, 15)),
    _order(Action.EXTEND, "bb", 21),
    _order(Action.EXCUSE, "bb", 21),
    _order(Action.DECLINE, "bb", 21),
    reason="asks_extension",
    found="UBND huyện xin gia hạn nộp báo cáo đến hết ngày 15/3/2023 do cán bộ phụ trách đi tập huấn.",
)
NOTHING = an_ask(
    22,
    "ptth",
    _order(Action.EXCUSE, "ptth", 22),
    _order(Action.EXTEND, "ptth", 22),
    _order(Action.DECLINE, "ptth", 22),
    reason="nothing_to_report",
    found="Trong quý I đơn vị không phát sinh tin, bài về cải cách hành chính.",
)
VERSION = DigestItem(
    "version",
    links(
        Order(Action.ACCEPT, "2023-q1", "tu", "ii06", 2),
        Order(Action.RETURN, "2023-q1", "tu", "ii06", 2),
    ),
    mail=a_mail(23, "tu@binhduong.example", "Gửi lại biểu II.06", "findings", "tu"),
    round=ROUND,
    agency=agency("tu"),
    form=II06,
    version=2,
    findings=(X201,),
)
WRONG_AGENCY = DigestItem(
    "mail",
    links(
        Order(Action.RELEASE, mail_id=12, whose="stp"),
        Order(Action.RELEASE, mail_id=12, whose="stc"),
        Order(Action.RELEASE, mail_id=12),
        Order(Action.DONE, mail_id=12),
    ),
    mail=a_mail(12, "stp@binhduong.example", "Báo cáo quý I", "wrong_agency", "stp"),
    agency=agency("stp"),
    params={"name.stp": "Sở Tư pháp", "name.stc": "Sở Tài chính"},
)
PARKED = DigestItem(
    "mail",
    links(Order(Action.RELEASE, mail_id=15), Order(Action.DONE, mail_id=15)),
    mail=a_mail(15, "bb@binhduong.example", "", "broke_us", "bb", "parked"),
    agency=agency("bb"),
)
STRANGER = DigestItem(
    "sender",
    links(
        Order(Action.BIND, mail_id=13, whose="stttt"),
        Order(Action.BIND, mail_id=13),
        Order(Action.DONE, mail_id=13),
    ),
    mail=a_mail(13, "chuyenvien.a@webmail.example", "Báo cáo CCHC của Sở TT&TT", "unknown_sender"),
    params={"name.stttt": "Sở Thông tin và Truyền thông"},
)
UNREAD = DigestItem("unread", params={"why": "reading_failed", "error": "Không mở được thư mục Spam"})
ITEMS = (GRACE, EXTENSION, NOTHING, VERSION, WRONG_AGENCY, PARKED, STRANGER)

CHANGES = (
    DigestChange(local(3, 9, 40), "accepted", agency("stp"), NARRATIVE, 1, mail_id=31),
    DigestChange(local(3, 14, 5), "accepted", agency("tdm"), NARRATIVE, 1, mail_id=32),
    DigestChange(local(3, 14, 5), "correction", agency("tdm"), II06, 2, mail_id=32),
    DigestChange(
        local(3, 16, 20), "excuse", agency("dt"), II06, detail="chưa có hồ sơ phát sinh", who="Nguyễn Thị An"
    ),
    DigestChange(
        local(4, 8, 10), "extend", agency("pg"), detail="đường truyền hỏng", who="Nguyễn Thị An", until=local(16, 0),
        undone=True,
    ),
)  # fmt: skip
IGNORED = (
    DigestMail(11, local(5, 8, 1), "ta@binhduong.example", "Vắng mặt", "ignored", "auto_reply", agency("ta")),
    DigestMail(14, local(5, 17, 0), "tin@danhsach.example", "Bản tin tuần", "ignored", "mailing_list"),
)
RESCUED = (
    DigestMail(31, local(3, 9, 40), "stp@binhduong.example", "Báo cáo CCHC quý I", "accepted", "ok", agency("stp")),
)
BOUNCES = (
    DigestBounce("dt@binhduong.example", agency("dt"), local(3, 8, 31), "550 5.1.1 User unknown", True, ()),
    DigestBounce(
        "ta@binhduong.example",
        agency("ta"),
        local(3, 8, 33),
        "550 5.1.1 No such user",
        True,
        ("ta.vt@binhduong.test",),
    ),
    DigestBounce("bc@binhduong.example", agency("bc"), local(3, 8, 40), "452 4.2.2 Mailbox full", False),
)
UNSENT = (
    DigestUnsent(
        "reminder:2023-q1:bb:t-3:2023-03-09",
        "unknown",
        "connection lost after DATA",
        "[BC 2023Q1 BB] Còn 3 ngày: chưa nhận được báo cáo quý I/2023",
        ("bb@binhduong.example",),
    ),
)
TROUBLES = (
    Trouble("disk_full", "data", local(5, 18), local(6, 7, 55), {"free": "812 MiB", "limit": "1024 MiB"}),
)  # fmt: skip
OTHERS = (
    DigestChange(
        local(4, 9, 15), "bind", agency("da"), detail="đã gọi điện", who="Nguyễn Thị An",
        address="vanthu.dian@webmail.example",
    ),
)  # fmt: skip

DIGEST_STATES: dict[str, tuple[ObligationStatus, ...]] = {
    **dict.fromkeys(
        ("stp", "stc", "vpub", "bao", "ta", "da", "bc", "btu", "pg"),
        (STATUS.FULFILLED, STATUS.FULFILLED, STATUS.FULFILLED),
    ),
    "tdm": (STATUS.FULFILLED, STATUS.CORRECTION_NEEDED, STATUS.OPEN),
    "tu": (STATUS.CORRECTION_NEEDED, STATUS.FULFILLED, STATUS.FULFILLED),
    "stttt": (STATUS.OPEN,),
    "ptth": (STATUS.OPEN, STATUS.OPEN),
    "bb": (STATUS.OPEN, STATUS.OPEN, STATUS.OPEN),
    "dt": (STATUS.OPEN, STATUS.EXCUSED, STATUS.OPEN),
}
UNDELIVERED = ("dt",)
NEXT = Why("spoken", {"step": "t-7", "next": "t-1", "next_at": local(8)})
WHYS = {"bb": Why("held"), "tdm": Why("quiet", {"step": "t-3"})}


def digest_row(code: str, **changes: object) -> DigestAgency:
    statuses = DIGEST_STATES[code]
    duties = ROUND.of(code)
    states = tuple(
        ObligationState(code, duty.form, status, DEADLINE, findings=2 if status is STATUS.CORRECTION_NEEDED else 0)
        for duty, status in zip(duties, statuses, strict=False)
    )
    done = all(s.is_settled for s in statuses)
    fix = STATUS.CORRECTION_NEEDED in statuses
    told = not done and code not in UNDELIVERED
    facts: dict[str, object] = {
        "agency": agency(code),
        "obligations": states,
        "done": done,
        "needs_correction": fix,
        "silent": told and not fix,
        "undelivered": code in UNDELIVERED,
        "late": False,
        "overdue": False,
        "held": False,
        "last_nudge": "reminder" if told else "",
        "last_nudge_at": local(3) if told else None,
        "nudges": 2 if told else 0,
        "why": None if done else WHYS.get(code, NEXT),
    }
    return DigestAgency(**(facts | changes))  # type: ignore[arg-type]  # a dictionary of the fields


def overdue_row(code: str) -> DigestAgency:
    """The same a day after the deadline, with what may be decided on it."""
    orders = (Order(action, "2023-q1", code) for action in (Action.EXTEND, Action.EXCUSE))
    return digest_row(code, overdue=not digest_row(code).done, links=links(*orders))


def digest(**changes: object) -> DigestNotice:
    rows = tuple(digest_row(code) for code in NAMES)
    page = DigestRound(
        round=ROUND,
        forms=FORMS,
        agencies=rows,
        groups=(
            DigestGroup("Sở, ban, ngành", 3, 0, 1, 4, silent=1),
            DigestGroup("Báo, đài", 1, 0, 1, 2, silent=1),
            DigestGroup("UBND cấp huyện", 5, 2, 2, 9, silent=1, undelivered=1),
        ),
        changes=CHANGES,
        done=9,
        needs_correction=2,
        partial=0,
        silent=3,
        held=0,
        undelivered=1,
        total=15,
        days_left=3,
        working_days_left=3,
        overdue=False,
        links=links(Order(Action.MUTE, "2023-q1")),
    )
    facts: dict[str, object] = {
        "key": "digest:2023-03-06",
        "to": ("dieuphoi@binhduong.example",),
        "at": local(6, 8),
        "since": local(3, 8),
        "rounds": (page,),
        "items": ITEMS,
        "ignored": IGNORED,
        "bounces": BOUNCES,
        "unsent": UNSENT,
        "troubles": TROUBLES,
        "rescued": RESCUED,
        "changes": OTHERS,
        "counts": (Reconciliation("INBOX", local(6, 7, 55), 214, 0),),
    }
    return DigestNotice(**(facts | changes))  # type: ignore[arg-type]  # a dictionary of the fields
