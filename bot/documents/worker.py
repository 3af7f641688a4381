"""The limited child: takes one task and one file on stdin, says on stdout what came of it, and is gone.

Flow: limits on itself (`confine`), before any parser is loaded → stdin: a line with the task, then the file →
`reader`, `unpack` or `annotate` → lines of `wire` or `wire_files` on stdout.

Failure policy: what can be said in words is an `unreadable` line with exit code 0. The rest is the parent's to see:
a signal (CPU limit, alarm, abort of a native parser) or an exit code.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.documents.confine import confine_reader
from bot.documents.limits import Limits, Refused
from bot.domain.document import FileKind, Unreadable, UnreadableReason

if TYPE_CHECKING:
    from bot.documents.wire_files import Task


def limits_to_text(limits: Limits) -> str:
    """For the child's command line."""
    return json.dumps({name: getattr(limits, name) for name in Limits.__slots__})


def main(limits_text: str, places_text: str) -> None:
    """Reads one file. `limits_text` comes from `limits_to_text`; `places_text` names as JSON where the parsers lie."""
    limits = Limits(**json.loads(limits_text))
    confine_reader(limits, json.loads(places_text))
    # Native parsers print to descriptor 1 now and then: keep the real one for ourselves.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    from bot.documents import wire, wire_files  # after the limits: nothing that parses is loaded without them

    task = wire_files.read_task(sys.stdin.buffer.readline())
    payload = sys.stdin.buffer.read(limits.file_bytes + 1)
    for line in _answer(task, payload, limits):
        if len(line) > limits.line_bytes:
            line = next(wire.encode(Unreadable(UnreadableReason.TOO_BIG, detail=f"a text of {len(line)} bytes")))
            out.write(line)
            break
        out.write(line)
    out.flush()
    os._exit(0)  # tearing down the interpreter would only take time


def _answer(task: "Task", payload: bytes, limits: Limits) -> Iterator[bytes]:
    """What the child says, in lines. Each parser is loaded for the task that needs it."""
    from bot.documents import wire, wire_files

    if task.do == "unpack":
        from bot.documents import unpack

        yield from wire_files.encode_unpacked(unpack.unpack(payload, task.name, limits))
    elif task.do in ("annotate", "clean"):
        yield from wire_files.encode_annotated(_annotated(task, payload, limits))
    else:
        from bot.documents import reader

        yield from wire.encode(reader.read_document(payload, limits))


def _annotated(task: "Task", payload: bytes, limits: Limits) -> bytes | Unreadable:
    from bot.documents.annotate import annotate
    from bot.documents.macros import without_macros

    try:
        return without_macros(payload, limits) if task.do == "clean" else annotate(payload, task.marks, limits)
    except Refused as refusal:
        return Unreadable(refusal.reason, FileKind.OTHER, refusal.detail)
