"""The paper at the end of the ladder: whether a draft công văn đôn đốc is due, and who is named in it.

One round's state goes in; a letter's facts come out, or why there is none. A letter hangs on one deadline: at the day
and time of the last step behind it, the coordinator gets one draft that names all whose own time is over by then.
An extension has its own deadline and so, where somebody still owes at its end, a letter of its own. So have those of
whom nothing but a correction is open: its ladder ends on a day of its own, and until then our mails promise steps.

What might wrong an agency is left out rather than put in: a deadline or a time for mending that still runs, a mail of
theirs that waits for a person, a mailbox that was not read to its end. Whoever our mail does not reach is never called
silent.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from bot.decide.fairness import Reading
from bot.decide.reminding import STALE_AFTER
from bot.decide.stepping import due_at, last_day_of
from bot.domain.ladder import LadderStep
from bot.domain.letter import Why
from bot.domain.office import WorkingTime
from bot.domain.round import Deadline, ObligationState, ObligationStatus, Round, RoundState

# By when the letter asks for the report: a proposal, which the coordinator checks before signing.
ANSWER_WORKING_DAYS = 2


@dataclass(frozen=True, slots=True)
class Missing:
    """One agency in the letter: what is still owed of it, in the order of the letter that assigned it."""

    agency: str
    owed: tuple[ObligationState, ...]

    @property
    def deadline(self) -> Deadline:
        """The earliest of its own."""
        return min((o.deadline for o in self.owed), key=lambda d: d.instant)


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Who is named: those of whom nothing has come, those of whom a part is missing or to be mended, and those whom no
    mail of ours reaches. `deadline` is the one whose ladder, or whose corrections', has ended; `answer_by` a proposed
    local day.
    """

    round: Round
    key: str
    deadline: Deadline
    silent: tuple[Missing, ...]
    unfinished: tuple[Missing, ...]
    unreached: tuple[Missing, ...]
    answer_by: date

    @property
    def named(self) -> tuple[Missing, ...]:
        return (*self.silent, *self.unfinished, *self.unreached)


def letter_key(round_: Round, deadline: Deadline, working_time: WorkingTime) -> str:
    """`escalation:ROUND:letter:DAY`, the last local day of the deadline: one letter a deadline, for ever."""
    return f"escalation:{round_.code}:letter:{last_day_of(deadline.instant, working_time).isoformat()}"


def correction_letter_key(round_: Round, ended_on: date) -> str:
    """`escalation:ROUND:letter:DAY:correction`, the local day of the last step of the corrections' ladder. An extended
    deadline on that day has the key without the last word.
    """
    return f"escalation:{round_.code}:letter:{ended_on.isoformat()}:correction"


def letter_due(
    state: RoundState,
    *,
    reading: Reading,
    muted: str,
    unreached: Collection[str],
    sent: Collection[str],
    now: datetime,
    working_time: WorkingTime,
) -> LetterFacts | Why:
    """The letter that is due now, or why there is none.

    `muted` is why nobody is nudged in this round, empty when they are; `unreached` are agencies to whom nothing could
    be delivered; `sent` the keys of letters that were queued before.
    """
    round_ = state.round
    if muted:
        return Why("round_muted", {"why": muted})
    if unread := reading.why or reading.why_late:
        return unread
    if not round_.is_open(now):
        return Why("round_closed")
    if not working_time.is_open(now):
        return Why("outside_hours")
    asked = _asked(state)
    if not any(not o.status.is_settled for owed in asked.values() for o in owed):
        return Why("all_received")
    over = {code: _over(owed, now) for code, owed in asked.items() if not _waits(code, owed, reading)}
    behind = [Missing(code, owed) for code, owed in over.items() if owed]
    if not behind:
        return Why("letter_nobody_over")
    ends = [(m, end) for m in behind if (end := _end_of(round_, m, working_time)) is not None]
    ended = [(m, end) for m, end in ends if end.at <= now]
    if not ended:
        return Why("letter_not_yet")
    named = tuple(m for m, _ in ended)
    # The latest ladder that has come to its end speaks for those before it.
    at, deadline, key = max((end for _, end in ended), key=lambda end: end.at)
    if key in sent:
        return Why("letter_written")
    if now - at >= STALE_AFTER:
        return Why("letter_stale")
    has_come = {code for code, owed in asked.items() if any(o.latest_version is not None for o in owed)}
    return LetterFacts(
        round=round_,
        key=key,
        deadline=deadline,
        silent=tuple(m for m in named if m.agency not in has_come and m.agency not in unreached),
        unfinished=tuple(m for m in named if m.agency in has_come),
        unreached=tuple(m for m in named if m.agency not in has_come and m.agency in unreached),
        answer_by=working_time.add_working_days(working_time.local(now).date(), ANSWER_WORKING_DAYS),
    )


def _asked(state: RoundState) -> Mapping[str, tuple[ObligationState, ...]]:
    """Each agency's obligations, without those that the letter gives it without writing to it."""
    untold = {(a.agency, a.form) for a in state.round.assignments if not a.addressed}
    asked: dict[str, list[ObligationState]] = {}
    for obligation in state.obligations:
        if (obligation.agency, obligation.form) not in untold:
            asked.setdefault(obligation.agency, []).append(obligation)
    return {code: tuple(owed) for code, owed in asked.items()}


def _waits(agency: str, owed: Iterable[ObligationState], reading: Reading) -> bool:
    """Whether what this agency owes may lie in a mail that a person has not looked at yet."""
    if reading.silence(agency, late=True) is not None:
        return True
    return any(o.status is ObligationStatus.HELD and o.latest_version is None for o in owed)


def _over(owed: Iterable[ObligationState], now: datetime) -> tuple[ObligationState, ...]:
    """What is owed although all time given for it is over, a correction's included."""
    return tuple(
        o
        for o in owed
        if o.status in (ObligationStatus.OVERDUE, ObligationStatus.CORRECTION_NEEDED)
        and max(o.deadline.instant, o.mend_by or o.deadline.instant) <= now
    )


class _End(NamedTuple):
    """When our mails to an agency have said all that they had to say, and the letter that speaks from then on."""

    at: datetime
    deadline: Deadline
    key: str


def _end_of(round_: Round, behind: Missing, working_time: WorkingTime) -> _End | None:
    """The end of the ladder behind what is missing, or, where nothing is, of the corrections'; None where the ladder
    says nothing once the deadline is over.
    """
    missing = [o for o in behind.owed if o.status is ObligationStatus.OVERDUE]
    ends = [_end(round_, o, working_time) for o in missing or behind.owed]
    return max((end for end in ends if end is not None), key=lambda end: end.at, default=None)


def _end(round_: Round, owed: ObligationState, working_time: WorkingTime) -> _End | None:
    main = _last_step(round_.ladder.steps, owed.deadline.instant, working_time)
    if main is None:
        return None
    if owed.status is ObligationStatus.CORRECTION_NEEDED:
        mending = _last_step(round_.ladder.correction, owed.mend_by or owed.deadline.instant, working_time)
        if mending is not None and mending > main:
            key = correction_letter_key(round_, working_time.local(mending).date())
            return _End(mending, owed.deadline, key)
    return _End(main, owed.deadline, letter_key(round_, owed.deadline, working_time))


def _last_step(steps: Iterable[LadderStep], instant: datetime, working_time: WorkingTime) -> datetime | None:
    """When the last of them that speaks behind `instant` falls due."""
    return max((due_at(s, instant, working_time) for s in steps if not s.kind.is_before), default=None)
