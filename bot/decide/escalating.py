"""The paper at the end of the ladder: whether a draft công văn đôn đốc is due, and who is named in it.

One round's state goes in; a letter's facts come out, or why there is none. A letter hangs on one deadline: at the day
and time of the last step behind it, the coordinator gets one draft that names all whose own time is over by then.
An extension has its own deadline and so, where somebody still owes at its end, a letter of its own.

What might wrong an agency is left out rather than put in: a deadline or a time for mending that still runs, a mail of
theirs that waits for a person, a mailbox that was not read to its end. Whoever our mail does not reach is never called
silent.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.decide.fairness import Reading
from bot.decide.reminding import STALE_AFTER
from bot.decide.stepping import due_at, last_day_of
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
    mail of ours reaches. `deadline` is the one whose ladder has ended; `answer_by` a proposed local day.
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
    named = tuple(Missing(code, owed) for code, owed in over.items() if owed)
    if not named:
        return Why("letter_nobody_over")
    # The latest deadline whose ladder has come to its end speaks for those before it.
    ended = [(at, d) for d in _deadlines(named) if (at := _ends_at(round_, d, working_time)) is not None and at <= now]
    if not ended:
        return Why("letter_not_yet")
    at, deadline = max(ended, key=lambda pair: pair[0])
    key = letter_key(round_, deadline, working_time)
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


def _deadlines(named: Iterable[Missing]) -> tuple[Deadline, ...]:
    return tuple({o.deadline.instant: o.deadline for m in named for o in m.owed}.values())


def _ends_at(round_: Round, deadline: Deadline, working_time: WorkingTime) -> datetime | None:
    """When the ladder behind `deadline` ends; None where it says nothing once the deadline is over."""
    after = (s for s in round_.ladder.steps if not s.kind.is_before)
    return max((due_at(s, deadline.instant, working_time) for s in after), default=None)
