"""What one address sends beyond all measure: put aside unread, told of in one line, let go on or done with all at once.

Before the walk over the mails: arrivals of the hour → those over the limit (`bot.decide.flood`) → `held`, `flood`,
without a look at their files. What the header alone shows to be automatic (bounces, lists, our own mail) goes its usual
way, which is cheap and ends without an answer: after a round's requests one mailer-daemon may well report a hundred
dead addresses. The mails that such a sender may send come last in the walk, so that nobody waits for them.

Failure policy: a mail whose header breaks us goes on into the walk, which counts and parks it.
"""

from collections.abc import Iterator, Sequence

from bot.decide.alerting import FLOOD, Seen
from bot.decide.flood import WITHIN, over_limit
from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.intake import IntakeResult
from bot.domain.mail import Attachment, InboundMail, InboundRecord, Outcome, Reason
from bot.flows.identify import screened
from bot.flows.services import Services
from bot.flows.targets import DecisionError, one_line
from bot.mail.parse import parse_head
from bot.store.errors import StoreConflictError, StoreError

_SOME_FILE = Attachment("", "application/octet-stream", b"", "")
"""Whether there are files is not known yet: soft signs of an automatic mail must not count against a report."""


def put_aside(services: Services, pending: Sequence[InboundRecord]) -> tuple[tuple[InboundRecord, ...], int]:
    """What is left of `pending` in the order in which it is to be taken, and how many mails were put aside.

    Raises OSError and StoreError: our house is in trouble, not the mail.
    """
    over = _over(services, pending)
    if not over:
        return tuple(pending), 0
    noisy = {m.sender for m in pending if m.id in over}
    aside = [result for m in pending if m.id in over and (result := _aside(services, m))]
    try:
        services.store.put_aside(aside, services.now())
    except StoreConflictError:  # another program was quicker with one of them: the next walk sees
        return tuple(m for m in pending if m.id not in over), 0
    services.journal.info("mails_put_aside", mails=[result.mail_id for result in aside])
    gone = {result.mail_id for result in aside}
    # Among themselves they stay in the order in which they came.
    left = sorted((m for m in pending if m.id not in gone), key=lambda m: m.sender in noisy)
    return tuple(left), len(gone)


def flooded(services: Services) -> Iterator[Seen]:
    """One trouble an address of which mails are put aside now."""
    for sender, count, first in services.store.flooded():
        params = {
            "sender": sender,
            "count": str(count),
            "first": services.office.working_time.local(first).isoformat(timespec="minutes"),
            "most": str(services.office.max_mails_per_hour),
        }
        yield Seen(FLOOD, sender, params)


def resolve_flood(services: Services, address: str, *, who: str, why: str, done: bool = False) -> Resolution:
    """All mails of that address that were put aside go on, or with `done` wait no longer. It says nothing of who sent
    them: whatever else holds such a mail holds it then. DecisionError when there are none.
    """
    address = address.strip().lower()
    ids = tuple(
        m.id for m in services.store.mails(outcome=Outcome.HELD) if m.reason == Reason.FLOOD and m.sender == address
    )
    if not ids:
        raise DecisionError("no_flood", address=address)
    decision = Decision(DecisionKind.RELEASE, services.now(), who, one_line(why), address=address, mail_id=ids[-1])
    return Resolution(decision, closes=ids) if done else Resolution(decision, reopens=ids)


def _over(services: Services, pending: Sequence[InboundRecord]) -> frozenset[int]:
    office = services.office
    if not pending or not office.max_mails_per_hour:
        return frozenset()
    first, last = pending[0].received_at, pending[-1].received_at
    arrivals = services.store.arrivals({m.sender for m in pending}, first - WITHIN, last)
    exempt = office.coordinator_addresses | office.own_addresses | {office.address}
    over = over_limit(arrivals, most=office.max_mails_per_hour, exempt=exempt) & {m.id for m in pending}
    return over - _released(services, pending) if over else over


def _released(services: Services, pending: Sequence[InboundRecord]) -> frozenset[int]:
    """Those that a person has let go on: one by one, or all of an address."""
    releases = [d for d in services.store.decisions() if d.kind is DecisionKind.RELEASE]
    single = {d.mail_id for d in releases if not d.address}
    by_address = {d.address: d.at for d in releases if d.address}
    return frozenset(
        m.id
        for m in pending
        if m.id in single or (m.sender in by_address and (m.recorded_at or m.received_at) <= by_address[m.sender])
    )


def _aside(services: Services, record: InboundRecord) -> IntakeResult | None:
    """How the mail is put aside; None when its header says that it is ignored anyway, or cannot be read."""
    try:
        head = parse_head(services.vault.read(record.sha256 or record.head_sha256))
        if _ignored(services, record, head):
            return None
    except (OSError, StoreError):
        raise
    except Exception as error:
        services.journal.warning("head_unreadable", mail=record.id, error=type(error).__name__)
        return None
    return IntakeResult(
        record.id,
        Outcome.HELD,
        Reason.FLOOD.value,
        message_id=head.message_id,
        sender=record.sender,
        subject=record.subject,
    )


def _ignored(services: Services, record: InboundRecord, head: InboundMail) -> bool:
    return screened(services, record, head, (_SOME_FILE,)).outcome is Outcome.IGNORED
