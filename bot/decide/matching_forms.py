"""Which form each file of a mail is, and what it is to that form.

Flow: content first (the best score of 0.5 or more, among the forms owed, then among all) → a PDF or picture beside Word
or Excel, or of a form that has been accepted, is its signed scan → the file's name → elimination (the only form of that
kind that no file of this mail has taken). Of several files for one form the best is the submission: one whose own words
are of another agency or period is put aside where another fits, and the others are extra. What cannot be placed stays
unplaced: nothing is guessed. Pure; never fails.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePath

from bot.domain.document import Document, FileKind, FormScore, PeriodStanding, Stated, Unreadable
from bot.domain.form import Form, FormKind
from bot.domain.mail import Evidence, EvidenceSource
from bot.domain.round import Round
from bot.text.accents import fold

RECOGNISED = 0.5
_KINDS = {
    FileKind.DOCX: (FormKind.OUTLINE,),
    FileKind.DOC: (FormKind.OUTLINE,),
    FileKind.ODT: (FormKind.OUTLINE,),
    FileKind.RTF: (FormKind.OUTLINE,),
    FileKind.XLSX: (FormKind.TABLE, FormKind.LIST),
    FileKind.XLS: (FormKind.TABLE, FormKind.LIST),
    FileKind.XLSB: (FormKind.TABLE, FormKind.LIST),
    FileKind.ODS: (FormKind.TABLE, FormKind.LIST),
}
_ENDINGS = {kind.value: kind for kind in _KINDS} | {"docm": FileKind.DOCX, "xlsm": FileKind.XLSX}
_SCANS = (FileKind.PDF, FileKind.IMAGE)


class FileRole(StrEnum):
    """PRIMARY: the submission of its form. COMPANION: the signed scan, or the same bytes again. EXTRA: a worse or
    earlier file for the same form. ASIDE: one for the same form that says it is of another agency or period, while the
    submission does not. NOT_OWED: a form that the agency is not asked for. UNPLACED: no form found."""

    PRIMARY = "primary"
    COMPANION = "companion"
    EXTRA = "extra"
    ASIDE = "aside"
    NOT_OWED = "not_owed"
    UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before any form is. `kind` is by its bytes; `scores` how well its content fits each
    form. `asks`: it is a letter that asks for reports, so neither its name nor elimination makes it one.
    """

    name: str
    kind: FileKind
    document: Document
    scores: tuple[FormScore, ...]
    sha256: str
    asks: bool = False
    stated: Stated = field(default_factory=Stated)


@dataclass(frozen=True, slots=True)
class FileMatch:
    """What a file is. `form` is None where none was found, and for a scan in a mail in which no form was."""

    name: str
    form: Form | None
    role: FileRole
    evidence: tuple[Evidence, ...]
    why: str


def match_forms(
    files: Sequence[FileFacts],
    *,
    owed: Sequence[Form],
    forms: Sequence[Form],
    agency: str | None = None,
    round_: Round | None = None,
    accepted: Collection[str] = (),
) -> tuple[FileMatch, ...]:
    """One match for each file, in the same order. `owed` are the forms that the agency owes in this round, `forms`
    all; `accepted` the codes of forms of which a valid version is there. What files say of themselves is held against
    `agency` (code) and `round_`; None: not asked.
    """
    matches: list[FileMatch | None] = [_by_content(file, owed, forms) for file in files]
    kinds = [_kind(file) for file in files]
    _pair_scans(files, kinds, matches, [form for form in owed if form.code in accepted], len(owed))
    has_office_file = any(kind in _KINDS for kind in kinds)
    for at, file in enumerate(files):
        if matches[at] is None and not file.asks and kinds[at] not in _SCANS:
            matches[at] = _by_name(file, _could_be(kinds[at], owed, owed), _could_be(kinds[at], forms, owed))
    _eliminate(files, kinds, owed, matches)
    settled = _best_first(files, matches, [_fits(file.stated, agency, round_) for file in files])
    carrier = _carrier(settled)
    return tuple(
        match or _left_over(file, is_scan=kind in _SCANS and has_office_file, carrier=carrier)
        for file, kind, match in zip(files, kinds, settled, strict=True)
    )


