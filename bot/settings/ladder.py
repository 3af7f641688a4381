"""The nudge ladder (thang nhắc việc): ladder.toml for all rounds, `[[ladder]]` in a round that has its own."""

from collections.abc import Sequence

from bot.domain.ladder import LadderStep, Recipient, StepKind
from bot.domain.office import WorkingTime
from bot.settings.models import StepTable
from bot.settings.report import Report

# The opening letter is no step; its key in the outbox is taken.
RESERVED_CODE = "request"


def build_ladder(steps: Sequence[StepTable], file: str, key: str, report: Report) -> tuple[LadderStep, ...]:
    """The steps in their order. `key` is the array's name in `file` (`steps` or `ladder`); faults and later checks
    use it.
    """
    seen: dict[tuple[object, ...], str] = {}
    for step in steps:
        place = f"{key}[{step.code}]"
        if step.code == RESERVED_CODE:
            report.fault(file, f"{place}.code", report.shown(step.code), "reserved_step")
        for name, value in (("code", (step.code,)), ("offset_days", (step.offset_days, step.unit, step.at))):
            if value in seen:
                shown = report.shown(getattr(step, name))
                report.fault(file, f"{place}.{name}", report.say("twice", value=shown, other=seen[value]), "unique")
            seen.setdefault(value, place)
        match step.kind:
            case StepKind.REQUEST:
                report.fault(file, f"{place}.kind", report.shown(step.kind.value), "step_kind")
            case StepKind.REMINDER if step.offset_days > 0:
                report.fault(file, f"{place}.offset_days", str(step.offset_days), "before_deadline")
            case StepKind.OVERDUE | StepKind.ESCALATION if step.offset_days < 1:
                report.fault(
                    file, f"{place}.offset_days", str(step.offset_days), "after_deadline", kind=step.kind.value
                )
            case _:
                pass
    return tuple(
        LadderStep(
            s.code,
            s.kind,
            s.offset_days,
            s.unit,
            s.at.hour,
            s.at.minute,
            cc=(Recipient.LEADER,) if s.copy_leader else (),
        )
        for s in steps
    )


def check_hours(ladder: Sequence[LadderStep], file: str, key: str, working_time: WorkingTime, report: Report) -> None:
    """Warns of steps that no office hour ever meets."""
    for step in ladder:
        minutes = step.hour * 60 + step.minute
        opens, closes = working_time.opens, working_time.closes
        if not opens.hour * 60 + opens.minute <= minutes < closes.hour * 60 + closes.minute:
            report.warn(
                file,
                f"{key}[{step.code}].at",
                "w_step_hours",
                step=step.code,
                at=f"{step.hour:02d}:{step.minute:02d}",
                opens=opens.isoformat("minutes"),
                closes=closes.isoformat("minutes"),
            )
