"""The answer to one mail: whom it goes to, what it says, and whether one goes out at all."""

from collections.abc import Sequence
from datetime import datetime, time

from bot.checks.gathered import gathered
from bot.decide.obligations import effective_verdict, round_state
from bot.domain.agency import Agency
from bot.domain.decision import Decision
from bot.domain.ledger import origin_of
from bot.domain.letter import Thread
from bot.domain.mail import InboundMail, InboundRecord, NoticeKind, Outcome, OutgoingMail
from bot.domain.notice import AnswerNotice, AskBeside, AskNotice, ClosedNotice, FormResult, Notice
from bot.domain.round import ObligationState, ObligationStatus, Round
from bot.domain.submission import Finding, StoredFile, Submission, Verdict
from bot.flows.alerts import alert
from bot.flows.asked import Asked
from bot.flows.assess import Assessment
from bot.flows.marked import with_marked_files
from bot.flows.services import Services
from bot.flows.submit import receipt_number


def answer(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    agency: Agency,
    round_: Round,
    assessment: Assessment,
    loose: Sequence[Finding],
    outcome: Outcome,
    asked: Asked | None = None,
) -> tuple[OutgoingMail, ...]:
    """The receipt or correction for this mail, ready to queue; empty when nobody may be answered. `asked` is what the
    mail asks for beside what it brings.
    """
    decisions = services.store.decisions(round=round_.code)
    earlier = services.store.submissions(round=round_.code, agency=agency.code)
    results = _results(services, round_, assessment, earlier, decisions)
    # What waits for a person is received: nothing is asked of the agency.
    needs_mending = outcome is Outcome.CORRECTION or any(r.verdict is Verdict.CORRECTION for r in results)
    kind = NoticeKind.CORRECTION if needs_mending else NoticeKind.RECEIPT
    results, enclosures = with_marked_files(services, results, assessment.documents)
    # What the agency owes as it will stand when this mail is committed.
    state = round_state(
        round_,
        (*earlier, *assessment.submissions),
        decisions,
        services.now(),
        working_time=services.office.working_time,
    )
    in_this_mail = {r.form.code for r in results}
    others = [o for o in state.of(agency.code) if o.form not in in_this_mail and not o.status.is_settled]
    brought = [o.deadline for o in state.of(agency.code) if o.form in in_this_mail]
    # What came again had come before: its own time says whether it was late, not this mail's.
    came = {s.form: s.received_at for s in assessment.repeated}
    missed = [
        o.deadline
        for o in state.of(agency.code)
        if o.form in in_this_mail and came.get(o.form, record.received_at) >= o.deadline.instant
    ]
    to_do = [o.deadline for o in state.of(agency.code) if not o.status.is_settled]
    to_mend = [o.deadline for o in state.of(agency.code) if o.form in in_this_mail and not o.status.is_settled]
    # Each form has its own: the one that this mail has missed, or that of what it must mend, or the next of what is
    # still to be done.
    deadline = min(missed or to_mend or to_do or brought or [round_.deadline], key=lambda d: d.instant)
    is_repeat = bool(assessment.repeated) and not assessment.submissions
    # Of several, the newest: by then all of them had come.
    original = max(assessment.repeated, key=lambda s: s.received_at) if is_repeat else None
    notice = AnswerNotice(
        kind=kind,
        key=f"{kind}:{round_.code}:{agency.code}:{record.id}",
        agency=agency,
        to=_recipients(services, record, mail, agency),
        thread=_thread(mail),
        received_at=record.received_at,
        receipt_number=(original.receipt_number if original else "") or receipt_number(round_, agency, record.id),
        files=tuple(StoredFile(a.name, a.sha256, a.size) for a in mail.attachments if not a.inline),
        results=results,
        findings=gathered(loose),
        missing=tuple(services.forms[o.form] for o in others if o.status is not ObligationStatus.CORRECTION_NEEDED),
        open_corrections=tuple(
            services.forms[o.form] for o in others if o.status is ObligationStatus.CORRECTION_NEEDED
        ),
        round=round_,
        deadline=deadline,
        late=bool(missed) if brought else record.received_at >= deadline.instant,
        duplicate=is_repeat,
        mail_id=record.id,
        first_received_at=original.received_at if original else None,
        enclosures=enclosures,
        mend_by=min((o.mend_by for o in state.of(agency.code) if o.form in in_this_mail and o.mend_by), default=None),
        asked=_beside(services, asked, state.of(agency.code)) if asked else None,
    )
    return _allowed(services, agency, notice.to, notice, record)


