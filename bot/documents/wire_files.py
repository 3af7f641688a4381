"""How the child hands over files: what a container held, or one annotated file. The sister of `wire`.

Flow: `encode_unpacked` and `encode_annotated` turn bytes into lines of base64, each short; `UnpackedDecoder` and
`AnnotatedDecoder` take them one by one and put the bytes together again. `Task` is what the parent asks for.

Failure policy: as in `wire`, nothing that the child says is believed. Names, counts and sizes are checked before
anything is kept; the first line that does not fit raises `WireError`.
"""

import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NoReturn

from bot.documents.limits import Limits
from bot.documents.wire import WireError, excess
from bot.domain.document import ContainedFile, Excess, FileKind, Mark, Unpacked, Unreadable, UnreadableReason

NAME_CHARS = 255
PATH_CHARS = 1_000
_PIECE = 49_152
CONTAINER_OVER = frozenset(("files", "contained", "file", "ratio", "depth", "memory"))
"""What a child may say that a container has too much of; each has its words in F110."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the child is to do with the file that follows. `name` is the file's own name."""

    do: Literal["read", "unpack", "annotate", "clean"]
    name: str = ""
    marks: tuple[Mark, ...] = ()

    def line(self) -> bytes:
        """As the first line of the child's input."""
        marks = [asdict(mark) for mark in self.marks]
        return json.dumps({"do": self.do, "name": self.name, "marks": marks}).encode() + b"\n"


def read_task(line: bytes) -> Task:
    """The task that `Task.line` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    said = json.loads(line)
    return Task(said["do"], said["name"], tuple(Mark(**mark) for mark in said["marks"]))


def encode_unpacked(pieces: Iterable[ContainedFile | Unreadable]) -> Iterator[bytes]:
    """A container's files as lines, as they come; the last `Unreadable` among them is its fault."""
    fault: Unreadable | None = None
    for piece in pieces:
        if isinstance(piece, Unreadable):
            fault = piece
            continue
        yield _line(["file", piece.path, len(piece.payload)])
        yield from _base64(piece.payload)
    if fault is not None and fault.over is not None:
        yield _line(["over", fault.over.what, fault.over.limit, fault.over.actual])
    yield _line(["unpacked", *(_fault(fault) if fault else (None, None, None))])


def encode_annotated(result: bytes | Unreadable) -> Iterator[bytes]:
    """An annotated file, or why there is none, as lines."""
    if isinstance(result, Unreadable):
        yield _line(["refused", *_fault(result)])
        return
    yield _line(["file", "", len(result)])
    yield from _base64(result)
    yield _line(["annotated"])


def _base64(payload: bytes) -> Iterator[bytes]:
    for start in range(0, len(payload), _PIECE):
        yield _line(["b", binascii.b2a_base64(payload[start : start + _PIECE], newline=False).decode("ascii")])


def _line(words: list[Any]) -> bytes:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _fault(fault: Unreadable) -> tuple[str, str, str]:
    return fault.reason.value, fault.kind.value, fault.detail[:500]


class _Receiver:
    """Puts files together from their lines. `most` is what all of them may have."""

    def __init__(self, limits: Limits, most: int, files: int) -> None:
        self._most_each = min(most, limits.file_bytes) if files > 1 else most
        self._most = most
        self._files = files
        self._announced = 0
        self._open: tuple[str, int, bytearray] | None = None
        self.received: list[ContainedFile] = []

    def take(self, words: list[Any]) -> bool:
        """Whether the line was one of a file's."""
        match words:
            case ["file", str(path), int(size)] if type(size) is int:
                self._begin(path, size)
            case ["b", str(text)]:
                self._add(text)
            case _:
                return False
        return True

    def _begin(self, path: str, size: int) -> None:
        if self._open is not None or len(self.received) >= self._files:
            raise WireError("file out of place")
        self._announced += size
        if not 0 <= size <= self._most_each or self._announced > self._most:
            raise WireError("files of more bytes than allowed")
        self._open = (path, size, bytearray())
        self._close_if_whole()

    def _add(self, text: str) -> None:
        if self._open is None or len(text) > 2 * _PIECE:
            raise WireError("bytes out of place")
        try:
            piece = binascii.a2b_base64(text, strict_mode=True)
        except ValueError as fault:  # binascii.Error, and text that is not ASCII
            raise WireError(f"no base64: {fault}") from fault
        if not piece or len(self._open[2]) + len(piece) > self._open[1]:
            raise WireError("not the bytes that were announced")
        self._open[2].extend(piece)
        self._close_if_whole()

    def _close_if_whole(self) -> None:
        assert self._open is not None
        path, size, collected = self._open
        if len(collected) == size:
            self.received.append(ContainedFile(path, bytes(collected)))
            self._open = None

    def check_closed(self) -> None:
        if self._open is not None:
            raise WireError("a file that broke off")


