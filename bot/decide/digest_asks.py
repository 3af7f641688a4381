"""What agencies ask the coordinator for, as items of the page with their answers as links.

Mails that wait for an answer, and reports that ask for something beside: these wait for nothing themselves, so the item
stands until a decision answers it or what it is about has come. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.decide.asks import noted_asks
from bot.decide.digest_facts import DigestFacts, mail_line
from bot.domain.decision import Action, Decision, DecisionKind, Order
from bot.domain.digest import DigestItem
from bot.domain.mail import InboundRecord, Reason
from bot.domain.round import ObligationState, Round

ASKS = tuple(reason for reason in Reason if reason.is_ask)
_ANSWERS = (DecisionKind.EXTEND, DecisionKind.EXCUSE, DecisionKind.DECLINE)


def ask_item(facts: DigestFacts, mail: InboundRecord) -> DigestItem:
    """An agency's question. The day that it names is offered as long as it lies ahead."""
    round_ = facts.round(mail.round) or _sole_round(facts, mail.agency)
    told = {e.about: e for e in mail.evidence}
    reason = mail.reason if mail.reason in ASKS or "ask" not in told else told["ask"].value
    form = _form(mail, round_)
    until = day_of(told["until"].value) if "until" in told else None
    other = facts.agency(told["other"].value) if "other" in told else None
    params: dict[str, str | int | datetime] = {"found": told["ask"].found if "ask" in told else ""}
    if until:
        params["until"] = until.isoformat()
    if other:
        params["other"] = other.name
    # Where it stands beside a report, the mail's own reason is another.
    line = replace(mail_line(facts, mail), reason=reason)
    agency = facts.agency(mail.agency)
    item = DigestItem("ask", mail=line, round=round_, agency=agency, form=facts.forms.get(form), params=params)
    if round_ is None or not mail.agency:
        return replace(item, links=facts.links(Order(Action.DONE, mail_id=mail.id)))

    def order(action: Action, day: date | None = None) -> Order:
        assert round_ is not None
        return Order(action, round_.code, mail.agency or "", form, mail_id=mail.id, until=day)

    proposed = order(Action.EXTEND, until) if until is not None and until >= facts.today else None
    if reason == Reason.ASKS_EXTENSION:
        orders: tuple[Order | None, ...] = (proposed, order(Action.EXTEND), order(Action.EXCUSE), order(Action.DECLINE))
    else:
        orders = (order(Action.EXCUSE), order(Action.EXTEND), order(Action.DECLINE))
    return replace(item, links=facts.links(*orders))


def asks_beside(
    facts: DigestFacts, newest: Sequence[InboundRecord], owed: Mapping[tuple[str, str, str], ObligationState]
) -> Iterator[DigestItem]:
    """What reports' mails ask for beside: until it is answered, or what it is about has come. Of several that ask for
    the same, the newest.
    """
    seen: set[tuple[str, str, str]] = set()
    for mail in noted_asks(newest):
        round_ = facts.round(mail.round)
        if round_ is None or mail.agency not in round_.agencies or mail.agency is None:
            continue
        form = _form(mail, round_)
        states = [o for (r, a, f), o in owed.items() if (r, a) == (round_.code, mail.agency) and form in ("", f)]
        item = (round_.code, mail.agency, form)
        if item in seen or all(o.status.is_settled for o in states):
            continue
        seen.add(item)
        if not any(_answers(d, mail, form) for d in facts.decisions):
            yield ask_item(facts, mail)


def _answers(decision: Decision, mail: InboundRecord, form: str) -> bool:
    """Whether that decision answers what the mail asks for: given under it, or on the same since it came."""
    if decision.mail_id is not None:
        return decision.mail_id == mail.id
    same = (decision.round, decision.agency) == (mail.round, mail.agency) and decision.form in (None, form or None)
    return same and decision.kind in _ANSWERS and decision.at > mail.received_at


def _form(mail: InboundRecord, round_: Round | None) -> str:
    """The form that the ask's own sentence names and the agency owes; nothing where it speaks of all. What forms the
    files are stands in the evidence too.
    """
    sentences = {(e.source, e.found) for e in mail.evidence if e.about == "ask"}
    named = (e.value for e in mail.evidence if e.about == "form" and (e.source, e.found) in sentences)
    owed = {a.form for a in round_.of(mail.agency)} if round_ and mail.agency else set()
    return next((form for form in named if form in owed), "")


def _sole_round(facts: DigestFacts, agency: str | None) -> Round | None:
    rounds = [s.round for s in facts.states if agency in s.round.agencies]
    return rounds[0] if len(rounds) == 1 else None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
