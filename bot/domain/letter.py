"""What every notice may have: the thread that it answers in, files that go with it, and a reason told in a stable
word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """What an answer hangs on (RFC 5322, 3.6.4): the mail's own Message-ID, its References and its subject."""

    message_id: str
    references: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a notice (gửi kèm): a blank form, or the agency's own file with the faults marked."""

    name: str
    content_type: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Why:
    """A reason, for people and for tests: `code` picks the words (screens.toml, `[why]`), `params` fill them."""

    code: str
    params: Mapping[str, str | int | datetime] = field(default_factory=dict)
