"""Whatever stands in place of any value: settings or faults come out, never another exception."""

import copy
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from settings_folder import GOOD

import bot.settings.loading as load_module
from bot.domain.office import Language
from bot.settings import ConfigurationError, load
from bot.settings.report import Report
from bot.settings.toml_files import read_toml

FILES = ("office.toml", "agencies.toml", "ladder.toml", "holidays.toml", "rounds/2024-q1.toml")
HOLIDAYS = {
    "national": True,
    "hours": {"opens": time(8), "closes": time(17)},
    "off": [{"day": date(2024, 3, 5), "why": "a"}],
    "swapped": [{"off": date(2024, 3, 6), "worked": date(2024, 3, 9), "why": "b"}],
}
ODD: tuple[Any, ...] = (
    "",
    "\x00 {x} %s",
    0,
    -(2**70),
    float("nan"),
    True,
    date(1, 1, 1),
    datetime(9999, 12, 31, 23, 59),
    time(23, 59),
    [],
    [[]],
    [{}],
    [None, "x"],
    {},
    {"code": {}},
)


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if above:
        yield above
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*above, key))
    if isinstance(value, list):
        for index, inner in enumerate(value[:1]):
            yield from paths(inner, (*above, index))


def tables_of(file: str) -> dict[str, Any]:
    if file == "holidays.toml":
        return HOLIDAYS
    tables = read_toml(GOOD / file, file, Report(Language.VI))
    assert tables is not None
    return tables


@pytest.mark.parametrize("file", FILES)
def test_no_value_breaks_the_loader(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {name: tables_of(name) for name in FILES}
    spoilt: dict[str, Any] = {}

    def spoilt_read(path: Path, name: str, report: Report) -> dict[str, Any]:
        key = path.relative_to(GOOD).as_posix()
        return copy.deepcopy(spoilt if key == file else right[key])

    monkeypatch.setattr(load_module, "read_toml", spoilt_read)
    faulty = 0
    for path in paths(right[file]):
        for odd in ODD:
            spoilt = copy.deepcopy(right[file])
            inner: Any = spoilt
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = odd
            try:
                load(GOOD, {"THUKY_IMAP__PORT": "1"})
            except ConfigurationError as error:
                assert error.faults
                faulty += 1
    assert faulty > 50
