"""What the coordinator's decisions come to, as sample notices: orders carried out and refused, decisions taken back,
the letter at the ladder's end, troubles that are over.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from digest_samples import link
from notice_facts import FORMS, II06, NARRATIVE, ROUND, STATS, THREAD, agency, alert, decision, local

from bot.domain.decision import Action, Decision, DecisionKind, Order
from bot.domain.letter import Enclosure
from bot.domain.notice import EscalationLetter, Notice, OrderNotice

TO = "dieuphoi@binhduong.example"
DONE: dict[DecisionKind, dict[str, Any]] = {
    DecisionKind.EXTEND: {"agency": "bb", "until": local(16, 0), "mail_id": 21},
    DecisionKind.EXCUSE: {"agency": "ptth", "form": "broadcasts"},
    DecisionKind.ACCEPT: {"agency": "tu", "form": "ii06", "version": 2},
    DecisionKind.RETURN: {"agency": "tu", "form": "ii06", "version": 2},
    DecisionKind.BIND: {"address": "chuyenvien.a@webmail.example", "mail_id": 13, "round": "", "agency": "stttt"},
    DecisionKind.RELEASE: {"mail_id": 12, "round": ""},
    DecisionKind.GRACE: {"until": local(14, 0)},
    DecisionKind.MUTE: {},
    DecisionKind.UNDO: {"undoes": 4, "agency": "bb"},
    DecisionKind.DECLINE: {"agency": "bb", "mail_id": 21},
}
LASTING = {
    DecisionKind.RELEASE: "undo_release",
    DecisionKind.UNDO: "undo_undo",
    DecisionKind.DECLINE: "undo_decline",
}
REFUSALS: dict[str, dict[str, Any]] = {
    "used": {"decision": True},
    "changed": {"decision": True},
    "expired": {"params": {"expired_on": local(1, 12)}},
    "forged": {},
    "unreadable": {"params": {"what": "subject"}},
    "not_a_coordinator": {"sender": "ke.la@webmail.example", "thread": None},
    "unauthenticated": {"thread": None},
    "deadline_passed": {},
    "grace_earlier": {},
    "not_waiting": {},
    "undone_already": {"params": {"decision": 4}},
    "muted_already": {},
    "whose": {},
    "agency": {},
}


def _decision(kind: DecisionKind) -> Decision:
    facts: dict[str, Any] = {"round": ROUND.code, "id": 7, "by_mail": 40} | DONE[kind]
    return Decision(kind, local(9, 8, 45), TO, "Đã trao đổi qua điện thoại.", **facts)


def order(about: Decision | None = None, **facts: Any) -> OrderNotice:
    code, form = (about.agency, about.form) if about else ("", None)
    known: dict[str, Any] = {
        "sender": TO,
        "subject": "[QĐ 2023-q1] Quyết định (mã QKAZ-FPQP-UVD2-4Z7H-XR8M)",
        "decision": about,
        "agency": agency(code) if code else None,
        "round": ROUND if about and about.round else None,
        "forms": tuple(f for f in FORMS if f.code == form),
        "thread": THREAD,
        "mail_id": 40,
    }
    return OrderNotice("order:40", (TO,), local(9, 8, 46), **(known | facts))


def _done(kind: DecisionKind) -> OrderNotice:
    about = _decision(kind)
    told = about.agency and kind not in (DecisionKind.BIND, DecisionKind.RELEASE)
    params: dict[str, str | int | datetime] = {
        "told": f"{about.agency}@binhduong.example" if told else "",
        "agencies": 6 if kind is DecisionKind.GRACE else 1 if told else 0,
        "closed": "21" if about.mail_id == 21 else "",
        "reopened": 2 if kind is DecisionKind.BIND else 0,
        "files": 0,
        "undone": "extend" if kind is DecisionKind.UNDO else "",
        "lasting": LASTING.get(kind, ""),
    }
    undo = None if kind in LASTING else link(Order(Action.UNDO, about.round, about.agency, decision_id=7))
    return order(about, params=params, undo=undo)


def _refused(code: str, facts: dict[str, Any]) -> OrderNotice:
    about = _decision(DecisionKind.EXTEND) if facts.get("decision") else None
    return order(about, refusal=code, params={"files": 0} | facts.get("params", {}), **{
        name: value for name, value in facts.items() if name not in ("decision", "params")
    })  # fmt: skip


LETTER = EscalationLetter(
    "escalation:2023-q1:letter",
    (TO,),
    local(14, 8),
    ROUND,
    silent=(agency("bb"), agency("pg")),
    unfinished=(agency("tdm"),),
    unreached=(agency("dt"),),
    enclosures=(Enclosure("Dự thảo công văn.docx", "application/octet-stream", b"PK\x03\x04"),),
)
OVER = (
    alert("mail_parked", mail_id="12"),
    alert("mailbox_unreachable", host="imap.binhduong.example"),
    alert("sending_refused", host="smtp.binhduong.example"),
    alert("disk_full", free="2147483648"),
    alert("reading_incomplete", folder="Spam"),
)

ORDER_SAMPLES: dict[str, Notice] = {
    **{f"decision_order_{kind.value}": _done(kind) for kind in DONE},
    "decision_order_no_grace": order(
        replace(_decision(DecisionKind.DECLINE), agency="", mail_id=None),
        params={"told": "", "agencies": 0, "reopened": 0, "closed": "", "files": 0, "lasting": "undo_decline"},
    ),
    "decision_order_day": order(refusal="unreadable", params={"what": "day", "found": "thứ Sáu tới", "files": 2}),
    "decision_order_whose": order(refusal="unreadable", params={"what": "whose", "found": "Sở", "files": 0}),
    **{f"decision_refused_{code}": _refused(code, facts) for code, facts in REFUSALS.items()},
    **{
        f"decision_undone_{code}": decision(code, undone=True, forms=(NARRATIVE, II06, STATS), at=local(day, 9))
        for code, day in (("extend", 9), ("grace", 13), ("excuse", 9), ("accept", 13), ("return", 9))
    },
    "decision_grace": decision("grace", forms=(NARRATIVE, II06, STATS)),
    "decision_decline": decision("decline", forms=(NARRATIVE, II06, STATS)),
    "decision_decline_late": decision("decline", at=local(13, 9)),
    "escalation_letter": LETTER,
    **{
        f"alert_{n.subject_code}_over": replace(n, over=True, since=local(9, 7), at=local(9, 11))
        for n in OVER
    },
    "alert_sending_refused": alert("sending_refused", host="smtp.binhduong.example", error="535 5.7.8"),
    "alert_reading_incomplete": alert("reading_incomplete", mail_id="12"),
    "alert_found_in_junk": alert("found_in_junk", count="2", folder="Spam"),
    "alert_outgoing_refused_many": alert("outgoing_refused_many", count="6", error="550 5.7.1"),
}  # fmt: skip
