"""What follows when a mail of ours comes back, or the outgoing server will not take one of its recipients.

The address is marked by the bounce itself; the coordinator is told at once, once an address, and of what happens next;
an answer goes to the agency's other addresses, since the agency does not know what came of its report. A nudge that
nobody got is void, and the next tick speaks for its step anew (`bot.decide.delivery`).

Everything here is queued in the transaction that records the bounce. Failure policy: a mail to the coordinator that
comes back is told of by no further mail, which would come back too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.decide.delivery import dead_addresses, next_contact
from bot.decide.pacing import Lane, lane_of
from bot.domain.agency import Agency
from bot.domain.intake import Bounce
from bot.domain.mail import OutgoingMail, OutgoingRecord
from bot.flows.alerts import alert
from bot.flows.services import Services
from bot.mail.readdress import readdressed

AGAIN = ":again"
"""Behind the key of an answer that is sent once more, to the agency's other addresses."""


@dataclass(frozen=True, slots=True)
class _Next:
    """What is done now. `plan` is a stable word that picks the alert's words; `to` whom it is about."""

    plan: str
    to: tuple[str, ...] = ()
    outgoing: tuple[OutgoingMail, ...] = ()


def reported(services: Services, bounces: Iterable[Bounce]) -> tuple[OutgoingMail, ...]:
    """What a bounce report leads to. Only addresses count to which the mail that it names did go: anybody can write a
    report.
    """
    queue: list[OutgoingMail] = []
    by_original: dict[str, list[Bounce]] = {}
    for bounce in bounces:
        if bounce.gave_up and bounce.original_message_id:
            by_original.setdefault(bounce.original_message_id, []).append(bounce)
    for message_id, named in by_original.items():
        original = services.store.find_by_message_id([message_id])
        if original is not None:
            queue += came_back(services, original, named)
    return tuple(queue)


def came_back(services: Services, original: OutgoingRecord, bounces: Sequence[Bounce]) -> tuple[OutgoingMail, ...]:
    """The alerts, and the answer to other addresses, that follow from `original` not reaching these of its
    recipients. Others than its recipients are passed over.
    """
    coordinators = services.office.coordinator_addresses
    went_to = {a.lower() for a in original.mail.recipients} - coordinators
    counted = [b for b in bounces if b.address in went_to]
    if not counted:
        return ()
    dead = set(dead_addresses(services.store.bounces(), services.store.last_heard()))
    follows = _follows(services, original, counted, dead | {b.address for b in counted if b.permanent})
    alerts = (_told(services, original, bounce, follows, dead) for bounce in counted)
    return (*(a for a in alerts if a is not None), *follows.outgoing)


def _follows(services: Services, original: OutgoingRecord, counted: Sequence[Bounce], dead: set[str]) -> _Next:
    mail = original.mail
    back = {b.address for b in counted}
    others = tuple(a for a in mail.to if a.lower() not in back | dead)
    if others:
        return _Next("others", others)
    if not back & {a.lower() for a in mail.to}:
        return _Next("copy")
    agency = _agency(services, original)
    today = services.office.working_time.local(services.now())
    if agency is not None and lane_of(mail.kind) is Lane.ANSWER:
        left = tuple(a for a in agency.notice_addresses(today.date()) if a not in back | dead)
        if not left or mail.key.endswith(AGAIN):
            return _Next("nobody")
        whole = services.store.outgoing_mail(original.id).mail
        return _Next("again", left, (readdressed(whole, left, key=mail.key + AGAIN, at=today),))
    if all(not b.permanent for b in counted if b.address in {a.lower() for a in mail.to}):
        return _Next("kept")
    left = next_contact(agency, today.date(), dead) if agency is not None else ()
    return _Next("next", left) if left else _Next("nobody")


def _told(
    services: Services, original: OutgoingRecord, bounce: Bounce, follows: _Next, dead: set[str]
) -> OutgoingMail | None:
    """One alert an address; another one only when it had come to life again meanwhile. A full mailbox is told of once a
    round.
    """
    now = services.now()
    if bounce.permanent:
        code, subject = "bounced", bounce.address
        if bounce.address in dead:
            return None
        if services.store.has_key(f"alert:{code}:{subject}"):
            subject += f":{services.office.working_time.local(now):%Y-%m-%d}"
    else:
        code, subject = "bounced_once", f"{bounce.address}:{original.mail.round or '-'}"
    agency = _agency(services, original)
    params = {
        "address": bounce.address,
        "agency": agency.name if agency else "",
        "subject": original.mail.subject,
        "error": bounce.diagnostic,
        "plan": follows.plan,
        "next": ", ".join(follows.to),
    }
    return alert(services, code, subject, params, now)


def _agency(services: Services, original: OutgoingRecord) -> Agency | None:
    code = original.mail.agency
    return services.registry.get(code) if code is not None and code in services.registry else None
