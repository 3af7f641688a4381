"""The paper at the end of the ladder: state of each round → escalating (pure) → the draft letter as .docx → one mail to
the coordinator. A UNIQUE key makes a repeat nothing.

Runs before the nudges of a tick, behind the same fairness gate. Failure policy: words that are missing are the
installation's fault and raised; nothing is queued then.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from bot.decide.escalating import LetterFacts, Missing, letter_due
from bot.decide.fairness import Reading
from bot.decide.stepping import last_day_of
from bot.documents.official_letter import LetterContents, Owing, draft_letter
from bot.domain.agency import Agency
from bot.domain.decision import DecisionKind
from bot.domain.letter import Enclosure, Why
from bot.domain.mail import NoticeKind
from bot.domain.notice import EscalationLetter
from bot.domain.round import ObligationStatus, RoundState
from bot.flows.reach import Reach, reach
from bot.flows.services import Services
from bot.text.dates import say_date, say_day, say_deadline, say_instant
from bot.text.periods import say_period


def queue_letters(
    services: Services,
    states: Sequence[RoundState],
    reading: Reading,
    now: datetime,
    reached: Reach | None = None,
) -> int:
    """Queues the draft letters that are due at `now`. Returns how many. `reached` is whom our mail reaches, looked up
    where it is not given.
    """
    if not services.office.working_time.is_open(now):
        return 0  # the answer for every round; spares the look-ups at night
    reached = reached if reached is not None else reach(services, now)
    sent = {r.mail.key for r in services.store.outbox(kind=NoticeKind.ESCALATION)}
    queued = 0
    for state in states:
        facts = _judged(services, state, reading, reached, sent, now)
        if isinstance(facts, Why):
            continue
        notice = letter_notice(services, facts, now)
        queued += services.store.enqueue([services.composer.compose(notice, at=now)], now)
        services.journal.info("letter_queued", round=state.round.code, agencies=len(facts.named))
    return queued


def letter_notice(services: Services, facts: LetterFacts, now: datetime) -> EscalationLetter:
    """The mail to the coordinator, with the draft in it."""
    return EscalationLetter(
        key=facts.key,
        to=(services.office.coordinator.address,),
        at=now,
        round=facts.round,
        silent=_agencies(services, facts.silent),
        unfinished=_agencies(services, facts.unfinished),
        unreached=_agencies(services, facts.unreached),
        enclosures=(_draft(services, facts, now),),
    )


def _judged(
    services: Services, state: RoundState, reading: Reading, reached: Reach, sent: Collection[str], now: datetime
) -> LetterFacts | Why:
    decisions = services.store.decisions(round=state.round.code)
    return letter_due(
        state,
        reading=reading,
        muted=next((d.why or "–" for d in reversed(decisions) if d.kind is DecisionKind.MUTE), ""),
        unreached=reached.unreached(state.round, services.registry),
        sent=sent,
        now=now,
        working_time=services.office.working_time,
    )


def _draft(services: Services, facts: LetterFacts, now: datetime) -> Enclosure:
    office, round_ = services.office, facts.round
    language, local = office.language, office.working_time.local
    period, deadline = round_.period, facts.deadline
    contents = LetterContents(
        office=office.name,
        superior=office.superior,
        place=office.place,
        made_on=local(now).date(),
        period=say_period(period.kind, period.ordinal, period.year, language),
        title=round_.title[:1].lower() + round_.title[1:],
        basis=" ".join(round_.legal_basis.split()),
        printed=deadline.printed,
        due=say_deadline(local(deadline.instant), language),
        as_of=say_instant(local(now), language),
        answer_by=say_day(facts.answer_by, language),
        mailbox=office.address,
        contact=office.coordinator.name,
        telephone=office.coordinator.telephone,
        address=office.coordinator.address,
        silent=_owing(services, facts.silent),
        unfinished=_owing(services, facts.unfinished),
        unreached=_owing(services, facts.unreached),
    )
    return draft_letter(contents, services.papers.letter)


def _agencies(services: Services, named: Iterable[Missing]) -> tuple[Agency, ...]:
    return tuple(services.registry.get(m.agency) for m in named)


def _owing(services: Services, named: Iterable[Missing]) -> tuple[Owing, ...]:
    language = services.office.language

    def titles(missing: Missing, status: ObligationStatus) -> tuple[str, ...]:
        return tuple(services.forms[o.form].short_title for o in missing.owed if o.status is status)

    return tuple(
        Owing(
            agency=services.registry.get(m.agency).name,
            missing=titles(m, ObligationStatus.OVERDUE),
            mend=titles(m, ObligationStatus.CORRECTION_NEEDED),
            deadline=say_date(last_day_of(m.deadline.instant, services.office.working_time), language),
        )
        for m in named
    )
