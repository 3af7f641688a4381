"""What loading finds wrong: gathered here while everything else is still read, so that all of it is told at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from bot.domain.office import Language
from bot.settings.faults import Fault
from bot.settings.words import Words


@dataclass(frozen=True, slots=True)
class SettingsWarning:
    """Something allowed that is probably not meant. `file` and `key` as in a Fault; `message` in the office's
    language.
    """

    file: str
    key: str
    message: str


class ConfigurationError(Exception):
    """The configuration is wrong. `faults` holds every fault that was found, in the order of the files; `language` is
    the one that they are said in.
    """

    def __init__(self, faults: Iterable[Fault], language: Language) -> None:
        self.faults = tuple(faults)
        self.language = language
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Report:
    """Collects faults and warnings; says them in the office's language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.words = Words(language)
        self._faults: dict[Fault, None] = {}
        self._warnings: dict[SettingsWarning, None] = {}

    def fault(self, file: str, key: str, found: str, expected: str, **params: object) -> None:
        """Adds a fault. `found` is said as it is, `expected` is the key of a sentence. The same fault is kept once."""
        self.add(Fault(file, key, found, self.words.say(expected, **params)))

    def add(self, fault: Fault) -> None:
        self._faults[fault] = None

    def warn(self, file: str, key: str, message: str, **params: object) -> None:
        self._warnings[SettingsWarning(file, key, self.words.say(message, **params))] = None

    def say(self, key: str, **params: object) -> str:
        return self.words.say(key, **params)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(self._faults)

    @property
    def warnings(self) -> tuple[SettingsWarning, ...]:
        return tuple(self._warnings)

    def shown(self, value: object) -> str:
        """A value as it stands in TOML, cut at 80 characters."""
        match value:
            case None:
                return self.say("nothing")
            case bool():
                return str(value).lower()
            case str():
                text = f'"{value}"'
            case date() | datetime() | time():
                return value.isoformat()
            case dict():
                return self.say("a_table")
            case list() | tuple():
                return self.say("a_list", count=len(value))
            case _:
                text = str(value)
        return text if len(text) <= 80 else text[:77] + "..."
