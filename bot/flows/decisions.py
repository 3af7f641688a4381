"""The coordinator's decisions: checked, recorded with who, when and why, and told to the agency in the same commit.

Nothing that was received is ever changed; a decision stands beside it and the status is derived anew. A decision that
makes no sense is refused with a DecisionError that says what was found and what would do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from bot.decide.obligations import deadline_for
from bot.domain.agency import Agency
from bot.domain.form import Form
from bot.domain.intake import IntakeResult
from bot.domain.mail import InboundRecord, Outcome, OutgoingMail, Reason
from bot.domain.notice import DecisionNotice
from bot.domain.round import Decision, DecisionKind, Round
from bot.domain.submission import StoredFile, Submission, Verdict
from bot.flows.services import Services
from bot.flows.shelf import shelve
from bot.store.errors import StoreConflictError


class DecisionError(Exception):
    """A decision that cannot be taken. `code` names the sentence for the coordinator (screens.toml, [error]),
    `params` fill it.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Target:
    """What a decision is about. `form` None: all that the agency owes in the round."""

    round: Round
    agency: Agency
    form: Form | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The codes of the forms it reaches."""
        if self.form:
            return (self.form.code,)
        return tuple(a.form for a in self.round.of(self.agency.code))


def target(services: Services, agency: str, round_: str | None, form: str | None) -> Target:
    """Looks the words of a command up; DecisionError names the ones that exist."""
    _require_agency(services, agency)
    found = _round(services, round_)
    owed = [a.form for a in found.of(agency)]
    if not owed:
        raise DecisionError("owes_nothing", agency=agency, round=found.code)
    if form is not None and form not in owed:
        raise DecisionError("not_owed", agency=agency, form=form, round=found.code, known=_list(owed))
    return Target(found, services.registry.get(agency), services.forms[form] if form else None)


def extend(services: Services, aim: Target, until: datetime, *, who: str, why: str) -> Decision:
    """A new deadline. `until` is the first instant that is late."""
    if until <= services.now():
        raise DecisionError("deadline_passed", until=until)
    return _decide(services, aim, DecisionKind.EXTEND, who, why, until=until)


def excuse(services: Services, aim: Target, *, who: str, why: str) -> Decision:
    """The agency need not report."""
    return _decide(services, aim, DecisionKind.EXCUSE, who, why)


def accept(services: Services, aim: Target, version: int | None, *, who: str, why: str) -> Decision:
    """A version counts despite its findings: the newest one unless `version` says which."""
    return _decide(services, aim, DecisionKind.ACCEPT, who, why, version=_version(services, aim, version))


def return_(services: Services, aim: Target, version: int | None, *, who: str, why: str) -> Decision:
    """A version goes back to the agency although the checks passed it."""
    return _decide(services, aim, DecisionKind.RETURN, who, why, version=_version(services, aim, version))


def received(
    services: Services,
    aim: Target,
    *,
    at: datetime | None,
    files: Sequence[tuple[str, bytes]],
    who: str,
    why: str,
) -> Decision:
    """A report that arrived by another channel (document system, by hand): accepted on the coordinator's word."""
    why = _reason(why)
    now = services.now()
    when = at or now
    if when > now:
        raise DecisionError("ahead", at=when)
    if aim.form is None and len(aim.forms) > 1:
        raise DecisionError("which_form", agency=aim.agency.code, known=_list(aim.forms))
    form = aim.forms[0]
    version = services.store.next_version(aim.agency.code, aim.round.code, form)
    submission = Submission(
        agency=aim.agency.code,
        round=aim.round.code,
        form=form,
        version=version,
        received_at=when,
        verdict=Verdict.ACCEPTED,
        files=tuple(_keep(services, aim, form, version, name, payload) for name, payload in files),
        channel="other",
    )
    exact = Target(aim.round, aim.agency, services.forms[form])
    return _decide(services, exact, DecisionKind.RECEIVED, who, why, version=version, submission=submission)


