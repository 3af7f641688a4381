"""`rehearse`: the whole round on a running clock, nothing sent."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import (
    MISUSED,
    JsonOption,
    RoundOption,
    print_json,
    settings_of,
    stop,
    system_words,
    told,
)
from bot.domain.office import Language
from bot.domain.round import Round
from bot.screens import say
from bot.settings import Settings


def register(app: typer.Typer) -> None:
    app.command()(rehearse)


def rehearse(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where page and mails are written.")],
    round_: RoundOption = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="A", help="This agency only; may be given several times.")
    ] = None,
    lang: Annotated[
        Language | None, typer.Option("--lang", help="Language of mails and page; the office's own by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The whole round on a running clock, nothing sent: every mail that would go out and when. Touches neither the
    office's data nor any server, and may run beside the daemon.
    """
    from bot.demo.rehearsal import RehearsalError  # the flows and the makers of forms take a second to import
    from bot.demo.rehearsal import rehearse as play
    from bot.demo.rehearsal_plan import Behaviour

    settings = settings_of(context)
    language = settings.language
    picked = _round(settings, round_)
    agencies = _agencies(settings, picked, agency or [])
    if not as_json:
        count = len(agencies or picked.agencies)
        print(say(language, "rehearsal.start", round=picked.code, count=count), flush=True)

    def watch(behaviour: Behaviour) -> None:
        if not as_json:
            words = say(language, f"rehearsal.{behaviour.value}")
            print(say(language, "rehearsal.playing", behaviour=words), flush=True)

    try:
        with told(language):
            _ready(out, language)
            done = play(settings, picked, out, agencies=agencies, language=lang, watch=watch)
    except RehearsalError as error:
        stop(language, MISUSED, "rehearsal.folder", folder=error)
    if as_json:
        print_json([line.as_json() for line in done.lines if line.is_ours])
        return
    count = sum(line.is_ours for line in done.lines)
    print(say(language, "rehearsal.done", count=count, odd=len(done.oddities), path=done.page))


def _round(settings: Settings, code: str | None) -> Round:
    """The round of that code; without one the only round there is. Exits with 2 where that is none."""
    known = ", ".join(r.code for r in settings.rounds)
    if code is None:
        if not settings.rounds:
            stop(settings.language, MISUSED, "error.no_round")
        if len(settings.rounds) > 1:
            stop(settings.language, MISUSED, "error.which_round", known=known)
        return settings.rounds[0]
    found = next((r for r in settings.rounds if r.code == code), None)
    if found is None:
        stop(settings.language, MISUSED, "error.round", round=code, known=known)
    return found


def _agencies(settings: Settings, picked: Round, codes: list[str]) -> tuple[str, ...]:
    """The codes, each once. Exits with 2 where one is unknown or owes nothing in that round."""
    for code in codes:
        if code not in settings.registry:
            known = ", ".join(a.code for a in settings.registry)
            stop(settings.language, MISUSED, "error.agency", agency=code, known=known)
        if code not in picked.agencies:
            name = settings.registry.get(code).name
            stop(settings.language, MISUSED, "error.owes_nothing", agency=name, round=picked.code)
    return tuple(dict.fromkeys(codes))


def _ready(out: Path, language: Language) -> None:
    """Whether the folder can be written, before minutes of work are lost. Exits with 2 when not."""
    from bot.demo.rehearsal import claim

    try:
        claim(out)
    except OSError as error:
        stop(language, MISUSED, "rehearsal.not_writable", folder=out, error=system_words(language, error))
