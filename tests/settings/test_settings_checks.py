"""`[checks.CODE]` in office.toml, in rounds and in the environment."""

from pathlib import Path

import pytest
from settings_folder import good_folder

from bot.domain.form import Severity
from bot.domain.round import CheckSetting
from bot.settings import ConfigurationError, load


def added(tmp_path: Path, **texts: str) -> Path:
    """The good folder with a text added to its office's or its round's file."""
    folder = good_folder(tmp_path)
    files = {"office": folder / "office.toml", "round": folder / "rounds" / "2024-q1.toml"}
    for name, text in texts.items():
        files[name].write_text(files[name].read_text("utf-8").rstrip("\n") + "\n\n" + text, "utf-8")
    return folder


def test_nothing_is_changed_where_nothing_is_said(tmp_path: Path) -> None:
    settings = load(good_folder(tmp_path), {})
    assert settings.office.checks == ()
    assert all(r.checks == () for r in settings.rounds)


def test_an_office_and_a_round_say_their_own(tmp_path: Path) -> None:
    office = '[checks.X112]\nseverity = "error"\n\n[checks.W107]\noff = "thí điểm"\n'
    settings = load(added(tmp_path, office=office, round='[checks.X112]\nseverity = "remark"\n'), {})
    assert settings.office.checks == (CheckSetting("W107", None, "thí điểm"), CheckSetting("X112", Severity.ERROR))
    assert settings.rounds[0].checks == (CheckSetting("X112", Severity.REMARK),)


@pytest.mark.parametrize(
    ("office", "variables", "expected"),
    [
        ("", {"THUKY_CHECKS__X112__OFF": "thí điểm"}, CheckSetting("X112", None, "thí điểm")),
        (
            '[checks.X112]\nseverity = "remark"\n',
            {"THUKY_CHECKS__X112__SEVERITY": "error"},
            CheckSetting("X112", Severity.ERROR),
        ),
    ],
)
def test_a_variable_stands_over_the_file(
    office: str, variables: dict[str, str], expected: CheckSetting, tmp_path: Path
) -> None:
    assert load(added(tmp_path, office=office), variables).office.checks == (expected,)


@pytest.mark.parametrize(
    ("office", "variables", "place"),
    [
        ("", {"THUKY_CHECKS__X999__OFF": "abc"}, ("environment", "THUKY_CHECKS__X999__OFF")),
        ("", {"THUKY_CHECKS__F101__OFF": "abc"}, ("environment", "THUKY_CHECKS__F101__OFF")),
        (
            "",
            {"THUKY_CHECKS__X112__OFF": "abc", "THUKY_CHECKS__X112__SEVERITY": "error"},
            ("environment", "THUKY_CHECKS__X112__OFF, THUKY_CHECKS__X112__SEVERITY"),
        ),
        (
            '[checks.X112]\nseverity = "error"\n',
            {"THUKY_CHECKS__X112__OFF": "abc"},
            ("office.toml", "checks.X112, THUKY_CHECKS__X112__OFF"),
        ),
        ('[checks.X999]\noff = "abc"\n', {"THUKY_CHECKS__X112__OFF": "abc"}, ("office.toml", "checks.X999")),
    ],
)
def test_a_fault_of_a_code_names_where_it_was_written(
    office: str, variables: dict[str, str], place: tuple[str, str], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(added(tmp_path, office=office), variables)
    (fault,) = raised.value.faults
    assert (Path(fault.file).name, fault.key) == place


def test_a_variable_that_names_no_setting_of_a_code_is_warned_of(tmp_path: Path) -> None:
    settings = load(good_folder(tmp_path), {"THUKY_CHECKS__SEVERITY": "error", "THUKY_CHECKS__X112__WHY": "x"})
    assert settings.office.checks == ()
    assert {w.key for w in settings.warnings} == {"THUKY_CHECKS__SEVERITY", "THUKY_CHECKS__X112__WHY"}
