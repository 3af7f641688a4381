"""`status`, `mails`, `outbox`, `show`, `digest`: what there is to see. Nothing here changes anything."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import shapes
from bot.cli.context import (
    MISUSED,
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
from bot.decide.delivery import void_nudges
from bot.decide.nudges import REQUEST_STEP, NudgeReason
from bot.decide.places import AgencyPlace, place_of
from bot.domain.letter import Why
from bot.domain.mail import Evidence, InboundRecord, Outcome, OutgoingRecord, OutgoingState, Reason
from bot.domain.office import Language
from bot.domain.round import ObligationStatus, Round, RoundState
from bot.flows.reach import reach
from bot.flows.services import Services
from bot.flows.snapshot import load_states
from bot.screens import say, say_why
from bot.store.errors import StoreConflictError
from bot.text.dates import say_date, say_deadline, say_instant

NARROW = 120


def register(app: typer.Typer) -> None:
    for command in (status, mails, outbox, show, digest):
        app.command()(command)


def status(
    context: typer.Context,
    round_: RoundOption = None,
    why: Annotated[
        bool, typer.Option("--why", help="For each agency: why it is written to now or not, and what comes next.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Agencies × forms with their status, and the totals."""
    settings = settings_of(context)
    with services_of(context, settings, will_write=False) as services:
        picked = pick_round(services, round_, settings.language)
        now = services.now()
        (state,) = load_states(services, (picked,), now)
        nudges = services.store.nudges(round=picked.code)
        reasons = _reasons(services, picked, now) if why else None
        if as_json:
            void = void_nudges(nudges, services.store.bounces())
            lost = undelivered(services, state)
            print_json(shapes.status(services, state, nudges, void, lost, reasons, settings.language))
            return
        print_status(services, state, [r.outgoing for r in nudges], settings.language)
        if reasons is not None:
            _print_reasons(services, reasons, settings.language)


def _reasons(services: Services, round_: Round, now: datetime) -> dict[str, Why]:
    """For each agency of the round: why it is written to now of this round, or why not."""
    if round_.opens_at > now or not round_.is_open(now):  # the clock looks at open rounds only
        if round_.opens_at > now:
            why = Why(NudgeReason.NOT_DUE, {"step": REQUEST_STEP, "at": round_.opens_at})
        else:
            why = Why(NudgeReason.CLOSED, {"at": round_.closes_at or now})
        return dict.fromkeys(round_.agencies, why)
    found = {}
    from bot.flows.nudging import judge_nudges  # composes mails, which looking does without

    for code, verdict in judge_nudges(services, now).items():
        spoken = next((n.why for n in verdict.nudges if n.round.code == round_.code), None)
        reason = spoken or verdict.silences.get(round_.code)
        if reason is not None:
            found[code] = reason
    return found


def _print_reasons(services: Services, reasons: Mapping[str, Why], language: Language) -> None:
    table = new_table(say(language, "status.agency"), say(language, "status.why"))
    for code, reason in reasons.items():
        table.add_row(services.registry.get(code).name, say_why(language, reason, services.office.working_time))
    terminal().print(table)


def undelivered(services: Services, state: RoundState) -> frozenset[str]:
    """The agencies of which nothing has come and whom no mail of ours reaches: they are not silent."""
    lost = reach(services, state.as_of).unreached(state.round, services.registry)
    return frozenset(c for c, owed in state.by_agency() if place_of(owed, c in lost) is AgencyPlace.UNDELIVERED)


def print_status(services: Services, state: RoundState, nudges: Sequence[OutgoingRecord], language: Language) -> None:
    """The table of `status`, which `demo` ends with too."""
    working_time = services.office.working_time
    lang = language.value
    forms = list(dict.fromkeys(o.form for o in state.obligations))
    table = new_table(
        title=say(
            language,
            "status.title",
            round=state.round.title,
            deadline=say_deadline(working_time.local(state.round.deadline.instant), lang),
            as_of=say_instant(working_time.local(state.as_of), lang),
        ),
    )
    table.add_column(say(language, "status.agency"))
    for form in forms:
        table.add_column(services.forms[form].short_title)
    table.add_column(say(language, "status.nudges"), justify="right")
    console = terminal()
    # One mail may speak for several steps.
    mails = {n.id: n.mail.agency for n in nudges if n.state is OutgoingState.SENT}
    sent = Counter(mails.values())
    lost, mark = undelivered(services, state), say(language, "status.undelivered")
    for code, obligations in state.by_agency():
        words = {o.form: say(language, f"status.{o.status.value}") for o in obligations}
        if console.width < NARROW:  # the sign alone; the totals beneath say what each one means
            words = {form: said.split()[0] for form, said in words.items()}
        told = str(sent[code] or "")
        if code in lost:
            told = f"{told} {mark if console.width >= NARROW else mark.split()[0]}".strip()
        table.add_row(services.registry.get(code).name, *(words.get(f, "") for f in forms), told)
    console.print(table)
    totals = {s: sum(o.status is s for o in state.obligations) for s in ObligationStatus}
    parts = " · ".join(f"{say(language, f'status.{s.value}')} {n}" for s, n in totals.items() if n)
    console.print(say(language, "status.total", total=len(state.obligations), parts=parts))
    if lost:
        console.print(say(language, "status.agencies", mark=mark, count=len(lost)))


