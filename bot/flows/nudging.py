"""Who is nudged now: facts of every agency over all open rounds → verdicts → one mail an agency, composed and queued.

Load the day once (states, steps spoken for, what came back, what waits) → reminding (pure) → recipients → compose →
enqueue, the most urgent deadline first and as many as the provider's caps leave room for. What is not queued today is
judged anew at the next tick, with fresh words; a UNIQUE key a step makes a repeat nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.decide.asks import pending_asks
from bot.decide.delivery import Recipients, recipients
from bot.decide.fairness import Reading
from bot.decide.nudges import AgencyStanding, Nudge, RoundStanding, Verdict
from bot.decide.obligations import deadline_set_at
from bot.decide.reminding import decide_nudges, partners_to_tell
from bot.domain.agency import Agency
from bot.domain.decision import Decision, DecisionKind
from bot.domain.form import Form
from bot.domain.ladder import StepKind
from bot.domain.letter import Enclosure
from bot.domain.mail import NoticeKind, NudgeRecord
from bot.domain.notice import NudgeNotice, NudgeSection, Owed, WithLead
from bot.domain.round import ObligationState, ObligationStatus, Round, RoundState
from bot.flows.blanks import blank_files, within
from bot.flows.deadlines import deadline_file
from bot.flows.reach import Reach, reach
from bot.flows.services import Services
from bot.flows.snapshot import load_states, load_waiting, open_rounds
from bot.flows.vigilance import reading_state


@dataclass(frozen=True)
class Day:
    """What the clock's decisions need, loaded once a tick. Mappings are by agency code, or by round code."""

    now: datetime
    states: tuple[RoundState, ...]
    decisions: Mapping[str, Sequence[Decision]]
    nudges: Mapping[str, Sequence[NudgeRecord]]
    last_mail: Mapping[str, datetime]
    asks: Mapping[tuple[str, str], date]
    reach: Reach
    reading: Reading


def load_day(services: Services, now: datetime, reading: Reading | None = None) -> Day:
    """The facts at `now`. `reading` is what this turn knows of the mailbox; None: what the store knows."""
    rounds = open_rounds(services, now)
    nudges: defaultdict[str, list[NudgeRecord]] = defaultdict(list)
    records = services.store.nudges()
    for record in records:
        nudges[record.agency].append(record)
    waiting = load_waiting(services)
    local = services.office.working_time.local
    return Day(
        now=now,
        states=load_states(services, rounds, now, waiting),
        decisions={r.code: services.store.decisions(round=r.code) for r in rounds},
        nudges=nudges,
        last_mail=services.store.last_from_agencies(),
        asks={(m.agency, m.round): local(m.received_at).date() for m in pending_asks(waiting) if m.agency and m.round},
        reach=reach(services, now, records),
        reading=reading if reading is not None else reading_state(services, now),
    )


def judge_nudges(services: Services, now: datetime, day: Day | None = None) -> dict[str, Verdict]:
    """For each agency of the open rounds: what it is nudged for now, and why nothing else."""
    day = day or load_day(services, now)
    standings: defaultdict[str, list[RoundStanding]] = defaultdict(list)
    for state in day.states:
        decisions = day.decisions[state.round.code]
        muted = next((d.why for d in reversed(decisions) if d.kind is DecisionKind.MUTE), "")
        mine = _by_agency(decisions)
        for code, obligations in state.by_agency():
            records = tuple(r for r in day.nudges.get(code, ()) if r.mark.round == state.round.code)
            standings[code].append(
                RoundStanding(
                    round=state.round,
                    states=obligations,
                    deadline_set_at=deadline_set_at(state.round, (*mine[code], *mine[""]), code),
                    records=records,
                    void=day.reach.void,
                    muted=muted,
                    asked_on=day.asks.get((code, state.round.code)),
                )
            )
    working_time = services.office.working_time
    return {
        code: decide_nudges(
            AgencyStanding(
                code,
                tuple(rounds),
                _last_nudge_on(services, day, code),
                day.last_mail.get(code),
                is_reachable=not day.reach.unreachable(services.registry.get(code)),
            ),
            day.reading,
            now=now,
            working_time=working_time,
        )
        for code, rounds in standings.items()
    }


def queue_nudges(services: Services, day: Day, verdicts: Mapping[str, Verdict] | None = None) -> int:
    """Queues one mail for each agency that is due one. Returns how many. `verdicts` are those of that day, judged where
    they are not given.
    """
    now = day.now
    verdicts = judge_nudges(services, now, day) if verdicts is None else verdicts
    due = [(code, v.nudges) for code, v in verdicts.items() if v.nudges]
    due.sort(key=lambda entry: (entry[1][0].deadline.instant, entry[0]))
    room = day.reach.room
    queued = 0
    for code, nudges in due:
        agency = services.registry.get(code)
        whom = _recipients(services, day, agency, nudges)
        if not whom.to:
            services.journal.warning("no_address_to_nudge", agency=code, round=nudges[0].round.code)
            continue
        notice = _notice(services, day, agency, nudges, whom)
        wanted = len({*notice.to, *notice.cc})
        if room is not None and wanted > room:
            services.journal.warning("no_room_to_nudge", agency=code, round=nudges[0].round.code)
            break
        queued += services.store.enqueue([services.composer.compose(notice, at=now)], now)
        room = room - wanted if room is not None else None
        for nudge in nudges:
            services.journal.info("nudge_queued", agency=code, round=nudge.round.code, step=nudge.step.code)
    return queued


