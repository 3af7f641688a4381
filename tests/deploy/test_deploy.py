"""The service unit and the container file: what they name exists, and they are as tight as their text says."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bot import cli

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/thuky.service"
CONTAINER = ROOT / "deploy/Containerfile"
COMMANDS = {name for names in cli.COMMANDS.values() for name in names}


def directives() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if "=" in line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_unit_starts_a_command_that_there_is_and_is_told_when_not_to_start_again() -> None:
    unit = directives()
    assert shlex.split(unit["ExecStart"][0])[-1] == "run"
    assert unit["Type"] == ["notify"]
    assert unit["RestartPreventExitStatus"] == [f"{cli.context.MISUSED} {cli.context.LOCKED}"]
    assert unit["Restart"] == ["on-failure"]
    assert unit["WatchdogSec"] == ["16min"], "above the 15 of stuck_seconds"
    assert {value.partition(":")[0] for value in unit["LoadCredential"]} == {"imap_password", "smtp_password"}


def test_the_unit_leaves_the_readers_of_foreign_files_what_they_need() -> None:
    unit = directives()
    allowed = unit["SystemCallFilter"][0].split()
    assert {"@system-service", "seccomp", "landlock_restrict_self"} <= set(allowed)
    assert "@resources" not in " ".join(unit["SystemCallFilter"][1:]), "their limits are set by prlimit"
    assert "@process" not in " ".join(unit["SystemCallFilter"][1:]), "unshare is in it"
    assert unit["RestrictNamespaces"] == ["user net"]
    assert "MemoryDenyWriteExecute" not in unit
    assert "ProcSubset" not in unit


@pytest.mark.systemd
def test_the_units_exposure_is_under_2_5() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(UNIT)], capture_output=True, text=True, timeout=30
    )
    level = re.search(r"exposure level for thuky\.service: (\d+\.\d)", done.stdout)
    assert level, done.stderr
    assert float(level[1]) < 2.5
    assert "Unknown" not in done.stderr


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n(\s*#.*\n)*", " ", CONTAINER.read_text("utf-8"))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_what_the_container_copies_is_there_and_is_all_that_runs_there() -> None:
    copied = [value.split() for word, value in instructions() if word == "COPY" and "--from" not in value]
    assert all((ROOT / source).exists() for source, _ in copied)
    assert {source for source, _ in copied} == {"requirements.lock", "bot", "mail_templates"}
    assert next(value for word, value in instructions() if word == "WORKDIR") == "/opt/thuky"


def test_the_container_runs_a_command_that_there_is_as_nobody_special() -> None:
    last = {word: value for word, value in instructions() if word != "HEALTHCHECK"}
    user = last["USER"].partition(":")[0]
    assert user.isdigit()
    assert int(user) > 0
    assert last["ENTRYPOINT"] == '["python", "-m", "bot"]'
    assert last["CMD"].strip('[]"') in COMMANDS
    words = [word for word, _ in instructions()]
    assert words.index("USER") > max(i for i, word in enumerate(words) if word in ("COPY", "RUN"))
    assert last["VOLUME"] == '["/data"]'
    check = next(value for word, value in instructions() if word == "HEALTHCHECK")
    assert re.search(r'CMD \["python", "-m", "bot", "(\w+)"', check)[1] in COMMANDS  # type: ignore[index]


def test_the_container_takes_only_what_the_lock_names_by_hash() -> None:
    runs = " ".join(value for word, value in instructions() if word == "RUN")
    assert "--require-hashes" in runs
    assert runs.count("pip install") == 1
    assert not [v for w, v in instructions() if w in ("ENV", "ARG") and re.search(r"password|secret|token", v, re.I)]


def test_the_page_names_both_and_every_command_in_it_is_one() -> None:
    page = (ROOT / "docs/deploy.md").read_text("utf-8")
    assert "deploy/thuky.service" in page
    assert "deploy/Containerfile" in page
    for command in re.findall(r"python -m bot (\w+)|thuky --config /etc/thuky/config (\w+)", page):
        assert set(filter(None, command)) <= COMMANDS
