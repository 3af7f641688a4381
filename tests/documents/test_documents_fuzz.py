"""Files changed by chance: every reader answers with a document or a refusal, whatever the change.

The long run is `tests/faults/fuzz_documents.py`, part of `make torture`. Each file in `fuzz/` once made a reader fail.
"""

import random
import sys
from pathlib import Path

import pytest
from fuzz_mutations import mutated
from fuzz_seeds import seeds

from bot.documents.limits import Limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))

import fuzz_documents as fuzzing

KEPT = Path(__file__).with_name("fuzz")
CASES = 100


def test_files_changed_by_chance_are_answered() -> None:
    tally = fuzzing.fuzz(20230310, most=CASES, sandboxed=False)
    assert [(kind, words) for kind, words, _ in tally.complaints] == []
    assert tally.cases == CASES
    words = {word for counter in tally.outcomes.values() for word in counter}
    assert {"read", "corrupt", "unpacked"} <= words  # both the changed and the broken get through


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.bin")), ids=lambda path: path.name)
@pytest.mark.parametrize("task", fuzzing.TASKS)
def test_what_once_made_a_reader_fail_is_answered(path: Path, task: str) -> None:
    assert fuzzing.attempt(task, path.read_bytes())[1] == ""


def test_a_run_can_be_repeated() -> None:
    payload = seeds()[3][1]
    again = [mutated(payload, random.Random(7)) for _ in range(2)]
    assert again[0] == again[1] != payload


@pytest.mark.parametrize(
    ("fault", "words"), [(ValueError("lỗ hổng"), "ValueError"), (None, "still carries")], ids=["raises", "keeps macros"]
)
def test_a_reader_that_fails_is_noticed(monkeypatch: pytest.MonkeyPatch, fault: Exception | None, words: str) -> None:
    def broken(payload: bytes, limits: Limits) -> bytes:
        if fault is not None:
            raise fault
        return payload + b" "  # another file, with everything that was in it

    monkeypatch.setattr(fuzzing, "without_macros", broken)
    payload = next(payload for kind, payload, _ in seeds() if kind == "xlsm")
    worker = fuzzing.Worker()
    try:
        assert words in worker.do("clean", payload)[1]
    finally:
        worker.end()


def test_a_worker_that_dies_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr(fuzzing.reader, "read_document", lambda payload, limits: os._exit(3))
    worker = fuzzing.Worker()
    try:
        assert worker.do("read", b"x") == ("died", "the child ended with 3")
    finally:
        worker.end()
