"""A mail over the limit: of one that is too big only the header is known; of one with too many parts, all but the rest.

Too big: header → a copy, automatic, spam? → held for a person, and the agency whose registered address it came from is
told what to do instead, by the header's round or else the next that it owes. Nobody is answered of whom the header
leaves a doubt. Too many parts or levels: a finding, so that nothing is left out unsaid. Never raises but for the store,
the vault, and `SenderUnknownYet` where the sender's domain cannot be asked.
"""

from dataclasses import replace

from bot.checks.mail import mail_finding
from bot.decide.trust import Step
from bot.domain.agency import Agency
from bot.domain.intake import IntakeResult
from bot.domain.mail import Attachment, InboundMail, InboundRecord, Outcome, OutgoingMail, Reason
from bot.domain.round import Round
from bot.domain.submission import Finding
from bot.flows.answer import answer
from bot.flows.assess import Assessment
from bot.flows.identify import screened, which_round, whose_mail
from bot.flows.reading import MOST, Unfolded
from bot.flows.services import Services
from bot.flows.snapshot import open_rounds
from bot.flows.trusted import trust_in
from bot.mail.parse import parse_head
from bot.mail.parts import MAX_DEPTH, MAX_PARTS

_SOME_FILE = Attachment("", "application/octet-stream", b"", "")
"""So big a mail has files: soft signs of an automatic one must not count against a report."""
_LIMITS = {"too_many_parts": MAX_PARTS, "too_deep": MAX_DEPTH, "unparsable": MAX_DEPTH}


def take_oversized(services: Services, record: InboundRecord) -> tuple[IntakeResult, tuple[OutgoingMail, ...]]:
    """What becomes of a mail that was not fetched, and the answer to it."""
    head = parse_head(services.vault.read(record.head_sha256))
    result = IntakeResult(
        record.id,
        Outcome.HELD,
        Reason.TOO_BIG.value,
        message_id=head.message_id,
        sender=record.sender,
        subject=record.subject,
    )
    if copy := _copy_of(services, record, head):
        ignored = replace(result, outcome=Outcome.IGNORED, reason=Reason.DUPLICATE.value)
        return replace(ignored, duplicate_of=copy.id, agency=copy.agency), ()
    screening = screened(services, record, head, (_SOME_FILE,))
    if screening.outcome is Outcome.IGNORED and screening.reason is not None:
        return replace(result, outcome=Outcome.IGNORED, reason=screening.reason.value), ()
    if screening.reason is not Reason.TOO_BIG or head.sender in services.office.coordinator_addresses:
        return result, ()
    agency = whose_mail(services, record, head, (), None).agency
    if agency is None:
        return result, ()
    trust = trust_in(services, replace(record, sha256=record.head_sha256), head, None)
    round_ = _round_of(services, record, head, agency)
    if trust.step is not Step.GO_ON or round_ is None:
        return replace(result, agency=agency.code), ()
    limit = services.office.max_mail_bytes
    found = (mail_finding("M108", size=_megabytes(record.size), limit=_megabytes(limit)),)
    nothing = Assessment((), (), found, ())
    told = answer(services, record, head, agency, round_, nothing, found, Outcome.CORRECTION)
    return replace(result, agency=agency.code, round=round_.code, findings=found), told


def with_left_out(mail: InboundMail, unfolded: Unfolded) -> Unfolded:
    """What was taken out of the mail, and a finding for each limit beyond which nothing was."""
    told: list[Finding] = [
        mail_finding("M107", reason=defect, limit=limit) for defect, limit in _LIMITS.items() if defect in mail.defects
    ]
    if unfolded.left_out:
        told.append(mail_finding("M107", reason="too_many_files", limit=MOST))
    return replace(unfolded, findings=(*told, *unfolded.findings)) if told else unfolded


def _copy_of(services: Services, record: InboundRecord, head: InboundMail) -> InboundRecord | None:
    """An earlier record of the same mail, which came by To and Cc or lies in two folders."""
    if not head.message_id:
        return None
    same = services.store.with_message_id(head.message_id, record.id)
    return next((m for m in same if (m.sender, m.reason) == (record.sender, Reason.TOO_BIG)), None)


def _round_of(services: Services, record: InboundRecord, head: InboundMail, agency: Agency) -> Round | None:
    """The round that the header speaks for, or else the one that the agency owes next."""
    thread = services.store.find_by_message_id([i for i in (head.in_reply_to, *head.references) if i])
    match = which_round(services, record, head, (), agency, thread, None)
    if match.round is not None and match.reason is None:
        return match.round
    owed = [r for r in open_rounds(services, services.now()) if agency.code in r.agencies]
    return min(owed, key=lambda r: r.deadline.instant, default=None)


def _megabytes(size: int) -> int:
    """Whole megabytes, rounded up: a mail over the limit never looks as if it were not."""
    return -(-size // 2**20)
