"""The words of blank forms, from `mail_templates/<language>/blanks.toml`.

Loading holds the file against `KEYS`: every key is there, each a text. Raises BlankWordsError with file and key.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SECTIONS = {
    "head": "period agency receiver window annex total_count",
    "mark": "mark page",
    "sign": "day left left_note right right_note",
    "sheet": "name computed carried",
    "entry": """wrong required integer decimal percent date window choice series parts percents minutes text minimum
        maximum both unit figures wrong_integer wrong_decimal wrong_percent wrong_date wrong_window wrong_choice
        wrong_minutes""",
    "letter": "number place nation motto report optional closing recipients recipient archive head head_note",
}
KEYS = frozenset(f"{section}.{key}" for section, keys in _SECTIONS.items() for key in keys.split())


class BlankWordsError(ValueError):
    """A blanks.toml cannot be used; the message names file and key."""


@dataclass(frozen=True, slots=True)
class BlankWords:
    """The words of one language."""

    texts: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> "BlankWords":
        """The words in `folder/blanks.toml`. Raises BlankWordsError, OSError."""
        path = folder / "blanks.toml"
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise BlankWordsError(f"{path}: {error}") from error
        texts = {f"{section}.{key}": text for section, words in data.items() for key, text in words.items()}
        for key in sorted(KEYS - texts.keys()):
            raise BlankWordsError(f"{path}: {key}: found nothing, expected a text")
        return cls(texts)

    def say(self, key: str, **params: object) -> str:
        """The words of `section.key`, filled. KeyError when there are none."""
        return self.texts[key].format(**params)
