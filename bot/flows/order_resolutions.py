"""An order that counts → the decision that it asks for, prepared just as the command of that name prepares it."""

from datetime import datetime, time, timedelta

from bot.domain.decision import Action, Order, Resolution
from bot.flows import decisions
from bot.flows.round_decisions import no_grace
from bot.flows.services import Services
from bot.flows.targets import DecisionError, Target, find_round, target


def resolution_of(services: Services, order: Order, *, who: str, why: str) -> Resolution:
    """DecisionError when it makes no sense any more: the mail waits no longer, the agency owes nothing, …"""
    match order.action:
        case Action.EXTEND:
            return decisions.extend(
                services, _aim(services, order), _until(services, order), who=who, why=why, mail_id=order.mail_id
            )
        case Action.EXCUSE:
            return decisions.excuse(services, _aim(services, order), who=who, why=why, mail_id=order.mail_id)
        case Action.DECLINE if not order.agency and order.mail_id is None:
            return no_grace(services, find_round(services, order.round), who=who, why=why)
        case Action.DECLINE:
            return decisions.decline(services, _aim(services, order), _mail(order), who=who, why=why)
        case Action.ACCEPT:
            return decisions.accept(services, _aim(services, order), order.version, who=who, why=why)
        case Action.RETURN:
            return decisions.return_(services, _aim(services, order), order.version, who=who, why=why)
        case Action.BIND:
            address = decisions.waiting_mail(services, _mail(order)).sender
            return decisions.bind(services, address, order.whose, who=who, why=why, mail_id=_mail(order))
        case Action.RELEASE:
            agency, round_ = order.agency or order.whose or None, order.round or None
            return decisions.release(services, _mail(order), agency, round_, who=who, why=why)
        case Action.DONE:
            return decisions.dismiss(services, _mail(order), who=who, why=why)
        case Action.GRACE:
            round_of_order = find_round(services, order.round)
            return decisions.grace(services, round_of_order, _until(services, order), who=who, why=why)
        case Action.MUTE:
            return decisions.mute(services, find_round(services, order.round), who=who, why=why)
        case Action.UNDO:
            return decisions.undo(services, order.decision_id or 0, who=who, why=why)


def _aim(services: Services, order: Order) -> Target:
    return target(services, order.agency, order.round, order.form or None)


def _mail(order: Order) -> int:
    if order.mail_id is None:  # a link that our own code made without one
        raise DecisionError("mail", mail="")
    return order.mail_id


def _until(services: Services, order: Order) -> datetime:
    """The first instant that is late: at that hour, or with the end of the day."""
    if order.until is None:
        raise DecisionError("deadline_passed", until=services.now())
    zone = services.office.working_time.timezone
    if order.clock is not None:
        return datetime.combine(order.until, order.clock, zone)
    return datetime.combine(order.until + timedelta(days=1), time(), zone)
