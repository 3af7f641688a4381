"""What all tests share: the real mail servers, and the honest word about tests that were left out.

A test that asks for `mail_servers` (Dovecot and Postfix) or `imap_server` (Dovecot at least) gets them started on
loopback, once a worker; it is marked `servers` by itself. Tests marked `libreoffice`, `libarchive` or `chromium` need
those. Where they cannot run, such tests are left out and the summary names them, why, and what to install; with CI=true
they fail instead.
"""

from __future__ import annotations

import gc
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clamd_process import missing_clamd
from hypothesis import settings
from mail_servers import MailServers
from server_process import missing_dovecot, missing_postfix
from small_disk import missing_mounts
from sqlalchemy import Engine

from bot.documents import blank
from bot.documents.archive import has_library
from bot.documents.blank import BlankWords
from bot.documents.blank_facts import BlankFacts
from bot.documents.converter import find_libreoffice
from bot.domain.form import Form
from bot.store import schema

ROOT = Path(__file__).resolve().parents[1]


def _example_accounts() -> Iterator[str]:
    """The mailboxes of the example offices: the reporting mailbox, the coordinator, and everybody in the registry."""
    for folder in sorted((ROOT / "config" / "examples").glob("*/")):
        office = tomllib.loads((folder / "office.toml").read_text("utf-8"))
        yield from (office["office"]["address"], office["coordinator"]["address"])
        registry = tomllib.loads((folder / "agencies.toml").read_text("utf-8"))
        yield from (contact["address"] for agency in registry["agencies"] for contact in agency["contacts"])


AGENCIES = ("stp", "vpub", "stc", "stttt", "ptth", "bao", "tdm", "ta", "da", "bc", "tu", "btu", "bb", "dt", "pg")
ACCOUNTS = (
    "baocao@binhduong.example",
    "dieuphoi@binhduong.example",
    *(f"{code}@binhduong.example" for code in AGENCIES),
    *(f"{code}.ld@binhduong.example" for code in AGENCIES),
    "nguoila@noikhac.example",
    "canbo@hopthu.test",
    *_example_accounts(),
)
"""The sample office's mailboxes, two of strangers, and those of the example offices."""

# In CI the same examples at every run: a submission is judged by what it changes. Elsewhere each run looks further.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

ONE_WORKER = frozenset(
    {"tests/faults/test_faults_daemon.py", "tests/scenes/test_scene_kinds.py", "tests/demo/test_rehearsal.py"}
)

_LEFT_OUT = pytest.StashKey[dict[str, str]]()
_FROM_WORKERS: dict[str, str] = {}


def pytest_configure(config: pytest.Config) -> None:
    """The list is there even when collecting fails, or happens in workers only."""
    config.stash[_LEFT_OUT] = {}


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"true", "1", "yes"}


def _missing(fixtures: set[str]) -> str | None:
    """Why a test with these fixtures cannot run here; None when it can."""
    if "mail_servers" in fixtures:
        return missing_dovecot() or missing_postfix()
    return missing_dovecot() if "imap_server" in fixtures else None


def _missing_helper(item: pytest.Item) -> str | None:
    """Which optional program a marked test lacks here."""
    if item.get_closest_marker("libreoffice") and find_libreoffice() is None:
        return "LibreOffice is missing: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui"
    if item.get_closest_marker("libarchive") and not has_library():
        return "libarchive is missing: apt-get install libarchive13"
    if item.get_closest_marker("clamav"):
        return missing_clamd()
    if item.get_closest_marker("chromium") and shutil.which("chromium") is None:
        return "Chromium is missing: apt-get install chromium"
    if item.get_closest_marker("systemd") and shutil.which("systemd-analyze") is None:
        return "systemd-analyze is missing: apt-get install systemd"
    if item.get_closest_marker("strace") and shutil.which("strace") is None:
        return "strace is missing: apt-get install strace"
    if item.get_closest_marker("mounts"):
        return missing_mounts()
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark who needs the servers; leave them out where these cannot run, unless a missing server is a failure."""
    left_out = config.stash[_LEFT_OUT]
    for item in list(items):
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"mail_servers", "imap_server"}:
            item.add_marker("servers")
        if (reason := _missing(fixtures) or _missing_helper(item)) and not _in_ci():
            items.remove(item)
            left_out[item.nodeid] = reason
            config.hook.pytest_deselected(items=[item])


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not walk over it again and again, which took an eighth
    of the suite's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """xdist: each test goes to whoever is free, but the files of ONE_WORKER stay together, since one long run serves
    all their tests. (xdist's own groups are written into test ids, which pytest 9.2 no longer lets it change.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in ONE_WORKER else nodeid

    return Scheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """xdist: a worker reports to the controller what it left out; all workers collect the same tests."""
    _FROM_WORKERS.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """xdist: pack up for `pytest_testnodedown`."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash[_LEFT_OUT]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say plainly which tests did not run, why, and what would make them run."""
    left_out = _FROM_WORKERS | config.stash[_LEFT_OUT]
    if not left_out:
        return
    terminalreporter.section(f"LEFT OUT: {len(left_out)} tests that need programs not on this machine", yellow=True)
    for reason in sorted(set(left_out.values())):
        terminalreporter.line(f"{reason}:")
        for test in sorted(test for test, why in left_out.items() if why == reason):
            terminalreporter.line(f"  {test}")


def _require(reason: str | None) -> None:
    if reason:
        pytest.fail(f"{reason}; with CI=true a missing mail server is a failure", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def migrated_once() -> Iterator[None]:
    """A new database is a copy of the first one that the migrations made in this worker: a thousand tests open one, and
    the migrations take a fifth of a second each time. Their own tests take this off again (`test_store_schema`).
    """
    template = b""

    def bring_to_head(path: Path, engine: Engine, busy_seconds: float, *, durable: bool = True) -> None:
        nonlocal template
        is_new = path.stat().st_size == 0
        if is_new and template:
            path.write_bytes(template)
        schema.bring_to_head(path, engine, busy_seconds, durable=durable)
        if is_new and not template:
            engine.dispose()  # SQLite empties its log into the file
            template = path.read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.store.store.bring_to_head", bring_to_head)
        yield


@pytest.fixture(scope="session", autouse=True)
def blanks_made_once() -> Iterator[None]:
    """The same blank form of the same facts is made once a worker: a scene opens the office a dozen times, and half of
    its time went into the same files. Tests of the forms themselves have the real maker, which they import by name.
    """
    made: dict[tuple[str, str, str], bytes] = {}
    real = blank.make_blank

    def make_blank(form: Form, facts: BlankFacts, words: BlankWords) -> bytes:
        key = repr(form), repr(facts), repr(words)
        if key not in made:
            made[key] = real(form, facts, words)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blank, "make_blank", make_blank)
        yield


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """Dovecot and Postfix with `ACCOUNTS`, one pair a worker; a test that wants empty mailboxes calls `clear()`."""
    _require(_missing({"mail_servers"}))
    with MailServers(ACCOUNTS) as servers:
        yield servers


@pytest.fixture(scope="session")
def imap_server(request: pytest.FixtureRequest) -> Iterator[MailServers]:
    """Dovecot with `ACCOUNTS`: of the pair where Postfix can run too, else alone, as any user."""
    _require(_missing({"imap_server"}))
    if missing_postfix() is None:
        yield request.getfixturevalue("mail_servers")
        return
    with MailServers(ACCOUNTS, smtp=False) as servers:
        yield servers
