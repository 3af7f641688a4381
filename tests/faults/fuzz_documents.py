"""Fuzzing of every reader of documents: valid files of every kind, changed by chance, read as the child reads them.

    python tests/faults/fuzz_documents.py [--whole] [--seconds N] [--seed S] [--keep FOLDER]

Flow: a seed file of some kind → one to four changes (parts dropped, doubled, swapped, cut, packed anew; attributes and
numbers driven to extremes, elements nested, moved, renamed; bytes) → read, unpacked, marked or cleaned in a forked
worker that has confined itself as the child does, all in one process so that thousands of cases a minute are possible.
Every 200th case goes through the real `Sandbox` instead.

What must hold: a document or a refusal with its reason, an answer that the parent's decoder takes, nothing that
carries macros after cleaning, no signal but those of the limits. What does not hold is a complaint; its file is kept in
`--keep` (as `make torture` has it: `tests/documents/fuzz`, where `test_documents_fuzz.py` reads every file ever after).
Prints the cases by kind and ends with 1 where there are complaints. A seed is printed and repeats a run's cases.
"""

import argparse
import hashlib
import os
import random
import select
import signal
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "documents"), str(ROOT / "tests" / "faults")]

from fuzz_mutations import mutated  # noqa: E402  the tests' folders come first
from fuzz_seeds import seeds  # noqa: E402

from bot.documents import confine, reader, unpack, wire, wire_files  # noqa: E402
from bot.documents.annotate import annotate  # noqa: E402
from bot.documents.children import module_places  # noqa: E402
from bot.documents.limits import DEFAULT_LIMITS, MIB, Limits, Refused  # noqa: E402
from bot.documents.macros import without_macros  # noqa: E402
from bot.documents.sandbox import Sandbox  # noqa: E402
from bot.domain.document import Document, Mark, Unreadable, UnreadableReason  # noqa: E402

MARKS = (Mark("Đề nghị xem lại =1+1", sheet="Biểu II.06", row=3, column=2), Mark("Đề nghị bổ sung", paragraph=1))
TASKS = ("read", "unpack", "annotate", "clean")
_CASES_A_WORKER = 400
_SANDBOX_EACH = 200
_ENDED_BY_LIMITS = (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM)
_HEAD = struct.Struct("<BI")
_LARGEST_KEPT = 20_000
_SLOW_SECONDS = 5.0


def attempt(task: str, payload: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, str]:
    """Does one task as the child does it: what came of it in a word, and what is wrong with that ("" for nothing).
    What the readers let through is raised.
    """
    if task == "read":
        decoder = wire.Decoder(limits)
        for line in wire.encode(reader.read_document(payload, limits)):
            if len(line) > limits.line_bytes:
                return "a long line", ""
            decoder.feed(line.rstrip(b"\n"))
        return _verdict(decoder.document)
    if task == "unpack":
        unpacked = wire_files.UnpackedDecoder(limits)
        for line in wire_files.encode_unpacked(unpack.unpack(payload, "tệp.zip", limits)):
            unpacked.feed(line.rstrip(b"\n"))
        if unpacked.unpacked is None:
            return "unfinished", "the answer never ended"
        return _verdict(unpacked.unpacked.fault) if unpacked.unpacked.fault else ("unpacked", "")
    try:
        made = annotate(payload, MARKS, limits) if task == "annotate" else without_macros(payload, limits)
    except Refused as refusal:
        return refusal.reason.value, "" if refusal.reason is not UnreadableReason.CRASHED else refusal.detail
    except MemoryError:
        return UnreadableReason.TOO_BIG.value, ""
    if made != payload:
        again = reader.read_document(made, limits)
        if not isinstance(again, Unreadable) and (again.traits.macros or again.traits.fetches):
            return task, f"a {task} copy still carries {again.traits.fetches or 'macros'}"
    return task, ""


