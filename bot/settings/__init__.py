"""Floor 4: configuration files → domain objects, all faults at once."""

from bot.settings.faults import Fault
from bot.settings.loading import load
from bot.settings.report import ConfigurationError, SettingsWarning
from bot.settings.settings import Settings

__all__ = ["ConfigurationError", "Fault", "Settings", "SettingsWarning", "load"]
