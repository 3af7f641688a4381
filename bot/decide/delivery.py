"""Whom our mail reaches: which addresses are dead, which nudges were in vain, to whom a step goes. Pure.

What came back (reports, and recipients that our own outgoing server refused) → dead addresses → recipients: the step's
roles, and where none of these lives the agency's next contact. A nudge that nobody got is void: the ladder speaks for
that step anew.

Only what names a mail of ours that went to that very address counts (`BounceRecord.key`): anybody can write a report.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.decide.retrying import is_expired
from bot.domain.agency import Agency, ContactRole
from bot.domain.intake import BounceRecord
from bot.domain.ladder import LadderStep, Recipient
from bot.domain.mail import NudgeRecord, OutgoingState
from bot.domain.office import Office

NEXT = (ContactRole.CLERK, ContactRole.AGENCY, ContactRole.DEPUTY, ContactRole.LEADER)
"""In this order an agency's contacts are tried. A SENDER is answered and never written to."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom one step goes to. `to` empty: nobody of the agency can be reached."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()


def dead_addresses(bounces: Iterable[BounceRecord], heard: Mapping[str, datetime]) -> dict[str, BounceRecord]:
    """The addresses that are written to no more, with the last permanent bounce of each.

    `heard` says when the last mail of an address came: after its bounce, it lives again. A full mailbox is alive.
    """
    last: dict[str, BounceRecord] = {}
    for bounce in bounces:
        if bounce.permanent and bounce.key is not None:
            earlier = last.get(bounce.address)
            if earlier is None or earlier.at <= bounce.at:
                last[bounce.address] = bounce
    return {a: b for a, b in last.items() if a not in heard or heard[a] <= b.at}


def void_nudges(records: Iterable[NudgeRecord], bounces: Iterable[BounceRecord]) -> frozenset[str]:
    """The keys of steps that nobody heard of: every To recipient of their mail came back for good, or the mail was
    given up unsent because its day was over.

    One whose fate is unknown is not void: it may have arrived. Nor is one that went into a full mailbox, or that the
    server refused for what it is: the same mail again would fare no better.
    """
    gone = _came_back(bounces, for_good=True)
    void = set()
    for record in records:
        mail = record.outgoing.mail
        back = {a.lower() for a in mail.to} <= gone.get(mail.key, frozenset())
        given_up = record.outgoing.state is OutgoingState.FAILED and is_expired(record.outgoing.last_error)
        if given_up or (back and mail.to):
            void.add(record.mark.key)
    return frozenset(void)


def undelivered(records: Iterable[NudgeRecord], bounces: Iterable[BounceRecord]) -> frozenset[tuple[str, str]]:
    """(round, agency) where a nudge came back, for good or not, and none has reached anybody: not silent, but unaware.

    A nudge reached somebody when it was sent and one To recipient did not come back. One whose fate is unknown may
    have.
    """
    returned = _came_back(bounces, for_good=False)
    failed: set[tuple[str, str]] = set()
    reached: set[tuple[str, str]] = set()
    for record in records:
        of = record.mark.round, record.agency
        mail = record.outgoing.mail
        back = returned.get(mail.key, frozenset())
        if mail.to and {a.lower() for a in mail.to} <= back:
            failed.add(of)
        elif record.outgoing.state in (OutgoingState.SENT, OutgoingState.UNKNOWN):
            reached.add(of)
    return frozenset(failed - reached)


def recipients(agency: Agency, step: LadderStep, day: date, dead: Container[str], office: Office) -> Recipients:
    """To whom `step` goes on `day`: the living addresses of its roles. Where none of the agency's in `to` lives, the
    agency's next contact takes their place. Nobody is named twice.
    """
    to = _living(agency, step.to, day, dead, office)
    if any(role is not Recipient.COORDINATOR for role in step.to):
        own = [role for role in step.to if role is not Recipient.COORDINATOR]
        if not _living(agency, own, day, dead, office):
            substitute = next_contact(agency, day, dead)
            if not substitute:
                return Recipients(())
            to = (*substitute, *to)
    to = tuple(dict.fromkeys(to))
    return Recipients(to, tuple(a for a in _living(agency, step.cc, day, dead, office) if a not in to))


def next_contact(agency: Agency, day: date, dead: Container[str]) -> tuple[str, ...]:
    """The living addresses of the first role that has any: clerks, agency mailboxes, deputies, leaders. Empty: nobody
    of the agency can be reached.
    """
    for role in NEXT:
        living = tuple(a for a in agency.addresses(day, role) if a not in dead)
        if living:
            return tuple(dict.fromkeys(living))
    return ()


def _living(
    agency: Agency, roles: Sequence[Recipient], day: date, dead: Container[str], office: Office
) -> tuple[str, ...]:
    found: list[str] = []
    for role in roles:
        if role is Recipient.COORDINATOR:
            found.append(office.coordinator.address)  # whatever came back: there is nobody to turn to instead
        else:
            found.extend(a for a in agency.addresses(day, ContactRole(role.value)) if a not in dead)
    return tuple(dict.fromkeys(found))


def _came_back(bounces: Iterable[BounceRecord], *, for_good: bool) -> Mapping[str, frozenset[str]]:
    """Outgoing key → the recipients of that mail that it came back from."""
    back: defaultdict[str, set[str]] = defaultdict(set)
    for bounce in bounces:
        if bounce.key is not None and bounce.gave_up and (bounce.permanent or not for_good):
            back[bounce.key].add(bounce.address)
    return {key: frozenset(addresses) for key, addresses in back.items()}
