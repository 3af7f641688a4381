"""What waits for the coordinator's decision, each with its answers as links.

Mails, states, proposals and the reading go in; items come out in the order in which they press: what keeps everybody
from being reminded, time that was lost, agencies that ask for what can still be granted, strangers' mails with files,
mails whose way is not clear, reports that nobody could judge, the rest; the newest first within each, so that old ones
never push a new one out of a page. An item proposes only what its evidence speaks for; what the evidence leaves open is
left open in the
link, for the coordinator to fill in. Pure.
"""

from collections.abc import Container, Iterator, Sequence
from datetime import date, datetime, timedelta

from bot.decide.digest_asks import ASKS, ask_item, asks_beside, day_of
from bot.decide.digest_facts import DigestFacts, mail_line
from bot.decide.trust import ABOUT
from bot.domain.decision import Action, DecisionKind, Order
from bot.domain.digest import DigestItem
from bot.domain.form import Severity
from bot.domain.mail import EvidenceSource, InboundRecord, Outcome, Reason
from bot.domain.round import ObligationState, ObligationStatus
from bot.domain.submission import Submission, Verdict

MAX_PROPOSALS = 3
ORDER = ("unread", "grace", "ask", "files", "mail", "flood", "version", "rest")
_STRENGTH = {source: at for at, source in enumerate(EvidenceSource)}
_WHOSE = (Reason.AMBIGUOUS_AGENCY, Reason.AMBIGUOUS_SENDER, Reason.WRONG_AGENCY)
_WHICH_ROUND = (Reason.AMBIGUOUS_ROUND, Reason.NO_OPEN_ROUND)


def waiting_items(facts: DigestFacts) -> tuple[DigestItem, ...]:
    """Everything that waits at `facts.now`; of one kind, the newest first."""
    items = [*_unread(facts), *_graces(facts)]
    owed = {(s.round.code, o.agency, o.form): o for s in facts.states for o in s.obligations}
    newest = sorted(facts.mails, key=lambda m: (m.received_at, m.id), reverse=True)
    for mail in newest:
        if mail.reason == Reason.FLOOD:
            continue
        if mail.outcome in (Outcome.HELD, Outcome.PARKED):
            items += _of_mail(facts, mail, owed)
    items += _floods(facts, newest)
    items += asks_beside(facts, newest, owed)
    with_files = {mail.id for mail in facts.mails if mail.attachments}
    items.sort(key=_age, reverse=True)
    return tuple(sorted(items, key=lambda item: ORDER.index(_press(facts, item, with_files))))


def _age(item: DigestItem) -> tuple[float, int]:
    return (item.mail.received_at.timestamp(), item.mail.mail_id) if item.mail else (0.0, 0)


def _press(facts: DigestFacts, item: DigestItem, with_files: Container[int]) -> str:
    """The word of ORDER by which the item stands in its place."""
    if item.what == "ask":
        until = item.params.get("until")
        return "rest" if isinstance(until, str) and (day := day_of(until)) and day < facts.today else "ask"
    if item.what == "sender":
        return "files" if item.mail and item.mail.mail_id in with_files else "rest"
    return item.what


def _unread(facts: DigestFacts) -> Iterator[DigestItem]:
    if facts.unread is not None:
        yield DigestItem("unread", params={**facts.unread.params, "why": facts.unread.code})


def _graces(facts: DigestFacts) -> Iterator[DigestItem]:
    for proposal in facts.proposals:
        order = Order(Action.GRACE, proposal.round.code, until=_last_day(facts, proposal.until))
        yield DigestItem(
            "grace",
            facts.links(order, Order(Action.DECLINE, proposal.round.code)),
            round=proposal.round,
            params={
                "from": proposal.outage.began,
                "to": proposal.outage.ended,
                "until": proposal.until,
                "error": proposal.outage.why,
            },
        )


def _of_mail(
    facts: DigestFacts, mail: InboundRecord, owed: dict[tuple[str, str, str], ObligationState]
) -> Iterator[DigestItem]:
    held = [s for s in mail.submissions if s.verdict is Verdict.HELD]
    if mail.reason in ASKS:
        yield ask_item(facts, mail)
    elif mail.reason == Reason.UNKNOWN_SENDER:
        yield _sender(facts, mail)
    elif undecided := [s for s in held if _waits(facts, s, owed.get((s.round, s.agency, s.form)))]:
        yield from (_version(facts, mail, s) for s in undecided)
    elif not held or any(f.severity is Severity.HOLD for f in mail.findings):
        yield _mail(facts, mail)


def _waits(facts: DigestFacts, submission: Submission, state: ObligationState | None) -> bool:
    """Whether nobody has decided on that version, and no newer one has taken its place."""
    if state is not None:
        return state.status is ObligationStatus.HELD and state.latest_version == submission.version
    return not any(
        d.kind in (DecisionKind.ACCEPT, DecisionKind.RETURN)
        and (d.round, d.agency) == (submission.round, submission.agency)
        and d.form in (None, submission.form)
        and d.version in (None, submission.version)
        for d in facts.decisions
    )


