"""What all commands that decide share: their options, carrying the decision out, and saying what was done."""

import getpass
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from bot.cli import shapes
from bot.cli.context import MISUSED, parse_instant, print_json, services_of, settings_of, stop
from bot.domain.decision import DecisionKind, Resolution
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
AskedOption = Annotated[
    int | None, typer.Option("--mail", metavar="MAIL", help="The waiting mail that this answers; it waits no longer.")
]


def decide(
    context: typer.Context,
    as_json: bool,
    take: Callable[[Services, Settings], Resolution],
    *,
    done: bool = False,
) -> None:
    """Carries the decision out, says what was done, its number, and how it is taken back. A running daemon sends what
    it queued; the database arbitrates.
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
        told = len({m.agency for m in resolution.outgoing if m.agency})
        what = "done" if done else decision.kind.value
        words = say(
            language,
            f"decision.{what}_from"
            if decision.kind is DecisionKind.RELEASE and decision.address
            else f"decision.{what}",
            agency=name,
            until=until,
            version=decision.version,
            address=decision.address,
            count=len(resolution.reopens) + (len(resolution.closes) if done else 0),
            mail=decision.mail_id,
            round=decision.round,
            undone=decision.undoes,
            told=told,
        )
        print(words)
        lasts = decisions.cannot_undo(decision) is not None
        print(say(language, "decision.number_lasting" if lasts else "decision.number", number=decision.id))


def end_of(text: str, settings: Settings) -> datetime:
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


def who_decides(name: str | None) -> str:
    """Who is recorded: the name that was given, or the user."""
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):  # a service's user may have no name
        return f"uid {os.getuid()}"
