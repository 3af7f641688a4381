"""What the coordinator's daily page is made from: all loaded once, with look-ups that stay quick for thousands of
agencies. Pure: no clock, no database.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.decide.downtime import GraceProposal
from bot.decide.nudges import REQUEST_STEP
from bot.domain.agency import Agency, ContactRole, Registry
from bot.domain.decision import Decision, Order, ReplyLink
from bot.domain.digest import DigestMail
from bot.domain.form import Form
from bot.domain.intake import BounceRecord
from bot.domain.letter import Why
from bot.domain.mail import InboundRecord, NudgeRecord, OutgoingRecord, OutgoingState
from bot.domain.office import Office
from bot.domain.round import ObligationState, Round, RoundState
from bot.domain.watch import Reconciliation, Trouble

# Whom a mail goes to when nobody before in this row is reached.
CONTACT_ROLES = (ContactRole.CLERK, ContactRole.AGENCY, ContactRole.DEPUTY, ContactRole.LEADER)


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What the page is made from, at `now`; `since` is when the last one went out, None before the first.

    `mails` are all that finished since then and all that still wait; `decisions` those in force and `log` all;
    `bounces` what came back since then, `dead` the addresses that take nothing any more, `void` the keys of nudges that
    reached nobody, `unreached` by round the agencies whom no mail of ours reaches. `unread` is why nobody may be
    reminded now, `whys` by agency and round what comes next, or why it does not. `link` makes an order a link;
    `inbox_folder` is where mail comes in that is not taken for Spam; `counts` how each folder agreed with the records.
    """

    office: Office
    registry: Registry
    forms: Mapping[str, Form]
    states: Sequence[RoundState]
    mails: Sequence[InboundRecord]
    log: Sequence[Decision]
    decisions: Sequence[Decision]
    outbox: Sequence[OutgoingRecord]
    nudges: Sequence[NudgeRecord]
    bounces: Sequence[BounceRecord]
    link: Callable[[Order], ReplyLink]
    since: datetime | None
    now: datetime
    dead: Mapping[str, BounceRecord] = field(default_factory=dict)
    void: frozenset[str] = frozenset()
    unreached: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unread: Why | None = None
    proposals: Sequence[GraceProposal] = ()
    whys: Mapping[tuple[str, str], Why] = field(default_factory=dict)
    troubles: Sequence[Trouble] = ()
    inbox_folder: str = "INBOX"
    counts: Sequence[Reconciliation] = ()

    @property
    def today(self) -> date:
        return self.office.working_time.local(self.now).date()

    def is_new(self, moment: datetime | None) -> bool:
        """Whether it happened after the last page."""
        return moment is not None and (self.since is None or moment > self.since)

    def agency(self, code: str | None) -> Agency | None:
        return self.registry.get(code) if code and code in self.registry else None

    def round(self, code: str | None) -> Round | None:
        return next((s.round for s in self.states if s.round.code == code), None)

    def links(self, *orders: Order | None) -> tuple[ReplyLink, ...]:
        """The links of these orders, each once; None are left out."""
        return tuple(self.link(order) for order in dict.fromkeys(o for o in orders if o is not None))

    def living(self, agency: Agency) -> tuple[str, ...]:
        """The agency's addresses of today that take mail, the first to be written to in front."""
        by_role = [a for role in CONTACT_ROLES for a in agency.addresses(self.today, role)]
        return tuple(a for a in dict.fromkeys(by_role) if a not in self.dead)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an agency was told in a round: reminders (the request is none) that the server took and that did not come
    back, with today's on its way, and nudges that did come back or were given up. `last` is the newest nudge that
    arrived, the request included; None when nothing has.
    """

    count: int
    void: int
    last: NudgeRecord | None


def states_of(state: RoundState) -> Mapping[str, tuple[ObligationState, ...]]:
    """The round's obligations by agency."""
    by_agency: defaultdict[str, list[ObligationState]] = defaultdict(list)
    for obligation in state.obligations:
        by_agency[obligation.agency].append(obligation)
    return {code: tuple(obligations) for code, obligations in by_agency.items()}


def spoken_of(facts: DigestFacts, round_: Round) -> Mapping[str, Spoken]:
    """What each agency was told in that round."""
    by_agency: defaultdict[str, list[NudgeRecord]] = defaultdict(list)
    for record in facts.nudges:
        if record.mark.round == round_.code:
            by_agency[record.agency].append(record)
    return {code: _spoken(facts, mine) for code, mine in by_agency.items()}


def _spoken(facts: DigestFacts, records: Sequence[NudgeRecord]) -> Spoken:
    sent = [r for r in records if r.mark.key not in facts.void and _is_told(facts, r.outgoing)]
    lost = sum(r.mark.key in facts.void for r in records)
    # Steps of one mail are one reminder; the request itself is none.
    reminders = {r.outgoing.mail.key for r in sent if r.mark.step != REQUEST_STEP}
    return Spoken(
        len(reminders), lost, max(sent, key=lambda r: r.outgoing.sent_at or r.outgoing.queued_at, default=None)
    )


def _is_told(facts: DigestFacts, mail: OutgoingRecord) -> bool:
    """Whether the server took it, or it was queued today: the page is made a moment after the day's reminders and read
    after they have gone.
    """
    if mail.state in (OutgoingState.QUEUED, OutgoingState.SENDING):
        return facts.office.working_time.local(mail.queued_at).date() == facts.today
    return mail.state is OutgoingState.SENT


def mail_line(facts: DigestFacts, mail: InboundRecord) -> DigestMail:
    """The mail as it stands in the page."""
    return DigestMail(
        mail_id=mail.id,
        received_at=mail.received_at,
        sender=mail.sender,
        subject=mail.subject,
        outcome=mail.outcome.value,
        reason=mail.reason,
        agency=facts.agency(mail.agency),
    )
