"""What is known of a mail before it is judged: whether it came before, may be answered, whose it is, of which round.

Each function fetches the facts that one decision needs and asks it. Where the coordinator has released the mail, the
coordinator's word stands before every other evidence.
"""

from collections.abc import Sequence

from bot.decide.matching import AgencyMatch, RoundMatch, match_agency, match_round
from bot.decide.screening import Screening, screen
from bot.domain.agency import Agency
from bot.domain.decision import Decision, DecisionKind
from bot.domain.intake import Bounce
from bot.domain.mail import Attachment, Evidence, EvidenceSource, InboundMail, InboundRecord, OutgoingRecord, Reason
from bot.flows.reading import ReadFile
from bot.flows.services import Services
from bot.mail.bounces import bounced_addresses


def same_mail(services: Services, record: InboundRecord, mail: InboundMail) -> InboundRecord | None:
    """An earlier record of this very mail: the same bytes, or the same Message-ID with the same files (To and Cc, two
    folders).
    """
    same_bytes = services.store.find_original(record.sha256, mail.message_id, record.id)
    if same_bytes or not mail.message_id:
        return same_bytes
    files = sorted(a.sha256 for a in mail.attachments)
    for earlier in services.store.with_message_id(mail.message_id, record.id):
        if earlier.reason in (Reason.JUNK, Reason.UNAUTHENTICATED):
            continue  # not looked into: a person has moved it since, or this copy came by a way that proves its sender
        if earlier.sender == mail.sender and sorted(sha256 for _, sha256, _ in earlier.attachments) == files:
            return earlier
    return None


def release_of(services: Services, record: InboundRecord) -> Decision | None:
    """The coordinator's newest release of this mail, if any. A flood let go on by its address says nothing of one."""
    released = [d for d in services.store.decisions() if d.kind is DecisionKind.RELEASE and d.mail_id == record.id]
    releases = [d for d in released if not d.address]
    return max(releases, key=lambda d: d.at, default=None)


def screened(services: Services, record: InboundRecord, mail: InboundMail, files: Sequence[Attachment]) -> Screening:
    """Whether this mail may be taken in and answered at all."""
    day = services.office.working_time.local(record.received_at).date()
    registered = {a for agency in services.registry for a in agency.addresses(day)}
    return screen(
        mail,
        office=services.office,
        is_ours=bool(mail.message_id) and services.store.find_by_message_id([mail.message_id]) is not None,
        is_registered=mail.sender in registered or mail.sender in services.store.bindings(),
        is_coordinator=mail.sender in services.office.coordinator_addresses,
        has_documents=bool(files),
        size=record.size,
        is_junk=record.ref.folder != services.inbox_folder and not _is_known(services, record, mail),
    )


def _is_known(services: Services, record: InboundRecord, mail: InboundMail) -> bool:
    """Whether a mail in Spam is our business: by its sender, by a tag of ours, or as an answer to a mail of ours."""
    if mail.sender in services.office.coordinator_addresses:
        return True
    whose = whose_mail(services, record, mail, (), None)
    if whose.candidates or any(e.source is EvidenceSource.TAG for e in whose.evidence):
        return True
    answered = [i for i in (mail.in_reply_to, *mail.references) if i]
    return services.store.find_by_message_id(answered) is not None


def bounces_of(raw: bytes) -> tuple[Bounce, ...]:
    """The addresses that a bounce report names."""
    return bounced_addresses(raw)


def whose_mail(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    read: Sequence[ReadFile],
    released: Decision | None,
) -> AgencyMatch:
    """Whose mail it is: the coordinator's word, or the sender and what speaks beside it."""
    if released and released.agency:
        evidence = Evidence("agency", released.agency, EvidenceSource.DECISION, found=released.why)
        return AgencyMatch(services.registry.get(released.agency), (released.agency,), None, released.why, (evidence,))
    return match_agency(
        mail,
        registry=services.registry,
        bindings=services.store.bindings(),
        received_on=services.office.working_time.local(record.received_at).date(),
        stated=[(f.attachment.name, f.stated) for f in read],
    )


def which_round(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    read: Sequence[ReadFile],
    agency: Agency,
    thread: OutgoingRecord | None,
    released: Decision | None,
) -> RoundMatch:
    """Of which round: the coordinator's word, or tag, thread, documents and words."""
    if released and released.round and (round_ := services.round(released.round)):
        evidence = Evidence("round", round_.code, EvidenceSource.DECISION, found=released.why)
        return RoundMatch(round_, None, released.why, (evidence,), ())
    return match_round(
        mail,
        agency=agency,
        rounds=services.rounds,
        stated=[(f.attachment.name, f.stated) for f in read],
        thread_round=thread.mail.round if thread else None,
        received_at=record.received_at,
    )
