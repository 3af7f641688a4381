"""The nudge ladder (thang nhắc việc): steps as data, and the rules by which nudges keep measure.

Two ladders: the main one hangs on a deadline, the correction ladder on the day until which a correction is asked for.
"""

from dataclasses import dataclass
from enum import StrEnum


class StepKind(StrEnum):
    """What a step of the ladder sends. The values are outbox kinds of the contract."""

    REQUEST = "request"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"

    @property
    def is_before(self) -> bool:
        """Whether it speaks before the deadline; the others tell that it has passed."""
        return self in (StepKind.REQUEST, StepKind.REMINDER)


class StepUnit(StrEnum):
    """How a step's offset counts: days of either kind, or hours before the deadline's instant."""

    CALENDAR = "calendar"
    WORKING = "working"
    HOURS = "hours"


class Tone(StrEnum):
    """How firmly a step speaks. Never rudely."""

    GENTLE = "gentle"
    PLAIN = "plain"
    FIRM = "firm"


class Need(StrEnum):
    """What must be so for a step to speak. MISSING: some form has not come. NOTHING: not one form has come.
    CORRECTION: a correction is still open. UNSETTLED: either of them.
    """

    MISSING = "missing"
    NOTHING = "nothing_received"
    CORRECTION = "correction"
    UNSETTLED = "unsettled"


class Recipient(StrEnum):
    """To whom a step goes: the agency's people, or the office's coordinator."""

    CLERK = "clerk"
    AGENCY = "agency"
    DEPUTY = "deputy"
    LEADER = "leader"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step.

    `offset` counts from the last day of the deadline (or of the correction's due date), negative before it; in hours it
    counts from the instant. `hour`, `minute` are local and mean nothing for hours. `template` is the mail's words,
    the kind's own when empty. The request is not a step: it goes out when the round opens.
    """

    code: str
    kind: StepKind
    offset: int
    unit: StepUnit = StepUnit.CALENDAR
    hour: int = 8
    minute: int = 0
    to: tuple[Recipient, ...] = (Recipient.CLERK, Recipient.AGENCY)
    cc: tuple[Recipient, ...] = ()
    tone: Tone = Tone.PLAIN
    needs: Need = Need.MISSING
    template: str = ""

    @property
    def copies_leader(self) -> bool:
        return Recipient.LEADER in (*self.to, *self.cc)


@dataclass(frozen=True, slots=True)
class Ladder:
    """`steps` hang on the deadline; `correction` on the day by which a correction is due.

    A correction is due `correction_days` working days after it was asked for, at the day's end, and never before the
    deadline itself. `quiet_hours`: so long after a mail of an agency it is not nudged.
    """

    steps: tuple[LadderStep, ...] = ()
    correction: tuple[LadderStep, ...] = ()
    correction_days: int = 1
    quiet_hours: int = 4

    @property
    def all_steps(self) -> tuple[LadderStep, ...]:
        return (*self.steps, *self.correction)
