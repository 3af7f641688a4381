"""The coordinator's decisions on mails that wait: whose address it is, let it go on, or put it aside.

Each is recorded with who, when and why. A mail that goes on is taken in anew, with the decision as evidence; one that
is put aside stays in the vault and in the mailbox.
"""

from bot.decide.asks import noted_asks
from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.mail import InboundRecord, Outcome, Reason
from bot.flows.services import Services
from bot.flows.targets import DecisionError, find_round, listed, one_line, require_agency
from bot.store.errors import StoreConflictError


def bind(
    services: Services, address: str, agency: str, *, who: str, why: str, mail_id: int | None = None
) -> Resolution:
    """From now on `address` belongs to that agency; its held mails, and those left unread in Spam, go on at once
    (`reopens`). `mail_id` is the
    mail that the address was read from, where one was.
    """
    address = address.strip().lower()
    if "@" not in address or any(c.isspace() for c in address):
        raise DecisionError("address", address=address)
    require_agency(services, agency)
    decision = Decision(
        DecisionKind.BIND, services.now(), who, one_line(why), agency=agency, address=address, mail_id=mail_id
    )
    waiting = [
        m.id
        for m in services.store.mails()
        if m.sender == address
        and (m.outcome, m.reason) in ((Outcome.HELD, Reason.UNKNOWN_SENDER), (Outcome.IGNORED, Reason.JUNK))
    ]
    return Resolution(decision, reopens=tuple(waiting))


def release(
    services: Services, mail_id: int, agency: str | None, round_: str | None, *, who: str, why: str
) -> Resolution:
    """Lets a held or parked mail go on, as the mail of `agency` for `round_` where the coordinator says so."""
    mail = waiting_mail(services, mail_id)
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
    return Resolution(decision, reopens=(mail_id,))


def dismiss(services: Services, mail_id: int, *, who: str, why: str) -> Resolution:
    """A held or parked mail was dealt with by hand: it no longer waits. It stays in the vault and in the mailbox."""
    waiting_mail(services, mail_id)
    decision = Decision(DecisionKind.RELEASE, services.now(), who, one_line(why), mail_id=mail_id)
    return Resolution(decision, closes=(mail_id,))


def asked_by(services: Services, mail_id: int, agency: str | None = None) -> InboundRecord:
    """The mail in which an agency asks for something: one that waits, or one that was taken in as a report and asks
    beside it, unanswered so far. DecisionError when it is neither, is nobody's yet, or another agency's than `agency`.
    """
    try:
        mail = services.store.mail(mail_id)
    except StoreConflictError:
        raise DecisionError("mail", mail=mail_id) from None
    if not noted_asks([mail]) or any(d.mail_id == mail_id for d in services.store.decisions()):
        mail = waiting_mail(services, mail_id)
    if not mail.agency:
        raise DecisionError("whose", mail=mail_id)
    if agency is not None and mail.agency != agency:
        raise DecisionError("mail_of_other", mail=mail_id, agency=agency, other=mail.agency)
    return mail


def waiting_mail(services: Services, mail_id: int) -> InboundRecord:
    """That mail, which must wait for a person."""
    try:
        mail = services.store.mail(mail_id)
    except StoreConflictError:
        raise DecisionError("mail", mail=mail_id) from None
    if mail.outcome not in (Outcome.HELD, Outcome.PARKED):
        raise DecisionError("not_waiting", mail=mail_id, outcome=mail.outcome.value)
    return mail
