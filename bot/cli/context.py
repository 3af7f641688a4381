"""What every command shares: where the configuration is, how output and errors leave, which exit code says what."""

import errno
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.domain.office import Language
from bot.domain.round import Round
from bot.flows.services import Clock, Services
from bot.screens import say
from bot.settings import ConfigurationError, Settings, load
from bot.store.errors import StoreError
from bot.wiring import DataFolderError, open_services

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

DONE, WRONG, MISUSED, LOCKED = 0, 1, 2, 75
FIRST_YEAR, LAST_YEAR = 2000, 2999  # of times on the command line: others are slips, and their arithmetic overflows
PRINT_WIDTH = 150  # of tables, where no terminal says how wide it is

JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output and nothing else there.")
]
RoundOption = Annotated[str | None, typer.Option("--round", metavar="R", help="The round's code, such as 2023-q1.")]


@dataclass
class Shared:
    """The options before the command's name."""

    folder: Path
    verbose: bool = False


def default_folder() -> Path:
    """`$THUKY_CONFIG`, or `./config`."""
    return Path(os.environ.get("THUKY_CONFIG") or "config")


def settings_of(context: typer.Context) -> Settings:
    """The loaded configuration; prints every fault and exits with 2 when there are any."""
    shared: Shared = context.find_root().obj
    try:
        return load(shared.folder, os.environ)
    except ConfigurationError as error:
        fail_configuration(error)


def fail_configuration(error: ConfigurationError) -> NoReturn:
    """Prints each fault with file, key, found and expected; exits with 2."""
    print(say(error.language, "config.faults", count=len(error.faults)), file=sys.stderr)
    for fault in error.faults:
        place = f"{fault.file}: {fault.key}" if fault.key else fault.file
        words = say(error.language, "config.fault", place=place, found=fault.found, expected=fault.expected)
        print(words, file=sys.stderr)
    raise typer.Exit(MISUSED)


@contextmanager
def services_of(
    context: typer.Context, settings: Settings, clock: Clock | None = None, *, will_write: bool = True
) -> Iterator[Services]:
    """The services of that office; a data folder or database that cannot be used ends the command with 1 and a
    sentence. Commands that only look say `will_write=False` and start faster.
    """
    level = "info" if context.find_root().obj.verbose else "warning"
    with (
        told(settings.language),
        open_services(settings, clock, journal_level=level, will_write=will_write) as services,
    ):
        yield services


@contextmanager
def told(language: Language) -> Iterator[None]:
    """Ends the command with 1 and a sentence when our own house refuses: the data folder, the database, the disk."""
    try:
        yield
    except DataFolderError as error:
        stop(language, WRONG, "error.data_folder", folder=error.path, error=system_words(language, error.error))
    except StoreError as error:
        stop(language, WRONG, "error.store", error=store_words(language, error))
    except BrokenPipeError:
        raise
    except OSError as error:
        stop(language, WRONG, "error.system", place=error.filename or "", error=system_words(language, error))


def store_words(language: Language, error: StoreError) -> str:
    """What is wrong with the database and what to do, in the office's language."""
    params = error.params
    if isinstance(error.__cause__, OSError):
        params = {**params, "error": system_words(language, error.__cause__)}
    return say(language, f"store.{error.code}", **params)


_SYSTEM = {
    errno.ENOENT: "no_file",
    errno.EISDIR: "is_folder",
    errno.ENOTDIR: "not_folder",
    errno.EACCES: "no_permission",
    errno.EPERM: "no_permission",
    errno.EROFS: "read_only",
    errno.ENOSPC: "no_space",
    errno.EDQUOT: "no_space",
    errno.ENAMETOOLONG: "long_name",
    errno.EBUSY: "busy",
}


def system_words(language: Language, error: OSError) -> str:
    """What the operating system refused, in the office's language; its own words where it is something rare."""
    key = _SYSTEM.get(error.errno or 0)
    return say(language, f"system.{key}") if key else error.strerror or str(error)


def read_file(file: Path, language: Language, limit: int) -> bytes:
    """The bytes of a file that the user named, `limit` + 1 at most (so that too large is seen as too large, and
    /dev/zero comes to an end); exits with 2 when it cannot be read.
    """
    try:
        with file.open("rb") as handle:
            return handle.read(limit + 1)
    except OSError as error:
        stop(language, MISUSED, "error.file", file=file, error=system_words(language, error))


def stop(language: Language, code: int, key: str, /, **params: object) -> NoReturn:
    """Says one sentence on standard error and exits with `code`."""
    print(say(language, key, **params), file=sys.stderr)
    raise typer.Exit(code)


def new_table(*headings: str, title: str | None = None) -> "Table":
    """An empty table for `terminal`."""
    from rich.table import Table  # --json does without

    return Table(*headings, title=title, title_justify="left")


def terminal() -> "Console":
    """Standard output for tables. What they show comes from mails: markup and emoji codes in it count for nothing."""
    from rich.console import Console  # --json does without

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PRINT_WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)


def print_json(value: object) -> None:
    """One JSON document; times as ISO 8601 with offset."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def pick_round(services: Services, code: str | None, language: Language) -> Round:
    """The round of that code, or the one that opened last; exits with 2 when there is none."""
    if code is not None:
        found = services.round(code)
        if found is None:
            stop(language, MISUSED, "error.round", round=code, known=", ".join(r.code for r in services.rounds))
        return found
    if not services.rounds:
        stop(language, MISUSED, "error.no_round")
    now = services.now()
    begun = [r for r in services.rounds if r.opens_at <= now]
    return max(begun or services.rounds, key=lambda r: r.opens_at)


def parse_instant(text: str, services_zone: Any, language: Language) -> datetime:
    """An ISO 8601 time; without offset it is the office's own. Exits with 2 when it is none, or of no year of ours."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop(language, MISUSED, "error.time", text=text)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        stop(language, MISUSED, "error.year", text=text, first=FIRST_YEAR, last=LAST_YEAR)
    return moment if moment.tzinfo else moment.replace(tzinfo=services_zone)
