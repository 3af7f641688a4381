"""The checks on one named file: what is found in it, or in each file of the container that it is.

Flow: opened files → what each is taken for (`bot.cli.meant`) → catalogue. What nobody knows is not checked: without an
agency not whose it is, without a round not of which period. Pure but for what it is given.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.checks import catalogue
from bot.checks.changes import changed
from bot.checks.file import file_finding
from bot.checks.mail import mail_finding
from bot.cli.local_files import LocalDesk, LocalFile, Opened
from bot.cli.meant import Asked, Meant, newest, what_is_meant
from bot.domain.agency import Agency
from bot.domain.document import FileKind, Stated
from bot.domain.form import Form, Severity
from bot.domain.round import Assignment
from bot.domain.submission import Finding

_SCANS = (FileKind.PDF, FileKind.IMAGE)


@dataclass(frozen=True, slots=True)
class Checked:
    """One file with its findings, under the path to show. `meant` None: these are findings of a container itself."""

    shown: str
    meant: Meant | None
    findings: tuple[Finding, ...]

    @property
    def form(self) -> Form | None:
        return self.meant.form if self.meant else None

    @property
    def is_unknown(self) -> bool:
        """It was read, and nobody can say which form it is."""
        return self.meant is not None and any(f.code == "M102" for f in self.findings)


def check_opened(desk: LocalDesk, opened: Opened, file: Path, asked: Asked, now: datetime) -> Iterator[Checked]:
    """The container's own findings first, then each file. As in a mail, a scan that lies beside a report in one
    container belongs to it, and what is of no form is a remark there.
    """
    office = desk.settings.office.checks
    if opened.findings:
        checks = (*(asked.round or newest(desk.settings.rounds)).checks, *office)
        yield Checked(str(file), None, changed(opened.findings, checks))
    meant = [what_is_meant(desk, f.read, asked, now) for f in opened.files]
    is_scan = [f.read.facts.kind in _SCANS for f in opened.files]
    has_report = opened.is_container and any(m.form and not s for m, s in zip(meant, is_scan, strict=True))
    for local, of, scan in zip(opened.files, meant, is_scan, strict=True):
        if has_report and scan:
            yield Checked(local.shown, of, ())
        elif of.form is not None:
            yield Checked(local.shown, of, _run(desk, local, of, of.form))
        else:
            found = _of_no_form(local, is_harmless=has_report)
            yield Checked(local.shown, of, changed([found], (*of.round_to_go_by.checks, *office)))


def _of_no_form(local: LocalFile, *, is_harmless: bool) -> Finding:
    facts = local.read.facts
    found = file_finding(facts.document, facts.name) or mail_finding("M102", facts.name)
    if is_harmless and found.severity is Severity.ERROR:
        return replace(found, severity=Severity.REMARK)
    return found


def _run(desk: LocalDesk, local: LocalFile, meant: Meant, form: Form) -> tuple[Finding, ...]:
    agency, round_, stated = meant.agency, meant.round_to_go_by, local.read.stated
    assignment = (round_.assignment(agency, form.code) if agency else None) or Assignment(agency or "", form.code)
    return catalogue.run(
        catalogue.CheckContext(
            form=form,
            assignment=assignment,
            agency=desk.registry.get(agency) if agency else Agency("", "", "", ()),
            round=round_,
            document=local.read.facts.document,
            file_name=local.read.attachment.name,
            stated=Stated(
                agencies=stated.agencies if agency else (),
                periods=stated.periods if meant.round else (),
                windows=stated.windows if meant.round else (),
                strangers=stated.strangers if agency else (),
            ),
            agency_names={a.code: a.name for a in desk.registry},
            checks=(*round_.checks, *desk.settings.office.checks),
        )
    )
