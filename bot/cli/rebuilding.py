"""`rebuild`: the database anew from the mailbox and the Sent folder, without sending."""

import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import (
    LOCKED,
    MISUSED,
    WRONG,
    JsonOption,
    fail_configuration,
    print_json,
    settings_of,
    stop,
    told,
)
from bot.cli.holding_words import stop_held
from bot.daemon import AlreadyRunning, one_instance, one_mailbox
from bot.domain.office import Language
from bot.flows.rebuild import Rebuilt, rebuild
from bot.flows.rebuild_replay import ReplayClock
from bot.flows.rebuild_scan import Progress
from bot.mail.inbox import MailServerError
from bot.mail.lease import MailboxHeldError
from bot.screens import say
from bot.settings import ConfigurationError, Settings
from bot.store.database import database_path
from bot.store.errors import StoreError
from bot.store.rebuilding_files import WORKPLACE, clear_workplace, put_in_place, workplace
from bot.store.store import Store
from bot.store.vault import Vault
from bot.wiring import open_services

_STEP = 25  # mails between two lines of progress


def register(app: typer.Typer) -> None:
    app.command("rebuild")(rebuild_command)


def rebuild_command(
    context: typer.Context,
    force: Annotated[
        bool, typer.Option("--force", help="Also when there is a database: it is moved aside, never deleted.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The database anew, from the mailbox and the Sent folder alone. Sends nothing."""
    settings = settings_of(context)
    try:
        settings.require_mail()
    except ConfigurationError as error:
        fail_configuration(error)
    language = settings.language
    try:
        with told(language), one_instance(settings.data_dir):
            place = database_path(settings.database_url)
            if not force:
                _must_be_blank(settings, place)
            done = _made_anew(context, settings)
            aside = put_in_place(_new_path(settings), place, f"{datetime.now(UTC):%Y%m%d-%H%M%S}")
            clear_workplace(settings.data_dir)
    except AlreadyRunning as other:
        stop(language, LOCKED, "error.locked", holder=other, folder=settings.data_dir)
    except MailboxHeldError as other:
        stop_held(settings, other)
    except MailServerError as error:
        stop(language, WRONG, "rebuild.server", error=error)
    if as_json:
        print_json(_shape(done, aside, language))
    else:
        _print(done, aside, language)
    if done.unmatched:
        raise typer.Exit(WRONG)


def _must_be_blank(settings: Settings, place: Path) -> None:
    """Exits with 2 where a database stands that somebody could miss, or one that nobody can read."""
    if not place.exists():
        return
    try:
        with Store.open(settings.database_url) as store:
            blank, mails = store.is_blank(), store.count_mails()
    except StoreError:
        stop(settings.language, MISUSED, "rebuild.in_the_way", path=place)
    if not blank:
        stop(settings.language, MISUSED, "rebuild.has_mails", path=place, mails=mails)


def _new_path(settings: Settings) -> Path:
    return settings.data_dir / WORKPLACE / "thuky.db"


def _made_anew(context: typer.Context, settings: Settings) -> Rebuilt:
    """The new database, whole and closed, in the workplace."""
    folder = workplace(settings.data_dir)
    clock = ReplayClock(datetime.now(UTC))
    beside = replace(settings, database_url=f"sqlite:///{_new_path(settings)}")
    spool = Vault(folder / "sent", durable=False)
    level = "info" if context.find_root().obj.verbose else "warning"
    # Nothing waits for the disk mail by mail: all of it is forced there at once, before it takes the old one's place.
    with (
        open_services(beside, clock, journal_level=level, durable=False) as opened,
        one_mailbox(opened, settings) as services,
    ):
        return rebuild(services, clock, spool, _progress(settings.language))


def _progress(language: Language) -> Progress:
    """Says how far it is where somebody is watching."""
    watched = sys.stderr.isatty()

    def tell(folder: str, done: int, total: int) -> None:
        if watched and (done % _STEP == 0 or done == total):
            key = "rebuild.reading" if folder else "rebuild.replaying"
            print(say(language, key, folder=folder, done=done, total=total), file=sys.stderr, flush=True)

    return tell


def _shape(done: Rebuilt, aside: Path | None, language: Language) -> dict[str, object]:
    found = [
        {"code": u.code, "params": u.params, "message": say(language, f"rebuild.{u.code}", **u.params)}
        for u in done.unmatched
    ]
    return asdict(done) | {"unmatched": found, "moved_to": str(aside) if aside else None}


def _print(done: Rebuilt, aside: Path | None, language: Language) -> None:
    print(say(language, "rebuild.done", mails=done.mails, answers=done.answers, notes=done.notes))
    if done.queued:
        print(say(language, "rebuild.queued", count=done.queued))
    if done.left:
        print(say(language, "rebuild.left", count=done.left))
    if aside:
        print(say(language, "rebuild.moved", path=aside))
    if done.unmatched:
        print(say(language, "rebuild.unmatched", count=len(done.unmatched)))
        for unmatched in done.unmatched:
            print(f"  {say(language, f'rebuild.{unmatched.code}', **unmatched.params)}")
