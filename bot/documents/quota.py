"""How much may come out of one container: files, bytes of each, bytes of all, and bytes for bytes that went in."""

from collections.abc import Iterable

from bot.documents.limits import Limits, Refused, too_big
from bot.domain.document import UnreadableReason


class FullError(Refused):
    """Nothing more may come out of this container."""

    def __init__(self, detail: str) -> None:
        super().__init__(UnreadableReason.TOO_BIG, detail)


class Quota:
    """Puts each file together from its pieces, within the limits. `packed` is the container's own size in bytes."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._limits = limits
        self._packed = packed
        self._most = min(limits.contained_bytes, max(limits.ratio_floor_bytes, limits.ratio * packed))
        self._bytes = 0
        self._files = 0

    def collect(self, path: str, pieces: Iterable[bytes]) -> bytes:
        """One file. Raises FullError, and `Refused` TOO_BIG when this file alone is too big; what it has given until
        then counts.
        """
        self._files += 1
        if self._files > self._limits.entries:
            raise FullError(f"more than {self._limits.entries} files")
        collected = bytearray()
        for piece in pieces:
            self._bytes += len(piece)
            if self._bytes > self._most:
                raise FullError(f"more than {self._most} bytes out of {self._packed}")
            collected += piece
            if len(collected) > self._limits.file_bytes:
                raise too_big(f"{path!r}: more than {self._limits.file_bytes} bytes")
        return bytes(collected)
