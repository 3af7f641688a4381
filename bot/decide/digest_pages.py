"""One round's page: every agency in exactly one place, progress by group, what changed since the last page.

A RoundState with what was sent, what came back and what was decided goes in; a DigestRound comes out. Pure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.decide.digest_facts import DigestFacts, Spoken, spoken_of, states_of
from bot.decide.places import AgencyPlace, place_of
from bot.domain.decision import Action, Decision, DecisionKind, Order, ReplyLink
from bot.domain.digest import DigestAgency, DigestChange, DigestGroup, DigestMending, DigestRound
from bot.domain.mail import InboundRecord
from bot.domain.round import ObligationState, ObligationStatus, Round, RoundState
from bot.domain.submission import Submission

# So many overdue agencies carry links; more would make the page too long for mail programs.
MAX_LINKED = 20
# The same for open corrections and new versions; each link is a code to be reckoned.
MAX_DECIDABLE = 300


def round_page(facts: DigestFacts, state: RoundState, fresh: Sequence[InboundRecord]) -> DigestRound:
    """The page of that round. `fresh` are the mails since the last page."""
    working_time, round_ = facts.office.working_time, _with_grace(facts, state.round)
    obligations, spoken = states_of(state), spoken_of(facts, round_)
    rows = [_row(facts, round_, code, obligations.get(code, ()), spoken.get(code)) for code in round_.agencies]
    rows = _with_links(facts, round_, rows)
    today, last_day = facts.today, round_.deadline.last_day
    between = working_time.working_days_between(min(today, last_day), max(today, last_day))
    mute = _mute(facts, round_)
    order = Order(Action.UNDO, round_.code, decision_id=mute.id) if mute else Order(Action.MUTE, round_.code)
    places = Counter(_place(row) for row in rows)
    return DigestRound(
        round=round_,
        forms=tuple(facts.forms[code] for code in dict.fromkeys(a.form for a in round_.assignments)),
        agencies=tuple(rows),
        groups=_groups(rows),
        changes=_changes(facts, state, fresh),
        done=places["done"],
        needs_correction=places["fix"],
        held=places["held"],
        silent=places["silent"],
        undelivered=places["undelivered"],
        partial=places["partial"],
        total=len(rows),
        days_left=(last_day - today).days,
        working_days_left=between if today <= last_day else -between,
        overdue=facts.now >= round_.deadline.instant,
        links=facts.links(order),
        muted=mute.why if mute else "",
        muted_by=mute.who if mute else "",
        mending=_mending(facts, state),
    )


def change_of(facts: DigestFacts, decision: Decision) -> DigestChange | None:
    """A decision as news, None where it is none: an undo whose decision is news itself is told there."""
    undone = {d.undoes for d in facts.log if d.kind is DecisionKind.UNDO}
    undoes = ""
    aim = decision
    if decision.kind is DecisionKind.UNDO:
        older = next((d for d in facts.log if d.id == decision.undoes), None)
        if older is None or facts.is_new(older.at):
            return None
        aim, undoes = older, older.kind.value
    return DigestChange(
        at=decision.at,
        what=decision.kind.value,
        agency=facts.agency(aim.agency),
        form=facts.forms.get(aim.form) if aim.form else None,
        version=aim.version,
        detail=decision.why,
        mail_id=aim.mail_id,
        who=decision.who,
        until=aim.until,
        address=aim.address,
        undone=decision.id is not None and decision.id in undone,
        undoes=undoes,
    )


def round_of(facts: DigestFacts, decision: Decision) -> str:
    """The round that a decision speaks of; for an undo, the one of what it takes back."""
    if decision.kind is not DecisionKind.UNDO:
        return decision.round
    return next((d.round for d in facts.log if d.id == decision.undoes), decision.round)


def _with_grace(facts: DigestFacts, round_: Round) -> Round:
    """The round with the deadline that holds for all: the newest grace moves it."""
    graces = [d for d in facts.decisions if d.kind is DecisionKind.GRACE and d.round == round_.code]
    newest = max(graces, key=lambda d: d.at, default=None)
    if newest is None or newest.until is None:
        return round_
    local = facts.office.working_time.local(newest.until)
    return replace(round_, deadline=replace(round_.deadline, instant=local, printed=""))


def _mute(facts: DigestFacts, round_: Round) -> Decision | None:
    mutes = [d for d in facts.decisions if d.kind is DecisionKind.MUTE and d.round == round_.code]
    return max(mutes, key=lambda d: d.at, default=None)


def _row(
    facts: DigestFacts, round_: Round, code: str, obligations: tuple[ObligationState, ...], spoken: Spoken | None
) -> DigestAgency:
    """One agency, in exactly one of done, needs_correction, held, silent, undelivered; a row in none of them has sent a
    part.
    """
    agency = facts.registry.get(code)
    place = place_of(obligations, code in facts.unreached.get(round_.code, frozenset()))
    done = place is AgencyPlace.DONE
    living = facts.living(agency)
    last = spoken.last if spoken else None
    return DigestAgency(
        agency=agency,
        obligations=obligations,
        done=done,
        needs_correction=place is AgencyPlace.FIX,
        held=place is AgencyPlace.HELD,
        silent=place is AgencyPlace.SILENT,
        late=any(o.status is ObligationStatus.FULFILLED_LATE for o in obligations),
        overdue=not done and any(not o.status.is_settled and facts.now >= o.deadline.instant for o in obligations),
        last_nudge=last.outgoing.mail.kind.value if last else "",
        last_nudge_at=(last.outgoing.sent_at or last.outgoing.queued_at) if last else None,
        undelivered=place is AgencyPlace.UNDELIVERED,
        why=None if done else facts.whys.get((code, round_.code)),
        nudges=spoken.count if spoken else 0,
        contact=living[0] if living else "",
    )


def _place(row: DigestAgency) -> str:
    if row.done:
        return "done"
    if row.needs_correction:
        return "fix"
    if row.held:
        return "held"
    if row.undelivered:
        return "undelivered"
    return "silent" if row.silent else "partial"


def _with_links(facts: DigestFacts, round_: Round, rows: Sequence[DigestAgency]) -> list[DigestAgency]:
    """More time or an excuse for those who are overdue, the first of them."""
    linked = 0
    answers: list[DigestAgency] = []
    for row in rows:
        if row.overdue and not row.held and linked < MAX_LINKED:
            linked += 1
            orders = (Order(action, round_.code, row.agency.code) for action in (Action.EXTEND, Action.EXCUSE))
            row = replace(row, links=facts.links(*orders))
        answers.append(row)
    return answers


def _mending(facts: DigestFacts, state: RoundState) -> tuple[DigestMending, ...]:
    """The open corrections; what has come may be accepted as it is, or more time be given."""
    open_ = [o for o in state.obligations if o.status is ObligationStatus.CORRECTION_NEEDED and o.form in facts.forms]
    open_.sort(key=lambda o: (o.mend_by or o.deadline.instant, o.agency, o.form))
    return tuple(_mend(facts, state.round, o, linked=at < MAX_DECIDABLE) for at, o in enumerate(open_))


def _mend(facts: DigestFacts, round_: Round, owed: ObligationState, *, linked: bool) -> DigestMending:
    version = owed.latest_version or owed.version or 1
    accept = Order(Action.ACCEPT, round_.code, owed.agency, owed.form, version)
    extend = Order(Action.EXTEND, round_.code, owed.agency, owed.form)
    return DigestMending(
        agency=facts.registry.get(owed.agency),
        form=facts.forms[owed.form],
        version=version,
        places=owed.findings,
        since=owed.corrected_at or owed.first_received_at,
        until=owed.mend_by or owed.deadline.instant,
        links=facts.links(accept, extend) if linked else (),
    )


def _returnable(facts: DigestFacts, submission: Submission, owed: ObligationState | None) -> tuple[ReplyLink, ...]:
    """A version that passed and still is the newest may go back all the same."""
    if owed is None or not submission.verdict.is_valid or owed.latest_version != submission.version:
        return ()
    if owed.status not in (ObligationStatus.FULFILLED, ObligationStatus.FULFILLED_LATE):
        return ()
    return facts.links(Order(Action.RETURN, submission.round, submission.agency, submission.form, submission.version))


def _groups(rows: Sequence[DigestAgency]) -> tuple[DigestGroup, ...]:
    groups: dict[str, Counter[str]] = {}
    for row in rows:
        groups.setdefault(row.agency.group, Counter())[_place(row)] += 1
    return tuple(
        DigestGroup(
            name=name,
            done=places["done"],
            needs_correction=places["fix"],
            waiting=places.total() - places["done"] - places["fix"],
            total=places.total(),
            silent=places["silent"],
            undelivered=places["undelivered"],
            held=places["held"],
        )
        for name, places in groups.items()
    )


def _changes(facts: DigestFacts, state: RoundState, fresh: Sequence[InboundRecord]) -> tuple[DigestChange, ...]:
    deadlines: Mapping[tuple[str, str], ObligationState] = {(o.agency, o.form): o for o in state.obligations}
    brought = [(m, s) for m in fresh for s in m.submissions if s.round == state.round.code]
    received = [
        DigestChange(
            at=submission.received_at,
            what=submission.verdict.value,
            agency=facts.agency(submission.agency),
            form=facts.forms.get(submission.form),
            version=submission.version,
            mail_id=mail.id,
            late=bool(
                (owed := deadlines.get((submission.agency, submission.form)))
                and submission.received_at >= owed.deadline.instant
            ),
            links=_returnable(facts, submission, deadlines.get((submission.agency, submission.form)))
            if at < MAX_DECIDABLE
            else (),
        )
        for at, (mail, submission) in enumerate(brought)
        if submission.agency in facts.registry
    ]
    decided = [
        change
        for decision in facts.log
        if round_of(facts, decision) == state.round.code and facts.is_new(decision.at)
        if (change := change_of(facts, decision)) is not None
    ]
    return tuple(sorted((*received, *decided), key=lambda c: (c.at, c.agency.code if c.agency else "")))