def _version(facts: DigestFacts, mail: InboundRecord, submission: Submission) -> DigestItem:
    def order(action: Action) -> Order:
        return Order(action, submission.round, submission.agency, submission.form, submission.version)

    blocking = tuple(f for f in submission.findings if f.severity is Severity.HOLD)
    return DigestItem(
        "version",
        facts.links(order(Action.ACCEPT), order(Action.RETURN)),
        mail=mail_line(facts, mail),
        round=facts.round(submission.round),
        agency=facts.agency(submission.agency),
        form=facts.forms.get(submission.form),
        version=submission.version,
        findings=blocking or tuple(f for f in submission.findings if f.severity is Severity.ERROR),
    )


def _floods(facts: DigestFacts, newest: Sequence[InboundRecord]) -> Iterator[DigestItem]:
    """One item an address, however many of its mails were put aside."""
    aside: dict[str, list[InboundRecord]] = {}
    for mail in newest:
        if mail.outcome is Outcome.HELD and mail.reason == Reason.FLOOD:
            aside.setdefault(mail.sender, []).append(mail)
    for mails in aside.values():
        times = {"from": mails[-1].received_at, "to": mails[0].received_at}
        yield DigestItem("flood", mail=mail_line(facts, mails[0]), params={"count": len(mails), **times})


def _sender(facts: DigestFacts, mail: InboundRecord) -> DigestItem:
    """A stranger: whose address it may be, by what the mail says of itself, another agency, or done by hand."""
    named = _agencies(facts, mail)
    proposed = [Order(Action.BIND, mail_id=mail.id, whose=code) for code in named]
    orders = (*proposed, Order(Action.BIND, mail_id=mail.id), Order(Action.DONE, mail_id=mail.id))
    return DigestItem("sender", facts.links(*orders), mail=mail_line(facts, mail), params=_names(facts, named))


def _mail(facts: DigestFacts, mail: InboundRecord) -> DigestItem:
    """A mail whose way is not clear: go on as what the evidence says, or done by hand."""
    done, named = Order(Action.DONE, mail_id=mail.id), _agencies(facts, mail)
    if mail.reason == Reason.TOO_BIG:
        orders = [done]
    elif mail.reason in _WHOSE:
        orders = [Order(Action.RELEASE, mail_id=mail.id, whose=code) for code in named]
        orders += [Order(Action.RELEASE, mail_id=mail.id), done]
    elif mail.reason in _WHICH_ROUND:
        orders = [Order(Action.RELEASE, code, mail_id=mail.id) for code in _rounds(facts, mail)]
        orders.append(done)
    elif mail.reason == Reason.NO_ATTACHMENT:
        orders = [done, Order(Action.RELEASE, mail_id=mail.id)]
    else:
        orders = [Order(Action.RELEASE, mail_id=mail.id), done]
    return DigestItem(
        "mail",
        facts.links(*orders),
        mail=mail_line(facts, mail),
        round=facts.round(mail.round),
        agency=facts.agency(mail.agency),
        findings=tuple(f for f in mail.findings if f.severity is Severity.HOLD),
        params=_names(facts, named) | _vouching(facts, mail),
    )


def _vouching(facts: DigestFacts, mail: InboundRecord) -> dict[str, str | int | datetime]:
    """How it was found that nobody vouches for the sender, and whose address that is."""
    found = next((e for e in mail.evidence if e.about == ABOUT), None)
    if mail.reason != Reason.UNAUTHENTICATED or found is None:
        return {}
    owners = (a.name for a in facts.registry if mail.sender in a.addresses(facts.today))
    return {"vouching": found.value, "detail": found.found, "claims": next(owners, "")}


def _names(facts: DigestFacts, codes: list[str]) -> dict[str, str | int | datetime]:
    return {f"name.{code}": facts.registry.get(code).name for code in codes}


def _agencies(facts: DigestFacts, mail: InboundRecord) -> list[str]:
    """The agencies that the evidence names, by the strength of its source."""
    named = sorted((e for e in mail.evidence if e.about == "agency"), key=lambda e: _STRENGTH[e.source])
    return [c for c in dict.fromkeys(e.value for e in named) if c in facts.registry][:MAX_PROPOSALS]


def _rounds(facts: DigestFacts, mail: InboundRecord) -> list[str]:
    """The open rounds that the evidence names, or else all that the agency (if it is known) owes something in."""
    known = {s.round.code: s.round for s in facts.states}
    named = sorted((e for e in mail.evidence if e.about == "round"), key=lambda e: _STRENGTH[e.source])
    found = [e.value for e in named if e.value in known]
    rest = [code for code, r in known.items() if mail.agency is None or mail.agency in r.agencies]
    return list(dict.fromkeys(found or rest))[:MAX_PROPOSALS]


def _last_day(facts: DigestFacts, until: datetime) -> date:
    return (facts.office.working_time.local(until) - timedelta(microseconds=1)).date()
