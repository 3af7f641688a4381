"""The tables `[checks.CODE]` of office.toml and rounds/*.toml → domain settings of single codes.

Each says one thing of its code: another severity, or off with the reason for it. Codes that nobody knows, and those
that say that nothing could be judged, are faults.
"""

from collections.abc import Callable, Mapping

from bot.domain.form import Severity
from bot.domain.round import CheckSetting
from bot.settings.models import CheckTable
from bot.settings.report import Report
from bot.settings.toml_files import Place


def build_checks(
    tables: Mapping[str, CheckTable], place: Callable[[str], Place], report: Report
) -> tuple[CheckSetting, ...]:
    """The settings, by code; `place` gives the file and key of a code's table."""
    if not tables:
        return ()
    # The catalogue takes longer to import than all other loading, and most offices change nothing.
    from bot.checks.catalogue import pages
    from bot.checks.changes import changeable

    known, open_ones = {page.code for page in pages()}, changeable()
    found: list[CheckSetting] = []
    for code, table in sorted(tables.items()):
        if code not in known:
            report.fault(*place(code), report.shown(code), "known_check", example=open_ones[0])
        elif code not in open_ones:
            report.fault(*place(code), report.shown(code), "changeable_check")
        elif (table.severity is None) is (table.off is None):
            both = "severity, off" if table.off is not None else report.say("nothing")
            report.fault(*place(code), both, "severity_or_off")
        else:
            severity = None if table.severity is None else Severity(table.severity.value)
            found.append(CheckSetting(code, severity, table.off or ""))
    return tuple(found)
