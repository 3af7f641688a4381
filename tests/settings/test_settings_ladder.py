"""The ladder as data: what a file says of its steps, and what a round says instead."""

from pathlib import Path

import pytest
from settings_folder import edit, good_folder

from bot.domain.agency import ContactRole
from bot.domain.ladder import Ladder, LadderStep, Need, Recipient, StepKind, StepUnit, Tone
from bot.settings import ConfigurationError, load

OWN_STEP = """
[[ladder]]
code = "h-4"
kind = "reminder"
hours_before = 4
to = ["deputy", "coordinator"]
cc = ["agency"]
tone = "gentle"
needs = "nothing_received"
template = "reminder"
"""
OWN_CORRECTION = """
[[correction]]
code = "c+2"
kind = "overdue"
offset_days = 2
unit = "working"
at = 09:30:00
"""


def ladder_of(folder: Path) -> Ladder:
    return load(folder, {}).round("2024-q1").ladder


def test_a_step_that_says_nothing_more_than_it_must(tmp_path: Path) -> None:
    ladder = ladder_of(good_folder(tmp_path))
    assert ladder.steps == (
        LadderStep("t-1", StepKind.REMINDER, -1),
        LadderStep("t+1", StepKind.OVERDUE, 1, cc=(Recipient.LEADER,)),
    )
    assert (ladder.correction, ladder.quiet_hours, ladder.correction_days) == ((), 4, 1)


def test_a_round_overrides_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    edit(folder / "ladder.toml", ("[[steps]]", "quiet_hours = 6\ncorrection_working_days = 3\n[[steps]]"))
    with (folder / "ladder.toml").open("a") as file:
        file.write(OWN_CORRECTION.replace("c+2", "c+1"))
    path = folder / "rounds" / "2024-q1.toml"
    edit(path, ("title =", "quiet_hours = 0\ntitle ="))
    with path.open("a") as file:
        file.write(OWN_STEP)
    ladder = ladder_of(folder)
    assert ladder.steps == (
        LadderStep(
            "h-4",
            StepKind.REMINDER,
            -4,
            StepUnit.HOURS,
            to=(Recipient.DEPUTY, Recipient.COORDINATOR),
            cc=(Recipient.AGENCY,),
            tone=Tone.GENTLE,
            needs=Need.NOTHING,
            template="reminder",
        ),
    )
    assert [step.code for step in ladder.correction] == ["c+1"]
    assert (ladder.quiet_hours, ladder.correction_days) == (0, 3)


def test_a_round_may_have_corrections_of_its_own(tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    path = folder / "rounds" / "2024-q1.toml"
    edit(path, ("title =", "correction_working_days = 2\ntitle ="))
    with path.open("a") as file:
        file.write(OWN_CORRECTION)
    ladder = ladder_of(folder)
    assert [step.code for step in ladder.steps] == ["t-1", "t+1"]
    assert ladder.correction == (
        LadderStep("c+2", StepKind.OVERDUE, 2, StepUnit.WORKING, 9, 30, needs=Need.CORRECTION),
    )
    assert ladder.correction_days == 2


def test_a_round_with_no_steps_at_all_says_so(tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    edit(folder / "rounds" / "2024-q1.toml", ("title =", "ladder = []\ntitle ="))
    assert ladder_of(folder).steps == ()


def test_a_deputy_among_the_contacts(tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    edit(folder / "agencies.toml", ('role = "leader"', 'role = "deputy"'))
    settings = load(folder, {})
    deputies = [c for a in settings.registry for c in a.contacts if c.role is ContactRole.DEPUTY]
    assert len(deputies) == 1
    assert any("lãnh đạo" in w.message for w in settings.warnings)


BAD_STEP = """
[[{key}]]
code = "x+2"
kind = "overdue"
offset_days = 0
to = ["boss"]
needs = "correction"
template = "no_such_words"

[[{key}]]
code = "x-5"
kind = "overdue"
hours_before = 5
at = 25:00:00
unit = "weeks"
"""


@pytest.mark.parametrize(
    ("file", "key"), [("ladder.toml", "steps"), ("rounds/2024-q1.toml", "ladder")], ids=["the office", "a round"]
)
def test_a_wrong_value_hides_no_other_fault_of_its_step_or_of_others(tmp_path: Path, file: str, key: str) -> None:
    folder = good_folder(tmp_path)
    with (folder / file).open("a") as opened:
        opened.write(BAD_STEP.format(key=key).replace("25:00:00", '"25:00"'))
    with pytest.raises(ConfigurationError) as caught:
        load(folder, {})
    found = [fault.key for fault in caught.value.faults]
    expected = ["x+2].offset_days", "x+2].to[0]", "x+2].needs", "x+2].template", "x-5].kind", "x-5].at", "x-5].unit"]
    assert sorted(found) == sorted(f"{key}[{place}" for place in expected)
