"""Daemons out of the fork server: started in milliseconds, killed at will, ended and reaped by their id.

Flow: `with ForkServer() as server: child = server.start(["run"], env, log)`; `child.kill()`, `child.end()`, or
`child.wait(seconds)`. What a child was at is the last event of its journal (`child.phase`).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("fork_server.py")


class ForkServer:
    """The parent process. Not for use from two threads."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM)],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("THUKY_")} | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.kill_all()
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(20)

    def kill_all(self) -> None:
        """Nobody runs any more: what a test that failed has left."""
        for child in self._children:
            child.kill()

    def ask(self, **order: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(self, words: Sequence[str], env: Mapping[str, str], log: Path, *, uid: int | None = None) -> "Child":
        """Runs that command line, as user `uid`; its standard output and error go to the end of `log`."""
        begun = log.stat().st_size if log.exists() else 0
        answer = self.ask(start=list(words), env=dict(env), log=str(log), uid=uid)
        child = Child(self, answer["pid"], log, begun)
        self._children = [c for c in self._children if c.status is None] + [child]
        return child


@dataclass
class Child:
    """One run of a command. `status`: its exit code, or minus the signal that ended it; None while nobody waited."""

    server: ForkServer
    pid: int
    log: Path
    begun: int
    status: int | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def said(self) -> str:
        """What it has written."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(self.begun)
            return file.read().decode("utf-8", "replace")

    @property
    def phase(self) -> str:
        """The last event of its journal; `starting` before the first."""
        events = [
            part.partition("event='")[2].partition("'")[0] for part in self.said.splitlines() if "event='" in part
        ]
        return events[-1] if events else "starting"

    def has(self, event: int | str) -> bool:
        """Whether its journal has so many events, or one of that name."""
        if isinstance(event, int):
            return self.said.count("event='") >= event
        return f"event='{event}'" in self.said

    def wait(self, seconds: float) -> int | None:
        """Its end; None when it has not come after `seconds`."""
        if self.status is None:
            self.status = self.server.ask(reap=self.pid, seconds=seconds)["status"]
        return self.status

    def kill(self) -> int | None:
        """SIGKILL; gives how it ended, which is otherwise when it was over already."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait(10)
        return self.status

    def end(self, seconds: float = 15.0) -> float:
        """SIGTERM; gives the seconds that it took, and kills what has not ended after `seconds` (status -9)."""
        began = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        if self.wait(seconds) is None:
            self.kill()
        return time.monotonic() - began
