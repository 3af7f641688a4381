"""THUKY_* variables over the settings of office.toml.

Flow: the file is one layer, the environment another; both are brought to the one place where each setting is kept,
then laid over each other, and `place` remembers where every value was written, so that a fault names the variable
and not a key that nobody wrote. `THUKY_IMAP__HOST` is `host` in `[imap]`. Unknown variables are warned of, not
refused: the environment is not ours alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.settings.faults import key_of
from bot.settings.models import OfficeFile
from bot.settings.report import Report
from bot.settings.toml_files import Location, Place, named_key, submodel

PREFIX = "THUKY_"
ENVIRONMENT = "environment"
# Read elsewhere: the command line, and the passwords.
RESERVED = frozenset({"THUKY_CONFIG", "THUKY_IMAP__PASSWORD", "THUKY_SMTP__PASSWORD", "THUKY_OAUTH2__CLIENT_SECRET",
                      "THUKY_OAUTH2__REFRESH_TOKEN"})  # fmt: skip
# Settings of the whole service that many look for beside the server they concern. Accepted there, kept at the top.
ALIASES: Mapping[Location, Location] = {
    ("imap", "poll_seconds"): ("poll_seconds",),
    ("imap", "retry_seconds"): ("retry_seconds",),
    ("imap", "retry_max_seconds"): ("retry_max_seconds",),
    ("smtp", "retry_seconds"): ("retry_seconds",),
    ("smtp", "retry_max_seconds"): ("retry_max_seconds",),
}


class Layers:
    """The settings of office.toml with the environment laid over them. `data` is for pydantic."""

    def __init__(self, file: str, tables: dict[str, Any], environ: Mapping[str, str], report: Report) -> None:
        self._file = file
        self._report = report
        self._origin: dict[Location, Place] = {}
        below = {_location(key): (value, (file, key)) for key, value in _leaves(tables)}
        above: dict[Location, tuple[Any, Place]] = {}
        for variable, value in sorted(environ.items()):
            if not variable.startswith(PREFIX) or variable in RESERVED:
                continue
            location = _spelt(variable)
            if location in ALIASES or _is_setting(location):
                above[location] = value, (ENVIRONMENT, variable)
            else:
                report.warn(ENVIRONMENT, variable, "w_environment")
        self.data: dict[str, Any] = {}
        for layer in (below, above):
            for location, (value, place) in self._normal(layer).items():
                if _put(self.data, location, value):
                    self._origin[location] = place

    def place(self, location: Location) -> Place:
        """The file or `environment`, and the key or variable, where the value at a pydantic location was written; of a
        table, the variables that made it, beside its key where it stands in the file too.
        """
        for end in range(len(location), 0, -1):
            if location[:end] in self._origin:
                file, key = self._origin[location[:end]]
                rest = location[end:]
                return (file, key) if file == ENVIRONMENT or not rest else (file, key_of((key, *rest)))
        key = named_key(self.data, location)
        within = [place for inner, place in self._origin.items() if location and inner[: len(location)] == location]
        variables = ", ".join(sorted(name for file, name in within if file == ENVIRONMENT))
        if not variables:
            return self._file, key
        if all(file == ENVIRONMENT for file, _ in within):
            return ENVIRONMENT, variables
        return self._file, f"{key}, {variables}"

    def of(self, *location: str) -> Place:
        return self.place(location)

    def _normal(self, layer: dict[Location, tuple[Any, Place]]) -> dict[Location, tuple[Any, Place]]:
        """Each setting at its one place. A time-out at the top holds for both servers, each of which may have its
        own.
        """
        result: dict[Location, tuple[Any, Place]] = {}
        for location, (value, place) in layer.items():
            target = ALIASES.get(location, location)
            if target in result and result[target][0] != value:
                self._report.fault(*place, f"{place[1]}, {result[target][1][1]}", "once_only")
            result[target] = value, place
        if ("timeout_seconds",) in result:
            for server in ("imap", "smtp"):
                result.setdefault((server, "timeout_seconds"), result[("timeout_seconds",)])
        return result


def _leaves(tables: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no table, with its dotted key; an empty table is a value too, so that it is judged."""
    for key, value in tables.items():
        name = f"{above}.{key}" if above else key
        if isinstance(value, dict) and value:
            yield from _leaves(value, name)
        else:
            yield name, value


def _location(key: str) -> Location:
    return tuple(key.split("."))


def _spelt(variable: str) -> Location:
    """`THUKY_IMAP__HOST` → `imap.host`; codes of checks are capitals in the file."""
    steps = variable.removeprefix(PREFIX).lower().split("__")
    return tuple(step.upper() if at == 1 and steps[0] == "checks" else step for at, step in enumerate(steps))


def _is_setting(location: Location) -> bool:
    owner = submodel(OfficeFile, location[:-1])
    return owner is not None and location[-1] in owner.model_fields and submodel(OfficeFile, location) is None


def _put(data: dict[str, Any], location: Location, value: Any) -> bool:
    """Sets a nested value; False where a plain value stands in the way, which pydantic will tell of."""
    for step in location[:-1]:
        data = data.setdefault(str(step), {})
        if not isinstance(data, dict):
            return False
    data[str(location[-1])] = value
    return True
