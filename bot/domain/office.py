"""The office (cơ quan chủ trì) that runs this installation, and its working time."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.round import CheckSetting
from bot.domain.trust import AuthenticationRules


class Language(StrEnum):
    """Languages of notices and screens."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Coordinator:
    """The desk officer: who is named in notices, gets the digest and may decide."""

    name: str
    address: str
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When the office works. `days_off` are dates off beside Saturdays and Sundays; `extra_days` are worked although
    they would be off.

    All times are local to `timezone`.
    """

    timezone: ZoneInfo
    opens: time = time(7, 30)
    closes: time = time(17, 0)
    days_off: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        if day in self.extra_days:
            return True
        return day.weekday() < 5 and day not in self.days_off

    def is_open(self, now: datetime) -> bool:
        """Whether `now` lies within office hours of a working day."""
        local = now.astimezone(self.timezone)
        return self.is_working_day(local.date()) and self.opens <= local.time() < self.closes

    def working_day_on_or_before(self, day: date) -> date:
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def working_day_on_or_after(self, day: date) -> date:
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The day `count` working days after `day` (before it when negative); `day` itself when 0."""
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and including `last`; 0 when `last` is not later."""
        count, day = 0, first
        while day < last:
            day += timedelta(days=1)
            count += self.is_working_day(day)
        return count

    def local(self, now: datetime) -> datetime:
        return now.astimezone(self.timezone)


@dataclass(frozen=True, slots=True)
class Sending:
    """What the mail provider allows (free Gmail: 500 recipients a day). `per_minute` mails, `per_day` recipients in any
    24 hours; 0 is no limit. Of the day's recipients, `reserved` are kept for answers: nudges leave them alone.
    """

    per_minute: int = 0
    per_day: int = 0
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class Vigilance:
    """When the coordinator is told of troubles, and when a grace is proposed.

    An alert goes out after `unreachable` without the mailbox or the outgoing server, or when less than `min_free_bytes`
    are free in the data folder. A gap in reading the mailbox longer than `outage` is down-time; where it meets the last
    `near` before a deadline, the digest proposes `grace_days` working days more.
    """

    unreachable: timedelta = timedelta(hours=1)
    min_free_bytes: int = 2**30
    outage: timedelta = timedelta(hours=1)
    near: timedelta = timedelta(hours=24)
    grace_days: int = 1


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How decisions may come by mail: codes hold for `code_days`; with `authenticated` somebody must vouch for
    the sender, whatever the office's policy for other mail is (`AuthenticationRules`).
    """

    code_days: int = 14
    authenticated: bool = False
    authserv_id: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """Facts of the office that notices and decisions use. Addresses are lower case.

    `address` is the reporting mailbox and the From of every notice; `bounce_address` the envelope sender of answers.
    `enclose_forms`: requests and reminders carry the blank forms. `superior` (cơ quan chủ quản) and `place` stand in
    the head of official letters; empty ones stay blanks there.
    """

    name: str
    address: str
    coordinator: Coordinator
    working_time: WorkingTime
    language: Language = Language.VI
    bounce_address: str = ""
    own_addresses: frozenset[str] = field(default_factory=frozenset)
    coordinator_addresses: frozenset[str] = field(default_factory=frozenset)
    max_answers_per_day: int = 20
    max_mails_per_hour: int = 60
    max_mail_bytes: int = 50 * 2**20
    checks: tuple[CheckSetting, ...] = ()
    enclose_forms: bool = True
    superior: str = ""
    place: str = ""
    sending: Sending = field(default_factory=Sending)
    vigilance: Vigilance = field(default_factory=Vigilance)
    orders: OrderRules = field(default_factory=OrderRules)
    authentication: AuthenticationRules = field(default_factory=AuthenticationRules)

    @property
    def envelope_from(self) -> str:
        return self.bounce_address or self.address