class UnpackedDecoder:
    """Builds `Unpacked` from lines. `unpacked` is None until the last line has come."""

    def __init__(self, limits: Limits) -> None:
        self._receiver = _Receiver(limits, limits.contained_bytes, limits.entries)
        self._over: Excess | None = None
        self.unpacked: Unpacked | None = None

    def feed(self, line: bytes) -> bool:
        """Takes one line without its newline; True when all is there. Raises `WireError`."""
        if self.unpacked is not None:
            raise WireError("line out of place")
        words = _parsed(line)
        if words[0] == "file" and len(words) == 3:
            _check_path(words[1])
        if self._receiver.take(words):
            return False
        match words:
            case ["over", what, limit, actual] if self._over is None and isinstance(what, str):
                self._over = excess(what, limit, actual, CONTAINER_OVER)
                return False
            case ["unpacked", None, None, None] if self._over is None:
                fault = None
            case ["unpacked", str(reason), str(kind), str(detail)]:
                fault = replace(_unreadable(reason, kind, detail), over=self._over)
            case _:
                raise WireError(f"unknown line {str(words[0])[:20]!r}")
        self._receiver.check_closed()
        self.unpacked = Unpacked(tuple(self._receiver.received), fault)
        return True


class AnnotatedDecoder:
    """Takes one annotated file. `annotated` is its bytes, `refused` why there is none; both None until the end."""

    def __init__(self, limits: Limits) -> None:
        self._receiver = _Receiver(limits, 2 * limits.file_bytes, 1)
        self.annotated: bytes | None = None
        self.refused: Unreadable | None = None

    def feed(self, line: bytes) -> bool:
        """Takes one line without its newline; True when all is there. Raises `WireError`."""
        if self.annotated is not None or self.refused is not None:
            raise WireError("line out of place")
        words = _parsed(line)
        if self._receiver.take(words):
            return False
        self._receiver.check_closed()
        match words, self._receiver.received:
            case (["annotated"], [file]) if file.payload:
                self.annotated = file.payload
            case (["refused", str(reason), str(kind), str(detail)], []):
                self.refused = _unreadable(reason, kind, detail)
            case _:
                raise WireError(f"unknown line {str(words[0])[:20]!r}")
        return True


def _parsed(line: bytes) -> list[Any]:
    try:
        words = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise WireError(f"no JSON: {fault}") from fault
    if not isinstance(words, list) or not words:
        raise WireError("line out of place")
    return words


def _check_path(path: object) -> None:
    """A path is text to show and to sort by: relative, no steps up, nothing unprintable, names of a file system's
    length.
    """
    if not isinstance(path, str) or len(path) > PATH_CHARS:
        raise WireError("no path")
    if not all(part not in ("", ".", "..") and len(part) <= NAME_CHARS for part in path.split("/")):
        raise WireError("a path that leads elsewhere")
    if "\\" in path or any(
        ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in path
    ):
        raise WireError("a path of other than text")


def _unreadable(reason: str, kind: str, detail: str) -> Unreadable:
    try:
        return Unreadable(UnreadableReason(reason), FileKind(kind), detail[:500])
    except ValueError as fault:
        raise WireError(f"no reason or kind: {fault}") from fault


def _refuse_constant(name: str) -> NoReturn:
    raise WireError(f"{name} is no JSON")
