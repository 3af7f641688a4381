"""The coordinator's decisions: checked, recorded with who, when and why, and told to the agency in the same commit.

Each function here checks one and gives it back as a Resolution; `carry_out` commits it (an order in a mail is committed
together with that mail instead). Nothing that was received is ever changed; a decision stands beside it and the status
is derived anew. A decision that makes no sense is refused with a DecisionError that says what was found and what would
do. Those on mails that wait stand in `waiting`, those on a whole round in `round_decisions`; `undoing` takes back.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.letter import Enclosure
from bot.domain.mail import InboundRecord, Outcome
from bot.domain.submission import Finding, Submission, Verdict
from bot.flows.board import write_board
from bot.flows.by_hand import keep_files
from bot.flows.marked import marked_file
from bot.flows.round_decisions import grace, mute
from bot.flows.services import Services
from bot.flows.shelf import shelve
from bot.flows.targets import DecisionError, Target, listed, one_line, target
from bot.flows.telling import tell
from bot.flows.undoing import cannot_undo, undo
from bot.flows.waiting import asked_by, bind, dismiss, release, waiting_mail
from bot.store.vault import VaultError

__all__ = [
    "DecisionError",
    "Target",
    "accept",
    "asked_by",
    "bind",
    "cannot_undo",
    "carry_out",
    "decline",
    "dismiss",
    "excuse",
    "extend",
    "grace",
    "mute",
    "received",
    "release",
    "return_",
    "settled",
    "target",
    "undo",
    "waiting_mail",
]


def extend(
    services: Services, aim: Target, until: datetime, *, who: str, why: str, mail_id: int | None = None
) -> Resolution:
    """A new deadline. `until` is the first instant that is late; `mail_id` the waiting mail that this answers."""
    if until <= services.now():
        raise DecisionError("deadline_passed", until=until)
    return _decide(services, aim, DecisionKind.EXTEND, who, why, until=until, mail_id=mail_id)


def excuse(services: Services, aim: Target, *, who: str, why: str, mail_id: int | None = None) -> Resolution:
    """The agency need not report. `mail_id` is the waiting mail that this answers."""
    return _decide(services, aim, DecisionKind.EXCUSE, who, why, mail_id=mail_id)


def decline(services: Services, aim: Target, mail_id: int, *, who: str, why: str) -> Resolution:
    """What the agency asks for in that waiting mail is not granted; it is told so there, and the mail waits no
    longer.
    """
    return _decide(services, aim, DecisionKind.DECLINE, who, why, mail_id=mail_id)


def accept(services: Services, aim: Target, version: int | None, *, who: str, why: str) -> Resolution:
    """A version counts despite its findings: the newest one unless `version` says which."""
    return _decide(services, aim, DecisionKind.ACCEPT, who, why, version=_version(services, aim, version).version)


def return_(services: Services, aim: Target, version: int | None, *, who: str, why: str) -> Resolution:
    """A version goes back to the agency although the checks passed it, with what was found in it marked in its own
    file where that can be done.
    """
    found = _version(services, aim, version)
    return _decide(
        services,
        aim,
        DecisionKind.RETURN,
        who,
        why,
        version=found.version,
        findings=found.findings,
        enclosures=_marked(services, aim, found),
    )


def received(
    services: Services,
    aim: Target,
    *,
    at: datetime | None,
    files: Sequence[tuple[str, bytes]],
    who: str,
    why: str,
) -> Resolution:
    """A report that arrived by another channel (document system, by hand): accepted on the coordinator's word, also
    for a closed round. Of several `files` the one that the form is read from comes first, whatever their order here;
    later comparisons take that one.
    """
    why = one_line(why)
    now = services.now()
    when = at or now
    if when > now:
        raise DecisionError("ahead", at=when)
    if aim.form is None and len(aim.forms) > 1:
        raise DecisionError("which_form", agency=aim.agency.code, known=listed(aim.forms))
    form = services.forms[aim.forms[0]]
    version = services.store.next_version(aim.agency.code, aim.round.code, form.code)
    submission = Submission(
        agency=aim.agency.code,
        round=aim.round.code,
        form=form.code,
        version=version,
        received_at=when,
        verdict=Verdict.ACCEPTED,
        files=keep_files(services, aim, form, version, files),
        channel="other",
    )
    exact = Target(aim.round, aim.agency, form)
    return _decide(services, exact, DecisionKind.RECEIVED, who, why, version=version, submission=submission)


def carry_out(services: Services, resolution: Resolution) -> Decision:
    """Commits the decision with all that follows from it; `latest/` and the board follow."""
    decision = services.store.resolve(resolution, services.now())
    settled(services, decision)
    write_board(services, services.now())
    return decision


def settled(services: Services, decision: Decision) -> None:
    """What is done once a decision is committed: another version may be the one that stands now."""
    if decision.version is not None:
        shelve(services, decision.round, decision.agency)
    services.journal.info(
        "decision", kind=decision.kind.value, agency=decision.agency, round=decision.round, who=decision.who
    )


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
    mail_id: int | None = None,
    findings: Sequence[Finding] = (),
    enclosures: Sequence[Enclosure] = (),
) -> Resolution:
    question: InboundRecord | None = asked_by(services, mail_id, aim.agency.code) if mail_id is not None else None
    decision = Decision(
        kind,
        services.now(),
        who,
        one_line(why),
        round=aim.round.code,
        agency=aim.agency.code,
        form=aim.form.code if aim.form else None,
        version=version,
        until=until,
        mail_id=mail_id,
    )
    told = tell(services, aim, decision, question=question, findings=findings, enclosures=enclosures)
    # A mail that was taken in as a report waits for nothing, although it asked for something beside.
    closes = (question.id,) if question and question.outcome in (Outcome.HELD, Outcome.PARKED) else ()
    return Resolution(decision, outgoing=told, submission=submission, closes=closes)


def _marked(services: Services, aim: Target, submission: Submission) -> tuple[Enclosure, ...]:
    """The agency's own file with its findings marked; nothing where there is nothing to mark, or the file is gone."""
    if aim.form is None or not submission.findings or not submission.files:
        return ()
    main = submission.files[0]
    try:
        payload = services.vault.read(main.sha256)
    except VaultError:
        services.journal.warning("file_missing", form=aim.form.code, sha256=main.sha256)
        return ()
    document = services.sandbox.read(payload, main.name)
    marked = marked_file(services, aim.form, submission.findings, main.name, payload, document)
    return (marked,) if marked else ()


def _version(services: Services, aim: Target, version: int | None) -> Submission:
    """The submission of that version, the newest without one."""
    if aim.form is None:
        raise DecisionError("which_form", agency=aim.agency.code, known=listed(aim.forms))
    versions = {
        s.version: s
        for s in services.store.submissions(round=aim.round.code, agency=aim.agency.code)
        if s.form == aim.form.code
    }
    if not versions:
        raise DecisionError("nothing_sent", agency=aim.agency.code, form=aim.form.code, round=aim.round.code)
    if version is not None and version not in versions:
        raise DecisionError("version", version=version, known=listed(versions))
    return versions[version if version is not None else max(versions)]
