"""`check` and `explain`: the checks on local files, without mail, and what each finding means."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bot.checks import catalogue
from bot.checks.words import Words
from bot.cli import shapes
from bot.cli.changed_checks import changed_checks, say_changed
from bot.cli.context import (
    MISUSED,
    WRONG,
    JsonOption,
    RoundOption,
    new_table,
    print_json,
    read_file,
    settings_of,
    stop,
    terminal,
)
from bot.cli.local_checks import Checked, check_opened
from bot.cli.local_files import LocalDesk, open_file
from bot.cli.meant import Asked, Meant
from bot.decide.judging import judge
from bot.domain.form import Form
from bot.domain.submission import Verdict
from bot.screens import finding_words, say
from bot.settings import Settings
from bot.wiring import make_sandbox, office_clock


def register(app: typer.Typer) -> None:
    app.command()(check)
    app.command()(explain)


def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    form: Annotated[str | None, typer.Option("--form", metavar="F", help="The form; recognised when left out.")] = None,
    agency: Annotated[str | None, typer.Option("--agency", metavar="A", help="Check as this agency's report.")] = None,
    round_: RoundOption = None,
    as_json: JsonOption = False,
) -> None:
    """The checks on local files, without mail; archives and mails are opened. What the options leave out is taken from
    the tag in our blank form, and said. Exit code 1 when a file needs a correction.
    """
    settings = settings_of(context)
    language = settings.language
    asked = _asked(settings, form, agency, round_)
    payloads = [read_file(file, language, settings.office.max_mail_bytes) for file in files]
    desk = LocalDesk(settings, make_sandbox(settings))
    now = office_clock(settings).now()
    words = finding_words(language)
    results = []
    wrong = False
    for file, payload in zip(files, payloads, strict=True):
        for checked in check_opened(desk, open_file(desk, file, payload), file, asked, now):
            verdict = judge(checked.findings)
            wrong = wrong or not verdict.is_valid
            results.append(_shape(checked, verdict, words))
            if not as_json:
                _print(checked, verdict, words, settings)
    if as_json:
        print_json(results)
    if wrong:
        raise typer.Exit(WRONG)


def _asked(settings: Settings, form: str | None, agency: str | None, round_: str | None) -> Asked:
    """What the options say; exits with 2 where the configuration has no such form, agency or round."""
    language = settings.language
    if form is not None and form not in settings.forms:
        stop(language, MISUSED, "error.form", form=form, known=", ".join(settings.forms))
    if agency is not None and agency not in settings.registry:
        stop(language, MISUSED, "error.agency", agency=agency, known=", ".join(a.code for a in settings.registry))
    if not settings.rounds:
        stop(language, MISUSED, "error.no_round")
    found = next((r for r in settings.rounds if r.code == round_), None)
    if round_ is not None and found is None:
        stop(language, MISUSED, "error.round", round=round_, known=", ".join(r.code for r in settings.rounds))
    return Asked(agency, found, settings.forms[form] if form is not None else None)


def _title(checked: Checked) -> str:
    return checked.form.short_title if checked.form else ""


def _shape(checked: Checked, verdict: Verdict, words: Words) -> shapes.Json:
    meant, form = checked.meant, checked.form
    shape = shapes.checked_file(
        checked.shown, form.code if form else None, verdict.value, checked.findings, words.say, _title(checked)
    )
    return shape | {
        "agency": meant.agency if meant else None,
        "round": meant.round.code if meant and meant.round else None,
        "taken_from": {
            "agency": meant.agency_by if meant else None,
            "round": meant.round_by if meant else None,
            "form": meant.form_by if meant else None,
        },
    }


def _print(checked: Checked, verdict: Verdict, words: Words, settings: Settings) -> None:
    language, title = settings.language, _title(checked)
    shown = f"{checked.shown} · {title}" if title else checked.shown
    print(f"{shown}: {say(language, f'check.{verdict.value}')}")
    if checked.meant is not None and checked.form is not None:
        for line in _taken(settings, checked.meant, checked.form):
            print(f"  {line}")
    for finding in checked.findings:
        print(f"  {words.say(finding, title).message}")
    if checked.is_unknown:
        print(f"  {say(language, 'check.form_unknown', known=', '.join(settings.forms))}")


def _taken(settings: Settings, meant: Meant, form: Form) -> Iterator[str]:
    """What the file was checked as and what says so, and what could not be checked for want of that."""
    language = settings.language
    taken = []
    if meant.agency is not None:
        taken.append(("agency", settings.registry.get(meant.agency).name, meant.agency_by))
    if meant.round is not None:
        taken.append(("round", meant.round.code, meant.round_by))
    taken.append(("form", form.short_title, meant.form_by))
    parts = (say(language, f"check.{of}", name=name, source=say(language, f"check.by_{by}")) for of, name, by in taken)
    yield say(language, "check.taken", parts=" · ".join(parts))
    if meant.agency is None:
        yield say(language, "check.no_agency")
    if meant.round is None:
        known = ", ".join(r.code for r in settings.rounds)
        yield say(language, "check.no_round", known=known, round=meant.round_to_go_by.code)


def explain(
    context: typer.Context,
    code: Annotated[str | None, typer.Argument(metavar="CODE")] = None,
    as_json: JsonOption = False,
) -> None:
    """What a finding means, why it matters, how to mend it; without CODE, the catalogue."""
    settings = settings_of(context)
    language = settings.language
    words = finding_words(language)
    pages = [words.page(p.code) for p in catalogue.pages()]
    if code is not None:
        pages = [p for p in pages if p.code == code.upper()]
        if not pages:
            stop(language, MISUSED, "error.code", code=code)
    if as_json:
        shown = [
            {
                "code": p.code,
                "severity": p.severity.value,
                "title": p.title,
                "what": p.what,
                "why": p.why,
                "mend": p.mend,
                "example": p.example,
                **_changed(settings, p.code),
            }
            for p in pages
        ]
        print_json(shown if code is None else shown[0])
    elif code is None:
        table = new_table(*(say(language, f"explain.{c}") for c in ("code", "severity", "title")))
        for page in pages:
            table.add_row(page.code, say(language, f"explain.{page.severity.value}"), page.title)
        terminal().print(table)
    else:
        page = pages[0]
        out = terminal().print
        out(f"{page.code} · {page.title} ({say(language, f'explain.{page.severity.value}')})")
        for key in ("what", "why", "mend", "example"):
            out(f"\n{say(language, f'explain.{key}')}\n{getattr(page, key)}")
        for changed in changed_checks(settings, page.code):
            out(f"\n{say(language, 'explain.changed')}\n{say_changed(settings, changed)}")


def _changed(settings: Settings, code: str) -> dict[str, object]:
    """What the office and its rounds change of that code, as JSON; nothing where they change nothing."""
    found = [changed.as_json() for changed in changed_checks(settings, code)]
    return {"changed": found} if found else {}
