"""The nudge ladder (thang nhắc việc): whether an agency is written to now, of what, and why, or why not.

One agency over all its rounds goes in; one mail at most comes out. The rules, in this order, first within each round
(`round_steps`):

1. letters that do not address the agency; everything settled; the round closed; muted; a mail of it waits for a person
2. what runs under an extension or a grace is left out until that is over; a request still goes out
3. the ladder: only the latest step that is due and whose `needs` hold; nothing is made up for. Not one that has been
   spoken, unless its mail came back (then in the next turn, on the same day too); not after ten days; no reminder
   after the deadline, nothing overdue before it

then over all of them, once a step is due:

4. outside office hours nothing; one mail a day; the fairness gate (an unread mailbox, a waiting mail that may be this
   agency's) silences all but a request, which does not say that anything is missing (a stranger's mail silences
   reminders for two working days only, lateness until it is decided); `quiet_hours` after a mail of its
   own (the strictest of its rounds): the step waits
5. one mail for all that is due, with what falls due later today in it; lateness leads, then reminders, then requests,
   and of these the earliest deadline

Every silence and every nudge has its reason. Pure; never fails.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.decide.fairness import Reading
from bot.decide.nudges import (
    AgencyStanding,
    Nudge,
    NudgeReason,
    RoundStanding,
    Verdict,
    nudge_key,
)
from bot.decide.round_steps import STALE_AFTER, Candidate, Outlook, asked_of, judge_round
from bot.decide.stepping import DueStep, last_day_of, next_opening
from bot.domain.ladder import StepKind
from bot.domain.letter import Why
from bot.domain.mail import NudgeMark
from bot.domain.office import WorkingTime
from bot.domain.round import RoundState

__all__ = [
    "STALE_AFTER",
    "AgencyStanding",
    "DueStep",
    "Nudge",
    "NudgeReason",
    "RoundStanding",
    "Verdict",
    "asked_of",
    "decide_nudges",
    "nudge_key",
    "partners_to_tell",
]

_RANK = {StepKind.ESCALATION: 0, StepKind.OVERDUE: 0, StepKind.REMINDER: 1, StepKind.REQUEST: 2}


def partners_to_tell(state: RoundState, agency: str) -> tuple[str, ...]:
    """The partners of `agency`'s unsettled duties that get no request of their own, because nothing (more) is asked of
    them: they are told by a copy of the lead's request.
    """
    settled = {s.form for s in state.of(agency) if s.status.is_settled}
    partners = dict.fromkeys(p for duty in state.round.of(agency) if duty.form not in settled for p in duty.partners)
    return tuple(p for p in partners if all(s.status.is_settled for s in asked_of(state.round, p, state.of(p))))


def decide_nudges(standing: AgencyStanding, reading: Reading, *, now: datetime, working_time: WorkingTime) -> Verdict:
    """What `standing.agency` is written of at `now` (aware), in one mail, and why it is not written of the rest."""
    silences: dict[str, Why] = {}
    speaking: list[tuple[Outlook, tuple[Candidate, ...]]] = []
    for standing_there in standing.rounds:
        outlook = judge_round(standing_there, standing.agency, now, working_time)
        code = standing_there.round.code
        silences[code] = outlook.why
        due = next((c for c in outlook.candidates if c.due.at <= now), None)
        allowed = tuple(c for c in outlook.candidates if _unread(reading, standing.agency, c) is None)
        unread = _unread(reading, standing.agency, due) if due is not None and not allowed else None
        silence = _gate(standing, due, unread, now, working_time) if due is not None else None
        if silence is not None:
            silences[code] = silence
        elif allowed:
            speaking.append((outlook, allowed))
    # What falls due later today rides with what is due; it starts no mail of its own.
    if not any(c.due.at <= now for _, candidates in speaking for c in candidates):
        return Verdict((), silences)
    nudges = sorted(
        (_nudge(outlook, standing.agency, candidates, now, working_time) for outlook, candidates in speaking),
        key=lambda nudge: (_RANK[nudge.step.kind], nudge.deadline.instant),
    )
    spoken = {nudge.round.code for nudge in nudges}
    return Verdict(tuple(nudges), {code: why for code, why in silences.items() if code not in spoken})


def _unread(reading: Reading, agency: str, candidate: Candidate) -> Why | None:
    """Why that step may not speak as long as not everything was looked into; None: it may. A request always may."""
    if candidate.is_request:
        return None
    return reading.silence(agency, late=not candidate.due.step.kind.is_before)


def _gate(
    standing: AgencyStanding, due: Candidate, unread: Why | None, now: datetime, working_time: WorkingTime
) -> Why | None:
    """Why `due` may not be sent at this moment, whatever it says; None: it may."""
    step = due.due.step.code
    if not standing.is_reachable:
        return Why(NudgeReason.NO_ADDRESS, {"step": step})
    if not working_time.is_open(now):
        return Why(NudgeReason.OUTSIDE_HOURS, {"step": step, "opens": next_opening(now, working_time)})
    if standing.last_nudge_on == working_time.local(now).date():
        return Why(NudgeReason.ONCE_A_DAY, {"step": step})
    if unread is not None:
        return unread
    quiet = timedelta(hours=max(r.round.ladder.quiet_hours for r in standing.rounds))
    last = standing.last_mail_at
    if last is not None and last <= now < last + quiet:
        local = working_time.local
        return Why(NudgeReason.QUIET, {"step": step, "mail_at": local(last), "until": local(last + quiet)})
    return None


def _nudge(
    outlook: Outlook, agency: str, candidates: Sequence[Candidate], now: datetime, working_time: WorkingTime
) -> Nudge:
    round_, today = outlook.standing.round, working_time.local(now).date()
    ordered = sorted(candidates, key=lambda c: (_RANK[c.due.step.kind], c.deadline.instant))
    marks = tuple(
        NudgeMark(nudge_key(round_, agency, c.due.step, c.deadline, c.turn), round_.code, c.due.step.code)
        for c in ordered
    )
    leading = ordered[0]
    last_day = last_day_of(leading.deadline.instant, working_time)
    return Nudge(
        round=round_,
        step=leading.due.step,
        key=marks[0].key,
        marks=marks,
        deadline=leading.deadline,
        obligations=outlook.obligations,
        owed=outlook.owed,
        days=abs((last_day - today).days),
        working_days=working_time.working_days_between(min(today, last_day), max(today, last_day)),
        upcoming=outlook.upcoming,
        why=_reason(leading, len(outlook.owed), now),
    )


def _reason(leading: Candidate, count: int, now: datetime) -> Why:
    params: dict[str, str | int | datetime] = {"step": leading.due.step.code, "at": leading.due.at, "count": count}
    if leading.turn > 1:
        return Why(NudgeReason.AGAIN, {**params, "turn": leading.turn})
    return Why(NudgeReason.PULLED if leading.due.at > now else NudgeReason.DUE, params)
