"""The words of the tracker, from `mail_templates/<language>/tracker.toml`.

Loading holds the file against `KEYS`: every key is there, each a text. Raises TrackerWordsError with file and key.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COLUMNS = (
    "group", "code", "agency", "form", "status", "deadline", "first_received", "first_valid", "late", "version",
    "findings", "nudges", "last_nudge", "delivered", "contact", "reason", "file", "path",
)  # fmt: skip
UNDELIVERED = "undelivered"
# Those of an obligation, and one of the agency: nothing of it has come, and nothing of ours reaches it.
STATUSES = ("fulfilled", "fulfilled_late", "correction_needed", "held", "open", "overdue", "excused", UNDELIVERED)
_SECTIONS = {
    "head": "file title as_of sheet totals open_file yes no group form total",
    "column": " ".join(COLUMNS),
    "status": " ".join(STATUSES),
}
KEYS = frozenset(f"{section}.{key}" for section, keys in _SECTIONS.items() for key in keys.split())


class TrackerWordsError(ValueError):
    """A tracker.toml cannot be used; the message names file and key."""


@dataclass(frozen=True, slots=True)
class TrackerWords:
    """The words of one language."""

    texts: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> "TrackerWords":
        """The words in `folder/tracker.toml`. Raises TrackerWordsError, OSError."""
        path = folder / "tracker.toml"
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise TrackerWordsError(f"{path}: {error}") from error
        texts = {f"{section}.{key}": text for section, words in data.items() for key, text in words.items()}
        for key in sorted(KEYS - texts.keys()):
            raise TrackerWordsError(f"{path}: {key}: found nothing, expected a text")
        return cls(texts)

    def say(self, key: str, **params: object) -> str:
        """The words of `section.key`, filled. KeyError when there are none."""
        return self.texts[key].format(**params)
