"""The coordinator's daily page: whether one is due, and what stands in it.

States, mails, decisions and the outbox go in, a DigestNotice comes out: facts in the order in which a coordinator
needs them, no words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from bot.domain.agency import Agency, Registry
from bot.domain.decision import Decision
from bot.domain.digest import (
    DigestAgency,
    DigestBounce,
    DigestChange,
    DigestGroup,
    DigestItem,
    DigestMail,
    DigestNotice,
    DigestRound,
)
from bot.domain.form import Form
from bot.domain.mail import InboundRecord, NoticeKind, Outcome, OutgoingRecord, OutgoingState, Reason
from bot.domain.office import Office, WorkingTime
from bot.domain.round import ObligationStatus, Round, RoundState

# After the deadline the page goes on daily for so many working days; later only when there is something to say.
QUIET_AFTER_WORKING_DAYS = 10
NUDGE_KINDS = (NoticeKind.REQUEST, NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION)


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What the page is made from. `mails` are all that finished since the last digest and all that still wait."""

    office: Office
    registry: Registry
    forms: Mapping[str, Form]
    states: Sequence[RoundState]
    mails: Sequence[InboundRecord]
    decisions: Sequence[Decision]
    outbox: Sequence[OutgoingRecord]
    bounces: Sequence[DigestBounce]
    since: datetime | None
    now: datetime


def digest_key(now: datetime, working_time: WorkingTime) -> str:
    """One page a day: the key is the local day."""
    return f"digest:{working_time.local(now).date().isoformat()}"


def digest_due(now: datetime, at: time, working_time: WorkingTime) -> bool:
    """Whether today's page is due: a working day, from `at` (local) until the office closes. A missed day is not made
    up for.
    """
    local = working_time.local(now)
    return working_time.is_working_day(local.date()) and at <= local.time() < working_time.closes


def is_worth_sending(notice: DigestNotice) -> bool:
    """Whether there is a page at all: a round under way, or something that happened or waits."""
    if notice.items or notice.bounces or notice.unsent:
        return True
    return any(_is_under_way(page, notice.at) for page in notice.rounds)


def build_digest(facts: DigestFacts) -> DigestNotice:
    """The page at `facts.now`. Every mail since the last page stands in exactly one list, so that nothing
    vanishes.
    """
    fresh = [m for m in facts.mails if m.finished_at and (facts.since is None or m.finished_at > facts.since)]
    waiting = [m for m in facts.mails if m.outcome in (Outcome.HELD, Outcome.PARKED)]
    return DigestNotice(
        key=digest_key(facts.now, facts.office.working_time),
        to=tuple(sorted(facts.office.coordinator_addresses)) or (facts.office.coordinator.address,),
        at=facts.now,
        since=facts.since,
        rounds=tuple(_page(facts, state, fresh) for state in facts.states),
        items=tuple(
            DigestItem("sender" if m.reason == Reason.UNKNOWN_SENDER else "mail", mail=_line(facts, m)) for m in waiting
        ),
        ignored=tuple(_line(facts, m) for m in fresh if m.outcome is Outcome.IGNORED),
        bounces=tuple(facts.bounces),
        unsent=tuple(
            (r.mail.key, r.state.value, r.last_error)
            for r in facts.outbox
            if r.state in (OutgoingState.FAILED, OutgoingState.UNKNOWN)
            or (r.state is OutgoingState.QUEUED and r.attempts)
        ),
    )


def _is_under_way(page: DigestRound, now: datetime) -> bool:
    if page.changes:
        return True
    if page.done == page.total or now < page.round.opens_at:
        return False
    return not page.overdue or -page.working_days_left <= QUIET_AFTER_WORKING_DAYS


