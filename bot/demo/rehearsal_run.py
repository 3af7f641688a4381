"""One rehearsed round: the office's own flows on a running clock, with a data folder of its own and no server at all.

At each moment: the agencies' mails are put into the vault and recorded → process_pending → tick → what is due is noted
as sent. What each notice was sent for is asked of the very decision that sent it, at the moment when it is composed.

Failure policy: nothing is caught. A mail that would break intake is parked there as in the office, and the alert is
one of the mails that the coordinator sees.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.decide.nudges import NudgeReason, Verdict
from bot.demo.clock import StoryClock
from bot.demo.rehearsal_plan import Beat, Behaviour, Delivery
from bot.demo.rehearsal_reports import Reports, raw_mail, sender_of
from bot.domain.ledger import Origin
from bot.domain.letter import Why
from bot.domain.mail import (
    InboundRecord,
    MessageRef,
    NudgeMark,
    OutgoingMail,
    OutgoingRecord,
    OutgoingState,
    ServerMessage,
)
from bot.domain.notice import Notice, NudgeNotice
from bot.domain.round import Round, RoundState
from bot.flows.intake import process_pending
from bot.flows.nudging import judge_nudges
from bot.flows.services import Composing, Services
from bot.flows.snapshot import load_states
from bot.flows.tick import tick
from bot.flows.vigilance import reading_state

_BATCH = 500
_FOLDER = "INBOX"
_WAITING = frozenset({NudgeReason.OUTSIDE_HOURS, NudgeReason.ONCE_A_DAY, NudgeReason.QUIET})


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that would have gone out, with the steps that it speaks for. `why` is None where it answers a mail or
    reports to the coordinator.
    """

    record: OutgoingRecord
    steps: tuple[NudgeMark, ...]
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """One mail of an agency, and what became of it."""

    record: InboundRecord
    agency: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """One behaviour of all agencies, from the opening to the end. `silences`: what each agency was not written for, by
    the instant of the step.
    """

    behaviour: Behaviour
    sent: tuple[Sent, ...]
    arrived: tuple[Arrived, ...]
    silences: Mapping[datetime, Mapping[str, Why]]
    state: RoundState


@dataclass
class _Listening:
    """The composer, which notes why each nudge is written."""

    composer: Composing
    judge: Callable[[], Mapping[str, Verdict]]
    whys: dict[str, Why] = field(default_factory=dict)
    _verdicts: Mapping[str, Verdict] | None = None

    def forget(self) -> None:
        """A new moment: what was decided before holds no longer."""
        self._verdicts = None

    def compose(
        self, notice: Notice, *, at: datetime, message_id: str | None = None, origin: Origin | None = None
    ) -> OutgoingMail:
        if isinstance(notice, NudgeNotice):
            if self._verdicts is None:  # before the first mail of this moment is queued: as the tick has just decided
                self._verdicts = self.judge()
            nudges = self._verdicts[notice.agency.code].nudges
            self.whys.update({nudge.key: nudge.why for nudge in nudges})
        return self.composer.compose(notice, at=at, message_id=message_id, origin=origin)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.composer, name)


def run(
    services: Services,
    clock: StoryClock,
    round_: Round,
    behaviour: Behaviour,
    mails: Sequence[Delivery],
    beats: Sequence[Beat],
    step_moments: frozenset[datetime],
    reports: Reports,
) -> Run:
    """Plays the round. `step_moments` are those at which it is asked who is not written to, and why."""
    listening = _Listening(services.composer, lambda: judge_nudges(services, clock.now()))
    services = replace(services, composer=listening)
    arrived: list[tuple[str, bytes, int]] = []
    silences: dict[datetime, Mapping[str, Why]] = {}
    waits = False
    for beat in beats:
        at = beat.at
        if not (beat.certain or waits):
            continue
        clock.move_to(at)
        listening.forget()
        for delivery in mails:
            if delivery.at == at:
                arrived += _deliver(services, round_, delivery, reports, len(arrived))
        process_pending(services)
        services.store.note_reading(services.account, at)
        tick(services, reading_state(services, at))
        if _note_as_sent(services, at) or beat.wakes or waits:
            verdicts = judge_nudges(services, at)
            waits = _somebody_waits(services, verdicts)
            if at in step_moments:
                code = round_.code
                silences[at] = {a: v.silences[code] for a, v in verdicts.items() if code in v.silences}
    (state,) = load_states(services, (round_,), clock.now())
    store = services.store
    marks: defaultdict[int, list[NudgeMark]] = defaultdict(list)
    for nudge in store.nudges():
        marks[nudge.outgoing.id].append(nudge.mark)
    return Run(
        behaviour,
        tuple(
            Sent(record, tuple(marks[record.id]), listening.whys.get(record.mail.key))
            for record in (store.outgoing_mail(r.id) for r in store.outbox())
        ),
        tuple(Arrived(store.mail(mail_id), agency, raw) for agency, raw, mail_id in arrived),
        silences,
        state,
    )


def _deliver(
    services: Services, round_: Round, delivery: Delivery, reports: Reports, count: int
) -> list[tuple[str, bytes, int]]:
    """One mail of every agency that has an address to mail from."""
    got: list[tuple[str, bytes, int]] = []
    newest = {r.mail.agency: r for r in services.store.outbox() if r.mail.agency and r.mail.round == round_.code}
    everybody = [services.registry.get(code) for code in round_.agencies]
    files = {
        agency.code: reports.files(services, round_, agency, delivery.sends)
        for agency in everybody
        if sender_of(agency, delivery.at)
    }
    for code, of_agency in files.items():
        agency = services.registry.get(code)
        raw = raw_mail(services, round_, agency, of_agency, at=delivery.at, answers=newest.get(code))
        saved = services.vault.save(raw)
        ref = MessageRef(services.account, _FOLDER, 1, count + len(got) + 1)
        message = ServerMessage(ref, delivery.at, len(raw))
        record = services.store.receive(message, sha256=saved, received_at=delivery.at, now=delivery.at)
        got.append((code, raw, record.id))
    return got


def _somebody_waits(services: Services, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether a step that is due goes out at a later hour, which no calendar tells."""
    found = {why.code for verdict in verdicts.values() for why in verdict.silences.values()}
    return bool(services.office.sending.per_day) or bool(found & _WAITING)


def _note_as_sent(services: Services, at: datetime) -> bool:
    """In the server's place: whatever is due has been taken. Whether an agency was written to."""
    has_written = False
    while batch := services.store.claim_due(at, _BATCH):
        for record in batch:
            services.store.settle(record.id, state=OutgoingState.SENT, error="", next_at=None, now=at)
            has_written |= record.mail.agency is not None
    return has_written
