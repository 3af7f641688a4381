"""The fairness gate: whom nobody may tell now that a report is missing, because it may be lying in the mailbox.

Flow: was everything read (inbox and Spam)? → does a mail lie unfinished? → is there a parked mail of nobody knows whom?
The first that holds silences all nudges. Otherwise each agency is left alone of which a waiting mail may hold more:
its own, or one from a stranger's address that names it (document, tag, subject, file name). A letter without a file
holds no report, so it blocks nobody. Pure; never fails.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.form import Severity
from bot.domain.letter import Why
from bot.domain.mail import EvidenceSource, InboundRecord, Outcome, Reason

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


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the mailbox is known. `why`: nobody may be reminded now; None: it was read to its end. `blocked`: the
    agencies that are left alone, each with the waiting mail that may hold its report.
    """

    why: Why | None = None
    blocked: Mapping[str, Why] = field(default_factory=dict)


def judge_reading(
    mails: Iterable[InboundRecord],
    *,
    whose: Callable[[InboundRecord], Collection[str]],
    open_rounds: Collection[str],
    inbox_folder: str,
    trouble: str = "",
) -> Reading:
    """What may be said of what is missing, given the mails that are unfinished, held or parked.

    `whose` leads from a record to the agencies that its sender's address belongs to; a held mail of a round that is
    not among `open_rounds` blocks nobody. `trouble`: why the mailbox was not read to its end, empty when it was.
    """
    waiting = tuple(mails)
    blocked: dict[str, Why] = {}
    for mail in waiting:
        for agency, why in _blocked_by(mail, whose(mail), open_rounds):
            blocked.setdefault(agency, why)
    return Reading(_silence(waiting, whose, inbox_folder, trouble), blocked)


def may_hold_more(mail: InboundRecord) -> bool:
    """Whether a report that is missing may be in that waiting mail, so that nobody is told that it is missing. A letter
    without a file holds none; of a mail whose files are all known, only what could not be judged waits.
    """
    if mail.outcome is Outcome.PARKED:
        return True
    if mail.reason == Reason.NO_ATTACHMENT or any(mail.reason == r for r in Reason if r.is_ask):
        return False
    return not (mail.reason == Reason.FINDINGS and not any(f.severity is Severity.HOLD for f in mail.findings))


def _silence(
    waiting: tuple[InboundRecord, ...],
    whose: Callable[[InboundRecord], Collection[str]],
    inbox_folder: str,
    trouble: str,
) -> Why | None:
    if trouble:
        return Why("reading_failed", {"error": trouble})
    unfinished = [m for m in waiting if m.outcome is Outcome.RECEIVED]
    if unfinished:
        return Why("reading_unfinished", {"count": len(unfinished), "mail": unfinished[0].id})
    for mail in waiting:
        # A stranger's mail in Spam would not have been looked into either; without a sender it may be anybody's.
        strange = bool(mail.sender) and mail.ref.folder != inbox_folder
        if mail.outcome is Outcome.PARKED and not mail.agency and not whose(mail) and not strange:
            return Why("reading_parked", {"mail": mail.id})
    return None


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
            yield evidence.value, Why("blocked_named", {"mail": mail.id, "found": evidence.found})
