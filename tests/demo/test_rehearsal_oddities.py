"""What the rehearsal's page warns of, by facts of the configuration that are changed one at a time."""

from dataclasses import replace
from pathlib import Path

from bot.demo.rehearsal_ladder import main_steps
from bot.demo.rehearsal_oddities import oddities
from bot.demo.rehearsal_plan import Behaviour
from bot.demo.rehearsal_run import Run
from bot.domain.agency import ContactRole, Registry
from bot.domain.round import RoundState
from bot.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]


def said(settings: Settings, *runs: Run) -> tuple[str, ...]:
    round_ = settings.rounds[0]
    ladder = main_steps(round_, settings.working_time)
    return oddities(settings, round_, ["stp"], (ladder, ()), runs, {b: [] for b in Behaviour}, {})


def without(settings: Settings, role: ContactRole) -> Settings:
    agencies = [replace(a, contacts=tuple(c for c in a.contacts if c.role is not role)) for a in settings.registry]
    return replace(settings, registry=Registry(tuple(agencies)))


def test_the_sample_drops_one_step_and_nothing_else_is_odd() -> None:
    (line,) = said(load(ROOT / "config", {}))
    assert "t-7" in line


def test_a_leader_without_an_address_is_named_with_the_steps() -> None:
    line = said(without(load(ROOT / "config", {}), ContactRole.LEADER))[-1]
    assert "Sở Tư pháp" in line
    assert "t+1, t+3" in line


def test_two_steps_on_one_day_are_told() -> None:
    settings = load(ROOT / "config", {})
    round_ = settings.rounds[0]
    steps = tuple(replace(s, offset=-2) if s.code == "t-3" else s for s in round_.ladder.steps)
    steps = tuple(replace(s, offset=-2) if s.code == "t-1" else s for s in steps)
    changed = replace(round_, ladder=replace(round_.ladder, steps=steps))
    line = said(replace(settings, rounds=(changed,)))[-1]
    assert all(text in line for text in ("t-3", "t-1", "07/3/2023"))


def test_an_agency_that_no_mail_reaches_is_told() -> None:
    settings = load(ROOT / "config", {})
    state = RoundState(settings.rounds[0], settings.rounds[0].opens_at)
    silent = Run(Behaviour.NEVER, (), (), {}, state)
    assert any("Không thư nào đến được Sở Tư pháp" in line for line in said(settings, silent))
