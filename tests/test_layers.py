"""The house of docs/architecture.md, held against the code: imports, sole users, clocks and files.

`faults` reads source text only, so that each rule is shown to fail on a small made-up module below, and then held
against every module under bot/.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOORS = {
    "domain": 1, "text": 1,
    "decide": 2, "checks": 2, "documents": 2, "mail": 2, "store": 2,
    "flows": 3,
    "settings": 4, "screens": 4, "watchdog": 4, "wiring": 4, "daemon": 4,
    "cli": 5, "demo": 5, "__main__": 6, "": 0,
}  # fmt: skip
"""Room → floor. The empty name is the package itself (its version), which anybody may read."""

ON_ONE_FLOOR = {
    ("wiring", "settings"), ("wiring", "screens"), ("daemon", "settings"), ("daemon", "wiring"), ("daemon", "screens"),
    ("daemon", "watchdog"), ("cli", "demo"),
}  # fmt: skip
"""Who may import a neighbour: the composition root puts settings to use, the daemon the root, the command the demo."""

ONLY = {"decide": {"domain", "text"}, "checks": {"domain", "text"}, "mail": {"domain", "text"},
        "documents": {"domain", "text"}, "store": {"domain"}}  # fmt: skip
"""Rooms of floor 2 that the picture gives less than all of floor 1."""

PURE = {"domain", "text", "decide", "checks"}
MAY_READ_THE_CLOCK = {"wiring", "daemon", "cli", "demo"}

SOLE_USERS = {
    "imap_tools": ("bot.mail.inbox", "bot.mail.session"),
    "imaplib": ("bot.mail.inbox", "bot.mail.session", "bot.mail.watch"),
    "aiosmtplib": ("bot.mail.smtp", "bot.mail.smtp_session"),
    "smtplib": ("bot.demo.*",),
    "jinja2": ("bot.mail.compose*", "bot.mail.rendering*"),
    "schedule": ("bot.daemon",),
    "sqlmodel": ("bot.store.*",),
    "sqlalchemy": ("bot.store.*",),
    "alembic": ("bot.store.*",),
    "sqlite3": ("bot.store.*",),
    "openpyxl": ("bot.documents.*", "bot.demo.*", "bot.settings.*"),
    "docx": ("bot.documents.*", "bot.demo.*"),
    "lxml": ("bot.documents.*", "bot.demo.*"),
    "python_calamine": ("bot.documents.*", "bot.demo.*"),
    "authres": ("bot.mail.authenticity",),
    "dkim": ("bot.mail.dkim_check",),
    "dns": ("bot.mail.dns_txt",),
    "typer": ("bot.cli.*",),
    "rich": ("bot.cli.*",),
    "pymap": ("bot.demo.*",),
    "aiosmtpd": ("bot.demo.*",),
}
"""Package → the modules that may import it; `bot.room.*` includes the room itself."""

CLOCKS = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.asctime",
    "email.utils.localtime", "email.utils.formatdate",
}  # fmt: skip
STOPWATCHES = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.process_time", "time.sleep"}
"""Fine for a time limit, but not in a pure room."""

OUTSIDE = {"os", "io", "socket", "ssl", "subprocess", "tempfile", "shutil", "glob", "threading", "asyncio", "signal",
           "random", "secrets", "uuid", "http", "urllib.request", "multiprocessing", "pathlib.Path"}  # fmt: skip
"""What a pure room does not import: the way to files, network, processes and chance. `pathlib.PurePath` is fine."""

FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob", "unlink", "mkdir"}


def faults(module: str, source: str) -> list[str]:
    """Everything in the source of `module` (dotted name) that the picture forbids, in words."""
    tree = ast.parse(source)
    room = _room(module)
    if room not in FLOORS:
        return [f"{module}: the room {room!r} is not in the picture"]
    imported = list(_imports(module, tree))
    found = [f"{module}:{line} {fault}" for line, name in imported if (fault := _import_fault(module, room, name))]
    for line, name in _names(tree, {alias: origin for _, alias, origin in _aliases(module, tree)}):
        if name in CLOCKS and room not in MAY_READ_THE_CLOCK:
            found.append(f"{module}:{line} reads the clock ({name}); take `now` as an argument")
        if room in PURE and (name in STOPWATCHES or name == "open()" or name.rpartition(".")[2] in FILE_METHODS):
            found.append(f"{module}:{line} is pure and must not use {name}")
    return found


def _import_fault(module: str, room: str, name: str) -> str | None:
    package = name.partition(".")[0]
    if package == "bot":
        other = _room(name)
        if other == room or other == "":
            return None
        if FLOORS.get(other, 9) > FLOORS[room]:
            return f"imports {name}, which is on a higher floor"
        if FLOORS[other] == FLOORS[room] and (room, other) not in ON_ONE_FLOOR:
            return f"imports {name}, a room on its own floor"
        if other not in ONLY.get(room, {other}):
            return f"imports {name}, which the picture does not give it"
        return None
    allowed = SOLE_USERS.get(package)
    if allowed is not None and not any(
        fnmatchcase(module, pattern) or module == pattern.removesuffix(".*") for pattern in allowed
    ):
        return f"imports {package}, which only {', '.join(allowed)} may"
    if room in PURE and any(name == outside or name.startswith(f"{outside}.") for outside in OUTSIDE):
        return f"is pure and must not import {name}"
    if room == "domain" and package not in sys.stdlib_module_names:
        return f"imports {package}; the vocabulary knows the standard library only"
    return None


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _aliases(module: str, tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Line, local name and full name of everything imported anywhere in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds `a`; `import a.b as c` binds c to a.b
                local, origin = (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
                yield node.lineno, local, origin
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*module.split(".")[: -node.level], *([base] if base else [])])
            for alias in node.names:
                yield node.lineno, alias.asname or alias.name, f"{base}.{alias.name}"


def _imports(module: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of what is imported, by a statement or by importlib with a literal name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function in {"import_module", "__import__"}:
                yield node.lineno, str(node.args[0].value)
    yield from (
        (line, origin) for line, _, origin in _aliases(module, tree) if "." in origin and not origin.startswith(".")
    )


def _names(tree: ast.AST, aliases: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of every name and attribute in use, imports' aliases resolved; `open()` if called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            yield node.lineno, "open()"
        parts: list[str] = []
        part: ast.AST = node
        while isinstance(part, ast.Attribute):
            parts.append(part.attr)
            part = part.value
        if isinstance(part, ast.Name) and isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, ".".join([aliases.get(part.id, part.id), *reversed(parts)])
        elif parts and isinstance(node, ast.Attribute):
            yield node.lineno, ".".join(["?", *reversed(parts)])


MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "bot").rglob("*.py"))
}


@pytest.mark.parametrize("module", MODULES)
def test_the_code_keeps_to_the_picture(module: str) -> None:
    path = MODULES[module]
    # A package's own file resolves `from . import` one level lower than a module does.
    name = f"{module}.__init__" if path.name == "__init__.py" else module
    source = path.read_text("utf-8")
    assert faults(name if "from ." in source else module, source) == []


def test_the_picture_names_every_room() -> None:
    picture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {_room(module) for module in MODULES} - {"", "__main__"}
    assert rooms <= set(FLOORS)
    assert [room for room in sorted(rooms) if f"bot/{room}" not in picture] == []
    assert rooms >= PURE  # the walk has really found the house


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("bot.decide.x", "from bot.flows import tick", "higher floor"),
        ("bot.domain.x", "from bot.settings import loader", "higher floor"),
        ("bot.flows.x", "def f():\n    import bot.cli.status", "higher floor"),
        ("bot.flows.x", "from importlib import import_module\nimport_module('bot.daemon')", "higher floor"),
        ("bot.decide.x", "from bot.store.store import Store", "own floor"),
        ("bot.decide.x", "from ..checks import catalogue", "own floor"),
        ("bot.text.x", "from bot.domain.mail import InboundMail", "own floor"),
        ("bot.settings.x", "from bot import wiring", "own floor"),
        ("bot.demo.x", "from bot.cli import main", "own floor"),
        ("bot.store.x", "from bot.text import accents", "does not give it"),
        ("bot.store.x", "from bot.text.accents import fold", "does not give it"),
        ("bot.attic.x", "", "not in the picture"),
        ("bot.mail.parse", "import imap_tools", "only bot.mail.inbox"),
        ("bot.flows.x", "import smtplib", "only bot.demo"),
        ("bot.mail.inbox", "import aiosmtplib.errors", "only bot.mail.smtp"),
        ("bot.mail.parse", "from jinja2 import Template", "only bot.mail.compose"),
        ("bot.flows.tick", "import schedule", "only bot.daemon"),
        ("bot.flows.tick", "from sqlmodel import Session", "only bot.store"),
        ("bot.settings.x", "from sqlalchemy.exc import OperationalError", "only bot.store"),
        ("bot.storehouse", "import alembic", "not in the picture"),
        ("bot.checks.x", "from openpyxl.utils import get_column_letter", "only bot.documents"),
        ("bot.settings.x", "from docx import Document", "only bot.documents"),
        ("bot.mail.parse", "from lxml import etree", "only bot.documents"),
        ("bot.flows.x", "import python_calamine", "only bot.documents"),
        ("bot.demo.x", "import typer", "only bot.cli"),
        ("bot.daemon", "from rich.console import Console", "only bot.cli"),
        ("bot.cli.x", "import pymap.user", "only bot.demo"),
        ("bot.domain.x", "from pydantic import BaseModel", "standard library only"),
        ("bot.decide.x", "from datetime import datetime\nnow = datetime.now()", "reads the clock"),
        ("bot.flows.x", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)", "reads the clock"),
        ("bot.mail.compose", "from datetime import date as day\nx = day.today", "reads the clock"),
        ("bot.store.x", "from time import time\nx = time()", "reads the clock"),
        ("bot.flows.x", "import time\ndef f(clock=time.time): ...", "reads the clock"),
        ("bot.mail.smtp", "from email import utils\nx = utils.formatdate()", "reads the clock"),
        ("bot.checks.x", "import time\nx = time.monotonic()", "is pure"),
        ("bot.text.x", "x = open('y').read()", "is pure"),
        ("bot.decide.x", "def f(p): return p.read_text()", "is pure"),
        ("bot.decide.x", "def f(p): return p().read_bytes()", "is pure"),
        ("bot.checks.x", "import os.path", "is pure"),
        ("bot.checks.x", "from pathlib import Path", "is pure"),
        ("bot.text.x", "import urllib.request", "is pure"),
        ("bot.decide.x", "import random", "is pure"),
    ],
)
def test_each_rule_can_fail(module: str, source: str, expected: str) -> None:
    found = faults(module, source)
    assert found, f"nothing found in {module}: {source!r}"
    assert any(expected in fault for fault in found)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "bot.decide.x",
            "from bot.domain.mail import InboundMail\nfrom bot.text import accents\nfrom . import judging",
        ),
        ("bot.flows.x", "from bot.decide import reminding\nfrom bot.store.store import Store"),
        ("bot.wiring", "from bot.settings import loader\nfrom datetime import UTC, datetime\nnow = datetime.now(UTC)"),
        ("bot.cli.x", "from bot.demo import play\nimport typer\nimport bot"),
        ("bot.mail.inbox", "import imap_tools, time\nlimit = time.monotonic()"),
        ("bot.mail.compose_parts", "import jinja2"),
        ("bot.store", "import sqlmodel"),
        ("bot.text.x", "from pathlib import PurePath\nfrom urllib.parse import quote\nimport re"),
        ("bot.decide.x", "def f(now): return now.today, plan.time, self.open"),
    ],
)
def test_what_the_picture_allows_passes(module: str, source: str) -> None:
    assert faults(module, source) == []
