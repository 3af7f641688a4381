"""The rows of a ladder on the page: when each step speaks, to whom, to how many agencies it went, and why not to
others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.demo.rehearsal_ladder import REQUEST, PlannedStep
from bot.demo.rehearsal_lines import why_words
from bot.demo.rehearsal_run import Run
from bot.screens import say
from bot.settings import Settings
from bot.text.dates import say_date, say_day


def step_rows(
    steps: Sequence[PlannedStep], run: Run, settings: Settings, codes: Sequence[str]
) -> tuple[dict[str, str], ...]:
    """One row a step, in the order of time, in the office's language."""
    language = settings.language
    rows = []
    for planned in steps:
        step = planned.step
        to = ", ".join(say(language, f"rehearsal.to_{role}") for role in step.to)
        cc = ", ".join(say(language, f"rehearsal.to_{role}") for role in step.cc)
        rows.append(
            {
                "step": say(language, "rehearsal.day_opens") if step.code == REQUEST else step.code,
                "kind": say(language, f"kind.{step.kind.value}"),
                "when": _when(planned, settings),
                "whom": f"{to}; {say(language, 'rehearsal.cc')} {cc}" if cc else to,
                "happens": "; ".join(_happens(planned, run, settings, codes)),
            }
        )
    return tuple(rows)


def _when(planned: PlannedStep, settings: Settings) -> str:
    language = settings.language
    when = f"{planned.at:%H:%M}, {say_day(planned.day, language.value)}"
    if not planned.moved:
        return when
    return say(language, "rehearsal.moved", when=when, day=say_date(planned.named, language.value))


def _happens(planned: PlannedStep, run: Run, settings: Settings, codes: Sequence[str]) -> Iterator[str]:
    language = settings.language
    if planned.dropped:
        yield say(language, "rehearsal.dropped")
        return
    spoken = {
        sent.record.mail.agency for sent in run.sent if any(mark.step == planned.step.code for mark in sent.steps)
    } & set(codes)
    if spoken:
        yield say(language, "rehearsal.sent_to", count=len(spoken), total=len(codes))
    silences = run.silences.get(planned.at, {})
    whys = Counter(
        why_words(silences[code], language, settings.working_time)
        for code in codes
        if code not in spoken and code in silences
    )
    for words, count in whys.most_common():
        yield say(language, "rehearsal.silent_for", count=count, why=words)
    if not spoken and not whys:
        yield say(language, "rehearsal.nobody")
