"""docs/configuration.md names every setting, and every variable that overrides one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_origin

import pytest
from pydantic import BaseModel

from bot.settings import models
from bot.settings.agencies_xlsx import HEADINGS
from bot.settings.environment import ALIASES
from bot.settings.form_models import FormModel
from bot.settings.toml_files import submodel

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
FILES = {
    "office.toml": models.OfficeFile,
    "agencies.toml": models.AgenciesFile,
    "ladder.toml": models.LadderFile,
    "holidays.toml": models.HolidaysFile,
    "rounds/*.toml": models.RoundFile,
    "forms/*.toml": FormModel,
}


def section(name: str) -> str:
    """The text under the heading that names a file, up to the next of its kind."""
    found = re.search(rf"^## `{re.escape(name)}`.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[0]


def keys(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in model.model_fields:
        inner = submodel(model, (name,))
        if inner is None:
            yield (*above, name)
        elif get_origin(model.model_fields[name].annotation) is dict:
            yield from keys(inner, (*above, name, "code"))  # a table of tables, each under a code
        else:
            yield from keys(inner, (*above, name))


CASES = [(file, key) for file, model in FILES.items() for key in keys(model)]
CASES += [("agencies.toml", ("agencies", *key)) for key in keys(models.AgencyTable)]


@pytest.mark.parametrize(("file", "key"), CASES, ids=lambda v: v if isinstance(v, str) else ".".join(v))
def test_every_key_is_explained(file: str, key: tuple[str, ...]) -> None:
    text = section(file)
    if len(key) == 1:
        assert re.search(rf"^(\| `{key[0]}` \||### `\[*{key[0]}\]*`$)", text, re.MULTILINE)
        return
    for depth in range(len(key) - 1, 0, -1):  # under its own heading (`[[table.columns]]`), else under the one above
        heading = re.escape(".".join(key[:depth]))
        table = re.search(rf"^### `\[+{heading}\]+`.*?(?=^### |\Z)", text, re.MULTILINE | re.DOTALL)
        if table:
            assert re.search(rf"^\| `{'.'.join(key[depth:])}` \|", table[0], re.MULTILINE), key
            return
    pytest.fail(f"no table for {key}")


@pytest.mark.parametrize("key", [k for f, k in CASES if f == "office.toml"] + list(ALIASES), ids=lambda v: ".".join(v))
def test_every_variable_is_named(key: tuple[str, ...]) -> None:
    assert f"`THUKY_{'__'.join(key).upper()}`" in section("office.toml")


@pytest.mark.parametrize("heading", [texts[0] for texts in HEADINGS.values()])
def test_every_column_is_named(heading: str) -> None:
    assert f"| {heading} |" in section("agencies.xlsx")
