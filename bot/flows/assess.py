"""From files to submissions: which form each file is, what the checks say of it, and what is new about it.

Read in the limited child → recognise → match to owed forms → catalogue → verdict. The files are put where the
coordinator browses before anything is committed: publishing the same bytes twice changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.checks import catalogue, spec
from bot.checks.cross import put_aside
from bot.checks.letters import is_request
from bot.checks.mail import mail_finding
from bot.decide.judging import judge
from bot.decide.matching import FileFacts, FileMatch, FileRole, RoundMatch, match_forms
from bot.decide.obligations import effective_verdict
from bot.decide.stated import agency_names, read_stated
from bot.documents.kinds import kind_of
from bot.domain.agency import Agency
from bot.domain.document import FileKind, Stated, TextDocument, Unreadable
from bot.domain.form import Form, FormKind, Severity
from bot.domain.mail import Attachment, Evidence, InboundRecord, Reason
from bot.domain.round import Round
from bot.domain.submission import Finding, StoredFile, Submission
from bot.flows.beside import beside, mail_beside_files
from bot.flows.services import Services

# What a file of no form could have been: only where such a form is still missing is the file worth a correction.
KINDS_OF = {
    FormKind.OUTLINE: (FileKind.DOCX, FileKind.DOC),
    FormKind.TABLE: (FileKind.XLSX, FileKind.XLS),
    FormKind.LIST: (FileKind.XLSX, FileKind.XLS),
}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One attachment with what is known of it before any form is."""

    attachment: Attachment
    facts: FileFacts
    stated: Stated


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the files of one mail came to. `repeated` are earlier submissions whose very bytes came again."""

    submissions: tuple[Submission, ...]
    repeated: tuple[Submission, ...]
    loose: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]


def read_files(services: Services, attachments: Sequence[Attachment]) -> tuple[ReadFile, ...]:
    """Reads every attachment once. Never raises for what a file holds."""
    names = agency_names(services.registry)
    documents = services.sandbox.read_many([(a.name, a.payload) for a in attachments])
    forms = tuple(services.forms.values())
    said = [read_stated(document, names) for document in documents]
    return tuple(
        ReadFile(
            attachment,
            FileFacts(
                name=attachment.name,
                kind=document.kind if isinstance(document, Unreadable) else kind_of(attachment.payload),
                document=document,
                scores=spec.recognise(document, forms),
                sha256=attachment.sha256,
                asks=isinstance(document, TextDocument) and is_request(document),
                stated=stated,
            ),
            stated,
        )
        for attachment, document, stated in zip(attachments, documents, said, strict=True)
    )


def assess(
    services: Services,
    record: InboundRecord,
    files: Sequence[ReadFile],
    agency: Agency,
    match: RoundMatch,
    round_: Round,
) -> Assessment:
    """Submissions, repeated ones and loose findings for the files of one mail."""
    owed = [services.forms[a.form] for a in round_.of(agency.code)]
    matches = match_forms(
        [f.facts for f in files], owed=owed, forms=tuple(services.forms.values()), agency=agency.code, round_=round_
    )
    primaries = [(f, m) for f, m in zip(files, matches, strict=True) if m.role is FileRole.PRIMARY and m.form]
    companions = [f for f, m in zip(files, matches, strict=True) if m.role is FileRole.COMPANION]
    carrier = next((m.form for _, m in primaries if m.form and m.form.kind is FormKind.OUTLINE), None) or (
        primaries[0][1].form if primaries else None
    )
    earlier = services.store.submissions(round=round_.code, agency=agency.code)
    submissions, repeated = [], []
    for file, found in primaries:
        form = found.form
        assert form is not None
        scans = companions if form is carrier else []
        versions = [s for s in earlier if s.form == form.code]
        same = _same_again(versions, file, scans)
        if same:
            repeated.append(same)
            continue
        version = max((s.version for s in versions), default=0) + 1
        submissions.append(_submit(services, record, file, scans, form, version, agency, match, round_))
    placed = {m.form.code: f.attachment.name for f, m in primaries if m.form}
    decisions = services.store.decisions(round=round_.code)
    valid = {s.form for s in earlier if effective_verdict(s, decisions).is_valid}
    missing = [f for f in owed if f.code not in placed and f.code not in valid]
    loose: list[Finding] = []
    for file, found in zip(files, matches, strict=True):
        if found.role is FileRole.ASIDE and found.form:
            context = _context(services, file, found.form, agency, round_)
            loose += put_aside(context, placed[found.form.code])
        else:
            loose += _loose(file, found, missing, placed)
    if submissions:
        aside = {m.name for m in matches if m.role is FileRole.ASIDE}
        loose += mail_beside_files(match, round_, aside)
    return Assessment(
        submissions=tuple(submissions),
        repeated=tuple(repeated),
        loose=tuple(loose),
        evidence=tuple(e for m in matches for e in m.evidence),
    )


def _submit(
    services: Services,
    record: InboundRecord,
    file: ReadFile,
    scans: Sequence[ReadFile],
    form: Form,
    version: int,
    agency: Agency,
    match: RoundMatch,
    round_: Round,
) -> Submission:
    findings = catalogue.run(_context(services, file, form, agency, round_))
    wrong = any(f.code == "C101" and f.severity is Severity.ERROR for f in findings)
    if match.reason is Reason.WRONG_PERIOD and not wrong:
        # The mail speaks of another period and this file of none: nothing is guessed.
        findings = (*findings, wrong_period_finding(match, file.attachment.name, round_))
    stored = tuple(_store(services, f.attachment, round_.code, agency.code, form.code, version) for f in (file, *scans))
    return Submission(
        agency=agency.code,
        round=round_.code,
        form=form.code,
        version=version,
        received_at=record.received_at,
        verdict=judge(findings),
        findings=findings,
        files=stored,
        mail_id=record.id,
        receipt_number=receipt_number(round_, agency, record.id),
    )


def _context(services: Services, file: ReadFile, form: Form, agency: Agency, round_: Round) -> catalogue.CheckContext:
    assignment = round_.assignment(agency.code, form.code)
    assert assignment is not None
    return catalogue.CheckContext(
        form=form,
        assignment=assignment,
        agency=agency,
        round=round_,
        document=file.facts.document,
        file_name=file.attachment.name,
        stated=file.stated,
        agency_names={a.code: a.name for a in services.registry},
    )


def receipt_number(round_: Round, agency: Agency, mail_id: int) -> str:
    """The number that a receipt prints: period, agency, mail. Unique because the mail's id is."""
    return f"{round_.period.code}-{agency.tag}-{mail_id:04d}"


