"""What the digest's template needs: items with their links, pages of rounds, the matrix agencies × forms, lists cut to
a length that people read.

Flow: a DigestNotice in, a DigestView out; the template puts words around it. Pure, and never fails for what a digest
holds.

Mail programs cut pages above some 100 kB (Gmail at 102). A link weighs half a kilobyte, so links have a budget that
goes to what presses most: waiting items, then each round's own link, then overdue agencies; open corrections and new
versions have a small one of their own. What is left without links stands there all the same, by name, and the page says
so (`is_cut`): the full one, made with the limits WHOLE, goes with the mail as a file. With many agencies the matrix
shows only those that are not done; the tracker that goes with the mail has them all.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from bot.domain.decision import ReplyLink
from bot.domain.digest import (
    DigestAgency,
    DigestBounce,
    DigestChange,
    DigestItem,
    DigestMail,
    DigestMending,
    DigestNotice,
    DigestRound,
    DigestUnsent,
)
from bot.domain.form import Form
from bot.domain.round import Deadline, ObligationState, ObligationStatus
from bot.domain.watch import Trouble
from bot.mail.compose_views import MARKS, Say, clip

MAX_ITEMS = 12
LINK_FRAME = 330  # what stands around a link in the page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a page stands in it: rows of the matrix, entries of a list, items with links; bytes of links for what
    waits, and `side_bytes` for open corrections and new versions: thrice as many where the matrix shows every agency.
    """

    rows: int = 30
    lines: int = 20
    items: int = MAX_ITEMS
    link_bytes: int = 19_000
    side_bytes: int = 5_000


IN_MAIL = Limits()
# The matrix of a nationwide round stands in the tracker; a browser is not made to draw it.
WHOLE = Limits(rows=500, lines=10**6, items=10**6, link_bytes=10**9, side_bytes=10**9)


@dataclass(frozen=True, slots=True)
class Lines(Generic[T]):
    """The first entries of a list, and how many are left out."""

    shown: tuple[T, ...]
    hidden: int

    @property
    def total(self) -> int:
        return len(self.shown) + self.hidden


@dataclass(frozen=True, slots=True)
class ItemView:
    """One thing that waits. `finding` is why it waits, in one line; `links` are empty where there was no room."""

    item: DigestItem
    links: tuple[ReplyLink, ...]
    finding: str = ""


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """What one mail brought, or one decision did. `first` speaks for all in `changes`."""

    first: DigestChange
    changes: tuple[DigestChange, ...]


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
    unshown_done: Lines[str]
    unshown: int
    changes: Lines[ChangeGroup]
    overdue: Lines[DigestAgency]
    silent: Lines[DigestAgency]
    undelivered: Lines[DigestAgency]
    late: Lines[DigestAgency]
    links: tuple[ReplyLink, ...]
    row_links: frozenset[str]
    mending: Lines[DigestMending]


@dataclass(frozen=True, slots=True)
class DigestView:
    """The whole page. `first` is the round that the subject speaks of; `quiet`: there is nothing to say. `more` are
    waiting items that found no room for their links. `is_cut`: something is left out that the full page has.
    """

    rounds: tuple[RoundPage, ...]
    first: DigestRound | None
    waiting: int
    items: tuple[ItemView, ...]
    more: Lines[DigestItem]
    changes: Lines[DigestChange]
    rescued: Lines[DigestMail]
    ignored: Lines[DigestMail]
    bounces: Lines[DigestBounce]
    unsent: Lines[DigestUnsent]
    troubles: Lines[Trouble]
    quiet: bool
    is_cut: bool


class _Budget:
    """Bytes of links that may still stand in the page."""

    def __init__(self, room: int) -> None:
        self._room = room
        self.refused = False

    def take(self, links: Sequence[ReplyLink]) -> bool:
        """Whether these links find room; if so, it is theirs."""
        size = sum(len(link.href.encode()) + LINK_FRAME for link in links)
        if size > self._room:
            self.refused = True
            return False
        self._room -= size
        return True


