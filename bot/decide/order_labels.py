"""The words for people in an order's subject, held against its item.

The code vouches for the item only. Who changes the agency's name and sends the mail means that other agency, and must
not be taken at the item's word: the name of another agency or form, or a name that nobody has where the item's own
should stand, makes the order void. Words beside the right name are remarks. Pure; never fails.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.agency import Registry
from bot.domain.decision import Order
from bot.text.accents import fold, squeeze
from bot.text.names import NameIndex

_AGENCY, _FORM = "agency ", "form "


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`found` are the label's words, `item` the name of what the code is for; empty where that names none."""

    found: str
    item: str


def contradiction(label: str, order: Order, registry: Registry, titles: Mapping[str, str]) -> Contradiction | None:
    """What in `label` speaks of something else than the order's item; None when nothing does. `titles` are the forms'
    by code. A waiting mail of an unknown sender has its address there, and no name to be held against.
    """
    if order.agency not in registry if order.agency else order.mail_id is not None:
        return None
    agency = registry.get(order.agency) if order.agency else None
    names = [(_AGENCY + a.code, name) for a in registry for name in a.all_names]
    names += [(_FORM + code, title) for code, title in titles.items()]
    own = {_AGENCY + order.agency, _FORM + order.form}
    named: dict[tuple[int, str], set[str]] = {}
    for hit in NameIndex(names).find(label):
        named.setdefault((hit.position, hit.found), set()).add(hit.key)
    for (_, found), keys in named.items():
        if not keys & own:
            is_form = all(key.startswith(_FORM) for key in keys)
            return Contradiction(found, titles.get(order.form, "") if is_form else agency.name if agency else "")
    if agency is None or any(_AGENCY + order.agency in keys for keys in named.values()):
        return None
    # Blanks may be lost and names shortened on the way.
    own_names = [_bare(name) for name in agency.all_names]
    pieces = {piece: _bare(piece) for piece in label.split(",") if _bare(piece)}
    if any(piece in name or name in piece for piece in pieces.values() for name in own_names):
        return None
    title = _bare(titles.get(order.form, ""))
    strange = [squeeze(piece) for piece, bare in pieces.items() if bare not in title and not (title and title in bare)]
    return Contradiction(", ".join(strange), agency.name) if strange else None


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))