def _verdict(document: Document | None) -> tuple[str, str]:
    if document is None:
        return "unfinished", "the answer never ended"
    if not isinstance(document, Unreadable):
        return "read", ""
    return document.reason.value, document.detail if document.reason is UnreadableReason.CRASHED else ""


@dataclass
class Worker:
    """A forked process that does tasks, confined as the child is but for its time, which is taken here for each."""

    pid: int = 0
    done: int = 0
    ours: tuple[int, int] = (-1, -1)

    def start(self) -> None:
        to_child, to_us = os.pipe(), os.pipe()
        self.pid, self.done = os.fork(), 0
        if self.pid == 0:
            os.close(to_child[1])
            os.close(to_us[0])
            _serve(to_child[0], to_us[1])
        os.close(to_child[0])
        os.close(to_us[1])
        self.ours = (to_us[0], to_child[1])

    def end(self) -> int:
        """Kills it where it still runs; how it ended (a signal as its negative)."""
        if not self.pid:
            return 0
        for descriptor in self.ours:
            os.close(descriptor)
        deadline = time.monotonic() + 2  # one that dies by itself is about to
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.01)
        else:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def cpu(self) -> float:
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def do(self, task: str, payload: bytes) -> tuple[str, str]:
        """As `attempt`; what the worker dies of is a complaint, unless its limits end it."""
        if not self.pid or self.done >= _CASES_A_WORKER:
            self.end()
            self.start()
        self.done += 1
        before = self.cpu()
        try:
            view = memoryview(_HEAD.pack(TASKS.index(task), len(payload)) + payload)
            while view:
                view = view[os.write(self.ours[1], view) :]
            answer = b""
            while not answer.endswith(b"\n"):
                if not select.select([self.ours[0]], [], [], 0.5)[0]:
                    if self.cpu() - before > DEFAULT_LIMITS.cpu_seconds:
                        os.kill(self.pid, signal.SIGKILL)
                        self.end()
                        return "timeout", ""
                    continue
                piece = os.read(self.ours[0], 65_536)
                if not piece:
                    break
                answer += piece
        except BrokenPipeError:
            answer = b""
        if not answer.endswith(b"\n"):
            status = self.end()
            return "died", "" if status in _ENDED_BY_LIMITS else f"the child ended with {status}"
        slow = self.cpu() - before
        word, _, complaint = answer.decode("utf-8", "replace").rstrip("\n").partition("\t")
        return f"{word} (slow)" if slow > _SLOW_SECONDS else word, complaint


def _serve(tasks: int, answers: int) -> None:
    """The worker's life; never returns."""
    try:
        size = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        # What is loaded here that no child of one file loads comes on top.
        memory = size + DEFAULT_LIMITS.memory_bytes - 60 * MIB
        lasting = replace(DEFAULT_LIMITS, memory_bytes=memory, cpu_seconds=3_600, wall_seconds=3_600)
        confine.confine_reader(lasting, module_places())
        signal.alarm(0)
        with os.fdopen(tasks, "rb") as source:
            while head := source.read(_HEAD.size):
                number, length = _HEAD.unpack(head)
                payload = source.read(length)
                try:
                    word, complaint = attempt(TASKS[number], payload)
                except Exception as fault:
                    word, complaint = "raised", f"{type(fault).__name__}: {fault}"
                os.write(answers, f"{word}\t{complaint[:300]}".replace("\n", " ").encode("utf-8", "replace") + b"\n")
    finally:
        os._exit(0)


