"""What the board shows: the state of every round, what came, what was sent, as rows of words ready for its page.

Everything is loaded in a handful of look-ups and walked over once, for nationwide rounds have thousands of agencies.
Links are relative to `board/` and percent-encoded; what comes from senders stays plain text, which the page escapes.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.decide.obligations import deadline_for
from bot.decide.places import place_of
from bot.decide.stepping import last_day_of
from bot.domain.mail import InboundRecord, NudgeRecord, Outcome, OutgoingState
from bot.domain.round import Round, RoundState
from bot.domain.submission import Submission
from bot.flows.board_cells import Cell, Days, cell_of, latest_folder
from bot.flows.reach import Reach, reach
from bot.flows.services import Services
from bot.flows.snapshot import load_states
from bot.text.dates import say_date, say_deadline

# An agency is in exactly one place; the order is that of the bar, the mark that of its colour.
PLACES = {"done": "ok", "fix": "fix", "partial": "part", "held": "wait", "silent": "void", "undelivered": "late"}
MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One agency. A cell is None where the form is not owed; `group` counts the page's groups."""

    place: str
    group: int
    name: str
    latest: str
    cells: tuple[Cell | None, ...]
    nudges: str


@dataclass(frozen=True, slots=True)
class BoardGroup:
    name: str
    counts: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class BoardRound:
    """One round. `counts` are agencies by place."""

    title: str
    is_open: bool
    due: str
    left: str
    counts: Mapping[str, int]
    groups: tuple[BoardGroup, ...]
    forms: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole page. `waiting` are mails that wait for a person (time, sender, subject, reason), `hidden` how many
    more; `reasons` counts them. `stale_at` is when it is wrong by the clock alone: a deadline passes, a day begins.
    """

    rounds: tuple[BoardRound, ...]
    groups: tuple[str, ...]
    waiting: tuple[tuple[str, str, str, str], ...]
    hidden: int
    reasons: tuple[tuple[str, int], ...]
    stale_at: datetime


def load_board(services: Services, now: datetime) -> Board:
    """The board as the database has it at `now`."""
    begun = sorted((r for r in services.rounds if r.opens_at <= now), key=lambda r: r.deadline.instant, reverse=True)
    states = load_states(services, begun, now)
    reached = reach(services, now)
    groups = {name: at for at, name in enumerate(dict.fromkeys(a.group for a in services.registry))}
    held = services.store.mails(outcome=Outcome.HELD) + services.store.mails(outcome=Outcome.PARKED)
    reasons = services.papers.screens["reason"]
    return Board(
        rounds=tuple(_round(services, state, reached, groups, now) for state in states),
        groups=tuple(groups),
        waiting=tuple(_waiting(services, mail, reasons) for mail in held[:MOST_WAITING]),
        hidden=max(0, len(held) - MOST_WAITING),
        reasons=tuple((reasons.get(r, r), n) for r, n in Counter(m.reason for m in held).most_common()),
        stale_at=_stale_at(services, states, now),
    )


def _round(
    services: Services, state: RoundState, reached: Reach, groups: Mapping[str, int], now: datetime
) -> BoardRound:
    round_, words = state.round, services.papers.screens["board"]
    working_time, language = services.office.working_time, services.office.language
    forms = tuple(dict.fromkeys(a.form for a in round_.assignments))
    lost = reached.unreached(round_, services.registry)
    sent = _nudges(services, round_, reached)
    deadline = deadline_for(round_, services.store.decisions(round=round_.code), "")
    submissions: defaultdict[tuple[str, str], dict[int, Submission]] = defaultdict(dict)
    for submission in services.store.submissions(round=round_.code):
        submissions[submission.agency, submission.form][submission.version] = submission
    rows = []
    for code, obligations in state.by_agency():
        agency = services.registry.get(code)
        owed = {o.form: o for o in obligations}
        rows.append(
            Row(
                place=place_of(obligations, code in lost),
                group=groups[agency.group],
                name=agency.name,
                latest=latest_folder(obligations, submissions),
                cells=tuple(
                    cell_of(services, deadline, owed[form], submissions.get((code, form), {})) if form in owed else None
                    for form in forms
                ),
                nudges=sent.get(code, ""),
            )
        )
    counts = Counter(row.place for row in rows)
    days = (last_day_of(deadline.instant, working_time) - working_time.local(now).date()).days
    left = words["left"] if days > 0 else words["today"] if now < deadline.instant else words["over"]
    return BoardRound(
        title=round_.title,
        is_open=round_.is_open(now),
        due=say_deadline(working_time.local(deadline.instant), language),
        left=left.format(days=abs(days)) if round_.is_open(now) else words["closed"],
        counts={place: counts[place] for place in PLACES if counts[place]},
        groups=_groups(rows, tuple(groups)),
        forms=tuple(services.forms[form].short_title for form in forms),
        rows=tuple(rows),
    )


def _groups(rows: Sequence[Row], names: Sequence[str]) -> tuple[BoardGroup, ...]:
    places: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        places[row.group][row.place] += 1
    return tuple(
        BoardGroup(names[at], {p: counts[p] for p in PLACES if counts[p]}, counts.total())
        for at, counts in sorted(places.items())
    )


def _nudges(services: Services, round_: Round, reached: Reach) -> Mapping[str, str]:
    """What each agency was told in the round: the days of the mails, those that reached nobody in brackets."""
    words, day_of = services.papers.screens["board"], Days(services)
    by_agency: defaultdict[str, list[NudgeRecord]] = defaultdict(list)
    for record in services.store.nudges(round=round_.code):
        by_agency[record.agency].append(record)
    said = {}
    for code, records in by_agency.items():
        sent = [
            day_of(r.outgoing.sent_at)
            for r in records
            if r.outgoing.state is OutgoingState.SENT and r.outgoing.sent_at and r.mark.key not in reached.void
        ]
        lost = [day_of(r.outgoing.queued_at) for r in records if r.mark.key in reached.void]
        waits = len(records) - len(sent) - len(lost)
        parts = [", ".join(dict.fromkeys(sent))]
        parts += [words["lost"].format(days=", ".join(dict.fromkeys(lost)))] if lost else []
        parts += [words["unsent"].format(count=waits)] if waits else []
        said[code] = "; ".join(filter(None, parts))
    return said


def _waiting(services: Services, mail: InboundRecord, reasons: Mapping[str, str]) -> tuple[str, str, str, str]:
    local = services.office.working_time.local(mail.received_at)
    who = services.registry.get(mail.agency).name if mail.agency and mail.agency in services.registry else mail.sender
    when = f"{local:%H:%M} {say_date(local.date(), services.office.language)}"
    return when, who, mail.subject, reasons.get(mail.reason, mail.reason)


def _stale_at(services: Services, states: Sequence[RoundState], now: datetime) -> datetime:
    local = services.office.working_time.local(now)
    midnight = datetime.combine(date.fromordinal(local.toordinal() + 1), local.min.time(), local.tzinfo)
    moments = {o.deadline.instant for s in states for o in s.obligations}
    moments |= {o.mend_by for s in states for o in s.obligations if o.mend_by is not None}
    moments |= {r.opens_at for r in services.rounds} | {r.closes_at for r in services.rounds if r.closes_at is not None}
    return min([midnight, *(m for m in moments if m > now)])
