"""`run`, `once`, `demo`: the commands that do the work."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import (
    LOCKED,
    MISUSED,
    WRONG,
    fail_configuration,
    parse_instant,
    services_of,
    settings_of,
    stop,
    told,
)
from bot.cli.holding_words import stop_held
from bot.cli.looking import print_status
from bot.daemon import AlreadyRunning, Daemon, one_instance, one_mailbox
from bot.daemon import once as run_once
from bot.domain.mail import Security
from bot.flows.services import Clock
from bot.mail import session as inbox
from bot.mail import smtp_session as smtp
from bot.mail.connection import MailServerError
from bot.mail.lease import MailboxHeldError
from bot.screens import say
from bot.settings import ConfigurationError, Settings
from bot.watchdog import Systemd, Watchdog
from bot.wiring import FixedClock, SystemClock, stand_at

PROBE_SECONDS = 10.0
"""So long the first look at a server may take in each of its steps."""


def register(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(once)
    app.command()(demo)


def run(context: typer.Context) -> None:
    """The daemon: waits on the mailbox, processes mail, sends, ticks. Ends cleanly on SIGTERM and SIGINT."""
    settings = _for_mail(context)
    context.find_root().obj.verbose = True
    try:
        with (
            told(settings.language),
            one_instance(settings.data_dir),
            _trusted(settings),
            services_of(context, settings, _clock(settings, None)) as opened,
            one_mailbox(opened, settings) as services,
        ):
            Daemon(services, settings.poll_seconds, Watchdog(Systemd(os.environ), settings.stuck_seconds)).run()
    except AlreadyRunning as other:
        _locked(settings, other)
    except MailboxHeldError as other:
        stop_held(settings, other)


def once(
    context: typer.Context,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Act as if it were then (ISO 8601).")] = None,
) -> None:
    """Everything that `run` would do now, once, until mailbox and outbox are quiet."""
    settings = _for_mail(context)
    if at is not None and not settings.allow_time_travel:
        stop(settings.language, MISUSED, "error.time_travel")
    shared = context.find_root().obj
    shared.verbose = shared.verbose or sys.stderr.isatty()  # somebody is watching: many mails take a while
    instant = parse_instant(at, settings.working_time.timezone, settings.language) if at is not None else None
    try:
        with (
            told(settings.language),
            one_instance(settings.data_dir),
            _trusted(settings),
            services_of(context, settings, _clock(settings, instant)) as opened,
            one_mailbox(opened, settings) as services,
        ):
            total = run_once(services)
    except AlreadyRunning as other:
        _locked(settings, other)
    except MailboxHeldError as other:
        stop_held(settings, other)
    if total.trouble or total.unread:
        stop(settings.language, WRONG, "error.server", error=total.trouble or total.unread)
    print(
        say(
            settings.language,
            "once.done",
            fetched=total.fetched,
            finished=total.finished,
            queued=total.queued,
            sent=total.sent,
        )
    )
    if total.refusal:
        stop(settings.language, WRONG, "error.not_sent", error=total.refusal)


def demo(
    context: typer.Context,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Where everything is left to look at.")
    ] = None,
) -> None:
    """One round on an embedded mail server, from the request to the third day after the deadline."""
    from bot.demo.story import DemoError, Told, play  # its mail server takes a second to import

    settings = settings_of(context)
    language, working_time = settings.language, settings.working_time

    def watch(told: Told) -> None:
        at = f"{working_time.local(told.at):%d/%m %H:%M}"
        if told.agency:
            print(say(language, "demo.sends", at=at, agency=told.agency, subject=told.subject), flush=True)
        else:
            print(say(language, "demo.clock", at=at, sent=told.sent), flush=True)

    print(say(language, "demo.start"), flush=True)
    try:
        with play(context.find_root().obj.folder, keep, watch) as played:
            nudges = [r.outgoing for r in played.services.store.nudges()]
            print_status(played.services, played.state, nudges, language)
            print(say(language, "demo.done", path=played.page))
    except DemoError as error:
        stop(language, MISUSED, "error.demo_folder", folder=error)
    except ConfigurationError as error:
        fail_configuration(error)


def _clock(settings: Settings, instant: datetime | None) -> Clock:
    """The clock of this run, which later commands go by too until the next run says otherwise."""
    stand_at(settings, instant)
    return FixedClock(instant) if instant else SystemClock()


def _for_mail(context: typer.Context) -> Settings:
    """The settings, with everything that connecting needs; exits with 2 where something is missing."""
    settings = settings_of(context)
    try:
        settings.require_mail()
    except ConfigurationError as error:
        fail_configuration(error)
    return settings


@contextmanager
def _trusted(settings: Settings) -> Iterator[None]:
    """Exits with 1 where a server's protection is not what the settings ask for: a password would go to nobody knows
    whom. A server that cannot be reached, or breaks off, is met again by the turns.
    """
    for endpoint, probe in ((settings.imap, inbox.probe), (settings.smtp, smtp.probe)):
        if endpoint.security is Security.NONE:
            continue
        try:
            probe(replace(endpoint, timeout=min(endpoint.timeout, PROBE_SECONDS)))
        except MailServerError as error:
            if error.untrusted:
                stop(settings.language, WRONG, "error.untrusted", error=error)
    yield


def _locked(settings: Settings, other: AlreadyRunning) -> None:
    stop(settings.language, LOCKED, "error.locked", holder=other, folder=settings.data_dir)
