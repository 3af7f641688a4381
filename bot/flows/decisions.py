"""The coordinator's decisions: checked, recorded with who, when and why, and told to the agency in the same commit.

Each function here checks one and gives it back as a Resolution; `carry_out` commits it (an order in a mail is committed
together with that mail instead). Nothing that was received is ever changed; a decision stands beside it and the status
is derived anew. A decision that makes no sense is refused with a DecisionError that says what was found and what would
do. Those on mails that wait stand in `waiting`.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.decide.obligations import deadline_for
from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.mail import OutgoingMail
from bot.domain.notice import DecisionNotice
from bot.domain.submission import Submission, Verdict
from bot.flows.by_hand import keep_files
from bot.flows.services import Services
from bot.flows.shelf import shelve
from bot.flows.targets import DecisionError, Target, listed, one_line, target
from bot.flows.waiting import bind, dismiss, release

__all__ = [
    "DecisionError",
    "Target",
    "accept",
    "bind",
    "carry_out",
    "dismiss",
    "excuse",
    "extend",
    "received",
    "release",
    "return_",
    "settled",
    "target",
]


def extend(services: Services, aim: Target, until: datetime, *, who: str, why: str) -> Resolution:
    """A new deadline. `until` is the first instant that is late."""
    if until <= services.now():
        raise DecisionError("deadline_passed", until=until)
    return _decide(services, aim, DecisionKind.EXTEND, who, why, until=until)


def excuse(services: Services, aim: Target, *, who: str, why: str) -> Resolution:
    """The agency need not report."""
    return _decide(services, aim, DecisionKind.EXCUSE, who, why)


def accept(services: Services, aim: Target, version: int | None, *, who: str, why: str) -> Resolution:
    """A version counts despite its findings: the newest one unless `version` says which."""
    return _decide(services, aim, DecisionKind.ACCEPT, who, why, version=_version(services, aim, version))


def return_(services: Services, aim: Target, version: int | None, *, who: str, why: str) -> Resolution:
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
    """Commits the decision with all that follows from it; `latest/` follows."""
    decision = services.store.resolve(resolution, services.now())
    settled(services, decision)
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
) -> Resolution:
    now = services.now()
    decision = Decision(
        kind,
        now,
        who,
        one_line(why),
        round=aim.round.code,
        agency=aim.agency.code,
        form=aim.form.code if aim.form else None,
        version=version,
        until=until,
    )
    return Resolution(decision, outgoing=_told(services, aim, decision), submission=submission)


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
    return version or max(versions)
