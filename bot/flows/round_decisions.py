"""Decisions on a whole round: more time for everybody or none, or no more reminders."""

from datetime import datetime

from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.mail import OutgoingMail
from bot.domain.round import Round
from bot.flows.services import Services
from bot.flows.snapshot import load_states
from bot.flows.targets import DecisionError, Target, one_line
from bot.flows.telling import tell


def grace(services: Services, round_: Round, until: datetime, *, who: str, why: str) -> Resolution:
    """A new deadline for everybody in the round. `until` is the first instant that is late. Whoever still owes
    something is told.
    """
    now = services.now()
    if until <= now:
        raise DecisionError("deadline_passed", until=until)
    if until <= round_.deadline.instant:
        raise DecisionError("grace_earlier", until=until, deadline=round_.deadline.instant)
    decision = Decision(DecisionKind.GRACE, now, who, one_line(why), round=round_.code, until=until)
    return Resolution(decision, outgoing=tell_round(services, round_, decision))


def no_grace(services: Services, round_: Round, *, who: str, why: str) -> Resolution:
    """A proposed grace is not granted: it is proposed no more. Nobody asked for it, so nobody is told."""
    return Resolution(Decision(DecisionKind.DECLINE, services.now(), who, one_line(why), round=round_.code))


def mute(services: Services, round_: Round, *, who: str, why: str) -> Resolution:
    """Nobody is reminded in this round until the decision is taken back. Answers to reports go on."""
    known = services.store.decisions(round=round_.code)
    if standing := next((d for d in known if d.kind is DecisionKind.MUTE), None):
        raise DecisionError("muted_already", round=round_.code, decision=standing.id)
    decision = Decision(DecisionKind.MUTE, services.now(), who, one_line(why), round=round_.code)
    return Resolution(decision)


def tell_round(
    services: Services, round_: Round, decision: Decision, takes_back: Decision | None = None
) -> tuple[OutgoingMail, ...]:
    """The mails to all who still owe something in the round and are written to."""
    (state,) = load_states(services, (round_,), services.now())
    addressed = {a.agency for a in round_.assignments if a.addressed}
    mails: list[OutgoingMail] = []
    for code, obligations in state.by_agency():
        if code in addressed and any(not o.status.is_settled for o in obligations):
            aim = Target(round_, services.registry.get(code))
            mails += tell(services, aim, decision, takes_back=takes_back)
    return tuple(mails)
