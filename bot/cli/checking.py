"""`check` and `explain`: the checks on local files, without mail, and what each finding means."""

from pathlib import Path
from typing import Annotated

import typer

from bot.checks import catalogue, spec
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
from bot.decide.judging import judge
from bot.decide.matching_forms import RECOGNISED
from bot.decide.stated import agency_names, read_stated
from bot.domain.agency import Agency
from bot.domain.document import Document, Stated, Unreadable
from bot.domain.form import Form
from bot.domain.round import Assignment, Round
from bot.domain.submission import Finding, Verdict
from bot.screens import finding_words, say
from bot.settings import Settings
from bot.wiring import make_sandbox


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
    """The checks on local files, without mail. Exit code 1 when a file needs a correction."""
    settings = settings_of(context)
    language = settings.language
    if form is not None and form not in settings.forms:
        stop(language, MISUSED, "error.form", form=form, known=", ".join(settings.forms))
    if agency is not None and agency not in settings.registry:
        stop(language, MISUSED, "error.agency", agency=agency, known=", ".join(a.code for a in settings.registry))
    picked = _round(settings, round_)
    words = finding_words(language)
    sandbox = make_sandbox(settings)
    results = []
    wrong = False
    for file in files:
        payload = read_file(file, language, settings.office.max_mail_bytes)
        document = sandbox.read(payload, file.name)
        meant = settings.forms[form] if form else _recognised(settings, document, picked, agency)
        if meant is None and not isinstance(document, Unreadable):
            stop(language, MISUSED, "error.form_unknown", file=file, known=", ".join(settings.forms))
        findings = _check(settings, document, file.name, meant, agency, picked, named_round=round_ is not None)
        verdict = judge(findings)
        wrong = wrong or not verdict.is_valid
        title = meant.short_title if meant else ""
        shape = shapes.checked_file(str(file), meant.code if meant else None, verdict.value, findings, words.say, title)
        results.append(shape)
        if not as_json:
            _print(str(file), title, verdict, findings, words, settings)
    if as_json:
        print_json(results)
    if wrong:
        raise typer.Exit(WRONG)


def _round(settings: Settings, code: str | None) -> Round:
    found = [r for r in settings.rounds if code in (None, r.code)]
    if not found:
        known = ", ".join(r.code for r in settings.rounds)
        stop(settings.language, MISUSED, "error.round", round=code, known=known)
    return max(found, key=lambda r: r.opens_at)


def _recognised(settings: Settings, document: Document, round_: Round, agency: str | None) -> Form | None:
    """The form that fits best among those the agency owes, or else among all, as for a file that comes by mail."""
    owed = [settings.forms[a.form] for a in round_.of(agency or "")]
    for among in (owed, settings.forms.values()):
        best = next(iter(spec.recognise(document, among)), None)
        if best and best.score >= RECOGNISED:
            return settings.forms[best.form]
    return None


def _check(
    settings: Settings,
    document: Document,
    name: str,
    form: Form | None,
    agency: str | None,
    round_: Round,
    *,
    named_round: bool,
) -> tuple[Finding, ...]:
    """What is not said is not checked: without --agency not whose it is, without --round not of which period."""
    if form is None:
        assert isinstance(document, Unreadable)
        return (catalogue.unreadable_finding(document, name),)
    stated = read_stated(document, agency_names(settings.registry))
    assignment = (round_.assignment(agency, form.code) if agency else None) or Assignment(agency or "", form.code)
    whose = settings.registry.get(agency) if agency else Agency("", "", "", ())
    return catalogue.run(
        catalogue.CheckContext(
            form=form,
            assignment=assignment,
            agency=whose,
            round=round_,
            document=document,
            file_name=name,
            stated=Stated(
                agencies=stated.agencies if agency else (),
                periods=stated.periods if named_round else (),
                windows=stated.windows if named_round else (),
                strangers=stated.strangers if agency else (),
            ),
            agency_names={a.code: a.name for a in settings.registry},
            checks=(*round_.checks, *settings.office.checks),
        )
    )


def _print(
    file: str, title: str, verdict: Verdict, findings: tuple[Finding, ...], words: Words, settings: Settings
) -> None:
    print(f"{f'{file} · {title}' if title else file}: {say(settings.language, f'check.{verdict.value}')}")
    for finding in findings:
        print(f"  {words.say(finding, title).message}")


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
