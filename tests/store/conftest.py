from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.store import Store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "thuky.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{database}") as store:
        yield store
