"""Words for the terminal, from `mail_templates/<language>/screens.toml`, and the words of findings from the file beside
it: nothing that people read stands in the code.
"""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.letter import Why
from bot.domain.office import Language, WorkingTime
from bot.text.dates import say_deadline, say_instant

if TYPE_CHECKING:
    from bot.checks.words import Words

TEMPLATES = Path(__file__).resolve().parent.parent / "mail_templates"


@cache
def _words(folder: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads((folder / "screens.toml").read_text("utf-8"))


def say(language: Language, key: str, /, **params: object) -> str:
    """The words of `section.name`, filled with `params`. KeyError when the language lacks them (a test holds that
    none does).
    """
    section, _, name = key.partition(".")
    return _words(TEMPLATES / language.value)[section][name].format(**params)


def section(language: Language, name: str) -> dict[str, str]:
    """All words of one section, for pages that show many of them."""
    return dict(_words(TEMPLATES / language.value)[name])


def sections(language: Language) -> dict[str, dict[str, str]]:
    """All words of all sections, for papers that are written far from the screen."""
    return _words(TEMPLATES / language.value)


def say_why(language: Language, why: Why, working_time: WorkingTime) -> str:
    """A reason in words, times local to the office, with the next step of the ladder where there is one.

    Its `deadline` is said as deadlines are; every other instant as a moment.
    """

    def shown(name: str, value: str | int | datetime) -> str | int:
        if not isinstance(value, datetime):
            return value
        local = working_time.local(value)
        return say_deadline(local, language.value) if name == "deadline" else say_instant(local, language.value)

    params = {name: shown(name, value) for name, value in why.params.items()}
    said = say(language, f"why.{why.code}", **params)
    if "next" in params:
        said += "; " + say(language, "why.next", step=params["next"], at=params["next_at"])
    return said


def finding_words(language: Language) -> "Words":
    """The words of findings and their pages. Raises WordsError, which names file and key, and OSError."""
    from bot.checks.words import Words  # the catalogue takes a while to import, and most commands do without

    path = TEMPLATES / language.value / "findings.toml"
    return Words.parse(language.value, path.read_text("utf-8"), str(path))
