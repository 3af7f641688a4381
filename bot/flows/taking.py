"""One mail's way from the vault to its verdict and its answer.

Read raw bytes → parse → an order? → screening → who vouches for it → read the files → whose, which round → an ask? →
assess → compose. What comes out is committed by the walk (`intake`), all at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.checks.mail import mail_finding
from bot.decide.judging import mail_outcome
from bot.decide.links import shared_links
from bot.decide.matching import RoundMatch
from bot.decide.obligations import effective_verdict
from bot.decide.replies import asks_a_person
from bot.decide.trust import Step
from bot.domain.agency import Agency
from bot.domain.decision import Decision, Resolution
from bot.domain.form import Severity
from bot.domain.intake import Bounce, IntakeResult
from bot.domain.mail import Evidence, InboundMail, InboundRecord, Outcome, OutgoingMail, OutgoingRecord, Reason
from bot.domain.round import Round
from bot.domain.submission import Finding, Submission, Verdict
from bot.flows.again import explained, own_words
from bot.flows.answer import acknowledged, answer, closed
from bot.flows.asked import Asked, asked_in
from bot.flows.assess import Assessment, assess
from bot.flows.beside import wrong_period_finding
from bot.flows.identify import bounces_of, release_of, same_mail, screened, which_round, whose_mail
from bot.flows.infected import infected_of, told
from bot.flows.orders import order_in
from bot.flows.oversize import take_oversized, with_left_out
from bot.flows.reading import ReadFile, Unfolded, read_files, unfold
from bot.flows.returned import reported
from bot.flows.services import Services
from bot.flows.submit import Case
from bot.flows.trusted import trust_in
from bot.mail.parse import parse

# Beside the checks' codes: what names the reason of a correction, the more telling one first.
REASON_OF_CODE = (
    ("F112", Reason.INFECTED),
    ("C101", Reason.WRONG_PERIOD),
    ("C102", Reason.WRONG_AGENCY),
    ("M101", Reason.NO_ATTACHMENT),
    ("M106", Reason.NO_ATTACHMENT),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one mail came to, and the mails to queue with it; `resolution` is what it ordered with `used_code`."""

    result: IntakeResult
    outgoing: tuple[OutgoingMail, ...] = ()
    resolution: Resolution | None = None
    used_code: str = ""


def take_in(services: Services, record: InboundRecord) -> Taken:
    """Decides one mail. Changes nothing but the files under `reports/`; the caller commits what comes out."""
    if not record.sha256:
        return Taken(*take_oversized(services, record))
    raw = services.vault.read(record.sha256)
    mail = parse(raw)
    copy = same_mail(services, record, mail)
    if copy:
        return _ended(record, mail, Outcome.IGNORED, Reason.DUPLICATE, duplicate_of=copy.id, agency=copy.agency)
    released = release_of(services, record)
    thread = services.store.find_by_message_id([i for i in (mail.in_reply_to, *mail.references) if i])
    files = tuple(a for a in mail.attachments if not a.inline)
    screening = screened(services, record, mail, files)
    if not released and (order := order_in(services, record, mail, screening, has_documents=bool(files))):
        ended = _ended(record, mail, Outcome.IGNORED, order.reason, outgoing=order.outgoing)
        return replace(ended, resolution=order.resolution, used_code=order.used_code)
    if screening.outcome is Outcome.IGNORED or (screening.outcome and not released):
        assert screening.reason is not None
        bounces = bounces_of(raw) if screening.reason is Reason.BOUNCE else ()
        follows = reported(services, bounces)
        return _ended(record, mail, screening.outcome, screening.reason, bounces=bounces, outgoing=follows)
    trust = trust_in(services, record, mail, released)
    if trust.step is Step.HOLD:
        return _ended(record, mail, Outcome.HELD, Reason.UNAUTHENTICATED, evidence=trust.evidence)
    unfolded = with_left_out(mail, unfold(services, files))
    read = read_files(services, unfolded.files, unfolded.budget)
    taken = _judged(services, record, mail, unfolded, read, thread, released)
    taken = replace(taken, result=replace(taken.result, evidence=(*taken.result.evidence, *trust.evidence)))
    infected = (
        *unfolded.infected,
        *infected_of((f.attachment.name, f.attachment.sha256, f.facts.document) for f in read),
    )
    if not infected:
        return taken
    marked = replace(taken.result, infected=tuple((i.sha256, i.signature) for i in infected))
    return replace(taken, result=marked, outgoing=(*taken.outgoing, *told(services, record, mail, infected)))


def _judged(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    unfolded: Unfolded,
    read: tuple[ReadFile, ...],
    thread: OutgoingRecord | None,
    released: Decision | None,
) -> Taken:
    """What the mail comes to, now that its files have been read."""
    whose = whose_mail(services, record, mail, read, released)
    if whose.agency is None:
        return _ended(record, mail, Outcome.HELD, whose.reason or Reason.UNKNOWN_SENDER, evidence=whose.evidence)
    match = which_round(services, record, mail, read, whose.agency, thread, released)
    evidence = (*whose.evidence, *match.evidence)
    if match.round is None or match.reason not in (None, Reason.WRONG_PERIOD):
        return _without_round(services, record, mail, whose.agency, match, evidence)
    case = Case(
        record, whose.agency, match.round, match, explanations=own_words(services, whose.agency, match.round, mail)
    )
    has_files = bool(unfolded.files or unfolded.findings)
    causes = () if has_files else explained(services, case)
    asked = asked_in(services, case, mail, read, whole=not unfolded.findings)
    evidence = (*evidence, *asked.evidence)
    if asked.ask and asked.holds and not causes:
        return _ended(
            record,
            mail,
            Outcome.HELD,
            asked.ask.reason,
            agency=whose.agency.code,
            round_=match.round.code,
            evidence=evidence,
            outgoing=acknowledged(services, record, mail, whose.agency, match.round, asked),
        )
    if has_files:
        assessment = assess(services, case, read, unfolded.findings)
    elif causes:
        assessment = Assessment(causes, (), (), ())
    else:
        for_a_person = thread is not None or bool(asks_a_person(mail.subject, mail.text))
        return _without_files(
            services, record, mail, whose.agency, match.round, evidence, asked, for_a_person=for_a_person
        )
    return _decided(services, record, mail, whose.agency, match, match.round, evidence, asked, assessment)


