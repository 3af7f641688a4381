"""What an agency asks for in a mail, and whether the mail waits for an answer because of it.

Flow: body and subject, then the letters beside them → the ask and its evidence → held only where the mail brings no
report: no file, or nothing but letters. A mail with a form's file is taken in as always, and what it asks for beside
it is kept as evidence. Nothing is granted here. Failure policy: none of its own; what cannot be read asks nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.decide.asks import LONGEST, OTHER_CHANNEL, Ask, ask_evidence, other_channel, read_ask
from bot.decide.links import shared_links
from bot.decide.matching_forms import RECOGNISED
from bot.decide.obligations import round_state
from bot.domain.document import FileKind, TextDocument, Unreadable
from bot.domain.mail import Evidence, EvidenceSource, InboundMail, Reason
from bot.domain.round import Deadline
from bot.flows.reading import ReadFile
from bot.flows.services import Services
from bot.flows.submit import Case
from bot.text.accents import fold

_WORD = (FileKind.DOCX, FileKind.DOC, FileKind.ODT, FileKind.RTF)
_SCANS = (FileKind.PDF, FileKind.IMAGE)
_LETTER_NAME = re.compile(r"(?<![a-z])(?:gia han|cong van|cv|to trinh|don (?:xin|de nghi)|giai trinh)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found. `holds`: the mail waits for the coordinator; `deadline` is what holds for the agency until
    then.
    """

    deadline: Deadline
    ask: Ask | None = None
    evidence: tuple[Evidence, ...] = ()
    holds: bool = False


def asked_in(services: Services, case: Case, mail: InboundMail, files: Sequence[ReadFile], *, whole: bool) -> Asked:
    """What the mail asks for. `files` are all its files, read; `whole`: no container of them stayed shut.

    A mail that the coordinator has let go on asks nothing a second time, nor does one that speaks of another period.
    """
    state = round_state(
        case.round,
        services.store.submissions(round=case.round.code, agency=case.agency.code),
        services.store.decisions(round=case.round.code),
        services.now(),
        working_time=services.office.working_time,
    )
    owed = state.of(case.agency.code)
    open_ = [o.deadline for o in owed if not o.status.is_settled]
    deadline = min(open_ or [case.round.deadline], key=lambda d: d.instant)
    if case.match.reason is Reason.WRONG_PERIOD or case.record.reason in _ASKED_BEFORE:
        return Asked(deadline)
    ask = _read(services, case, mail.subject, mail.text, deadline)
    letters = whole and all(_is_letter(services, case, f, deadline) for f in files)
    file = ""
    if ask is None and letters:
        ask, file = _in_letters(services, case, files, deadline)
    if ask is None:
        channel = "" if files else other_channel(mail.text)
        told = Evidence("ask", OTHER_CHANNEL, EvidenceSource.BODY, found=channel)
        return Asked(deadline, evidence=(told,) if channel else ())
    # A letter that follows when nothing is owed any more is the signed copy of a report.
    holds = letters and not shared_links(mail.text) and (bool(open_) or not files)
    if not holds and ask.reason is not Reason.ASKS_EXTENSION and ask.form is None:
        return Asked(deadline)  # beside a report these words describe it
    return Asked(deadline, ask, ask_evidence(ask, file), holds)


def _read(services: Services, case: Case, subject: str, text: str, deadline: Deadline) -> Ask | None:
    return read_ask(
        subject,
        text,
        registry=services.registry,
        agency=case.agency,
        received_on=services.office.working_time.local(case.record.received_at).date(),
        deadline=deadline,
        working_time=services.office.working_time,
        forms=[services.forms[a.form] for a in case.round.of(case.agency.code)],
    )


def _in_letters(
    services: Services, case: Case, files: Sequence[ReadFile], deadline: Deadline
) -> tuple[Ask | None, str]:
    """What the letters ask for, and in which of them."""
    for file in files:
        if isinstance(file.facts.document, TextDocument) and not file.facts.asks:
            ask = _read(services, case, "", file.facts.document.text, deadline)
            if ask is not None:
                return replace(ask, source=EvidenceSource.DOCUMENT), file.attachment.name
    return None, ""


def _is_letter(services: Services, case: Case, file: ReadFile, deadline: Deadline) -> bool:
    """Whether a file can be no report: of no form by its content, and short. A Word file is one only where it asks for
    something itself or is named so, for a report that nobody recognises must still be taken in.
    """
    facts = file.facts
    if facts.asks:
        return True  # our own letter, sent back
    if any(score.score >= RECOGNISED for score in facts.scores):
        return False
    if isinstance(facts.document, Unreadable):
        return facts.kind in _SCANS
    if not isinstance(facts.document, TextDocument) or len(facts.document.text.split()) > LONGEST:
        return False
    if facts.kind in _SCANS:
        return True
    named = _LETTER_NAME.search(fold(file.attachment.name).replace("_", " ").replace("-", " ")) is not None
    asks = named or _read(services, case, "", facts.document.text, deadline) is not None
    return facts.kind in _WORD and asks


_ASKED_BEFORE = frozenset(reason.value for reason in Reason if reason.is_ask)
