"""`extend`, `excuse`, `accept`, `return`, `received`, `bind`, `release`: the coordinator's decisions on an agency or a
mail, each with its reason.
"""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import JsonOption, RoundOption, parse_instant, read_file
from bot.cli.decided import (
    AgencyArgument,
    AskedOption,
    FormOption,
    VersionOption,
    WhoOption,
    WhyOption,
    decide,
    end_of,
    who_decides,
)
from bot.domain.decision import Resolution
from bot.flows import decisions
from bot.flows.flooding import resolve_flood
from bot.flows.services import Services
from bot.settings import Settings


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
    mail: AskedOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give one agency a new deadline."""

    def take(services: Services, settings: Settings) -> Resolution:
        aim = decisions.target(services, agency, round_, form)
        return decisions.extend(services, aim, end_of(until, settings), who=who_decides(who), why=why, mail_id=mail)

    decide(context, as_json, take)


def excuse(
    context: typer.Context,
    agency: AgencyArgument,
    why: WhyOption,
    form: FormOption = None,
    round_: RoundOption = None,
    mail: AskedOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Excuse one agency from reporting."""

    def take(services: Services, _: Settings) -> Resolution:
        aim = decisions.target(services, agency, round_, form)
        return decisions.excuse(services, aim, who=who_decides(who), why=why, mail_id=mail)

    decide(context, as_json, take)


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
        return decisions.accept(services, aim, version, who=who_decides(who), why=why)

    decide(context, as_json, take)


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
        return decisions.return_(services, aim, version, who=who_decides(who), why=why)

    decide(context, as_json, take)


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
        return decisions.received(services, aim, at=when, files=files, who=who_decides(who), why=why)

    decide(context, as_json, take)


def bind(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    agency: AgencyArgument,
    why: WhyOption,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """From now on this address belongs to that agency; its held mails go on."""
    decide(
        context, as_json, lambda services, _: decisions.bind(services, address, agency, who=who_decides(who), why=why)
    )


def release(
    context: typer.Context,
    why: WhyOption,
    mail: Annotated[
        int | None, typer.Argument(metavar="[MAIL]", help="The mail's number, as `thuky mails` shows it.")
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option("--from", metavar="ADDRESS", help="All mails of this address that were put aside as a flood."),
    ] = None,
    agency: Annotated[str | None, typer.Option("--agency", metavar="A", help="Whose mail it is.")] = None,
    round_: RoundOption = None,
    done: Annotated[bool, typer.Option("--done", help="It was dealt with by hand: it no longer waits.")] = False,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a held or parked mail go on, or with --done put it aside."""

    def take(services: Services, _: Settings) -> Resolution:
        if (mail is None) is (sender is None) or (sender is not None and (agency or round_)):
            raise decisions.DecisionError("release_what")
        if sender is not None:
            return resolve_flood(services, sender, who=who_decides(who), why=why, done=done)
        assert mail is not None
        if done:
            return decisions.dismiss(services, mail, who=who_decides(who), why=why)
        return decisions.release(services, mail, agency, round_, who=who_decides(who), why=why)

    decide(context, as_json, take, done=done)
