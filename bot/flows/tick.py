"""One tick of the clock: who is nudged now, and whether the coordinator's page is due.

Load states → reminding, digesting (now) → notices with keys → compose → enqueue. A UNIQUE key makes a repeat nothing,
so a tick may come as often as it likes, and missed ticks cost nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime

from bot.decide.digesting import DigestFacts, build_digest, digest_due, digest_key, is_worth_sending
from bot.decide.fairness import Reading
from bot.decide.obligations import deadline_set_at
from bot.decide.reminding import Nudge, Silence, due_nudge, partners_to_tell
from bot.domain.agency import Agency, ContactRole
from bot.domain.digest import DigestBounce, DigestNotice
from bot.domain.form import Form
from bot.domain.ladder import StepKind
from bot.domain.letter import Enclosure
from bot.domain.mail import NoticeKind, OutgoingRecord, OutgoingState
from bot.domain.notice import NudgeNotice, Owed, WithLead
from bot.domain.round import ObligationState, ObligationStatus, Round
from bot.flows.blanks import blank_files, within
from bot.flows.services import Services
from bot.flows.snapshot import load_states, open_rounds

NUDGES = (NoticeKind.REQUEST, NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION)


def tick(services: Services, reading: Reading) -> int:
    """Queues what is due at this moment: nudges, as far as `reading` lets anybody be reminded, and the digest. Returns
    how many mails were queued.
    """
    now = services.now()
    queued = 0 if reading.why else _nudge_all(services, now)
    if _digest_is_due(services, now):
        notice = digest(services)
        if is_worth_sending(notice):
            queued += services.store.enqueue([services.composer.compose(notice, at=now)], now)
    return queued


def digest(services: Services) -> DigestNotice:
    """The coordinator's page as it stands now, whether or not it is due."""
    now = services.now()
    since = _last_digest_at(services)
    names = {address: agency for agency in services.registry for address in agency.addresses(now.date())}
    rounds = tuple(r for r in services.rounds if r.opens_at <= now and r.is_open(now))
    return build_digest(
        DigestFacts(
            office=services.office,
            registry=services.registry,
            forms=services.forms,
            states=load_states(services, rounds, now),
            mails=services.store.mails(),
            decisions=services.store.decisions(),
            outbox=services.store.outbox(),
            bounces=[
                DigestBounce(b.address, names.get(b.address), b.at, b.diagnostic) for b in services.store.bounces(since)
            ],
            since=since,
            now=now,
        )
    )


def judge_nudges(services: Services, round_: Round, now: datetime) -> dict[str, Nudge | Silence]:
    """For each agency of the round: the nudge that is due, or why there is none."""
    outbox = services.store.outbox()
    decisions = services.store.decisions(round=round_.code)
    (state,) = load_states(services, (round_,), now)
    return {
        code: due_nudge(
            round_,
            code,
            obligations,
            sent={r.mail.key for r in outbox if r.mail.agency == code and r.mail.kind in NUDGES},
            last_nudge_on=_last_nudge_on(services, outbox, code),
            deadline_set_at=deadline_set_at(round_, decisions, code),
            now=now,
            working_time=services.office.working_time,
        )
        for code, obligations in state.by_agency()
    }


def _nudge_all(services: Services, now: datetime) -> int:
    queued = 0
    for round_ in open_rounds(services, now):
        for code, answer in judge_nudges(services, round_, now).items():
            if isinstance(answer, Silence):
                continue
            agency = services.registry.get(code)
            notice = _notice(services, round_, agency, answer, now)
            if not notice.to:
                services.journal.warning("no_address_to_nudge", agency=code, round=round_.code)
                continue
            # One at a time: the next round's decision must see that this agency has had its mail for today.
            queued += services.store.enqueue([services.composer.compose(notice, at=now)], now)
            services.journal.info("nudge_queued", agency=code, round=round_.code, step=answer.step.code)
    return queued