@dataclass
class Tally:
    """What came of a run: cases and outcomes by kind, and complaints with their files."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    complaints: list[tuple[str, str, bytes]] = field(default_factory=list)
    slow: list[tuple[str, bytes]] = field(default_factory=list)

    def note(self, kind: str, task: str, outcome: tuple[str, str], payload: bytes) -> None:
        self.outcomes.setdefault(f"{kind} {task}", Counter())[outcome[0]] += 1
        if outcome[0] in ("timeout", "died") or outcome[0].endswith("(slow)"):
            self.slow.append((f"{kind} {task} {outcome[0]}", payload))
        if outcome[1]:
            self.complaints.append((f"{kind} {task}", outcome[1], payload))

    @property
    def cases(self) -> int:
        return sum(counter.total() for counter in self.outcomes.values())


def cases(seed: int) -> Iterator[tuple[str, str, bytes]]:
    """Without end: kind, task, changed file."""
    chance = random.Random(seed)
    valid = seeds()
    while True:
        kind, payload, contains = chance.choice(valid)
        task = "unpack" if contains else chance.choice(("read", "read", "read", "annotate", "clean"))
        yield kind, task, mutated(payload, chance)


def warm() -> None:
    """Loads every parser, as a confined process may not be able to, and shows that the seeds are valid."""
    for kind, payload, contains in seeds():
        for task in ("unpack",) if contains else ("read", "annotate", "clean"):
            word, complaint = attempt(task, payload)
            if complaint or (task == "read" and word != "read") or (task == "unpack" and word != "unpacked"):
                raise SystemExit(f"the seed of {kind} is not valid: {word} {complaint}")


def fuzz(seed: int, *, seconds: float = float("inf"), most: int = 10**9, sandboxed: bool = True) -> Tally:
    """Runs until the time is up or `most` cases are done."""
    warm()
    tally, worker, end = Tally(), Worker(), time.monotonic() + seconds
    sandbox = Sandbox()
    try:
        for number, (kind, task, payload) in enumerate(cases(seed)):
            if number >= most or time.monotonic() >= end:
                return tally
            if sandboxed and number % _SANDBOX_EACH == 0 and task == "read":
                tally.note(kind, "sandbox", _verdict(sandbox.read(payload, "tệp")), payload)
            else:
                tally.note(kind, task, worker.do(task, payload), payload)
    finally:
        worker.end()
    return tally


def keep(tally: Tally, folder: Path) -> None:
    """One file for each complaint of another kind, the smallest, where it is small enough to be kept."""
    folder.mkdir(parents=True, exist_ok=True)
    smallest: dict[tuple[str, str], bytes] = {}
    for kind, words, payload in tally.complaints:
        key = (kind, words[:60])
        if key not in smallest or len(payload) < len(smallest[key]):
            smallest[key] = payload
    for (kind, words), payload in smallest.items():
        name = f"{kind.replace(' ', '-')}-{hashlib.sha256(payload).hexdigest()[:10]}.bin"
        if len(payload) <= _LARGEST_KEPT:
            (folder / name).write_bytes(payload)
        print(f"kept {name} ({len(payload)} bytes): {words}")


def main() -> int:
    """The command. Returns the exit code."""
    parser = argparse.ArgumentParser(description="Documents changed by chance.")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--keep", type=Path, default=ROOT / "tests" / "documents" / "fuzz")
    parser.add_argument("--slow", type=Path, help="where to keep what ran into the limits")
    given, _ = parser.parse_known_args()  # `make torture` says the same to all
    seconds = given.seconds or (240.0 if given.whole else 20.0)
    print(f"seed {given.seed}", flush=True)
    tally = fuzz(given.seed, seconds=seconds)
    for name, counter in sorted(tally.outcomes.items()):
        print(f"{name:18} {counter.total():6}  {dict(counter.most_common())}")
    for (name, words), count in Counter((n, w[:100]) for n, w, _ in tally.complaints).most_common():
        print(f"WRONG {name}: {words} ({count} times)")
    print(f"{tally.cases} cases, {len(tally.complaints)} complaints")
    if tally.complaints:
        keep(tally, given.keep)
    if given.slow is not None and tally.slow:
        given.slow.mkdir(parents=True, exist_ok=True)
        for number, (name, payload) in enumerate(tally.slow):
            (given.slow / f"{number}-{name.replace(' ', '-')}.bin").write_bytes(payload)
    return int(bool(tally.complaints))


if __name__ == "__main__":
    sys.exit(main())
