"""How the house itself is: when the mailbox was read, when it could not be, and troubles that last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """From `began` to `ended` nobody read the mailbox. `why` is the server's last word, empty when the bot itself was
    not running. Instants are aware.
    """

    began: datetime
    ended: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong for a while. `code` picks the words of the alert, `subject` tells two of one kind apart.

    `since` is when it was first seen, `seen_at` when last; `told_at` when the coordinator was told, None as long as it
    is too young for that. `over_at` None: it lasts.
    """

    code: str
    subject: str
    since: datetime
    seen_at: datetime
    params: Mapping[str, str] = field(default_factory=dict)
    told_at: datetime | None = None
    over_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How the messages of one folder agreed with the records at `at`: `on_server` lay there, of which `missing` had no
    record although all of their time had been read.
    """

    folder: str
    at: datetime
    on_server: int
    missing: int
