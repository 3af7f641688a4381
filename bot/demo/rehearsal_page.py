"""The page of a rehearsal and its files: every mail as it would have gone out, in the order of time.

Runs → numbered lines → `mails/NNNN-agency-kind.eml` and `.html` → `index.html` (words, calendar, ladders, filters). All
links are relative and nothing is loaded from outside, so that the folder can be moved, mailed or opened from a stick.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.demo.rehearsal_ladder import REQUEST, PlannedStep
from bot.demo.rehearsal_lines import FROM_AGENCY, MAILS, SIGNS, Line
from bot.demo.rehearsal_plan import Behaviour
from bot.domain.mail import NoticeKind
from bot.domain.office import Language, WorkingTime
from bot.domain.round import Round
from bot.mail.rendering_pages import render_page
from bot.screens import TEMPLATES, say, section
from bot.settings import Settings
from bot.text.dates import say_date, say_day, say_deadline

PAGE = "index.html"


def write_mails(folder: Path, lines: Iterable[Line], language: Language) -> None:
    """Each mail as its very bytes and as a page."""
    (folder / MAILS).mkdir(exist_ok=True)
    for line in lines:
        (folder / line.file).write_bytes(line.raw)
        page = _own_page(line.raw) if line.is_ours else _page_of_report(line, language)
        (folder / line.page).write_text(page, "utf-8")


def _own_page(raw: bytes) -> str:
    """The HTML of a mail that the office wrote. The old policy reads its headers ten times faster than today's, and
    the office's own mails have the HTML in the first part of that type.
    """
    html = next(p for p in message_from_bytes(raw).walk() if p.get_content_type() == "text/html")
    payload = html.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")


def _page_of_report(line: Line, language: Language) -> str:
    message = message_from_bytes(line.raw, policy=policy.default)
    body = message.get_body(("html", "plain"))
    words = section(language, "index")
    facts = {
        "lang": language.value,
        "words": words,
        "subject": line.subject,
        "headers": [(words["result"], line.why)],
        "text": str(body.get_content()) if body is not None else "",
        "attachments": [],
        "evidence": [],
        "findings": [str(a.get_filename()) for a in message.iter_attachments()],
    }
    return render_page(TEMPLATES, "mail.html", {**facts, "words": {**words, "findings": words["attachments"]}})


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows beside the mails: the ladders' rows and the odd things, in words."""

    ladder: Sequence[Mapping[str, str]]
    correction: Sequence[Mapping[str, str]]
    oddities: Sequence[str]
    steps: Sequence[PlannedStep]


def write_page(
    folder: Path, lines: Sequence[Line], settings: Settings, round_: Round, codes: Sequence[str], shown: Shown
) -> Path:
    """`index.html`; returns its path."""
    language, working_time = settings.language, settings.working_time
    count = Counter((line.agency, line.behaviour) for line in lines if line.is_ours)
    names = {code: settings.registry.get(code).name for code in codes}
    words = section(language, "rehearsal")
    days = [
        {
            "title": say_day(day, language.value),
            "lines": [_row(line, names, words, language) for line in of_day],
        }
        for day, of_day in groupby(lines, key=lambda line: line.at.date())
    ]
    kinds = [kind for kind in (*SIGNS, FROM_AGENCY) if any(line.kind == kind for line in lines)]
    facts: dict[str, Any] = {
        "lang": language.value,
        "words": words,
        "title": say(language, "rehearsal.title", round=round_.title),
        "subtitle": say(
            language,
            "rehearsal.subtitle",
            office=settings.office.name,
            deadline=say_deadline(working_time.local(round_.deadline.instant), language.value),
        ),
        "oddities": shown.oddities,
        "calendar": _calendar(lines, round_, shown.steps, working_time, words),
        "window": say(
            language,
            "rehearsal.window",
            first=say_date(round_.window.first, language.value),
            last=say_date(round_.window.last, language.value),
        ),
        "ladder": shown.ladder,
        "correction": shown.correction,
        "behaviours": [(b.value, words[b.value]) for b in Behaviour],
        "agencies": [*names.items(), ("", words["coordinator"])],
        "kinds": [(str(k), _kind_words(str(k), words, language)) for k in kinds],
        "summary": [
            {"name": name, "counts": [count[code, b] for b in Behaviour]}
            for code, name in [*names.items(), ("", words["coordinator"])]
        ],
        "digests": [_row(line, names, words, language) for line in lines if line.kind == NoticeKind.DIGEST],
        "days": days,
        "total": sum(line.is_ours for line in lines),
    }
    page = folder / PAGE
    page.write_text(render_page(TEMPLATES, "rehearsal.html", facts), "utf-8")
    return page


def _kind_words(kind: str, words: Mapping[str, str], language: Language) -> str:
    return words["from_agency"] if kind == FROM_AGENCY else say(language, f"kind.{kind}")


def _row(line: Line, names: Mapping[str, str], words: Mapping[str, str], language: Language) -> dict[str, str]:
    return {
        "when": f"{line.at:%H:%M}",
        "day": say_date(line.at.date(), language.value),
        "behaviour": line.behaviour.value,
        "behaviour_words": words[line.behaviour.value],
        "agency": line.agency,
        "name": names.get(line.agency, words["coordinator"]),
        "kind": line.kind,
        "kind_words": f"{line.sign} {_kind_words(line.kind, words, language)}",
        "step": "" if line.step == REQUEST else line.step,
        "subject": line.subject,
        "to": ", ".join(line.to),
        "cc": ", ".join(line.cc),
        "why": line.why,
        "page": line.page,
        "eml": line.file,
    }


def _calendar(
    lines: Sequence[Line],
    round_: Round,
    steps: Sequence[PlannedStep],
    working_time: WorkingTime,
    words: Mapping[str, str],
) -> list[list[dict[str, str]]]:
    """The weeks of the round, Monday to Sunday; each day says in words and by its class what it is."""
    opening = working_time.local(round_.opens_at).date()
    last_day = working_time.local(round_.deadline.instant - timedelta(microseconds=1)).date()
    ends = max([last_day, *(line.at.date() for line in lines)])
    day = opening - timedelta(days=opening.weekday())
    weeks: list[list[dict[str, str]]] = []
    while day <= ends:
        week = []
        for _ in range(7):
            marks = [
                ("opens", day == opening),
                ("deadline", day == last_day),
                ("closes", round_.closes_at is not None and working_time.local(round_.closes_at).date() == day),
                ("window_begins", round_.window.first == day),
                ("window_ends", round_.window.last == day),
                ("off", not working_time.is_working_day(day)),
            ]
            due = [s.step.code for s in steps if s.day == day and not s.dropped and s.step.code != REQUEST]
            held = [name for name, holds in marks if holds]
            is_counted = round_.window.first <= day <= round_.window.last
            week.append(
                {
                    "day": f"{day.day}/{day.month}",
                    "classes": " ".join([*held, *(["window"] if is_counted else [])]),
                    "marks": " · ".join(words[f"day_{name}"] for name in held),
                    "steps": ", ".join(due),
                }
            )
            day += timedelta(days=1)
        weeks.append(week)
    return weeks
