"""What goes into the decision on nudges, and what comes out: the vocabulary of `reminding` and `round_steps`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.decide.stepping import DueStep
from bot.domain.ladder import LadderStep
from bot.domain.letter import Why
from bot.domain.mail import NudgeMark, NudgeRecord
from bot.domain.round import Deadline, ObligationState, Round

REQUEST_STEP = "request"


class NudgeReason(StrEnum):
    """The codes of every Why that is decided here; the words stand in screens.toml, `[why]`."""

    # for speaking
    DUE = "due"
    AGAIN = "again"
    PULLED = "pulled"
    # for silence, of the round
    NOT_ADDRESSED = "not_addressed"
    SETTLED = "settled"
    CLOSED = "closed"
    MUTED = "muted"
    HELD = "held"
    HELD_REST = "held_rest"
    EXTENDED = "extended"
    NOT_DUE = "not_due"
    NO_STEP = "no_step"
    SPOKEN = "spoken"
    STALE = "stale"
    PASSED = "passed"
    UNREACHED = "unreached"
    NO_ADDRESS = "no_address"
    # for silence, of the agency's day
    OUTSIDE_HOURS = "outside_hours"
    ONCE_A_DAY = "once_a_day"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class RoundStanding:
    """How one agency stands in one round.

    `states` are its obligations there; `records` its steps that were ever queued in this round, `void` the keys of
    those whose mail never arrived (and maybe of others). `muted`: why the coordinator stopped the round's nudges, empty
    when they go on. `asked_on`: when the agency asked the coordinator for something that is not answered yet.
    """

    round: Round
    states: tuple[ObligationState, ...]
    deadline_set_at: datetime
    records: tuple[NudgeRecord, ...] = ()
    void: frozenset[str] = frozenset()
    muted: str = ""
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class AgencyStanding:
    """One agency (its code) over all its rounds. `last_nudge_on` is the local day of its last nudge that was not in
    vain, `last_mail_at` when a mail of its own came last. `is_reachable`: some address of it takes mail.
    """

    agency: str
    rounds: tuple[RoundStanding, ...]
    last_nudge_on: date | None = None
    last_mail_at: datetime | None = None
    is_reachable: bool = True


@dataclass(frozen=True, slots=True)
class Nudge:
    """Write now of this round. `step` leads, `marks` are all the steps that are spoken for, the leading one first.

    `obligations` are all that may be named, `owed` the unsettled ones among them; what is extended still is in neither,
    but for a request. `deadline` is the one that the leading step hangs on (for a correction its own last day); `days`,
    `working_days` count between today and its last day. `upcoming` is the next step on a later day.
    """

    round: Round
    step: LadderStep
    key: str
    marks: tuple[NudgeMark, ...]
    deadline: Deadline
    obligations: tuple[ObligationState, ...]
    owed: tuple[ObligationState, ...]
    days: int
    working_days: int
    upcoming: DueStep | None
    why: Why


@dataclass(frozen=True, slots=True)
class Verdict:
    """One mail for all `nudges`, one a round at most, the leading one first; or none. `silences` say of every other
    round, by its code, why it is not spoken of.
    """

    nudges: tuple[Nudge, ...] = ()
    silences: Mapping[str, Why] = field(default_factory=dict)


def nudge_key(round_: Round, agency: str, step: LadderStep, deadline: Deadline, turn: int = 1) -> str:
    """What the notice is, for ever: an extended deadline has its own ladder, so the day belongs to the key. A step that
    never arrived is spoken again in its next `turn`.
    """
    again = f":{turn}" if turn > 1 else ""
    if step.code == REQUEST_STEP:
        return f"{step.kind}:{round_.code}:{agency}{again}"
    return f"{step.kind}:{round_.code}:{agency}:{step.code}:{deadline.last_day.isoformat()}{again}"
