"""The coordinator's page as it stands now: everything that it is made from, loaded once."""

from dataclasses import replace
from datetime import datetime

from bot.decide.digest_facts import DigestFacts
from bot.decide.digesting import build_digest
from bot.decide.downtime import grace_proposals
from bot.domain.digest import DigestNotice
from bot.domain.mail import NoticeKind, OutgoingState
from bot.flows.nudging import Day, judge_nudges, load_day
from bot.flows.order_links import linker
from bot.flows.services import Services
from bot.flows.trackers import trackers


def digest(services: Services, now: datetime, day: Day | None = None) -> DigestNotice:
    """The page, whether or not it is due. `day` is what this tick has loaded already."""
    day = day or load_day(services, now)
    since = _last_digest_at(services)
    verdicts = judge_nudges(services, now, day)
    whys = {(code, round_): why for code, v in verdicts.items() for round_, why in v.silences.items()}
    whys |= {(code, nudge.round.code): nudge.why for code, v in verdicts.items() for nudge in v.nudges}
    decisions, log = services.store.decisions(), services.store.decision_log()
    notice = build_digest(
        DigestFacts(
            office=services.office,
            registry=services.registry,
            forms=services.forms,
            states=day.states,
            mails=services.store.mails(),
            log=log,
            decisions=decisions,
            outbox=services.store.outbox(),
            nudges=services.store.nudges(),
            bounces=services.store.bounces(since),
            link=linker(services, now),
            since=since,
            now=now,
            dead=day.reach.dead,
            void=day.reach.void,
            unreached={s.round.code: day.reach.unreached(s.round, services.registry) for s in day.states},
            unread=day.reading.why or day.reading.why_late,
            proposals=grace_proposals(
                [s.round for s in day.states], services.store.outages(), log, now, services.office
            ),
            whys=whys,
            troubles=services.store.troubles(),
            inbox_folder=services.inbox_folder,
            counts=services.store.reconciliations(services.account),
        )
    )
    return replace(notice, enclosures=trackers(services, notice, decisions))


def _last_digest_at(services: Services) -> datetime | None:
    sent = [
        r.queued_at
        for r in services.store.outbox(kind=NoticeKind.DIGEST)
        if r.state in (OutgoingState.SENT, OutgoingState.QUEUED, OutgoingState.SENDING)
    ]
    return max(sent, default=None)