def _kind(file: FileFacts) -> FileKind:
    """The kind by the bytes; that of the name's ending where the file cannot be read (an encrypted Word file looks
    like none).
    """
    if isinstance(file.document, Unreadable):
        ending = PurePath(file.name).suffix.lower().lstrip(".")
        return _ENDINGS.get(ending, file.kind)
    return file.kind


def _pair_scans(
    files: Sequence[FileFacts],
    kinds: Sequence[FileKind],
    matches: list[FileMatch | None],
    accepted: Sequence[Form],
    duties: int,
) -> None:
    """Makes a PDF whose text is a form's the signed copy of that form's own file, in this mail or accepted before; a
    scan without text only where everything owed has been accepted. Others stay what they are. Fills `matches`.
    """
    office = {m.form.code for m, kind in zip(matches, kinds, strict=True) if m and m.form and kind in _KINDS}
    for at, file in enumerate(files):
        if kinds[at] not in _SCANS or file.asks:
            continue
        match = matches[at]
        form = match.form if match else None
        if match is None and not office and len(accepted) == duties:
            form = next((f for f in accepted if f.kind is FormKind.OUTLINE), accepted[0] if accepted else None)
        if form is None or (form.code not in office and form not in accepted):
            continue
        evidence = Evidence("form", form.code, EvidenceSource.DOCUMENT, found=file.kind.value, file=file.name)
        matches[at] = FileMatch(file.name, form, FileRole.COMPANION, (evidence,), "the signed copy of a form's file")


def _by_content(file: FileFacts, owed: Sequence[Form], forms: Sequence[Form]) -> FileMatch | None:
    for among, role in ((owed, FileRole.PRIMARY), (forms, FileRole.NOT_OWED)):
        known = {form.code: form for form in among}
        scores = [s for s in file.scores if s.form in known and s.score >= RECOGNISED]
        if scores:
            best = max(scores, key=lambda s: s.score)
            evidence = Evidence("form", best.form, EvidenceSource.DOCUMENT, found=best.found, file=file.name)
            return FileMatch(
                file.name, known[best.form], role, (evidence,), f"content fits {best.form}, {best.score:.2f}"
            )
    return None


def _by_name(file: FileFacts, owed: Sequence[Form], forms: Sequence[Form]) -> FileMatch | None:
    """The form whose name hint stands in the file's name; the longest hint wins, a tie decides nothing."""
    name = _spaced(PurePath(file.name).stem)
    for among, role in ((owed, FileRole.PRIMARY), (forms, FileRole.NOT_OWED)):
        hits = [(len(_spaced(hint)), hint, form) for form in among for hint in form.name_hints if _spaced(hint) in name]
        longest = max((length for length, _, _ in hits), default=0)
        found = {form.code: (hint, form) for length, hint, form in hits if length == longest}
        if len(found) == 1:
            hint, form = next(iter(found.values()))
            evidence = Evidence("form", form.code, EvidenceSource.FILE_NAME, found=hint, file=file.name)
            return FileMatch(file.name, form, role, (evidence,), f"the file's name says {hint}")
        if found:
            return None
    return None


def _could_be(kind: FileKind, forms: Sequence[Form], owed: Sequence[Form]) -> Sequence[Form]:
    """Every file is called "báo cáo": an Excel file's name does not make it the narrative while a table is owed."""
    is_excel = FormKind.TABLE in _KINDS.get(kind, ())
    if is_excel and any(form.kind is not FormKind.OUTLINE for form in owed):
        return [form for form in forms if form.kind is not FormKind.OUTLINE]
    return forms


def _spaced(text: str) -> str:
    """Folded, `_`, `-` and `.` as blanks, and a blank at both ends, so that only whole words are found."""
    words = fold(text).replace("_", " ").replace("-", " ").replace(".", " ").split()
    return f" {' '.join(words)} "