def _decided(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    agency: Agency,
    match: RoundMatch,
    round_: Round,
    evidence: tuple[Evidence, ...],
    asked: Asked,
    assessment: Assessment,
) -> Taken:
    loose = assessment.loose
    if match.reason is Reason.WRONG_PERIOD and not assessment.submissions and not assessment.repeated:
        loose = (*loose, wrong_period_finding(match, "", round_))
    repeated_only = bool(assessment.repeated) and not assessment.submissions
    errors_aside = all(f.severity is Severity.REMARK for f in loose)
    if repeated_only and errors_aside:
        outcome, reason = Outcome.IGNORED, Reason.DUPLICATE
    else:
        decisions = services.store.decisions(round=round_.code)
        verdicts = [s.verdict for s in assessment.submissions]
        verdicts += [v for s in assessment.repeated if (v := effective_verdict(s, decisions)) is not Verdict.HELD]
        outcome, reason = mail_outcome(verdicts, loose)
        reason = _telling(reason, [*loose, *(f for s in assessment.submissions for f in s.findings)], outcome)
    notice = answer(services, record, mail, agency, round_, assessment, loose, outcome, asked)
    return _ended(
        record,
        mail,
        outcome,
        reason,
        agency=agency.code,
        round_=round_.code,
        evidence=(*evidence, *assessment.evidence),
        findings=loose,
        submissions=assessment.submissions,
        duplicate_of=assessment.repeated[0].mail_id if repeated_only else None,
        outgoing=notice,
    )


def _telling(reason: Reason, findings: Sequence[Finding], outcome: Outcome) -> Reason:
    if outcome is not Outcome.CORRECTION:
        return reason
    codes = {f.code for f in findings if f.severity is Severity.ERROR}
    return next((r for code, r in REASON_OF_CODE if code in codes), reason)


def _without_round(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    agency: Agency,
    match: RoundMatch,
    evidence: tuple[Evidence, ...],
) -> Taken:
    """Held: a person must say which round it is. A report for a closed round is told so."""
    reason = match.reason or Reason.NO_OPEN_ROUND
    has_files = any(not a.inline for a in mail.attachments)
    is_closed = reason is Reason.NO_OPEN_ROUND and match.round is not None and has_files
    return _ended(
        record,
        mail,
        Outcome.HELD,
        reason,
        agency=agency.code,
        round_=match.round.code if match.round else None,
        evidence=evidence,
        outgoing=closed(services, record, mail, agency, match.round) if is_closed else (),
    )


def _without_files(
    services: Services,
    record: InboundRecord,
    mail: InboundMail,
    agency: Agency,
    round_: Round,
    evidence: tuple[Evidence, ...],
    asked: Asked,
    *,
    for_a_person: bool,
) -> Taken:
    """A mail without a file. One with a link to a shared folder is asked for the files themselves; one that answers a
    notice of ours, or asks for something, is for a person to read; another has forgotten its attachment.
    """
    links = shared_links(mail.text)
    if for_a_person and not links:
        return _ended(
            record,
            mail,
            Outcome.HELD,
            Reason.NO_ATTACHMENT,
            agency=agency.code,
            round_=round_.code,
            evidence=evidence,
        )
    loose = (mail_finding("M106", links=list(links)) if links else mail_finding("M101"),)
    nothing = Assessment((), (), loose, ())
    return _ended(
        record,
        mail,
        Outcome.CORRECTION,
        Reason.NO_ATTACHMENT,
        agency=agency.code,
        round_=round_.code,
        evidence=evidence,
        findings=loose,
        outgoing=answer(services, record, mail, agency, round_, nothing, loose, Outcome.CORRECTION, asked),
    )


def _ended(
    record: InboundRecord,
    mail: InboundMail,
    outcome: Outcome,
    reason: Reason,
    *,
    agency: str | None = None,
    round_: str | None = None,
    duplicate_of: int | None = None,
    evidence: tuple[Evidence, ...] = (),
    findings: tuple[Finding, ...] = (),
    submissions: tuple[Submission, ...] = (),
    bounces: tuple[Bounce, ...] = (),
    outgoing: tuple[OutgoingMail, ...] = (),
) -> Taken:
    return Taken(
        IntakeResult(
            mail_id=record.id,
            outcome=outcome,
            reason=reason.value,
            message_id=mail.message_id,
            sender=mail.sender or ", ".join(mail.from_addresses),
            subject=mail.subject,
            agency=agency,
            round=round_,
            duplicate_of=duplicate_of,
            evidence=evidence,
            findings=findings,
            attachments=tuple((a.name, a.sha256, a.size) for a in mail.attachments),
            submissions=submissions,
            bounces=bounces,
        ),
        outgoing,
    )
