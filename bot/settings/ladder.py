"""The nudge ladder (thang nhắc việc): ladder.toml for all rounds, and what a round says of its own instead.

Flow: each step by itself (its side of the deadline, to whom, what it needs, its words) → the two arrays together (no
code twice) → warnings of what no office hour or no day ever meets. Faults go into the report; the steps come back all
the same, so that the rest can be judged.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.decide.stepping import due_at
from bot.domain.ladder import Ladder, LadderStep, Need, StepKind, StepUnit
from bot.domain.office import WorkingTime
from bot.settings.models import StepTable
from bot.settings.report import Report
from bot.settings.toml_files import good_fields, named_key

# The opening letter is no step; its key in the outbox is taken.
RESERVED_CODE = "request"
CORRECTION = "correction"
TEMPLATES = Path(__file__).resolve().parents[2] / "mail_templates"
# What steps may need: the main ladder speaks of what has not come, the other of what must be mended.
NEEDS = {
    False: frozenset({Need.MISSING, Need.NOTHING, Need.UNSETTLED}),
    True: frozenset({Need.CORRECTION, Need.UNSETTLED}),
}


def build_ladder(
    good: Mapping[str, Any],
    file: str,
    key: str,
    working_time: WorkingTime,
    report: Report,
    base: Ladder | None = None,
    raw: Mapping[str, Any] | None = None,
) -> Ladder:
    """The ladder of `file`: its right top-level fields `steps`, `correction`, `quiet_hours` and
    `correction_working_days`, each as it stands in `base` where the file does not say. `key` is how the file calls the
    main array (`steps` or `ladder`). `raw` are the fields as written, `steps` for the main array: of an array that is
    not right all other faults are told with those that have been.
    """
    base = base or Ladder()
    kept = {"steps": base.steps, CORRECTION: base.correction}
    # What the office's file has said and this one leaves as it is.
    places = {step.code: "ladder.toml" for name, steps in kept.items() if good.get(name) is None for step in steps}
    arrays: dict[str, tuple[LadderStep, ...]] = {}
    for name, shown in (("steps", key), (CORRECTION, CORRECTION)):
        tables: Sequence[StepTable] | None = good.get(name)
        mends = name == CORRECTION
        if tables is None:
            arrays[name] = kept[name]
            _check_rest((raw or {}).get(name), shown, file, mends, report)
            continue
        for table in tables:
            _check_step(table, f"{shown}[{table.code}]", file, mends, report)
        _check_once(tables, shown, file, places, report)
        arrays[name] = tuple(_step(table, mends) for table in tables)
        _warn(arrays[name], file, shown, working_time, report)
    quiet, days = good.get("quiet_hours"), good.get("correction_working_days")
    return Ladder(
        arrays["steps"],
        arrays[CORRECTION],
        correction_days=base.correction_days if days is None else days,
        quiet_hours=base.quiet_hours if quiet is None else quiet,
    )


def check_days(ladder: Ladder, instant: datetime, file: str, working_time: WorkingTime, report: Report) -> None:
    """Warns of a step in hours that falls on the day of another before this deadline: one mail a day."""
    for step in ladder.steps:
        if step.unit is not StepUnit.HOURS:
            continue
        day = due_at(step, instant, working_time).date()
        for other in ladder.steps:
            if other is not step and other.kind.is_before and due_at(other, instant, working_time).date() == day:
                report.warn(file, "deadline.day", "w_step_same_day", step=step.code, other=other.code)


def _step(table: StepTable, mends: bool) -> LadderStep:
    in_hours = table.hours_before is not None
    return LadderStep(
        table.code,
        table.kind,
        -table.hours_before if table.hours_before is not None else table.offset_days or 0,
        StepUnit.HOURS if in_hours else StepUnit(table.unit.value),
        table.at.hour,
        table.at.minute,
        to=table.to,
        cc=table.cc,
        tone=table.tone,
        needs=table.needs or (Need.CORRECTION if mends else Need.MISSING),
        template=table.template or "",
    )


def _check_rest(items: object, shown: str, file: str, mends: bool, report: Report) -> None:
    """What else is wrong with steps of which one has a fault that has been told already: each field that is right is
    judged beside the others that are.
    """
    whole: list[StepTable] = []
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, Mapping):
            continue
        good = good_fields(StepTable, item)
        wrong = StepTable.model_fields.keys() - good.keys()
        table = StepTable.model_construct(good.keys() & item.keys(), **({"code": "", "kind": StepKind.OVERDUE} | good))
        _check_step(table, named_key({shown: items}, (shown, index)), file, mends, report, wrong)
        if not wrong:
            whole.append(table)
    _check_once(whole, shown, file, {}, report)


def _check_step(
    table: StepTable, place: str, file: str, mends: bool, report: Report, wrong: Collection[str] = ()
) -> None:
    """`wrong` are fields whose fault has been told: they have no value that could be judged."""

    def fault(key: str, found: object, expected: str, **params: object) -> None:
        report.fault(file, f"{place}.{key}", report.shown(found), expected, **params)

    if table.code == RESERVED_CODE:
        fault("code", table.code, "reserved_step")
    if "kind" in wrong:
        pass  # on which side of the deadline it should stand, nobody can say
    elif table.kind is StepKind.REQUEST:
        fault("kind", table.kind.value, "step_kind")
    elif table.hours_before is not None:
        if table.kind is not StepKind.REMINDER:
            fault("kind", table.kind.value, "hours_remind")
        for key in ("at", "unit"):
            if key in table.model_fields_set:
                fault(key, getattr(table, key), "hours_alone")
    elif table.offset_days is not None:
        if table.kind is StepKind.REMINDER and table.offset_days > 0:
            fault("offset_days", table.offset_days, "before_deadline")
        if table.kind is not StepKind.REMINDER and table.offset_days < 1:
            fault("offset_days", table.offset_days, "after_deadline", kind=table.kind.value)
    if not {"offset_days", "hours_before"} & {*wrong} and (table.offset_days is None) is (table.hours_before is None):
        fault("offset_days", table.offset_days, "days_or_hours")
    if not table.to:
        fault("to", table.to, "someone")
    if table.needs is not None and table.needs not in NEEDS[mends]:
        fault("needs", table.needs.value, "correction_needs" if mends else "main_needs")
    language = report.language.value
    if table.template is not None and not (TEMPLATES / language / f"{table.template}.j2").is_file():
        fault("template", table.template, "known_template", language=language, name=table.template)


def _check_once(tables: Sequence[StepTable], key: str, file: str, places: dict[str, str], report: Report) -> None:
    """No code twice in either array; no moment twice in one."""
    moments: dict[tuple[object, ...], str] = {}
    for table in tables:
        place = f"{key}[{table.code}]"
        if table.code in places:
            found = report.say("twice", value=report.shown(table.code), other=places[table.code])
            report.fault(file, f"{place}.code", found, "unique")
        places.setdefault(table.code, place)
        name = "offset_days" if table.hours_before is None else "hours_before"
        moment = (name, getattr(table, name), table.unit, table.at)
        if moment in moments:
            found = report.say("twice", value=report.shown(getattr(table, name)), other=moments[moment])
            report.fault(file, f"{place}.{name}", found, "unique")
        moments.setdefault(moment, place)


def _warn(steps: Sequence[LadderStep], file: str, key: str, working_time: WorkingTime, report: Report) -> None:
    """Steps that no office hour meets, two that always meet on one day, what would come after the end."""
    days: dict[tuple[object, ...], LadderStep] = {}
    opens, closes = working_time.opens, working_time.closes
    for step in (s for s in steps if s.unit is not StepUnit.HOURS):
        minutes = step.hour * 60 + step.minute
        if not opens.hour * 60 + opens.minute <= minutes < closes.hour * 60 + closes.minute:
            words = {"opens": opens.isoformat("minutes"), "closes": closes.isoformat("minutes")}
            at = f"{step.hour:02d}:{step.minute:02d}"
            report.warn(file, f"{key}[{step.code}].at", "w_step_hours", step=step.code, at=at, **words)
        # The last day itself is one day, however it is counted.
        day = (step.offset, step.unit if step.offset else None)
        twin = days.setdefault(day, step)
        if (twin.hour, twin.minute) != (step.hour, step.minute):
            report.warn(file, f"{key}[{step.code}].at", "w_step_same_day", step=step.code, other=twin.code)
    last = max((s for s in steps if s.kind is StepKind.ESCALATION), key=lambda s: s.offset, default=None)
    for step in steps:
        if last is not None and not step.kind.is_before and (step.offset, step.unit) > (last.offset, last.unit):
            report.warn(file, f"{key}[{step.code}].offset_days", "w_step_escalated", step=step.code, other=last.code)