def wrong_period_finding(match: RoundMatch, file_name: str, round_: Round) -> Finding:
    """C101 for a mail whose words, not whose file, speak of another period; `file_name` empty: the mail itself."""
    return beside("C101", file_name, "mail", ", ".join(match.said), round_)


def _store(
    services: Services, attachment: Attachment, round_code: str, agency: str, form: str, version: int
) -> StoredFile:
    sha256 = services.vault.save(attachment.payload)
    path = services.vault.publish(round_code, agency, form, version, attachment.name, sha256)
    return StoredFile(attachment.name, sha256, attachment.size, path)


def _same_again(versions: Sequence[Submission], file: ReadFile, scans: Sequence[ReadFile]) -> Submission | None:
    """The newest version that held this very file, and whatever came beside it now: the scan need not come again."""
    main, all_now = file.attachment.sha256, {f.attachment.sha256 for f in (file, *scans)}
    for version in reversed(versions):
        if version.files and version.files[0].sha256 == main and all_now <= {f.sha256 for f in version.files}:
            return version
    return None


def _loose(file: ReadFile, found: FileMatch, missing: Sequence[Form], placed: Mapping[str, str]) -> list[Finding]:
    """Findings of a file that is no submission: not asked for, of no form, or one too many. `placed`: form → file
    name.
    """
    name, facts = file.attachment.name, file.facts
    if found.role is FileRole.NOT_OWED and found.form:
        return [mail_finding("M103", name, form=found.form.short_title)]
    if found.role is FileRole.EXTRA and isinstance(facts.document, Unreadable):
        return [catalogue.unreadable_finding(facts.document, name, found.form)]
    if found.role is FileRole.EXTRA and found.form:
        return [mail_finding("M104", name, form=found.form.short_title, other=placed.get(found.form.code, ""))]
    if found.role is not FileRole.UNPLACED:
        return []
    could_be = [f for f in missing if facts.kind in KINDS_OF[f.kind]]
    finding = (
        catalogue.unreadable_finding(facts.document, name)
        if isinstance(facts.document, Unreadable)
        else mail_finding("M102", name)
    )
    harmless = bool(placed) and not could_be
    return [replace(finding, severity=Severity.REMARK) if harmless else finding]
