"""The coordinator's daily page: whether one is due, and what stands in it.

States, mails, decisions, the outbox and the bounces go in (`digest_facts`), a DigestNotice comes out: facts in the
order in which a coordinator needs them, no words. First what waits for a decision (`digest_items`), then round by round
how far it is (`digest_pages`), then what was not delivered, not sent, not taken in.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.decide.digest_days import digest_key
from bot.decide.digest_facts import DigestFacts, mail_line
from bot.decide.digest_items import waiting_items
from bot.decide.digest_pages import change_of, round_of, round_page
from bot.decide.trust import is_unproven
from bot.domain.digest import DigestBounce, DigestChange, DigestNotice, DigestRound, DigestUnsent
from bot.domain.intake import BounceRecord
from bot.domain.mail import Outcome, OutgoingRecord, OutgoingState
from bot.domain.watch import Reconciliation

__all__ = ["DigestFacts", "build_digest", "is_quiet", "is_worth_sending"]

TAKEN_IN = (Outcome.ACCEPTED, Outcome.CORRECTION)
# After the deadline the page goes on daily for so many working days; later only when there is something to say.
QUIET_AFTER_WORKING_DAYS = 10
# Folders are compared once an hour each; one whose count is so much older than another's is not read any more.
COUNTED_TOGETHER = timedelta(hours=3)


def is_quiet(notice: DigestNotice) -> bool:
    """Whether there is nothing to say: nothing waits, nothing happened, nobody still owes anything that presses."""
    said = (
        notice.items,
        notice.bounces,
        notice.unsent,
        notice.troubles,
        notice.ignored,
        notice.rescued,
        notice.changes,
    )
    return not any(said) and not any(_presses(page, notice.at) for page in notice.rounds)


def is_worth_sending(notice: DigestNotice) -> bool:
    """Whether a page goes out. A quiet one does as long as a round is in its time, so that silence never means a bot
    that stands still; between the rounds nobody waits for one.
    """
    return not is_quiet(notice) or any(
        page.round.opens_at <= notice.at and not _is_stale(page) for page in notice.rounds
    )


def build_digest(facts: DigestFacts) -> DigestNotice:
    """The page at `facts.now`. Every mail since the last page stands in exactly one place, so that nothing
    vanishes. The most urgent round comes first.
    """
    fresh = [m for m in facts.mails if facts.is_new(m.finished_at)]
    pages = [round_page(facts, state, fresh) for state in facts.states]
    return DigestNotice(
        key=digest_key(facts.now, facts.office.working_time),
        to=tuple(sorted(facts.office.coordinator_addresses)) or (facts.office.coordinator.address,),
        at=facts.now,
        since=facts.since,
        rounds=tuple(sorted(pages, key=lambda p: (p.done == p.total, _is_stale(p), p.round.deadline.instant))),
        items=waiting_items(facts),
        ignored=tuple(mail_line(facts, m) for m in fresh if m.outcome is Outcome.IGNORED),
        bounces=_bounces(facts),
        unsent=tuple(
            DigestUnsent(r.mail.key, r.state.value, r.last_error, r.mail.subject, r.mail.recipients)
            for r in facts.outbox
            if _is_unsent(r)
        ),
        troubles=tuple(facts.troubles),
        changes=_other_changes(facts, [page.round.code for page in pages]),
        counts=_counts(facts),
        unproven=tuple(m.id for m in fresh if m.outcome in TAKEN_IN and is_unproven(m)),
        rescued=tuple(
            mail_line(facts, m)
            for m in fresh
            if m.ref.folder != facts.inbox_folder and m.outcome in (Outcome.ACCEPTED, Outcome.CORRECTION, Outcome.HELD)
        ),
    )


def _is_unsent(record: OutgoingRecord) -> bool:
    if record.state is OutgoingState.QUEUED:
        return record.attempts > 0
    return record.state in (OutgoingState.FAILED, OutgoingState.UNKNOWN)


def _presses(page: DigestRound, now: datetime) -> bool:
    if page.changes:
        return True
    return page.done < page.total and now >= page.round.opens_at and not _is_stale(page)


def _is_stale(page: DigestRound) -> bool:
    return page.overdue and -page.working_days_left > QUIET_AFTER_WORKING_DAYS


def _bounces(facts: DigestFacts) -> tuple[DigestBounce, ...]:
    """Addresses that take nothing, as long as somebody is registered under them, and what came back since the last
    page.
    """
    names = {address: agency for agency in facts.registry for address in agency.addresses(facts.today)}
    newest = {b.address: b for b in facts.bounces}
    lasting = {a: b for a, b in facts.dead.items() if a in names or a in newest}
    told = [*lasting.values(), *(b for a, b in newest.items() if a not in lasting)]

    def line(bounce: BounceRecord) -> DigestBounce:
        agency = names.get(bounce.address)
        others = facts.living(agency) if agency else ()
        return DigestBounce(
            address=bounce.address,
            agency=agency,
            at=bounce.at,
            error=bounce.diagnostic,
            permanent=bounce.permanent,
            instead=tuple(a for a in others if a != bounce.address)[:2] if bounce.permanent else (),
        )

    return tuple(line(b) for b in sorted(told, key=lambda b: (b.at, b.address)))


def _counts(facts: DigestFacts) -> tuple[Reconciliation, ...]:
    """The folders that are compared still: one that is read no more has an old count."""
    newest = max((c.at for c in facts.counts), default=facts.now)
    fresh = [c for c in facts.counts if newest - c.at <= COUNTED_TOGETHER]
    return tuple(sorted(fresh, key=lambda c: (c.folder != facts.inbox_folder, c.folder)))


def _other_changes(facts: DigestFacts, rounds: Sequence[str]) -> tuple[DigestChange, ...]:
    """Decisions of no round that has a page here: addresses bound, mails let go on."""
    return tuple(
        change
        for decision in facts.log
        if facts.is_new(decision.at) and round_of(facts, decision) not in rounds
        if (change := change_of(facts, decision)) is not None
    )
