"""The coordinator's decisions, the orders by which they may come in a mail, and what carrying one out changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from bot.domain.mail import OutgoingMail
from bot.domain.submission import Submission


class DecisionKind(StrEnum):
    """gia hạn, miễn, chấp nhận, trả lại, nhận qua kênh khác, gắn địa chỉ, cho đi tiếp, gia hạn chung, tạm dừng nhắc,
    không đồng ý, huỷ quyết định.
    """

    EXTEND = "extend"
    EXCUSE = "excuse"
    ACCEPT = "accept"
    RETURN = "return"
    RECEIVED = "received"
    BIND = "bind"
    RELEASE = "release"
    GRACE = "grace"
    MUTE = "mute"
    DECLINE = "decline"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, with who, when and why. `form` None: all forms of that agency in that round.

    `until` is the new deadline instant of an extension or a grace; `version` the submission that an accept or return
    speaks of; `address` what a bind registers; `mail_id` what a release lets go on, or the question that is answered.
    A grace or a mute is of the whole round: its `agency` is empty. `undoes` is the id of the decision that an undo
    takes back. `id` is the store's, None before it is recorded; `by_mail` the inbound mail that gave the order.
    """

    kind: DecisionKind
    at: datetime
    who: str
    why: str
    round: str = ""
    agency: str = ""
    form: str | None = None
    version: int | None = None
    until: datetime | None = None
    address: str = ""
    mail_id: int | None = None
    undoes: int | None = None
    by_mail: int | None = None
    id: int | None = None


def in_force(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Those that hold: neither taken back nor the taking back itself."""
    every = tuple(decisions)
    undone = {d.undoes for d in every if d.kind is DecisionKind.UNDO}
    return tuple(d for d in every if d.kind is not DecisionKind.UNDO and (d.id is None or d.id not in undone))


@dataclass(frozen=True, slots=True)
class Resolution:
    """A decision, ready to be committed with all that follows from it.

    `outgoing` is what the agencies are told; `submission` what came by another channel; `reopens` are waiting mails
    that are taken in anew, `closes` those that wait no longer, because this decision answers them.
    """

    decision: Decision
    outgoing: tuple[OutgoingMail, ...] = ()
    submission: Submission | None = None
    reopens: tuple[int, ...] = ()
    closes: tuple[int, ...] = ()


class Action(StrEnum):
    """What an order in a mail may ask for. DONE: a waiting mail was dealt with by hand."""

    ACCEPT = "accept"
    RETURN = "return"
    EXTEND = "extend"
    EXCUSE = "excuse"
    DECLINE = "decline"
    BIND = "bind"
    RELEASE = "release"
    DONE = "done"
    GRACE = "grace"
    MUTE = "mute"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Order:
    """What one link asks for: an action on one item of a round.

    The item is what of agency, form, version, mail and decision is set. `until` (the last day, local; `clock` its hour
    where it ends before the day does) and `whose` (an agency's code) are proposals that the coordinator may change in
    the mail: they are no part of the item.
    """

    action: Action
    round: str = ""
    agency: str = ""
    form: str = ""
    version: int | None = None
    mail_id: int | None = None
    decision_id: int | None = None
    until: date | None = None
    whose: str = ""
    clock: time | None = None


@dataclass(frozen=True, slots=True)
class ReplyLink:
    """An order as a link: `href` is a `mailto:` (RFC 6068) with the prepared subject that carries the one-time code."""

    order: Order
    code: str
    subject: str
    href: str
    expires_on: date
