"""Down-time: when nobody read the mailbox, and the grace that is proposed when that was close to a deadline.

Who mailed while the bot was away got no answer: a fault that would have been mended in time was not told in time. So
the coordinator is asked whether all of the round get a little longer. Nothing is granted here. Pure; never fails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.decision import Decision, DecisionKind, in_force
from bot.domain.office import Office, Vigilance
from bot.domain.round import Deadline, Round
from bot.domain.watch import Outage

EXPIRES_AFTER = timedelta(days=10)
"""So long after an outage has ended a grace is proposed for it."""


@dataclass(frozen=True, slots=True)
class GraceProposal:
    """More time for all of a round, on account of an outage. `until` is the first instant that would be late."""

    round: Round
    outage: Outage
    until: datetime


def outage_between(last: datetime | None, now: datetime, vigilance: Vigilance, trouble: str) -> Outage | None:
    """The down-time that ends with a complete reading at `now`, the one before it having been at `last` (None: never).

    `trouble` is the server's last word where the bot was running and failing, empty where it was not running.
    """
    if last is None or now - last <= vigilance.outage:
        return None
    return Outage(last, now, trouble)


def grace_proposals(
    rounds: Iterable[Round], outages: Sequence[Outage], decisions: Sequence[Decision], now: datetime, office: Office
) -> tuple[GraceProposal, ...]:
    """For each round that runs, the one grace to ask the coordinator about, if any.

    An outage counts when it covers at least `vigilance.outage` of the time `vigilance.near` before the deadline (that
    of a grace in force where there is one). A grace granted or declined after its end answers it. Of several the last
    one speaks.
    """
    held = in_force(decisions)
    found = []
    for round_ in rounds:
        if not (round_.opens_at <= now and round_.is_open(now)):
            continue
        mine = [d for d in held if d.round == round_.code and not d.agency]
        deadline = _deadline(round_, mine)
        counting = [o for o in outages if _counts(o, deadline, office.vigilance, now) and not _answered(o, mine)]
        if counting:
            outage = max(counting, key=lambda o: o.ended)
            found.append(GraceProposal(round_, outage, _until(deadline, outage, now, office)))
    return tuple(found)


def _deadline(round_: Round, decisions: Sequence[Decision]) -> datetime:
    graces = [d for d in decisions if d.kind is DecisionKind.GRACE and d.until is not None]
    newest = max(graces, key=lambda d: d.at, default=None)
    return newest.until if newest and newest.until else round_.deadline.instant


def _counts(outage: Outage, deadline: datetime, vigilance: Vigilance, now: datetime) -> bool:
    covered = min(outage.ended, deadline) - max(outage.began, deadline - vigilance.near)
    return covered >= vigilance.outage and outage.ended <= now < outage.ended + EXPIRES_AFTER


def _answered(outage: Outage, decisions: Sequence[Decision]) -> bool:
    return any(d.kind in (DecisionKind.GRACE, DecisionKind.DECLINE) and d.at >= outage.ended for d in decisions)


def _until(deadline: datetime, outage: Outage, now: datetime, office: Office) -> datetime:
    """The end of the `grace_days`-th working day after the later of outage and deadline; counted from today once that
    has passed, for nobody could keep it any more.
    """
    local = office.working_time.local(deadline)
    last_day = max(Deadline(local).last_day, office.working_time.local(outage.ended).date())
    until = _end_of(_later(last_day, office), local)
    return until if until > now else _end_of(_later(office.working_time.local(now).date(), office), local)


def _later(day: date, office: Office) -> date:
    return office.working_time.add_working_days(day, office.vigilance.grace_days)


def _end_of(day: date, deadline: datetime) -> datetime:
    """The first late instant of `day`: the deadline's own time of day, or midnight after it."""
    if deadline.time() != time():
        return datetime.combine(day, deadline.time(), deadline.tzinfo)
    return datetime.combine(day + timedelta(days=1), time(), deadline.tzinfo)
