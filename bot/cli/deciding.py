"""`extend`, `excuse`, `accept`, `return`, `received`, `bind`, `release`: the coordinator's decisions, each with its
reason.
"""

import getpass
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import shapes
from bot.cli.context import (
    MISUSED,
    JsonOption,
    RoundOption,
    parse_instant,
    print_json,
    read_file,
    services_of,
    settings_of,
    stop,
)
from bot.domain.decision import Resolution
from bot.flows import decisions
from bot.flows.services import Services
from bot.screens import say
from bot.settings import Settings
from bot.text.dates import say_deadline, say_instant

AgencyArgument = Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's code, such as stp.")]
FormOption = Annotated[str | None, typer.Option("--form", metavar="F", help="Only this form; all by default.")]
WhyOption = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, kept with the decision.")]
WhoOption = Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who decides; the user by default.")]
VersionOption = Annotated[int | None, typer.Option("--version", metavar="N", help="The newest by default.")]


def register(app: typer.Typer) -> None:
    for command in (extend, excuse, accept, received, bind, release):
        app.command()(command)
    app.command("return")(return_)


def extend(
    context: typer.Context,
    agency: AgencyArgument,
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="A day (its end) or a time, ISO 8601, in the office's zone.")
    ],
    why: WhyOption,
    form: FormOption = None,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give one agency a new deadline."""

    def take(services: Services, settings: Settings) -> Resolution:
        aim = decisions.target(services, agency, round_, form)
        return decisions.extend(services, aim, _end(until, settings), who=_who(who), why=why)

    _decide(context, as_json, take)


def excuse(
    context: typer.Context,
    agency: AgencyArgument,
    why: WhyOption,
    form: FormOption = None,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Excuse one agency from reporting."""

    def take(services: Services, _: Settings) -> Resolution:
        return decisions.excuse(services, decisions.target(services, agency, round_, form), who=_who(who), why=why)

    _decide(context, as_json, take)


def accept(
    context: typer.Context,
    agency: AgencyArgument,
    why: WhyOption,
    form: FormOption = None,
    version: VersionOption = None,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept a version despite its findings."""

    def take(services: Services, _: Settings) -> Resolution:
        aim = decisions.target(services, agency, round_, form)
        return decisions.accept(services, aim, version, who=_who(who), why=why)

    _decide(context, as_json, take)


def return_(
    context: typer.Context,
    agency: AgencyArgument,
    why: WhyOption,
    form: FormOption = None,
    version: VersionOption = None,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a version back to the agency."""

    def take(services: Services, _: Settings) -> Resolution:
        aim = decisions.target(services, agency, round_, form)
        return decisions.return_(services, aim, version, who=_who(who), why=why)

    _decide(context, as_json, take)


def received(
    context: typer.Context,
    agency: AgencyArgument,
    why: WhyOption,
    form: FormOption = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it arrived; now by default.")] = None,
    file: Annotated[list[Path] | None, typer.Option("--file", metavar="FILE", help="The file, kept as it is.")] = None,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note a report that arrived by another channel."""

    def take(services: Services, settings: Settings) -> Resolution:
        zone = settings.office.working_time.timezone
        when = parse_instant(at, zone, settings.language) if at else None
        limit = settings.office.max_mail_bytes
        files = [(f.name, read_file(f, settings.language, limit)) for f in file or ()]
        aim = decisions.target(services, agency, round_, form)
        return decisions.received(services, aim, at=when, files=files, who=_who(who), why=why)

    _decide(context, as_json, take)


def bind(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    agency: AgencyArgument,
    why: WhyOption,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """From now on this address belongs to that agency; its held mails go on."""
    _decide(context, as_json, lambda services, _: decisions.bind(services, address, agency, who=_who(who), why=why))


def release(
    context: typer.Context,
    mail: Annotated[int, typer.Argument(metavar="MAIL", help="The mail's number, as `thuky mails` shows it.")],
    why: WhyOption,
    agency: Annotated[str | None, typer.Option("--agency", metavar="A", help="Whose mail it is.")] = None,
    round_: RoundOption = None,
    done: Annotated[bool, typer.Option("--done", help="It was dealt with by hand: it no longer waits.")] = False,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a held or parked mail go on, or with --done put it aside."""

    def take(services: Services, _: Settings) -> Resolution:
        if done:
            return decisions.dismiss(services, mail, who=_who(who), why=why)
        return decisions.release(services, mail, agency, round_, who=_who(who), why=why)

    _decide(context, as_json, take, done=done)


def _decide(
    context: typer.Context,
    as_json: bool,
    take: Callable[[Services, Settings], Resolution],
    *,
    done: bool = False,
) -> None:
    """Carries the decision out and says what was done. A running daemon sends what it queued; the database
    arbitrates.
    """
    settings = settings_of(context)
    language = settings.language
    with services_of(context, settings) as services:
        try:
            resolution = take(services, settings)
            decision = decisions.carry_out(services, resolution)
        except decisions.DecisionError as error:
            params = {k: _said(v, settings) for k, v in error.params.items()}
            stop(language, MISUSED, f"error.{error.code}", **params)
        working_time = services.office.working_time
        if as_json:
            print_json(shapes.decision(decision, working_time.timezone))
            return
        name = services.registry.get(decision.agency).name if decision.agency else ""
        until = say_deadline(working_time.local(decision.until), language.value) if decision.until else ""
        words = say(
            language,
            "decision.done" if done else f"decision.{decision.kind.value}",
            agency=name,
            until=until,
            version=decision.version,
            address=decision.address,
            count=len(resolution.reopens),
            mail=decision.mail_id,
        )
        print(words)


def _end(text: str, settings: Settings) -> datetime:
    """The first instant that is late: a day alone counts to its end."""
    moment = parse_instant(text, settings.office.working_time.timezone, settings.language)
    try:
        date.fromisoformat(text)
    except ValueError:
        return moment
    return moment + timedelta(days=1)


def _said(value: object, settings: Settings) -> object:
    """What a refusal names, as people read it: moments in words."""
    if isinstance(value, datetime):
        return say_instant(settings.working_time.local(value), settings.language.value)
    return value


def _who(name: str | None) -> str:
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):  # a service's user may have no name
        return f"uid {os.getuid()}"
