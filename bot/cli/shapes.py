"""The JSON shapes of the contract, and nothing else: domain objects in, plain values out.

Times are ISO 8601 with the office's offset. More keys may be added, none of these may go.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from bot.domain.decision import Decision
from bot.domain.digest import DigestItem, DigestMail, DigestNotice
from bot.domain.letter import Why
from bot.domain.mail import InboundRecord, NudgeRecord, OutgoingRecord
from bot.domain.office import Language, WorkingTime
from bot.domain.round import ObligationStatus, RoundState
from bot.domain.submission import Finding, StoredFile, Submission
from bot.domain.words import FindingWords
from bot.flows.services import Services
from bot.screens import say_why

Json = dict[str, Any]


def instant(moment: datetime | None, zone: tzinfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment else None


def finding(found: Finding) -> Json:
    return {
        "code": found.code,
        "severity": found.severity.value,
        "place": found.place.as_json(),
        "params": found.params,
    }


def stored_file(file: StoredFile) -> Json:
    return {"name": file.name, "sha256": file.sha256, "size": file.size, "path": file.path}


def submission(sent: Submission) -> Json:
    return {
        "form": sent.form,
        "version": sent.version,
        "verdict": sent.verdict.value,
        "findings": [finding(f) for f in sent.findings],
        "files": [stored_file(f) for f in sent.files],
        "receipt_number": sent.receipt_number,
    }


def mail(record: InboundRecord, replies: Sequence[OutgoingRecord], zone: tzinfo) -> Json:
    """One inbound mail. Findings that belong to no form stand in a last entry whose form is null."""
    submissions = [submission(s) for s in record.submissions]
    if record.findings:
        verdict = "correction" if any(f.severity == "error" for f in record.findings) else "accepted_with_remarks"
        loose = [finding(f) for f in record.findings]
        submissions.append({"form": None, "version": None, "verdict": verdict, "findings": loose, "files": []})
    return {
        "id": record.id,
        "message_id": record.message_id,
        "sha256": record.sha256,
        "received_at": instant(record.received_at, zone),
        "from": record.sender,
        "subject": record.subject,
        "outcome": record.outcome.value,
        "reason": record.reason,
        "agency": record.agency,
        "round": record.round,
        "duplicate_of": record.duplicate_of,
        "submissions": submissions,
        "replies": [
            {"message_id": r.mail.message_id, "kind": r.mail.kind.value, "state": r.state.value} for r in replies
        ],
    }


def mail_in_full(record: InboundRecord, replies: Sequence[OutgoingRecord], raw_path: str, zone: tzinfo) -> Json:
    """`show --json`: the same, with the evidence, the attachments and where the raw mail is."""
    return mail(record, replies, zone) | {
        "folder": record.ref.folder,
        "uidvalidity": record.ref.uidvalidity,
        "uid": record.ref.uid,
        "size": record.size,
        "raw_path": raw_path,
        "finished_at": instant(record.finished_at, zone),
        "attempts": record.attempts,
        "last_error": record.last_error,
        "evidence": [
            {
                "about": e.about,
                "value": e.value,
                "source": e.source.value,
                "found": e.found,
                "file": e.file,
                "agrees": e.agrees,
            }
            for e in record.evidence
        ],
        "attachments": [{"name": n, "sha256": s, "size": size} for n, s, size in record.attachments],
    }


def outgoing(record: OutgoingRecord, zone: tzinfo) -> Json:
    return {
        "key": record.mail.key,
        "kind": record.mail.kind.value,
        "to": list(record.mail.to),
        "cc": list(record.mail.cc),
        "subject": record.mail.subject,
        "message_id": record.mail.message_id,
        "in_reply_to": record.mail.in_reply_to,
        "state": record.state.value,
        "attempts": record.attempts,
        "next_at": instant(record.next_at, zone),
        "sent_at": instant(record.sent_at, zone),
        "last_error": record.last_error,
        "agency": record.mail.agency,
        "round": record.mail.round,
    }


def nudge(record: NudgeRecord, void: Collection[str], zone: tzinfo) -> Json:
    """One step that was spoken for. Its own kind stands in its key; the mail's may be that of another step in it."""
    return {
        "step": record.mark.step,
        "sent_at": instant(record.outgoing.sent_at, zone),
        "state": record.outgoing.state.value,
        "kind": record.mark.key.partition(":")[0],
        "key": record.mark.key,
        "delivered": record.mark.key not in void,
    }


def why(reason: Why, language: Language, working_time: WorkingTime) -> Json:
    """A reason: its stable code, what fills its words, and the words."""
    params = {
        name: instant(value, working_time.timezone) if isinstance(value, datetime) else value
        for name, value in reason.params.items()
    }
    return {"code": str(reason.code), "params": params, "says": say_why(language, reason, working_time)}