def digest_view(notice: DigestNotice, say: Say, limits: Limits = IN_MAIL) -> DigestView:
    """The digest, sorted and cut to length."""
    roomy = all(len(page.agencies) <= limits.rows for page in notice.rounds)
    budget, side = _Budget(limits.link_bytes), _Budget(limits.side_bytes * (3 if roomy else 1))
    items: list[ItemView] = []
    more: list[DigestItem] = []
    for item in notice.items:
        if not more and len(items) < limits.items and budget.take(item.links):
            items.append(ItemView(item, item.links, _finding(item, say)))
        else:
            more.append(item)
    happened = (notice.bounces, notice.unsent, notice.troubles, notice.ignored, notice.rescued, notice.changes)
    rounds = tuple(_page(page, notice.at, budget, side, limits) for page in notice.rounds)
    hidden = [len(entries) > limits.lines for entries in happened]
    hidden += [
        lines.hidden > 0 for r in rounds for lines in (r.changes, r.overdue, r.silent, r.undelivered, r.late, r.mending)
    ]
    return DigestView(
        rounds=rounds,
        first=notice.rounds[0] if notice.rounds else None,
        waiting=sum(item.what != "unread" for item in notice.items),
        items=tuple(items),
        more=_lines(more, limits.lines),
        changes=_lines(notice.changes, limits.lines),
        rescued=_lines(notice.rescued, limits.lines),
        ignored=_lines(notice.ignored, limits.lines),
        bounces=_lines(notice.bounces, limits.lines),
        unsent=_lines(notice.unsent, limits.lines),
        troubles=_lines(notice.troubles, limits.lines),
        quiet=not (notice.items or any(happened))
        and all(page.done == page.total and not page.changes for page in notice.rounds),
        is_cut=bool(more) or budget.refused or side.refused or any(hidden),
    )


def _finding(item: DigestItem, say: Say) -> str:
    """The first finding in one line: where, what stands there, what was expected."""
    if not item.findings:
        return ""
    words = say(item.findings[0], "")
    return clip("; ".join(part for part in (words.where, words.found, words.expected) if part), 200)


def _lines(entries: Sequence[T], limit: int) -> Lines[T]:
    return Lines(tuple(entries[:limit]), max(0, len(entries) - limit))


def _page(page: DigestRound, at: datetime, budget: _Budget, side: _Budget, limits: Limits) -> RoundPage:
    crowded = len(page.agencies) > limits.rows
    listed = [row for row in page.agencies if not (crowded and row.done)]
    links = page.links if budget.take(page.links) else ()

    def rows(wanted: Callable[[DigestAgency], bool]) -> Lines[DigestAgency]:
        return _lines([row for row in page.agencies if wanted(row)], limits.lines)

    mending = _lines(page.mending, limits.lines)
    mending = replace(mending, shown=tuple(m if side.take(m.links) else replace(m, links=()) for m in mending.shown))
    overdue = rows(lambda row: row.overdue and not row.undelivered)
    return RoundPage(
        page=page,
        form_titles=tuple(form.short_title for form in page.forms),
        matrix=tuple(_row(page, row, at) for row in listed[: limits.rows]),
        unshown_done=_lines(
            [row.agency.name for row in page.agencies if row.done] if crowded else [], max(200, limits.lines)
        ),
        unshown=max(0, len(listed) - limits.rows),
        changes=_linked(_lines(_grouped(page.changes), limits.lines), side),
        mending=mending,
        # Each agency in one list only: who is overdue and silent stands with the overdue, who is not reached apart.
        overdue=overdue,
        silent=rows(lambda row: row.silent and not row.overdue),
        undelivered=rows(lambda row: row.undelivered),
        late=rows(lambda row: row.late and not row.overdue),
        links=links,
        row_links=frozenset(
            row.agency.code
            for row in (*overdue.shown, *(r for r in page.agencies if r.undelivered))
            if row.links and budget.take(row.links)
        ),
    )


def _linked(groups: Lines[ChangeGroup], side: _Budget) -> Lines[ChangeGroup]:
    """The newest changes have their links first, where there is no room for all."""
    shown = [
        group if side.take([x for c in group.changes for x in c.links]) else _without_links(group)
        for group in reversed(groups.shown)
    ]
    return replace(groups, shown=tuple(reversed(shown)))


def _without_links(group: ChangeGroup) -> ChangeGroup:
    return ChangeGroup(group.first, tuple(replace(change, links=()) for change in group.changes))


def _grouped(changes: Iterable[DigestChange]) -> list[ChangeGroup]:
    """One entry a mail, and one a decision of several forms; in order of time."""
    groups: dict[tuple[object, ...], list[DigestChange]] = {}
    for change in changes:
        code = change.agency.code if change.agency else ""
        # A submission has no `who`: one mail may bring several, and several mails of one agency stay apart.
        key = (change.at, code, change.what, change.who) if change.who else (code, change.mail_id, change.at)
        groups.setdefault(key, []).append(change)
    return [ChangeGroup(found[0], tuple(found)) for found in groups.values()]


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
