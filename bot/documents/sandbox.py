"""The only way into a file that came by mail: one limited child process for each.

Flow: size and magic bytes are looked at here; what needs parsing goes to a child in its own session, with an empty
environment and limits on itself (`worker.confine`): payload on stdin, lines of `wire` on stdout. The parent reads them
as they come, checks each, and kills the child's whole process group when it is done or its time is up.

Failure policy: `read` never raises for what a file holds; every way of failing is an `Unreadable`. Only a machine
that cannot start a process at all raises (`OSError`): that is ours to mend, not the sender's.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from bot.documents import kinds
from bot.documents.limits import DEFAULT_LIMITS, Limits
from bot.documents.wire import Decoder, WireError
from bot.documents.worker import limits_to_text
from bot.domain.document import Document, FileKind, Unreadable, UnreadableReason

_ROOT = str(Path(__file__).resolve().parents[2])
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from bot.documents.worker import main; main(sys.argv[2])"
)
_CHUNK = 65_536
_LEAST_SECONDS = 0.25


class Sandbox:
    """Reads files that nobody vouches for. Holds no state between files and may be shared by threads."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, command: Sequence[str] | None = None) -> None:
        """`command` replaces the child's command line (tests: children that hang, flood or lie)."""
        self._limits = limits
        self._command = tuple(command) if command is not None else _command(limits)

    def read(self, payload: bytes, name: str) -> Document:
        """The facts of one file within `limits.wall_seconds`. `name` stands in details only, never decides anything."""
        return self._read(payload, name, self._limits.wall_seconds)

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> tuple[Document, ...]:
        """The facts of a mail's files (name, bytes) in their order, all within `limits.mail_seconds`.

        A file whose turn comes after that is `Unreadable` TIMEOUT, unless its first bytes already say enough.
        """
        end = time.monotonic() + self._limits.mail_seconds
        return tuple(
            self._read(payload, name, min(self._limits.wall_seconds, end - time.monotonic())) for name, payload in files
        )

    def _read(self, payload: bytes, name: str, seconds: float) -> Document:
        kind = kinds.sniff(payload)
        if kinds.is_blank(payload):
            return Unreadable(UnreadableReason.EMPTY, kind or FileKind.OTHER)
        if len(payload) > self._limits.file_bytes:
            detail = f"{name!r}: {len(payload)} bytes, limit {self._limits.file_bytes}"
            return Unreadable(UnreadableReason.TOO_BIG, kinds.guess(payload), detail, self._limits.file_bytes)
        if kind is not None:
            return Unreadable(UnreadableReason.UNSUPPORTED, kind)
        if seconds < _LEAST_SECONDS:
            detail = f"{name!r}: the mail's time was used up before its turn"
            return Unreadable(UnreadableReason.TIMEOUT, kinds.guess(payload), detail)
        return _Child(self._command, self._limits, time.monotonic() + seconds).read(payload, name)


def _command(limits: Limits) -> tuple[str, ...]:
    """The child's command line: this very package, found wherever this process found its own modules.

    Isolated mode ignores the environment and the current folder; without `site` no .pth file runs.
    """
    paths = [_ROOT, *(p for p in sys.path if Path(p).is_absolute() and p != _ROOT and Path(p).exists())]
    return (sys.executable, "-I", "-S", "-B", "-c", _BOOT, json.dumps(paths), limits_to_text(limits))


class _Child:
    """One child and the talk with it."""

    def __init__(self, command: Sequence[str], limits: Limits, deadline: float) -> None:
        self._limits = limits
        self._deadline = deadline
        self._decoder = Decoder(limits)
        self._buffer = bytearray()
        self._stderr = bytearray()
        self._heard = 0
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            close_fds=True,
            start_new_session=True,
            bufsize=0,
        )

    def read(self, payload: bytes, name: str) -> Document:
        kind = kinds.guess(payload)
        timeout = Unreadable(UnreadableReason.TIMEOUT, kind, f"{name!r}: no verdict in time")
        try:
            self._talk(payload)
            if self._decoder.document is not None:  # complete and checked: how the child ends does not matter
                return self._decoder.document
            status = self._await_exit()
        except TimeoutError:
            return timeout
        except WireError as fault:
            return Unreadable(UnreadableReason.CRASHED, kind, f"{name!r}: {fault}")
        finally:
            self._end()
        if status in (-signal.SIGXCPU, -signal.SIGALRM):
            return timeout
        said = self._stderr.decode("utf-8", "replace")[-400:]
        return Unreadable(UnreadableReason.CRASHED, kind, f"{name!r}: reader ended with {status}: {said}")

    def _talk(self, payload: bytes) -> None:
        """Feeds the child and listens until it has said all or closed its end. Raises TimeoutError, WireError."""
        process = self._process
        assert process.stdin and process.stdout and process.stderr
        waiting = memoryview(payload)
        with selectors.DefaultSelector() as selector:
            for stream in (process.stdin, process.stdout, process.stderr):
                os.set_blocking(stream.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            while True:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                for key, _ in selector.select(left):
                    if key.fileobj is process.stdin:
                        waiting = _written(process.stdin, waiting)
                        if not waiting:
                            selector.unregister(process.stdin)
                            process.stdin.close()
                        continue
                    chunk = os.read(key.fd, _CHUNK)
                    self._count(len(chunk))
                    if not chunk:
                        selector.unregister(key.fileobj)
                    if key.fileobj is process.stderr:
                        self._stderr = (self._stderr + chunk)[-self._limits.stderr_bytes :]
                    elif not chunk or self._take(chunk):
                        return

    def _count(self, size: int) -> None:
        self._heard += size
        if self._heard > self._limits.output_bytes:
            raise WireError(f"more than {self._limits.output_bytes} bytes of output")

    def _take(self, chunk: bytes) -> bool:
        """Takes whole lines out of the buffer; True when the document is complete."""
        self._buffer += chunk
        *lines, rest = bytes(self._buffer).split(b"\n") if b"\n" in chunk else (bytes(self._buffer),)
        self._buffer = bytearray(rest)
        if len(self._buffer) > self._limits.line_bytes:
            raise WireError(f"a line of more than {self._limits.line_bytes} bytes")
        for line in lines:
            self._decoder.feed(line)
        return self._decoder.document is not None

    def _await_exit(self) -> int:
        """The exit status (a signal as its negative) of a child that fell silent. Raises TimeoutError."""
        pause = 0.0005
        while True:
            # Not reaped before its group is killed: until then nobody else can be given its number.
            ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            if time.monotonic() >= self._deadline:
                raise TimeoutError
            time.sleep(pause)
            pause = min(pause * 2, 0.02)

    def _end(self) -> None:
        """Kills whatever is left of the child's process group and closes the pipes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


def _written(pipe: IO[bytes], waiting: memoryview) -> memoryview:
    """What is left to write; nothing when the child does not listen any more."""
    try:
        return waiting[os.write(pipe.fileno(), waiting[:_CHUNK]) :]
    except BlockingIOError:
        return waiting
    except BrokenPipeError:
        return memoryview(b"")
