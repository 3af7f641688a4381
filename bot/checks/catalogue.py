"""The catalogue of findings: every code with its page, and the one way to run all checks on a document.

The flow: a file that cannot be read, or is of the wrong kind, has that one F finding; else every check that looks at
the form's kind and is not switched off runs; what they found gets the severities of the office and the round and is put
in the order of the document, each thing once, at most MOST of a code.
A check that raises is our fault and is not caught here.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.checks import (
    carried,
    cells,
    children,
    cross,
    excel,
    file,
    hidden,
    last_period,
    lists,
    mail,
    proofs,
    reference,
    relations,
    stated_figures,
    totals,
    uncompared,
    unfilled,
    word,
)
from bot.checks.changes import changed, is_off
from bot.checks.context import CheckContext
from bot.checks.file import file_finding
from bot.checks.mail import mail_finding
from bot.checks.registry import ALL, OUTLINES, TABLES, Page, check, entries
from bot.domain.document import Unreadable, Workbook
from bot.domain.form import Form, Severity
from bot.domain.submission import Finding, Place

__all__ = [
    "ALL",
    "MOST",
    "OUTLINES",
    "TABLES",
    "CheckContext",
    "Page",
    "changed",
    "check",
    "file_finding",
    "mail_finding",
    "pages",
    "run",
    "unreadable_finding",
]

MOST = 200  # findings of one code in one file; the rest is told as a number
# Importing a module registers its checks.
_MODULES = (
    file,
    carried,
    mail,
    word,
    unfilled,
    excel,
    hidden,
    cells,
    relations,
    totals,
    children,
    proofs,
    lists,
    cross,
    last_period,
    stated_figures,
    reference,
    uncompared,
)
_CELL = re.compile(r"([A-Z]+)([0-9]+)")


def run(context: CheckContext) -> tuple[Finding, ...]:
    """All findings of one document, in the order of the document: the file itself, sheets and their cells from the
    top left, parts as the outline has them; at one place by code.
    """
    if (whole := file_finding(context.document, context.file_name, context.form)) is not None:
        return (whole,)
    found: list[Finding] = []
    for entry in entries().values():
        if entry.run is not None and context.form.kind in entry.kinds and not is_off(entry.code, context.checks):
            found += entry.run(context)
    found = _said_once(changed(found, context.checks))
    return tuple(_capped(_once(sorted(found, key=lambda finding: _order(context, finding)))))


def unreadable_finding(document: Unreadable, file_name: str, form: Form | None = None) -> Finding:
    """The F finding of a file that could not be read; `form` None when nobody knows which it was meant to be."""
    finding = file_finding(document, file_name, form)
    assert finding is not None  # an Unreadable always has one
    return finding


def pages() -> tuple[Page, ...]:
    """The page of every code in English, by code. Vietnamese pages stand with the words: `Words.page`."""
    return tuple(entry.page for _, entry in sorted(entries().items()))


def _order(context: CheckContext, finding: Finding) -> tuple[int, int, int, int, str]:
    place = finding.place
    if place.part is not None:
        codes = [part.code for part in context.form.parts]
        return 1, codes.index(place.part) if place.part in codes else len(codes), 0, 0, finding.code
    if place.sheet is None:
        return 0, 0, 0, 0, finding.code
    names = [s.name for s in context.document.sheets] if isinstance(context.document, Workbook) else []
    sheet = names.index(place.sheet) if place.sheet in names else len(names)
    row, column = 0, 0
    if place.cell is not None and (match := _CELL.fullmatch(place.cell)):
        row = int(match[2])
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
    return 1, sheet, row, column, finding.code


def _said_once(findings: Iterable[Finding]) -> list[Finding]:
    """Without what a graver word on the same cell says already: a placeholder is no number and no date either."""
    found = list(findings)
    unfilled = {f.place for f in found if f.code == "X115" and f.severity is Severity.ERROR}
    return [f for f in found if f.place not in unfilled or f.code not in ("X104", "X108")]


def _once(findings: Iterable[Finding]) -> list[Finding]:
    seen: set[tuple[str, Place, str]] = set()
    kept: list[Finding] = []
    for finding in findings:
        identity = finding.code, finding.place, repr(sorted(finding.params.items(), key=lambda item: item[0]))
        if identity not in seen:
            seen.add(identity)
            kept.append(finding)
    return kept


def _capped(findings: list[Finding]) -> list[Finding]:
    """At most MOST findings of a code; then one that says how many more there are, at the sheet or file."""
    kept: list[Finding] = []
    counts: dict[str, int] = {}
    over: dict[str, Finding] = {}
    for finding in findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
        if counts[finding.code] <= MOST:
            kept.append(finding)
        else:
            over.setdefault(finding.code, finding)
    for code, finding in over.items():
        kept.append(replace(finding, place=replace(finding.place, cell=None), params={"more": counts[code] - MOST}))
    return kept
