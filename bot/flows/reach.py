"""Whom our mail reaches now: everything that the clock, the digest, `status` and the board need to know of it, loaded
once.

Bounces and refusals → dead addresses; steps that were spoken for → those in vain, and the agencies that could not be
told (`bot.decide.delivery`); what was sent and what waits → the room that is left for nudges (`bot.decide.pacing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.decide.delivery import dead_addresses, next_contact, undelivered, void_nudges
from bot.decide.digest_days import digest_key
from bot.decide.pacing import DAY, Queued, Taken, room_for_nudges
from bot.domain.agency import Agency, Registry
from bot.domain.intake import BounceRecord
from bot.domain.mail import NudgeRecord
from bot.domain.round import Round
from bot.flows.services import Services
from bot.flows.snapshot import open_rounds


@dataclass(frozen=True, slots=True)
class Reach:
    """As it stands on `day` (local).

    `dead`: address → its last permanent bounce. `void`: keys of steps that nobody heard of. `undelivered_in`: round →
    agencies of which a nudge came back and none reached anybody; `undelivered` those of all open rounds. `room`: how
    many recipients nudges may still have now, None without limit. `returned`: every bounce and refusal that counts,
    oldest first.
    """

    day: date
    dead: Mapping[str, BounceRecord]
    void: frozenset[str]
    undelivered_in: Mapping[str, frozenset[str]]
    undelivered: frozenset[str]
    room: int | None
    returned: tuple[BounceRecord, ...]

    def unreachable(self, agency: Agency) -> bool:
        """Whether no contact of that agency is left to write to: only the telephone helps."""
        return not next_contact(agency, self.day, self.dead)

    def unreached(self, round_: Round, registry: Registry) -> frozenset[str]:
        """The agencies of that round whom no mail of ours reaches: they are not silent."""
        return frozenset(
            code
            for code in round_.agencies
            if self.is_undelivered(code, round_.code) or self.unreachable(registry.get(code))
        )

    def is_undelivered(self, agency: str, round_: str) -> bool:
        """Whether that agency has not been told anything in that round although we tried: it is not silent."""
        return agency in self.undelivered_in.get(round_, frozenset())


def reach(services: Services, now: datetime, records: Sequence[NudgeRecord] | None = None) -> Reach:
    """Everything, as it stands at `now`. `records` are all nudges, loaded where they are not given."""
    bounces = services.store.bounces()
    records = services.store.nudges() if records is None else records
    pairs = undelivered(records, bounces)
    rounds = {round_ for round_, _ in pairs}
    open_ones = {r.code for r in open_rounds(services, now)}
    return Reach(
        day=services.office.working_time.local(now).date(),
        dead=dead_addresses(bounces, services.store.last_heard()),
        void=void_nudges(records, bounces),
        undelivered_in={r: frozenset(agency for of, agency in pairs if of == r) for r in rounds},
        undelivered=frozenset(agency for round_, agency in pairs if round_ in open_ones),
        room=room_left(services, now),
        returned=tuple(b for b in bounces if b.key is not None),
    )


def room_left(services: Services, now: datetime) -> int | None:
    """How many recipients nudges may have at `now`, None without limit. Today's page has its place before it is there:
    it passes them in the queue, and what had no room left would wait all day for nothing.
    """
    page = digest_key(now, services.office.working_time)
    to_come = 0 if services.store.has_key(page) else 1
    return room_for_nudges(waiting(services), taken(services, now), services.office.sending, now, to_come)


def waiting(services: Services) -> tuple[Queued, ...]:
    """The queue, as pacing sees it."""
    return tuple(
        Queued(
            record.id,
            record.mail.kind,
            len(record.mail.recipients),
            record.mail.agency,
            record.queued_at,
            record.next_at or record.queued_at,
            record.last_error,
            for_office=services.office.coordinator_addresses.issuperset(record.mail.recipients),
        )
        for record in services.store.waiting()
    )


def taken(services: Services, now: datetime) -> tuple[Taken, ...]:
    """What the server took in the last 24 hours; nothing is looked up where no limit is set."""
    sending = services.office.sending
    if not (sending.per_minute or sending.per_day):
        return ()
    return tuple(Taken(at, recipients) for at, recipients in services.store.taken_since(now - DAY))
