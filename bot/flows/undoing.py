"""Taking a decision back. Nothing is erased: an `undo` stands behind it in the log, and the status is derived anew.

What others have built on cannot be taken back: a mail that went on, a report that was noted, a refusal that was told.
The DecisionError says what would do instead.
"""

from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.mail import OutgoingMail
from bot.flows.round_decisions import tell_round
from bot.flows.services import Services
from bot.flows.targets import DecisionError, Target, one_line
from bot.flows.telling import tell

# Not told to anybody when they were taken, so not when they are taken back.
_SILENT = (DecisionKind.BIND, DecisionKind.MUTE)


def undo(services: Services, decision_id: int, *, who: str, why: str) -> Resolution:
    """That decision no longer holds; the agencies that were told of it are told so."""
    log = services.store.decision_log()
    old = next((d for d in log if d.id == decision_id), None)
    if old is None:
        raise DecisionError("no_decision", decision=decision_id)
    if by := next((d for d in log if d.undoes == decision_id), None):
        raise DecisionError("undone_already", decision=decision_id, by=by.id)
    if lasting := cannot_undo(old):
        raise lasting
    decision = Decision(
        DecisionKind.UNDO,
        services.now(),
        who,
        one_line(why),
        round=old.round,
        agency=old.agency,
        form=old.form,
        version=old.version,
        undoes=old.id,
    )
    return Resolution(decision, outgoing=() if old.kind in _SILENT else _told(services, decision, old))


def cannot_undo(decision: Decision) -> DecisionError | None:
    """Why a decision of this kind stays, and what would do instead; None when it can be taken back."""
    match decision.kind:
        case DecisionKind.RECEIVED:
            return DecisionError("undo_received", decision=decision.id)
        case DecisionKind.RELEASE:
            return DecisionError("undo_release", decision=decision.id, mail=decision.mail_id)
        case DecisionKind.DECLINE:
            return DecisionError("undo_decline", decision=decision.id)
        case DecisionKind.UNDO:
            return DecisionError("undo_undo", decision=decision.id, undone=decision.undoes)
    return None


def _told(services: Services, decision: Decision, old: Decision) -> tuple[OutgoingMail, ...]:
    round_ = services.round(old.round)
    if round_ is None:  # gone from the configuration since: nobody can be told of which deadline
        return ()
    if old.kind is DecisionKind.GRACE:
        return tell_round(services, round_, decision, takes_back=old)
    form = services.forms.get(old.form or "")
    if old.agency not in services.registry or not round_.of(old.agency):
        return ()
    return tell(services, Target(round_, services.registry.get(old.agency), form), decision, takes_back=old)
