"""What the office and its rounds change of single finding codes, for `doctor` and `explain`."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.round import CheckSetting
from bot.screens import say
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class ChangedCheck:
    """One setting of one code and the file that holds it, relative to the configuration folder. `round` is the code of
    the round that says it, empty for the office.
    """

    file: str
    setting: CheckSetting
    round: str = ""

    def as_json(self) -> dict[str, str | None]:
        severity = self.setting.severity
        return {
            "file": self.file,
            "code": self.setting.code,
            "severity": severity.value if severity else None,
            "off": self.setting.off or None,
        }


def changed_checks(settings: Settings, code: str | None = None) -> Iterator[ChangedCheck]:
    """Every setting of a code, or of that one: the office's first, then each round's."""
    files = [("office.toml", settings.office.checks, "")]
    files += [(f"rounds/{round_.code}.toml", round_.checks, round_.code) for round_ in settings.rounds]
    for file, found, of in files:
        yield from (ChangedCheck(file, setting, of) for setting in found if code in (None, setting.code))


def say_changed(settings: Settings, found: ChangedCheck) -> str:
    """The setting in the office's language, and which counts where the office and a round both say something."""
    return _say_order(settings, found, _say_alone(settings, found))


def _say_alone(settings: Settings, found: ChangedCheck) -> str:
    language, setting = settings.language, found.setting
    if setting.off:
        return say(language, "explain.is_off", file=found.file, check=setting.code, why=setting.off)
    severity = say(language, f"explain.{setting.severity}")
    return say(language, "explain.is_changed", file=found.file, check=setting.code, severity=severity)


def _say_order(settings: Settings, found: ChangedCheck, said: str) -> str:
    """`said`, and which of the two counts where the office and a round both say something of that code."""
    code = found.setting.code
    rounds = [r.code for r in settings.rounds if any(setting.code == code for setting in r.checks)]
    if not rounds or not any(setting.code == code for setting in settings.office.checks):
        return said
    said = said.rstrip(".")
    if found.round:
        return say(settings.language, "explain.round_first", said=said, round=found.round)
    return say(settings.language, "explain.but_round", said=said, rounds=", ".join(rounds))
