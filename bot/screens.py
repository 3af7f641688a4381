"""Words for the terminal, from `mail_templates/<language>/screens.toml`, and the words of findings from the file beside
it: nothing that people read stands in the code.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.office import Language

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


def finding_words(language: Language) -> "Words":
    """The words of findings and their pages. Raises WordsError, which names file and key, and OSError."""
    from bot.checks.words import Words  # the catalogue takes a while to import, and most commands do without

    path = TEMPLATES / language.value / "findings.toml"
    return Words.parse(language.value, path.read_text("utf-8"), str(path))
