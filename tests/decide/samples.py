"""Small domain objects that the tests of decisions share: one office, one round, three agencies."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.decision import Decision, DecisionKind
from bot.domain.ladder import Ladder, LadderStep, Recipient, StepKind
from bot.domain.office import WorkingTime
from bot.domain.round import Assignment, DataWindow, Deadline, PeriodKind, ReportingPeriod, Round
from bot.domain.submission import Submission, Verdict

VN = ZoneInfo("Asia/Ho_Chi_Minh")
WORKING_TIME = WorkingTime(VN, time(7, 30), time(17, 0))
DEADLINE = datetime(2023, 3, 10, tzinfo=VN)
LADDER = (
    LadderStep("t-7", StepKind.REMINDER, -7),
    LadderStep("t-3", StepKind.REMINDER, -3),
    LadderStep("t-1", StepKind.REMINDER, -1),
    LadderStep("t-0", StepKind.REMINDER, 0),
    LadderStep("t+1", StepKind.OVERDUE, 1, cc=(Recipient.LEADER,)),
    LadderStep("t+3", StepKind.OVERDUE, 3, cc=(Recipient.LEADER,)),
)


def at(month: int, day: int, hour: int = 8, minute: int = 0, year: int = 2023) -> datetime:
    """An instant in the office's time zone."""
    return datetime(year, month, day, hour, minute, tzinfo=VN)


def a_round(*, opens_at: datetime | None = None, instant: datetime = DEADLINE, **changes: object) -> Round:
    values: dict[str, object] = {
        "code": "2023-q1",
        "title": "Báo cáo CCHC quý I năm 2023",
        "period": ReportingPeriod(PeriodKind.QUARTER, 2023, 1),
        "window": DataWindow(date(2022, 12, 15), date(2023, 3, 14)),
        "deadline": Deadline(instant, "trước ngày 10/3/2023"),
        "opens_at": opens_at or at(3, 2),
        "assignments": (Assignment("tdm", "narrative"), Assignment("tdm", "ii06"), Assignment("stp", "narrative")),
        "ladder": Ladder(LADDER),
    }
    return Round(**(values | changes))  # type: ignore[arg-type]  # a test's free choice of fields


def a_submission(
    version: int = 1,
    verdict: Verdict = Verdict.ACCEPTED,
    received_at: datetime | None = None,
    form: str = "ii06",
    agency: str = "tdm",
    **changes: object,
) -> Submission:
    values: dict[str, object] = {
        "agency": agency,
        "round": "2023-q1",
        "form": form,
        "version": version,
        "received_at": received_at or at(3, 8, 14, 5),
        "verdict": verdict,
    }
    return Submission(**(values | changes))  # type: ignore[arg-type]  # a test's free choice of fields


def a_decision(kind: DecisionKind, when: datetime, **changes: object) -> Decision:
    values: dict[str, object] = {
        "kind": kind,
        "at": when,
        "who": "dieuphoi@binhduong.example",
        "why": "có lý do",
        "round": "2023-q1",
        "agency": "tdm",
    }
    return Decision(**(values | changes))  # type: ignore[arg-type]  # a test's free choice of fields
