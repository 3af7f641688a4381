"""Troubles that last, and when the coordinator is told of them: once when they are worth it, once when they are over.

Flow: the troubles that the database knows + what is seen now → the troubles to save and the alerts to send. What was
told is kept with the trouble, so that a restart tells nothing twice. Pure; never fails.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.domain.office import Vigilance
from bot.domain.watch import Trouble

MAILBOX_UNREACHABLE = "mailbox_unreachable"
SENDING_REFUSED = "sending_refused"
MAIL_PARKED = "mail_parked"
DISK_FULL = "disk_full"
READING_INCOMPLETE = "reading_incomplete"
SCANNER_DOWN = "scanner_down"
COUNTS_DIFFER = "counts_differ"
FLOOD = "flood"
TROUBLES = (
    MAILBOX_UNREACHABLE,
    SENDING_REFUSED,
    MAIL_PARKED,
    DISK_FULL,
    READING_INCOMPLETE,
    SCANNER_DOWN,
    COUNTS_DIFFER,
    FLOOD,
)
SINGLE = (
    "found_in_junk",
    "outgoing_refused",
    "outgoing_refused_many",
    "nudge_unknown",
    "infected_file",
    "answers_capped",
)
"""Alerts of what happened once: nothing lasts, so nothing is ever over."""
MOST_SINGLE_ALERTS = 5
"""More mails than these refused in one turn are told of in one alert."""

_PASSES_BY_ITSELF = frozenset({MAILBOX_UNREACHABLE, SENDING_REFUSED, READING_INCOMPLETE, SCANNER_DOWN})


@dataclass(frozen=True, slots=True)
class Seen:
    """Something wrong, as it is seen now. `subject` tells two of one kind apart; `at_once`: there is nothing to wait
    for before it is told.
    """

    code: str
    subject: str
    params: Mapping[str, str] = field(default_factory=dict)
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """What the coordinator is told of a trouble; `over`: that it has passed."""

    trouble: Trouble
    over: bool = False

    @property
    def key(self) -> str:
        """`alert:CODE:SUBJECT:SINCE`, with `:over` behind it in the end."""
        since = self.trouble.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"alert:{self.trouble.code}:{self.trouble.subject}:{since}{':over' if self.over else ''}"


@dataclass(frozen=True, slots=True)
class Change:
    """A trouble as it is to be saved, and what is to be told of it, if anything."""

    trouble: Trouble
    alert: Alert | None = None


def judge_troubles(
    lasting: Sequence[Trouble], seen: Sequence[Seen], *, judged: Collection[str], now: datetime, vigilance: Vigilance
) -> tuple[Change, ...]:
    """What becomes of the troubles `lasting`, given what is `seen` at `now`.

    `judged` are the codes that could be looked at: one of them that is not seen any more is over, and of the others
    nothing is known. Of two sightings of one trouble the last one counts.
    """
    known = {(t.code, t.subject): t for t in lasting}
    sightings = {(s.code, s.subject): s for s in seen}
    changes = []
    for key, sight in sightings.items():
        before = known.get(key) or Trouble(sight.code, sight.subject, since=now, seen_at=now)
        trouble = replace(before, seen_at=now, params=dict(sight.params))
        if trouble.told_at is None and (sight.at_once or now - trouble.since >= _patience(sight.code, vigilance)):
            trouble = replace(trouble, told_at=now)
            changes.append(Change(trouble, Alert(trouble)))
        else:
            changes.append(Change(trouble))
    for key, trouble in known.items():
        if trouble.code in judged and key not in sightings:
            ended = replace(trouble, over_at=now)
            changes.append(Change(ended, Alert(ended, over=True) if trouble.told_at else None))
    return tuple(changes)


def _patience(code: str, vigilance: Vigilance) -> timedelta:
    """How long a trouble lasts before it is worth telling: servers go away for minutes every day."""
    return vigilance.unreachable if code in _PASSES_BY_ITSELF else timedelta()
