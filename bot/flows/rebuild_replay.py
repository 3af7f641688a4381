"""The second half of `rebuild`: what was found is played once more, in order of time, by the code of every day.

Mails are taken in at the instant at which they were, decisions come from their notes, and what was sent is put beside
them as sent, with the copy's own bytes. What the replay would send and the Sent folder has already is left out; an
answer that it lacks is queued under the Message-ID that it always had. Nothing is sent here, nobody is reminded.
A mail that nobody answered and that came after the last sign of life is new: where an answer is due to it, it is left
for the next run.

Failure policy: a mail that breaks us is parked and told; StoreError and OSError are our house's and end it all.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.decide.orders import read_order
from bot.documents.antivirus import ScannerDownError
from bot.domain.decision import Resolution
from bot.domain.intake import Bounce, IntakeResult
from bot.domain.mail import (
    InboundRecord,
    NoticeKind,
    NudgeMark,
    Outcome,
    OutgoingMail,
    OutgoingState,
    Reason,
)
from bot.domain.watch import Outage
from bot.flows.rebuild_decisions import resolution_again
from bot.flows.rebuild_plan import Pass, Plan
from bot.flows.rebuild_scan import Copy, NoteFound, Progress, Scan, Unmatched
from bot.flows.services import Services
from bot.flows.shelf import shelve_all
from bot.flows.taking import Taken, take_in
from bot.flows.trusted import SenderUnknownYet
from bot.mail.parse import parse
from bot.store.errors import StoreConflictError, StoreError
from bot.store.rebuilding import PastRefusal
from bot.store.vault import Vault


class ReplayClock:
    """Stands where the replay is."""

    travels = False

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move(self, at: datetime) -> None:
        self._at = at


@dataclass(slots=True)
class Replayed:
    """What it came to: how many answers are queued because the Sent folder lacks them, how many mails are left."""

    queued: int = 0
    left: int = 0
    unmatched: list[Unmatched] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    rank: int
    number: int
    act: Callable[[], None]


def replay(
    services: Services, clock: ReplayClock, found: Scan, made: Plan, spool: Vault, progress: Progress
) -> Replayed:
    """Plays it into the empty store of `services`, whose clock is `clock`."""
    return _Replay(services, clock, found, made, spool).run(progress)


class _Replay:
    def __init__(self, services: Services, clock: ReplayClock, found: Scan, made: Plan, spool: Vault) -> None:
        self.services, self.clock, self.spool = services, clock, spool
        self.scan, self.plan = found, made
        self.result = Replayed()
        self.by_kind: dict[str, list[NoteFound]] = {}
        for note in found.notes:
            self.by_kind.setdefault(note.note.kind, []).append(note)
        self.copies = self._copies()
        self.lost = self._lost()
        self.known_keys = {c.sent.mail.key for c in self.copies} | {n.note.facts["key"] for n in self.lost}
        self.decisions = self._decisions()
        self.orders = {n.note.facts["by_mail"]["id"]: n for n in self.decisions if n.note.facts.get("by_mail")}

    def run(self, progress: Progress) -> Replayed:
        store = self.services.store
        store.put_mails(self.plan.mails)
        for note in self.by_kind.get("quarantine", ()):
            store.quarantine(note.note.facts["sha256"], note.note.facts["signature"], note.note.at)
        events = sorted(self._events(), key=lambda e: (e.at, e.rank, e.number))
        for done, event in enumerate(events, 1):
            self.clock.move(event.at)
            event.act()
            progress("", done, len(events))
        for folder, (uidvalidity, uid) in self.scan.marks.items():
            store.note_seen(self.services.account, folder, uidvalidity, uid)
        for note in self.scan.notes:
            store.set_noted(note.note.about, note.message_id, note.noted_at)
        shelve_all(self.services)
        return self.result

    def _events(self) -> list[_Event]:
        """At one instant: what had been sent by then, mails, alerts (which follow from mails), decisions, and mails
        that a decision let go on.
        """
        events = []
        seen: set[int] = set()
        for n, p in enumerate(self.plan.passes):
            events.append(_Event(p.at, 3 if p.mail.id in seen else 0, n, lambda p=p: self._take(p)))  # type: ignore[misc]  # binds p
            seen.add(p.mail.id)
        for n, c in enumerate(self.copies):
            rank = 1 if c.sent.mail.kind is NoticeKind.ALERT else -1
            events.append(_Event(c.sent.at, rank, n, lambda c=c: self._put_copy(c)))  # type: ignore[misc]  # binds c
        for n, note in enumerate(self.lost):
            events.append(_Event(note.note.at, -1, n, lambda note=note: self._put_lost(note)))  # type: ignore[misc]  # binds note
        for note in self.decisions:
            if note.note.facts.get("by_mail") is None:
                number = note.note.facts["id"]
                events.append(_Event(note.note.at, 2, number, lambda note=note: self._decide(note)))  # type: ignore[misc]  # binds note
        for note in self.by_kind.get("outage", ()):
            events.append(_Event(note.note.at, 2, note.note.facts["id"], lambda note=note: self._outage(note)))  # type: ignore[misc]  # binds note
        return events

    def _copies(self) -> list[Copy]:
        """One a key, in the order in which they were composed; of several the first."""
        kept: dict[str, Copy] = {}
        for copy in sorted(self.scan.copies, key=lambda c: c.sent.at):
            first = kept.setdefault(copy.sent.mail.key, copy)
            if first is not copy and first.spooled != copy.spooled:
                self._unmatched("copy_twice", what=copy.sent.mail.subject)
        return list(kept.values())

    def _lost(self) -> list[NoteFound]:
        """Mails that went nowhere; one that went out after all is told by its copy, of two notes the later counts."""
        sent = {c.sent.mail.key for c in self.copies}
        last = {n.note.facts["key"]: n for n in self.by_kind.get("outgoing", ())}
        return [n for key, n in last.items() if key not in sent]

    def _decisions(self) -> list[NoteFound]:
        kept: dict[int, NoteFound] = {}
        for note in sorted(self.by_kind.get("decision", ()), key=lambda n: n.note.at):
            number = note.note.facts["id"]
            if kept.setdefault(number, note) is not note:
                self._unmatched("decision_twice", number=number)
        return [kept[number] for number in sorted(kept)]

    def _put_copy(self, copy: Copy) -> None:
        mail = copy.sent.mail
        self._put(mail, self.spool.read(copy.spooled), OutgoingState.SENT, copy.sent.at, copy.sent_at)

    def _put_lost(self, note: NoteFound) -> None:
        facts = note.note.facts
        mail = OutgoingMail(
            key=facts["key"],
            kind=NoticeKind(facts["kind"]),
            to=tuple(facts["to"]),
            cc=tuple(facts["cc"]),
            subject=facts["subject"],
            message_id=facts["message_id"],
            envelope_from=facts["envelope_from"],
            raw=b"",
            in_reply_to=facts["in_reply_to"],
            agency=facts["agency"],
            round=facts["round"],
            mail_id=facts["mail"]["id"] if facts["mail"] else None,
            nudges=tuple(NudgeMark(key, round_, step) for key, round_, step in facts["nudges"]),
        )
        state, queued_at = OutgoingState(facts["state"]), datetime.fromisoformat(facts["queued_at"])
        raw = self.spool.read(note.files[0][1]) if note.files else b""
        self._put(mail, raw, state, queued_at, None, attempts=facts["attempts"], last_error=facts["last_error"])

    def _put(
        self,
        mail: OutgoingMail,
        raw: bytes,
        state: OutgoingState,
        queued_at: datetime,
        sent_at: datetime | None,
        **tried: Any,
    ) -> None:
        refusals = [n.note for n in self.by_kind.get("refusal", ()) if n.note.facts["message_id"] == mail.message_id]
        past = [
            PastRefusal(
                r.facts["id"],
                Bounce(r.facts["address"], r.facts["permanent"], r.facts["diagnostic"]),
                r.at,
                r.facts["last_error"],
            )
            for r in refusals
        ]
        whole = replace(mail, raw=raw)
        put = self.services.store.put_outgoing(
            whole, state=state, queued_at=queued_at, sent_at=sent_at, refusals=past, **tried
        )
        if not put:
            self._unmatched("copy_twice", what=mail.subject)

    def _outage(self, note: NoteFound) -> None:
        facts = note.note.facts
        began, ended = (datetime.fromisoformat(facts[name]) for name in ("began", "ended"))
        self.services.store.put_outage(facts["id"], Outage(began, ended, facts["why"]))

    def _decide(self, note: NoteFound) -> None:
        recorded_at = datetime.fromisoformat(note.note.facts["recorded_at"])
        try:
            resolution = self._resolution(note)
            self.services.store.resolve(resolution, recorded_at)
            self.result.queued += len(resolution.outgoing)
        except (StoreConflictError, KeyError, ValueError) as error:
            self._unmatched("decision_lost", number=note.note.facts["id"], error=str(error))

    def _resolution(self, note: NoteFound) -> Resolution:
        return resolution_again(self.services, note, self.spool, self.known_keys, self.result.unmatched)

    def _take(self, p: Pass) -> None:
        record = self.services.store.mail(p.mail.id)
        if record.outcome is not Outcome.RECEIVED:
            return
        waited = p.waited.note.facts if p.waited else None
        if record.id in self.plan.gone and not self._is_at_hand(record):
            self._unmatched("mail_gone", mail=record.id, what=record.sender or ", ".join(p.keys))
            self.services.store.park(record.id, "the mail is gone from the mailbox and from the vault", p.at)
        elif waited and waited["outcome"] == Outcome.PARKED:
            told = waited["mail"]
            self.services.store.park(record.id, waited["error"], p.at, sender=told["sender"], subject=told["subject"])
        else:
            self._take_in(p, record)
        if waited:
            self.services.store.put_times(
                record.id,
                recorded_at=datetime.fromisoformat(waited["recorded_at"]),
                attempts=waited["attempts"],
                error=waited["error"],
            )

    def _take_in(self, p: Pass, record: InboundRecord) -> None:
        store = self.services.store
        try:
            note = self.orders.get(record.id)
            taken = self._ordered(record, note) if note else take_in(self.services, record)
            new = tuple(m for m in taken.outgoing if m.key not in self.known_keys)
            is_new = not p.is_told and self.plan.last_sign is not None and p.at > self.plan.last_sign
            if (is_new or self.plan.last_sign is None) and (new or taken.result.submissions or taken.resolution):
                self.result.left += 1
                return
            if self._differs(p, taken):
                self._unmatched("other_answer", mail=record.id, what=", ".join(p.keys))
            store.finish(taken.result, outgoing=new, now=p.at, resolution=taken.resolution, used_code=taken.used_code)
            self.result.queued += len(new)
        except (ScannerDownError, SenderUnknownYet):
            self.result.left += 1
        except StoreConflictError as error:
            self._broken(record, error, p.at)
        except (OSError, StoreError):
            raise
        except Exception as error:  # whatever it is, the others do not wait for it
            self._broken(record, error, p.at)

    def _ordered(self, record: InboundRecord, note: NoteFound) -> Taken:
        """A decision that came as an order: its note is believed, for the secret behind its code may be lost too."""
        mail = parse(self.services.vault.read(record.sha256))
        written = read_order(mail.subject, mail.text)
        result = IntakeResult(
            mail_id=record.id,
            outcome=Outcome.IGNORED,
            reason=Reason.ORDER.value,
            message_id=mail.message_id,
            sender=mail.sender or ", ".join(mail.from_addresses),
            subject=mail.subject,
            attachments=tuple((a.name, a.sha256, a.size) for a in mail.attachments),
        )
        resolution = self._resolution(note)
        code = written.code.text if written and written.code else ""
        return Taken(result, resolution=resolution, used_code=code)

    def _differs(self, p: Pass, taken: Taken) -> bool:
        """Whether what was answered then is not what comes out now."""
        if not p.keys or taken.resolution is not None:
            return False
        made = {m.key for m in taken.outgoing}
        return not made >= set(p.keys) if made else taken.result.outcome is Outcome.HELD

    def _is_at_hand(self, record: InboundRecord) -> bool:
        return bool(record.sha256) and self.services.vault.path(record.sha256).exists()

    def _broken(self, record: InboundRecord, error: Exception, at: datetime) -> None:
        self.services.store.park(record.id, "".join(traceback.format_exception(error)), at)
        self._unmatched("mail_broke", mail=record.id, error=f"{type(error).__name__}: {error}"[:300])

    def _unmatched(self, code: str, **params: str | int) -> None:
        self.result.unmatched.append(Unmatched(code, params))
