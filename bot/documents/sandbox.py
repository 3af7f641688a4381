"""The only way into a file that came by mail: one limited child process for each.

Flow: size and magic bytes are looked at here; what needs parsing goes to a child in its own session, with an empty
environment and limits on itself (`confine`): the task and the payload on stdin, lines of `wire` or
`wire_files` on stdout (`talk`). Each line is checked as it comes; the child's whole process group is killed when it
is done or its time is up.

Failure policy: nothing here raises for what a file holds; every way of failing is an `Unreadable`, or None where an
annotated copy is all that fails. Only a machine that cannot start a process at all raises (`OSError`): that is ours
to mend, not the sender's.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.documents import kinds
from bot.documents.antivirus import Scanner, ScannerRefusedError
from bot.documents.budget import Budget
from bot.documents.children import PLACES, child_command
from bot.documents.converter import ENDINGS, Converter
from bot.documents.limits import DEFAULT_LIMITS, Limits, megabytes
from bot.documents.talk import ChildError, talk
from bot.documents.wire import Decoder
from bot.documents.wire_files import AnnotatedDecoder, Task, UnpackedDecoder
from bot.documents.worker import limits_to_text
from bot.domain.document import Document, Excess, FileKind, Mark, Unpacked, Unreadable, UnreadableReason

_LEAST_SECONDS = 0.25
_VBA = "_VBA_PROJECT".encode("utf-16-le")  # the storage's name stands in the clear in an OLE file's directory
_NEVER_READ = frozenset(
    {FileKind.IMAGE, FileKind.ARCHIVE, FileKind.MAIL, FileKind.MSG, FileKind.TNEF, FileKind.TEXT, FileKind.OTHER}
)


class Sandbox:
    """Reads files that nobody vouches for. Holds no state between files and may be shared by threads."""

    def __init__(
        self,
        limits: Limits = DEFAULT_LIMITS,
        command: Sequence[str] | None = None,
        converter: Converter | None = None,
        scanner: Scanner | None = None,
    ) -> None:
        """`command` replaces the child's command line (tests: children that hang, flood or lie). Without `converter`
        .doc and .rtf are UNCONVERTED. With `scanner` nothing is read or unpacked before it has said that it is clean;
        where it gives no verdict, `ScannerDownError` is raised.
        """
        self._scanner = scanner
        self._limits = limits
        self._converter = converter
        self._fixed = command is not None
        self._command = tuple(command) if command is not None else _command(limits)

    def budget(self) -> Budget:
        """What unpacking and reading one mail may cost together, from now on."""
        return Budget(self._limits)

    def read(self, payload: bytes, name: str) -> Document:
        """The facts of one file within `limits.wall_seconds`. `name` stands in details only, never decides anything."""
        (document,) = self.read_many(((name, payload),))
        return document

    def read_many(self, files: Sequence[tuple[str, bytes]], budget: Budget | None = None) -> tuple[Document, ...]:
        """The facts of a mail's files (name, bytes) in their order, all within `limits.mail_seconds`, and within
        `limits.convert_seconds` more where there are some that LibreOffice must convert.

        With `budget` the time that unpacking took counts. A file whose turn comes after that is `Unreadable` TIMEOUT,
        unless its first bytes already say enough.
        """
        end = (budget or self.budget()).end
        found: list[Document] = [self._read(payload, name, end) for name, payload in files]
        old = [i for i, document in enumerate(found) if _must_be_converted(document)]
        if not old:
            return tuple(found)
        began = time.monotonic()
        converted = self._converted([(_kind(found[i]), files[i][1]) for i in old])
        end += time.monotonic() - began
        for i, result in zip(old, converted, strict=True):
            kind = _kind(found[i])
            if isinstance(result, bytes):
                runs = kind is FileKind.DOC and _VBA in files[i][1]  # LibreOffice leaves macros behind
                found[i] = _as_kind(self._read(result, files[i][0], end), kind, macros=runs)
            else:
                found[i] = result
        return tuple(found)

    def _converted(self, files: Sequence[tuple[FileKind, bytes]]) -> tuple[bytes | Unreadable, ...]:
        if self._converter is not None:
            return self._converter.convert(files)
        return tuple(Unreadable(UnreadableReason.UNCONVERTED, kind, "no LibreOffice") for kind, _ in files)

    def unpack(self, payload: bytes, name: str, budget: Budget | None = None) -> Unpacked:
        """The files of an archive, of an Outlook mail (.msg) or of a winmail.dat, within `limits.wall_seconds`.

        One level only: what is a container itself stands among the files. A part that cannot be had is the `fault`.
        `budget` is that of all containers of the mail, which this one counts in.
        """
        budget = budget or self.budget()
        if over := budget.open_one():
            detail = f"{name!r}: the mail's containers are over {over.what} {over.limit}"
            return Unpacked((), Unreadable(UnreadableReason.TOO_BIG, kinds.guess(payload), detail, over))
        fault = self._too_big(payload, name) or self._infected(payload)
        if fault is not None:
            return Unpacked((), fault)
        limits = replace(self._limits, contained_bytes=budget.bytes_left)
        decoder = UnpackedDecoder(limits)
        seconds = min(limits.wall_seconds, budget.seconds_left)
        fault = self._talk(Task("unpack", name), payload, decoder.feed, limits.contained_bytes, seconds, limits)
        unpacked = decoder.unpacked if decoder.unpacked is not None else Unpacked((), fault)
        unpacked = self._told(unpacked, budget, in_mail=seconds < limits.wall_seconds)
        budget.take(unpacked.files, unpacked.fault.over if unpacked.fault else None)
        return unpacked

    def _told(self, unpacked: Unpacked, budget: Budget, *, in_mail: bool) -> Unpacked:
        """With the limit that the office has set, not with what the mail had left of it."""
        fault = unpacked.fault
        if fault is None:
            return unpacked
        over = fault.over
        if fault.reason is UnreadableReason.TIMEOUT:
            over = budget.out_of_time() if in_mail else Excess("seconds", self._limits.wall_seconds)
        elif over is not None and over.what == "contained":
            over = replace(over, limit=megabytes(self._limits.contained_bytes))
        return replace(unpacked, fault=replace(fault, over=over))

    def annotate(self, payload: bytes, name: str, marks: Sequence[Mark]) -> bytes | None:
        """A copy of a Word or Excel file with the marks in it; None when there can be none, for whatever reason."""
        if self._too_big(payload, name) is not None:
            return None
        decoder = AnnotatedDecoder(self._limits)
        self._talk(Task("annotate", name, tuple(marks)), payload, decoder.feed, 2 * self._limits.file_bytes)
        return decoder.annotated

    def without_macros(self, payload: bytes, name: str) -> bytes | None:
        """The file without whatever runs in it, the same bytes where nothing does; None where that cannot be had."""
        if self._too_big(payload, name) is not None:
            return None
        decoder = AnnotatedDecoder(self._limits)
        self._talk(Task("clean", name), payload, decoder.feed, 2 * self._limits.file_bytes)
        return decoder.annotated

    def _read(self, payload: bytes, name: str, end: float) -> Document:
        kind = kinds.sniff(payload)
        if kinds.is_blank(payload):
            return Unreadable(UnreadableReason.EMPTY, kind or FileKind.OTHER)
        fault = self._too_big(payload, name) or self._infected(payload)
        if fault is not None:
            return fault
        if kind in _NEVER_READ:
            return Unreadable(UnreadableReason.UNSUPPORTED, kind)
        if kind is FileKind.RTF:
            return Unreadable(UnreadableReason.UNCONVERTED, kind)
        seconds = min(self._limits.wall_seconds, end - time.monotonic())
        if seconds < _LEAST_SECONDS:
            detail = f"{name!r}: the mail's time was used up before its turn"
            return Unreadable(UnreadableReason.TIMEOUT, kinds.guess(payload), detail)
        decoder = Decoder(self._limits)

        def hear(line: bytes) -> bool:
            decoder.feed(line)
            return decoder.document is not None

        fault = self._talk(Task("read", name), payload, hear, seconds=seconds)
        if decoder.document is not None:
            return decoder.document
        assert fault is not None  # a talk ends well only when the document is complete
        return fault

    def _infected(self, payload: bytes) -> Unreadable | None:
        """What the virus scanner says against the file, where the office has one. Raises ScannerDownError."""
        if self._scanner is None:
            return None
        try:
            signature = self._scanner.scan(payload)
        except ScannerRefusedError as refusal:
            return Unreadable(UnreadableReason.CRASHED, kinds.guess(payload), str(refusal))
        return Unreadable(UnreadableReason.INFECTED, kinds.guess(payload), signature) if signature else None

    def _too_big(self, payload: bytes, name: str) -> Unreadable | None:
        if len(payload) <= self._limits.file_bytes:
            return None
        detail = f"{name!r}: {len(payload)} bytes, limit {self._limits.file_bytes}"
        most = self._limits.file_bytes
        over = Excess("size", megabytes(most), megabytes(len(payload)))
        return Unreadable(UnreadableReason.TOO_BIG, kinds.guess(payload), detail, over)

    def _talk(
        self,
        task: Task,
        payload: bytes,
        hear: Callable[[bytes], bool],
        file_bytes: int = 0,
        seconds: float | None = None,
        own: Limits | None = None,
    ) -> Unreadable | None:
        """Has a child do the task; None when `hear` has heard all. `file_bytes` may come back beside the words. The
        child keeps its `own` limits, where they are others than the office's.
        """
        command = self._command if own in (None, self._limits) or self._fixed else _command(own or self._limits)
        limits = replace(self._limits, output_bytes=self._limits.output_bytes + file_bytes * 3 // 2)
        seconds = self._limits.wall_seconds if seconds is None else seconds
        try:
            talk(command, (task.line(), payload), hear, limits, seconds)
        except TimeoutError:
            reason, words = UnreadableReason.TIMEOUT, "no verdict in time"
        except ChildError as fault:
            reason, words = UnreadableReason.CRASHED, str(fault)
        else:
            return None
        return Unreadable(reason, kinds.guess(payload), f"{task.name!r}: {words}")


def _must_be_converted(document: Document) -> bool:
    """The child has no reader for it, but LibreOffice may have."""
    unread = (UnreadableReason.UNSUPPORTED, UnreadableReason.UNCONVERTED)
    return isinstance(document, Unreadable) and document.reason in unread and document.kind in ENDINGS


def _kind(document: Document) -> FileKind:
    return document.kind if isinstance(document, Unreadable) else document.traits.kind


def _as_kind(document: Document, kind: FileKind, *, macros: bool) -> Document:
    """What was read from a converted file, as the file of that kind which it was."""
    if isinstance(document, Unreadable):
        return replace(document, kind=kind)
    return replace(document, traits=replace(document.traits, kind=kind, macros=macros))


def _command(limits: Limits) -> tuple[str, ...]:
    """The child's command line."""
    return child_command("from bot.documents.worker import main; main(*sys.argv[2:])", limits_to_text(limits), PLACES)
