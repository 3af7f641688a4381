"""The steps of one round that may speak to one agency today, or why none does.

Flow: what may be asked for, and is still owed → its tracks (`tracks`) → of each track the latest step that is due, or
the one that falls due later today → has it been spoken? is it too old, or too late for its kind?

What was due on an earlier day gives way to a step of today; of two steps on one day the first speaks and the second
never. Pure; never fails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.decide.nudges import REQUEST_STEP, NudgeReason, RoundStanding, nudge_key
from bot.decide.stepping import DueStep
from bot.decide.tracks import Track, runs_longer, tracks_of
from bot.domain.ladder import LadderStep, Need, StepKind
from bot.domain.letter import Why
from bot.domain.office import WorkingTime
from bot.domain.round import Deadline, ObligationState, ObligationStatus, Round

# A step that could not be sent within so many days has lost its meaning: the coordinator has long since telephoned.
STALE_AFTER = timedelta(days=10)
# How often one step is tried in vain: as often as an agency has kinds of contact. A server that refuses the mail
# itself would have it sent for ever.
MAX_TURNS = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that may speak today: it is due, or falls due later today. `turn` above 1: the ones before never
    arrived.
    """

    due: DueStep
    deadline: Deadline
    turn: int

    @property
    def is_request(self) -> bool:
        return self.due.step.code == REQUEST_STEP


@dataclass(frozen=True, slots=True)
class Outlook:
    """One round, for one agency, today. `why` holds as long as no candidate is due."""

    standing: RoundStanding
    why: Why
    candidates: tuple[Candidate, ...] = ()
    obligations: tuple[ObligationState, ...] = ()
    owed: tuple[ObligationState, ...] = ()
    upcoming: DueStep | None = None


def asked_of(round_: Round, agency: str, states: Sequence[ObligationState]) -> tuple[ObligationState, ...]:
    """Those of the agency's obligations for which it may be written to."""
    silent = {a.form for a in round_.of(agency) if not a.addressed}
    return tuple(s for s in states if s.form not in silent)


def request_of(round_: Round, working_time: WorkingTime) -> DueStep:
    """The opening letter as a step: it is due when the round opens."""
    opening = working_time.local(round_.opens_at)
    step = LadderStep(REQUEST_STEP, StepKind.REQUEST, 0, hour=opening.hour, minute=opening.minute, needs=Need.UNSETTLED)
    return DueStep(step, opening, opening.date())


def judge_round(standing: RoundStanding, agency: str, now: datetime, working_time: WorkingTime) -> Outlook:
    """The outlook of `agency` in that round at `now` (aware)."""
    round_ = standing.round
    asked = asked_of(round_, agency, standing.states)
    unsettled = tuple(s for s in asked if not s.status.is_settled)
    owed = tuple(s for s in unsettled if s.status is not ObligationStatus.HELD)
    silence = _silence(standing, asked, unsettled, owed, now)
    request = request_of(round_, working_time)
    if silence is None and now < round_.opens_at:
        silence = _why(NudgeReason.NOT_DUE, request)
    if silence is not None:
        return Outlook(standing, silence)
    today = working_time.local(now).date()
    active = tuple(o for o in owed if not runs_longer(o, now))
    tracks = tracks_of(standing, asked, active, working_time)
    upcoming = _upcoming(standing, (s for t in tracks for s in t.steps), today)
    if not any(step.at <= now for track in tracks for step in track.steps):
        deadline = min((o.deadline for o in owed), key=lambda d: d.instant)
        found = _judge(standing, agency, Track(deadline, (request,), (request,)), request, now, working_time)
        if isinstance(found, Candidate):
            return Outlook(standing, _why(NudgeReason.DUE, request), (found,), asked, owed, upcoming)
        if not active:
            until = min(o.deadline.instant for o in owed)
            later = tracks_of(standing, asked, owed, working_time)
            afterwards = tuple(s for t in later for s in t.steps if s.at >= t.deadline.instant)
            why = Why(NudgeReason.EXTENDED, {"deadline": working_time.local(until)})
            return Outlook(standing, _then(why, _upcoming(standing, afterwards, today)))
    running = {o.form for o in owed} - {o.form for o in active}
    judged = [_judge_track(standing, agency, track, now, today, upcoming, working_time) for track in tracks]
    candidates = tuple(c for c, _ in judged if c is not None)
    why = next((w for c, w in judged if c is None or c.due.at > now), judged[0][1])
    named = tuple(o for o in asked if o.form not in running)
    return Outlook(standing, why, candidates, named, active, upcoming)


