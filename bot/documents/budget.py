"""What all containers of one mail may cost together: how many are opened, bytes taken out of them, and time.

Each archive has limits of its own; without a common end a few kilobytes of archives in archives keep the office busy
for hours. Pure but for the clock that it is given.
"""

import time
from collections.abc import Callable, Sequence

from bot.documents.limits import Limits, megabytes
from bot.domain.document import ContainedFile, Excess

_UNPACKING = 0.6  # of a mail's time; what is left is for reading whatever came out
_LEAST_SECONDS = 0.25


class Budget:
    """One mail's, from now on. `clock` gives seconds that never run backwards."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        began = clock()
        self.end = began + limits.mail_seconds
        self._unpacked_by = began + _UNPACKING * limits.mail_seconds
        self._opened = 0
        self._bytes = 0

    @property
    def bytes_left(self) -> int:
        """What may still come out of the mail's containers."""
        return max(0, self._limits.contained_bytes - self._bytes)

    @property
    def seconds_left(self) -> float:
        """For unpacking."""
        return self._unpacked_by - self._clock()

    def open_one(self) -> Excess | None:
        """Counts one more container; what stands against opening it, as the mail's owner is told, or None."""
        if self._opened >= self._limits.containers:
            return Excess("containers", self._limits.containers)
        if self.bytes_left == 0:
            return Excess("contained", megabytes(self._limits.contained_bytes))
        if self.seconds_left < _LEAST_SECONDS:
            return self.out_of_time()
        self._opened += 1
        return None

    def out_of_time(self) -> Excess:
        """What is said of a container that took longer than there was time."""
        return Excess("seconds", round(_UNPACKING * self._limits.mail_seconds, 1))

    def take(self, files: Sequence[ContainedFile], over: Excess | None) -> None:
        """Counts what came out of one. Where there was more than might come out, nothing is left."""
        self._bytes += sum(len(file.payload) for file in files)
        if over is not None and over.what == "contained":
            self._bytes = self._limits.contained_bytes
