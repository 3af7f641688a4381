"""How much one file may cost, and the one exception by which the readers refuse a file.

Failure policy: a limit that is passed makes the file `TOO_BIG` (or `TIMEOUT`); nothing is ever cut off silently,
because a sum over half a table would be wrong without anybody noticing.
"""

import math
from dataclasses import dataclass

from bot.domain.document import Excess, UnreadableReason

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Sizes in bytes, times in seconds.

    `memory_bytes` is the child's address space: with a parent of up to 250 MiB the whole tree stays under 600 MiB.
    `file_bytes` is the file as it came; `uncompressed_bytes` all parts of its package together; `ratio` the most that
    an XML part above `ratio_floor_bytes` may shrink by (forms reach 60, a bomb of zeros 1,030). `max_row` and
    `max_column` are the farthest filled cell: a stray one at XFD1048576 would make every loop over the sheet endless.
    `max_merged_cells` counts the cells under merged ranges. `mail_seconds` is for all files of one mail together.
    `entries` files are taken out of one archive, `contained_bytes` out of all of a mail together, as the parent holds
    that much; `containers` are opened in one mail. Of a PDF the first `pdf_pages` and `pdf_chars` are read.
    `convert_seconds` are for all files of a mail that LibreOffice converts, beside `mail_seconds`;
    `convert_memory_bytes` is its address space, of which it fills a twentieth.
    """

    memory_bytes: int = 320 * MIB
    cpu_seconds: int = 15
    wall_seconds: float = 20.0
    mail_seconds: float = 25.0
    file_bytes: int = 30 * MIB
    uncompressed_bytes: int = 200 * MIB
    parts: int = 5_000
    ratio: int = 250
    ratio_floor_bytes: int = 4 * MIB
    max_sheets: int = 200
    max_cells: int = 300_000
    max_row: int = 50_000
    max_column: int = 1_000
    max_merges: int = 20_000
    max_merged_cells: int = 1_000_000
    max_paragraphs: int = 60_000
    max_text_chars: int = 6_000_000
    output_bytes: int = 64 * MIB
    line_bytes: int = 4 * MIB
    stderr_bytes: int = 4_096
    entries: int = 200
    containers: int = 30
    contained_bytes: int = 100 * MIB
    convert_seconds: float = 30.0
    convert_memory_bytes: int = 4096 * MIB
    pdf_pages: int = 30
    pdf_chars: int = 400_000


DEFAULT_LIMITS = Limits()


class Refused(Exception):
    """A reader gives the file up: `reason` and, for whoever mends software, `detail`."""

    def __init__(self, reason: UnreadableReason, detail: str, over: Excess | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.over = over


def corrupt(detail: str) -> Refused:
    return Refused(UnreadableReason.CORRUPT, detail)


def too_big(detail: str, what: str = "", limit: float = 0, actual: float = 0) -> Refused:
    """`what`, `limit` and `actual` as in `Excess`."""
    return Refused(UnreadableReason.TOO_BIG, detail, Excess(what, limit, actual) if what else None)


def megabytes(size: int) -> float:
    """As people say it: one digit behind the mark, and never less than it is."""
    return math.ceil(size * 10 / MIB) / 10


@dataclass(slots=True)
class Meter:
    """Counts something against its limit. Raises `Refused` TOO_BIG when it passes."""

    what: str
    limit: int
    said_as: str = ""  # the word of `F105`
    used: int = 0

    def add(self, amount: int = 1) -> None:
        self.used += amount
        if self.used > self.limit:
            said = megabytes(self.limit) if self.said_as == "unpacked" else self.limit
            raise too_big(f"more than {self.limit} {self.what}", self.said_as, said)
