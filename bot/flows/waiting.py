"""The coordinator's decisions on mails that wait: whose address it is, let it go on, or put it aside.

Each is recorded with who, when and why. A mail that goes on is taken in anew, with the decision as evidence; one that
is put aside stays in the vault and in the mailbox.
"""

from bot.domain.intake import IntakeResult
from bot.domain.mail import InboundRecord, Outcome, Reason
from bot.domain.round import Decision, DecisionKind
from bot.flows.services import Services
from bot.flows.targets import DecisionError, find_round, listed, one_line, require_agency
from bot.store.errors import StoreConflictError


def bind(services: Services, address: str, agency: str, *, who: str, why: str) -> tuple[Decision, int]:
    """From now on `address` belongs to that agency. Its held mails go on at once; returns the decision and how
    many.
    """
    address = address.strip().lower()
    if "@" not in address or any(c.isspace() for c in address):
        raise DecisionError("address", address=address)
    require_agency(services, agency)
    decision = Decision(DecisionKind.BIND, services.now(), who, one_line(why), agency=agency, address=address)
    services.store.record_decision(decision, now=services.now())
    waiting = [
        m
        for m in services.store.mails(outcome=Outcome.HELD)
        if m.sender == address and m.reason == Reason.UNKNOWN_SENDER
    ]
    for mail in waiting:
        services.store.reopen(mail.id, services.now())
    return decision, len(waiting)


def release(
    services: Services, mail_id: int, agency: str | None, round_: str | None, *, who: str, why: str
) -> Decision:
    """Lets a held or parked mail go on, as the mail of `agency` for `round_` where the coordinator says so."""
    mail = _waiting(services, mail_id)
    if agency is not None:
        require_agency(services, agency)
    if mail.reason == Reason.UNKNOWN_SENDER and agency is None:
        raise DecisionError("whose", mail=mail_id)
    if mail.reason in (Reason.AMBIGUOUS_ROUND, Reason.NO_OPEN_ROUND) and round_ is None:
        raise DecisionError("whose_round", mail=mail_id, known=listed(r.code for r in services.rounds))
    if mail.reason in (Reason.AMBIGUOUS_AGENCY, Reason.AMBIGUOUS_SENDER) and agency is None:
        raise DecisionError("whose", mail=mail_id)
    if mail.reason == Reason.TOO_BIG:
        raise DecisionError("too_big", mail=mail_id)
    decision = Decision(
        DecisionKind.RELEASE,
        services.now(),
        who,
        one_line(why),
        round=find_round(services, round_).code if round_ else "",
        agency=agency or "",
        mail_id=mail_id,
    )
    services.store.record_decision(decision, now=services.now())
    services.store.reopen(mail_id, services.now())
    return decision


def dismiss(services: Services, mail_id: int, *, who: str, why: str) -> Decision:
    """A held or parked mail was dealt with by hand: it no longer waits. It stays in the vault and in the mailbox."""
    mail = _waiting(services, mail_id)
    now = services.now()
    decision = Decision(DecisionKind.RELEASE, now, who, one_line(why), mail_id=mail_id)
    services.store.record_decision(decision, now=now)
    result = IntakeResult(
        mail_id=mail_id,
        outcome=Outcome.IGNORED,
        reason=Reason.HANDLED.value,
        message_id=mail.message_id,
        sender=mail.sender,
        subject=mail.subject,
        agency=mail.agency,
        round=mail.round,
        evidence=mail.evidence,
        findings=mail.findings,
        attachments=mail.attachments,
    )
    services.store.finish(result, outgoing=(), now=now)
    return decision


def _waiting(services: Services, mail_id: int) -> InboundRecord:
    try:
        mail = services.store.mail(mail_id)
    except StoreConflictError:
        raise DecisionError("mail", mail=mail_id) from None
    if mail.outcome not in (Outcome.HELD, Outcome.PARKED):
        raise DecisionError("not_waiting", mail=mail_id, outcome=mail.outcome.value)
    return mail
