"""From files to submissions: which form each file is, what the checks say of it, and what is new about it.

Recognise → match to owed forms → catalogue → verdict. A file whose very bytes came before is a repeat, unless the
mail now explains what the checks had asked; a signed copy that follows an accepted report makes a version with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.checks.changes import changed
from bot.checks.cross import put_aside
from bot.checks.file import file_finding
from bot.checks.mail import mail_finding
from bot.decide.letterheads import letter_day, letter_number
from bot.decide.matching import FileFacts, FileMatch, FileRole, match_forms
from bot.decide.obligations import effective_verdict
from bot.domain.document import Document, FileKind, Unreadable
from bot.domain.form import Form, FormKind, Severity
from bot.domain.mail import Evidence, EvidenceSource
from bot.domain.submission import Finding, Submission
from bot.flows.again import follow_up
from bot.flows.beside import mail_beside_files
from bot.flows.infected import CODE, is_infected
from bot.flows.reading import ReadFile
from bot.flows.services import Services
from bot.flows.submit import Case, causes_asked, check_file, context, saved, submission
from bot.text.dates import say_date

# What a file of no form could have been: only where such a form is still missing is the file worth a correction.
_WORD = (FileKind.DOCX, FileKind.DOC, FileKind.ODT, FileKind.RTF)
_EXCEL = (FileKind.XLSX, FileKind.XLS, FileKind.XLSB, FileKind.ODS)
KINDS_OF = {FormKind.OUTLINE: _WORD, FormKind.TABLE: _EXCEL, FormKind.LIST: _EXCEL}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the files of one mail came to. `repeated` are earlier submissions whose very bytes came again; `documents`
    what was read of the files, by sha256.
    """

    submissions: tuple[Submission, ...]
    repeated: tuple[Submission, ...]
    loose: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]
    documents: Mapping[str, Document] = field(default_factory=dict)


def assess(services: Services, case: Case, files: Sequence[ReadFile], containers: Sequence[Finding] = ()) -> Assessment:
    """Submissions, repeated ones and loose findings for the files of one mail. `containers` are the findings of
    archives that could not be opened.
    """
    agency, round_ = case.agency, case.round
    owed = [services.forms[a.form] for a in round_.of(agency.code)]
    earlier = services.store.submissions(round=round_.code, agency=agency.code)
    decisions = services.store.decisions(round=round_.code)
    valid = {s.form for s in earlier if effective_verdict(s, decisions).is_valid}
    matches = match_forms(
        [f.facts for f in files],
        owed=owed,
        forms=tuple(services.forms.values()),
        agency=agency.code,
        round_=round_,
        accepted=valid,
    )
    primaries = [(f, m.form) for f, m in zip(files, matches, strict=True) if m.role is FileRole.PRIMARY and m.form]
    beside = [(f, m.form) for f, m in zip(files, matches, strict=True) if m.role is FileRole.COMPANION]
    companions = [(f, form) for f, form in beside if not is_infected(f.facts.document)]
    case = replace(case, documents={form.code: f.facts.document for f, form in primaries})
    submissions, repeated = [], []
    for file, form in primaries:
        scans = [f for f, of in companions if of is form]
        versions = [s for s in earlier if s.form == form.code]
        same = _same_again(versions, file, scans)
        asked = causes_asked(same.findings) if same else 0
        if same and not asked:
            repeated.append(same)
            continue
        findings = check_file(services, case, form, file.attachment.name, file.facts.document, file.stated)
        if same and causes_asked(findings) >= asked:  # the same file again, and nothing explained
            repeated.append(same)
            continue
        stored = [saved(services, f.attachment) for f in (file, *scans)]
        submissions.append(submission(services, case, form, _next(versions), stored, findings, file.facts.document))
    placed = {form.code: f.attachment.name for f, form in primaries}
    for code in dict.fromkeys(of.code for _, of in companions if of and of.code not in placed):
        scans = [f for f, of in companions if of and of.code == code]
        versions = [s for s in earlier if s.form == code]
        kept = _same_scan(versions, scans)
        again = follow_up(services, case, services.forms[code], versions, [f.attachment for f in scans])
        if kept:
            repeated.append(kept)
        elif again is not None:
            submissions.append(again)
    missing = [f for f in owed if f.code not in placed and f.code not in valid]
    loose = [_softened(f, bool(placed) and not missing) for f in containers]
    loose += [fault for f, _ in beside if is_infected(f.facts.document) and (fault := _fault(f))]
    leads = _leads(services, case)
    for file, found in zip(files, matches, strict=True):
        if found.role is FileRole.ASIDE and found.form:
            own = context(services, case, found.form, file.attachment.name, file.facts.document, file.stated)
            loose += put_aside(own, placed[found.form.code])
        else:
            loose += _loose(file, found, missing, placed, leads)
    if submissions:
        aside = {m.name for m in matches if m.role is FileRole.ASIDE}
        loose += mail_beside_files(case.match, round_, aside)
    return Assessment(
        submissions=tuple(submissions),
        repeated=tuple(repeated),
        loose=changed(loose, (*round_.checks, *services.office.checks)),
        evidence=(*(e for m in matches for e in m.evidence), *_letterheads(files)),
        documents={f.attachment.sha256: f.facts.document for f in files},
    )


