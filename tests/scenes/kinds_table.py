"""docs/files.md from a run of every kind of file (kinds_run): what came back, word for word."""

import re
from collections.abc import Mapping

from kinds_run import Came, Row
from scene_office import ROOT, said

TARGET = ROOT / "docs" / "files.md"
COLUMNS = (
    *("what comes", "named", "right", "codes", "the answer's subject", "what it asks or says"),
    *("kept under `reports/`", "with a fault"),
)
HEAD = """# Files as they come

What `thuky` does with each kind of file, and what the sender hears. Made by `tools/kinds`, which mails each of them
through Postfix into Dovecot, to an office of its own with one agency a kind, runs `thuky once` and reads the answers by
IMAP; a test holds that this page is what comes of it.

What is asked is the answer's own words. "Right" is a report without a fault. "With a fault" is the same kind of file
with one planted: a narrative without its part II.5 (W101), or an II.06 whose sum in C14 is wrong (X201); ✎ says that
the agency's own file went back with the fault marked in it. A file is known by its bytes: its name may be what it
likes. Codes: [findings.md](findings.md).

Nothing is accepted because it could not be read. Where LibreOffice is missing, off, or takes too long, .doc and .rtf
are asked for as .docx (F107); where our own reader fails, the file waits for a person (F111).
"""
_TAG = re.compile(r"^\[[^\]]*\] | – Re: .*$")
_ASKED = re.compile(r"(?:Cách sửa|Đề nghị): (.*?) \([A-Z]\d{3}\)")


def render(rows: Mapping[str, Row]) -> str:
    """The whole page."""
    table = f"\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    return HEAD + table + "".join(_line(row) for row in rows.values())


def _line(row: Row) -> str:
    good = row.good
    cells = (
        row.kind.title,
        ", ".join(f"`{name}`" for name in row.mailed) or "—",
        good.outcome + (" ✎" if good.enclosed else ""),
        ", ".join(good.codes) or "—",
        _TAG.sub("", good.subject),
        " · ".join(_ASKED.findall(said(good.answer))) if good.answer else "",
        ", ".join(f"`{path.name}`" for path in good.kept) or "—",
        _fault(row.twin, good),
    )
    return f"| {' | '.join(cells)} |\n"


def _fault(twin: Came | None, good: Came) -> str:
    if twin is None:
        return ""
    planted = ", ".join(c for c in twin.codes if c not in good.codes)
    return f"{twin.outcome}: {planted or '—'}{' ✎' if twin.enclosed else ''}"