def bind(services: Services, address: str, agency: str, *, who: str, why: str) -> tuple[Decision, int]:
    """From now on `address` belongs to that agency. Its held mails go on at once; returns the decision and how
    many.
    """
    address = address.strip().lower()
    if "@" not in address or any(c.isspace() for c in address):
        raise DecisionError("address", address=address)
    _require_agency(services, agency)
    decision = Decision(DecisionKind.BIND, services.now(), who, _reason(why), agency=agency, address=address)
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
        _require_agency(services, agency)
    if mail.reason == Reason.UNKNOWN_SENDER and agency is None:
        raise DecisionError("whose", mail=mail_id)
    if mail.reason in (Reason.AMBIGUOUS_ROUND, Reason.NO_OPEN_ROUND) and round_ is None:
        raise DecisionError("whose_round", mail=mail_id, known=_list(r.code for r in services.rounds))
    if mail.reason in (Reason.AMBIGUOUS_AGENCY, Reason.AMBIGUOUS_SENDER) and agency is None:
        raise DecisionError("whose", mail=mail_id)
    if mail.reason == Reason.TOO_BIG:
        raise DecisionError("too_big", mail=mail_id)
    decision = Decision(
        DecisionKind.RELEASE,
        services.now(),
        who,
        _reason(why),
        round=_round(services, round_).code if round_ else "",
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
    decision = Decision(DecisionKind.RELEASE, now, who, _reason(why), mail_id=mail_id)
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


def _decide(
    services: Services,
    aim: Target,
    kind: DecisionKind,
    who: str,
    why: str,
    *,
    until: datetime | None = None,
    version: int | None = None,
    submission: Submission | None = None,
) -> Decision:
    now = services.now()
    decision = Decision(
        kind,
        now,
        who,
        _reason(why),
        round=aim.round.code,
        agency=aim.agency.code,
        form=aim.form.code if aim.form else None,
        version=version,
        until=until,
    )
    outgoing = _told(services, aim, decision)
    services.store.record_decision(decision, outgoing=outgoing, submission=submission, now=now)
    if version is not None:  # another version may be the one that stands now
        shelve(services, aim.round.code, aim.agency.code)
    services.journal.info("decision", kind=kind.value, agency=aim.agency.code, round=aim.round.code, who=who)
    return decision


def _told(services: Services, aim: Target, decision: Decision) -> tuple[OutgoingMail, ...]:
    to = services.notice_addresses(aim.agency)
    if not to:
        return ()
    known = services.store.decisions(round=aim.round.code)
    deadline = deadline_for(aim.round, (*known, decision), aim.agency.code, aim.form.code if aim.form else None)
    notice = DecisionNotice(
        key=f"decision:{decision.kind}:{aim.round.code}:{aim.agency.code}:{decision.at.isoformat()}",
        decision=decision.kind.value,
        agency=aim.agency,
        to=to,
        cc=(),
        round=aim.round,
        forms=tuple(services.forms[f] for f in aim.forms),
        why=decision.why,
        deadline=deadline,
        at=decision.at,
    )
    return (services.composer.compose(notice, at=decision.at),)


def _version(services: Services, aim: Target, version: int | None) -> int:
    if aim.form is None:
        raise DecisionError("which_form", agency=aim.agency.code, known=_list(aim.forms))
    versions = {
        s.version: s
        for s in services.store.submissions(round=aim.round.code, agency=aim.agency.code)
        if s.form == aim.form.code
    }
    if not versions:
        raise DecisionError("nothing_sent", agency=aim.agency.code, form=aim.form.code, round=aim.round.code)
    if version is not None and version not in versions:
        raise DecisionError("version", version=version, known=_list(versions))
    return version or max(versions)


def _keep(services: Services, aim: Target, form: str, version: int, name: str, payload: bytes) -> StoredFile:
    sha256 = services.vault.save(payload)
    path = services.vault.publish(aim.round.code, aim.agency.code, form, version, PurePath(name).name, sha256)
    return StoredFile(PurePath(name).name, sha256, len(payload), path)


def _reason(why: str) -> str:
    """On one line. A decision without a reason is none that anybody can stand by later."""
    said = " ".join(why.split())
    if not said:
        raise DecisionError("no_reason")
    return said


def _require_agency(services: Services, code: str) -> None:
    if code not in services.registry:
        raise DecisionError("agency", agency=code, known=_list(a.code for a in services.registry))


def _waiting(services: Services, mail_id: int) -> InboundRecord:
    try:
        mail = services.store.mail(mail_id)
    except StoreConflictError:
        raise DecisionError("mail", mail=mail_id) from None
    if mail.outcome not in (Outcome.HELD, Outcome.PARKED):
        raise DecisionError("not_waiting", mail=mail_id, outcome=mail.outcome.value)
    return mail


def _round(services: Services, code: str | None) -> Round:
    if code is not None:
        found = services.round(code)
        if found is None:
            raise DecisionError("round", round=code, known=_list(r.code for r in services.rounds))
        return found
    now = services.now()
    begun = [r for r in services.rounds if r.is_open(now)]
    if len(begun) == 1:
        return begun[0]
    raise DecisionError("which_round", known=_list(r.code for r in services.rounds))


def _list(words: Iterable[object]) -> str:
    return ", ".join(str(w) for w in words)