def status(
    services: Services,
    state: RoundState,
    nudges: Sequence[NudgeRecord],
    void: Collection[str],
    undelivered: Collection[str],
    reasons: Mapping[str, Why] | None,
    language: Language,
) -> Json:
    """`status --json`; with `reasons` (`--why`) each agency has a `why`, null where nothing is asked of it now.
    `undelivered` are the agencies whom no mail of ours reaches and of which nothing has come.
    """
    working_time = services.office.working_time
    zone = working_time.timezone
    of_agency: dict[str, list[NudgeRecord]] = {}
    for record in nudges:
        of_agency.setdefault(record.agency, []).append(record)
    newest = {
        (s.agency, s.form): s
        for s in sorted(services.store.submissions(round=state.round.code), key=lambda s: s.version)
    }
    agencies: list[Json] = []
    for code, obligations in state.by_agency():
        agencies.append(
            {
                "agency": code,
                "name": services.registry.get(code).name,
                "obligations": [
                    {
                        "form": o.form,
                        "status": o.status.value,
                        "version": o.version,
                        "first_received_at": instant(o.first_received_at, zone),
                        "first_valid_at": instant(o.first_valid_at, zone),
                        "late": o.is_late,
                        "findings": [finding(f) for f in newest[code, o.form].findings] if o.version else [],
                        "deadline": instant(o.deadline.instant, zone),
                        "latest_version": o.latest_version,
                        "reason": o.reason,
                    }
                    for o in obligations
                ],
                "nudges": [nudge(n, void, zone) for n in of_agency.get(code, ())],
                "undelivered": code in undelivered,
            }
        )
        if reasons is not None:
            reason = reasons.get(code)
            agencies[-1]["why"] = why(reason, language, working_time) if reason else None
    return {
        "round": state.round.code,
        "period": state.round.period.code,
        "deadline": instant(state.round.deadline.instant, zone),
        "as_of": instant(state.as_of, zone),
        "totals": {s.value: sum(o.status is s for o in state.obligations) for s in ObligationStatus},
        "agencies": agencies,
    }


def decision(taken: Decision, zone: tzinfo) -> Json:
    return {
        "id": taken.id,
        "decision": taken.kind.value,
        "at": instant(taken.at, zone),
        "who": taken.who,
        "why": taken.why,
        "round": taken.round,
        "agency": taken.agency,
        "form": taken.form,
        "version": taken.version,
        "until": instant(taken.until, zone),
        "address": taken.address,
        "mail": taken.mail_id,
        "undoes": taken.undoes,
        "by_mail": taken.by_mail,
    }


def digest(notice: DigestNotice, zone: tzinfo) -> Json:
    def line(m: DigestMail) -> Json:
        return {
            "mail": m.mail_id,
            "received_at": instant(m.received_at, zone),
            "from": m.sender,
            "subject": m.subject,
            "outcome": m.outcome,
            "reason": m.reason,
            "agency": m.agency.code if m.agency else None,
        }

    def item(i: DigestItem) -> Json:
        return {
            "what": i.what,
            "mail": i.mail.mail_id if i.mail else None,
            "round": i.round.code if i.round else None,
            "agency": i.agency.code if i.agency else None,
            "form": i.form.code if i.form else None,
            "version": i.version,
            "answers": [{"action": link.order.action.value, "subject": link.subject} for link in i.links],
        }

    return {
        "key": notice.key,
        "to": list(notice.to),
        "at": instant(notice.at, zone),
        "since": instant(notice.since, zone),
        "rounds": [
            {
                "round": page.round.code,
                "total": page.total,
                "done": page.done,
                "needs_correction": page.needs_correction,
                "held": page.held,
                "partial": page.partial,
                "silent": page.silent,
                "undelivered": page.undelivered,
                "muted": page.muted_by or None,
                "days_left": page.days_left,
                "groups": [
                    {"group": g.name, "done": g.done, "needs_correction": g.needs_correction, "total": g.total}
                    for g in page.groups
                ],
                "late": [a.agency.code for a in page.agencies if a.late],
                "overdue": [a.agency.code for a in page.agencies if a.overdue],
                "changes": [
                    {
                        "at": instant(c.at, zone),
                        "what": c.what,
                        "agency": c.agency.code if c.agency else None,
                        "form": c.form.code if c.form else None,
                        "undone": c.undone,
                    }
                    for c in page.changes
                ],
            }
            for page in notice.rounds
        ],
        "items": [item(i) for i in notice.items],
        "waiting": list({i.mail.mail_id: line(i.mail) for i in notice.items if i.mail and i.what != "sender"}.values()),
        "unknown_senders": [line(i.mail) for i in notice.items if i.mail and i.what == "sender"],
        "ignored": [line(m) for m in notice.ignored],
        "bounces": [{"address": b.address, "at": instant(b.at, zone), "error": b.error} for b in notice.bounces],
        "rescued": [line(m) for m in notice.rescued],
        "troubles": [{"code": t.code, "since": instant(t.since, zone)} for t in notice.troubles],
        "unproven": list(notice.unproven),
        "counts": [
            {"folder": c.folder, "at": instant(c.at, zone), "on_server": c.on_server, "missing": c.missing}
            for c in notice.counts
        ],
        "unsent": [{"key": u.key, "state": u.state, "error": u.error, "to": list(u.to)} for u in notice.unsent],
    }


def checked_file(
    name: str,
    form: str | None,
    verdict: str,
    findings: Sequence[Finding],
    say: Callable[[Finding, str], FindingWords],
    title: str,
) -> Json:
    """`check --json`: findings with their words as `message`."""
    return {
        "file": name,
        "form": form,
        "verdict": verdict,
        "findings": [finding(f) | {"message": say(f, title).message} for f in findings],
    }