def _eliminate(
    files: Sequence[FileFacts], kinds: Sequence[FileKind], owed: Sequence[Form], matches: list[FileMatch | None]
) -> None:
    """Gives the only untaken owed form of a kind to the only file of that kind that is left. Fills `matches`."""
    taken = {m.form.code for m in matches if m and m.form}
    for kinds_of_form in dict.fromkeys(_KINDS.values()):
        free = [form for form in owed if form.kind in kinds_of_form and form.code not in taken]
        open_ = [at for at, file in enumerate(files) if matches[at] is None and not file.asks]
        left = [at for at in open_ if _KINDS.get(kinds[at]) == kinds_of_form]
        if len(free) != 1 or len({files[at].sha256 for at in left}) != 1:
            continue
        for at in left:
            evidence = Evidence(
                "form", free[0].code, EvidenceSource.ELIMINATION, found=kinds[at].value, file=files[at].name
            )
            why = f"{free[0].code} is the only {kinds[at].value} form that is left"
            matches[at] = FileMatch(files[at].name, free[0], FileRole.PRIMARY, (evidence,), why)


def _fits(stated: Stated, agency: str | None, round_: Round | None) -> bool:
    """Whether a file may be this agency's and this round's by its own words; one that says nothing may."""
    named = {code for code, _ in stated.agencies}
    if agency is not None and named and agency not in named:
        return False
    return round_ is None or stated.standing(round_.period, round_.window) is not PeriodStanding.OTHER


def _best_first(
    files: Sequence[FileFacts], matches: Sequence[FileMatch | None], fits: Sequence[bool]
) -> list[FileMatch | None]:
    """Leaves one submission a form: what fits, then the higher score, then the later file; identical bytes go with
    it.
    """
    best: dict[str, int] = {}
    for at, match in enumerate(matches):
        if match and match.form and match.role is FileRole.PRIMARY:
            rival = best.get(match.form.code)
            rank = (fits[at], *_rank(files[at], match.form, at))
            if rival is None or rank > (fits[rival], *_rank(files[rival], match.form, rival)):
                best[match.form.code] = at
    settled: list[FileMatch | None] = []
    for at, match in enumerate(matches):
        if match is None or match.form is None or match.role is not FileRole.PRIMARY or best[match.form.code] == at:
            settled.append(match)
            continue
        chosen = best[match.form.code]
        winner = files[chosen]
        if files[at].sha256 == winner.sha256:
            settled.append(replace(match, role=FileRole.COMPANION, why=f"the same bytes as {winner.name}"))
        elif fits[chosen] and not fits[at]:
            why = f"it says it is of another agency or period, and {winner.name} does not"
            settled.append(replace(match, role=FileRole.ASIDE, why=why))
        else:
            settled.append(replace(match, role=FileRole.EXTRA, why=f"{winner.name} is better or later"))
    return settled


def _rank(file: FileFacts, form: Form, at: int) -> tuple[bool, float, int]:
    """Readable before unreadable, then by score, then the later one."""
    score = max((s.score for s in file.scores if s.form == form.code), default=0.0)
    return not isinstance(file.document, Unreadable), score, at


def _carrier(matches: Sequence[FileMatch | None]) -> Form | None:
    """The form with which scans are kept: the narrative if there is one, else the first."""
    placed = [m.form for m in matches if m and m.form and m.role is FileRole.PRIMARY]
    return next((form for form in placed if form.kind is FormKind.OUTLINE), placed[0] if placed else None)


def _left_over(file: FileFacts, *, is_scan: bool, carrier: Form | None) -> FileMatch:
    if not is_scan:
        return FileMatch(
            file.name, None, FileRole.UNPLACED, (), "neither content nor name nor elimination names a form"
        )
    code = carrier.code if carrier else ""
    evidence = (
        (Evidence("form", code, EvidenceSource.ELIMINATION, found=file.kind.value, file=file.name),) if code else ()
    )
    return FileMatch(file.name, carrier, FileRole.COMPANION, evidence, "a scan beside Word or Excel")