def _silence(
    standing: RoundStanding,
    asked: Sequence[ObligationState],
    unsettled: Sequence[ObligationState],
    owed: Sequence[ObligationState],
    now: datetime,
) -> Why | None:
    """What silences the whole round, whatever its ladder says."""
    round_ = standing.round
    if standing.states and not asked:
        return Why(NudgeReason.NOT_ADDRESSED)
    if not unsettled:
        return Why(NudgeReason.SETTLED)
    if round_.closes_at is not None and not round_.is_open(now):
        return Why(NudgeReason.CLOSED, {"at": round_.closes_at})
    if standing.muted:
        return Why(NudgeReason.MUTED, {"reason": standing.muted})
    if any(s.status is ObligationStatus.HELD and s.latest_version is None for s in unsettled):
        return Why(NudgeReason.HELD)
    if not owed:
        return Why(NudgeReason.HELD_REST)
    return None


def _judge_track(
    standing: RoundStanding,
    agency: str,
    track: Track,
    now: datetime,
    today: date,
    upcoming: DueStep | None,
    working_time: WorkingTime,
) -> tuple[Candidate | None, Why]:
    """The step of that track that may speak today, and why it is silent until (or unless) one is due."""
    due = next((s for s in reversed(track.steps) if s.at <= now), None)
    today_still = [s for s in track.steps if s.at > now and s.day == today]
    # The first of that day; of several at one time the last, as when they are due.
    later = next((s for s in reversed(today_still) if s.at == today_still[0].at), None)
    if later is not None and (due is None or due.day < today):
        found = _judge(standing, agency, track, later, now, working_time)
        if isinstance(found, Candidate):
            return found, _why(NudgeReason.NOT_DUE, later)
        return None, _then(found, upcoming)
    if due is None:
        following = next((s for s in track.steps if s.at > now), None)
        return None, _why(NudgeReason.NOT_DUE, following) if following else Why(NudgeReason.NO_STEP)
    found = _judge(standing, agency, track, due, now, working_time)
    if isinstance(found, Candidate):
        return found, _why(NudgeReason.DUE, due)
    return None, _then(found, upcoming)


def _judge(
    standing: RoundStanding,
    agency: str,
    track: Track,
    due: DueStep,
    now: datetime,
    working_time: WorkingTime,
) -> Candidate | Why:
    """Whether `due` may still be spoken."""
    turn = _next_turn(standing, nudge_key(standing.round, agency, due.step, track.deadline))
    if turn is None or _was_that_day(standing, agency, track, due, working_time):
        return _why(NudgeReason.SPOKEN, due)
    if now - due.at >= STALE_AFTER:
        why = _why(NudgeReason.STALE, due)
        return Why(why.code, {**why.params, "days": STALE_AFTER.days})
    if due.step.kind.is_before and now >= track.deadline.instant:
        deadline = working_time.local(track.deadline.instant)
        return Why(NudgeReason.PASSED, {"step": due.step.code, "deadline": deadline})
    if turn > MAX_TURNS:
        return Why(NudgeReason.UNREACHED, {"step": due.step.code, "turns": MAX_TURNS})
    return Candidate(due, track.deadline, turn)


def _next_turn(standing: RoundStanding, key: str) -> int | None:
    """In which turn the step of `key` may be spoken; None: it has been. A step that the office has made overdue or
    escalation since then is the same step.
    """
    if not standing.records:
        return 1
    spoken = {_without_kind(r.mark.key): r.mark.key in standing.void for r in standing.records}
    name, turn = _without_kind(key), 1
    while (in_vain := spoken.get(name if turn == 1 else f"{name}:{turn}")) is not None:
        if not in_vain:
            return None
        turn += 1
    return turn


def _without_kind(key: str) -> str:
    return key.partition(":")[2]


def _was_that_day(standing: RoundStanding, agency: str, track: Track, due: DueStep, working_time: WorkingTime) -> bool:
    """Whether the agency had the request, or an earlier step of the same day, on the day of `due`: that has said the
    same.
    """
    rivals = {
        _without_kind(nudge_key(standing.round, agency, step.step, track.deadline))
        for step in track.all_steps
        if step.day == due.day and step.step.code != due.step.code
    }
    if due.step.code != REQUEST_STEP:
        rivals.add(f"{standing.round.code}:{agency}")
    names = {name for rival in rivals for name in (rival, *(f"{rival}:{n}" for n in range(2, MAX_TURNS + 1)))}
    return any(
        r.mark.key not in standing.void
        and _without_kind(r.mark.key) in names
        and working_time.local(r.outgoing.queued_at).date() == due.day
        for r in standing.records
    )


def _upcoming(standing: RoundStanding, steps: Iterable[DueStep], today: date) -> DueStep | None:
    """The next of them on a later day, while the round is open."""
    closes_at = standing.round.closes_at
    later = (s for s in steps if s.day > today and (closes_at is None or s.at < closes_at))
    return min(later, key=lambda s: s.at, default=None)


def _why(code: NudgeReason, due: DueStep) -> Why:
    return Why(code, {"step": due.step.code, "at": due.at})


def _then(why: Why, upcoming: DueStep | None) -> Why:
    """The same reason, with the step that comes next."""
    if upcoming is None:
        return why
    return Why(why.code, {**why.params, "next": upcoming.step.code, "next_at": upcoming.at})
