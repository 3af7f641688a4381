"""What the digest's template needs: pages of rounds, the matrix agencies × forms, lists cut to a length that people
read.

Flow: a DigestNotice in, a DigestView out; the template puts words around it. Pure, and never fails for what a digest
holds.

Mail programs cut pages above some 100 kB (Gmail at 102), so with many agencies the matrix shows only those that are
not done, and the others by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from bot.domain.digest import DigestAgency, DigestBounce, DigestChange, DigestMail, DigestNotice, DigestRound
from bot.domain.form import Form
from bot.domain.round import Deadline, ObligationState, ObligationStatus
from bot.mail.compose_views import MARKS

MAX_ROWS = 60
MAX_LINES = 30

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lines(Generic[T]):
    """The first entries of a list, and how many are left out."""

    shown: tuple[T, ...]
    hidden: int

    @property
    def total(self) -> int:
        return len(self.shown) + self.hidden


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One obligation: form's short title, mark, status (a stable word), open errors.

    `mend_overdue`: it waits for mending and its deadline has passed. `extended_to` is its own deadline, if it has one.
    """

    title: str
    mark: str
    status: str
    findings: int
    mend_overdue: bool
    extended_to: Deadline | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One agency; a cell is None where the form is not owed."""

    name: str
    cells: tuple[MatrixCell | None, ...]


@dataclass(frozen=True, slots=True)
class RoundPage:
    """One round. `unshown_done` names the agencies that have done all and are left out of `matrix`."""

    page: DigestRound
    form_titles: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    unshown_done: tuple[str, ...]
    unshown: int
    changes: Lines[DigestChange]
    overdue: Lines[DigestAgency]
    silent: Lines[DigestAgency]
    late: Lines[DigestAgency]


@dataclass(frozen=True, slots=True)
class DigestView:
    """The whole page. `first` is the round that the subject speaks of; `nothing`: there is nothing to say."""

    rounds: tuple[RoundPage, ...]
    first: DigestRound | None
    waiting: Lines[DigestMail]
    unknown: Lines[DigestMail]
    ignored: Lines[DigestMail]
    bounces: Lines[DigestBounce]
    unsent: Lines[tuple[str, str, str]]
    nothing: bool


def digest_view(notice: DigestNotice) -> DigestView:
    """The digest, sorted and cut to length."""
    rounds = tuple(_page(page, notice.at) for page in notice.rounds)
    return DigestView(
        rounds=rounds,
        first=next((p for p in notice.rounds if p.done < p.total), notice.rounds[0] if notice.rounds else None),
        waiting=_lines(_mails(notice, "mail")),
        unknown=_lines(_mails(notice, "sender")),
        ignored=_lines(notice.ignored),
        bounces=_lines(notice.bounces),
        unsent=_lines(notice.unsent),
        nothing=not (rounds or notice.items or notice.ignored or notice.bounces or notice.unsent),
    )


def _mails(notice: DigestNotice, what: str) -> list[DigestMail]:
    return [item.mail for item in notice.items if item.what == what and item.mail]


def _lines(entries: Sequence[T]) -> Lines[T]:
    return Lines(tuple(entries[:MAX_LINES]), max(0, len(entries) - MAX_LINES))


def _page(page: DigestRound, at: datetime) -> RoundPage:
    crowded = len(page.agencies) > MAX_ROWS
    listed = [row for row in page.agencies if not (crowded and row.done)]
    return RoundPage(
        page=page,
        form_titles=tuple(form.short_title for form in page.forms),
        matrix=tuple(_row(page, row, at) for row in listed[:MAX_ROWS]),
        unshown_done=tuple(row.agency.name for row in page.agencies if row.done) if crowded else (),
        unshown=max(0, len(listed) - MAX_ROWS),
        changes=_lines(page.changes),
        overdue=_lines([row for row in page.agencies if row.overdue]),
        # Each agency in one list only: who is overdue and silent stands with the overdue.
        silent=_lines([row for row in page.agencies if row.silent and not row.overdue]),
        late=_lines([row for row in page.agencies if row.late and not row.overdue]),
    )


def _row(page: DigestRound, row: DigestAgency, at: datetime) -> MatrixRow:
    states = {state.form: state for state in row.obligations}
    return MatrixRow(
        row.agency.name,
        tuple(_cell(form, states[form.code], at) if form.code in states else None for form in page.forms),
    )


def _cell(form: Form, state: ObligationState, at: datetime) -> MatrixCell:
    mend_overdue = state.status is ObligationStatus.CORRECTION_NEEDED and at >= state.deadline.instant
    return MatrixCell(
        title=form.short_title,
        mark="late" if mend_overdue else MARKS[state.status],
        status=state.status,
        findings=state.findings,
        mend_overdue=mend_overdue,
        extended_to=state.deadline if state.extended else None,
    )
