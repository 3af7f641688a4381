"""One obligation on the board: what stands, since when, until when, and where its files are.

Links are relative to `board/` and percent-encoded; what comes from senders stays plain text, which the page escapes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from bot.decide.stepping import last_day_of
from bot.domain.round import Deadline, ObligationState, ObligationStatus
from bot.domain.submission import Submission
from bot.flows.services import Services
from bot.text.dates import say_date

MARKS = {
    ObligationStatus.FULFILLED: "ok",
    ObligationStatus.FULFILLED_LATE: "ok",
    ObligationStatus.CORRECTION_NEEDED: "fix",
    ObligationStatus.OPEN: "void",
    ObligationStatus.OVERDUE: "late",
    ObligationStatus.HELD: "wait",
    ObligationStatus.EXCUSED: "none",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One obligation. `note` holds version, day, own deadline and open findings in words; `links` name and address."""

    mark: str
    said: str
    note: str
    links: tuple[tuple[str, str], ...]


def cell_of(
    services: Services, common: Deadline, obligation: ObligationState, versions: Mapping[int, Submission]
) -> Cell:
    """One obligation's cell. `common` is the deadline of the round as it holds for all; `versions` what has come."""
    words, said = services.papers.screens["board"], services.papers.screens["status"][obligation.status.value]
    day_of = Days(services)
    notes = []
    counted = versions.get(obligation.version or 0)
    if counted is not None:
        notes.append(words["version"].format(version=counted.version, day=day_of(counted.received_at)))
    newest = versions.get(obligation.latest_version or 0)
    if newest is not None and newest is not counted:
        notes.append(words["newest"].format(version=newest.version, day=day_of(newest.received_at)))
    if obligation.findings:
        notes.append(words["findings"].format(count=obligation.findings))
    if obligation.mend_by is not None:
        notes.append(words["mend_by"].format(day=day_of.last(obligation.mend_by)))
    if obligation.deadline.instant != common.instant and not obligation.status.is_settled:
        notes.append(words["own_deadline"].format(day=day_of.last(obligation.deadline.instant)))
    shown = {s.version: s for s in (counted, newest) if s is not None}
    links = tuple(link for submission in shown.values() for link in _links(submission, len(shown) > 1))
    return Cell(MARKS[obligation.status], said, " · ".join(notes), links)


def latest_folder(
    obligations: Sequence[ObligationState], submissions: Mapping[tuple[str, str], Mapping[int, Submission]]
) -> str:
    """The folder that leads to what stands of that agency, beside its forms' own folders; empty when nothing does."""
    for obligation in obligations:
        if obligation.first_valid_at is not None:
            submission = submissions[obligation.agency, obligation.form].get(obligation.version or 0)
            for file in submission.files if submission else ():
                if file.path:
                    return f"../{quote('/'.join(file.path.split('/')[:3]))}/latest/"
    return ""


def _links(submission: Submission, numbered: bool) -> tuple[tuple[str, str], ...]:
    """Each file by the ending of its name; `numbered`: with its version before it."""
    links = []
    for file in submission.files:
        if file.path:
            _, dot, ending = file.name.rpartition(".")
            name = ending.lower()[:8] if dot else "…"
            links.append((f"v{submission.version} {name}" if numbered else name, f"../{quote(file.path)}"))
    return tuple(links)


class Days:
    """Local days in short, without the year: `09/3`."""

    def __init__(self, services: Services) -> None:
        self._working_time = services.office.working_time
        self._language = services.office.language

    def __call__(self, moment: datetime) -> str:
        return self._short(self._working_time.local(moment).date())

    def last(self, instant: datetime) -> str:
        """The last day before an instant that is late."""
        return self._short(last_day_of(instant, self._working_time))

    def _short(self, day: date) -> str:
        return say_date(day, self._language).removesuffix(str(day.year)).rstrip("/ ")
