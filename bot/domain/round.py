"""Rounds (đợt báo cáo), what each agency owes in them, and how it stands.

An obligation's status is always derived (see `bot.decide.obligations`), never stored.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.form import Severity
from bot.domain.ladder import Ladder


class PeriodKind(StrEnum):
    """The kinds of reporting period: quarter, half year, nine months, year, month."""

    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """A period of a year: quarter 1…4 or month 1…12 in `ordinal`; half years 1…2; 1 for the others."""

    kind: PeriodKind
    year: int
    ordinal: int = 1

    @property
    def code(self) -> str:
        """As in tags and receipt numbers: `2023Q1`, `2023H1`, `20239M`, `2023Y`, `2023M05`."""
        return (
            str(self.year)
            + {
                PeriodKind.QUARTER: f"Q{self.ordinal}",
                PeriodKind.HALF: f"H{self.ordinal}",
                PeriodKind.NINE_MONTHS: "9M",
                PeriodKind.YEAR: "Y",
                PeriodKind.MONTH: f"M{self.ordinal:02d}",
            }[self.kind]
        )

    @property
    def months(self) -> tuple[int, int]:
        """First and last calendar month, inclusive."""
        match self.kind:
            case PeriodKind.QUARTER:
                return 3 * self.ordinal - 2, 3 * self.ordinal
            case PeriodKind.HALF:
                return 6 * self.ordinal - 5, 6 * self.ordinal
            case PeriodKind.NINE_MONTHS:
                return 1, 9
            case PeriodKind.YEAR:
                return 1, 12
            case PeriodKind.MONTH:
                return self.ordinal, self.ordinal

    @property
    def first_day(self) -> date:
        return date(self.year, self.months[0], 1)

    @property
    def last_day(self) -> date:
        month = self.months[1]
        return date(self.year, month, calendar.monthrange(self.year, month)[1])


@dataclass(frozen=True, slots=True)
class DataWindow:
    """The days that the figures cover, both inclusive. A fact of each round, never derived."""

    first: date
    last: date


class DeadlineReading(StrEnum):
    """How the office reads the printed day: `before` ends with the day before it, `on` counts that day."""

    BEFORE = "before"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Deadline:
    """`instant` is the first moment that is late: what arrives before it is timely. `printed` is the letter's own
    wording.
    """

    instant: datetime
    printed: str = ""
    reading: DeadlineReading = DeadlineReading.BEFORE

    @property
    def last_day(self) -> date:
        """The last calendar day, in the instant's own time zone, on which a report is still timely."""
        return (self.instant - timedelta(microseconds=1)).date()


@dataclass(frozen=True, slots=True)
class Assignment:
    """One agency's duty for one form. `parts` are the outline parts it owes; empty means all that are not
    optional.

    `annex` is the annex of the letter that it fills ("XII"). `partners` are agencies that work with it on this (chủ
    trì, phối hợp), on the parts `partner_parts` (empty: on all of it): the duty is the lead's, both are told.
    `addressed` False: the letter gives the duty and does not write to the agency, so nobody is nudged.
    """

    agency: str
    form: str
    parts: tuple[str, ...] = ()
    annex: str = ""
    partners: tuple[str, ...] = ()
    addressed: bool = True
    partner_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """Figures that the office exported from its own system, to hold reports of `form` against.

    `title` is how the system is called in notices. `figures`: agency code → column key or row code → figure (of the
    total row where the form has columns).
    """

    form: str
    title: str
    figures: Mapping[str, Mapping[str, Decimal]]
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class CheckSetting:
    """What an office or a round says of one finding code: another severity, or off with the reason for it."""

    code: str
    severity: Severity | None = None
    off: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One demand for reports. `closes_at` None: open until the office closes it. `previous` is the code of the round of
    the period before, empty when there is none. `checks` stand before the office's.
    """

    code: str
    title: str
    period: ReportingPeriod
    window: DataWindow
    deadline: Deadline
    opens_at: datetime
    assignments: tuple[Assignment, ...]
    legal_basis: str = ""
    closes_at: datetime | None = None
    ladder: Ladder = field(default_factory=Ladder)
    previous: str = ""
    references: tuple[Reference, ...] = field(default=(), hash=False)
    checks: tuple[CheckSetting, ...] = ()
    _by_agency: dict[str, tuple[Assignment, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Thousands of agencies are judged at every tick: none of them may cost a walk over all assignments.
        found: dict[str, list[Assignment]] = {}
        for assignment in self.assignments:
            found.setdefault(assignment.agency, []).append(assignment)
        object.__setattr__(self, "_by_agency", {agency: tuple(duties) for agency, duties in found.items()})

    @property
    def agencies(self) -> tuple[str, ...]:
        return tuple(self._by_agency)

    def of(self, agency: str) -> tuple[Assignment, ...]:
        return self._by_agency.get(agency, ())

    def assignment(self, agency: str, form: str) -> Assignment | None:
        return next((a for a in self.of(agency) if a.form == form), None)

    def tag(self, agency_tag: str) -> str:
        """The mark in subjects by which a reply finds its way: `[BC 2023Q1 STP]`."""
        return f"[BC {self.period.code} {agency_tag}]"

    def is_open(self, now: datetime) -> bool:
        """Whether reports are taken in. Early ones count too: a clerk may not wait for the opening day."""
        return self.closes_at is None or now < self.closes_at


class ObligationStatus(StrEnum):
    """Derived from submissions, decisions and now. The values are the contract's."""

    OPEN = "open"
    CORRECTION_NEEDED = "correction_needed"
    FULFILLED = "fulfilled"
    FULFILLED_LATE = "fulfilled_late"
    OVERDUE = "overdue"
    EXCUSED = "excused"
    HELD = "held"

    @property
    def is_settled(self) -> bool:
        """Nothing more is asked of the agency."""
        return self in (ObligationStatus.FULFILLED, ObligationStatus.FULFILLED_LATE, ObligationStatus.EXCUSED)


@dataclass(frozen=True, slots=True)
class ObligationState:
    """What stands for one obligation at one moment.

    `deadline` is this obligation's own (an extension included). `version` is the version that counts: the newest
    valid one, or else the newest. `latest_version` is the newest of all. `findings` is the number of open errors of
    the newest version. `mend_by` is until when an open correction is asked for; `corrected_at` when it was asked for.
    """

    agency: str
    form: str
    status: ObligationStatus
    deadline: Deadline
    version: int | None = None
    latest_version: int | None = None
    first_received_at: datetime | None = None
    first_valid_at: datetime | None = None
    findings: int = 0
    extended: bool = False
    reason: str = ""
    mend_by: datetime | None = None
    corrected_at: datetime | None = None

    @property
    def is_late(self) -> bool:
        return self.first_valid_at is not None and self.first_valid_at >= self.deadline.instant


@dataclass(frozen=True, slots=True)
class RoundState:
    """All obligations of a round at `as_of`."""

    round: Round
    as_of: datetime
    obligations: tuple[ObligationState, ...] = field(default=())
    _by_agency: dict[str, tuple[ObligationState, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[ObligationState]] = {}
        for obligation in self.obligations:
            found.setdefault(obligation.agency, []).append(obligation)
        object.__setattr__(self, "_by_agency", {agency: tuple(states) for agency, states in found.items()})

    def of(self, agency: str) -> tuple[ObligationState, ...]:
        return self._by_agency.get(agency, ())

    def by_agency(self) -> Iterator[tuple[str, tuple[ObligationState, ...]]]:
        for code in self.round.agencies:
            yield code, self.of(code)
