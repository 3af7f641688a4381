"""One-time codes of orders: what a code is, for how long it holds, and which order it fits.

A code is the day on which it expires (20 bits) and the first 80 bits of an HMAC-SHA256, with the installation's secret,
over the action, its item, its round, the order's turn and that day. It is written in 32 letters and digits without 0,
O, 1 and I, in groups of four: `4M7B-7KQ2-…`. In reading, case, blanks and dashes mean nothing.

Stable: days are cut into periods of half the codes' life. All codes made in one period expire on one day, so the same
item has the same code in yesterday's digest and in today's, and holds for half its life at least. Once: the turn is how
often this very decision has been taken before. As soon as it is taken, by mail or by command, every code made before
fits an earlier turn only, whichever period it is of.

Pure; reads no clock. Nothing here fails but for days that no calendar has.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.decision import Action, Decision, DecisionKind, Order

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)} | {
    "1": _LETTERS.index("L"),
    "I": _LETTERS.index("L"),
}
_DAY_LETTERS, _MAC_LETTERS, _GROUP = 4, 16, 4
LENGTH = _DAY_LETTERS + _MAC_LETTERS
_PURPOSE = b"thuky order 1"

_KIND_OF = {Action.DONE: DecisionKind.RELEASE} | {
    action: DecisionKind(action.value) for action in Action if action is not Action.DONE
}


@dataclass(frozen=True, slots=True)
class Code:
    """A code as read: `text` in its one written form, and the last day (local) on which it holds."""

    text: str
    expires_on: date


def expiry_day(today: date, code_days: int) -> date:
    """The last day of codes that are made today; at most `code_days` ahead, and at least half of them."""
    period = max(1, (code_days + 1) // 2)
    return date.fromordinal((today.toordinal() + code_days) // period * period)


def code_for(secret: bytes, order: Order, turn: int, expires_on: date) -> str:
    """The code of that order in that turn. `until`, `clock` and `whose` are proposals and no part of it. ValueError
    without a secret.
    """
    if not secret:
        raise ValueError("a code needs a secret")
    day = expires_on.toordinal()
    mac = hmac.new(secret, _message(order, turn, day), hashlib.sha256).digest()
    return _written(_letters(day, _DAY_LETTERS) + _letters(int.from_bytes(mac[:10], "big"), _MAC_LETTERS))


def read_code(text: str) -> Code | None:
    """The code that `text` holds and nothing else, or None: letters that codes have not, a wrong length, no day."""
    letters = re.sub(r"[\W_]", "", text).upper()
    if len(letters) != LENGTH or not _VALUES.keys() >= set(letters):
        return None
    values = [_VALUES[letter] for letter in letters]
    day = 0
    for value in values[:_DAY_LETTERS]:
        day = day * 32 + value
    if not 1 <= day <= date.max.toordinal():
        return None
    return Code(_written("".join(_LETTERS[value] for value in values)), date.fromordinal(day))


def turn_of(secret: bytes, order: Order, code: Code, now_at: int) -> int | None:
    """In which turn (0 … `now_at`, the present one) the code was made for that order; None when it never was."""
    for turn in range(now_at, -1, -1):
        if hmac.compare_digest(code_for(secret, order, turn, code.expires_on), code.text):
            return turn
    return None


def decisions_on(order: Order, log: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions of this kind on this item, also those that were taken back, in the log's order. Their number is the
    order's turn.
    """
    return tuple(d for d in log if d.kind is _KIND_OF[order.action] and _is_on(order, d))


def _is_on(order: Order, decision: Decision) -> bool:
    match order.action:
        case Action.UNDO:
            return decision.undoes == order.decision_id
        case Action.DECLINE if order.mail_id is None:
            return decision.mail_id is None and not decision.agency and decision.round == order.round
        case Action.BIND | Action.RELEASE | Action.DONE | Action.DECLINE:
            return decision.mail_id == order.mail_id
        case Action.GRACE | Action.MUTE:
            return decision.round == order.round
        case Action.EXTEND | Action.EXCUSE:
            return _item(decision) == (order.round, order.agency, order.form)
        case Action.ACCEPT | Action.RETURN:
            same = _item(decision) == (order.round, order.agency, order.form)
            return same and order.version in (None, decision.version)


def _item(decision: Decision) -> tuple[str, str, str]:
    return decision.round, decision.agency, decision.form or ""


def _message(order: Order, turn: int, day: int) -> bytes:
    """What the code vouches for. Every field has its length before it, so that no two orders have one message."""
    fields = (
        order.action.value,
        order.round,
        order.agency,
        order.form,
        *("" if number is None else str(number) for number in (order.version, order.mail_id, order.decision_id)),
        str(turn),
        str(day),
    )
    encoded = [field.encode() for field in fields]
    return _PURPOSE + b"".join(len(field).to_bytes(4, "big") + field for field in encoded)


def _letters(number: int, count: int) -> str:
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(count)))


def _written(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))
