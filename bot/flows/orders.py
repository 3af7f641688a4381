"""A decision that comes as an answered link in a mail.

Flow: a mail that no program wrote (screening comes first), with an order in its subject → who wrote it, and does the
receiving server say so where the office asks for that → does the code fit → the decision, prepared as by command → the
confirmation with its undo link. The caller commits mail, decision, used code and answers in one transaction.

A refusal is explained: to a coordinator who wrote, under that mail; of anybody else the coordinator is told in a fresh
mail, and the stranger nothing, not even that the mail was read. One notice a mail, and a day's worth of them at most,
counted apart for who names a coordinator and who does not: where the office asks for no proof anybody can write that
name, and strangers must not use up what the coordinator is told.
An order that was forwarded is refused like any other; one in the body only where a coordinator wrote it, and not where
its code has been used: a reply may still hold what it answers.
An order carries no files: those of a coordinator's order are left alone and named in the answer. Any other
mail with files goes the way of every report, whatever its subject says: no report is lost to a word in brackets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time

from bot.decide.order_words import GRAMMARS, Place, WrittenOrder
from bot.decide.orders import Refusal, judge, read_order
from bot.decide.screening import Screening
from bot.domain.decision import Action, Decision, DecisionKind, Order, ReplyLink, Resolution
from bot.domain.ledger import origin_of
from bot.domain.letter import Thread
from bot.domain.mail import InboundMail, InboundRecord, Outcome, OutgoingMail, Reason
from bot.domain.notice import OrderNotice
from bot.flows.order_links import link_for
from bot.flows.order_resolutions import resolution_of
from bot.flows.services import Services
from bot.flows.targets import DecisionError
from bot.flows.telling import next_number
from bot.flows.trusted import may_decide
from bot.flows.undoing import cannot_undo


@dataclass(frozen=True, slots=True)
class TakenOrder:
    """What an order came to: everything that is committed with its mail. `resolution` None: it was refused."""

    reason: Reason
    outgoing: tuple[OutgoingMail, ...] = ()
    resolution: Resolution | None = None
    used_code: str = ""


def order_in(
    services: Services, record: InboundRecord, mail: InboundMail, screening: Screening, *, has_documents: bool
) -> TakenOrder | None:
    """Judges the order in that mail and prepares what follows from it; None when there is none. Commits nothing."""
    if screening.reason not in (None, Reason.COORDINATOR_MAIL, Reason.AMBIGUOUS_SENDER):
        return None
    is_coordinator = screening.reason is Reason.COORDINATOR_MAIL
    written = read_order(mail.subject, mail.text)
    if written is None or not _is_meant(services, written, is_coordinator=is_coordinator, has_documents=has_documents):
        return None
    judged = judge(
        written,
        secret=services.secret,
        log=services.store.decision_log(),
        registry=services.registry,
        today=services.office.working_time.local(record.received_at).date(),
        is_coordinator=is_coordinator,
        is_authentic=is_coordinator and may_decide(services, record, mail),
        titles={code: form.short_title for code, form in services.forms.items()},
    )
    taken = _carried_out(services, record, mail, written, judged) if isinstance(judged, Order) else judged
    if isinstance(taken, TakenOrder):
        return taken
    services.journal.warning("order_refused", mail=record.id, why=taken.code)
    return TakenOrder(Reason.ORDER_REFUSED, _refused(services, record, mail, written, taken))


def _is_meant(services: Services, written: WrittenOrder, *, is_coordinator: bool, has_documents: bool) -> bool:
    """Whether that mail is dealt with as an order at all, be it obeyed or refused."""
    if is_coordinator and written.place is Place.SUBJECT:
        return True
    if has_documents or written.code is None:
        return False
    if written.place is Place.BODY:
        return is_coordinator and not services.store.code_was_used(written.code.text)
    return True


def _carried_out(
    services: Services, record: InboundRecord, mail: InboundMail, written: WrittenOrder, order: Order
) -> TakenOrder | Refusal:
    why = written.reason or GRAMMARS[services.office.language].no_reason
    try:
        resolution = resolution_of(services, order, who=mail.sender, why=why)
    except DecisionError as error:
        params = {name: str(value) for name, value in error.params.items() if not isinstance(value, datetime)}
        return Refusal(error.code, params)
    decision = replace(resolution.decision, by_mail=record.id, id=next_number(services))
    resolution = replace(resolution, decision=decision)
    lasting = cannot_undo(decision)
    undo = Order(Action.UNDO, round=decision.round, agency=decision.agency, decision_id=decision.id)
    notice = _notice(
        services,
        record,
        mail,
        order,
        decision=decision,
        undo=None if lasting else link_for(services, undo, services.now()),
        thread=Thread(mail.message_id, mail.references, mail.subject),
        params=_effects(resolution) | ({"lasting": lasting.code} if lasting else {}) | _undone(services, decision),
    )
    answer = services.composer.compose(notice, at=services.now(), origin=origin_of(record))
    assert written.code is not None
    return TakenOrder(Reason.ORDER, (answer,), resolution, written.code.text)


def _effects(resolution: Resolution) -> dict[str, str | int | datetime]:
    """What followed: who was told, how many, which mails go on or wait no longer."""
    told = [m for m in resolution.outgoing if m.agency]
    return {
        "told": ", ".join(dict.fromkeys(a for m in told for a in m.recipients)) if len(told) == 1 else "",
        "agencies": len(told),
        "reopened": len(resolution.reopens),
        "closed": ", ".join(str(m) for m in resolution.closes),
    }


def _undone(services: Services, decision: Decision) -> dict[str, str | int | datetime]:
    old = next((d for d in services.store.decision_log() if d.id == decision.undoes), None)
    return {"undone": old.kind.value} if old and decision.kind is DecisionKind.UNDO else {}


def _refused(
    services: Services, record: InboundRecord, mail: InboundMail, written: WrittenOrder, refusal: Refusal
) -> tuple[OutgoingMail, ...]:
    """The answer under the coordinator's own mail, or a fresh one to the coordinator where nobody vouches for who wrote
    it. Nobody can fill the coordinator's mailbox: no more of these than an agency gets answers a day.
    """
    trusted = refusal.code not in ("not_a_coordinator", "unauthenticated")
    if _refused_today(services, mail.sender) >= services.office.max_answers_per_day:
        services.journal.warning("refusals_capped", mail=record.id)
        return ()
    params: dict[str, str | int | datetime] = dict(refusal.params)
    if refusal.expired_on is not None:
        local = services.office.working_time.local(services.now())
        params["expired_on"] = datetime.combine(refusal.expired_on, time(12), local.tzinfo)
    notice = _notice(
        services,
        record,
        mail,
        written.order if trusted else None,
        refusal=refusal.code,
        decision=refusal.decision,
        thread=Thread(mail.message_id, mail.references, mail.subject) if trusted else None,
        params=params,
    )
    return (services.composer.compose(notice, at=services.now(), origin=origin_of(record)),)


def _refused_today(services: Services, sender: str) -> int:
    """How many were refused today of those that name a coordinator, or of all others, as `sender` is."""
    named = services.office.coordinator_addresses
    local = services.office.working_time.local(services.now())
    midnight = datetime.combine(local.date(), time(0), local.tzinfo)
    refused = [m for m in services.store.mails(outcome=Outcome.IGNORED) if m.reason == Reason.ORDER_REFUSED]
    alike = [m for m in refused if (m.sender in named) == (sender in named)]
    return sum(m.finished_at is not None and m.finished_at >= midnight for m in alike)


def _notice(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    order: Order | None,
    *,
    decision: Decision | None = None,
    refusal: str = "",
    params: Mapping[str, str | int | datetime],
    undo: ReplyLink | None = None,
    thread: Thread | None = None,
) -> OrderNotice:
    about = decision or order
    code, form = (about.agency, about.form or "") if about else ("", "")
    round_ = services.round(about.round) if about else None
    files = sum(not a.inline for a in mail.attachments)
    return OrderNotice(
        key=f"order:{record.id}",
        to=(mail.sender if thread else services.office.coordinator.address,),
        at=services.now(),
        sender=mail.sender or ", ".join(mail.from_addresses),
        subject=mail.subject,
        order=order,
        decision=decision,
        agency=services.registry.get(code) if code in services.registry else None,
        round=round_,
        forms=(services.forms[form],) if form in services.forms else (),
        refusal=refusal,
        params={**params, "files": files},
        undo=undo,
        thread=thread,
        mail_id=record.id,
    )
