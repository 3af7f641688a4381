"""Who vouches for a mail's sender, and what follows from it.

Flow: is the sender anybody's at all (a stranger's mail is held anyhow, and must not make us ask DNS)? → the line of the
office's own server → DKIM of our own where that wrote none → the decision (`bot.decide.trust`). What the coordinator
has released goes on. Failure policy: a DNS that is away raises `SenderUnknownYet`, for a limited time: the mail stays
unfinished and is taken up at the next walk; nothing counts as broken.
"""

from datetime import timedelta

from bot.decide.matching_agency import agencies_of
from bot.decide.trust import Step, Trust, judge_order, judge_trust
from bot.domain.decision import Decision
from bot.domain.mail import InboundMail, InboundRecord
from bot.domain.trust import Authenticity, TrustPolicy, Vouching, VouchingWhy
from bot.flows.services import Services
from bot.mail.authenticity import lines_of, server_says
from bot.mail.dkim_check import check_dkim

TRUSTED = Trust(Step.GO_ON, "nobody was asked")


class SenderUnknownYet(Exception):
    """Whether the sender is who it says cannot be found out just now. The message says why."""


def trust_in(services: Services, record: InboundRecord, mail: InboundMail, released: Decision | None) -> Trust:
    """The step of a report by what is known of its sender: GO_ON, NOTE or HOLD. Raises SenderUnknownYet."""
    rules = services.office.authentication
    if rules.policy is TrustPolicy.OFF or released or not _is_somebody(services, record, mail):
        return TRUSTED
    trust = judge_trust(rules, authenticity_of(services, record, mail), mail.sender, _waited(services, record))
    if trust.step is Step.WAIT:
        raise SenderUnknownYet(trust.why)
    return trust


def may_decide(services: Services, record: InboundRecord, mail: InboundMail) -> bool:
    """Whether an order that bears a coordinator's address may be carried out. Raises SenderUnknownYet."""
    rules, needs_proof = services.office.authentication, services.office.orders.authenticated
    if rules.policy is TrustPolicy.OFF and not needs_proof:
        return True
    found = authenticity_of(services, record, mail)
    step = judge_order(rules, found, mail.sender, _waited(services, record), needs_proof=needs_proof)
    if step is Step.WAIT:
        raise SenderUnknownYet(found.detail)
    return step is Step.GO_ON


def authenticity_of(services: Services, record: InboundRecord, mail: InboundMail) -> Authenticity:
    """What the office's server says of the sender, or else the mail's own signatures."""
    rules = services.office.authentication
    raw = services.vault.read(record.sha256)
    said = server_says(lines_of(raw), mail.sender, rules.authserv_id)
    if said is not None:
        return said
    if not rules.own_check or services.look_up_txt is None:
        return Authenticity(Vouching.NONE, VouchingWhy.NO_LINE)
    return check_dkim(raw, mail.sender, services.look_up_txt, record.received_at)


def _is_somebody(services: Services, record: InboundRecord, mail: InboundMail) -> bool:
    day = services.office.working_time.local(record.received_at).date()
    return bool(agencies_of(mail.sender, services.registry, services.store.bindings(), day))


def _waited(services: Services, record: InboundRecord) -> timedelta:
    return services.now() - (record.recorded_at or record.received_at)