def _beside(services: Services, asked: Asked, owed: Sequence[ObligationState]) -> AskBeside | None:
    """The ask, as long as what it is about is still to be done when this mail is committed."""
    ask = asked.ask
    if ask is None:
        return None
    still = [o.deadline for o in owed if ask.form in (None, o.form) and not o.status.is_settled]
    if not still:
        return None
    return AskBeside(
        reason=ask.reason,
        deadline=min(still, key=lambda d: d.instant),
        until=ask.until,
        form=services.forms[ask.form] if ask.form else None,
        other=services.registry.get(ask.other) if ask.other else None,
    )


def closed(
    services: Services, record: InboundRecord, mail: InboundMail, agency: Agency, round_: Round | None
) -> tuple[OutgoingMail, ...]:
    """The answer to a report for a round that is closed."""
    notice = ClosedNotice(
        key=f"{NoticeKind.CLOSED}:{round_.code if round_ else '-'}:{agency.code}:{record.id}",
        agency=agency,
        to=_recipients(services, record, mail, agency),
        thread=_thread(mail),
        received_at=record.received_at,
        round=round_,
        mail_id=record.id,
    )
    return _allowed(services, agency, notice.to, notice, record)


def acknowledged(
    services: Services, record: InboundRecord, mail: InboundMail, agency: Agency, round_: Round, asked: Asked
) -> tuple[OutgoingMail, ...]:
    """The answer to a mail that asks for something: once a day an agency and round."""
    ask = asked.ask
    if ask is None:
        return ()
    day = services.office.working_time.local(services.now()).date()
    notice = AskNotice(
        key=f"{NoticeKind.RECEIPT}:{round_.code}:{agency.code}:ask:{day.isoformat()}",
        reason=ask.reason,
        agency=agency,
        to=_recipients(services, record, mail, agency),
        thread=_thread(mail),
        round=round_,
        deadline=asked.deadline,
        received_at=record.received_at,
        until=ask.until,
        other=services.registry.get(ask.other) if ask.other else None,
        mail_id=record.id,
        form=services.forms[ask.form] if ask.form else None,
    )
    return _allowed(services, agency, notice.to, notice, record)


def _allowed(
    services: Services, agency: Agency, to: tuple[str, ...], notice: Notice, record: InboundRecord
) -> tuple[OutgoingMail, ...]:
    """Composed, unless there is no registered address. Where the agency, or its address, has had its answers for today,
    the coordinator is told instead, once a day.
    """
    now = services.now()
    local = services.office.working_time.local(now)
    midnight = datetime.combine(local.date(), time(0), local.tzinfo)
    if not to:
        services.journal.warning("no_address_to_answer", agency=agency.code, key=notice.key)
        return ()
    most = services.office.max_answers_per_day
    # One address may stand for many agencies: a program that answers there has no more answers for that.
    crowded = [a for a in to if services.store.answers_to(a, midnight) >= most]
    if crowded or services.store.answers_since(agency.code, midnight) >= most:
        services.journal.warning("answers_capped", agency=agency.code, key=notice.key)
        params = {"agency": agency.name, "address": ", ".join(crowded or to), "count": str(most)}
        return (alert(services, "answers_capped", f"{agency.code}:{local.date().isoformat()}", params, now),)
    return (services.composer.compose(notice, at=now, origin=origin_of(record)),)


def _recipients(services: Services, record: InboundRecord, mail: InboundMail, agency: Agency) -> tuple[str, ...]:
    """The sender when it is registered for the agency, or else the agency's registered addresses. Never anybody
    else.
    """
    day = services.office.working_time.local(record.received_at).date()
    bound = services.store.bindings().get(mail.sender) == agency.code
    if mail.sender and (mail.sender in agency.addresses(day) or bound):
        return (mail.sender,)
    return agency.notice_addresses(day)


def _thread(mail: InboundMail) -> Thread:
    return Thread(mail.message_id, mail.references, mail.subject)


def _results(
    services: Services,
    round_: Round,
    assessment: Assessment,
    earlier: Sequence[Submission],
    decisions: Sequence[Decision],
) -> tuple[FormResult, ...]:
    """New submissions and repeated ones, in the order in which the round asks for the forms."""
    order = list(dict.fromkeys(a.form for a in round_.assignments))
    both = sorted((*assessment.submissions, *assessment.repeated), key=lambda s: order.index(s.form))
    return tuple(_result(services, submission, earlier, decisions) for submission in both)


def _result(
    services: Services, submission: Submission, earlier: Sequence[Submission], decisions: Sequence[Decision]
) -> FormResult:
    verdict = effective_verdict(submission, decisions)
    valid = [s.version for s in earlier if s.form == submission.form and effective_verdict(s, decisions).is_valid]
    return FormResult(
        form=services.forms[submission.form],
        version=submission.version,
        verdict=verdict,
        findings=submission.findings,
        files=submission.files,
        stands=max(valid, default=None) if not verdict.is_valid else None,
    )
