"""What an office or a round changes of single codes: another severity, or off with a reason.

The round's word on a code stands before the office's and replaces it as a whole. A changed severity holds for every
finding of its code, also where the check by itself gives errors and remarks: "remark" softens the errors, "error"
raises the remarks. What could not be judged stays so: a HOLD is never changed, and codes without which nothing would
have been judged (`LOCKED`) cannot be changed at all. Nothing here fails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.checks.registry import entries
from bot.domain.form import Severity
from bot.domain.round import CheckSetting
from bot.domain.submission import Finding

# Files that cannot be read or are no such form, mails without a file, and a table that is nowhere: were one of these
# softened or off, a report would be accepted that nobody could look at.
LOCKED = frozenset(
    {
        "F101",
        "F102",
        "F103",
        "F104",
        "F105",
        "F106",
        "F107",
        "F110",
        "F111",
        "F112",
        "M101",
        "M102",
        "M106",
        "M107",
        "M108",
        "X101",
        "C207",
    }
)


def changeable() -> tuple[str, ...]:
    """The codes that an office or a round may change."""
    return tuple(
        code for code, entry in sorted(entries().items()) if code not in LOCKED and entry.severity is not Severity.HOLD
    )


def setting_of(code: str, checks: Sequence[CheckSetting]) -> CheckSetting | None:
    """What stands for that code: the first of `checks` that names it; None when none does or it may not be changed."""
    found = next((setting for setting in checks if setting.code == code), None)
    return found if found is not None and code in changeable() else None


def is_off(code: str, checks: Sequence[CheckSetting]) -> bool:
    setting = setting_of(code, checks)
    return setting is not None and bool(setting.off)


def changed(findings: Iterable[Finding], checks: Sequence[CheckSetting]) -> tuple[Finding, ...]:
    """The findings as the office and the round want them: without those of codes that are off, with the severities
    that they set.
    """
    kept: list[Finding] = []
    for finding in findings:
        setting = setting_of(finding.code, checks)
        if setting is None or finding.severity is Severity.HOLD:
            kept.append(finding)
        elif not setting.off:
            kept.append(replace(finding, severity=setting.severity or finding.severity))
    return tuple(kept)
