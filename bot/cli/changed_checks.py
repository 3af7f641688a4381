"""What the office and its rounds change of single finding codes, for `doctor` and `explain`."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.round import CheckSetting
from bot.screens import say
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class ChangedCheck:
    """One setting of one code and the file that holds it, relative to the configuration folder."""

    file: str
    setting: CheckSetting

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
    files = [("office.toml", settings.office.checks)]
    files += [(f"rounds/{round_.code}.toml", round_.checks) for round_ in settings.rounds]
    for file, found in files:
        yield from (ChangedCheck(file, setting) for setting in found if code in (None, setting.code))


def say_changed(settings: Settings, found: ChangedCheck) -> str:
    """The setting in one sentence, in the office's language."""
    language, setting = settings.language, found.setting
    if setting.off:
        return say(language, "explain.is_off", file=found.file, check=setting.code, why=setting.off)
    severity = say(language, f"explain.{setting.severity}")
    return say(language, "explain.is_changed", file=found.file, check=setting.code, severity=severity)
