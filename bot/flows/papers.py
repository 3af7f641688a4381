"""What the papers of the house are written with, beside mails: the draft letter, the calendar file, the board.

Loaded by `bot.wiring` when first asked for. Failure policy: words that are missing are the installation's fault
(LetterWordsError, KeyError, OSError) and nothing is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.documents.letter_words import LetterWords


@dataclass(frozen=True, slots=True)
class BoardMemory:
    """What the board was made from: what the store was like, when, and until when it is right if nothing happens."""

    stamp: str
    seen_at: datetime
    stale_at: datetime


@dataclass(frozen=True)
class Papers:
    """`templates` is the folder `mail_templates`; `screens` the sections of screens.toml in the office's language."""

    templates: Path
    letter: LetterWords
    screens: Mapping[str, Mapping[str, str]]
    boards: list[BoardMemory] = field(default_factory=list)  # of the board that this process made last

    @property
    def calendar(self) -> Mapping[str, str]:
        """The words of the calendar file."""
        return self.screens["calendar"]

    def page(self, name: str, facts: Mapping[str, Any]) -> str:
        """The page of that name in `mail_templates/layout/pages/`."""
        from bot.mail.rendering_pages import render_page  # `thuky status` does without jinja2

        return render_page(self.templates, name, facts)

    def text(self, name: str) -> str:
        """A style or script that stands in a page as it is."""
        return _text(self.templates / "layout" / "pages" / name)


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")
