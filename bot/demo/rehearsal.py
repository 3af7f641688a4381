"""`thuky rehearse`: a whole round on a running clock with nothing sent, so that a coordinator sees before the start
what each agency will get, and when.

The round alone → four runs of it (`Behaviour`), each with a temporary data folder of its own → mails, timeline and page
in the folder that the user named. The office's own data are neither read nor written, and no server is spoken to.

Failure policy: a folder that holds other things is refused before anything is done; runs that fail leave the folder as
it was. Temporary folders go away in any case.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bot.demo.clock import StoryClock
from bot.demo.rehearsal_house import Kept, opened
from bot.demo.rehearsal_ladder import PlannedStep, correction_steps, main_steps
from bot.demo.rehearsal_lines import MAILS, Line, lines_of
from bot.demo.rehearsal_oddities import oddities
from bot.demo.rehearsal_page import PAGE, Shown, write_mails, write_page
from bot.demo.rehearsal_plan import Behaviour, Delivery, beats, deliveries, early_at
from bot.demo.rehearsal_reports import Reports
from bot.demo.rehearsal_run import Run, run
from bot.demo.rehearsal_steps import step_rows
from bot.domain.office import Language
from bot.domain.round import Round
from bot.settings import Settings

MARKER = ".thuky-rehearsal"


class RehearsalError(Exception):
    """The rehearsal cannot be written; the message names the folder that holds something else."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it: every mail in the order of time, the odd things in words, and the page's path."""

    lines: tuple[Line, ...]
    oddities: tuple[str, ...]
    page: Path


def rehearse(
    settings: Settings,
    round_: Round,
    out: Path,
    *,
    agencies: Sequence[str] = (),
    language: Language | None = None,
    watch: Callable[[Behaviour], None] = lambda _: None,
) -> Rehearsal:
    """Plays `round_` in every behaviour and writes it down in `out`. `agencies`: these only (all when empty);
    `language` of mails and page, the office's own when None; `watch` hears of each run as it begins.

    Raises RehearsalError when `out` holds anything but an earlier rehearsal, OSError when it cannot be written.
    """
    claim(out)
    if language is not None:
        settings = replace(settings, office=replace(settings.office, language=language))
    codes = tuple(c for c in round_.agencies if not agencies or c in agencies)
    played = _with_partners(round_, codes)
    settings = replace(settings, rounds=(played,))
    working_time = settings.working_time
    # A correction goes out in the minute in which the faulty report comes.
    ladder, correction = (
        main_steps(played, working_time),
        correction_steps(played, early_at(played, working_time), working_time),
    )
    plans = {b: deliveries(b, played, correction, working_time) for b in Behaviour}
    reports, kept, runs = Reports(), Kept(), list[Run]()
    for behaviour in Behaviour:
        watch(behaviour)
        steps = (*ladder, *(correction if behaviour is Behaviour.WRONG else ()))
        runs.append(_run(settings, played, behaviour, steps, plans[behaviour], reports, kept))
    odd = oddities(
        settings,
        played,
        codes,
        (ladder, correction),
        runs,
        {b: [d.sends for d in plans[b]] for b in Behaviour},
        reports.unfillable,
    )
    lines = lines_of(runs, settings, codes)
    by = {r.behaviour: r for r in runs}
    shown = Shown(
        step_rows(ladder, by[Behaviour.NEVER], settings, codes),
        step_rows(correction, by[Behaviour.WRONG], settings, codes),
        odd,
        ladder,
    )
    _empty(out)
    write_mails(out, lines, settings.language)
    return Rehearsal(lines, odd, write_page(out, lines, settings, played, codes, shown))


def _run(
    settings: Settings,
    round_: Round,
    behaviour: Behaviour,
    steps: Sequence[PlannedStep],
    mails: Sequence[Delivery],
    reports: Reports,
    kept: Kept,
) -> Run:
    working_time = settings.working_time
    speaking = tuple(s for s in steps if not s.dropped)
    played = beats(round_, speaking, tuple(mails), settings.digest_at, working_time)
    clock = StoryClock(played[0].at - timedelta(minutes=1))
    with (
        tempfile.TemporaryDirectory(prefix="thuky-rehearse-") as folder,
        opened(settings, Path(folder), clock, kept) as services,
    ):
        return run(services, clock, round_, behaviour, mails, played, frozenset(s.at for s in speaking), reports)


def _with_partners(round_: Round, codes: Iterable[str]) -> Round:
    """The round cut down to these agencies, and to those whom they work with: their mails stay what they are."""
    wanted = set(codes)
    wanted |= {p for a in round_.assignments if a.agency in wanted for p in a.partners}
    wanted |= {a.agency for a in round_.assignments if wanted & set(a.partners)}
    return replace(round_, assignments=tuple(a for a in round_.assignments if a.agency in wanted))


def claim(out: Path) -> None:
    """Makes the folder ours, before any work is done in vain. Raises RehearsalError and OSError."""
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise RehearsalError(str(out))
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("made by thuky rehearse, which replaces what it wrote here\n", "utf-8")


def _empty(out: Path) -> None:
    """Takes away what an earlier rehearsal wrote, and nothing else."""
    (out / PAGE).unlink(missing_ok=True)
    if (out / MAILS).is_dir():
        shutil.rmtree(out / MAILS)
