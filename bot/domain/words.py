"""A finding in words: what `bot.checks.words` makes of a code and its params, and notices and screens print.

Plain text, never markup: whoever prints it escapes it.
"""

from dataclasses import dataclass

from bot.domain.form import Severity


@dataclass(frozen=True, slots=True)
class FindingWords:
    """One finding as people read it, in one language.

    `where` is the place as Excel and Word show it, `found` what stands there, `expected` what was expected, `remedy`
    how to mend it. `title` is the finding's short name; any of `found`, `expected` may be empty, never `where` and
    `remedy`. `of_mail`: `found` speaks of the mail as a whole, of no file.
    """

    where: str
    found: str
    expected: str
    remedy: str
    code: str
    severity: Severity
    title: str = ""
    of_mail: bool = False

    @property
    def message(self) -> str:
        """All of it on one line, for screens and `check --json`."""
        facts = "; ".join(part for part in (self.found, self.expected) if part)
        return (
            f"{self.where}: {facts}. {self.remedy} ({self.code})"
            if facts
            else f"{self.where}: {self.remedy} ({self.code})"
        )
