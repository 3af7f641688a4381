"""A parent that has imported all of `thuky` and forks a daemon in no time: what makes hundreds of kills affordable.

Run as a program (see `forked_daemon`). One JSON line in, one out:

    {"start": ["run"], "env": {…}, "log": "…", "uid": u}  → {"pid": n}     that command, by that user (null: ours)
    {"reap": n, "seconds": s}                             → {"status": c}  exit code, or minus the signal; null: runs

A child is reaped by nobody else, so its number is nobody else's until then. It dies with its parent.
"""

import ctypes
import datetime as calendar
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import schedule

import bot
from bot import daemon, wiring
from bot.cli import app
from bot.settings import load
from bot.wiring import open_services

CONFIG = Path(bot.__file__).resolve().parents[1] / "config"

_PDEATHSIG = 1


def _import_all() -> None:
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if not found.name.startswith(("bot.store.migrations", "bot.documents.worker", "bot.__main__")):
            importlib.import_module(found.name)
    for name in (
        "jinja2",
        "css_inline",
        "structlog",
        "aiosmtplib",
        "imap_tools",
        "openpyxl",
        "docx",
        "alembic.command",
    ):
        importlib.import_module(name)


def _warm_up() -> None:
    """Opens an office once and throws it away: what is made at the first use (mappers, templates) is there."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(CONFIG, {"THUKY_DATA_DIR": folder})
        with open_services(settings, journal_level="critical"):
            pass


def _move_clock(env: dict[str, str]) -> None:
    """In a child: from now on every wall clock that the bot reads is off by the seconds that a file says, and each turn
    adds a byte to another. Nothing where no such file is named; the name is gone before settings are read.
    """
    name = env.pop("THUKY_TORTURE_CLOCK", "")
    if not name:
        return
    offset, turn = Path(name), daemon.turn

    class Moved(calendar.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> calendar.datetime:
            return calendar.datetime.now(tz) + calendar.timedelta(seconds=float(offset.read_text("ascii")))

    def counted(*given: Any) -> Any:
        with offset.with_suffix(".turns").open("ab") as file:
            file.write(b".")
        return turn(*given)

    daemon.turn = counted
    wiring.SystemClock.now = lambda _: Moved.now(calendar.UTC)  # type: ignore[method-assign]
    vars(schedule)["datetime"] = SimpleNamespace(**{**vars(calendar), "datetime": Moved})


def _start(words: list[str], env: dict[str, str], log: str, uid: int | None) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(code)
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        if uid is not None:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        os.environ.clear()
        _move_clock(env)
        os.environ.update(env)
        time.tzset()
        try:
            app(words)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        sys.stdout.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _reap(pid: int, seconds: float) -> int | None:
    until = time.monotonic() + seconds
    pause = 0.001
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(pause)
        pause = min(pause * 2, 0.02)


def main() -> None:
    """Serves until its input ends."""
    _import_all()
    _warm_up()
    gc.freeze()  # what is imported stays shared with the children
    ears, mouth = sys.stdin, os.fdopen(os.dup(1), "w")
    for line in ears:
        order = json.loads(line)
        if "start" in order:
            answer = {"pid": _start(order["start"], order["env"], order["log"], order["uid"])}
        else:
            answer = {"status": _reap(order["reap"], order["seconds"])}
        mouth.write(json.dumps(answer) + "\n")
        mouth.flush()


if __name__ == "__main__":
    main()
