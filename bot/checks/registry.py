"""The register of checks: `@check("X104", Severity.ERROR, TABLES)` above a function, whose docstring is its page.

The docstring has a title line and the fixed headings below; a check without one of them is refused at import, so that
no code goes without its page. Codes are never reused.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.checks.context import CheckContext
from bot.domain.form import FormKind, Severity
from bot.domain.submission import Finding

HEADINGS = ("What it does", "Why it matters", "How to mend it", "Example")
_CODE = re.compile(r"[FMWXC][1-9][0-9]{2}")

OUTLINES = frozenset({FormKind.OUTLINE})
TABLES = frozenset({FormKind.TABLE, FormKind.LIST})
ALL = frozenset(FormKind)

Check = Callable[[CheckContext], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Page:
    """What `thuky explain CODE` shows, in one language."""

    code: str
    severity: Severity
    title: str
    what: str
    why: str
    mend: str
    example: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: its function, the kinds of form it looks at, and its page in English. `run` is None for what is found
    before any check runs: unreadable files, and mails as a whole.
    """

    code: str
    severity: Severity
    kinds: frozenset[FormKind]
    run: Check | None
    page: Page


_entries: dict[str, Entry] = {}


def entries() -> Mapping[str, Entry]:
    """All registered checks by code."""
    return _entries


def check(code: str, severity: Severity, kinds: frozenset[FormKind]) -> Callable[[Check], Check]:
    """Registers the function below as the check of that code. ValueError when the code is malformed or taken, or the
    docstring is no page.
    """

    def register(function: Check) -> Check:
        _enter(code, severity, kinds, function, function.__doc__ or "")
        return function

    return register


def declare(code: str, severity: Severity, page: str) -> None:
    """Registers a code that is found before any check runs. ValueError as with `check`."""
    _enter(code, severity, ALL, None, page)


def _enter(code: str, severity: Severity, kinds: frozenset[FormKind], run: Check | None, page: str) -> None:
    if not _CODE.fullmatch(code) or code in _entries:
        raise ValueError(f"check code {code!r} is malformed or taken")
    _entries[code] = Entry(code, severity, kinds, run, _page(code, severity, page))


def _page(code: str, severity: Severity, docstring: str) -> Page:
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in docstring.splitlines():
        text = line.strip()
        if text.removesuffix(":") in HEADINGS and text.endswith(":"):
            current = text.removesuffix(":")
            sections[current] = []
        elif text:
            sections[current].append(text)
    texts = {heading: " ".join(lines) for heading, lines in sections.items()}
    lacking = [heading or "title" for heading in ("", *HEADINGS) if not texts.get(heading)]
    if lacking:
        raise ValueError(f"the page of {code} lacks: {', '.join(lacking)}")
    return Page(code, severity, texts[""].rstrip("."), *(texts[heading] for heading in HEADINGS))
