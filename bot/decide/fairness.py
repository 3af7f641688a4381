"""The fairness gate: whom nobody may tell now that a report is missing, because it may be lying in the mailbox.

Flow: was everything read (inbox and Spam)? → does a mail lie unfinished? → is there a parked mail of nobody knows whom?
The first that holds silences all nudges. Otherwise each agency is left alone of which a waiting mail may hold more:
its own, or one from a stranger's address that names it (document, tag, subject, file name). A letter without a file
holds no report, so it blocks nobody.

What a stranger sent keeps all of that back for two working days only, counted from the oldest such mail, so that nobody
can silence us by writing again and again. After that a reminder goes out before the deadline: it says when the report
is due and does no harm to who has sent it. That something is late is a reproach, which the mail in our hands may belie:
it stays unsaid until the coordinator has decided. Pure; never fails.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.form import Severity
from bot.domain.letter import Why
from bot.domain.mail import EvidenceSource, InboundRecord, Outcome, Reason
from bot.domain.office import WorkingTime

STRANGERS_HOLD = 2
"""For so many working days after its own a stranger's mail keeps reminders back."""

_NAMING = frozenset(
    {
        EvidenceSource.DOCUMENT,
        EvidenceSource.TAG,
        EvidenceSource.SUBJECT,
        EvidenceSource.FILE_NAME,
        EvidenceSource.SENDER_ADDRESS,
        EvidenceSource.SENDER_DOMAIN,
        EvidenceSource.DECISION,
    }
)
"""What names an agency in a mail that is nobody's yet. The body may name anybody: whoever is in copy, say."""
_NAMED = "blocked_named"


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the mailbox is known. `why`: nobody may be reminded now; None: it was read to its end. `blocked`: the
    agencies that are left alone, each with the waiting mail that may hold its report. `why_late` and `blocked_late` are
    the same for what says that something is late; a reminder before the deadline may go out in spite of them.
    """

    why: Why | None = None
    blocked: Mapping[str, Why] = field(default_factory=dict)
    why_late: Why | None = None
    blocked_late: Mapping[str, Why] = field(default_factory=dict)

    def silence(self, agency: str, *, late: bool) -> Why | None:
        """Why that agency may not be told now that something is missing (`late`: that it is late); None: it may."""
        if found := self.why or self.blocked.get(agency):
            return found
        return (self.why_late or self.blocked_late.get(agency)) if late else None


def judge_reading(
    mails: Iterable[InboundRecord],
    *,
    whose: Callable[[InboundRecord], Collection[str]],
    open_rounds: Collection[str],
    inbox_folder: str,
    now: datetime,
    working_time: WorkingTime,
    trouble: str = "",
) -> Reading:
    """What may be said at `now` (aware) of what is missing, given the mails that are unfinished, held or parked.

    `whose` leads from a record to the agencies that its sender's address belongs to; a held mail of a round that is
    not among `open_rounds` blocks nobody. `trouble`: why the mailbox was not read to its end, empty when it was.
    """
    waiting = tuple(mails)
    blocked: dict[str, Why] = {}
    named: dict[str, list[tuple[InboundRecord, Why]]] = {}
    aside: dict[str, list[InboundRecord]] = {}
    for mail in waiting:
        if mail.reason == Reason.FLOOD and mail.outcome is Outcome.HELD:
            for agency in whose(mail):
                aside.setdefault(agency, []).append(mail)
            continue
        for agency, why in _blocked_by(mail, whose(mail), open_rounds):
            if why.code == _NAMED:
                named.setdefault(agency, []).append((mail, why))
            else:
                blocked.setdefault(agency, why)

    def still_holds(strange: Iterable[InboundRecord]) -> bool:
        first = working_time.local(min(mail.received_at for mail in strange)).date()
        return working_time.local(now).date() <= working_time.add_working_days(first, STRANGERS_HOLD)

    # Anybody can flood us in an agency's name: for so long its report may be among it, and then it is told all.
    for agency, put_aside in aside.items():
        if still_holds(put_aside):
            blocked.setdefault(agency, Why("blocked_held", {"mail": put_aside[0].id}))
    fresh = {agency: found[0][1] for agency, found in named.items() if still_holds(mail for mail, _ in found)}
    late = {agency: found[0][1] for agency, found in named.items()}
    parked = [mail for mail in waiting if _is_parked_strange(mail, whose, inbox_folder)]
    why_late = Why("reading_parked", {"mail": parked[0].id}) if parked else None
    gap = _gap(waiting, trouble)
    return Reading(
        gap or (why_late if parked and still_holds(parked) else None),
        {**fresh, **blocked},
        why_late,
        {**late, **blocked},
    )


def may_hold_more(mail: InboundRecord) -> bool:
    """Whether a report that is missing may be in that waiting mail, so that nobody is told that it is missing. A letter
    without a file holds none; of a mail whose files are all known, only what could not be judged waits.
    """
    if mail.outcome is Outcome.PARKED:
        return True
    if mail.reason == Reason.NO_ATTACHMENT or any(mail.reason == r for r in Reason if r.is_ask):
        return False
    return not (mail.reason == Reason.FINDINGS and not any(f.severity is Severity.HOLD for f in mail.findings))


def _gap(waiting: tuple[InboundRecord, ...], trouble: str) -> Why | None:
    """Why the mailbox is not known to its end."""
    if trouble:
        return Why("reading_failed", {"error": trouble})
    unfinished = [m for m in waiting if m.outcome is Outcome.RECEIVED]
    if unfinished:
        return Why("reading_unfinished", {"count": len(unfinished), "mail": unfinished[0].id})
    return None


def _is_parked_strange(
    mail: InboundRecord, whose: Callable[[InboundRecord], Collection[str]], inbox_folder: str
) -> bool:
    """Whether it is a parked mail of nobody knows whom, so that it may hold anybody's report."""
    # A stranger's mail in Spam would not have been looked into either; without a sender it may be anybody's.
    spam = bool(mail.sender) and mail.ref.folder != inbox_folder
    return mail.outcome is Outcome.PARKED and not mail.agency and not whose(mail) and not spam


def _blocked_by(
    mail: InboundRecord, owners: Collection[str], open_rounds: Collection[str]
) -> Iterable[tuple[str, Why]]:
    if mail.outcome not in (Outcome.HELD, Outcome.PARKED) or not may_hold_more(mail):
        return
    code = f"blocked_{mail.outcome.value}"
    if mail.agency or mail.outcome is Outcome.PARKED:
        if mail.round is None or mail.round in open_rounds:
            for agency in {mail.agency} if mail.agency else owners:
                yield agency, Why(code, {"mail": mail.id})
        return
    if not mail.attachments and mail.reason != Reason.TOO_BIG:
        return  # a stranger's letter: there is nothing in it that could be a report
    for agency in owners:
        yield agency, Why(code, {"mail": mail.id})
    for evidence in mail.evidence:
        if evidence.about == "agency" and evidence.source in _NAMING:
            yield evidence.value, Why(_NAMED, {"mail": mail.id, "found": evidence.found})
