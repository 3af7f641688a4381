"""What a decision tells the agency that it is about: the mail, in the thread of the question that it answers, with the
deadline as it stands after the decision and as a calendar file where it has moved.

An agency without a valid address is told nothing; the coordinator reads in the answer who was told.
"""

from collections.abc import Sequence

from bot.decide.obligations import deadline_for
from bot.domain.decision import Decision, DecisionKind, in_force
from bot.domain.letter import Enclosure, Thread
from bot.domain.mail import InboundRecord, OutgoingMail
from bot.domain.notice import DecisionNotice
from bot.domain.submission import Finding
from bot.flows.deadlines import deadline_file
from bot.flows.services import Services
from bot.flows.targets import Target
from bot.mail.parse import parse
from bot.store.vault import VaultError

_MOVES_DEADLINE = (DecisionKind.EXTEND, DecisionKind.GRACE, DecisionKind.EXCUSE)


def tell(
    services: Services,
    aim: Target,
    decision: Decision,
    *,
    takes_back: Decision | None = None,
    question: InboundRecord | None = None,
    findings: Sequence[Finding] = (),
    enclosures: Sequence[Enclosure] = (),
) -> tuple[OutgoingMail, ...]:
    """The mail to the agency of `aim`, ready to queue with `decision`; empty when nobody can be told.

    `takes_back` is what an undo takes back: the mail says that this no longer holds. `question` is the waiting mail
    that is answered, in its thread and to its sender too.
    """
    to = _recipients(services, aim, question)
    if not to:
        services.journal.warning("no_address_to_tell", agency=aim.agency.code, decision=decision.kind.value)
        return ()
    log = services.store.decision_log(aim.round.code)
    form = aim.form.code if aim.form else None
    deadline = deadline_for(aim.round, in_force((*log, decision)), aim.agency.code, form)
    told = takes_back or decision
    moved = () if told.kind not in _MOVES_DEADLINE else (_calendar(services, aim, decision, takes_back),)
    number = next_number(services)
    notice = DecisionNotice(
        key=f"decision:{decision.kind}:{aim.round.code}:{aim.agency.code}:{number}",
        decision=told.kind.value,
        agency=aim.agency,
        to=to,
        cc=(),
        round=aim.round,
        forms=tuple(services.forms[f] for f in aim.forms),
        why=decision.why,
        deadline=deadline,
        at=decision.at,
        findings=tuple(findings),
        undone=takes_back is not None,
        enclosures=(*enclosures, *moved),
        thread=thread_of(services, question) if question else None,
    )
    return (services.composer.compose(notice, at=decision.at),)


def next_number(services: Services) -> int:
    """The number that the next decision gets, unless another program is quicker: the log only grows."""
    return max((d.id or 0 for d in services.store.decision_log()), default=0) + 1


def thread_of(services: Services, mail: InboundRecord) -> Thread:
    """What an answer to that mail hangs on; without its references where its bytes are gone."""
    try:
        parsed = parse(services.vault.read(mail.sha256))
    except (VaultError, OSError, ValueError):
        return Thread(mail.message_id, (), mail.subject)
    return Thread(parsed.message_id, parsed.references, parsed.subject)


def _recipients(services: Services, aim: Target, question: InboundRecord | None) -> tuple[str, ...]:
    to = services.notice_addresses(aim.agency)
    if question is None:
        return to
    day = services.office.working_time.local(services.now()).date()
    is_theirs = question.sender in aim.agency.addresses(day) or (
        services.store.bindings().get(question.sender) == aim.agency.code
    )
    return tuple(dict.fromkeys((question.sender, *to))) if is_theirs else to


def _calendar(services: Services, aim: Target, decision: Decision, takes_back: Decision | None) -> Enclosure:
    """The agency's deadline in the round as it will stand, for all its forms; withdrawn when it is excused from all."""
    log = in_force((*services.store.decision_log(aim.round.code), decision))
    deadline = deadline_for(aim.round, log, aim.agency.code)
    excused = decision.kind is DecisionKind.EXCUSE and takes_back is None and aim.form is None
    return deadline_file(services, aim.round, aim.agency, deadline, cancelled=excused, pending=(decision,))