def _letterheads(files: Sequence[ReadFile]) -> list[Evidence]:
    """Number and day of each letter, for whoever looks at the mail."""
    told = []
    for file in files:
        name, document = file.attachment.name, file.facts.document
        if number := letter_number(document):
            told.append(Evidence("number", number, EvidenceSource.DOCUMENT, found=number, file=name))
        if day := letter_day(document):
            told.append(Evidence("day", day.isoformat(), EvidenceSource.DOCUMENT, found=say_date(day, "vi"), file=name))
    return told


def _next(versions: Sequence[Submission]) -> int:
    return max((s.version for s in versions), default=0) + 1


def _same_again(versions: Sequence[Submission], file: ReadFile, scans: Sequence[ReadFile]) -> Submission | None:
    """The newest version that held this very file, and whatever came beside it now: the scan need not come again."""
    main, all_now = file.attachment.sha256, {f.attachment.sha256 for f in (file, *scans)}
    for version in reversed(versions):
        if version.files and version.files[0].sha256 == main and all_now <= {f.sha256 for f in version.files}:
            return version
    return None


def _same_scan(versions: Sequence[Submission], scans: Sequence[ReadFile]) -> Submission | None:
    """The newest version that holds these very scans already."""
    now = {f.attachment.sha256 for f in scans}
    return next((v for v in reversed(versions) if now <= {f.sha256 for f in v.files}), None)


def _leads(services: Services, case: Case) -> dict[str, str]:
    """Who leads on what this agency is a partner in: form → names."""
    names: dict[str, list[str]] = {}
    for duty in case.round.assignments:
        if case.agency.code in duty.partners:
            names.setdefault(duty.form, []).append(services.registry.get(duty.agency).name)
    return {form: ", ".join(leads) for form, leads in names.items()}


def _loose(
    file: ReadFile, found: FileMatch, missing: Sequence[Form], placed: Mapping[str, str], leads: Mapping[str, str]
) -> list[Finding]:
    """Findings of a file that is no submission: not asked for, of no form, or one too many. `placed`: form → file
    name; `leads`: form → who leads on it.
    """
    name, facts = file.attachment.name, file.facts
    if found.role is FileRole.NOT_OWED and found.form:
        title, lead = found.form.short_title, leads.get(found.form.code)
        if lead:
            return [mail_finding("M103", name, form=title, reason="lead", lead=lead)]
        return [mail_finding("M103", name, form=title)]
    if found.role is FileRole.EXTRA and found.form:
        unreadable = file_finding(facts.document, name, found.form) if isinstance(facts.document, Unreadable) else None
        other = placed.get(found.form.code, "")
        return [unreadable or mail_finding("M104", name, form=found.form.short_title, other=other)]
    if found.role is not FileRole.UNPLACED:
        return []
    could_be = [f for f in missing if facts.kind in KINDS_OF[f.kind]]
    finding = _unplaced(facts, missing) or mail_finding("M102", name)
    return [_softened(finding, bool(placed) and not could_be)]


def _fault(file: ReadFile) -> Finding | None:
    return file_finding(file.facts.document, file.attachment.name)


def _unplaced(facts: FileFacts, missing: Sequence[Form]) -> Finding | None:
    """What is wrong with a file that no form could be made out of; where a single form is still missing, a scan or a
    file that cannot be opened is told which kind of file that form asks for.
    """
    unread = isinstance(facts.document, Unreadable) or facts.kind is FileKind.PDF
    return file_finding(facts.document, facts.name, missing[0] if unread and len(missing) == 1 else None)


def _softened(finding: Finding, harmless: bool) -> Finding:
    """A remark where nothing that is owed could have been in that file; what nobody could judge stays held, and what
    is infected must be told.
    """
    if harmless and finding.severity is Severity.ERROR and finding.code != CODE:
        return replace(finding, severity=Severity.REMARK)
    return finding