def mails(
    context: typer.Context,
    outcome: Annotated[str | None, typer.Option("--outcome", metavar="O", help="Only mails with this outcome.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Every inbound mail and what became of it."""
    settings = settings_of(context)
    known = [o.value for o in Outcome]
    if outcome is not None and outcome not in known:
        stop(settings.language, MISUSED, "error.outcome", found=outcome, known=", ".join(known))
    with services_of(context, settings, will_write=False) as services:
        records = services.store.mails(outcome=Outcome(outcome) if outcome else None)
        if as_json:
            zone = services.office.working_time.timezone
            replies: dict[int | None, list[OutgoingRecord]] = {}
            for reply in services.store.outbox():
                replies.setdefault(reply.mail.mail_id, []).append(reply)
            print_json([shapes.mail(r, replies.get(r.id, ()), zone) for r in records])
        else:
            _print_mails(services, records, settings.language)


def _print_mails(services: Services, records: Sequence[InboundRecord], language: Language) -> None:
    if not records:
        print(say(language, "mails.none"))
        return
    console = terminal()
    if console.width < NARROW:
        for record in records:
            print(f"{record.id:>4}  {_moment(services, record.received_at)}  {_whose(services, record)}")
            print(f"      {_became(record, language)} · {record.subject}")
        return
    columns = ("id", "received", "who", "subject", "outcome", "forms")
    table = new_table(*(say(language, f"mails.{c}") for c in columns), title=say(language, "mails.title"))
    for record in records:
        table.add_row(
            str(record.id),
            _moment(services, record.received_at),
            _whose(services, record),
            record.subject,
            _became(record, language),
            "\n".join(f"{services.forms[s.form].short_title} ({s.version})" for s in record.submissions),
        )
    console.print(table)


def _whose(services: Services, record: InboundRecord) -> str:
    """The agency's name where it is known, else the address."""
    known = record.agency in services.registry if record.agency else False
    return services.registry.get(record.agency).name if known and record.agency else record.sender


def _told(services: Services, evidence: Evidence, language: Language) -> str:
    """What a piece of evidence speaks for, as people read it."""
    value = evidence.value
    match evidence.about:
        case "ask":
            return say(language, f"ask.{value}")
        case "sender":
            return say(language, f"trust.{value}")
        case "until":
            return say_date(date.fromisoformat(value), language.value)
        case "other" if value in services.registry:
            return services.registry.get(value).name
    return value


def _became(record: InboundRecord, language: Language) -> str:
    """Outcome and reason in words; a reason that says no more than the outcome is left out."""
    outcome = say(language, f"outcome.{record.outcome.value}")
    if record.reason in ("", Reason.OK, Reason.FINDINGS):
        return outcome
    return f"{outcome}: {say(language, f'reason.{record.reason}')}"


def _moment(services: Services, moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = services.office.working_time.local(moment)
    return f"{local:%H:%M} {say_date(local.date(), 'vi')}"


def outbox(
    context: typer.Context,
    state: Annotated[str | None, typer.Option("--state", metavar="S", help="Only mails in this state.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Every outgoing mail and its state."""
    settings = settings_of(context)
    known = [s.value for s in OutgoingState]
    if state is not None and state not in known:
        stop(settings.language, MISUSED, "error.state", found=state, known=", ".join(known))
    with services_of(context, settings, will_write=False) as services:
        records = services.store.outbox(state=OutgoingState(state) if state else None)
        if as_json:
            print_json([shapes.outgoing(r, services.office.working_time.timezone) for r in records])
            return
        if not records:
            print(say(settings.language, "outbox.none"))
            return
        columns = ("kind", "to", "subject", "state", "attempts", "sent", "error")
        table = new_table(*(say(settings.language, f"outbox.{c}") for c in columns))
        for r in records:
            mail = r.mail
            sent = _moment(services, r.sent_at)
            recipients = ", ".join(mail.recipients)
            kind = say(settings.language, f"kind.{mail.kind.value}")
            now = say(settings.language, f"state.{r.state.value}")
            table.add_row(kind, recipients, mail.subject, now, str(r.attempts), sent, r.last_error)
        terminal().print(table)


def show(
    context: typer.Context, mail: Annotated[int, typer.Argument(metavar="MAIL")], as_json: JsonOption = False
) -> None:
    """One mail: the evidence for its match, attachments, findings, replies."""
    settings = settings_of(context)
    with services_of(context, settings, will_write=False) as services:
        try:
            record = services.store.mail(mail)
        except StoreConflictError:
            stop(settings.language, MISUSED, "error.mail", mail=mail)
        replies = services.store.replies(mail)
        raw = services.vault.relative_path(record.sha256) if record.sha256 else ""
        if as_json:
            print_json(shapes.mail_in_full(record, replies, raw, services.office.working_time.timezone))
        else:
            _print_mail(services, record, replies, raw, settings.language)


def _printable(text: str) -> str:
    """What a stranger's file or mail made us say, without what would steer the terminal or turn letters round."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def _print_mail(
    services: Services, record: InboundRecord, replies: Sequence[OutgoingRecord], raw: str, language: Language
) -> None:
    out = print
    out(say(language, "show.title", mail=record.id, subject=record.subject))
    out(say(language, "show.from", sender=record.sender))
    out(
        say(
            language,
            "show.received",
            at=say_instant(services.office.working_time.local(record.received_at), language.value),
        )
    )
    out(say(language, "show.outcome", outcome=_became(record, language)))
    whose = services.registry.get(record.agency).name if record.agency else "–"
    out(say(language, "show.agency", agency=whose, round=record.round or "–"))
    out(say(language, "show.raw", path=raw))
    out(f"\n{say(language, 'show.evidence')}")
    for e in record.evidence:
        verdict = say(language, "show.agrees" if e.agrees else "show.disagrees")
        source = say(language, f"source.{e.source.value}")
        place = f"{source} “{e.file}”" if e.file else source
        what = f"{say(language, f'about.{e.about}')}: {_told(services, e, language)}"
        out(f"  {what} · {place}: “{_printable(e.found)}” · {verdict}")
    out(f"\n{say(language, 'show.attachments')}")
    for name, sha256, size in record.attachments:
        out(f"  {name} · {size} B · SHA-256 {sha256}")
    out(f"\n{say(language, 'show.findings')}")
    for submission in record.submissions:
        title = services.forms[submission.form].short_title
        out(f"  {title} v{submission.version}: {say(language, f'check.{submission.verdict.value}')}")
        for finding in submission.findings:
            out(f"    {services.say(finding, title).message}")
    for finding in record.findings:
        out(f"  {services.say(finding, '').message}")
    out(f"\n{say(language, 'show.replies')}")
    for reply in replies:
        mail = reply.mail
        kind, state = say(language, f"kind.{mail.kind.value}"), say(language, f"state.{reply.state.value}")
        out(f"  {kind} · {state} · {', '.join(mail.recipients)} · {mail.subject}")
    if record.last_error:
        out(f"\n{say(language, 'show.error')}\n{_printable(record.last_error)}")


def digest(
    context: typer.Context,
    preview: Annotated[
        Path | None,
        typer.Option("--preview", metavar="FILE.html", help="Write the full page to this file, the tracker beside it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What the coordinator would get now."""
    settings = settings_of(context)
    with services_of(context, settings, will_write=False) as services:
        from bot.flows.daily import digest as make_digest  # composes mails, which looking does without

        notice = make_digest(services, services.now())
        if preview is not None:
            _write(preview, services.composer.digest_html(notice).encode(), settings.language)
            for number, tracker in enumerate(notice.enclosures, 1):
                name = f"{preview.stem}{f' ({number})' if number > 1 else ''}.xlsx"
                _write(preview.with_name(name), tracker.payload, settings.language)
        if as_json:
            print_json(shapes.digest(notice, services.office.working_time.timezone))
        elif preview is not None:
            print(say(settings.language, "digest.written", path=preview))
        else:
            print(services.composer.digest_text(notice))


def _write(file: Path, payload: bytes, language: Language) -> None:
    try:
        file.write_bytes(payload)
    except OSError as error:
        stop(language, MISUSED, "error.written", file=file, error=system_words(language, error))
