"""`doctor --deep`: the words of the deep check, and how far it is on a terminal."""

import sys
from collections.abc import Iterator

from bot.cli.context import store_words, system_words
from bot.flows.deep_check import Deep, deep_check
from bot.screens import say
from bot.settings import Settings
from bot.store.database import database_path
from bot.store.errors import StoreError

STEP = 50
"""So many files between two signs of life."""


def deep_lines(settings: Settings) -> Iterator[tuple[str, bool | None, str]]:
    """Name, verdict (None: only worth knowing) and words of everything that was found."""
    language = settings.language
    name = say(language, "doctor.deep")

    def progress(done: int, of: int) -> None:
        if sys.stderr.isatty() and (done % STEP == 0 or done == of):
            print(f"\r{say(language, 'doctor.deep_progress', done=done, of=of)}", end="", file=sys.stderr, flush=True)
            if done == of:
                print(file=sys.stderr)

    faults = 0
    try:
        for found in deep_check(settings.data_dir, database_path(settings.database_url), progress):
            faults += found.is_fault
            yield name, _verdict(found, faults), say(language, f"doctor.{found.code}", **found.params)
    except StoreError as error:
        yield name, False, store_words(language, error)
    except OSError as error:
        yield name, False, f"{error.filename}: {system_words(language, error)}"


def _verdict(found: Deep, faults: int) -> bool | None:
    if found.is_fault:
        return False
    return True if found.code == "deep_done" and not faults else None