def _notice(services: Services, round_: Round, agency: Agency, nudge: Nudge, now: datetime) -> NudgeNotice:
    leaders = services.notice_addresses(agency, ContactRole.LEADER) if nudge.step.copies_leader else ()
    told = _partners_to_tell(services, round_, agency, nudge, now)
    upcoming = nudge.upcoming
    return NudgeNotice(
        kind=NoticeKind(nudge.step.kind.value),
        key=nudge.key,
        step=nudge.step.code,
        agency=agency,
        to=services.notice_addresses(agency),
        cc=(*leaders, *(address for partner in told for address in services.notice_addresses(partner))),
        round=round_,
        deadline=nudge.deadline,
        owed=tuple(_owed(services, round_, o) for o in nudge.obligations),
        at=now,
        days=nudge.days,
        working_days=nudge.working_days,
        next_step_on=services.office.working_time.local(upcoming.at).date() if upcoming else None,
        next_copies_leader=bool(upcoming and upcoming.step.copies_leader),
        enclosures=_enclosures(services, round_, agency, nudge),
        with_leads=_with_leads(services, round_, agency, now),
        told_partners=tuple(partner.name for partner in told),
    )


def _enclosures(services: Services, round_: Round, agency: Agency, nudge: Nudge) -> tuple[Enclosure, ...]:
    """The blank forms of what is still to come: a request carries all that is owed, a reminder what is missing. Nobody
    gets a blank form for what only waits for its correction.
    """
    kinds = (StepKind.REQUEST, StepKind.REMINDER, StepKind.OVERDUE)
    if not services.office.enclose_forms or nudge.step.kind not in kinds:
        return ()
    missing = (ObligationStatus.OPEN, ObligationStatus.OVERDUE)
    owed = [o for o in nudge.obligations if o.status in missing and o.latest_version is None]
    files = blank_files(services, round_, agency, [services.forms[o.form] for o in owed])
    kept = within(files)
    if len(kept) < len(files):
        services.journal.warning("forms_not_enclosed", agency=agency.code, round=round_.code)
    return kept


def _owed(services: Services, round_: Round, obligation: ObligationState) -> Owed:
    form = services.forms[obligation.form]
    duty = round_.assignment(obligation.agency, obligation.form)
    if duty is None:
        return Owed(form, obligation)
    return Owed(
        form,
        obligation,
        _titles(form, duty.parts),
        annex=duty.annex,
        partners=tuple(services.registry.get(code).name for code in duty.partners),
        partner_parts=_titles(form, duty.partner_parts),
    )


def _titles(form: Form, parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(form.part(code).title for code in parts)


def _with_leads(services: Services, round_: Round, agency: Agency, now: datetime) -> tuple[WithLead, ...]:
    """What others lead, have not settled yet, and this agency works with them on."""
    duties = [d for d in round_.assignments if agency.code in d.partners]
    if not duties:
        return ()
    (state,) = load_states(services, (round_,), now)
    settled = {(s.agency, s.form) for s in state.obligations if s.status.is_settled}
    return tuple(
        WithLead(services.registry.get(d.agency).name, form, _titles(form, d.partner_parts))
        for d in duties
        if (d.agency, d.form) not in settled and (form := services.forms[d.form])
    )


def _partners_to_tell(
    services: Services, round_: Round, agency: Agency, nudge: Nudge, now: datetime
) -> tuple[Agency, ...]:
    """Partners are told once, when the lead is asked; reminders are the lead's alone."""
    if nudge.step.kind is not StepKind.REQUEST or not any(d.partners for d in round_.of(agency.code)):
        return ()
    (state,) = load_states(services, (round_,), now)
    return tuple(services.registry.get(code) for code in partners_to_tell(state, agency.code))


def _last_nudge_on(services: Services, outbox: tuple[OutgoingRecord, ...], agency: str) -> date | None:
    times = [r.queued_at for r in outbox if r.mail.agency == agency and r.mail.kind in NUDGES]
    return services.office.working_time.local(max(times)).date() if times else None


def _digest_is_due(services: Services, now: datetime) -> bool:
    working_time = services.office.working_time
    return digest_due(now, services.digest_at, working_time) and not services.store.has_key(
        digest_key(now, working_time)
    )


def _last_digest_at(services: Services) -> datetime | None:
    sent = [
        r.queued_at
        for r in services.store.outbox(kind=NoticeKind.DIGEST)
        if r.state in (OutgoingState.SENT, OutgoingState.QUEUED, OutgoingState.SENDING)
    ]
    return max(sent, default=None)
