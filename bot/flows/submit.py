"""One file held to be one form of one agency: checked, judged, put where the coordinator browses.

The catalogue gets all that a check may look at: the document, the agency's other forms, last period's report, its own
words. Files are published before anything is committed: publishing the same bytes twice changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.checks import catalogue
from bot.decide.judging import judge
from bot.decide.matching import RoundMatch
from bot.domain.agency import Agency
from bot.domain.document import Document, Stated
from bot.domain.form import Form, Severity
from bot.domain.mail import Attachment, InboundRecord, Reason
from bot.domain.round import Round
from bot.domain.submission import Finding, StoredFile, Submission
from bot.flows.beside import wrong_period_finding
from bot.flows.history import beside, compares_periods, last_report
from bot.flows.readable import publish
from bot.flows.services import Services

CAUSE_ASKED = "C205"  # a difference from the office's own system, and no cause given


@dataclass(frozen=True, slots=True)
class Case:
    """What all files of one mail share: the mail, whose it is, for which round. `documents` are the mail's own, by
    form code; `explanations` the agency's words in this mail and earlier ones.
    """

    record: InboundRecord
    agency: Agency
    round: Round
    match: RoundMatch
    documents: Mapping[str, Document] = field(default_factory=dict)
    explanations: tuple[str, ...] = ()


def check_file(
    services: Services, case: Case, form: Form, file_name: str, document: Document, stated: Stated
) -> tuple[Finding, ...]:
    """All findings of that file as that form."""
    findings = catalogue.run(context(services, case, form, file_name, document, stated))
    wrong = any(f.code == "C101" and f.severity is Severity.ERROR for f in findings)
    if case.match.reason is Reason.WRONG_PERIOD and not wrong:
        # The mail speaks of another period and this file of none: nothing is guessed.
        findings = (*findings, wrong_period_finding(case.match, file_name, case.round))
    return findings


def context(
    services: Services, case: Case, form: Form, file_name: str, document: Document, stated: Stated
) -> catalogue.CheckContext:
    """Everything that the checks of that form may look at."""
    round_, agency = case.round, case.agency.code
    assignment = round_.assignment(agency, form.code)
    assert assignment is not None  # only forms that the agency owes come here
    before = services.round(round_.previous)
    with_it = {code: other for code, other in case.documents.items() if code != form.code}
    return catalogue.CheckContext(
        form=form,
        assignment=assignment,
        agency=case.agency,
        round=round_,
        document=document,
        file_name=file_name,
        stated=stated,
        agency_names={a.code: a.name for a in services.registry},
        forms=services.forms,
        beside=beside(services, round_, agency, form, with_it),
        with_it=frozenset(with_it),
        last=last_report(services, round_, agency, form.code) if compares_periods(form) else None,
        last_period=before.period if before else None,
        explanations=case.explanations,
        cause_asked=_cause_asked(services, case, form),
        checks=(*round_.checks, *services.office.checks),
    )


def causes_asked(findings: Sequence[Finding]) -> int:
    """How many differences wait for their cause."""
    return sum(f.code == CAUSE_ASKED and f.severity is Severity.ERROR for f in findings)


def _cause_asked(services: Services, case: Case, form: Form) -> bool:
    if not case.round.references:
        return False
    earlier = services.store.submissions(round=case.round.code, agency=case.agency.code)
    versions = [s for s in earlier if s.form == form.code]
    return bool(versions) and causes_asked(max(versions, key=lambda s: s.version).findings) > 0


def submission(
    services: Services,
    case: Case,
    form: Form,
    version: int,
    files: Sequence[tuple[str, str, int]],
    findings: tuple[Finding, ...],
    document: Document,
) -> Submission:
    """That version of the form. `files` (name, sha256, size in bytes) are in the vault; the first is the form's own,
    which `document` speaks of.
    """
    round_, agency = case.round, case.agency
    where = round_.code, agency.code, form.code, version
    return Submission(
        agency=agency.code,
        round=round_.code,
        form=form.code,
        version=version,
        received_at=case.record.received_at,
        verdict=judge(findings),
        findings=findings,
        files=tuple(
            StoredFile(name, sha256, size, publish(services, where, name, sha256, None if at else document))
            for at, (name, sha256, size) in enumerate(files)
        ),
        mail_id=case.record.id,
        receipt_number=receipt_number(round_, agency, case.record.id),
    )


def saved(services: Services, attachment: Attachment) -> tuple[str, str, int]:
    """Puts a file into the vault; its name, sha256 and size in bytes."""
    return attachment.name, services.vault.save(attachment.payload), attachment.size


def receipt_number(round_: Round, agency: Agency, mail_id: int) -> str:
    """The number that a receipt prints: period, agency, mail. Unique because the mail's id is."""
    return f"{round_.period.code}-{agency.tag}-{mail_id:04d}"
