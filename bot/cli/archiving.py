"""`backup` and `restore`: database and vault in one file, and back again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import bot
from bot.cli.context import LOCKED, MISUSED, WRONG, services_of, settings_of, stop, told
from bot.daemon import AlreadyRunning, one_instance
from bot.domain.office import Language
from bot.flows.shelf import shelve_all
from bot.screens import say
from bot.settings import Settings
from bot.store.archive import ArchiveError, write_archive
from bot.store.database import database_path
from bot.store.restoring import holds_something, put_in_place, stage
from bot.text.dates import say_instant

MOST_NAMED = 20
MIB = 2**20


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="thuky-<date>.tar here by default; .tar.gz packs it.")
    ] = None,
) -> None:
    """Database and vault in one file, while the daemon goes on. Exit code 1 when files are missing or damaged."""
    settings = settings_of(context)
    language, now = settings.language, datetime.now(UTC)
    target = file or Path(f"thuky-{settings.working_time.local(now):%Y-%m-%d}.tar")
    if target.is_dir():
        stop(language, MISUSED, "error.file", file=target, error=say(language, "system.is_folder"))
    with told(language), _said(language):
        done = write_archive(target, database_path(settings.database_url), settings.data_dir, now, bot.__version__)
    print(say(language, "archive.written", file=done.path, files=done.files, size=_mib(done.size)))
    for one in done.lacking[:MOST_NAMED]:
        print(say(language, f"archive.{one.why}", sha256=one.sha256), file=sys.stderr)
    if done.lacking:
        stop(language, WRONG, "archive.lacking", count=len(done.lacking), file=done.path)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `thuky backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also where a data folder stands: it is moved aside, never deleted.")
    ] = False,
) -> None:
    """Database and vault from a backup, into an empty data folder; nothing is changed when anything is wrong."""
    settings = settings_of(context)
    language = settings.language
    database = database_path(settings.database_url)
    if not file.is_file():
        stop(language, MISUSED, "error.file", file=file, error=say(language, "system.no_file"))
    try:
        with told(language), _said(language), one_instance(settings.data_dir):
            if not force and holds_something(settings.data_dir, database):
                stop(language, WRONG, "archive.not_empty", folder=settings.data_dir)
            now = datetime.now(UTC)
            staging, contents = stage(file, settings.data_dir, now)
            aside = put_in_place(staging, settings.data_dir, database, now)
            with services_of(context, settings, will_write=False) as services:
                shelve_all(services)
    except AlreadyRunning as other:
        stop(language, LOCKED, "error.locked", holder=other, folder=settings.data_dir)
    print(say(language, "archive.restored", files=contents.files, at=_moment(settings, contents.created_at)))
    if aside is not None:
        print(say(language, "archive.aside", folder=aside))
    if contents.lacking:
        stop(language, WRONG, "archive.lacked", count=len(contents.lacking))


@contextmanager
def _said(language: Language) -> Iterator[None]:
    """Ends the command with 1 and a sentence when the archive is not what it should be."""
    try:
        yield
    except ArchiveError as error:
        stop(language, WRONG, f"archive.{error.code}", **error.params)


def _moment(settings: Settings, at: datetime) -> str:
    return say_instant(settings.working_time.local(at), settings.language.value)


def _mib(size: int) -> str:
    return f"{max(size, 1) / MIB:.1f}"
