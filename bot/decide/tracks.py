"""What an agency owes in a round, by the day that it hangs on: missing forms on their deadline, open corrections on the
day until which they are asked for, each with the steps of its own ladder.

So a form with a longer deadline gets overdue steps of its own when that has passed. Pure; never fails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.decide.nudges import RoundStanding
from bot.decide.stepping import DueStep, last_day_of, steps_around
from bot.domain.ladder import LadderStep, Need
from bot.domain.office import WorkingTime
from bot.domain.round import Deadline, ObligationState, ObligationStatus

MISSING = (ObligationStatus.OPEN, ObligationStatus.OVERDUE)


@dataclass(frozen=True, slots=True)
class Track:
    """Obligations that hang on the same day, with the steps of their ladder that apply to them; `all_steps` are those
    that do not apply now, too.
    """

    deadline: Deadline
    steps: tuple[DueStep, ...]
    all_steps: tuple[DueStep, ...]


def runs_longer(obligation: ObligationState, now: datetime) -> bool:
    """Whether it has more time (an extension, a grace) that is not over yet."""
    return obligation.extended and now < obligation.deadline.instant


def tracks_of(
    standing: RoundStanding,
    asked: Sequence[ObligationState],
    active: Sequence[ObligationState],
    working_time: WorkingTime,
) -> tuple[Track, ...]:
    """Missing forms by their deadline, open corrections by their own; where the office has no ladder for corrections,
    these hang on the deadline as well. The earliest first.
    """
    round_, ladder = standing.round, standing.round.ladder
    missing = [o for o in active if o.status in MISSING]
    nothing = all(o.latest_version is None for o in asked)
    main: dict[date, list[ObligationState]] = {}
    for o in missing if ladder.correction else active:
        main.setdefault(last_day_of(o.deadline.instant, working_time), []).append(o)
    mending: dict[date, list[ObligationState]] = {}
    for o in active if ladder.correction else ():
        if o.status is ObligationStatus.CORRECTION_NEEDED:
            mending.setdefault(last_day_of(o.mend_by or o.deadline.instant, working_time), []).append(o)
    found = []
    for group in main.values():
        deadline = min((o.deadline for o in group), key=lambda d: d.instant)
        known_at = standing.deadline_set_at if any(o.extended for o in group) else round_.opens_at
        holds = _needs_that_hold(
            missing=any(o.status in MISSING for o in group),
            nothing=nothing,
            correction=any(o.status is ObligationStatus.CORRECTION_NEEDED for o in group),
        )
        found.append(_track(ladder.steps, deadline, known_at, holds, working_time))
    for group in mending.values():
        known_at = max(round_.opens_at, min(o.corrected_at or round_.opens_at for o in group))
        holds = _needs_that_hold(missing=bool(missing), nothing=False, correction=True)
        found.append(_track(ladder.correction, _mending(group), known_at, holds, working_time))
    return tuple(sorted(found, key=lambda track: track.deadline.instant))


def _track(
    steps: tuple[LadderStep, ...],
    deadline: Deadline,
    known_at: datetime,
    holds: frozenset[Need],
    working_time: WorkingTime,
) -> Track:
    every = steps_around(steps, deadline.instant, working_time.local(known_at).date(), working_time)
    return Track(deadline, tuple(due for due in every if due.step.needs in holds), every)


def _mending(group: Iterable[ObligationState]) -> Deadline:
    """The deadline's own words where a correction is due with it; else a day that no letter ever printed."""
    first = min(group, key=lambda o: o.mend_by or o.deadline.instant)
    if first.mend_by is None or first.mend_by == first.deadline.instant:
        return first.deadline
    return replace(first.deadline, instant=first.mend_by, printed="")


def _needs_that_hold(*, missing: bool, nothing: bool, correction: bool) -> frozenset[Need]:
    each = {
        Need.MISSING: missing,
        Need.NOTHING: missing and nothing,
        Need.CORRECTION: correction,
        Need.UNSETTLED: missing or correction,
    }
    return frozenset(need for need, holds in each.items() if holds)
