"""A decision put back from its note: the row as it was, what followed from it, and what it told where the Sent folder
has no copy.

The note tells which mails went on and which were put aside; a report handed in by hand comes with its files. What was
told is written again by the very code that wrote it, at the decision's instant, so that its Message-ID is the same.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.decision import Decision, DecisionKind, Resolution
from bot.domain.mail import OutgoingMail
from bot.domain.submission import StoredFile, Submission, Verdict
from bot.flows import decisions
from bot.flows.rebuild_scan import NoteFound, Unmatched
from bot.flows.round_decisions import tell_round
from bot.flows.services import Services
from bot.flows.targets import DecisionError, Target, target
from bot.flows.telling import next_number, tell
from bot.store.vault import Vault, VaultError

_SILENT = (DecisionKind.BIND, DecisionKind.RELEASE, DecisionKind.MUTE)


def decision_of(facts: Mapping[str, Any]) -> Decision:
    """The decision as the note tells it. KeyError and ValueError when it does not."""
    mail, by_mail = facts.get("mail"), facts.get("by_mail")
    return Decision(
        kind=DecisionKind(facts["kind"]),
        at=datetime.fromisoformat(facts["at"]),
        who=facts["who"],
        why=facts["why"],
        round=facts["round"],
        agency=facts["agency"],
        form=facts["form"],
        version=facts["version"],
        until=datetime.fromisoformat(facts["until"]) if facts["until"] else None,
        address=facts["address"],
        mail_id=mail["id"] if mail else None,
        undoes=facts["undoes"],
        by_mail=by_mail["id"] if by_mail else None,
        id=facts["id"],
    )


def resolution_again(
    services: Services, found: NoteFound, spool: Vault, known_keys: Collection[str], unmatched: list[Unmatched]
) -> Resolution:
    """All that follows from the noted decision; `known_keys` are mails that the Sent folder or a note has."""
    facts = found.note.facts
    decision = decision_of(facts)
    told = [m for m in _told(services, decision, known_keys, unmatched) if m.key not in known_keys]
    return Resolution(
        decision,
        outgoing=tuple(told),
        submission=_submission(services, found, decision, spool, unmatched),
        reopens=tuple(m["id"] for m in facts["reopened"]),
        closes=tuple(m["id"] for m in facts["closed"]),
    )


def _told(
    services: Services, decision: Decision, known_keys: Collection[str], unmatched: list[Unmatched]
) -> tuple[OutgoingMail, ...]:
    if decision.kind in _SILENT or (decision.kind is DecisionKind.DECLINE and not decision.agency):
        return ()
    key = f"decision:{decision.kind}:{decision.round}:{decision.agency}:{decision.id}"
    if decision.agency and key in known_keys:
        return ()
    params: dict[str, str | int] = {"number": decision.id or 0, "agency": decision.agency or decision.round}
    if next_number(services) != decision.id:
        unmatched.append(Unmatched("decision_untold", params))
        return ()
    try:
        return _written(services, decision)
    except (DecisionError, KeyError, LookupError):
        unmatched.append(Unmatched("decision_untold", params))
        return ()


def _written(services: Services, decision: Decision) -> tuple[OutgoingMail, ...]:
    who, why, mail_id = decision.who, decision.why, decision.mail_id
    if decision.kind is DecisionKind.UNDO:
        return decisions.undo(services, decision.undoes or 0, who=who, why=why).outgoing
    if decision.kind is DecisionKind.GRACE:
        round_ = services.round(decision.round)
        return tell_round(services, round_, decision) if round_ else ()
    aim: Target = target(services, decision.agency, decision.round, decision.form)
    match decision.kind:
        case DecisionKind.EXTEND if decision.until is not None:
            return decisions.extend(services, aim, decision.until, who=who, why=why, mail_id=mail_id).outgoing
        case DecisionKind.EXCUSE:
            return decisions.excuse(services, aim, who=who, why=why, mail_id=mail_id).outgoing
        case DecisionKind.DECLINE if mail_id is not None:
            return decisions.decline(services, aim, mail_id, who=who, why=why).outgoing
        case DecisionKind.ACCEPT:
            return decisions.accept(services, aim, decision.version, who=who, why=why).outgoing
        case DecisionKind.RETURN:
            return decisions.return_(services, aim, decision.version, who=who, why=why).outgoing
    return tell(services, aim, replace(decision, id=None))


def _submission(
    services: Services, found: NoteFound, decision: Decision, spool: Vault, unmatched: list[Unmatched]
) -> Submission | None:
    """What was handed in by hand, its files kept and published anew."""
    said = found.note.facts.get("submission")
    if not said or decision.form is None or decision.version is None:
        return None
    bytes_of = dict(found.files)
    files = []
    for file in said["files"]:
        name, sha256 = file["name"], file["sha256"]
        where = (decision.round, decision.agency, decision.form, decision.version)
        try:
            if name in bytes_of:
                services.vault.save(spool.read(bytes_of[name]))
            path = services.vault.publish(*where, name, sha256)
        except VaultError:
            unmatched.append(Unmatched("file_gone", {"number": decision.id or 0, "what": name}))
            path = ""
        files.append(StoredFile(name, sha256, file["size"], path))
    return Submission(
        agency=decision.agency,
        round=decision.round,
        form=decision.form,
        version=decision.version,
        received_at=datetime.fromisoformat(said["received_at"]),
        verdict=Verdict(said["verdict"]),
        files=tuple(files),
        channel=said["channel"],
    )
