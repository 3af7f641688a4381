"""Every file of `faulty` spoils one file of the good configuration, and says itself what must be told of it."""

from pathlib import Path

import pytest
from settings_folder import HERE, good_folder

from bot.settings import ConfigurationError, load

FAULTY = sorted((HERE / "faulty").glob("*.toml"))


def expectations(text: str, word: str) -> list[list[str]]:
    lines = (line for line in text.splitlines() if line.startswith(f"# {word}: "))
    return [[part.strip() for part in line.removeprefix(f"# {word}: ").split(" | ")] for line in lines]


def test_the_unspoilt_configuration_is_right(tmp_path: Path) -> None:
    settings = load(good_folder(tmp_path), {})
    assert settings.warnings == ()
    assert [r.code for r in settings.rounds] == ["2024-q1"]


@pytest.mark.parametrize("path", FAULTY, ids=lambda p: p.stem)
def test_faulty(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    folder = good_folder(tmp_path)
    target = text.splitlines()[0].removeprefix("# replaces: ")
    (folder / target).write_text(text, encoding="utf-8")
    file = str(folder / target)
    try:
        faults, warnings = (), load(folder, {}).warnings
    except ConfigurationError as error:
        faults, warnings = error.faults, ()

    expected = expectations(text, "fault")
    assert {fault.key for fault in faults} == {key for key, _, _ in expected}, faults
    assert len(faults) == len(expected)
    for key, found, wanted in expected:
        told = [f for f in faults if f.key == key]
        assert any(found in f.found and wanted in f.expected for f in told), told
    for fault in faults:
        assert fault.file == file
        assert "bi-mat" not in str(fault)
    if not expected:
        # A weekday's warning may name the round as well; each one expected must be there, and no other.
        wanted_warnings = expectations(text, "warning")
        assert len(warnings) == len(wanted_warnings), warnings
        for key, words in wanted_warnings:
            assert any(w.key == key and words in w.message for w in warnings), warnings


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    expected = set()
    for name in (
        "office-unknown-key",
        "agencies-bad-contact",
        "ladder-step-twice",
        "holidays-range-reversed",
        "round-window-reversed",
    ):
        text = (HERE / "faulty" / f"{name}.toml").read_text(encoding="utf-8")
        target = text.splitlines()[0].removeprefix("# replaces: ")
        (folder / target).write_text(text, encoding="utf-8")
        expected |= {(str(folder / target), key) for key, _, _ in expectations(text, "fault")}
    (folder / "forms" / "outline.toml").write_text('code = "outline"\nkind = "poem"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(folder, {"THUKY_SMTP__PORT": "viele"})
    told = {(fault.file, fault.key) for fault in caught.value.faults}
    assert expected | {("environment", "THUKY_SMTP__PORT")} <= told
    assert str(folder / "forms/outline.toml") in {file for file, _ in told}
    # Nothing that hangs on a fault is told a second time: the round may name the broken form and agencies.
    assert {key for file, key in told if "rounds" in file} == {"window.last"}
