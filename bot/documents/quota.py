"""How much may come out of one container: files, bytes of each, bytes of all, and bytes for bytes that went in."""

from collections.abc import Iterable

from bot.documents.limits import Limits, Refused, megabytes, too_big
from bot.domain.document import Excess, UnreadableReason


class FullError(Refused):
    """Nothing more may come out of this container."""

    def __init__(self, detail: str, over: Excess) -> None:
        super().__init__(UnreadableReason.TOO_BIG, detail, over)


class Quota:
    """Puts each file together from its pieces, within the limits. `packed` is the container's own size in bytes."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._limits = limits
        self._packed = packed
        self._most = min(limits.contained_bytes, max(limits.ratio_floor_bytes, limits.ratio * packed))
        self._bytes = 0
        self._files = 0
        self._announced = 0

    def announce(self, files: int) -> None:
        """How many files the container says it has; only what is told of too many depends on it."""
        self._announced = files

    def collect(self, path: str, pieces: Iterable[bytes]) -> bytes:
        """One file. Raises FullError, and `Refused` TOO_BIG when this file alone is too big; what it has given until
        then counts.
        """
        self._files += 1
        if self._files > self._limits.entries:
            over = Excess("files", self._limits.entries, self._announced)
            raise FullError(f"more than {self._limits.entries} files", over)
        collected = bytearray()
        for piece in pieces:
            self._bytes += len(piece)
            if self._bytes > self._most:
                raise FullError(f"more than {self._most} bytes out of {self._packed}", self._too_much())
            collected += piece
            if len(collected) > self._limits.file_bytes:
                most = self._limits.file_bytes
                raise too_big(f"{path!r}: more than {most} bytes", "file", megabytes(most))
        return bytes(collected)

    def _too_much(self) -> Excess:
        if self._most == self._limits.contained_bytes:
            return Excess("contained", megabytes(self._most))
        return Excess("ratio", self._limits.ratio)