def _page(facts: DigestFacts, state: RoundState, fresh: Sequence[InboundRecord]) -> DigestRound:
    working_time, round_ = facts.office.working_time, state.round
    rows = tuple(_row(facts, state, code) for code in round_.agencies)
    today = working_time.local(facts.now).date()
    last_day = round_.deadline.last_day
    between = working_time.working_days_between(min(today, last_day), max(today, last_day))
    return DigestRound(
        round=round_,
        forms=tuple(facts.forms[code] for code in dict.fromkeys(a.form for a in round_.assignments)),
        agencies=rows,
        groups=_groups(rows),
        changes=_changes(facts, round_, fresh),
        done=sum(r.done for r in rows),
        needs_correction=sum(r.needs_correction for r in rows),
        held=sum(r.held for r in rows),
        silent=sum(r.silent for r in rows),
        partial=sum(not (r.done or r.needs_correction or r.held or r.silent) for r in rows),
        total=len(rows),
        days_left=(last_day - today).days,
        working_days_left=between if today <= last_day else -between,
        overdue=facts.now >= round_.deadline.instant,
    )


def _row(facts: DigestFacts, state: RoundState, code: str) -> DigestAgency:
    """One agency, in exactly one of done, needs_correction, held, silent; a row in none of them has sent a part."""
    obligations = state.of(code)
    statuses = {o.status for o in obligations}
    done = all(o.status.is_settled for o in obligations)
    needs_correction = ObligationStatus.CORRECTION_NEEDED in statuses
    held = not needs_correction and ObligationStatus.HELD in statuses
    nudge = max(
        (
            r
            for r in facts.outbox
            if r.mail.kind in NUDGE_KINDS
            and r.mail.agency == code
            and r.mail.round == state.round.code
            and r.state is OutgoingState.SENT
        ),
        key=lambda r: r.sent_at or r.queued_at,
        default=None,
    )
    return DigestAgency(
        agency=facts.registry.get(code),
        obligations=obligations,
        done=done,
        needs_correction=needs_correction,
        held=held,
        silent=not done and not needs_correction and not held and all(o.first_received_at is None for o in obligations),
        late=ObligationStatus.FULFILLED_LATE in statuses,
        overdue=not done and any(not o.status.is_settled and facts.now >= o.deadline.instant for o in obligations),
        last_nudge=nudge.mail.kind.value if nudge else "",
        last_nudge_at=nudge.sent_at if nudge else None,
    )


def _groups(rows: Sequence[DigestAgency]) -> tuple[DigestGroup, ...]:
    groups: dict[str, list[DigestAgency]] = {}
    for row in rows:
        groups.setdefault(row.agency.group, []).append(row)
    return tuple(
        DigestGroup(
            name=name,
            done=sum(r.done for r in members),
            needs_correction=sum(r.needs_correction for r in members),
            waiting=sum(not r.done and not r.needs_correction for r in members),
            total=len(members),
        )
        for name, members in groups.items()
    )


def _changes(facts: DigestFacts, round_: Round, fresh: Sequence[InboundRecord]) -> tuple[DigestChange, ...]:
    received = [
        DigestChange(
            at=submission.received_at,
            what="accepted" if submission.verdict.is_valid else submission.verdict.value,
            agency=facts.registry.get(submission.agency),
            form=facts.forms.get(submission.form),
            version=submission.version,
        )
        for mail in fresh
        for submission in mail.submissions
        if submission.round == round_.code
    ]
    decided = [
        DigestChange(
            at=decision.at,
            what=decision.kind.value,
            agency=facts.registry.get(decision.agency),
            form=facts.forms.get(decision.form) if decision.form else None,
            version=decision.version,
            detail=decision.why,
        )
        for decision in facts.decisions
        if decision.round == round_.code
        and decision.agency in facts.registry
        and (facts.since is None or decision.at > facts.since)
    ]
    return tuple(sorted((*received, *decided), key=lambda c: (c.at, c.agency.code)))


def _line(facts: DigestFacts, mail: InboundRecord) -> DigestMail:
    agency: Agency | None = facts.registry.get(mail.agency) if mail.agency and mail.agency in facts.registry else None
    return DigestMail(
        mail_id=mail.id,
        received_at=mail.received_at,
        sender=mail.sender,
        subject=mail.subject,
        outcome=mail.outcome.value,
        reason=mail.reason,
        agency=agency,
    )