def _recipients(services: Services, day: Day, agency: Agency, nudges: Sequence[Nudge]) -> Recipients:
    """Everybody whom one of the steps is for: the leading one's first."""
    today = services.office.working_time.local(day.now).date()
    each = [recipients(agency, nudge.step, today, day.reach.dead, services.office) for nudge in nudges]
    to = tuple(dict.fromkeys(address for r in each for address in r.to))
    cc = tuple(dict.fromkeys(address for r in each for address in r.cc if address not in to))
    return Recipients(to, cc)


def _notice(services: Services, day: Day, agency: Agency, nudges: Sequence[Nudge], whom: Recipients) -> NudgeNotice:
    leading, *others = nudges
    told = _partners_to_tell(services, day, agency, leading)
    today = services.office.working_time.local(day.now).date()
    partners = tuple(
        a
        for partner in told
        for a in services.notice_addresses(partner)
        if a not in day.reach.dead and a not in whom.to
    )
    leaders = {c.address for c in agency.contacts if c.role == "leader" and c.is_valid_on(today)}
    upcoming = leading.upcoming
    return NudgeNotice(
        kind=NoticeKind(leading.step.kind.value),
        key=leading.key,
        step=leading.step.code,
        agency=agency,
        to=whom.to,
        cc=tuple(dict.fromkeys((*whom.cc, *partners))),
        round=leading.round,
        deadline=leading.deadline,
        owed=tuple(_owed(services, leading.round, o) for o in leading.obligations),
        at=day.now,
        days=leading.days,
        working_days=leading.working_days,
        next_step_on=services.office.working_time.local(upcoming.at).date() if upcoming else None,
        next_copies_leader=bool(upcoming and upcoming.step.copies_leader),
        enclosures=_enclosures(services, agency, nudges),
        with_leads=_with_leads(services, day, leading.round, agency),
        told_partners=tuple(partner.name for partner in told),
        tone=leading.step.tone,
        template=leading.step.template,
        copies_leader=bool(leaders & {*whom.to, *whom.cc}),
        asked_on=day.asks.get((agency.code, leading.round.code)),
        others=tuple(_section(services, other) for other in others),
        marks=tuple(mark for nudge in nudges for mark in nudge.marks),
    )


def _section(services: Services, nudge: Nudge) -> NudgeSection:
    return NudgeSection(
        kind=NoticeKind(nudge.step.kind.value),
        round=nudge.round,
        deadline=nudge.deadline,
        owed=tuple(_owed(services, nudge.round, o) for o in nudge.obligations),
        days=nudge.days,
        working_days=nudge.working_days,
        tone=nudge.step.tone,
    )


def _enclosures(services: Services, agency: Agency, nudges: Sequence[Nudge]) -> tuple[Enclosure, ...]:
    """The blank forms of what is still to come, and with a request the deadline for the calendar. A request carries all
    that is owed, a reminder what is missing; nobody gets a blank form for what only waits for its correction.
    """
    files: list[Enclosure] = []
    for nudge in nudges:
        if services.office.enclose_forms and nudge.step.kind is not StepKind.ESCALATION:
            missing = (ObligationStatus.OPEN, ObligationStatus.OVERDUE)
            owed = [o for o in nudge.obligations if o.status in missing and o.latest_version is None]
            files += blank_files(services, nudge.round, agency, [services.forms[o.form] for o in owed])
    kept = within(files)
    if len(kept) < len(files):
        services.journal.warning("forms_not_enclosed", agency=agency.code, round=nudges[0].round.code)
    events = tuple(
        deadline_file(services, nudge.round, agency, nudge.deadline)
        for nudge in nudges
        if nudge.step.kind is StepKind.REQUEST
    )
    return (*kept, *events)


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


def _with_leads(services: Services, day: Day, round_: Round, agency: Agency) -> tuple[WithLead, ...]:
    """What others lead, have not settled yet, and this agency works with them on."""
    duties = [d for d in round_.assignments if agency.code in d.partners]
    if not duties:
        return ()
    settled = {(s.agency, s.form) for s in _state(day, round_).obligations if s.status.is_settled}
    return tuple(
        WithLead(services.registry.get(d.agency).name, form, _titles(form, d.partner_parts))
        for d in duties
        if (d.agency, d.form) not in settled and (form := services.forms[d.form])
    )


def _partners_to_tell(services: Services, day: Day, agency: Agency, nudge: Nudge) -> tuple[Agency, ...]:
    """Partners are told once, when the lead is asked; reminders are the lead's alone."""
    if nudge.step.kind is not StepKind.REQUEST or not any(d.partners for d in nudge.round.of(agency.code)):
        return ()
    return tuple(services.registry.get(c) for c in partners_to_tell(_state(day, nudge.round), agency.code))


def _state(day: Day, round_: Round) -> RoundState:
    return next(s for s in day.states if s.round.code == round_.code)


def _last_nudge_on(services: Services, day: Day, agency: str) -> date | None:
    """The local day of the last mail that spoke for a step and was not in vain."""
    times = [r.outgoing.queued_at for r in day.nudges.get(agency, ()) if r.mark.key not in day.reach.void]
    return services.office.working_time.local(max(times)).date() if times else None


def _by_agency(decisions: Sequence[Decision]) -> defaultdict[str, list[Decision]]:
    found: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        found[decision.agency].append(decision)
    return found
