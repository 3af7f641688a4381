"""One limited child process and the talk with it: bytes in, checked lines out, and its end.

Flow: the child is started in its own session with an empty environment; it is fed while its lines are heard, so that
neither waits for the other; each line goes to `hear`, which checks it and says when the answer is complete.

Failure policy: whatever goes wrong with the child is one of two exceptions, TimeoutError or `ChildError`; in any case
its whole process group is killed before `talk` ends. Only a machine that cannot start a process raises `OSError`.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from bot.documents.limits import Limits
from bot.documents.wire import WireError

_CHUNK = 65_536


class ChildError(Exception):
    """The child died, fell silent or said what no child of ours says. Its text is for whoever mends software."""


def talk(
    command: Sequence[str], feed: Sequence[bytes], hear: Callable[[bytes], bool], limits: Limits, seconds: float
) -> None:
    """Starts `command`, writes `feed` to its input and gives each line of its output, without newline, to `hear`
    until that returns True. All within `seconds` and `limits.output_bytes`.

    Raises TimeoutError (also for a child that its own CPU limit has ended) and ChildError; a `WireError` of `hear`
    becomes a ChildError.
    """
    child = _Child(command, hear, limits, time.monotonic() + seconds)
    try:
        if child.listen(feed):
            return  # complete and checked: how the child ends does not matter
        status = child.await_exit()
    except WireError as fault:
        raise ChildError(str(fault)) from fault
    finally:
        child.end()
    if status in (-signal.SIGXCPU, -signal.SIGALRM):
        raise TimeoutError
    raise ChildError(f"reader ended with {status}: {child.last_words}")


class _Child:
    def __init__(self, command: Sequence[str], hear: Callable[[bytes], bool], limits: Limits, deadline: float) -> None:
        self._hear = hear
        self._limits = limits
        self._deadline = deadline
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

    @property
    def last_words(self) -> str:
        return self._stderr.decode("utf-8", "replace")[-400:]

    def listen(self, feed: Sequence[bytes]) -> bool:
        """Feeds the child and listens until the answer is complete (True) or it has closed its end.

        Raises TimeoutError, WireError.
        """
        process = self._process
        assert process.stdin and process.stdout and process.stderr
        pieces: Iterator[memoryview] = (memoryview(piece) for piece in feed if piece)
        waiting: memoryview | None = next(pieces, None)
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
                        if waiting is not None:
                            rest = _written(process.stdin, waiting)
                            waiting = rest or (None if rest is None else next(pieces, None))
                        if waiting is None:
                            selector.unregister(process.stdin)
                            process.stdin.close()
                        continue
                    chunk = os.read(key.fd, _CHUNK)
                    self._count(len(chunk))
                    if not chunk:
                        selector.unregister(key.fileobj)
                    if key.fileobj is process.stderr:
                        self._stderr = (self._stderr + chunk)[-self._limits.stderr_bytes :]
                    elif not chunk:
                        return False
                    elif self._take(chunk):
                        return True

    def _count(self, size: int) -> None:
        self._heard += size
        if self._heard > self._limits.output_bytes:
            raise WireError(f"more than {self._limits.output_bytes} bytes of output")

    def _take(self, chunk: bytes) -> bool:
        """Takes whole lines out of the buffer; True when the answer is complete."""
        self._buffer += chunk
        *lines, rest = bytes(self._buffer).split(b"\n") if b"\n" in chunk else (bytes(self._buffer),)
        self._buffer = bytearray(rest)
        if len(self._buffer) > self._limits.line_bytes:
            raise WireError(f"a line of more than {self._limits.line_bytes} bytes")
        complete = False
        for line in lines:
            complete = self._hear(line)
        return complete

    def await_exit(self) -> int:
        return await_exit(self._process, self._deadline)

    def end(self) -> None:
        end_group(self._process)


def await_exit(process: "subprocess.Popen[bytes]", deadline: float) -> int:
    """The exit status (a signal as its negative) of a process that is left alone. Raises TimeoutError at `deadline`
    (of the monotonic clock).
    """
    pause = 0.0005
    while True:
        # Not reaped before its group is killed: until then nobody else can be given its number.
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None:
            return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        if time.monotonic() >= deadline:
            raise TimeoutError
        time.sleep(pause)
        pause = min(pause * 2, 0.02)


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """Kills whatever is left of the process group that a process leads, and closes its pipes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _written(pipe: IO[bytes], waiting: memoryview) -> memoryview | None:
    """What is left of a piece to write; None when the child does not listen any more."""
    try:
        return waiting[os.write(pipe.fileno(), waiting[:_CHUNK]) :]
    except BlockingIOError:
        return waiting
    except BrokenPipeError:
        return None
