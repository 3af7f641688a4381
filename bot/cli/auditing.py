"""`grace`, `mute`, `decline`, `undo`, `decisions`: decisions on a whole round and on what an agency asks for, taking
one back, and the log of all.
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli import shapes
from bot.cli.context import (
    MISUSED,
    JsonOption,
    RoundOption,
    new_table,
    print_json,
    services_of,
    settings_of,
    stop,
    terminal,
)
from bot.cli.decided import WhoOption, WhyOption, decide, end_of, who_decides
from bot.domain.decision import Decision, Resolution
from bot.flows import decisions as flow
from bot.flows.services import Services
from bot.flows.targets import DecisionError, find_round, target
from bot.screens import say
from bot.settings import Settings
from bot.text.dates import say_deadline, say_instant


def register(app: typer.Typer) -> None:
    for command in (grace, mute, decline, undo, decisions):
        app.command()(command)


def grace(
    context: typer.Context,
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="A day (its end) or a time, ISO 8601, in the office's zone.")
    ],
    why: WhyOption,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give everybody in a round a new deadline."""

    def take(services: Services, settings: Settings) -> Resolution:
        aim = find_round(services, round_)
        return flow.grace(services, aim, end_of(until, settings), who=who_decides(who), why=why)

    decide(context, as_json, take)


def mute(
    context: typer.Context,
    why: WhyOption,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remind nobody in a round until that is undone."""
    decide(
        context,
        as_json,
        lambda services, _: flow.mute(services, find_round(services, round_), who=who_decides(who), why=why),
    )


def decline(
    context: typer.Context,
    mail: Annotated[int, typer.Argument(metavar="MAIL", help="The waiting mail, as `thuky mails` shows it.")],
    why: WhyOption,
    round_: RoundOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do not grant what an agency asks for in a mail; it is told so."""

    def take(services: Services, _: Settings) -> Resolution:
        asked = flow.asked_by(services, mail)
        if asked.round is None and round_ is None:
            raise DecisionError("not_asked_round", mail=mail)
        aim = target(services, asked.agency or "", round_ or asked.round, None)
        return flow.decline(services, aim, mail, who=who_decides(who), why=why)

    decide(context, as_json, take)


def undo(
    context: typer.Context,
    decision: Annotated[int, typer.Argument(metavar="N", help="The decision's number, as `thuky decisions` shows it.")],
    why: WhyOption,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a decision back; the agencies that were told of it are told so."""
    decide(context, as_json, lambda services, _: flow.undo(services, decision, who=who_decides(who), why=why))


def decisions(context: typer.Context, round_: RoundOption = None, as_json: JsonOption = False) -> None:
    """Every decision: what, about whom, when, who, why, and what was taken back."""
    settings = settings_of(context)
    with services_of(context, settings, will_write=False) as services:
        if round_ is not None and services.round(round_) is None:
            known = ", ".join(r.code for r in services.rounds)
            stop(settings.language, MISUSED, "error.round", round=round_, known=known)
        log = services.store.decision_log(round_)
        undone = {d.undoes: d.id for d in services.store.decision_log() if d.undoes is not None}
        if as_json:
            zone = services.office.working_time.timezone
            print_json([shapes.decision(d, zone) | {"undone_by": undone.get(d.id or 0)} for d in log])
        elif not log:
            print(say(settings.language, "decisions.none"))
        else:
            _print(services, settings, log, undone)


def _print(services: Services, settings: Settings, log: Sequence[Decision], undone: dict[int, int | None]) -> None:
    language = settings.language
    columns = ("id", "at", "kind", "about", "why", "who", "how", "undone")
    table = new_table(*(say(language, f"decisions.{c}") for c in columns), title=say(language, "decisions.title"))
    for d in log:
        how = say(language, "decisions.by_mail", mail=d.by_mail) if d.by_mail else say(language, "decisions.by_command")
        table.add_row(
            str(d.id),
            say_instant(settings.working_time.local(d.at), language.value),
            say(language, f"decisions.{d.kind.value}"),
            _about(services, settings, d),
            d.why,
            d.who,
            how,
            str(undone.get(d.id or 0) or ""),
        )
    terminal().print(table)


def _about(services: Services, settings: Settings, d: Decision) -> str:
    language = settings.language
    known = d.agency in services.registry
    parts = [services.registry.get(d.agency).name if known else d.agency, d.address]
    if d.round and not d.agency:
        parts.append(say(language, "decisions.everybody", round=d.round))
    elif d.round:
        parts.append(d.round)
    form = services.forms.get(d.form or "")
    parts.append(form.short_title if form else d.form or "")
    if d.version is not None:
        parts.append(say(language, "decisions.version", version=d.version))
    if d.until is not None:
        until = say_deadline(settings.working_time.local(d.until), language.value)
        parts.append(say(language, "decisions.until", until=until))
    if d.mail_id is not None:
        parts.append(say(language, "decisions.mail", mail=d.mail_id))
    if d.undoes is not None:
        parts.append(say(language, "decisions.undoes", decision=d.undoes))
    return ", ".join(filter(None, parts))
