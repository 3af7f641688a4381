"""The documentation is held against the code: every command, every word on screen, every outcome and state is told."""

import re
import string
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot import cli
from bot.checks.catalogue import pages
from bot.domain.mail import EvidenceSource, NoticeKind, Outcome, OutgoingState, Reason
from bot.domain.office import Language
from bot.screens import finding_words

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
FLOW = (ROOT / "docs/flow.md").read_text("utf-8")
GUIDE = (ROOT / "docs/huong-dan.md").read_text("utf-8")
COMMANDS = sorted(name for names in cli.COMMANDS.values() for name in names)
SCREENS = {
    lang: tomllib.loads((ROOT / f"mail_templates/{lang}/screens.toml").read_text("utf-8")) for lang in ("vi", "en")
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme(command):
    assert re.search(rf"`(thuky )?{command}\b", README), command


def test_no_command_is_missing():
    assert set(COMMANDS) == {
        "run",
        "once",
        "demo",
        "rehearse",
        "status",
        "mails",
        "outbox",
        "show",
        "check",
        "explain",
        "forms",
        "digest",
        "rebuild",
        "doctor",
        "extend",
        "excuse",
        "accept",
        "return",
        "received",
        "bind",
        "release",
        "grace",
        "mute",
        "decline",
        "undo",
        "decisions",
        "backup",
        "restore",
    }


@pytest.mark.parametrize("outcome", [o.value for o in Outcome])
def test_every_outcome_stands_in_the_flow(outcome):
    assert f"`{outcome}`" in FLOW


@pytest.mark.parametrize("state", [s.value for s in OutgoingState if s is not OutgoingState.SENDING])
def test_every_state_stands_in_the_flow(state):
    assert f"`{state}`" in FLOW


@pytest.mark.parametrize("kind", [k.value for k in NoticeKind])
def test_every_notice_has_a_template_in_every_language(kind):
    assert all((ROOT / f"mail_templates/{lang}/{kind}.j2").exists() for lang in ("vi", "en"))


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_screens_say_the_same_in_every_language():
    vi, en = (
        {f"{s}.{k}": _fields(v) for s, words in lang.items() for k, v in words.items()} for lang in SCREENS.values()
    )
    assert vi == en


def test_every_word_that_the_code_asks_for_is_there():
    known = {f"{section}.{key}" for section, words in SCREENS["vi"].items() for key in words}
    asked = {
        (path.name, key)
        for path in (ROOT / "bot").rglob("*.py")
        for key in re.findall(r'say\(\s*[\w.]*language,\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
    } | {
        (path.name, key)
        for path in (ROOT / "bot/cli").glob("*.py")
        for key in re.findall(r'stop\([\w.]+,\s*\w+,\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
    }
    assert asked
    assert {(name, key) for name, key in asked if key not in known} == set()


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("outcome", Outcome),
        ("reason", Reason),
        ("kind", NoticeKind),
        ("state", OutgoingState),
        ("source", EvidenceSource),
    ],
)
def test_every_stable_word_has_its_words_on_screen(section, words):
    assert set(SCREENS["vi"][section]) == {w.value for w in words}


def test_every_refused_decision_has_its_sentence():
    source = "".join(page.read_text("utf-8") for page in sorted((ROOT / "bot/flows").glob("*.py")))
    codes = set(re.findall(r'DecisionError\("(\w+)"', source))
    assert codes
    assert codes <= set(SCREENS["vi"]["error"])


def test_links_in_the_documents_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_guide_names_every_decision():
    for command in ["extend", "excuse", "accept", "return", "received", "bind", "release"]:
        assert f"thuky {command}" in GUIDE


def test_findings_are_as_generated():
    done = subprocess.run([sys.executable, ROOT / "tools/findings", "--check"], check=False)
    assert done.returncode == 0, "docs/findings.md is not what the checks say: run `make findings`"


def test_every_code_stands_in_the_findings_in_both_languages():
    told = (ROOT / "docs/findings.md").read_text("utf-8")
    for page in pages():
        titles = [finding_words(language).page(page.code).title for language in (Language.VI, Language.EN)]
        assert f"### {page.code} · {titles[0]} · {titles[1]}" in told
