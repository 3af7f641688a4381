"""Orders as links: a `mailto:` (RFC 6068) to the reporting mailbox, with the subject that carries the one-time code.

The subject also tells people what it is about, as far as MAX_HREF leaves room: a digest holds dozens of links.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from bot.decide.order_codes import code_for, decisions_on, expiry_day
from bot.decide.order_words import GRAMMARS, subject_of
from bot.domain.decision import Decision, Order, ReplyLink
from bot.flows.services import Services
from bot.store.errors import StoreConflictError

MAX_HREF = 300


def link_for(services: Services, order: Order, now: datetime) -> ReplyLink:
    """The link for that order. `now` is aware; the code holds for `orders.code_days` at most, half of that at least."""
    return linker(services, now)(order)


def linker(services: Services, now: datetime) -> Callable[[Order], ReplyLink]:
    """Makes links as `link_for` does, the log of decisions read once."""
    log = services.store.decision_log()
    return lambda order: _link(services, order, now, log)


def _link(services: Services, order: Order, now: datetime, log: Sequence[Decision]) -> ReplyLink:
    office = services.office
    expires_on = expiry_day(office.working_time.local(now).date(), office.orders.code_days)
    code = code_for(services.secret, order, len(decisions_on(order, log)), expires_on)
    subject = href = ""
    for label in _labels(services, order):
        subject = subject_of(order, code, office.language, label)
        href = _mailto(office.address, subject, f"{GRAMMARS[office.language].reason}: ")
        if len(href) <= MAX_HREF:
            break
    return ReplyLink(order, code, subject, href, expires_on)


def _mailto(address: str, subject: str, body: str) -> str:
    """Everything percent-encoded as UTF-8, blanks as %20 (RFC 6068, 5)."""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"


def _labels(services: Services, order: Order) -> Iterator[str]:
    """What the order is about, in words, ever shorter."""
    agency = services.registry.get(order.agency).name if order.agency in services.registry else ""
    form = services.forms[order.form].short_title if order.form in services.forms else ""
    about = agency
    if not agency and order.mail_id is not None:
        try:
            about = services.store.mail(order.mail_id).sender
        except StoreConflictError:
            about = ""
    yield ", ".join(filter(None, (form, about)))
    yield form or about
    yield ""
