"""What the mailbox tells, put into order: which id each mail had, and when it was taken in, decided on and answered.

A mail is taken in once, and once more after each decision that let it go on. When that was is told by its answer, by
the note of a mail that waited, or by the note of the decision that it ordered; of one that nobody answered, it lies
after its receipt, and not before those that were taken in before it. Pure: facts in, a plan out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.ledger import Unnumbered, number_mails
from bot.domain.mail import MessageRef
from bot.flows.rebuild_scan import Copy, Found, NoteFound, Scan
from bot.store.rebuilding import PastMail


@dataclass(frozen=True, slots=True)
class Pass:
    """One taking in of a mail at an instant. `is_told`: an answer or a note says when; `waited` is the note of the
    mail that waited after it, if any.
    """

    mail: PastMail
    at: datetime
    is_told: bool
    keys: tuple[str, ...] = ()
    waited: NoteFound | None = None


@dataclass(slots=True)
class Plan:
    """Everything in order. `gone`: ids of mails that lie in the mailbox no longer; `last_sign`: when the house last did
    anything that others tell of.
    """

    mails: list[PastMail] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    passes: list[Pass] = field(default_factory=list)
    last_sign: datetime | None = None


@dataclass(slots=True)
class _Known:
    """What answers and notes tell of one mail."""

    sha256: str
    message_id: str
    ref: MessageRef
    size: int
    received_at: datetime
    sender: str = ""
    subject: str = ""


def plan(scan: Scan, account: str, inbox_folder: str) -> Plan:
    """The order of things. `account` is what the refs of mails carry."""
    known = _known(scan, account)
    numbered, gone = _numbers(scan.mails, known, inbox_folder)
    decisions = [n for n in scan.notes if n.note.kind == "decision"]
    waited = {(n.note.facts["mail"]["id"], n.note.facts["finished_at"]): n for n in scan.notes if n.note.kind == "mail"}
    found = {m.message.ref: m for m in scan.mails}
    made = Plan(gone=gone)
    for ref, number in numbered.items():
        it, told = found[ref], known.get(number)
        came = told.received_at if told and told.ref.uid else it.message.internal_date
        made.mails.append(
            PastMail(
                number, ref, it.sha256, it.message.size, came, came, it.sender, it.subject, head_sha256=it.head_sha256
            )
        )
    for number in sorted(gone):
        it_was = known[number]
        made.mails.append(
            PastMail(
                number,
                it_was.ref,
                it_was.sha256,
                it_was.size,
                it_was.received_at,
                it_was.received_at,
                it_was.sender,
                it_was.subject,
            )
        )
    made.mails.sort(key=lambda m: m.id)
    times = [c.sent.at for c in scan.copies] + [n.note.at for n in scan.notes]
    made.last_sign = max(times, default=None)
    made.passes = _passes(made.mails, scan.copies, decisions, waited)
    first = {p.mail.id: p.at for p in reversed(made.passes)}
    made.mails = [replace(m, recorded_at=max(m.recorded_at, first[m.id])) for m in made.mails]
    return made


def _known(scan: Scan, account: str) -> dict[int, _Known]:
    known: dict[int, _Known] = {}
    for copy in scan.copies:
        origin = copy.sent.origin
        if origin is not None and copy.sent.in_pass:
            known[origin.mail_id] = _Known(origin.sha256, copy.sent.mail.in_reply_to, origin.ref, 0, origin.received_at)
    for note in scan.notes:
        for told in _mails_in(note.note.facts):
            ref = MessageRef(account, told["folder"], told["uidvalidity"], told["uid"])
            came = datetime.fromisoformat(told["received_at"])
            known[told["id"]] = _Known(
                told["sha256"], told["message_id"], ref, told["size"], came, told["sender"], told["subject"]
            )
    return known


def _mails_in(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    single = [facts.get("mail"), facts.get("by_mail")]
    return [m for m in (*single, *facts.get("reopened", ()), *facts.get("closed", ())) if m]


def _numbers(
    mails: Sequence[Found], known: Mapping[int, _Known], inbox_folder: str
) -> tuple[dict[MessageRef, int], set[int]]:
    """Each mail's id, and the ids of mails that are gone. A mail is the one that was meant when it lies where it lay
    with the bytes that it had; or else by its bytes alone (moved, UIDVALIDITY changed), the first such; or else, where
    an old copy names no bytes, by its Message-ID.
    """
    ids: dict[MessageRef, int] = {}
    open_ = dict(known)

    def settle(is_it: Any) -> None:
        for number, told in list(open_.items()):
            hit = next((m for m in mails if m.message.ref not in ids and is_it(m, told)), None)
            if hit is not None:
                ids[hit.message.ref] = number
                del open_[number]

    by_ref = {m.message.ref: m for m in mails}
    for number, told in list(open_.items()):
        hit = by_ref.get(told.ref)
        # Of one that is over the limit by now, no more than the header was read: there its place alone counts.
        if hit is not None and hit.sha256 in ("", told.sha256):
            ids[hit.message.ref] = number
            del open_[number]
    settle(lambda m, told: told.sha256 and m.sha256 == told.sha256)
    settle(lambda m, told: not told.sha256 and told.message_id and m.message_id == told.message_id)
    listed = [Unnumbered(m.message.ref, m.message.internal_date, ids.get(m.message.ref)) for m in mails]
    return number_mails(listed, inbox_folder, sorted(open_)), set(open_)


def _passes(
    mails: Sequence[PastMail],
    copies: Sequence[Copy],
    decisions: Sequence[NoteFound],
    waited: Mapping[tuple[int, str], NoteFound],
) -> list[Pass]:
    answers: defaultdict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for copy in copies:
        if copy.sent.in_pass and copy.sent.mail.mail_id is not None:
            answers[copy.sent.mail.mail_id].append((copy.sent.at, copy.sent.mail.key))
    reopened: defaultdict[int, list[datetime]] = defaultdict(list)
    ordered: dict[int, datetime] = {}
    for note in decisions:
        for told in note.note.facts.get("reopened", ()):
            reopened[told["id"]].append(datetime.fromisoformat(note.note.facts["recorded_at"]))
        if note.note.facts.get("by_mail"):
            ordered[note.note.facts["by_mail"]["id"]] = note.note.at
    held: defaultdict[int, list[tuple[datetime, NoteFound]]] = defaultdict(list)
    for (mail_id, finished_at), note in waited.items():
        held[mail_id].append((datetime.fromisoformat(finished_at), note))
    passes = [
        p
        for mail in mails
        for p in _of_mail(mail, answers[mail.id], sorted(reopened[mail.id]), held[mail.id], ordered.get(mail.id))
    ]
    return _settled(passes)


def _of_mail(
    mail: PastMail,
    answers: Sequence[tuple[datetime, str]],
    reopened: Sequence[datetime],
    held: Sequence[tuple[datetime, NoteFound]],
    ordered: datetime | None,
) -> list[Pass]:
    """One pass before the first reopening, and one after each."""
    found = []
    starts = [None, *reopened]
    ends = [*reopened, None]
    for start, end in zip(starts, ends, strict=True):

        def within(at: datetime, start: datetime | None = start, end: datetime | None = end) -> bool:
            return (start is None or at >= start) and (end is None or at < end)

        mine = [(at, key) for at, key in answers if within(at)]
        waits = [(at, note) for at, note in held if within(at)]
        times = [at for at, _ in (*mine, *waits)] + ([ordered] if ordered and within(ordered) else [])
        guess = start or (min(mail.received_at, end) if end else mail.received_at)
        found.append(
            Pass(
                mail,
                min(times, default=guess),
                bool(times),
                tuple(key for _, key in mine),
                waits[0][1] if waits else None,
            )
        )
    return found


def _settled(passes: Sequence[Pass]) -> list[Pass]:
    """In order of time. One that nobody tells of comes after every first pass of a mail that was recorded before it and
    came before it: a turn takes in what is recorded, oldest first.
    """
    first: dict[int, Pass] = {}
    for p in passes:
        first.setdefault(p.mail.id, p)
    settled, latest = [], None
    in_order = sorted(first.values(), key=lambda p: (p.mail.received_at, p.mail.id))
    floors: dict[int, datetime] = {}
    told: list[Pass] = []
    for p in in_order:
        if not p.is_told:
            before = [q.at for q in told if q.mail.id < p.mail.id]
            latest = max(before, default=None)
            floors[p.mail.id] = max(p.at, latest) if latest else p.at
        else:
            told.append(p)
    for p in passes:
        is_first = first[p.mail.id] is p
        settled.append(replace(p, at=floors[p.mail.id]) if is_first and p.mail.id in floors else p)
    return sorted(settled, key=lambda p: (p.at, p.mail.received_at, p.mail.id))
