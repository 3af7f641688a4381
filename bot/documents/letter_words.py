"""The words of the draft official letter, from `mail_templates/<language>/letter.toml`.

Loading holds the file against `KEYS`: every key is there, each a text. Raises LetterWordsError with file and key.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SECTIONS = {
    "head": "superior nation motto number about no_place place to to_all",
    "body": "basis no_basis printed due as_of annexed ask ask_all ask_annexed other contact telephone closing",
    "table": "number agency owed deadline silent unfinished unreached missing mend",
    "end": "recipients above archive signer name",
    "annex": "title subtitle attached",
    "file": "name",
}
KEYS = frozenset(f"{section}.{key}" for section, keys in _SECTIONS.items() for key in keys.split())


class LetterWordsError(ValueError):
    """A letter.toml cannot be used; the message names file and key."""


@dataclass(frozen=True, slots=True)
class LetterWords:
    """The words of one language."""

    texts: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> "LetterWords":
        """The words in `folder/letter.toml`. Raises LetterWordsError, OSError."""
        path = folder / "letter.toml"
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise LetterWordsError(f"{path}: {error}") from error
        texts = {f"{section}.{key}": text for section, words in data.items() for key, text in words.items()}
        for key in sorted(KEYS - texts.keys()):
            raise LetterWordsError(f"{path}: {key}: found nothing, expected a text")
        return cls(texts)

    def say(self, key: str, **params: object) -> str:
        """The words of `section.key`, filled. KeyError when there are none."""
        return self.texts[key].format(**params)
