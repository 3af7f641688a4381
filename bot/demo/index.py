"""The page that the demo leaves behind: every mail and file of the round, one click away.

Each mail is written as `.eml` (its very bytes) and as `.html` (what a person sees); saved files are linked where the
coordinator browses them. Everything lies under one folder and links are relative, so that the folder can be moved or
zipped.
"""

from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

from bot.domain.mail import InboundRecord, NoticeKind, OutgoingRecord
from bot.domain.office import Language
from bot.domain.round import RoundState
from bot.flows.services import Services
from bot.mail.parse import parse
from bot.mail.rendering_pages import render_page
from bot.screens import TEMPLATES, say, section
from bot.text.dates import say_date, say_deadline, say_instant

Line = dict[str, str]


def write_index(folder: Path, services: Services, state: RoundState) -> Path:
    """Writes `index.html` and `mails/` into `folder`, which holds the data folder as `data`. Returns the page's
    path.
    """
    language = services.office.language
    (folder / "mails").mkdir(parents=True, exist_ok=True)
    inbound = services.store.mails()
    outgoing = [services.store.outgoing_mail(r.id) for r in services.store.outbox()]
    lines = [(m.received_at, 0, _inbound(folder, services, m)) for m in inbound]
    sent = [(r.sent_at or r.queued_at, 1, _outgoing(folder, services, r)) for r in outgoing]
    ordered = [line for *_, line in sorted([*lines, *sent], key=lambda entry: entry[:2])]
    digest_keys = {r.mail.key for r in outgoing if r.mail.kind is NoticeKind.DIGEST}
    working_time = services.office.working_time
    page = folder / "index.html"
    page.write_text(
        render_page(
            TEMPLATES,
            "index.html",
            {
                "lang": language.value,
                "words": section(language, "index"),
                "title": say(language, "index.title", round=state.round.title),
                "subtitle": say(
                    language,
                    "index.subtitle",
                    office=services.office.name,
                    deadline=say_deadline(working_time.local(state.round.deadline.instant), language.value),
                    as_of=say_instant(working_time.local(state.as_of), language.value),
                ),
                "forms": [services.forms[f].short_title for f in _forms(state)],
                "status": _status(services, state),
                "mails": ordered,
                "digests": [line for line in ordered if line["key"] in digest_keys],
                "files": _files(services, inbound),
            },
        ),
        "utf-8",
    )
    return page


def _forms(state: RoundState) -> list[str]:
    return list(dict.fromkeys(o.form for o in state.obligations))


def _status(services: Services, state: RoundState) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for code, obligations in state.by_agency():
        words = {o.form: say(services.office.language, f"status.{o.status.value}") for o in obligations}
        cells = [words.get(form, "") for form in _forms(state)]
        rows.append({"agency": services.registry.get(code).name, "cells": cells})
    return rows


def _moment(services: Services, moment: datetime) -> str:
    local = services.office.working_time.local(moment)
    return f"{say_date(local.date(), services.office.language.value)} {local:%H:%M}"


def _inbound(folder: Path, services: Services, record: InboundRecord) -> Line:
    language = services.office.language
    name = f"mails/in-{record.id:04d}"
    raw = services.vault.read(record.sha256)
    (folder / f"{name}.eml").write_bytes(raw)
    mail = parse(raw)
    page = render_page(
        TEMPLATES,
        "mail.html",
        {
            "lang": language.value,
            "words": section(language, "index"),
            "subject": mail.subject,
            "headers": [
                (say(language, "index.from"), record.sender),
                (say(language, "index.received"), _moment(services, record.received_at)),
                (say(language, "index.result"), say(language, f"outcome.{record.outcome.value}")),
            ],
            "text": mail.text,
            "attachments": _attachments(folder, name, raw),
            "evidence": [f"{e.about} = {e.value} · {e.source.value}: “{e.found}”" for e in record.evidence],
            "findings": _findings(services, record),
        },
    )
    (folder / f"{name}.html").write_text(page, "utf-8")
    whose = services.registry.get(record.agency).name if record.agency else record.sender
    return {
        "key": "",
        "when": _moment(services, record.received_at),
        "way": say(language, "index.in"),
        "who": whose,
        "subject": mail.subject or "–",
        "result": say(language, f"outcome.{record.outcome.value}"),
        "page": f"{name}.html",
        "eml": f"{name}.eml",
    }


def _attachments(folder: Path, name: str, raw: bytes) -> list[Line]:
    """The files of one mail, written beside its page so that a click opens them."""
    lines = []
    for attachment in parse(raw).attachments:
        (folder / name).mkdir(exist_ok=True)
        (folder / name / attachment.name).write_bytes(attachment.payload)
        href = quote(f"{Path(name).name}/{attachment.name}")
        lines.append({"href": href, "name": attachment.name, "size": str(attachment.size)})
    return lines


def _findings(services: Services, record: InboundRecord) -> list[str]:
    found = [
        services.say(finding, services.forms[submission.form].short_title).message
        for submission in record.submissions
        for finding in submission.findings
    ]
    return found + [services.say(finding, "").message for finding in record.findings]


def _outgoing(folder: Path, services: Services, record: OutgoingRecord) -> Line:
    language = services.office.language
    name = f"mails/out-{record.id:04d}"
    (folder / f"{name}.eml").write_bytes(record.mail.raw)
    message = message_from_bytes(record.mail.raw, policy=policy.default)
    body = message.get_body(("html", "plain"))
    assert body is not None
    (folder / f"{name}.html").write_text(str(body.get_content()), "utf-8")
    return {
        "key": record.mail.key,
        "when": _moment(services, record.sent_at or record.queued_at),
        "way": say(language, "index.out"),
        "who": ", ".join(record.mail.recipients),
        "subject": record.mail.subject,
        "result": f"{say(language, f'kind.{record.mail.kind.value}')} · {say(language, f'state.{record.state.value}')}",
        "page": f"{name}.html",
        "eml": f"{name}.eml",
    }


def _files(services: Services, mails: Sequence[InboundRecord]) -> list[Line]:
    language: Language = services.office.language
    return [
        {
            "agency": services.registry.get(submission.agency).name,
            "form": services.forms[submission.form].short_title,
            "version": str(submission.version),
            "name": file.name,
            "href": quote(f"data/{file.path}"),
            "verdict": say(language, f"check.{submission.verdict.value}"),
        }
        for mail in mails
        for submission in mail.submissions
        for file in submission.files
    ]
