"""`forms`: the blank forms of a round as files, one folder an agency."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import (
    MISUSED,
    WRONG,
    JsonOption,
    RoundOption,
    new_table,
    pick_round,
    print_json,
    services_of,
    settings_of,
    stop,
    system_words,
    terminal,
)
from bot.domain.round import Round
from bot.flows.blanks import blank_files
from bot.flows.services import Services
from bot.screens import say
from bot.store.names import free_name
from bot.store.safeio import write_atomically

WRITTEN, UNCHANGED, REPLACED, KEPT = "written", "unchanged", "replaced", "kept"


def register(app: typer.Typer) -> None:
    app.command()(forms)


def forms(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the folders of the agencies are made.")],
    round_: RoundOption = None,
    agency: Annotated[str | None, typer.Option("--agency", metavar="A", help="This agency's forms only.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that somebody has changed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Blank forms, one set an agency, filled in with what is known and tagged. Exit code 1 when a file that somebody
    has changed was left as it is.
    """
    settings = settings_of(context)
    language = settings.language
    with services_of(context, settings, will_write=False) as services:
        picked = pick_round(services, round_, language)
        if agency is not None and agency not in services.registry:
            known = ", ".join(a.code for a in services.registry)
            stop(language, MISUSED, "error.agency", agency=agency, known=known)
        if agency is not None and agency not in picked.agencies:
            name = services.registry.get(agency).name
            stop(language, MISUSED, "error.owes_nothing", agency=name, round=picked.code)
        codes = picked.agencies if agency is None else (agency,)
        rows = [row for code in codes for row in _write(services, picked, code, out, force=force)]
    if as_json:
        print_json([{"agency": a, "form": f, "file": path, "state": s} for a, f, path, s in rows])
    else:
        titles = {code: form.short_title for code, form in settings.forms.items()}
        table = new_table(*(say(language, f"forms.{key}") for key in ("agency", "form", "file", "state")))
        for code, form, path, state in rows:
            table.add_row(settings.registry.get(code).name, titles[form], path, say(language, f"forms.{state}"))
        terminal().print(table)
        print(say(language, "forms.total", count=len(rows), folder=out))
    if any(state == KEPT for *_, state in rows):
        if not as_json:
            print(say(language, "forms.force"))
        raise typer.Exit(WRONG)


def _write(
    services: Services, picked: Round, agency: str, out: Path, *, force: bool
) -> list[tuple[str, str, str, str]]:
    """One agency's files. Returns agency, form, path beneath `out` and what became of each."""
    owed = [services.forms[code] for code in dict.fromkeys(duty.form for duty in picked.of(agency))]
    rows: list[tuple[str, str, str, str]] = []
    taken: list[str] = []
    for form, file in zip(owed, blank_files(services, picked, services.registry.get(agency), owed), strict=True):
        name = free_name(file.name, taken)  # two forms may have the same short title
        taken.append(name)
        path = out / agency / name
        try:
            state = _put(path, file.payload, force=force)
        except OSError as error:
            words = system_words(services.office.language, error)
            stop(services.office.language, MISUSED, "error.written", file=path, error=words)
        rows.append((agency, form.code, f"{agency}/{name}", state))
    return rows


def _put(path: Path, payload: bytes, *, force: bool) -> str:
    """Writes the file unless somebody has changed the one that stands there; says what it did."""
    if not path.exists():
        write_atomically(path, payload)
        return WRITTEN
    if path.read_bytes() == payload:
        return UNCHANGED
    if not force:
        return KEPT
    write_atomically(path, payload)
    return REPLACED
